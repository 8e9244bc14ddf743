#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/kv.h"
#include "base/rng.h"

/* Reads a text whole; one line of output for each kv_line or error. */
static void dump(struct buf *b, struct slice text)
{
    struct kv_reader r;
    struct err e;
    struct kv_line l;
    kv_open(&r, "f", text);
    for (;;) {
        int rc = kv_next(&r, &l, &e);
        if (rc == 0) {
            break;
        }
        if (rc < 0) {
            assert_int_equal(rc, e.code);
            buf_addf(b, "error %s\n", e.text);
            continue;
        }
        assert_true(l.section.p && l.key.p && l.value.p);
        buf_addf(b, "%d %.*s@%d %.*s=<%.*s>\n", l.line, (int)l.section.n,
                 l.section.p, l.section_line, (int)l.key.n, l.key.p,
                 (int)l.value.n, l.value.p);
    }
    /* The end stays the end. */
    assert_int_equal(kv_next(&r, &l, &e), 0);
}

static void check(const char *text, const char *want)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    dump(&b, str_of(text));
    assert_false(b.failed);
    assert_string_equal(b.p ? b.p : "", want);
    buf_fini(&b);
}

static void test_whole_file(void **state)
{
    (void)state;
    check("\xEF\xBB\xBF# head\n"
          "top = 1\n"
          "\n"
          "[one two]   # about it\n"
          "  key = value   # a comment\n"
          "key = again\r\n"
          "empty =\n"
          "url=http://x/#part\n"
          "[one two]\n"
          "text = \"\"\"\n"
          "  first # kept\n"
          "\n"
          "  [no section]\n"
          "\"\"\"\n"
          "last = a = b",
          "2 @0 top=<1>\n"
          "4 one two@4 =<>\n"
          "5 one two@4 key=<value>\n"
          "6 one two@4 key=<again>\n"
          "7 one two@4 empty=<>\n"
          "8 one two@4 url=<http://x/#part>\n"
          "9 one two@9 =<>\n"
          "10 one two@9 text=<first # kept\n\n  [no section]>\n"
          "15 one two@9 last=<a = b>\n");
}

static void test_nothing(void **state)
{
    (void)state;
    check("", "");
    check("\n\n", "");
    check("\xEF\xBB\xBF", "");
    check("  # only this", "");
    struct kv_reader r;
    struct kv_line l;
    struct err e;
    kv_open(&r, "f", (struct slice){0});
    assert_int_equal(kv_next(&r, &l, &e), 0);
}

static void test_values(void **state)
{
    (void)state;
    check("k = \"a # b\"", "1 @0 k=<a # b>\n");
    check("k = \"a\" # c", "1 @0 k=<a>\n");
    check("k = \"  wide  \"", "1 @0 k=<  wide  >\n");
    check("k = \"\"", "1 @0 k=<>\n");
    check("k = say \"hi\"", "1 @0 k=<say \"hi\">\n");
    check("k = # c", "1 @0 k=<>\n");
    check("k =#1", "1 @0 k=<#1>\n");
    check("k = a#1\t#2", "1 @0 k=<a#1>\n");
    check("two words = \xC3\xBC", "1 @0 two words=<\xC3\xBC>\n");
    check("k = \"\"\" # c\n\"\"\" # d\nl = 2", "1 @0 k=<>\n3 @0 l=<2>\n");
    check("k = \"\"\"\r\n a\r\n b\r\n\"\"\"\r\nl=2\r\n",
          "1 @0 k=<a\r\n b>\n5 @0 l=<2>\n");
    check("k = \"\"\"\nx \"\"\"\n\"\"\"", "1 @0 k=<x \"\"\">\n");
    check("k = \"\"\"\n\"\"\"x\n \"\"\"", "1 @0 k=<\"\"\"x>\n");
    check("k = \xC2\xA0x", "1 @0 k=<\xC2\xA0x>\n");
}

static void test_errors(void **state)
{
    (void)state;
    /* Each error names file and line, and reading goes on behind it. */
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"a = 1\njunk\nb = 2", "f:2: neither"},
        {"a = 1\n= 3\nb = 2", "f:2: nothing before '='"},
        {"a = 1\n[open\nb = 2", "f:2: section without ']'"},
        {"a = 1\n[ ]\nb = 2", "f:2: section without a name"},
        {"a = 1\n[x] y\nb = 2", "f:2: text after ']'"},
        {"a = 1\n[x]#y\nb = 2", "f:2: text after ']'"},
        {"a = 1\nk = \"x\nb = 2", "f:2: quoted value has no end"},
        {"a = 1\nk = \"x\" y\nb = 2", "f:2: text after the closing"},
        {"a = 1\nk = \"x\"#y\nb = 2", "f:2: text after the closing"},
        {"a = 1\nk = \"\"\"x\nb = 2", "f:2: text after \"\"\""},
        {"a = 1\nk #c = x\nb = 2", "f:2: '#' in a key"},
        {"a = 1\nk = \xC3\nb = 2", "f:2: not UTF-8"},
        {"a = 1\nk = \xED\xA0\x80\nb = 2", "f:2: not UTF-8"},
        {"a = 1\nk = \x1B[1m\nb = 2", "f:2: control character"},
        {"a = 1\nk = x\ry\nb = 2", "f:2: control character"},
        {"a = 1\n# \x7F\nb = 2", "f:2: control character"},
    };
    for (size_t i = 0; i < tm_array_len(cases); i++) {
        struct buf b;
        buf_init(&b, 4096);
        dump(&b, str_of(cases[i].text));
        assert_true(str_starts(buf_slice(&b), "1 @0 a=<1>\nerror "));
        const char *rest = b.p + strlen("1 @0 a=<1>\nerror ");
        if (!str_starts(str_of(rest), cases[i].want) ||
            !strstr(rest, "\n3 @0 b=<2>\n")) {
            fail_msg("%s", b.p);
        }
        buf_fini(&b);
    }
}

static void test_no_end_of_block(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    dump(&b, str_of("a = 1\nk = \"\"\"\nx\ny\n"));
    /* The line of the key, where the mistake is to be looked for. */
    assert_true(
        str_starts(buf_slice(&b), "1 @0 a=<1>\nerror f:2: value has no end"));
    buf_fini(&b);
}

static void test_nul_byte(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    dump(&b, str_range("k = a\0b\nl = 2", 13));
    assert_true(str_starts(buf_slice(&b), "error f:1: control"));
    assert_non_null(strstr(b.p, "2 @0 l=<2>"));
    buf_fini(&b);
}

/* Whatever is fed, slices lie inside the text and lines ascend. */
static void read_anything(struct slice text)
{
    struct kv_reader r;
    struct kv_line l;
    struct err e;
    int rc;
    int line = 0;
    size_t calls = 0;
    kv_open(&r, "f", text);
    while ((rc = kv_next(&r, &l, &e)) != 0) {
        assert_true(++calls <= text.n);
        if (rc < 0) {
            assert_true(str_starts(str_of(e.text), "f:"));
            continue;
        }
        assert_true(l.line > line && l.section_line <= l.line);
        line = l.line;
        if (l.value.n > 0) {
            assert_true(l.value.p >= text.p &&
                        l.value.p + l.value.n <= text.p + text.n);
        }
        if (l.section_line == l.line) {
            assert_true(l.key.n == 0 && l.section.n > 0);
        } else {
            assert_true(l.key.n > 0);
        }
    }
}

static void test_torture(void **state)
{
    (void)state;
    uint64_t seed = 60;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct rng r;
    rng_init(&r, seed, "kv");
    static const char *const parts[] = {
        "\n",         "\r\n",       "=",
        " = ",        "\"",         "\"\"\"",
        "#",          " # ",        "[",
        "]",          "key",        "\t",
        "value",      "\xC3\xBC",   "\xC3",
        " ",          "[s]\n",      "k=v\n",
        "k=\"\"\"\n", "\n\"\"\"\n", "\xEF\xBB\xBF",
    };
    for (int k = 0; k < 20000; k++) {
        struct buf b;
        buf_init(&b, 4096);
        size_t n = rng_below(&r, 30);
        for (size_t i = 0; i < n; i++) {
            buf_add_str(&b, parts[rng_below(&r, tm_array_len(parts))]);
        }
        /* A copy without a terminator shows any read behind the end. */
        char *copy = mem_alloc(b.n + 1);
        memcpy(copy + 1, buf_slice(&b).p, b.n);
        read_anything(str_range(copy + 1, b.n));
        mem_free(copy);
        buf_fini(&b);
    }
}

/* What is written as a quoted value comes back. */
static void test_quoted_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 61;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct rng r;
    rng_init(&r, seed, "kv quotes");
    for (int k = 0; k < 5000; k++) {
        char value[40], text[64];
        size_t n = rng_below(&r, sizeof value);
        for (size_t i = 0; i < n; i++) {
            do {
                value[i] = (char)(' ' + (int)rng_below(&r, 95));
            } while (value[i] == '"');
        }
        int len = snprintf(text, sizeof text, "k = \"%.*s\"", (int)n, value);
        struct kv_reader reader;
        struct kv_line l;
        struct err e;
        kv_open(&reader, "f", str_range(text, (size_t)len));
        assert_int_equal(kv_next(&reader, &l, &e), 1);
        assert_true(str_same(l.value, str_range(value, n)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_file),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_no_end_of_block),
        cmocka_unit_test(test_nul_byte),
        cmocka_unit_test(test_torture),
        cmocka_unit_test(test_quoted_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
