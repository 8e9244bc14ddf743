#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/call/call_leg.h"

/* The permitted edges, written once more by hand: state, input, next. */
static const char *const edges[] = {
    "recorded placed placed",    "recorded refused ended",
    "recorded ended ended",      "placed ringing ringing",
    "placed answered answered",  "placed hangup closing",
    "placed ended ended",        "ringing ringing ringing",
    "ringing answered answered", "ringing hangup closing",
    "ringing ended ended",       "answered dialog answered",
    "answered digit answered",   "answered beep answered",
    "answered talk talking",     "answered hangup closing",
    "answered ended ended",      "talking dialog talking",
    "talking digit talking",     "talking played talking",
    "talking beep talking",      "talking hangup closing",
    "talking ended ended",       "closing answered closing",
    "closing dialog closing",    "closing digit closing",
    "closing ended ended",       "answered person answered",
    "answered machine answered", "answered played answered",
};

static const char *const state_text[] = {
#define X(name, text, meaning) text,
    CALL_STATE_TABLE(X)
#undef X
};

static const char *const input_text[] = {
#define X(name, text) text,
    CALL_INPUT_TABLE(X)
#undef X
};

static void test_every_edge(void **state)
{
    (void)state;
    size_t found = 0;
    for (int s = 0; s < CALL_STATE_COUNT; s++) {
        for (int in = 0; in < CALL_INPUT_COUNT; in++) {
            struct call_leg l = {.state = (enum call_state)s};
            bool moved = call_leg_move(&l, (enum call_input)in, 7);
            char text[64] = "";
            strcat(text, state_text[s]);
            strcat(text, " ");
            strcat(text, input_text[in]);
            strcat(text, " ");
            strcat(text, state_text[l.state]);
            bool listed = false;
            for (size_t i = 0; i < tm_array_len(edges); i++)
                listed = listed || strcmp(text, edges[i]) == 0;
            if (moved != listed)
                fail_msg("%s: %s", text, moved ? "moved" : "refused");
            if (!moved)
                assert_int_equal(l.state, s);
            found += moved;
        }
    }
    assert_int_equal(found, tm_array_len(edges));
}

/* From every state but the last the end can be reached, and from there
 * nothing. */
static void test_end(void **state)
{
    (void)state;
    for (int s = 0; s < CALL_ENDED; s++)
        assert_true(call_leg_permits((enum call_state)s, CALL_IN_ENDED));
    for (int in = 0; in < CALL_INPUT_COUNT; in++)
        assert_false(call_leg_permits(CALL_ENDED, (enum call_input)in));
}

static void test_times(void **state)
{
    (void)state;
    struct call_leg l;
    call_leg_init(&l, 1000);
    assert_true(call_leg_move(&l, CALL_IN_PLACED, 2000000));
    assert_true(call_leg_move(&l, CALL_IN_RINGING, 3000000));
    assert_true(call_leg_move(&l, CALL_IN_ANSWERED, 7500000));
    assert_true(call_leg_move(&l, CALL_IN_BEEP, 7600000));
    assert_true(call_leg_move(&l, CALL_IN_ENDED, 9000000));
    assert_true(l.beep);
    assert_int_equal(call_leg_ring_ms(&l), 5500);
    assert_int_equal(call_leg_talk_ms(&l), 1500);
    call_leg_init(&l, 1000);
    assert_true(call_leg_move(&l, CALL_IN_REFUSED, 2000));
    assert_int_equal(call_leg_ring_ms(&l), 0);
    assert_int_equal(call_leg_talk_ms(&l), 0);
    call_leg_init(&l, 1000);
    assert_true(call_leg_move(&l, CALL_IN_PLACED, 2000000));
    assert_true(call_leg_move(&l, CALL_IN_ENDED, 5000000));
    assert_int_equal(call_leg_ring_ms(&l), 3000);
}

static void test_carrier_events(void **state)
{
    (void)state;
    assert_int_equal(call_leg_input(CARRIER_PLACED), CALL_IN_PLACED);
    assert_int_equal(call_leg_input(CARRIER_RINGING), CALL_IN_RINGING);
    assert_int_equal(call_leg_input(CARRIER_ANSWERED), CALL_IN_ANSWERED);
    assert_int_equal(call_leg_input(CARRIER_DIALOG), CALL_IN_DIALOG);
    assert_int_equal(call_leg_input(CARRIER_DIGIT), CALL_IN_DIGIT);
    assert_int_equal(call_leg_input(CARRIER_PLAYED), CALL_IN_PLAYED);
    assert_int_equal(call_leg_input(CARRIER_BEEP), CALL_IN_BEEP);
    assert_int_equal(call_leg_input(CARRIER_PERSON), CALL_IN_PERSON);
    assert_int_equal(call_leg_input(CARRIER_MACHINE), CALL_IN_MACHINE);
    assert_int_equal(call_leg_input(CARRIER_ENDED), CALL_IN_ENDED);
    assert_string_equal(call_event_cause_text(CAUSE_BUSY), "busy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_edge),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_carrier_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
