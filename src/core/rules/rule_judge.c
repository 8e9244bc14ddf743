#include "core/rules/rule_judge.h"

#include <string.h>

static_assert((int)VERDICT_UNKNOWN_MAX >= (int)CASE_INPUT_COUNT,
              "each input fits");

/* The country is not one that the book knows. Stands outside all packs, as it
 * must hold when none is loaded. */
static const struct rule no_pack = {
    .id = "XX-NO-PACK",
    .jurisdiction = "*",
    .text = "No rule pack says what is lawful for this country and channel; "
            "unknown is no.",
    .citation = "ARCHITECTURE, unknown means no",
    .source = "own rule",
    .certainty = "own",
    .remedy = "load a rule pack for the country and channel, or give the "
              "country of the number",
    .role = RULE_REQUIRE,
    .test = "none",
    .file = "core/rules",
};

/* The campaign has limits that no rule of the book looks at. */
static const struct rule no_policy = {
    .id = "OP-NO-RULE",
    .jurisdiction = "*",
    .text = "The campaign sets hours or caps, but no loaded pack applies them.",
    .citation = "ARCHITECTURE, unknown means no",
    .source = "own rule",
    .certainty = "own",
    .remedy = "load the operator pack",
    .role = RULE_REQUIRE,
    .test = "none",
    .file = "core/rules",
};

/* --- exemptions --- */

static bool suspended(const struct rule_judge *j, const struct rule_code *c)
{
    const struct case_situation *s = &j->view.k->situation;
    for (size_t i = 0; i < s->suspensions; i++) {
        if (str_eq(s->suspended[i], j->b->rule[rule_judge_index(j, c)].id)) {
            return true;
        }
    }
    return false;
}

static void weigh_exemption(struct rule_judge *j, const struct rule_listed *l,
                            const struct rule_code *c)
{
    uint64_t missing = 0;
    enum tri reach = rule_test_applies(&j->view, l, c, &missing);
    if (reach == TRI_NO || suspended(j, c)) {
        return;
    }
    if (rule_reach_region(j, c) == TRI_UNKNOWN) {
        reach = TRI_UNKNOWN;
        missing |= UINT64_C(1) << CASE_REGION;
    }
    if (j->exempts == RULE_EXEMPTIONS_MAX) {
        j->overflow = true;
        return;
    }
    struct rule_weighed *w = &j->exempt[j->exempts++];
    w->code = c;
    w->applies = reach == TRI_YES;
    rule_test_run(&j->view, c, &w->result);
    if (reach == TRI_UNKNOWN && w->result.is != TRI_NO) {
        w->result.is = TRI_UNKNOWN;
        w->result.missing |= missing;
    }
    if (w->result.is != TRI_YES) {
        j->opens_us = rule_judge_least(j->opens_us, w->result.change_us);
        return;
    }
    j->holds_us = rule_judge_least(j->holds_us, w->result.change_us);
    for (size_t i = 0; i < c->lifts; i++) {
        rule_bits_set(&j->lifted, c->lift[i]);
    }
}

void rule_judge_exemptions(struct rule_judge *j)
{
    const struct rule_book *b = j->b;
    j->exempts = 0;
    memset(&j->lifted, 0, sizeof j->lifted);
    for (size_t g = 0; g < j->groups; g++) {
        const struct rule_group *group = j->group[g];
        const struct rule_index *list = &group->exempt[rule_judge_channel(j)];
        for (size_t i = 0; i < list->n; i++) {
            const struct rule_listed *l = &list->rule[i];
            const struct rule_code *c = &b->code[l->rule];
            if (!rule_test_passed_over(&j->view, l, c) &&
                rule_reach_binds(j, c)) {
                weigh_exemption(j, l, c);
            }
        }
    }
}

static bool lifts_failing(const struct rule_judge *j, const struct rule_code *c)
{
    for (size_t i = 0; i < c->lifts; i++) {
        if (rule_bits_has(&j->failing, c->lift[i])) {
            return true;
        }
    }
    return false;
}

/* --- reasons --- */

static void add_reason(struct rule_judge *j, const struct rule *r,
                       enum verdict_effect effect, int64_t until_us,
                       uint64_t missing)
{
    struct verdict *v = j->v;
    if (v->reasons == VERDICT_REASONS_MAX) {
        j->overflow = true;
        return;
    }
    j->missing[v->reasons] = missing;
    v->reason[v->reasons++] = (struct verdict_reason){r, effect, until_us};
}

static void add_duties(struct rule_judge *j, const struct rule_code *c)
{
    struct verdict *v = j->v;
    for (size_t i = 0; i < c->duties; i++) {
        size_t d = 0;
        while (d < v->duties && v->duty[d] != c->duty[i]) {
            d++;
        }
        if (d == v->duties) {
            tm_assert(d < VERDICT_DUTIES_MAX); /* a book has no more */
            v->duty[v->duties++] = c->duty[i];
        }
    }
    for (size_t i = 0; i < c->replaced; i++) {
        if (j->gones == RULE_GONE_MAX) {
            j->overflow = true;
            return;
        }
        j->gone[j->gones++] = c->replaces[i];
    }
}

/* The stricter duty stands alone (convention K9). */
static void settle_duties(struct rule_judge *j)
{
    struct verdict *v = j->v;
    for (size_t g = 0; g < j->gones; g++) {
        size_t kept = 0;
        for (size_t i = 0; i < v->duties; i++) {
            if (v->duty[i] != j->gone[g]) {
                v->duty[kept++] = v->duty[i];
            }
        }
        v->duties = kept;
    }
}

/* What a rule that binds says of a test's result. */
static enum verdict_effect effect_of(const struct rule_code *c,
                                     const struct rule_result *r,
                                     enum tri reach)
{
    enum tri good = c->role == RULE_FORBID ? TRI_NO : TRI_YES;
    if (r->is == good) {
        return EFFECT_PASSED;
    }
    if (r->is == TRI_UNKNOWN) {
        return EFFECT_UNKNOWN;
    }
    if (c->is_time && r->change_us != INT64_MAX) {
        return EFFECT_NOT_BEFORE;
    }
    return reach == TRI_YES ? EFFECT_DENIED : EFFECT_UNKNOWN;
}

static void judge_rule(struct rule_judge *j, const struct rule_listed *l,
                       const struct rule_code *c)
{
    size_t i = l->rule;
    const struct rule *rule = &j->b->rule[i];
    uint64_t missing = 0;
    enum tri reach = rule_test_applies(&j->view, l, c, &missing);
    if (reach == TRI_NO) {
        return;
    }
    if (rule_bits_has(&j->lifted, i)) {
        add_reason(j, rule, EFFECT_LIFTED, INT64_MAX, 0);
        return;
    }
    add_duties(j, c);
    if (c->role == RULE_DUTY) {
        add_reason(j, rule, EFFECT_DUTY, INT64_MAX, 0);
        return;
    }
    struct rule_result r;
    rule_test_run(&j->view, c, &r);
    enum verdict_effect effect = effect_of(c, &r, reach);
    if (effect == EFFECT_PASSED) {
        j->holds_us = rule_judge_least(j->holds_us, r.change_us);
        if (r.evidence) {
            add_reason(j, rule, effect, r.change_us, 0);
        }
        return;
    }
    rule_bits_set(&j->failing, i);
    j->opens_us = rule_judge_least(j->opens_us, r.change_us);
    add_reason(j, rule, effect, r.change_us, missing | r.missing);
}

/* Exemptions stand among the reasons when they hold, when they were tried on
 * something and failed, and when only an unknown input kept them from lifting
 * what now refuses. The last cannot be told before all rules have spoken. */
static void judge_exemption(struct rule_judge *j, const struct rule_weighed *w)
{
    const struct rule *rule = &j->b->rule[rule_judge_index(j, w->code)];
    if (w->result.is == TRI_YES) {
        add_duties(j, w->code);
        add_reason(j, rule, EFFECT_EXEMPTS, w->result.change_us, 0);
    } else if (w->result.is == TRI_UNKNOWN) {
        add_reason(j, rule, EFFECT_NOT_MET, INT64_MAX, w->result.missing);
    } else if (w->applies && w->result.evidence) {
        add_reason(j, rule, EFFECT_NOT_MET, w->result.change_us, 0);
    }
}

static void judge_group(struct rule_judge *j, const struct rule_group *group,
                        size_t *exempt)
{
    const struct rule_index *list = &group->all[rule_judge_channel(j)];
    for (size_t i = 0; i < list->n; i++) {
        const struct rule_listed *l = &list->rule[i];
        const struct rule_code *c = &j->b->code[l->rule];
        if (rule_test_passed_over(&j->view, l, c)) {
            continue;
        }
        if (c->role == RULE_EXEMPT) {
            if (*exempt < j->exempts && j->exempt[*exempt].code == c) {
                judge_exemption(j, &j->exempt[(*exempt)++]);
            }
            continue;
        }
        if (rule_reach_binds(j, c)) {
            judge_rule(j, l, c);
        }
    }
}

/* Drops exemptions that are open without consequence; names what is unknown
 * where it mattered. */
static void settle_reasons(struct rule_judge *j)
{
    struct verdict *v = j->v;
    uint64_t named = 0;
    size_t kept = 0;
    for (size_t i = 0; i < v->reasons; i++) {
        const struct verdict_reason *r = &v->reason[i];
        if (j->missing[i] && r->effect == EFFECT_NOT_MET &&
            !lifts_failing(j, r->rule->code)) {
            continue;
        }
        named |= j->missing[i];
        if (kept != i) {
            v->reason[kept] = *r;
        }
        kept++;
    }
    v->reasons = kept;
    for (; named; named &= named - 1) {
        int input = __builtin_ctzll(named);
        v->unknown[v->unknowns++] =
            rule_case_input_text((enum case_input)input);
    }
}

/* --- what no pack says --- */

static bool is_covered(const struct rule_judge *j, struct place_code country)
{
    enum contact_channel channel = j->view.k->contact.channel;
    for (size_t i = 0; i < j->b->covers; i++) {
        const struct rule_cover *c = &j->b->cover[i];
        if (c->country.v == country.v &&
            (c->channels & VOCAB_BIT((unsigned)channel))) {
            return true;
        }
    }
    return false;
}

static void judge_coverage(struct rule_judge *j)
{
    const struct rule_case *k = j->view.k;
    if (j->places == 0) {
        add_reason(j, &no_pack, EFFECT_UNKNOWN, INT64_MAX,
                   UINT64_C(1) << CASE_COUNTRY);
    }
    for (size_t i = 0; i < j->places; i++) {
        if (!is_covered(j, vocab_place_country(j->place[i]))) {
            bool open = k->contact.channel == CHANNEL_UNKNOWN;
            add_reason(j, &no_pack, open ? EFFECT_UNKNOWN : EFFECT_DENIED,
                       INT64_MAX, open ? UINT64_C(1) << CASE_CHANNEL : 0);
            break;
        }
    }
    uint32_t caps = (UINT32_C(1) << k->policy.caps) - 1;
    if ((caps & ~j->b->cap_slots) ||
        (k->policy.windows > 0 && !j->b->policy_hours)) {
        add_reason(j, &no_policy, EFFECT_DENIED, INT64_MAX, 0);
    }
}

/* --- the verdict --- */

static enum verdict_kind kind_of(const struct verdict *v)
{
    enum verdict_kind kind = VERDICT_ALLOW;
    for (size_t i = 0; i < v->reasons; i++) {
        enum verdict_effect e = v->reason[i].effect;
        if (e == EFFECT_DENIED || e == EFFECT_UNKNOWN) {
            return VERDICT_DENY;
        }
        if (e == EFFECT_NOT_BEFORE) {
            kind = VERDICT_NOT_BEFORE;
        }
    }
    return kind;
}

static const char *remedy_of(const struct verdict *v)
{
    for (size_t i = 0; i < v->reasons; i++) {
        enum verdict_effect e = v->reason[i].effect;
        const struct rule_code *c = v->reason[i].rule->code;
        /* There is no entry whose end could be waited for. */
        if (e == EFFECT_UNKNOWN && c != NULL && c->test == TEST_EMERGENCY) {
            return "put the feed of emergencies on file (ledger of "
                   "emergencies; status none where all is quiet)";
        }
        if ((e == EFFECT_DENIED || e == EFFECT_UNKNOWN) &&
            v->reason[i].rule->remedy[0]) {
            return v->reason[i].rule->remedy;
        }
    }
    return "";
}

void rule_judge_case(struct rule_judge *j)
{
    struct verdict *v = j->v;
    rule_judge_exemptions(j);
    judge_coverage(j);
    size_t exempt = 0;
    for (size_t g = 0; g < j->groups; g++) {
        judge_group(j, j->group[g], &exempt);
    }
    tm_assert(exempt == j->exempts || j->overflow);
    settle_reasons(j);
    settle_duties(j);
    v->kind = j->overflow ? VERDICT_DENY : kind_of(v);
    v->remedy = j->overflow ? "more rules reach this case than a verdict holds"
                            : remedy_of(v);
    v->valid_until_us = v->kind == VERDICT_ALLOW
                            ? j->holds_us
                            : rule_judge_least(j->holds_us, j->opens_us);
}
