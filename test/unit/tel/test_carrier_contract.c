/* The SIP carrier under the contract of port/carrier.h, against a called
 * party of our own stack over loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "core/rules/permit_seal.h"
#include "fixture_pair.h"
#include "tel/carrier_sip_priv.h"
/* The suite, which the simulated carrier passes too. */
#include "contract_carrier.c"

struct scene {
    struct contract c; /* first */
    struct pair p;
    struct carrier_sip *carrier;
    enum contract_callee how;
    int before; /* events seen when the wait began */
    struct dialog *caller;
    struct loop_timer *patience;
};

static int64_t clock_us(void *self)
{
    (void)self;
    return INT64_C(1795255200000000) + loop_monotonic_us();
}

static const struct clock_port fixed = {NULL, clock_us};

static int64_t now_sip(struct contract *c)
{
    (void)c;
    return clock_us(NULL);
}

static bool more(void *arg)
{
    const struct scene *s = arg;
    return s->c.n > s->before;
}

static void wait_sip(struct contract *c, int ms)
{
    struct scene *s = (struct scene *)c;
    s->before = c->n;
    (void)pair_run_until(&s->p, more, s, ms);
}

static void callee_sip(struct contract *c, enum contract_callee how)
{
    ((struct scene *)c)->how = how;
}

static void on_dialog(void *arg, const struct dialog_event *ev)
{
    (void)arg;
    (void)ev;
}

static void on_incoming(void *arg, struct dialog *d,
                        const struct dialog_request *r)
{
    struct scene *s = arg;
    (void)r;
    dialog_take(d, on_dialog, s);
    if (s->how == CALLEE_BUSY) {
        assert_int_equal(dialog_refuse(d, 486, "", ""), TM_OK);
        return;
    }
    assert_int_equal(dialog_ring(d, 180, str_of("")), TM_OK);
    if (s->how == CALLEE_ANSWERS) {
        assert_int_equal(
            dialog_answer(d, str_of("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"
                                    "s=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                                    "m=audio 9 RTP/AVP 0\r\n")),
            TM_OK);
    }
}

static void on_caller(void *arg, const struct dialog_event *ev)
{
    struct scene *s = arg;
    if (ev->kind == DIALOG_ANSWERED) {
        loop_timer_cancel(s->patience);
    } else if (ev->kind == DIALOG_ENDED) {
        loop_timer_cancel(s->patience);
        s->caller = NULL;
    }
}

static void bored(void *arg)
{
    struct scene *s = arg;
    dialog_hangup(s->caller, "");
}

static void calls_us_sip(struct contract *c, int patience_ms)
{
    struct scene *s = (struct scene *)c;
    struct err e = {0};
    char target[80];
    (void)snprintf(target, sizeof target, "sip:+12025550199@127.0.0.1:%u",
                   sip_stack_port(s->carrier->stack[0], SIP_STACK_UDP));
    const struct dialog_invite i = {
        .target = target,
        .to = "",
        .from = "sip:+12025550123@127.0.0.1",
        .from_name = "",
        .route = "",
        .call_id = "calls-us",
        .user = "",
        .password = "",
        .headers = "",
        .sdp = str_of("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
                      "c=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                      "m=audio 9 RTP/AVP 0\r\n"),
    };
    assert_int_equal(dialog_invite(&s->caller, s->p.a, &i, on_caller, s, &e),
                     TM_OK);
    loop_timer_set(s->patience, patience_ms);
}

static struct contract *contract_make(void)
{
    struct scene *s = test_calloc(1, sizeof *s);
    struct err e = {0};
    pair_start(&s->p, on_incoming, s);
    const struct trunk_config trunk = {
        .name = "main",
        .host = "127.0.0.1",
        .port = sip_stack_port(s->p.b, SIP_STACK_UDP),
        .max_calls = 4,
        .calls_per_second = 100,
        .local_address = "127.0.0.1",
    };
    struct carrier_sip_config c = {
        .trunk = &trunk,
        .trunks = 1,
        .rtp_min = 31600,
        .rtp_max = 31800,
        .clock = &fixed,
    };
    if (carrier_sip_start(&s->carrier, s->p.loop, &c, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    carrier_sip_listen(s->carrier, contract_event, &s->c);
    s->c.port = carrier_sip_port(s->carrier);
    s->c.trunk = "main";
    s->c.e164 = 15551230001;
    s->c.wait = wait_sip;
    s->c.callee = callee_sip;
    s->c.now_us = now_sip;
    s->c.calls_us = calls_us_sip;
    s->patience = loop_timer_new(s->p.loop, bored, s);
    return &s->c;
}

static struct contract *contract_make_called(void)
{
    return contract_make();
}

static void contract_drop(struct contract *c)
{
    struct scene *s = (struct scene *)c;
    carrier_sip_stop(s->carrier);
    loop_timer_free(s->patience);
    pair_stop(&s->p);
    test_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {CONTRACT_TESTS};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
