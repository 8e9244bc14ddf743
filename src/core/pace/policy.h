/*
 * Ways of pacing behind one interface, so that ours can be set beside those
 * of others on the same floor. Each of the others is written from its
 * published behaviour:
 *
 *     progressive            a line for each idle agent
 *     power:r=2.9            so many for each idle agent
 *     vicidial:mode=hard|average|tapered,max=3,avail=0|1,drop=3
 *                            a dial level that follows idle agents and is cut
 *                            when today's drops pass the target (per cent)
 *     erlang_b:b=0.028       calls at random with that blocking
 *     credit                 idle agents over the answer rate while the
 *                            budget lasts, else progressive
 *     predictive             ours (predictive.h)
 *
 * Use: policy_parse(), policy_init(); tell the events to p->facts, which all
 * policies share (predictive_dialled() and so on), and ask policy_decide()
 * each quarter of a second. Pure; the seed is for erlang_b alone.
 *
 * Misuse: only "predictive" keeps within the law's budget by itself.
 */
#ifndef CORE_PACE_POLICY_H
#define CORE_PACE_POLICY_H

#include "base/err.h"
#include "base/rng.h"
#include "base/str.h"
#include "core/pace/predictive.h"

enum policy_kind {
    POLICY_PROGRESSIVE,
    POLICY_POWER,
    POLICY_VICIDIAL,
    POLICY_ERLANG_B,
    POLICY_CREDIT,
    POLICY_PREDICTIVE,
    POLICY_KINDS
};

enum policy_cut { POLICY_CUT_HARD, POLICY_CUT_AVERAGE, POLICY_CUT_TAPERED };

struct policy_params {
    enum policy_kind kind;
    enum policy_cut mode;
    double r, b, max, drop; /* drop in per cent */
    bool available_only;
};

/* What a decision sees. */
struct policy_view {
    struct predictive_now now;
    unsigned ringing, talking;
    uint64_t day_live, day_lost;
    double day_left; /* share of today's dialling time, 0..1 */
};

/* What the vicidial method remembers. */
struct policy_level {
    double level;
    int64_t sampled_us, decided_us, adapted_us, counted_us;
    double surplus; /* idle less waiting, summed over the samples */
    unsigned samples;
    uint64_t live, lost; /* of the day at the last count */
    uint64_t minute_live, minute_lost;
};

struct policy {
    struct policy_params params;
    struct predictive facts;
    struct policy_level level;
    struct rng random;
};

/* Reads "name" or "name:key=value,...". TM_EINVAL with a text that names the
 * fault and what is known; *out is set on success only. */
int policy_parse(struct slice text, struct policy_params *out,
                 struct err *e) TM_MUST_CHECK;
/* The text that policy_parse() reads back as the same. */
enum { POLICY_TEXT_MAX = 96 };
void policy_text(const struct policy_params *p, char out[POLICY_TEXT_MAX]);
void policy_init(struct policy *p, const struct policy_params *params,
                 const struct predictive_setup *s, int64_t begin_us,
                 uint64_t seed);
void policy_decide(struct policy *p, const struct policy_view *v,
                   struct predictive_order *out);

#endif
