#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/rng.h"

static bool all_are(const unsigned char *p, size_t n, unsigned char c)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] != c) {
            return false;
        }
    }
    return true;
}

enum { PIECES = 2000 };

struct piece {
    unsigned char *p;
    size_t n;
};

/* Pieces of all sizes are zeroed, aligned and do not overlap. */
static void fill_and_check(struct arena *a, struct rng *r)
{
    static struct piece piece[PIECES];
    size_t total = 0;
    for (size_t i = 0; i < PIECES; i++) {
        size_t n = rng_below(r, 64);
        if (rng_below(r, 50) == 0) {
            n = rng_below(r, 40000);
        }
        piece[i] = (struct piece){arena_alloc(a, n), n};
        assert_non_null(piece[i].p);
        assert_true((uintptr_t)piece[i].p % _Alignof(max_align_t) == 0);
        assert_true(all_are(piece[i].p, n, 0));
        memset(piece[i].p, (int)(i % 255 + 1), n);
        total += n;
    }
    for (size_t i = 0; i < PIECES; i++) {
        assert_true(
            all_are(piece[i].p, piece[i].n, (unsigned char)(i % 255 + 1)));
    }
    assert_int_equal(a->used, total);
}

static void test_pieces(void **state)
{
    (void)state;
    uint64_t seed = 31;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct rng r;
    rng_init(&r, seed, "arena");
    struct arena a;
    arena_init(&a);
    for (int round = 0; round < 3; round++) {
        fill_and_check(&a, &r);
        arena_reset(&a);
        assert_int_equal(a.used, 0);
    }
    arena_fini(&a);
    assert_null(a.head);
}

static void test_small_cases(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    arena_reset(&a); /* nothing there yet */
    char *none = arena_alloc(&a, 0);
    char *other = arena_alloc(&a, 0);
    assert_non_null(none);
    assert_true(none != other);
    char *text = arena_strdup(&a, str_range("abcdef", 3));
    assert_string_equal(text, "abc");
    assert_string_equal(arena_strdup(&a, (struct slice){0}), "");
    uint32_t *list = arena_array(&a, 100, sizeof *list);
    assert_true(all_are((unsigned char *)list, 400, 0));
    arena_fini(&a);
    arena_fini(&a);
}

static void test_mem(void **state)
{
    (void)state;
    unsigned char *p = mem_alloc(100);
    assert_true(all_are(p, 100, 0));
    memset(p, 7, 100);
    p = mem_resize(p, 5000);
    assert_true(all_are(p, 100, 7));
    mem_free(p);
    mem_free(NULL);
    p = mem_resize(NULL, 10);
    assert_non_null(p);
    mem_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_small_cases),
        cmocka_unit_test(test_mem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
