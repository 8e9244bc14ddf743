#include "report/why_idle.h"

#include <string.h>

#include "core/campaign/campaign.h"
#include "report/figures_read.h"
#include "report/words.h"

enum { HEADLINE_MAX = 2000 };

struct due {
    struct why_idle *w;
    int64_t now_us;
};

static int add_due(void *arg, const struct reader_due *d)
{
    struct due *k = arg;
    if (d->from_us <= k->now_us) {
        k->w->callable += d->leads;
    } else if (k->w->next_due_us == 0) {
        k->w->next_due_us = d->from_us;
        k->w->next_leads = d->leads;
    }
    return 0;
}

static void say_no_lead(const struct why_idle *w, struct buf *b)
{
    char at[WORDS_MAX], n[WORDS_MAX];
    if (w->f->leads == 0) {
        buf_add_str(b, "Its list has no lead: import one with 'telemark "
                       "import'");
        return;
    }
    buf_add_str(b, "No lead may be called now");
    if (w->next_due_us != 0)
        buf_addf(b, "; the next %s from %s on", words_count(w->next_leads, n),
                 words_instant(w->next_due_us, at));
    else
        buf_add_str(b, ", and none waits");
}

static void say_running(const struct why_idle *w, struct buf *b)
{
    char n[WORDS_MAX];
    if (!w->live.server) {
        buf_add_str(b, "No server runs on this data folder: 'telemark serve' "
                       "dials");
        if (w->callable > 0)
            buf_addf(b, "; %s leads could be called",
                     words_count(w->callable, n));
        return;
    }
    if (w->live.idle_why[0] != '\0') {
        buf_add_str(b, "Not dialling: ");
        words_plain(b, str_of(w->live.idle_why));
        return;
    }
    if (w->live.calls > 0) {
        buf_addf(b, "It is dialling: %s calls are up",
                 words_count((uint64_t)w->live.calls, n));
        return;
    }
    if (w->callable == 0)
        say_no_lead(w, b);
    else
        buf_addf(b,
                 "It is about to dial: %s leads may be called, %lld are at "
                 "hand",
                 words_count(w->callable, n), (long long)w->live.hopper);
}

static void say(const struct why_idle *w, enum campaign_state s, struct buf *b)
{
    switch (s) {
    case CAMPAIGN_LOADED:
        buf_add_str(b, "It was never started: 'telemark campaign start' does");
        return;
    case CAMPAIGN_RUNNING: say_running(w, b); return;
    case CAMPAIGN_PAUSED:
    case CAMPAIGN_STOPPED:
        buf_addf(b, "It is %s: 'telemark campaign start' goes on",
                 campaign_state_text(s));
        return;
    case CAMPAIGN_FINISHED:
        buf_add_str(b, "It has finished: no lead can be called any more");
        return;
    case CAMPAIGN_STATE_COUNT: break;
    }
    tm_unreachable("a state outside its table");
}

int why_idle_ask(const struct why_idle_question *q, struct why_idle *out,
                 struct err *e)
{
    struct why_idle w = {.live = q->live};
    const struct reader *r = q->reader;
    int rc = figures_read_leads(r, q->campaign, q->b, e);
    if (rc != TM_OK)
        return rc;
    w.f = figures_end(q->b);
    struct due due = {&w, w.f->now_us};
    rc = r->dues(r->self, q->campaign, CIVIL_MINUTE_US, add_due, &due, e);
    if (rc < 0)
        return rc;
    w.callable += w.f->lead[FIGURES_NEW].n;
    enum campaign_state state;
    struct buf b;
    const char *word = q->live.state[0] ? q->live.state : w.f->state;
    if (!campaign_state_parse(str_of(word), &state))
        return err_set(e, TM_EVERSION,
                       "the server tells a state '%s' that "
                       "this program does not know",
                       word);
    w.dialling = state == CAMPAIGN_RUNNING && w.live.server &&
                 w.live.idle_why[0] == '\0' && w.live.calls > 0;
    buf_init(&b, HEADLINE_MAX);
    say(&w, state, &b);
    while (b.n > 0 && b.p[b.n - 1] == '.')
        b.n--;
    buf_add_char(&b, '.');
    w.headline = arena_strdup(q->arena, buf_slice(&b));
    buf_fini(&b);
    *out = w;
    return TM_OK;
}

void why_idle_text(const struct why_idle *w, struct buf *out)
{
    char at[WORDS_MAX], n[WORDS_MAX];
    words_plain(out, str_of(w->f->campaign));
    buf_addf(out, " (%s)\n", w->live.state[0] ? w->live.state : w->f->state);
    buf_addf(out, "%s\n", w->headline);
    buf_addf(out, "Now is %s (%s)\n\n", words_instant(w->f->now_us, at),
             w->f->now_source);
    for (size_t i = 0; i < w->f->reasons; i++) {
        const struct figures_reason *r = &w->f->reason[i];
        buf_addf(out, "  %9s  %s", words_count(r->leads, n),
                 figures_lead_text(r->kind));
        if (r->reason[0] != '\0') {
            buf_add_str(out, ": ");
            words_plain(out, str_of(r->reason));
        }
        if (r->rule != NULL)
            buf_addf(out, ", %s", r->citation);
        if (r->to_file[0] != '\0')
            buf_addf(out, "\n             %s", r->to_file);
        if (r->first_due_us != 0)
            buf_addf(out, "\n             from %s on",
                     words_instant(r->first_due_us, at));
        buf_add_char(out, '\n');
    }
    buf_addf(out, "  %9s  of them wait only for their turn\n",
             words_count(w->callable, n));
    if (w->live.callers > 0)
        buf_addf(out, "  %9s  called us and wait for an agent\n",
                 words_count((uint64_t)w->live.callers, n));
}

static void put_instant(struct json_out *j, const char *key, int64_t us)
{
    char at[WORDS_MAX];
    json_out_kv_text(j, key, us != 0 ? words_iso(us, at) : NULL);
}

void why_idle_json(const struct why_idle *w, struct json_out *j)
{
    json_out_object(j);
    json_out_kv_int(j, "format", 1);
    json_out_kv_text(j, "campaign", w->f->campaign);
    json_out_kv_text(j, "state",
                     w->live.state[0] ? w->live.state : w->f->state);
    json_out_kv_text(j, "why", w->headline);
    json_out_kv_bool(j, "dialling", w->dialling);
    json_out_kv_bool(j, "server", w->live.server);
    json_out_kv_int(j, "calls", w->live.calls);
    json_out_kv_int(j, "callers", w->live.callers);
    json_out_kv_int(j, "callable", (int64_t)w->callable);
    put_instant(j, "next_due", w->next_due_us);
    put_instant(j, "now", w->f->now_us);
    json_out_kv_text(j, "now_source", w->f->now_source);
    json_out_key(j, "leads");
    json_out_array(j);
    for (size_t i = 0; i < w->f->reasons; i++) {
        const struct figures_reason *r = &w->f->reason[i];
        json_out_object(j);
        json_out_kv_text(j, "kind", figures_lead_key(r->kind));
        json_out_kv_text(j, "state", lead_state_text(r->state));
        json_out_kv_text(j, "reason", r->reason);
        json_out_kv_int(j, "leads", (int64_t)r->leads);
        put_instant(j, "next", r->first_due_us);
        json_out_kv_text(j, "citation", r->rule ? r->citation : NULL);
        json_out_end_object(j);
    }
    json_out_end_array(j);
    json_out_end_object(j);
}
