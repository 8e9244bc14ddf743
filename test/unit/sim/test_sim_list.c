/* Lists of scenarios: shares, zones, registers that agree with the truth. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/map.h"
#include "sim/sim_list.h"

enum { PEOPLE = 20000 };

static void scenario_of(struct scenario *s, struct arena *a, const char *text)
{
    struct err e;
    scenario_init(s);
    s->campaign_file = str_of("some.campaign");
    if (scenario_load(s, a, "test", str_of(text), &e) != TM_OK)
        fail_msg("%s", e.text);
}

/* Within 4.5 standard deviations. */
static void check_share(const char *what, uint64_t n, uint64_t of, double p)
{
    double error = sqrt(p * (1 - p) / (double)of);
    if (fabs((double)n / (double)of - p) > 4.5 * error + 1e-12)
        fail_msg("%s: %llu of %llu, expected %.4f", what, (unsigned long long)n,
                 (unsigned long long)of, p);
}

static void test_shares(void **state)
{
    (void)state;
    struct arena a;
    struct scenario s;
    struct map seen;
    uint64_t phones = 0, two = 0, written = 0, revoked = 0, national = 0,
             internal = 0, out = 0, tried = 0, customers = 0, addressed = 0;
    arena_init(&a);
    map_init(&seen);
    scenario_of(&s, &a,
                "list_size = 20000\nconsent = 70 %\nwithdrawn = 10 %\n"
                "on_national = 8 %\non_internal = 3 %\nopted_out = 2 %\n"
                "second_phone = 25 %\ntried = 15 %\ncustomer = 40 %\n"
                "addressed = 60 %\n");
    struct sim_list *l = sim_list_new(&s, 5);
    const struct dnc_lists *lists = sim_list_lists(l);
    struct suppression sup;
    suppression_init(&sup);
    sim_list_opt_outs(l, &sup);
    assert_int_equal(sim_list_size(l), PEOPLE);
    for (size_t i = 0; i < PEOPLE; i++) {
        struct lead p;
        sim_list_lead(l, i, &p);
        assert_int_equal(p.id.v, i + 1);
        two += p.phones == 2;
        tried += p.tries > 0;
        customers += p.last_transaction.year != 0;
        addressed += p.region[0] != '\0';
        if (p.consents > 0 && p.consent[0].type == CONSENT_EXPRESS_WRITTEN) {
            written += p.consent[0].revoked_us == 0;
            revoked += p.consent[0].revoked_us != 0;
            assert_true(civil_date_cmp(p.consent[0].given, s.day) < 0);
        }
        for (size_t k = 0; k < p.phones; k++) {
            uint64_t n = p.phone[k].e164;
            struct number number;
            assert_true(number_describe(n, &number));
            assert_string_equal(number.region, "US");
            assert_false(map_get(&seen, n, NULL));
            map_set(&seen, n, 1);
            assert_int_equal(sim_list_find(l, n), i);
            phones++;
            national += sim_list_is_national(l, n);
            internal += sim_list_is_internal(l, n);
            out += sim_list_opted_out(l, n);
            assert_int_equal(sim_list_is_national(l, n),
                             dnc_set_has(&lists->set[0], n));
            assert_int_equal(sim_list_is_internal(l, n),
                             dnc_set_has(&lists->set[1], n));
            assert_int_equal(
                sim_list_opted_out(l, n),
                suppression_has(&sup, (struct seller_id){1}, n, NULL));
        }
    }
    check_share("two phones", two, PEOPLE, 0.25);
    check_share("consent", written, PEOPLE, 0.70);
    check_share("withdrawn", revoked, PEOPLE, 0.10);
    check_share("tried", tried, PEOPLE, 0.15);
    check_share("customers", customers, PEOPLE, 0.40);
    check_share("addressed", addressed, PEOPLE, 0.60);
    check_share("national", national, phones, 0.08);
    check_share("internal", internal, phones, 0.03);
    check_share("opted out", out, phones, 0.02);
    assert_int_equal(sim_list_find(l, 442079460000), SIZE_MAX);
    assert_false(sim_list_is_national(l, 442079460000));
    suppression_fini(&sup);
    sim_list_free(l);
    map_fini(&seen);
    arena_fini(&a);
}

static void test_zones(void **state)
{
    (void)state;
    struct arena a;
    struct scenario s;
    uint64_t n[SCENARIO_ZONE_COUNT] = {0};
    arena_init(&a);
    scenario_of(&s, &a,
                "list_size = 4000\nzones = eastern:5 pacific:3 "
                "hawaii:2\n");
    struct sim_list *l = sim_list_new(&s, 9);
    for (size_t i = 0; i < 4000; i++) {
        struct lead p;
        sim_list_lead(l, i, &p);
        n[sim_list_zone(p.phone[0].e164)]++;
    }
    check_share("eastern", n[SCENARIO_EASTERN], 4000, 0.5);
    check_share("pacific", n[SCENARIO_PACIFIC], 4000, 0.3);
    check_share("hawaii", n[SCENARIO_HAWAII], 4000, 0.2);
    assert_int_equal(sim_list_zone(12125550100), SCENARIO_EASTERN);
    assert_int_equal(sim_list_zone(13125550100), SCENARIO_CENTRAL);
    assert_int_equal(sim_list_zone(16025550100), SCENARIO_MOUNTAIN);
    assert_int_equal(sim_list_zone(18005550100), SCENARIO_SEVERAL);
    sim_list_free(l);
    arena_fini(&a);
}

static void test_same_seed_same_list(void **state)
{
    (void)state;
    struct arena a;
    struct scenario s;
    arena_init(&a);
    scenario_of(&s, &a, "list_size = 500\n");
    struct sim_list *one = sim_list_new(&s, 1), *again = sim_list_new(&s, 1),
                    *other = sim_list_new(&s, 2);
    size_t differ = 0;
    for (size_t i = 0; i < 500; i++) {
        struct lead x, y, z;
        sim_list_lead(one, i, &x);
        sim_list_lead(again, i, &y);
        sim_list_lead(other, i, &z);
        assert_int_equal(x.phone[0].e164, y.phone[0].e164);
        assert_int_equal(x.consents, y.consents);
        assert_int_equal(x.tries, y.tries);
        assert_true(str_same(x.field[0].value, y.field[0].value));
        differ += x.phone[0].e164 != z.phone[0].e164;
    }
    assert_true(differ > 400);
    sim_list_free(one);
    sim_list_free(again);
    sim_list_free(other);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_same_seed_same_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
