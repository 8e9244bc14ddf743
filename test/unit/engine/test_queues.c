/* The engine's three queues alone: gate, flight, backlog. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "engine/backlog.h"
#include "engine/flight.h"
#include "engine/gate.h"

static void test_gate_waits_and_keeps_order(void **state)
{
    (void)state;
    struct gate g;
    char text[] = "Hello";
    struct prompt prompt[2] = {
        {.kind = PROMPT_TEXT, .text = str_of(text), .voice = str_of("en")},
        {.kind = PROMPT_WAV, .text = str_of("a.wav")}};
    struct campaign_action a = {.kind = ACTION_PLAY,
                                .prompt = prompt,
                                .prompts = 2,
                                .attempt = {1},
                                .tag = 9};
    gate_init(&g);
    gate_push(&g, 3, 0, &a);
    a.attempt.v = 2;
    gate_push(&g, 3, 1, &a);
    a = (struct campaign_action){.kind = ACTION_HANGUP, .attempt = {3}};
    gate_push(&g, 5, 0, &a);
    memset(text, 'x', sizeof(text) - 1); /* the step's memory is reused */
    assert_int_equal(g.n, 3);
    assert_null(gate_pop(&g, 2));
    struct gate_item *i = gate_pop(&g, 4);
    assert_int_equal(i->action.attempt.v, 1);
    assert_int_equal(i->action.prompts, 2);
    assert_true(str_eq(i->action.prompt[0].text, "Hello"));
    assert_true(str_eq(i->action.prompt[0].voice, "en"));
    assert_true(str_eq(i->action.prompt[1].text, "a.wav"));
    assert_int_equal(i->action.prompt[1].kind, PROMPT_WAV);
    gate_item_free(i);
    i = gate_pop(&g, 4);
    assert_int_equal(i->action.attempt.v, 2);
    assert_int_equal(i->campaign, 1);
    gate_item_free(i);
    assert_null(gate_pop(&g, 4));
    i = gate_pop(&g, 5);
    assert_int_equal(i->action.attempt.v, 3);
    gate_item_free(i);
    assert_null(gate_pop(&g, UINT64_MAX));
    gate_push(&g, 6, 0, &a); /* what is left is freed */
    gate_fini(&g);
}

/* Against the naive way: an array of pairs. */
static void test_flight_against_array(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct flight f;
        struct rng r;
        struct flight_pair all[400];
        size_t n = 0, landed = 0;
        uint64_t seq = 0, durable = 0;
        printf("flight seed %llu\n", (unsigned long long)seed);
        rng_init(&r, seed, "flight");
        flight_init(&f);
        while (n < 400) {
            if (rng_below(&r, 3) > 0) {
                seq += rng_below(&r, 3);
                all[n] = (struct flight_pair){.batch = n + 1, .seq = seq};
                flight_push(&f, all[n].batch, all[n].seq);
                n++;
                continue;
            }
            uint64_t upto = rng_below(&r, seq + 2), want = durable;
            while (landed < n && all[landed].seq <= upto)
                want = all[landed++].batch;
            durable = flight_land(&f, upto, durable);
            assert_int_equal(durable, want);
            assert_int_equal(flight_count(&f), n - landed);
        }
        flight_fini(&f);
    }
}

static void test_backlog_copies_all_texts(void **state)
{
    (void)state;
    struct backlog b;
    char text[6][8] = {"key", "value", "rules", "version", "note", "dialog"};
    struct record r[2] = {{.kind = RECORD_ANSWER,
                           .attempt = {5},
                           .key = str_of(text[0]),
                           .value = str_of(text[1]),
                           .rules = str_of(text[2]),
                           .versions = str_of(text[3]),
                           .note = str_of(text[4]),
                           .dialog = str_of(text[5])},
                          {.kind = RECORD_ENDED, .attempt = {6}}};
    backlog_init(&b);
    backlog_push(&b, r, 2);
    backlog_push(&b, r + 1, 1);
    memset(text, 'x', sizeof(text));
    assert_int_equal(b.n, 2);
    const struct record *c = b.head->record;
    assert_int_equal(b.head->n, 2);
    assert_int_equal(c[0].attempt.v, 5);
    assert_true(str_eq(c[0].key, "key"));
    assert_true(str_eq(c[0].value, "value"));
    assert_true(str_eq(c[0].rules, "rules"));
    assert_true(str_eq(c[0].versions, "version"));
    assert_true(str_eq(c[0].note, "note"));
    assert_true(str_eq(c[0].dialog, "dialog"));
    assert_int_equal(c[1].attempt.v, 6);
    backlog_drop_head(&b);
    assert_int_equal(b.head->record[0].attempt.v, 6);
    backlog_drop_head(&b);
    assert_null(b.head);
    backlog_push(&b, r + 1, 1); /* what is left is freed */
    backlog_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate_waits_and_keeps_order),
        cmocka_unit_test(test_flight_against_array),
        cmocka_unit_test(test_backlog_copies_all_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
