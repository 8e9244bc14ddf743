#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/list/columns.h"

enum { ROWS_MAX = 14 };

struct table {
    struct csv csv[ROWS_MAX]; /* keeps its row's cells */
    struct columns_sample row[ROWS_MAX];
    size_t n;
    struct columns c;
    struct err e;
    const char *map[COLUMNS_MAPS_MAX + 1];
    enum columns_header header;
};

static void add(struct table *t, const char *text)
{
    struct csv_row row;
    struct slice piece = str_of(text);
    assert_true(t->n < ROWS_MAX);
    csv_open(&t->csv[t->n], ',');
    assert_false(csv_next(&t->csv[t->n], &piece, &row));
    assert_true(csv_end(&t->csv[t->n], &row));
    t->row[t->n] = (struct columns_sample){row.cell, row.cells};
    t->n++;
}

static int guess(struct table *t, const char *country)
{
    const struct columns_options o = {
        .country = country, .map = t->map, .header = t->header};
    t->e = (struct err){0};
    return columns_guess(t->row, t->n, &o, &t->c, &t->e);
}

static int setup(void **state)
{
    *state = test_calloc(1, sizeof(struct table));
    return 0;
}

static int teardown(void **state)
{
    struct table *t = *state;
    for (size_t i = 0; i < t->n; i++)
        csv_fini(&t->csv[i]);
    test_free(t);
    return 0;
}

static void clear(struct table *t)
{
    for (size_t i = 0; i < t->n; i++)
        csv_fini(&t->csv[i]);
    memset(t, 0, sizeof(*t));
}

static void expect(const struct table *t, size_t i, enum columns_role role,
                   const char *name)
{
    assert_string_equal(columns_role_text(t->c.column[i].role),
                        columns_role_text(role));
    assert_string_equal(t->c.column[i].name, name);
}

static void refused(struct table *t, const char *country, const char *what)
{
    assert_int_equal(guess(t, country), TM_EINVAL);
    if (strstr(t->e.text, what) == NULL)
        fail_msg("'%s' does not say '%s'", t->e.text, what);
}

static void test_english(void **state)
{
    struct table *t = *state;
    add(t, "Customer ID, First Name ,Mobile Phone ,home_phone,Work Tel.,ST,"
           "Consent Type,consent date,Consent Withdrawn,Last Purchase,"
           "Phone Type,Country,E-mail");
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_true(t->c.has_header && t->c.has_consent);
    assert_int_equal(t->c.phones, 3);
    expect(t, 0, COLUMNS_FIELD, "customer_id");
    expect(t, 1, COLUMNS_FIELD, "first_name");
    expect(t, 2, COLUMNS_PHONE, "mobile_phone");
    expect(t, 3, COLUMNS_PHONE, "home_phone");
    expect(t, 4, COLUMNS_PHONE, "work_tel");
    expect(t, 5, COLUMNS_REGION, "st");
    expect(t, 6, COLUMNS_CONSENT, "consent_type");
    expect(t, 7, COLUMNS_CONSENT_DATE, "consent_date");
    expect(t, 8, COLUMNS_REVOKED, "consent_withdrawn");
    expect(t, 9, COLUMNS_PURCHASE, "last_purchase");
    expect(t, 10, COLUMNS_FIELD, "phone_type");
    expect(t, 11, COLUMNS_COUNTRY, "country");
    expect(t, 12, COLUMNS_FIELD, "e_mail");
}

/* Columns of consent, its day and its withdrawal, as lists name them. */
static void test_consents_by_language(void **state)
{
    struct table *t = *state;
    static const char *const header[] = {
        "Phone,Consent,Consent Date,Opt Out",
        "Telefon,Einwilligung,Datum der Einwilligung,Widerruf",
        "Phone,Einwilligung,Consent date,Widerrufen",
        "Phone,Consentement,Date de consentement,Retrait",
        "Phone,Consentimiento,Fecha de consentimiento,Revocado",
        "Puhelin,Suostumus,Suostumuspäivä,Suostumus peruttu",
        "Telefono,Consenso,Data consenso,Consenso revocato",
        "Телефон,Согласие,Дата согласия,Согласие отозвано",
        "전화번호,동의,동의일,동의 철회",
    };
    for (size_t i = 0; i < tm_array_len(header); i++) {
        clear(t);
        add(t, header[i]);
        assert_int_equal(guess(t, "US"), TM_OK);
        assert_int_equal(t->c.column[0].role, COLUMNS_PHONE);
        assert_int_equal(t->c.column[1].role, COLUMNS_CONSENT);
        assert_int_equal(t->c.column[2].role, COLUMNS_CONSENT_DATE);
        assert_int_equal(t->c.column[3].role, COLUMNS_REVOKED);
    }
}

/* One telephone column is found by its name in each of the six languages. */
static void test_six_languages(void **state)
{
    struct table *t = *state;
    static const char *const header[] = {
        "Name,Phone Number,City",    "Name,Cell,City",
        "Name,Telefonnummer,Ort",    "Name,Handynummer,Ort",
        "Name,Rufnummer,Ort",        "Nimi,Puhelinnumero,Kaupunki",
        "Nimi,Matkapuhelin,Kunta",   "Nimi,Puh.,Kunta",
        "Nome,Numero di telefono,X", "Nome,Cellulare,Citta",
        "Имя,Номер телефона,Город",  "ИМЯ,ТЕЛЕФОН,ГОРОД",
        "Имя,Мобильный,Город",       "이름,전화번호,도시",
        "이름,휴대폰 번호,도시",     "이름,연락처,도시",
    };
    for (size_t i = 0; i < tm_array_len(header); i++) {
        clear(t);
        add(t, header[i]);
        add(t, "nobody,nothing,nowhere");
        if (guess(t, "US") != TM_OK)
            fail_msg("%s: %s", header[i], t->e.text);
        assert_int_equal(t->c.phones, 1);
        assert_int_equal(t->c.column[1].role, COLUMNS_PHONE);
    }
}

static void test_words_have_borders(void **state)
{
    struct table *t = *state;
    add(t, "hotel,telly,cellar,land_owner,phone,land,consented,restate");
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_int_equal(t->c.phones, 1);
    for (size_t i = 0; i < t->c.n; i++)
        if (i != 4 && i != 5)
            assert_int_equal(t->c.column[i].role, COLUMNS_FIELD);
    assert_int_equal(t->c.column[5].role, COLUMNS_COUNTRY);
}

static void test_without_header(void **state)
{
    struct table *t = *state;
    add(t, "Ann,212-555-0123,NY");
    add(t, "Bob,646-555-0199,NY");
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_false(t->c.has_header);
    expect(t, 0, COLUMNS_FIELD, "column_1");
    expect(t, 1, COLUMNS_PHONE, "column_2");
    /* One good number tells what the column is. */
    clear(t);
    add(t, "Ann,n/a,212-555-0123");
    add(t, "Bob,n/a,n/a");
    add(t, "Carl,,646-555-0199");
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_int_equal(t->c.phones, 1);
    expect(t, 2, COLUMNS_PHONE, "column_3");
}

static void test_header_is_said(void **state)
{
    struct table *t = *state;
    add(t, "Ann,n/a");
    add(t, "Bob,646-555-0199");
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_true(t->c.has_header); /* the guess, which is wrong here */
    t->header = COLUMNS_HEADER_NO;
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_false(t->c.has_header);
    expect(t, 1, COLUMNS_PHONE, "column_2");
    clear(t);
    add(t, "name,2125550123");
    add(t, "Bob,646-555-0199");
    t->header = COLUMNS_HEADER_YES;
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_true(t->c.has_header);
    expect(t, 1, COLUMNS_PHONE, "2125550123");
}

/* A header whose names say nothing: the cells do. */
static void test_numbers_under_odd_names(void **state)
{
    struct table *t = *state;
    add(t, "name,contact,zip");
    add(t, "Ann,212-555-0123,10001");
    add(t, "Bob,,10002");
    add(t, "Carl,646-555-0199,10003");
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_int_equal(t->c.phones, 1);
    expect(t, 1, COLUMNS_PHONE, "contact");
    /* the same numbers are none of Finland's */
    refused(t, "FI", "--map COLUMN=phone");
}

static void test_map(void **state)
{
    struct table *t = *state;
    add(t, "Name,Tel.,Second Tel,Secret,Born");
    t->map[0] = "Tel.=-";
    t->map[1] = "3=phone";
    t->map[2] = "secret=-";
    t->map[3] = "Born=Birth Date";
    t->map[4] = "name=party";
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_int_equal(t->c.phones, 1);
    expect(t, 0, COLUMNS_PARTY, "name");
    expect(t, 1, COLUMNS_IGNORE, "tel");
    expect(t, 2, COLUMNS_PHONE, "second_tel");
    expect(t, 3, COLUMNS_IGNORE, "secret");
    expect(t, 4, COLUMNS_FIELD, "birth_date");
}

static void test_map_every_role(void **state)
{
    struct table *t = *state;
    for (int r = COLUMNS_IGNORE; r < COLUMNS_ROLE_COUNT; r++) {
        char map[64];
        clear(t);
        add(t, "phone,x");
        (void)snprintf(map, sizeof(map), "x=%s",
                       columns_role_text((enum columns_role)r));
        t->map[0] = map;
        assert_int_equal(guess(t, "US"), TM_OK);
        assert_int_equal(t->c.column[1].role, r);
        assert_int_equal(t->c.has_consent, r == COLUMNS_CONSENT);
    }
}

static void test_wrong_maps(void **state)
{
    struct table *t = *state;
    static const char *const wrong[][2] = {
        {"nonsense=phone", "no column 'nonsense'"},
        {"0=phone", "no column '0'"},
        {"3=phone", "no column '3'"},
        {"tel", "column=field"},
        {"tel=", "column=field"},
        {"name=phone number=", "column_is_fine"},
        {"name=...", "no name of a field"},
        {"tel=name", "both called 'name'"},
        {"name=-", ""},
    };
    for (size_t i = 0; i < tm_array_len(wrong); i++) {
        clear(t);
        add(t, "name,tel");
        t->map[0] = wrong[i][0];
        if (strcmp(wrong[i][1], "column_is_fine") == 0 || wrong[i][1][0] == 0)
            assert_int_equal(guess(t, "US"), TM_OK);
        else
            refused(t, "US", wrong[i][1]);
    }
    /* the only telephone column is taken away */
    clear(t);
    add(t, "name,tel");
    t->map[0] = "tel=number";
    refused(t, "US", "no column holds telephone numbers");
}

static void test_duplicate_headers(void **state)
{
    struct table *t = *state;
    add(t, "Phone,Name,name ");
    refused(t, "US", "columns 2 and 3 are both called 'name'");
    t->map[0] = "3=nickname";
    assert_int_equal(guess(t, "US"), TM_OK);
    expect(t, 2, COLUMNS_FIELD, "nickname");
    t->map[0] = "2=-";
    assert_int_equal(guess(t, "US"), TM_OK);
    clear(t);
    add(t, "Phone,phone");
    refused(t, "US", "columns 1 and 2");
}

static void test_odd_names(void **state)
{
    struct table *t = *state;
    add(t, "phone,,!!!,  E-Mail (private)  ,NAME");
    assert_int_equal(guess(t, "US"), TM_OK);
    expect(t, 1, COLUMNS_FIELD, "column_2");
    expect(t, 2, COLUMNS_FIELD, "column_3");
    expect(t, 3, COLUMNS_FIELD, "e_mail_private");
    expect(t, 4, COLUMNS_FIELD, "name");
}

/* A long name is cut between characters, not within one. */
static void test_long_names(void **state)
{
    struct table *t = *state;
    char text[400] = "phone,";
    for (int shift = 0; shift < 4; shift++) {
        clear(t);
        memset(text + 6, 'x', (size_t)shift);
        text[6 + shift] = '\0';
        for (int i = 0; i < 30; i++)
            (void)strcat(text, i % 2 == 0 ? "\u00e9" : "\uc804");
        add(t, text);
        assert_int_equal(guess(t, "US"), TM_OK);
        struct slice name = str_of(t->c.column[1].name);
        assert_true(name.n < COLUMNS_NAME_MAX && name.n > 40);
        for (size_t n; name.n > 0; name = str_range(name.p + n, name.n - n)) {
            n = str_utf8(name);
            assert_true(n > 0);
        }
    }
}

/* Titles above the header: its columns are found, and where it stands. */
static void test_titles_above(void **state)
{
    static const char *const above[][4] = {
        {"Customers of November"},
        {"Kundenliste Export 2026-11-20,,,,"},
        {",,,,", "Phone list,,,,", ",,,,"},
        {"Call us: 212-555-0100,,,,", ",,,,"},
        {"Exported,2026-11-20,,,", "Page 1"},
    };
    struct table *t = *state;
    for (size_t i = 0; i < tm_array_len(above); i++) {
        size_t n = 0;
        clear(t);
        for (; n < 4 && above[i][n] != NULL; n++)
            add(t, above[i][n]);
        add(t, "Name,Phone,State,Opt out,Last purchase");
        add(t, "Ann,212-555-0123,NY,2026-01-02,");
        assert_int_equal(guess(t, "US"), TM_OK);
        assert_true(t->c.has_header);
        assert_int_equal(t->c.header_row, n);
        assert_int_equal(t->c.n, 5);
        expect(t, 1, COLUMNS_PHONE, "phone");
        expect(t, 3, COLUMNS_REVOKED, "opt_out");
        assert_int_equal(t->c.phones, 1);
    }
}

/* One known name is enough under a line of one cell. */
static void test_title_and_phone(void **state)
{
    struct table *t = *state;
    add(t, "Customers of November");
    add(t, "Name,Phone,City");
    add(t, "Ann,212-555-0123,Rome");
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_int_equal(t->c.header_row, 1);
    expect(t, 2, COLUMNS_FIELD, "city");
}

/* What was the header stays it: no row below is taken for a better one. */
static void test_no_titles(void **state)
{
    static const char *const rows[][3] = {
        {"phone", "212-555-0123", "state"},
        {"phone,name", "212-555-0123,Ann", "Phone,State"},
        {"phone,name,x,y", "212-555-0123,Ann,,", "call his home phone,state,,"},
        {"who,where,what", "Ann,212-555-0123,a", "Bob,212-555-0124,b"},
        {"nummer", "212-555-0123", "212-555-0124"},
        {"phone", "212-555-0123,x", "no phone,state"},
        {"a,b,c", "212-555-0123,Ann,", "no phone,Bob,x"},
    };
    struct table *t = *state;
    for (size_t i = 0; i < tm_array_len(rows); i++) {
        clear(t);
        for (size_t k = 0; k < 3; k++)
            add(t, rows[i][k]);
        assert_int_equal(guess(t, "US"), TM_OK);
        assert_true(t->c.has_header);
        assert_int_equal(t->c.header_row, 0);
    }
    clear(t); /* no header at all */
    add(t, "212-555-0123,Ann,NY");
    add(t, "212-555-0124,Bob,NJ");
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_false(t->c.has_header);
    assert_int_equal(t->c.header_row, 0);
}

/* --header speaks of the first row, whatever stands there. */
static void test_said_first_row(void **state)
{
    struct table *t = *state;
    add(t, "Customers of November,,");
    add(t, "phone,state,name");
    add(t, "212-555-0123,NY,Ann");
    t->header = COLUMNS_HEADER_YES;
    t->map[0] = "1=phone";
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_int_equal(t->c.header_row, 0);
    expect(t, 0, COLUMNS_PHONE, "customers_of_november");
    t->header = COLUMNS_HEADER_NO;
    assert_int_equal(guess(t, "US"), TM_OK);
    assert_false(t->c.has_header);
    expect(t, 1, COLUMNS_FIELD, "column_2");
}

/* As wide as the header, or far above it: nobody knows what it is. */
static void test_wrong_header(void **state)
{
    struct table *t = *state;
    add(t, "Export,November,by Ann,page 1");
    add(t, "phone,name,opt out,state");
    add(t, "212-555-0123,Ann,,NY");
    refused(t, "US", "row 2 looks like the header");
    refused(t, "US", "--header yes");
    t->header = COLUMNS_HEADER_YES;
    assert_int_equal(guess(t, "US"), TM_OK);
    clear(t);
    for (int i = 0; i < 11; i++)
        add(t, "A title");
    add(t, "phone,name,opt out,state");
    add(t, "212-555-0123,Ann,,NY");
    t->header = COLUMNS_HEADER_GUESS;
    refused(t, "US", "row 12 looks like the header");
}

static void test_nothing(void **state)
{
    struct table *t = *state;
    refused(t, "US", "no rows");
    add(t, "name,city");
    refused(t, "US", "--map COLUMN=phone");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_english),
        T(test_consents_by_language),
        T(test_six_languages),
        T(test_words_have_borders),
        T(test_without_header),
        T(test_header_is_said),
        T(test_numbers_under_odd_names),
        T(test_map),
        T(test_map_every_role),
        T(test_wrong_maps),
        T(test_duplicate_headers),
        T(test_odd_names),
        T(test_long_names),
        T(test_titles_above),
        T(test_title_and_phone),
        T(test_no_titles),
        T(test_said_first_row),
        T(test_wrong_header),
        T(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
