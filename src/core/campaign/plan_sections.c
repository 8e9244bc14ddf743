#include <string.h>

#include "base/civil.h"
#include "core/campaign/plan_parser.h"

enum { LEAD_TRIES_MAX = 100, CAP_MAX = LEAD_HISTORY_MAX - 4 };

#define DAYS(first, last)                                                      \
    (uint8_t)(((1u << ((last) + 1)) - 1) & ~((1u << (first)) - 1))

static const struct {
    const char *name;
    uint8_t weekdays;
} day_words[] = {
    {"monday", DAYS(CIVIL_MONDAY, CIVIL_MONDAY)},
    {"tuesday", DAYS(CIVIL_TUESDAY, CIVIL_TUESDAY)},
    {"wednesday", DAYS(CIVIL_WEDNESDAY, CIVIL_WEDNESDAY)},
    {"thursday", DAYS(CIVIL_THURSDAY, CIVIL_THURSDAY)},
    {"friday", DAYS(CIVIL_FRIDAY, CIVIL_FRIDAY)},
    {"saturday", DAYS(CIVIL_SATURDAY, CIVIL_SATURDAY)},
    {"sunday", DAYS(CIVIL_SUNDAY, CIVIL_SUNDAY)},
    {"weekdays", DAYS(CIVIL_MONDAY, CIVIL_FRIDAY)},
    {"weekend", DAYS(CIVIL_SATURDAY, CIVIL_SUNDAY)},
    {"daily", DAYS(CIVIL_MONDAY, CIVIL_SUNDAY)},
};

/* "09:00" or "24:00" to seconds of the day. */
static bool read_clock(struct slice s, int32_t *out)
{
    struct slice minute;
    struct slice hour = str_cut(str_trim(s), ':', &minute);
    uint64_t h, m;
    if (minute.p == NULL || minute.n != 2 || !str_u64(hour, &h) ||
        !str_u64(minute, &m) || h > 24 || m > 59 || (h == 24 && m > 0))
        return false;
    *out = (int32_t)(h * 3600 + m * 60);
    return true;
}

static int add_window(struct plan_parser *p, uint8_t days, struct slice span,
                      const struct kv_line *l, struct err *e)
{
    struct rule_policy *policy = &p->plan->policy;
    struct slice close;
    struct slice open = str_cut(span, '-', &close);
    struct policy_window w = {.weekdays = days};
    if (close.p == NULL || !read_clock(open, &w.open_s) ||
        !read_clock(close, &w.close_s) || w.open_s >= w.close_s)
        return plan_parser_bad(
            p, l->line, e,
            "hours are written 09:00-20:00, several with commas, in the local "
            "time of the person called, and end on the same day");
    if (policy->windows == POLICY_WINDOWS_MAX)
        return plan_parser_bad(p, l->line, e, "more than %d windows",
                               POLICY_WINDOWS_MAX);
    p->window[policy->windows++] = w;
    return TM_OK;
}

static int read_hours(struct plan_parser *p, const struct kv_line *l,
                      struct err *e)
{
    uint8_t days = 0;
    for (size_t i = 0; i < tm_array_len(day_words); i++)
        if (str_eq(l->key, day_words[i].name))
            days = day_words[i].weekdays;
    if (days == 0)
        return plan_parser_bad(
            p, l->line, e,
            "unknown day \"%.*s\" in [hours]; known are monday to sunday, "
            "weekdays, weekend and daily",
            PLAN_SHOW(l->key));
    struct slice rest = l->value;
    while (rest.p != NULL) {
        struct slice span = str_cut(rest, ',', &rest);
        int rc = add_window(p, days, span, l, e);
        if (rc != TM_OK)
            return rc;
    }
    return TM_OK;
}

static const struct {
    const char *name;
    enum cap_scope scope;
    int64_t span_us;
} cap_words[] = {
    {"number_24h", CAP_PER_NUMBER, CIVIL_DAY_US},
    {"number_7d", CAP_PER_NUMBER, 7 * CIVIL_DAY_US},
    {"number_30d", CAP_PER_NUMBER, 30 * CIVIL_DAY_US},
    {"person_24h", CAP_PER_PERSON, CIVIL_DAY_US},
    {"person_7d", CAP_PER_PERSON, 7 * CIVIL_DAY_US},
    {"person_30d", CAP_PER_PERSON, 30 * CIVIL_DAY_US},
};

static int add_cap(struct plan_parser *p, struct policy_cap cap)
{
    tm_assert(p->plan->policy.caps < POLICY_CAPS_MAX);
    p->cap[p->plan->policy.caps++] = cap;
    return TM_OK;
}

static int read_gap(struct plan_parser *p, const struct kv_line *l,
                    struct err *e)
{
    int64_t ms;
    if (!str_duration_ms(l->value, &ms) || ms <= 0)
        return plan_parser_bad(
            p, l->line, e,
            "gap is the least time between two calls to one person, such as "
            "4h");
    return add_cap(p, (struct policy_cap){.max = 1,
                                          .scope = CAP_PER_PERSON,
                                          .span_us = ms * 1000});
}

/* One bit for each key of [caps]: "gap", "lead", then the table's. */
static int once(struct plan_parser *p, size_t bit, const struct kv_line *l,
                struct err *e)
{
    if ((p->seen_caps >> bit & 1) != 0)
        return plan_parser_bad(p, l->line, e, "%.*s is given twice; remove one",
                               PLAN_SHOW(l->key));
    p->seen_caps |= UINT64_C(1) << bit;
    return TM_OK;
}

static int read_cap(struct plan_parser *p, const struct kv_line *l,
                    struct err *e)
{
    if (str_eq(l->key, "gap"))
        return once(p, 0, l, e) != TM_OK ? TM_EINVAL : read_gap(p, l, e);
    bool lead = str_eq(l->key, "lead");
    size_t i = 0;
    while (i < tm_array_len(cap_words) && !str_eq(l->key, cap_words[i].name))
        i++;
    if (!lead && i == tm_array_len(cap_words))
        return plan_parser_bad(
            p, l->line, e,
            "unknown cap \"%.*s\" in [caps]; known are lead, gap, number_24h, "
            "number_7d, number_30d, person_24h, person_7d, person_30d",
            PLAN_SHOW(l->key));
    uint64_t n, max = lead ? LEAD_TRIES_MAX : CAP_MAX;
    if (!str_u64(l->value, &n) || n == 0 || n > max)
        return plan_parser_bad(p, l->line, e,
                               "%.*s must be a whole number from 1 to %d",
                               PLAN_SHOW(l->key), (int)max);
    if (once(p, lead ? 1 : 2 + i, l, e) != TM_OK)
        return TM_EINVAL;
    if (lead) {
        p->plan->retry.tries_max = (unsigned)n;
        return TM_OK;
    }
    return add_cap(p, (struct policy_cap){.max = (uint32_t)n,
                                          .scope = cap_words[i].scope,
                                          .span_us = cap_words[i].span_us});
}

static int read_retry(struct plan_parser *p, const struct kv_line *l,
                      struct err *e)
{
    enum outcome o;
    if (!outcome_parse(l->key, &o) || !retry_allowed(o)) {
        struct buf b;
        buf_init(&b, 400);
        for (int i = 0; i < OUTCOME_COUNT; i++)
            if (retry_allowed((enum outcome)i))
                buf_addf(&b, "%s%s", b.n > 0 ? ", " : "",
                         outcome_text((enum outcome)i));
        int rc = plan_parser_bad(
            p, l->line, e,
            "\"%.*s\" is no outcome that can be tried again; those are %s",
            PLAN_SHOW(l->key), b.p);
        buf_fini(&b);
        return rc;
    }
    if (p->seen_retry[o])
        return plan_parser_bad(p, l->line, e, "%s is given twice; remove one",
                               outcome_text(o));
    p->seen_retry[o] = true;
    if (!retry_parse(l->value, &p->plan->retry.of[o]))
        return plan_parser_bad(
            p, l->line, e,
            "a retry is written %s = 3 x 10m (up to three more calls, ten "
            "minutes later each) or %s = never",
            outcome_text(o), outcome_text(o));
    return TM_OK;
}

bool plan_sections_owns(struct slice s)
{
    return str_eq(s, "hours") || str_eq(s, "caps") || str_eq(s, "retry");
}

int plan_sections_line(struct plan_parser *p, const struct kv_line *l,
                       struct err *e)
{
    if (l->key.n == 0)
        return TM_OK;
    if (str_eq(l->section, "hours"))
        return read_hours(p, l, e);
    if (str_eq(l->section, "caps"))
        return read_cap(p, l, e);
    return read_retry(p, l, e);
}

/* What the network failed is tried again unless the file says otherwise, and
 * an attempt cut by a crash is treated like one nobody answered. */
static void default_retries(struct plan_parser *p)
{
    struct retry_rule *of = p->plan->retry.of;
    if (!p->seen_retry[OUTCOME_CONGESTION])
        of[OUTCOME_CONGESTION] = (struct retry_rule){10, 5 * 60 * 1000};
    if (!p->seen_retry[OUTCOME_FAILED])
        of[OUTCOME_FAILED] = (struct retry_rule){5, 15 * 60 * 1000};
    if (!p->seen_retry[OUTCOME_UNKNOWN])
        of[OUTCOME_UNKNOWN] = of[OUTCOME_NO_ANSWER];
    if (p->plan->dial_mode == DIAL_AGENTLESS)
        return;
    /* Who was abandoned is called again by a person, and not before 72 hours
     * (Ofcom's good practice); who talked and of whom the agent says nothing,
     * or "retry", next day. */
    if (!p->seen_retry[OUTCOME_ABANDONED])
        of[OUTCOME_ABANDONED] =
            (struct retry_rule){2, INT64_C(3) * 24 * 3600 * 1000};
    if (!p->seen_retry[OUTCOME_TALKED])
        of[OUTCOME_TALKED] = (struct retry_rule){3, INT64_C(24) * 3600 * 1000};
}

void plan_sections_end(struct plan_parser *p)
{
    struct rule_policy *policy = &p->plan->policy;
    struct policy_window *w =
        arena_array(p->arena, policy->windows + 1, sizeof(*w));
    struct policy_cap *c = arena_array(p->arena, policy->caps + 1, sizeof(*c));
    memcpy(w, p->window, policy->windows * sizeof(*w));
    memcpy(c, p->cap, policy->caps * sizeof(*c));
    policy->window = w;
    policy->cap = c;
    default_retries(p);
}
