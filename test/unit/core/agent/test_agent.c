#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/agent/agent.h"
#include "core/agent/agent_order.h"

/* The permitted edges, written once more by hand: state, input, next. */
static const char *const edges[] = {
    "off sign_in calling_in",  "calling_in leg_up paused",
    "calling_in sign_out off", "ready pause paused",
    "ready lead preview",      "ready dial dialling",
    "ready ring ringing",      "ready talk talking",
    "ready sign_out off",      "paused ready ready",
    "paused sign_out off",     "preview pause paused",
    "preview dial dialling",   "preview nobody ready",
    "preview sign_out off",    "dialling ring ringing",
    "dialling talk talking",   "dialling nobody ready",
    "dialling sign_out off",   "ringing talk talking",
    "ringing nobody ready",    "ringing sign_out off",
    "talking hold hold",       "talking call_ended wrap_up",
    "talking sign_out off",    "hold retrieve talking",
    "hold call_ended wrap_up", "hold sign_out off",
    "wrap_up ready ready",     "wrap_up pause paused",
    "wrap_up sign_out off",
};

static const char *const input_text[] = {
#define X(name, text) text,
    AGENT_INPUT_TABLE(X)
#undef X
};

static bool is_listed(const char *text)
{
    for (size_t i = 0; i < tm_array_len(edges); i++) {
        if (strcmp(text, edges[i]) == 0)
            return true;
    }
    return false;
}

static void test_every_edge(void **state)
{
    (void)state;
    size_t found = 0;
    for (int s = 0; s < AGENT_STATE_COUNT; s++) {
        for (int in = 0; in < AGENT_INPUT_COUNT; in++) {
            enum agent_state to = AGENT_STATE_COUNT;
            bool moved =
                agent_next((enum agent_state)s, (enum agent_input)in, &to);
            if (!moved) {
                assert_int_equal(to, AGENT_STATE_COUNT);
                continue;
            }
            char text[64];
            (void)snprintf(text, sizeof(text), "%s %s %s",
                           agent_state_text((enum agent_state)s),
                           input_text[in], agent_state_text(to));
            if (!is_listed(text))
                fail_msg("%s is permitted", text);
            found++;
        }
    }
    assert_int_equal(found, tm_array_len(edges));
}

static void test_calls_of_his(void **state)
{
    (void)state;
    for (int s = 0; s < AGENT_STATE_COUNT; s++) {
        const char *text = agent_state_text((enum agent_state)s);
        bool has = strcmp(text, "dialling") == 0 ||
                   strcmp(text, "ringing") == 0 ||
                   strcmp(text, "talking") == 0 || strcmp(text, "hold") == 0;
        assert_int_equal(agent_has_call((enum agent_state)s), has);
    }
}

static void test_words(void **state)
{
    (void)state;
    for (int s = 0; s < AGENT_STATE_COUNT; s++) {
        enum agent_state read = AGENT_STATE_COUNT;
        assert_true(agent_state_parse(
            str_of(agent_state_text((enum agent_state)s)), &read));
        assert_int_equal(read, s);
    }
    enum agent_state none = AGENT_STATE_COUNT;
    assert_false(agent_state_parse(str_of("asleep"), &none));
    enum agent_leg leg = AGENT_LEG_COUNT;
    assert_true(agent_leg_parse(str_of("per_call"), &leg));
    assert_int_equal(leg, AGENT_LEG_PER_CALL);
    assert_string_equal(agent_leg_text(AGENT_LEG_PERMANENT), "permanent");
    assert_false(agent_leg_parse(str_of("sometimes"), &leg));
}

static void test_orders(void **state)
{
    (void)state;
    static const char *const himself[] = {"sign-in", "sign-out", "ready",
                                          "pause"};
    for (int k = 0; k < AGENT_ORDER_COUNT; k++) {
        const char *text = agent_order_text((enum agent_order_kind)k);
        enum agent_order_kind read = AGENT_ORDER_COUNT;
        bool people = agent_order_parse(str_of(text), &read);
        assert_int_equal(people, k < AGENT_DO_LEG_UP);
        assert_int_equal(read, people ? k : AGENT_ORDER_COUNT);
        bool his = false;
        for (size_t i = 0; i < tm_array_len(himself); i++)
            his = his || strcmp(text, himself[i]) == 0;
        assert_int_equal(agent_order_is_of_call((enum agent_order_kind)k),
                         !his);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_edge),
        cmocka_unit_test(test_calls_of_his),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
