/*
 * The checker of agents about people who call us: a quarter of an hour written
 * by hand has no finding, and each fault put into it is found. No engine takes
 * part here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/campaign/campaign.h"
#include "core/lead/outcome.h"
#include "sim/check_agents.h"

#define START  INT64_C(1000000000000)
#define SECOND INT64_C(1000000)

enum { TAPE_MAX = 64, OURS = 1, LEAD = 3, NEW_LEAD = 50 };

static const uint64_t NUMBER = 12125550100;

static const struct disposition said[] = {
    {.word = {"sale", 4}, .action = DISPOSITION_DONE, .success = true},
    {.word = {"machine", 7}, .action = DISPOSITION_MACHINE},
};

static const struct lead_id people[] = {{1}, {2}, {LEAD}};

static struct check_floor world(void)
{
    return (struct check_floor){.campaign = {OURS},
                                .live = true,
                                .hold_us = 2 * SECOND,
                                .wrap_us = 30 * SECOND,
                                .idle_us = 300 * SECOND,
                                .number = &NUMBER,
                                .numbers = 1,
                                .greeting_us = SECOND,
                                .wait_us = 60 * SECOND,
                                .calls_back = true,
                                .opt_out_key = '9',
                                .callback_key = '1',
                                .opt_out_say = "left alone",
                                .callback_say = "called back",
                                .closed_say = "closed",
                                .disposition = said,
                                .dispositions = tm_array_len(said),
                                .lead = people,
                                .leads = tm_array_len(people)};
}

/* A step of the tape: a record, a key that is pressed, or words. */
struct step {
    const char *name; /* faults find it by this */
    int64_t ms;
    struct record r;
    char key;
    const char *words;
};

#define AGENT_IS(who, what, t)                                                 \
    {                                                                          \
        .kind = RECORD_AGENT, .agent = {who}, .attempt = {t},                  \
        .state = (int)(what)                                                   \
    }
#define OF(k, t, l) .kind = (k), .attempt = {t}, .lead = {l}

/* Two agents; 11 waits, talks with agent 1; 12, a lead, is called back by his
 * key; 13 opts out; 14 gives up and is called back; 15, made a lead, too. */
static const struct step tape[] = {
    {.name = "runs",
     .ms = 0,
     .r = {.kind = RECORD_CAMPAIGN, .state = CAMPAIGN_RUNNING}},
    {.name = "", .ms = 1, .r = AGENT_IS(1, AGENT_CALLING_IN, 0)},
    {.name = "", .ms = 2, .r = AGENT_IS(1, AGENT_PAUSED, 0)},
    {.name = "11 calls",
     .ms = 1000,
     .r = {OF(RECORD_INCOMING, 11, 0), .e164 = 14125550111}},
    {.name = "11 up",
     .ms = 1020,
     .r = {OF(RECORD_ANSWERED, 11, 0), .e164 = 14125550111}},
    {.name = "1 ready", .ms = 5000, .r = AGENT_IS(1, AGENT_READY, 0)},
    {.name = "11 joined",
     .ms = 5000,
     .r = {OF(RECORD_BRIDGED, 11, 0), .agent = {1}, .ring_ms = 2980}},
    {.name = "1 talks", .ms = 5000, .r = AGENT_IS(1, AGENT_TALKING, 11)},
    {.name = "12 calls",
     .ms = 6000,
     .r = {OF(RECORD_INCOMING, 12, LEAD), .e164 = 13125550100}},
    {.name = "12 up", .ms = 6020, .r = {OF(RECORD_ANSWERED, 12, LEAD)}},
    {.name = "12 presses", .ms = 9000, .r = {.attempt = {12}}, .key = '1'},
    {.name = "12 callback", .ms = 9000, .r = {OF(RECORD_CALLBACK, 12, LEAD)}},
    {.name = "12 hears",
     .ms = 9010,
     .r = {.attempt = {12}},
     .words = "called back"},
    {.name = "12 over",
     .ms = 10000,
     .r = {OF(RECORD_ENDED, 12, LEAD), .state = OUTCOME_CALLBACK}},
    {.name = "12 next",
     .ms = 10000,
     .r = {.kind = RECORD_LEAD,
           .lead = {LEAD},
           .state = LEAD_CALLBACK,
           .due_us = START + 20 * SECOND}},
    {.name = "13 calls",
     .ms = 11000,
     .r = {OF(RECORD_INCOMING, 13, 0), .e164 = 14125550113}},
    {.name = "13 up", .ms = 11020, .r = {OF(RECORD_ANSWERED, 13, 0)}},
    {.name = "13 presses", .ms = 13000, .r = {.attempt = {13}}, .key = '9'},
    {.name = "13 out",
     .ms = 13000,
     .r = {OF(RECORD_OPT_OUT, 13, 0), .e164 = 14125550113}},
    {.name = "13 hears",
     .ms = 13010,
     .r = {.attempt = {13}},
     .words = "left alone"},
    {.name = "13 over",
     .ms = 15000,
     .r = {OF(RECORD_ENDED, 13, 0), .state = OUTCOME_OPTED_OUT}},
    {.name = "14 calls",
     .ms = 16000,
     .r = {OF(RECORD_INCOMING, 14, 1), .e164 = 14125550114}},
    {.name = "14 up", .ms = 16020, .r = {OF(RECORD_ANSWERED, 14, 1)}},
    {.name = "15 calls",
     .ms = 17000,
     .r = {OF(RECORD_INCOMING, 15, NEW_LEAD), .e164 = 14125550115}},
    {.name = "15 up", .ms = 17020, .r = {OF(RECORD_ANSWERED, 15, NEW_LEAD)}},
    {.name = "14 over",
     .ms = 25000,
     .r = {OF(RECORD_ENDED, 14, 1), .state = OUTCOME_GAVE_UP}},
    {.name = "14 next",
     .ms = 25000,
     .r = {.kind = RECORD_LEAD,
           .lead = {1},
           .state = LEAD_CALLBACK,
           .due_us = START + 85 * SECOND}},
    {.name = "11 over",
     .ms = 30000,
     .r = {OF(RECORD_ENDED, 11, 0), .state = OUTCOME_TALKED, .talk_ms = 28980}},
    {.name = "1 wraps", .ms = 30000, .r = AGENT_IS(1, AGENT_WRAP, 11)},
    {.name = "11 said",
     .ms = 33000,
     .r = {OF(RECORD_DISPOSITION, 11, 0), .agent = {1},
           .state = DISPOSITION_DONE, .key = {"sale", 4}}},
    {.name = "1 free", .ms = 33000, .r = AGENT_IS(1, AGENT_READY, 0)},
    {.name = "15 joined",
     .ms = 33000,
     .r = {OF(RECORD_BRIDGED, 15, NEW_LEAD), .agent = {1}, .ring_ms = 14980}},
    {.name = "1 again", .ms = 33000, .r = AGENT_IS(1, AGENT_TALKING, 15)},
    {.name = "15 over",
     .ms = 40000,
     .r = {OF(RECORD_ENDED, 15, NEW_LEAD), .state = OUTCOME_TALKED}},
    {.name = "15 next",
     .ms = 40000,
     .r = {.kind = RECORD_LEAD,
           .lead = {NEW_LEAD},
           .state = LEAD_WAITING,
           .due_us = INT64_MAX}},
    {.name = "1 done", .ms = 40000, .r = AGENT_IS(1, AGENT_WRAP, 15)},
    {.name = "", .ms = 43000, .r = AGENT_IS(1, AGENT_READY, 0)},
};

static struct step *find(struct step *t, size_t n, const char *name)
{
    size_t i = 0;
    while (i + 1 < n && strcmp(t[i].name, name) != 0)
        i++;
    assert_string_equal(t[i].name, name);
    return &t[i];
}

static void tell(struct check_agents *c, const struct step *s)
{
    struct record r = s->r;
    if (s->name[0] == '-')
        return;
    r.at_us = START + s->ms * 1000;
    r.campaign.v = OURS;
    if (r.kind == RECORD_INCOMING && r.key.n == 0)
        r.key = str_of("+12125550100");
    if (s->key != '\0')
        check_agents_pressed(c, r.attempt, s->key, r.at_us);
    else if (s->words != NULL)
        check_agents_said(c, r.attempt, str_of(s->words));
    else
        check_agents_record(c, &r);
}

/* Plays the tape with what `fault` does to it; returns the findings about
 * callers. */
static uint64_t play(void (*fault)(struct step *t, size_t n), bool tells)
{
    struct step t[TAPE_MAX];
    size_t n = tm_array_len(tape);
    struct check_floor w = world();
    struct check_agents *c = check_agents_new(&w);
    uint64_t found = 0;
    memcpy(t, tape, sizeof(tape));
    if (fault != NULL)
        fault(t, n);
    for (size_t i = 0; i < n; i++)
        tell(c, &t[i]);
    check_agents_finish(c, START + 60 * SECOND);
    for (size_t i = 0; i < check_agents_findings(c); i++) {
        const struct check_agents_finding *f = check_agents_finding(c, i);
        if (tells)
            print_message("  %llu %s: %s\n", (unsigned long long)f->record,
                          check_agents_kind_text(f->kind), f->text);
        found += f->kind == CHECK_CALLERS ? 1 : 0;
    }
    if (fault == NULL)
        assert_int_equal(check_agents_findings(c), 0);
    check_agents_free(c);
    return found;
}

static void test_clean(void **state)
{
    (void)state;
    assert_int_equal(play(NULL, true), 0);
}

/* --- faults --------------------------------------------------------------- */

static void gone(struct step *t, size_t n, const char *name)
{
    find(t, n, name)->name = "-";
}

static void left_waiting(struct step *t, size_t n)
{
    find(t, n, "1 ready")->ms = 3000; /* and nobody is joined for 2 s */
}

static void second_first(struct step *t, size_t n)
{
    find(t, n, "14 over")->ms = 45000;
    find(t, n, "14 next")->ms = 45000;
    struct step over = *find(t, n, "14 over"), next = *find(t, n, "14 next");
    size_t at = (size_t)(find(t, n, "14 over") - t);
    memmove(&t[at], &t[at + 2], (n - at - 2) * sizeof(*t));
    t[n - 2] = over;
    t[n - 1] = next;
}

static void counted_as_ours(struct step *t, size_t n)
{
    find(t, n, "11 over")->r.live = true;
}

static void counted_as_lost(struct step *t, size_t n)
{
    find(t, n, "14 over")->r.live = find(t, n, "14 over")->r.abandoned = true;
}

static void key_forgotten(struct step *t, size_t n)
{
    gone(t, n, "13 out");
    gone(t, n, "13 hears");
    find(t, n, "13 over")->r.state = OUTCOME_GAVE_UP;
}

static void callback_forgotten(struct step *t, size_t n)
{
    gone(t, n, "12 callback");
    gone(t, n, "12 hears");
    find(t, n, "12 over")->r.state = OUTCOME_GAVE_UP;
}

static void told_before(struct step *t, size_t n)
{
    struct step out = *find(t, n, "13 out");
    *find(t, n, "13 out") = *find(t, n, "13 hears");
    t[find(t, n, "13 hears") - t + 1] = out;
}

static void dialled_meanwhile(struct step *t, size_t n)
{
    /* instead of the words to 12, at a time when 11 talks */
    *find(t, n, "12 hears") =
        (struct step){.name = "",
                      .ms = 9010,
                      .r = {OF(RECORD_ATTEMPT, 70, 2), .e164 = 14125550111}};
}

static void another_number(struct step *t, size_t n)
{
    find(t, n, "14 calls")->r.key = str_of("+12125550199");
}

static void never_over(struct step *t, size_t n)
{
    gone(t, n, "13 over");
}

static void not_called_back(struct step *t, size_t n)
{
    find(t, n, "14 next")->r.state = LEAD_WAITING;
}

static void no_next_step(struct step *t, size_t n)
{
    gone(t, n, "14 next");
}

static void untrue_wait(struct step *t, size_t n)
{
    find(t, n, "11 joined")->r.ring_ms = 100;
}

static void untrue_outcome(struct step *t, size_t n)
{
    find(t, n, "11 over")->r.state = OUTCOME_GAVE_UP;
}

static void test_each_fault(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*fault)(struct step *t, size_t n);
    } fault[] = {
        {"left waiting", left_waiting},
        {"the second first", second_first},
        {"counted as ours", counted_as_ours},
        {"counted as lost", counted_as_lost},
        {"a key forgotten", key_forgotten},
        {"a callback forgotten", callback_forgotten},
        {"told before", told_before},
        {"dialled meanwhile", dialled_meanwhile},
        {"another number", another_number},
        {"never over", never_over},
        {"not called back", not_called_back},
        {"no next step", no_next_step},
        {"an untrue wait", untrue_wait},
        {"an untrue outcome", untrue_outcome},
    };
    for (size_t i = 0; i < tm_array_len(fault); i++) {
        uint64_t n = play(fault[i].fault, false);
        if (n == 0)
            (void)play(fault[i].fault, true);
        print_message("%s: %llu\n", fault[i].name, (unsigned long long)n);
        assert_true(n > 0);
    }
}

/* Two lines that ring and agents who are ready, and one of them gets somebody
 * who called us: each line must keep an agent, with so many as there are. The
 * last one's telephone may be lost at that instant. */
static uint64_t lines_and(int64_t agents, bool kept, bool lost)
{
    struct step s[] = {
        {.name = "runs",
         .r = {.kind = RECORD_CAMPAIGN, .state = CAMPAIGN_RUNNING}},
        {.name = "calls",
         .ms = 100,
         .r = {OF(RECORD_INCOMING, 11, 0), .e164 = 14125550111}},
        {.name = "up",
         .ms = 120,
         .r = {OF(RECORD_ANSWERED, 11, 0), .e164 = 14125550111}},
        {.name = "a line",
         .ms = 1000,
         .r = {OF(RECORD_ATTEMPT, 21, 1), .e164 = 14125550121}},
        {.name = "another",
         .ms = 1000,
         .r = {OF(RECORD_ATTEMPT, 22, 2), .e164 = 14125550122}},
        {.name = "joined",
         .ms = 1120,
         .r = {OF(RECORD_BRIDGED, 11, 0), .agent = {1}, .ring_ms = 0}},
        {.name = "talks", .ms = 1120, .r = AGENT_IS(1, AGENT_TALKING, 11)},
        {.name = "later", .ms = 1500, .r = {OF(RECORD_PLACED, 21, 1)}},
    };
    struct check_floor w = world();
    uint64_t found = 0;
    w.kept = kept;
    struct check_agents *c = check_agents_new(&w);
    for (int64_t i = 1; i <= agents; i++) {
        struct step in[] = {
            {.name = "", .r = AGENT_IS(i, AGENT_CALLING_IN, 0)},
            {.name = "", .r = AGENT_IS(i, AGENT_PAUSED, 0)},
            {.name = "", .r = AGENT_IS(i, AGENT_READY, 0)},
        };
        for (size_t k = 0; k < tm_array_len(in); k++)
            tell(c, &in[k]);
    }
    struct step gone = {
        .name = "lost", .ms = 1120, .r = AGENT_IS(agents, AGENT_PAUSED, 0)};
    for (size_t i = 0; i < tm_array_len(s); i++) {
        if (lost && s[i].ms > gone.ms)
            tell(c, &gone);
        tell(c, &s[i]);
    }
    for (size_t i = 0; i < check_agents_findings(c); i++)
        found += strstr(check_agents_finding(c, i)->text, "lines ring") != NULL;
    check_agents_free(c);
    return found;
}

static void test_lines_keep_their_agents(void **state)
{
    (void)state;
    assert_int_equal(lines_and(3, true, false), 0);
    assert_int_equal(lines_and(2, true, false), 1);
    assert_int_equal(lines_and(1, true, false), 0); /* too many before */
    assert_int_equal(lines_and(2, false, false), 0);
    assert_int_equal(lines_and(3, true, true), 0); /* nobody could know */
}

/* An agent is rung for a caller and sent on a pause; his telephone was called,
 * or was not. */
static uint64_t pauses_after(bool called)
{
    struct step s[] = {
        {.name = "in", .r = AGENT_IS(1, AGENT_CALLING_IN, 0)},
        {.name = "in", .r = AGENT_IS(1, AGENT_PAUSED, 0)},
        {.name = "in", .r = AGENT_IS(1, AGENT_READY, 0)},
        {.name = "calls",
         .ms = 100,
         .r = {OF(RECORD_INCOMING, 11, 0), .e164 = 14125550111}},
        {.name = "up",
         .ms = 120,
         .r = {OF(RECORD_ANSWERED, 11, 0), .e164 = 14125550111}},
        {.name = "rings", .ms = 1120, .r = AGENT_IS(1, AGENT_RINGING, 11)},
        {.name = "leg",
         .ms = 1120,
         .r = {.kind = RECORD_STAFF,
               .agent = {1},
               .attempt = {21},
               .key = {"recorded", 8}}},
        {.name = "missed", .ms = 16120, .r = AGENT_IS(1, AGENT_PAUSED, 0)},
    };
    struct check_floor w = world();
    struct check_agents *c = check_agents_new(&w);
    uint64_t found = 0;
    size_t last = tm_array_len(s) - 1;
    s[last].r.key = str_of("missed a call");
    for (size_t i = 0; i <= last; i++) {
        const struct permit p = {.attempt = {21}, .purpose = PERMIT_STAFF};
        const struct call_spec spec = {.attempt = {21}};
        if (i == last && called)
            check_agents_invite(c, &p, &spec, START + 1120 * 1000);
        tell(c, &s[i]);
    }
    for (size_t i = 0; i < check_agents_findings(c); i++)
        found +=
            strstr(check_agents_finding(c, i)->text, "never called") != NULL;
    check_agents_free(c);
    return found;
}

static void test_paused_for_nothing(void **state)
{
    (void)state;
    assert_int_equal(pauses_after(true), 0);
    assert_int_equal(pauses_after(false), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_each_fault),
        cmocka_unit_test(test_lines_keep_their_agents),
        cmocka_unit_test(test_paused_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
