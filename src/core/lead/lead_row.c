#include "core/lead/lead_row.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"

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

static void add_phone(struct lead *lead, const struct number *n)
{
    for (size_t i = 0; i < lead->phones; i++)
        if (lead->phone[i].e164 == n->e164)
            return;
    if (lead->phones == LEAD_PHONES_MAX)
        return;
    lead->phone[lead->phones++] =
        (struct lead_phone){.e164 = n->e164, .type = n->type};
}

/* Cells such as "212-555-0123 / 646-555-0199". */
static size_t cut_numbers(struct slice cell, struct slice out[LEAD_PHONES_MAX])
{
    size_t n = 0, from = 0;
    for (size_t i = 0; i <= cell.n && n < LEAD_PHONES_MAX; i++) {
        if (i < cell.n && strchr("/;|\n", cell.p[i]) == NULL)
            continue;
        out[n] = str_trim(str_range(cell.p + from, i - from));
        n += out[n].n > 0;
        from = i + 1;
    }
    return n;
}

static enum number_fault take_phone(struct slice cell, const char *country,
                                    struct lead *lead)
{
    struct number number;
    enum number_fault fault = number_parse(cell, country, &number);
    if (fault == NUMBER_OK) {
        add_phone(lead, &number);
        return NUMBER_OK;
    }
    struct slice part[LEAD_PHONES_MAX];
    size_t parts = cut_numbers(cell, part), before = lead->phones;
    for (size_t i = 0; parts > 1 && i < parts; i++)
        if (number_parse(part[i], country, &number) == NUMBER_OK)
            add_phone(lead, &number);
    return lead->phones > before ? NUMBER_OK : fault;
}

static void clean_phone(const struct column *c, struct slice cell,
                        const char *country, struct lead *lead,
                        struct lead_row_result *out)
{
    cell = str_trim(cell);
    if (cell.n == 0)
        return;
    enum number_fault fault = take_phone(cell, country, lead);
    if (fault == NUMBER_OK)
        return;
    out->bad_phones++;
    reject(out, c, cell, number_fault_text(fault));
}

static bool two_digits(struct slice *s, unsigned *out)
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
    if (s->n == 0 || strchr("/.-", s->p[0]) == NULL)
        return false;
    *s = str_range(s->p + 1, s->n - 1);
    return true;
}

/* ISO 2026-11-21, or day and month in the country's order; a time of day may
 * follow. */
static bool read_date(struct slice cell, const char *country,
                      struct civil_date *out)
{
    unsigned a, b, c;
    struct slice s = str_trim(cell);
    if (s.n >= 10 && civil_parse_date(str_range(s.p, 10), out))
        return true;
    if (!two_digits(&s, &a) || !separator(&s) || !two_digits(&s, &b) ||
        !separator(&s) || !two_digits(&s, &c))
        return false;
    bool month_first = strcmp(country, "US") == 0;
    unsigned year = c < 100 ? c + 2000 : c;
    struct civil_date d = {.year = (int16_t)year,
                           .month = (uint8_t)(month_first ? a : b),
                           .day = (uint8_t)(month_first ? b : a)};
    if (a > 31 || b > 31 || year > 9999 || !civil_date_valid(d))
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

static void clean_date(const struct column *c, struct slice cell,
                       const char *country, struct lead *lead,
                       struct lead_consent *consent,
                       struct lead_row_result *out)
{
    struct civil_date d = {0};
    if (str_trim(cell).n == 0)
        return;
    bool read = read_date(cell, country, &d);
    out->unread_date |= !read;
    if (c->role == COLUMNS_REVOKED) {
        /* Something stands there: withdrawn, whenever that was (strict). */
        consent->revoked_us = read ? (int64_t)civil_days(d) * CIVIL_DAY_US : 1;
        return;
    }
    if (!read)
        return;
    if (c->role == COLUMNS_CONSENT_DATE)
        consent->given = d;
    else if (c->role == COLUMNS_PURCHASE)
        lead->last_transaction = d;
    else if (c->role == COLUMNS_INQUIRY)
        lead->last_inquiry = d;
    else
        lead->last_gift = d;
}

static void add_field(const struct column *c, struct slice cell,
                      struct lead *lead)
{
    cell = str_trim(cell);
    if (cell.n == 0 || lead->fields == LEAD_FIELDS_MAX)
        return;
    lead->field[lead->fields++] =
        (struct lead_field){.name = str_of(c->name), .value = cell};
}

static void clean_cell(const struct column *c, struct slice cell,
                       const char *country, struct lead *lead,
                       struct lead_consent *consent,
                       struct lead_row_result *out)
{
    switch (c->role) {
    case COLUMNS_PHONE: clean_phone(c, cell, country, lead, out); break;
    case COLUMNS_FIELD: add_field(c, cell, lead); break;
    case COLUMNS_REGION:
        add_field(c, cell, lead);
        cell = str_trim(cell);
        if (cell.n < sizeof(lead->region))
            (void)str_copy(lead->region, sizeof(lead->region), cell);
        break;
    case COLUMNS_PARTY:
        lead->business = str_eq_nocase(str_trim(cell), "business") ||
                         str_eq_nocase(str_trim(cell), "b2b");
        break;
    case COLUMNS_CONSENT: consent->type = read_consent(cell); break;
    case COLUMNS_CONSENT_DATE:
    case COLUMNS_REVOKED:
    case COLUMNS_PURCHASE:
    case COLUMNS_INQUIRY:
    case COLUMNS_GIFT: clean_date(c, cell, country, lead, consent, out); break;
    case COLUMNS_COUNTRY:
    case COLUMNS_IGNORE:
    case COLUMNS_ROLE_COUNT: break;
    }
}

/* The row's own country, when it has one of two letters. */
static void find_country(const struct columns *c, const struct csv_row *row,
                         const char *fallback, char out[3])
{
    (void)str_copy(out, 3, str_of(fallback));
    for (size_t i = 0; i < c->n && i < row->cells; i++) {
        struct slice cell = str_trim(row->cell[i]);
        if (c->column[i].role != COLUMNS_COUNTRY || cell.n != 2)
            continue;
        for (size_t k = 0; k < 2; k++)
            out[k] = (char)(cell.p[k] >= 'a' && cell.p[k] <= 'z'
                                ? cell.p[k] - 'a' + 'A'
                                : cell.p[k]);
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
    struct lead_consent consent = {0};
    find_country(c, row, country, lead->country);
    for (size_t i = 0; i < c->n && i < row->cells; i++)
        clean_cell(&c->column[i], row->cell[i], lead->country, lead, &consent,
                   out);
    out->extra_cells = row->cells > c->n ? (unsigned)(row->cells - c->n) : 0;
    if (consent.type != CONSENT_NONE)
        lead->consent[lead->consents++] = consent;
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
