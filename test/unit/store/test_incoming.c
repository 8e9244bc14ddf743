/* Calls to us in the database: a table of their own that nothing of our calls
 * sees, what a crash leaves, a person's data, and figures that are those of
 * the records. Stories are random; their seed is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/rng.h"
#include "core/campaign/disposition.h"
#include "report/figures_read.h"
#include "report/figures_records.h"
#include "report/report_agents.h"
#include "report/report_callers.h"
#include "store/agent_rows.h"
#include "store/catalog.h"
#include "store/hold.h"
#include "store/import_writer.h"
#include "store/person_rows.h"
#include "store/retention.h"
#include "store/sqlite_reader.h"
#include "store/startup.h"
#include "unit/store/fixture_house.h"

enum { SECOND = 1000000, LEADS = 40, TEXT_MAX = 1 << 17 };
static const int64_t NOON = 1795262400000000;
static const uint64_t FIRST = 12125550100;   /* of the list */
static const uint64_t LONDON = 442079460000; /* of no law's records */

struct house {
    struct fixture_house h;
    struct arena arena;
    struct agent_id agent[2];
    int64_t attempt;
};

struct job {
    struct house *h;
    struct startup_attempts open;
    struct campaign_counters counters;
    int64_t last;
    struct person_rows person;
    struct retention_erase time;
    struct hold hold;
};

static int do_startup(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    int rc = startup_open_attempts(db, &j->h->arena, &j->open, e);
    if (rc == TM_OK)
        rc = startup_counters(db, j->h->h.campaign, NOON + CIVIL_HOUR_US,
                              &j->counters, e);
    return rc == TM_OK ? startup_last_attempt(db, &j->last, e) : rc;
}

static int do_agents(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < 2; i++) {
        struct agent_row r = {.tenant = j->h->h.tenant};
        (void)str_copy(r.setup.name, sizeof(r.setup.name),
                       str_of(i == 0 ? "ann" : "bob"));
        (void)str_copy(r.realm, sizeof(r.realm), str_of("telemark"));
        rc = agent_rows_add(db, &r, NOON, e);
        j->h->agent[i] = r.setup.id;
    }
    return rc;
}

static int do_erase(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    return person_rows_erase(db, &j->person, e);
}

static int do_time(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    return retention_erase(db, &j->time, e);
}

static int do_hold(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    return hold_add(db, &j->hold, e);
}

static int run(struct house *h, sqlite_store_fn *fn, struct job *j,
               struct err *e)
{
    j->h = h;
    return sqlite_store_run(h->h.store, fn, j, e);
}

static void must(struct house *h, sqlite_store_fn *fn, struct job *j)
{
    struct err e = {0};
    if (run(h, fn, j, &e) != TM_OK)
        fail_msg("%s", e.text);
}

static int setup(void **state)
{
    struct house *h = test_calloc(1, sizeof(*h));
    struct job j = {0};
    fixture_house_make(&h->h);
    fixture_house_leads(&h->h, FIRST, LEADS);
    arena_init(&h->arena);
    must(h, do_agents, &j);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    struct house *h = *state;
    arena_fini(&h->arena);
    fixture_house_free(&h->h);
    test_free(h);
    return 0;
}

static struct record record_of(const struct house *h, enum record_kind kind,
                               int64_t at_us)
{
    return (struct record){.kind = kind,
                           .at_us = at_us,
                           .tenant = h->h.tenant,
                           .seller = h->h.seller,
                           .campaign = h->h.campaign,
                           .attempt = {h->attempt}};
}

static void put(struct house *h, const struct record *r)
{
    uint64_t seq = 0;
    assert_int_equal(h->h.port.write(h->h.port.self, r, 1, &seq), TM_OK);
    fixture_house_wait(&h->h, seq);
}

/* He calls the hotline; attempt is his from now on. */
static void calls(struct house *h, int64_t lead, uint64_t e164)
{
    h->attempt++;
    struct record r = record_of(h, RECORD_INCOMING, NOON);
    r.lead.v = lead;
    r.e164 = e164;
    r.key = str_of("+18005550100");
    put(h, &r);
}

static void answered(struct house *h)
{
    struct record r = record_of(h, RECORD_ANSWERED, NOON + SECOND);
    r.dialog = str_of("a dialog");
    put(h, &r);
}

static void ended(struct house *h, enum outcome o)
{
    struct record r = record_of(h, RECORD_ENDED, NOON + 60 * SECOND);
    r.state = (int)o;
    r.value = str_of("they_hung_up");
    r.talk_ms = 59000;
    put(h, &r);
}

static struct startup_attempts startup(struct house *h, struct job *j)
{
    *j = (struct job){0};
    must(h, do_startup, j);
    return j->open;
}

/* --- a restart ------------------------------------------------------------*/

/* One who rings, one who waits, one who talked, one who opted out: each comes
 * back as what he was, the leads as what they came with. */
static void test_open_callers_come_back(void **state)
{
    struct house *h = *state;
    struct job j;
    struct record r;
    fixture_house_fetch(&h->h, NOON, LEADS);
    int64_t lead = h->h.lead[0].id.v;
    h->attempt = 5;
    r = record_of(h, RECORD_LEAD, NOON - SECOND);
    r.lead.v = lead;
    r.state = LEAD_CALLBACK;
    r.due_us = NOON + 77;
    r.key = str_of("callback");
    put(h, &r);
    calls(h, lead, FIRST);
    calls(h, 0, 0);
    answered(h);
    r = record_of(h, RECORD_BRIDGED, NOON + 9 * SECOND);
    r.agent = h->agent[0];
    r.ring_ms = 8000;
    put(h, &r);
    r.kind = RECORD_AGENT;
    r.state = AGENT_TALKING;
    put(h, &r);
    calls(h, 0, LONDON);
    answered(h);
    r = record_of(h, RECORD_OPT_OUT, NOON + 9 * SECOND);
    r.e164 = LONDON;
    put(h, &r);
    r.kind = RECORD_CALLBACK;
    r.due_us = NOON + 123;
    put(h, &r);
    calls(h, h->h.lead[1].id.v, FIRST + 1);
    ended(h, OUTCOME_GAVE_UP);
    fixture_house_shut(&h->h);
    fixture_house_open(&h->h);
    struct startup_attempts s = startup(h, &j);
    assert_int_equal(s.n, 3);
    assert_int_equal(j.last, 9);
    for (size_t i = 0; i < s.n; i++) {
        assert_true(s.attempt[i].open.incoming);
        assert_int_equal(s.attempt[i].open.placed_us, 0);
        assert_int_equal(s.attempt[i].open.attempt.v, 6 + (int64_t)i);
    }
    assert_int_equal(s.attempt[0].open.lead.id.v, lead);
    assert_int_equal(s.attempt[0].open.lead.phones, 1);
    assert_int_equal(s.attempt[0].open.lead.state, LEAD_CALLBACK);
    assert_int_equal(s.attempt[0].open.lead.due_us, NOON + 77);
    assert_int_equal(s.attempt[0].dialog.n, 0);
    assert_int_equal(s.attempt[1].open.lead.id.v, 0);
    assert_true(s.attempt[1].open.bridged && s.attempt[1].open.served);
    assert_int_equal(s.attempt[1].open.answered_us, NOON + SECOND);
    assert_true(str_eq(s.attempt[1].dialog, "a dialog"));
    assert_true(s.attempt[2].open.opted_out && !s.attempt[2].open.bridged);
    assert_true(s.attempt[2].open.callback);
    assert_int_equal(s.attempt[2].open.callback_us, NOON + 123);
    assert_int_equal(s.attempt[1].open.callback_us, 0);
    for (h->attempt = 6; h->attempt < 9; h->attempt++)
        ended(h, OUTCOME_UNKNOWN);
    assert_int_equal(startup(h, &j).n, 0);
}

static int take_caller(void *arg, const struct reader_caller *c)
{
    struct reader_caller *one = arg;
    *one = *c;
    return 0;
}

static int count_bridge(void *arg, const struct reader_bridge *b)
{
    (void)b;
    ++*(int *)arg;
    return 0;
}

static void look_at(struct house *h, struct reader_caller *c, int *bridges)
{
    struct sqlite_reader *sr;
    struct reader reader;
    struct err e = {0};
    struct job j;
    const struct reader_attempts q = {.campaign = h->h.campaign};
    const struct reader_agent_time t = {.campaign = h->h.campaign};
    (void)startup(h, &j); /* all is written */
    *bridges = 0;
    assert_int_equal(sqlite_reader_open(&h->h.dir, &sr, &e), TM_OK);
    sqlite_reader_port(sr, &reader);
    assert_int_equal(reader.callers(reader.self, &q, take_caller, c, &e),
                     TM_OK);
    assert_int_equal(reader.bridges(reader.self, &t, count_bridge, bridges, &e),
                     TM_OK);
    sqlite_reader_close(sr);
}

/* RECORD_BRIDGED comes before the carrier joins him; when it never could, and
 * nobody else came, no agent had him, whatever was written. */
static void test_joined_on_paper_only(void **state)
{
    struct house *h = *state;
    struct reader_caller c = {0};
    int bridges;
    calls(h, 0, LONDON);
    answered(h);
    struct record r = record_of(h, RECORD_BRIDGED, NOON + 9 * SECOND);
    r.agent = h->agent[0];
    r.ring_ms = 8000;
    put(h, &r);
    look_at(h, &c, &bridges);
    assert_int_equal(c.bridged_us, NOON + 9 * SECOND);
    assert_int_equal(bridges, 1);
    ended(h, OUTCOME_GAVE_UP);
    look_at(h, &c, &bridges);
    assert_int_equal(c.bridged_us, 0);
    assert_int_equal(c.agent.v, 0);
    assert_int_equal(bridges, 0);
}

/* Whom his agent has left waits again: a crash then misses him. */
static void test_lost_agent_is_no_talk_after_a_crash(void **state)
{
    struct house *h = *state;
    struct job j;
    calls(h, 0, LONDON);
    answered(h);
    struct record r = record_of(h, RECORD_BRIDGED, NOON + 9 * SECOND);
    r.agent = h->agent[0];
    put(h, &r);
    r.kind = RECORD_AGENT;
    r.state = AGENT_TALKING;
    put(h, &r);
    assert_true(startup(h, &j).attempt[0].open.bridged);
    r.at_us += SECOND;
    r.state = AGENT_PAUSED;
    r.attempt.v = 0;
    put(h, &r);
    struct startup_attempts s = startup(h, &j);
    assert_int_equal(s.n, 1);
    assert_false(s.attempt[0].open.bridged);
}

/* An id is not given again, also when nothing but the journal has it. */
static void test_ids_of_the_erased(void **state)
{
    struct house *h = *state;
    struct job j;
    struct person_rows_path path[PERSON_PATHS_MAX];
    h->attempt = 40;
    calls(h, 0, LONDON);
    ended(h, OUTCOME_GAVE_UP);
    j = (struct job){.person = {.tenant = h->h.tenant,
                                .e164 = LONDON,
                                .dir = &h->h.dir,
                                .now_us = NOON + 99 * (int64_t)SECOND,
                                .path = path}};
    must(h, do_erase, &j);
    assert_int_equal(j.person.tally[PERSON_CALLS].erased, 1);
    (void)startup(h, &j);
    assert_int_equal(j.last, 41);
}

/* --- what must not see them -----------------------------------------------*/

static void test_not_among_our_calls(void **state)
{
    struct house *h = *state;
    struct job j;
    struct record r;
    fixture_house_fetch(&h->h, NOON, LEADS);
    int64_t lead = h->h.lead[3].id.v;
    calls(h, lead, FIRST + 3);
    answered(h);
    fixture_house_fetch(&h->h, NOON + SECOND, LEADS);
    for (size_t i = 0; i < h->h.leads; i++)
        assert_true(h->h.lead[i].id.v != lead); /* in a call */
    ended(h, OUTCOME_GAVE_UP);
    r = record_of(h, RECORD_LEAD, NOON + 60 * SECOND);
    r.lead.v = lead;
    r.state = LEAD_WAITING;
    r.due_us = NOON + 61 * SECOND;
    r.key = str_of("called_us");
    put(h, &r);
    fixture_house_fetch(&h->h, NOON + 62 * SECOND, LEADS);
    assert_int_equal(h->h.leads, 1);
    assert_int_equal(h->h.lead[0].id.v, lead);
    assert_int_equal(h->h.lead[0].tries, 0);
    assert_int_equal(h->h.lead[0].attempts, 0);
    (void)startup(h, &j);
    assert_int_equal(j.counters.first_call_us, 0);
    assert_int_equal(j.counters.placed, 0);
}

static int count_state(void *arg, const struct reader_state_count *s)
{
    uint64_t *n = arg;
    assert_true(s->first_due_us < NOON * 2);
    if (s->state == LEAD_WAITING && str_eq(s->reason, "called_us"))
        n[0] += s->leads;
    n[1] += s->leads;
    return 0;
}

static void ask_caller(struct house *h, struct campaign_id c, uint64_t e164)
{
    const struct store_caller q = {.campaign = c,
                                   .attempt = {++h->attempt},
                                   .e164 = e164,
                                   .now_us = NOON,
                                   .make = true};
    assert_int_equal(h->h.port.caller(h->h.port.self, &q), TM_OK);
}

static int load_other(struct db *db, void *arg, struct err *e)
{
    struct house *h = arg;
    struct catalog_campaign c = {.tenant = h->h.tenant,
                                 .name = str_of("other"),
                                 .seller = str_of("s"),
                                 .list = str_of("l"),
                                 .plan = str_of("name = other\n"),
                                 .now_us = 1};
    return catalog_campaign_load(db, &c, &h->h.campaign, e);
}

/* A row with a name and so many numbers, into the list. */
static struct import_writer_counts import(struct house *h, const char *hash,
                                          const uint64_t *number, size_t n)
{
    struct import_writer *w;
    struct import_writer_start start;
    struct import_writer_counts counts;
    struct err e = {0};
    const struct import_writer_open o = {h->h.tenant, "l",  "s",
                                         "f.csv",     hash, NOON};
    struct lead l = {.fields = 1, .phones = n, .consents = 1};
    l.field[0] = (struct lead_field){str_of("name"), str_of("Ann")};
    l.consent[0].type = CONSENT_EXPRESS;
    for (size_t i = 0; i < n; i++)
        l.phone[i].e164 = number[i];
    struct import_writer_row row = {7, &l};
    struct import_writer_batch b = {&row, 1, 0, 1, 10};
    assert_int_equal(import_writer_begin(h->h.store, &o, &w, &start, &e),
                     TM_OK);
    if (import_writer_batch(w, &b, &counts, &e) != TM_OK)
        fail_msg("%s", e.text);
    assert_int_equal(import_writer_finish(w, NOON, &e), TM_OK);
    import_writer_free(w);
    return counts;
}

/* What became of the caller's lead: his call is over. */
static void goes(struct house *h, int64_t lead, enum lead_state state,
                 int64_t due_us, const char *reason)
{
    struct record r = record_of(h, RECORD_LEAD, NOON);
    r.lead.v = lead;
    r.state = (int)state;
    r.due_us = due_us;
    r.key = str_of(reason);
    put(h, &r);
}

/* A customer who once called us is dialled by the list he is later in, with
 * what it says of him. */
static void test_import_adopts_a_caller(void **state)
{
    struct house *h = *state;
    struct job j;
    const uint64_t row[] = {LONDON + 50, LONDON, FIRST + 3};
    fixture_house_fetch(&h->h, NOON, LEADS);
    int64_t made = h->h.lead[LEADS - 1].id.v + 1;
    ask_caller(h, h->h.campaign, LONDON);
    (void)startup(h, &j);
    goes(h, made, LEAD_WAITING, INT64_MAX, "called_us");
    fixture_house_fetch(&h->h, NOON, LEADS);
    assert_int_equal(h->h.leads, 0);
    struct import_writer_counts n = import(h, "aa", row, 3);
    assert_int_equal(n.imported, 1);
    assert_int_equal(n.duplicates, 0);
    fixture_house_fetch(&h->h, NOON, LEADS);
    assert_int_equal(h->h.leads, 1);
    const struct lead *l = &h->h.lead[0];
    assert_int_equal(l->id.v, made);
    assert_int_equal(l->state, LEAD_NEW);
    assert_int_equal(l->phones, 2); /* the third is another lead's */
    assert_int_equal(l->phone[0].e164, LONDON + 50);
    assert_int_equal(l->phone[1].e164, LONDON);
    assert_int_equal(l->consents, 1);
    assert_int_equal(l->consent[0].type, CONSENT_EXPRESS);
    assert_int_equal(l->fields, 1);
    /* Once: then he is a lead of the list as the others are. */
    goes(h, made, LEAD_DONE, 0, "talked");
    n = import(h, "bb", row, 3);
    assert_int_equal(n.duplicates, 1);
    fixture_house_fetch(&h->h, NOON, LEADS);
    assert_int_equal(h->h.leads, 0);
}

/* Who asked to be left alone, or is dealt with, stays so; who has been promised
 * a call back keeps it. */
static void test_import_keeps_what_a_caller_wished(void **state)
{
    static const struct {
        enum lead_state state;
        int64_t due_us;
        const char *reason;
    } as[] = {{LEAD_DENIED, 0, "opted_out"},
              {LEAD_DONE, 0, "talked"},
              {LEAD_CALLBACK, INT64_MAX - 1, "callback"}};
    struct house *h = *state;
    struct job j;
    fixture_house_fetch(&h->h, NOON, LEADS);
    int64_t made = h->h.lead[LEADS - 1].id.v + 1;
    for (size_t i = 0; i < tm_array_len(as); i++) {
        const uint64_t number = LONDON + i;
        char hash[8];
        (void)snprintf(hash, sizeof(hash), "h%zu", i);
        ask_caller(h, h->h.campaign, number);
        (void)startup(h, &j);
        goes(h, made + (int64_t)i, as[i].state, as[i].due_us, as[i].reason);
        assert_int_equal(import(h, hash, &number, 1).imported, 1);
        fixture_house_fetch(&h->h, NOON, LEADS);
        assert_int_equal(h->h.leads, 0);
    }
    assert_int_equal(h->h.next_due_us, INT64_MAX - 1);
}

/* While he talks: his lead is a new one when he has gone. */
static void test_import_during_the_call(void **state)
{
    struct house *h = *state;
    const uint64_t number = LONDON;
    fixture_house_fetch(&h->h, NOON, LEADS);
    int64_t made = h->h.lead[LEADS - 1].id.v + 1;
    ask_caller(h, h->h.campaign, LONDON);
    calls(h, made, LONDON);
    assert_int_equal(import(h, "aa", &number, 1).imported, 1);
    fixture_house_fetch(&h->h, NOON, LEADS);
    assert_int_equal(h->h.leads, 0); /* in the call */
    ended(h, OUTCOME_TURNED_AWAY);
    goes(h, made, LEAD_WAITING, INT64_MAX, "called_us");
    fixture_house_fetch(&h->h, NOON, LEADS);
    assert_int_equal(h->h.leads, 1);
    assert_int_equal(h->h.lead[0].id.v, made);
    assert_int_equal(h->h.lead[0].state, LEAD_NEW);
}

/* Who called one campaign and stands in no file is called by none, also by
 * one that works on the same list, and each lead is counted once. */
static void test_made_leads_are_not_dialled(void **state)
{
    struct house *h = *state;
    struct err e = {0};
    struct job j;
    ask_caller(h, h->h.campaign, LONDON);
    ask_caller(h, h->h.campaign, FIRST + 7); /* in the list, not joined yet */
    ask_caller(h, h->h.campaign, LONDON);    /* again: the same */
    (void)startup(h, &j);                    /* behind them */
    for (int other = 0; other < 2; other++) {
        struct sqlite_reader *sr;
        struct reader reader;
        uint64_t n[2] = {0};
        if (other == 1)
            assert_int_equal(sqlite_store_run(h->h.store, load_other, h, &e),
                             TM_OK);
        for (int fetched = 0; fetched < 2; fetched++) {
            n[0] = n[1] = 0;
            assert_int_equal(sqlite_reader_open(&h->h.dir, &sr, &e), TM_OK);
            sqlite_reader_port(sr, &reader);
            assert_int_equal(
                reader.states(reader.self, h->h.campaign, count_state, n, &e),
                TM_OK);
            assert_int_equal(n[0], 1);
            assert_int_equal(n[1], LEADS + 1);
            sqlite_reader_close(sr);
            fixture_house_fetch(&h->h, NOON, LEADS + 5);
            /* the one asked about is at hand in his campaign */
            assert_int_equal(h->h.leads,
                             fetched == 1 ? 0 : LEADS - (other == 0));
            assert_true(h->h.next_due_us == INT64_MAX);
        }
    }
}

/* 16 CFR 310.2(q)(2): who inquires has a relationship, when the agent says
 * that he did; his last word counts. */
static void test_inquiry(void **state)
{
    struct house *h = *state;
    fixture_house_fetch(&h->h, NOON, LEADS);
    int64_t lead = h->h.lead[5].id.v;
    calls(h, lead, FIRST + 5);
    answered(h);
    for (int said = 0; said < 4; said++) { /* no, yes, yes, no */
        struct record r = record_of(h, RECORD_DISPOSITION, NOON + said + 70);
        r.agent = h->agent[0];
        r.key = str_of("asked");
        r.live = said == 1 || said == 2;
        put(h, &r);
        r = record_of(h, RECORD_LEAD, NOON + said + 70);
        r.lead.v = lead;
        r.state = LEAD_WAITING;
        r.due_us = NOON + said + 71;
        r.key = str_of("called_us");
        put(h, &r);
        fixture_house_fetch(&h->h, NOON + said + 72, LEADS);
        assert_int_equal(h->h.leads, 1);
        struct civil_date want = civil_of_us(NOON - CIVIL_DAY_US / 2).date;
        struct civil_date none = {0};
        assert_int_equal(civil_date_cmp(h->h.lead[0].last_inquiry,
                                        said == 1 || said == 2 ? want : none),
                         0);
    }
}

/* --- a person's data ------------------------------------------------------*/

static void test_erasure_and_holds(void **state)
{
    struct house *h = *state;
    struct job j;
    struct err e = {0};
    struct person_rows_path path[PERSON_PATHS_MAX];
    calls(h, 0, LONDON);
    j = (struct job){.person = {.tenant = h->h.tenant,
                                .e164 = LONDON,
                                .dir = &h->h.dir,
                                .now_us = NOON + SECOND,
                                .path = path}};
    assert_int_equal(run(h, do_erase, &j, &e), TM_ESTATE); /* on the line */
    assert_non_null(strstr(e.text, "is not over"));
    ended(h, OUTCOME_TURNED_AWAY);
    j.hold = (struct hold){.tenant = h->h.tenant,
                           .name = str_of("case 1"),
                           .campaign = h->h.campaign,
                           .reason = str_of("a suit"),
                           .now_us = NOON};
    must(h, do_hold, &j);
    assert_int_equal(run(h, do_erase, &j, &e), TM_ESTATE);
    assert_non_null(strstr(e.text, "legal hold"));
    /* Nor does time: the hold is on his campaign. */
    j.time = (struct retention_erase){.tenant = h->h.tenant,
                                      .now_us = NOON + 40000 * CIVIL_DAY_US};
    while (!j.time.done)
        must(h, do_time, &j);
    assert_int_equal(j.time.calls, 0);
    assert_true(j.time.held > 0);
}

static void test_retention(void **state)
{
    struct house *h = *state;
    struct job j = {0};
    calls(h, 0, FIRST + 500);
    ended(h, OUTCOME_GAVE_UP);
    for (int years = 4; years <= 6; years++) {
        j.time = (struct retention_erase){
            .tenant = h->h.tenant, .now_us = NOON + years * 366 * CIVIL_DAY_US};
        while (!j.time.done)
            must(h, do_time, &j);
        /* 16 CFR 310.5(b): five years */
        assert_int_equal(j.time.calls, years == 5);
    }
}

/* --- figures --------------------------------------------------------------*/

struct story {
    struct house *h;
    struct figures_records *records;
    struct rng random;
    int64_t at_us;
    size_t next_lead;
};

static unsigned below(struct story *s, unsigned n)
{
    return (unsigned)rng_below(&s->random, n);
}

static void tell(struct story *s, struct record *r)
{
    uint64_t seq = 0;
    r->at_us = s->at_us;
    figures_records_add(s->records, r);
    assert_int_equal(s->h->h.port.write(s->h->h.port.self, r, 1, &seq), TM_OK);
    s->at_us += (int64_t)below(s, 20 * SECOND);
}

static void asks(struct story *s, const struct record *base, enum outcome o)
{
    struct record r = *base;
    if (base->e164 == 0 || (o != OUTCOME_OPTED_OUT && o != OUTCOME_CALLBACK))
        return;
    r.kind = o == OUTCOME_OPTED_OUT ? RECORD_OPT_OUT : RECORD_CALLBACK;
    tell(s, &r);
}

static void moves(struct story *s, const struct record *base,
                  struct agent_id agent, enum agent_state state)
{
    struct record r = *base;
    r.kind = RECORD_AGENT;
    r.agent = agent;
    r.state = (int)state;
    tell(s, &r);
}

static void agent_talks(struct story *s, const struct record *base)
{
    static const char *const word[] = {"sale", "no", "later"};
    if (below(s, 4) == 0) /* typed in the talk */
        asks(s, base, below(s, 2) == 0 ? OUTCOME_OPTED_OUT : OUTCOME_CALLBACK);
    for (unsigned i = 0; i <= below(s, 4) / 3; i++) { /* a second agent */
        struct record r = *base;
        r.kind = RECORD_BRIDGED;
        r.agent = s->h->agent[below(s, 2)];
        r.ring_ms = below(s, 40000);
        tell(s, &r);
        moves(s, base, r.agent, AGENT_TALKING);
    }
    for (unsigned said = below(s, 3); said > 0; said--) {
        struct record r = *base;
        r.kind = RECORD_DISPOSITION;
        r.agent = s->h->agent[below(s, 2)];
        r.key = str_of(word[below(s, 3)]);
        r.state = (int)DISPOSITION_DONE;
        tell(s, &r);
    }
}

static void lead_state(struct story *s, const struct record *base)
{
    static const char *const word[] = {"called_us", "callback", "opted_out"};
    static const enum lead_state next[] = {LEAD_WAITING, LEAD_CALLBACK,
                                           LEAD_DENIED};
    struct record r = *base;
    unsigned i = below(s, 3);
    if (base->lead.v == 0)
        return;
    r.kind = RECORD_LEAD;
    r.state = (int)next[i];
    r.due_us = i == 0 && below(s, 2) == 0 ? INT64_MAX : s->at_us + SECOND;
    r.key = str_of(word[i]);
    tell(s, &r);
}

/* The agents said to have him never did: the carrier joined nobody. */
static void joined_on_paper(struct story *s, const struct record *base)
{
    for (unsigned n = below(s, 3); n > 0; n--) {
        struct record r = *base;
        r.kind = RECORD_BRIDGED;
        r.agent = s->h->agent[below(s, 2)];
        r.ring_ms = below(s, 40000);
        tell(s, &r);
    }
}

/* A call, ours or theirs, to some point of it. */
static void one_call(struct story *s, bool incoming)
{
    static const enum outcome left[] = {
        OUTCOME_GAVE_UP,  OUTCOME_TURNED_AWAY, OUTCOME_OPTED_OUT,
        OUTCOME_CALLBACK, OUTCOME_UNKNOWN,
    };
    size_t i = s->next_lead++;
    s->h->attempt++;
    struct record r, base = record_of(s->h, RECORD_INCOMING, s->at_us);
    bool known = i < s->h->h.leads && (!incoming || below(s, 2) == 0);
    base.lead.v = known ? s->h->h.lead[i].id.v : 0;
    base.e164 = incoming && below(s, 8) == 0 ? 0 : FIRST + i;
    bool talks = below(s, 2) == 0;
    enum outcome o = talks ? OUTCOME_TALKED : left[below(s, 5)];
    r = base;
    if (incoming)
        r.key = str_of(below(s, 4) == 0 ? "+18005550177" : "+18005550100");
    else
        r.kind = RECORD_ATTEMPT;
    tell(s, &r);
    if (!incoming) {
        r.kind = RECORD_PLACED;
        tell(s, &r);
    }
    unsigned until = below(s, 8); /* 0, 1, 2: it goes on still */
    if (until > 0) {
        r = base;
        r.kind = RECORD_ANSWERED;
        tell(s, &r);
    }
    if (until > 1 && talks)
        agent_talks(s, &base);
    else if (until > 1 && incoming && o != OUTCOME_UNKNOWN)
        joined_on_paper(s, &base);
    if (until > 1 && !talks)
        asks(s, &base, o);
    if (until < 3)
        return;
    r = base;
    r.kind = RECORD_ENDED;
    r.state = (int)o;
    r.talk_ms = below(s, 90000);
    r.live = !incoming;
    tell(s, &r);
    if (talks && below(s, 4) > 0) {
        struct agent_id agent = s->h->agent[below(s, 2)];
        moves(s, &base, agent, AGENT_WRAP);
        if (below(s, 4) > 0)
            moves(s, &base, agent, AGENT_READY);
    }
    if (talks && base.e164 != 0 && below(s, 2) == 0) /* in the wrap-up */
        asks(s, &base, below(s, 2) == 0 ? OUTCOME_OPTED_OUT : OUTCOME_CALLBACK);
    lead_state(s, &base);
}

static void text_of(const struct figures *f, struct buf *b)
{
    struct json_out j;
    json_out_init(&j, b);
    json_out_object(&j);
    report_callers_json(&f->callers, &j);
    json_out_key(&j, "agents");
    report_agents_json(f->agents, &j);
    json_out_end_object(&j);
    report_callers_csv(&f->callers, b);
    report_callers_html(&f->callers, b);
    report_callers_text(&f->callers, b);
    report_callers_tiles(&f->callers, b);
    report_agents_csv(f->agents, b);
    report_agents_text(f->agents, b);
    buf_addf(b, "recorded %llu placed %llu live %llu opt-outs %llu back %llu\n",
             (unsigned long long)f->recorded, (unsigned long long)f->placed,
             (unsigned long long)f->live, (unsigned long long)f->opt_outs,
             (unsigned long long)f->callbacks);
    for (size_t i = 0; i < FIGURES_LEAD_COUNT; i++)
        buf_addf(b, "%s %llu from %lld\n",
                 figures_lead_key((enum figures_lead)i),
                 (unsigned long long)f->lead[i].n,
                 (long long)f->lead[i].first_due_us);
    for (size_t i = 0; i < f->reasons; i++)
        buf_addf(b, "%s: %s %llu\n", lead_state_text(f->reason[i].state),
                 f->reason[i].reason, (unsigned long long)f->reason[i].leads);
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        buf_addf(b, "%s %llu\n", outcome_text((enum outcome)i),
                 (unsigned long long)f->outcome[i]);
    assert_false(b->failed);
}

static int name_agent(void *arg, const struct reader_agent *a)
{
    agent_figures_name(arg, a->id, a->name);
    return 0;
}

static void differ(uint64_t seed, const char *one, const char *two)
{
    size_t same = 0;
    while (one[same] != '\0' && one[same] == two[same])
        same++;
    size_t from = same > 80 ? same - 80 : 0;
    fail_msg("seed %llu: from the store ...%.160s..., from records ...%.160s",
             (unsigned long long)seed, one + from, two + from);
}

/* Half hours and numbers are parts of all. */
static void adds_up(const struct caller_figures *f)
{
    struct caller_figures_count sum = {0}, day[CALLER_FIGURES_HALVES];
    uint64_t of_day = 0, of_numbers = 0;
    for (size_t i = 0; i < f->halves; i++) {
        const struct caller_figures_count *n = &f->half[i].n;
        assert_true(i == 0 || f->half[i].from_us > f->half[i - 1].from_us);
        assert_int_equal(f->half[i].from_us % CALLER_FIGURES_HALF_US, 0);
        sum.callers += n->callers;
        sum.short_gave_up += n->short_gave_up;
        sum.within += n->within;
        sum.wrap_ms += n->wrap_ms;
        sum.talk_ms += n->talk_ms;
        if (n->longest_ms > sum.longest_ms)
            sum.longest_ms = n->longest_ms;
    }
    assert_int_equal(sum.callers, f->all.callers);
    assert_int_equal(sum.short_gave_up, f->all.short_gave_up);
    assert_int_equal(sum.within, f->all.within);
    assert_int_equal(sum.wrap_ms, f->all.wrap_ms);
    assert_int_equal(sum.talk_ms, f->all.talk_ms);
    assert_int_equal(sum.longest_ms, f->all.longest_ms);
    assert_true(f->all.wrap_ms > 0 && f->halves > 1);
    caller_figures_day(f, day);
    for (size_t i = 0; i < CALLER_FIGURES_HALVES; i++)
        of_day += day[i].callers;
    uint64_t of_dates = 0;
    size_t dates = 0;
    for (size_t i = 0; i < f->halves; dates++) {
        struct civil_date date;
        i = caller_figures_date(f, i, &date, &sum);
        of_dates += sum.callers;
    }
    assert_int_equal(of_dates, f->all.callers);
    assert_int_equal(dates, caller_figures_days(f));
    for (size_t i = 0; i < f->numbers; i++)
        of_numbers += f->number[i].n.callers;
    assert_int_equal(of_day, f->all.callers);
    assert_int_equal(of_numbers, f->all.callers);
}

/* The rows of a store and the records that made them say the same, to the
 * letter; no caller is in a figure of our calls. */
static void one_story(struct house *h, uint64_t seed)
{
    static const struct plan_inbound in = {.number = {18005550100, 18005550199},
                                           .numbers = 2,
                                           .target_ms = 20000,
                                           .target_pct = 80,
                                           .short_ms = 12000};
    static const struct disposition said[] = {
        {{"sale", 4}, DISPOSITION_DONE, true, false},
        {{"no", 2}, DISPOSITION_DONE, false, false},
        {{"later", 5}, DISPOSITION_DONE, false, false}};
    const struct figures_options o = {.now_us = NOON + 9 * CIVIL_DAY_US};
    struct figures_builder *from[2] = {figures_new(&o), figures_new(&o)};
    struct sqlite_reader *sr;
    struct reader reader;
    struct err e = {0};
    struct buf text[2];
    struct story s = {
        .h = h, .at_us = NOON, .records = figures_records_new(from[1])};
    rng_init(&s.random, seed, "callers");
    fixture_house_fetch(&h->h, NOON, LEADS);
    for (size_t i = 0; i < 2; i++) {
        figures_inbound(from[i], &in);
        figures_dispositions(from[i], said, tm_array_len(said));
    }
    for (int i = 0; i < LEADS; i++)
        one_call(&s, below(&s, 3) > 0);
    for (int i = 0; i < LEADS; i++) /* of people in no list */
        one_call(&s, true);
    struct job j;
    (void)startup(h, &j); /* all is written */
    assert_int_equal(sqlite_reader_open(&h->h.dir, &sr, &e), TM_OK);
    sqlite_reader_port(sr, &reader);
    if (figures_read(&reader, h->h.campaign, from[0], &e) != TM_OK)
        fail_msg("%s", e.text);
    assert_int_equal(reader.agents(reader.self, h->h.tenant, name_agent,
                                   figures_agents(from[1]), &e),
                     TM_OK);
    sqlite_reader_close(sr);
    figures_records_end(s.records, LEADS);
    for (size_t i = 0; i < 2; i++) {
        buf_init(&text[i], TEXT_MAX);
        text_of(figures_end(from[i]), &text[i]);
    }
    const struct figures *f = figures_end(from[0]);
    if (strcmp(text[0].p, text[1].p) != 0)
        differ(seed, text[0].p, text[1].p);
    assert_true(f->callers.all.callers > LEADS);
    adds_up(&f->callers);
    assert_int_equal(f->callers.all.callers + f->recorded, 2 * LEADS);
    assert_int_equal(f->outcome[OUTCOME_GAVE_UP] +
                             f->outcome[OUTCOME_TURNED_AWAY] <
                         f->recorded,
                     1);
    figures_records_free(s.records);
    for (size_t i = 0; i < 2; i++) {
        figures_free(from[i]);
        buf_fini(&text[i]);
    }
}

static void test_figures_are_the_same(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        void *h;
        (void)setup(&h);
        one_story(h, seed);
        (void)teardown(&h);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_open_callers_come_back),
        TEST(test_joined_on_paper_only),
        TEST(test_lost_agent_is_no_talk_after_a_crash),
        TEST(test_ids_of_the_erased),
        TEST(test_not_among_our_calls),
        TEST(test_made_leads_are_not_dialled),
        TEST(test_import_adopts_a_caller),
        TEST(test_import_keeps_what_a_caller_wished),
        TEST(test_import_during_the_call),
        TEST(test_inquiry),
        TEST(test_erasure_and_holds),
        TEST(test_retention),
        cmocka_unit_test(test_figures_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
