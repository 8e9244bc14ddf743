/* The SIP carrier against a called party written by hand on a UDP socket: a
 * re-INVITE without an offer, whose ACK says where the sound goes from now. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/rules/permit_seal.h"
#include "fixture_pair.h"
#include "tel/carrier_sip.h"

enum { TEXT_MAX = 4096 };

struct wire {
    struct pair p;
    struct carrier_sip *carrier;
    int fd, media[2]; /* the second is where the ACK sends the sound */
    uint16_t port, media_port[2];
    struct sockaddr_in from;
    char invite[TEXT_MAX], last[TEXT_MAX];
    const char *want; /* a message that begins so */
    bool got;
    int answered, packets;
    unsigned seq; /* of our requests, the first is 5 */
    char recordings[40];
};

static int64_t now_us(void *self)
{
    (void)self;
    return INT64_C(1795255200000000);
}

static const struct clock_port fixed = {NULL, now_us};

static int socket_bound(uint16_t *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

static void on_packet(void *arg)
{
    struct wire *w = arg;
    socklen_t len = sizeof w->from;
    ssize_t n = recvfrom(w->fd, w->last, TEXT_MAX - 1, 0,
                         (struct sockaddr *)&w->from, &len);
    assert_true(n > 0);
    w->last[n] = '\0';
    w->got = w->got || strncmp(w->last, w->want, strlen(w->want)) == 0;
}

static void on_event(void *arg, const struct carrier_event *ev)
{
    struct wire *w = arg;
    w->answered += ev->kind == CARRIER_ANSWERED;
}

static void on_no_call(void *arg, struct dialog *d,
                       const struct dialog_request *r)
{
    (void)arg;
    (void)d;
    (void)r;
}

static bool has_got(void *arg)
{
    return ((struct wire *)arg)->got;
}

static void wait_for(struct wire *w, const char *first)
{
    w->want = first;
    w->got = false;
    assert_true(pair_run_until(&w->p, has_got, w, 3000));
}

static bool is_answered(void *arg)
{
    return ((struct wire *)arg)->answered > 0;
}

/* Sound that came to a place; true when it is enough. */
static bool heard_second(void *arg)
{
    struct wire *w = arg;
    char b[400];
    while (recv(w->media[1], b, sizeof b, 0) == 172) {
        ++w->packets;
    }
    return w->packets >= 5;
}

static void send_text(struct wire *w, const char *text)
{
    ssize_t n = sendto(w->fd, text, strlen(text), 0,
                       (struct sockaddr *)&w->from, sizeof w->from);
    assert_int_equal(n, strlen(text));
}

/* The value of a header of the INVITE. */
static void header(const struct wire *w, const char *name, char out[256])
{
    char key[32];
    (void)snprintf(key, sizeof key, "\r\n%s: ", name);
    const char *at = strstr(w->invite, key);
    assert_non_null(at);
    at += strlen(key);
    (void)str_copy(out, 256, str_range(at, (size_t)(strstr(at, "\r\n") - at)));
}

static void sdp_of(const struct wire *w, int which, char out[256])
{
    (void)snprintf(out, 256,
                   "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
                   "c=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                   "m=audio %u RTP/AVP 0\r\n",
                   w->media_port[which]);
}

static void answer(struct wire *w)
{
    char via[256], from[256], to[256], id[256], sdp[256], out[TEXT_MAX];
    header(w, "Via", via);
    header(w, "From", from);
    header(w, "To", to);
    header(w, "Call-ID", id);
    sdp_of(w, 0, sdp);
    (void)snprintf(out, sizeof out,
                   "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=t\r\n"
                   "Call-ID: %s\r\nCSeq: 1 INVITE\r\n"
                   "Contact: <sip:bob@127.0.0.1:%u>\r\n"
                   "Content-Type: application/sdp\r\n"
                   "Content-Length: %zu\r\n\r\n%s",
                   via, from, to, id, w->port, strlen(sdp), sdp);
    send_text(w, out);
}

static void ask(struct wire *w, const char *met, const char *body)
{
    char from[256], to[256], id[256], out[TEXT_MAX];
    header(w, "From", from);
    header(w, "To", to);
    header(w, "Call-ID", id);
    (void)snprintf(out, sizeof out,
                   "%s sip:a@127.0.0.1 SIP/2.0\r\n"
                   "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s%u;rport\r\n"
                   "From: %s;tag=t\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n"
                   "Contact: <sip:bob@127.0.0.1:%u>\r\n%s"
                   "Content-Length: %zu\r\n\r\n%s",
                   met, w->port, met, w->seq, to, from, id, w->seq, met,
                   w->port, body[0] ? "Content-Type: application/sdp\r\n" : "",
                   strlen(body), body);
    send_text(w, out);
}

static void start(struct wire *w)
{
    struct err e = {0};
    memset(w, 0, sizeof *w);
    w->seq = 5;
    (void)strcpy(w->recordings, "/tmp/telemark-recs-XXXXXX");
    assert_non_null(mkdtemp(w->recordings));
    assert_int_equal(chmod(w->recordings, 0755), 0);
    pair_start(&w->p, on_no_call, w);
    w->fd = socket_bound(&w->port);
    w->media[0] = socket_bound(&w->media_port[0]);
    w->media[1] = socket_bound(&w->media_port[1]);
    assert_int_equal(loop_watch(w->p.loop, w->fd, on_packet, w, &e), TM_OK);
    const struct trunk_config trunk = {.name = "main",
                                       .host = "127.0.0.1",
                                       .port = w->port,
                                       .local_address = "127.0.0.1"};
    const struct carrier_sip_config c = {.trunk = &trunk,
                                         .trunks = 1,
                                         .rtp_min = 31600,
                                         .rtp_max = 31800,
                                         .clock = &fixed,
                                         .record_dir = w->recordings,
                                         .hold_max_ms = 400};
    assert_int_equal(carrier_sip_start(&w->carrier, w->p.loop, &c, &e), TM_OK);
    struct stat st;
    assert_int_equal(stat(w->recordings, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    carrier_sip_listen(w->carrier, on_event, w);
}

static void place(struct wire *w)
{
    struct err e = {0};
    const struct carrier *port = carrier_sip_port(w->carrier);
    struct permit p = {.attempt = {3},
                       .e164 = 15551230001,
                       .issued_us = now_us(NULL),
                       .expires_us = now_us(NULL) + 1};
    p.seal = permit_seal(&p);
    const struct call_spec s = {.attempt = {3},
                                .to = p.e164,
                                .trunk = "main",
                                .ring_timeout_ms = 15000};
    assert_int_equal(port->place(port->self, &p, &s, &e), TM_OK);
}

static void stop(struct wire *w)
{
    carrier_sip_stop(w->carrier);
    (void)rmdir(w->recordings);
    loop_unwatch(w->p.loop, w->fd);
    (void)close(w->fd);
    (void)close(w->media[0]);
    (void)close(w->media[1]);
    pair_stop(&w->p);
}

static void test_the_ack_moves_the_sound(void **state)
{
    (void)state;
    struct wire w;
    char first[256], again[256], sdp[256];
    start(&w);
    place(&w);
    wait_for(&w, "INVITE");
    (void)strcpy(w.invite, w.last);
    (void)str_copy(first, sizeof first, str_of(strstr(w.last, "\r\no=")));
    answer(&w);
    wait_for(&w, "ACK");
    assert_true(pair_run_until(&w.p, is_answered, &w, 1000));
    ask(&w, "INVITE", "");
    wait_for(&w, "SIP/2.0 200");
    /* The same session as before, in a later version (RFC 3264, 8). */
    (void)str_copy(again, sizeof again, str_of(strstr(w.last, "\r\no=")));
    unsigned long long id[2], version[2];
    assert_int_equal(sscanf(first, "\r\no=- %llu %llu", &id[0], &version[0]),
                     2);
    assert_int_equal(sscanf(again, "\r\no=- %llu %llu", &id[1], &version[1]),
                     2);
    assert_int_equal(id[0], id[1]);
    assert_int_equal(version[0] + 1, version[1]);
    assert_false(pair_run_until(&w.p, heard_second, &w, 100));
    assert_int_equal(w.packets, 0);
    sdp_of(&w, 1, sdp);
    ask(&w, "ACK", sdp);
    assert_true(pair_run_until(&w.p, heard_second, &w, 2000));
    stop(&w);
}

static void redirect(struct wire *w, const char *direction)
{
    char sdp[256], all[300];
    sdp_of(w, 0, sdp);
    (void)snprintf(all, sizeof all, "%sa=%s\r\n", sdp, direction);
    ask(w, "INVITE", all);
    wait_for(w, "SIP/2.0 200");
    ask(w, "ACK", "");
    ++w->seq;
}

/* What plays waits during a hold; a hold without an end would keep the call
 * for good. One that ends in time changes nothing. */
static void test_a_long_hold_ends_the_call(void **state)
{
    (void)state;
    static const char *const hold[] = {"sendonly", "inactive"};
    for (int i = 0; i < 2; ++i) {
        struct wire w;
        start(&w);
        place(&w);
        wait_for(&w, "INVITE");
        (void)strcpy(w.invite, w.last);
        answer(&w);
        wait_for(&w, "ACK");
        assert_true(pair_run_until(&w.p, is_answered, &w, 1000));
        redirect(&w, hold[i]);
        redirect(&w, "sendrecv");
        w.want = "BYE";
        w.got = false;
        assert_false(pair_run_until(&w.p, has_got, &w, 800));
        int64_t from_us = loop_monotonic_us();
        redirect(&w, hold[i]);
        wait_for(&w, "BYE");
        assert_true(loop_monotonic_us() - from_us >= 390000);
        stop(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_ack_moves_the_sound),
        cmocka_unit_test(test_a_long_hold_ends_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
