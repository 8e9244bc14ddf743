/* People who call us while the day lasts, from a stream of their own: the same
 * ones whatever the campaigns do. */
#include <string.h>

#include "base/civil.h"
#include "core/number/number.h"
#include "sim/person_number.h"
#include "sim/runner_inside.h"

enum { AGAIN_PERCENT = 15 }; /* of unknown callers: they called before */

#define APART  1000003
#define OTHERS 0x63616c6c657273 /* numbers of people of no list */

/* --- who calls -------------------------------------------------------------*/

static size_t numbers_of(const struct plan *p)
{
    return p != NULL ? p->inbound.numbers : 0;
}

/* The numbers of both campaigns, in their order. */
static uint64_t number_at(const struct runner *r, size_t i,
                          const struct plan **of)
{
    size_t first = numbers_of(r->o.plan);
    *of = i < first ? r->o.plan : r->o.second;
    return (*of)->inbound.number[i < first ? i : i - first];
}

/* Of somebody of no list; islands share the plan and are other countries. */
static uint64_t number_of(const struct runner *r, uint64_t who)
{
    char country[3];
    for (;; who += APART) {
        uint64_t n = person_number_us(r->o.seed ^ OTHERS, who, NULL);
        if (number_country(n, country) && strcmp(country, "US") == 0)
            return n;
    }
}

static uint64_t draw_number(struct runner *r, struct rng *q)
{
    const struct scenario *s = r->o.scenario;
    size_t n = sim_list_size(r->o.list);
    if (rng_chance_ppm(q, s->withheld))
        return 0;
    if (n > 0 && rng_chance_ppm(q, s->known_callers)) {
        struct lead l;
        sim_list_lead(r->o.list, rng_below(q, n), &l);
        return l.phone[rng_below(q, l.phones)].e164;
    }
    uint64_t who = r->callers;
    if (who > 0 && rng_below(q, 100) < AGAIN_PERCENT)
        who = rng_below(q, who);
    return number_of(r, who);
}

static int64_t draw_us(const struct distribution *d, struct rng *q)
{
    return (int64_t)(distribution_draw(d, q) * 1e6);
}

static char draw_key(const struct scenario *s, const struct plan *p,
                     struct rng *q)
{
    bool callback = rng_chance_ppm(q, s->caller_callback);
    bool opt_out = rng_chance_ppm(q, s->caller_optout);
    if (callback)
        return p->inbound.callback_key;
    return opt_out ? p->inbound.opt_out_key : '\0';
}

static const struct distribution *talk_of(const struct scenario *s)
{
    const struct distribution *own = &s->caller_talk;
    bool none = own->kind == DISTRIBUTION_CONST && own->mean <= 0;
    return none ? &s->talk : own;
}

static void draw(struct runner *r, struct sim_carrier_caller *out)
{
    const struct scenario *s = r->o.scenario;
    const struct plan *p;
    struct rng q;
    rng_init_of(&q, r->o.seed, "a caller", r->callers);
    size_t n = numbers_of(r->o.plan) + numbers_of(r->o.second);
    *out = (struct sim_carrier_caller){
        .to = number_at(r, rng_below(&q, n), &p),
        .from = draw_number(r, &q),
        .patience_us = 1 + draw_us(&s->caller_patience, &q),
        .talk_us = draw_us(talk_of(s), &q),
        .wrap_us = 1 + draw_us(&s->wrap, &q),
        .key = draw_key(s, p, &q),
        .key_us = draw_us(&s->caller_key, &q),
    };
}

/* --- when ------------------------------------------------------------------*/

static void set_next(struct runner *r)
{
    struct distribution gap = {.kind = DISTRIBUTION_EXP,
                               .mean = 3600.0 / r->o.scenario->callers};
    int64_t at_us = r->clock.now_us + 1 +
                    (int64_t)(distribution_draw(&gap, &r->caller_rng) * 1e6);
    if (at_us < r->callers_end_us)
        sim_clock_set(&r->clock, &r->caller_timer, at_us);
}

static void caller_due(void *arg)
{
    struct runner *r = arg;
    struct sim_carrier_caller who;
    draw(r, &who);
    r->callers++;
    set_next(r);
    if (r->engine != NULL && sim_carrier_call_in(r->carrier_sim, &who))
        r->in.callers++;
}

void runner_callers_init(struct runner *r)
{
    rng_init(&r->caller_rng, r->o.seed, "callers");
    sim_clock_timer(&r->caller_timer, caller_due, r);
}

void runner_callers_day(struct runner *r, int64_t end_us)
{
    if (r->o.scenario->callers <= 0.0 ||
        numbers_of(r->o.plan) + numbers_of(r->o.second) == 0)
        return;
    r->callers_end_us = end_us;
    set_next(r);
}

void runner_callers_end(struct runner *r)
{
    sim_clock_cancel(&r->clock, &r->caller_timer);
}

/* --- what became of them ---------------------------------------------------*/

static void joined(struct runner *r, const struct sim_live_call *c)
{
    double wait_s = (double)(c->joined_us - c->came_us) / 1e6;
    const struct sim_store_incoming *in =
        sim_store_incoming(r->store_sim, c->attempt);
    bool second = in != NULL && in->campaign.v == SIM_LIST_SECOND;
    const struct plan *p = second ? r->o.second : r->o.plan;
    r->in.joined++;
    r->in.in_target += c->joined_us - c->came_us <= p->inbound.target_ms * 1000;
    r->in.wait_s += wait_s;
    if (wait_s > r->in.longest_s)
        r->in.longest_s = wait_s;
}

void runner_callers_news(struct runner *r, enum sim_live_news news,
                         const struct sim_live_call *c)
{
    struct runner_floor *f = &r->floor[r->day];
    double wait_s;
    switch (news) {
    case SIM_LIVE_JOINED:
        f->caller_talks++;
        joined(r, c);
        sim_agents_joined(r->agents, c);
        break;
    case SIM_LIVE_ENDED:
        f->talk_s += (double)c->talk_us / 1e6;
        wait_s = (double)(r->clock.now_us - c->came_us) / 1e6;
        if (c->joined_us == 0 && wait_s > r->in.longest_s)
            r->in.longest_s = wait_s;
        break;
    case SIM_LIVE_DIALLED:
    case SIM_LIVE_ANSWERED:
    case SIM_LIVE_PRESSED: break;
    }
}

void runner_callers_fill(struct runner *r, struct runner_result *out)
{
    const struct sim_store *s = r->store_sim;
    struct runner_callers *in = &out->callers;
    *in = r->in;
    struct sim_carrier_counts met = sim_carrier_counts(r->carrier_sim);
    in->callers += met.unheard;
    in->unheard = met.unheard + met.declined;
    in->made = sim_store_counts(s)->made;
    out->leads += in->made;
    for (size_t i = 0; i < sim_store_incomings(s); i++) {
        const struct sim_store_incoming *k = sim_store_incoming_at(s, i);
        in->recorded++;
        in->gave_up += k->outcome == OUTCOME_GAVE_UP;
        in->turned_away += k->outcome == OUTCOME_TURNED_AWAY;
        in->talked += k->outcome == OUTCOME_TALKED;
        in->callbacks += k->callback;
        in->opt_outs += k->opted_out;
    }
}

/* --- figures ---------------------------------------------------------------*/

void runner_callers_add(struct runner_callers *to,
                        const struct runner_callers *c)
{
    to->callers += c->callers;
    to->unheard += c->unheard;
    to->recorded += c->recorded;
    to->talked += c->talked;
    to->gave_up += c->gave_up;
    to->turned_away += c->turned_away;
    to->callbacks += c->callbacks;
    to->opt_outs += c->opt_outs;
    to->made += c->made;
    to->joined += c->joined;
    to->in_target += c->in_target;
    to->wait_s += c->wait_s;
    if (c->longest_s > to->longest_s)
        to->longest_s = c->longest_s;
}

double runner_callers_in_target_pct(const struct runner_callers *c)
{
    return c->callers > 0 ? 100.0 * (double)c->in_target / (double)c->callers
                          : 0.0;
}

double runner_callers_wait_s(const struct runner_callers *c)
{
    return c->joined > 0 ? c->wait_s / (double)c->joined : 0.0;
}
