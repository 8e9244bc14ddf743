#include "core/complaint/penalty.h"

#include <string.h>

#include "base/assert.h"
#include "base/kv.h"

#define X(name, text) text,
static const char *const duty_text[] = {PENALTY_DUTIES(X)};
#undef X

/* What a section may say more than the two kinds have in common. */
struct draft {
    bool open, deadline;
    int line;
    struct penalty p;
    struct penalty_deadline d;
    bool has_low, has_high, has_days, has_duty;
};

struct loader {
    struct arena *arena;
    const char *file;
    struct draft draft;
    struct penalty *penalty;
    struct penalty_deadline *deadline;
    size_t penalties, deadlines;
};

const char *penalty_duty_text(enum penalty_duty d)
{
    tm_assert(d < PENALTY_DUTY_COUNT);
    return duty_text[d];
}

static int fail(const struct loader *o, int line, const char *what,
                struct slice value, struct err *e)
{
    return err_set(e, TM_EINVAL, "%s:%d: %s '%.*s'", o->file, line, what,
                   (int)(value.n > 80 ? 80 : value.n), value.p);
}

/* --- values --- */

/* Words of a list one by one; false at its end. */
static bool word(struct slice *list, struct slice *out)
{
    *list = str_trim(*list);
    if (list->n == 0)
        return false;
    struct slice rest;
    *out = str_trim(str_cut(*list, ' ', &rest));
    *list = rest;
    return true;
}

static bool read_places(struct slice v, struct penalty_places *out)
{
    struct slice w;
    if (str_eq(v, "*"))
        return true;
    while (word(&v, &w)) {
        if (out->n == PENALTY_PLACES_MAX ||
            !vocab_place_parse(w, &out->place[out->n]))
            return false;
        out->n++;
    }
    return out->n > 0;
}

static bool read_channels(struct slice v, uint32_t *out)
{
    struct slice w;
    while (word(&v, &w)) {
        enum contact_channel c;
        if (str_eq(w, "voice")) {
            *out |= VOCAB_VOICE;
        } else if (vocab_channel_parse(w, &c) && c != CHANNEL_UNKNOWN) {
            *out |= VOCAB_BIT(c);
        } else {
            return false;
        }
    }
    return *out != 0;
}

static bool read_breaches(struct slice v, uint32_t *out)
{
    struct slice w;
    enum complaint_breach b;
    while (word(&v, &w)) {
        if (!complaint_breach_parse(w, &b))
            return false;
        *out |= VOCAB_BIT(b);
    }
    return *out != 0;
}

static bool read_bounded(struct slice v, int64_t max, int64_t *out)
{
    uint64_t u;
    if (!str_u64(v, &u) || u > (uint64_t)max)
        return false;
    *out = (int64_t)u;
    return true;
}

static bool read_small(struct slice v, unsigned max, unsigned *out)
{
    int64_t n;
    if (!read_bounded(v, max, &n))
        return false;
    *out = (unsigned)n;
    return true;
}

static bool read_currency(struct slice v, char out[4])
{
    bool good = v.n == 3;
    for (size_t i = 0; good && i < 3; i++)
        good = v.p[i] >= 'A' && v.p[i] <= 'Z';
    if (good)
        (void)str_copy(out, 4, v);
    return good;
}

/* --- keys --- */

/* Keys of both kinds. 1: taken; 0: not one of these; -1: a bad value. */
static int common_key(struct loader *o, const struct kv_line *l)
{
    struct draft *d = &o->draft;
    struct penalty_places *places = d->deadline ? &d->d.places : &d->p.places;
    uint32_t *channels = d->deadline ? &d->d.channels : &d->p.channels;
    struct civil_date *from = d->deadline ? &d->d.from : &d->p.from;
    struct civil_date *to = d->deadline ? &d->d.to : &d->p.to;
    const char **text = NULL;
    if (str_eq(l->key, "text"))
        text = d->deadline ? &d->d.text : &d->p.text;
    else if (str_eq(l->key, "citation"))
        text = d->deadline ? &d->d.citation : &d->p.citation;
    else if (str_eq(l->key, "certainty"))
        text = d->deadline ? &d->d.certainty : &d->p.certainty;
    if (text != NULL) {
        *text = arena_strdup(o->arena, l->value);
        return 1;
    }
    bool good = true;
    if (str_eq(l->key, "place"))
        good = read_places(l->value, places);
    else if (str_eq(l->key, "channels"))
        good = read_channels(l->value, channels);
    else if (str_eq(l->key, "from"))
        good = civil_parse_date(l->value, from);
    else if (str_eq(l->key, "to"))
        good = civil_parse_date(l->value, to);
    else
        return 0;
    return good ? 1 : -1;
}

static int deadline_key(struct loader *o, const struct kv_line *l)
{
    struct draft *d = &o->draft;
    unsigned days = 0;
    if (str_eq(l->key, "duty")) {
        for (unsigned i = 0; i < PENALTY_DUTY_COUNT; i++) {
            if (str_eq(l->value, duty_text[i])) {
                d->d.duty = (enum penalty_duty)i;
                d->has_duty = true;
                return 1;
            }
        }
        return -1;
    }
    d->d.business = str_eq(l->key, "business_days");
    if (!d->d.business && !str_eq(l->key, "days"))
        return 0;
    if (d->has_days || !read_small(l->value, 3660, &days) || days == 0)
        return -1;
    d->d.days = (int)days;
    d->has_days = true;
    return 1;
}

/* "2 calls in 12 months" */
static bool read_repeat(struct slice v, struct penalty *p)
{
    struct slice calls, of, in, months, unit;
    return word(&v, &calls) && word(&v, &of) && word(&v, &in) &&
           word(&v, &months) && word(&v, &unit) && v.n == 0 &&
           str_eq(of, "calls") && str_eq(in, "in") && str_eq(unit, "months") &&
           read_small(calls, 1000, &p->repeat) && p->repeat > 1 &&
           read_small(months, 120, &p->repeat_months) && p->repeat_months > 0;
}

static bool read_flag(struct slice v, bool *out)
{
    *out = str_eq(v, "yes");
    return *out || str_eq(v, "no");
}

static int penalty_text_key(struct loader *o, const struct kv_line *l)
{
    struct penalty *p = &o->draft.p;
    const char **text = NULL;
    if (str_eq(l->key, "regime"))
        text = &p->regime;
    else if (str_eq(l->key, "rule"))
        text = &p->rule;
    else if (str_eq(l->key, "note"))
        text = &p->note;
    if (text == NULL)
        return 0;
    *text = arena_strdup(o->arena, l->value);
    return 1;
}

static int penalty_key(struct loader *o, const struct kv_line *l)
{
    struct draft *d = &o->draft;
    struct penalty *p = &d->p;
    const int64_t most = INT64_C(1000000000000); /* of any currency */
    unsigned percent = 0;
    bool good;
    if (str_eq(l->key, "low")) {
        good = read_bounded(l->value, most, &p->low);
        d->has_low = true;
    } else if (str_eq(l->key, "high")) {
        good = read_bounded(l->value, most, &p->high);
        d->has_high = true;
    } else if (str_eq(l->key, "currency")) {
        good = read_currency(l->value, p->currency);
    } else if (str_eq(l->key, "unknown")) {
        good = read_flag(l->value, &p->unknown);
    } else if (str_eq(l->key, "proposed")) {
        good = read_flag(l->value, &p->proposed);
    } else if (str_eq(l->key, "turnover_percent")) {
        good = read_small(l->value, 100, &percent);
        p->turnover_percent = (int)percent;
    } else if (str_eq(l->key, "per")) {
        p->per =
            str_eq(l->value, "case") ? PENALTY_PER_CASE : PENALTY_PER_VIOLATION;
        good = p->per == PENALTY_PER_CASE || str_eq(l->value, "violation");
    } else if (str_eq(l->key, "breaches")) {
        good = read_breaches(l->value, &p->breaches);
    } else if (str_eq(l->key, "repeat")) {
        good = read_repeat(l->value, p);
    } else if (str_eq(l->key, "years")) {
        good = read_small(l->value, 100, &p->years);
    } else {
        return penalty_text_key(o, l);
    }
    return good ? 1 : -1;
}

/* --- sections --- */

static bool overlap(struct civil_date from, struct civil_date to,
                    struct civil_date other_from, struct civil_date other_to)
{
    bool before = to.year != 0 && other_from.year != 0 &&
                  civil_date_cmp(to, other_from) < 0;
    bool after = from.year != 0 && other_to.year != 0 &&
                 civil_date_cmp(from, other_to) > 0;
    return !before && !after;
}

static const char *penalty_lacks(const struct loader *o)
{
    const struct draft *d = &o->draft;
    const struct penalty *p = &d->p;
    if (p->regime == NULL || p->text == NULL || p->citation == NULL ||
        p->certainty == NULL)
        return "regime, text, citation and certainty are needed in";
    if (p->breaches == 0)
        return "breaches is missing in";
    if (!p->unknown && (!d->has_low || !d->has_high || p->currency[0] == '\0'))
        return "low, high and currency (or unknown = yes) are needed in";
    if (p->unknown && (d->has_low || d->has_high))
        return "an unknown amount has neither low nor high:";
    if (p->low > p->high)
        return "low is above high in";
    for (size_t i = 0; i < o->penalties; i++)
        if (strcmp(o->penalty[i].id, p->id) == 0 &&
            overlap(p->from, p->to, o->penalty[i].from, o->penalty[i].to))
            return "an id given twice for the same days:";
    return o->penalties == PENALTY_MAX ? "too many penalties at" : NULL;
}

static const char *deadline_lacks(const struct loader *o)
{
    const struct draft *d = &o->draft;
    if (!d->has_days || !d->has_duty || d->d.text == NULL ||
        d->d.citation == NULL || d->d.certainty == NULL)
        return "duty, days (or business_days), text, citation and certainty "
               "are needed in";
    for (size_t i = 0; i < o->deadlines; i++)
        if (strcmp(o->deadline[i].id, d->d.id) == 0 &&
            overlap(d->d.from, d->d.to, o->deadline[i].from, o->deadline[i].to))
            return "an id given twice for the same days:";
    return o->deadlines == PENALTY_DEADLINES_MAX ? "too many deadlines at"
                                                 : NULL;
}

static int end_section(struct loader *o, struct err *e)
{
    struct draft *d = &o->draft;
    if (!d->open)
        return TM_OK;
    d->open = false;
    const char *lacks = d->deadline ? deadline_lacks(o) : penalty_lacks(o);
    const char *id = d->deadline ? d->d.id : d->p.id;
    struct civil_date from = d->deadline ? d->d.from : d->p.from;
    struct civil_date to = d->deadline ? d->d.to : d->p.to;
    if (lacks == NULL && from.year != 0 && to.year != 0 &&
        civil_date_cmp(from, to) > 0)
        lacks = "from lies behind to in";
    if (lacks != NULL)
        return fail(o, d->line, lacks, str_of(id), e);
    if (d->deadline) {
        o->deadline[o->deadlines++] = d->d;
        return TM_OK;
    }
    if (d->p.rule == NULL)
        d->p.rule = d->p.id;
    if (d->p.note == NULL)
        d->p.note = "";
    o->penalty[o->penalties++] = d->p;
    return TM_OK;
}

static int begin_section(struct loader *o, const struct kv_line *l,
                         struct err *e)
{
    int rc = end_section(o, e);
    if (rc != TM_OK)
        return rc;
    struct slice name = l->section;
    bool deadline = str_starts(name, "deadline ");
    if (!deadline && !str_starts(name, "penalty "))
        return fail(o, l->line,
                    "a section is [penalty ID] or [deadline ID]:", name, e);
    size_t skip = deadline ? 9 : 8;
    const char *id = arena_strdup(
        o->arena, str_trim(str_range(name.p + skip, name.n - skip)));
    if (id[0] == '\0')
        return fail(o, l->line, "an id is missing in", name, e);
    o->draft =
        (struct draft){.open = true, .deadline = deadline, .line = l->line};
    o->draft.p.id = o->draft.d.id = id;
    o->draft.p.file = o->file;
    o->draft.p.line = l->line;
    return TM_OK;
}

static int take_line(struct loader *o, const struct kv_line *l, struct err *e)
{
    if (l->key.n == 0)
        return begin_section(o, l, e);
    if (!o->draft.open)
        return fail(o, l->line, "a key before the first section:", l->key, e);
    int got = common_key(o, l);
    if (got == 0)
        got = o->draft.deadline ? deadline_key(o, l) : penalty_key(o, l);
    if (got == 0)
        return fail(o, l->line, "unknown key", l->key, e);
    return got > 0 ? TM_OK : fail(o, l->line, "not a value here:", l->value, e);
}

int penalty_load(struct arena *a, const char *file, struct slice text,
                 const struct penalty_book **out, struct err *e)
{
    struct kv_reader r;
    struct kv_line l;
    struct loader o = {.arena = a, .file = arena_strdup(a, str_of(file))};
    o.penalty = arena_array(a, PENALTY_MAX, sizeof(*o.penalty));
    o.deadline = arena_array(a, PENALTY_DEADLINES_MAX, sizeof(*o.deadline));
    kv_open(&r, file, text);
    int rc;
    while ((rc = kv_next(&r, &l, e)) == 1) {
        rc = take_line(&o, &l, e);
        if (rc != TM_OK)
            return rc;
    }
    if (rc == TM_OK)
        rc = end_section(&o, e);
    if (rc != TM_OK)
        return rc;
    struct penalty_book *b = arena_alloc(a, sizeof(*b));
    *b = (struct penalty_book){o.penalty, o.penalties, o.deadline, o.deadlines};
    *out = b;
    return TM_OK;
}

/* --- asking --- */

bool penalty_in_place(const struct penalty_places *p, struct place_code place)
{
    if (p->n == 0)
        return true;
    struct place_code country = vocab_place_country(place);
    for (size_t i = 0; i < p->n; i++)
        if (place.v != 0 &&
            (p->place[i].v == place.v || p->place[i].v == country.v))
            return true;
    return false;
}

bool penalty_in_force(struct civil_date from, struct civil_date to,
                      struct civil_date day)
{
    return (from.year == 0 || civil_date_cmp(from, day) <= 0) &&
           (to.year == 0 || civil_date_cmp(day, to) <= 0);
}

bool penalty_fits(const struct penalty *p, enum complaint_breach b,
                  struct place_code place, enum contact_channel channel,
                  struct civil_date day)
{
    uint32_t bit = channel == CHANNEL_UNKNOWN ? VOCAB_BIT(CHANNEL_VOICE_LIVE)
                                              : VOCAB_BIT(channel);
    return (p->breaches & VOCAB_BIT(b)) != 0 &&
           (p->channels == 0 || (p->channels & bit) != 0) &&
           penalty_in_place(&p->places, place) &&
           penalty_in_force(p->from, p->to, day);
}
