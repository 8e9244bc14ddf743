#include "fixture_inbound.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/rules/permit_seal.h"
#include "tel/carrier_sip_priv.h"

static int64_t now_us(void *self)
{
    (void)self;
    return INT64_C(1795255200000000) + loop_monotonic_us();
}

static const struct clock_port fixed = {NULL, now_us};

static void on_log(void *arg, enum tel_log_level level, const char *text)
{
    struct inbound *s = arg;
    s->warnings += level <= TEL_LOG_WARNING;
    (void)str_copy(s->log, sizeof s->log, str_of(text));
}

static void take(struct inbound *s, const struct carrier_event *ev)
{
    const struct carrier *p = s->port;
    if (s->taker == TAKER_NOBODY) {
        return;
    }
    struct attempt_id id = {s->next++};
    *ev->adopt = id;
    if (s->taker == TAKER_BUSY) {
        p->hangup(p->self, id, HANGUP_BUSY);
    } else if (s->taker == TAKER_AGAINST) {
        p->hangup(p->self, id, HANGUP_NORMAL);
        assert_int_equal(p->answer(p->self, id, false), TM_ESTATE);
    } else if (s->taker >= TAKER_ANSWERS) {
        assert_int_equal(p->answer(p->self, id, s->record), TM_OK);
        assert_int_equal(p->answer(p->self, id, s->record), TM_ESTATE);
        if (s->taker == TAKER_GOES_AGAIN) {
            p->hangup(p->self, id, HANGUP_NORMAL);
        }
    }
}

static void on_event(void *arg, const struct carrier_event *ev)
{
    struct inbound *s = arg;
    assert_false(s->in_call);
    assert_true(s->n < INBOUND_EVENTS);
    for (int i = 0; i < s->n; ++i) {
        assert_false(s->ev[i].kind == CARRIER_ENDED &&
                     s->ev[i].attempt.v == ev->attempt.v);
    }
    s->ev[s->n] = *ev;
    (void)str_copy(s->text[s->n], sizeof s->text[0], ev->text);
    (void)str_copy(s->trunk[s->n], sizeof s->trunk[0],
                   str_of(ev->trunk ? ev->trunk : ""));
    ++s->n;
    if (ev->kind == CARRIER_INCOMING) {
        ++s->asked;
        s->in_call = true;
        take(s, ev);
        s->in_call = false;
    }
}

static void on_called_media(void *arg, const struct media_event *ev)
{
    struct inbound *s = arg;
    s->called_voice += ev->kind == MEDIA_VOICE;
}

static void on_called(void *arg, const struct dialog_event *ev)
{
    struct inbound *s = arg;
    if (ev->kind == DIALOG_ENDED) {
        s->called = NULL;
    }
}

/* Somebody at stack b answers. */
static void on_incoming(void *arg, struct dialog *d,
                        const struct dialog_request *r)
{
    struct inbound *s = arg;
    struct err e = {0};
    struct sdp_text offer, mine;
    struct buf b;
    const struct media_leg_config m = {.address = "127.0.0.1",
                                       .detect_voice = true,
                                       .fn = on_called_media,
                                       .arg = s};
    assert_int_equal(media_leg_open(&s->called_leg, s->p.plane, &m, &e), TM_OK);
    assert_int_equal(sdp_text_read(r->sdp, &offer, &e), TM_OK);
    mine = offer;
    mine.port = media_leg_port(s->called_leg);
    mine.codecs = offer.codecs = 1;
    assert_int_equal(media_leg_connect(s->called_leg, &offer), TM_OK);
    dialog_take(d, on_called, s);
    s->called = d;
    buf_init(&b, 4096);
    sdp_text_write(&mine, 7, 7, &b);
    assert_int_equal(dialog_answer(d, buf_slice(&b)), TM_OK);
    buf_fini(&b);
}

/* Free now; nobody else asks for ports here. */
static uint16_t free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    (void)close(fd);
    return ntohs(a.sin_port);
}

void inbound_start(struct inbound *s, struct trunk_config *trunk, size_t trunks,
                   const struct carrier_sip_config *more)
{
    struct err e = {0};
    struct trunk_config one = {.name = "main", .host = "127.0.0.1"};
    struct carrier_sip_config c = more ? *more : (struct carrier_sip_config){0};
    memset(s, 0, sizeof *s);
    s->next = 41;
    pair_start(&s->p, on_incoming, s);
    one.port = sip_stack_port(s->p.b, SIP_STACK_UDP);
    c.trunk = trunk ? trunk : &one;
    c.trunks = trunk ? trunks : 1;
    trunk = trunk ? trunk : &one;
    s->sip = free_port();
    for (size_t i = 0; i < c.trunks; ++i) {
        trunk[i].local_address = "127.0.0.1";
        trunk[i].local_port = s->sip;
    }
    (void)strcpy(s->recordings, "/tmp/telemark-recs-XXXXXX");
    assert_non_null(mkdtemp(s->recordings));
    c.record_dir = s->recordings;
    c.rtp_min = 31600;
    c.rtp_max = 31800;
    c.clock = &fixed;
    c.log = (struct tel_log){on_log, s};
    if (carrier_sip_start(&s->carrier, s->p.loop, &c, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    carrier_sip_listen(s->carrier, on_event, s);
    s->port = carrier_sip_port(s->carrier);
    caller_open(&s->c, &s->p, "127.0.0.1", s->sip);
}

struct sip_stack *inbound_stack(struct inbound *s)
{
    return s->carrier->stack[0];
}

void inbound_stop(struct inbound *s)
{
    carrier_sip_stop(s->carrier);
    caller_close(&s->c);
    media_leg_close(s->leg);
    media_leg_close(s->called_leg);
    pair_stop(&s->p);
    (void)rmdir(s->recordings);
}

int inbound_count(const struct inbound *s, enum carrier_event_kind k)
{
    int n = 0;
    for (int i = 0; i < s->n; ++i) {
        n += s->ev[i].kind == k;
    }
    return n;
}

struct wait {
    struct inbound *s;
    enum carrier_event_kind kind;
    int from, at;
};

static bool seen(void *arg)
{
    struct wait *w = arg;
    for (w->at = w->from; w->at < w->s->n; ++w->at) {
        if (w->s->ev[w->at].kind == w->kind) {
            return true;
        }
    }
    return false;
}

const struct carrier_event *inbound_wait(struct inbound *s,
                                         enum carrier_event_kind k, int from)
{
    struct wait w = {s, k, from, 0};
    if (!pair_run_until(&s->p, seen, &w, 5000)) {
        fail_msg("no event %d; the last line: %s", (int)k, s->log);
    }
    return &s->ev[w.at];
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

void inbound_pass(struct inbound *s, int ms)
{
    (void)pair_run_until(&s->p, never, NULL, ms);
}

int inbound_answer(struct inbound *s, int64_t id)
{
    s->in_call = true;
    int rc = s->port->answer(s->port->self, (struct attempt_id){id}, s->record);
    s->in_call = false;
    return rc;
}

void inbound_hangup(struct inbound *s, int64_t id, enum hangup_reason why)
{
    s->in_call = true;
    s->port->hangup(s->port->self, (struct attempt_id){id}, why);
    s->in_call = false;
}

int inbound_play(struct inbound *s, int64_t id, uint32_t tag)
{
    /* No text: the speech can be begun and ended once in a process. */
    const struct prompt p = {.kind = PROMPT_BEEP, .text = str_of("")};
    return s->port->play(s->port->self, (struct attempt_id){id}, &p, 1, tag);
}

unsigned inbound_room(struct inbound *s, const char *trunk)
{
    return s->port->room(s->port->self, trunk, now_us(NULL));
}

static void on_media(void *arg, const struct media_event *ev)
{
    struct inbound *s = arg;
    size_t n = strlen(s->digits);
    s->voice += ev->kind == MEDIA_VOICE;
    if (ev->kind == MEDIA_DIGIT && n + 1 < sizeof s->digits) {
        s->digits[n] = ev->digit;
    }
}

uint16_t inbound_leg_open(struct inbound *s)
{
    struct err e = {0};
    const struct media_leg_config m = {.address = "127.0.0.1",
                                       .detect_voice = true,
                                       .detect_digits = true,
                                       .fn = on_media,
                                       .arg = s};
    assert_int_equal(media_leg_open(&s->leg, s->p.plane, &m, &e), TM_OK);
    return media_leg_port(s->leg);
}

void inbound_leg_connect(struct inbound *s)
{
    struct sdp_text theirs;
    struct err e = {0};
    const char *body = strstr(s->c.in, "\r\n\r\n");
    assert_non_null(body);
    assert_int_equal(sdp_text_read(str_of(body + 4), &theirs, &e), TM_OK);
    assert_int_equal(media_leg_connect(s->leg, &theirs), TM_OK);
}

void inbound_talk(struct inbound *s)
{
    int from = s->n;
    s->taker = TAKER_ANSWERS;
    caller_invite(&s->c, caller_sdp(inbound_leg_open(s), 0, "sendrecv"));
    caller_expect(&s->c, 200);
    inbound_leg_connect(s);
    caller_ask(&s->c, "ACK", 0, "");
    (void)inbound_wait(s, CARRIER_ANSWERED, from);
}

void inbound_call_out(struct inbound *s, int64_t id)
{
    struct err e = {0};
    struct permit p = {.attempt = {id},
                       .e164 = 15551230001,
                       .issued_us = now_us(NULL),
                       .expires_us = now_us(NULL) + 60000000};
    int from = s->n;
    p.seal = permit_seal(&p);
    const struct call_spec spec = {.attempt = {id},
                                   .to = p.e164,
                                   .trunk = "main",
                                   .ring_timeout_ms = 15000};
    assert_int_equal(s->port->place(s->port->self, &p, &spec, &e), TM_OK);
    (void)inbound_wait(s, CARRIER_ANSWERED, from);
}
