#include "core/rules/rule_judge.h"

/* Years that civil time and all sums stay well inside of. */
#define NOW_MAX_US  INT64_C(250000000000000000)
#define COUNTER_MAX UINT64_C(1000000000000)

static bool arrays_ok(const struct rule_case *k)
{
    const struct case_suppression *s = &k->suppression;
    const struct case_situation *i = &k->situation;
    const struct rule_policy *p = &k->policy;
    return (k->location.place || !k->location.places) &&
           (k->caller.licence || !k->caller.licences) &&
           (k->consent || !k->consents) && (s->internal || !s->internals) &&
           (s->revocation || !s->revocations) &&
           (s->registry || !s->registries) &&
           (k->attempts.attempt || !k->attempts.n) &&
           (k->pacing.bucket || !k->pacing.buckets) &&
           (i->holiday || !i->holidays) && (i->emergency || !i->emergencies) &&
           (i->suspended || !i->suspensions) && (p->window || !p->windows) &&
           (p->cap || !p->caps) && k->location.places <= CASE_PLACES_MAX &&
           p->windows <= POLICY_WINDOWS_MAX && p->caps <= POLICY_CAPS_MAX;
}

static bool date_ok(struct civil_date d)
{
    return d.year == 0 || (d.year <= 9000 && civil_date_valid(d));
}

static const char *check_ledgers(const struct rule_case *k)
{
    for (size_t i = 0; i < k->consents; i++) {
        const struct case_consent *c = &k->consent[i];
        if ((unsigned)c->type >= CONSENT_COUNT || !date_ok(c->given) ||
            (unsigned)c->not_condition >= TRI_COUNT) {
            return "malformed case: a consent";
        }
    }
    for (size_t i = 0; i < k->suppression.registries; i++) {
        const struct case_registry *r = &k->suppression.registry[i];
        if ((unsigned)r->on_list >= TRI_COUNT || !date_ok(r->obtained) ||
            !date_ok(r->registered)) {
            return "malformed case: a register entry";
        }
    }
    for (size_t i = 0; i < k->situation.holidays; i++) {
        if (k->situation.holiday[i].date.year == 0 ||
            !date_ok(k->situation.holiday[i].date)) {
            return "malformed case: a holiday";
        }
    }
    for (size_t i = 0; i < k->situation.emergencies; i++) {
        const struct case_emergency *e = &k->situation.emergency[i];
        if ((unsigned)e->active >= TRI_COUNT ||
            (unsigned)e->reporting >= TRI_COUNT ||
            (!e->county && e->counties)) {
            return "malformed case: an emergency";
        }
    }
    for (size_t i = 0; i < k->caller.licences; i++) {
        const struct case_licence *l = &k->caller.licence[i];
        if (!date_ok(l->from) || !date_ok(l->to)) {
            return "malformed case: a licence";
        }
    }
    const struct case_relationship *r = &k->relationship;
    if (!date_ok(r->last_transaction) || !date_ok(r->last_inquiry) ||
        !date_ok(r->last_gift) || !date_ok(k->contact.ported) ||
        !date_ok(r->contract_start) || !date_ok(r->contract_end)) {
        return "malformed case: a date";
    }
    return NULL;
}

static const char *check_history(const struct rule_case *k)
{
    for (size_t i = 0; i < k->attempts.n; i++) {
        const struct case_attempt *a = &k->attempts.attempt[i];
        if ((unsigned)a->answer >= ANSWER_COUNT ||
            (unsigned)a->channel >= CHANNEL_COUNT || a->at_us < -NOW_MAX_US ||
            a->at_us > NOW_MAX_US || (i > 0 && a[-1].at_us > a->at_us)) {
            return "malformed case: attempts stand oldest first";
        }
    }
    for (size_t i = 0; i < k->pacing.buckets; i++) {
        const struct case_bucket *b = &k->pacing.bucket[i];
        if (b->placed > COUNTER_MAX || b->live > COUNTER_MAX ||
            b->abandoned > COUNTER_MAX) {
            return "malformed case: a counter";
        }
    }
    return k->pacing.buckets > 4096 ? "malformed case: counters" : NULL;
}

static const char *check_policy(const struct rule_policy *p)
{
    for (size_t i = 0; i < p->windows; i++) {
        const struct policy_window *w = &p->window[i];
        if (w->open_s < 0 || w->open_s >= w->close_s || w->close_s > 86400) {
            return "malformed case: a window of the policy";
        }
    }
    for (size_t i = 0; i < p->caps; i++) {
        if (p->cap[i].span_us < 0 || p->cap[i].span_us > NOW_MAX_US ||
            (unsigned)p->cap[i].scope > CAP_PER_PERSON) {
            return "malformed case: a cap of the policy";
        }
    }
    if ((unsigned)p->revocation_scope >= SCOPE_COUNT) {
        return "malformed case: revocation scope";
    }
    return NULL;
}

const char *rule_check_case(const struct rule_case *k,
                            uint32_t fact[RULE_FACT_COUNT])
{
    enum rule_fact bad;
    if (k->when.now_us <= 0 || k->when.now_us > NOW_MAX_US) {
        return "malformed case: no time";
    }
    if (!arrays_ok(k)) {
        return "malformed case: a count without its array";
    }
    if (!rule_fact_load(k, fact, &bad) ||
        (unsigned)k->contact.reassigned >= REASSIGNED_COUNT) {
        return "malformed case: a value outside its list";
    }
    const char *wrong = check_ledgers(k);
    if (!wrong) {
        wrong = check_history(k);
    }
    return wrong ? wrong : check_policy(&k->policy);
}
