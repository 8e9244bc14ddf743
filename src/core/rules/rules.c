#include "core/rules/rules.h"

#include <string.h>

#include "core/rules/permit_seal.h"
#include "core/rules/rule_judge.h"

static void verdict_clear(struct verdict *v, const struct rule_book *b,
                          const struct rule_case *k)
{
    v->kind = VERDICT_DENY;
    v->not_before_us = 0;
    v->valid_until_us = INT64_MAX;
    v->reasons = v->duties = v->unknowns = 0;
    v->remedy = "";
    v->packs = rule_book_packs(b);
    v->tzdata = k->when.tzdata ? k->when.tzdata : "";
}

static void find_not_before(struct rule_judge *j)
{
    struct verdict *v = j->v;
    int64_t at = rule_opening_find(j);
    if (at == INT64_MAX) {
        v->kind = VERDICT_DENY;
        v->remedy = "its hours and caps do not open together within a year; "
                    "look at the campaign's own";
        return;
    }
    v->not_before_us = at;
    v->valid_until_us = rule_judge_least(v->valid_until_us, at);
}

static void grant(const struct rule_case *k, struct attempt_id attempt,
                  const struct verdict *v, struct permit *p)
{
    int64_t now = k->when.now_us;
    int64_t life = k->policy.permit_max_us;
    if (life <= 0 || life > RULES_PERMIT_MAX_US) {
        life = RULES_PERMIT_MAX_US;
    }
    *p = (struct permit){
        .attempt = attempt,
        .e164 = k->contact.e164,
        .issued_us = now,
        .expires_us = rule_judge_least(v->valid_until_us, now + life),
        .purpose = PERMIT_PROSPECT,
    };
    p->seal = permit_seal(p);
    tm_assert(permit_valid(p, now));
}

static int refuse(struct verdict *v, const char *wrong)
{
    v->remedy = wrong;
    return TM_EINVAL;
}

int rules_check(const struct rule_book *b, const struct rule_case *k,
                struct attempt_id attempt, struct verdict *v, struct permit *p)
{
    tm_assert(b && k && v);
    struct rule_judge j;
    j.b = b;
    j.v = v;
    j.holds_us = j.opens_us = INT64_MAX;
    j.overflow = false;
    j.gones = 0;
    memset(&j.failing, 0, sizeof j.failing);
    verdict_clear(v, b, k);
    const char *wrong = rule_check_case(k, j.view.fact);
    if (wrong) {
        return refuse(v, wrong);
    }
    if (p && (attempt.v <= 0 || k->contact.e164 == 0)) {
        return refuse(v, "malformed case: a permit needs attempt and number");
    }
    j.view.k = k;
    rule_key_of(j.view.fact, &j.view.key);
    rule_clock_init_fixed(&j.view.clock, &k->location, k->when.now_us, b->fix,
                          b->fixes);
    rule_reach_places(&j);
    rule_reach_groups(&j);
    rule_judge_case(&j);
    if (v->kind == VERDICT_NOT_BEFORE) {
        find_not_before(&j);
    }
    tm_assert(v->valid_until_us > k->when.now_us);
    if (p && v->kind == VERDICT_ALLOW) {
        grant(k, attempt, v, p);
    }
    return TM_OK;
}

struct civil_date rules_date(const struct rule_book *b, const struct tz *zone,
                             int64_t t)
{
    tm_assert(zone);
    const struct rule_zone z =
        rule_clock_zone(zone, b ? b->fix : NULL, b ? b->fixes : 0);
    return civil_date_of_days(rule_clock_day(&z, t));
}

int64_t rules_midnight(const struct rule_book *b, const struct tz *zone,
                       struct civil_date date)
{
    const struct case_place place = {.zone = zone};
    const struct case_location l = {.place = &place, .places = 1};
    struct rule_clock c;
    tm_assert(zone);
    rule_clock_init_fixed(&c, &l, 0, b ? b->fix : NULL, b ? b->fixes : 0);
    return rule_clock_first(&c, civil_days(date));
}

int rules_staff_permit(struct attempt_id attempt, uint64_t e164, int64_t now_us,
                       int64_t max_us, struct permit *p)
{
    tm_assert(p);
    if (attempt.v <= 0 || e164 == 0 || now_us <= 0 || max_us <= 0) {
        return TM_EINVAL;
    }
    int64_t life = rule_judge_least(max_us, RULES_PERMIT_MAX_US);
    *p = (struct permit){
        .attempt = attempt,
        .e164 = e164,
        .issued_us = now_us,
        .expires_us = now_us + life,
        .purpose = PERMIT_STAFF,
    };
    p->seal = permit_seal(p);
    return TM_OK;
}
