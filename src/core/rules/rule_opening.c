#include "core/rules/rule_judge.h"

/* Steps of the search: two a day are the usual most. */
enum { STEPS_MAX = 1024 };

/* What does not open in this time does not open. */
#define HORIZON_US (400 * CIVIL_DAY_US)

static bool lifts(const struct rule_code *exemption, size_t rule)
{
    for (size_t i = 0; i < exemption->lifts; i++) {
        if (exemption->lift[i] == rule) {
            return true;
        }
    }
    return false;
}

/* The earliest instant at which a rule that fails now could stop to: its own
 * test's, its end, or the beginning of an exemption that lifts it. */
static int64_t could_pass(const struct rule_judge *j, const struct rule_code *c,
                          int64_t change_us)
{
    const struct rule_clock *clock = &j->view.clock;
    size_t rule = rule_judge_index(j, c);
    if (c->to_day != INT32_MAX) {
        change_us =
            rule_judge_least(change_us, rule_clock_last(clock, c->to_day + 1));
    }
    for (size_t i = 0; i < j->exempts; i++) {
        const struct rule_weighed *w = &j->exempt[i];
        if (w->applies && w->result.is == TRI_NO &&
            w->result.change_us < change_us && lifts(w->code, rule)) {
            change_us = w->result.change_us;
        }
    }
    return change_us;
}

/* As could_pass, for exemptions that come into force on the way. */
static int64_t could_be_lifted(const struct rule_judge *j, size_t rule)
{
    const struct rule_clock *clock = &j->view.clock;
    int64_t at = INT64_MAX;
    for (size_t i = 0; i < j->b->dateds; i++) {
        const struct rule_code *c = &j->b->code[j->b->dated[i]];
        if (c->binds && c->from_day > clock->day_min && lifts(c, rule)) {
            at = rule_judge_least(at, rule_clock_last(clock, c->from_day));
        }
    }
    return at;
}

/* The least instant at which a rule of hours or caps could pass; the view's own
 * when it does, or does not reach the case. */
static int64_t rule_opens(struct rule_judge *j, const struct rule_listed *l)
{
    int64_t t = j->view.clock.t;
    size_t i = l->rule;
    const struct rule_code *c = &j->b->code[i];
    uint64_t missing = 0;
    if (rule_test_passed_over(&j->view, l, c) || !rule_reach_binds(j, c) ||
        rule_bits_has(&j->lifted, i) ||
        rule_test_applies(&j->view, l, c, &missing) == TRI_NO) {
        return t;
    }
    struct rule_result r;
    rule_test_run(&j->view, c, &r);
    if (r.is == TRI_YES) {
        return t;
    }
    int64_t at = could_pass(j, c, r.change_us);
    return rule_judge_least(at, could_be_lifted(j, i));
}

/* The latest of those. */
static int64_t next_try(struct rule_judge *j)
{
    int64_t next = j->view.clock.t;
    for (size_t g = 0; g < j->groups; g++) {
        const struct rule_group *group = j->group[g];
        const struct rule_index *list = &group->time[rule_judge_channel(j)];
        for (size_t i = 0; i < list->n; i++) {
            int64_t at = rule_opens(j, &list->rule[i]);
            next = at > next ? at : next;
        }
    }
    return next;
}

/* The same at the instant of the verdict, whose reasons tell which are shut. */
static int64_t first_try(const struct rule_judge *j)
{
    int64_t next = j->view.clock.t;
    for (size_t i = 0; i < j->v->reasons; i++) {
        const struct verdict_reason *r = &j->v->reason[i];
        if (r->effect == EFFECT_NOT_BEFORE) {
            const struct rule_code *c = r->rule->code;
            int64_t at = could_pass(j, c, r->until_us);
            at = rule_judge_least(at,
                                  could_be_lifted(j, rule_judge_index(j, c)));
            next = at > next ? at : next;
        }
    }
    return next;
}

int64_t rule_opening_find(struct rule_judge *j)
{
    int64_t now = j->view.k->when.now_us;
    for (int step = 0; step < STEPS_MAX; step++) {
        int64_t next = step == 0 ? first_try(j) : next_try(j);
        if (next == j->view.clock.t) {
            return next;
        }
        tm_assert(next > j->view.clock.t);
        if (next > now + HORIZON_US) {
            return INT64_MAX;
        }
        rule_clock_move(&j->view.clock, next);
        rule_judge_exemptions(j); /* at first they stand as judged */
    }
    return INT64_MAX;
}
