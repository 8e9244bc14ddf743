#include "sim/runner_inside.h"

#include <string.h>

enum {
    WINDOW_DAYS = 30,
    /* Between an agent's taking a person and the bridge lies a commit. */
    BRIDGE_US = 50000,
};

#define US_LIMIT_PCT 3.0 /* 16 CFR 310.4(b)(4)(i): of live answers */
#define CA_LIMIT_PCT 5.0 /* CRTC rules, Part III: of calls placed */

static const struct campaign_id CAMPAIGN = {SIM_LIST_CAMPAIGN};

static double per(double x, double of)
{
    return of > 0.0 ? x / of : 0.0;
}

double runner_floor_talk_min_h(const struct runner_floor *f)
{
    return per(f->talk_s * 60.0, f->agent_s);
}

double runner_floor_util(const struct runner_floor *f)
{
    return per(f->busy_s, f->agent_s);
}

double runner_floor_aband_pct(const struct runner_floor *f)
{
    return per(100.0 * (double)f->lost, (double)f->live);
}

double runner_floor_wait_s(const struct runner_floor *f)
{
    return per(f->idle_s, (double)(f->talks + f->machines + f->caller_talks));
}

double runner_floor_held_s(const struct runner_floor *f)
{
    return per(f->held_s, (double)f->talks);
}

double runner_floor_dials_h(const struct runner_floor *f)
{
    return per((double)f->dials * 3600.0, f->agent_s);
}

double runner_floor_dials_per_live(const struct runner_floor *f)
{
    return per((double)f->dials, (double)f->live);
}

void runner_floor_add(struct runner_floor *to, const struct runner_floor *f)
{
    to->agent_s += f->agent_s;
    to->idle_s += f->idle_s;
    to->busy_s += f->busy_s;
    to->talk_s += f->talk_s;
    to->held_s += f->held_s;
    to->dials += f->dials;
    to->live += f->live;
    to->lost += f->lost;
    to->wrong += f->wrong;
    to->talks += f->talks;
    to->machines += f->machines;
    to->withdrawn += f->withdrawn;
    to->caller_talks += f->caller_talks;
}

/* --- while it runs ---------------------------------------------------------*/

static void ended(const struct runner *r, struct runner_floor *f,
                  const struct sim_live_call *c)
{
    int64_t hold_us = (int64_t)(r->o.scenario->hold * 1e6) + BRIDGE_US;
    f->withdrawn += c->withdrawn;
    if (c->machine || c->answered_us == 0)
        return;
    f->talk_s += (double)c->talk_us / 1e6;
    bool lost = c->joined_us == 0 || c->joined_us - c->answered_us > hold_us;
    f->lost += lost;
    f->wrong += lost && c->wrong;
}

void runner_floor_news(void *arg, enum sim_live_news news,
                       const struct sim_live_call *c)
{
    struct runner *r = arg;
    struct runner_floor *f = &r->floor[r->day];
    if (r->o.truth != NULL)
        r->o.truth(r->o.truth_arg, news, c);
    if (c->caller) {
        runner_callers_news(r, news, c);
        return;
    }
    switch (news) {
    case SIM_LIVE_DIALLED: f->dials++; break;
    case SIM_LIVE_ANSWERED: f->live += !c->machine; break;
    case SIM_LIVE_JOINED:
        f->talks += !c->machine;
        f->machines += c->machine;
        if (!c->machine)
            f->held_s += (double)(c->joined_us - c->answered_us) / 1e6;
        sim_agents_joined(r->agents, c);
        break;
    case SIM_LIVE_ENDED: ended(r, f, c); break;
    case SIM_LIVE_PRESSED: break;
    }
}

void runner_floor_close(struct runner *r)
{
    struct runner_floor *f = &r->floor[r->day];
    struct sim_agents_times t = sim_agents_times(r->agents);
    f->agent_s += t.agent_s - r->times.agent_s;
    f->idle_s += t.idle_s - r->times.idle_s;
    f->busy_s += t.busy_s - r->times.busy_s;
    r->times = t;
}

/* The window that holds a day, up to it. */
static struct runner_floor window_of(const struct runner *r, size_t day)
{
    struct runner_floor sum = {0};
    for (size_t d = day - day % WINDOW_DAYS; d <= day; d++)
        runner_floor_add(&sum, &r->floor[d]);
    return sum;
}

void runner_floor_minute(struct runner *r)
{
    const struct runner_floor *f = &r->floor[r->day];
    struct runner_floor window = window_of(r, r->day);
    struct campaign_status s;
    if (engine_status(r->engine, CAMPAIGN, &s) != TM_OK)
        return;
    double limit = (double)s.pacing.abandon_limit_ppm / 1e6;
    struct runner_minute m = {
        .at_us = r->clock.now_us,
        .day = (unsigned)r->day,
        .ready = sim_agents_in(r->agents, AGENT_READY),
        .talking = sim_agents_in(r->agents, AGENT_TALKING) +
                   sim_agents_in(r->agents, AGENT_HOLDING),
        .wrapping = sim_agents_in(r->agents, AGENT_WRAP),
        .paused = sim_agents_in(r->agents, AGENT_PAUSED),
        .waiting = s.waiting,
        .air = s.ringing,
        .dials = f->dials - r->minute.dials,
        .live = f->live - r->minute.live,
        .lost = f->lost - r->minute.lost,
        .budget = limit * (double)window.live - (double)window.lost,
        .price = s.price,
        .over_limit = s.over_limit,
    };
    r->minute = *f;
    r->o.minute(r->o.minute_arg, &m);
}

/* --- at the end ------------------------------------------------------------*/

static bool is_canada(const struct runner *r)
{
    return strcmp(r->o.plan->country, "CA") == 0;
}

static double share_pct(const struct runner *r, const struct runner_floor *f)
{
    if (is_canada(r))
        return per(100.0 * (double)f->lost, (double)f->dials);
    return runner_floor_aband_pct(f);
}

void runner_floor_fill(struct runner *r, struct runner_result *out)
{
    if (r->agents == NULL)
        return;
    runner_floor_close(r);
    out->agents = r->o.scenario->agents;
    out->limit_pct = is_canada(r) ? CA_LIMIT_PCT : US_LIMIT_PCT;
    out->days = r->day + 1;
    out->talked = out->outcome[OUTCOME_TALKED];
    for (size_t d = 0; d < out->days; d++) {
        double pct = runner_floor_aband_pct(&r->floor[d]);
        out->day[d] = r->floor[d];
        runner_floor_add(&out->floor, &r->floor[d]);
        if (pct > out->worst_day_pct)
            out->worst_day_pct = pct;
        if (d + 1 < out->days && (d + 1) % WINDOW_DAYS != 0)
            continue;
        struct runner_floor window = window_of(r, d);
        out->window_viol |= share_pct(r, &window) > out->limit_pct;
    }
}
