#include "report/report_csv.h"

#include <stdio.h>

#include "report/report_agents.h"
#include "report/report_callers.h"
#include "report/words.h"

static void begin(struct buf *b, const char *section, const char *key,
                  const char *subkey)
{
    words_csv(b, str_of(section));
    buf_add_char(b, ',');
    words_csv(b, str_of(key));
    buf_add_char(b, ',');
    words_csv(b, str_of(subkey));
    buf_add_char(b, ',');
}

static void number(struct buf *b, const char *section, const char *key,
                   const char *subkey, uint64_t n)
{
    begin(b, section, key, subkey);
    buf_addf(b, "%llu\r\n", (unsigned long long)n);
}

static void text(struct buf *b, const char *section, const char *key,
                 const char *value)
{
    begin(b, section, key, "");
    words_csv(b, str_of(value));
    buf_add_str(b, "\r\n");
}

static void instant(struct buf *b, const char *section, const char *key,
                    int64_t us)
{
    char at[WORDS_MAX];
    if (us != 0)
        text(b, section, key, words_iso(us, at));
}

static void campaign(const struct figures *f, struct buf *b)
{
    text(b, "campaign", "name", f->campaign);
    text(b, "campaign", "seller", f->seller);
    text(b, "campaign", "list", f->list);
    text(b, "campaign", "state", f->state);
    instant(b, "campaign", "now", f->now_us);
    instant(b, "campaign", "first_call", f->first_call_us);
    instant(b, "campaign", "last_call", f->last_call_us);
    number(b, "rows", "rows", "", f->rows);
    number(b, "rows", "imported", "", f->imported);
    number(b, "rows", "duplicates", "", f->duplicates);
    number(b, "rows", "rejected", "", f->rejected);
}

static void leads(const struct figures *f, struct buf *b)
{
    number(b, "leads", "total", "", f->leads);
    number(b, "leads", "gone", "", figures_gone(f));
    for (size_t i = 0; i < FIGURES_LEAD_COUNT; i++)
        number(b, "leads", figures_lead_key((enum figures_lead)i), "",
               f->lead[i].n);
    for (size_t i = 0; i < FIGURES_LEAD_COUNT; i++)
        instant(b, "next", figures_lead_key((enum figures_lead)i),
                f->lead[i].first_due_us);
    for (size_t i = 0; i < f->reasons; i++)
        number(b, "reasons",
               f->reason[i].kind == FIGURES_MISSING
                   ? figures_lead_key(FIGURES_MISSING)
                   : lead_state_text(f->reason[i].state),
               f->reason[i].reason, f->reason[i].leads);
}

static void attempts(const struct figures *f, struct buf *b)
{
    number(b, "attempts", "recorded", "", f->recorded);
    number(b, "attempts", "placed", "", f->placed);
    number(b, "attempts", "ringing", "", f->ringing);
    number(b, "attempts", "answered", "", f->answered);
    number(b, "attempts", "live", "", f->live);
    number(b, "attempts", "completed", "", f->completed);
    number(b, "attempts", "opt_outs", "", f->opt_outs);
    number(b, "attempts", "callbacks", "", f->callbacks);
    number(b, "attempts", "abandoned", "", f->abandoned);
    number(b, "attempts", "ring_ms_sum", "", (uint64_t)f->ring_ms);
    number(b, "attempts", "ring_ms_calls", "", f->rung);
    number(b, "attempts", "talk_ms_sum", "", (uint64_t)f->talk_ms);
    number(b, "attempts", "talk_ms_calls", "", f->talked);
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        if (i != OUTCOME_GAVE_UP && i != OUTCOME_TURNED_AWAY) /* of callers */
            number(b, "outcomes", outcome_text((enum outcome)i), "",
                   f->outcome[i]);
}

static void rate(struct buf *b, const struct figures_rate *r)
{
    number(b, "rates", r->key, "n", r->n);
    number(b, "rates", r->key, "of", r->of);
    if (r->of == 0)
        return;
    begin(b, "rates", r->key, "rate");
    /* four decimals, rounded, without floating point */
    uint64_t v = (r->n * 20000 + r->of) / (2 * r->of);
    buf_addf(b, "%llu.%04llu\r\n", (unsigned long long)v / 10000,
             (unsigned long long)v % 10000);
}

static void rates(const struct figures *f, struct buf *b)
{
    struct figures_rate r[FIGURES_RATES];
    struct figures_rate worst = figures_worst_period(f);
    figures_rates(f, r);
    for (size_t i = 0; i < FIGURES_RATES; i++)
        rate(b, &r[i]);
    rate(b, &worst);
}

static void hours(const struct figures *f, struct buf *b)
{
    for (size_t i = 0; i <= FIGURES_HOURS; i++) {
        const struct figures_hour *h = &f->hour[i];
        char key[24] = "unknown";
        if (h->placed == 0)
            continue;
        if (i < FIGURES_HOURS)
            (void)snprintf(key, sizeof(key), "%02zu", i);
        number(b, "hours", key, "placed", h->placed);
        number(b, "hours", key, "answered", h->answered);
        number(b, "hours", key, "live", h->live);
        number(b, "hours", key, "completed", h->completed);
        if (f->agents != NULL)
            number(b, "hours", key, "talked", h->talked);
    }
}

void report_csv(const struct figures *f, struct buf *out)
{
    buf_add_str(out, "section,key,subkey,value\r\n");
    campaign(f, out);
    leads(f, out);
    attempts(f, out);
    rates(f, out);
    report_callers_csv(&f->callers, out);
    report_agents_csv(f->agents, out);
    for (size_t i = 0; i < f->questions; i++)
        for (size_t k = 0; k < f->question[i].labels; k++)
            number(out, "answers", f->question[i].id,
                   f->question[i].label[k].label, f->question[i].label[k].n);
    hours(f, out);
    for (size_t i = 0; i <= FIGURES_TRIES_MAX; i++) {
        char key[24];
        (void)snprintf(key, sizeof(key), "%zu%s", i,
                       i == FIGURES_TRIES_MAX ? " or more" : "");
        number(out, "calls_per_lead", key, "", f->tries[i]);
    }
    number(out, "journal", "entries", "", f->journal.entries);
    text(out, "journal", "head", f->journal.head);
    if (f->journal.clock_note[0] != '\0')
        text(out, "journal", "clock", f->journal.clock_note);
}
