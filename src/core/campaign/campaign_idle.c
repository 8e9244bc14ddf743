/* Why a running campaign does not dial: one sentence for status and board. */
#include <stdio.h>

#include "base/civil.h"
#include "core/campaign/campaign_crew.h"

static const char *hold_why(int error)
{
    if (error == TM_EEXPIRED)
        return "the store is slow: the permission for a call grew old before "
               "the call was recorded; the next one follows in seconds";
    return "the trunk refused a call; the next one follows in seconds";
}

/* --- agents ----------------------------------------------------------------*/

static bool has_skill(const struct agent_setup *a, const char *word)
{
    for (size_t i = 0; i < a->skills; i++)
        if (str_eq(str_of(a->skill[i]), word))
            return true;
    return false;
}

static bool is_ours(const struct campaign *c, const struct agent_setup *a)
{
    const struct plan *p = c->env.plan;
    bool named = a->campaigns == 0;
    for (size_t i = 0; i < a->campaigns; i++)
        named = named || a->campaign[i].v == c->env.id.v;
    for (size_t i = 0; i < p->skills; i++)
        named = named && has_skill(a, p->skill[i]);
    return named;
}

/* Those who are signed in and may work for it. */
struct crew_here {
    unsigned others; /* signed in, and not for it */
    unsigned all, in[AGENT_STATE_COUNT];
    unsigned ready, leaving; /* of the ready: who stay; who go or pause when
                                the lines have settled that ring for them */
};

static void count_here(const struct campaign *c, struct crew_here *out)
{
    *out = (struct crew_here){0};
    for (size_t i = 0; i < floor_agents(c->env.floor); i++) {
        const struct floor_agent *f = floor_at(c->env.floor, i);
        if (f->state == AGENT_OFF || f->state == AGENT_CALLING_IN)
            continue;
        if (!is_ours(c, &f->setup)) {
            out->others++;
            continue;
        }
        out->all++;
        out->in[f->state]++;
        out->leaving += f->state == AGENT_READY && f->then != AGENT_READY;
    }
    out->ready = out->in[AGENT_READY] - out->leaving;
}

bool campaign_idle_anybody(const struct campaign *c)
{
    struct crew_here h;
    count_here(c, &h);
    return h.all > h.in[AGENT_PAUSED];
}

void campaign_idle_here(const struct campaign *c, unsigned *all,
                        unsigned *ready)
{
    struct crew_here h;
    count_here(c, &h);
    *all = h.all;
    *ready = h.ready;
}

bool campaign_idle_signed_in(const struct campaign *c)
{
    struct crew_here h;
    count_here(c, &h);
    return h.all > 0;
}

/* "no agent is ready (2 talk, 1 pauses)" */
static const char *nobody_ready(const struct crew_here *h,
                                char out[CAMPAIGN_IDLE_MAX])
{
    const struct {
        unsigned n;
        const char *one, *more;
    } part[] = {
        {h->in[AGENT_TALKING] + h->in[AGENT_HOLDING], "talks", "talk"},
        {h->in[AGENT_WRAP], "wraps up", "wrap up"},
        {h->in[AGENT_DIALLING] + h->in[AGENT_RINGING], "is being joined",
         "are being joined"},
        {h->in[AGENT_PREVIEW], "looks at a lead", "look at leads"},
        {h->in[AGENT_PAUSED], "pauses", "pause"},
    };
    int at = snprintf(out, CAMPAIGN_IDLE_MAX, "no agent is ready");
    const char *sep = " (";
    for (size_t i = 0; i < tm_array_len(part); i++) {
        if (part[i].n == 0)
            continue;
        at += snprintf(out + at, CAMPAIGN_IDLE_MAX - (size_t)at, "%s%u %s", sep,
                       part[i].n, part[i].n == 1 ? part[i].one : part[i].more);
        tm_assert(at < CAMPAIGN_IDLE_MAX - 2);
        sep = ", ";
    }
    if (sep[0] == ',')
        snprintf(out + at, CAMPAIGN_IDLE_MAX - (size_t)at, ")");
    return out;
}

/* Pacing has looked at everything and wants no line. */
static const char *no_line_wanted(const struct campaign *c,
                                  char out[CAMPAIGN_IDLE_MAX])
{
    const struct crew *w = c->crew;
    double per_h = w->counts.called_per_s * CIVIL_HOUR_US / CIVIL_SECOND_US;
    if (w->waiting.n > 0)
        return "people who have answered come first";
    if (w->callers.n > 0)
        return "people who called us come first";
    if (w->promised.n > 0)
        return "calls that were promised come first";
    if (floor_claimed(c->env.floor, c->env.id) > 0)
        return "people who wait in other campaigns come first";
    if (per_h < 1)
        return "one line more could lose more people than the limit of "
               "abandoned calls allows";
    snprintf(out, CAMPAIGN_IDLE_MAX,
             "agents are kept for callers: about %.0f an hour are expected, "
             "and with a line more somebody could find nobody",
             per_h);
    return out;
}

/* Why agents do not bring about a line; "": it is not for them. */
static const char *with_agents(const struct campaign *c,
                               char out[CAMPAIGN_IDLE_MAX])
{
    struct crew_here h;
    const struct crew *w = c->crew;
    count_here(c, &h);
    if (h.all == 0 && h.others > 0)
        return "no agent of it is signed in: those who are lack its skills, or "
               "work in other campaigns alone";
    if (h.all == 0)
        return "no agent is signed in";
    if (h.all == h.in[AGENT_PAUSED])
        return "every agent who is signed in pauses";
    if (w->pacing.mode == DIAL_MANUAL)
        return "agents ask for leads (manual): telemark agent next";
    if (h.ready == 0 && h.leaving > 0)
        return "those who are ready sign out or pause when the lines that "
               "ring for them have settled";
    if (h.ready == 0)
        return nobody_ready(&h, out);
    if (w->counts.agents == 0 || w->counts.ready == 0)
        return "its agents work for other campaigns";
    if (w->pacing.mode == DIAL_PREVIEW)
        return "agents look at leads before they are called (preview)";
    if (c->limit != PACE_ORDER || w->lines.n + w->tied > 0)
        return "";
    return no_line_wanted(c, out);
}

/* --- leads -----------------------------------------------------------------*/

static const char *no_lead(const struct campaign *c,
                           char out[CAMPAIGN_IDLE_MAX])
{
    char when[CIVIL_INSTANT_LEN];
    if (c->fetching || c->more)
        return "leads are being fetched";
    int64_t due_us = campaign_least_due(c);
    if (due_us == INT64_MAX)
        return c->slots.calls > 0 ? "the last calls are in progress" : "";
    civil_format_instant(due_us, when);
    snprintf(out, CAMPAIGN_IDLE_MAX,
             "no lead may be called before %s (hours, caps or retry times)",
             when);
    return out;
}

static const char *last_day(const struct campaign *c,
                            char out[CAMPAIGN_IDLE_MAX])
{
    char date[11];
    civil_format_date(c->env.plan->ends, date);
    snprintf(out, CAMPAIGN_IDLE_MAX,
             "its last day is over (ends = %s in its plan); nobody is called "
             "any more",
             date);
    return out;
}

static const char *why_idle(const struct campaign *c,
                            char out[CAMPAIGN_IDLE_MAX])
{
    if (c->state != CAMPAIGN_RUNNING)
        return "";
    if (c->store_down)
        return "the store cannot write: no call may start before it is "
               "recorded; the log says what is wrong";
    if (campaign_window_over(c))
        return last_day(c, out);
    if (c->now_us < c->hold_until_us)
        return hold_why(c->hold_error);
    bool leads =
        c->hopper_n > 0 || (c->crew != NULL && c->crew->promised.n > 0);
    if (!leads)
        return no_lead(c, out);
    bool agents = c->crew != NULL && (c->limit == PACE_ORDER ||
                                      c->crew->pacing.mode == DIAL_MANUAL ||
                                      c->crew->counts.agents == 0);
    const char *why = agents ? with_agents(c, out) : "";
    return why[0] != '\0' ? why : pace_limit_text(c->limit);
}

const char *campaign_idle_why(const struct campaign *c,
                              char out[CAMPAIGN_IDLE_MAX])
{
    char text[CAMPAIGN_IDLE_MAX];
    if (c->env.plan->inbound.numbers == 0 || c->store_down ||
        c->state != CAMPAIGN_RUNNING)
        return why_idle(c, out);
    const char *why = why_idle(c, text);
    if (why[0] == '\0' && (c->hopper_n > 0 || c->slots.calls > 0))
        return "";
    if (why[0] == '\0')
        why = "nobody is left to call";
    size_t n = str_copy(out, CAMPAIGN_IDLE_MAX, str_of(why));
    (void)str_copy(out + n, CAMPAIGN_IDLE_MAX - n,
                   str_of("; callers are taken"));
    return out;
}
