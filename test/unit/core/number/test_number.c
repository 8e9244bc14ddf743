/* Numbers: what people write, what must be refused, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "core/number/number.h"

struct spelling {
    const char *text;
    const char *region;
    uint64_t e164;
    const char *country;
    enum number_type type;
};

#define BOTH NUMBER_FIXED_OR_MOBILE

static const struct spelling spellings[] = {
    /* North America. */
    {"(212) 555-0123", "US", 12125550123, "US", BOTH},
    {"212-555-0123", "US", 12125550123, "US", BOTH},
    {"212.555.0123", "US", 12125550123, "US", BOTH},
    {"  2125550123\t", "US", 12125550123, "US", BOTH},
    {"12125550123", "US", 12125550123, "US", BOTH},
    {"1 (212) 555 0123", "CA", 12125550123, "US", BOTH},
    {"+1 212 555 0123", "GB", 12125550123, "US", BOTH},
    {"+1 212 555 0123", "", 12125550123, "US", BOTH},
    {"+1 212 555 0123", NULL, 12125550123, "US", BOTH},
    {"++1 212 555 0123", NULL, 12125550123, "US", BOTH},
    {"(+1) 212 555 0123", NULL, 12125550123, "US", BOTH},
    {"+1 (1) 212 555 0123", NULL, 12125550123, "US", BOTH},
    {"'2125550123", "US", 12125550123, "US", BOTH},
    {"2125550123.0", "US", 12125550123, "US", BOTH},
    {"212/555/0123", "US", 12125550123, "US", BOTH},
    {"[212] 555~0123", "US", 12125550123, "US", BOTH},
    {"tel:+1-212-555-0123", NULL, 12125550123, "US", BOTH},
    {"TEL: 212 555 0123", "US", 12125550123, "US", BOTH},
    {"001 212 555 0123", "GB", 12125550123, "US", BOTH},
    {"011 1 212 555 0123", "US", 12125550123, "US", BOTH},
    /* One code, many countries. */
    {"604 555 0123", "US", 16045550123, "CA", BOTH},
    {"787 555 0123", "US", 17875550123, "PR", BOTH},
    {"340 642 3456", "US", 13406423456, "VI", BOTH},
    {"671 300 1234", "US", 16713001234, "GU", BOTH},
    {"876 523 0123", "US", 18765230123, "JM", BOTH},
    {"464-1234", "AG", 12684641234, "AG", NUMBER_MOBILE},
    {"800 234 5678", "US", 18002345678, "US", NUMBER_TOLL_FREE},
    {"1-900-234-5678", "US", 19002345678, "US", NUMBER_PREMIUM},
    {"500 234 5678", "US", 15002345678, "US", NUMBER_PERSONAL},
    {"310-1234", "CA", 13101234, "CA", NUMBER_UAN},
    /* Vanity letters. */
    {"1-800-FLOWERS", "US", 18003569377, "US", NUMBER_TOLL_FREE},
    {"1-800-flowers", "CA", 18003569377, "US", NUMBER_TOLL_FREE},
    {"+1 212 555 TAXI", "GB", 12125558294, "US", BOTH},
    /* Other characters than ASCII. */
    {"\uff12\uff11\uff12\uff15\uff15\uff15\uff10\uff11\uff12\uff13", "US",
     12125550123, "US", BOTH},
    {"\uff0b1\u3000\uff08212\uff09555\uff0d0123", NULL, 12125550123, "US",
     BOTH},
    {"212\u00a0555\u00a00123", "US", 12125550123, "US", BOTH},
    {"212\u2011555\u20130123", "US", 12125550123, "US", BOTH},
    {"\u202a+1 212 555 0123\u202c", NULL, 12125550123, "US", BOTH},
    {"\ufeff212555\u200b0123", "US", 12125550123, "US", BOTH},
    {"+\u0661 \u0662\u0661\u0662 \u0665\u0665\u0665 \u0660\u0661\u0662\u0663",
     NULL, 12125550123, "US", BOTH},
    /* The rest of the world. */
    {"+44 20 7946 0018", "US", 442079460018, "GB", NUMBER_FIXED},
    {"+44 (0)20 7946 0018", "US", 442079460018, "GB", NUMBER_FIXED},
    {"0044 20 7946 0018", "GB", 442079460018, "GB", NUMBER_FIXED},
    {"0044 20 7946 0018", "US", 442079460018, "GB", NUMBER_FIXED},
    {"0044 20 7946 0018", NULL, 442079460018, "GB", NUMBER_FIXED},
    {"011 44 20 7946 0018", "US", 442079460018, "GB", NUMBER_FIXED},
    {"020 7946 0018", "GB", 442079460018, "GB", NUMBER_FIXED},
    {"07400 123456", "GB", 447400123456, "GB", NUMBER_MOBILE},
    {"+44 7781 123456", NULL, 447781123456, "GG", NUMBER_MOBILE},
    {"030/1234567", "DE", 49301234567, "DE", NUMBER_FIXED},
    {"+49 1512 3456789", NULL, 4915123456789, "DE", NUMBER_MOBILE},
    {"02 12345678", "IT", 390212345678, "IT", NUMBER_FIXED},
    {"+39 06 69812345", NULL, 390669812345, "VA", NUMBER_FIXED},
    {"011 15 2345 6789", "AR", 5491123456789, "AR", NUMBER_MOBILE},
    {"8 (912) 345-67-89", "RU", 79123456789, "RU", NUMBER_MOBILE},
    {"8 701 123 4567", "KZ", 77011234567, "KZ", NUMBER_MOBILE},
    {"0 15 11 96123 4567", "BR", 5511961234567, "BR", NUMBER_MOBILE},
    {"0412 345 678", "AU", 61412345678, "AU", NUMBER_MOBILE},
    {"06 30 123 4567", "HU", 36301234567, "HU", NUMBER_MOBILE},
    {"+800 1234 5678", NULL, 80012345678, "", NUMBER_TOLL_FREE},
};

static void spellings_give_one_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < tm_array_len(spellings); i++) {
        const struct spelling *s = &spellings[i];
        struct number n = {0};
        enum number_fault f = number_parse(str_of(s->text), s->region, &n);

        if (f != NUMBER_OK || n.e164 != s->e164 || n.type != s->type ||
            strcmp(n.region, s->country) != 0)
            fail_msg("%s in %s: %s %" PRIu64 " %s %s", s->text,
                     s->region ? s->region : "(none)", number_fault_key(f),
                     n.e164, number_type_key(n.type), n.region);
        assert_string_equal(n.extension, "");
    }
}

struct refusal {
    const char *text;
    const char *region;
    enum number_fault fault;
};

static const struct refusal refusals[] = {
    {"", "US", NUMBER_EMPTY},
    {" \t ", "US", NUMBER_EMPTY},
    {"tel:", "US", NUMBER_EMPTY},
    {"-", "US", NUMBER_NOT_A_NUMBER},
    {"+", "US", NUMBER_NOT_A_NUMBER},
    {"???", "US", NUMBER_NOT_A_NUMBER},
    {"212=555=0123", "US", NUMBER_NOT_A_NUMBER},
    {"212 555 +0123", "US", NUMBER_NOT_A_NUMBER},
    {"212 555 0123 \xff", "US", NUMBER_NOT_A_NUMBER},
    {"212 555 0123 \xe2\x80", "US", NUMBER_NOT_A_NUMBER},
    {"212 555 0123 \U0001f4de", "US", NUMBER_NOT_A_NUMBER},
    {"unknown", "US", NUMBER_LETTERS},
    {"n/a", "US", NUMBER_LETTERS},
    {"call me!", "US", NUMBER_LETTERS},
    {"212-555-O123", "US", NUMBER_LETTERS},
    {"212-555-0l23", "US", NUMBER_LETTERS},
    {"7183945 Ann", "US", NUMBER_LETTERS},
    {"home 2125550123", "US", NUMBER_LETTERS},
    {"1-800-FLOWERSNOW", "US", NUMBER_LETTERS},
    {"020 7946 TAXI", "GB", NUMBER_LETTERS},
    {"1.2125550123E+10", "US", NUMBER_SPREADSHEET},
    {"2.12556E+09", "US", NUMBER_SPREADSHEET},
    {"2,12556E09", "DE", NUMBER_SPREADSHEET},
    {"212-555-0123 / 212-555-0199", "US", NUMBER_SEVERAL},
    {"212-555-0123; 212-555-0199", "US", NUMBER_SEVERAL},
    {"2125550123,2125550199", "US", NUMBER_SEVERAL},
    {"212-555-0123 or 212-555-0199", "US", NUMBER_SEVERAL},
    {"+1 212 555 0123 +1 212 555 0199", "US", NUMBER_SEVERAL},
    {"212-555-0123 ext", "US", NUMBER_EXTENSION},
    {"212-555-0123 x12345678", "US", NUMBER_EXTENSION},
    {"555-0123", "US", NUMBER_TOO_SHORT},
    {"12125550", "US", NUMBER_TOO_SHORT},
    {"911", "US", NUMBER_TOO_SHORT},
    {"1", "US", NUMBER_TOO_SHORT},
    {"+1", NULL, NUMBER_TOO_SHORT},
    {"+44 20 7946", NULL, NUMBER_TOO_SHORT},
    {"21255501234", "US", NUMBER_TOO_LONG},
    {"00 020 7946 0018", "GB", NUMBER_TOO_LONG}, /* no country code has a 0 */
    {"+1 212 555 01234", NULL, NUMBER_TOO_LONG},
    {"123456789012345678901234567890", "US", NUMBER_TOO_LONG},
    {"2125550123", NULL, NUMBER_UNKNOWN_COUNTRY},
    {"2125550123", "", NUMBER_UNKNOWN_COUNTRY},
    {"2125550123", "ZZ", NUMBER_UNKNOWN_COUNTRY},
    {"2125550123", "us", NUMBER_UNKNOWN_COUNTRY},
    {"2125550123", "USA", NUMBER_UNKNOWN_COUNTRY},
    {"+999 1234567", "US", NUMBER_UNKNOWN_COUNTRY},
    {"+0 212 555 0123", "US", NUMBER_UNKNOWN_COUNTRY},
    {"011 999 1234567", "US", NUMBER_UNKNOWN_COUNTRY},
    {"112 555 0123", "US", NUMBER_NOT_IN_SERVICE_RANGE},
    {"212 155 0123", "US", NUMBER_NOT_IN_SERVICE_RANGE},
    {"555 555 0123", "US", NUMBER_NOT_IN_SERVICE_RANGE},
    {"000 000 0000", "US", NUMBER_NOT_IN_SERVICE_RANGE},
    {"+44 00 7946 0018", NULL, NUMBER_NOT_IN_SERVICE_RANGE},
};

static void refusals_name_the_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < tm_array_len(refusals); i++) {
        const struct refusal *r = &refusals[i];
        struct number n = {.e164 = 7};
        enum number_fault f = number_parse(str_of(r->text), r->region, &n);

        if (f != r->fault)
            fail_msg("%s: %s, wanted %s", r->text, number_fault_key(f),
                     number_fault_key(r->fault));
        assert_int_equal(n.e164, 7); /* untouched on a fault */
    }
}

static void extension_is(const char *text, const char *extension)
{
    struct number n = {0};

    assert_int_equal(number_parse(str_of(text), "US", &n), NUMBER_OK);
    assert_int_equal(n.e164, 12125550123);
    assert_string_equal(n.extension, extension);
}

static void extensions_are_kept_apart(void **state)
{
    (void)state;
    extension_is("212-555-0123 x12", "12");
    extension_is("212-555-0123x0012", "0012");
    extension_is("212-555-0123 X 12", "12");
    extension_is("212-555-0123 ext. 12", "12");
    extension_is("212-555-0123 Ext 1234567", "1234567");
    extension_is("212-555-0123 extn. 7", "7");
    extension_is("212-555-0123 extension: 42", "42");
    extension_is("212-555-0123 #42", "42");
    extension_is("212-555-0123,,42#", "42");
    extension_is("tel:+1-212-555-0123;ext=42", "42");
}

/* Put into service after 2022: a table that is not kept up to date rejects
 * every lead in them. */
static void newer_area_codes_are_accepted(void **state)
{
    static const uint16_t npa[] = {
        227, 235, 257, 273, 274, 324, 327, 329, 350, 353, 354, 363,
        369, 382, 428, 472, 528, 529, 532, 557, 633, 645, 683, 686,
        728, 730, 738, 748, 821, 835, 879, 942, 975, 983,
    };

    (void)state;
    for (size_t i = 0; i < tm_array_len(npa); i++) {
        char text[NUMBER_TEXT_LEN];
        struct number n = {0};

        (void)snprintf(text, sizeof text, "(%u) 234-5678", (unsigned)npa[i]);
        if (number_parse(str_of(text), "US", &n) != NUMBER_OK)
            fail_msg("area code %u is refused", (unsigned)npa[i]);
        assert_int_equal(n.e164, 10000000000 + npa[i] * 10000000ull + 2345678);
    }
}

static void masks(void **state)
{
    static const struct {
        uint64_t e164;
        const char *mask;
    } cases[] = {
        {12125550123, "+1212*****23"},
        {442079460018, "+44207*****18"},
        {49301234567, "+4930*****67"},
        {5491123456789, "+54911******89"},
        {13101234, "+1*****34"},
        {47123456, "+471*****"},
        {24740123, "+247*****"},
        {2125550123, "+212*****23"},
        {299123456, "+2991*****"},
        {999123456789, "+9991******89"},
        {12, "+1*"},
        {0, ""},
    };

    (void)state;
    for (size_t i = 0; i < tm_array_len(cases); i++) {
        char out[NUMBER_TEXT_LEN];

        assert_int_equal(number_mask(cases[i].e164, out),
                         strlen(cases[i].mask));
        assert_string_equal(out, cases[i].mask);
    }
}

/* A random number that is valid: random digits behind a real prefix. */
static uint64_t random_valid(struct rng *r)
{
    static const uint64_t prefix[] = {1,  7,  20, 27,  33,  34,  39,  44,  49,
                                      54, 55, 61, 81,  86,  91,  52,  353, 358,
                                      41, 43, 46, 351, 972, 971, 852, 268};
    struct number n;

    for (;;) {
        uint64_t v = prefix[rng_below(r, tm_array_len(prefix))];
        uint64_t digits = 6 + rng_below(r, 6);

        for (uint64_t i = 0; i < digits; i++)
            v = v * 10 + rng_below(r, 10);
        if (number_describe(v, &n))
            return v;
    }
}

/* normalise(format(n)) == n, from any country, and masks hide enough. */
static void formatted_numbers_are_fixed_points(void **state)
{
    static const char *const region[] = {"US", "GB", "DE", "AR", "JP", NULL};
    struct rng r;

    (void)state;
    rng_init(&r, 20260101, "number fixed points");
    print_message("seed 20260101\n");
    for (int i = 0; i < 200000; i++) {
        uint64_t v = random_valid(&r);
        char text[NUMBER_TEXT_LEN], mask[NUMBER_TEXT_LEN], country[3] = "";
        struct number n = {0};
        size_t len = number_format(v, text), stars = 0;
        const char *home = region[rng_below(&r, tm_array_len(region))];

        assert_int_equal(strlen(text), len);
        if (number_parse(str_of(text), home, &n) != NUMBER_OK || n.e164 != v)
            fail_msg("%s became %" PRIu64, text, n.e164);
        if (number_country(v, country))
            assert_string_equal(country, n.region);
        assert_int_equal(number_mask(v, mask), len);
        for (size_t k = 0; k < len; k++)
            stars += mask[k] == '*';
        assert_true(stars >= 5);
    }
}

/* Spellings with some bytes changed: an answer, never a crash; and what is
 * accepted is a valid number whose canonical form reads back as itself. */
static void damaged_spellings_are_judged(void **state)
{
    struct rng r;
    size_t good = 0, bad = 0;

    (void)state;
    rng_init(&r, 7, "number bytes");
    for (int i = 0; i < 300000; i++) {
        const struct spelling *s =
            &spellings[rng_below(&r, tm_array_len(spellings))];
        char text[64], canonical[NUMBER_TEXT_LEN];
        size_t n = strlen(s->text);
        struct number found = {0}, again = {0};

        tm_assert(n <= sizeof text);
        memcpy(text, s->text, n);
        for (uint64_t k = rng_below(&r, 4); k > 0; k--)
            text[rng_below(&r, n)] = (char)rng_below(&r, 256);
        if (number_parse(str_range(text, n), s->region, &found) != NUMBER_OK) {
            bad++;
            continue;
        }
        good++;
        n = number_format(found.e164, canonical);
        assert_int_equal(number_parse(str_range(canonical, n), NULL, &again),
                         NUMBER_OK);
        assert_int_equal(again.e164, found.e164);
        assert_int_equal(again.type, found.type);
    }
    print_message("seed 7: %zu accepted, %zu refused\n", good, bad);
    assert_true(good > 60000 && bad > 60000);
}

static void names_are_complete(void **state)
{
    (void)state;
    for (int f = 0; f < NUMBER_FAULT_COUNT; f++) {
        assert_true(strlen(number_fault_text((enum number_fault)f)) > 0);
        assert_true(strlen(number_fault_key((enum number_fault)f)) > 0);
    }
    for (int t = 0; t <= NUMBER_VOICEMAIL; t++)
        assert_true(strlen(number_type_key((enum number_type)t)) > 0);
    assert_string_equal(number_fault_text(NUMBER_LETTERS), "has letters in it");
    assert_true(strncmp(number_metadata_version(), "libphonenumber-js ", 18) ==
                0);
}

static void country_needs_a_valid_number(void **state)
{
    char region[3] = "..";

    (void)state;
    assert_false(number_country(0, region));
    assert_false(number_country(12125550, region));
    assert_false(number_country(80012345678, region)); /* of no country */
    assert_false(number_country(UINT64_MAX, region));
    assert_string_equal(region, "..");
    assert_true(number_country(17875550123, region));
    assert_string_equal(region, "PR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_give_one_number),
        cmocka_unit_test(refusals_name_the_fault),
        cmocka_unit_test(extensions_are_kept_apart),
        cmocka_unit_test(newer_area_codes_are_accepted),
        cmocka_unit_test(masks),
        cmocka_unit_test(formatted_numbers_are_fixed_points),
        cmocka_unit_test(damaged_spellings_are_judged),
        cmocka_unit_test(names_are_complete),
        cmocka_unit_test(country_needs_a_valid_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
