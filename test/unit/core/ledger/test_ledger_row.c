/* Rows of ledger files: columns, cells, words, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "core/ledger/ledger_row.h"
#include "core/ledger/ledger_text.h"
#include "core/rules/rule_case.h"

static const int64_t NOON = 1795262400000000; /* 2026-11-21T12:00:00Z */

/* Cells "a;b;c" of a header or row. */
static size_t cut(const char *text, struct slice out[LEDGER_COLUMNS_MAX])
{
    struct slice rest = str_of(text);
    size_t n = 0;
    do {
        assert_true(n < LEDGER_COLUMNS_MAX);
        out[n++] = str_cut(rest, ';', &rest);
    } while (rest.p != NULL);
    return n;
}

struct reading {
    struct ledger_header header;
    struct ledger_row row;
    struct err err;
    bool header_good, good;
};

static void read_as(struct reading *r, enum ledger_kind kind,
                    const char *header, const char *row)
{
    struct slice cell[LEDGER_COLUMNS_MAX];
    const struct ledger_row_options o = {
        .country = "US", .seller_known = true, .now_us = NOON};
    memset(r, 0, sizeof(*r));
    size_t n = cut(header, cell);
    r->header_good =
        ledger_columns_read(kind, cell, n, &r->header, &r->err) == TM_OK;
    if (!r->header_good) {
        return;
    }
    n = cut(row, cell);
    const struct csv_row csv = {.line = 2, .cell = cell, .cells = n};
    r->good = ledger_row_clean(&r->header, &csv, &o, &r->row);
}

static void must_read(struct reading *r, enum ledger_kind kind,
                      const char *header, const char *row)
{
    read_as(r, kind, header, row);
    if (!r->good) {
        fail_msg("%s: %s%s", row, r->err.text, r->row.reason);
    }
}

static void must_refuse(enum ledger_kind kind, const char *header,
                        const char *row, const char *why)
{
    struct reading r;
    read_as(&r, kind, header, row);
    assert_false(r.good);
    const char *text = r.header_good ? r.row.reason : r.err.text;
    if (strstr(text, why) == NULL) {
        fail_msg("%s: '%s' does not say '%s'", row, text, why);
    }
}

/* --- what is read ---------------------------------------------------------*/

static void test_consent(void **state)
{
    struct reading r;
    (void)state;
    must_read(&r, LEDGER_CONSENT,
              "Phone Number;CONSENT-TYPE;given on;Channels;until;"
              "Not a condition;name;wording;evidence;brand",
              " (212) 555-0101 ;PEWC;2026-01-02;voice, SMS;2026-12-31;Y;Ann;"
              "I agree;forms/1.pdf;Acme");
    const struct ledger_entry *x = &r.row.entry;
    assert_int_equal(x->kind, LEDGER_CONSENT);
    assert_true(x->e164 == 12125550101);
    assert_true(str_eq(x->word, "express_written"));
    assert_int_equal(x->channels, VOCAB_VOICE | VOCAB_BIT(CHANNEL_TEXT));
    assert_true(x->from.year == 2026 && x->from.day == 2);
    assert_true(x->from_us == 0);
    /* the last day belongs to it */
    assert_true(x->to_us == 1798761600000000);
    assert_int_equal(x->not_condition, TRI_YES);
    assert_true(str_eq(x->name, "Ann") && str_eq(x->wording, "I agree"));
    assert_true(str_eq(x->proof, "forms/1.pdf"));
    assert_true(str_eq(x->seller_name, "Acme") && !r.row.all_sellers);
}

static void test_channels(void **state)
{
    struct reading r;
    (void)state;
    must_read(&r, LEDGER_CONSENT, "number;type;given;channels",
              "2125550101;oral;2026-01-02;callback_at_time night|adad ai");
    assert_int_equal(r.row.entry.channels, VOCAB_BIT(COVERS_CALLBACK_AT_TIME) |
                                               VOCAB_BIT(COVERS_NIGHT) |
                                               VOCAB_BIT(COVERS_ADAD) |
                                               VOCAB_BIT(CHANNEL_VOICE_AI));
    must_read(&r, LEDGER_CONSENT, "number;type;given;channels",
              "2125550101;oral;2026-01-02;all");
    assert_int_equal(r.row.entry.channels, VOCAB_ALL_CHANNELS);
    must_read(&r, LEDGER_REVOCATION, "number;channels", "2125550101;all");
    assert_int_equal(r.row.entry.channels, 0);
    must_read(&r, LEDGER_REVOCATION, "number;channels", "2125550101;");
    assert_int_equal(r.row.entry.channels, 0);
}

static void test_revocation(void **state)
{
    struct reading r;
    (void)state;
    must_read(&r, LEDGER_REVOCATION, "email;received;how;category",
              "Joe@Example.COM;2026-11-20T17:30:00-05:00;Post;any");
    const struct ledger_entry *x = &r.row.entry;
    assert_true(str_eq(x->address, "joe@example.com") && x->e164 == 0);
    assert_true(x->from_us == NOON - 13 * CIVIL_HOUR_US - 30 * CIVIL_MINUTE_US);
    assert_true(str_eq(x->word, "letter") && x->value.n == 0);
    /* nothing said of when and how: now, and otherwise */
    must_read(&r, LEDGER_REVOCATION, "phone;seller", "2125550101;all");
    assert_true(r.row.entry.from_us == NOON && r.row.all_sellers);
    assert_true(str_eq(r.row.entry.word, "other"));
}

static void test_other_kinds(void **state)
{
    struct reading r;
    struct place_code p;
    (void)state;
    must_read(&r, LEDGER_RELATIONSHIP, "tel;type;date;amount",
              "+12125550101;Purchase;2026-11-21T23:30:00-05:00;USD 12");
    /* the day that is written, not that in UTC */
    assert_int_equal(r.row.entry.from.day, 21);
    assert_true(str_eq(r.row.entry.word, "transaction"));
    must_read(&r, LEDGER_CALLER_ID, "caller id;series;attestation;from",
              "2125550199;Ordinary Mobile;a;2026-01-01");
    assert_true(str_eq(r.row.entry.word, "ordinary_mobile"));
    assert_true(str_eq(r.row.entry.value, "A"));
    must_read(&r, LEDGER_LICENCE, "license;state;account_number;expires",
              "Telephone Solicitor;fl;TS-1;2027-01-01");
    assert_true(str_eq(r.row.entry.word, "telephone_solicitor"));
    assert_true(vocab_place_parse(str_of("US-FL"), &p));
    assert_true(r.row.entry.area.v == p.v && r.row.entry.to.year == 2027);
    must_read(&r, LEDGER_EXEMPTION, "exemption;from", "Charity;2026-01-01");
    assert_true(str_eq(r.row.entry.word, "registered_charity"));
    must_read(&r, LEDGER_NUMBER, "number;fact;value;date",
              "2125550101;RND;no data;2026-11-01");
    assert_true(str_eq(r.row.entry.value, "no_data"));
    must_read(&r, LEDGER_EMERGENCY, "parish;area;status;date",
              "Orleans;US-LA;reporting;2026-11-01");
    assert_true(str_eq(r.row.entry.value, "Orleans"));
    must_read(&r, LEDGER_HOLIDAY, "area;date", "ca-qc;2026-06-24");
    assert_true(vocab_place_parse(str_of("CA-QC"), &p));
    assert_true(r.row.entry.area.v == p.v);
}

static void test_country_column(void **state)
{
    struct reading r;
    (void)state;
    must_read(&r, LEDGER_REVOCATION, "number;country", "020 7946 0018;gb");
    assert_true(r.row.entry.e164 == 442079460018);
    must_refuse(LEDGER_REVOCATION, "number;country", "020 7946 0018;Britain",
                "country: 'Britain'");
}

/* Two letters that are a country mean it, whatever the file's country: a
 * licence for all of Canada is none for California, nor the other way. */
static void test_areas(void **state)
{
    static const struct {
        const char *cell, *area;
    } row[] = {
        {"CA", "CA"},       {"US", "US"},       {"in", "IN"},
        {"DE", "DE"},       {"LA", "US-LA"},    {"fl", "US-FL"},
        {"US-CA", "US-CA"}, {"us_in", "US-IN"}, {"CA-416", "CA-416"},
        {"CA-QC", "CA-QC"}, {"614", "US-614"},  {"GB-LND", "GB-LND"},
        {"PR", "US-PR"},
    };
    (void)state;
    for (size_t i = 0; i < tm_array_len(row); i++) {
        struct reading r;
        char text[32], is[VOCAB_PLACE_MAX + 1];
        (void)snprintf(text, sizeof(text), "san;%s", row[i].cell);
        must_read(&r, LEDGER_LICENCE, "kind;area", text);
        vocab_place_text(r.row.entry.area, is);
        assert_string_equal(is, row[i].area);
    }
    must_refuse(LEDGER_LICENCE, "kind;area", "san;US-QQ",
                "no place of US: AL AK AZ");
    must_refuse(LEDGER_LICENCE, "kind;area", "san;ZZ", "WI WY AS GU MP PR VI");
    must_refuse(LEDGER_LICENCE, "kind;area", "san;FO", "no place of US");
    must_refuse(LEDGER_LICENCE, "kind;area", "san;CA-FL",
                "no place of CA: AB BC");
    must_refuse(LEDGER_LICENCE, "kind;area", "san;US-1X4", "no place of US");
    must_refuse(LEDGER_HOLIDAY, "area;date", "12;2026-01-01", "no place");
    must_refuse(LEDGER_HOLIDAY, "area;date", "UTAH;2026-01-01",
                "California as US-CA, as CA is Canada");
    must_refuse(LEDGER_EMERGENCY, "area;status;date", "US-212;none;2026-01-01",
                "write the state");
}

/* --- what is refused ------------------------------------------------------*/

static void test_headers(void **state)
{
    (void)state;
    must_refuse(LEDGER_CONSENT, "number;typ;given", "", "'typ'");
    must_refuse(LEDGER_CONSENT, "number;typ;given", "",
                "columns of consent are: type, given, number");
    must_refuse(LEDGER_CONSENT, "number;type;given;mobile", "",
                "columns 1 and 4 both mean 'number'");
    must_refuse(LEDGER_CONSENT, "number;given", "", "no column 'type'");
    must_refuse(LEDGER_CONSENT, "type;given", "", "neither a column 'email'");
    must_refuse(LEDGER_CONSENT, " ; ", "", "names no columns");
    must_refuse(LEDGER_HOLIDAY, "area", "", "no column 'date'");
    must_refuse(LEDGER_NUMBER, "fact;value", "", "no column 'number'");
}

static void test_cells(void **state)
{
    static const char *const h = "number;type;given;channels;until;email";
    (void)state;
    must_refuse(LEDGER_CONSENT, h, "12;oral;2026-01-02", "number: '12'");
    must_refuse(LEDGER_CONSENT, h, "call me;oral;2026-01-02", "has letters");
    must_refuse(LEDGER_CONSENT, h, "2125550101;yes;2026-01-02",
                "type: 'yes' is not one of: express express_oral");
    must_refuse(LEDGER_CONSENT, h, "2125550101;oral;", "given: '' is empty");
    must_refuse(LEDGER_CONSENT, h, "2125550101;oral;01/02/2026",
                "write it like 2026-11-21");
    must_refuse(LEDGER_CONSENT, h, "2125550101;oral;2026-02-30", "no date");
    must_refuse(LEDGER_CONSENT, h, "2125550101;oral;1899-12-31", "before 1900");
    must_refuse(LEDGER_CONSENT, h, "2125550101;oral;2026-11-24",
                "still to come");
    must_refuse(LEDGER_CONSENT, h, "2125550101;oral;2026-01-02;pigeon",
                "channels: 'pigeon'");
    must_refuse(LEDGER_CONSENT, h, ";oral;2026-01-02;;;a b@c", "e-mail");
    must_refuse(LEDGER_CONSENT, h, ";oral;2026-01-02;;;a@", "e-mail");
    must_refuse(LEDGER_CONSENT, h, ";oral;2026-01-02", "neither a number");
    must_refuse(LEDGER_CONSENT, h, "2125550101;oral;2026-01-02;;;;;x",
                "more cells");
    must_refuse(LEDGER_CONSENT, "number;type;given;seller",
                "2125550101;oral;2026-01-02;all", "with one seller");
    must_refuse(LEDGER_CONSENT, "number;type;given;from;until",
                "2125550101;oral;2026-01-02;2026-05-02;2026-05-01", "the end");
    must_refuse(LEDGER_REVOCATION, "number;at", "2125550101;2026-11-24",
                "still to come");
    must_refuse(LEDGER_NUMBER, "number;fact;value", "2125550101;line;yes",
                "a line is");
    must_refuse(LEDGER_NUMBER, "number;fact", "2125550101;ported",
                "date: the day");
    must_refuse(LEDGER_NUMBER, "number;fact;value;date",
                "2125550101;reassigned;wireless;2026-01-01", "answers yes");
    must_refuse(LEDGER_HOLIDAY, "area;date", "UTAH;2026-01-01", "is no area");
    must_refuse(LEDGER_HOLIDAY, "area;date", "U;2026-01-01", "is no area");
    must_refuse(LEDGER_LICENCE, "kind;from;to", "san;2026-01-02;2026-01-01",
                "the last day");
}

/* Days that are not over anywhere may have happened; tomorrow's not. */
static void test_today(void **state)
{
    struct reading r;
    (void)state;
    must_read(&r, LEDGER_CONSENT, "number;type;given",
              "2125550101;oral;2026-11-22");
    must_refuse(LEDGER_CONSENT, "number;type;given",
                "2125550101;oral;2026-11-23", "still to come");
    must_read(&r, LEDGER_RELATIONSHIP, "number;event;from;to",
              "2125550101;contract;2027-01-01;2028-01-01");
    must_refuse(LEDGER_RELATIONSHIP, "number;event;from",
                "2125550101;transaction;2027-01-01", "still to come");
}

/* --- the table ------------------------------------------------------------*/

static void test_names_are_unique(void **state)
{
    (void)state;
    for (int k = 0; k < LEDGER_KIND_COUNT; k++) {
        struct ledger_column_list l = ledger_columns_of((enum ledger_kind)k);
        assert_true(l.n > 2 && l.n <= LEDGER_COLUMNS_MAX);
        for (size_t i = 0; i < l.n; i++) {
            char plain[LEDGER_WORD_MAX];
            ledger_columns_plain(str_of(l.column[i].name), plain);
            assert_string_equal(plain, l.column[i].name);
            for (size_t j = 0; j < i; j++) {
                assert_true(l.column[i].field != l.column[j].field);
                assert_string_not_equal(l.column[i].name, l.column[j].name);
            }
        }
    }
}

/* Every word of a list, and every other spelling, gives a word of the list. */
static void test_words_are_of_their_list(void **state)
{
    size_t words = 0;
    (void)state;
    for (int k = 0; k < LEDGER_KIND_COUNT; k++) {
        struct ledger_column_list l = ledger_columns_of((enum ledger_kind)k);
        for (size_t i = 0; i < l.n; i++) {
            const struct ledger_column *c = &l.column[i];
            struct slice ours, rest = str_of(c->same ? c->same : "");
            while (rest.n > 0) {
                struct slice his =
                    str_cut(str_cut(rest, ' ', &rest), '=', &ours);
                struct slice word = ledger_columns_word(c, his);
                assert_true(word.n > 0 && str_same(word, ours));
                assert_true(str_same(ledger_columns_word(c, ours), ours));
                words++;
            }
        }
    }
    assert_true(words > 60);
}

/* --- the entry as text ----------------------------------------------------*/

/* What is shown can be taken in again, and says the same. */
static void test_shown_is_read_again(void **state)
{
    static const struct {
        enum ledger_kind kind;
        const char *header, *row;
    } cases[] = {
        {LEDGER_CONSENT, "number;type;given;channels;from;until;not_condition",
         "2125550101;oral;2026-01-02;voice_live text;2026-01-03;"
         "2026-12-31T08:00:00Z;no"},
        {LEDGER_REVOCATION, "number;email;means;at;purpose;channels",
         "2125550101;a@b.org;agent;2026-05-01T01:02:03Z;survey;fax email"},
        {LEDGER_RELATIONSHIP, "number;event;from;to;goods",
         "2125550101;contract;2026-01-02;2026-02-03;power"},
        {LEDGER_CALLER_ID, "number;series;attestation;from;to;name",
         "2125550101;service;B;2026-01-02;2027-01-02;ACME"},
        {LEDGER_LICENCE, "kind;area;account;to", "san;US-OH;12;2027-01-01"},
        {LEDGER_EXEMPTION, "kind;area;proof", "hipaa;US;letter 7"},
        {LEDGER_NUMBER, "number;fact;value;date",
         "2125550101;reassigned;no_data;2026-01-02"},
        {LEDGER_EMERGENCY, "area;county;status;from;to",
         "US-LA;Orleans;declared;2026-01-02;2026-01-09"},
        {LEDGER_HOLIDAY, "area;date;name", "US-UT;2026-07-24;Pioneer Day"},
    };
    (void)state;
    for (size_t i = 0; i < tm_array_len(cases); i++) {
        struct reading r, again;
        struct buf header, row, one, two;
        buf_init(&header, 4096);
        buf_init(&row, 4096);
        buf_init(&one, 4096);
        buf_init(&two, 4096);
        must_read(&r, cases[i].kind, cases[i].header, cases[i].row);
        for (size_t k = 0; k < r.header.n; k++) {
            buf_addf(&header, "%s%s", k > 0 ? ";" : "",
                     r.header.column[k]->name);
            buf_add_str(&row, k > 0 ? ";" : "");
            ledger_text_field(&r.row.entry, r.header.column[k]->field, &row);
        }
        must_read(&again, cases[i].kind, header.p, row.p);
        ledger_text_line(&r.row.entry, &one);
        ledger_text_line(&again.row.entry, &two);
        assert_string_equal(one.p, two.p);
        assert_true(one.n > 30 && one.p[one.n - 1] == '\n');
        buf_fini(&header);
        buf_fini(&row);
        buf_fini(&one);
        buf_fini(&two);
    }
}

static struct civil_date deadline(uint64_t e164, const char *instant)
{
    struct ledger_entry x = {.kind = LEDGER_REVOCATION, .e164 = e164};
    struct ledger_deadline d = {0};
    assert_true(civil_parse_instant(str_of(instant), &x.from_us));
    return ledger_text_deadline(&x, &d) ? d.last : (struct civil_date){0};
}

/* 47 CFR 64.1200(a)(10): 10 business days; weekends do not count. */
static void test_deadlines(void **state)
{
    struct civil_date d = deadline(12125550101, "2026-11-20T18:00:00Z");
    (void)state;
    assert_true(d.year == 2026 && d.month == 12 && d.day == 4);
    d = deadline(12125550101, "2026-11-21T18:00:00Z"); /* a Saturday */
    assert_true(d.month == 12 && d.day == 4);
    d = deadline(14165550101, "2026-11-20T18:00:00Z"); /* Canada: 14 days */
    assert_true(d.month == 12 && d.day == 4);
    d = deadline(14165550101, "2026-11-21T18:00:00Z");
    assert_true(d.month == 12 && d.day == 5);
    d = deadline(442079460018, "2026-11-21T18:00:00Z");
    assert_int_equal(d.year, 0);
    d = deadline(0, "2026-11-20T18:00:00Z"); /* mail */
    assert_true(d.month == 12 && d.day == 4);
}

static int days_late(const char *came, const char *recorded)
{
    struct ledger_entry x = {.kind = LEDGER_REVOCATION, .e164 = 12125550101};
    struct ledger_deadline d;
    assert_true(civil_parse_instant(str_of(came), &x.from_us));
    assert_true(civil_parse_instant(str_of(recorded), &x.recorded_us));
    assert_true(ledger_text_deadline(&x, &d));
    return d.days_late;
}

/* Until Friday, 4 December: what is on file on that day is in time. */
static void test_days_late(void **state)
{
    const char *came = "2026-11-20T18:00:00Z";
    (void)state;
    assert_int_equal(days_late(came, came), 0);
    assert_int_equal(days_late(came, "2026-12-04T23:59:59Z"), 0);
    assert_int_equal(days_late(came, "2026-12-05T00:00:00Z"), 1);
    assert_int_equal(days_late(came, "2027-12-04T12:00:00Z"), 365);
}

/* --- anything at all ------------------------------------------------------*/

/* Rows of noise are read or refused with a reason, and never fall over. */
static void test_noise(void **state)
{
    static const char *const piece[] = {"2125550101", "+",
                                        "2026-01-02", "T",
                                        "oral",       "all",
                                        " ",          "@",
                                        "a@b.c",      "voice",
                                        ",",          "US-LA",
                                        "-",          "yes",
                                        "é",          "\"",
                                        "\x80",       "99999999999999999999",
                                        "none",       "2026-01-02T25:00:00Z",
                                        "line"};
    uint64_t seed = 77;
    size_t good = 0, refused = 0;
    struct rng r;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "noise");
    for (int turn = 0; turn < 60000; turn++) {
        enum ledger_kind kind =
            (enum ledger_kind)rng_below(&r, LEDGER_KIND_COUNT);
        struct ledger_column_list l = ledger_columns_of(kind);
        struct reading rd;
        char header[512] = "", row[2048] = "";
        for (size_t i = 0; i < l.n; i++) {
            size_t at = strlen(header), to = strlen(row);
            (void)snprintf(header + at, sizeof(header) - at, "%s%s",
                           i > 0 ? ";" : "", l.column[i].name);
            (void)snprintf(row + to, sizeof(row) - to, "%s%s%s",
                           i > 0 ? ";" : "",
                           piece[rng_below(&r, tm_array_len(piece))],
                           rng_below(&r, 4) == 0
                               ? piece[rng_below(&r, tm_array_len(piece))]
                               : "");
            if (rng_below(&r, 3) == 0) {
                row[to + (i > 0)] = '\0';
            }
        }
        read_as(&rd, kind, header, row);
        assert_true(rd.header_good);
        assert_true(rd.good == (rd.row.reason[0] == '\0'));
        good += rd.good;
        refused += !rd.good;
    }
    assert_true(good > 100 && refused > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_consent),
        cmocka_unit_test(test_channels),
        cmocka_unit_test(test_revocation),
        cmocka_unit_test(test_other_kinds),
        cmocka_unit_test(test_country_column),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_today),
        cmocka_unit_test(test_names_are_unique),
        cmocka_unit_test(test_words_are_of_their_list),
        cmocka_unit_test(test_shown_is_read_again),
        cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_areas),
        cmocka_unit_test(test_days_late),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
