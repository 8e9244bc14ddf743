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

/* The shares say that no agent counts for it now. */
static const char *no_agent(const struct campaign *c)
{
    size_t all = floor_agents(c->env.floor), here = 0, pause = 0;
    for (size_t i = 0; i < all; i++) {
        const struct floor_agent *f = floor_at(c->env.floor, i);
        if (f->state == AGENT_OFF || f->state == AGENT_CALLING_IN ||
            !is_ours(c, &f->setup))
            continue;
        here++;
        pause += f->state == AGENT_PAUSED;
    }
    if (here == 0)
        return "no agent is signed in";
    return pause == here ? "every agent who is signed in pauses"
                         : "its agents work for other campaigns";
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

const char *campaign_idle_why(const struct campaign *c,
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
    if (c->crew != NULL && c->crew->counts.agents == 0)
        return no_agent(c);
    return pace_limit_text(c->limit);
}
