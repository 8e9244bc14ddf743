#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tel/carrier_sip_cause.h"

static enum call_cause of(int status)
{
    return carrier_sip_cause(status, str_of(""), str_of(""));
}

static void test_map(void **state)
{
    (void)state;
    static const struct {
        int status;
        enum call_cause cause;
    } want[] = {
        {486, CAUSE_BUSY},         {600, CAUSE_BUSY},
        {408, CAUSE_NO_ANSWER},    {480, CAUSE_NO_ANSWER},
        {404, CAUSE_DISCONNECTED}, {410, CAUSE_DISCONNECTED},
        {484, CAUSE_DISCONNECTED}, {604, CAUSE_DISCONNECTED},
        {607, CAUSE_BLOCKED},      {608, CAUSE_BLOCKED},
        {603, CAUSE_REJECTED},     {403, CAUSE_REJECTED},
        {499, CAUSE_REJECTED},     {699, CAUSE_REJECTED},
        {301, CAUSE_REJECTED},     {503, CAUSE_CONGESTION},
        {500, CAUSE_CONGESTION},   {502, CAUSE_CONGESTION},
        {504, CAUSE_CONGESTION},   {488, CAUSE_MEDIA},
        {415, CAUSE_MEDIA},        {606, CAUSE_MEDIA},
        {402, CAUSE_CONGESTION},   {483, CAUSE_CONGESTION},
        {400, CAUSE_PROTOCOL},     {420, CAUSE_PROTOCOL},
        {0, CAUSE_PROTOCOL},       {200, CAUSE_PROTOCOL},
        {700, CAUSE_PROTOCOL},     {999, CAUSE_PROTOCOL},
    };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; ++i) {
        if (of(want[i].status) != want[i].cause) {
            fail_msg("status %d: %s", want[i].status,
                     call_event_cause_text(of(want[i].status)));
        }
    }
}

static void test_analytics(void **state)
{
    (void)state;
    struct slice none = str_of("");
    assert_int_equal(carrier_sip_cause(603, str_of("Network Blocked"), none),
                     CAUSE_BLOCKED);
    assert_int_equal(
        carrier_sip_cause(603, str_of("Decline"),
                          str_of("Q.850;cause=21;text=\"v=Analytics1\"")),
        CAUSE_BLOCKED);
    assert_int_equal(carrier_sip_cause(403, none, str_of("SIP;cause=608")),
                     CAUSE_BLOCKED);
    assert_int_equal(
        carrier_sip_cause(603, str_of("Decline"), str_of("Q.850;cause=21")),
        CAUSE_REJECTED);
    /* Only refusals by the callee's side can be that. */
    assert_int_equal(carrier_sip_cause(486, str_of("network blocked"), none),
                     CAUSE_BUSY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_analytics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
