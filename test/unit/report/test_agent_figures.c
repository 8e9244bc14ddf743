/* What agents did, told in two ways that must agree: the rows that a store
 * makes of a story, and its records. A story is random; its seed is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "report/figures.h"
#include "report/figures_records.h"
#include "report/report_agents.h"

enum {
    SECOND = 1000000,
    AGENTS = 5,
    STEPS = 400,
    STORIES = 50,
    TEXT_MAX = 1 << 16,
};
static const int64_t NOON = 1795262400000000;
static const struct campaign_id OURS = {7};

/* The rows of a store, by the plainest reading of its rules. */
struct told {
    struct figures_builder *records_to;
    struct figures_records *records;
    struct agent_figures_builder *rows;
    struct reader_agent_span now[AGENTS];
    struct rng random;
    int64_t at_us, attempts;
};

static unsigned below(struct told *t, unsigned n)
{
    return (unsigned)rng_below(&t->random, n);
}

static void record(struct told *t, const struct record *r)
{
    figures_records_add(t->records, r);
}

static void move(struct told *t, size_t agent, enum agent_state s,
                 struct campaign_id c, const char *reason)
{
    struct reader_agent_span *now = &t->now[agent];
    const struct record r = {.kind = RECORD_AGENT,
                             .at_us = t->at_us,
                             .agent = {(int64_t)agent + 1},
                             .campaign = c,
                             .state = (int)s,
                             .key = str_of(reason)};
    record(t, &r);
    now->until_us = t->at_us;
    bool of_call = now->state == AGENT_TALKING || now->state == AGENT_HOLDING ||
                   now->state == AGENT_WRAP;
    if (of_call && now->campaign.v == OURS.v)
        agent_figures_span(t->rows, now);
    if (now->state != AGENT_OFF)
        agent_figures_shift(t->rows, now);
    *now = (struct reader_agent_span){.agent = r.agent,
                                      .state = s,
                                      .reason = str_of(reason),
                                      .from_us = t->at_us,
                                      .campaign = c};
}

static void wait(struct told *t)
{
    t->at_us += (int64_t)below(t, 30 * SECOND);
}

/* One person: joined, on hold perhaps, and what is said of him. */
static void call(struct told *t, size_t agent)
{
    static const char *const word[] = {"sale", "no", "later"};
    const struct record base = {.at_us = t->at_us,
                                .campaign = OURS,
                                .lead = {1 + t->attempts},
                                .attempt = {++t->attempts},
                                .agent = {(int64_t)agent + 1}};
    struct record r = base;
    r.kind = RECORD_ATTEMPT;
    record(t, &r);
    r.kind = RECORD_BRIDGED;
    r.ring_ms = below(t, 3000);
    record(t, &r);
    const struct reader_bridge j = {
        .agent = base.agent, .at_us = t->at_us, .wait_ms = r.ring_ms};
    agent_figures_bridge(t->rows, &j);
    move(t, agent, AGENT_TALKING, OURS, "");
    wait(t);
    if (below(t, 3) == 0) {
        move(t, agent, AGENT_HOLDING, OURS, "");
        wait(t);
        move(t, agent, AGENT_TALKING, OURS, "");
        wait(t);
    }
    r = base;
    r.kind = RECORD_ENDED;
    r.at_us = t->at_us;
    r.state = OUTCOME_TALKED;
    r.live = true;
    record(t, &r);
    move(t, agent, AGENT_WRAP, OURS, "");
    wait(t);
    unsigned said = below(t, 4);
    for (unsigned times = below(t, 2); said < 3 && times <= 1; times++) {
        unsigned w = times == 1 ? said : below(t, 3); /* the last one counts */
        r = base;
        r.kind = RECORD_DISPOSITION;
        r.key = str_of(word[w]);
        record(t, &r);
    }
    agent_figures_call(t->rows, said == 3, false);
    if (said < 3)
        agent_figures_disposition(t->rows, base.agent, str_of(word[said]), 1);
    /* names the call that is over */
    move(t, agent, AGENT_READY, OURS, "");
}

static void lunch(struct told *t, size_t agent)
{
    const struct campaign_id none = {0};
    move(t, agent, AGENT_PAUSED, none, "lunch");
    wait(t);
    move(t, agent, AGENT_OFF, none, "");
    wait(t);
    move(t, agent, AGENT_CALLING_IN, none, "");
    move(t, agent, AGENT_READY, none, "");
}

static void text_of(const struct agent_figures *f, char out[TEXT_MAX])
{
    struct buf b;
    struct json_out j;
    buf_init(&b, TEXT_MAX - 1);
    json_out_init(&j, &b);
    report_agents_json(f, &j);
    buf_add_char(&b, '\n');
    report_agents_text(f, &b);
    report_agents_csv(f, &b);
    report_agents_html(f, &b);
    assert_false(b.failed);
    (void)str_copy(out, TEXT_MAX, buf_slice(&b));
    buf_fini(&b);
}

static void story(uint64_t seed)
{
    static char one[TEXT_MAX], two[TEXT_MAX];
    const struct figures_options o = {.now_us = NOON};
    struct told t = {.records_to = figures_new(&o),
                     .rows = agent_figures_new(true, 0, 0),
                     .at_us = NOON - 40000 * (int64_t)SECOND};
    const struct disposition plan[] = {
        {str_of("sale"), DISPOSITION_DONE, true, false},
        {str_of("no"), DISPOSITION_DONE, false, false}};
    rng_init(&t.random, seed, "story");
    t.records = figures_records_new(t.records_to);
    figures_dispositions(t.records_to, plan, tm_array_len(plan));
    agent_figures_word(t.rows, plan[0].word, true);
    agent_figures_word(t.rows, plan[1].word, false);
    for (int i = 0; i < STEPS; i++) {
        size_t agent = below(&t, AGENTS);
        if (below(&t, 4) > 0)
            call(&t, agent);
        else
            lunch(&t, agent);
    }
    move(&t, 0, AGENT_TALKING, OURS, ""); /* and talks still */
    agent_figures_span(t.rows, &t.now[0]);
    for (size_t i = 0; i < AGENTS; i++)
        if (t.now[i].state != AGENT_OFF)
            agent_figures_shift(t.rows, &t.now[i]);
    figures_records_end(t.records, (uint64_t)t.attempts);
    const struct figures *f = figures_end(t.records_to);
    text_of(f->agents, one);
    text_of(agent_figures_end(t.rows, NOON), two);
    size_t same = 0;
    while (one[same] != '\0' && one[same] == two[same])
        same++;
    size_t from = same > 80 ? same - 80 : 0;
    if (one[same] != two[same])
        fail_msg("story %llu: from records ...%.160s..., from rows ...%.160s",
                 (unsigned long long)seed, one + from, two + from);
    assert_int_equal(f->agents->people, f->outcome[OUTCOME_TALKED]);
    figures_records_free(t.records);
    figures_free(t.records_to);
    agent_figures_free(t.rows);
}

static void test_records_and_rows_agree(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= STORIES; seed++)
        story(seed);
}

/* Of the time signed in and not paused, in all campaigns and since the
 * campaign was loaded; who did nothing for it counts not. */
static void test_occupancy(void **state)
{
    (void)state;
    const struct {
        int agent;
        enum agent_state state;
        int minutes;
        bool ours;
    } did[] = {
        {1, AGENT_CALLING_IN, 5, false}, {1, AGENT_READY, 15, false},
        {1, AGENT_TALKING, 20, true},    {1, AGENT_WRAP, 5, true},
        {1, AGENT_PAUSED, 30, false},    {1, AGENT_TALKING, 10, false},
        {1, AGENT_DIALLING, 10, true},   {2, AGENT_TALKING, 60, false},
    };
    struct agent_figures_builder *b = agent_figures_new(true, 0, 0);
    int64_t at_us[3] = {0, NOON, NOON};
    agent_figures_since(b, NOON + 10 * 60 * (int64_t)SECOND);
    for (size_t i = 0; i < tm_array_len(did); i++) {
        struct reader_agent_span s = {.agent = {did[i].agent},
                                      .state = did[i].state,
                                      .reason = str_of(""),
                                      .from_us = at_us[did[i].agent]};
        at_us[did[i].agent] += did[i].minutes * 60 * (int64_t)SECOND;
        s.until_us = at_us[did[i].agent];
        agent_figures_shift(b, &s);
        if (did[i].ours)
            agent_figures_span(b, &s);
    }
    const struct agent_figures *f = agent_figures_end(b, NOON);
    assert_int_equal(f->rows, 1);
    /* 20 + 5 + 10 of 10 (5 are before) + 20 + 5 + 10 + 10 */
    assert_int_equal(f->all.handling_ms, 35 * 60000);
    assert_int_equal(f->all.available_ms, 55 * 60000);
    assert_int_equal(agent_figures_occupancy_permille(&f->row[0]), 636);
    agent_figures_free(b);
}

/* --- the store ------------------------------------------------------------*/

static int no_agents(void *self, struct tenant_id t, reader_agent_fn *v,
                     void *arg, struct err *e)
{
    (void)self, (void)t, (void)v, (void)arg, (void)e;
    return TM_OK;
}

static int no_spans(void *self, const struct reader_agent_time *q,
                    reader_agent_span_fn *v, void *arg, struct err *e)
{
    (void)self, (void)q, (void)v, (void)arg, (void)e;
    return TM_OK;
}

static int two_bridges(void *self, const struct reader_agent_time *q,
                       reader_bridge_fn *v, void *arg, struct err *e)
{
    struct reader_bridge b = {.attempt = {1}, .agent = {1}};
    (void)self, (void)q, (void)e;
    int rc = v(arg, &b);
    b.agent.v = 2;
    return rc == 0 ? v(arg, &b) : rc;
}

static int one_attempt(void *self, const struct reader_attempts *q,
                       reader_attempt_fn *v, void *arg, struct err *e)
{
    const struct reader_attempt a = {.id = {1},
                                     .ended_us = NOON,
                                     .agent = {2},
                                     .disposition = str_of("sale"),
                                     .disposed_by = {1}};
    (void)self, (void)q, (void)e;
    return v(arg, &a);
}

/* The first agent says what it is, his telephone dies, the second takes the
 * person: it is the first one's word, as the journal has it. */
static void test_who_said_it(void **state)
{
    const struct reader r = {.agents = no_agents,
                             .agent_spans = no_spans,
                             .bridges = two_bridges,
                             .attempts = one_attempt};
    struct agent_figures_builder *b = agent_figures_new(true, 0, 0);
    struct err e = {0};
    (void)state;
    assert_int_equal(agent_figures_read(&r, OURS, b, &e), TM_OK);
    const struct agent_figures *f = agent_figures_end(b, NOON);
    assert_int_equal(f->rows, 2);
    assert_int_equal(f->row[0].id.v, 1);
    assert_int_equal(f->row[0].dispositions, 1);
    assert_int_equal(f->row[1].dispositions, 0);
    agent_figures_free(b);
}

/* Reasons of leads and rules leave room for what agents say. */
static void test_many_words(void **state)
{
    const struct figures_options o = {.now_us = NOON};
    struct figures_builder *b = figures_new(&o);
    struct figures_records *f = figures_records_new(b);
    (void)state;
    for (int i = 1; i <= 300; i++) {
        char word[100];
        (void)snprintf(word, sizeof(word),
                       "a_reason_longer_than_there_is_"
                       "room_for_in_any_table_of_a_report_%d",
                       i % 2);
        if (i > 2)
            (void)snprintf(word, sizeof(word), "reason_%d", i);
        const struct record r = {.kind = RECORD_LEAD,
                                 .at_us = NOON,
                                 .lead = {i},
                                 .state = LEAD_WAITING,
                                 .key = str_of(word)};
        figures_records_add(f, &r);
    }
    struct record r = {.kind = RECORD_ATTEMPT,
                       .at_us = NOON,
                       .lead = {1},
                       .agent = {1},
                       .attempt = {1},
                       .e164 = 12125550100};
    figures_records_add(f, &r);
    r.kind = RECORD_BRIDGED;
    figures_records_add(f, &r);
    r.kind = RECORD_ENDED;
    r.state = OUTCOME_TALKED;
    r.live = true;
    figures_records_add(f, &r);
    r.kind = RECORD_DISPOSITION;
    r.state = DISPOSITION_DONE;
    r.key = str_of("sale");
    figures_records_add(f, &r);
    figures_records_end(f, 300);
    const struct agent_figures *a = figures_end(b)->agents;
    assert_int_equal(a->people, 1);
    assert_int_equal(a->silent, 0);
    assert_int_equal(a->all.dispositions, 1);
    figures_records_free(f);
    figures_free(b);
}

/* Only the part within the time counts. */
static void test_time_is_cut(void **state)
{
    (void)state;
    struct agent_figures_builder *b =
        agent_figures_new(false, NOON, NOON + 3600 * (int64_t)SECOND);
    struct reader_agent_span s = {.agent = {3},
                                  .state = AGENT_READY,
                                  .reason = str_of(""),
                                  .from_us = NOON - 60 * (int64_t)SECOND,
                                  .until_us = NOON + 60 * (int64_t)SECOND};
    agent_figures_name(b, (struct agent_id){3}, str_of("zoe"));
    agent_figures_name(b, (struct agent_id){4}, str_of("idle"));
    agent_figures_span(b, &s);
    s.state = AGENT_TALKING;
    s.from_us = s.until_us;
    s.until_us = NOON + 120 * (int64_t)SECOND;
    agent_figures_span(b, &s);
    s.state = AGENT_PAUSED;
    s.reason = str_of("lunch");
    s.from_us = NOON + 3540 * (int64_t)SECOND;
    s.until_us = 0; /* still, long after */
    agent_figures_span(b, &s);
    const struct agent_figures *f =
        agent_figures_end(b, NOON + 9999 * (int64_t)SECOND);
    assert_int_equal(f->rows, 1);
    const struct agent_figures_row *r = &f->row[0];
    assert_string_equal(r->name, "zoe");
    assert_int_equal(r->ms[AGENT_READY], 60000);
    assert_int_equal(r->ms[AGENT_TALKING], 60000);
    assert_int_equal(r->ms[AGENT_PAUSED], 60000);
    assert_int_equal(r->signed_in_ms, 180000);
    assert_int_equal(agent_figures_talk_permille(r), 333);
    assert_int_equal(r->pauses, 1);
    assert_string_equal(r->pause[0].reason, "lunch");
    agent_figures_free(b);
}

static void test_nobody(void **state)
{
    (void)state;
    struct agent_figures_builder *b = agent_figures_new(true, 0, 0);
    agent_figures_word(b, str_of("sale"), true);
    agent_figures_name(b, (struct agent_id){3}, str_of("zoe"));
    assert_null(agent_figures_end(b, NOON));
    agent_figures_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_and_rows_agree),
        cmocka_unit_test(test_occupancy),
        cmocka_unit_test(test_who_said_it),
        cmocka_unit_test(test_many_words),
        cmocka_unit_test(test_time_is_cut),
        cmocka_unit_test(test_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
