/* What `campaign pace` said holds after a restart, for the same file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "store/pacing_rows.h"
#include "store/query.h"
#include "unit/store/fixture_house.h"

static const int64_t NOW_US = 1795262400000000;

static int setup(void **state)
{
    struct fixture_house *h = test_calloc(1, sizeof(*h));
    fixture_house_make(h);
    fixture_house_leads(h, 12125550100, 2);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    fixture_house_free(*state);
    test_free(*state);
    return 0;
}

static int do_put(struct db *db, void *arg, struct err *e)
{
    return pacing_rows_put(db, arg, NOW_US, e);
}

struct read {
    struct arena arena;
    struct pacing_rows rows;
};

static int do_read(struct db *db, void *arg, struct err *e)
{
    struct read *r = arg;
    return pacing_rows_read(db, &r->arena, &r->rows, e);
}

static int do_spoil(struct db *db, void *arg, struct err *e)
{
    struct query q;
    (void)arg;
    query_open(&q, db, "UPDATE campaign_pacing SET pacing = 'telepathy'");
    return query_done(&q, e);
}

static int do_journal(struct db *db, void *arg, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "SELECT count(*) FROM journal WHERE kind = 'campaign' AND "
               "CAST(payload AS TEXT) "
               "LIKE '%dials power, pacing power:r=1.5, at most 2.5 % "
               "abandoned%'");
    return query_one(&q, arg, e);
}

static void test_kept(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    struct read r = {0};
    struct pacing_row row = {
        .tenant = h->tenant,
        .campaign = h->campaign,
        .plan = "0123456789abcdef",
        .pacing = {.mode = DIAL_PREDICTIVE, .abandon_limit_ppm = 30000},
    };
    arena_init(&r.arena);
    assert_int_equal(sqlite_store_run(h->store, do_read, &r, &e), TM_OK);
    assert_int_equal(r.rows.n, 0);
    plan_pace_default(DIAL_PREDICTIVE, &row.pacing.policy);
    assert_int_equal(sqlite_store_run(h->store, do_put, &row, &e), TM_OK);
    /* The last word counts. */
    row.pacing.mode = DIAL_POWER;
    row.pacing.abandon_limit_ppm = 25000;
    assert_int_equal(
        policy_parse(str_of("power:r=1.5"), &row.pacing.policy, &e), TM_OK);
    assert_int_equal(sqlite_store_run(h->store, do_put, &row, &e), TM_OK);
    fixture_house_shut(h);
    fixture_house_open(h);
    assert_int_equal(sqlite_store_run(h->store, do_read, &r, &e), TM_OK);
    assert_int_equal(r.rows.n, 1);
    const struct pacing_row *kept =
        pacing_rows_find(&r.rows, h->campaign, "0123456789abcdef");
    assert_non_null(kept);
    assert_int_equal(kept->pacing.mode, DIAL_POWER);
    assert_int_equal(kept->pacing.policy.kind, POLICY_POWER);
    assert_true(kept->pacing.policy.r > 1.49 && kept->pacing.policy.r < 1.51);
    assert_int_equal(kept->pacing.abandon_limit_ppm, 25000);
    assert_null(pacing_rows_find(&r.rows, h->campaign, "fedcba9876543210"));
    assert_null(pacing_rows_find(&r.rows, (struct campaign_id){99},
                                 "0123456789abcdef"));
    int64_t journalled = 0;
    assert_int_equal(sqlite_store_run(h->store, do_journal, &journalled, &e),
                     TM_OK);
    assert_int_equal(journalled, 1);
    /* Of a newer program: known to be there, not what it says. */
    assert_int_equal(sqlite_store_run(h->store, do_spoil, NULL, &e), TM_OK);
    assert_int_equal(sqlite_store_run(h->store, do_read, &r, &e), TM_OK);
    assert_int_equal(r.rows.row[0].pacing.mode, DIAL_UNKNOWN);
    arena_fini(&r.arena);
}

static void test_no_campaign(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    struct pacing_row row = {
        .tenant = h->tenant,
        .campaign = {99},
        .plan = "0123456789abcdef",
        .pacing = {.mode = DIAL_MANUAL, .abandon_limit_ppm = 30000},
    };
    assert_int_equal(sqlite_store_run(h->store, do_put, &row, &e),
                     TM_ENOTFOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_campaign, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
