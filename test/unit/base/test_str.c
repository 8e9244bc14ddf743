#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "base/str.h"

static void test_compare(void **state)
{
    (void)state;
    assert_true(str_eq(str_of("abc"), "abc"));
    assert_false(str_eq(str_of("abc"), "abd"));
    assert_false(str_eq(str_of("abc"), "abcd"));
    assert_true(str_eq((struct slice){0}, ""));
    assert_true(str_same((struct slice){0}, str_of("")));
    assert_false(str_same(str_range("a\0b", 3), str_range("a\0c", 3)));
    assert_true(str_eq_nocase(str_of("Hello-Ab"), "hELLO-aB"));
    assert_false(str_eq_nocase(str_of("a@"), "a`"));
    assert_false(str_eq_nocase(str_of("\xC3\x84"), "\xC3\xA4"));
    assert_false(str_eq_nocase(str_of("ab"), "a"));
    assert_true(str_starts(str_of("abc"), "ab"));
    assert_true(str_starts(str_of("abc"), ""));
    assert_true(str_starts((struct slice){0}, ""));
    assert_false(str_starts(str_of("ab"), "abc"));
}

static void test_trim_and_cut(void **state)
{
    (void)state;
    assert_true(str_eq(str_trim(str_of(" \t\r\n a b \v\f")), "a b"));
    assert_true(str_eq(str_trim(str_of(" \n ")), ""));
    assert_int_equal(str_trim((struct slice){0}).n, 0);
    struct slice rest;
    assert_true(str_eq(str_cut(str_of("a=b=c"), '=', &rest), "a"));
    assert_true(str_eq(rest, "b=c"));
    assert_true(str_eq(str_cut(str_of("a="), '=', &rest), "a"));
    assert_true(rest.n == 0 && rest.p != NULL);
    assert_true(str_eq(str_cut(str_of("a"), '=', &rest), "a"));
    assert_true(rest.n == 0 && rest.p == NULL);
    assert_int_equal(str_cut((struct slice){0}, '=', &rest).n, 0);
    assert_null(rest.p);
    /* rest may be the slice itself. */
    struct slice s = str_of("x y");
    assert_true(str_eq(str_cut(s, ' ', &s), "x"));
    assert_true(str_eq(s, "y"));
}

static void test_integers(void **state)
{
    (void)state;
    uint64_t u = 7;
    int64_t i = 7;
    static const char *const bad[] = {"",   " 1", "1 ",  "+1", "0x1",
                                      "1a", "-",  "--1", "1.0"};
    for (size_t k = 0; k < tm_array_len(bad); k++) {
        assert_false(str_u64(str_of(bad[k]), &u));
        assert_false(str_i64(str_of(bad[k]), &i));
    }
    assert_false(str_u64(str_of("-1"), &u));
    assert_false(str_u64(str_of("18446744073709551616"), &u));
    assert_false(str_u64(str_of("99999999999999999999"), &u));
    assert_false(str_i64(str_of("9223372036854775808"), &i));
    assert_false(str_i64(str_of("-9223372036854775809"), &i));
    assert_true(u == 7 && i == 7); /* untouched by failures */
    assert_true(str_u64(str_of("18446744073709551615"), &u));
    assert_true(u == UINT64_MAX);
    assert_true(str_u64(str_of("000"), &u) && u == 0);
    assert_true(str_i64(str_of("9223372036854775807"), &i));
    assert_true(i == INT64_MAX);
    assert_true(str_i64(str_of("-9223372036854775808"), &i));
    assert_true(i == INT64_MIN);
}

static void test_integers_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 20261121;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct rng r;
    rng_init(&r, seed, "str integers");
    for (int k = 0; k < 20000; k++) {
        uint64_t v = rng_u64(&r) >> rng_below(&r, 64);
        char text[32];
        uint64_t u;
        int64_t i;
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)v);
        assert_true(str_u64(str_of(text), &u) && u == v);
        (void)snprintf(text, sizeof text, "%lld", (long long)v);
        assert_true(str_i64(str_of(text), &i) && i == (int64_t)v);
    }
}

static void test_double(void **state)
{
    (void)state;
    double d = 7;
    static const char *const bad[] = {
        "",   " 1", "1 ", "inf", "-inf", "nan",   "0x10",   "1,5",
        "1e", "e1", ".",  "-",   "1..2", "1e999", "-1e999", "1.5.2",
    };
    for (size_t k = 0; k < tm_array_len(bad); k++) {
        assert_false(str_double(str_of(bad[k]), &d));
    }
    assert_true(d == 7);
    assert_true(str_double(str_of("1.5"), &d) && d == 1.5);
    assert_true(str_double(str_of("-.5e1"), &d) && d == -5);
    assert_true(str_double(str_of("+2."), &d) && d == 2);
    assert_true(str_percent(str_of(" 2.5 %"), &d) && d == 2.5);
    assert_true(str_percent(str_of("100"), &d) && d == 100);
    assert_false(str_percent(str_of("%"), &d));
    assert_false(str_percent(str_of("100.1 %"), &d));
    assert_false(str_percent(str_of("-1 %"), &d));
    assert_true(str_double(str_of("0.1"), &d) && d == 0.1);
    assert_true(str_double(str_range("12345", 2), &d) && d == 12);
    assert_true(str_double(str_of("1.7976931348623157e308"), &d));
    assert_true(str_double(str_of("5e-324"), &d) && d > 0);
    char longest[STR_DOUBLE_MAX + 2];
    memset(longest, '0', sizeof longest);
    longest[STR_DOUBLE_MAX] = '\0';
    longest[STR_DOUBLE_MAX - 1] = '3';
    assert_true(str_double(str_of(longest), &d) && d == 3);
    longest[STR_DOUBLE_MAX] = '0';
    longest[STR_DOUBLE_MAX + 1] = '\0';
    assert_false(str_double(str_of(longest), &d));
}

/* Seventeen digits name one double; and the locale does not matter. */
static void test_double_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 77;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct rng r;
    rng_init(&r, seed, "str doubles");
    for (int k = 0; k < 20000; k++) {
        double v = rng_unit(&r) * 1e6;
        double back;
        char text[64];
        (void)snprintf(text, sizeof text, "%.17g", v);
        if (!setlocale(LC_ALL, "de_DE.UTF-8") && k == 0) {
            print_message("no German locale here\n");
        }
        bool ok = str_double(str_of(text), &back);
        (void)setlocale(LC_ALL, "C");
        assert_true(ok && back == v);
    }
}

static void test_duration(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = {
        {"1500ms", 1500},
        {"25s", 25000},
        {"10m", 600000},
        {"2h", 7200000},
        {"3d", 259200000},
        {"0s", 0},
        {"106751991167d", INT64_C(106751991167) * 86400000},
        {"9223372036854775807ms", INT64_MAX},
    };
    for (size_t k = 0; k < tm_array_len(good); k++) {
        int64_t ms = -1;
        assert_true(str_duration_ms(str_of(good[k].text), &ms));
        assert_true(ms == good[k].ms);
    }
    static const char *const bad[] = {
        "",
        "5",
        "s",
        "-5s",
        "5 s",
        "1.5s",
        "5S",
        "5w",
        "5ss",
        "5mss",
        " 5s",
        "5s ",
        "106751991168d",
        "9223372036854775808ms",
    };
    for (size_t k = 0; k < tm_array_len(bad); k++) {
        int64_t ms = 42;
        assert_false(str_duration_ms(str_of(bad[k]), &ms));
        assert_true(ms == 42);
    }
}

static void test_copy(void **state)
{
    (void)state;
    char dst[8];
    assert_int_equal(str_copy(dst, sizeof dst, str_of("abc")), 3);
    assert_string_equal(dst, "abc");
    assert_int_equal(str_copy(dst, sizeof dst, str_of("abcdefg")), 7);
    assert_string_equal(dst, "abcdefg");
    assert_int_equal(str_copy(dst, 4, str_of("abcdefg")), 3);
    assert_string_equal(dst, "abc");
    assert_int_equal(str_copy(dst, 1, str_of("abc")), 0);
    assert_string_equal(dst, "");
    assert_int_equal(str_copy(dst, 4, (struct slice){0}), 0);
    /* A three-byte character is kept or left out whole. */
    const char *euro = "a\xE2\x82\xAC"
                       "b";
    assert_int_equal(str_copy(dst, 2, str_of(euro)), 1);
    assert_int_equal(str_copy(dst, 3, str_of(euro)), 1);
    assert_int_equal(str_copy(dst, 4, str_of(euro)), 1);
    assert_string_equal(dst, "a");
    assert_int_equal(str_copy(dst, 5, str_of(euro)), 4);
    assert_string_equal(dst, "a\xE2\x82\xAC");
    /* Only continuation bytes: no character to keep whole. */
    assert_int_equal(str_copy(dst, 6, str_of("\x80\x80\x80\x80\x80\x80")), 5);
    assert_int_equal(str_copy(dst, 6, str_of("a\x80\x80\x80\x80\x80")), 5);
}

/* The oracle decodes by building every code point. */
static size_t encode(uint32_t c, char out[4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint32_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    out[0] = (char)(lead[n] | c);
    return n;
}

static void test_utf8(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x110400; c++) {
        char text[5] = {0};
        size_t n = encode(c, text);
        bool valid = c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
        size_t got = str_utf8(str_range(text, 5));
        if (got != (valid ? n : 0)) {
            fail_msg("U+%04X: %zu", (unsigned)c, got);
        }
        if (n > 1 && str_utf8(str_range(text, n - 1)) != 0) {
            fail_msg("U+%04X cut short", (unsigned)c);
        }
    }
    assert_int_equal(str_utf8(str_of("\xC0\x80")), 0); /* overlong */
    assert_int_equal(str_utf8(str_of("\xE0\x9F\xBF")), 0);
    assert_int_equal(str_utf8(str_of("\xF0\x8F\xBF\xBF")), 0);
    assert_int_equal(str_utf8(str_of("\x80")), 0);
    assert_int_equal(str_utf8(str_of("\xFF")), 0);
    assert_int_equal(str_utf8((struct slice){0}), 0);
}

static void test_buf(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    assert_null(b.p);
    assert_true(str_eq(buf_slice(&b), ""));
    buf_add(&b, NULL, 0);
    buf_add_str(&b, "ab");
    buf_add_char(&b, '\0');
    buf_add_slice(&b, str_of("cd"));
    buf_addf(&b, "%d-%s", 42, "x");
    assert_true(str_same(buf_slice(&b), str_range("ab\0cd42-x", 9)));
    assert_int_equal(b.p[b.n], '\0');
    buf_clear(&b);
    assert_string_equal(b.p, "");
    assert_int_equal(b.n, 0);
    buf_fini(&b);
    assert_null(b.p);
    buf_fini(&b); /* twice is harmless */
}

static void test_buf_limit(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_add_str(&b, "0123456789");
    assert_false(b.failed);
    buf_add_str(&b, "");
    assert_false(b.failed);
    buf_add_char(&b, 'x');
    assert_true(b.failed);
    assert_string_equal(b.p, "0123456789");
    buf_clear(&b);
    assert_false(b.failed);
    buf_add_str(&b, "012345");
    buf_addf(&b, "%s", "67890"); /* does not fit: left out whole */
    assert_true(b.failed);
    buf_add_char(&b, 'y'); /* would fit, but failed is sticky */
    assert_string_equal(b.p, "012345");
    buf_fini(&b);
    buf_init(&b, 0);
    buf_add_char(&b, 'x');
    assert_true(b.failed);
    buf_fini(&b);
}

static void test_buf_grows_like_a_model(void **state)
{
    (void)state;
    uint64_t seed = 5;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct rng r;
    rng_init(&r, seed, "buf");
    static char model[300000];
    size_t n = 0;
    struct buf b;
    buf_init(&b, sizeof model);
    while (n < sizeof model - 300) {
        char part[300];
        size_t len = rng_below(&r, sizeof part);
        for (size_t i = 0; i < len; i++) {
            part[i] = (char)rng_below(&r, 256);
        }
        buf_add(&b, part, len);
        memcpy(model + n, part, len);
        n += len;
    }
    assert_false(b.failed);
    assert_true(b.cap <= b.max + 1);
    assert_true(str_same(buf_slice(&b), str_range(model, n)));
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_trim_and_cut),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_integers_round_trip),
        cmocka_unit_test(test_double),
        cmocka_unit_test(test_double_round_trip),
        cmocka_unit_test(test_duration),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_buf),
        cmocka_unit_test(test_buf_limit),
        cmocka_unit_test(test_buf_grows_like_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
