/* What stands for texts that come again and again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "base/text_cache.h"

static struct text_cache cache;

static void test_known_and_unknown(void **state)
{
    (void)state;
    uint64_t v = 7;
    text_cache_clear(&cache);
    assert_false(text_cache_get(&cache, str_of("rules=us 1"), &v));
    assert_int_equal(v, 7);
    text_cache_set(&cache, str_of("rules=us 1"), 41);
    assert_true(text_cache_get(&cache, str_of("rules=us 1"), &v));
    assert_int_equal(v, 41);
    assert_false(text_cache_get(&cache, str_of("rules=us 2"), &v));
    assert_false(text_cache_get(&cache, str_of("rules=us 1 "), &v));
    assert_false(text_cache_get(&cache, str_of("rules=us "), &v));
    text_cache_set(&cache, str_of("rules=us 1"), 42);
    assert_true(text_cache_get(&cache, str_of("rules=us 1"), &v));
    assert_int_equal(v, 42);
    text_cache_clear(&cache);
    assert_false(text_cache_get(&cache, str_of("rules=us 1"), &v));
}

static void test_empty_and_too_long(void **state)
{
    (void)state;
    static char big[TEXT_CACHE_ROOM / 4 + 1];
    uint64_t v = 0;
    memset(big, 'x', sizeof(big));
    text_cache_clear(&cache);
    text_cache_set(&cache, (struct slice){0}, 1);
    assert_false(text_cache_get(&cache, (struct slice){0}, &v));
    text_cache_set(&cache, str_range(big, sizeof(big)), 1);
    assert_false(text_cache_get(&cache, str_range(big, sizeof(big)), &v));
    text_cache_set(&cache, str_range(big, sizeof(big) - 1), 2);
    assert_true(text_cache_get(&cache, str_range(big, sizeof(big) - 1), &v));
    assert_int_equal(v, 2);
}

static struct slice text_of(uint64_t n, char *out)
{
    struct rng r;
    rng_init_of(&r, 3, "text", n);
    size_t len = 1 + rng_below(&r, 900);
    int head = snprintf(out, 32, "%llu ", (unsigned long long)n);
    memset(out + head, 'a' + (int)rng_below(&r, 26), len);
    return str_range(out, (size_t)head + len);
}

/* Whatever was pushed out: what is found is right, and lately set texts are
 * found again as long as nothing was set between. */
static void test_many_texts(void **state)
{
    (void)state;
    struct rng r;
    unsigned found = 0, missed = 0;
    rng_init(&r, 11, "many texts");
    text_cache_clear(&cache);
    for (int i = 0; i < 20000; i++) {
        char bytes[1000];
        uint64_t n = 1 + rng_below(&r, 3000), v = 0;
        struct slice text = text_of(n, bytes);
        if (text_cache_get(&cache, text, &v)) {
            assert_int_equal(v, n * 3);
            found++;
            continue;
        }
        missed++;
        text_cache_set(&cache, text, n * 3);
        assert_true(text_cache_get(&cache, text, &v));
        assert_int_equal(v, n * 3);
    }
    assert_true(found > 1000 && missed > 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_and_unknown),
        cmocka_unit_test(test_empty_and_too_long),
        cmocka_unit_test(test_many_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
