#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/campaign/slots.h"

enum { N = 40 };

static const struct script script = {
    .field = {{"first", 5}, {"long", 4}, {"last", 4}}, .fields = 3};

static void test_texts(void **state)
{
    (void)state;
    struct arena a;
    struct slots s;
    char big[5000];
    arena_init(&a);
    slots_init(&s, &a, 2);
    memset(big, 'x', sizeof(big));
    struct lead l = {.id = {1}, .fields = 4};
    l.field[0] = (struct lead_field){str_of("first"), str_of("Ann")};
    l.field[1] = (struct lead_field){str_of("secret"), str_of("not spoken")};
    l.field[2] =
        (struct lead_field){str_of("long"), str_range(big, sizeof(big))};
    l.field[3] = (struct lead_field){str_of("last"), str_of("Lee")};
    struct slot *slot = slots_take(&s, &l, &script);
    memset(&l, 0, sizeof(l)); /* the slot has copies */
    memset(big, 'y', sizeof(big));
    const struct lead *c = &slot->lead;
    assert_int_equal(c->fields, 3);
    assert_true(str_eq(lead_field_value(c, str_of("first")), "Ann"));
    assert_int_equal(lead_field_value(c, str_of("long")).n,
                     SCRIPT_FIELD_VALUE_MAX - 1);
    assert_true(lead_field_value(c, str_of("long")).p[0] == 'x');
    assert_true(str_eq(lead_field_value(c, str_of("last")), "Lee"));
    assert_int_equal(lead_field_value(c, str_of("secret")).n, 0);
    arena_fini(&a);
}

/* A lead comes once; a full pool refuses; a given slot serves again. */
static void test_pool(void **state)
{
    (void)state;
    struct arena a;
    struct slots s;
    arena_init(&a);
    slots_init(&s, &a, 2);
    struct lead l[3] = {{.id = {1}}, {.id = {2}}, {.id = {3}}};
    struct slot *one = slots_take(&s, &l[0], &script);
    assert_non_null(one);
    assert_null(slots_take(&s, &l[0], &script));
    assert_non_null(slots_take(&s, &l[1], &script));
    assert_null(slots_take(&s, &l[2], &script));
    slots_give(&s, one);
    assert_ptr_equal(slots_take(&s, &l[2], &script), one);
    assert_int_equal(s.used, 2);
    arena_fini(&a);
}

struct model {
    struct slot *slot; /* NULL: not in a call */
    int64_t deadline_us;
};

static void check_next(const struct slots *s, const struct model *m,
                       uint64_t seed)
{
    const struct slot *least = NULL;
    int64_t us = INT64_MAX, attempt = INT64_MAX;
    for (size_t i = 0; i < N; i++) {
        if (m[i].slot == NULL || m[i].deadline_us == INT64_MAX)
            continue;
        int64_t id = m[i].slot->attempt.v;
        if (m[i].deadline_us < us || (m[i].deadline_us == us && id < attempt)) {
            least = m[i].slot;
            us = m[i].deadline_us;
            attempt = id;
        }
    }
    if (slots_next_due(s) != least)
        fail_msg("seed %llu: another call is due", (unsigned long long)seed);
}

/* Calls in any order against a naive table: the next deadline, the look-up
 * by attempt and the order of calls. */
static void test_calls(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct arena a;
        struct slots s;
        struct rng r;
        struct model m[N] = {{0}};
        int64_t next = 1;
        arena_init(&a);
        slots_init(&s, &a, N);
        rng_init(&r, seed, "slots");
        for (int n = 0; n < 2000; n++) {
            size_t i = (size_t)rng_below(&r, N);
            struct lead l = {.id = {(int64_t)i + 1}};
            if (m[i].slot == NULL) {
                m[i].slot = slots_take(&s, &l, &script);
                assert_non_null(m[i].slot);
                m[i].slot->e164 = 12120000000 + i;
                slots_call_begin(&s, m[i].slot, (struct attempt_id){next++});
                m[i].deadline_us = INT64_MAX;
            } else if (rng_below(&r, 3) == 0) {
                slots_call_end(&s, m[i].slot);
                slots_give(&s, m[i].slot);
                m[i].slot = NULL;
            } else {
                bool none = rng_below(&r, 4) == 0;
                m[i].deadline_us =
                    none ? INT64_MAX : (int64_t)rng_below(&r, 50);
                slots_set_deadline(&s, m[i].slot, m[i].deadline_us);
            }
            check_next(&s, m, seed);
        }
        int64_t before = 0;
        size_t calls = 0;
        for (int32_t i = s.first; i != SLOTS_NONE; i = s.slot[i].after) {
            assert_true(s.slot[i].attempt.v > before);
            before = s.slot[i].attempt.v;
            assert_ptr_equal(slots_find_attempt(&s, s.slot[i].attempt),
                             &s.slot[i]);
            calls++;
        }
        assert_int_equal(calls, s.calls);
        assert_null(slots_find_attempt(&s, (struct attempt_id){next}));
        arena_fini(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_pool),
        cmocka_unit_test(test_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
