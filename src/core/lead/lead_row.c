#include "core/lead/lead_row.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "core/list/place_name.h"

enum { VANITY_LETTERS = 4, VANITY_FIGURES = 3 };

static void reject(struct lead_row_result *out, const struct column *c,
                   struct slice cell, const char *why)
{
    /* The first reason is kept: it is mostly the main number's. */
    if (out->reason[0] != '\0')
        return;
    (void)snprintf(out->reason, sizeof(out->reason), "%s: '%.*s' %s", c->name,
                   (int)(cell.n > 60 ? 60 : cell.n), cell.n > 0 ? cell.p : "",
                   why);
}

/* What the cells of one row are read into. */
struct reading {
    struct lead *lead;
    struct lead_row_result *out;
    struct lead_consent consent;
    const char *country; /* of the file */
};

static void add_phone(struct reading *r, const struct number *n)
{
    struct lead *lead = r->lead;
    for (size_t i = 0; i < lead->phones; i++)
        if (lead->phone[i].e164 == n->e164)
            return;
    if (lead->phones == LEAD_PHONES_MAX) {
        r->out->left_out++;
        return;
    }
    lead->phone[lead->phones++] =
        (struct lead_phone){.e164 = n->e164, .type = n->type};
}

/* Cells such as "212-555-0123 / 646-555-0199". */
static size_t cut_numbers(struct slice cell, struct slice out[LEAD_PHONES_MAX])
{
    size_t n = 0, from = 0;
    for (size_t i = 0; i <= cell.n && n < LEAD_PHONES_MAX; i++) {
        if (i < cell.n && memchr("/;,|\r\n", cell.p[i], 6) == NULL)
            continue;
        out[n] = str_trim(str_range(cell.p + from, i - from));
        n += out[n].n > 0;
        from = i + 1;
    }
    return n;
}

/* Letters may stand for digits (800-FLOWERS), so "call after 6" would be a
 * number too: some digits must be there as such. */
static enum number_fault parse_phone(struct slice cell, const char *country,
                                     struct number *out)
{
    size_t letters = 0, figures = 0;
    for (size_t i = 0; i < cell.n; i++) {
        char c = cell.p[i];
        letters += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        figures += c >= '0' && c <= '9';
    }
    if (letters >= VANITY_LETTERS && figures < VANITY_FIGURES)
        return NUMBER_LETTERS;
    return number_parse(cell, country, out);
}

static enum number_fault take_phone(struct reading *r, struct slice cell)
{
    struct number number;
    const char *country = r->lead->country;
    enum number_fault fault = parse_phone(cell, country, &number);
    if (fault == NUMBER_OK) {
        add_phone(r, &number);
        return NUMBER_OK;
    }
    struct slice part[LEAD_PHONES_MAX];
    size_t parts = cut_numbers(cell, part), good = 0;
    for (size_t i = 0; parts > 1 && i < parts; i++) {
        if (parse_phone(part[i], country, &number) != NUMBER_OK)
            continue;
        add_phone(r, &number);
        good++;
    }
    return good > 0 ? NUMBER_OK : fault;
}

static void clean_phone(struct reading *r, const struct column *c,
                        struct slice cell)
{
    cell = str_trim(cell);
    if (cell.n == 0)
        return;
    enum number_fault fault = take_phone(r, cell);
    if (fault == NUMBER_OK)
        return;
    r->out->bad_phones++;
    reject(r->out, c, cell, number_fault_text(fault));
}

static bool digits(struct slice *s, unsigned *out)
{
    size_t n = 0;
    *out = 0;
    while (n < s->n && n < 4 && s->p[n] >= '0' && s->p[n] <= '9')
        *out = *out * 10 + (unsigned)(s->p[n++] - '0');
    *s = str_range(s->p + n, s->n - n);
    return n > 0;
}

static bool separator(struct slice *s)
{
    if (s->n == 0 || memchr("/.-", s->p[0], 3) == NULL)
        return false;
    *s = str_range(s->p + 1, s->n - 1);
    return true;
}

/* Office programs: two digits from 70 on are of the last century. */
static unsigned full_year(unsigned y)
{
    if (y >= 100)
        return y;
    return y >= 70 ? y + 1900 : y + 2000;
}

/* Year first when the first figure is no day, as 2026-11-21; else day and
 * month in the country's order. A time of day may follow. */
static bool read_date(struct slice cell, const char *country,
                      struct civil_date *out)
{
    unsigned a, b, c;
    struct slice s = str_trim(cell);
    if (!digits(&s, &a) || !separator(&s) || !digits(&s, &b) ||
        !separator(&s) || !digits(&s, &c))
        return false;
    if (s.n > 0 && s.p[0] != ' ' && s.p[0] != 'T')
        return false;
    bool year_first = a >= 1000;
    bool month_first = strcmp(country, "US") == 0;
    unsigned year = year_first ? a : full_year(c);
    unsigned month = year_first || !month_first ? b : a;
    unsigned day = year_first ? c : month_first ? b : a;
    if (month > 12 || day > 31 || year > 9999)
        return false;
    struct civil_date d = {
        .year = (int16_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
    if (!civil_date_valid(d))
        return false;
    *out = d;
    return true;
}

static enum consent_type read_consent(struct slice cell)
{
    static const struct {
        const char *word;
        enum consent_type type;
    } known[] = {
        {"written", CONSENT_EXPRESS_WRITTEN},
        {"express written", CONSENT_EXPRESS_WRITTEN},
        {"express_written", CONSENT_EXPRESS_WRITTEN},
        {"pewc", CONSENT_EXPRESS_WRITTEN},
        {"oral", CONSENT_EXPRESS_ORAL},
        {"express oral", CONSENT_EXPRESS_ORAL},
        {"express_oral", CONSENT_EXPRESS_ORAL},
        {"spoken", CONSENT_EXPRESS_ORAL},
        {"express", CONSENT_EXPRESS},
    };
    cell = str_trim(cell);
    for (size_t i = 0; i < tm_array_len(known); i++)
        if (str_eq_nocase(cell, known[i].word))
            return known[i].type;
    /* "Y", "yes", "1": of what kind is not said, so it is none. */
    return CONSENT_NONE;
}

static bool is_word(struct slice cell, const char *const *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(cell, word[i]))
            return true;
    return false;
}

/* A date, or yes or no. Anything else that stands there counts as withdrawn
 * too, whenever that was: in doubt nobody is called. */
static void clean_revoked(struct reading *r, struct slice cell)
{
    static const char *const no[] = {"no", "n", "false", "0", "-", "none"};
    static const char *const yes[] = {"yes", "y", "true", "1", "x"};
    struct civil_date d;
    if (is_word(cell, no, tm_array_len(no)))
        return;
    r->consent.revoked_us = 1;
    if (read_date(cell, r->country, &d) && d.year > 1970)
        r->consent.revoked_us = (int64_t)civil_days(d) * CIVIL_DAY_US;
    else
        r->out->unread_date |= !is_word(cell, yes, tm_array_len(yes));
}

static void clean_date(struct reading *r, const struct column *c,
                       struct slice cell)
{
    struct civil_date d;
    cell = str_trim(cell);
    if (cell.n == 0)
        return;
    if (c->role == COLUMNS_REVOKED) {
        clean_revoked(r, cell);
        return;
    }
    if (!read_date(cell, r->country, &d)) {
        r->out->unread_date = true;
        return;
    }
    if (c->role == COLUMNS_CONSENT_DATE)
        r->consent.given = d;
    else if (c->role == COLUMNS_PURCHASE)
        r->lead->last_transaction = d;
    else if (c->role == COLUMNS_INQUIRY)
        r->lead->last_inquiry = d;
    else
        r->lead->last_gift = d;
}

static void add_field(struct reading *r, const struct column *c,
                      struct slice cell)
{
    struct lead *lead = r->lead;
    cell = str_trim(cell);
    if (cell.n == 0)
        return;
    if (lead->fields == LEAD_FIELDS_MAX) {
        r->out->left_out++;
        return;
    }
    lead->field[lead->fields++] =
        (struct lead_field){.name = str_of(c->name), .value = cell};
}

static char upper(char c)
{
    return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* "Florida" is "FL" in a row of the United States, else "US-FL". */
static bool region_name(struct reading *r, struct slice cell)
{
    char code[PLACE_NAME_CODE_LEN];
    const char *in = r->lead->country;
    bool known =
        in[0] == '\0' || strcmp(in, "US") == 0 || strcmp(in, "CA") == 0;
    if (!known || !place_name_code(cell, code))
        return false;
    bool home = memcmp(code, in, 2) == 0;
    (void)str_copy(r->lead->region, sizeof(r->lead->region),
                   str_of(home ? code + 3 : code));
    return true;
}

/* A code: "OH" or "US-OH", or a name. What is neither stays a field only. */
static void clean_region(struct reading *r, struct slice cell)
{
    char *to = r->lead->region;
    cell = str_trim(cell);
    bool whole = cell.n > 3 && cell.p[2] == '-';
    if (region_name(r, cell) || cell.n < 2 || cell.n > (whole ? 6 : 3))
        return;
    for (size_t i = 0; i < cell.n; i++) {
        char c = upper(cell.p[i]);
        bool code = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!code && !(whole && i == 2))
            return;
    }
    (void)str_copy(to, sizeof(r->lead->region), cell);
    for (size_t i = 0; to[i] != '\0'; i++)
        to[i] = upper(to[i]);
}

/* "Erie County" is "Erie", as orders and registers name it. A name that does
 * not fit is left out: cut off, it would be another county. */
static void clean_county(struct reading *r, struct slice cell)
{
    static const char tail[] = " county";
    const size_t n = sizeof(tail) - 1;
    cell = str_trim(cell);
    if (cell.n > n && str_eq_nocase(str_range(cell.p + cell.n - n, n), tail))
        cell = str_trim(str_range(cell.p, cell.n - n));
    if (cell.n < sizeof(r->lead->county))
        (void)str_copy(r->lead->county, sizeof(r->lead->county), cell);
}

static void clean_party(struct reading *r, struct slice cell)
{
    static const char *const word[] = {"business", "b2b", "company"};
    r->lead->business = is_word(str_trim(cell), word, tm_array_len(word));
}

static void clean_cell(struct reading *r, const struct column *c,
                       struct slice cell)
{
    switch (c->role) {
    case COLUMNS_PHONE: clean_phone(r, c, cell); break;
    case COLUMNS_FIELD: add_field(r, c, cell); break;
    case COLUMNS_REGION:
        add_field(r, c, cell);
        clean_region(r, cell);
        break;
    case COLUMNS_COUNTY:
        add_field(r, c, cell);
        clean_county(r, cell);
        break;
    case COLUMNS_PARTY: clean_party(r, cell); break;
    case COLUMNS_CONSENT: r->consent.type = read_consent(cell); break;
    case COLUMNS_CONSENT_DATE:
    case COLUMNS_REVOKED:
    case COLUMNS_PURCHASE:
    case COLUMNS_INQUIRY:
    case COLUMNS_GIFT: clean_date(r, c, cell); break;
    case COLUMNS_COUNTRY:
    case COLUMNS_IGNORE:
    case COLUMNS_ROLE_COUNT: break;
    }
}

/* "us", "USA", "United States"; "" when it is not understood: a national
 * number must not be read by another country's habits. */
static void read_country(struct slice cell, char out[3])
{
    static const struct {
        const char *word, *code;
    } known[] = {
        {"uk", "GB"},
        {"usa", "US"},
        {"u.s.a.", "US"},
        {"u.s.", "US"},
        {"united states", "US"},
        {"gbr", "GB"},
        {"great britain", "GB"},
        {"united kingdom", "GB"},
        {"united states of america", "US"},
        {"can", "CA"},
        {"canada", "CA"},
        {"deu", "DE"},
        {"germany", "DE"},
        {"deutschland", "DE"},
        {"fin", "FI"},
        {"finland", "FI"},
        {"suomi", "FI"},
        {"ita", "IT"},
        {"italy", "IT"},
        {"italia", "IT"},
        {"rus", "RU"},
        {"russia", "RU"},
        {"Россия", "RU"},
        {"kor", "KR"},
        {"korea", "KR"},
        {"south korea", "KR"},
        {"대한민국", "KR"},
        {"한국", "KR"},
    };
    for (size_t i = 0; i < tm_array_len(known); i++) {
        if (!str_eq_nocase(cell, known[i].word))
            continue;
        (void)str_copy(out, 3, str_of(known[i].code));
        return;
    }
    out[0] = '\0';
    if (cell.n != 2)
        return;
    char code[3] = {upper(cell.p[0]), upper(cell.p[1]), '\0'};
    if (code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z')
        memcpy(out, code, sizeof(code));
}

/* The row's own country when it says one, else the file's. */
static void find_country(const struct columns *c, const struct csv_row *row,
                         const char *fallback, char out[3])
{
    (void)str_copy(out, 3, str_of(fallback));
    for (size_t i = 0; i < c->n && i < row->cells; i++) {
        struct slice cell = str_trim(row->cell[i]);
        if (c->column[i].role == COLUMNS_COUNTRY && cell.n > 0)
            read_country(cell, out);
    }
}

static bool row_is_short(const struct columns *c, const struct csv_row *row)
{
    for (size_t i = 0; i < row->cells && i < c->n; i++)
        if (c->column[i].role == COLUMNS_PHONE)
            return false;
    return true;
}

void lead_row_clean(const struct columns *c, const struct csv_row *row,
                    const char *country, struct lead *lead,
                    struct lead_row_result *out)
{
    memset(out, 0, sizeof(*out));
    memset(lead, 0, sizeof(*lead));
    if (row->fault != CSV_OK) {
        (void)snprintf(out->reason, sizeof(out->reason), "%s",
                       csv_fault_text(row->fault));
        return;
    }
    struct reading r = {.lead = lead, .out = out, .country = country};
    find_country(c, row, country, lead->country);
    for (size_t i = 0; i < c->n && i < row->cells; i++)
        clean_cell(&r, &c->column[i], row->cell[i]);
    out->extra_cells = row->cells > c->n ? (unsigned)(row->cells - c->n) : 0;
    /* A withdrawal alone is told too: it ends what is on record. */
    if (r.consent.type != CONSENT_NONE || r.consent.revoked_us != 0)
        lead->consent[lead->consents++] = r.consent;
    out->good = lead->phones > 0;
    if (out->good)
        out->reason[0] = '\0';
    else if (row_is_short(c, row))
        (void)snprintf(out->reason, sizeof(out->reason),
                       "the row has %zu cells and ends before the telephone "
                       "columns",
                       row->cells);
    else if (out->reason[0] == '\0')
        (void)snprintf(out->reason, sizeof(out->reason),
                       "no telephone number in the row");
}
