/*
 * The checker of agents: a day written by hand has no finding, and each fault
 * put into it is found, by its kind. No engine takes part here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/campaign/campaign.h"
#include "core/lead/outcome.h"
#include "sim/check_agents.h"

/* One record a line: milliseconds, kind, then words: aN agent, tN attempt, lN
 * lead, cN campaign (1 when none is said), s=state k=key v=value d=due (ms from
 * then) w=wait, live, lost. An INVITE leaves at `invite`. */
static const char *const day[] = {
    "0 campaign s=running",
    "10 staff a1 t901 k=recorded",
    "11 agent a1 s=calling_in",
    "11 invite t901",
    "20 staff a2 t902 k=recorded",
    "21 agent a2 s=calling_in",
    "21 invite t902",
    "900 staff a1 t901 k=answered",
    "900 agent a1 s=paused",
    "900 agent a1 s=ready",
    "950 staff a2 t902 k=answered",
    "950 agent a2 s=paused",
    "950 agent a2 s=ready",
    "1000 attempt t1 l1 d=60000",
    "1001 attempt t2 l2 d=60000",
    "1002 attempt t3 l3 d=60000",
    "1003 attempt t4 l4 d=60000",
    "1005 invite t1",
    "1005 placed t1 l1",
    "1005 invite t2",
    "1005 placed t2 l2",
    "1005 invite t3",
    "1005 placed t3 l3",
    "1005 invite t4",
    "1005 placed t4 l4",
    "1010 ringing t1 l1",
    "1010 ringing t2 l2",
    "1010 ringing t3 l3",
    "3000 ringing t4 l4",
    "9000 answered t1 l1",
    "9000 bridged t1 l1 a1 w=0",
    "9000 agent a1 t1 s=talking",
    "9100 answered t2 l2",
    "9100 bridged t2 l2 a2 w=0",
    "9100 agent a2 t2 s=talking",
    "9500 answered t3 l3",
    "18100 ended t4 l4 s=no_answer v=we_hung_up",
    "18100 lead l4 s=waiting d=3600000",
    "19500 ended t3 l3 s=abandoned v=we_hung_up live lost",
    "19500 lead l3 s=waiting d=300000000",
    "20000 agent a1 t1 s=hold",
    "21000 agent a1 t1 s=talking",
    "30000 ended t1 l1 s=talked v=callee_hung_up live",
    "30000 lead l1 s=waiting d=90000000",
    "30000 agent a1 t1 s=wrap_up",
    "35000 disposition t1 l1 a1 k=later",
    "35000 lead l1 s=callback d=10000",
    "35000 agent a1 s=ready",
    "40000 ended t2 l2 s=talked v=callee_hung_up live",
    "40000 lead l2 s=waiting d=90000000",
    "40000 agent a2 t2 s=wrap_up",
    "42000 disposition t2 l2 a2 k=stop",
    "42000 opt_out t2 l2",
    "42000 lead l2 s=denied",
    "42000 agent a2 s=paused",
    "45100 attempt t5 l1 d=60000",
    "45100 agent a1 t5 s=dialling",
    "45105 invite t5",
    "45105 placed t5 l1",
    "50000 ended t5 l1 s=busy v=busy",
    "50000 lead l1 s=waiting d=90000000",
    "50000 agent a1 s=ready",
    "60000 attempt t6 l5 d=60000",
    "60005 invite t6",
    "60005 placed t6 l5",
    "65000 answered t6 l5",
    "65000 bridged t6 l5 a1 w=0",
    "65000 agent a1 t6 s=talking",
    "66000 restart",
    "66000 ended t6 l5 s=unknown live",
    "66000 lead l5 s=waiting d=90000000",
    "67000 campaign s=stopped",
};

enum { LINES = sizeof(day) / sizeof(day[0]), EDITS = 8 };

static const struct disposition said[] = {
    {{"later", 5}, DISPOSITION_CALLBACK, false, false},
    {{"stop", 4}, DISPOSITION_OPT_OUT, false, false},
    {{"robot", 5}, DISPOSITION_MACHINE, false, false},
    {{"wrong", 5}, DISPOSITION_WRONG, false, false},
};

static struct agent_setup man[2];
static const struct lead_id people[] = {{1}, {2}, {3}, {4}, {5}};

static struct check_floor world(void)
{
    for (int64_t i = 0; i < 2; i++)
        man[i] = (struct agent_setup){.id = {i + 1},
                                      .e164 = (uint64_t)(12125550901 + i)};
    return (struct check_floor){.campaign = {1},
                                .live = true,
                                .hold_us = 2000000,
                                .message_us = 1000000,
                                .wrap_us = 10000000,
                                .idle_us = 20000000,
                                .callback_us = 60000000,
                                .agent = man,
                                .agents = 2,
                                .disposition = said,
                                .dispositions = tm_array_len(said),
                                .lead = people,
                                .leads = 5};
}

/* --- reading a line ----------------------------------------------------- */

static int state_of(enum record_kind k, struct slice word)
{
    enum outcome o;
    enum lead_state l;
    enum agent_state a;
    enum campaign_state c;
    if (k == RECORD_ENDED && outcome_parse(word, &o))
        return (int)o;
    if (k == RECORD_LEAD && lead_state_parse(word, &l))
        return (int)l;
    if (k == RECORD_AGENT && agent_state_parse(word, &a))
        return (int)a;
    if (k == RECORD_CAMPAIGN && campaign_state_parse(word, &c))
        return (int)c;
    fail_msg("no state: %.*s", (int)word.n, word.p);
    return 0;
}

static void read_word(struct record *r, struct slice word)
{
    struct slice rest;
    struct slice name = str_cut(word, '=', &rest);
    char number[32];
    str_copy(number, sizeof(number),
             rest.p != NULL ? rest : str_range(word.p + 1, word.n - 1));
    int64_t v = strtoll(number, NULL, 10);
    if (str_eq(name, "s"))
        r->state = state_of(r->kind, rest);
    else if (str_eq(name, "k"))
        r->key = rest;
    else if (str_eq(name, "v"))
        r->value = rest;
    else if (str_eq(name, "d"))
        r->due_us = r->at_us + v * 1000;
    else if (str_eq(name, "w"))
        r->ring_ms = v;
    else if (str_eq(word, "live"))
        r->live = true;
    else if (str_eq(word, "lost"))
        r->abandoned = true;
    else if (word.p[0] == 'a')
        r->agent.v = v;
    else if (word.p[0] == 't')
        r->attempt.v = v;
    else if (word.p[0] == 'l')
        r->lead.v = v;
    else if (word.p[0] == 'c')
        r->campaign.v = v;
    else
        fail_msg("no word: %.*s", (int)word.n, word.p);
}

static void invite(struct check_agents *c, const struct record *r, bool old)
{
    bool staff = r->attempt.v > 900;
    uint64_t to = staff ? (uint64_t)(12125550000 + r->attempt.v) : 13125550100;
    struct permit p = {.attempt = r->attempt,
                       .e164 = to,
                       .issued_us = r->at_us - (old ? 90000000 : 0),
                       .expires_us = r->at_us + (old ? -30000000 : 60000000),
                       .purpose = staff ? PERMIT_STAFF : PERMIT_PROSPECT};
    struct call_spec s = {.attempt = r->attempt, .to = to};
    check_agents_invite(c, &p, &s, r->at_us);
}

static void tell(struct check_agents *c, const char *line)
{
    struct slice rest = str_of(line);
    struct slice at = str_cut(rest, ' ', &rest);
    struct slice kind = str_cut(rest, ' ', &rest);
    struct record r = {.campaign = {1}};
    assert_true(str_i64(at, &r.at_us));
    r.at_us = 1000000000000 + r.at_us * 1000;
    bool old = str_eq(kind, "old-invite");
    bool invites = old || str_eq(kind, "invite");
    if (!invites && !record_kind_parse(kind, &r.kind))
        fail_msg("no kind: %s", line);
    while (rest.n > 0)
        read_word(&r, str_cut(rest, ' ', &rest));
    const struct disposition *d =
        r.kind == RECORD_DISPOSITION
            ? disposition_find(said, tm_array_len(said), r.key)
            : NULL;
    if (d != NULL)
        r.state = (int)d->action;
    if (r.kind == RECORD_STAFF)
        r.e164 = (uint64_t)(12125550900 + r.agent.v);
    if (r.kind == RECORD_ATTEMPT)
        r.e164 = 13125550100;
    if (invites)
        invite(c, &r, old);
    else
        check_agents_record(c, &r);
}

/* --- faults ------------------------------------------------------------- */

/* Lines that begin so become the text (several lines by '\n'); "" goes. */
struct edit {
    const char *line, *becomes;
};
struct fault {
    enum check_agents_kind kind;
    struct edit edit[EDITS];
};

static const struct fault faults[] = {
    /* permits */
    {CHECK_PERMIT, {{"1001 attempt", ""}}},
    {CHECK_PERMIT, {{"1005 invite t2", "1005 invite t2\n1005 invite t2"}}},
    {CHECK_PERMIT, {{"1005 invite t2", "1005 old-invite t2"}}},
    {CHECK_PERMIT, {{"1000 attempt", "1000 attempt t1 l1 d=4"}}},
    {CHECK_PERMIT, {{"10 staff", ""}}},
    {CHECK_PERMIT,
     {{"60005 invite", "60003 campaign s=paused\n60005 invite t6"}}},
    {CHECK_PERMIT, {{"1001 attempt", "1001 attempt t2 l2 d=60002"}}},
    {CHECK_PERMIT, {{"1001 attempt", "1001 attempt t901 l2 d=60000"}}},
    {CHECK_PERMIT, {{"60000 attempt", "60000 attempt t5 l5 d=60000"}}},
    {CHECK_PERMIT,
     {{"18100 ended", "17900 ended t4 l4 s=no_answer v=we_hung_up"},
      {"18100 lead", "17900 lead l4 s=waiting d=3600000"}}},
    /* states of agents */
    {CHECK_STATES, {{"900 agent a1 s=paused", ""}}},
    {CHECK_STATES, {{"30000 agent", "30000 agent a1 s=ready"}}},
    {CHECK_STATES, {{"30000 agent", "30000 agent a1 s=off"}}},
    {CHECK_STATES, {{"9000 agent", "9000 agent a1 s=talking"}}},
    {CHECK_STATES, {{"900 staff", ""}}},
    {CHECK_STATES,
     {{"42000 agent", ""}, {"45100 attempt", "51000 agent a2 s=paused"}}},
    {CHECK_STATES, {{"30000 agent", "32000 agent a1 t1 s=wrap_up"}}},
    {CHECK_STATES,
     {{"40000 agent", ""}, {"42000 agent", ""}, {"66000 rest", ""}}},
    {CHECK_STATES,
     {{"1003 attempt", "1003 staff a1 t903 k=recorded\n1003 attempt t4 l4"}}},
    {CHECK_STATES, {{"950 staff", "950 staff a2 t909 k=answered"}}},
    /* two people, two agents */
    {CHECK_BOOKED,
     {{"9100 bridged", "9100 bridged t2 l2 a1 w=0"},
      {"9100 agent", "9100 agent a1 t2 s=talking"}}},
    {CHECK_BOOKED, {{"9100 agent", "9100 agent a2 t1 s=talking"}}},
    {CHECK_BOOKED, {{"9000 bridged", ""}}},
    {CHECK_BOOKED,
     {{"30000 agent", "30000 agent a1 t1 s=wrap_up\n30001 attempt t8 l4 "
                      "d=60000\n30002 placed t8 l4\n30003 answered t8 "
                      "l4\n30003 bridged t8 l4 a1"}}},
    {CHECK_BOOKED, {{"65000 bridged", "65000 bridged t6 l5 a2 w=0"}}},
    {CHECK_BOOKED, {{"35000 disp", "35000 disposition t1 l1 a2 k=later"}}},
    {CHECK_BOOKED,
     {{"9000 agent", "9000 agent a1 t1 s=talking\n9001 bridged t1 l1 a2 "
                     "w=0\n9001 agent a2 t1 s=talking"}}},
    /* bridges */
    {CHECK_BRIDGE,
     {{"9000 bridged", "11500 bridged t1 l1 a1 w=2500"},
      {"9000 agent", "11500 agent a1 t1 s=talking"}}},
    {CHECK_BRIDGE, {{"9100 bridged", "9100 bridged t2 l2 a2 w=700"}}},
    {CHECK_BRIDGE, {{"9000 answered", ""}}},
    {CHECK_BRIDGE,
     {{"9000 bridged", "9000 bridged t1 l1 a2 w=0"},
      {"9000 agent", "9000 agent a2 t1 s=talking"}}},
    {CHECK_BRIDGE,
     {{"21000 agent", "21000 agent a1 t1 s=talking\n21000 bridged t1 l1 a1"}}},
    /* abandonment */
    {CHECK_ABANDON,
     {{"19500 ended", "19500 ended t3 l3 s=abandoned v=we_hung_up live"}}},
    {CHECK_ABANDON,
     {{"19500 ended", "19500 ended t3 l3 s=hung_up v=callee_hung_up live"}}},
    {CHECK_ABANDON,
     {{"19500 ended", "19500 ended t3 l3 s=no_answer v=we_hung_up"}}},
    {CHECK_ABANDON,
     {{"19500 ended", "19500 ended t3 l3 s=talked v=we_hung_up live"}}},
    {CHECK_ABANDON,
     {{"9500 answered", ""},
      {"18100 lead",
       "18100 lead l4 s=waiting d=3600000\n18105 answered t3 l3"}}},
    {CHECK_ABANDON,
     {{"30000 ended",
       "30000 ended t1 l1 s=talked v=callee_hung_up live lost"}}},
    {CHECK_ABANDON, {{"66000 ended", "66000 ended t6 l5 s=unknown live lost"}}},
    /* no person, and nobody says "machine", or says something else */
    {CHECK_LEADS,
     {{"30000 ended", "30000 ended t1 l1 s=talked v=callee_hung_up"}}},
    {CHECK_ABANDON,
     {{"30000 ended", "30000 ended t1 l1 s=talked v=callee_hung_up"},
      {"35000 disp", ""}}},
    {CHECK_ABANDON, {{"65000 bridged", ""}, {"65000 agent", ""}}},
    {CHECK_ABANDON,
     {{"9100 bridged", ""},
      {"9100 agent", ""},
      {"40000 ended", "40000 ended t2 l2 s=abandoned v=we_hung_up live lost"},
      {"40000 agent", ""},
      {"42000 ", ""}}},
    /* people */
    {CHECK_LEADS, {{"35000 lead", ""}}},
    {CHECK_LEADS, {{"35000 lead", "35000 lead l1 s=waiting d=90000000"}}},
    {CHECK_LEADS, {{"35000 lead", "35000 lead l1 s=callback"}}},
    {CHECK_LEADS, {{"35000 lead", "35000 lead l1 s=callback d=20000"}}},
    {CHECK_LEADS, {{"42000 opt_out", ""}}},
    {CHECK_LEADS, /* the same telephone again */
     {{"35000 disp", "35000 disposition t1 l1 a1 k=wrong"},
      {"35000 lead", "35000 lead l1 s=waiting d=100"}}},
    {CHECK_LEADS, {{"42000 lead", "42000 lead l2 s=waiting d=90000000"}}},
    {CHECK_LEADS, {{"40000 lead", "40000 lead l2 s=waiting d=60000"}}},
    {CHECK_LEADS,
     {{"60000 attempt",
       "60000 attempt t6 l1 d=60000\n60001 attempt t7 l1 d=60000"}}},
    {CHECK_LEADS,
     {{"45100 attempt", "105100 attempt t5 l4 d=60000"},
      {"45100 agent", "105100 agent a1 t5 s=dialling"},
      {"45105 ", ""},
      {"50000 ended", "105200 ended t5 l4 s=busy v=busy"},
      {"50000 lead", "105200 lead l4 s=waiting d=90000000"},
      {"50000 agent", "105200 agent a1 s=ready"},
      {"6", ""}}},
    /* sums */
    {CHECK_SUMS, {{"50000 ended", ""}}},
    {CHECK_SUMS,
     {{"50000 ended", "50000 ended t5 l1 s=busy\n50000 ended t5 l1 s=busy"}}},
    {CHECK_SUMS, {{"45105 placed", ""}, {"66000 restart", ""}}},
    {CHECK_SUMS,
     {{"50000 lead",
       "50000 lead l1 s=waiting d=90000000\n50000 answered t5 l1"}}},
    /* standing still */
    {CHECK_STUCK,
     {{"60000 attempt", "72000 attempt t6 l5 d=60000"},
      {"60005 invite", "72005 invite t6"},
      {"60005 placed", "72005 placed t6 l5"},
      {"65000 answered", "75000 answered t6 l5"},
      {"65000 bridged", "75000 bridged t6 l5 a1"},
      {"65000 agent", "75000 agent a1 t6 s=talking"},
      {"66000 restart", "76000 restart"},
      {"6", ""}}},
    /* nobody there */
    {CHECK_ALONE,
     {{"50000 agent", "50000 agent a1 s=paused"},
      {"65000 bridged", ""},
      {"65000 agent", ""}}},
    {CHECK_ALONE,
     {{"66000 restart", "66000 restart\n66010 attempt t9 l4 d=60000"}}},
};

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void tell_lines(struct check_agents *c, const char *text)
{
    char line[160];
    struct slice rest = str_of(text);
    while (rest.n > 0) {
        str_copy(line, sizeof(line), str_cut(rest, '\n', &rest));
        char *kept = strdup(line); /* slices of records point into it */
        tell(c, kept);
        free(kept);
    }
}

static struct check_agents *run(const struct fault *f)
{
    struct check_floor w = world();
    struct check_agents *c = check_agents_new(&w);
    for (size_t i = 0; i < LINES; i++) {
        const char *line = day[i];
        for (size_t k = 0; f != NULL && k < EDITS; k++) {
            if (f->edit[k].line == NULL || !begins(day[i], f->edit[k].line))
                continue;
            line = f->edit[k].becomes;
            break;
        }
        tell_lines(c, line);
    }
    check_agents_finish(c, 1000000000000 + 70000000);
    return c;
}

static void print_findings(const struct check_agents *c)
{
    for (size_t i = 0; i < check_agents_findings(c); i++) {
        const struct check_agents_finding *f = check_agents_finding(c, i);
        print_message("  %s, record %llu: %s\n",
                      check_agents_kind_text(f->kind),
                      (unsigned long long)f->record, f->text);
    }
}

static void test_clean_day(void **state)
{
    (void)state;
    struct check_agents *c = run(NULL);
    print_findings(c);
    assert_int_equal(check_agents_findings(c), 0);
    const struct check_agents_sums *s = check_agents_sums(c);
    assert_int_equal(s->attempts, 6);
    assert_int_equal(s->invites, 6);
    assert_int_equal(s->bridged, 3);
    assert_int_equal(s->live, 4);
    assert_int_equal(s->abandoned, 1);
    assert_int_equal(s->staff, 2);
    struct check_agents_lost n;
    check_agents_window(c, (struct campaign_id){1}, 1000000000000,
                        1000000000000 + 20000000, &n);
    assert_int_equal(n.live, 1);
    assert_int_equal(n.abandoned, 1);
    check_agents_window(c, (struct campaign_id){2}, 0, INT64_MAX, &n);
    assert_int_equal(n.live, 0);
    check_agents_free(c);
}

static void test_each_fault(void **state)
{
    (void)state;
    int missed = 0;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct check_agents *c = run(&faults[i]);
        bool found = false;
        for (size_t k = 0; k < check_agents_findings(c); k++)
            found = found || check_agents_finding(c, k)->kind == faults[i].kind;
        if (!found) {
            missed++;
            print_message("fault %zu (%s, \"%s\") is not found\n", i,
                          check_agents_kind_text(faults[i].kind),
                          faults[i].edit[0].line);
            print_findings(c);
        }
        check_agents_free(c);
    }
    assert_int_equal(missed, 0);
}

/* --- pacing ------------------------------------------------------------- */

static uint64_t of_kind(const struct check_agents *c, enum check_agents_kind k)
{
    uint64_t n = 0;
    for (size_t i = 0; i < check_agents_findings(c); i++)
        n += check_agents_finding(c, i)->kind == k;
    return n;
}

/* The line that was dialled for an agent ends, and he gets a person who waits:
 * what is told of him comes after both. */
static uint64_t freed(const char *told)
{
    struct fault f = {
        CHECK_BOOKED,
        {{"50000 ", ""},
         {"65000 answered", "65000 answered t6 l5\n65000 ended t5 l1 s=busy "
                            "v=busy\n65000 lead l1 s=waiting d=90000000"},
         {"65000 agent", told}}};
    struct check_agents *c = run(&f);
    uint64_t n = check_agents_findings(c);
    assert_true(n == 0 || of_kind(c, CHECK_BOOKED) > 0);
    check_agents_free(c);
    return n;
}

static void test_freed_and_joined(void **state)
{
    (void)state;
    assert_int_equal(freed("65000 agent a1 s=ready\n"
                           "65000 agent a1 t6 s=talking"),
                     0);
    assert_true(freed("65000 agent a1 t6 s=talking") > 0);
    assert_true(freed("65001 agent a1 s=ready\n"
                      "65001 agent a1 t6 s=talking") > 0);
}

/* Four lines for two agents are two too many where each needs its own. */
static void test_covered(void **state)
{
    (void)state;
    struct check_floor w = world();
    w.covered = true;
    struct check_agents *c = check_agents_new(&w);
    for (size_t i = 0; i < LINES; i++)
        tell_lines(c, day[i]);
    check_agents_finish(c, 0);
    assert_int_equal(of_kind(c, CHECK_BUDGET), 2); /* the third, the fourth */
    check_agents_free(c);
}

/* A person of the second campaign stands there for half a second, its hold. */
static uint64_t two_campaigns(const char *line, enum check_agents_kind k)
{
    struct check_floor w = world(), second = world();
    second.campaign.v = 2;
    second.hold_us = 500000;
    w.second = &second;
    struct check_agents *c = check_agents_new(&w);
    for (size_t i = 0; !begins(day[i], "1000 "); i++)
        tell_lines(c, day[i]);
    if (k != CHECK_PERMIT)
        tell_lines(c, "960 campaign c2 s=running");
    tell_lines(c, "1000 attempt c2 t1 l1 d=60000\n1005 invite t1\n"
                  "1005 placed c2 t1 l1\n3000 answered c2 t1 l1");
    tell_lines(c, line);
    uint64_t n = of_kind(c, k);
    if (check_agents_findings(c) != n)
        print_findings(c);
    assert_int_equal(check_agents_findings(c), n);
    check_agents_free(c);
    return n;
}

/* People of any campaign come before leads and lines of any. */
static void test_people_first(void **state)
{
    (void)state;
    const enum check_agents_kind k = CHECK_ABANDON;
    assert_int_equal(two_campaigns("3200 agent a1 s=preview", k), 1);
    assert_int_equal(two_campaigns("3600 agent a1 s=preview", k), 0);
    assert_int_equal(two_campaigns("3200 attempt t2 l2 d=60000\n"
                                   "3200 agent a1 t2 s=dialling",
                                   k),
                     1);
    assert_int_equal(two_campaigns("3200 bridged c2 t1 l1 a1 w=200\n"
                                   "3200 agent c2 a1 t1 s=talking\n"
                                   "3200 agent a2 s=preview",
                                   k),
                     0);
    /* Its hold is its own, and whether it runs. */
    assert_int_equal(
        two_campaigns("3700 bridged c2 t1 l1 a1 w=700", CHECK_BRIDGE), 1);
    assert_int_equal(two_campaigns("3100 ringing c2 t1 l1", CHECK_PERMIT), 1);
}

/* What pacing says it counts, against the records. */
static void test_window(void **state)
{
    (void)state;
    static const struct {
        uint64_t live, lost;
        bool fits;
    } say[] = {{4, 1, true},  {3, 1, false}, {5, 1, false}, {4, 0, false},
               {4, 2, false}, {0, 0, false}, {4, 4, false}};
    for (size_t i = 0; i < sizeof(say) / sizeof(say[0]); i++) {
        struct check_agents *c = run(NULL);
        check_agents_decided(c, (struct campaign_id){1},
                             1000000000000 + 70000000, say[i].live,
                             say[i].lost);
        assert_int_equal(check_agents_findings(c) == 0, say[i].fits);
        check_agents_free(c);
    }
}

/* Who talks with an agent counts, although his call has no end yet. */
static void test_window_in_calls(void **state)
{
    (void)state;
    for (uint64_t live = 2; live <= 3; live++) {
        struct check_floor w = world();
        struct check_agents *c = check_agents_new(&w);
        for (size_t i = 0; !begins(day[i], "30000 "); i++)
            tell_lines(c, day[i]);
        check_agents_decided(c, (struct campaign_id){1},
                             1000000000000 + 30000000, live, 1);
        assert_int_equal(check_agents_findings(c), live == 2 ? 1 : 0);
        check_agents_free(c);
    }
}

static uint64_t lose(unsigned live, unsigned every, int64_t detect_us)
{
    struct check_floor w = world();
    w.budget = 0.03;
    w.live = false; /* nothing else is looked at */
    w.detect_us = detect_us;
    struct check_agents *c = check_agents_new(&w);
    for (unsigned i = 0; i < live; i++) {
        struct record r = {.campaign = {1},
                           .at_us = 1000000000000 + i,
                           .attempt = {i + 1},
                           .lead = {1},
                           .due_us = 1000000000000 + i + 60000000};
        static const enum record_kind way[] = {RECORD_ATTEMPT, RECORD_PLACED,
                                               RECORD_ANSWERED, RECORD_ENDED};
        for (size_t k = 0; k < 4; k++) {
            r.kind = way[k];
            r.live = r.kind == RECORD_ENDED;
            r.abandoned = r.live && i % every == 0;
            r.state = r.live ? OUTCOME_HUNG_UP : 0;
            check_agents_record(c, &r);
        }
    }
    check_agents_finish(c, 0);
    uint64_t n = of_kind(c, CHECK_BUDGET);
    check_agents_free(c);
    return n;
}

static void test_budget(void **state)
{
    (void)state;
    assert_int_equal(lose(2000, 33, 0), 0); /* 3 % */
    assert_int_equal(lose(2000, 10, 0), 1);
    assert_int_equal(lose(60, 10, 0), 0); /* six of sixty may be bad luck */
    /* the verdict comes in time, or may come when the wait is over */
    assert_int_equal(lose(2000, 10, 900000), 1);
    assert_int_equal(lose(2000, 10, 2100000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean_day),
        cmocka_unit_test(test_freed_and_joined),
        cmocka_unit_test(test_each_fault),
        cmocka_unit_test(test_covered),
        cmocka_unit_test(test_people_first),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_window_in_calls),
        cmocka_unit_test(test_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
