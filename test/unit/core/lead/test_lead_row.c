#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "core/lead/lead_row.h"

struct world {
    struct csv csv;
    struct columns c;
    struct lead lead;
    struct lead_row_result r;
};

static int setup(void **state)
{
    struct world *w = test_calloc(1, sizeof(*w));
    csv_open(&w->csv, ',');
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    csv_fini(&w->csv);
    test_free(w);
    return 0;
}

static struct csv_row read_row(struct world *w, const char *text)
{
    struct csv_row row;
    struct slice piece = str_of(text);
    csv_fini(&w->csv);
    csv_open(&w->csv, ',');
    assert_false(csv_next(&w->csv, &piece, &row));
    assert_true(csv_end(&w->csv, &row));
    return row;
}

/* One row under a header, of a file from a country. */
static bool clean(struct world *w, const char *header, const char *text,
                  const char *country)
{
    static const char *const none[] = {NULL};
    const struct columns_options o = {
        .country = country, .map = none, .header = COLUMNS_HEADER_YES};
    struct err e = {0};
    struct csv_row row = read_row(w, header);
    const struct columns_sample sample = {row.cell, row.cells};
    if (columns_guess(&sample, 1, &o, &w->c, &e) != TM_OK)
        fail_msg("%s", e.text);
    row = read_row(w, text);
    lead_row_clean(&w->c, &row, country, &w->lead, &w->r);
    return w->r.good;
}

static void phones(const struct world *w, uint64_t a, uint64_t b, uint64_t c)
{
    const uint64_t want[] = {a, b, c};
    size_t n = 0;
    for (; n < 3 && want[n] != 0; n++)
        if (n < w->lead.phones)
            assert_true(w->lead.phone[n].e164 == want[n]);
    assert_int_equal(w->lead.phones, n);
}

static void test_plain(void **state)
{
    struct world *w = *state;
    assert_true(clean(w, "name,phone,note", " Ann ,(212) 555-0123,", "US"));
    phones(w, 12125550123, 0, 0);
    assert_string_equal(w->lead.country, "US");
    assert_int_equal(w->lead.fields, 1); /* empty cells are no fields */
    assert_true(str_eq(w->lead.field[0].name, "name"));
    assert_true(str_eq(w->lead.field[0].value, "Ann"));
    assert_int_equal(w->lead.consents, 0);
    assert_int_equal(w->lead.id.v, 0);
    assert_string_equal(w->r.reason, "");
}

static void test_several_phones(void **state)
{
    struct world *w = *state;
    static const char *const between[] = {" / ", ";", "|", "\n", "\r\n", ", "};
    for (size_t i = 0; i < tm_array_len(between); i++) {
        char text[100];
        (void)snprintf(text, sizeof(text), "\"212-555-0123%s646-555-0199\"",
                       between[i]);
        assert_true(clean(w, "phone", text, "US"));
        phones(w, 12125550123, 16465550199, 0);
    }
    /* the same twice, in two columns, and one that is none */
    assert_true(
        clean(w, "phone,tel,cell", "2125550123,+1 212 555 0123,n/a", "US"));
    phones(w, 12125550123, 0, 0);
    assert_int_equal(w->r.bad_phones, 1);
    assert_true(clean(w, "phone", "212-555-0123 / call after 6", "US"));
    phones(w, 12125550123, 0, 0);
    assert_int_equal(w->r.bad_phones, 0);
    /* twice the same in one cell is a good cell too */
    assert_true(
        clean(w, "phone,tel", "212-555-0123,212-555-0123/2125550123", "US"));
    phones(w, 12125550123, 0, 0);
    assert_int_equal(w->r.bad_phones, 0);
}

static void test_limits_are_told(void **state)
{
    struct world *w = *state;
    assert_true(clean(w,
                      "p1 phone,p2 phone,p3 phone,p4 phone,p5 phone,"
                      "p6 phone,p7 phone",
                      "2125550101,2125550102,2125550103,2125550104,"
                      "2125550105,2125550106,2125550107",
                      "US"));
    assert_int_equal(w->lead.phones, LEAD_PHONES_MAX);
    assert_int_equal(w->r.left_out, 1);
    struct buf header, row;
    buf_init(&header, 65536);
    buf_init(&row, 65536);
    buf_add_str(&header, "phone");
    buf_add_str(&row, "2125550101");
    for (int i = 0; i < LEAD_FIELDS_MAX + 3; i++) {
        buf_addf(&header, ",f%d", i);
        buf_addf(&row, ",v%d", i);
    }
    assert_true(clean(w, header.p, row.p, "US"));
    assert_int_equal(w->lead.fields, LEAD_FIELDS_MAX);
    assert_int_equal(w->r.left_out, 3);
    buf_fini(&header);
    buf_fini(&row);
}

static void test_vanity(void **state)
{
    struct world *w = *state;
    assert_true(clean(w, "phone", "800-FLOWERS", "US"));
    phones(w, 18003569377, 0, 0);
    assert_true(clean(w, "phone", "1-800-GO-FEDEX", "US"));
    phones(w, 18004633339, 0, 0);
}

static void refused(struct world *w, const char *header, const char *text,
                    const char *why)
{
    assert_false(clean(w, header, text, "US"));
    if (strstr(w->r.reason, why) == NULL)
        fail_msg("'%s' does not say '%s'", w->r.reason, why);
}

static void test_reasons(void **state)
{
    struct world *w = *state;
    refused(w, "name,phone", "Ann,212-ABC-01!3", "phone: '212-ABC-01!3' ");
    refused(w, "name,phone", "Ann,555", "too few digits");
    refused(w, "name,phone", "Ann,2.12555E+09", "spreadsheet");
    refused(w, "name,phone", "Ann,21255501232125550123", "too many digits");
    refused(w, "name,phone", "Ann,call after 6", "letters");
    refused(w, "name,phone", "Ann,", "no telephone number in the row");
    refused(w, "name,phone", "Ann", "has 1 cells and ends before");
    refused(w, "phone,tel", "555,junk", "phone: '555'");
    refused(w, "phone,tel", ",junk", "tel: 'junk'");
    /* a long cell is shortened, and the text stays whole */
    char text[600];
    memset(text, '7', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    refused(w, "phone", text, "too many digits");
    assert_true(strlen(w->r.reason) < 160);
}

static void test_faults_are_reasons(void **state)
{
    struct world *w = *state;
    assert_true(clean(w, "phone", "2125550123", "US"));
    for (int f = CSV_TOO_LONG; f <= CSV_SWALLOWED; f++) {
        struct csv_row row = {.line = 1, .fault = (enum csv_fault)f};
        lead_row_clean(&w->c, &row, "US", &w->lead, &w->r);
        assert_false(w->r.good);
        assert_string_equal(w->r.reason, csv_fault_text((enum csv_fault)f));
    }
}

static void test_extra_cells(void **state)
{
    struct world *w = *state;
    assert_true(clean(w, "phone,name", "2125550123,Ann,x,y", "US"));
    assert_int_equal(w->r.extra_cells, 2);
    assert_int_equal(w->lead.fields, 1);
    assert_true(clean(w, "phone,name,city", "2125550123", "US"));
    assert_int_equal(w->r.extra_cells, 0);
}

static void consent(struct world *w, const char *word, enum consent_type want)
{
    char text[100];
    (void)snprintf(text, sizeof(text), "2125550123,%s", word);
    assert_true(clean(w, "phone,consent", text, "US"));
    assert_int_equal(w->lead.consents, want != CONSENT_NONE);
    if (want != CONSENT_NONE)
        assert_int_equal(w->lead.consent[0].type, want);
}

static void test_consent_words(void **state)
{
    struct world *w = *state;
    consent(w, "written", CONSENT_EXPRESS_WRITTEN);
    consent(w, " Express Written ", CONSENT_EXPRESS_WRITTEN);
    consent(w, "PEWC", CONSENT_EXPRESS_WRITTEN);
    consent(w, "oral", CONSENT_EXPRESS_ORAL);
    consent(w, "Spoken", CONSENT_EXPRESS_ORAL);
    consent(w, "express", CONSENT_EXPRESS);
    /* of what kind is not said: none */
    consent(w, "yes", CONSENT_NONE);
    consent(w, "Y", CONSENT_NONE);
    consent(w, "1", CONSENT_NONE);
    consent(w, "", CONSENT_NONE);
    consent(w, "unwritten", CONSENT_NONE);
    consent(w, "not written", CONSENT_NONE);
}

/* day 0: the cell cannot be read */
static void date(struct world *w, const char *cell, const char *country,
                 struct civil_date want)
{
    char text[100];
    (void)snprintf(text, sizeof(text), "+12125550123,%s", cell);
    assert_true(clean(w, "phone,last purchase", text, country));
    if (civil_date_cmp(w->lead.last_transaction, want) != 0)
        fail_msg("%s in %s: %d-%d-%d", cell, country,
                 w->lead.last_transaction.year, w->lead.last_transaction.month,
                 w->lead.last_transaction.day);
    assert_int_equal(w->r.unread_date, want.day == 0 && cell[0] != '\0');
}

static void test_dates(void **state)
{
    struct world *w = *state;
    const struct civil_date none = {0};
    const struct civil_date march4 = {2026, 3, 4}, april3 = {2026, 4, 3};
    date(w, "2026-03-04", "US", march4);
    date(w, "2026-03-04", "DE", march4);
    date(w, "2026-03-04T10:20:30Z", "US", march4);
    date(w, "2026/3/4", "DE", march4);
    date(w, "3/4/2026", "US", march4);
    date(w, "03/04/26", "US", march4);
    date(w, "03/04/2026 17:05", "US", march4);
    date(w, "3/4/2026", "GB", april3);
    date(w, "3.4.2026", "DE", april3);
    date(w, "03.04.26", "FI", april3);
    date(w, "3-4-2026", "IT", april3);
    date(w, "12/31/1999", "US", (struct civil_date){1999, 12, 31});
    date(w, "12/31/99", "US", (struct civil_date){1999, 12, 31});
    date(w, "2/29/2024", "US", (struct civil_date){2024, 2, 29});
    /* nothing is guessed */
    date(w, "", "US", none);
    date(w, "2/29/2023", "US", none);
    date(w, "31/12/2025", "US", none);
    date(w, "12/31/2025", "DE", none);
    date(w, "2026-13-01", "US", none);
    date(w, "2026-00-10", "US", none);
    date(w, "3/4/20265", "US", none);
    date(w, "3/4", "US", none);
    date(w, "46023", "US", none);
    date(w, "yesterday", "US", none);
    date(w, "2026-03-04x", "US", none);
    date(w, "99999/1/1", "US", none);
}

static void test_every_date_column(void **state)
{
    struct world *w = *state;
    assert_true(clean(w,
                      "phone,consent,consent date,last purchase,"
                      "last inquiry,last gift",
                      "2125550123,written,1/2/2026,1/3/2026,1/4/2026,1/5/2026",
                      "US"));
    assert_int_equal(w->lead.consent[0].given.day, 2);
    assert_int_equal(w->lead.last_transaction.day, 3);
    assert_int_equal(w->lead.last_inquiry.day, 4);
    assert_int_equal(w->lead.last_gift.day, 5);
    assert_int_equal(w->lead.consent[0].revoked_us, 0);
}

/* revoked_us of a written consent beside the cell; 1: at an unknown time */
static int64_t revoked(struct world *w, const char *cell)
{
    char text[100];
    (void)snprintf(text, sizeof(text), "2125550123,written,%s", cell);
    assert_true(clean(w, "phone,consent,consent withdrawn", text, "US"));
    assert_int_equal(w->lead.consents, 1);
    return w->lead.consent[0].revoked_us;
}

static void test_withdrawn(void **state)
{
    struct world *w = *state;
    struct civil_date d = {2026, 3, 4};
    assert_true(revoked(w, "2026-03-04") ==
                (int64_t)civil_days(d) * CIVIL_DAY_US);
    assert_int_equal(w->r.unread_date, false);
    assert_true(revoked(w, "") == 0);
    assert_true(revoked(w, "No") == 0);
    assert_true(revoked(w, "false") == 0);
    assert_true(revoked(w, "YES") == 1);
    assert_int_equal(w->r.unread_date, false);
    /* in doubt withdrawn */
    assert_true(revoked(w, "13/13/2025") == 1);
    assert_int_equal(w->r.unread_date, true);
    assert_true(revoked(w, "1/1/1970") == 1);
    /* without a consent beside it: it may end one that is on record */
    assert_true(clean(w, "phone,opt out", "2125550123,yes", "US"));
    assert_int_equal(w->lead.consents, 1);
    assert_int_equal(w->lead.consent[0].type, CONSENT_NONE);
    assert_true(w->lead.consent[0].revoked_us == 1);
}

static void test_business(void **state)
{
    struct world *w = *state;
    static const char *const cell[] = {"business", "B2B", " Company ",
                                       "consumer", "",    "no business"};
    for (size_t i = 0; i < tm_array_len(cell); i++) {
        char text[100];
        (void)snprintf(text, sizeof(text), "2125550123,%s", cell[i]);
        assert_true(clean(w, "phone,customer type", text, "US"));
        assert_int_equal(w->lead.business, i < 3);
    }
}

static void test_country(void **state)
{
    struct world *w = *state;
    assert_true(clean(w, "phone,country", "030 2639810,de", "US"));
    assert_string_equal(w->lead.country, "DE");
    phones(w, 49302639810, 0, 0);
    /* before its column, too */
    assert_true(clean(w, "country,phone", "Germany,030 2639810", "US"));
    phones(w, 49302639810, 0, 0);
    assert_true(clean(w, "country,phone", "USA,212-555-0123", "DE"));
    phones(w, 12125550123, 0, 0);
    assert_true(clean(w, "country,phone", ",212-555-0123", "US"));
    assert_string_equal(w->lead.country, "US");
    /* not understood: no national number is read by a guessed country's
     * habits, an international one is what it says */
    assert_false(clean(w, "country,phone", "Atlantis,212-555-0123", "US"));
    assert_true(clean(w, "country,phone", "Atlantis,+12125550123", "US"));
    assert_string_equal(w->lead.country, "");
    /* dates are written as the file's country does, whoever the row is */
    assert_true(
        clean(w, "country,phone,last gift", "CA,4165550123,3/4/2026", "US"));
    assert_int_equal(w->lead.last_gift.month, 3);
}

static void region(struct world *w, const char *cell, const char *want)
{
    char text[100];
    (void)snprintf(text, sizeof(text), "2125550123,\"%s\"", cell);
    assert_true(clean(w, "phone,state", text, "US"));
    assert_string_equal(w->lead.region, want);
    /* and can be spoken as it stands */
    assert_int_equal(w->lead.fields, cell[0] != '\0');
}

static void test_region(void **state)
{
    struct world *w = *state;
    region(w, "NY", "NY");
    region(w, " ny ", "NY");
    region(w, "US-NY", "US-NY");
    region(w, "us-ny", "US-NY");
    region(w, "", "");
    region(w, "Texas", "TX");
    region(w, " new  york ", "NY");
    region(w, "NEW YORK", "NY");
    region(w, "District of Columbia", "DC");
    region(w, "Washington, D.C.", "DC");
    region(w, "Washington", "WA");
    region(w, "U.S. Virgin Islands", "VI");
    region(w, "Ontario", "CA-ON"); /* the row says United States */
    region(w, "Calif.", "");
    region(w, "Floridaa", "");
    region(w, "West", "");
    region(w, "a name that is much longer than any state's name is", "");
}

static void province(struct world *w, const char *cell, const char *want)
{
    char text[100];
    (void)snprintf(text, sizeof(text), "\"%s\",4165550123", cell);
    assert_true(clean(w, "province,phone", text, "CA"));
    assert_string_equal(w->lead.region, want);
    assert_int_equal(w->lead.fields, 1); /* as it was written */
}

static void test_province(void **state)
{
    struct world *w = *state;
    province(w,
             "Qu\xC3\xA9"
             "bec",
             "QC");
    province(w,
             "QU\xC3\x89"
             "BEC",
             "QC");
    province(w,
             "Que\xCC\x81"
             "bec",
             "QC"); /* the accent by itself */
    province(w, "quebec", "QC");
    province(w, "Newfoundland & Labrador", "NL");
    province(w, "Newfoundland and Labrador", "NL");
    province(w, "Terre-Neuve-et-Labrador", "NL");
    province(w,
             "\xC3\x8Ele-du-Prince-\xC3\x89"
             "douard",
             "PE");
    province(w,
             "Nouvelle-\xC3\x89"
             "cosse",
             "NS");
    province(w, "Ohio", "US-OH");
    province(w, "&&&&&&&&&&&&&&&&&&&&&&", "");
    province(w, "Qu\xC3", "");
    /* Another country's names are its own. */
    assert_true(clean(w, "state,phone", "Georgia,+995322123456", "GE"));
    assert_string_equal(w->lead.region, "");
}

static void test_county(void **state)
{
    struct world *w = *state;
    assert_true(clean(w, "County,phone", " Erie ,2125550123", "US"));
    assert_string_equal(w->lead.county, "Erie");
    assert_int_equal(w->lead.fields, 1);
    assert_true(clean(w, "county name,phone", "Erie COUNTY,2125550123", "US"));
    assert_string_equal(w->lead.county, "Erie");
    assert_true(clean(w, "county,phone", "County,2125550123", "US"));
    assert_string_equal(w->lead.county, "County");
    assert_true(clean(w, "county,phone", ",2125550123", "US"));
    assert_string_equal(w->lead.county, "");
    assert_true(clean(w, "county,phone",
                      "A name of forty letters and so too long.,2125550123",
                      "US"));
    assert_string_equal(w->lead.county, "");
    assert_true(clean(w, "country,phone", "US,2125550123", "US"));
    assert_string_equal(w->lead.county, "");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_plain),           T(test_several_phones),
        T(test_limits_are_told), T(test_vanity),
        T(test_reasons),         T(test_faults_are_reasons),
        T(test_extra_cells),     T(test_consent_words),
        T(test_dates),           T(test_every_date_column),
        T(test_withdrawn),       T(test_business),
        T(test_country),         T(test_region),
        T(test_province),        T(test_county),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
