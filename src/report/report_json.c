#include "report/report_json.h"

#include <stdio.h>

#include "report/report_agents.h"
#include "report/report_callers.h"
#include "report/words.h"

static void put(struct json_out *j, const char *key, uint64_t n)
{
    json_out_kv_int(j, key, (int64_t)n);
}

static void put_instant(struct json_out *j, const char *key, int64_t us)
{
    char at[WORDS_MAX];
    json_out_kv_text(j, key, us != 0 ? words_iso(us, at) : NULL);
}

/* Rates have four decimals; null when nothing was counted. */
static void put_rate(struct json_out *j, const struct figures_rate *r)
{
    json_out_key(j, r->key);
    json_out_object(j);
    put(j, "n", r->n);
    put(j, "of", r->of);
    json_out_key(j, "rate");
    if (r->of > 0)
        json_out_decimal(j, (double)r->n / (double)r->of, 4);
    else
        json_out_null(j);
    json_out_end_object(j);
}

static void campaign(const struct figures *f, struct json_out *j)
{
    json_out_kv_text(j, "campaign", f->campaign);
    json_out_kv_text(j, "seller", f->seller);
    json_out_kv_text(j, "list", f->list);
    json_out_kv_text(j, "state", f->state);
    put_instant(j, "now", f->now_us);
    json_out_kv_text(j, "now_source", f->now_source);
    put_instant(j, "loaded", f->loaded_us);
    put_instant(j, "first_call", f->first_call_us);
    put_instant(j, "last_call", f->last_call_us);
}

static void rows(const struct figures *f, struct json_out *j)
{
    json_out_key(j, "rows");
    json_out_object(j);
    put(j, "files", f->files);
    put(j, "files_unfinished", f->files_unfinished);
    put(j, "rows", f->rows);
    put(j, "imported", f->imported);
    put(j, "duplicates", f->duplicates);
    put(j, "rejected", f->rejected);
    json_out_kv_bool(j, "adds_up", figures_rows_add_up(f));
    json_out_end_object(j);
}

static void leads(const struct figures *f, struct json_out *j)
{
    json_out_key(j, "leads");
    json_out_object(j);
    put(j, "total", f->leads);
    put(j, "gone", figures_gone(f));
    for (size_t i = 0; i < FIGURES_LEAD_COUNT; i++)
        put(j, figures_lead_key((enum figures_lead)i), f->lead[i].n);
    json_out_end_object(j);
    json_out_key(j, "next");
    json_out_object(j);
    for (size_t i = 0; i < FIGURES_LEAD_COUNT; i++)
        if (f->lead[i].first_due_us != 0)
            put_instant(j, figures_lead_key((enum figures_lead)i),
                        f->lead[i].first_due_us);
    json_out_end_object(j);
}

static void reasons(const struct figures *f, struct json_out *j)
{
    json_out_key(j, "reasons");
    json_out_array(j);
    for (size_t i = 0; i < f->reasons; i++) {
        const struct figures_reason *r = &f->reason[i];
        json_out_object(j);
        json_out_kv_text(j, "kind", figures_lead_key(r->kind));
        json_out_kv_text(j, "state", lead_state_text(r->state));
        json_out_kv_text(j, "reason", r->reason);
        put(j, "leads", r->leads);
        put_instant(j, "next", r->first_due_us);
        json_out_kv_text(j, "citation", r->rule ? r->citation : NULL);
        json_out_kv_text(j, "text", r->rule ? r->rule->text : NULL);
        json_out_kv_text(j, "to_file", r->to_file[0] ? r->to_file : NULL);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void attempts(const struct figures *f, struct json_out *j)
{
    json_out_key(j, "attempts");
    json_out_object(j);
    put(j, "recorded", f->recorded);
    put(j, "placed", f->placed);
    put(j, "ringing", f->ringing);
    put(j, "answered", f->answered);
    put(j, "live", f->live);
    put(j, "completed", f->completed);
    put(j, "opt_outs", f->opt_outs);
    put(j, "callbacks", f->callbacks);
    put(j, "abandoned", f->abandoned);
    put(j, "ring_ms_sum", (uint64_t)f->ring_ms);
    put(j, "ring_ms_calls", f->rung);
    put(j, "talk_ms_sum", (uint64_t)f->talk_ms);
    put(j, "talk_ms_calls", f->talked);
    json_out_end_object(j);
}

static void rates(const struct figures *f, struct json_out *j)
{
    struct figures_rate r[FIGURES_RATES];
    struct figures_rate worst = figures_worst_period(f);
    figures_rates(f, r);
    json_out_key(j, "rates");
    json_out_object(j);
    for (size_t i = 0; i < FIGURES_RATES; i++)
        put_rate(j, &r[i]);
    put_rate(j, &worst);
    json_out_end_object(j);
}

static void outcomes(const struct figures *f, struct json_out *j)
{
    json_out_key(j, "outcomes");
    json_out_object(j);
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        if (i != OUTCOME_GAVE_UP && i != OUTCOME_TURNED_AWAY) /* of callers */
            put(j, outcome_text((enum outcome)i), f->outcome[i]);
    json_out_end_object(j);
}

static void question(const struct figures_question *q, struct json_out *j)
{
    json_out_object(j);
    json_out_kv_text(j, "id", q->id);
    json_out_kv_text(j, "text", q->text);
    put(j, "answers", q->answers);
    json_out_key(j, "labels");
    json_out_array(j);
    for (size_t k = 0; k < q->labels; k++) {
        json_out_object(j);
        json_out_kv_text(j, "label", q->label[k].label);
        put(j, "n", q->label[k].n);
        json_out_end_object(j);
    }
    json_out_end_array(j);
    json_out_end_object(j);
}

static void hours(const struct figures *f, struct json_out *j)
{
    json_out_key(j, "hours");
    json_out_array(j);
    for (size_t i = 0; i <= FIGURES_HOURS; i++) {
        const struct figures_hour *h = &f->hour[i];
        if (h->placed == 0)
            continue;
        json_out_object(j);
        json_out_key(j, "hour");
        if (i < FIGURES_HOURS)
            json_out_int(j, (int64_t)i);
        else
            json_out_null(j);
        put(j, "placed", h->placed);
        put(j, "answered", h->answered);
        put(j, "live", h->live);
        put(j, "completed", h->completed);
        if (f->agents != NULL)
            put(j, "talked", h->talked);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void tries(const struct figures *f, struct json_out *j)
{
    json_out_key(j, "calls_per_lead");
    json_out_array(j);
    for (size_t i = 0; i <= FIGURES_TRIES_MAX; i++)
        json_out_int(j, (int64_t)f->tries[i]);
    json_out_end_array(j);
}

static void proof(const struct figures *f, struct json_out *j)
{
    const struct figures_journal *p = &f->journal;
    json_out_key(j, "journal");
    json_out_object(j);
    put(j, "entries", p->entries);
    json_out_kv_text(j, "head", p->head);
    json_out_kv_bool(j, "checked", p->checked);
    put(j, "broken_seq", p->broken_seq);
    put(j, "restarts", p->restarts);
    json_out_kv_text(j, "clock", p->clock_note[0] ? p->clock_note : NULL);
    json_out_end_object(j);
    json_out_key(j, "versions");
    json_out_array(j);
    for (size_t i = 0; i < f->versions; i++)
        json_out_text(j, f->version[i]);
    json_out_end_array(j);
    json_out_kv_text(j, "zones", f->zones);
}

void report_json(const struct figures *f, struct json_out *j)
{
    json_out_object(j);
    json_out_kv_int(j, "format", 1);
    campaign(f, j);
    rows(f, j);
    leads(f, j);
    reasons(f, j);
    attempts(f, j);
    rates(f, j);
    outcomes(f, j);
    report_callers_json(&f->callers, j);
    if (f->agents != NULL) {
        json_out_key(j, "agents");
        report_agents_json(f->agents, j);
    }
    json_out_key(j, "questions");
    json_out_array(j);
    for (size_t i = 0; i < f->questions; i++)
        question(&f->question[i], j);
    json_out_end_array(j);
    hours(f, j);
    tries(f, j);
    proof(f, j);
    json_out_end_object(j);
}
