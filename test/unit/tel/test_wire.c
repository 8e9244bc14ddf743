/* Our dialogs against a peer written by hand on a UDP socket: what sane
 * stacks never send, and what must be seen on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "fixture_pair.h"
#include "tel/digest.h"

enum { SEEN_MAX = 32, TEXT_MAX = 4096 };

struct wire {
    struct pair p;
    int fd;
    uint16_t port;
    struct sockaddr_in peer; /* who sent last */
    char seen[SEEN_MAX][TEXT_MAX];
    int n;
    /* our side, as caller or callee */
    struct dialog *d;
    int provisional, answered, confirmed, offers, ended, code;
    enum dialog_end end;
    bool answer_calls;
};

static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
                          "c=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                          "m=audio 31000 RTP/AVP 0\r\n";

static void on_packet(void *arg)
{
    struct wire *w = arg;
    socklen_t len = sizeof w->peer;
    assert_true(w->n < SEEN_MAX);
    ssize_t n = recvfrom(w->fd, w->seen[w->n], TEXT_MAX - 1, 0,
                         (struct sockaddr *)&w->peer, &len);
    assert_true(n > 0);
    w->seen[w->n][n] = '\0';
    ++w->n;
}

static void on_dialog(void *arg, const struct dialog_event *ev)
{
    struct wire *w = arg;
    switch (ev->kind) {
    case DIALOG_PROVISIONAL: ++w->provisional; break;
    case DIALOG_ANSWERED: ++w->answered; break;
    case DIALOG_CONFIRMED: ++w->confirmed; break;
    case DIALOG_OFFER:
        ++w->offers;
        buf_add_str(ev->answer, sdp);
        break;
    case DIALOG_CHANGED: break;
    case DIALOG_ENDED:
        ++w->ended;
        w->end = ev->end;
        w->code = ev->code;
        w->d = NULL;
        break;
    }
}

static void on_incoming(void *arg, struct dialog *d,
                        const struct dialog_request *r)
{
    struct wire *w = arg;
    (void)r;
    if (w->answer_calls) {
        w->d = d;
        dialog_take(d, on_dialog, w);
        assert_int_equal(dialog_answer(d, str_of(sdp)), TM_OK);
    }
}

static void start(struct wire *w)
{
    struct err e = {0};
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    memset(w, 0, sizeof *w);
    pair_start(&w->p, on_incoming, w);
    w->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_true(w->fd >= 0);
    assert_int_equal(bind(w->fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(w->fd, (struct sockaddr *)&a, &len), 0);
    w->port = ntohs(a.sin_port);
    assert_int_equal(loop_watch(w->p.loop, w->fd, on_packet, w, &e), TM_OK);
}

static void stop(struct wire *w)
{
    loop_unwatch(w->p.loop, w->fd);
    (void)close(w->fd);
    pair_stop(&w->p);
}

static void send_text(struct wire *w, const char *text)
{
    ssize_t n = sendto(w->fd, text, strlen(text), 0,
                       (struct sockaddr *)&w->peer, sizeof w->peer);
    assert_int_equal(n, strlen(text));
}

static void call(struct wire *w, const char *user)
{
    struct err e = {0};
    char target[64];
    (void)snprintf(target, sizeof target, "sip:bob@127.0.0.1:%u", w->port);
    struct dialog_invite i = {
        .target = target,
        .to = "",
        .from = "sip:alice@127.0.0.1",
        .from_name = "",
        .route = "",
        .call_id = "c1",
        .user = user,
        .password = "secret",
        .headers = "",
        .sdp = str_of(sdp),
    };
    assert_int_equal(dialog_invite(&w->d, w->p.a, &i, on_dialog, w, &e), TM_OK);
}

/* The line of a header in a message, without CRLF. */
static void header(const char *msg, const char *name, char *out, size_t cap)
{
    char key[64];
    (void)snprintf(key, sizeof key, "\r\n%s: ", name);
    const char *at = strstr(msg, key);
    assert_non_null(at);
    const char *end = strstr(at + 2, "\r\n");
    assert_non_null(end);
    (void)str_copy(out, cap, str_range(at + 2, (size_t)(end - at - 2)));
}

/* Answers message i with a status line, a To tag and further lines. */
static void answer(struct wire *w, int i, const char *status, const char *tag,
                   const char *more, const char *body)
{
    char via[256], from[256], to[256], id[128], seq[64], out[TEXT_MAX];
    header(w->seen[i], "Via", via, sizeof via);
    header(w->seen[i], "From", from, sizeof from);
    header(w->seen[i], "To", to, sizeof to);
    header(w->seen[i], "Call-ID", id, sizeof id);
    header(w->seen[i], "CSeq", seq, sizeof seq);
    bool tagged = strstr(to, ";tag=") != NULL || !tag[0];
    (void)snprintf(out, sizeof out,
                   "SIP/2.0 %s\r\n%s\r\n%s\r\n%s%s%s\r\n%s\r\n%s\r\n"
                   "Contact: <sip:bob@127.0.0.1:%u>\r\n%s"
                   "%sContent-Length: %zu\r\n\r\n%s",
                   status, via, from, to,
                   tagged ? "" : ";tag=", tagged ? "" : tag, id, seq, w->port,
                   more, body[0] ? "Content-Type: application/sdp\r\n" : "",
                   strlen(body), body);
    send_text(w, out);
}

struct expect {
    struct wire *w;
    const char *start;
    int count;
};

static int seen(const struct wire *w, const char *first)
{
    int n = 0;
    for (int i = 0; i < w->n; ++i) {
        n += strncmp(w->seen[i], first, strlen(first)) == 0;
    }
    return n;
}

static bool enough(void *arg)
{
    const struct expect *x = arg;
    return seen(x->w, x->start) >= x->count;
}

/* Waits until count messages that begin so have come. */
static void wait_for(struct wire *w, const char *first, int count, int ms)
{
    struct expect x = {w, first, count};
    if (!pair_run_until(&w->p, enough, &x, ms)) {
        fail_msg("no %d messages \"%s\", got %d", count, first, seen(w, first));
    }
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static void pass(struct wire *w, int ms)
{
    (void)pair_run_until(&w->p, never, NULL, ms);
}

static bool is_over(void *arg)
{
    struct wire *w = arg;
    return w->ended == 1;
}

static int find(const struct wire *w, const char *first, int nth)
{
    for (int i = 0; i < w->n; ++i) {
        if (strncmp(w->seen[i], first, strlen(first)) == 0 && nth-- == 0) {
            return i;
        }
    }
    fail_msg("no message %s", first);
    return -1;
}

static void test_two_answers_of_forks(void **state)
{
    (void)state;
    struct wire w;
    start(&w);
    call(&w, "");
    wait_for(&w, "INVITE", 1, 1000);
    answer(&w, 0, "200 OK", "first", "", sdp);
    answer(&w, 0, "200 OK", "second", "", sdp);
    wait_for(&w, "ACK", 2, 1000);
    wait_for(&w, "BYE", 1, 1000);
    assert_non_null(strstr(w.seen[find(&w, "ACK", 0)], ";tag=first"));
    assert_non_null(strstr(w.seen[find(&w, "ACK", 1)], ";tag=second"));
    assert_non_null(strstr(w.seen[find(&w, "BYE", 0)], ";tag=second"));
    answer(&w, find(&w, "BYE", 0), "200 OK", "", "", "");
    assert_int_equal(w.answered, 1);
    assert_int_equal(w.ended, 0);
    /* Our ACK was lost: the first fork sends its 200 again. */
    answer(&w, 0, "200 OK", "first", "", sdp);
    wait_for(&w, "ACK", 3, 1000);
    assert_non_null(strstr(w.seen[find(&w, "ACK", 2)], ";tag=first"));
    assert_int_equal(w.answered, 1);
    dialog_hangup(w.d, "");
    wait_for(&w, "BYE", 2, 1000);
    answer(&w, find(&w, "BYE", 1), "200 OK", "", "", "");
    assert_true(pair_run_until(&w.p, is_over, &w, 1000));
    /* Even after the end a 200 is acknowledged, and ended again. */
    pass(&w, 50);
    assert_int_equal(sip_stack_dialogs(w.p.a), 0);
    answer(&w, 0, "200 OK", "first", "", sdp);
    wait_for(&w, "ACK", 4, 1000);
    wait_for(&w, "BYE", 3, 1000);
    stop(&w);
}

static void test_digest(void **state)
{
    (void)state;
    struct wire w;
    char line[512];
    start(&w);
    call(&w, "alice");
    wait_for(&w, "INVITE", 1, 1000);
    answer(&w, 0, "407 Proxy Authentication Required", "x",
           "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n1\", "
           "algorithm=MD5, qop=\"auth\"\r\n"
           "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n2\", "
           "algorithm=SHA-256, qop=\"auth,auth-int\", opaque=\"o\"\r\n",
           "");
    wait_for(&w, "INVITE", 2, 1000);
    int i = find(&w, "INVITE", 1);
    header(w.seen[i], "Proxy-Authorization", line, sizeof line);
    assert_non_null(strstr(line, "algorithm=SHA-256"));
    assert_non_null(strstr(line, "nonce=\"n2\""));
    assert_non_null(strstr(line, "nc=00000001"));
    header(w.seen[i], "CSeq", line, sizeof line);
    assert_string_equal(line, "CSeq: 2 INVITE");
    /* Asked once more with another nonce and not stale: given up. */
    answer(&w, i, "407 Proxy Authentication Required", "y",
           "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n3\"\r\n", "");
    assert_true(pair_run_until(&w.p, is_over, &w, 1000));
    assert_int_equal(w.end, DIALOG_END_REFUSED);
    assert_int_equal(w.code, 407);
    stop(&w);
}

static void test_cancel_waits_for_a_provisional_answer(void **state)
{
    (void)state;
    struct wire w;
    start(&w);
    call(&w, "");
    wait_for(&w, "INVITE", 1, 1000);
    dialog_hangup(w.d, "");
    wait_for(&w, "INVITE", 2, 1000); /* still sent again: nobody answered */
    assert_int_equal(seen(&w, "CANCEL"), 0);
    answer(&w, 0, "180 Ringing", "t", "", "");
    wait_for(&w, "CANCEL", 1, 1000);
    answer(&w, find(&w, "CANCEL", 0), "200 OK", "t", "", "");
    answer(&w, 0, "487 Request Terminated", "t", "", "");
    wait_for(&w, "ACK", 1, 1000);
    assert_true(pair_run_until(&w.p, is_over, &w, 1000));
    assert_int_equal(w.end, DIALOG_END_LOCAL);
    assert_int_equal(w.code, 487);
    assert_int_equal(w.provisional, 0); /* nobody wants to hear of it */
    stop(&w);
}

/* A server behind a proxy: each wants its own credentials. */
static void test_digest_of_proxy_and_server(void **state)
{
    (void)state;
    struct wire w;
    char line[512];
    start(&w);
    call(&w, "alice");
    wait_for(&w, "INVITE", 1, 1000);
    answer(&w, 0, "407 Proxy Authentication Required", "x",
           "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n1\"\r\n", "");
    wait_for(&w, "INVITE", 2, 1000);
    answer(&w, find(&w, "INVITE", 1), "401 Unauthorized", "y",
           "WWW-Authenticate: Digest realm=\"s\", nonce=\"n2\"\r\n", "");
    wait_for(&w, "INVITE", 3, 1000);
    int i = find(&w, "INVITE", 2);
    header(w.seen[i], "Proxy-Authorization", line, sizeof line);
    assert_non_null(strstr(line, "nonce=\"n1\""));
    header(w.seen[i], "Authorization", line, sizeof line);
    assert_non_null(strstr(line, "nonce=\"n2\""));
    answer(&w, i, "401 Unauthorized", "z",
           "WWW-Authenticate: Digest realm=\"s\", nonce=\"n3\"\r\n", "");
    assert_true(pair_run_until(&w.p, is_over, &w, 1000));
    assert_int_equal(w.code, 401);
    stop(&w);
}

/* No callee may send BYE before its answer; some do. */
static void test_bye_before_the_answer(void **state)
{
    (void)state;
    struct wire w;
    char from[256], to[256], out[TEXT_MAX];
    start(&w);
    call(&w, "");
    wait_for(&w, "INVITE", 1, 1000);
    answer(&w, 0, "180 Ringing", "t", "", "");
    header(w.seen[0], "From", from, sizeof from);
    header(w.seen[0], "To", to, sizeof to);
    (void)snprintf(out, sizeof out,
                   "BYE sip:alice@127.0.0.1 SIP/2.0\r\n"
                   "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKq;rport\r\n"
                   "From: %s;tag=t\r\nTo: %s\r\nCall-ID: c1\r\n"
                   "CSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n",
                   w.port, to + strlen("To: "), from + strlen("From: "));
    send_text(&w, out);
    answer(&w, 0, "200 OK", "t", "", sdp);
    wait_for(&w, "SIP/2.0 200", 1, 1000);
    assert_true(pair_run_until(&w.p, is_over, &w, 1000));
    assert_int_equal(w.end, DIALOG_END_BYE);
    assert_int_equal(w.answered, 0);
    wait_for(&w, "ACK", 1, 400); /* the answer is taken, and ended */
    wait_for(&w, "BYE", 1, 400);
    answer(&w, find(&w, "BYE", 0), "200 OK", "", "", "");
    pass(&w, 50);
    assert_int_equal(sip_stack_dialogs(w.p.a), 0);
    stop(&w);
}

static void test_garbage(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "SIP/2.0 200 OK\r\n\r\n",
        "SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\nCall-ID: c1\r\n\r\n",
        "\r\n\r\n",
        "INVITE sip:x SIP/2.0\r\nVia: x\r\n\r\n",
        "SIP/2.0 999 What\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z\r\n"
        "From: <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\nCall-ID: c1\r\n"
        "CSeq: 1 INVITE\r\nContent-Length: 99999\r\n\r\n",
        "\x80\x00\x12\x34\x00\x01\x02\x03",
    };
    struct wire w;
    start(&w);
    call(&w, "");
    wait_for(&w, "INVITE", 1, 1000);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
        if (strlen(bad[i]) > 0) {
            send_text(&w, bad[i]);
        }
    }
    pass(&w, 50);
    assert_int_equal(w.ended, 0);
    answer(&w, 0, "799 Beyond", "t", "", "");
    assert_true(pair_run_until(&w.p, is_over, &w, 1000));
    assert_int_equal(w.end, DIALOG_END_REFUSED);
    assert_int_equal(w.code, 799);
    stop(&w);
}

static void request(struct wire *w, const char *method, const char *branch,
                    int seq, const char *to_tag, const char *more,
                    const char *body)
{
    char out[TEXT_MAX];
    w->peer = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(sip_stack_port(w->p.b, SIP_STACK_UDP)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    (void)snprintf(
        out, sizeof out,
        "%s sip:+1555@127.0.0.1 SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s;rport\r\n"
        "From: <sip:carol@127.0.0.1>;tag=ft\r\n"
        "To: <sip:+1555@127.0.0.1>%s%s\r\nCall-ID: in1\r\nCSeq: %d %s\r\n"
        "Contact: <sip:carol@127.0.0.1:%u>\r\nMax-Forwards: 70\r\n%s"
        "%sContent-Length: %zu\r\n\r\n%s",
        method, w->port, branch, to_tag[0] ? ";tag=" : "", to_tag, seq, method,
        w->port, more, body[0] ? "Content-Type: application/sdp\r\n" : "",
        strlen(body), body);
    send_text(w, out);
}

static void test_callee_answers_strangers(void **state)
{
    (void)state;
    struct wire w;
    start(&w);
    request(&w, "INVITE", "a", 1, "", "Require: 100rel\r\n", sdp);
    wait_for(&w, "SIP/2.0 420", 1, 1000);
    assert_non_null(
        strstr(w.seen[find(&w, "SIP/2.0 420", 0)], "Unsupported: 100rel"));
    request(&w, "BYE", "b", 2, "nobody", "", "");
    wait_for(&w, "SIP/2.0 481", 1, 1000);
    request(&w, "OPTIONS", "c", 3, "", "", "");
    wait_for(&w, "SIP/2.0 200", 1, 1000);
    request(&w, "PUBLISH", "d", 4, "", "", "");
    wait_for(&w, "SIP/2.0 405", 1, 1000);
    request(&w, "INVITE", "e", 5, "", "", sdp); /* nobody takes it */
    wait_for(&w, "SIP/2.0 480", 1, 1000);
    assert_int_equal(w.ended, 0);
    stop(&w);
}

static void test_callee_repeats_its_answer(void **state)
{
    (void)state;
    struct wire w;
    char tag[64] = "", to[256];
    start(&w);
    w.answer_calls = true;
    request(&w, "INVITE", "a", 10, "", "", sdp);
    wait_for(&w, "SIP/2.0 200", 3, 3000); /* 0, 0.5, 1.5 s */
    header(w.seen[find(&w, "SIP/2.0 200", 0)], "To", to, sizeof to);
    (void)str_copy(tag, sizeof tag, str_of(strstr(to, ";tag=") + 5));
    assert_int_equal(w.confirmed, 0);
    request(&w, "ACK", "ack", 10, tag, "", "");
    pass(&w, 100);
    assert_int_equal(w.confirmed, 1);
    request(&w, "UPDATE", "u", 9, tag, "", sdp);
    wait_for(&w, "SIP/2.0 500", 1, 1000); /* CSeq went back */
    request(&w, "UPDATE", "u2", 11, tag, "", sdp);
    wait_for(&w, "SIP/2.0 200", 4, 1000);
    assert_int_equal(w.offers, 1);
    request(&w, "INVITE", "r", 12, tag, "", sdp);
    wait_for(&w, "SIP/2.0 200", 5, 1000);
    request(&w, "ACK", "ack2", 12, tag, "", "");
    request(&w, "BYE", "bye", 13, tag, "", "");
    wait_for(&w, "SIP/2.0 200", 6, 1000);
    assert_true(pair_run_until(&w.p, is_over, &w, 1000));
    assert_int_equal(w.end, DIALOG_END_BYE);
    assert_int_equal(w.offers, 2);
    stop(&w);
}

static void test_hangup_before_ack_waits(void **state)
{
    (void)state;
    struct wire w;
    char tag[64] = "", to[256];
    start(&w);
    w.answer_calls = true;
    request(&w, "INVITE", "a", 1, "", "", sdp);
    wait_for(&w, "SIP/2.0 200", 1, 1000);
    header(w.seen[find(&w, "SIP/2.0 200", 0)], "To", to, sizeof to);
    (void)str_copy(tag, sizeof tag, str_of(strstr(to, ";tag=") + 5));
    dialog_hangup(w.d, "");
    assert_true(pair_run_until(&w.p, is_over, &w, 1000));
    assert_int_equal(w.end, DIALOG_END_LOCAL);
    pass(&w, 100);
    assert_int_equal(seen(&w, "BYE"), 0);
    request(&w, "ACK", "ack", 1, tag, "", "");
    wait_for(&w, "BYE", 1, 1000);
    stop(&w);
}

/* A callee's request in the early dialog of our call. */
static void early(struct wire *w, const char *method, int seq, const char *body)
{
    char from[256], to[256], out[TEXT_MAX];
    header(w->seen[0], "From", from, sizeof from);
    header(w->seen[0], "To", to, sizeof to);
    (void)snprintf(out, sizeof out,
                   "%s sip:alice@127.0.0.1 SIP/2.0\r\n"
                   "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKq%d;rport\r\n"
                   "From: %s;tag=t\r\nTo: %s\r\nCall-ID: c1\r\n"
                   "CSeq: %d %s\r\nContact: <sip:else@127.0.0.1:9>\r\n"
                   "%sContent-Length: %zu\r\n\r\n%s",
                   method, w->port, seq, to + strlen("To: "),
                   from + strlen("From: "), seq, method,
                   body[0] ? "Content-Type: application/sdp\r\n" : "",
                   strlen(body), body);
    send_text(w, out);
}

/* RFC 3311, 5.2: without an offer an UPDATE is answered in an early dialog
 * too; with one it has to wait for the answer to ours. The INVITE still goes
 * where it went, whatever Contact the UPDATE names. */
static void test_update_before_the_answer(void **state)
{
    (void)state;
    struct wire w;
    start(&w);
    call(&w, "");
    wait_for(&w, "INVITE", 1, 1000);
    answer(&w, 0, "180 Ringing", "t", "", "");
    early(&w, "UPDATE", 1, "");
    wait_for(&w, "SIP/2.0 200", 1, 1000);
    early(&w, "UPDATE", 2, sdp);
    wait_for(&w, "SIP/2.0 491", 1, 1000);
    assert_int_equal(w.offers, 0);
    answer(&w, 0, "200 OK", "t", "", sdp);
    wait_for(&w, "ACK", 1, 1000);
    assert_int_equal(w.answered, 1);
    early(&w, "UPDATE", 3, ""); /* a session refresh: nothing is asked */
    wait_for(&w, "SIP/2.0 200", 2, 1000);
    assert_int_equal(w.offers, 0);
    stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_answers_of_forks),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_cancel_waits_for_a_provisional_answer),
        cmocka_unit_test(test_digest_of_proxy_and_server),
        cmocka_unit_test(test_bye_before_the_answer),
        cmocka_unit_test(test_update_before_the_answer),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_callee_answers_strangers),
        cmocka_unit_test(test_callee_repeats_its_answer),
        cmocka_unit_test(test_hangup_before_ack_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
