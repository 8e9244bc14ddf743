/* The SIP carrier against a called party of our own stack, over loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/arena.h"
#include "core/rules/permit_seal.h"
#include "fixture_pair.h"
#include "tel/carrier_sip.h"

enum { EVENTS_MAX = 64 };

struct scene {
    struct pair p;
    struct carrier_sip *carrier;
    const struct carrier *port;
    struct trunk_config trunk[2];
    struct carrier_event ev[EVENTS_MAX];
    char text[EVENTS_MAX][2048];
    int n;
    bool in_call; /* inside a call of the carrier */

    /* callee */
    struct dialog *d;
    struct media_leg *leg;
    int refuse;
    const char *refuse_phrase, *refuse_headers;
    bool only_ring, drop_sdp, hold_on_answer;
    int voice, silence, ended, reinvite_code;
    enum dialog_end end;
    char digits[16], digits_to_press[16];
    char caller[64], call_id[128];
};

/* 2026-11-21T10:00:00Z and on. */
static int64_t now_us(void *self)
{
    (void)self;
    return 1795255200000000 + loop_monotonic_us();
}

static const struct clock_port fixed = {NULL, now_us};

static void on_event(void *arg, const struct carrier_event *ev)
{
    struct scene *s = arg;
    assert_false(s->in_call);
    if (ev->kind == CARRIER_ENDED) {
        /* As an engine might: the call is not known any more. */
        s->port->hangup(s->port->self, ev->attempt, HANGUP_NORMAL);
        assert_int_equal(s->port->play(s->port->self, ev->attempt, NULL, 0, 1),
                         TM_ESTATE);
    }
    assert_true(s->n < EVENTS_MAX);
    assert_true(ev->at_us >= 1795255200000000);
    s->ev[s->n] = *ev;
    (void)str_copy(s->text[s->n], sizeof s->text[0], ev->text);
    ++s->n;
}

static int count(const struct scene *s, enum carrier_event_kind k)
{
    int n = 0;
    for (int i = 0; i < s->n; ++i) {
        n += s->ev[i].kind == k;
    }
    return n;
}

static const struct carrier_event *last(const struct scene *s)
{
    assert_true(s->n > 0);
    return &s->ev[s->n - 1];
}

static void on_media(void *arg, const struct media_event *ev)
{
    struct scene *s = arg;
    size_t n = strlen(s->digits);
    if (ev->kind == MEDIA_VOICE) {
        ++s->voice;
    } else if (ev->kind == MEDIA_SILENCE) {
        ++s->silence;
        if (s->digits_to_press[0]) {
            assert_int_equal(
                media_leg_press(s->leg, s->digits_to_press, 100, 60, false),
                TM_OK);
            s->digits_to_press[0] = '\0';
        }
    } else if (ev->kind == MEDIA_DIGIT && n + 1 < sizeof s->digits) {
        s->digits[n] = ev->digit;
    }
}

static void on_dialog(void *arg, const struct dialog_event *ev)
{
    struct scene *s = arg;
    if (ev->kind == DIALOG_ENDED) {
        ++s->ended;
        s->end = ev->end;
        s->d = NULL;
        media_leg_close(s->leg);
        s->leg = NULL;
    } else if (ev->kind == DIALOG_PROVISIONAL) {
        s->reinvite_code = ev->code;
    }
}

static void callee_sdp(struct scene *s, bool send, bool receive, struct buf *b)
{
    struct sdp_text mine = {
        .address = "127.0.0.1",
        .codec = {SDP_PCMA},
        .codecs = 1,
        .event_pt = 101,
        .send = send,
        .receive = receive,
        .port = media_leg_port(s->leg),
    };
    sdp_text_write(&mine, 7, send ? 7 : 8, b);
}

static void on_incoming(void *arg, struct dialog *d,
                        const struct dialog_request *r)
{
    struct scene *s = arg;
    struct err e = {0};
    struct sdp_text offer;
    struct buf b;
    (void)str_copy(s->caller, sizeof s->caller, r->caller);
    (void)str_copy(s->call_id, sizeof s->call_id, r->call_id);
    dialog_take(d, on_dialog, s);
    s->d = d;
    if (s->refuse) {
        assert_int_equal(
            dialog_refuse(d, s->refuse, s->refuse_phrase, s->refuse_headers),
            TM_OK);
        return;
    }
    assert_int_equal(dialog_ring(d, 180, str_of("")), TM_OK);
    if (s->only_ring) {
        return;
    }
    struct media_leg_config m = {
        .address = "127.0.0.1",
        .detect_voice = true,
        .silence_ms = 300,
        .fn = on_media,
        .arg = s,
    };
    assert_int_equal(media_leg_open(&s->leg, s->p.plane, &m, &e), TM_OK);
    assert_int_equal(sdp_text_read(r->sdp, &offer, &e), TM_OK);
    assert_int_equal(media_leg_connect(s->leg, &offer), TM_OK);
    buf_init(&b, 4096);
    if (!s->drop_sdp) {
        callee_sdp(s, true, true, &b);
    }
    assert_int_equal(dialog_answer(d, buf_slice(&b)), TM_OK);
    buf_fini(&b);
}

static void start(struct scene *s)
{
    struct err e = {0};
    memset(s, 0, sizeof *s);
    s->refuse_phrase = s->refuse_headers = "";
    pair_start(&s->p, on_incoming, s);
    s->trunk[0] = (struct trunk_config){
        .name = "town",
        .host = "127.0.0.1",
        .port = sip_stack_port(s->p.b, SIP_STACK_UDP),
        .codec = {SDP_PCMA, SDP_PCMU},
        .codecs = 2,
        .max_calls = 2,
        .calls_per_second = 50,
        .local_address = "127.0.0.1",
    };
    s->trunk[1] = s->trunk[0];
    s->trunk[1].name = "wire";
    s->trunk[1].transport = SIP_STACK_TCP;
    s->trunk[1].port = sip_stack_port(s->p.b, SIP_STACK_TCP);
    struct carrier_sip_config c = {
        .trunk = s->trunk,
        .trunks = 2,
        .rtp_min = 31600,
        .rtp_max = 31800,
        .clock = &fixed,
        .calls_max = 50,
    };
    int rc = carrier_sip_start(&s->carrier, s->p.loop, &c, &e);
    if (rc) {
        print_error("%s\n", e.text);
    }
    assert_int_equal(rc, TM_OK);
    carrier_sip_listen(s->carrier, on_event, s);
    s->port = carrier_sip_port(s->carrier);
}

static void stop(struct scene *s)
{
    carrier_sip_stop(s->carrier);
    pair_stop(&s->p);
}

static struct permit permit_for(int64_t attempt)
{
    struct permit p = {
        .attempt = {attempt},
        .e164 = 15551230001,
        .issued_us = now_us(NULL) - 1000000,
        .expires_us = now_us(NULL) + 60000000,
        .purpose = PERMIT_PROSPECT,
    };
    p.seal = permit_seal(&p);
    return p;
}

static int place_on(struct scene *s, const char *trunk, int64_t attempt,
                    struct err *e)
{
    struct permit p = permit_for(attempt);
    struct call_spec spec = {
        .attempt = {attempt},
        .to = p.e164,
        .trunk = trunk,
        .caller_id = "+15559990000",
        .caller_name = "Survey \"R\" Us\r\nX: y",
        .ring_timeout_ms = 15000,
    };
    s->in_call = true;
    int rc = s->port->place(s->port->self, &p, &spec, e);
    s->in_call = false;
    return rc;
}

static void place(struct scene *s, int64_t attempt)
{
    struct err e = {0};
    assert_int_equal(place_on(s, "town", attempt, &e), TM_OK);
}

static bool is_answered(void *arg)
{
    return count(arg, CARRIER_ANSWERED) > 0;
}

static bool is_ringing(void *arg)
{
    return count(arg, CARRIER_RINGING) > 0;
}

static bool is_ended(void *arg)
{
    struct scene *s = arg;
    return count(arg, CARRIER_ENDED) > 0 && carrier_sip_calls(s->carrier) == 0;
}

static bool callee_ended(void *arg)
{
    struct scene *s = arg;
    return is_ended(s) && s->ended == 1;
}

static bool got_digit(void *arg)
{
    return count(arg, CARRIER_DIGIT) >= 2;
}

static bool played(void *arg)
{
    return count(arg, CARRIER_PLAYED) > 0;
}

static void test_survey_call(void **state)
{
    (void)state;
    struct scene s;
    start(&s);
    (void)strcpy(s.digits_to_press, "19");
    place(&s, 77);
    assert_int_equal(s.n, 0);
    assert_true(pair_run_until(&s.p, is_answered, &s, 3000));
    assert_int_equal(s.ev[0].kind, CARRIER_PLACED);
    assert_int_equal(strncmp(s.text[0], "77-", 3), 0);
    assert_string_equal(s.text[0], s.call_id);
    assert_int_equal(s.ev[1].kind, CARRIER_RINGING);
    assert_int_equal(s.ev[1].code, 180);
    assert_string_equal(s.caller, "+15559990000");
    struct prompt list[] = {
        {PROMPT_TEXT, str_of("Hello, press one or nine."), str_of("en")},
        {PROMPT_WAV, str_of("/nonexistent/file.wav"), str_of("")},
    };
    struct attempt_id a = {77};
    assert_int_equal(s.port->play(s.port->self, a, list, 2, 5), TM_OK);
    assert_true(pair_run_until(&s.p, got_digit, &s, 15000));
    assert_true(pair_run_until(&s.p, played, &s, 5000));
    assert_true(s.voice >= 1);
    assert_int_equal(s.p.errors, 0);
    int digits = 0;
    for (int i = 0; i < s.n; ++i) {
        if (s.ev[i].kind == CARRIER_DIGIT) {
            assert_int_equal(s.ev[i].digit, "19"[digits++]);
        }
        if (s.ev[i].kind == CARRIER_PLAYED) {
            assert_int_equal(s.ev[i].tag, 5);
        }
    }
    assert_int_equal(digits, 2);
    s.port->hangup(s.port->self, a, HANGUP_NORMAL);
    assert_true(pair_run_until(&s.p, callee_ended, &s, 3000));
    assert_int_equal(last(&s)->kind, CARRIER_ENDED);
    assert_int_equal(last(&s)->cause, CAUSE_US);
    assert_int_equal(s.end, DIALOG_END_BYE);
    stop(&s);
}

static void test_over_tcp_callee_hangs_up(void **state)
{
    (void)state;
    struct scene s;
    struct err e = {0};
    start(&s);
    assert_int_equal(place_on(&s, "wire", 5, &e), TM_OK);
    assert_true(pair_run_until(&s.p, is_answered, &s, 3000));
    dialog_hangup(s.d, "");
    assert_true(pair_run_until(&s.p, callee_ended, &s, 3000));
    assert_int_equal(last(&s)->cause, CAUSE_CALLEE);
    stop(&s);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *phrase, *headers;
        enum call_cause cause;
    } c[] = {
        {486, "", "", CAUSE_BUSY},
        {404, "", "", CAUSE_DISCONNECTED},
        {480, "", "", CAUSE_NO_ANSWER},
        {603, "", "", CAUSE_REJECTED},
        {603, "Network Blocked", "", CAUSE_BLOCKED},
        {603, "", "Reason: Q.850;cause=21;text=\"v=analytics1;url=x\"\r\n",
         CAUSE_BLOCKED},
        {608, "", "", CAUSE_BLOCKED},
        {503, "", "", CAUSE_CONGESTION},
        {488, "", "", CAUSE_MEDIA},
        {302, "", "Contact: <sip:+19990001111@127.0.0.1:9>\r\n",
         CAUSE_REJECTED},
    };
    for (size_t i = 0; i < sizeof c / sizeof c[0]; ++i) {
        struct scene s;
        start(&s);
        s.refuse = c[i].status;
        s.refuse_phrase = c[i].phrase;
        s.refuse_headers = c[i].headers;
        place(&s, (int64_t)i + 1);
        assert_true(pair_run_until(&s.p, is_ended, &s, 3000));
        assert_int_equal(last(&s)->cause, c[i].cause);
        assert_int_equal(last(&s)->code, c[i].status);
        assert_int_equal(count(&s, CARRIER_ENDED), 1);
        assert_int_equal(count(&s, CARRIER_PLACED), 1);
        stop(&s);
    }
}

static void test_refused_by_permit_and_limits(void **state)
{
    (void)state;
    struct scene s;
    struct err e = {0};
    start(&s);
    s.only_ring = true;
    struct permit p = permit_for(9);
    struct call_spec spec = {.attempt = {9},
                             .to = p.e164,
                             .trunk = "town",
                             .ring_timeout_ms = 20000};
    struct permit bad = p;
    bad.expires_us = bad.issued_us + 1;
    bad.seal = permit_seal(&bad);
    assert_int_equal(s.port->place(s.port->self, &bad, &spec, &e), TM_EEXPIRED);
    bad = p;
    bad.seal ^= 1;
    assert_int_equal(s.port->place(s.port->self, &bad, &spec, &e), TM_EEXPIRED);
    spec.to = 15550000000;
    assert_int_equal(s.port->place(s.port->self, &p, &spec, &e), TM_EINVAL);
    assert_int_equal(s.n, 0);
    assert_int_equal(s.port->room(s.port->self, "town", 0), 2);
    assert_int_equal(s.port->lines(s.port->self, "town"), 2);
    assert_int_equal(s.port->lines(s.port->self, "nowhere"), 0);
    place(&s, 1);
    assert_int_equal(place_on(&s, "town", 1, &e), TM_EEXIST);
    assert_int_equal(place_on(&s, "nowhere", 2, &e), TM_ENETWORK);
    assert_true(pair_run_until(&s.p, is_ringing, &s, 3000));
    place(&s, 2);
    assert_int_equal(place_on(&s, "town", 3, &e), TM_EFULL);
    assert_int_equal(s.port->room(s.port->self, "town", 0), 0);
    assert_int_equal(s.port->lines(s.port->self, "town"), 0);
    stop(&s); /* with calls that ring: they are cancelled silently */
}

static void test_withdrawn_while_ringing(void **state)
{
    (void)state;
    struct scene s;
    start(&s);
    s.only_ring = true;
    place(&s, 31);
    assert_true(pair_run_until(&s.p, is_ringing, &s, 3000));
    s.port->hangup(s.port->self, (struct attempt_id){31}, HANGUP_WITHDRAW);
    assert_true(pair_run_until(&s.p, callee_ended, &s, 3000));
    assert_int_equal(last(&s)->cause, CAUSE_US);
    assert_int_equal(last(&s)->code, 487);
    assert_int_equal(s.end, DIALOG_END_CANCEL);
    stop(&s);
}

static void test_answer_crosses_cancel(void **state)
{
    (void)state;
    struct scene s;
    start(&s);
    s.only_ring = true;
    place(&s, 32);
    assert_true(pair_run_until(&s.p, is_ringing, &s, 3000));
    /* Both before the loop runs again: the 200 and the CANCEL cross. */
    assert_int_equal(dialog_answer(s.d, str_of("")), TM_OK);
    s.port->hangup(s.port->self, (struct attempt_id){32}, HANGUP_WITHDRAW);
    assert_true(pair_run_until(&s.p, callee_ended, &s, 5000));
    assert_int_equal(last(&s)->cause, CAUSE_US);
    assert_int_equal(last(&s)->code, 200);
    assert_int_equal(s.end, DIALOG_END_BYE);
    stop(&s);
}

static void test_answer_without_sdp(void **state)
{
    (void)state;
    struct scene s;
    start(&s);
    s.drop_sdp = true;
    place(&s, 33);
    assert_true(pair_run_until(&s.p, callee_ended, &s, 3000));
    assert_int_equal(last(&s)->cause, CAUSE_PROTOCOL);
    assert_int_equal(last(&s)->code, 200); /* someone had answered */
    stop(&s);
}

static void test_a_permit_is_used_once(void **state)
{
    (void)state;
    struct scene s;
    struct err e = {0};
    start(&s);
    s.refuse = 486;
    place(&s, 40);
    assert_true(pair_run_until(&s.p, is_ended, &s, 3000));
    assert_int_equal(place_on(&s, "town", 40, &e), TM_EEXIST);
    assert_non_null(strstr(e.text, "before"));
    place(&s, 41);
    stop(&s);
}

static void test_503_with_retry_after_rests(void **state)
{
    (void)state;
    struct scene s;
    struct err e = {0};
    start(&s);
    s.refuse = 503;
    s.refuse_headers = "Retry-After: 1 (busy hour)\r\n";
    place(&s, 42);
    assert_true(pair_run_until(&s.p, is_ended, &s, 3000));
    assert_int_equal(s.port->room(s.port->self, "town", 0), 0);
    assert_int_equal(place_on(&s, "town", 43, &e), TM_EFULL);
    assert_true(s.port->room(s.port->self, "wire", 0) > 0);
    (void)pair_run_until(&s.p, played, &s, 1100);
    place(&s, 43);
    stop(&s);
}

static bool reinvited(void *arg)
{
    struct scene *s = arg;
    return s->reinvite_code != 0 && count(s, CARRIER_DIALOG) > 0;
}

static void test_hold_and_stale_record(void **state)
{
    (void)state;
    struct scene s;
    struct err e = {0};
    struct buf b;
    start(&s);
    place(&s, 34);
    assert_true(pair_run_until(&s.p, is_answered, &s, 3000));
    char record[2048];
    (void)str_copy(record, sizeof record, str_of(s.text[s.n - 1]));
    assert_non_null(strstr(record, "trunk=town;"));
    buf_init(&b, 4096);
    callee_sdp(&s, false, false, &b);
    /* The ACK of the 200 may still be under way. */
    while (dialog_reinvite(s.d, buf_slice(&b)) == TM_ESTATE) {
        assert_false(pair_run_until(&s.p, callee_ended, &s, 10));
    }
    buf_fini(&b);
    assert_true(pair_run_until(&s.p, reinvited, &s, 3000));
    assert_int_equal(s.reinvite_code, 200);
    /* As after a crash: the BYE is made of the record alone. */
    assert_int_equal(s.port->end_stale(s.port->self, str_of("x"), &e),
                     TM_EINVAL);
    assert_int_equal(s.port->end_stale(s.port->self, str_of(record), &e),
                     TM_OK);
    struct scene *sp = &s;
    while (sp->ended == 0) {
        assert_false(pair_run_until(&s.p, is_ended, &s, 20));
    }
    assert_int_equal(s.end, DIALOG_END_BYE);
    stop(&s);
}

/* More commands than the media thread has room for. */
static void flood(struct scene *s, struct attempt_id a)
{
    for (int i = 0; i < 4096; ++i) {
        s->port->silence(s->port->self, a);
    }
}

static bool both_answered(void *arg)
{
    return count(arg, CARRIER_ANSWERED) == 2;
}

static bool played_or_ended(void *arg)
{
    return count(arg, CARRIER_PLAYED) + count(arg, CARRIER_ENDED) > 0;
}

/* A prompt that finds no room, once it is made or at once, ends the call: it
 * is not told as played, and the script is not left waiting. The thread may
 * make room just before the prompt comes: then there is another try. */
static void test_overloaded_media_ends_the_call(void **state)
{
    (void)state;
    static const char *const file[] = {"/none/1", "/none/2", "/none/3",
                                       "/none/4", "/none/5", "/none/6"};
    struct attempt_id late = {35}, now = {36};
    struct scene s;
    start(&s);
    place(&s, late.v);
    place(&s, now.v);
    assert_true(pair_run_until(&s.p, both_answered, &s, 3000));
    for (size_t i = 0; i < 6 && count(&s, CARRIER_ENDED) == 0; ++i) {
        struct prompt p = {PROMPT_WAV, str_of(file[i]), str_of("")};
        s.n = 0;
        assert_int_equal(s.port->play(s.port->self, late, &p, 1, 1), TM_OK);
        assert_int_equal(usleep(50000), 0); /* made, the loop knows it not */
        flood(&s, now);
        assert_true(pair_run_until(&s.p, played_or_ended, &s, 3000));
    }
    assert_int_equal(count(&s, CARRIER_PLAYED), 0);
    assert_int_equal(last(&s)->attempt.v, late.v);
    assert_int_equal(last(&s)->cause, CAUSE_MEDIA);
    int rc = TM_OK;
    for (int i = 0; i < 100 && rc == TM_OK; ++i) {
        flood(&s, now);
        rc = s.port->play(s.port->self, now, NULL, 0, 2);
    }
    assert_int_equal(rc, TM_ESTATE);
    assert_true(pair_run_until(&s.p, is_ended, &s, 3000)); /* no call left */
    assert_int_equal(last(&s)->attempt.v, now.v);
    assert_int_equal(last(&s)->cause, CAUSE_MEDIA);
    stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_survey_call),
        cmocka_unit_test(test_over_tcp_callee_hangs_up),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_refused_by_permit_and_limits),
        cmocka_unit_test(test_withdrawn_while_ringing),
        cmocka_unit_test(test_answer_crosses_cancel),
        cmocka_unit_test(test_answer_without_sdp),
        cmocka_unit_test(test_a_permit_is_used_once),
        cmocka_unit_test(test_503_with_retry_after_rests),
        cmocka_unit_test(test_hold_and_stale_record),
        cmocka_unit_test(test_overloaded_media_ends_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
