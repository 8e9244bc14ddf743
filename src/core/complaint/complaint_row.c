#include "core/complaint/complaint_row.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "core/complaint/complaint_time.h"
#include "core/number/number.h"
#include "core/number/number_region.h"
#include "core/number/number_zone.h"

enum { NAME_MAX_BYTES = 64, AHEAD_DAYS = 1 };

/* Names of columns in lower case with '_' between words; `only` tells the
 * layout that alone has this name. */
struct known_name {
    const char *name;
    enum complaint_cell cell;
    enum complaint_layout only;
};

#define FTC    COMPLAINT_LAYOUT_FTC
#define CANADA COMPLAINT_LAYOUT_CANADA
#define ANY    COMPLAINT_LAYOUT_UNKNOWN
static const struct known_name known[] = {
    {"id", COMPLAINT_CELL_ID, ANY},
    {"complaint_id", COMPLAINT_CELL_ID, ANY},
    {"complaint_number", COMPLAINT_CELL_ID, ANY},
    {"reference", COMPLAINT_CELL_ID, ANY},
    {"company_phone_number", COMPLAINT_CELL_SHOWN, FTC},
    {"shown", COMPLAINT_CELL_SHOWN, ANY},
    {"shown_number", COMPLAINT_CELL_SHOWN, ANY},
    {"caller_id", COMPLAINT_CELL_SHOWN, ANY},
    {"caller_number", COMPLAINT_CELL_SHOWN, ANY},
    {"telemarketer_number", COMPLAINT_CELL_SHOWN, CANADA},
    {"shown_name", COMPLAINT_CELL_SHOWN_NAME, ANY},
    {"caller_name", COMPLAINT_CELL_SHOWN_NAME, ANY},
    {"telemarketer_name", COMPLAINT_CELL_SHOWN_NAME, CANADA},
    {"complainant", COMPLAINT_CELL_COMPLAINANT, ANY},
    {"complainant_number", COMPLAINT_CELL_COMPLAINANT, ANY},
    {"number", COMPLAINT_CELL_COMPLAINANT, ANY},
    {"phone", COMPLAINT_CELL_COMPLAINANT, ANY},
    {"number_called", COMPLAINT_CELL_COMPLAINANT, ANY},
    {"called_number", COMPLAINT_CELL_COMPLAINANT, ANY},
    {"name", COMPLAINT_CELL_NAME, ANY},
    {"complainant_name", COMPLAINT_CELL_NAME, ANY},
    {"violation_date", COMPLAINT_CELL_AT, FTC},
    {"at", COMPLAINT_CELL_AT, ANY},
    {"date", COMPLAINT_CELL_AT, ANY},
    {"call_date", COMPLAINT_CELL_AT, ANY},
    {"date_of_call", COMPLAINT_CELL_AT, ANY},
    {"time", COMPLAINT_CELL_TIME, ANY},
    {"call_time", COMPLAINT_CELL_TIME, ANY},
    {"time_of_call", COMPLAINT_CELL_TIME, ANY},
    {"created_date", COMPLAINT_CELL_FILED, FTC},
    {"filed", COMPLAINT_CELL_FILED, ANY},
    {"filed_date", COMPLAINT_CELL_FILED, ANY},
    {"received", COMPLAINT_CELL_FILED, ANY},
    {"subject", COMPLAINT_CELL_ABOUT, ANY},
    {"about", COMPLAINT_CELL_ABOUT, ANY},
    {"text", COMPLAINT_CELL_ABOUT, ANY},
    {"nature", COMPLAINT_CELL_ABOUT, ANY},
    {"nature_of_call", COMPLAINT_CELL_ABOUT, ANY},
    {"consumer_city", COMPLAINT_CELL_CITY, FTC},
    {"city", COMPLAINT_CELL_CITY, ANY},
    {"consumer_state", COMPLAINT_CELL_STATE, FTC},
    {"state", COMPLAINT_CELL_STATE, ANY},
    {"province", COMPLAINT_CELL_STATE, CANADA},
    {"consumer_area_code", COMPLAINT_CELL_AREA_CODE, FTC},
    {"area_code", COMPLAINT_CELL_AREA_CODE, ANY},
    {"recorded_message_or_robocall", COMPLAINT_CELL_RECORDED, FTC},
    {"recorded", COMPLAINT_CELL_RECORDED, ANY},
    {"recorded_message", COMPLAINT_CELL_RECORDED, ANY},
    {"listed", COMPLAINT_CELL_LISTED, ANY},
    {"on_list", COMPLAINT_CELL_LISTED, ANY},
    {"on_dncl", COMPLAINT_CELL_LISTED, CANADA},
    {"registered_on_dncl", COMPLAINT_CELL_LISTED, CANADA},
    {"dncl_registered", COMPLAINT_CELL_LISTED, CANADA},
    {"channel", COMPLAINT_CELL_CHANNEL, ANY},
    {"voice_or_fax", COMPLAINT_CELL_CHANNEL, CANADA},
    {"due", COMPLAINT_CELL_DUE, ANY},
    {"answer_by", COMPLAINT_CELL_DUE, ANY},
    {"source", COMPLAINT_CELL_SOURCE, ANY},
};

static const char *const cell_text[] = {
#define X(name, word) word,
    COMPLAINT_CELLS(X)
#undef X
};

const char *complaint_row_layout_text(enum complaint_layout l)
{
    static const char *const text[] = {"unknown", "ftc", "canada", "own"};
    tm_assert(l < tm_array_len(text));
    return text[l];
}

static const struct known_name *find_name(struct slice name)
{
    char key[NAME_MAX_BYTES];
    size_t n = 0;
    name = str_trim(name);
    for (size_t i = 0; i < name.n && n < sizeof(key) - 1; i++) {
        char c = name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
            letter = true;
        }
        if (letter)
            key[n++] = c;
        else if (n > 0 && key[n - 1] != '_')
            key[n++] = '_';
    }
    while (n > 0 && key[n - 1] == '_')
        n--;
    for (size_t i = 0; i < tm_array_len(known); i++)
        if (str_eq(str_range(key, n), known[i].name))
            return &known[i];
    return NULL;
}

enum complaint_cell complaint_row_cell(struct slice name)
{
    const struct known_name *k = find_name(name);
    return k != NULL ? k->cell : COMPLAINT_CELL_COUNT;
}

bool complaint_row_note(struct complaint_columns *c, struct slice name)
{
    const struct known_name *k = find_name(name);
    if (k == NULL)
        return true;
    bool again = c->has[k->cell];
    c->has[k->cell] = true;
    c->ftc = c->ftc || k->only == COMPLAINT_LAYOUT_FTC;
    c->canada = c->canada || k->only == COMPLAINT_LAYOUT_CANADA;
    return !again;
}

enum complaint_layout complaint_row_layout(const struct complaint_columns *c,
                                           struct err *e)
{
    if (c->ftc && c->has[COMPLAINT_CELL_SHOWN])
        return COMPLAINT_LAYOUT_FTC;
    /* A list of leads has numbers too: taking it for complaints would end
     * the calls to all of them. */
    bool told = c->has[COMPLAINT_CELL_ABOUT] || c->has[COMPLAINT_CELL_SHOWN];
    if (told && c->canada)
        return COMPLAINT_LAYOUT_CANADA;
    if (told &&
        (c->has[COMPLAINT_CELL_COMPLAINANT] || c->has[COMPLAINT_CELL_SHOWN]))
        return COMPLAINT_LAYOUT_OWN;
    (void)err_set(e, TM_EINVAL,
                  "this is no file of complaints: it wants a column "
                  "complainant or shown, and about or shown (or those of the "
                  "FTC); name the columns as docs/complaints.md says");
    return COMPLAINT_LAYOUT_UNKNOWN;
}

/* --- one row --- */

static bool refuse(struct complaint_row_room *room, enum complaint_cell cell,
                   struct slice value, const char *why)
{
    int n = (int)(value.n > 60 ? 60 : value.n);
    (void)snprintf(room->why, sizeof(room->why), "%s '%.*s' %s",
                   cell_text[cell], n, value.p != NULL ? value.p : "", why);
    return false;
}

size_t complaint_row_zones(const struct tz_set *zones, uint64_t e164,
                           const char *country, const struct tz **out,
                           size_t max)
{
    const char *name[NUMBER_ZONE_MAX];
    size_t n =
        e164 != 0 ? number_zone_candidates(e164, name, NUMBER_ZONE_MAX) : 0;
    /* A toll-free number has all zones of North America's plan. */
    if (n == 0 && (strcmp(country, "US") == 0 || strcmp(country, "CA") == 0))
        n = number_zone_candidates(UINT64_C(18005550123), name,
                                   NUMBER_ZONE_MAX);
    size_t found = 0;
    for (size_t i = 0; i < n && found < max; i++) {
        const struct tz *z = tz_set_find(zones, name[i]);
        if (z != NULL)
            out[found++] = z;
    }
    return found;
}

/* A number of the plan +1 in that area code, for its zones. */
static uint64_t area_number(unsigned area_code)
{
    return area_code == 0 ? 0
                          : UINT64_C(10000000000) +
                                area_code * UINT64_C(10000000) + 5550123;
}

static bool read_time(const struct complaint_row *r,
                      struct complaint_row_room *room, enum complaint_cell cell,
                      const struct complaint *c, struct complaint_time *out)
{
    const struct tz *zone[NUMBER_ZONE_MAX];
    struct slice date = str_trim(r->cell[cell]);
    struct slice time = str_trim(r->cell[COMPLAINT_CELL_TIME]);
    char both[96];
    size_t n = 0;
    *out = (struct complaint_time){0};
    if (date.n == 0)
        return true;
    if (cell == COMPLAINT_CELL_AT && time.n > 0) {
        (void)snprintf(both, sizeof(both), "%.*s %.*s",
                       (int)(date.n > 40 ? 40 : date.n), date.p,
                       (int)(time.n > 40 ? 40 : time.n), time.p);
        date = str_of(both);
    }
    if (r->layout == COMPLAINT_LAYOUT_FTC) {
        zone[0] = tz_set_find(r->zones, "America/New_York");
        n = zone[0] != NULL ? 1 : 0;
    } else {
        uint64_t of =
            c->complainant != 0 ? c->complainant : area_number(c->area_code);
        n = complaint_row_zones(r->zones, of, c->country, zone,
                                NUMBER_ZONE_MAX);
    }
    enum complaint_time_fault f =
        complaint_time_parse(date, c->country, zone, n, out);
    if (f != COMPLAINT_TIME_OK)
        return refuse(room, cell, date, complaint_time_fault_text(f));
    if (out->at_us > r->now_us + AHEAD_DAYS * CIVIL_DAY_US)
        return refuse(room, cell, date, "lies in the future");
    return true;
}

static enum tri read_tri(struct slice s)
{
    static const char *const yes[] = {"y", "yes", "true", "1", "oui"};
    static const char *const no[] = {"n", "no", "false", "0", "non"};
    s = str_trim(s);
    for (size_t i = 0; i < tm_array_len(yes); i++) {
        if (str_eq_nocase(s, yes[i]))
            return TRI_YES;
        if (str_eq_nocase(s, no[i]))
            return TRI_NO;
    }
    return TRI_UNKNOWN;
}

static enum contact_channel read_channel(struct slice s, enum tri recorded)
{
    s = str_trim(s);
    if (str_eq_nocase(s, "fax"))
        return CHANNEL_FAX;
    if (str_eq_nocase(s, "text") || str_eq_nocase(s, "sms"))
        return CHANNEL_TEXT;
    if (str_eq_nocase(s, "email") || str_eq_nocase(s, "e-mail"))
        return CHANNEL_EMAIL;
    if (str_eq_nocase(s, "voice_ai") || str_eq_nocase(s, "ai"))
        return CHANNEL_VOICE_AI;
    if (recorded == TRI_YES || str_eq_nocase(s, "voice_prerecorded") ||
        str_eq_nocase(s, "recorded"))
        return CHANNEL_VOICE_PRERECORDED;
    if (recorded == TRI_NO || str_eq_nocase(s, "voice_live") ||
        str_eq_nocase(s, "live"))
        return CHANNEL_VOICE_LIVE;
    return CHANNEL_UNKNOWN;
}

/* Numbers. One of the person that cannot be read makes the row useless; what
 * his telephone showed is often junk (a spoofed 0000000000) and only kept. */
static bool read_numbers(const struct complaint_row *r,
                         struct complaint_row_room *room, struct complaint *c)
{
    struct number n;
    struct slice own = str_trim(r->cell[COMPLAINT_CELL_COMPLAINANT]);
    struct slice shown = str_trim(r->cell[COMPLAINT_CELL_SHOWN]);
    if (own.n > 0) {
        enum number_fault f = number_parse(own, c->country, &n);
        if (f != NUMBER_OK)
            return refuse(room, COMPLAINT_CELL_COMPLAINANT, own,
                          number_fault_text(f));
        c->complainant = n.e164;
        if (n.region[0] != '\0')
            (void)str_copy(c->country, sizeof(c->country), str_of(n.region));
    }
    c->shown_as = shown;
    if (shown.n > 0 && number_parse(shown, r->country, &n) == NUMBER_OK)
        c->shown = n.e164;
    if (r->layout != COMPLAINT_LAYOUT_FTC && own.n == 0 && shown.n == 0) {
        (void)snprintf(room->why, sizeof(room->why),
                       "neither the number that was called nor the one that "
                       "was shown is there");
        return false;
    }
    return true;
}

static void read_place(const struct complaint_row *r, struct complaint *c)
{
    char place[VOCAB_PLACE_MAX + 1];
    struct slice state = str_trim(r->cell[COMPLAINT_CELL_STATE]);
    uint64_t code;
    if (str_u64(str_trim(r->cell[COMPLAINT_CELL_AREA_CODE]), &code) &&
        code >= 200 && code <= 999)
        c->area_code = (unsigned)code;
    else if (c->complainant / UINT64_C(10000000000) == 1)
        c->area_code = (unsigned)(c->complainant / UINT64_C(10000000) % 1000);
    /* Two capitals are a subdivision; names in full stay with the text. */
    if (state.n == 2 && state.p[0] >= 'A' && state.p[0] <= 'Z' &&
        state.p[1] >= 'A' && state.p[1] <= 'Z') {
        (void)snprintf(place, sizeof(place), "%.2s-%.2s", c->country, state.p);
        (void)vocab_place_parse(str_of(place), &c->area);
    }
    const char *region[NUMBER_REGION_MAX];
    if (c->area.v == 0 && c->complainant != 0 &&
        number_region_candidates(c->complainant, region, NUMBER_REGION_MAX) ==
            1)
        (void)vocab_place_parse(str_of(region[0]), &c->area);
    if (c->area.v == 0)
        (void)vocab_place_parse(str_of(c->country), &c->area);
}

/* Numbers as they are meant, whatever way they were written. */
static struct slice plain_cell(const struct complaint_row *r,
                               const struct complaint *c, size_t i,
                               char room[NUMBER_TEXT_LEN])
{
    uint64_t e164 = i == COMPLAINT_CELL_COMPLAINANT ? c->complainant
                    : i == COMPLAINT_CELL_SHOWN     ? c->shown
                                                    : 0;
    if (e164 == 0)
        return str_trim(r->cell[i]);
    return str_range(room, number_format(e164, room));
}

/* All cells, each ended by the unit separator: equal texts are one complaint.
 * The id stays out, as one edition of a file has it and another not. */
static void join(const struct complaint_row *r, struct complaint_row_room *room,
                 struct complaint *c)
{
    size_t at = 0;
    for (size_t i = 0; i < COMPLAINT_CELL_COUNT; i++) {
        char number[NUMBER_TEXT_LEN];
        struct slice s = plain_cell(r, c, i, number);
        if (i == COMPLAINT_CELL_ID)
            continue;
        size_t room_left = sizeof(room->content) - at - 1;
        size_t n = s.n < room_left ? s.n : room_left;
        if (n > 0)
            memcpy(room->content + at, s.p, n);
        at += n;
        if (at < sizeof(room->content) - 1)
            room->content[at++] = '\x1f';
    }
    c->content = str_range(room->content, at);
}

static bool read_due(const struct complaint_row *r,
                     struct complaint_row_room *room, struct complaint *c)
{
    struct slice due = str_trim(r->cell[COMPLAINT_CELL_DUE]);
    struct slice source = str_trim(r->cell[COMPLAINT_CELL_SOURCE]);
    if (due.n > 0 && !civil_parse_date(due, &c->due))
        return refuse(room, COMPLAINT_CELL_DUE, due,
                      "is no date; write it like 2026-11-21");
    c->source = r->source;
    if (source.n > 0 && !complaint_source_parse(source, &c->source))
        return refuse(room, COMPLAINT_CELL_SOURCE, source,
                      "is none of letter, phone, email, regulator, web");
    return true;
}

static bool read_times(const struct complaint_row *r,
                       struct complaint_row_room *room, struct complaint *c)
{
    struct complaint_time t, filed;
    if (!read_time(r, room, COMPLAINT_CELL_AT, c, &t) ||
        !read_time(r, room, COMPLAINT_CELL_FILED, c, &filed))
        return false;
    c->at_us = t.at_us;
    c->until_us = t.until_us;
    c->filed_us = filed.at_us;
    if (r->layout == COMPLAINT_LAYOUT_FTC && t.at_us == 0 && filed.at_us == 0) {
        (void)snprintf(room->why, sizeof(room->why),
                       "it has no date, neither of the call nor its own");
        return false;
    }
    /* A file of today may tell of a letter of last week. */
    c->received_us = r->layout == COMPLAINT_LAYOUT_OWN && filed.at_us != 0
                         ? filed.at_us
                         : r->now_us;
    return true;
}

bool complaint_row_read(const struct complaint_row *r,
                        struct complaint_row_room *room, struct complaint *out)
{
    struct complaint c = {
        .layout = str_of(complaint_row_layout_text(r->layout)),
        .seller = r->seller,
        .external = str_trim(r->cell[COMPLAINT_CELL_ID]),
        .shown_name = str_trim(r->cell[COMPLAINT_CELL_SHOWN_NAME]),
        .name = str_trim(r->cell[COMPLAINT_CELL_NAME]),
        .text = str_trim(r->cell[COMPLAINT_CELL_ABOUT]),
        .city = str_trim(r->cell[COMPLAINT_CELL_CITY]),
    };
    room->why[0] = '\0';
    (void)str_copy(c.country, sizeof(c.country), str_of(r->country));
    if (!read_numbers(r, room, &c))
        return false;
    read_place(r, &c);
    c.recorded = read_tri(r->cell[COMPLAINT_CELL_RECORDED]);
    c.listed = read_tri(r->cell[COMPLAINT_CELL_LISTED]);
    c.channel = read_channel(r->cell[COMPLAINT_CELL_CHANNEL], c.recorded);
    if (!read_times(r, room, &c) || !read_due(r, room, &c))
        return false;
    join(r, room, &c);
    *out = c;
    return true;
}
