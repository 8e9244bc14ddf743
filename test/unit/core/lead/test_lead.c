#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/lead/lead.h"

/* Bytes of chance, with counts that are none. */
static void draw(struct lead *l, struct rng *r)
{
    unsigned char *p = (unsigned char *)l;
    for (size_t i = 0; i < sizeof(*l); i++)
        p[i] = (unsigned char)rng_below(r, 2);
    l->phones = rng_below(r, LEAD_PHONES_MAX + 1);
    l->consents = rng_below(r, LEAD_CONSENTS_MAX + 1);
    l->revocations = rng_below(r, LEAD_REVOCATIONS_MAX + 1);
    l->tries = rng_below(r, LEAD_HISTORY_MAX + 1);
    l->fields = rng_below(r, LEAD_FIELDS_MAX + 1);
}

/* What is not used is made zero, so that two leads can be compared. */
static void blank(struct lead *l)
{
    for (size_t i = l->phones; i < LEAD_PHONES_MAX; i++)
        memset(&l->phone[i], 0, sizeof(l->phone[i]));
    for (size_t i = l->consents; i < LEAD_CONSENTS_MAX; i++)
        memset(&l->consent[i], 0, sizeof(l->consent[i]));
    for (size_t i = l->revocations; i < LEAD_REVOCATIONS_MAX; i++)
        memset(&l->revocation[i], 0, sizeof(l->revocation[i]));
    for (size_t i = l->tries; i < LEAD_HISTORY_MAX; i++)
        memset(&l->history[i], 0, sizeof(l->history[i]));
    for (size_t i = l->fields; i < LEAD_FIELDS_MAX; i++)
        memset(&l->field[i], 0, sizeof(l->field[i]));
}

static void test_copy_has_all_that_is_used(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 20261121, "lead");
    for (int n = 0; n < 300; n++) {
        struct lead from, to;
        draw(&from, &r);
        draw(&to, &r);
        lead_copy(&to, &from);
        assert_int_equal(to.fields, 0);
        from.fields = 0;
        blank(&from);
        blank(&to);
        assert_memory_equal(&to, &from, sizeof(to));
    }
}

static void test_cleared_has_nothing(void **state)
{
    (void)state;
    static const struct lead nothing;
    struct rng r;
    rng_init(&r, 20261121, "cleared");
    for (int n = 0; n < 300; n++) {
        struct lead l;
        draw(&l, &r);
        lead_clear(&l);
        assert_true(l.phones + l.consents + l.revocations + l.tries == 0);
        blank(&l);
        assert_memory_equal(&l, &nothing, sizeof(l));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy_has_all_that_is_used),
        cmocka_unit_test(test_cleared_has_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
