#include "sim/scenario.h"

#include <stddef.h>
#include <string.h>

#include "base/kv.h"
#include "sim/scenario_at.h"
#include "sim/scenario_law.h"
#include "sim/scenario_plan.h"

enum { MILLION = 1000000, DAY_S = 86400 };

enum setting_kind { SET_NUMBER, SET_REAL, SET_SHARE, SET_TIMES };

struct setting {
    const char *name;
    enum setting_kind kind;
    size_t offset;
    uint64_t number, number_least, number_most;
    double real, real_least, real_most;
    const char *times;
};

#define AT(name) offsetof(struct scenario, name)

static const struct setting settings[] = {
#define NUMBER(name_, value, least, most, text)                                \
    {.name = #name_,                                                           \
     .kind = SET_NUMBER,                                                       \
     .offset = AT(name_),                                                      \
     .number = (value),                                                        \
     .number_least = (least),                                                  \
     .number_most = (most)},
#define REAL(name_, value, least, most, text)                                  \
    {.name = #name_,                                                           \
     .kind = SET_REAL,                                                         \
     .offset = AT(name_),                                                      \
     .real = (value),                                                          \
     .real_least = (least),                                                    \
     .real_most = (most)},
#define SHARE(name_, ppm, text)                                                \
    {.name = #name_, .kind = SET_SHARE, .offset = AT(name_), .number = (ppm)},
#define TIMES(name_, value, text)                                              \
    {.name = #name_, .kind = SET_TIMES, .offset = AT(name_), .times = (value)},
#include "sim/scenario.def"
#undef NUMBER
#undef REAL
#undef SHARE
#undef TIMES
};

static const char *const zone_word[] = {
#define X(name, word) [name] = word,
    SCENARIO_ZONE_TABLE(X)
#undef X
};

const char *scenario_zone_text(enum scenario_zone z)
{
    tm_assert((size_t)z < SCENARIO_ZONE_COUNT);
    return zone_word[z];
}

static void *field(struct scenario *s, const struct setting *k)
{
    return (char *)s + k->offset;
}

static void set_default(struct scenario *s, const struct setting *k)
{
    uint32_t ppm = (uint32_t)k->number;
    struct distribution d;
    switch (k->kind) {
    case SET_NUMBER: memcpy(field(s, k), &k->number, sizeof(k->number)); break;
    case SET_REAL: memcpy(field(s, k), &k->real, sizeof(k->real)); break;
    case SET_SHARE: memcpy(field(s, k), &ppm, sizeof(ppm)); break;
    case SET_TIMES:
        d = distribution_of(k->times);
        memcpy(field(s, k), &d, sizeof(d));
        break;
    }
}

void scenario_init(struct scenario *s)
{
    *s = (struct scenario){.day = {2026, 11, 23}, .begin_s = 9 * 3600};
    person_world_init(&s->world, 0);
    for (size_t i = 0; i < tm_array_len(settings); i++)
        set_default(s, &settings[i]);
    (void)str_copy(s->name, sizeof(s->name), str_of("scenario"));
}

/* --- values ---------------------------------------------------------------*/

static int bad_number(const struct setting *k, struct err *e)
{
    return err_set(e, TM_EINVAL, "%s is a whole number from %llu to %llu",
                   k->name, (unsigned long long)k->number_least,
                   (unsigned long long)k->number_most);
}

static int set_number(struct scenario *s, const struct setting *k,
                      struct slice v, struct err *e)
{
    uint64_t n;
    if (!str_u64(v, &n) || n < k->number_least || n > k->number_most)
        return bad_number(k, e);
    memcpy(field(s, k), &n, sizeof(n));
    return TM_OK;
}

static int set_real(struct scenario *s, const struct setting *k, struct slice v,
                    struct err *e)
{
    double d;
    if (!str_double(v, &d) || !(d >= k->real_least) || !(d <= k->real_most))
        return err_set(e, TM_EINVAL, "%s is a number from %g to %g", k->name,
                       k->real_least, k->real_most);
    memcpy(field(s, k), &d, sizeof(d));
    return TM_OK;
}

static int set_share(struct scenario *s, const struct setting *k,
                     struct slice v, struct err *e)
{
    uint32_t ppm;
    if (!scenario_at_share(v, &ppm))
        return err_set(e, TM_EINVAL, "%s is a share: 0 to 1, or 0 to 100 %%",
                       k->name);
    memcpy(field(s, k), &ppm, sizeof(ppm));
    return TM_OK;
}

static int set_times(struct scenario *s, const struct setting *k,
                     struct slice v, struct err *e)
{
    struct distribution d;
    if (distribution_parse(v, &d, e) != TM_OK)
        return err_context(e, "%s", k->name);
    memcpy(field(s, k), &d, sizeof(d));
    return TM_OK;
}

static int set_setting(struct scenario *s, const struct setting *k,
                       struct slice v, struct err *e)
{
    switch (k->kind) {
    case SET_NUMBER: return set_number(s, k, v, e);
    case SET_REAL: return set_real(s, k, v, e);
    case SET_SHARE: return set_share(s, k, v, e);
    case SET_TIMES: return set_times(s, k, v, e);
    }
    tm_unreachable("a setting of no kind");
}

static int set_zones(struct scenario *s, struct slice v, struct err *e)
{
    uint32_t weight[SCENARIO_ZONE_COUNT] = {0};
    struct slice rest = str_trim(v);
    while (rest.n > 0) {
        struct slice n, item = str_cut(rest, ' ', &rest);
        struct slice word = str_cut(item, ':', &n);
        uint64_t w;
        size_t z = 0;
        rest = str_trim(rest);
        while (z < SCENARIO_ZONE_COUNT && !str_eq(word, zone_word[z]))
            z++;
        if (z == SCENARIO_ZONE_COUNT || !str_u64(n, &w) || w > MILLION)
            return err_set(e, TM_EINVAL,
                           "zones is ZONE:WEIGHT ... with eastern, central, "
                           "mountain, pacific, alaska, hawaii, several");
        weight[z] = (uint32_t)w;
    }
    memcpy(s->zone, weight, sizeof(weight));
    return TM_OK;
}

static int set_start(struct scenario *s, struct slice v, struct err *e)
{
    int64_t us;
    if (!civil_parse_instant(v, &us))
        return err_set(e, TM_EINVAL,
                       "start is an instant such as 2026-11-23T13:00Z");
    struct civil_time t = civil_of_us(us);
    s->day = t.date;
    s->begin_s = t.second_of_day;
    return TM_OK;
}

static int set_rules(struct scenario *s, struct slice v, struct err *e)
{
    s->allow_all = str_eq(v, "allow");
    s->rules_given = true;
    if (!s->allow_all && !str_eq(v, "law"))
        return err_set(e, TM_EINVAL, "rules is law or allow");
    return TM_OK;
}

static int set_at(struct scenario *s, struct slice v, struct err *e)
{
    if (s->ats == SCENARIO_AT_MAX)
        return err_set(e, TM_EINVAL, "more than %d lines with at",
                       SCENARIO_AT_MAX);
    int rc = scenario_at_parse(v, &s->at[s->ats], e);
    s->ats += rc == TM_OK;
    return rc;
}

/* Keys that no table describes. 1: taken, 0: not one of them. */
static int set_own(struct scenario *s, struct arena *a, struct slice key,
                   struct slice v, struct err *e)
{
    int rc = TM_OK;
    if (str_eq(key, "name"))
        (void)str_copy(s->name, sizeof(s->name), v);
    else if (str_eq(key, "campaign"))
        s->campaign_file = str_range(arena_strdup(a, v), v.n);
    else if (str_eq(key, "day") && !civil_parse_date(v, &s->day))
        rc = err_set(e, TM_EINVAL, "day is a date such as 2026-11-23");
    else if (str_eq(key, "begin") && !scenario_at_clock(v, &s->begin_s))
        rc = err_set(e, TM_EINVAL, "begin is a time of day such as 09:00");
    else if (str_eq(key, "start"))
        rc = set_start(s, v, e);
    else if (str_eq(key, "zones"))
        rc = set_zones(s, v, e);
    else if (str_eq(key, "rules"))
        rc = set_rules(s, v, e);
    else if (str_eq(key, "state_lists"))
        rc = scenario_law_lists(s, v, e);
    else if (str_eq(key, "emergency"))
        rc = scenario_law_emergency(s, v, e);
    else if (str_eq(key, "at"))
        rc = set_at(s, v, e);
    else if (!str_eq(key, "day") && !str_eq(key, "begin"))
        return 0;
    return rc == TM_OK ? 1 : rc;
}

int scenario_set(struct scenario *s, struct arena *a, struct slice key,
                 struct slice value, struct err *e)
{
    int rc = set_own(s, a, key, value, e);
    if (rc != 0)
        return rc == 1 ? TM_OK : rc;
    for (size_t i = 0; i < tm_array_len(settings); i++)
        if (str_eq(key, settings[i].name))
            return set_setting(s, &settings[i], value, e);
    rc = person_world_set(&s->world, key, value, e);
    if (rc == 0)
        return err_set(e, TM_EINVAL,
                       "\"%.*s\" is no key of a scenario; docs/simulate.md "
                       "lists them",
                       (int)(key.n > 60 ? 60 : key.n), key.p);
    return rc == 1 ? TM_OK : rc;
}

/* --- the file -------------------------------------------------------------*/

/* The campaign's part with an empty line for each line before it, so that
 * messages about it name the right line. */
static struct slice cut_campaign(struct arena *a, struct slice text, int line)
{
    size_t at = 0;
    for (int i = 0; i < line; i++) {
        const char *lf = memchr(text.p + at, '\n', text.n - at);
        at = lf != NULL ? (size_t)(lf - text.p) + 1 : text.n;
    }
    size_t n = (size_t)line + text.n - at;
    char *out = arena_alloc(a, n + 1);
    memset(out, '\n', (size_t)line);
    if (text.n > at)
        memcpy(out + line, text.p + at, text.n - at);
    return str_range(out, n);
}

static int load_line(struct scenario *s, struct arena *a,
                     const struct kv_line *l, struct err *e)
{
    bool people = str_eq(l->section, "people");
    if (!people && l->section.n > 0)
        return err_set(e, TM_EINVAL,
                       "section [%.*s] stands here for nothing; known are "
                       "[people] and, last, [campaign]",
                       (int)(l->section.n > 60 ? 60 : l->section.n),
                       l->section.p);
    if (l->key.n == 0)
        return TM_OK;
    if (!people)
        return scenario_set(s, a, l->key, l->value, e);
    int rc = person_world_set(&s->world, l->key, l->value, e);
    if (rc == 0)
        return err_set(e, TM_EINVAL, "\"%.*s\" is no key of [people]",
                       (int)(l->key.n > 60 ? 60 : l->key.n), l->key.p);
    return rc == 1 ? TM_OK : rc;
}

int scenario_load(struct scenario *s, struct arena *a, const char *file,
                  struct slice text, struct err *e)
{
    struct kv_reader r;
    struct kv_line l;
    int more;
    kv_open(&r, file, text);
    while ((more = kv_next(&r, &l, e)) == 1) {
        if (str_eq(l.section, "campaign")) {
            s->campaign = cut_campaign(a, text, l.section_line);
            break;
        }
        if (load_line(s, a, &l, e) != TM_OK)
            return err_context(e, "%s:%d", file, l.line);
    }
    if (more < 0)
        return more;
    if (scenario_plan_built_in(s) && !s->rules_given)
        s->allow_all = true;
    if (scenario_check(s, e) != TM_OK)
        return err_context(e, "%s", file);
    return TM_OK;
}

int scenario_check(const struct scenario *s, struct err *e)
{
    if (s->campaign.n > 0 && s->campaign_file.n > 0)
        return err_set(e, TM_EINVAL,
                       "the campaign is given twice: by [campaign] and by "
                       "campaign = FILE; keep one");
    if ((uint64_t)s->consent + s->withdrawn > MILLION)
        return err_set(e, TM_EINVAL,
                       "consent and withdrawn may add up to 1 at most");
    return person_world_check(&s->world, e);
}

int64_t scenario_start_us(const struct scenario *s)
{
    struct civil_time t = {.date = s->day, .second_of_day = s->begin_s};
    return civil_to_us(t);
}

int64_t scenario_end_us(const struct scenario *s)
{
    return scenario_start_us(s) + (int64_t)(s->days - 1) * CIVIL_DAY_US +
           (int64_t)(s->hours * 3600 * 1000) * 1000;
}
