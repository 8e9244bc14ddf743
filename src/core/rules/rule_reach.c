#include "core/rules/rule_judge.h"

#include <string.h>

static void add_place(struct rule_judge *j, struct place_code p)
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
void rule_reach_places(struct rule_judge *j)
{
    const struct rule_case *k = j->view.k;
    j->places = j->regions = 0;
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

/* --- the groups of those places --- */

static void add_groups(struct rule_judge *j, struct rule_bits *set,
                       struct place_code p, unsigned reaches)
{
    const struct rule_book *b = j->b;
    size_t low = 0;
    size_t high = b->groups;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (b->entry[mid].place.v < p.v) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    for (; low < b->groups && b->entry[low].place.v == p.v; low++) {
        size_t g = b->entry[low].group;
        if (reaches >> b->group[g].reach & 1) {
            rule_bits_set(set, g);
        }
    }
}

/* A place and its country. */
static void add_place_groups(struct rule_judge *j, struct rule_bits *set,
                             struct place_code p, unsigned reaches)
{
    struct place_code country = vocab_place_country(p);
    add_groups(j, set, p, reaches);
    if (country.v != p.v) {
        add_groups(j, set, country, reaches);
    }
}

/* --- recording --- */

static bool has_group(const struct rule_book *b, struct place_code p)
{
    for (size_t g = 0; g < b->groups; g++) {
        if (b->group[g].place.v == p.v && b->group[g].reach != REACH_CALLEE) {
            return true;
        }
    }
    return false;
}

static bool is_eea(const char *country)
{
    static const char members[] =
        "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL "
        "NO PL PT RO SE SI SK";
    const char *at = strstr(members, country);
    return strlen(country) == 2 && at && (at - members) % 3 == 0;
}

/* An end of the recording; a member state without a rule of its own has those
 * of the Union. */
static void add_end(struct rule_judge *j, struct rule_bits *set,
                    struct place_code p)
{
    unsigned ends = 1U << REACH_RECORDING | 1U << REACH_RECORDER;
    char text[VOCAB_PLACE_MAX + 1];
    struct place_code country = vocab_place_country(p);
    if (p.v == 0) {
        return;
    }
    add_place_groups(j, set, p, ends);
    vocab_place_text(country, text);
    if (is_eea(text) && !has_group(j->b, country)) {
        struct place_code eu;
        bool good = vocab_place_parse(str_of("EU"), &eu);
        tm_assert(good);
        add_groups(j, set, eu, ends);
    }
}

/* Rules of recording are also those of the agent's place and the recorder's
 * (convention K9); none when nothing is recorded. */
void rule_reach_groups(struct rule_judge *j)
{
    const struct case_recording *r = &j->view.k->recording;
    bool recorded = r->planned != TRI_NO;
    unsigned own = 1U << REACH_CALLEE | (recorded ? 1U << REACH_RECORDING : 0);
    struct rule_bits set;
    memset(&set, 0, sizeof set);
    add_groups(j, &set, (struct place_code){0}, own);
    for (size_t i = 0; i < j->places; i++) {
        add_place_groups(j, &set, j->place[i], own);
    }
    if (recorded) {
        add_end(j, &set, r->agent);
        add_end(j, &set, r->recorder);
    }
    j->groups = 0;
    for (size_t w = 0; w * 64 < j->b->groups; w++) {
        for (uint64_t bits = set.word[w]; bits; bits &= bits - 1) {
            if (j->groups == RULE_GROUPS_MAX) {
                j->overflow = true;
                return;
            }
            size_t g = w * 64 + (size_t)__builtin_ctzll(bits);
            j->group[j->groups++] = &j->b->group[g];
        }
    }
}

static bool listed(const struct rule_code *c, struct place_code p)
{
    for (size_t i = 0; i < c->regions; i++) {
        if (p.v && c->region[i].v == p.v) {
            return true;
        }
    }
    return false;
}

/* A rule of some regions binds when any candidate is one of them, an exemption
 * helps when all are. An unknown region has no law of its own, so a rule does
 * not bind there; whether an exemption would help is not known. */
enum tri rule_reach_region(const struct rule_judge *j,
                           const struct rule_code *c)
{
    if (c->regions == 0) {
        return TRI_YES;
    }
    bool any = false;
    bool all = true;
    bool unknown = j->regions == 0;
    for (size_t i = 0; i < j->regions; i++) {
        bool in = listed(c, j->region[i]);
        any |= in;
        all &= in || !j->region[i].v;
        unknown |= !j->region[i].v;
    }
    if (c->role != RULE_EXEMPT) {
        return any ? TRI_YES : TRI_NO;
    }
    if (!all) {
        return TRI_NO;
    }
    return unknown ? TRI_UNKNOWN : TRI_YES;
}

/* In force on the callee's date; where that is two dates, on the strict one.
 * Notes when this will change. */
static bool in_force(struct rule_judge *j, const struct rule_code *c)
{
    const struct rule_clock *clock = &j->view.clock;
    bool exempt = c->role == RULE_EXEMPT;
    int32_t from = exempt ? clock->day_min : clock->day_max;
    int32_t to = exempt ? clock->day_max : clock->day_min;
    if (c->from_day > from) {
        int64_t at = exempt ? rule_clock_last(clock, c->from_day)
                            : rule_clock_first(clock, c->from_day);
        int64_t *note = exempt ? &j->opens_us : &j->holds_us;
        *note = rule_judge_least(*note, at);
        return false;
    }
    if (c->to_day == INT32_MAX) {
        return true;
    }
    if (c->to_day >= to) {
        int64_t at = exempt ? rule_clock_first(clock, c->to_day + 1)
                            : rule_clock_last(clock, c->to_day + 1);
        int64_t *note = exempt ? &j->holds_us : &j->opens_us;
        *note = rule_judge_least(*note, at);
    }
    return c->to_day >= to;
}

bool rule_reach_binds_by_date(struct rule_judge *j, const struct rule_code *c)
{
    return rule_reach_region(j, c) != TRI_NO && in_force(j, c);
}
