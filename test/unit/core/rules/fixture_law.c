#include "unit/core/rules/fixture_law.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/rules/rule_code.h"

/* A case with room for all that a rule may ask for. */
struct maker {
    struct world *w;
    const struct rule *r;
    const struct rule_code *c;
    law_visit_fn *visit;
    void *arg;
    struct lawful l;
    struct case_registry registry[REGISTRY_COUNT + 1];
    struct case_emergency emergency;
    struct case_attempt attempt[64];
    struct civil_date today;
};

/* --- a base case in the rule's place --- */

static const char *zone_of(const char *place)
{
    static const struct {
        const char *place, *zone;
    } zones[] = {
        {"CA-BC", "America/Vancouver"},  {"CA-AB", "America/Edmonton"},
        {"CA", "America/Toronto"},       {"GB", "Europe/London"},
        {"FR", "Europe/Paris"},          {"DE", "Europe/Berlin"},
        {"ES", "Europe/Madrid"},         {"IT", "Europe/Rome"},
        {"NO", "Europe/Oslo"},           {"FI", "Europe/Helsinki"},
        {"RU", "Europe/Moscow"},         {"KR", "Asia/Seoul"},
        {"IN", "Asia/Kolkata"},          {"MX", "America/Mexico_City"},
        {"PH", "Asia/Manila"},           {"US-TX", "America/Chicago"},
        {"US-UT", "America/Denver"},     {"US-WA", "America/Los_Angeles"},
        {"US-OR", "America/Los_Angeles"}};
    for (size_t i = 0; i < tm_array_len(zones); i++) {
        if (strcmp(zones[i].place, place) == 0) {
            return zones[i].zone;
        }
    }
    return "America/New_York";
}

static void set_now(struct maker *m, struct civil_date d, int second)
{
    struct civil_time t = {.date = d, .second_of_day = second};
    m->l.k.when.now_us = tz_first_instant(m->l.place[0].zone, t);
    m->today = d;
}

/* A Tuesday noon on which the rule is in force. */
static struct civil_date some_day(const struct rule *r)
{
    struct civil_date d = fixture_world_date("2026-11-24");
    if (r->from.year && civil_date_cmp(r->from, d) > 0) {
        d = r->from;
    }
    if (r->to.year && civil_date_cmp(r->to, d) < 0) {
        d = r->to;
    }
    return d;
}

static void set_place(struct maker *m)
{
    const char *place = m->r->jurisdiction;
    struct rule_case *k = &m->l.k;
    if (strcmp(place, "*") == 0 || strcmp(place, "EU") == 0 ||
        strcmp(place, "US") == 0) {
        place = m->c->regions ? "US-TX" : "US-OH";
    }
    struct place_code p = fixture_world_place(place);
    m->l.place[0].region =
        vocab_place_country(p).v == p.v ? (struct place_code){0} : p;
    m->l.place[0].zone = fixture_world_zone(m->w, zone_of(place));
    k->contact.country = vocab_place_country(p);
    if (m->c->reach != REACH_CALLEE) {
        k->recording.agent = k->recording.recorder = fixture_world_place(
            strcmp(m->r->jurisdiction, "EU") == 0 ? "PL" : place);
    }
}

static void set_registers(struct maker *m)
{
    struct place_code area = m->l.place[0].region;
    for (unsigned g = 1; g < REGISTRY_COUNT; g++) {
        m->registry[g - 1] = (struct case_registry){
            .registry = (enum registry)g,
            .on_list = TRI_NO,
            .obtained = m->today,
        };
        if (g == REGISTRY_AREA) {
            m->registry[g - 1].area = area;
        }
    }
    m->l.k.suppression.registry = m->registry;
    m->l.k.suppression.registries = REGISTRY_COUNT - 1;
}

static void set_consent(struct maker *m)
{
    m->l.consent[0] = (struct case_consent){
        .type = CONSENT_EXPRESS_WRITTEN,
        .seller = {1},
        .covers = VOCAB_ALL_CHANNELS | VOCAB_BIT(COVERS_CALLBACK_AT_TIME) |
                  VOCAB_BIT(COVERS_NIGHT) | VOCAB_BIT(COVERS_ADAD),
        .not_condition = TRI_YES,
        .given = civil_add_days(m->today, -100),
    };
    m->l.k.consents = 1;
}

#define SET(name, word, list, input, field)                                    \
    case name: k->field = (__typeof__(k->field))value; break;
static void set_fact(struct rule_case *k, unsigned fact, unsigned value)
{
    switch ((enum rule_fact)fact) {
        RULE_FACTS(SET)
    case RULE_FACT_COUNT: break;
    }
}
#undef SET

/* The least known value inside or outside of a mask. */
static unsigned value_of(uint32_t mask, unsigned fact, bool inside)
{
    size_t n = vocab_words_of(rule_fact_info((enum rule_fact)fact)->list).n;
    for (unsigned v = 1; v < n; v++) {
        if ((mask >> v & 1) == inside) {
            return v;
        }
    }
    return 0;
}

/* Makes clause number `which` hold, or its first term not. */
static void set_clause(struct maker *m, const struct rule_terms *t,
                       size_t which, bool hold)
{
    size_t clause = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct rule_term *term = &t->term[i];
        if (clause == which) {
            set_fact(&m->l.k, term->fact,
                     value_of(term->mask, term->fact, hold));
        }
        clause += term->rest == 0;
    }
}

static size_t clauses_of(const struct rule_terms *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        n += t->term[i].rest == 0;
    }
    return n > 0 ? n : 1;
}

static void make_base(struct maker *m, size_t clause, bool consent)
{
    struct rule_case *k = &m->l.k;
    fixture_world_lawful(m->w, &m->l);
    k->purpose.leads_to_sale = TRI_NO;
    k->situation.known = true;
    k->contact.known_wireless = TRI_NO;
    k->callee.minor = k->callee.vulnerable = TRI_NO;
    k->presentation.opt_out_notice = TRI_YES;
    k->presentation.fax_source = FAX_SOURCE_RECIPIENT;
    k->presentation.series = CLI_SERIES_MARKETING;
    k->recording.planned = m->c->reach == REACH_CALLEE ? TRI_NO : TRI_YES;
    k->recording.elsewhere = k->recording.card_entry = TRI_NO;
    k->recording.placed = TRI_YES;
    k->text.confirmation = TRI_NO;
    k->text.template_registered = TRI_YES;
    k->attempts.attempt = m->attempt;
    set_place(m);
    set_now(m, some_day(m->r), 12 * 3600);
    set_registers(m);
    if (consent) {
        set_consent(m);
    }
    set_clause(m, &m->c->when, clause, true);
    set_clause(m, &m->c->hold, 0, true);
}

static void visit(struct maker *m)
{
    m->visit(m->arg, &m->l.k);
}

/* --- boundaries of each kind --- */

/* The first day in the next two years on which a window of the bit counts. */
static bool day_of_bit(const struct maker *m, unsigned bit,
                       struct civil_date *out)
{
    const struct rule_param *p = &m->c->param;
    for (int i = 0; i < 800; i++) {
        struct civil_date d = civil_add_days(some_day(m->r), i);
        int32_t day = civil_days(d);
        bool off = p->days && rule_calendar_has(p->days, day);
        bool eve = p->days && p->eves && rule_calendar_has(p->days, day + 1) &&
                   civil_weekday(d) != CIVIL_SUNDAY;
        bool is = bit == RULE_HOLIDAY_BIT ? off
                  : bit == RULE_EVE_BIT
                      ? eve && !off
                      : !off && !eve && (unsigned)civil_weekday(d) == bit;
        if (is && (!m->r->to.year || civil_date_cmp(d, m->r->to) <= 0)) {
            *out = d;
            return true;
        }
    }
    return false;
}

static void visit_at(struct maker *m, struct civil_date d, int32_t second)
{
    if (second == 86400) {
        d = civil_add_days(d, 1);
        second = 0;
    }
    set_now(m, d, second);
    for (size_t i = 0; i < m->l.k.suppression.registries; i++) {
        m->registry[i].obtained = d;
    }
    visit(m);
}

static void each_hours(struct maker *m)
{
    const struct rule_param *p = &m->c->param;
    for (size_t i = 0; i < p->windows; i++) {
        const struct policy_window *w = &p->window[i];
        for (unsigned bit = 0; bit <= RULE_EVE_BIT; bit++) {
            struct civil_date d;
            if (!(w->weekdays >> bit & 1) || !day_of_bit(m, bit, &d)) {
                continue;
            }
            visit_at(m, d, w->open_s > 0 ? w->open_s - 1 : 0);
            visit_at(m, d, w->open_s);
            visit_at(m, d, w->close_s - 1);
            visit_at(m, d, w->close_s);
        }
    }
    for (unsigned bit = 0; bit <= RULE_EVE_BIT; bit++) {
        struct civil_date d;
        if (day_of_bit(m, bit, &d)) {
            visit_at(m, d, 12 * 3600);
        }
    }
}

/* n attempts at an age, a second less, a second more. */
static void each_cap(struct maker *m)
{
    const struct rule_param *p = &m->c->param;
    for (uint32_t n = p->max > 0 ? p->max - 1 : 0; n <= p->max + 1; n++) {
        for (int64_t off = -1; off <= 1; off++) {
            for (uint32_t i = 0; i < n && i < tm_array_len(m->attempt); i++) {
                m->attempt[i] = (struct case_attempt){
                    .at_us =
                        m->l.k.when.now_us - p->span_us + off * CIVIL_SECOND_US,
                    .channel = m->l.k.contact.channel,
                    .subject = 7,
                };
            }
            m->l.k.purpose.subject = 7;
            m->l.k.attempts.n = n;
            visit(m);
            m->l.k.purpose.subject = 8;
            visit(m);
        }
    }
}

static struct case_registry *entry_of(struct maker *m, enum registry g)
{
    return &m->registry[(unsigned)g - 1];
}

static void each_registry(struct maker *m)
{
    const struct rule_param *p = &m->c->param;
    struct case_registry *g = entry_of(m, p->registry);
    g->on_list = TRI_YES;
    visit(m);
    m->l.k.policy.registry_grace = GRACE_LEGAL_MINIMUM;
    for (int off = -1; off <= 1; off++) {
        g->registered = civil_add_days(m->today, off - p->registered_days);
        visit(m);
    }
}

static void each_list_age(struct maker *m)
{
    const struct rule_param *p = &m->c->param;
    for (int off = -1; off <= 1; off++) {
        entry_of(m, p->registry)->obtained =
            civil_add_days(m->today, off - p->max_days);
        visit(m);
    }
}

static void each_internal(struct maker *m)
{
    const struct rule_param *p = &m->c->param;
    struct civil_date d = civil_add_days(m->today, -p->keep_days);
    m->l.k.suppression.internals = 1;
    visit(m);
    m->l.k.policy.retention = RETENTION_LEGAL_MINIMUM;
    for (int off = -1; off <= 1 && p->keep; off++) {
        struct civil_time t = {
            .date = civil_add_days(civil_add_months(d, -p->keep), off)};
        m->l.internal[0].requested_us = tz_first_instant(m->l.place[0].zone, t);
        visit(m);
    }
}

static void each_consent(struct maker *m)
{
    const struct rule_param *p = &m->c->param;
    set_consent(m);
    visit(m);
    struct case_consent *c = &m->l.consent[0];
    c->type = CONSENT_EXPRESS_ORAL;
    visit(m);
    c->type = CONSENT_EXPRESS_WRITTEN;
    c->not_condition = TRI_NO;
    visit(m);
    c->not_condition = TRI_YES;
    static const unsigned covers[] = {0, COVERS_CALLBACK_AT_TIME, COVERS_NIGHT,
                                      COVERS_ADAD};
    for (size_t i = 0; i < tm_array_len(covers); i++) {
        c->covers = i ? VOCAB_BIT(covers[i])
                      : VOCAB_BIT((unsigned)m->l.k.contact.channel);
        visit(m);
    }
    set_consent(m);
    for (int off = -1; off <= 1 && p->fresh; off++) {
        c->given = civil_add_days(civil_add_months(m->today, -p->fresh), off);
        visit(m);
    }
    set_consent(m);
    for (int off = -1; off <= 1 && p->after; off++) {
        entry_of(m, p->after)->on_list = TRI_YES;
        entry_of(m, p->after)->registered = civil_add_days(c->given, off);
        visit(m);
    }
}

static void each_date(struct maker *m, struct civil_date *date, int months)
{
    for (int off = -1; off <= 1 && months > 0; off++) {
        *date = civil_add_days(civil_add_months(m->today, -months), off);
        visit(m);
    }
    *date = (struct civil_date){0};
}

static void each_relationship(struct maker *m)
{
    const struct rule_param *p = &m->c->param;
    struct case_relationship *rel = &m->l.k.relationship;
    each_date(m, &rel->last_transaction, p->transaction);
    each_date(m, &rel->last_inquiry, p->inquiry);
    each_date(m, &rel->last_gift, p->gift);
    each_date(m, &rel->contract_end, p->contract);
    for (int off = -1; off <= 1 && p->contract < 0; off++) {
        rel->contract_end = civil_add_days(m->today, off - p->contract_days);
        visit(m);
    }
    rel->contract_end = (struct civil_date){0};
    rel->contract_start = m->today;
    visit(m);
    rel->contract_start = (struct civil_date){0};
    rel->member = TRI_YES;
    visit(m);
    rel->member = TRI_NO;
    rel->ever_customer = TRI_YES;
    visit(m);
    m->l.k.suppression.internals = 1;
    visit(m);
}

static void each_ratio(struct maker *m)
{
    const struct rule_param *p = &m->c->param;
    struct case_bucket *b = &m->l.bucket[0];
    int64_t period = p->period_us;
    m->l.k.pacing.buckets = 1;
    for (int off = -1; off <= 1; off++) {
        *b = (struct case_bucket){
            .start_us = m->l.k.when.now_us, .placed = 10000, .live = 10000};
        b->abandoned = (uint64_t)((int64_t)p->ceiling_ppm / 100 + off);
        visit(m);
    }
    b->live = 1000; /* of calls placed, not of live answers */
    visit(m);
    struct civil_date first = {m->today.year, m->today.month, 1};
    struct civil_time t = {.date = first};
    for (int off = -1; off <= 1; off++) {
        m->l.k.pacing.first_call_us =
            m->l.k.when.now_us - period + off * CIVIL_HOUR_US;
        b->start_us = period ? m->l.k.pacing.first_call_us
                             : tz_first_instant(m->l.place[0].zone, t) +
                                   off * CIVIL_HOUR_US;
        b->live = b->placed = b->abandoned;
        visit(m);
        if (period) { /* one bucket a day later or earlier */
            m->l.k.pacing.first_call_us += off * CIVIL_DAY_US;
            b->start_us = m->l.k.pacing.first_call_us;
            visit(m);
        }
    }
}

static void each_emergency(struct maker *m)
{
    m->emergency = (struct case_emergency){
        .area = m->c->param.area, .active = TRI_YES, .reporting = TRI_YES};
    m->l.k.situation.emergency = &m->emergency;
    m->l.k.situation.emergencies = 1;
    visit(m);
    m->emergency.reporting = TRI_NO;
    visit(m);
}

static void each_text(struct maker *m)
{
    int64_t now = m->l.k.when.now_us;
    m->l.k.text.stop_us = now - CIVIL_HOUR_US;
    visit(m);
    m->l.k.text.confirmation = TRI_YES;
    for (int off = -1; off <= 1; off++) {
        m->l.k.text.stop_us =
            now - m->c->param.within_us + off * CIVIL_SECOND_US;
        visit(m);
    }
    m->l.k.text.confirmation = TRI_NO;
}

/* The clock set right by a minute more or less shows in the hours of the
 * place: nine o'clock on a weekday. */
static void each_zone(struct maker *m)
{
    int64_t nine = (int64_t)civil_days(m->today) * CIVIL_DAY_US +
                   9 * CIVIL_HOUR_US - m->c->param.offset_s * CIVIL_SECOND_US;
    for (int off = -1; off <= 0; off++) {
        m->l.k.when.now_us = nine + off * CIVIL_SECOND_US;
        visit(m);
    }
}

static void each_ported(struct maker *m)
{
    for (int off = -1; off <= 1; off++) {
        m->l.k.contact.ported =
            civil_add_days(m->today, off - m->c->param.max_days);
        visit(m);
    }
}

static void each_reassigned(struct maker *m)
{
    m->l.k.contact.reassigned = REASSIGNED_YES;
    visit(m);
}

/* None, one that ended yesterday, one of today, one of elsewhere. */
static void each_licence(struct maker *m)
{
    static struct case_licence one;
    one = (struct case_licence){.kind = str_of(m->c->param.licence)};
    m->l.k.caller.licence = &one;
    m->l.k.caller.licences = 0;
    visit(m);
    m->l.k.caller.licences = 1;
    for (int off = -1; off <= 0; off++) {
        one.to = civil_add_days(m->today, off);
        visit(m);
    }
    one.area = fixture_world_place("AQ");
    visit(m);
    one.area.v = 0;
    one.kind = str_of("other");
    visit(m);
}

static void each_ring(struct maker *m)
{
    for (int off = -1; off <= 1; off++) {
        m->l.k.presentation.ring_us = m->c->param.ring_us + off;
        visit(m);
    }
}

static void each_revoked(struct maker *m)
{
    set_consent(m);
    m->l.consent[0].revoked_us = m->l.k.when.now_us - CIVIL_HOUR_US;
    visit(m);
}

static void each_policy_hours(struct maker *m)
{
    m->l.window[0] = (struct policy_window){POLICY_WEEKDAYS_ALL, 0, 60};
    m->l.k.policy.windows = 1;
    visit(m);
}

static void each_policy_cap(struct maker *m)
{
    uint32_t slot = m->c->param.slot;
    m->l.k.policy.caps = slot + 1;
    for (size_t i = 0; i <= slot; i++) {
        m->l.cap[i] = (struct policy_cap){.max = 9, .span_us = 1000};
    }
    visit(m);
    m->l.cap[slot].max = 0;
    visit(m);
}

static void each_test(struct maker *m)
{
    typedef void(each_fn)(struct maker * m);
    static each_fn *const each[RULE_TEST_COUNT] = {
        [TEST_HOURS] = each_hours,
        [TEST_CAP] = each_cap,
        [TEST_REGISTRY] = each_registry,
        [TEST_LIST_AGE] = each_list_age,
        [TEST_INTERNAL] = each_internal,
        [TEST_CONSENT] = each_consent,
        [TEST_RELATIONSHIP] = each_relationship,
        [TEST_RATIO] = each_ratio,
        [TEST_EMERGENCY] = each_emergency,
        [TEST_STOPPED] = each_text,
        [TEST_CONFIRMED] = each_text,
        [TEST_ZONE] = each_zone,
        [TEST_PORTED] = each_ported,
        [TEST_REASSIGNED] = each_reassigned,
        [TEST_LICENCE] = each_licence,
        [TEST_RING] = each_ring,
        [TEST_REVOKED] = each_revoked,
        [TEST_POLICY_HOURS] = each_policy_hours,
        [TEST_POLICY_CAP] = each_policy_cap,
    };
    if (each[m->c->test]) {
        each[m->c->test](m);
    }
}

/* First and last day of force, and the days beside them. */
static void each_day_of_force(struct maker *m, size_t clause, bool consent)
{
    const struct civil_date edge[] = {m->r->from, m->r->to};
    for (size_t i = 0; i < tm_array_len(edge); i++) {
        for (int off = -1; off <= 1 && edge[i].year; off++) {
            make_base(m, clause, consent);
            set_now(m, civil_add_days(edge[i], off), 12 * 3600);
            set_registers(m);
            if (consent) {
                set_consent(m);
            }
            visit(m);
            /* ... and when its test says something. */
            m->l.k.text.stop_us = m->l.k.when.now_us - CIVIL_HOUR_US;
            m->l.k.relationship.last_inquiry = m->today;
            m->l.k.relationship.last_transaction = m->today;
            m->l.k.relationship.last_gift = m->today;
            m->l.k.relationship.contract_start = m->today;
            visit(m);
            set_now(m, m->today, 3 * 3600);
            visit(m);
            /* On an instant at which hours after a wrong clock differ. */
            set_now(m, m->today, 8 * 3600 + 1800);
            visit(m);
        }
    }
}

void fixture_law_each(struct world *w, const struct rule *r,
                      law_visit_fn *visit_fn, void *arg)
{
    static struct maker maker;
    struct maker *m = &maker;
    *m = (struct maker){
        .w = w, .r = r, .c = r->code, .visit = visit_fn, .arg = arg};
    for (size_t clause = 0; clause < clauses_of(&m->c->when); clause++) {
        for (int consent = 0; consent < 2; consent++) {
            make_base(m, clause, consent);
            visit(m);
            set_clause(m, &m->c->hold, 0, false);
            if (m->c->hold.n > 0) {
                visit(m);
            }
            set_clause(m, &m->c->hold, 0, true);
            each_test(m);
            make_base(m, clause, consent);
            set_clause(m, &m->c->when, clause, false);
            visit(m);
            each_day_of_force(m, clause, consent);
        }
    }
}
