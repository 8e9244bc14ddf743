#include "core/rules/rule_test.h"

#define BIT(input) (UINT64_C(1) << (input))

/* Results are written where they are wanted: a copy of a struct just written in
 * parts stalls the processor, which costs as much as the test itself. */
static void answer(struct rule_result *r, bool is)
{
    r->is = is ? TRI_YES : TRI_NO;
    r->change_us = INT64_MAX;
    r->missing = 0;
    r->evidence = true;
}

/* Holds, as there is nothing of the kind; not worth a reason. */
static void nothing_said(struct rule_result *r)
{
    answer(r, true);
    r->evidence = false;
}

static void unknown(struct rule_result *r, enum case_input input)
{
    answer(r, false);
    r->is = TRI_UNKNOWN;
    r->missing = BIT(input);
    r->evidence = false;
}

/* One clause: NO at the first term that fails. Moves *t past the clause. */
static enum tri clause(const struct rule_view *view, const struct rule_term **t,
                       uint64_t *open)
{
    enum tri all = TRI_YES;
    for (const struct rule_term *term = *t;; term++) {
        uint32_t bit = view->fact[term->fact];
        if (!(bit & term->mask)) {
            if (bit != 1) {
                *t = term + term->rest + 1;
                return TRI_NO;
            }
            all = TRI_UNKNOWN;
            *open |= BIT(rule_fact_info(term->fact)->input);
        }
        if (term->rest == 0) {
            *t = term + 1;
            return all;
        }
    }
}

enum tri rule_test_terms(const struct rule_view *view,
                         const struct rule_terms *t, enum tri empty,
                         uint64_t *missing)
{
    if (t->n == 0) {
        return empty;
    }
    enum tri any = TRI_NO;
    const struct rule_term *end = t->term + t->n;
    for (const struct rule_term *term = t->term; term < end;) {
        uint64_t open = 0;
        enum tri all = clause(view, &term, &open);
        if (all == TRI_YES) {
            return TRI_YES;
        }
        if (all == TRI_UNKNOWN) {
            any = TRI_UNKNOWN;
            *missing |= open;
        }
    }
    return any;
}

static void windows(const struct rule_view *v, const struct rule_hours *h,
                    struct rule_result *r)
{
    if (v->clock.unknown) {
        unknown(r, CASE_ZONES);
        return;
    }
    answer(r, true);
    r->is = rule_clock_open(&v->clock, h, &r->change_us) ? TRI_YES : TRI_NO;
}

static void test_hours(const struct rule_view *v, const struct rule_param *p,
                       struct rule_result *r)
{
    struct rule_hours h = {
        .window = p->window,
        .windows = p->windows,
        .holiday = v->k->situation.holiday,
        .holidays = v->k->situation.holidays,
        .calendar = p->calendar,
    };
    windows(v, &h, r);
}

static void test_policy_hours(const struct rule_view *v, struct rule_result *r)
{
    struct rule_hours h = {
        .window = v->k->policy.window,
        .windows = v->k->policy.windows,
    };
    if (h.windows > 0) {
        windows(v, &h, r);
    } else {
        nothing_said(r);
    }
}

/* A cap, whoever set it. */
struct cap_rule {
    uint32_t max;
    uint32_t counts; /* channels, 0 all */
    enum cap_scope scope;
    bool same_subject;
    int64_t span_us; /* 0 ever */
};

static bool counts(const struct rule_case *k, const struct cap_rule *p,
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
static void weigh_cap(const struct rule_view *v, const struct cap_rule *p,
                      struct rule_result *r)
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
    if (n < p->max && !h->known) {
        unknown(r, CASE_ATTEMPTS);
        return;
    }
    answer(r, n < p->max);
    if (r->is == TRI_NO && p->max > 0 && p->span_us) {
        r->change_us = at + p->span_us;
    }
}

static void test_cap(const struct rule_view *v, const struct rule_param *p,
                     struct rule_result *r)
{
    struct cap_rule cap = {
        .max = p->max,
        .counts = p->counts,
        .scope = p->scope,
        .same_subject = p->same_subject,
        .span_us = p->span_us,
    };
    weigh_cap(v, &cap, r);
}

static void test_policy_cap(const struct rule_view *v,
                            const struct rule_param *slot,
                            struct rule_result *r)
{
    const struct rule_policy *own = &v->k->policy;
    if (slot->slot >= own->caps) {
        nothing_said(r);
        return;
    }
    const struct policy_cap *cap = &own->cap[slot->slot];
    struct cap_rule p = {
        .max = cap->max,
        .scope = cap->scope,
        .span_us = cap->span_us,
    };
    weigh_cap(v, &p, r);
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

static void test_registry(const struct rule_view *v, const struct rule_param *p,
                          struct rule_result *r)
{
    const struct case_registry *reg = find_registry(v->k, p);
    if (!reg || reg->on_list == TRI_UNKNOWN) {
        unknown(r, CASE_REGISTRY);
    } else {
        answer(r, reg->on_list == TRI_YES);
    }
}

/* Convention K3: whole dates between our copy and the call. A copy from
 * tomorrow (a clock is wrong) has no known age; one day is the date line. */
static void test_list_age(const struct rule_view *v, const struct rule_param *p,
                          struct rule_result *r)
{
    const struct case_registry *reg = find_registry(v->k, p);
    if (!reg || reg->obtained.year == 0) {
        unknown(r, CASE_LIST_AGE);
        return;
    }
    int32_t obtained = civil_days(reg->obtained);
    if (obtained > v->clock.day_max + 1) {
        unknown(r, CASE_LIST_AGE);
        return;
    }
    answer(r, v->clock.day_max - obtained <= p->max_days);
    if (r->is == TRI_YES) {
        r->change_us = rule_clock_first(&v->clock, obtained + p->max_days + 1);
    }
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

static void test_internal(const struct rule_view *v, struct rule_result *r)
{
    bool on = on_internal(v->k);
    if (on || v->k->suppression.internal_known) {
        answer(r, on);
    } else {
        unknown(r, CASE_INTERNAL);
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
    answer(r, false);
    if (withdrawn(v, c) || (c->e164 && number && c->e164 != number) ||
        (c->covers && !(c->covers & covered(v->k, p))) ||
        (p->not_condition && c->not_condition == TRI_NO) ||
        (c->to_us && c->to_us <= t) ||
        (c->given.year && civil_days(c->given) > v->clock.day_max)) {
        return;
    }
    r->missing = (c->given.year ? 0 : BIT(CASE_CONSENT_GIVEN)) |
                 (c->covers ? 0 : BIT(CASE_CONSENT_COVERS)) |
                 (p->not_condition && c->not_condition == TRI_UNKNOWN
                      ? BIT(CASE_CONSENT_CONDITION)
                      : 0);
    if (r->missing) {
        r->is = TRI_UNKNOWN;
    } else if (c->from_us > t) {
        r->change_us = c->from_us;
    } else {
        r->is = TRI_YES;
        r->change_us = c->to_us ? c->to_us : INT64_MAX;
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

static void test_consent(const struct rule_view *v, const struct rule_param *p,
                         struct rule_result *r)
{
    int64_t seller = v->k->caller.seller.v;
    uint64_t missing = 0;
    answer(r, false);
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
            one.missing |= BIT(seller ? CASE_CONSENT_SELLER : CASE_SELLER);
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
    static const uint32_t machine = VOCAB_BIT(CHANNEL_VOICE_AI) |
                                    VOCAB_BIT(CHANNEL_VOICE_PRERECORDED);
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
static void test_revoked(const struct rule_view *v, struct rule_result *r)
{
    static const struct rule_param any = {
        .consents = VOCAB_BIT(CONSENT_EXPRESS) |
                    VOCAB_BIT(CONSENT_EXPRESS_ORAL) |
                    VOCAB_BIT(CONSENT_EXPRESS_WRITTEN),
        .covers_channel = true,
    };
    int64_t at = revoked_at(v->k);
    answer(r, false);
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
    answer(r, true);
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
static void test_relationship(const struct rule_view *v,
                              const struct rule_param *p, struct rule_result *r)
{
    const struct case_relationship *rel = &v->k->relationship;
    answer(r, false);
    r->evidence = false;
    add_months(v, rel->last_transaction, p->transaction, r);
    add_months(v, rel->last_inquiry, p->inquiry, r);
    add_months(v, rel->last_gift, p->gift, r);
    if (p->member) {
        add_fact(rel->member, CASE_MEMBER, r);
    }
    if (p->customer) {
        add_fact(rel->ever_customer, CASE_CUSTOMER, r);
    }
    if (!p->survives_request && (rel->terminated_us || on_internal(v->k))) {
        bool evidence = r->evidence;
        answer(r, false);
        r->evidence = evidence;
    }
}

/* 47 CFR 64.1200(a)(1)(iv): shortly after a port, unless the number is on the
 * national or our own list. */
static void test_ported(const struct rule_view *v, const struct rule_param *p,
                        struct rule_result *r)
{
    struct civil_date ported = v->k->contact.ported;
    answer(r, false);
    r->evidence = ported.year != 0;
    if (!r->evidence || civil_days(ported) > v->clock.day_max) {
        return;
    }
    int32_t last = civil_days(ported) + p->max_days;
    const struct case_registry *reg = find_registry(v->k, p);
    enum tri listed = !p->registry ? TRI_NO : reg ? reg->on_list : TRI_UNKNOWN;
    if (v->clock.day_max > last || listed == TRI_YES || on_internal(v->k)) {
        return;
    }
    if (listed == TRI_UNKNOWN) {
        unknown(r, CASE_REGISTRY);
    } else if (!v->k->suppression.internal_known) {
        unknown(r, CASE_INTERNAL);
    } else {
        answer(r, true);
        r->change_us = rule_clock_first(&v->clock, last + 1);
    }
}

/* Not asked is no safe harbour, but no offence either (64.1200(m)). */
static void test_reassigned(const struct rule_view *v, struct rule_result *r)
{
    answer(r, v->k->contact.reassigned == REASSIGNED_YES);
    r->evidence = v->k->contact.reassigned != REASSIGNED_NOT_ASKED;
}

static void test_ring(const struct rule_view *v, const struct rule_param *p,
                      struct rule_result *r)
{
    int64_t ring = v->k->presentation.ring_us;
    if (ring == 0) {
        unknown(r, CASE_RING);
    } else {
        answer(r, ring >= p->ring_us);
    }
}

/* Convention K8: exactly the ceiling passes. */
static void test_ratio(const struct rule_view *v, const struct rule_param *p,
                       struct rule_result *r)
{
    const struct case_pacing *c = &v->k->pacing;
    if (!c->known) {
        unknown(r, CASE_PACING);
        return;
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
    answer(r, abandoned * 1000000 <= p->ceiling_ppm * of);
    r->change_us = end;
}

static void run(const struct rule_view *v, const struct rule_code *c,
                struct rule_result *r)
{
    const struct rule_param *p = &c->param;
    switch (c->test) {
    case TEST_NONE: answer(r, true); return;
    case TEST_HOURS: test_hours(v, p, r); return;
    case TEST_POLICY_HOURS: test_policy_hours(v, r); return;
    case TEST_CAP: test_cap(v, p, r); return;
    case TEST_POLICY_CAP: test_policy_cap(v, p, r); return;
    case TEST_REGISTRY: test_registry(v, p, r); return;
    case TEST_LIST_AGE: test_list_age(v, p, r); return;
    case TEST_INTERNAL: test_internal(v, r); return;
    case TEST_CONSENT: test_consent(v, p, r); return;
    case TEST_REVOKED: test_revoked(v, r); return;
    case TEST_RELATIONSHIP: test_relationship(v, p, r); return;
    case TEST_PORTED: test_ported(v, p, r); return;
    case TEST_REASSIGNED: test_reassigned(v, r); return;
    case TEST_RING: test_ring(v, p, r); return;
    case TEST_RATIO: test_ratio(v, p, r); return;
    case RULE_TEST_COUNT: break;
    }
    tm_unreachable("kind of test");
}

void rule_test_run(const struct rule_view *view, const struct rule_code *c,
                   struct rule_result *r)
{
    run(view, c, r);
    tm_assert(r->change_us > view->clock.t);
    if (r->is == TRI_NO || c->hold.n == 0) {
        return;
    }
    /* AND with the rule's own conditions: the weaker of the two. */
    uint64_t missing = 0;
    enum tri hold = rule_test_terms(view, &c->hold, TRI_YES, &missing);
    if (hold == TRI_NO) {
        r->is = TRI_NO;
        r->change_us = INT64_MAX;
        r->missing = 0;
    } else if (hold == TRI_UNKNOWN) {
        r->is = TRI_UNKNOWN;
        r->missing |= missing;
    }
}
