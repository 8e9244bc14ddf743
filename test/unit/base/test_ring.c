#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/ring.h"
#include "base/rng.h"

static void test_one_thread(void **state)
{
    (void)state;
    struct ring *r = ring_new(5, 3); /* rounded up to 8 */
    char msg[3] = "";
    assert_false(ring_pop(r, msg));
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 8; i++) {
            memcpy(msg, (char[]){(char)i, (char)round, 'x'}, 3);
            assert_int_equal(ring_count(r), (size_t)i);
            assert_true(ring_push(r, msg));
        }
        assert_false(ring_push(r, msg));
        assert_false(ring_push(r, msg));
        assert_int_equal(ring_count(r), 8);
        for (int i = 0; i < 8; i++) {
            assert_true(ring_pop(r, msg));
            assert_memory_equal(msg, ((char[]){(char)i, (char)round, 'x'}), 3);
        }
        assert_false(ring_pop(r, msg));
        assert_int_equal(ring_count(r), 0);
    }
    ring_free(r);
    ring_free(NULL);
}

static void test_smallest(void **state)
{
    (void)state;
    struct ring *r = ring_new(1, sizeof(int));
    int out = 0;
    for (int i = 0; i < 50; i++) {
        assert_true(ring_push(r, &i));
        assert_true(ring_pop(r, &out));
        assert_int_equal(out, i);
        assert_false(ring_pop(r, &out));
    }
    int pushed = 0;
    while (ring_push(r, &pushed)) {
        pushed++;
        assert_in_range(pushed, 1, 2); /* a bound of its own */
    }
    assert_int_equal(pushed, 2);
    ring_free(r);
}

/* Random fill levels against counters. */
static void test_against_model(void **state)
{
    (void)state;
    uint64_t seed = 9;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct rng g;
    rng_init(&g, seed, "ring");
    struct ring *r = ring_new(16, sizeof(uint64_t));
    uint64_t in = 0;
    uint64_t out = 0;
    for (int k = 0; k < 100000; k++) {
        if (rng_chance_ppm(&g, 500000)) {
            bool ok = ring_push(r, &in);
            assert_int_equal(ok, in - out < 16);
            in += ok ? 1 : 0;
        } else {
            uint64_t got = UINT64_MAX;
            bool ok = ring_pop(r, &got);
            assert_int_equal(ok, in != out);
            assert_true(got == (ok ? out : UINT64_MAX));
            out += ok ? 1 : 0;
        }
        assert_int_equal(ring_count(r), in - out);
    }
    ring_free(r);
}

enum { PRODUCERS = 4, EACH = 100000 };

struct message {
    uint32_t producer, number;
    uint64_t check[5]; /* torn copies would show */
};

struct producer {
    struct ring *ring;
    uint32_t id;
    uint64_t refused;
};

static struct message make(uint32_t producer, uint32_t number)
{
    struct message m = {.producer = producer, .number = number};
    for (size_t i = 0; i < 5; i++) {
        m.check[i] = rng_mix(((uint64_t)producer << 40) + number + i);
    }
    return m;
}

static void *produce(void *arg)
{
    struct producer *p = arg;
    for (uint32_t i = 0; i < EACH; i++) {
        struct message m = make(p->id, i);
        while (!ring_push(p->ring, &m)) {
            p->refused++;
            (void)sched_yield();
        }
    }
    return NULL;
}

/* Nothing is lost, doubled, torn, or out of order within one producer. */
static void run_producers(size_t slots)
{
    struct ring *r = ring_new(slots, sizeof(struct message));
    struct producer p[PRODUCERS] = {{0}};
    pthread_t thread[PRODUCERS];
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        p[i] = (struct producer){.ring = r, .id = i};
        assert_int_equal(pthread_create(&thread[i], NULL, produce, &p[i]), 0);
    }
    uint32_t next[PRODUCERS] = {0};
    for (size_t got = 0; got < (size_t)PRODUCERS * EACH;) {
        struct message m;
        assert_true(ring_count(r) <= (slots < 2 ? 2 : slots));
        if (!ring_pop(r, &m)) {
            (void)sched_yield();
            continue;
        }
        assert_true(m.producer < PRODUCERS);
        assert_int_equal(m.number, next[m.producer]);
        struct message want = make(m.producer, m.number);
        assert_memory_equal(&m, &want, sizeof m);
        next[m.producer]++;
        got++;
    }
    for (uint32_t i = 0; i < PRODUCERS; i++) {
        assert_int_equal(pthread_join(thread[i], NULL), 0);
        assert_int_equal(next[i], EACH);
    }
    struct message m;
    assert_false(ring_pop(r, &m));
    assert_int_equal(ring_count(r), 0);
    ring_free(r);
}

static void test_producers(void **state)
{
    (void)state;
    run_producers(1);
    run_producers(8);
    run_producers(4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_thread),
        cmocka_unit_test(test_smallest),
        cmocka_unit_test(test_against_model),
        cmocka_unit_test(test_producers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
