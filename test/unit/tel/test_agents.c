/* The SIP carrier's agents: telephones that register, are called, are joined
 * with people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "audio/tone.h"
#include "core/rules/permit_seal.h"
#include "fixture_phone.h"
#include "tel/carrier_sip.h"
#include "tel/digest_server.h"
#include "tel/trunk.h"

enum { EVENTS_MAX = 64, ENDS = 3 };

/* A called party of stack b: the agent's telephone, or a person. */
struct end {
    struct dialog *d;
    struct media_leg *leg;
    char called[64], digits[16];
    int beeps, ended;
    struct pcm *says; /* over and over */
};

struct scene {
    struct pair p;
    struct carrier_sip *carrier;
    const struct carrier *port;
    uint16_t agents;         /* the port */
    struct trunk *telephone; /* registers stack b as anna */
    struct end end[ENDS];
    int ends;
    struct carrier_event ev[EVENTS_MAX];
    char text[EVENTS_MAX][2048];
    int n;
    int told, warnings;
    char where[80], warning[256];
};

static int64_t now_us(void *self)
{
    (void)self;
    return 1795255200000000 + loop_monotonic_us();
}

static const struct clock_port fixed = {NULL, now_us};

static void on_event(void *arg, const struct carrier_event *ev)
{
    struct scene *s = arg;
    assert_true(s->n < EVENTS_MAX);
    s->ev[s->n] = *ev;
    (void)str_copy(s->text[s->n], sizeof s->text[0], ev->text);
    ++s->n;
}

static void on_agent(void *arg, const char *user, const char *where)
{
    struct scene *s = arg;
    ++s->told;
    assert_string_equal(user, "anna");
    (void)str_copy(s->where, sizeof s->where, str_of(where));
}

static void on_log(void *arg, enum tel_log_level level, const char *text)
{
    struct scene *s = arg;
    if (level <= TEL_LOG_WARNING) {
        ++s->warnings;
        (void)str_copy(s->warning, sizeof s->warning, str_of(text));
    }
}

static void on_media(void *arg, const struct media_event *ev)
{
    struct end *e = arg;
    size_t n = strlen(e->digits);
    e->beeps += ev->kind == MEDIA_BEEP;
    if (ev->kind == MEDIA_DIGIT && n + 1 < sizeof e->digits) {
        e->digits[n] = ev->digit;
    }
}

static void on_dialog(void *arg, const struct dialog_event *ev)
{
    struct end *e = arg;
    if (ev->kind == DIALOG_ENDED) {
        ++e->ended;
        e->d = NULL;
        media_leg_close(e->leg);
        e->leg = NULL;
    }
}

static void on_incoming(void *arg, struct dialog *d,
                        const struct dialog_request *r)
{
    struct scene *s = arg;
    struct err err = {0};
    struct sdp_text offer;
    struct buf b;
    assert_true(s->ends < ENDS);
    struct end *e = &s->end[s->ends++];
    (void)str_copy(e->called, sizeof e->called, r->called);
    dialog_take(d, on_dialog, e);
    e->d = d;
    struct media_leg_config m = {
        .address = "127.0.0.1",
        .detect_digits = true,
        .detect_beep = true,
        .fn = on_media,
        .arg = e,
    };
    assert_int_equal(media_leg_open(&e->leg, s->p.plane, &m, &err), TM_OK);
    assert_int_equal(sdp_text_read(r->sdp, &offer, &err), TM_OK);
    struct sdp_text mine = {
        .address = "127.0.0.1",
        .codec = {s->ends == 2 ? SDP_PCMU : SDP_PCMA},
        .codecs = 1,
        .event_pt = 101,
        .send = true,
        .receive = true,
        .port = media_leg_port(e->leg),
    };
    offer.codec[0] = mine.codec[0];
    assert_int_equal(media_leg_connect(e->leg, &offer), TM_OK);
    e->says = tone_plain(s->ends == 1 ? 500 : 900, 6000, 2000);
    assert_int_equal(media_leg_play(e->leg, &e->says, 1, 0, true), TM_OK);
    buf_init(&b, 4096);
    sdp_text_write(&mine, 7, 7, &b);
    assert_int_equal(dialog_answer(d, buf_slice(&b)), TM_OK);
    buf_fini(&b);
}

static void accounts(struct scene *s)
{
    char h[DIGEST_HEX_MAX];
    struct err e = {0};
    digest_server_ha1(DIGEST_MD5, "anna", "hall", "secret", h);
    const struct registrar_account a = {.user = "anna", .ha1 = h};
    assert_int_equal(carrier_sip_set_agents(s->carrier, &a, 1, &e), TM_OK);
}

static void start_with(struct scene *s, const struct carrier_sip_config *more,
                       uint16_t local_port)
{
    struct err e = {0};
    memset(s, 0, sizeof *s);
    pair_start(&s->p, on_incoming, s);
    const struct trunk_config trunk = {
        .name = "town",
        .host = "127.0.0.1",
        .port = sip_stack_port(s->p.b, SIP_STACK_UDP),
        .max_calls = 2,
        .calls_per_second = 50,
        .local_address = "127.0.0.1",
        .local_port = local_port,
    };
    struct carrier_sip_config c = *more;
    c.trunk = &trunk;
    c.trunks = 1;
    c.rtp_min = 31600;
    c.rtp_max = 31800;
    c.clock = &fixed;
    c.log = (struct tel_log){on_log, s};
    c.agents.fn = on_agent;
    c.agents.arg = s;
    if (carrier_sip_start(&s->carrier, s->p.loop, &c, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    carrier_sip_listen(s->carrier, on_event, s);
    s->port = carrier_sip_port(s->carrier);
    s->agents = carrier_sip_agents_port(s->carrier, SIP_STACK_UDP);
}

static void start(struct scene *s)
{
    start_with(s,
               &(struct carrier_sip_config){
                   .media_threads = 2,
                   .agents = {.address = "127.0.0.1", .realm = "hall"}},
               0);
    accounts(s);
}

static void stop(struct scene *s)
{
    trunk_free(s->telephone);
    for (int i = 0; i < s->ends; ++i) {
        pcm_unref(s->end[i].says);
        media_leg_close(s->end[i].leg);
        s->end[i].leg = NULL;
    }
    carrier_sip_stop(s->carrier);
    pair_stop(&s->p);
}

static int count(const struct scene *s, enum carrier_event_kind k)
{
    int n = 0;
    for (int i = 0; i < s->n; ++i) {
        n += s->ev[i].kind == k;
    }
    return n;
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static void pass(struct scene *s, int ms)
{
    (void)pair_run_until(&s->p, never, NULL, ms);
}

struct wait {
    struct scene *s;
    enum carrier_event_kind kind;
    int n;
};

static bool seen(void *arg)
{
    const struct wait *w = arg;
    return count(w->s, w->kind) >= w->n;
}

static void wait_for(struct scene *s, enum carrier_event_kind k, int n)
{
    struct wait w = {s, k, n};
    assert_true(pair_run_until(&s->p, seen, &w, 5000));
}

static bool is_registered(void *arg)
{
    const struct scene *s = arg;
    return s->told > 0 && s->where[0];
}

static int place_as(struct scene *s, int64_t attempt, enum permit_purpose why,
                    const char *user, struct err *e)
{
    struct permit p = {
        .attempt = {attempt},
        .e164 = user ? 17000 : 15551230001,
        .issued_us = now_us(NULL) - 1000000,
        .expires_us = now_us(NULL) + 60000000,
        .purpose = why,
    };
    p.seal = permit_seal(&p);
    struct call_spec spec = {
        .attempt = {attempt},
        .to = p.e164,
        .trunk = user ? "" : "town",
        .caller_name = "Telemark",
        .ring_timeout_ms = 15000,
        .detect = !user,
        .user = user,
        .auto_answer = user != NULL,
    };
    return s->port->place(s->port->self, &p, &spec, e);
}

static void place(struct scene *s, int64_t attempt, const char *user)
{
    struct err e = {0};
    int rc =
        place_as(s, attempt, user ? PERMIT_STAFF : PERMIT_PROSPECT, user, &e);
    if (rc != TM_OK) {
        fail_msg("%s", e.text);
    }
}

static int join(struct scene *s, int64_t a, int64_t b)
{
    return s->port->bridge(s->port->self, (struct attempt_id){a},
                           (struct attempt_id){b});
}

static void part(struct scene *s, int64_t a)
{
    s->port->part(s->port->self, (struct attempt_id){a});
}

static void hang_up(struct scene *s, int64_t a)
{
    s->port->hangup(s->port->self, (struct attempt_id){a}, HANGUP_NORMAL);
}

/* Stack b is anna's telephone, and that of all people of the town. */
static void sign_on(struct scene *s)
{
    struct err e = {0};
    const struct tel_log quiet = {0};
    const struct trunk_config t = {
        .name = "telephone",
        .host = "127.0.0.1",
        .port = s->agents,
        .user = "anna",
        .password = "secret",
        .registers = true,
        .local_address = "127.0.0.1",
    };
    assert_int_equal(trunk_new(&s->telephone, s->p.b, &t, &quiet, &e), TM_OK);
    assert_true(pair_run_until(&s->p, is_registered, s, 3000));
}

static uint64_t hears(struct scene *s, const struct end *e)
{
    struct media_leg_counts c;
    (void)s;
    media_leg_counts(e->leg, &c);
    return c.energy;
}

/* A busy machine takes its time. */
static bool hears_soon(struct scene *s, const struct end *e)
{
    for (int n = 0; n < 50 && hears(s, e) <= 1000000; n++)
        pass(s, 100);
    return hears(s, e) > 1000000;
}

static void test_agent_and_person_talk(void **state)
{
    (void)state;
    struct scene s;
    start(&s);
    sign_on(&s);
    assert_string_equal(carrier_sip_agent_where(s.carrier, "anna"), s.where);
    assert_null(carrier_sip_agent_where(s.carrier, "bob"));
    assert_int_equal(join(&s, 1, 2), TM_ESTATE);
    unsigned room = s.port->room(s.port->self, "town", 0);
    place(&s, 1, "anna");
    assert_int_equal(s.port->room(s.port->self, "town", 0), room);
    wait_for(&s, CARRIER_ANSWERED, 1);
    assert_int_equal(count(&s, CARRIER_PERSON), 0);
    place(&s, 2, NULL);
    assert_int_equal(join(&s, 1, 2), TM_ESTATE); /* not answered */
    wait_for(&s, CARRIER_PERSON, 1);
    const struct carrier_event *up = &s.ev[s.n - 2], *live = &s.ev[s.n - 1];
    assert_int_equal(up->kind, CARRIER_ANSWERED);
    assert_int_equal(live->kind, CARRIER_PERSON);
    assert_int_equal(live->attempt.v, 2);
    assert_int_equal(live->since_us, up->at_us);
    assert_string_equal(s.end[0].called, "anna");
    assert_string_equal(s.end[1].called, "+15551230001");
    pass(&s, 100);
    assert_true(hears(&s, &s.end[0]) < 1000 && hears(&s, &s.end[1]) < 1000);
    assert_int_equal(join(&s, 1, 1), TM_ESTATE);
    assert_int_equal(join(&s, 1, 2), TM_OK);
    assert_int_equal(join(&s, 2, 1), TM_ESTATE);
    struct prompt beep = {.kind = PROMPT_BEEP};
    s.port->prepare(s.port->self, &beep, 1);
    pass(&s, 200);
    assert_true(hears_soon(&s, &s.end[0]));
    assert_true(hears_soon(&s, &s.end[1]));
    /* Orders by key. */
    media_leg_silence(s.end[0].leg);
    assert_int_equal(media_leg_press(s.end[0].leg, "1", 120, 60, true), TM_OK);
    wait_for(&s, CARRIER_DIGIT, 1);
    pass(&s, 200);
    assert_int_equal(media_leg_press(s.end[0].leg, "2", 80, 60, false), TM_OK);
    wait_for(&s, CARRIER_DIGIT, 2);
    assert_int_equal(s.ev[s.n - 1].attempt.v, 1);
    assert_int_equal(media_leg_press(s.end[1].leg, "9", 80, 60, true), TM_OK);
    wait_for(&s, CARRIER_DIGIT, 3);
    assert_int_equal(s.ev[s.n - 1].attempt.v, 2);
    assert_int_equal(s.ev[s.n - 1].digit, '9');
    assert_string_equal(s.end[1].digits, "");
    part(&s, 2);
    part(&s, 2);
    pass(&s, 100);
    assert_true(hears(&s, &s.end[0]) < 1000 && hears(&s, &s.end[1]) < 1000);
    assert_int_equal(join(&s, 2, 1), TM_OK);
    hang_up(&s, 2);
    assert_int_equal(join(&s, 2, 1), TM_ESTATE); /* it is ending */
    wait_for(&s, CARRIER_ENDED, 1);
    pass(&s, 100);
    assert_true(hears(&s, &s.end[0]) < 1000);
    /* The beep tells of the next. */
    s.end[0].beeps = 0;
    assert_int_equal(
        s.port->play(s.port->self, (struct attempt_id){1}, &beep, 1, 8), TM_OK);
    wait_for(&s, CARRIER_PLAYED, 1);
    pass(&s, 100);
    assert_int_equal(s.end[0].beeps, 1);
    place(&s, 3, NULL);
    wait_for(&s, CARRIER_PERSON, 2);
    assert_int_equal(join(&s, 1, 3), TM_OK);
    pass(&s, 200);
    assert_true(hears_soon(&s, &s.end[0]));
    dialog_hangup(s.end[0].d, ""); /* the agent goes */
    wait_for(&s, CARRIER_ENDED, 2);
    assert_int_equal(s.ev[s.n - 1].cause, CAUSE_CALLEE);
    assert_int_equal(s.ev[s.n - 1].attempt.v, 1);
    pass(&s, 100);
    assert_int_equal(carrier_sip_calls(s.carrier), 1);
    assert_true(hears(&s, &s.end[2]) < 1000);
    part(&s, 3);
    assert_int_equal(s.warnings, 0);
    stop(&s);
}

static void test_ends_in_a_bridge_at_once(void **state)
{
    (void)state;
    struct scene s;
    start(&s);
    sign_on(&s);
    place(&s, 1, "anna");
    wait_for(&s, CARRIER_ANSWERED, 1);
    place(&s, 2, NULL);
    wait_for(&s, CARRIER_ANSWERED, 2);
    assert_int_equal(join(&s, 1, 2), TM_OK);
    hang_up(&s, 1);
    hang_up(&s, 2);
    wait_for(&s, CARRIER_ENDED, 2);
    place(&s, 3, "anna");
    wait_for(&s, CARRIER_ANSWERED, 3);
    stop(&s); /* with a call up */
}

static void test_refusals(void **state)
{
    (void)state;
    struct scene s;
    struct err e = {0};
    start(&s);
    assert_int_equal(place_as(&s, 1, PERMIT_STAFF, "anna", &e), TM_ENOTFOUND);
    assert_non_null(strstr(e.text, "agent anna is not registered"));
    assert_int_equal(place_as(&s, 1, PERMIT_STAFF, "nobody", &e), TM_ENOTFOUND);
    sign_on(&s);
    assert_int_equal(place_as(&s, 1, PERMIT_PROSPECT, "anna", &e), TM_EINVAL);
    assert_int_equal(carrier_sip_calls(s.carrier), 0);
    assert_int_equal(place_as(&s, 1, PERMIT_STAFF, NULL, &e), TM_OK);
    place(&s, 2, "anna");
    assert_int_equal(place_as(&s, 2, PERMIT_STAFF, "anna", &e), TM_EEXIST);
    wait_for(&s, CARRIER_ANSWERED, 2);
    /* Signed off: gone for status and for calls. */
    trunk_free(s.telephone);
    s.telephone = NULL;
    pass(&s, 100);
    assert_int_equal(s.told, 2);
    assert_string_equal(s.where, "");
    assert_int_equal(place_as(&s, 3, PERMIT_STAFF, "anna", &e), TM_ENOTFOUND);
    stop(&s);
    start_with(&s, &(struct carrier_sip_config){0}, 0);
    assert_int_equal(carrier_sip_set_agents(s.carrier, NULL, 0, &e), TM_ESTATE);
    assert_int_equal(place_as(&s, 3, PERMIT_STAFF, "anna", &e), TM_ENOTFOUND);
    assert_int_equal(s.agents, 0);
    assert_null(carrier_sip_agent_where(s.carrier, "anna"));
    stop(&s);
}

/* Answers the request in f->in with lines of its own. */
static void reply(struct phone *f, const char *status, const char *sdp)
{
    struct buf b;
    buf_init(&b, PHONE_TEXT_MAX);
    buf_addf(&b, "SIP/2.0 %s\r\n", status);
    static const char *const copy[] = {"Via", "From", "Call-ID", "CSeq"};
    for (size_t i = 0; i < 4; ++i) {
        buf_addf(&b, "%s: %s\r\n", copy[i], phone_header(f, copy[i]));
    }
    buf_addf(&b, "To: %s;tag=phone\r\n", phone_header(f, "To"));
    buf_addf(&b,
             "Contact: <sip:anna@10.9.8.7:5999>\r\n%sContent-Length: "
             "%zu\r\n\r\n%s",
             sdp[0] ? "Content-Type: application/sdp\r\n" : "", strlen(sdp),
             sdp);
    phone_send(f, b.p, b.n);
    buf_fini(&b);
}

/* Its Contact cannot be reached: all goes to where its REGISTER came from. */
static void test_telephone_behind_nat(void **state)
{
    (void)state;
    for (int tcp = 0; tcp < 2; ++tcp) {
        struct scene s;
        struct phone f;
        struct err e = {0};
        start(&s);
        phone_open(&f, &s.p,
                   tcp ? carrier_sip_agents_port(s.carrier, SIP_STACK_TCP)
                       : s.agents,
                   tcp, "anna", "secret");
        assert_int_equal(phone_login(&f, 600), 200);
        place(&s, 1, "anna");
        assert_true(phone_wait(&f, 2000));
        assert_int_equal(
            strncmp(f.in, "INVITE sip:anna@10.9.8.7:5999 SIP/2.0", 37), 0);
        assert_null(phone_header(&f, "Route"));
        assert_non_null(strstr(phone_header(&f, "From"), "\"Telemark\""));
        assert_string_equal(phone_header(&f, "Answer-Mode"), "Auto");
        assert_non_null(
            strstr(phone_header(&f, "Call-Info"), ";answer-after=0"));
        assert_non_null(
            strstr(phone_header(&f, "Alert-Info"), ";info=alert-autoanswer"));
        reply(&f, "180 Ringing", "");
        wait_for(&s, CARRIER_RINGING, 1);
        reply(&f, "200 OK",
              "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1"
              "\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n");
        wait_for(&s, CARRIER_ANSWERED, 1);
        assert_true(phone_wait(&f, 2000));
        assert_int_equal(strncmp(f.in, "ACK sip:anna@10.9.8.7:5999", 26), 0);
        const char *record = s.text[s.n - 1];
        assert_int_equal(strncmp(record, "trunk=;", 7), 0);
        /* As after a crash: the BYE goes the same way. */
        assert_int_equal(s.port->end_stale(s.port->self, str_of(record), &e),
                         TM_OK);
        assert_true(phone_wait(&f, 2000));
        assert_int_equal(strncmp(f.in, "BYE sip:anna@10.9.8.7:5999", 26), 0);
        reply(&f, "200 OK", "");
        pass(&s, 20);
        hang_up(&s, 1);
        assert_true(phone_wait(&f, 2000));
        assert_int_equal(strncmp(f.in, "BYE sip:anna@10.9.8.7:5999", 26), 0);
        reply(&f, "200 OK", "");
        wait_for(&s, CARRIER_ENDED, 1);
        place(&s, 2, "anna"); /* one that is busy */
        assert_true(phone_wait(&f, 2000));
        reply(&f, "486 Busy Here", "");
        wait_for(&s, CARRIER_ENDED, 2);
        assert_int_equal(s.ev[s.n - 1].cause, CAUSE_BUSY);
        assert_int_equal(s.warnings, 0);
        phone_close(&f);
        stop(&s);
    }
}

/* One whose network fails: a person must not be joined to nobody. */
static void test_silent_telephone_is_lost(void **state)
{
    (void)state;
    struct scene s;
    start_with(&s,
               &(struct carrier_sip_config){.agents = {.address = "127.0.0.1",
                                                       .realm = "hall",
                                                       .silent_max_ms = 600}},
               0);
    accounts(&s);
    sign_on(&s);
    place(&s, 1, "anna");
    place(&s, 2, NULL);
    wait_for(&s, CARRIER_ANSWERED, 2);
    struct end *agent = &s.end[strcmp(s.end[0].called, "anna") != 0];
    struct end *person = &s.end[agent == &s.end[0]];
    pass(&s, 1000); /* both send */
    assert_int_equal(count(&s, CARRIER_ENDED), 0);
    media_leg_close(person->leg); /* people may be silent for long */
    person->leg = NULL;
    pass(&s, 1000);
    assert_int_equal(count(&s, CARRIER_ENDED), 0);
    media_leg_close(agent->leg);
    agent->leg = NULL;
    wait_for(&s, CARRIER_ENDED, 1);
    assert_int_equal(s.ev[s.n - 1].attempt.v, 1);
    assert_int_equal(s.ev[s.n - 1].cause, CAUSE_NETWORK);
    assert_int_equal(s.warnings, 1);
    stop(&s);
}

static void invite_us(struct scene *s, struct phone *f, const char *method)
{
    struct buf b;
    buf_init(&b, PHONE_TEXT_MAX);
    buf_addf(&b,
             "%s sip:+15551230001@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/UDP "
             "10.9.8.7;branch=z9hG4bKown%u;rport\r\nFrom: <sip:anna@x>;tag=9"
             "\r\nTo: <sip:+15551230001@x>\r\nCall-ID: own%u\r\nCSeq: 1 %s\r\n"
             "Contact: <sip:anna@10.9.8.7>\r\nContent-Length: 0\r\n\r\n",
             method, s->agents, f->branch, f->branch, method);
    ++f->branch;
    phone_send(f, b.p, b.n);
    buf_fini(&b);
    assert_true(phone_wait(f, 2000));
}

static void test_calls_by_hand_are_refused(void **state)
{
    (void)state;
    struct scene s;
    struct phone f, stranger;
    start(&s);
    phone_open(&f, &s.p, s.agents, false, "anna", "secret");
    phone_open(&stranger, &s.p, s.agents, false, "anna", "secret");
    assert_int_equal(phone_login(&f, 600), 200);
    f.branch = 100;
    stranger.branch = 200;
    invite_us(&s, &f, "INVITE");
    assert_int_equal(phone_status(&f), 403);
    assert_int_equal(s.warnings, 1);
    assert_non_null(strstr(s.warning, "agent anna"));
    assert_null(strstr(s.warning, "555")); /* no numbers in a log */
    invite_us(&s, &f, "INVITE");
    assert_int_equal(phone_status(&f), 403);
    assert_int_equal(s.warnings, 1); /* not a line each */
    invite_us(&s, &stranger, "INVITE");
    assert_int_equal(phone_status(&stranger), 403);
    assert_int_equal(s.warnings, 1);
    invite_us(&s, &stranger, "OPTIONS");
    assert_int_equal(phone_status(&stranger), 200);
    assert_int_equal(s.n, 0);
    phone_close(&f);
    phone_close(&stranger);
    stop(&s);
}

/* One address and port for agents and a trunk. */
static void test_port_shared_with_a_trunk(void **state)
{
    (void)state;
    struct scene s;
    enum { PORT = 30990 };
    start_with(
        &s,
        &(struct carrier_sip_config){
            .agents = {.address = "127.0.0.1", .port = PORT, .realm = "hall"}},
        PORT);
    accounts(&s);
    assert_int_equal(s.agents, PORT);
    sign_on(&s);
    place(&s, 1, "anna");
    wait_for(&s, CARRIER_ANSWERED, 1);
    place(&s, 2, NULL);
    wait_for(&s, CARRIER_ANSWERED, 2);
    assert_int_equal(join(&s, 1, 2), TM_OK);
    assert_true(hears_soon(&s, &s.end[0]));
    stop(&s);
}

/* Behind the carrier's address a registered telephone is still no carrier. */
static void test_telephone_at_the_carriers_address(void **state)
{
    (void)state;
    struct scene s;
    struct phone f, carrier;
    enum { PORT = 30992 };
    start_with(
        &s,
        &(struct carrier_sip_config){
            .agents = {.address = "127.0.0.1", .port = PORT, .realm = "hall"}},
        PORT);
    accounts(&s);
    phone_open(&f, &s.p, s.agents, false, "anna", "secret");
    phone_open(&carrier, &s.p, s.agents, false, "anna", "secret");
    assert_int_equal(phone_login(&f, 600), 200);
    f.branch = 300;
    carrier.branch = 400;
    invite_us(&s, &f, "INVITE");
    assert_int_equal(phone_status(&f), 403);
    assert_int_equal(s.warnings, 1);
    invite_us(&s, &carrier, "INVITE");
    assert_int_equal(phone_status(&carrier), 404); /* nobody takes it */
    phone_close(&f);
    phone_close(&carrier);
    stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agent_and_person_talk),
        cmocka_unit_test(test_ends_in_a_bridge_at_once),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_telephone_behind_nat),
        cmocka_unit_test(test_silent_telephone_is_lost),
        cmocka_unit_test(test_calls_by_hand_are_refused),
        cmocka_unit_test(test_port_shared_with_a_trunk),
        cmocka_unit_test(test_telephone_at_the_carriers_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
