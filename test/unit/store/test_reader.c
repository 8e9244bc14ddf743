/* The reader port on SQLite, row kind by row kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/campaign/campaign.h"
#include "store/catalog.h"
#include "store/db.h"
#include "store/sqlite_reader.h"
#include "unit/store/fixture_house.h"

enum { LEADS = 6 };

static const int64_t NOON = 1795262400000000;
static const uint64_t FIRST = 12125550100;

struct scene {
    struct fixture_house house;
    struct sqlite_reader *r;
    struct reader port;
    char said[2000]; /* what the visitors saw, one line a row */
    int stop_after;  /* rows; 0: never */
};

static struct record record_of(const struct scene *s, enum record_kind kind,
                               int64_t lead, int64_t attempt)
{
    return (struct record){
        .kind = kind,
        .at_us = NOON + attempt,
        .tenant = s->house.tenant,
        .seller = s->house.seller,
        .campaign = s->house.campaign,
        .lead = {lead},
        .attempt = {attempt},
        .e164 = FIRST + (uint64_t)lead - 1,
    };
}

/* Lead 1 completed, 2 denied, 3 and 4 wait, 5 and 6 are new; two of them came
 * after the last fetch. */
static void play(struct scene *s)
{
    struct fixture_house *h = &s->house;
    fixture_house_leads(h, FIRST, LEADS - 2);
    fixture_house_fetch(h, NOON, 4);
    fixture_house_leads(h, FIRST + LEADS - 2, 2);
    struct record r[] = {
        record_of(s, RECORD_CAMPAIGN, 0, 0),
        record_of(s, RECORD_ATTEMPT, 1, 7),
        record_of(s, RECORD_PLACED, 1, 7),
        record_of(s, RECORD_RINGING, 1, 7),
        record_of(s, RECORD_ANSWERED, 1, 7),
        record_of(s, RECORD_ANSWER, 1, 7),
        record_of(s, RECORD_ANSWER, 1, 7),
        record_of(s, RECORD_CALLBACK, 1, 7),
        record_of(s, RECORD_OPT_OUT, 1, 7),
        record_of(s, RECORD_ENDED, 1, 7),
        record_of(s, RECORD_LEAD, 1, 0),
        record_of(s, RECORD_VERDICT, 2, 0),
        record_of(s, RECORD_LEAD, 2, 0),
        record_of(s, RECORD_VERDICT, 3, 0),
        record_of(s, RECORD_LEAD, 3, 0),
        record_of(s, RECORD_VERDICT, 4, 0),
        record_of(s, RECORD_LEAD, 4, 0),
        record_of(s, RECORD_ATTEMPT, 3, 8),
    };
    r[0].state = CAMPAIGN_RUNNING;
    r[1].rules = str_of("A:allow");
    r[1].versions = str_of("us@1");
    r[1].due_us = NOON + 99;
    r[2].note = str_of("call-7");
    r[5].key = r[6].key = str_of("q1");
    r[5].value = str_of("no");
    r[6].value = str_of("yes");
    r[7].due_us = NOON + 500;
    r[9].state = OUTCOME_COMPLETED;
    r[9].code = 200;
    r[9].value = str_of("we_hung_up");
    r[9].live = true;
    r[9].talk_ms = 1234;
    r[10].state = LEAD_DONE;
    r[10].key = str_of("completed");
    r[11].state = 1;
    r[11].rules = str_of("D:deny");
    r[11].note = str_of("get consent");
    r[12].state = LEAD_DENIED;
    r[12].key = str_of("law");
    r[13].state = r[15].state = 2;
    r[13].rules = r[15].rules = str_of("H:not_before");
    r[13].due_us = NOON + 1000;
    r[15].due_us = NOON + 1900;
    r[14].state = r[16].state = LEAD_WAITING;
    r[14].key = r[16].key = str_of("hours");
    r[14].due_us = NOON + 1000;
    r[16].due_us = NOON + 1900;
    uint64_t seq;
    assert_int_equal(h->port.write(h->port.self, r, tm_array_len(r) - 1, &seq),
                     TM_OK);
    fixture_house_wait(h, seq);
}

static int setup(void **state)
{
    struct scene *s = test_calloc(1, sizeof(*s));
    struct err e = {0};
    fixture_house_make(&s->house);
    play(s);
    assert_int_equal(sqlite_reader_open(&s->house.dir, &s->r, &e), TM_OK);
    sqlite_reader_port(s->r, &s->port);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct scene *s = *state;
    sqlite_reader_close(s->r);
    fixture_house_free(&s->house);
    test_free(s);
    return 0;
}

TM_PRINTF(2, 3) static int say(struct scene *s, const char *fmt, ...)
{
    size_t n = strlen(s->said);
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(s->said + n, sizeof(s->said) - n, fmt, ap);
    va_end(ap);
    return s->stop_after > 0 && --s->stop_after == 0 ? 42 : 0;
}

#define TEXT(s) (int)(s).n, (s).p

static int on_campaign(void *arg, const struct reader_campaign *c)
{
    return say(arg, "%.*s of %.*s on %.*s: %s, plan %.*s, first %d\n",
               TEXT(c->name), TEXT(c->seller_name), TEXT(c->list_name),
               campaign_state_text((enum campaign_state)c->state),
               TEXT(str_trim(c->plan)), (int)(c->first_call_us - NOON));
}

static void test_campaigns(void **state)
{
    struct scene *s = *state;
    struct err e = {0};
    assert_int_equal(
        s->port.campaigns(s->port.self, s->house.tenant, on_campaign, s, &e),
        TM_OK);
    assert_string_equal(s->said,
                        "c of s on l: running, plan name = c, first 7\n");
}

static int load_again(struct db *db, void *arg, struct err *e)
{
    struct scene *s = arg;
    struct catalog_campaign c = {
        .tenant = s->house.tenant,
        .name = str_of("c"),
        .seller = str_of("s"),
        .list = str_of("l"),
        .plan = str_of("name = c # again\n"),
        .now_us = NOON,
    };
    struct campaign_id id;
    int rc = db_exec(db, "UPDATE campaign SET state = 'paused'", e);
    return rc == TM_OK ? catalog_campaign_load(db, &c, &id, e) : rc;
}

static int on_loaded(void *arg, const struct reader_campaign *c)
{
    return say(arg, "loaded %lld, first %lld\n", (long long)c->loaded_us,
               (long long)c->first_loaded_us);
}

/* A file loaded again begins no new campaign. */
static void test_loaded_again(void **state)
{
    struct scene *s = *state;
    struct err e = {0};
    char want[128];
    assert_int_equal(
        s->port.campaigns(s->port.self, s->house.tenant, on_loaded, s, &e),
        TM_OK);
    assert_string_equal(s->said, "loaded 1, first 1\n");
    if (sqlite_store_run(s->house.store, load_again, s, &e) != TM_OK)
        fail_msg("%s", e.text);
    s->said[0] = '\0';
    assert_int_equal(
        s->port.campaigns(s->port.self, s->house.tenant, on_loaded, s, &e),
        TM_OK);
    (void)snprintf(want, sizeof(want), "loaded %lld, first 1\n",
                   (long long)NOON);
    assert_string_equal(s->said, want);
}

static int on_state(void *arg, const struct reader_state_count *c)
{
    return say(arg, "%s/%.*s %d\n", lead_state_text(c->state), TEXT(c->reason),
               (int)c->leads);
}

/* Every lead of the list is counted, also those that have not joined yet. */
static void test_states(void **state)
{
    struct scene *s = *state;
    struct err e = {0};
    assert_int_equal(
        s->port.states(s->port.self, s->house.campaign, on_state, s, &e),
        TM_OK);
    assert_string_equal(s->said, "denied/law 1\ndone/completed 1\nnew/ 2\n"
                                 "waiting/hours 2\n");
}

static int on_verdict(void *arg, const struct reader_verdict_count *c)
{
    return say(arg, "%d %.*s %s %d due %d\n", c->verdict, TEXT(c->rules),
               lead_state_text(c->state), (int)c->leads,
               c->first_due_us ? (int)(c->first_due_us - NOON) : -1);
}

static void test_verdicts(void **state)
{
    struct scene *s = *state;
    struct err e = {0};
    assert_int_equal(
        s->port.verdicts(s->port.self, s->house.campaign, on_verdict, s, &e),
        TM_OK);
    assert_string_equal(s->said, "2 H:not_before waiting 2 due 1000\n"
                                 "1 D:deny denied 1 due -1\n");
}

static int on_attempt(void *arg, const struct reader_attempt *a)
{
    return say(arg, "%d lead %d %s %d %.*s %.*s %.*s %.*s live %d talk %d\n",
               (int)a->id.v, (int)a->lead.v, outcome_text(a->outcome), a->code,
               TEXT(a->cause), TEXT(a->call_id), TEXT(a->rules),
               TEXT(a->versions), a->live, (int)a->talk_ms);
}

static void test_attempts(void **state)
{
    struct scene *s = *state;
    struct err e = {0};
    struct reader_attempts q = {0}, none;
    const char *one = "7 lead 1 completed 200 we_hung_up call-7 A:allow us@1 "
                      "live 1 talk 1234\n";
    struct reader_attempts by[] = {
        q,
        {.campaign = s->house.campaign},
        {.lead = {1}},
        {.e164 = FIRST},
        {.campaign = s->house.campaign, .lead = {1}, .e164 = FIRST},
        {.from_us = NOON + 7, .until_us = NOON + 8},
    };
    for (size_t i = 0; i < tm_array_len(by); i++) {
        s->said[0] = '\0';
        assert_int_equal(
            s->port.attempts(s->port.self, &by[i], on_attempt, s, &e), TM_OK);
        assert_string_equal(s->said, one);
        none = by[i];
        none.from_us = NOON + 8;
        s->said[0] = '\0';
        assert_int_equal(
            s->port.attempts(s->port.self, &none, on_attempt, s, &e), TM_OK);
        assert_string_equal(s->said, "");
    }
}

static int on_answer(void *arg, const struct reader_answer *a)
{
    return say(arg, "%d %d %.*s=%.*s\n", (int)a->attempt.v, (int)a->lead.v,
               TEXT(a->question), TEXT(a->answer));
}

static int on_opt_out(void *arg, const struct reader_opt_out *o)
{
    return say(arg, "opt-out %.*s %d %.*s\n", TEXT(o->seller_name),
               (int)(o->e164 - FIRST), TEXT(o->source));
}

static int on_callback(void *arg, const struct reader_callback *c)
{
    return say(arg, "callback %d due %d\n", (int)c->lead.v,
               (int)(c->due_us - NOON));
}

static void test_wishes(void **state)
{
    struct scene *s = *state;
    struct err e = {0};
    struct campaign_id c = s->house.campaign;
    assert_int_equal(s->port.answers(s->port.self, c, on_answer, s, &e), TM_OK);
    assert_int_equal(s->port.opt_outs(s->port.self, 0, on_opt_out, s, &e),
                     TM_OK);
    assert_int_equal(
        s->port.opt_outs(s->port.self, FIRST + 1, on_opt_out, s, &e), TM_OK);
    assert_int_equal(s->port.callbacks(s->port.self, c, on_callback, s, &e),
                     TM_OK);
    assert_string_equal(s->said,
                        "7 1 q1=yes\nopt-out s 0 call\ncallback 1 due 500\n");
}

static int on_member(void *arg, const struct reader_membership *m)
{
    return say(arg, "%d %.*s %s/%.*s verdict %d %.*s %.*s\n", (int)m->lead.v,
               TEXT(m->campaign_name), lead_state_text(m->state),
               TEXT(m->reason), m->verdict, TEXT(m->rules), TEXT(m->remedy));
}

static void test_members(void **state)
{
    struct scene *s = *state;
    struct err e = {0};
    for (int64_t id = 2; id <= 6; id += 4) {
        assert_int_equal(s->port.memberships(s->port.self, (struct lead_id){id},
                                             on_member, s, &e),
                         TM_OK);
    }
    assert_string_equal(s->said, "2 c denied/law verdict 1 D:deny get consent\n"
                                 "6 c new/ verdict -1  \n");
    s->said[0] = '\0';
    assert_int_equal(s->port.members(s->port.self, s->house.campaign,
                                     LEAD_WAITING, on_member, s, &e),
                     TM_OK);
    assert_string_equal(s->said, "3 c waiting/hours verdict 2 H:not_before \n"
                                 "4 c waiting/hours verdict 2 H:not_before \n");
    s->said[0] = '\0';
    s->stop_after = 3;
    assert_int_equal(s->port.members(s->port.self, s->house.campaign,
                                     LEAD_STATE_COUNT, on_member, s, &e),
                     42);
    /* and the reader works on after a walk that was ended */
    s->said[0] = '\0';
    assert_int_equal(s->port.members(s->port.self, s->house.campaign, LEAD_DONE,
                                     on_member, s, &e),
                     TM_OK);
    assert_string_equal(s->said, "1 c done/completed verdict -1  \n");
}

static int on_due(void *arg, const struct reader_due *d)
{
    return say(arg, "%d: %d\n", (int)(d->from_us - NOON), (int)d->leads);
}

static void test_dues(void **state)
{
    struct scene *s = *state;
    struct err e = {0};
    struct campaign_id c = s->house.campaign;
    assert_int_equal(s->port.dues(s->port.self, c, 1000, on_due, s, &e), TM_OK);
    assert_int_equal(s->port.dues(s->port.self, c, 500, on_due, s, &e), TM_OK);
    assert_string_equal(s->said, "1000: 2\n1000: 1\n1500: 1\n");
}

static int on_journal(void *arg, const struct journal_row *row)
{
    struct journal_check *c = arg;
    return journal_check_row(c, row) ? 0 : 1;
}

static void test_journal(void **state)
{
    struct scene *s = *state;
    struct err e = {0};
    struct journal_check c = {0};
    assert_int_equal(s->port.journal(s->port.self, 1, on_journal, &c, &e),
                     TM_OK);
    /* two imports, two loads of the plan, and what was played */
    assert_true(c.entries == 17 + 4);
    struct journal_check late = {0};
    assert_int_equal(s->port.journal(s->port.self, 2, on_journal, &late, &e),
                     1);
    assert_true(late.broken_seq == 1);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_campaigns), CASE(test_loaded_again), CASE(test_states),
        CASE(test_verdicts),  CASE(test_attempts),     CASE(test_wishes),
        CASE(test_members),   CASE(test_dues),         CASE(test_journal),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
