#include "core/rules/rule_kind.h"

enum { AREA_CODE_AT = 10000000, NANP_MIN = 1000 };

/* "US-614" of a number of the North American plan in that country; v 0 none. */
static struct place_code area_code_of(const struct case_contact *c)
{
    struct place_code p = {0};
    char country[VOCAB_PLACE_MAX + 1];
    char text[VOCAB_PLACE_MAX + 1];
    uint64_t code = c->e164 / AREA_CODE_AT;
    if (code < NANP_MIN || code >= 2 * NANP_MIN || c->country.v == 0) {
        return p;
    }
    vocab_place_text(c->country, country);
    struct buf b = {.p = text, .cap = sizeof text, .max = sizeof text - 1};
    buf_addf(&b, "%s-%03u", country, (unsigned)(code % NANP_MIN));
    if (b.failed || !vocab_place_parse(buf_slice(&b), &p)) {
        p.v = 0;
    }
    return p;
}

/* Whether the callee is in a subdivision, wherever he may be. */
static bool all_in(const struct case_location *l, struct place_code area)
{
    bool confirmed = false;
    for (size_t i = 0; i < l->places; i++) {
        confirmed |= l->place[i].basis == BASIS_CONFIRMED_ADDRESS;
    }
    for (size_t i = 0; i < l->places; i++) {
        const struct case_place *p = &l->place[i];
        if ((!confirmed || p->basis == BASIS_CONFIRMED_ADDRESS) &&
            p->region.v != area.v) {
            return false;
        }
    }
    return l->places > 0;
}

static bool reaches(const struct rule_case *k, const struct case_licence *l)
{
    return l->area.v == 0 || l->area.v == k->contact.country.v ||
           l->area.v == area_code_of(&k->contact).v ||
           all_in(&k->location, l->area);
}

/* The licence of the kind that lasts longest; one that is to begin tells when.
 * 16 CFR 310.8; Unsolicited Telecommunications Rules, part II. */
void rule_kind_licence(const struct rule_view *v, const struct rule_param *p,
                       struct rule_result *r)
{
    const struct case_caller *c = &v->k->caller;
    if (!c->licences_known) {
        rule_kind_unknown(r, CASE_LICENCE);
        return;
    }
    rule_kind_answer(r, false);
    int64_t until = 0;
    for (size_t i = 0; i < c->licences; i++) {
        const struct case_licence *l = &c->licence[i];
        if ((l->kind.n > 0 && !str_eq(l->kind, p->licence)) ||
            !reaches(v->k, l)) {
            continue;
        }
        bool over = l->to.year != 0 && civil_days(l->to) < v->clock.day_max;
        bool begun =
            l->from.year == 0 || civil_days(l->from) <= v->clock.day_min;
        int64_t end = l->to.year == 0
                          ? INT64_MAX
                          : rule_clock_first(&v->clock, civil_days(l->to) + 1);
        if (begun && !over) {
            until = end > until ? end : until;
        } else if (!begun && r->is == TRI_NO) {
            int64_t at = rule_clock_last(&v->clock, civil_days(l->from));
            r->change_us = at < r->change_us ? at : r->change_us;
        }
    }
    if (until > 0) {
        rule_kind_answer(r, true);
        r->change_us = until;
    }
}
