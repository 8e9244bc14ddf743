/* What the conformance suite does not ask of sim_store: virtual time, faults,
 * a crash, the journal, the reading at a start. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sim/sim_store.h"

#define SECOND INT64_C(1000000)

static const int64_t START = INT64_C(1795262400000000);
static const uint8_t SALT[JOURNAL_SALT_SIZE] = {9};

struct desk {
    struct sim_clock clock;
    struct sim_store *sim;
    struct store port;
    uint64_t durable, failed, recovered, leads, rows;
    int64_t durable_us;
    struct lead lead;
    uint8_t prev[JOURNAL_HASH_SIZE];
};

static void on_durable(void *arg, uint64_t seq)
{
    struct desk *d = arg;
    assert_true(seq > d->durable);
    d->durable = seq;
    d->durable_us = d->clock.now_us;
}

static void on_leads(void *arg, const struct store_leads *l)
{
    struct desk *d = arg;
    d->leads += l->n;
    if (l->n > 0)
        d->lead = l->lead[0];
}

static void on_failed(void *arg, const struct err *e)
{
    struct desk *d = arg;
    assert_int_equal(e->code, TM_ENOSPACE);
    d->failed++;
}

static void on_recovered(void *arg)
{
    struct desk *d = arg;
    d->recovered++;
}

/* The chain as journal_verify follows it. */
static void on_row(void *arg, const struct record *r,
                   const struct journal_row *row)
{
    struct desk *d = arg;
    uint8_t hash[JOURNAL_HASH_SIZE];
    struct journal_entry en;
    d->rows++;
    assert_int_equal(row->seq, d->rows);
    journal_hash(d->prev, row->seq, row->payload, hash);
    assert_memory_equal(hash, row->hash, sizeof(hash));
    memcpy(d->prev, hash, sizeof(hash));
    assert_int_equal(journal_decode(row->payload, &en, NULL), TM_OK);
    assert_int_equal(en.record.kind, r->kind);
    assert_true(en.record.at_us == r->at_us);
}

static void listen(struct desk *d)
{
    struct store_events e = {d,         on_durable,   on_leads,
                             on_failed, on_recovered, NULL};
    sim_store_listen(d->sim, &e);
}

static struct desk *desk_new(size_t records_max)
{
    struct desk *d = test_calloc(1, sizeof(*d));
    struct sim_store_campaign c = {.tenant = {1}, .id = {1}, .seller = {1}};
    sim_clock_init(&d->clock, START, 4);
    struct sim_store_options o = {.clock = &d->clock,
                                  .salt = SALT,
                                  .commit_us = 5000,
                                  .records_max = records_max,
                                  .watch = on_row,
                                  .watch_arg = d};
    d->sim = sim_store_new(&o);
    sim_store_port(d->sim, &d->port);
    sim_store_add_campaign(d->sim, &c);
    for (int64_t i = 1; i <= 3; i++) {
        struct lead l = {.id = {i}, .phones = 1, .consents = 1};
        l.phone[0].e164 = 12125550100 + (uint64_t)i;
        l.consent[0] = (struct lead_consent){.type = CONSENT_EXPRESS_WRITTEN,
                                             .seller = {1}};
        sim_store_add_lead(d->sim, &l);
        sim_store_enroll(d->sim, c.id, l.id);
    }
    listen(d);
    return d;
}

static void desk_free(struct desk *d)
{
    sim_store_free(d->sim);
    sim_clock_fini(&d->clock);
    test_free(d);
}

static struct record record_of(const struct desk *d, enum record_kind kind,
                               int64_t attempt, int64_t lead)
{
    return (struct record){.kind = kind,
                           .at_us = d->clock.now_us,
                           .tenant = {1},
                           .seller = {1},
                           .campaign = {1},
                           .lead = {lead},
                           .attempt = {attempt},
                           .e164 = 12125550100 + (uint64_t)lead};
}

static uint64_t put(struct desk *d, enum record_kind kind, int64_t attempt,
                    int64_t lead)
{
    struct record r = record_of(d, kind, attempt, lead);
    uint64_t seq = 0;
    if (kind == RECORD_ANSWERED)
        r.dialog = str_of("sim 1 1");
    assert_int_equal(d->port.write(d->port.self, &r, 1, &seq), TM_OK);
    return seq;
}

static void pass(struct desk *d, int64_t us)
{
    int64_t until = d->clock.now_us + us;
    while (sim_clock_next_us(&d->clock) <= until)
        (void)sim_clock_step(&d->clock);
    sim_clock_advance(&d->clock, until);
}

static void test_durable_after_a_while(void **state)
{
    (void)state;
    struct desk *d = desk_new(0);
    uint64_t seq = put(d, RECORD_ATTEMPT, 1, 1);
    assert_int_equal(sim_store_attempts(d->sim), 0);
    pass(d, 4000);
    assert_int_equal(d->durable, 0);
    seq = put(d, RECORD_PLACED, 1, 1); /* joins the group */
    pass(d, 2000);
    assert_int_equal(d->durable, seq);
    assert_int_equal(d->durable_us, START + 5000);
    assert_int_equal(d->rows, 2);
    assert_memory_equal(d->prev, sim_store_journal(d->sim)->head,
                        sizeof(d->prev));
    desk_free(d);
}

static void test_full(void **state)
{
    (void)state;
    struct desk *d = desk_new(2);
    struct record r[3] = {record_of(d, RECORD_CLOCK, 0, 0),
                          record_of(d, RECORD_CLOCK, 0, 0),
                          record_of(d, RECORD_CLOCK, 0, 0)};
    struct store_fetch q = {.campaign = {1}, .now_us = START, .max = 2};
    uint64_t seq;
    assert_int_equal(d->port.write(d->port.self, r, 3, &seq), TM_EFULL);
    assert_int_equal(d->port.write(d->port.self, r, 2, &seq), TM_OK);
    assert_int_equal(d->port.write(d->port.self, r, 1, &seq), TM_EFULL);
    assert_int_equal(d->port.fetch(d->port.self, &q), TM_EFULL);
    assert_int_equal(d->port.release(d->port.self, q.campaign), TM_EFULL);
    pass(d, SECOND);
    assert_int_equal(d->rows, 2);
    assert_int_equal(d->port.write(d->port.self, r, 1, &seq), TM_OK);
    desk_free(d);
}

static void test_away(void **state)
{
    (void)state;
    struct desk *d = desk_new(0);
    sim_store_set_away(d->sim, true);
    uint64_t seq = put(d, RECORD_ATTEMPT, 1, 1);
    pass(d, SECOND);
    assert_true(d->failed >= 5);
    assert_int_equal(d->durable, 0);
    assert_int_equal(d->recovered, 0);
    sim_store_set_away(d->sim, false);
    pass(d, SECOND);
    assert_int_equal(d->recovered, 1);
    assert_int_equal(d->durable, seq);
    uint64_t failed = d->failed;
    pass(d, SECOND);
    assert_int_equal(d->failed, failed);
    desk_free(d);
}

static void test_crash(void **state)
{
    (void)state;
    struct desk *d = desk_new(0);
    struct store_fetch q = {.campaign = {1}, .now_us = START, .max = 2};
    struct campaign_open_attempt open;
    assert_int_equal(d->port.fetch(d->port.self, &q), TM_OK);
    put(d, RECORD_ATTEMPT, 1, 1);
    put(d, RECORD_PLACED, 1, 1);
    put(d, RECORD_ANSWERED, 1, 1);
    put(d, RECORD_OPT_OUT, 1, 1);
    pass(d, SECOND);
    assert_int_equal(d->leads, 2);
    put(d, RECORD_ATTEMPT, 2, 2); /* not durable */
    assert_int_equal(d->port.fetch(d->port.self, &q), TM_OK);
    sim_store_crash(d->sim);
    pass(d, SECOND);
    assert_int_equal(d->rows, 4);
    assert_int_equal(sim_store_last_attempt(d->sim), 1);
    assert_int_equal(sim_store_attempts(d->sim), 1);
    const struct sim_store_attempt *a = sim_store_attempt_at(d->sim, 0);
    assert_string_equal(a->dialog, "sim 1 1");
    sim_store_open_attempt(d->sim, a, &open);
    assert_true(open.opted_out && open.served && open.answered_us != 0);
    assert_int_equal(open.lead.state, LEAD_IN_CALL);
    assert_int_equal(open.lead.tries, 1);
    assert_true(open.lead.consent[0].revoked_us != 0);
    struct suppression s;
    suppression_init(&s);
    sim_store_opt_outs(d->sim, &s);
    assert_true(suppression_has(&s, (struct seller_id){1}, 12125550101, NULL));
    suppression_fini(&s);
    /* claims have ended: the others come again, the open one does not */
    listen(d);
    d->leads = 0;
    q.max = 9;
    assert_int_equal(d->port.fetch(d->port.self, &q), TM_OK);
    pass(d, SECOND);
    assert_int_equal(d->leads, 2);
    assert_int_equal(d->lead.id.v, 2);
    desk_free(d);
}

static void test_counters(void **state)
{
    (void)state;
    struct desk *d = desk_new(0);
    struct campaign_counters c;
    enum campaign_state st;
    for (int64_t id = 1; id <= 3; id++) {
        struct record end = record_of(d, RECORD_ENDED, id, id);
        uint64_t seq;
        put(d, RECORD_ATTEMPT, id, id);
        if (id < 3)
            put(d, RECORD_PLACED, id, id);
        end.state = id < 3 ? OUTCOME_ABANDONED : OUTCOME_CANCELLED;
        end.live = end.abandoned = id < 3;
        assert_int_equal(d->port.write(d->port.self, &end, 1, &seq), TM_OK);
        pass(d, SECOND);
    }
    assert_true(sim_store_campaign_now(d->sim, (struct campaign_id){1},
                                       d->clock.now_us, &st, &c));
    assert_true(c.first_call_us == START);
    assert_int_equal(c.placed, 2);
    assert_int_equal(c.live, 2);
    assert_int_equal(c.abandoned, 2);
    assert_int_equal(c.placed_month, 2);
    /* the next 30 days begin with nothing; so does the next month */
    assert_true(sim_store_campaign_now(d->sim, (struct campaign_id){1},
                                       START + 31 * 86400 * SECOND, &st, &c));
    assert_int_equal(c.placed, 2);
    assert_int_equal(c.live, 0);
    assert_int_equal(c.placed_month, 0);
    assert_false(sim_store_campaign_now(d->sim, (struct campaign_id){2}, START,
                                        &st, &c));
    desk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durable_after_a_while),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_away),
        cmocka_unit_test(test_crash),
        cmocka_unit_test(test_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
