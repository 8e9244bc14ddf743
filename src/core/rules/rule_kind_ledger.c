/* Tests of what is known about a person and the seller: own lists, consents,
 * relationships. */
#include "core/rules/rule_kind.h"

/* Whether an entry of our own lists forbids this caller this channel. */
static bool internal_match(const struct rule_case *k,
                           const struct case_internal *i)
{
    const struct case_caller *c = &k->caller;
    enum contact_channel channel = k->contact.channel;
    if (i->channels && channel != CHANNEL_UNKNOWN &&
        !(i->channels & VOCAB_BIT(channel))) {
        return false;
    }
    if (i->seller.v) {
        return !c->seller.v || i->seller.v == c->seller.v;
    }
    /* Said to the calling firm, whoever it calls for. */
    return !i->telemarketer || i->telemarketer == c->telemarketer;
}

bool rule_kind_internal(const struct rule_case *k)
{
    for (size_t i = 0; i < k->suppression.internals; i++) {
        if (internal_match(k, &k->suppression.internal[i])) {
            return true;
        }
    }
    return false;
}

/* The last local day on which a request still binds those who keep it only as
 * long as the law wants; INT32_MAX for good. */
static int32_t kept_until(const struct rule_view *v, const struct rule_param *p,
                          const struct case_internal *i)
{
    if (!p->keep || v->k->policy.retention != RETENTION_LEGAL_MINIMUM ||
        i->requested_us == 0 || v->clock.zones == 0) {
        return INT32_MAX;
    }
    struct civil_date d =
        civil_date_of_days(rule_clock_day(&v->clock.zone[0], i->requested_us));
    return civil_days(civil_add_months(d, p->keep)) + p->keep_days;
}

void rule_kind_on_internal(const struct rule_view *v,
                           const struct rule_param *p, struct rule_result *r)
{
    bool on = false;
    int32_t last = 0;
    for (size_t i = 0; i < v->k->suppression.internals; i++) {
        const struct case_internal *e = &v->k->suppression.internal[i];
        int32_t until = kept_until(v, p, e);
        if (internal_match(v->k, e) && v->clock.day_min <= until) {
            on = true;
            last = until > last ? until : last;
        }
    }
    if (on && last != INT32_MAX) {
        rule_kind_answer(r, true);
        r->change_us = rule_clock_last(&v->clock, last + 1);
        return;
    }
    if (on || v->k->suppression.internal_known) {
        rule_kind_answer(r, on);
    } else {
        rule_kind_unknown(r, CASE_INTERNAL);
    }
}

static uint32_t covered(const struct rule_case *k, const struct rule_param *p)
{
    uint32_t bits = p->covers;
    if (p->covers_channel && k->contact.channel != CHANNEL_UNKNOWN) {
        bits |= VOCAB_BIT(k->contact.channel);
    }
    return bits;
}

/* A consent that the law wants renewed and nobody has (convention K2). */
static bool stale(const struct rule_view *v, const struct rule_param *p,
                  const struct case_consent *c)
{
    return p->fresh && c->given.year &&
           v->clock.day_max > civil_days(civil_add_months(c->given, p->fresh));
}

/* An entry in the register ends consents given before it; which came first on
 * one day, or without a date, nobody knows. */
static bool cancelled(const struct rule_view *v, const struct rule_param *p,
                      const struct case_consent *c)
{
    if (!p->after) {
        return false;
    }
    for (size_t i = 0; i < v->k->suppression.registries; i++) {
        const struct case_registry *g = &v->k->suppression.registry[i];
        if (g->registry == p->after && g->on_list != TRI_NO &&
            (!g->registered.year || !c->given.year ||
             civil_date_cmp(c->given, g->registered) <= 0)) {
            return true;
        }
    }
    return false;
}

/* Latest withdrawal that names no consent and reaches this call; 0 none. By
 * the scope "all" it ends everything, else what it answered to. */
static int64_t withdrawn_at(const struct rule_case *k)
{
    int64_t at = 0;
    int64_t seller = k->caller.seller.v;
    for (size_t i = 0; i < k->suppression.revocations; i++) {
        const struct case_revocation *r = &k->suppression.revocation[i];
        bool ours = !r->seller.v || !seller || r->seller.v == seller;
        bool reaches = k->policy.revocation_scope == SCOPE_ALL ||
                       r->in_reply_to == PURPOSE_UNKNOWN ||
                       k->purpose.kind == PURPOSE_UNKNOWN ||
                       r->in_reply_to == k->purpose.kind;
        if (ours && reaches && r->at_us > at) {
            at = r->at_us;
        }
    }
    return at;
}

/* Given on a later day than the withdrawal, where the person is. */
static bool given_after(const struct rule_view *v, const struct case_consent *c,
                        int64_t at_us)
{
    return c->given.year &&
           rule_clock_first(&v->clock, civil_days(c->given)) > at_us;
}

/* Ended by a withdrawal, at once (convention K5). */
static bool withdrawn(const struct rule_view *v, const struct case_consent *c)
{
    int64_t at = withdrawn_at(v->k);
    return c->revoked_us != 0 || (at != 0 && !given_after(v, c, at));
}

/* One consent of this seller and kind. NO with change_us: begins then. */
static void weigh_consent(const struct rule_view *v, const struct rule_param *p,
                          const struct case_consent *c, struct rule_result *r)
{
    int64_t t = v->clock.t;
    uint64_t number = v->k->contact.e164;
    rule_kind_answer(r, false);
    if (withdrawn(v, c) || (c->e164 && number && c->e164 != number) ||
        (c->covers && !(c->covers & covered(v->k, p))) ||
        (p->not_condition && c->not_condition == TRI_NO) ||
        (c->to_us && c->to_us <= t) ||
        (c->given.year && civil_days(c->given) > v->clock.day_max)) {
        return;
    }
    if (stale(v, p, c) || cancelled(v, p, c)) {
        return;
    }
    r->missing = (c->given.year ? 0 : RULE_KIND_BIT(CASE_CONSENT_GIVEN)) |
                 (c->covers ? 0 : RULE_KIND_BIT(CASE_CONSENT_COVERS)) |
                 (p->not_condition && c->not_condition == TRI_UNKNOWN
                      ? RULE_KIND_BIT(CASE_CONSENT_CONDITION)
                      : 0);
    if (r->missing) {
        r->is = TRI_UNKNOWN;
    } else if (c->from_us > t) {
        r->change_us = c->from_us;
    } else {
        r->is = TRI_YES;
        r->change_us = c->to_us ? c->to_us : INT64_MAX;
        if (p->fresh) {
            int32_t last = civil_days(civil_add_months(c->given, p->fresh));
            int64_t end = rule_clock_first(&v->clock, last + 1);
            r->change_us = end < r->change_us ? end : r->change_us;
        }
    }
}

/* Whether a is the better answer: one that holds (the longer), else one that
 * lacks only what we do not know, else the earlier to begin. */
static bool is_better(const struct rule_result *a, const struct rule_result *b)
{
    static const int rank[] = {[TRI_NO] = 0, [TRI_UNKNOWN] = 1, [TRI_YES] = 2};
    if (rank[a->is] != rank[b->is]) {
        return rank[a->is] > rank[b->is];
    }
    return a->is == TRI_YES ? a->change_us > b->change_us
                            : a->change_us < b->change_us;
}

void rule_kind_consent(const struct rule_view *v, const struct rule_param *p,
                       struct rule_result *r)
{
    int64_t seller = v->k->caller.seller.v;
    uint64_t missing = 0;
    rule_kind_answer(r, false);
    for (size_t i = 0; i < v->k->consents; i++) {
        const struct case_consent *c = &v->k->consent[i];
        if (!(p->consents & VOCAB_BIT(c->type)) ||
            (c->seller.v && seller && c->seller.v != seller)) {
            continue;
        }
        struct rule_result one;
        weigh_consent(v, p, c, &one);
        if (one.is != TRI_NO && (!c->seller.v || !seller)) {
            one.is = TRI_UNKNOWN; /* it may name somebody else */
            one.missing |=
                RULE_KIND_BIT(seller ? CASE_CONSENT_SELLER : CASE_SELLER);
        }
        missing |= one.missing;
        if (is_better(&one, r)) {
            *r = one;
        }
    }
    r->missing = r->is == TRI_UNKNOWN ? missing : 0;
    r->evidence = v->k->consents > 0;
}

/* Channels that a withdrawal for this one reaches: a voice made by a machine
 * and one recorded before are one kind (US-FCC-AI). */
static uint32_t kindred(enum contact_channel c)
{
    static const uint32_t machine =
        VOCAB_BIT(CHANNEL_VOICE_AI) | VOCAB_BIT(CHANNEL_VOICE_PRERECORDED);
    uint32_t bit = c == CHANNEL_UNKNOWN ? UINT32_MAX : VOCAB_BIT(c);
    return bit & machine ? bit | machine : bit;
}

/* Latest withdrawal that reaches this contact; 0 none. */
static int64_t revoked_at(const struct rule_case *k)
{
    int64_t at = withdrawn_at(k);
    uint32_t channels = kindred(k->contact.channel);
    int64_t seller = k->caller.seller.v;
    for (size_t i = 0; i < k->consents; i++) {
        const struct case_consent *c = &k->consent[i];
        bool ours = !c->seller.v || !seller || c->seller.v == seller;
        if (ours && (!c->covers || (c->covers & channels)) &&
            c->revoked_us > at) {
            at = c->revoked_us;
        }
    }
    return at;
}

/* A consent given on a later day than the withdrawal restores the right. */
void rule_kind_revoked(const struct rule_view *v, struct rule_result *r)
{
    static const struct rule_param any = {
        .consents = VOCAB_BIT(CONSENT_EXPRESS) |
                    VOCAB_BIT(CONSENT_EXPRESS_ORAL) |
                    VOCAB_BIT(CONSENT_EXPRESS_WRITTEN),
        .covers_channel = true,
    };
    int64_t at = revoked_at(v->k);
    rule_kind_answer(r, false);
    r->evidence = at != 0;
    if (at == 0) {
        return;
    }
    for (size_t i = 0; i < v->k->consents; i++) {
        const struct case_consent *c = &v->k->consent[i];
        if (!c->seller.v || c->seller.v != v->k->caller.seller.v ||
            !(any.consents & VOCAB_BIT(c->type)) || !given_after(v, c, at)) {
            continue;
        }
        weigh_consent(v, &any, c, r);
        if (r->is == TRI_YES) {
            r->is = TRI_NO; /* until that consent ends */
            return;
        }
    }
    rule_kind_answer(r, true);
}

/* Convention K2: alive through the anniversary, callee's local dates. Widens
 * r when this date keeps it alive longer. */
static void add_months(const struct rule_view *v, struct civil_date since,
                       int months, struct rule_result *r)
{
    if (months == 0 || since.year == 0) {
        return;
    }
    r->evidence = true;
    int32_t last = civil_days(civil_add_months(since, months));
    if (civil_days(since) > v->clock.day_max || v->clock.day_max > last) {
        return;
    }
    int64_t end = rule_clock_first(&v->clock, last + 1);
    if (r->is != TRI_YES || end > r->change_us) {
        r->change_us = end;
    }
    r->is = TRI_YES;
}

/* A contract that runs, or ended not long ago. */
static void add_contract(const struct rule_view *v, const struct rule_param *p,
                         struct rule_result *r)
{
    const struct case_relationship *rel = &v->k->relationship;
    if (!rel->contract_start.year && !rel->contract_end.year) {
        return;
    }
    r->evidence = true;
    if (rel->contract_start.year &&
        civil_days(rel->contract_start) > v->clock.day_min) {
        return;
    }
    if (!rel->contract_end.year) {
        r->is = TRI_YES;
        r->change_us = INT64_MAX;
        return;
    }
    struct civil_date end = rel->contract_end;
    int32_t last = p->contract > 0
                       ? civil_days(civil_add_months(end, p->contract))
                       : civil_days(end) + p->contract_days;
    if (v->clock.day_max > last) {
        return;
    }
    int64_t until = rule_clock_first(&v->clock, last + 1);
    if (r->is != TRI_YES || until > r->change_us) {
        r->change_us = until;
    }
    r->is = TRI_YES;
}

static void add_fact(enum tri fact, enum case_input input,
                     struct rule_result *r)
{
    r->evidence |= fact != TRI_UNKNOWN;
    if (fact == TRI_YES) {
        r->is = TRI_YES;
        r->change_us = INT64_MAX;
    } else if (fact == TRI_UNKNOWN && r->is == TRI_NO) {
        r->is = TRI_UNKNOWN;
        r->missing |= RULE_KIND_BIT(input);
    }
}

/* A request to be left alone ends a relationship, whatever is bought after
 * it (16 CFR 310.2; 47 CFR 64.1200(f)(5)(i)). */
void rule_kind_relationship(const struct rule_view *v,
                            const struct rule_param *p, struct rule_result *r)
{
    const struct case_relationship *rel = &v->k->relationship;
    rule_kind_answer(r, false);
    r->evidence = false;
    add_months(v, rel->last_transaction, p->transaction, r);
    add_months(v, rel->last_inquiry, p->inquiry, r);
    add_months(v, rel->last_gift, p->gift, r);
    if (p->contract) {
        add_contract(v, p, r);
    }
    if (p->member) {
        add_fact(rel->member, CASE_MEMBER, r);
    }
    if (p->customer) {
        add_fact(rel->ever_customer, CASE_CUSTOMER, r);
    }
    if (!p->survives_request &&
        (rel->terminated_us || rule_kind_internal(v->k))) {
        bool evidence = r->evidence;
        rule_kind_answer(r, false);
        r->evidence = evidence;
    }
}
