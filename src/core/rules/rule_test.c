#include "core/rules/rule_kind.h"

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
            *open |= RULE_KIND_BIT(rule_fact_info(term->fact)->input);
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

/* By its conditions; says what left it open. */
enum tri rule_test_conditions(const struct rule_view *view,
                              const struct rule_code *c, uint64_t *missing)
{
    if (c->when.n == 0 && c->unless.n == 0) {
        return TRI_YES;
    }
    uint64_t open = 0;
    enum tri when = rule_test_terms(view, &c->when, TRI_YES, &open);
    if (when == TRI_NO) {
        return TRI_NO;
    }
    enum tri unless = rule_test_terms(view, &c->unless, TRI_NO, &open);
    if (unless == TRI_YES) {
        return TRI_NO;
    }
    if (when == TRI_YES && unless == TRI_NO) {
        return TRI_YES;
    }
    *missing |= open;
    return TRI_UNKNOWN;
}

static void windows(const struct rule_view *v, const struct rule_hours *h,
                    struct rule_result *r)
{
    if (v->clock.unknown) {
        rule_kind_unknown(r, CASE_ZONES);
        return;
    }
    rule_kind_answer(r, true);
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
        .days = p->days,
        .eves = p->eves,
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
        rule_kind_nothing(r);
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
        rule_kind_unknown(r, CASE_ATTEMPTS);
        return;
    }
    rule_kind_answer(r, n < p->max);
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
        rule_kind_nothing(r);
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

/* An entry that is younger than the law's grace counts only for the strict. */
static void test_registry(const struct rule_view *v, const struct rule_param *p,
                          struct rule_result *r)
{
    const struct case_registry *reg = rule_kind_registry(v->k, p);
    if (!reg || reg->on_list == TRI_UNKNOWN) {
        rule_kind_unknown(r, CASE_REGISTRY);
        return;
    }
    rule_kind_answer(r, reg->on_list == TRI_YES);
    if (r->is == TRI_NO || !p->registered_days || !reg->registered.year ||
        v->k->policy.registry_grace != GRACE_LEGAL_MINIMUM) {
        return;
    }
    int32_t binds = civil_days(reg->registered) + p->registered_days;
    if (v->clock.day_max < binds) {
        r->is = TRI_NO;
        r->change_us = rule_clock_first(&v->clock, binds);
    }
}

/* Convention K3: whole dates between our copy and the call. A copy from
 * tomorrow (a clock is wrong) has no known age; one day is the date line. */
static void test_list_age(const struct rule_view *v, const struct rule_param *p,
                          struct rule_result *r)
{
    const struct case_registry *reg = rule_kind_registry(v->k, p);
    if (!reg || reg->obtained.year == 0) {
        rule_kind_unknown(r, CASE_LIST_AGE);
        return;
    }
    int32_t obtained = civil_days(reg->obtained);
    if (obtained > v->clock.day_max + 1) {
        rule_kind_unknown(r, CASE_LIST_AGE);
        return;
    }
    rule_kind_answer(r, v->clock.day_max - obtained <= p->max_days);
    if (r->is == TRI_YES) {
        r->change_us = rule_clock_first(&v->clock, obtained + p->max_days + 1);
    }
}

static void run(const struct rule_view *v, const struct rule_code *c,
                struct rule_result *r)
{
    const struct rule_param *p = &c->param;
    switch (c->test) {
    case TEST_NONE: rule_kind_answer(r, true); return;
    case TEST_HOURS: test_hours(v, p, r); return;
    case TEST_POLICY_HOURS: test_policy_hours(v, r); return;
    case TEST_CAP: test_cap(v, p, r); return;
    case TEST_POLICY_CAP: test_policy_cap(v, p, r); return;
    case TEST_REGISTRY: test_registry(v, p, r); return;
    case TEST_LIST_AGE: test_list_age(v, p, r); return;
    case TEST_INTERNAL: rule_kind_on_internal(v, p, r); return;
    case TEST_CONSENT: rule_kind_consent(v, p, r); return;
    case TEST_REVOKED: rule_kind_revoked(v, r); return;
    case TEST_RELATIONSHIP: rule_kind_relationship(v, p, r); return;
    case TEST_PORTED: rule_kind_ported(v, p, r); return;
    case TEST_REASSIGNED: rule_kind_reassigned(v, r); return;
    case TEST_LICENCE: rule_kind_licence(v, p, r); return;
    case TEST_RING: rule_kind_ring(v, p, r); return;
    case TEST_RATIO: rule_kind_ratio(v, p, r); return;
    case TEST_EMERGENCY: rule_kind_emergency(v, p, r); return;
    case TEST_STOPPED: rule_kind_stopped(v, r); return;
    case TEST_CONFIRMED: rule_kind_confirmation(v, p, r); return;
    case TEST_ZONE: rule_kind_zone(v, c, r); return;
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
