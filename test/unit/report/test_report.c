#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/campaign/campaign.h"
#include "core/rules/verdict.h"
#include "report/figures_read.h"
#include "report/figures_records.h"
#include "report/report_csv.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_text.h"
#include "unit/report/fixture_house.h"

struct made {
    struct house_fixture h;
    struct figures_builder *b;
    const struct figures *f;
    struct buf text;
};

/* 2026-11-24 01:00 UTC */
#define NOW INT64_C(1795482000000000)

static void make(struct made *m)
{
    struct err e = {0};
    struct figures_options o = {.book = m->h.book,
                                .zones = &m->h.zones,
                                .now_us = NOW,
                                .now_source = "a test"};
    m->b = figures_new(&o);
    if (figures_read(&m->h.reader, (struct campaign_id){1}, m->b, &e) != TM_OK)
        fail_msg("%s", e.text);
    m->f = figures_end(m->b);
    buf_init(&m->text, 1 << 20);
}

static void unmake(struct made *m)
{
    buf_fini(&m->text);
    figures_free(m->b);
    house_fini(&m->h);
}

/* Compares with a file beside the tests. GOLDEN=write in the environment
 * writes it instead: then look at the difference. */
static void golden(const struct buf *b, const char *name)
{
    char path[1000];
    const char *mode = getenv("GOLDEN");
    (void)snprintf(path, sizeof(path), "%s/test/unit/report/golden/%s",
                   SOURCE_DIR, name);
    bool write = mode != NULL && strcmp(mode, "write") == 0;
    FILE *f = fopen(path, write ? "wb" : "rb");
    assert_non_null(f);
    assert_false(b->failed);
    if (write) {
        assert_int_equal(fwrite(b->p, 1, b->n, f), b->n);
        assert_int_equal(fclose(f), 0);
        return;
    }
    char *want = malloc(1 << 20);
    size_t n = fread(want, 1, (1 << 20) - 1, f);
    want[n] = '\0';
    (void)fclose(f);
    if (strcmp(want, b->p) != 0)
        fail_msg("%s differs; GOLDEN=write, then git diff. Now:\n%s", name,
                 b->p);
    free(want);
}

static void test_figures(void **state)
{
    (void)state;
    struct made m;
    house_init(&m.h);
    house_story(&m.h);
    make(&m);
    const struct figures *f = m.f;
    assert_int_equal(f->rows, 120);
    assert_true(figures_rows_add_up(f));
    assert_int_equal(f->leads, 100);
    assert_int_equal(figures_gone(f), 0);
    assert_int_equal(f->lead[FIGURES_OUT_OF_HOURS].n, 20);
    assert_int_equal(f->lead[FIGURES_RETRY].n, 10);
    assert_int_equal(f->lead[FIGURES_DO_NOT_CALL].n, 8);
    assert_int_equal(f->lead[FIGURES_INTERNAL].n, 4);
    assert_int_equal(f->lead[FIGURES_OPTED_OUT].n, 2);
    assert_int_equal(f->lead[FIGURES_NO_CONSENT].n, 6);
    assert_int_equal(f->recorded, 13);
    assert_int_equal(f->placed, 12); /* one was withdrawn before */
    assert_int_equal(f->answered, 7);
    assert_int_equal(f->live, 6); /* a machine is no person */
    assert_int_equal(f->completed, 3);
    assert_int_equal(f->abandoned, 1);
    assert_int_equal(f->tries[1], 10);
    assert_int_equal(f->tries[2], 1); /* lead 4 */
    assert_int_equal(f->tries[0], 89);
    /* Chicago is one hour behind New York: odd leads from 12:00 on. */
    assert_int_equal(f->hour[12].placed, 2);
    assert_int_equal(f->hour[13].placed, 2);
    assert_int_equal(f->hour[14].placed, 4);
    assert_int_equal(f->hour[FIGURES_HOUR_UNKNOWN].placed, 0);
    assert_string_equal(f->question[0].text, "How was your visit?");
    assert_int_equal(f->question[0].label[0].n, 2);
    assert_int_equal(f->question[0].answers, 3);
    assert_true(f->journal.checked);
    assert_int_equal(f->journal.broken_seq, 0);
    assert_int_equal(f->journal.entries, 3);
    assert_int_equal(f->versions, 1);
    /* The clock was set: the present of this machine means nothing. */
    assert_int_equal(f->now_us, f->journal.last_us);
    assert_string_equal(f->now_source, FIGURES_NOW_JOURNAL);
    unmake(&m);
}

static void says(const struct made *m, const char *part)
{
    if (strstr(m->text.p, part) == NULL)
        fail_msg("'%s' is not in:\n%s", part, m->text.p);
}

/* A list that is not on file is not "on the list"; who is asked about again
 * was perhaps never called; who is erased is not "not taken up". */
static void test_missing(void **state)
{
    (void)state;
    struct made m;
    house_init(&m.h);
    house_story(&m.h);
    m.h.state[1].reason = str_of("asked_again"); /* 20 that waited */
    m.h.import[0].imported += 3;
    m.h.import[0].duplicates -= 3;
    m.h.verdict[m.h.verdicts++] = (struct reader_verdict_count){
        .verdict = VERDICT_DENY,
        .rules = str_of("T-HRS:passed T-DNC:unknown T-CONSENT:denied"),
        .state = LEAD_DENIED,
        .leads = 5};
    m.h.verdict[m.h.verdicts++] = (struct reader_verdict_count){
        .verdict = VERDICT_DENY,
        .rules = str_of("T-DNC:denied T-CONSENT:unknown"),
        .state = LEAD_DENIED,
        .leads = 3};
    m.h.verdict[m.h.verdicts++] = (struct reader_verdict_count){
        .verdict = VERDICT_DENY, /* has been called since */
        .rules = str_of("T-DNC:unknown"),
        .state = LEAD_DONE,
        .leads = 2};
    make(&m);
    const struct figures *f = m.f;
    assert_int_equal(f->leads, 100);
    assert_int_equal(f->lead[FIGURES_MISSING].n, 5);
    assert_int_equal(f->lead[FIGURES_DO_NOT_CALL].n, 3);
    assert_int_equal(f->lead[FIGURES_NO_CONSENT].n, 6);
    assert_int_equal(f->lead[FIGURES_ASKED_AGAIN].n, 20);
    assert_int_equal(f->lead[FIGURES_RETRY].n, 10);
    assert_int_equal(figures_gone(f), 3);
    report_text(f, false, &m.text);
    says(&m, "  what the law asks is not on file             5   5.0 %");
    says(&m, "  on a do-not-call registry                    3   3.0 %");
    says(&m, "  asked about again                           20  20.0 %");
    says(&m, "3 of the imported are not on file any more (erased)");
    says(&m, "        5  not on file\n    the list us_national is not on file: "
             "telemark dnc import FILE --list\n    us_national\n");
    unmake(&m);
}

/* The same from the records of a run. */
static void test_missing_of_records(void **state)
{
    (void)state;
    struct made m;
    house_init(&m.h);
    const struct figures_options o = {.book = m.h.book, .now_us = NOW};
    m.b = figures_new(&o);
    struct figures_records *f = figures_records_new(m.b);
    for (int64_t i = 1; i <= 4; i++) {
        struct record r = {
            .kind = RECORD_VERDICT,
            .lead = {i},
            .rules = str_of(i == 1 ? "T-DNC:denied" : "T-DNC:unknown")};
        figures_records_add(f, &r);
        r = (struct record){.kind = RECORD_LEAD,
                            .lead = {i},
                            .state = LEAD_DENIED,
                            .key = str_of("T-DNC")};
        figures_records_add(f, &r);
    }
    struct record done = {.kind = RECORD_LEAD,
                          .lead = {4},
                          .state = LEAD_DONE,
                          .key = str_of("completed")};
    figures_records_add(f, &done);
    figures_records_end(f, 4);
    m.f = figures_end(m.b);
    assert_int_equal(m.f->lead[FIGURES_MISSING].n, 2);
    assert_int_equal(m.f->lead[FIGURES_DO_NOT_CALL].n, 1);
    figures_records_free(f);
    buf_init(&m.text, 1);
    unmake(&m);
}

/* Each list and word once below the packs, however they were combined. */
static void test_versions(void **state)
{
    (void)state;
    struct made m;
    house_init(&m.h);
    house_story(&m.h);
    static const char *const version[] = {
        "rules=us 1@ab, op 2@cd; zones=2025b; plan=1; lists=us 2026-11-01 #1",
        "rules=us 1@ab, op 2@cd; zones=2025b; plan=1; lists=us 2026-11-01 #1, "
        "state.MO 2026-11-02 #1; recorded=yes",
        "rules=us 1@ab, op 2@cd; zones=2025b; plan=1; lists=us 2026-11-01 #1, "
        "state.MO 2026-11-02 #1; recorded=no",
        "rules=us 2@ef, op 2@cd; zones=2025b; plan=1; lists=us 2026-11-01 #1"};
    for (size_t i = 0; i < m.h.attempts; i++)
        m.h.attempt[i].versions = str_of(version[i % 4]);
    make(&m);
    report_text(m.f, false, &m.text);
    says(&m, "  decided by rules=us 1@ab, op 2@cd\n"
             "             zones=2025b\n"
             "             plan=1\n"
             "             lists=us 2026-11-01 #1, state.MO 2026-11-02 #1\n"
             "             recorded=yes, no\n"
             "  decided by rules=us 2@ef, op 2@cd\n"
             "             zones=2025b\n"
             "             plan=1\n"
             "             lists=us 2026-11-01 #1\n");
    assert_null(strstr(strstr(m.text.p, "us 1@ab") + 1, "us 1@ab"));
    unmake(&m);
}

/* A refusal that an agent took down is settled; it is no goal. */
static void test_agents_settle(void **state)
{
    (void)state;
    const struct disposition refusal = {str_of("no"), DISPOSITION_DONE, false,
                                        false};
    struct made m;
    house_init(&m.h);
    house_story(&m.h);
    m.b = figures_new(&(struct figures_options){.now_us = NOW});
    figures_dispositions(m.b, &refusal, 1);
    const struct agent_id ann = {1};
    struct err e = {0};
    assert_int_equal(
        figures_read(&m.h.reader, (struct campaign_id){1}, m.b, &e), TM_OK);
    struct agent_figures_builder *a = figures_agents(m.b);
    agent_figures_name(a, ann, str_of("ann"));
    agent_figures_bridge(a, &(struct reader_bridge){.agent = ann});
    agent_figures_call(a, false, false);
    agent_figures_disposition(a, ann, str_of("no"), 1);
    m.f = figures_end(m.b);
    buf_init(&m.text, 1 << 20);
    report_text(m.f, false, &m.text);
    says(&m, "settled by an agent");
    says(&m, "talked with an agent");
    says(&m, "0 of 1 people who talked with an agent brought a success");
    assert_null(strstr(m.text.p, "reached its goal"));
    assert_null(strstr(m.text.p, "completion"));
    m.text.n = 0;
    report_html(m.f, &m.text);
    says(&m, "Successes");
    says(&m, "settled by an agent");
    assert_null(strstr(m.text.p, "Completed"));
    unmake(&m);
}

/* Loaded again after an hour of work: the hour counts still. */
static void test_loaded_again(void **state)
{
    (void)state;
    const int64_t hour_us = INT64_C(3600000000);
    const struct reader_campaign c = {.name = str_of("c"),
                                      .seller_name = str_of("s"),
                                      .list_name = str_of("l"),
                                      .loaded_us = NOW - hour_us};
    const struct reader_agent_span talk = {.agent = {1},
                                           .state = AGENT_TALKING,
                                           .reason = str_of(""),
                                           .from_us = NOW - 3 * hour_us,
                                           .until_us = NOW - 2 * hour_us,
                                           .campaign = {1}};
    for (int i = 0; i < 4; i++) {
        struct reader_campaign k = c;
        struct figures_builder *b =
            figures_new(&(struct figures_options){.now_us = NOW});
        k.first_loaded_us = i == 1 ? NOW - 3 * hour_us : 0;
        k.first_call_us = i == 2 ? NOW - 3 * hour_us : i == 3 ? NOW - 1 : 0;
        figures_campaign(b, &k, NULL);
        agent_figures_bridge(figures_agents(b),
                             &(struct reader_bridge){.agent = {1}});
        agent_figures_span(figures_agents(b), &talk);
        agent_figures_shift(figures_agents(b), &talk);
        const struct figures *f = figures_end(b);
        assert_non_null(f->agents);
        assert_int_equal(f->agents->all.handling_ms,
                         i == 1 || i == 2 ? 3600000 : 0);
        figures_free(b);
    }
}

static void test_golden(void **state)
{
    (void)state;
    struct made m;
    struct json_out j;
    house_init(&m.h);
    house_story(&m.h);
    make(&m);
    report_text(m.f, false, &m.text);
    golden(&m.text, "report.txt");
    buf_clear(&m.text);
    report_text(m.f, true, &m.text);
    golden(&m.text, "report-utf8.txt");
    buf_clear(&m.text);
    report_csv(m.f, &m.text);
    golden(&m.text, "report.csv");
    buf_clear(&m.text);
    json_out_init(&j, &m.text);
    report_json(m.f, &j);
    buf_add_char(&m.text, '\n');
    golden(&m.text, "report.json");
    buf_clear(&m.text);
    report_html(m.f, &m.text);
    golden(&m.text, "report.html");
    unmake(&m);
}

/* No line is wider than a terminal. */
static void test_width(void **state)
{
    (void)state;
    struct made m;
    struct slice line, rest;
    house_init(&m.h);
    house_story(&m.h);
    m.h.campaign[0].state = CAMPAIGN_FINISHED;
    m.h.state[4].leads = 40000000;
    make(&m);
    report_text(m.f, true, &m.text);
    for (rest = buf_slice(&m.text); rest.n > 0;) {
        line = str_cut(rest, '\n', &rest);
        size_t n = 0;
        for (size_t i = 0; i < line.n; i++)
            n += ((unsigned char)line.p[i] & 0xc0) != 0x80;
        if (n > REPORT_TEXT_WIDTH)
            fail_msg("%zu columns: %.*s", n, (int)line.n, line.p);
        assert_true(line.n == 0 || line.p[line.n - 1] != ' ');
    }
    unmake(&m);
}

/* Random states, attempts and answers: nothing is lost and nothing counts
 * twice, counted here a second time in the plainest way. */
static void random_house(struct house_fixture *h, struct rng *r)
{
    static const char *const reason[] = {"T-HRS", "T-DNC", "retry",
                                         "odd",   "T-INT", "opted_out"};
    house_story(h);
    h->states = h->attempts = h->answers = 0;
    for (size_t i = rng_below(r, 64); i > 0; i--)
        h->state[h->states++] = (struct reader_state_count){
            .state = (enum lead_state)rng_below(r, LEAD_STATE_COUNT),
            .reason = str_of(reason[rng_below(r, tm_array_len(reason))]),
            .leads = rng_below(r, 1000),
            .first_due_us = (int64_t)rng_below(r, 2) * NOW};
    for (size_t i = rng_below(r, HOUSE_MAX); i > 0; i--) {
        enum outcome o = (enum outcome)rng_below(r, OUTCOME_COUNT);
        bool live = (outcome_flags(o) & OUTCOME_F_LIVE) != 0;
        h->attempt[h->attempts++] = (struct reader_attempt){
            .id = {(int64_t)i},
            .campaign = {1 + (int64_t)rng_below(r, 2)},
            .lead = {1 + (int64_t)rng_below(r, 500)},
            .e164 = rng_below(r, 2) ? 12125550100 : 999,
            .placed_us = rng_below(r, 9) ? NOW + (int64_t)i : 0,
            .answered_us = live ? NOW + 2000000 : 0,
            .outcome = o,
            .live = live,
            .abandoned = o == OUTCOME_ABANDONED};
    }
}

static void test_adds_up(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct made m;
        struct rng r;
        uint64_t leads = 0, placed = 0, mine = 0, kinds = 0, hours = 0,
                 tries = 0, called = 0;
        rng_init(&r, seed, "report");
        house_init(&m.h);
        random_house(&m.h, &r);
        for (size_t i = 0; i < m.h.states; i++)
            leads += m.h.state[i].leads;
        for (size_t i = 0; i < m.h.attempts; i++) {
            mine += m.h.attempt[i].campaign.v == 1;
            placed +=
                m.h.attempt[i].campaign.v == 1 && m.h.attempt[i].placed_us != 0;
        }
        make(&m);
        for (size_t i = 0; i < FIGURES_LEAD_COUNT; i++)
            kinds += m.f->lead[i].n;
        for (size_t i = 0; i <= FIGURES_HOURS; i++)
            hours += m.f->hour[i].placed;
        for (size_t i = 1; i <= FIGURES_TRIES_MAX; i++) {
            tries += i * m.f->tries[i];
            called += m.f->tries[i];
        }
        if (kinds != leads || m.f->leads != leads || m.f->recorded != mine ||
            m.f->placed != placed || hours != placed || tries > placed ||
            called > 500)
            fail_msg("seed %llu does not add up", (unsigned long long)seed);
        report_html(m.f, &m.text);
        assert_false(m.text.failed);
        unmake(&m);
    }
}

/* A running server writes between the reads: more leads were called than the
 * campaign has. */
static void test_read_while_calls_run(void **state)
{
    (void)state;
    struct made m;
    house_init(&m.h);
    house_story(&m.h);
    m.h.states = 1;
    m.h.state[0].leads = 2;
    make(&m);
    assert_int_equal(m.f->tries[0], 0);
    report_html(m.f, &m.text);
    buf_clear(&m.text);
    report_text(m.f, true, &m.text);
    assert_false(m.text.failed);
    unmake(&m);
}

static void test_attempts_of_one_period(void **state)
{
    (void)state;
    struct made m;
    house_init(&m.h);
    house_story(&m.h);
    /* The abandoned call is the first of a second period. */
    for (size_t i = 0; i < m.h.attempts; i++)
        if (m.h.attempt[i].outcome == OUTCOME_ABANDONED)
            m.h.attempt[i].placed_us =
                m.h.campaign[0].first_call_us + 30 * CIVIL_DAY_US;
    make(&m);
    struct figures_rate w = figures_worst_period(m.f);
    assert_int_equal(m.f->periods, 2);
    assert_int_equal(w.n, 1);
    assert_int_equal(w.of, 1);
    unmake(&m);
}

static void test_errors(void **state)
{
    (void)state;
    struct house_fixture h;
    struct arena a;
    struct err e = {0};
    struct reader_campaign c;
    house_init(&h);
    house_story(&h);
    arena_init(&a);
    assert_int_equal(
        figures_read_campaign(&h.reader, &a, str_of("none"), &c, &e),
        TM_ENOTFOUND);
    assert_non_null(strstr(e.text, "Autumn survey"));
    assert_int_equal(
        figures_read_campaign(&h.reader, &a, str_of("Autumn survey"), &c, &e),
        TM_OK);
    assert_int_equal(c.id.v, 1);
    h.fail = TM_EIO;
    struct figures_options o = {.now_us = NOW};
    struct figures_builder *b = figures_new(&o);
    assert_int_equal(figures_read(&h.reader, c.id, b, &e), TM_EIO);
    figures_free(b);
    arena_fini(&a);
    house_fini(&h);
}

static void test_broken_journal(void **state)
{
    (void)state;
    struct made m;
    house_init(&m.h);
    house_story(&m.h);
    m.h.entry[1].hash[0] ^= 1;
    make(&m);
    assert_int_equal(m.f->journal.broken_seq, 2);
    report_text(m.f, false, &m.text);
    assert_non_null(strstr(m.text.p, "BROKEN at entry 2"));
    unmake(&m);
}

static void test_clock(void **state)
{
    (void)state;
    struct house_fixture h;
    struct figures_read_clock c;
    struct err e = {0};
    house_init(&h);
    house_story(&h);
    assert_int_equal(figures_read_clock(&h.reader, &c, &e), TM_OK);
    assert_true(c.shifted);
    struct record r = {.kind = RECORD_RESTART, .at_us = NOW};
    house_record(&h, &r);
    assert_int_equal(figures_read_clock(&h.reader, &c, &e), TM_OK);
    assert_false(c.shifted);
    assert_int_equal(c.last_us, NOW);
    house_fini(&h);
}

static void feed(struct figures_records *fr, const struct record *of,
                 enum record_kind kind, int64_t at_us)
{
    struct record r = *of;
    r.kind = kind;
    r.at_us = at_us;
    figures_records_add(fr, &r);
}

/* One attempt of the store as the records it came from. */
static void feed_attempt(struct figures_records *fr,
                         const struct house_fixture *h,
                         const struct reader_attempt *a)
{
    struct record r = {.lead = a->lead,
                       .attempt = a->id,
                       .e164 = a->e164,
                       .campaign = a->campaign,
                       .versions = a->versions};
    feed(fr, &r, RECORD_ATTEMPT, a->recorded_us);
    if (a->placed_us != 0)
        feed(fr, &r, RECORD_PLACED, a->placed_us);
    if (a->ringing_us != 0)
        feed(fr, &r, RECORD_RINGING, a->ringing_us);
    if (a->answered_us != 0)
        feed(fr, &r, RECORD_ANSWERED, a->answered_us);
    for (size_t i = 0; i < h->answers; i++) {
        struct record an = r;
        if (h->answer[i].attempt.v != a->id.v)
            continue;
        an.key = h->answer[i].question;
        an.value = str_of("changed his mind");
        feed(fr, &an, RECORD_ANSWER, h->answer[i].at_us);
        an.value = h->answer[i].answer;
        feed(fr, &an, RECORD_ANSWER, h->answer[i].at_us);
    }
    if (a->outcome == OUTCOME_OPTED_OUT)
        feed(fr, &r, RECORD_OPT_OUT, a->answered_us);
    if (a->id.v == 7)
        feed(fr, &r, RECORD_CALLBACK, a->answered_us);
    r.state = (int)a->outcome;
    r.code = a->code;
    r.ring_ms = a->ring_ms;
    r.talk_ms = a->talk_ms;
    r.live = a->live;
    r.abandoned = a->abandoned;
    if (a->ended_us != 0 || a->outcome == OUTCOME_CANCELLED)
        feed(fr, &r, RECORD_ENDED, a->ended_us);
}

/* A simulation has no store: the records alone give the same report. */
static void test_records_give_the_same(void **state)
{
    (void)state;
    struct made m;
    struct buf text;
    house_init(&m.h);
    house_story(&m.h);
    int64_t lead = 1000;
    struct reader_state_count none[64];
    memcpy(none, m.h.state, sizeof(none));
    size_t states = m.h.states;
    make(&m);
    report_text(m.f, false, &m.text);

    const struct figures_options o = {.book = m.h.book,
                                      .zones = &m.h.zones,
                                      .now_us = NOW,
                                      .now_source = "a test"};
    struct figures_builder *b = figures_new(&o);
    struct err e = {0};
    size_t attempts = m.h.attempts, answers = m.h.answers;
    m.h.states = m.h.attempts = m.h.answers = 0;
    m.h.opt_outs = m.h.callbacks = 0;
    assert_int_equal(figures_read(&m.h.reader, (struct campaign_id){1}, b, &e),
                     TM_OK);
    m.h.attempts = attempts;
    m.h.answers = answers;
    struct figures_records *fr = figures_records_new(b);
    for (size_t i = 0; i < m.h.attempts; i++)
        feed_attempt(fr, &m.h, &m.h.attempt[i]);
    for (size_t i = 0; i < m.h.attempts; i++) {
        /* who was called is now one of the leads below */
        struct record r = {.lead = m.h.attempt[i].lead,
                           .state = LEAD_DONE,
                           .key = str_of("completed")};
        feed(fr, &r, RECORD_LEAD, NOW);
    }
    for (size_t i = 0; i < states; i++)
        for (uint64_t n = none[i].state == LEAD_DONE ? 12 : 0;
             n < none[i].leads && none[i].state != LEAD_NEW; n++) {
            struct record r = {.lead = {lead++},
                               .state = (int)none[i].state,
                               .key = none[i].reason,
                               .due_us = none[i].first_due_us};
            feed(fr, &r, RECORD_LEAD, NOW);
        }
    figures_records_end(fr, 100);
    figures_records_free(fr);
    buf_init(&text, 1 << 20);
    report_text(figures_end(b), false, &text);
    if (strcmp(text.p, m.text.p) != 0) {
        (void)fprintf(stderr, "from records:\n%s\nfrom the store:\n%s\n",
                      text.p, m.text.p);
        fail();
    }
    buf_fini(&text);
    figures_free(b);
    unmake(&m);
}

/* A small checker of XML: every element is closed in order, attributes are
 * quoted, and no bare < or & stands in a text. Returns the fault or NULL. */
struct xml {
    const char *p;
    char open[32][16];
    int depth;
};

static const char *xml_attributes(struct xml *x)
{
    while (*x->p == ' ' || *x->p == '\n') {
        while (*x->p == ' ' || *x->p == '\n')
            x->p++;
        if (*x->p == '>' || *x->p == '/')
            return NULL;
        x->p += strspn(x->p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
                             "QRSTUVWXYZ-0123456789");
        if (strncmp(x->p, "=\"", 2) != 0)
            return "an attribute without a value";
        x->p = strpbrk(x->p + 2, "\"<");
        if (x->p == NULL || *x->p == '<')
            return "an attribute that is not closed";
        x->p++;
    }
    return NULL;
}

static const char *xml_tag(struct xml *x)
{
    char name[16] = "";
    bool closing = x->p[1] == '/';
    x->p += closing ? 2 : 1;
    size_t n = strspn(x->p, "abcdefghijklmnopqrstuvwxyz0123456789");
    if (n == 0 || n >= sizeof(name))
        return "a bare <";
    memcpy(name, x->p, n);
    x->p += n;
    const char *bad = closing ? NULL : xml_attributes(x);
    if (bad != NULL)
        return bad;
    bool empty = *x->p == '/';
    x->p += empty ? 1 : 0;
    if (*x->p != '>')
        return "a tag that is not closed";
    x->p++;
    if (closing)
        return x->depth > 0 && strcmp(x->open[--x->depth], name) == 0
                   ? NULL
                   : "closed in the wrong order";
    if (empty)
        return NULL;
    if (x->depth == 32)
        return "nested too deep";
    memcpy(x->open[x->depth++], name, sizeof(name));
    return NULL;
}

static const char *xml_check(const char *page)
{
    struct xml x = {.p = page};
    const char *bad = NULL;
    static const char doctype[] = "<!DOCTYPE html>";
    if (strncmp(page, doctype, strlen(doctype)) != 0)
        return "no doctype";
    x.p += strlen(doctype);
    while (*x.p != '\0' && bad == NULL) {
        if (*x.p == '<') {
            bad = xml_tag(&x);
        } else if (*x.p == '&') {
            size_t n = strspn(x.p + 1, "abcdefghijklmnopqrstuvwxyz#0123456789");
            bad = n > 0 && x.p[n + 1] == ';' ? NULL : "a bare &";
            x.p++;
        } else {
            x.p++;
        }
    }
    return bad != NULL ? bad : x.depth == 0 ? NULL : "not closed at the end";
}

static void test_checker(void **state)
{
    (void)state;
    assert_null(
        xml_check("<!DOCTYPE html><p>a &amp; <b class=\"x\">b</b></p>"));
    assert_non_null(xml_check("<!DOCTYPE html><p>a & b</p>"));
    assert_non_null(xml_check("<!DOCTYPE html><p><b></p></b>"));
    assert_non_null(xml_check("<!DOCTYPE html><p class=x></p>"));
    assert_non_null(xml_check("<!DOCTYPE html><p>1 < 2</p>"));
    assert_non_null(xml_check("<!DOCTYPE html><p>"));
}

static void test_html_is_well_formed(void **state)
{
    (void)state;
    struct made m;
    house_init(&m.h);
    house_story(&m.h);
    make(&m);
    report_html(m.f, &m.text);
    const char *bad = xml_check(m.text.p);
    if (bad != NULL)
        fail_msg("%s", bad);
    /* Nothing comes from elsewhere. */
    assert_null(strstr(m.text.p, "<script"));
    assert_null(strstr(m.text.p, "http"));
    assert_null(strstr(m.text.p, "url("));
    assert_null(strstr(m.text.p, "@import"));
    unmake(&m);
}

/* One who talked in time and one late, one who gave up, one cut off, one who
 * waits; the clock was set back in a talk. */
static void tell_callers(struct figures_builder *b)
{
    static const struct plan_inbound in = {.number = {18005550123, 18005550124},
                                           .numbers = 2,
                                           .target_ms = 20000,
                                           .target_pct = 80,
                                           .short_ms = 5000};
    const struct reader_caller at = {
        .e164 = 1, .called = 18005550123, .recorded_us = NOW};
    struct reader_caller c[9] = {at, at, at, at, at, at, at, at, at};
    figures_inbound(b, &in);
    for (size_t i = 0; i < 9; i++) {
        c[i].id.v = (int64_t)i + 1;
        c[i].answered_us = NOW + 1000000;
        c[i].ended_us = NOW + 61000000;
    }
    c[0].bridged_us = NOW + 21000000;
    c[0].wait_ms = 20000;
    c[1].bridged_us = NOW + 31000000;
    c[1].wait_ms = 30000;
    c[2].outcome = OUTCOME_GAVE_UP;
    c[3].outcome = OUTCOME_UNKNOWN;
    c[4].ended_us = 0;
    c[4].e164 = 0;
    c[5].bridged_us = NOW + 70000000;
    c[6].outcome = c[7].outcome = OUTCOME_GAVE_UP;
    c[6].ended_us = NOW + 5999000; /* a short abandon, and just none */
    c[7].ended_us = NOW + 6000000;
    c[8].outcome = OUTCOME_CALLBACK;
    c[8].recorded_us -= 3 * CALLER_FIGURES_HALF_US;
    for (size_t i = 0; i < 9; i++)
        figures_caller(b, &c[i]);
    struct reader_agent_span wrap = {.agent = {1},
                                     .state = AGENT_WRAP,
                                     .from_us = NOW,
                                     .until_us = NOW + 9000000,
                                     .attempt = c[0].id};
    figures_caller_wrap(b, &wrap);
    wrap.attempt = c[2].id; /* nobody talked with him */
    figures_caller_wrap(b, &wrap);
    wrap.attempt = c[1].id;
    wrap.until_us = 0; /* not over */
    figures_caller_wrap(b, &wrap);
    wrap.state = AGENT_TALKING;
    wrap.until_us = NOW + 5;
    figures_caller_wrap(b, &wrap);
}

static void test_callers(void **state)
{
    (void)state;
    struct made m;
    struct json_out j;
    struct err e = {0};
    house_init(&m.h);
    house_story(&m.h);
    m.b = figures_new(&(struct figures_options){.now_us = NOW});
    assert_int_equal(
        figures_read(&m.h.reader, (struct campaign_id){1}, m.b, &e), TM_OK);
    tell_callers(m.b);
    m.f = figures_end(m.b);
    buf_init(&m.text, 1 << 20);
    report_text(m.f, false, &m.text);
    says(&m, "Calls to us ---");
    says(&m, "  cut off by a restart                         1  11.1 %  ");
    /* Of 9: one waits, one asked to be called back, one was too short. */
    says(&m, "  service level             33.3 %  2 of 6 within 20 s; the "
             "target is 80 %\n");
    says(&m, "  speed of answer           16.6 s  on average (ASA), 30.0 s at "
             "most\n"
             "  longest wait          1 min 09 s  of anybody, answered or not\n"
             "  handle time               39.5 s  on average (AHT): talk 35.0 "
             "s, wrap-up 4.5 s\n"
             "  abandoned by the caller   25.0 %  2 of 8; left out: 1 within "
             "5 s\n"
             "  time to abandon           23.3 s  on average\n");
    says(&m, "  +18005550124         0        0         0        -           "
             "-           -\n");
    says(&m, "by half hour in which they called, UTC, 2 days together\n");
    says(&m, "  01:00                8        3         3   33.3 %      16.6 s"
             "      39.5 s\n");
    says(&m, "  by day\n"
             "  2026-11-23           1        0         0        -           "
             "-           -\n"
             "  2026-11-24           8        3         3   33.3 %      16.6 s"
             "      39.5 s\n");
    says(&m, "Service level: answered by an agent within 20 s");
    assert_true(strstr(m.text.p, "Calls to us") < strstr(m.text.p, "The list"));
    says(&m, "\nRates of the calls that we placed --");
    says(&m, "of the people we called asked to be called back\n");
    says(&m, "\nfirst call to us 2026-");
    assert_null(strstr(m.text.p, "  turned away"));
    buf_clear(&m.text);
    report_html(m.f, &m.text);
    assert_null(xml_check(m.text.p));
    says(&m, "<h2>Calls to us</h2>");
    says(&m, "<th scope=\"row\">2026-11-24</th><td class=\"n\">8</td>");
    says(&m, "<span class=\"name\">Service level</span><b>33.3 %</b>"
             "<span>answered within 20 s; the target is 80 %</span>");
    says(&m, "aria-label=\"Calls to us by half hour; the table has the "
             "figures\"");
    buf_clear(&m.text);
    json_out_init(&j, &m.text);
    report_json(m.f, &j);
    says(&m, "\"calls_to_us\":{\"target_ms\":20000,\"target_percent\":80,"
             "\"short_abandon_ms\":5000,\"callers\":9,"
             "\"talked\":3,\"gave_up\":3,\"turned_away\":0,"
             "\"callbacks\":1,\"opt_outs\":0,\"others\":1,\"open\":1,"
             "\"within_target\":2,\"short_abandons\":1,"
             "\"service_level\":{\"n\":2,\"of\":6,\"rate\":0.3333},");
    says(&m, "\"wrap_up_ms_sum\":9000,\"asa_ms\":16667,\"aht_ms\":39500,");
    says(&m, ",\"half_hours\":[{\"from\":\"");
    buf_clear(&m.text);
    report_csv(m.f, &m.text);
    says(&m, "calls_to_us,gave_up,,3\r\n");
    says(&m, "calls_to_us,service_level,,0.3333\r\n");
    says(&m, "half_hours,2026-11-24T01:00:00Z,asa_ms,16667\r\n");
    says(&m, "half_hours,2026-11-24T01:00:00Z,aht_ms,39500\r\n");
    says(&m, "half_hours,2026-11-24T01:00:00Z,service_level,0.3333\r\n");
    says(&m, "half_hours,2026-11-23T23:30:00Z,callers,1\r\n");
    assert_null(strstr(m.text.p, "23:30:00Z,asa_ms"));
    says(&m, "calls_to_us,longest_wait_ms,,69000\r\n");
    says(&m, "calls_to_us,wait_ms_max,+18005550123,30000\r\n");
    unmake(&m);
}

static void test_empty_campaign(void **state)
{
    (void)state;
    struct made m;
    struct json_out j;
    house_init(&m.h);
    house_story(&m.h);
    m.h.states = m.h.attempts = m.h.answers = m.h.imports = m.h.entries = 0;
    m.h.opt_outs = m.h.callbacks = 0;
    m.h.campaign[0].first_call_us = 0;
    make(&m);
    report_html(m.f, &m.text);
    assert_null(xml_check(m.text.p));
    buf_clear(&m.text);
    report_text(m.f, true, &m.text);
    assert_non_null(strstr(m.text.p, "no call was placed yet"));
    buf_clear(&m.text);
    json_out_init(&j, &m.text);
    report_json(m.f, &j);
    assert_non_null(strstr(m.text.p, "\"answer\":{\"n\":0,\"of\":0,"
                                     "\"rate\":null}"));
    unmake(&m);
}

/* Names come from files of strangers. */
static void test_hostile_names(void **state)
{
    (void)state;
    static const char evil[] = "<script>alert('x')</script>\"&\x1b[31m\xff=1";
    struct made m;
    house_init(&m.h);
    house_story(&m.h);
    m.h.campaign[0].name = str_of(evil);
    m.h.campaign[0].seller_name = str_of("=HYPERLINK(\"x\")");
    m.h.campaign[0].list_name = str_of("a,b");
    m.h.state[1].reason = str_of(evil);
    m.h.answer[0].answer = str_of(evil);
    m.h.answer[1].question = str_of(evil);
    m.h.attempt[0].versions = str_of(evil);
    make(&m);
    report_html(m.f, &m.text);
    assert_null(strstr(m.text.p, "<script"));
    assert_null(memchr(m.text.p, 0x1b, m.text.n));
    assert_null(memchr(m.text.p, 0xff, m.text.n));
    const char *bad = xml_check(m.text.p);
    if (bad != NULL)
        fail_msg("%s", bad);
    buf_clear(&m.text);
    report_text(m.f, true, &m.text);
    assert_null(memchr(m.text.p, 0x1b, m.text.n));
    buf_clear(&m.text);
    report_csv(m.f, &m.text);
    assert_non_null(strstr(m.text.p, ",\"'=HYPERLINK(\"\"x\"\")\"\r\n"));
    assert_non_null(strstr(m.text.p, ",\"a,b\"\r\n"));
    unmake(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_missing_of_records),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_agents_settle),
        cmocka_unit_test(test_loaded_again),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_adds_up),
        cmocka_unit_test(test_read_while_calls_run),
        cmocka_unit_test(test_attempts_of_one_period),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_broken_journal),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_records_give_the_same),
        cmocka_unit_test(test_checker),
        cmocka_unit_test(test_html_is_well_formed),
        cmocka_unit_test(test_callers),
        cmocka_unit_test(test_empty_campaign),
        cmocka_unit_test(test_hostile_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
