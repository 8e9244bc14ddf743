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

/* Nothing of the lead that had the slot before: an agent would read it. */
static void test_anew(void **state)
{
    (void)state;
    struct arena a;
    struct slots s;
    arena_init(&a);
    slots_init(&s, &a, 1);
    struct lead l = {.id = {1}};
    struct slot *x = slots_take(&s, &l, NULL);
    x->e164 = 12125550100;
    x->phone = 2;
    x->asked_us = x->callback_us = 77;
    slots_give(&s, x);
    l.id.v = 2;
    assert_true(slots_take(&s, &l, NULL) == x);
    assert_true(x->e164 == 0 && x->phone == 0);
    assert_true(x->asked_us == 0 && x->callback_us == 0);
    assert_int_equal(x->lead.id.v, 2);
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

/* People without a lead: many at once, none found by it. */
static void test_nobody(void **state)
{
    (void)state;
    struct arena a;
    struct slots s;
    struct lead_id none = {0};
    arena_init(&a);
    slots_init(&s, &a, 3);
    struct lead l = {.id = {7}};
    struct slot *x = slots_take_nobody(&s), *y = slots_take_nobody(&s);
    struct slot *z = slots_take(&s, &l, &script);
    assert_true(x != y && x != NULL && y != NULL);
    assert_null(slots_take_nobody(&s));
    assert_int_equal(s.used, 3);
    assert_true(slots_find_lead(&s, l.id) == z);
    assert_null(slots_find_lead(&s, none));
    x->incoming = true;
    slots_call_begin(&s, x, (struct attempt_id){1}); /* no number */
    assert_int_equal(s.incoming, 1);
    slots_call_end(&s, x);
    assert_int_equal(s.incoming, 0);
    slots_give(&s, x);
    slots_give(&s, z);
    assert_null(slots_find_lead(&s, l.id));
    x = slots_take(&s, &l, &script);
    assert_true(slots_find_lead(&s, l.id) == x && !x->incoming);
    slots_give(&s, y);
    assert_int_equal(s.used, 1);
    arena_fini(&a);
}

/* By the time they have waited, whenever they come; against a list sorted by
 * hand. And the chain of those that count on whoever is ready. */
static void test_in_order(void **state)
{
    (void)state;
    struct arena a;
    struct slots s;
    struct slot_queue q;
    struct slot *of[N], *in[N];
    struct rng r;
    size_t n = 0;
    arena_init(&a);
    slots_init(&s, &a, N);
    slots_queue_init(&q);
    rng_init(&r, 5, "order");
    for (size_t i = 0; i < N; i++)
        of[i] = slots_take_nobody(&s);
    for (int round = 0; round < 5000; round++) {
        struct slot *x = of[rng_below(&r, N)];
        size_t at = 0;
        while (at < n && in[at] != x)
            at++;
        if (at < n) {
            slots_queue_remove(&s, &q, x);
            memmove(&in[at], &in[at + 1], (--n - at) * sizeof(in[0]));
        } else {
            x->since_us = (int64_t)rng_below(&r, 20);
            for (at = n; at > 0 && in[at - 1]->since_us > x->since_us; at--)
                in[at] = in[at - 1];
            in[at] = x;
            n++;
            slots_queue_sort_in(&s, &q, x);
        }
        struct slot *y = slots_queue_first(&s, &q);
        for (at = 0; at < n; at++, y = slots_queue_next(&s, y))
            assert_true(y == in[at]);
        assert_true(y == NULL && q.n == n);
    }
    arena_fini(&a);
}

static void test_air(void **state)
{
    (void)state;
    struct arena a;
    struct slots s;
    arena_init(&a);
    slots_init(&s, &a, 3);
    struct slot *x[3];
    for (int i = 0; i < 3; i++)
        x[i] = slots_take_nobody(&s);
    assert_true(slots_air_since_us(&s) == INT64_MAX);
    for (int i = 0; i < 3; i++)
        slots_air_add(&s, x[i], 100 + i);
    slots_air_add(&s, x[0], 500); /* it does already */
    assert_int_equal(slots_air_since_us(&s), 100);
    slots_air_remove(&s, x[1]);
    slots_air_remove(&s, x[1]);
    slots_air_remove(&s, x[0]);
    assert_int_equal(slots_air_since_us(&s), 102);
    slots_air_add(&s, x[0], 200);
    assert_int_equal(slots_air_since_us(&s), 102);
    slots_air_remove(&s, x[2]);
    assert_int_equal(slots_air_since_us(&s), 200);
    slots_air_remove(&s, x[0]);
    assert_true(slots_air_since_us(&s) == INT64_MAX);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),    cmocka_unit_test(test_anew),
        cmocka_unit_test(test_pool),     cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_in_order), cmocka_unit_test(test_air),
        cmocka_unit_test(test_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
