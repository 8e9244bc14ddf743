#include "core/rules/rules.h"

#include <assert.h>
#include <string.h>

#include "core/rules/permit_seal.h"
#include "core/rules/rule_test.h"

enum {
    EXEMPTIONS_MAX = 160,
    LIFTED_WORDS = RULE_BOOK_RULES_MAX / 64,
    STEPS_MAX = 1024, /* of the search for a common opening */
};

/* The search ends here: what does not open in this time does not open. */
#define HORIZON_US (400 * CIVIL_DAY_US)
/* Years that civil time and all sums stay well inside of. */
#define NOW_MAX_US  INT64_C(250000000000000000)
#define COUNTER_MAX UINT64_C(1000000000000)

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

/* An exemption that reaches the case, weighed. */
struct weighed {
    const struct rule_code *code;
    struct rule_result result;
    bool applies; /* for certain */
};

/* One decision in the making. */
struct judge {
    const struct rule_book *b;
    struct rule_view view;
    struct verdict *v;
    struct place_code place[CASE_PLACES_MAX + 1]; /* countries, regions */
    size_t places;
    struct place_code region[CASE_PLACES_MAX]; /* candidates; 0 unknown */
    size_t regions;
    struct weighed exempt[EXEMPTIONS_MAX];
    size_t exempts;
    uint64_t lifted[LIFTED_WORDS];
    uint64_t failing[LIFTED_WORDS];
    uint64_t missing[VERDICT_REASONS_MAX]; /* beside v->reason */
    int64_t holds_us;                      /* an allow could end */
    int64_t opens_us;                      /* a refusal could end */
    bool overflow;
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool bit_has(const uint64_t *bits, size_t i)
{
    return bits[i / 64] >> (i % 64) & 1;
}

static void bit_set(uint64_t *bits, size_t i)
{
    bits[i / 64] |= UINT64_C(1) << (i % 64);
}

static size_t index_of(const struct judge *j, const struct rule_code *c)
{
    return (size_t)(c - j->b->code);
}

/* --- what reaches the case --------------------------------------------- */

static void add_place(struct judge *j, struct place_code p)
{
    for (size_t i = 0; i < j->places; i++) {
        if (j->place[i].v == p.v) {
            return;
        }
    }
    tm_assert(j->places < tm_array_len(j->place));
    j->place[j->places++] = p;
}

/* Countries and candidate subdivisions; confirmed ones win alone (K6). */
static void find_places(struct judge *j, const struct rule_case *k)
{
    const struct case_location *l = &k->location;
    bool confirmed = false;
    for (size_t i = 0; i < l->places; i++) {
        confirmed |= l->place[i].basis == BASIS_CONFIRMED_ADDRESS;
    }
    if (k->contact.country.v) {
        add_place(j, k->contact.country);
    }
    for (size_t i = 0; i < l->places; i++) {
        const struct case_place *p = &l->place[i];
        if (confirmed && p->basis != BASIS_CONFIRMED_ADDRESS) {
            continue;
        }
        j->region[j->regions++] = p->region;
        if (p->region.v && j->places < CASE_PLACES_MAX) {
            add_place(j, p->region);
        }
    }
}

static bool has_place(const struct judge *j, struct place_code p)
{
    for (size_t i = 0; i < j->places; i++) {
        if (j->place[i].v == p.v || vocab_place_country(j->place[i]).v == p.v) {
            return true;
        }
    }
    return p.v == 0;
}

static bool listed(const struct rule_code *c, struct place_code p)
{
    for (size_t i = 0; i < c->regions; i++) {
        if (c->region[i].v == p.v) {
            return true;
        }
    }
    return false;
}

/* A rule of some regions binds when any candidate is one of them, an exemption
 * helps when all are. An unknown region has no law of its own. */
static bool region_fits(const struct judge *j, const struct rule_code *c)
{
    bool any = false;
    bool all = j->regions > 0;
    for (size_t i = 0; i < j->regions; i++) {
        bool in = j->region[i].v && listed(c, j->region[i]);
        any |= in;
        all &= in;
    }
    return c->role == RULE_EXEMPT ? all : any;
}

/* In force on the callee's date; where that is two dates, on the strict one.
 * Notes when this will change. */
static bool in_force(struct judge *j, const struct rule_code *c)
{
    const struct rule_clock *clock = &j->view.clock;
    bool exempt = c->role == RULE_EXEMPT;
    int32_t from = exempt ? clock->day_min : clock->day_max;
    int32_t to = exempt ? clock->day_max : clock->day_min;
    if (c->from_day > from) {
        int64_t at = exempt ? rule_clock_last(clock, c->from_day)
                            : rule_clock_first(clock, c->from_day);
        int64_t *note = exempt ? &j->opens_us : &j->holds_us;
        *note = least(*note, at);
        return false;
    }
    if (c->to_day == INT32_MAX) {
        return true;
    }
    if (c->to_day >= to) {
        int64_t at = exempt ? rule_clock_first(clock, c->to_day + 1)
                            : rule_clock_last(clock, c->to_day + 1);
        int64_t *note = exempt ? &j->holds_us : &j->opens_us;
        *note = least(*note, at);
    }
    return c->to_day >= to;
}

/* By its conditions; says what left it open. */
static enum tri applies(const struct judge *j, const struct rule_code *c,
                        uint64_t *missing)
{
    uint64_t open = 0;
    enum tri when = rule_test_terms(&j->view, &c->when, TRI_YES, &open);
    if (when == TRI_NO) {
        return TRI_NO;
    }
    enum tri unless = rule_test_terms(&j->view, &c->unless, TRI_NO, &open);
    if (unless == TRI_YES) {
        return TRI_NO;
    }
    if (when == TRI_YES && unless == TRI_NO) {
        return TRI_YES;
    }
    *missing |= open;
    return TRI_UNKNOWN;
}

/* Next rule of a group that reaches the case, or NULL. */
static const struct rule_code *next_rule(struct judge *j, size_t *i, size_t end,
                                         bool exempt)
{
    while (*i < end) {
        const struct rule_code *c = &j->b->code[(*i)++];
        if (c->binds && (c->role == RULE_EXEMPT) == exempt &&
            (c->regions == 0 || region_fits(j, c)) && in_force(j, c)) {
            return c;
        }
    }
    return NULL;
}

/* --- exemptions -------------------------------------------------------- */

static bool suspended(const struct judge *j, const struct rule_code *c)
{
    const struct case_situation *s = &j->view.k->situation;
    for (size_t i = 0; i < s->suspensions; i++) {
        if (str_eq(s->suspended[i], j->b->rule[index_of(j, c)].id)) {
            return true;
        }
    }
    return false;
}

static void weigh_exemption(struct judge *j, const struct rule_code *c)
{
    uint64_t missing = 0;
    enum tri reach = applies(j, c, &missing);
    if (reach == TRI_NO || suspended(j, c)) {
        return;
    }
    if (j->exempts == EXEMPTIONS_MAX) {
        j->overflow = true;
        return;
    }
    struct weighed *w = &j->exempt[j->exempts++];
    *w = (struct weighed){c, rule_test_run(&j->view, c), reach == TRI_YES};
    if (reach == TRI_UNKNOWN && w->result.is != TRI_NO) {
        w->result.is = TRI_UNKNOWN;
        w->result.missing |= missing;
    }
    if (w->result.is != TRI_YES) {
        j->opens_us = least(j->opens_us, w->result.change_us);
        return;
    }
    j->holds_us = least(j->holds_us, w->result.change_us);
    for (size_t i = 0; i < c->lifts; i++) {
        bit_set(j->lifted, c->lift[i]);
    }
}

static void weigh_exemptions(struct judge *j)
{
    j->exempts = 0;
    memset(j->lifted, 0, sizeof j->lifted);
    for (size_t g = 0; g < j->b->groups; g++) {
        const struct rule_group *group = &j->b->group[g];
        if (!has_place(j, group->place)) {
            continue;
        }
        size_t i = group->first;
        const struct rule_code *c;
        while ((c = next_rule(j, &i, group->first + group->n, true))) {
            weigh_exemption(j, c);
        }
    }
}

static bool lifts(const struct rule_code *exemption, size_t rule)
{
    for (size_t i = 0; i < exemption->lifts; i++) {
        if (exemption->lift[i] == rule) {
            return true;
        }
    }
    return false;
}

static bool lifts_failing(const struct judge *j, const struct rule_code *c)
{
    for (size_t i = 0; i < c->lifts; i++) {
        if (bit_has(j->failing, c->lift[i])) {
            return true;
        }
    }
    return false;
}

/* --- reasons ----------------------------------------------------------- */

static void add_reason(struct judge *j, const struct rule *r,
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

static void add_duties(struct judge *j, const struct rule_code *c)
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

static void judge_rule(struct judge *j, const struct rule_code *c)
{
    size_t i = index_of(j, c);
    const struct rule *rule = &j->b->rule[i];
    uint64_t missing = 0;
    enum tri reach = applies(j, c, &missing);
    if (reach == TRI_NO) {
        return;
    }
    if (bit_has(j->lifted, i)) {
        add_reason(j, rule, EFFECT_LIFTED, INT64_MAX, 0);
        return;
    }
    add_duties(j, c);
    if (c->role == RULE_DUTY) {
        add_reason(j, rule, EFFECT_DUTY, INT64_MAX, 0);
        return;
    }
    struct rule_result r = rule_test_run(&j->view, c);
    enum verdict_effect effect = effect_of(c, &r, reach);
    if (effect == EFFECT_PASSED) {
        j->holds_us = least(j->holds_us, r.change_us);
        if (r.evidence) {
            add_reason(j, rule, effect, r.change_us, 0);
        }
        return;
    }
    bit_set(j->failing, i);
    j->opens_us = least(j->opens_us, r.change_us);
    add_reason(j, rule, effect, r.change_us, missing | r.missing);
}

/* Exemptions stand among the reasons when they hold, when they were tried on
 * something and failed, and when only an unknown input kept them from lifting
 * what now refuses. The last cannot be told before all rules have spoken. */
static void judge_exemption(struct judge *j, const struct weighed *w)
{
    const struct rule *rule = &j->b->rule[index_of(j, w->code)];
    if (w->result.is == TRI_YES) {
        add_duties(j, w->code);
        add_reason(j, rule, EFFECT_EXEMPTS, w->result.change_us, 0);
    } else if (w->result.is == TRI_UNKNOWN) {
        add_reason(j, rule, EFFECT_NOT_MET, INT64_MAX, w->result.missing);
    } else if (w->applies && w->result.evidence) {
        add_reason(j, rule, EFFECT_NOT_MET, w->result.change_us, 0);
    }
}

static void judge_group(struct judge *j, const struct rule_group *group,
                        size_t *exempt)
{
    size_t end = group->first + group->n;
    for (size_t i = group->first; i < end; i++) {
        const struct rule_code *c = &j->b->code[i];
        if (c->role == RULE_EXEMPT) {
            if (*exempt < j->exempts && j->exempt[*exempt].code == c) {
                judge_exemption(j, &j->exempt[(*exempt)++]);
            }
            continue;
        }
        size_t at = i;
        if (next_rule(j, &at, i + 1, false)) {
            judge_rule(j, c);
        }
    }
}

/* Drops exemptions that are open without consequence; names what is unknown
 * where it mattered. */
static void settle_reasons(struct judge *j)
{
    struct verdict *v = j->v;
    uint64_t named = 0;
    size_t kept = 0;
    for (size_t i = 0; i < v->reasons; i++) {
        struct verdict_reason r = v->reason[i];
        if (r.effect == EFFECT_NOT_MET && j->missing[i] &&
            !lifts_failing(j, r.rule->code)) {
            continue;
        }
        named |= j->missing[i];
        v->reason[kept++] = r;
    }
    v->reasons = kept;
    for (unsigned i = 0; i < CASE_INPUT_COUNT; i++) {
        if (named >> i & 1) {
            v->unknown[v->unknowns++] =
                rule_case_input_text((enum case_input)i);
        }
    }
}

/* --- what no pack says ------------------------------------------------- */

static bool is_covered(const struct judge *j, struct place_code country)
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

static void judge_coverage(struct judge *j)
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

/* --- when it opens ----------------------------------------------------- */

/* The earliest instant at which a rule that fails now could stop to: its own
 * test's, its end, or the beginning of an exemption that lifts it. */
static int64_t could_pass(const struct judge *j, const struct rule_code *c,
                          int64_t change_us)
{
    const struct rule_clock *clock = &j->view.clock;
    size_t rule = index_of(j, c);
    if (c->to_day != INT32_MAX) {
        change_us = least(change_us, rule_clock_last(clock, c->to_day + 1));
    }
    for (size_t i = 0; i < j->exempts; i++) {
        const struct weighed *w = &j->exempt[i];
        if (w->applies && w->result.is == TRI_NO &&
            w->result.change_us < change_us && lifts(w->code, rule)) {
            change_us = w->result.change_us;
        }
    }
    return change_us;
}

/* As could_pass, for exemptions that come into force on the way. */
static int64_t could_be_lifted(const struct judge *j, size_t rule)
{
    const struct rule_clock *clock = &j->view.clock;
    int64_t at = INT64_MAX;
    for (size_t i = 0; i < j->b->n; i++) {
        const struct rule_code *c = &j->b->code[i];
        if (c->binds && c->role == RULE_EXEMPT &&
            c->from_day > clock->day_min && lifts(c, rule)) {
            at = least(at, rule_clock_last(clock, c->from_day));
        }
    }
    return at;
}

/* Hours and caps at the view's instant: the least instant at which all could
 * pass, which is the view's own when they do. */
static int64_t next_try(struct judge *j)
{
    weigh_exemptions(j);
    int64_t next = j->view.clock.t;
    for (size_t g = 0; g < j->b->groups; g++) {
        const struct rule_group *group = &j->b->group[g];
        size_t i = group->first;
        const struct rule_code *c;
        while (has_place(j, group->place) &&
               (c = next_rule(j, &i, group->first + group->n, false))) {
            uint64_t missing = 0;
            if (!c->is_time || bit_has(j->lifted, index_of(j, c)) ||
                applies(j, c, &missing) == TRI_NO) {
                continue;
            }
            struct rule_result r = rule_test_run(&j->view, c);
            if (r.is == TRI_YES) {
                continue;
            }
            int64_t at = could_pass(j, c, r.change_us);
            at = least(at, could_be_lifted(j, index_of(j, c)));
            next = at > next ? at : next;
        }
    }
    return next;
}

/* The least instant after now at which every hour and cap is open; INT64_MAX:
 * not within the horizon. Facts without time (lists, consents) are left as
 * they are now: they will be asked anew then. */
static int64_t common_opening(struct judge *j)
{
    int64_t now = j->view.k->when.now_us;
    for (int step = 0; step < STEPS_MAX; step++) {
        int64_t next = next_try(j);
        if (next == j->view.clock.t) {
            return next;
        }
        tm_assert(next > j->view.clock.t);
        if (next - now > HORIZON_US) {
            return INT64_MAX;
        }
        rule_clock_move(&j->view.clock, next);
    }
    return INT64_MAX;
}

/* --- the verdict ------------------------------------------------------- */

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
        if ((e == EFFECT_DENIED || e == EFFECT_UNKNOWN) &&
            v->reason[i].rule->remedy[0]) {
            return v->reason[i].rule->remedy;
        }
    }
    return "";
}

static void find_not_before(struct judge *j)
{
    struct verdict *v = j->v;
    int64_t at = common_opening(j);
    if (at == INT64_MAX) {
        v->kind = VERDICT_DENY;
        v->remedy = "its hours and caps do not open together within a year; "
                    "look at the campaign's own";
        return;
    }
    v->not_before_us = at;
    v->valid_until_us = least(v->valid_until_us, at);
}

static void judge_case(struct judge *j)
{
    struct verdict *v = j->v;
    weigh_exemptions(j);
    judge_coverage(j);
    size_t exempt = 0;
    for (size_t g = 0; g < j->b->groups; g++) {
        if (has_place(j, j->b->group[g].place)) {
            judge_group(j, &j->b->group[g], &exempt);
        }
    }
    tm_assert(exempt == j->exempts || j->overflow);
    settle_reasons(j);
    v->kind = j->overflow ? VERDICT_DENY : kind_of(v);
    v->remedy = j->overflow ? "more rules reach this case than a verdict holds"
                            : remedy_of(v);
    v->valid_until_us = v->kind == VERDICT_ALLOW
                            ? j->holds_us
                            : least(j->holds_us, j->opens_us);
    if (v->kind == VERDICT_NOT_BEFORE) {
        find_not_before(j);
    }
}

/* --- what comes in ----------------------------------------------------- */

static bool arrays_ok(const struct rule_case *k)
{
    const struct case_suppression *s = &k->suppression;
    const struct case_situation *i = &k->situation;
    const struct rule_policy *p = &k->policy;
    return (k->location.place || !k->location.places) &&
           (k->consent || !k->consents) && (s->internal || !s->internals) &&
           (s->revocation || !s->revocations) &&
           (s->registry || !s->registries) &&
           (k->attempts.attempt || !k->attempts.n) &&
           (k->pacing.bucket || !k->pacing.buckets) &&
           (i->holiday || !i->holidays) && (i->suspended || !i->suspensions) &&
           (p->window || !p->windows) && (p->cap || !p->caps) &&
           k->location.places <= CASE_PLACES_MAX &&
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
    const struct case_relationship *r = &k->relationship;
    if (!date_ok(r->last_transaction) || !date_ok(r->last_inquiry) ||
        !date_ok(r->last_gift) || !date_ok(k->contact.ported)) {
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

static const char *check_case(const struct rule_case *k, uint32_t *fact)
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
        .expires_us = least(v->valid_until_us, now + life),
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
    struct judge j;
    j.b = b;
    j.v = v;
    j.places = j.regions = j.exempts = 0;
    j.holds_us = j.opens_us = INT64_MAX;
    j.overflow = false;
    memset(j.failing, 0, sizeof j.failing);
    verdict_clear(v, b, k);
    const char *wrong = check_case(k, j.view.fact);
    if (wrong) {
        return refuse(v, wrong);
    }
    if (p && (attempt.v <= 0 || k->contact.e164 == 0)) {
        return refuse(v, "malformed case: a permit needs attempt and number");
    }
    j.view.k = k;
    rule_clock_init(&j.view.clock, &k->location, k->when.now_us);
    find_places(&j, k);
    judge_case(&j);
    tm_assert(v->valid_until_us > k->when.now_us);
    if (p && v->kind == VERDICT_ALLOW) {
        grant(k, attempt, v, p);
    }
    return TM_OK;
}

int rules_staff_permit(struct attempt_id attempt, uint64_t e164, int64_t now_us,
                       int64_t max_us, struct permit *p)
{
    tm_assert(p);
    if (attempt.v <= 0 || e164 == 0 || now_us <= 0 || max_us <= 0) {
        return TM_EINVAL;
    }
    int64_t life = least(max_us, RULES_PERMIT_MAX_US);
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
