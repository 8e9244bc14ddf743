#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "base/rng.h"

static void test_document(void **state)
{
    (void)state;
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_out_init(&j, &b);
    json_out_object(&j);
    json_out_kv_text(&j, "a", "x");
    json_out_kv_text(&j, "none", NULL);
    json_out_kv_int(&j, "n", INT64_MIN);
    json_out_kv_bool(&j, "yes", true);
    json_out_kv_decimal(&j, "d", 3.14159, 2);
    json_out_key(&j, "list");
    json_out_array(&j);
    json_out_int(&j, INT64_MAX);
    json_out_array(&j);
    json_out_end_array(&j);
    json_out_object(&j);
    json_out_end_object(&j);
    json_out_bool(&j, false);
    json_out_null(&j);
    json_out_slice(&j, str_range("ab\0c", 4));
    json_out_end_array(&j);
    json_out_key(&j, "in");
    json_out_object(&j);
    json_out_kv_int(&j, "k", 1);
    json_out_end_object(&j);
    json_out_kv_int(&j, "last", 0);
    json_out_end_object(&j);
    assert_false(b.failed);
    assert_string_equal(
        b.p, "{\"a\":\"x\",\"none\":null,\"n\":-9223372036854775808,"
             "\"yes\":true,\"d\":3.14,\"list\":[9223372036854775807,[],{},"
             "false,null,\"ab\\u0000c\"],\"in\":{\"k\":1},\"last\":0}");
    buf_fini(&b);
}

static void check_text(const char *text, const char *want)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_out_init(&j, &b);
    json_out_text(&j, text);
    assert_string_equal(b.p, want);
    buf_fini(&b);
}

static void test_escapes(void **state)
{
    (void)state;
    check_text("", "\"\"");
    check_text("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    check_text("\n\r\t\b\f\x1F\x7F", "\"\\n\\r\\t\\u0008\\u000c\\u001f"
                                     "\\u007f\"");
    check_text("\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80",
               "\"\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\"");
    /* Each bad byte becomes U+FFFD. */
    check_text("a\xFFz", "\"a\xEF\xBF\xBDz\"");
    check_text("\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    check_text("\xC0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    check_text("\xE2\x82\"", "\"\xEF\xBF\xBD\xEF\xBF\xBD\\\"\"");
}

static void check_decimal(double v, int decimals, const char *want)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    json_out_init(&j, &b);
    (void)setlocale(LC_ALL, "de_DE.UTF-8"); /* harmless where it is missing */
    json_out_decimal(&j, v, decimals);
    (void)setlocale(LC_ALL, "C");
    assert_string_equal(b.p, want);
    buf_fini(&b);
}

static void test_decimals(void **state)
{
    (void)state;
    check_decimal(3.14159, 2, "3.14");
    check_decimal(-0.5, 3, "-0.500");
    check_decimal(1e20, 0, "100000000000000000000");
    check_decimal(2, 0, "2");
    check_decimal((double)NAN, 2, "null");
    check_decimal((double)INFINITY, 2, "null");
    check_decimal(-(double)INFINITY, 2, "null");
}

/* Undoes the escapes; an oracle without knowledge of the writer. */
static size_t unquote(const char *p, size_t n, char *out)
{
    size_t k = 0;
    assert_true(n >= 2 && p[0] == '"' && p[n - 1] == '"');
    for (size_t i = 1; i < n - 1; i++) {
        if (p[i] != '\\') {
            assert_true((unsigned char)p[i] >= 0x20 && p[i] != '"');
            out[k++] = p[i];
            continue;
        }
        i++;
        static const char from[] = "nrt\"\\";
        static const char to[] = "\n\r\t\"\\";
        if (p[i] == 'u') {
            char hex[5] = {p[i + 1], p[i + 2], p[i + 3], p[i + 4], '\0'};
            out[k++] = (char)strtol(hex, NULL, 16);
            i += 4;
        } else {
            const char *at = strchr(from, p[i]);
            assert_non_null(at);
            out[k++] = to[at - from];
        }
    }
    return k;
}

static void test_text_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 14;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct rng r;
    rng_init(&r, seed, "json");
    static const char *const parts[] = {"\xC3\xBC", "\xE2\x82\xAC",
                                        "\xF4\x8F\xBF\xBF"};
    for (int k = 0; k < 20000; k++) {
        char text[256], back[256];
        size_t n = 0;
        while (n < 200 && rng_chance_ppm(&r, 950000)) {
            if (rng_chance_ppm(&r, 200000)) {
                const char *c = parts[rng_below(&r, 3)];
                memcpy(text + n, c, strlen(c));
                n += strlen(c);
            } else {
                text[n++] = (char)rng_below(&r, 128);
            }
        }
        struct buf b;
        struct json_out j;
        buf_init(&b, 4096);
        json_out_init(&j, &b);
        json_out_slice(&j, str_range(text, n));
        assert_int_equal(unquote(b.p, b.n, back), n);
        assert_memory_equal(back, text, n);
        buf_fini(&b);
    }
}

/* Misuse, each in a child that must abort. */
static void key_in_array(struct json_out *j)
{
    json_out_array(j);
    json_out_key(j, "k");
}

static void value_without_key(struct json_out *j)
{
    json_out_object(j);
    json_out_int(j, 1);
}

static void key_without_value(struct json_out *j)
{
    json_out_object(j);
    json_out_key(j, "k");
    json_out_end_object(j);
}

static void two_keys(struct json_out *j)
{
    json_out_object(j);
    json_out_key(j, "k");
    json_out_key(j, "l");
}

static void wrong_end(struct json_out *j)
{
    json_out_object(j);
    json_out_end_array(j);
}

static void end_too_many(struct json_out *j)
{
    json_out_array(j);
    json_out_end_array(j);
    json_out_end_array(j);
}

static void two_documents(struct json_out *j)
{
    json_out_int(j, 1);
    json_out_int(j, 2);
}

static void too_deep(struct json_out *j)
{
    for (int i = 0; i < JSON_OUT_DEPTH_MAX; i++) {
        json_out_array(j);
    }
}

static void deep_enough(struct json_out *j)
{
    for (int i = 0; i < JSON_OUT_DEPTH_MAX - 1; i++) {
        json_out_array(j);
    }
}

static int ending(void (*body)(struct json_out *))
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)signal(SIGABRT, SIG_DFL);
        (void)close(STDERR_FILENO);
        struct buf b;
        struct json_out j;
        buf_init(&b, 4096);
        json_out_init(&j, &b);
        body(&j);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void test_misuse_stops(void **state)
{
    (void)state;
    void (*const bodies[])(struct json_out *) = {
        key_in_array, value_without_key, key_without_value, two_keys,
        wrong_end,    end_too_many,      two_documents,     too_deep,
    };
    for (size_t i = 0; i < tm_array_len(bodies); i++) {
        assert_int_equal(ending(bodies[i]), SIGABRT);
    }
    assert_int_equal(ending(deep_enough), 0);
}

static void test_full_buffer(void **state)
{
    (void)state;
    struct buf b;
    struct json_out j;
    buf_init(&b, 8);
    json_out_init(&j, &b);
    json_out_array(&j);
    for (int i = 0; i < 100; i++) {
        json_out_int(&j, i);
    }
    json_out_end_array(&j);
    assert_true(b.failed);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_text_round_trip),
        cmocka_unit_test(test_misuse_stops),
        cmocka_unit_test(test_full_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
