#include "core/rules/rule_kind.h"

/* Results are written where they are wanted: a copy of a struct just written in
 * parts stalls the processor, which costs as much as the test itself. */
void rule_kind_answer(struct rule_result *r, bool is)
{
    r->is = is ? TRI_YES : TRI_NO;
    r->change_us = INT64_MAX;
    r->missing = 0;
    r->evidence = true;
}

/* Holds, as there is nothing of the kind; not worth a reason. */
void rule_kind_nothing(struct rule_result *r)
{
    rule_kind_answer(r, true);
    r->evidence = false;
}

void rule_kind_unknown(struct rule_result *r, enum case_input input)
{
    rule_kind_answer(r, false);
    r->is = TRI_UNKNOWN;
    r->missing = RULE_KIND_BIT(input);
    r->evidence = false;
}

const struct case_registry *rule_kind_registry(const struct rule_case *k,
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

/* 47 CFR 64.1200(a)(1)(iv): shortly after a port, unless the number is on the
 * national or our own list. */
void rule_kind_ported(const struct rule_view *v, const struct rule_param *p,
                      struct rule_result *r)
{
    struct civil_date ported = v->k->contact.ported;
    rule_kind_answer(r, false);
    r->evidence = ported.year != 0;
    if (!r->evidence || civil_days(ported) > v->clock.day_max) {
        return;
    }
    int32_t last = civil_days(ported) + p->max_days;
    const struct case_registry *reg = rule_kind_registry(v->k, p);
    enum tri listed = !p->registry ? TRI_NO : reg ? reg->on_list : TRI_UNKNOWN;
    if (v->clock.day_max > last || listed == TRI_YES ||
        rule_kind_internal(v->k)) {
        return;
    }
    if (listed == TRI_UNKNOWN) {
        rule_kind_unknown(r, CASE_REGISTRY);
    } else if (!v->k->suppression.internal_known) {
        rule_kind_unknown(r, CASE_INTERNAL);
    } else {
        rule_kind_answer(r, true);
        r->change_us = rule_clock_first(&v->clock, last + 1);
    }
}

/* Not asked is no safe harbour, but no offence either (64.1200(m)). */
void rule_kind_reassigned(const struct rule_view *v, struct rule_result *r)
{
    rule_kind_answer(r, v->k->contact.reassigned == REASSIGNED_YES);
    r->evidence = v->k->contact.reassigned != REASSIGNED_NOT_ASKED;
}

void rule_kind_ring(const struct rule_view *v, const struct rule_param *p,
                    struct rule_result *r)
{
    int64_t ring = v->k->presentation.ring_us;
    if (ring == 0) {
        rule_kind_unknown(r, CASE_RING);
    } else {
        rule_kind_answer(r, ring >= p->ring_us);
    }
}

/* The calendar month of the callee's date. */
static void month_of(const struct rule_view *v, int64_t *since, int64_t *end)
{
    struct civil_date d = civil_date_of_days(v->clock.day_max);
    d.day = 1;
    *since = rule_clock_first(&v->clock, civil_days(d));
    *end = rule_clock_first(&v->clock, civil_days(civil_add_months(d, 1)));
}

/* Convention K8: exactly the ceiling passes. */
void rule_kind_ratio(const struct rule_view *v, const struct rule_param *p,
                     struct rule_result *r)
{
    const struct case_pacing *c = &v->k->pacing;
    if (!c->known) {
        rule_kind_unknown(r, CASE_PACING);
        return;
    }
    int64_t since = INT64_MIN;
    int64_t end = INT64_MAX;
    if (!p->period_us) {
        month_of(v, &since, &end);
    } else if (c->first_call_us && v->clock.t >= c->first_call_us) {
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
    rule_kind_answer(r, abandoned * 1000000 <= p->ceiling_ppm * of);
    r->change_us = end;
}

/* --- emergencies --- */

static bool named(const struct case_emergency *e, struct slice place)
{
    for (size_t i = 0; i < e->counties; i++) {
        if (e->county[i].n == place.n && place.n > 0 &&
            str_same(e->county[i], place)) {
            return true;
        }
    }
    return false;
}

/* Whether it is an order of the kind that the rule asks about. */
static enum tri in_force(const struct rule_param *p,
                         const struct case_emergency *e)
{
    if (e->active == TRI_NO || (p->reporting && e->reporting == TRI_NO)) {
        return TRI_NO;
    }
    return e->active == TRI_UNKNOWN ||
                   (p->reporting && e->reporting == TRI_UNKNOWN)
               ? TRI_UNKNOWN
               : TRI_YES;
}

/* Whether the callee is where it holds. */
static enum tri reaches(const struct rule_view *v,
                        const struct case_emergency *e)
{
    const struct case_location *l = &v->k->location;
    if (e->counties == 0 || named(e, l->county) || named(e, l->locality)) {
        return TRI_YES;
    }
    return l->county.n == 0 ? TRI_UNKNOWN : TRI_NO;
}

/* An entry of the rule's area, be it that all is quiet, tells that somebody
 * looks after it. Of an area without one nothing is known. */
void rule_kind_emergency(const struct rule_view *v, const struct rule_param *p,
                         struct rule_result *r)
{
    const struct case_situation *s = &v->k->situation;
    uint64_t missing = s->known ? 0 : RULE_KIND_BIT(CASE_EMERGENCY);
    uint64_t open = 0;
    for (size_t i = 0; i < s->emergencies; i++) {
        if (s->emergency[i].area.v != p->area.v) {
            continue;
        }
        enum tri order = in_force(p, &s->emergency[i]);
        enum tri here = reaches(v, &s->emergency[i]);
        missing = 0;
        if (order == TRI_YES && here == TRI_YES) {
            rule_kind_answer(r, true);
            return;
        }
        if (order != TRI_NO && here != TRI_NO) {
            open |=
                RULE_KIND_BIT(order == TRI_YES ? CASE_COUNTY : CASE_EMERGENCY);
        }
    }
    rule_kind_answer(r, false);
    r->evidence = s->emergencies > 0;
    if ((missing | open) != 0) {
        rule_kind_unknown(r, CASE_EMERGENCY);
        r->missing = missing | open;
    }
}

/* --- texts --- */

/* 47 CFR 64.1200(a)(10): STOP ends consent until one to this channel is given
 * anew, on a later day. */
void rule_kind_stopped(const struct rule_view *v, struct rule_result *r)
{
    int64_t stop = v->k->text.stop_us;
    rule_kind_answer(r, stop != 0 && stop <= v->clock.t);
    r->evidence = stop != 0;
    if (stop > v->clock.t) {
        r->change_us = stop;
    }
    for (size_t i = 0; i < v->k->consents && r->is == TRI_YES; i++) {
        const struct case_consent *c = &v->k->consent[i];
        if (c->seller.v && c->seller.v == v->k->caller.seller.v &&
            !c->revoked_us && c->given.year &&
            (c->covers & VOCAB_BIT(v->k->contact.channel)) &&
            civil_days(c->given) <= v->clock.day_min &&
            rule_clock_first(&v->clock, civil_days(c->given)) > stop) {
            r->is = TRI_NO;
        }
    }
}

/* 64.1200(a)(12): one text that confirms, soon after the STOP. */
void rule_kind_confirmation(const struct rule_view *v,
                            const struct rule_param *p, struct rule_result *r)
{
    int64_t stop = v->k->text.stop_us;
    int64_t t = v->clock.t;
    rule_kind_answer(r, false);
    r->evidence = stop != 0;
    if (stop == 0 || v->k->text.confirmation == TRI_NO || t < stop ||
        t >= stop + p->within_us) {
        return;
    }
    if (v->k->text.confirmation == TRI_UNKNOWN) {
        rule_kind_unknown(r, CASE_CONFIRMATION);
        return;
    }
    r->is = TRI_YES;
    r->change_us = stop + p->within_us;
}

/* --- clocks --- */

/* Holds; speaks where it set a clock right. */
void rule_kind_zone(const struct rule_view *v, const struct rule_code *c,
                    struct rule_result *r)
{
    rule_kind_nothing(r);
    for (size_t i = 0; i < v->clock.zones; i++) {
        const struct rule_zone_fix *fix = v->clock.zone[i].fix;
        r->evidence |= fix && fix->rule == c && v->clock.t >= fix->from_us;
    }
}
