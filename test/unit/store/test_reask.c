/* Refused leads are asked about again; who wants to be left alone is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/catalog.h"
#include "store/reask.h"
#include "unit/store/fixture_house.h"

enum { LEADS = REASK_BATCH + 5 };

static const int64_t THEN_US = 1795262400000000, NOW_US = 1795262500000000;

static int setup(void **state)
{
    struct fixture_house *h = test_calloc(1, sizeof(*h));
    fixture_house_make(h);
    fixture_house_leads(h, 12125550100, LEADS);
    fixture_house_fetch(h, THEN_US, LEADS); /* they join the campaign */
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    fixture_house_free(*state);
    test_free(*state);
    return 0;
}

struct refusing {
    struct fixture_house *h;
    int64_t at_us;
};

static int do_refuse(struct db *db, void *arg, struct err *e)
{
    const struct refusing *f = arg;
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < LEADS; i++) {
        struct record r = {.kind = RECORD_LEAD,
                           .at_us = f->at_us,
                           .tenant = f->h->tenant,
                           .campaign = f->h->campaign,
                           .lead = {(int64_t)i + 1},
                           .state = LEAD_DENIED,
                           .key = str_of(i == 0 ? "opted_out" : "US-FTC-DNC")};
        rc = catalog_record(db, &r, e);
    }
    return rc;
}

static int do_batch(struct db *db, void *arg, struct err *e)
{
    return reask_batch(db, arg, e);
}

static int64_t ask_of(struct fixture_house *h, struct campaign_id campaign,
                      struct seller_id seller, int64_t before_us)
{
    struct err e = {0};
    struct reask r = {.tenant = h->tenant,
                      .campaign = campaign,
                      .seller = seller,
                      .now_us = NOW_US,
                      .before_us = before_us};
    assert_int_equal(sqlite_store_run(h->store, do_batch, &r, &e), TM_OK);
    return r.leads;
}

static int64_t ask(struct fixture_house *h, struct campaign_id campaign,
                   int64_t before_us)
{
    return ask_of(h, campaign, (struct seller_id){0}, before_us);
}

static void refused_leads_wait_again(void **state)
{
    struct fixture_house *h = *state;
    struct refusing f = {h, THEN_US};
    struct err e = {0};
    assert_int_equal(sqlite_store_run(h->store, do_refuse, &f, &e), TM_OK);
    assert_int_equal(h->port.release(h->port.self, h->campaign), TM_OK);
    fixture_house_fetch(h, NOW_US, LEADS);
    assert_int_equal(h->leads, 0);
    assert_int_equal(ask(h, (struct campaign_id){999}, NOW_US), 0);
    assert_int_equal(ask(h, h->campaign, THEN_US - 1), 0);
    /* In batches, and none twice. */
    assert_int_equal(ask(h, h->campaign, NOW_US), REASK_BATCH);
    assert_int_equal(ask_of(h, (struct campaign_id){0},
                            (struct seller_id){h->seller.v + 1}, NOW_US),
                     0);
    assert_int_equal(ask_of(h, (struct campaign_id){0}, h->seller, NOW_US), 4);
    assert_int_equal(ask(h, h->campaign, NOW_US), 0);
    fixture_house_fetch(h, NOW_US, LEADS);
    assert_int_equal(h->leads, LEADS - 1);
    for (size_t i = 0; i < h->leads; i++) {
        assert_int_not_equal(h->lead[i].id.v, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refused_leads_wait_again, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
