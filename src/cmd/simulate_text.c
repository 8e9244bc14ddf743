#include "cmd/simulate_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/json_out.h"
#include "report/report_json.h"
#include "report/report_text.h"

enum { BAR_MAX = 40, ABANDON_LIMIT_PCT = 3 };

static double share(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : (double)part / (double)whole;
}

/* --- adding up ------------------------------------------------------------*/

static void add_groups(struct runner_result *to, const struct runner_result *r)
{
    for (size_t i = 0; i < r->groups; i++) {
        size_t k = 0;
        while (k < to->groups &&
               (to->group[k].state != r->group[i].state ||
                strcmp(to->group[k].reason, r->group[i].reason) != 0))
            k++;
        if (k < to->groups)
            to->group[k].leads += r->group[i].leads;
        else if (k < RUNNER_GROUPS_MAX)
            to->group[to->groups++] = r->group[i];
    }
}

static void add_answers(struct runner_result *to, const struct runner_result *r)
{
    for (size_t i = 0; i < r->answers; i++) {
        size_t k = 0;
        while (k < to->answers &&
               (strcmp(to->answer[k].question, r->answer[i].question) != 0 ||
                strcmp(to->answer[k].answer, r->answer[i].answer) != 0))
            k++;
        if (k < to->answers)
            to->answer[k].n += r->answer[i].n;
        else if (k < RUNNER_ANSWERS_MAX)
            to->answer[to->answers++] = r->answer[i];
    }
}

static void add_hour(struct runner_hour *to, const struct runner_hour *h)
{
    to->placed += h->placed;
    to->answered += h->answered;
    to->live += h->live;
    to->completed += h->completed;
}

static void add_counts(struct runner_result *to, const struct runner_result *r)
{
    to->leads += r->leads;
    to->attempts += r->attempts;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        to->outcome[i] += r->outcome[i];
    for (int i = 0; i < LEAD_STATE_COUNT; i++)
        to->lead[i] += r->lead[i];
    to->placed += r->placed;
    to->answered += r->answered;
    to->live += r->live;
    to->abandoned += r->abandoned;
    to->completed += r->completed;
    to->opt_outs += r->opt_outs;
    to->callbacks += r->callbacks;
    to->verdicts += r->verdicts;
    to->talk_ms += r->talk_ms;
    to->events += r->events;
    to->journal_entries += r->journal_entries;
    if (r->calls_max > to->calls_max)
        to->calls_max = r->calls_max;
    for (int i = 0; i < RUNNER_HOURS; i++)
        add_hour(&to->hour[i], &r->hour[i]);
    add_hour(&to->no_zone, &r->no_zone);
}

void simulate_text_add(struct simulate_figures *f,
                       const struct runner_result *r)
{
    struct runner_result *to = &f->sum;
    double aband = 100 * share(r->abandoned, r->live);
    add_counts(to, r);
    add_groups(to, r);
    add_answers(to, r);
    to->start_us = r->start_us;
    to->end_us = r->end_us;
    to->now_us = r->now_us;
    to->state = r->state;
    to->first_call_us = r->first_call_us;
    to->last_call_us = r->last_call_us;
    if (r->placed > 0)
        f->simulated_h += (double)(r->last_call_us - r->first_call_us) / 3.6e9;
    if (aband > f->aband_pct_worst)
        f->aband_pct_worst = aband;
    f->over_limit += aband > ABANDON_LIMIT_PCT;
    f->runs++;
    /* One run: its own head. More: a chain over the heads in order. */
    if (f->runs == 1) {
        memcpy(f->head, r->journal_head, sizeof(f->head));
        return;
    }
    struct slice head =
        str_range((const char *)r->journal_head, JOURNAL_HASH_SIZE);
    uint8_t before[JOURNAL_HASH_SIZE];
    memcpy(before, f->head, sizeof(before));
    journal_hash(before, f->runs, head, f->head);
}

static void hex(const uint8_t *p, char out[RUNNER_HASH_LEN])
{
    static const char digit[] = "0123456789abcdef";
    for (int i = 0; i < JOURNAL_HASH_SIZE; i++) {
        out[2 * i] = digit[p[i] >> 4];
        out[2 * i + 1] = digit[p[i] & 15];
    }
    out[2 * JOURNAL_HASH_SIZE] = '\0';
}

/* --- JSON -----------------------------------------------------------------*/

static void put_count(struct json_out *j, const char *key, uint64_t v)
{
    json_out_kv_int(j, key, (int64_t)v);
}

/* The fields of the pacing scenarios; what only agents have is 0. */
static void put_pacing(struct json_out *j, const struct simulate_figures *f)
{
    static const char *const zero[] = {"talk_min_h", "talk_hw", "util",
                                       "aband_hw", "wait_s"};
    const struct runner_result *r = &f->sum;
    char head[RUNNER_HASH_LEN];
    hex(f->head, head);
    json_out_kv_text(j, "scenario", f->scenario->name);
    json_out_kv_text(j, "policy", "agentless");
    put_count(j, "seeds", f->runs);
    put_count(j, "seed", f->seed);
    json_out_kv_int(j, "agents", 0);
    for (size_t i = 0; i < tm_array_len(zero); i++)
        json_out_kv_int(j, zero[i], 0);
    json_out_kv_decimal(j, "aband_pct", 100 * share(r->abandoned, r->live), 3);
    json_out_kv_decimal(j, "worst_day_pct", f->aband_pct_worst, 3);
    json_out_kv_decimal(j, "window_viol", share(f->over_limit, f->runs), 4);
    json_out_kv_decimal(
        j, "dials_h",
        f->simulated_h > 0 ? (double)r->placed / f->simulated_h : 0, 1);
    json_out_kv_decimal(j, "dials_per_live",
                        r->live > 0 ? (double)r->placed / (double)r->live : 0,
                        3);
    json_out_kv_text(j, "journal_hash", head);
    put_count(j, "journal_entries", r->journal_entries);
}

static void put_outcomes(struct json_out *j, const struct runner_result *r)
{
    json_out_key(j, "outcomes");
    json_out_object(j);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (r->outcome[i] > 0)
            put_count(j, outcome_text((enum outcome)i), r->outcome[i]);
    json_out_end_object(j);
    json_out_key(j, "lead_states");
    json_out_object(j);
    for (int i = 0; i < LEAD_STATE_COUNT; i++)
        put_count(j, lead_state_text((enum lead_state)i), r->lead[i]);
    json_out_end_object(j);
}

static void put_instant(struct json_out *j, const char *key, int64_t us)
{
    char text[CIVIL_INSTANT_LEN];
    if (us == 0)
        return;
    civil_format_instant(us, text);
    json_out_kv_text(j, key, text);
}

static void put_groups(struct json_out *j, const struct runner_result *r)
{
    json_out_key(j, "leads_by_reason");
    json_out_array(j);
    for (size_t i = 0; i < r->groups; i++) {
        const struct runner_group *g = &r->group[i];
        json_out_object(j);
        json_out_kv_text(j, "state", lead_state_text(g->state));
        json_out_kv_text(j, "reason", g->reason);
        put_count(j, "leads", g->leads);
        put_instant(j, "first_due", g->first_due_us);
        put_instant(j, "last_due", g->last_due_us);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void put_answers(struct json_out *j, const struct runner_result *r)
{
    json_out_key(j, "answers");
    json_out_object(j);
    for (size_t i = 0; i < r->answers; i++) {
        const struct runner_answer *a = &r->answer[i];
        bool first = i == 0 || strcmp(a[-1].question, a->question) != 0;
        if (first && i > 0)
            json_out_end_object(j);
        if (first) {
            json_out_key(j, a->question);
            json_out_object(j);
        }
        put_count(j, a->answer, a->n);
    }
    if (r->answers > 0)
        json_out_end_object(j);
    json_out_end_object(j);
}

static void put_hours(struct json_out *j, const struct runner_result *r)
{
    json_out_key(j, "hours");
    json_out_array(j);
    for (int i = 0; i < RUNNER_HOURS; i++) {
        const struct runner_hour *h = &r->hour[i];
        if (h->placed == 0)
            continue;
        json_out_object(j);
        json_out_kv_int(j, "hour", i);
        put_count(j, "placed", h->placed);
        put_count(j, "answered", h->answered);
        put_count(j, "live", h->live);
        put_count(j, "completed", h->completed);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

void simulate_text_json(const struct simulate_figures *f, struct buf *b)
{
    const struct runner_result *r = &f->sum;
    struct json_out j;
    json_out_init(&j, b);
    json_out_object(&j);
    put_pacing(&j, f);
    json_out_kv_text(&j, "campaign", f->plan->name);
    json_out_kv_text(&j, "campaign_state", campaign_state_text(r->state));
    put_instant(&j, "start", r->start_us);
    put_instant(&j, "end", r->now_us);
    put_count(&j, "leads", r->leads);
    put_count(&j, "attempts", r->attempts);
    put_count(&j, "placed", r->placed);
    put_count(&j, "answered", r->answered);
    put_count(&j, "live", r->live);
    put_count(&j, "completed", r->completed);
    put_count(&j, "abandoned", r->abandoned);
    put_count(&j, "opt_outs", r->opt_outs);
    put_count(&j, "callbacks", r->callbacks);
    put_count(&j, "refused_or_put_off", r->verdicts);
    put_count(&j, "calls_max", r->calls_max);
    json_out_kv_decimal(
        &j, "talk_s_mean",
        r->live > 0 ? (double)r->talk_ms / 1000 / (double)r->live : 0, 2);
    put_outcomes(&j, r);
    put_groups(&j, r);
    put_answers(&j, r);
    put_hours(&j, r);
    put_count(&j, "events", r->events);
    json_out_kv_decimal(&j, "took_s", (double)f->took_us / 1e6, 3);
    json_out_kv_decimal(&j, "cpu_s", (double)f->cpu_us / 1e6, 3);
    if (f->report != NULL) {
        json_out_key(&j, "report");
        report_json(f->report, &j);
    }
    json_out_end_object(&j);
    buf_add_char(b, '\n');
}

/* --- text -----------------------------------------------------------------*/

static void add_bar(struct buf *b, bool utf8, uint64_t n, uint64_t most)
{
    uint64_t len = most == 0 ? 0 : (n * BAR_MAX + most / 2) / most;
    for (uint64_t i = 0; i < len; i++)
        buf_add_str(b, utf8 ? "\xe2\x96\x88" : "#"); /* full block */
    buf_add_char(b, '\n');
}

static void add_figure(struct buf *b, const char *what, uint64_t n, uint64_t of)
{
    buf_addf(b, "  %-22s %10" PRIu64, what, n);
    if (of > 0)
        buf_addf(b, "  %6.2f %%", 100 * share(n, of));
    buf_add_char(b, '\n');
}

static void add_head(const struct simulate_figures *f, struct buf *b)
{
    const struct runner_result *r = &f->sum;
    char from[CIVIL_INSTANT_LEN], to[CIVIL_INSTANT_LEN];
    civil_format_instant(r->start_us, from);
    civil_format_instant(r->now_us, to);
    buf_addf(b, "Scenario %s, campaign %s, %s\n%s to %s, seed %" PRIu64,
             f->scenario->name, f->plan->name, campaign_state_text(r->state),
             from, to, f->seed);
    if (f->runs > 1)
        buf_addf(b, " to %" PRIu64 ": figures are sums of %" PRIu64 " runs",
                 f->seed + f->runs - 1, f->runs);
    buf_add_str(b, "\nSimulated people; the engine and the rules are real.\n");
}

static void add_calls(const struct simulate_figures *f, struct buf *b)
{
    const struct runner_result *r = &f->sum;
    buf_add_str(b, "\nCalls\n");
    add_figure(b, "attempts", r->attempts, 0);
    add_figure(b, "placed", r->placed, r->attempts);
    add_figure(b, "answered", r->answered, r->placed);
    add_figure(b, "by a person", r->live, r->placed);
    add_figure(b, "completed", r->completed, r->live);
    add_figure(b, "opted out", r->opt_outs, r->live);
    add_figure(b, "call back asked", r->callbacks, r->live);
    add_figure(b, "abandoned", r->abandoned, r->live);
    buf_addf(b, "  %-22s %10zu\n", "most at a time", r->calls_max);
    buf_add_str(b, "\nOutcomes\n");
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (r->outcome[i] > 0)
            add_figure(b, outcome_text((enum outcome)i), r->outcome[i],
                       r->attempts);
}

static void add_leads(const struct runner_result *r, struct buf *b)
{
    char due[CIVIL_INSTANT_LEN];
    buf_addf(b, "\nLeads: %" PRIu64 "\n", r->leads);
    for (int s = 0; s < LEAD_STATE_COUNT; s++)
        for (size_t i = 0; i < r->groups; i++) {
            const struct runner_group *g = &r->group[i];
            if ((int)g->state != s)
                continue;
            buf_addf(b, "  %-10s %-20s %10" PRIu64, lead_state_text(g->state),
                     g->reason, g->leads);
            if (g->first_due_us != 0) {
                civil_format_instant(g->first_due_us, due);
                buf_addf(b, "  from %s", due);
            }
            buf_add_char(b, '\n');
        }
}

static void add_answers_text(const struct simulate_figures *f, struct buf *b)
{
    const struct runner_result *r = &f->sum;
    uint64_t most = 0;
    for (size_t i = 0; i < r->answers; i++)
        if (r->answer[i].n > most)
            most = r->answer[i].n;
    for (size_t i = 0; i < r->answers; i++) {
        const struct runner_answer *a = &r->answer[i];
        if (i == 0 || strcmp(a[-1].question, a->question) != 0)
            buf_addf(b, "\nAnswers: %s\n", a->question);
        buf_addf(b, "  %-12s %8" PRIu64 "  ", a->answer, a->n);
        add_bar(b, f->utf8, a->n, most);
    }
}

static void add_hours(const struct simulate_figures *f, struct buf *b)
{
    const struct runner_result *r = &f->sum;
    uint64_t most = 0;
    for (int i = 0; i < RUNNER_HOURS; i++)
        if (r->hour[i].placed > most)
            most = r->hour[i].placed;
    buf_add_str(b, "\nHour (callee's)    placed     live\n");
    for (int i = 0; i < RUNNER_HOURS; i++) {
        const struct runner_hour *h = &r->hour[i];
        if (h->placed == 0)
            continue;
        buf_addf(b, "  %02d:00          %8" PRIu64 " %8" PRIu64 "  ", i,
                 h->placed, h->live);
        add_bar(b, f->utf8, h->placed, most);
    }
}

void simulate_text_report(const struct simulate_figures *f, struct buf *b)
{
    const struct runner_result *r = &f->sum;
    char head[RUNNER_HASH_LEN];
    double took_s = (double)f->took_us / 1e6;
    hex(f->head, head);
    add_head(f, b);
    if (f->report != NULL) {
        buf_add_char(b, '\n');
        report_text(f->report, f->utf8, b);
        buf_addf(b, "\n%-22s %zu\n", "most calls at a time", r->calls_max);
    } else {
        add_calls(f, b);
        add_leads(r, b);
        add_answers_text(f, b);
        add_hours(f, b);
    }
    buf_addf(b, "\njournal  %" PRIu64 " entries, hash %s\n", r->journal_entries,
             head);
    buf_addf(b, "took     %.2f s", took_s);
    if (took_s > 0)
        buf_addf(b, ", %.0f calls/s, %.0f events/s", (double)r->placed / took_s,
                 (double)r->events / took_s);
    buf_add_char(b, '\n');
}
