/* Agents in the database: rows, what records make of them, what a crash
 * leaves, and that no id of a leg is given again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "core/agent/agent.h"
#include "port/reader.h"
#include "store/agent_rows.h"
#include "store/sqlite_reader.h"
#include "store/startup.h"
#include "unit/store/fixture_house.h"

static const int64_t NOON = 1795262400000000;
static const uint64_t FIRST = 12125550100;
enum { SECOND = 1000000 };

struct house {
    struct fixture_house h;
    struct arena arena;
    struct agent_id ann, bob;
};

struct job {
    struct house *h;
    struct agent_row *row;
    struct slice name;
    struct agent_row found;
    struct agent_rows all;
    struct agent_rows_left left;
    struct startup_attempts attempts;
    struct agent_id id;
    int64_t last;
};

static int do_add(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    return agent_rows_add(db, j->row, NOON, e);
}

static int do_find(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    return agent_rows_find(db, &j->h->arena, j->h->h.tenant, j->name, &j->found,
                           e);
}

static int do_read(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    return agent_rows_read(db, &j->h->arena, j->h->h.tenant, &j->all, e);
}

static int do_remove(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    return agent_rows_remove(db, j->h->h.tenant, j->id, NOON, e);
}

static int do_left(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    int rc = agent_rows_left_open(db, &j->h->arena, &j->left, e);
    if (rc == TM_OK)
        rc = startup_last_attempt(db, &j->last, e);
    return rc == TM_OK
               ? startup_open_attempts(db, &j->h->arena, &j->attempts, e)
               : rc;
}

static int run(struct house *h, int (*fn)(struct db *, void *, struct err *),
               struct job *j, struct err *e)
{
    j->h = h;
    return sqlite_store_run(h->h.store, fn, j, e);
}

static struct agent_row row_of(struct house *h, const char *name)
{
    struct agent_row r = {.tenant = h->h.tenant};
    (void)str_copy(r.setup.name, sizeof(r.setup.name), str_of(name));
    (void)str_copy(r.realm, sizeof(r.realm), str_of("telemark"));
    return r;
}

static struct agent_id add(struct house *h, const char *name)
{
    struct err e = {0};
    struct agent_row r = row_of(h, name);
    struct job j = {.row = &r};
    if (run(h, do_add, &j, &e) != TM_OK)
        fail_msg("%s", e.text);
    return r.setup.id;
}

static int setup(void **state)
{
    struct house *h = test_calloc(1, sizeof(*h));
    fixture_house_make(&h->h);
    fixture_house_leads(&h->h, FIRST, 10);
    arena_init(&h->arena);
    h->ann = add(h, "ann");
    h->bob = add(h, "bob");
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
                               int64_t at_s)
{
    return (struct record){.kind = kind,
                           .at_us = NOON + at_s * SECOND,
                           .tenant = h->h.tenant,
                           .seller = h->h.seller,
                           .campaign = h->h.campaign};
}

static void put(struct house *h, const struct record *r)
{
    uint64_t seq = 0;
    assert_int_equal(h->h.port.write(h->h.port.self, r, 1, &seq), TM_OK);
    fixture_house_wait(&h->h, seq);
}

static void put_state(struct house *h, struct agent_id a, int64_t at_s,
                      enum agent_state s, const char *reason)
{
    struct record r = record_of(h, RECORD_AGENT, at_s);
    r.agent = a;
    r.state = (int)s;
    r.key = str_of(reason);
    if (s != AGENT_TALKING && s != AGENT_WRAP)
        r.campaign.v = 0;
    put(h, &r);
}

static void put_staff(struct house *h, struct agent_id a, int64_t attempt,
                      int64_t at_s, const char *key)
{
    struct record r = record_of(h, RECORD_STAFF, at_s);
    r.agent = a;
    r.attempt.v = attempt;
    r.e164 = 1001;
    r.key = str_of(key);
    r.dialog = str_of("the dialog");
    put(h, &r);
}

/* One call of lead 1 that ann takes two seconds after it was answered. */
static void put_call(struct house *h, int64_t attempt)
{
    struct record r = record_of(h, RECORD_ATTEMPT, 10);
    r.lead.v = 1;
    r.attempt.v = attempt;
    r.e164 = FIRST;
    put(h, &r);
    r.kind = RECORD_PLACED;
    put(h, &r);
    r.kind = RECORD_ANSWERED;
    r.at_us += 5 * SECOND;
    put(h, &r);
    r.kind = RECORD_BRIDGED;
    r.at_us += 2 * SECOND;
    r.agent = h->ann;
    r.ring_ms = 2000;
    put(h, &r);
}

struct seen {
    struct reader_attempt a;
    char agent[64], disposition[32], text[2000];
    int64_t talk_us;
    size_t n;
};

static int see_attempt(void *arg, const struct reader_attempt *a)
{
    struct seen *s = arg;
    s->a = *a;
    (void)str_copy(s->agent, sizeof(s->agent), a->agent_name);
    (void)str_copy(s->disposition, sizeof(s->disposition), a->disposition);
    s->n++;
    return 0;
}

static int see_span(void *arg, const struct reader_agent_span *s)
{
    struct seen *to = arg;
    struct buf b;
    buf_init(&b, sizeof(to->text));
    buf_addf(&b, "%s%lld %s/%.*s %lld-%lld\n", to->text, (long long)s->agent.v,
             agent_state_text(s->state), (int)s->reason.n, s->reason.p,
             (long long)((s->from_us - NOON) / SECOND),
             (long long)(s->until_us ? (s->until_us - NOON) / SECOND : -1));
    (void)str_copy(to->text, sizeof(to->text), buf_slice(&b));
    buf_fini(&b);
    return 0;
}

static int see_bridge(void *arg, const struct reader_bridge *b)
{
    struct seen *s = arg;
    assert_int_equal(b->wait_ms, 2000);
    s->n++;
    return 0;
}

static void with_reader(struct house *h, struct seen *s,
                        int (*fn)(const struct reader *, struct seen *))
{
    struct sqlite_reader *r;
    struct reader port;
    struct err e = {0};
    memset(s, 0, sizeof(*s));
    if (sqlite_reader_open(&h->h.dir, &r, &e) != TM_OK)
        fail_msg("%s", e.text);
    sqlite_reader_port(r, &port);
    assert_int_equal(fn(&port, s), 0);
    sqlite_reader_close(r);
}

static int read_attempts(const struct reader *r, struct seen *s)
{
    struct reader_attempts q = {0};
    return r->attempts(r->self, &q, see_attempt, s, NULL);
}

static int read_spans(const struct reader *r, struct seen *s)
{
    struct reader_agent_time q = {0};
    return r->agent_spans(r->self, &q, see_span, s, NULL);
}

static int read_some_spans(const struct reader *r, struct seen *s)
{
    struct reader_agent_time q = {.from_us = NOON + 30 * SECOND,
                                  .until_us = NOON + 60 * SECOND};
    return r->agent_spans(r->self, &q, see_span, s, NULL);
}

static int read_calls_spans(const struct reader *r, struct seen *s)
{
    struct reader_agent_time q = {.campaign = {1}};
    return r->agent_spans(r->self, &q, see_span, s, NULL);
}

static int read_bridges(const struct reader *r, struct seen *s)
{
    struct reader_agent_time q = {0};
    return r->bridges(r->self, &q, see_bridge, s, NULL);
}

/* --- tests ----------------------------------------------------------------*/

static void test_rows(void **state)
{
    struct house *h = *state;
    struct err e = {0};
    struct agent_row r = row_of(h, "cleo");
    r.setup.leg = AGENT_LEG_PER_CALL;
    r.setup.e164 = 12125559000;
    (void)str_copy(r.setup.trunk, AGENT_WORD_MAX, str_of("town"));
    (void)str_copy(r.setup.skill[0], AGENT_WORD_MAX, str_of("spanish"));
    (void)str_copy(r.setup.skill[1], AGENT_WORD_MAX, str_of("vip"));
    r.setup.skills = 2;
    r.setup.campaign[0] = h->h.campaign;
    r.setup.campaigns = 1;
    (void)str_copy(r.ha1_md5, sizeof(r.ha1_md5), str_of("abc"));
    struct job j = {.row = &r, .name = str_of("cleo")};
    assert_int_equal(run(h, do_add, &j, &e), TM_OK);
    assert_int_equal(run(h, do_find, &j, &e), TM_OK);
    assert_memory_equal(&j.found.setup, &r.setup, sizeof(r.setup));
    assert_string_equal(j.found.ha1_md5, "abc");
    /* the same name, the same telephone */
    assert_int_equal(run(h, do_add, &j, &e), TM_EEXIST);
    assert_non_null(strstr(e.text, "an agent 'cleo' already"));
    struct agent_row other = r;
    (void)str_copy(other.setup.name, sizeof(r.setup.name), str_of("dan"));
    j.row = &other;
    assert_int_equal(run(h, do_add, &j, &e), TM_EEXIST);
    assert_non_null(strstr(e.text, "that of agent 'cleo'"));
    j.name = str_of("nobody");
    assert_int_equal(run(h, do_find, &j, &e), TM_ENOTFOUND);
    assert_non_null(strstr(e.text, "ann, bob, cleo"));
    /* gone from the list, and the name is free again */
    j.id = r.setup.id;
    assert_int_equal(run(h, do_remove, &j, &e), TM_OK);
    assert_int_equal(run(h, do_read, &j, &e), TM_OK);
    assert_int_equal(j.all.n, 2);
    struct agent_id again = add(h, "cleo");
    assert_true(again.v > r.setup.id.v);
}

/* An extension that somebody chose is passed over, not told to the next one
 * as an error. */
static void test_extension_is_free(void **state)
{
    struct house *h = *state;
    struct err e = {0};
    struct agent_row r = row_of(h, "cleo");
    r.setup.e164 = 1000 + (uint64_t)h->bob.v + 2; /* that of the next but one */
    struct job j = {.row = &r};
    assert_int_equal(run(h, do_add, &j, &e), TM_OK);
    struct agent_row next = row_of(h, "dan");
    j.row = &next;
    assert_int_equal(run(h, do_add, &j, &e), TM_OK);
    assert_int_equal(next.setup.id.v, h->bob.v + 2);
    assert_int_equal(next.setup.e164, r.setup.e164 + 1);
}

static void test_call_with_agent(void **state)
{
    struct house *h = *state;
    struct seen s;
    put_call(h, 7);
    struct record r = record_of(h, RECORD_ENDED, 60);
    r.attempt.v = 7;
    r.lead.v = 1;
    r.state = OUTCOME_TALKED;
    r.live = true;
    put(h, &r);
    r = record_of(h, RECORD_DISPOSITION, 70);
    r.attempt.v = 7;
    r.lead.v = 1;
    r.agent = h->ann;
    r.key = str_of("sale");
    put(h, &r);
    with_reader(h, &s, read_attempts);
    assert_int_equal(s.n, 1);
    assert_int_equal(s.a.agent.v, h->ann.v);
    assert_int_equal(s.a.wait_ms, 2000);
    assert_int_equal(s.a.bridged_us, NOON + 17 * SECOND);
    assert_int_equal(s.a.outcome, OUTCOME_TALKED);
    assert_string_equal(s.agent, "ann");
    assert_string_equal(s.disposition, "sale");
    /* a person no more, when the agent says so */
    bool live = s.a.live;
    r.key = str_of("answering_machine");
    r.state = DISPOSITION_MACHINE;
    put(h, &r);
    with_reader(h, &s, read_attempts);
    assert_true(live);
    assert_false(s.a.live);
    assert_int_equal(s.a.outcome, OUTCOME_MACHINE);
    /* a second agent: who took it last, but the wait for the first */
    r = record_of(h, RECORD_BRIDGED, 30);
    r.attempt.v = 7;
    r.agent = h->bob;
    r.ring_ms = 2000;
    put(h, &r);
    with_reader(h, &s, read_attempts);
    assert_string_equal(s.agent, "bob");
    assert_int_equal(s.a.disposed_by.v, h->ann.v); /* she said it */
    assert_int_equal(s.a.bridged_us, NOON + 17 * SECOND);
    with_reader(h, &s, read_bridges);
    assert_int_equal(s.n, 2);
}

static void test_states(void **state)
{
    struct house *h = *state;
    struct seen s;
    put_state(h, h->ann, 0, AGENT_CALLING_IN, "");
    put_state(h, h->ann, 3, AGENT_READY, "");
    put_state(h, h->bob, 5, AGENT_PAUSED, "lunch");
    put_state(h, h->ann, 20, AGENT_TALKING, "");
    put_state(h, h->ann, 50, AGENT_WRAP, "");
    /* names the call that is over; the time after it is not the campaign's */
    struct record over = record_of(h, RECORD_AGENT, 55);
    over.agent = h->ann;
    over.state = AGENT_READY;
    over.attempt.v = 7;
    put(h, &over);
    put_state(h, h->ann, 60, AGENT_OFF, "");
    with_reader(h, &s, read_spans);
    assert_string_equal(s.text, "1 calling_in/ 0-3\n1 ready/ 3-20\n"
                                "1 talking/ 20-50\n1 wrap_up/ 50-55\n"
                                "1 ready/ 55-60\n2 paused/lunch 5--1\n");
    with_reader(h, &s, read_calls_spans);
    assert_string_equal(s.text, "1 talking/ 20-50\n1 wrap_up/ 50-55\n");
    with_reader(h, &s, read_some_spans);
    assert_string_equal(s.text, "1 talking/ 20-50\n1 wrap_up/ 50-55\n"
                                "1 ready/ 55-60\n2 paused/lunch 5--1\n");
}

/* As after kill -9: the store says what was open, and the next id is free. */
static void test_left_open(void **state)
{
    struct house *h = *state;
    struct err e = {0};
    struct job j = {0};
    put_call(h, 7);
    put_staff(h, h->ann, 8, 20, "recorded");
    put_staff(h, h->ann, 8, 22, "answered");
    put_staff(h, h->bob, 9, 23, "recorded");
    put_staff(h, h->bob, 9, 24, "ended");
    put_staff(h, h->bob, 11, 25, "recorded");
    put_state(h, h->ann, 26, AGENT_READY, "");
    assert_int_equal(run(h, do_left, &j, &e), TM_OK);
    assert_int_equal(j.last, 11);
    assert_int_equal(j.left.n, 3);
    assert_int_equal(j.left.last_us, NOON + 26 * SECOND);
    assert_int_equal(j.left.open[0].leg.v, 8);
    assert_true(str_eq(j.left.open[0].dialog, "the dialog"));
    assert_int_equal(j.left.open[1].leg.v, 11);
    assert_int_equal(j.left.open[1].dialog.n, 0);
    assert_int_equal(j.left.open[2].leg.v, 0);
    assert_int_equal(j.left.open[2].agent.v, h->ann.v);
    /* a call that an agent had taken was served */
    assert_int_equal(j.attempts.n, 1);
    assert_true(j.attempts.attempt[0].open.served);
    assert_true(j.attempts.attempt[0].open.bridged);
    /* a start ten hours later closes the call before it asks for agents */
    struct record late = record_of(h, RECORD_ENDED, 36000);
    late.lead.v = 1;
    late.attempt.v = 7;
    late.state = OUTCOME_UNKNOWN;
    put(h, &late);
    late = record_of(h, RECORD_RESTART, 36000);
    put(h, &late);
    assert_int_equal(run(h, do_left, &j, &e), TM_OK);
    assert_int_equal(j.left.n, 3);
    assert_int_equal(j.left.last_us, NOON + 26 * SECOND);
    put_staff(h, h->ann, 8, 26, "ended");
    put_staff(h, h->bob, 11, 26, "ended");
    put_state(h, h->ann, 26, AGENT_OFF, "");
    assert_int_equal(run(h, do_left, &j, &e), TM_OK);
    assert_int_equal(j.left.n, 0);
    assert_int_equal(j.last, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
        cmocka_unit_test_setup_teardown(test_extension_is_free, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_call_with_agent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_states, setup, teardown),
        cmocka_unit_test_setup_teardown(test_left_open, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
