/* Whole calls between two stacks in one program, over loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "audio/tone.h"
#include "fixture_pair.h"

struct side {
    struct pair *p;
    struct dialog *d;
    struct media_leg *leg;
    int ringing, answered, confirmed, offers, ended, reinvited;
    int code, last_provisional;
    enum dialog_end end;
    char digits[64];
    int played, voice, silence, beeps, sent;
    char keys_to_press[33]; /* when the call is up */
    bool in_band;
};

struct scene {
    struct pair p;
    struct side caller, callee;
    int refuse_code; /* callee: refuse with it */
    bool never;      /* callee: only ring */
    bool no_sdp_180;
};

static const struct sdp_text mine = {
    .address = "127.0.0.1",
    .codec = {SDP_PCMU, SDP_PCMA},
    .codecs = 2,
    .event_pt = 101,
    .ptime = 20,
    .send = true,
    .receive = true,
};

static void on_media(void *arg, const struct media_event *ev)
{
    struct side *s = arg;
    size_t n = strlen(s->digits);
    switch (ev->kind) {
    case MEDIA_DIGIT:
        if (n + 1 < sizeof s->digits) {
            s->digits[n] = ev->digit;
        }
        break;
    case MEDIA_PLAYED: ++s->played; break;
    case MEDIA_VOICE: ++s->voice; break;
    case MEDIA_SILENCE: ++s->silence; break;
    case MEDIA_BEEP: ++s->beeps; break;
    case MEDIA_DIGITS_SENT: ++s->sent; break;
    case MEDIA_STARVED: break;
    }
}

static void leg_open(struct side *s)
{
    struct err e = {0};
    struct media_leg_config c = {
        .address = "127.0.0.1",
        .detect_digits = true,
        .detect_voice = true,
        .detect_beep = true,
        .silence_ms = 200,
        .fn = on_media,
        .arg = s,
    };
    assert_int_equal(media_leg_open(&s->leg, s->p->plane, &c, &e), TM_OK);
}

static void sdp_of(struct side *s, struct buf *b)
{
    struct sdp_text t = mine;
    t.port = media_leg_port(s->leg);
    sdp_text_write(&t, 1, 1, b);
}

static void answer_offer(struct side *s, struct slice offer, struct buf *b)
{
    struct sdp_text theirs, t;
    struct err e = {0};
    assert_int_equal(sdp_text_read(offer, &theirs, &e), TM_OK);
    assert_int_equal(sdp_text_answer(&theirs, &mine, &t), TM_OK);
    t.port = media_leg_port(s->leg);
    sdp_text_write(&t, 2, 2, b);
    assert_int_equal(media_leg_connect(s->leg, &theirs), TM_OK);
}

static void on_dialog(void *arg, const struct dialog_event *ev)
{
    struct side *s = arg;
    struct sdp_text t;
    struct err e = {0};
    switch (ev->kind) {
    case DIALOG_PROVISIONAL:
        if (ev->code < 200) {
            ++s->ringing;
        } else {
            ++s->reinvited;
        }
        s->last_provisional = ev->code;
        break;
    case DIALOG_ANSWERED:
        ++s->answered;
        if (ev->sdp.n > 0 && s->leg) {
            assert_int_equal(sdp_text_read(ev->sdp, &t, &e), TM_OK);
            assert_int_equal(media_leg_connect(s->leg, &t), TM_OK);
        }
        break;
    case DIALOG_CONFIRMED: ++s->confirmed; break;
    case DIALOG_OFFER:
        ++s->offers;
        answer_offer(s, ev->sdp, ev->answer);
        break;
    case DIALOG_CHANGED: break;
    case DIALOG_ENDED:
        ++s->ended;
        s->end = ev->end;
        s->code = ev->code;
        s->d = NULL;
        media_leg_close(s->leg);
        s->leg = NULL;
        break;
    }
}

static void on_incoming(void *arg, struct dialog *d,
                        const struct dialog_request *r)
{
    struct scene *sc = arg;
    struct side *s = &sc->callee;
    assert_true(str_eq(r->called, "+15551230001"));
    s->d = d;
    dialog_take(d, on_dialog, s);
    assert_int_equal(dialog_ring(d, 180, str_of("")), TM_OK);
    if (sc->refuse_code) {
        assert_int_equal(dialog_refuse(d, sc->refuse_code, "", ""), TM_OK);
        return;
    }
    if (sc->never) {
        return;
    }
    struct buf b;
    buf_init(&b, 4096);
    leg_open(s);
    answer_offer(s, r->sdp, &b);
    assert_int_equal(dialog_answer(d, buf_slice(&b)), TM_OK);
    buf_fini(&b);
}

static void start(struct scene *sc)
{
    memset(sc, 0, sizeof *sc);
    pair_start(&sc->p, on_incoming, sc);
    sc->caller.p = sc->callee.p = &sc->p;
}

static void call(struct scene *sc)
{
    struct err e = {0};
    struct buf b;
    buf_init(&b, 4096);
    leg_open(&sc->caller);
    sdp_of(&sc->caller, &b);
    struct dialog_invite i = {
        .target = sc->p.target,
        .to = "",
        .from = "sip:+15550000000@127.0.0.1",
        .from_name = "Tele\r\nmark \"x\"",
        .route = "",
        .call_id = "42-deadbeef@127.0.0.1",
        .user = "",
        .password = "",
        .headers = "",
        .sdp = buf_slice(&b),
    };
    assert_int_equal(
        dialog_invite(&sc->caller.d, sc->p.a, &i, on_dialog, &sc->caller, &e),
        TM_OK);
    buf_fini(&b);
}

static bool is_up(void *arg)
{
    struct scene *sc = arg;
    return sc->caller.answered == 1 && sc->callee.confirmed == 1;
}

static bool is_over(void *arg)
{
    struct scene *sc = arg;
    return sc->caller.ended > 0 && sc->callee.ended > 0 &&
           sip_stack_dialogs(sc->p.a) == 0 && sip_stack_dialogs(sc->p.b) == 0;
}

static bool keys_done(void *arg)
{
    struct scene *sc = arg;
    return sc->caller.sent == 1 && sc->callee.sent == 1;
}

static void test_call_with_keys_both_ways(void **state)
{
    (void)state;
    struct scene sc;
    start(&sc);
    call(&sc);
    assert_true(pair_run_until(&sc.p, is_up, &sc, 3000));
    assert_int_equal(sc.caller.ringing, 1);
    assert_int_equal(media_leg_press(sc.caller.leg, "1234#", 100, 60, false),
                     TM_OK);
    assert_int_equal(media_leg_press(sc.callee.leg, "9*0", 100, 80, true),
                     TM_OK);
    assert_true(pair_run_until(&sc.p, keys_done, &sc, 3000));
    dialog_hangup(sc.caller.d, "Q.850;cause=16");
    assert_true(pair_run_until(&sc.p, is_over, &sc, 3000));
    assert_string_equal(sc.callee.digits, "1234#");
    assert_string_equal(sc.caller.digits, "9*0");
    assert_int_equal(sc.caller.end, DIALOG_END_LOCAL);
    assert_int_equal(sc.callee.end, DIALOG_END_BYE);
    assert_int_equal(sc.caller.ended, 1);
    assert_int_equal(sc.p.errors, 0);
    pair_stop(&sc.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call_with_keys_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
