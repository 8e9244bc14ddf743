#include "core/pace/policy.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/real.h"

static const int64_t SECOND_US = 1000000;
enum { PASS_MAX = 100, DROPS_COUNT_FROM = 50 };

static const char *const kind_names[] = {
    "progressive", "power", "vicidial", "erlang_b", "credit", "predictive",
};
_Static_assert(sizeof kind_names / sizeof kind_names[0] == POLICY_KINDS,
               "a name for each");
static const char *const cut_names[] = {"hard", "average", "tapered"};

/* --- parameters ------------------------------------------------------------*/

struct bound {
    enum policy_kind kind;
    const char *key;
    size_t offset;
    double lo, hi;
};

static const struct bound bounds[] = {
    {POLICY_POWER, "r", offsetof(struct policy_params, r), 1.0, 100.0},
    {POLICY_VICIDIAL, "max", offsetof(struct policy_params, max), 1.0, 100.0},
    {POLICY_VICIDIAL, "drop", offsetof(struct policy_params, drop), 0.01, 50.0},
    {POLICY_ERLANG_B, "b", offsetof(struct policy_params, b), 1e-4, 0.5},
};

static bool name_of(struct slice text, const char *const *names, unsigned n,
                    unsigned *out)
{
    for (unsigned i = 0; i < n; i++) {
        if (str_eq(text, names[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool take_number(struct policy_params *p, struct slice key,
                        struct slice value)
{
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        const struct bound *b = &bounds[i];
        double x;
        if (b->kind != p->kind || !str_eq(key, b->key))
            continue;
        if (!str_double(value, &x) || !(x >= b->lo && x <= b->hi))
            return false;
        memcpy((char *)p + b->offset, &x, sizeof x);
        return true;
    }
    return false;
}

static bool take_param(struct policy_params *p, struct slice key,
                       struct slice value)
{
    unsigned mode;
    if (p->kind != POLICY_VICIDIAL)
        return take_number(p, key, value);
    if (str_eq(key, "mode") && name_of(value, cut_names, 3, &mode)) {
        p->mode = (enum policy_cut)mode;
        return true;
    }
    if (str_eq(key, "avail") && (str_eq(value, "0") || str_eq(value, "1"))) {
        p->available_only = str_eq(value, "1");
        return true;
    }
    return take_number(p, key, value);
}

int policy_parse(struct slice text, struct policy_params *out, struct err *e)
{
    struct policy_params p = {
        .mode = POLICY_CUT_TAPERED,
        .r = 2.0,
        .b = 0.028,
        .max = 3.0,
        .drop = 3.0,
    };
    struct slice rest, name = str_cut(text, ':', &rest);
    unsigned kind;
    if (!name_of(name, kind_names, POLICY_KINDS, &kind))
        return err_set(e, TM_EINVAL,
                       "no way of pacing is called '%.*s'; known are "
                       "progressive, power, vicidial, erlang_b, credit and "
                       "predictive",
                       (int)name.n, name.p);
    p.kind = (enum policy_kind)kind;
    while (rest.p != NULL) {
        struct slice more, one = str_cut(rest, ',', &more), value;
        struct slice key = str_cut(one, '=', &value);
        if (!take_param(&p, key, value))
            return err_set(e, TM_EINVAL,
                           "'%.*s' is no setting of the pacing '%.*s', or "
                           "its value is out of bounds",
                           (int)one.n, one.p, (int)name.n, name.p);
        rest = more;
    }
    *out = p;
    return 0;
}

void policy_text(const struct policy_params *p, char out[POLICY_TEXT_MAX])
{
    const char *name = kind_names[p->kind];
    switch (p->kind) {
    case POLICY_POWER:
        (void)snprintf(out, POLICY_TEXT_MAX, "%s:r=%.6g", name, p->r);
        return;
    case POLICY_VICIDIAL:
        (void)snprintf(out, POLICY_TEXT_MAX,
                       "%s:mode=%s,max=%.6g,avail=%d,drop=%.6g", name,
                       cut_names[p->mode], p->max, p->available_only, p->drop);
        return;
    case POLICY_ERLANG_B:
        (void)snprintf(out, POLICY_TEXT_MAX, "%s:b=%.6g", name, p->b);
        return;
    case POLICY_PROGRESSIVE:
    case POLICY_CREDIT:
    case POLICY_PREDICTIVE:
    case POLICY_KINDS: break;
    }
    (void)snprintf(out, POLICY_TEXT_MAX, "%s", name);
}

void policy_init(struct policy *p, const struct policy_params *params,
                 const struct predictive_setup *s, int64_t begin_us,
                 uint64_t seed)
{
    memset(p, 0, sizeof *p);
    p->params = *params;
    predictive_init(&p->facts, s, begin_us);
    rng_init(&p->random, seed, "pacing");
    p->level = (struct policy_level){
        .level = 1.0,
        .sampled_us = begin_us,
        .decided_us = begin_us,
        .adapted_us = begin_us,
        .counted_us = begin_us,
    };
}

/* --- the ways --------------------------------------------------------------*/

static unsigned above_zero(double lines)
{
    return lines > 0.0 ? (unsigned)(lines + 0.5) : 0;
}

/* So many lines for each idle agent, less those that wait or ring. */
static unsigned by_ratio(const struct policy_view *v, double r)
{
    return above_zero(r * v->now.idle - v->ringing - v->now.waiting);
}

/* Share of the dialled lines that people answer, as learnt. */
static double answer_share(const struct predictive *facts)
{
    double share = facts->rings.goal[facts->rings.bins];
    return share > 0.005 ? share : 0.005;
}

static unsigned by_credit(const struct policy *p, const struct policy_view *v)
{
    const struct budget_window *w = &v->now.window;
    double credit = p->facts.setup.limit * (double)w->live - (double)w->lost;
    return by_ratio(v, credit >= 1.0 ? 1.0 / answer_share(&p->facts) : 1.0);
}

static double mean_s(const struct lasting *l)
{
    double bins = 0.0;
    for (unsigned b = 0; b < l->bins; b++)
        bins += 0.5 * (l->still[b] + l->still[b + 1]);
    return bins * (double)l->bin_us / (double)SECOND_US;
}

/* Erlang's loss formula by its recursion. */
static double blocking(double load, unsigned agents)
{
    double b = 1.0;
    for (unsigned n = 1; n <= agents; n++)
        b = load * b / (n + load * b);
    return b;
}

/* The load in erlangs that n agents block a share b of. */
static double load_for(double b, unsigned agents)
{
    double low = 0.0, high = 2.0 * agents + 2.0;
    for (int i = 0; i < 40; i++) {
        double mid = 0.5 * (low + high);
        if (blocking(mid, agents) < b)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* Calls at random with that mean, by counting down a product. */
static unsigned at_random(struct rng *r, double mean)
{
    mean = mean < 500.0 ? mean : 500.0;
    double floor = real_exp(-mean), product = 1.0;
    for (unsigned n = 0;; n++) {
        product *= rng_unit(r);
        if (product <= floor)
            return n;
    }
}

static unsigned by_erlang(struct policy *p, const struct policy_view *v)
{
    if (v->now.agents == 0)
        return 0;
    double handle_s = mean_s(&p->facts.talk) + mean_s(&p->facts.wrap);
    double answers_s = load_for(p->params.b, v->now.agents) / handle_s;
    double tick_s = (double)PREDICTIVE_TICK_US / (double)SECOND_US;
    return at_random(&p->random, answers_s / answer_share(&p->facts) * tick_s);
}

/* --- vicidial --------------------------------------------------------------*/

static bool is_due(int64_t *last_us, int64_t now_us, int64_t every_us)
{
    if (now_us - *last_us < every_us && now_us >= *last_us)
        return false;
    *last_us = now_us;
    return true;
}

static void cut(struct policy *p, double day_left)
{
    struct policy_level *l = &p->level;
    if (l->minute_lost * 2 > l->minute_live)
        l->level *= 0.5;
    double drops = l->live > 0 ? 100.0 * (double)l->lost / (double)l->live : 0;
    if (l->live < DROPS_COUNT_FROM || drops <= p->params.drop)
        return;
    switch (p->params.mode) {
    case POLICY_CUT_HARD: l->level = 1.0; break;
    case POLICY_CUT_AVERAGE: l->level *= 0.5; break;
    case POLICY_CUT_TAPERED: l->level *= day_left; break;
    }
}

static void adapt(struct policy *p, const struct policy_view *v)
{
    struct policy_level *l = &p->level;
    int64_t now_us = v->now.now_us;
    if (is_due(&l->sampled_us, now_us, SECOND_US)) {
        l->surplus += (double)v->now.idle - (double)v->now.waiting;
        l->samples++;
    }
    if (is_due(&l->counted_us, now_us, 60 * SECOND_US)) {
        bool new_day = v->day_live < l->live || v->day_lost < l->lost;
        l->minute_live = new_day ? 0 : v->day_live - l->live;
        l->minute_lost = new_day ? 0 : v->day_lost - l->lost;
        l->live = v->day_live;
        l->lost = v->day_lost;
    }
    if (!is_due(&l->adapted_us, now_us, 15 * SECOND_US) || l->samples == 0 ||
        v->now.agents == 0)
        return;
    l->level *= 1.0 + l->surplus / l->samples / v->now.agents;
    l->surplus = 0.0;
    l->samples = 0;
    l->level = l->level < p->params.max ? l->level : p->params.max;
    cut(p, v->day_left);
    l->level = l->level > 1.0 ? l->level : 1.0;
}

static unsigned by_level(struct policy *p, const struct policy_view *v)
{
    adapt(p, v);
    if (!is_due(&p->level.decided_us, v->now.now_us, 5 * SECOND_US / 2))
        return 0;
    bool only = p->params.available_only;
    double counted = (double)v->now.idle + (only ? 0.0 : v->talking);
    double goal = above_zero(p->level.level * counted);
    goal += only ? v->talking : 0.0;
    double busy = (double)v->ringing + v->now.waiting + v->talking;
    unsigned n = above_zero(goal - busy);
    return n < PASS_MAX ? n : PASS_MAX;
}

void policy_decide(struct policy *p, const struct policy_view *v,
                   struct predictive_order *out)
{
    *out = (struct predictive_order){0};
    if (p->params.kind == POLICY_PREDICTIVE) {
        predictive_decide(&p->facts, &v->now, out);
        return;
    }
    predictive_observe(&p->facts, v->now.now_us);
    switch (p->params.kind) {
    case POLICY_PROGRESSIVE: out->dial = by_ratio(v, 1.0); return;
    case POLICY_POWER: out->dial = by_ratio(v, p->params.r); return;
    case POLICY_VICIDIAL: out->dial = by_level(p, v); return;
    case POLICY_ERLANG_B: out->dial = by_erlang(p, v); return;
    case POLICY_CREDIT: out->dial = by_credit(p, v); return;
    case POLICY_PREDICTIVE:
    case POLICY_KINDS: tm_assert(false); return;
    }
}
