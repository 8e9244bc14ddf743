/* Attempts and refusals before the plain reading of the law. */
#include <string.h>

#include "sim/check_inside.h"

enum { SAMPLES = 48 }; /* instants looked at before a not-before */

#define PERMIT_US (INT64_C(60) * 1000000)
#define SECOND_US INT64_C(1000000)

struct question {
    struct check_law_case law;
    bool gone; /* he opted out in the course of the run */
    struct check_law_call call[CHECK_LAW_CALLS_MAX];
};

static bool automated(const struct check_campaign *k)
{
    return k->channel != CHANNEL_VOICE_LIVE;
}

static void add_call(struct question *q, struct check_law_call k)
{
    if (q->law.calls < CHECK_LAW_CALLS_MAX)
        q->call[q->law.calls++] = k;
}

/* Calls of the run, newest first: those of the person, then those of others
 * that have the same number; then the calls before the run. */
static void gather(const struct check_rules *c, struct question *q,
                   const struct check_try *not_this)
{
    const struct check_lead *l = q->law.lead;
    uint64_t at = 0;
    (void)map_get(&c->of_lead, (uint64_t)l->id.v, &at);
    for (size_t i = at; i != 0; i = c->try[i - 1].before_of_lead) {
        const struct check_try *t = &c->try[i - 1];
        if (t == not_this || t->cancelled ||
            t->campaign->seller.v != q->law.campaign->seller.v)
            continue;
        add_call(q,
                 (struct check_law_call){t->at_us, automated(t->campaign),
                                         t->e164 == q->law.phone->e164, true});
    }
    at = 0;
    (void)map_get(
        &c->of_number,
        check_rules_key(4, q->law.campaign->seller.v, q->law.phone->e164), &at);
    for (size_t i = at; i != 0; i = c->try[i - 1].before_of_number) {
        const struct check_try *t = &c->try[i - 1];
        if (t == not_this || t->cancelled || t->lead == l)
            continue;
        add_call(q, (struct check_law_call){t->at_us, automated(t->campaign),
                                            true, false});
    }
    for (size_t i = l->earliers; i > 0; i--) {
        const struct check_earlier *e = &l->earlier[i - 1];
        add_call(q,
                 (struct check_law_call){e->at_us, e->automated,
                                         e->e164 == q->law.phone->e164, true});
    }
}

static void ask_about(struct check_rules *c, struct question *q,
                      const struct check_campaign *k,
                      const struct check_lead *l, const struct check_phone *p)
{
    memset(&q->law, 0, sizeof q->law);
    q->law.campaign = k;
    q->law.lead = l;
    q->law.phone = p;
    q->law.call = q->call;
    q->gone = map_get(&c->gone,
                      check_rules_key(3, k->seller.v, (uint64_t)l->id.v), NULL);
    for (size_t i = 0; i < l->phones; i++)
        q->gone |= map_get(
            &c->gone, check_rules_key(2, k->seller.v, l->phone[i].e164), NULL);
    q->law.opted_out = p->opted_out || q->gone;
}

static bool lawful_at(struct check_rules *c, struct question *q, int64_t now_us,
                      struct check_law_answer *a)
{
    q->law.now_us = now_us;
    check_call_counters(c, q->law.campaign, now_us, &q->law);
    check_law_judge(&q->law, a);
    c->counts.judged++;
    return a->lawful;
}

/* The effect that the text gives to a rule: "ID:effect ID:effect". */
static struct slice effect_of(struct slice rules, const char *id)
{
    while (rules.n > 0) {
        struct slice word = str_cut(rules, ' ', &rules);
        struct slice effect;
        struct slice name = str_cut(word, ':', &effect);
        if (str_eq(name, id))
            return effect;
    }
    return str_range(NULL, 0);
}

/* A campaign that dials ahead of its agents asks about a call that an agent
 * waits for as such: then no limit of abandoned calls is among the reasons. */
static bool asked_one_each(const struct check_rules *c,
                           const struct check_campaign *k, struct slice rules)
{
    bool ahead = k->dial_mode == DIAL_POWER || k->dial_mode == DIAL_PREDICTIVE;
    return c->world->agents_known && ahead &&
           k->channel == CHANNEL_VOICE_LIVE &&
           effect_of(rules, "US-FTC-ABN").n == 0 &&
           effect_of(rules, "US-FCC-ABN").n == 0;
}

/* --- reasons
 * --------------------------------------------------------------------- */

static bool effect_fits(struct slice e, enum check_law_says s)
{
    switch (s) {
    case CHECK_LAW_FINE: return str_eq(e, "passed");
    case CHECK_LAW_FORBIDS:
    case CHECK_LAW_TOO_SOON:
        return str_eq(e, "denied") || str_eq(e, "not_before") ||
               str_eq(e, "unknown");
    case CHECK_LAW_LIFTED: return str_eq(e, "lifted") || str_eq(e, "passed");
    case CHECK_LAW_DUTY: return str_eq(e, "duty");
    }
    return false;
}

/* Whether a law that the checker does not know forbids, or forbids for now:
 * then the refusal may be longer than federal law asks, never shorter. later:
 * or may forbid at another time, as it reaches the call; what lifts it (a
 * relationship) may have ended by then. */
static bool other_law(struct slice rules, bool later)
{
    while (rules.n > 0) {
        struct slice word = str_cut(rules, ' ', &rules);
        struct slice effect, name = str_cut(word, ':', &effect);
        if (check_law_knows(name))
            continue;
        if (str_eq(effect, "denied") || str_eq(effect, "unknown") ||
            str_eq(effect, "not_before"))
            return true;
        if (later && (str_eq(effect, "passed") || str_eq(effect, "lifted")))
            return true;
    }
    return false;
}

static void check_reasons(struct check_rules *c, const struct record *r,
                          const struct check_law_answer *a)
{
    static const char *const SAYS[] = {"is in order", "forbids", "forbids now",
                                       "is lifted", "is a duty"};
    for (size_t i = 0; i < a->reasons; i++) {
        if (strcmp(a->reason[i].id, CHECK_LAW_NO_LAW) == 0)
            continue;
        struct slice e = effect_of(r->rules, a->reason[i].id);
        if (effect_fits(e, a->reason[i].says))
            continue;
        check_rules_find(
            c, CHECK_REASON, "%s of lead %lld: %s %s, and the record says %.*s",
            r->kind == RECORD_ATTEMPT ? "attempt" : "verdict",
            (long long)r->lead.v, a->reason[i].id, SAYS[a->reason[i].says],
            e.n > 0 ? (int)e.n : 7, e.n > 0 ? e.p : "nothing");
    }
}

/* --- attempts
 * ------------------------------------------------------------------------- */

void check_judge_attempt(struct check_rules *c, struct check_try *t,
                         const struct record *r)
{
    struct question q;
    struct check_law_answer a;
    if (c->world->no_law)
        return;
    ask_about(c, &q, t->campaign, t->lead, t->phone);
    gather(c, &q, t);
    q.law.one_each = t->one_each = asked_one_each(c, t->campaign, r->rules);
    if (!lawful_at(c, &q, r->at_us, &a))
        check_rules_find(c, CHECK_UNLAWFUL, "attempt %lld of lead %lld: %s",
                         (long long)r->attempt.v, (long long)r->lead.v,
                         check_law_obstacle(&a));
    check_reasons(c, r, &a);
    if (r->due_us <= r->at_us || r->due_us > r->at_us + PERMIT_US) {
        check_rules_find(
            c, CHECK_UNLAWFUL, "attempt %lld: a permit for %lld us",
            (long long)r->attempt.v, (long long)(r->due_us - r->at_us));
        return;
    }
    if (a.lawful && !lawful_at(c, &q, r->due_us - 1, &a))
        check_rules_find(c, CHECK_UNLAWFUL,
                         "attempt %lld: the permit outlives %s",
                         (long long)r->attempt.v, check_law_obstacle(&a));
}

void check_judge_placed(struct check_rules *c, const struct check_try *t,
                        const struct record *r)
{
    struct question q;
    struct check_law_answer a;
    if (r->at_us < t->at_us || r->at_us >= t->expires_us)
        check_rules_find(c, CHECK_UNLAWFUL,
                         "attempt %lld: INVITE outside the permit's time",
                         (long long)r->attempt.v);
    if (c->world->no_law)
        return;
    ask_about(c, &q, t->campaign, t->lead, t->phone);
    gather(c, &q, t);
    /* Too many lost since the permit was given are too many for the next. */
    q.law.one_each = t->one_each || c->world->agents_known;
    if (!lawful_at(c, &q, r->at_us, &a))
        check_rules_find(c, CHECK_UNLAWFUL, "INVITE of attempt %lld: %s",
                         (long long)r->attempt.v, check_law_obstacle(&a));
}

/* --- refusals
 * ------------------------------------------------------------------------------
 */

/* A not-before is the first instant at which no hours and no cap stand in the
 * way; what else may be wrong by then (a list that is too old) can be cured.
 * No instant looked at on the way is lawful. */
static void check_put_off(struct check_rules *c, const struct record *r,
                          struct question *q)
{
    struct check_law_answer a;
    if (r->due_us <= r->at_us) {
        check_rules_find(c, CHECK_REFUSED, "lead %lld is put off into the past",
                         (long long)r->lead.v);
        return;
    }
    (void)lawful_at(c, q, r->due_us, &a);
    if (a.too_soon)
        check_rules_find(c, CHECK_REFUSED,
                         "lead %lld is put off to a time that is not lawful: "
                         "%s",
                         (long long)r->lead.v, check_law_obstacle(&a));
    if (other_law(r->rules, true))
        return;
    (void)lawful_at(c, q, r->due_us - 1, &a);
    if (!a.too_soon)
        check_rules_find(c, CHECK_REFUSED,
                         "lead %lld is put off longer than the law asks",
                         (long long)r->lead.v);
    int64_t step = (r->due_us - r->at_us) / SAMPLES;
    for (int i = 1; i < SAMPLES && step >= SECOND_US; i++) {
        if (lawful_at(c, q, r->at_us + i * step, &a)) {
            check_rules_find(c, CHECK_REFUSED,
                             "lead %lld is put off over a lawful time",
                             (long long)r->lead.v);
            return;
        }
    }
}

/* Only time stands in the way: is there no lawful hour within six weeks? It
 * may be so: a relationship that ends meanwhile, a list that grows old. */
static void check_denied(struct check_rules *c, const struct record *r,
                         struct question *q, const char *obstacle)
{
    struct check_law_answer a;
    for (int hour = 1; hour <= 42 * 24; hour++) {
        if (!lawful_at(c, q, r->at_us + hour * 3600 * SECOND_US, &a))
            continue;
        check_rules_find(c, CHECK_REFUSED,
                         "lead %lld is denied for good, and only %s waits",
                         (long long)r->lead.v, obstacle);
        return;
    }
}

static void check_refusal(struct check_rules *c, const struct record *r,
                          const struct check_campaign *k,
                          const struct check_lead *l,
                          const struct check_phone *p)
{
    struct question q;
    struct check_law_answer a;
    ask_about(c, &q, k, l, p);
    gather(c, &q, NULL);
    q.law.one_each = asked_one_each(c, k, r->rules);
    bool lawful = lawful_at(c, &q, r->at_us, &a);
    /* His consent may have ended with that, or was read before it: either way
     * the request alone forbids the call. */
    if (!q.gone)
        check_reasons(c, r, &a);
    bool other = other_law(r->rules, false);
    if (lawful && !other)
        check_rules_find(c, CHECK_REFUSED,
                         "lead %lld is refused, and no rule forbids the call",
                         (long long)r->lead.v);
    else if (r->state == VERDICT_DENY && !a.forever && !other)
        check_denied(c, r, &q, check_law_obstacle(&a));
    else if (r->state == VERDICT_NOT_BEFORE)
        check_put_off(c, r, &q);
}

void check_judge_verdict(struct check_rules *c, const struct record *r)
{
    c->counts.verdicts++;
    const struct check_campaign *k = check_rules_campaign(c, r->campaign);
    const struct check_lead *l = check_rules_lead(c, r->lead);
    if (k == NULL || l == NULL ||
        (r->state != VERDICT_DENY && r->state != VERDICT_NOT_BEFORE)) {
        check_rules_find(c, CHECK_BOOKS, "a verdict about nobody, or none");
        return;
    }
    bool known = false;
    for (size_t i = 0; i < l->phones; i++) {
        if (r->e164 != 0 && l->phone[i].e164 != r->e164)
            continue;
        known = true;
        if (!c->world->no_law)
            check_refusal(c, r, k, l, &l->phone[i]);
    }
    if (!known)
        check_rules_find(c, CHECK_BOOKS,
                         "a verdict about a number that lead %lld does not "
                         "have",
                         (long long)r->lead.v);
}
