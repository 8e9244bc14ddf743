#include "core/rules/rule_param.h"

#include <string.h>

enum {
    MONTHS_MAX = 1200,
    DAYS_MAX = 36500,
    RING_MAX_MS = 120000,
    PERCENT_MAX = 100,
    PPM_OF_PERCENT = 10000,
};

#define DAY_S ((int32_t)86400)

static bool read_number(struct slice s, uint64_t low, uint64_t high,
                        uint64_t *out)
{
    return str_u64(s, out) && *out >= low && *out <= high;
}

/* "24h", "30d" in microseconds, at least a second. */
static bool read_span(struct slice s, int64_t *out)
{
    int64_t ms;
    if (!str_duration_ms(s, &ms) || ms < 1000 ||
        ms > (int64_t)DAYS_MAX * 86400000) {
        return false;
    }
    *out = ms * 1000;
    return true;
}

/* "08:00" .. "24:00" in seconds. */
static bool read_clock(struct slice s, int32_t *out)
{
    uint64_t hour, minute;
    struct slice rest;
    struct slice head = str_cut(s, ':', &rest);
    if (head.n != 2 || rest.n != 2 || !read_number(head, 0, 24, &hour) ||
        !read_number(rest, 0, 59, &minute) || (hour == 24 && minute > 0)) {
        return false;
    }
    *out = (int32_t)(hour * 3600 + minute * 60);
    return true;
}

static bool read_weekday(struct slice s, unsigned *out)
{
    static const char *const day[] = {"monday",   "tuesday", "wednesday",
                                      "thursday", "friday",  "saturday",
                                      "sunday",   "holiday", "eve"};
    for (unsigned i = 0; i < tm_array_len(day); i++) {
        if (str_eq(s, day[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* "monday-friday", "sunday", "holiday". */
static bool read_days(struct slice s, uint16_t *mask)
{
    unsigned from, to;
    struct slice rest;
    struct slice head = str_cut(s, '-', &rest);
    if (!read_weekday(head, &from)) {
        return false;
    }
    to = from;
    if (rest.p && (!read_weekday(rest, &to) || to < from ||
                   to >= RULE_HOLIDAY_BIT || from >= RULE_HOLIDAY_BIT)) {
        return false;
    }
    for (unsigned i = from; i <= to; i++) {
        *mask |= (uint16_t)(1U << i);
    }
    return true;
}

/* "monday-friday saturday 09:00-18:00"; without days: every weekday. */
static bool read_hours(struct rule_draft *d, struct slice s)
{
    struct policy_window w = {0};
    struct slice word = str_cut(s, ' ', &s);
    while (s.p) {
        if (word.n > 0 && !read_days(word, &w.weekdays)) {
            return false;
        }
        word = str_cut(s, ' ', &s);
    }
    struct slice close;
    struct slice open = str_cut(word, '-', &close);
    if (!close.p || !read_clock(open, &w.open_s) ||
        !read_clock(close, &w.close_s) || w.open_s >= w.close_s ||
        d->code.param.windows == RULE_WINDOWS_MAX) {
        return false;
    }
    if (w.weekdays == 0) {
        w.weekdays = POLICY_WEEKDAYS_ALL;
    }
    d->code.param.eves |= (w.weekdays >> RULE_EVE_BIT & 1) != 0;
    d->window[d->code.param.windows++] = w;
    return true;
}

static bool read_calendar(struct rule_draft *d, struct slice s)
{
    return vocab_place_parse(s, &d->code.param.calendar);
}

static bool read_slot(struct rule_draft *d, struct slice s)
{
    uint64_t v;
    if (!read_number(s, 1, POLICY_CAPS_MAX, &v)) {
        return false;
    }
    d->code.param.slot = (uint32_t)(v - 1);
    return true;
}

static bool read_max(struct rule_draft *d, struct slice s)
{
    uint64_t v;
    if (!read_number(s, 0, 10000, &v)) {
        return false;
    }
    d->code.param.max = (uint32_t)v;
    return true;
}

static bool read_cap_span(struct rule_draft *d, struct slice s)
{
    return read_span(s, &d->code.param.span_us);
}

static bool read_scope(struct rule_draft *d, struct slice s)
{
    d->code.param.scope = str_eq(s, "person") ? CAP_PER_PERSON : CAP_PER_NUMBER;
    return str_eq(s, "person") || str_eq(s, "number");
}

static bool read_subject(struct rule_draft *d, struct slice s)
{
    d->code.param.same_subject = str_eq(s, "same");
    return str_eq(s, "same") || str_eq(s, "any");
}

static bool read_counts(struct rule_draft *d, struct slice s)
{
    return rule_parse_channels(s, &d->code.param.counts);
}

/* "us_national" or "state.FL" (of the pack's country). */
static bool read_registry(struct rule_draft *d, struct slice s)
{
    struct rule_param *p = &d->code.param;
    if (str_starts(s, "state.")) {
        char place[VOCAB_PLACE_MAX + 1];
        if (s.n - 6 > 3 || !d->rule.jurisdiction) {
            return false;
        }
        place[0] = d->rule.jurisdiction[0];
        place[1] = d->rule.jurisdiction[0] ? d->rule.jurisdiction[1] : '\0';
        place[2] = '-';
        str_copy(place + 3, sizeof place - 3, str_range(s.p + 6, s.n - 6));
        p->registry = REGISTRY_AREA;
        return vocab_place_parse(str_of(place), &p->area);
    }
    return vocab_registry_parse(s, &p->registry) &&
           p->registry != REGISTRY_UNKNOWN && p->registry != REGISTRY_AREA;
}

static bool read_days_max(struct rule_draft *d, struct slice s)
{
    int64_t us;
    if (s.n == 0 || s.p[s.n - 1] != 'd' || !read_span(s, &us)) {
        return false;
    }
    d->code.param.max_days = (int32_t)(us / CIVIL_DAY_US);
    return true;
}

/* "express" stands for each form of it. */
static bool read_consent(struct rule_draft *d, struct slice s)
{
    uint32_t bits = 0;
    while (s.n > 0) {
        enum consent_type t;
        struct slice word = str_cut(s, ' ', &s);
        if (!vocab_consent_parse(word, &t) || t == CONSENT_NONE) {
            return false;
        }
        bits |= VOCAB_BIT(t);
        if (t == CONSENT_EXPRESS) {
            bits |= VOCAB_BIT(CONSENT_EXPRESS_ORAL) |
                    VOCAB_BIT(CONSENT_EXPRESS_WRITTEN);
        }
    }
    d->code.param.consents = bits;
    return bits != 0;
}

static bool read_covers(struct rule_draft *d, struct slice s)
{
    struct rule_param *p = &d->code.param;
    while (s.n > 0) {
        struct slice word = str_cut(s, ' ', &s);
        if (str_eq(word, "channel")) {
            p->covers_channel = true;
        } else if (str_eq(word, "callback_at_time")) {
            p->covers |= VOCAB_BIT(COVERS_CALLBACK_AT_TIME);
        } else if (str_eq(word, "night")) {
            p->covers |= VOCAB_BIT(COVERS_NIGHT);
        } else if (str_eq(word, "adad")) {
            p->covers |= VOCAB_BIT(COVERS_ADAD);
        } else {
            return false;
        }
    }
    return p->covers_channel || p->covers != 0;
}

static bool read_not_condition(struct rule_draft *d, struct slice s)
{
    d->code.param.not_condition = true;
    return str_eq(s, "required");
}

static bool read_months(struct slice s, int *out)
{
    struct slice unit;
    uint64_t v;
    struct slice number = str_cut(s, ' ', &unit);
    if (!str_eq(unit, "months") || !read_number(number, 1, MONTHS_MAX, &v)) {
        return false;
    }
    *out = (int)v;
    return true;
}

static bool read_registered(struct rule_draft *d, struct slice s)
{
    struct rule_param *p = &d->code.param;
    int32_t own = p->max_days;
    bool good = read_days_max(d, s);
    p->registered_days = p->max_days;
    p->max_days = own;
    return good;
}

static bool read_after(struct rule_draft *d, struct slice s)
{
    return vocab_registry_parse(s, &d->code.param.after) &&
           d->code.param.after != REGISTRY_UNKNOWN &&
           d->code.param.after != REGISTRY_AREA;
}

static bool read_fresh(struct rule_draft *d, struct slice s)
{
    return read_months(s, &d->code.param.fresh);
}

/* "36 months", "36 months 14d" */
static bool read_keep(struct rule_draft *d, struct slice s)
{
    struct rule_param *p = &d->code.param;
    const char *unit = memmem(s.p, s.n, " months", 7);
    if (!unit) {
        return false;
    }
    size_t head = (size_t)(unit - s.p) + 7;
    struct slice days = str_trim(str_range(s.p + head, s.n - head));
    int64_t us = 0;
    if (days.n > 0 && (days.p[days.n - 1] != 'd' || !read_span(days, &us))) {
        return false;
    }
    p->keep_days = (int32_t)(us / CIVIL_DAY_US);
    return read_months(str_range(s.p, head), &p->keep);
}

/* "running", "18 months" or "30d" after its end. */
static bool read_contract(struct rule_draft *d, struct slice s)
{
    struct rule_param *p = &d->code.param;
    int64_t us;
    if (str_eq(s, "running")) {
        p->contract = -1;
        return true;
    }
    if (s.n > 1 && s.p[s.n - 1] == 'd' && read_span(s, &us)) {
        p->contract = -1;
        p->contract_days = (int32_t)(us / CIVIL_DAY_US);
        return true;
    }
    return read_months(s, &p->contract);
}

static bool read_area(struct rule_draft *d, struct slice s)
{
    return vocab_place_parse(s, &d->code.param.area);
}

static bool read_reporting(struct rule_draft *d, struct slice s)
{
    d->code.param.reporting = true;
    return str_eq(s, "required");
}

static bool read_within(struct rule_draft *d, struct slice s)
{
    return read_span(s, &d->code.param.within_us);
}

static bool read_zone(struct rule_draft *d, struct slice s)
{
    d->code.param.zone = arena_strdup(d->arena, s);
    return s.n > 0;
}

/* "-07:00" */
static bool read_offset(struct rule_draft *d, struct slice s)
{
    int32_t seconds;
    if (s.n != 6 || (s.p[0] != '-' && s.p[0] != '+') ||
        !read_clock(str_range(s.p + 1, 5), &seconds) || seconds > 14 * 3600) {
        return false;
    }
    d->code.param.offset_s = s.p[0] == '-' ? -seconds : seconds;
    return true;
}

static bool read_transaction(struct rule_draft *d, struct slice s)
{
    return read_months(s, &d->code.param.transaction);
}

static bool read_inquiry(struct rule_draft *d, struct slice s)
{
    return read_months(s, &d->code.param.inquiry);
}

static bool read_gift(struct rule_draft *d, struct slice s)
{
    return read_months(s, &d->code.param.gift);
}

static bool read_flag(struct slice s, bool *out)
{
    *out = str_eq(s, "yes");
    return *out || str_eq(s, "no");
}

static bool read_member(struct rule_draft *d, struct slice s)
{
    return read_flag(s, &d->code.param.member);
}

static bool read_customer(struct rule_draft *d, struct slice s)
{
    return read_flag(s, &d->code.param.customer);
}

static bool read_survives(struct rule_draft *d, struct slice s)
{
    return read_flag(s, &d->code.param.survives_request);
}

/* A word of the operator's ledger, e.g. "san". */
static bool read_licence(struct rule_draft *d, struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool good = (s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '_';
        if (!good) {
            return false;
        }
    }
    d->code.param.licence = arena_strdup(d->arena, s);
    return s.n > 0;
}

static bool read_ring(struct rule_draft *d, struct slice s)
{
    int64_t ms;
    if (!str_duration_ms(s, &ms) || ms < 1 || ms > RING_MAX_MS) {
        return false;
    }
    d->code.param.ring_us = ms * 1000;
    return true;
}

/* "3%": whole percents or with up to four decimals, exactly. */
static bool read_ceiling(struct rule_draft *d, struct slice s)
{
    if (s.n < 2 || s.p[s.n - 1] != '%') {
        return false;
    }
    uint64_t whole;
    uint64_t part = 0;
    struct slice decimals;
    struct slice number = str_range(s.p, s.n - 1);
    struct slice head = str_cut(number, '.', &decimals);
    if (!read_number(head, 0, PERCENT_MAX, &whole)) {
        return false;
    }
    if (decimals.p) {
        if (decimals.n > 4 || !str_u64(decimals, &part)) {
            return false;
        }
        for (size_t i = decimals.n; i < 4; i++) {
            part *= 10;
        }
    }
    d->code.param.ceiling_ppm = (uint32_t)(whole * PPM_OF_PERCENT + part);
    return true;
}

static bool read_base(struct rule_draft *d, struct slice s)
{
    d->code.param.of_placed = str_eq(s, "placed");
    return str_eq(s, "placed") || str_eq(s, "live");
}

static bool read_period(struct rule_draft *d, struct slice s)
{
    if (str_eq(s, "month")) {
        d->code.param.period_us = 0;
        return true;
    }
    return read_span(s, &d->code.param.period_us);
}

/* X(key, reader, tests that may have it, tests that must, expectation) */
#define T(test) (UINT32_C(1) << (TEST_##test))
#define PARAMS(X)                                                              \
    X("hours", read_hours, T(HOURS), T(HOURS),                                 \
      "[days] HH:MM-HH:MM, e.g. monday-friday 09:00-18:00")                    \
    X("calendar", read_calendar, T(HOURS), 0, "a place, e.g. US-UT")           \
    X("slot", read_slot, T(POLICY_CAP), T(POLICY_CAP), "a number, 1 to 8")     \
    X("max", read_max, T(CAP), T(CAP), "a number, 0 to 10000")                 \
    X("span", read_cap_span, T(CAP), T(CAP), "a duration, e.g. 24h or 30d")    \
    X("scope", read_scope, T(CAP), 0, "number or person")                      \
    X("subject", read_subject, T(CAP), 0, "any or same")                       \
    X("counts", read_counts, T(CAP), 0, "channels, e.g. automated")            \
    X("registry", read_registry, T(REGISTRY) | T(LIST_AGE) | T(PORTED),        \
      T(REGISTRY) | T(LIST_AGE), "a register, e.g. us_national or state.FL")   \
    X("max_age", read_days_max, T(LIST_AGE) | T(PORTED),                       \
      T(LIST_AGE) | T(PORTED), "days, e.g. 31d")                               \
    X("consent", read_consent, T(CONSENT), T(CONSENT),                         \
      "express, express_oral, express_written")                                \
    X("covers", read_covers, T(CONSENT), T(CONSENT),                           \
      "channel, callback_at_time, night, adad")                                \
    X("not_condition", read_not_condition, T(CONSENT), 0, "required")          \
    X("transaction", read_transaction, T(RELATIONSHIP), 0, "N months")         \
    X("inquiry", read_inquiry, T(RELATIONSHIP), 0, "N months")                 \
    X("gift", read_gift, T(RELATIONSHIP), 0, "N months")                       \
    X("membership", read_member, T(RELATIONSHIP), 0, "yes or no")              \
    X("ever_customer", read_customer, T(RELATIONSHIP), 0, "yes or no")         \
    X("survives_request", read_survives, T(RELATIONSHIP), 0, "yes or no")      \
    X("licence", read_licence, T(LICENCE), T(LICENCE), "a word, e.g. san")     \
    X("min", read_ring, T(RING), T(RING), "a duration up to 120s")             \
    X("ceiling", read_ceiling, T(RATIO), T(RATIO), "a percentage, e.g. 3%")    \
    X("base", read_base, T(RATIO), T(RATIO), "live or placed")                 \
    X("period", read_period, T(RATIO), T(RATIO),                               \
      "a duration, e.g. 30d, or month")                                        \
    X("min_registered", read_registered, T(REGISTRY), 0, "days, e.g. 28d")     \
    X("after", read_after, T(CONSENT), 0, "a register, e.g. it_rpo")           \
    X("fresh", read_fresh, T(CONSENT), 0, "N months")                          \
    X("keep", read_keep, T(INTERNAL), 0, "N months, or N months Nd")           \
    X("contract", read_contract, T(RELATIONSHIP), 0,                           \
      "running, N months or days after its end")                               \
    X("area", read_area, T(EMERGENCY), T(EMERGENCY), "a place, e.g. US-NY")    \
    X("reporting", read_reporting, T(EMERGENCY), 0, "required")                \
    X("within", read_within, T(CONFIRMED), T(CONFIRMED), "a duration")         \
    X("zone", read_zone, T(ZONE), T(ZONE), "a zone, e.g. America/Toronto")     \
    X("offset", read_offset, T(ZONE), T(ZONE), "an offset, e.g. -07:00")

typedef bool read_fn(struct rule_draft *d, struct slice s);

static const struct {
    const char *key;
    read_fn *read;
    uint32_t may, must;
    const char *expect;
} params[] = {
#define X(key, read, may, must, expect) {key, read, may, must, expect},
    PARAMS(X)
#undef X
};

int rule_param_find(struct slice key)
{
    for (size_t i = 0; i < tm_array_len(params); i++) {
        if (str_eq(key, params[i].key)) {
            return (int)i;
        }
    }
    return -1;
}

bool rule_param_read(struct rule_draft *d, int param, struct slice value,
                     const char **expect)
{
    tm_assert(param >= 0 && (size_t)param < tm_array_len(params));
    *expect = params[param].expect;
    return params[param].read(d, value);
}

const char *rule_param_name(int param)
{
    tm_assert(param >= 0 && (size_t)param < tm_array_len(params));
    return params[param].key;
}

uint64_t rule_param_allowed(enum rule_test t)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < tm_array_len(params); i++) {
        if (params[i].may & (UINT32_C(1) << t)) {
            bits |= UINT64_C(1) << i;
        }
    }
    return bits;
}

uint64_t rule_param_needed(enum rule_test t)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < tm_array_len(params); i++) {
        if (params[i].must & (UINT32_C(1) << t)) {
            bits |= UINT64_C(1) << i;
        }
    }
    return bits;
}

bool rule_param_repeats(int param)
{
    return param == 0; /* hours */
}
