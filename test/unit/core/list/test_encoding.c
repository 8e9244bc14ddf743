#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/rng.h"
#include "core/list/encoding.h"

/* Writes one character in an encoding, independent of the code under test. */
static void put(struct buf *b, enum encoding_kind k, uint32_t c)
{
    unsigned char u[4];
    size_t n = 0;
    if (k == ENCODING_UTF16LE || k == ENCODING_UTF16BE) {
        uint16_t unit[2];
        size_t units = 0;
        if (c >= 0x10000) {
            unit[units++] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
            unit[units++] = (uint16_t)(0xDC00 + ((c - 0x10000) & 0x3FF));
        } else {
            unit[units++] = (uint16_t)c;
        }
        for (size_t i = 0; i < units; i++) {
            unsigned char low = (unsigned char)(unit[i] & 0xFF);
            unsigned char high = (unsigned char)(unit[i] >> 8);
            u[n++] = k == ENCODING_UTF16LE ? low : high;
            u[n++] = k == ENCODING_UTF16LE ? high : low;
        }
    } else if (k == ENCODING_LATIN1 || c < 0x80) {
        u[n++] = (unsigned char)c;
    } else if (c < 0x800) {
        u[n++] = (unsigned char)(0xC0 + c / 64);
        u[n++] = (unsigned char)(0x80 + c % 64);
    } else if (c < 0x10000) {
        u[n++] = (unsigned char)(0xE0 + c / 4096);
        u[n++] = (unsigned char)(0x80 + c / 64 % 64);
        u[n++] = (unsigned char)(0x80 + c % 64);
    } else {
        u[n++] = (unsigned char)(0xF0 + c / 262144);
        u[n++] = (unsigned char)(0x80 + c / 4096 % 64);
        u[n++] = (unsigned char)(0x80 + c / 64 % 64);
        u[n++] = (unsigned char)(0x80 + c % 64);
    }
    buf_add(b, u, n);
}

/* The whole text through the stream, cut at one place. */
static uint64_t turn(enum encoding_kind k, struct slice in, size_t cut,
                     struct buf *out)
{
    struct encoding_stream s;
    struct err e = {0};
    encoding_open(&s, k);
    assert_int_equal(encoding_feed(&s, in.p, cut, out, &e), TM_OK);
    assert_int_equal(encoding_feed(&s, in.p + cut, in.n - cut, out, &e), TM_OK);
    encoding_end(&s, out);
    assert_int_equal(s.offset, in.n);
    return s.replaced;
}

static void check(enum encoding_kind k, const void *in, size_t n,
                  const char *want, uint64_t replaced)
{
    for (size_t cut = 0; cut <= n; cut++) {
        struct buf out;
        buf_init(&out, 4096);
        uint64_t got = turn(k, str_range(in, n), cut, &out);
        buf_add_str(&out, "");
        assert_string_equal(out.n > 0 ? out.p : "", want);
        assert_int_equal(got, replaced);
        buf_fini(&out);
    }
}

static uint32_t random_character(struct rng *r, enum encoding_kind k)
{
    static const uint32_t limit[] = {0x80, 0x800, 0x10000, 0x110000};
    if (k == ENCODING_LATIN1) /* 0x80 to 0x9F are tested apart */
        return rng_chance_ppm(r, 500000) ? 1 + (uint32_t)rng_below(r, 0x7F)
                                         : 0xA0 + (uint32_t)rng_below(r, 0x60);
    for (;;) {
        uint32_t c = 1 + (uint32_t)rng_below(r, limit[rng_below(r, 4)] - 1);
        /* No surrogates, and no mark that would be dropped. */
        if ((c < 0xD800 || c > 0xDFFF) && c != 0xFEFF)
            return c;
    }
}

/* Any text in any encoding becomes the same UTF-8, wherever it is cut, with
 * and without a byte order mark. */
static void test_round_trips(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        enum encoding_kind k = (enum encoding_kind)(seed % 4);
        bool mark = k != ENCODING_LATIN1 && seed % 3 == 0;
        struct rng r;
        struct buf in, want;
        rng_init(&r, seed, "list test");
        buf_init(&in, 4096);
        buf_init(&want, 4096);
        if (mark)
            put(&in, k, 0xFEFF);
        for (size_t i = rng_below(&r, 30); i > 0; i--) {
            uint32_t c = random_character(&r, k);
            put(&in, k, c);
            put(&want, ENCODING_UTF8, c);
        }
        for (size_t cut = 0; cut <= in.n; cut++) {
            struct buf out;
            buf_init(&out, 4096);
            struct slice s = str_range(in.n > 0 ? in.p : "", in.n);
            if (turn(k, s, cut, &out) != 0 ||
                !str_same(buf_slice(&out), buf_slice(&want)))
                fail_msg("seed %llu, %s, cut at %zu", (unsigned long long)seed,
                         encoding_text(k), cut);
            buf_fini(&out);
        }
        buf_fini(&in);
        buf_fini(&want);
    }
    print_message("seeds 1 to 300\n");
}

/* Random bytes: never a crash, always valid UTF-8, the same for every cut. */
static void test_random_bytes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 500; seed++) {
        enum encoding_kind k = (enum encoding_kind)(seed % 4);
        struct rng r;
        struct buf whole;
        char in[24];
        rng_init(&r, seed, "list test");
        for (size_t i = 0; i < sizeof(in); i++)
            in[i] = (char)(rng_chance_ppm(&r, 600000)
                               ? 0xBF + (int)rng_below(&r, 0x41)
                               : 1 + (int)rng_below(&r, 255));
        buf_init(&whole, 4096);
        uint64_t replaced =
            turn(k, str_range(in, sizeof(in)), sizeof(in), &whole);
        assert_int_equal(
            encoding_guess(whole.p, whole.n, true) == ENCODING_UTF8, 1);
        for (size_t cut = 0; cut < sizeof(in); cut++) {
            struct buf out;
            buf_init(&out, 4096);
            uint64_t got = turn(k, str_range(in, sizeof(in)), cut, &out);
            if (got != replaced ||
                !str_same(buf_slice(&out), buf_slice(&whole)))
                fail_msg("seed %llu, %s, cut at %zu", (unsigned long long)seed,
                         encoding_text(k), cut);
            buf_fini(&out);
        }
        buf_fini(&whole);
    }
    print_message("seeds 1 to 500\n");
}

static void test_byte_order_marks(void **state)
{
    (void)state;
    check(ENCODING_UTF8,
          "\xEF\xBB\xBF"
          "a",
          4, "a", 0);
    check(ENCODING_UTF16LE,
          "\xFF\xFE"
          "a\0",
          4, "a", 0);
    check(ENCODING_UTF16BE,
          "\xFE\xFF"
          "\0a",
          4, "a", 0);
    /* only once, and only at the beginning */
    check(ENCODING_UTF8, "\xEF\xBB\xBF\xEF\xBB\xBF", 6, "\xEF\xBB\xBF", 0);
    check(ENCODING_UTF8, "a\xEF\xBB\xBF", 4, "a\xEF\xBB\xBF", 0);
    check(ENCODING_UTF8, "\xEF\xBB\xBF", 3, "", 0);
}

static void test_malformed(void **state)
{
    (void)state;
    /* RFC 3629: overlong forms, surrogates, over U+10FFFF, cut characters */
    check(ENCODING_UTF8,
          "a\xC0\xAF"
          "b",
          4,
          "a\xEF\xBF\xBD\xEF\xBF\xBD"
          "b",
          2);
    check(ENCODING_UTF8, "\xE0\x80\xAF", 3,
          "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", 3);
    check(ENCODING_UTF8, "\xED\xA0\x80", 3,
          "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", 3);
    check(ENCODING_UTF8, "\xF5", 1, "\xEF\xBF\xBD", 1);
    check(ENCODING_UTF8, "a\xE2\x82", 3, "a\xEF\xBF\xBD", 1);
    check(ENCODING_UTF8, "\xE2\x82z", 3, "\xEF\xBF\xBD\xEF\xBF\xBDz", 2);
    /* half a surrogate pair, either half; U+0000 */
    check(ENCODING_UTF16LE,
          "\x00\xD8"
          "a\0",
          4,
          "\xEF\xBF\xBD"
          "a",
          1);
    check(ENCODING_UTF16BE, "\xDC\x00\0a", 4,
          "\xEF\xBF\xBD"
          "a",
          1);
    check(ENCODING_UTF16LE, "a\0\0\0", 4, "a\xEF\xBF\xBD", 1);
    check(ENCODING_UTF16LE, "a\0b", 3, "a\xEF\xBF\xBD", 1);
    check(ENCODING_UTF16LE, "a\0\x3D\xD8", 4, "a\xEF\xBF\xBD", 1);
}

static void test_windows_1252(void **state)
{
    (void)state;
    check(ENCODING_LATIN1, "\x80 \x93x\x94 \xE9\xFF", 8,
          "\u20ac \u201cx\u201d \u00e9\u00ff", 0);
    check(ENCODING_LATIN1, "\x81\x8D", 2, "\xEF\xBF\xBD\xEF\xBF\xBD", 2);
}

static void test_zero_byte(void **state)
{
    (void)state;
    static const enum encoding_kind kinds[] = {ENCODING_UTF8, ENCODING_LATIN1};
    for (size_t i = 0; i < 2; i++) {
        struct encoding_stream s;
        struct buf out;
        struct err e = {0};
        buf_init(&out, 100);
        encoding_open(&s, kinds[i]);
        assert_int_equal(encoding_feed(&s, "abc", 3, &out, &e), TM_OK);
        assert_int_equal(encoding_feed(&s, "de\0f", 4, &out, &e), TM_ECORRUPT);
        assert_non_null(strstr(e.text, "byte 5 "));
        buf_fini(&out);
    }
}

static void guess(const char *bytes, size_t n, bool whole,
                  enum encoding_kind want)
{
    assert_string_equal(encoding_text(encoding_guess(bytes, n, whole)),
                        encoding_text(want));
}

static void test_guess(void **state)
{
    (void)state;
    guess("phone\n", 6, true, ENCODING_UTF8);
    guess("", 0, true, ENCODING_UTF8);
    guess("\xEF\xBB\xBFphone", 8, true, ENCODING_UTF8);
    guess("\xFF\xFEp\0", 4, true, ENCODING_UTF16LE);
    guess("\xFE\xFF\0p", 4, true, ENCODING_UTF16BE);
    guess("p\0h\0o\0n\0e\0", 10, true, ENCODING_UTF16LE);
    guess("\0p\0h\0o\0n\0e", 10, true, ENCODING_UTF16BE);
    guess("M\xFCller", 6, true, ENCODING_LATIN1);
    guess("M\xC3\xBCller", 7, true, ENCODING_UTF8);
    /* a character cut by the end of what was looked at is none of its sins */
    guess("M\xC3", 2, false, ENCODING_UTF8);
    guess("M\xC3", 2, true, ENCODING_LATIN1);
    guess("PK\3\4\x14\0\0\0\x08\0\x12\x34\x56\0\0", 15, true, ENCODING_BINARY);
    guess("\x7F"
          "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3E",
          19, true, ENCODING_BINARY);
}

static void test_names(void **state)
{
    (void)state;
    enum encoding_kind k;
    assert_true(encoding_parse(str_of("UTF-8"), &k) && k == ENCODING_UTF8);
    assert_true(encoding_parse(str_of("utf-16be"), &k) &&
                k == ENCODING_UTF16BE);
    assert_true(encoding_parse(str_of("utf-16"), &k) && k == ENCODING_UTF16LE);
    assert_true(encoding_parse(str_of("Windows-1252"), &k) &&
                k == ENCODING_LATIN1);
    assert_false(encoding_parse(str_of("ebcdic"), &k));
    assert_false(encoding_parse(str_of(""), &k));
    for (int i = ENCODING_UTF8; i < ENCODING_BINARY; i++)
        assert_true(
            encoding_parse(str_of(encoding_text((enum encoding_kind)i)), &k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_byte_order_marks),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_windows_1252),
        cmocka_unit_test(test_zero_byte),
        cmocka_unit_test(test_guess),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
