#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "core/dnc/dnc_lists.h"
#include "core/dnc/dnc_set.h"

static struct dnc_set meta_of(const char *name)
{
    struct dnc_set m = {.kind = DNC_NATIONAL,
                        .country = "US",
                        .obtained_us = 1700000000000000,
                        .generation = 3};
    (void)str_copy(m.name, sizeof(m.name), str_of(name));
    (void)str_copy(m.source_hash, sizeof(m.source_hash), str_of("abcd"));
    return m;
}

static void build(struct buf *b, uint64_t *number, size_t n)
{
    struct dnc_set m = meta_of("us_national");
    struct err e;
    buf_init(b, 1 << 24);
    assert_int_equal(dnc_set_build(&m, number, n, b, &e), TM_OK);
}

/* Against the plainest oracle: a walk over the unsorted numbers. */
static void test_agrees_with_a_walk(void **state)
{
    (void)state;
    enum { N = 700 };
    struct rng r;
    uint64_t seed = 4711;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "dnc");
    for (size_t n = 0; n < N; n += 1 + n / 3) {
        uint64_t number[N], kept[N];
        for (size_t i = 0; i < n; i++) {
            number[i] = kept[i] = 12125550000 + rng_below(&r, 2 * N);
        }
        struct buf b;
        build(&b, number, n);
        struct dnc_set s;
        struct err e;
        assert_int_equal(dnc_set_open(b.p, b.n, &s, &e), TM_OK);
        assert_string_equal(s.name, "us_national");
        assert_string_equal(s.country, "US");
        assert_string_equal(s.source_hash, "abcd");
        assert_true(s.generation == 3 && s.obtained_us == 1700000000000000);
        assert_true(s.count <= n);
        for (uint64_t x = 12125550000 - 2; x < 12125550000 + 2 * N + 2; x++) {
            bool want = false;
            for (size_t i = 0; i < n; i++) {
                want |= kept[i] == x;
            }
            assert_int_equal(dnc_set_has(&s, x), want);
        }
        buf_fini(&b);
    }
}

/* No changed bit, no cut-off image is accepted. */
static void test_damage_is_found(void **state)
{
    (void)state;
    uint64_t number[] = {12125550101, 12125550102, 13105550103};
    struct buf b;
    build(&b, number, 3);
    struct dnc_set s;
    struct err e;
    for (size_t i = 0; i < b.n; i++) {
        for (int bit = 0; bit < 8; bit += 3) {
            b.p[i] = (char)(b.p[i] ^ (1 << bit));
            assert_int_equal(dnc_set_open(b.p, b.n, &s, &e), TM_ECORRUPT);
            b.p[i] = (char)(b.p[i] ^ (1 << bit));
        }
    }
    for (size_t n = 0; n < b.n; n += 7) {
        assert_int_equal(dnc_set_open(b.p, n, &s, &e), TM_ECORRUPT);
    }
    assert_int_equal(dnc_set_open(b.p, b.n, &s, &e), TM_OK);
    buf_fini(&b);
}

static void test_bad_numbers_are_refused(void **state)
{
    (void)state;
    struct dnc_set m = meta_of("x");
    struct err e;
    struct buf b;
    buf_init(&b, 1 << 20);
    uint64_t zero[] = {0, 12125550101}, large[] = {1000000000000000};
    assert_int_equal(dnc_set_build(&m, zero, 2, &b, &e), TM_EINVAL);
    assert_int_equal(dnc_set_build(&m, large, 1, &b, &e), TM_EINVAL);
    m.name[0] = '\0';
    assert_int_equal(dnc_set_build(&m, zero + 1, 1, &b, &e), TM_EINVAL);
    buf_fini(&b);
    buf_init(&b, 4096);
    m = meta_of("x");
    assert_int_equal(dnc_set_build(&m, zero + 1, 1, &b, &e), TM_ELIMIT);
    buf_fini(&b);
}

static void test_kinds(void **state)
{
    (void)state;
    for (int i = 0; i < DNC_KIND_COUNT; i++) {
        enum dnc_kind k = DNC_KIND_COUNT;
        const char *text = dnc_set_kind_text((enum dnc_kind)i);
        assert_true(dnc_set_kind_parse(str_of(text), &k));
        assert_int_equal(k, i);
    }
    enum dnc_kind k;
    assert_false(dnc_set_kind_parse(str_of("nat"), &k));
}

static void test_lists(void **state)
{
    (void)state;
    struct dnc_lists *l = mem_alloc(sizeof(*l));
    assert_null(dnc_lists_find(l, "us_national"));
    l->set[0] = meta_of("a");
    l->set[1] = meta_of("us_national");
    l->n = 2;
    assert_ptr_equal(dnc_lists_find(l, "us_national"), &l->set[1]);
    assert_null(dnc_lists_find(l, "us"));
    mem_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees_with_a_walk),
        cmocka_unit_test(test_damage_is_found),
        cmocka_unit_test(test_bad_numbers_are_refused),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
