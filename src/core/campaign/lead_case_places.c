/* Where the callee may be: the number, the address, and both dates of now. */
#include <stdio.h>

#include "core/campaign/lead_case_inside.h"
#include "core/list/place_name.h"
#include "core/number/number_region.h"
#include "core/rules/rules.h"

/* "US-OH", from "OH" and the country, or as it stands. A state that there is
 * not would take away the law of the true one, so it counts as no address. */
static struct place_code region_of(const struct lead *l, const char *country)
{
    struct place_code p = {0};
    char text[16];
    struct slice region = str_of(l->region);
    if (region.n == 0)
        return p;
    bool whole = region.n > 3 && region.p[2] == '-';
    const char *in = l->country[0] != '\0' ? l->country : country;
    snprintf(text, sizeof(text), "%s%s%s", whole ? "" : in, whole ? "" : "-",
             l->region);
    if (!place_name_known(str_of(text)) || !vocab_place_parse(str_of(text), &p))
        p.v = 0;
    return p;
}

static void add_place(struct lead_case *c, enum region_basis basis,
                      struct place_code region, const struct tz *zone)
{
    size_t n = c->k.location.places;
    for (size_t i = 0; i < n; i++)
        if (c->place[i].region.v == region.v && c->place[i].zone == zone)
            return;
    if (n == CASE_PLACES_MAX) {
        /* More than anybody can tell apart: the last one closes all hours. */
        c->place[n - 1].zone = NULL;
        return;
    }
    c->place[n] =
        (struct case_place){.basis = basis, .region = region, .zone = zone};
    c->k.location.places = n + 1;
}

/* Subdivisions that the number's area code may lie in; 0: not known. */
static size_t regions_of(uint64_t e164,
                         struct place_code out[NUMBER_REGION_MAX])
{
    const char *name[NUMBER_REGION_MAX];
    size_t n = number_region_candidates(e164, name, NUMBER_REGION_MAX);
    for (size_t i = 0; i < n; i++) {
        bool good = vocab_place_parse(str_of(name[i]), &out[i]);
        tm_assert(good);
    }
    return n;
}

/* What the number tells. Every zone and every subdivision stands in some
 * place; which belongs to which does not matter, as all of them count. */
static void add_number(struct lead_case *c, const struct lead_case_input *in,
                       enum region_basis basis, const struct place_code *region,
                       size_t regions)
{
    const char *name[NUMBER_ZONE_MAX];
    size_t n =
        number_zone_candidates(c->k.contact.e164, name, tm_array_len(name));
    struct place_code unknown = {0};
    n = n < tm_array_len(name) ? n : tm_array_len(name);
    for (size_t i = 0; i < n; i++)
        add_place(c, basis, regions > 0 ? region[i % regions] : unknown,
                  tz_set_find(in->zones, name[i]));
    for (size_t i = n; i < regions; i++)
        add_place(c, basis, region[i], n > 0 ? c->place[0].zone : NULL);
}

/* What the address tells. */
static void add_home(struct lead_case *c, const struct lead_case_input *in,
                     enum region_basis basis, struct place_code home)
{
    const char *name[4];
    size_t n = lead_case_zones(home, name);
    for (size_t i = 0; i < n; i++)
        add_place(c, basis, home, tz_set_find(in->zones, name[i]));
    if (n == 0 && c->k.location.places > 0)
        add_place(c, basis, home, c->place[0].zone);
}

static void fill_dates(struct lead_case *c, const struct lead_case_input *in)
{
    int64_t now = in->now_us;
    for (size_t i = 0; i < c->k.location.places; i++) {
        const struct tz *z = c->place[i].zone;
        if (z == NULL) { /* anywhere on earth */
            c->date_min = civil_of_us(now - 12 * CIVIL_HOUR_US).date;
            c->date_max = civil_of_us(now + 14 * CIVIL_HOUR_US).date;
            return;
        }
        if (i > 0 && z == c->place[i - 1].zone)
            continue;
        struct civil_date d = rules_date(in->book, z, now);
        if (i == 0 || civil_date_cmp(d, c->date_min) < 0)
            c->date_min = d;
        if (i == 0 || civil_date_cmp(d, c->date_max) > 0)
            c->date_max = d;
    }
}

void lead_case_places(struct lead_case *c, const struct lead_case_input *in,
                      const struct lead *l, const char *country)
{
    struct place_code region[NUMBER_REGION_MAX];
    struct place_code home = region_of(l, country);
    /* A confirmed address tells the law, but its zones do not replace those
     * of the number: people move and keep both. */
    if (l->region_confirmed && home.v != 0) {
        add_number(c, in, BASIS_CONFIRMED_ADDRESS, &home, 1);
        add_home(c, in, BASIS_CONFIRMED_ADDRESS, home);
    } else {
        size_t regions = regions_of(c->k.contact.e164, region);
        add_number(c, in, BASIS_AREA_CODE, region, regions);
        if (home.v != 0)
            add_home(c, in, BASIS_CRM_ADDRESS, home);
    }
    if (c->k.location.places == 0)
        add_place(c, BASIS_UNKNOWN, home, NULL);
    c->k.location.place = c->place;
    c->k.location.county = str_of(l->county);
    fill_dates(c, in);
}

bool lead_case_may_be_in(const struct lead_case *c, struct place_code area)
{
    if (area.v == c->k.contact.country.v)
        return area.v != 0;
    for (size_t i = 0; i < c->k.location.places; i++) {
        struct place_code p = c->place[i].region;
        if (p.v != 0 && (p.v == area.v || vocab_place_country(p).v == area.v))
            return true;
    }
    return false;
}

bool lead_case_is_in(const struct lead_case *c, struct place_code area)
{
    for (size_t i = 0; i < c->k.location.places; i++) {
        struct place_code p = c->place[i].region;
        p = p.v != 0 ? p : c->k.contact.country;
        if (p.v == 0 || (p.v != area.v && vocab_place_country(p).v != area.v))
            return false;
    }
    return c->k.location.places > 0;
}
