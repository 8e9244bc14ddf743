#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/rng.h"

enum { KEYS = 3000 };

/* The model is an array by key number; keys are spread or dense by kind, and
 * include the largest. */
static uint64_t key_of(size_t i, int kind)
{
    switch (kind) {
    case 0: return i + 1;
    case 1: return UINT64_MAX - i;
    default: return (uint64_t)(i + 1) << 32;
    }
}

static void check_all(const struct map *m, const uint64_t *value,
                      const bool *there, int kind)
{
    size_t n = 0;
    for (size_t i = 0; i < KEYS; i++) {
        uint64_t got = 0;
        bool found = map_get(m, key_of(i, kind), &got);
        assert_int_equal(found, there[i]);
        assert_int_equal(map_get(m, key_of(i, kind), NULL), there[i]);
        if (found) {
            assert_true(got == value[i]);
            n++;
        }
    }
    assert_int_equal(m->n, n);
}

static void step(struct map *m, uint64_t *value, bool *there, struct rng *r,
                 int kind)
{
    size_t i = rng_below(r, KEYS);
    uint64_t key = key_of(i, kind);
    if (rng_chance_ppm(r, 550000)) {
        value[i] = rng_u64(r);
        there[i] = true;
        map_set(m, key, value[i]);
    } else {
        assert_int_equal(map_remove(m, key), there[i]);
        there[i] = false;
    }
}

static void test_against_model(void **state)
{
    (void)state;
    uint64_t seed = 404;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int kind = 0; kind < 3; kind++) {
        static uint64_t value[KEYS];
        static bool there[KEYS];
        memset(there, 0, sizeof there);
        struct rng r;
        rng_init_of(&r, seed, "map", (uint64_t)kind);
        struct map m;
        map_init(&m);
        check_all(&m, value, there, kind);
        for (int k = 0; k < 60000; k++) {
            step(&m, value, there, &r, kind);
            if (k % 5000 == 0) {
                check_all(&m, value, there, kind);
            }
        }
        check_all(&m, value, there, kind);
        for (size_t i = 0; i < KEYS; i++) {
            assert_int_equal(map_remove(&m, key_of(i, kind)), there[i]);
        }
        assert_int_equal(m.n, 0);
        map_fini(&m);
        map_fini(&m);
    }
}

/* Small tables are where runs wrap around the end. */
static void test_small_tables(void **state)
{
    (void)state;
    uint64_t seed = 405;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct rng r;
    rng_init(&r, seed, "small map");
    for (int round = 0; round < 3000; round++) {
        struct map m;
        map_init(&m);
        uint64_t key[12];
        for (size_t i = 0; i < 12; i++) {
            key[i] = rng_u64(&r) | 1;
            map_set(&m, key[i], i);
        }
        for (size_t gone = 0; gone < 12; gone++) {
            assert_true(map_remove(&m, key[gone]));
            assert_false(map_remove(&m, key[gone]));
            for (size_t i = 0; i < 12; i++) {
                uint64_t v = 99;
                assert_int_equal(map_get(&m, key[i], &v), i > gone);
                assert_true(v == (i > gone ? i : 99));
            }
        }
        assert_true(m.cap <= 16);
        map_fini(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_model),
        cmocka_unit_test(test_small_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
