#include "core/rules/rule_test.h"

#define BIT(input) (UINT64_C(1) << (input))

static struct rule_result answer(bool is)
{
    return (struct rule_result){
        .is = is ? TRI_YES : TRI_NO,
        .change_us = INT64_MAX,
        .evidence = true,
    };
}

/* Holds, as there is nothing of the kind; not worth a reason. */
static struct rule_result nothing_said(void)
{
    return (struct rule_result){.is = TRI_YES, .change_us = INT64_MAX};
}

static struct rule_result unknown(enum case_input input)
{
    return (struct rule_result){
        .is = TRI_UNKNOWN,
        .change_us = INT64_MAX,
        .missing = BIT(input),
    };
}

enum tri rule_test_terms(const struct rule_view *view,
                         const struct rule_terms *t, enum tri empty,
                         uint64_t *missing)
{
    enum tri any = t->n == 0 ? empty : TRI_NO;
    enum tri all = TRI_YES;
    uint64_t open = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct rule_term *term = &t->term[i];
        uint32_t bit = view->fact[term->fact];
        if (!(bit & term->mask)) {
            if (bit != 1) {
                all = TRI_NO;
            } else if (all == TRI_YES) {
                all = TRI_UNKNOWN;
            }
            if (bit == 1) {
                open |= BIT(rule_fact_info(term->fact)->input);
            }
        }
        if (!term->last) {
            continue;
        }
        if (all == TRI_YES) {
            return TRI_YES;
        }
        if (all == TRI_UNKNOWN) {
            any = TRI_UNKNOWN;
            *missing |= open;
        }
        all = TRI_YES;
        open = 0;
    }
    return any;
}

static struct rule_result windows(const struct rule_view *v,
                                  const struct rule_hours *h)
{
    if (v->clock.unknown) {
        return unknown(CASE_ZONES);
    }
    struct rule_result r = answer(false);
    r.is = rule_clock_open(&v->clock, h, &r.change_us) ? TRI_YES : TRI_NO;
    return r;
}

static struct rule_result test_hours(const struct rule_view *v,
                                     const struct rule_param *p)
{
    struct rule_hours h = {
        .window = p->window,
        .windows = p->windows,
        .holiday = v->k->situation.holiday,
        .holidays = v->k->situation.holidays,
        .calendar = p->calendar,
    };
    return windows(v, &h);
}

static struct rule_result test_policy_hours(const struct rule_view *v)
{
    struct rule_hours h = {
        .window = v->k->policy.window,
        .windows = v->k->policy.windows,
    };
    if (h.windows > 0) {
        return windows(v, &h);
    }
    return nothing_said();
}

static bool counts(const struct rule_case *k, const struct rule_param *p,
                   const struct case_attempt *a)
{
    if (a->answer == ANSWER_NOT_PLACED) {
        return false;
    }
    if (a->seller.v && k->caller.seller.v &&
        a->seller.v != k->caller.seller.v) {
        return false;
    }
    if (p->scope == CAP_PER_NUMBER && a->e164 && k->contact.e164 &&
        a->e164 != k->contact.e164) {
        return false;
    }
    if (p->same_subject && a->subject && k->purpose.subject &&
        a->subject != k->purpose.subject) {
        return false;
    }
    return !p->counts || a->channel == CHANNEL_UNKNOWN ||
           (p->counts & VOCAB_BIT(a->channel));
}

/* Convention K4: an attempt counts while now - span < at. With max of them
 * inside, the cap opens when the max-th newest leaves. */
static struct rule_result test_cap(const struct rule_view *v,
                                   const struct rule_param *p)
{
    const struct case_attempts *h = &v->k->attempts;
    int64_t since = p->span_us ? v->clock.t - p->span_us : INT64_MIN;
    uint32_t n = 0;
    int64_t at = 0;
    for (size_t i = h->n; i > 0 && n < p->max; i--) {
        const struct case_attempt *a = &h->attempt[i - 1];
        if (a->at_us <= since) {
            break; /* oldest first: all others are older */
        }
        if (counts(v->k, p, a)) {
            n++;
            at = a->at_us;
        }
    }
    struct rule_result r = answer(n < p->max);
    if (r.is == TRI_NO && p->max > 0 && p->span_us) {
        r.change_us = at + p->span_us;
    }
    if (r.is == TRI_YES && !h->known) {
        return unknown(CASE_ATTEMPTS);
    }
    return r;
}

static struct rule_result test_policy_cap(const struct rule_view *v,
                                          const struct rule_param *slot)
{
    const struct rule_policy *own = &v->k->policy;
    if (slot->slot >= own->caps) {
        return nothing_said();
    }
    const struct policy_cap *cap = &own->cap[slot->slot];
    struct rule_param p = {
        .max = cap->max,
        .scope = cap->scope,
        .span_us = cap->span_us,
    };
    return test_cap(v, &p);
}

static const struct case_registry *find_registry(const struct rule_case *k,
                                                 const struct rule_param *p)
{
    for (size_t i = 0; i < k->suppression.registries; i++) {
        const struct case_registry *r = &k->suppression.registry[i];
        if (r->registry == p->registry && r->area.v == p->area.v) {
            return r;
        }
    }
    return NULL;
}

static struct rule_result test_registry(const struct rule_view *v,
                                        const struct rule_param *p)
{
    const struct case_registry *r = find_registry(v->k, p);
    if (!r || r->on_list == TRI_UNKNOWN) {
        return unknown(CASE_REGISTRY);
    }
    return answer(r->on_list == TRI_YES);
}

/* Convention K3: whole dates between our copy and the call. A copy from
 * tomorrow (a clock is wrong) has no known age; one day is the date line. */
static struct rule_result test_list_age(const struct rule_view *v,
                                        const struct rule_param *p)
{
    const struct case_registry *reg = find_registry(v->k, p);
    if (!reg || reg->obtained.year == 0) {
        return unknown(CASE_LIST_AGE);
    }
    int32_t obtained = civil_days(reg->obtained);
    if (obtained > v->clock.day_max + 1) {
        return unknown(CASE_LIST_AGE);
    }
    struct rule_result r = answer(v->clock.day_max - obtained <= p->max_days);
    if (r.is == TRI_YES) {
        r.change_us = rule_clock_first(&v->clock, obtained + p->max_days + 1);
    }
    return r;
}

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

static bool on_internal(const struct rule_case *k)
{
    for (size_t i = 0; i < k->suppression.internals; i++) {
        if (internal_match(k, &k->suppression.internal[i])) {
            return true;
        }
    }
    return false;
}

static struct rule_result test_internal(const struct rule_view *v)
{
    if (on_internal(v->k)) {
        return answer(true);
    }
    return v->k->suppression.internal_known ? answer(false)
                                            : unknown(CASE_INTERNAL);
}

static uint32_t covered(const struct rule_case *k, const struct rule_param *p)
{
    uint32_t bits = p->covers;
    if (p->covers_channel && k->contact.channel != CHANNEL_UNKNOWN) {
        bits |= VOCAB_BIT(k->contact.channel);
    }
    return bits;
}

/* One consent of this seller and kind. NO with change_us: begins then. */
static struct rule_result weigh_consent(const struct rule_view *v,
                                        const struct rule_param *p,
                                        const struct case_consent *c)
{
    int64_t t = v->clock.t;
    uint64_t number = v->k->contact.e164;
    struct rule_result r = answer(false); /* evidence, whatever comes out */
    if (c->revoked_us || (c->e164 && number && c->e164 != number) ||
        (c->covers && !(c->covers & covered(v->k, p))) ||
        (p->not_condition && c->not_condition == TRI_NO) ||
        (c->to_us && c->to_us <= t) ||
        (c->given.year && civil_days(c->given) > v->clock.day_max)) {
        return r;
    }
    r.missing = (c->given.year ? 0 : BIT(CASE_CONSENT_GIVEN)) |
                (c->covers ? 0 : BIT(CASE_CONSENT_COVERS)) |
                (p->not_condition && c->not_condition == TRI_UNKNOWN
                     ? BIT(CASE_CONSENT_CONDITION)
                     : 0);
    if (r.missing) {
        r.is = TRI_UNKNOWN;
    } else if (c->from_us > t) {
        r.change_us = c->from_us;
    } else {
        r.is = TRI_YES;
        r.change_us = c->to_us ? c->to_us : INT64_MAX;
    }
    return r;
}

/* Of two answers the better: one that holds (the longer), else one that lacks
 * only what we do not know, else the earlier to begin. */
static struct rule_result better(struct rule_result a, struct rule_result b)
{
    static const int rank[] = {[TRI_NO] = 0, [TRI_UNKNOWN] = 1, [TRI_YES] = 2};
    if (rank[a.is] != rank[b.is]) {
        return rank[a.is] > rank[b.is] ? a : b;
    }
    if (a.is == TRI_UNKNOWN) {
        a.missing |= b.missing;
        return a;
    }
    bool later = a.change_us > b.change_us;
    return later == (a.is == TRI_YES) ? a : b;
}

static struct rule_result test_consent(const struct rule_view *v,
                                       const struct rule_param *p)
{
    struct rule_result best = answer(false);
    for (size_t i = 0; i < v->k->consents; i++) {
        const struct case_consent *c = &v->k->consent[i];
        if ((p->consents & VOCAB_BIT(c->type)) && c->seller.v &&
            c->seller.v == v->k->caller.seller.v) {
            best = better(best, weigh_consent(v, p, c));
        }
    }
    best.evidence = v->k->consents > 0;
    return best;
}

/* Latest withdrawal that reaches this contact; 0 none. */
static int64_t revoked_at(const struct rule_case *k)
{
    int64_t at = 0;
    uint32_t channel = k->contact.channel == CHANNEL_UNKNOWN
                           ? UINT32_MAX
                           : VOCAB_BIT(k->contact.channel);
    int64_t seller = k->caller.seller.v;
    for (size_t i = 0; i < k->consents; i++) {
        const struct case_consent *c = &k->consent[i];
        bool ours = !c->seller.v || !seller || c->seller.v == seller;
        if (ours && (!c->covers || (c->covers & channel)) &&
            c->revoked_us > at) {
            at = c->revoked_us;
        }
    }
    for (size_t i = 0; i < k->suppression.revocations; i++) {
        const struct case_revocation *r = &k->suppression.revocation[i];
        bool ours = !r->seller.v || !seller || r->seller.v == seller;
        bool reaches = k->policy.revocation_scope == SCOPE_ALL ||
                       r->in_reply_to == PURPOSE_UNKNOWN ||
                       r->in_reply_to == k->purpose.kind;
        if (ours && reaches && r->at_us > at) {
            at = r->at_us;
        }
    }
    return at;
}

/* A consent given on a later day than the withdrawal restores the right. */
static struct rule_result test_revoked(const struct rule_view *v)
{
    const struct rule_param any = {
        .consents = VOCAB_BIT(CONSENT_EXPRESS) |
                    VOCAB_BIT(CONSENT_EXPRESS_ORAL) |
                    VOCAB_BIT(CONSENT_EXPRESS_WRITTEN),
        .covers_channel = true,
    };
    int64_t at = revoked_at(v->k);
    if (at == 0) {
        struct rule_result none = answer(false);
        none.evidence = false;
        return none;
    }
    for (size_t i = 0; i < v->k->consents; i++) {
        const struct case_consent *c = &v->k->consent[i];
        if (!c->seller.v || c->seller.v != v->k->caller.seller.v ||
            !(any.consents & VOCAB_BIT(c->type)) || !c->given.year ||
            rule_clock_first(&v->clock, civil_days(c->given)) <= at) {
            continue;
        }
        struct rule_result r = weigh_consent(v, &any, c);
        if (r.is == TRI_YES) {
            r.is = TRI_NO;
            return r;
        }
    }
    return answer(true);
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
    if (r->is == TRI_NO || end > r->change_us) {
        r->change_us = end;
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
        r->missing |= BIT(input);
    }
}

/* A request to be left alone ends a relationship, whatever is bought after
 * it (16 CFR 310.2; 47 CFR 64.1200(f)(5)(i)). */
static struct rule_result test_relationship(const struct rule_view *v,
                                            const struct rule_param *p)
{
    const struct case_relationship *rel = &v->k->relationship;
    struct rule_result r = answer(false);
    r.evidence = false;
    add_months(v, rel->last_transaction, p->transaction, &r);
    add_months(v, rel->last_inquiry, p->inquiry, &r);
    add_months(v, rel->last_gift, p->gift, &r);
    if (p->member) {
        add_fact(rel->member, CASE_MEMBER, &r);
    }
    if (p->customer) {
        add_fact(rel->ever_customer, CASE_CUSTOMER, &r);
    }
    if (!p->survives_request && (rel->terminated_us || on_internal(v->k))) {
        struct rule_result ended = answer(false);
        ended.evidence = r.evidence;
        return ended;
    }
    return r;
}

/* 47 CFR 64.1200(a)(1)(iv): shortly after a port, unless the number is on the
 * national or our own list. */
static struct rule_result test_ported(const struct rule_view *v,
                                      const struct rule_param *p)
{
    struct civil_date ported = v->k->contact.ported;
    struct rule_result r = answer(false);
    r.evidence = ported.year != 0;
    if (!r.evidence || civil_days(ported) > v->clock.day_max) {
        return r;
    }
    int32_t last = civil_days(ported) + p->max_days;
    const struct case_registry *reg = find_registry(v->k, p);
    enum tri listed = !p->registry ? TRI_NO : reg ? reg->on_list : TRI_UNKNOWN;
    if (v->clock.day_max > last || listed == TRI_YES || on_internal(v->k)) {
        return r;
    }
    if (listed == TRI_UNKNOWN) {
        return unknown(CASE_REGISTRY);
    }
    if (!v->k->suppression.internal_known) {
        return unknown(CASE_INTERNAL);
    }
    r.is = TRI_YES;
    r.change_us = rule_clock_first(&v->clock, last + 1);
    return r;
}

/* Not asked is no safe harbour, but no offence either (64.1200(m)). */
static struct rule_result test_reassigned(const struct rule_view *v)
{
    struct rule_result r = answer(v->k->contact.reassigned == REASSIGNED_YES);
    r.evidence = v->k->contact.reassigned != REASSIGNED_NOT_ASKED;
    return r;
}

static struct rule_result test_ring(const struct rule_view *v,
                                    const struct rule_param *p)
{
    int64_t ring = v->k->presentation.ring_us;
    return ring == 0 ? unknown(CASE_RING) : answer(ring >= p->ring_us);
}

/* Convention K8: exactly the ceiling passes. */
static struct rule_result test_ratio(const struct rule_view *v,
                                     const struct rule_param *p)
{
    const struct case_pacing *c = &v->k->pacing;
    if (!c->known) {
        return unknown(CASE_PACING);
    }
    int64_t since = INT64_MIN;
    int64_t end = INT64_MAX;
    if (c->first_call_us && v->clock.t >= c->first_call_us) {
        int64_t past = (v->clock.t - c->first_call_us) / p->period_us;
        since = c->first_call_us + past * p->period_us;
        end = since + p->period_us;
    }
    uint64_t of = 0;
    uint64_t abandoned = 0;
    for (size_t i = 0; i < c->buckets; i++) {
        const struct case_bucket *b = &c->bucket[i];
        if (b->start_us >= since) {
            of += p->of_placed ? b->placed : b->live;
            abandoned += b->abandoned;
        }
    }
    struct rule_result r = answer(abandoned * 1000000 <= p->ceiling_ppm * of);
    r.change_us = end;
    return r;
}

static struct rule_result run(const struct rule_view *v,
                              const struct rule_code *c)
{
    const struct rule_param *p = &c->param;
    switch (c->test) {
    case TEST_NONE: return answer(true);
    case TEST_HOURS: return test_hours(v, p);
    case TEST_POLICY_HOURS: return test_policy_hours(v);
    case TEST_CAP: return test_cap(v, p);
    case TEST_POLICY_CAP: return test_policy_cap(v, p);
    case TEST_REGISTRY: return test_registry(v, p);
    case TEST_LIST_AGE: return test_list_age(v, p);
    case TEST_INTERNAL: return test_internal(v);
    case TEST_CONSENT: return test_consent(v, p);
    case TEST_REVOKED: return test_revoked(v);
    case TEST_RELATIONSHIP: return test_relationship(v, p);
    case TEST_PORTED: return test_ported(v, p);
    case TEST_REASSIGNED: return test_reassigned(v);
    case TEST_RING: return test_ring(v, p);
    case TEST_RATIO: return test_ratio(v, p);
    case RULE_TEST_COUNT: break;
    }
    tm_unreachable("kind of test");
}

struct rule_result rule_test_run(const struct rule_view *view,
                                 const struct rule_code *c)
{
    struct rule_result r = run(view, c);
    tm_assert(r.change_us > view->clock.t);
    if (r.is == TRI_NO || c->hold.n == 0) {
        return r;
    }
    /* AND with the rule's own conditions: the weaker of the two. */
    uint64_t missing = 0;
    enum tri hold = rule_test_terms(view, &c->hold, TRI_YES, &missing);
    if (hold == TRI_NO) {
        r.is = TRI_NO;
        r.change_us = INT64_MAX;
        r.missing = 0;
    } else if (hold == TRI_UNKNOWN) {
        r.is = TRI_UNKNOWN;
        r.missing |= missing;
    }
    return r;
}
