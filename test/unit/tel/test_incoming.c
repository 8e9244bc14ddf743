/* Calls to us by the SIP carrier: taken, refused, given up, talked, ended. The
 * callers are SIP text over a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <unistd.h>

#include "audio/tone.h"
#include "fixture_inbound.h"
#include "tel/dialog_priv.h"

enum { PCMU = 0, PCMA = 8, G729 = 18, CALLER_PORT = 9 };

static const char *plain(void)
{
    return caller_sdp(CALLER_PORT, PCMU, "sendrecv");
}

static void test_rings_and_is_answered(void **state)
{
    (void)state;
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    unsigned room = inbound_room(&s, "main");
    caller_invite(&s.c, caller_sdp(inbound_leg_open(&s), PCMA, "sendrecv"));
    caller_expect(&s.c, 180);
    const struct carrier_event *ev = inbound_wait(&s, CARRIER_INCOMING, 0);
    assert_int_equal(s.n, 1);
    assert_true(ev->from == 12025550123 && ev->to == 12025550199);
    assert_string_equal(s.trunk[0], "main");
    assert_true(strncmp(s.text[0], "call-", 5) == 0);
    /* The line is taken, the rate of calls of ours is not touched. */
    assert_int_equal(carrier_sip_calls(s.carrier), 1);
    assert_true(inbound_room(&s, "main") <= room);
    assert_int_equal(inbound_play(&s, 41, 1), TM_ESTATE);
    assert_int_equal(inbound_answer(&s, 41), TM_OK);
    assert_int_equal(inbound_answer(&s, 41), TM_ESTATE);
    assert_int_equal(inbound_answer(&s, 42), TM_ESTATE);
    caller_expect(&s.c, 200);
    inbound_leg_connect(&s);
    inbound_pass(&s, 50);
    assert_int_equal(inbound_count(&s, CARRIER_ANSWERED), 0); /* no ACK yet */
    struct media_leg_counts heard;
    media_leg_counts(s.leg, &heard);
    assert_true(heard.received == 0);
    caller_ask(&s.c, "ACK", 0, "");
    ev = inbound_wait(&s, CARRIER_ANSWERED, 0);
    assert_int_equal(ev->attempt.v, 41);
    assert_non_null(strstr(s.text[ev - s.ev], "trunk=main;"));
    assert_int_equal(inbound_play(&s, 41, 5), TM_OK);
    assert_int_equal(inbound_wait(&s, CARRIER_PLAYED, 0)->tag, 5);
    assert_true(s.voice > 0);
    assert_int_equal(media_leg_press(s.leg, "9#", 100, 60, false), TM_OK);
    assert_int_equal(inbound_wait(&s, CARRIER_DIGIT, 0)->digit, '9');
    inbound_pass(&s, 400);
    assert_int_equal(inbound_count(&s, CARRIER_DIGIT), 2);
    s.c.seq = 8;
    caller_ask(&s.c, "BYE", 0, "");
    caller_expect(&s.c, 200);
    ev = inbound_wait(&s, CARRIER_ENDED, 0);
    assert_int_equal(ev->cause, CAUSE_CALLEE);
    assert_int_equal(ev->attempt.v, 41);
    assert_int_equal(carrier_sip_calls(s.carrier), 0);
    assert_int_equal(inbound_count(&s, CARRIER_INCOMING), 1);
    assert_int_equal(inbound_count(&s, CARRIER_PLACED), 0);
    assert_int_equal(inbound_count(&s, CARRIER_PERSON), 0);
    assert_int_equal(inbound_room(&s, "main"), room);
    inbound_stop(&s);
}

static void test_we_hang_up(void **state)
{
    (void)state;
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    inbound_talk(&s);
    inbound_hangup(&s, 41, HANGUP_NORMAL);
    caller_expect_request(&s.c, "BYE");
    assert_int_equal(inbound_wait(&s, CARRIER_ENDED, 0)->cause, CAUSE_US);
    /* Before the ACK the BYE waits for it (RFC 3261, 15). */
    s.taker = TAKER_GOES_AGAIN;
    int from = s.n;
    caller_invite(&s.c, plain());
    caller_expect(&s.c, 200);
    assert_int_equal(inbound_wait(&s, CARRIER_ENDED, from)->cause, CAUSE_US);
    caller_ask(&s.c, "ACK", 0, "");
    caller_expect_request(&s.c, "BYE");
    assert_int_equal(inbound_count(&s, CARRIER_ANSWERED), 1);
    inbound_stop(&s);
}

/* A call centre must see how many found no line. */
static void assert_refused(struct inbound *s, const char *trunk,
                           struct trunk_refused want)
{
    struct carrier_sip_trunk_look look;
    assert_true(carrier_sip_trunk_look(s->carrier, trunk, &look));
    assert_int_equal(look.refused.nobodys, want.nobodys);
    assert_int_equal(look.refused.unserved, want.unserved);
    assert_int_equal(look.refused.full, want.full);
    assert_int_equal(look.refused.no_codec, want.no_codec);
    assert_int_equal(look.refused.no_room, want.no_room);
}

static void test_caller_gives_up(void **state)
{
    (void)state;
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    caller_invite(&s.c, plain());
    caller_expect(&s.c, 180);
    unsigned branch = s.c.branch;
    s.c.to_tag[0] = '\0';
    caller_ask(&s.c, "CANCEL", branch, "");
    caller_expect(&s.c, 200);
    caller_expect(&s.c, 487);
    const struct carrier_event *end = inbound_wait(&s, CARRIER_ENDED, 0);
    assert_int_equal(end->cause, CAUSE_CALLEE);
    assert_int_equal(end->attempt.v, 41);
    assert_refused(&s, "main", (struct trunk_refused){0});
    assert_int_equal(inbound_answer(&s, 41), TM_ESTATE);
    assert_int_equal(carrier_sip_calls(s.carrier), 0);
    inbound_stop(&s);
}

/* One call that comes by two ways is one caller. */
static void test_merged_invites(void **state)
{
    (void)state;
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    caller_invite(&s.c, plain());
    caller_expect(&s.c, 180);
    unsigned branch = s.c.branch;
    s.c.to_tag[0] = '\0';
    caller_ask(&s.c, "INVITE", 0, plain());
    caller_expect(&s.c, 482);
    s.c.to_tag[0] = '\0';
    caller_ask(&s.c, "INVITE", branch, plain()); /* sent again */
    caller_expect(&s.c, 180);
    assert_int_equal(inbound_count(&s, CARRIER_INCOMING), 1);
    assert_int_equal(carrier_sip_calls(s.carrier), 1);
    assert_int_equal(inbound_answer(&s, 41), TM_OK);
    caller_expect(&s.c, 200);
    caller_ask(&s.c, "ACK", 0, "");
    (void)inbound_wait(&s, CARRIER_ANSWERED, 0);
    inbound_stop(&s);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        enum inbound_taker taker;
        int status, ended;
    } as[] = {
        {TAKER_NOBODY, 404, 0}, {TAKER_BUSY, 486, 1}, {TAKER_AGAINST, 480, 1}};
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    for (size_t i = 0; i < tm_array_len(as); ++i) {
        int n = s.n, ended = inbound_count(&s, CARRIER_ENDED);
        s.taker = as[i].taker;
        caller_invite(&s.c, plain());
        caller_expect(&s.c, as[i].status);
        caller_ask(&s.c, "ACK", s.c.branch, "");
        inbound_pass(&s, 60);
        assert_int_equal(s.ev[n].kind, CARRIER_INCOMING);
        assert_int_equal(inbound_count(&s, CARRIER_ENDED), ended + as[i].ended);
        assert_int_equal(carrier_sip_calls(s.carrier), 0);
    }
    assert_int_equal(s.ev[s.n - 1].cause, CAUSE_US);
    assert_refused(&s, "main", (struct trunk_refused){1, 1, 1, 0, 0});
    /* Later, while it rings. */
    s.taker = TAKER_RINGS;
    caller_invite(&s.c, plain());
    caller_expect(&s.c, 180);
    inbound_hangup(&s, s.next - 1, HANGUP_BUSY);
    inbound_hangup(&s, s.next - 1, HANGUP_BUSY);
    caller_expect(&s.c, 486);
    caller_invite(&s.c, plain());
    caller_expect(&s.c, 180);
    inbound_hangup(&s, s.next - 1, HANGUP_NORMAL);
    caller_expect(&s.c, 480);
    /* A call to no number asks nobody. */
    int n = inbound_count(&s, CARRIER_INCOMING);
    s.c.uri = "sip:reception@127.0.0.1";
    caller_invite(&s.c, plain());
    caller_expect(&s.c, 404);
    assert_int_equal(inbound_count(&s, CARRIER_INCOMING), n);
    inbound_pass(&s, 60);
    assert_refused(&s, "main", (struct trunk_refused){2, 2, 2, 0, 0});
    inbound_stop(&s);
}

/* The number called: of the request URI, else of To; the caller's. */
static void test_whose_numbers(void **state)
{
    (void)state;
    struct trunk_config t[] = {{.name = "us",
                                .host = "127.0.0.1",
                                .user = "acme",
                                .password = "x",
                                .country = "US"}};
    static const struct {
        const char *uri, *to, *from, *extra;
        uint64_t called, caller;
    } as[] = {
        {"sip:2025550199@h", NULL, "sip:3105550111@h", "", 12025550199,
         13105550111},
        {"sip:acme@h", "sip:2025550188@h", NULL, "", 12025550188, 12025550123},
        {"sip:desk@h", "tel:+12025550177", NULL, "", 12025550177, 12025550123},
        {"sip:+12025550199@h", NULL, NULL,
         "P-Asserted-Identity: \"B\" <sip:+13105550122@h>\r\n", 12025550199,
         13105550122},
        {"sip:+12025550199@h", NULL, NULL,
         "P-Asserted-Identity: <sip:+13105550122@h>\r\nPrivacy: id\r\n",
         12025550199, 0},
        {"sip:+12025550199@h", NULL, "sip:anonymous@anonymous.invalid", "",
         12025550199, 0},
    };
    struct inbound s;
    inbound_start(&s, t, 1, NULL);
    s.taker = TAKER_BUSY;
    for (size_t i = 0; i < tm_array_len(as); ++i) {
        int from = s.n;
        s.c.uri = as[i].uri;
        s.c.to = as[i].to;
        s.c.from = as[i].from;
        s.c.extra = as[i].extra;
        caller_invite(&s.c, plain());
        caller_expect(&s.c, 486);
        const struct carrier_event *ev =
            inbound_wait(&s, CARRIER_INCOMING, from);
        assert_true(ev->to == as[i].called);
        assert_true(ev->from == as[i].caller);
        (void)inbound_wait(&s, CARRIER_ENDED, from);
    }
    inbound_stop(&s);
}

static void test_no_codec_in_common(void **state)
{
    (void)state;
    static const char *const bad[] = {"v=0\r\n", "x", "v=0\r\nm=video 5 x"};
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    s.taker = TAKER_ANSWERS;
    for (size_t i = 0; i < 5; ++i) {
        int from = s.n;
        caller_invite(&s.c, i < 3    ? bad[i]
                            : i == 3 ? caller_sdp(CALLER_PORT, G729, "sendrecv")
                                     : caller_sdp(0, PCMU, "sendrecv"));
        caller_expect(&s.c, 488);
        const struct carrier_event *end = inbound_wait(&s, CARRIER_ENDED, from);
        assert_int_equal(end->cause, CAUSE_MEDIA);
        assert_int_equal(end->code, 488);
    }
    assert_int_equal(inbound_count(&s, CARRIER_ANSWERED), 0);
    assert_refused(&s, "main", (struct trunk_refused){0, 0, 0, 5, 0});
    inbound_stop(&s);
}

/* No offer in the INVITE: ours is in the 200, the answer in the ACK. */
static void test_delayed_offer(void **state)
{
    (void)state;
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    s.taker = TAKER_ANSWERS;
    caller_invite(&s.c, "");
    caller_expect(&s.c, 200);
    uint16_t port = inbound_leg_open(&s);
    inbound_leg_connect(&s);
    caller_ask(&s.c, "ACK", 0, caller_sdp(port, PCMU, "sendrecv"));
    (void)inbound_wait(&s, CARRIER_ANSWERED, 0);
    assert_int_equal(inbound_play(&s, 41, 5), TM_OK);
    (void)inbound_wait(&s, CARRIER_PLAYED, 0);
    assert_true(s.voice > 0);
    inbound_hangup(&s, 41, HANGUP_NORMAL);
    caller_expect_request(&s.c, "BYE");
    (void)inbound_wait(&s, CARRIER_ENDED, 0);
    /* An ACK without it, or with what we cannot use. */
    for (int i = 0; i < 2; ++i) {
        int from = s.n;
        caller_invite(&s.c, "");
        caller_expect(&s.c, 200);
        caller_ask(&s.c, "ACK", 0, i ? caller_sdp(0, PCMU, "sendrecv") : "");
        caller_expect_request(&s.c, "BYE");
        const struct carrier_event *end = inbound_wait(&s, CARRIER_ENDED, from);
        assert_int_equal(end->cause, i ? CAUSE_MEDIA : CAUSE_PROTOCOL);
        assert_int_equal(end->code, 200);
    }
    assert_int_equal(inbound_count(&s, CARRIER_ANSWERED), 1);
    inbound_stop(&s);
}

/* A stopped campaign says so within one turn of the loop: no ringing. */
static void test_refused_before_it_rings(void **state)
{
    (void)state;
    static const struct {
        enum hangup_reason why;
        int status;
    } as[] = {{HANGUP_NORMAL, 480}, {HANGUP_BUSY, 486}};
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    for (size_t i = 0; i < tm_array_len(as); ++i) {
        int from = s.n;
        caller_invite(&s.c, plain());
        (void)inbound_wait(&s, CARRIER_INCOMING, from);
        inbound_hangup(&s, s.next - 1, as[i].why);
        caller_expect(&s.c, as[i].status);
        caller_ask(&s.c, "ACK", s.c.branch, "");
        (void)inbound_wait(&s, CARRIER_ENDED, from);
        assert_non_null(strstr(s.log, i == 0 ? "(480), 1 since" : "(486)"));
    }
    inbound_pass(&s, 60); /* and not afterwards */
    assert_int_equal(caller_drain(&s.c, 180), 0);
    inbound_stop(&s);
}

static bool waits_for_ack(struct le *le, void *arg)
{
    struct dialog *d = le->data;
    (void)arg;
    return d->ok != NULL;
}

/* 64 T1 without an ACK. The test moves the time that has passed. */
static void test_no_ack(void **state)
{
    (void)state;
    struct inbound s;
    struct trunk_config t[] = {{.name = "main",
                                .host = "127.0.0.1",
                                .user = "acme",
                                .password = "secret"}};
    inbound_start(&s, t, 1, NULL);
    s.taker = TAKER_ANSWERS;
    caller_invite(&s.c, plain());
    caller_expect(&s.c, 200);
    caller_expect(&s.c, 200); /* sent again after T1 */
    struct dialog *d = list_ledata(
        hash_apply(inbound_stack(&s)->dialogs, waits_for_ack, NULL));
    assert_non_null(d);
    d->ok_waited_ms = 64 * SIP_T1;
    const struct carrier_event *end = inbound_wait(&s, CARRIER_ENDED, 0);
    assert_int_equal(end->cause, CAUSE_NETWORK);
    /* Who never had our answer gets no digest to guess the password by. */
    caller_challenge_request(&s.c, "BYE");
    assert_false(caller_wait(&s.c, 300));
    assert_int_equal(inbound_count(&s, CARRIER_ANSWERED), 0);
    caller_invite(&s.c, plain());
    caller_expect(&s.c, 200);
    caller_ask(&s.c, "ACK", 0, "");
    (void)inbound_wait(&s, CARRIER_ANSWERED, 0);
    inbound_hangup(&s, s.next - 1, HANGUP_NORMAL);
    caller_challenge_request(&s.c, "BYE");
    caller_expect_request(&s.c, "BYE");
    assert_non_null(strstr(s.c.in, "Authorization: Digest username=\"acme\""));
    inbound_stop(&s);
}

static void test_stranger(void **state)
{
    (void)state;
    struct inbound s;
    struct caller x;
    inbound_start(&s, NULL, 0, NULL);
    caller_open(&x, &s.p, "127.0.0.2", s.sip);
    caller_invite(&x, plain());
    caller_expect(&x, 403);
    caller_invite(&x, plain());
    caller_expect(&x, 403);
    assert_int_equal(s.n, 0);
    assert_int_equal(carrier_sip_strangers(s.carrier), 2);
    assert_non_null(strstr(s.log, "127.0.0.2"));
    assert_non_null(strstr(s.log, "incoming_from"));
    /* Many of them are answered at 50 a second, and leave nothing. */
    size_t dialogs = sip_stack_dialogs(inbound_stack(&s));
    for (int i = 0; i < 400; ++i) {
        caller_invite(&x, plain());
        if (i % 50 == 49) {
            inbound_pass(&s, 10);
        }
    }
    int answered = caller_drain(&x, 403);
    assert_in_range(answered, 30, 200);
    assert_int_equal(carrier_sip_strangers(s.carrier), 402);
    assert_int_equal(sip_stack_dialogs(inbound_stack(&s)), dialogs);
    caller_close(&x);
    inbound_stop(&s);
}

static void test_whose_address(void **state)
{
    (void)state;
    struct trunk_config t[] = {
        {.name = "closed", .host = "127.0.0.1", .no_incoming = true},
        {.name = "first", .host = "127.0.0.3", .user = "acme", .password = "x"},
        {.name = "second",
         .host = "127.0.0.3",
         .user = "beta",
         .password = "x"},
        {.name = "nets",
         .host = "127.0.0.9",
         .outbound_proxy = "sip:127.0.0.4:5999;lr",
         .incoming_from = " 127.0.1.0/24  127.0.2.7"},
    };
    static const struct {
        const char *address, *uri, *to, *trunk;
    } as[] = {
        {"127.0.0.1", NULL, NULL, NULL},
        {"127.0.0.3", NULL, NULL, "first"},
        {"127.0.0.3", "sip:beta@h", "sip:+12025550188@h", "second"},
        {"127.0.0.3", "sip:+12025550188@h", "sip:beta@h", "second"},
        {"127.0.0.3", "sip:gamma@h", "sip:+12025550188@h", "first"},
        {"127.0.0.9", NULL, NULL, "nets"},
        {"127.0.0.4", NULL, NULL, "nets"},
        {"127.0.1.200", NULL, NULL, "nets"},
        {"127.0.2.7", NULL, NULL, "nets"},
        {"127.0.2.8", NULL, NULL, NULL},
        {"127.0.3.1", NULL, NULL, NULL},
    };
    struct inbound s;
    inbound_start(&s, t, tm_array_len(t), NULL);
    s.taker = TAKER_BUSY;
    for (size_t i = 0; i < tm_array_len(as); ++i) {
        int from = s.n;
        struct caller x;
        caller_open(&x, &s.p, as[i].address, s.sip);
        x.uri = as[i].uri;
        x.to = as[i].to;
        caller_invite(&x, plain());
        caller_expect(&x, as[i].trunk ? 486 : 403);
        caller_close(&x);
        if (i == 0) {
            assert_non_null(strstr(s.log, "trunk closed"));
            assert_non_null(strstr(s.log, "incoming = no"));
        }
        assert_int_equal(s.n > from, as[i].trunk != NULL);
        if (as[i].trunk) {
            assert_string_equal(s.trunk[from], as[i].trunk);
            (void)inbound_wait(&s, CARRIER_ENDED, from);
        }
    }
    inbound_stop(&s);
}

/* Of two carriers behind one address the port decides. */
static void test_whose_port(void **state)
{
    (void)state;
    struct inbound s;
    struct caller x[2];
    struct trunk_config t[] = {{.name = "a", .host = "127.0.0.5"},
                               {.name = "b", .host = "127.0.0.5"}};
    t[0].port = 31901;
    t[1].port = 31902;
    inbound_start(&s, t, 2, NULL);
    s.taker = TAKER_BUSY;
    for (int i = 1; i >= 0; --i) {
        caller_open_port(&x[i], &s.p, "127.0.0.5", t[i].port, s.sip);
        int from = s.n;
        caller_invite(&x[i], plain());
        caller_expect(&x[i], 486);
        assert_string_equal(s.trunk[from], i ? "b" : "a");
        (void)inbound_wait(&s, CARRIER_ENDED, from);
        caller_close(&x[i]);
    }
    inbound_stop(&s);
}

/* Requests that no honest peer sends, or sends twice. */
static void test_odd_requests(void **state)
{
    (void)state;
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    s.c.extra = "Require: 100rel\r\n";
    caller_invite(&s.c, plain());
    caller_expect(&s.c, 420);
    assert_non_null(strstr(s.c.in, "Unsupported: 100rel"));
    s.c.extra = "Require: replaces\r\nReplaces: x;to-tag=1;from-tag=2\r\n";
    caller_invite(&s.c, plain());
    caller_expect(&s.c, 420);
    s.c.extra = "";
    caller_invite(&s.c, plain());
    /* Sent again: the same answer, and nobody is asked again. */
    caller_expect(&s.c, 180);
    s.c.to_tag[0] = '\0';
    caller_ask(&s.c, "INVITE", s.c.branch, plain());
    caller_expect(&s.c, 180);
    /* By another way: merged (RFC 3261, 8.2.2.2). */
    s.c.to_tag[0] = '\0';
    caller_ask(&s.c, "INVITE", 0, plain());
    caller_expect(&s.c, 482);
    assert_int_equal(inbound_count(&s, CARRIER_INCOMING), 1);
    inbound_hangup(&s, 41, HANGUP_NORMAL);
    caller_expect(&s.c, 480);
    (void)inbound_wait(&s, CARRIER_ENDED, 0);
    /* In a dialog that is none. */
    s.c.call += 7;
    (void)strcpy(s.c.to_tag, "nobody");
    caller_ask(&s.c, "INVITE", 0, plain());
    caller_expect(&s.c, 481);
    caller_ask(&s.c, "BYE", 0, "");
    caller_expect(&s.c, 481);
    caller_ask(&s.c, "ACK", 0, "");
    s.c.to_tag[0] = '\0';
    caller_ask(&s.c, "CANCEL", 0, "");
    caller_expect(&s.c, 481);
    /* An address longer than any. */
    char uri[900];
    (void)snprintf(uri, sizeof uri, "sip:+12025550199;x=%0700d@h", 1);
    s.c.uri = uri;
    caller_invite(&s.c, plain());
    caller_expect(&s.c, 400);
    s.c.uri = NULL;
    assert_int_equal(inbound_count(&s, CARRIER_INCOMING), 1);
    assert_int_equal(carrier_sip_calls(s.carrier), 0);
    inbound_stop(&s);
}

static void test_a_full_trunk_is_busy(void **state)
{
    (void)state;
    struct trunk_config t[] = {
        {.name = "two", .host = "127.0.0.1", .max_calls = 2},
        {.name = "more", .host = "127.0.0.3", .max_calls = 9},
    };
    struct carrier_sip_config c = {.calls_max = 3};
    struct inbound s;
    struct caller x;
    inbound_start(&s, t, 2, &c);
    assert_int_equal(inbound_room(&s, "two"), 2);
    for (int i = 0; i < 3; ++i) {
        caller_invite(&s.c, plain());
        caller_expect(&s.c, i < 2 ? 180 : 486);
    }
    assert_non_null(strstr(s.log, "trunk two: a call to us was refused (486)"));
    assert_int_equal(inbound_room(&s, "two"), 0);
    assert_int_equal(inbound_room(&s, "more"), 1); /* of the carrier's three */
    caller_open(&x, &s.p, "127.0.0.3", s.sip);
    caller_invite(&x, plain());
    caller_expect(&x, 180);
    caller_invite(&x, plain());
    caller_expect(&x, 503);
    assert_non_null(strstr(x.in, "Retry-After: "));
    assert_int_equal(inbound_count(&s, CARRIER_INCOMING), 3);
    inbound_hangup(&s, 41, HANGUP_NORMAL);
    caller_expect(&s.c, 480);
    (void)inbound_wait(&s, CARRIER_ENDED, 0);
    assert_int_equal(inbound_room(&s, "two"), 1);
    assert_refused(&s, "two", (struct trunk_refused){0, 1, 1, 0, 0});
    assert_refused(&s, "more", (struct trunk_refused){0, 0, 0, 0, 1});
    assert_int_equal(s.warnings, 2); /* of each kind one a minute at most */
    caller_close(&x);
    inbound_stop(&s); /* two ring still: 480, and no event */
    assert_int_equal(inbound_count(&s, CARRIER_ENDED), 1);
}

/* A carrier gone wild: what it leaves behind has a bound. */
static void test_flood(void **state)
{
    (void)state;
    enum { FLOOD = 3000 };
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    s.taker = TAKER_NOBODY;
    int64_t from_us = loop_monotonic_us();
    /* Fewer than a receive buffer holds at once. */
    for (int i = 0; i < FLOOD; ++i) {
        s.n = 0;
        caller_invite(&s.c, plain());
        if (i % 100 == 99) {
            inbound_pass(&s, 1);
        }
    }
    int full = caller_drain(&s.c, 503);
    int64_t seconds = (loop_monotonic_us() - from_us) / 1000000;
    assert_in_range(s.asked, 1, 200 * (seconds + 2));
    assert_true(full > 0);
    inbound_pass(&s, 50);
    assert_true(sip_stack_dialogs(inbound_stack(&s)) < 10);
    inbound_stop(&s);
}

/* A record of a caller's dialog, in the hands of the next run. */
static void test_ended_after_a_restart(void **state)
{
    (void)state;
    char record[2048];
    struct err e = {0};
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    inbound_talk(&s);
    const struct carrier_event *up = inbound_wait(&s, CARRIER_ANSWERED, 0);
    (void)strcpy(record, s.text[up - s.ev]);
    inbound_hangup(&s, 41, HANGUP_NORMAL);
    caller_expect_request(&s.c, "BYE");
    (void)inbound_wait(&s, CARRIER_ENDED, 0);
    assert_int_equal(s.port->end_stale(s.port->self, str_of(record), &e),
                     TM_OK);
    char tag[80], line[120];
    (void)strcpy(tag, s.c.to_tag);
    caller_expect_request(&s.c, "BYE");
    (void)snprintf(line, sizeof line, ";tag=%s\r\n", tag);
    const char *from = strstr(s.c.in, "\r\nFrom: ");
    assert_non_null(from);
    assert_non_null(strstr(from, line)); /* ours is at From now */
    assert_non_null(strstr(from, "+12025550199"));
    (void)snprintf(line, sizeof line, ";tag=f%u\r\n", s.c.call);
    assert_non_null(strstr(strstr(s.c.in, "\r\nTo: "), line));
    assert_true(strncmp(s.c.in, "BYE sip:caller@127.0.0.1:", 25) == 0);
    inbound_pass(&s, 50);
    inbound_stop(&s);
}

static bool is_heard(void *arg)
{
    return ((struct inbound *)arg)->called_voice > 0;
}

static void test_joined_with_a_call_of_ours(void **state)
{
    (void)state;
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    inbound_call_out(&s, 7);
    inbound_talk(&s);
    assert_int_equal(s.port->bridge(s.port->self, (struct attempt_id){41},
                                    (struct attempt_id){7}),
                     TM_OK);
    struct pcm *says = tone_plain(700, 8000, 3000);
    assert_int_equal(media_leg_play(s.leg, &says, 1, 0, true), TM_OK);
    pcm_unref(says);
    assert_true(pair_run_until(&s.p, is_heard, &s, 5000));
    inbound_hangup(&s, 41, HANGUP_NORMAL);
    caller_expect_request(&s.c, "BYE");
    assert_int_equal(inbound_wait(&s, CARRIER_ENDED, 0)->attempt.v, 41);
    assert_int_equal(carrier_sip_calls(s.carrier), 1); /* the other stays */
    inbound_stop(&s);
}

static int recordings(const struct inbound *s, bool clean)
{
    int n = 0;
    DIR *d = opendir(s->recordings);
    struct dirent *f;
    while ((f = readdir(d)) != NULL) {
        char path[400];
        if (f->d_name[0] == '.') {
            continue;
        }
        n += strcmp(f->d_name, "41.wav") == 0;
        (void)snprintf(path, sizeof path, "%s/%s", s->recordings, f->d_name);
        if (clean) {
            (void)unlink(path);
        }
    }
    (void)closedir(d);
    return n;
}

static void test_hold_update_and_recording(void **state)
{
    (void)state;
    struct carrier_sip_config c = {.hold_max_ms = 400};
    struct inbound s;
    inbound_start(&s, NULL, 0, &c);
    s.record = true;
    inbound_talk(&s);
    s.c.seq = 8;
    uint16_t port = media_leg_port(s.leg);
    caller_ask(&s.c, "INVITE", 0, caller_sdp(port, PCMU, "sendonly"));
    caller_expect(&s.c, 200);
    assert_non_null(strstr(s.c.in, "a=recvonly"));
    caller_ask(&s.c, "ACK", 0, "");
    (void)inbound_wait(&s, CARRIER_DIALOG, 0);
    s.c.seq = 9;
    caller_ask(&s.c, "UPDATE", 0, caller_sdp(port, PCMA, "sendrecv"));
    caller_expect(&s.c, 200);
    assert_non_null(strstr(s.c.in, "RTP/AVP 8"));
    /* A refresh of its session timer (RFC 4028). */
    s.c.seq = 10;
    s.c.extra = "Session-Expires: 90;refresher=uac\r\nSupported: timer\r\n";
    caller_ask(&s.c, "UPDATE", 0, "");
    caller_expect(&s.c, 200);
    inbound_pass(&s, 600);
    assert_int_equal(inbound_count(&s, CARRIER_ENDED), 0);
    assert_int_equal(inbound_play(&s, 41, 1), TM_OK);
    (void)inbound_wait(&s, CARRIER_PLAYED, 0);
    /* A hold without an end. */
    s.c.seq = 11;
    s.c.extra = "";
    caller_ask(&s.c, "INVITE", 0, caller_sdp(port, PCMU, "inactive"));
    caller_expect(&s.c, 200);
    caller_ask(&s.c, "ACK", 0, "");
    caller_expect_request(&s.c, "BYE");
    assert_int_equal(inbound_wait(&s, CARRIER_ENDED, 0)->cause, CAUSE_US);
    inbound_pass(&s, 300);
    assert_int_equal(recordings(&s, true), 1);
    inbound_stop(&s);
}

/* The caller hangs up before he is answered (RFC 3261, 15 lets him). */
static void test_early_bye(void **state)
{
    (void)state;
    struct inbound s;
    inbound_start(&s, NULL, 0, NULL);
    caller_invite(&s.c, plain());
    caller_expect(&s.c, 180);
    s.c.seq = 8;
    caller_ask(&s.c, "BYE", 0, "");
    caller_expect(&s.c, 200);
    caller_expect(&s.c, 487);
    assert_int_equal(inbound_wait(&s, CARRIER_ENDED, 0)->cause, CAUSE_CALLEE);
    inbound_stop(&s);
}

/* A trunk over TCP; the caller is our own stack. */
static void on_caller(void *arg, const struct dialog_event *ev)
{
    int *answered = arg;
    *answered += ev->kind == DIALOG_ANSWERED;
}

static void test_over_tcp(void **state)
{
    (void)state;
    struct trunk_config t[] = {
        {.name = "tcp", .host = "127.0.0.1", .transport = SIP_STACK_TCP}};
    struct inbound s;
    struct dialog *d;
    struct err e = {0};
    char target[80];
    int answered = 0;
    inbound_start(&s, t, 1, NULL);
    s.taker = TAKER_ANSWERS;
    (void)snprintf(target, sizeof target,
                   "sip:+12025550199@127.0.0.1:%u;transport=tcp", s.sip);
    const struct dialog_invite i = {.target = target,
                                    .to = "",
                                    .from = "sip:+12025550123@127.0.0.1",
                                    .from_name = "",
                                    .route = "",
                                    .call_id = "over-tcp",
                                    .user = "",
                                    .password = "",
                                    .headers = "",
                                    .sdp = str_of(plain())};
    assert_int_equal(dialog_invite(&d, s.p.a, &i, on_caller, &answered, &e),
                     TM_OK);
    (void)inbound_wait(&s, CARRIER_ANSWERED, 0);
    assert_int_equal(answered, 1);
    assert_string_equal(s.text[0], "over-tcp");
    inbound_hangup(&s, 41, HANGUP_NORMAL);
    assert_int_equal(inbound_wait(&s, CARRIER_ENDED, 0)->cause, CAUSE_US);
    inbound_pass(&s, 100);
    inbound_stop(&s);
}

/* Stopped in whatever state: nothing is left, nothing is told. */
static void test_stopped_at_any_time(void **state)
{
    (void)state;
    for (int i = 0; i < 3; ++i) {
        struct inbound s;
        inbound_start(&s, NULL, 0, NULL);
        if (i == 2) {
            inbound_talk(&s);
        } else {
            s.taker = i == 0 ? TAKER_RINGS : TAKER_ANSWERS;
            caller_invite(&s.c, plain());
            caller_expect(&s.c, i == 0 ? 180 : 200);
        }
        int n = s.n;
        inbound_stop(&s);
        assert_int_equal(s.n, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rings_and_is_answered),
        cmocka_unit_test(test_we_hang_up),
        cmocka_unit_test(test_caller_gives_up),
        cmocka_unit_test(test_merged_invites),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_refused_before_it_rings),
        cmocka_unit_test(test_whose_numbers),
        cmocka_unit_test(test_no_codec_in_common),
        cmocka_unit_test(test_delayed_offer),
        cmocka_unit_test(test_no_ack),
        cmocka_unit_test(test_stranger),
        cmocka_unit_test(test_whose_address),
        cmocka_unit_test(test_whose_port),
        cmocka_unit_test(test_odd_requests),
        cmocka_unit_test(test_a_full_trunk_is_busy),
        cmocka_unit_test(test_flood),
        cmocka_unit_test(test_ended_after_a_restart),
        cmocka_unit_test(test_joined_with_a_call_of_ours),
        cmocka_unit_test(test_hold_update_and_recording),
        cmocka_unit_test(test_early_bye),
        cmocka_unit_test(test_over_tcp),
        cmocka_unit_test(test_stopped_at_any_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
