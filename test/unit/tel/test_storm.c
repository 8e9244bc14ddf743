/* Random messages, half sane, in random order, against both sides of the
 * dialog layer, with a user who does random things: no assertion fails, no
 * memory is misused, every call ends once, nothing is left. */
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
#include <unistd.h>

#include "base/rng.h"
#include "fixture_pair.h"

enum { CALLS_MAX = 4096, TEXT_MAX = 4096, TAGS_MAX = 64, STEPS = 2000 };

struct call {
    struct dialog *d;
    int ended;
};

struct storm {
    struct pair p;
    struct rng g;
    int fd;
    uint16_t port;
    struct call call[CALLS_MAX];
    int calls;
    struct known {
        char tag[40];
        unsigned id, seq;
    } tag[TAGS_MAX]; /* of our answers, to hit dialogs with */
    int tags;
    char request[TEXT_MAX]; /* the last request of ours */
    struct sockaddr_in from;
    int messages, answered, confirmed, looks;
};

static const char sdp[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
                          "c=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                          "m=audio 31000 RTP/AVP 0\r\n";

static unsigned pick(struct storm *s, unsigned n)
{
    return (unsigned)rng_below(&s->g, n);
}

static void header(const char *msg, const char *name, char *out, size_t cap)
{
    char key[64];
    (void)snprintf(key, sizeof key, "\r\n%s: ", name);
    const char *at = strstr(msg, key);
    const char *end = at ? strstr(at + 2, "\r\n") : NULL;
    (void)str_copy(
        out, cap, end ? str_range(at + 2, (size_t)(end - at - 2)) : str_of(""));
}

static void on_packet(void *arg)
{
    struct storm *s = arg;
    char text[TEXT_MAX], to[512];
    socklen_t len = sizeof s->from;
    ssize_t n = recvfrom(s->fd, text, sizeof text - 1, 0,
                         (struct sockaddr *)&s->from, &len);
    if (n <= 0) {
        return;
    }
    text[n] = '\0';
    ++s->messages;
    if (strncmp(text, "SIP/2.0", 7) != 0) {
        memcpy(s->request, text, (size_t)n + 1);
        return;
    }
    header(text, "To", to, sizeof to);
    char *tag = strstr(to, ";tag=");
    const char *id = strstr(text, "Call-ID: in");
    const char *seq = strstr(text, "CSeq: ");
    if (tag && id && seq) {
        struct known *k = &s->tag[s->tags++ % TAGS_MAX];
        (void)str_copy(k->tag, sizeof k->tag, str_of(tag + 5));
        k->id = (unsigned)strtoul(id + 11, NULL, 10);
        k->seq = (unsigned)strtoul(seq + 6, NULL, 10);
    }
}

static void on_dialog(void *arg, const struct dialog_event *ev)
{
    struct storm *s = arg;
    struct call *c = NULL;
    for (int i = 0; i < s->calls; ++i) {
        if (s->call[i].d == ev->dialog) {
            c = &s->call[i];
        }
    }
    if (!c) {
        return; /* told inside dialog_invite would be a defect: see below */
    }
    s->answered += ev->kind == DIALOG_ANSWERED;
    s->confirmed += ev->kind == DIALOG_CONFIRMED;
    if (ev->kind == DIALOG_OFFER && pick(s, 2)) {
        buf_add_str(ev->answer, sdp);
    }
    if (ev->kind == DIALOG_ENDED) {
        assert_int_equal(c->ended, 0);
        ++c->ended;
        c->d = NULL;
    } else if (pick(s, 8) == 0) {
        dialog_hangup(ev->dialog, "");
    }
}

static void act(struct storm *s, struct call *c)
{
    switch (c->d ? pick(s, 7) : 99) {
    case 0: (void)dialog_ring(c->d, 180, str_of("")); break;
    case 1: (void)dialog_ring(c->d, 183, str_of(sdp)); break;
    case 2: (void)dialog_answer(c->d, str_of(sdp)); break;
    case 3: (void)dialog_refuse(c->d, 486, "", ""); break;
    case 4: dialog_hangup(c->d, "Q.850;cause=16"); break;
    case 5: (void)dialog_reinvite(c->d, str_of(sdp)); break;
    case 6:
        if (pick(s, 4) == 0) {
            dialog_hangup(c->d, "");
            dialog_forget(c->d);
            c->d = NULL;
            c->ended = 1;
        }
        break;
    default: break;
    }
}

static void on_incoming(void *arg, struct dialog *d,
                        const struct dialog_request *r)
{
    struct storm *s = arg;
    (void)r;
    if (pick(s, 8) == 0 || s->calls == CALLS_MAX) {
        return;
    }
    s->call[s->calls].d = d;
    dialog_take(d, on_dialog, s);
    ++s->calls;
    if (pick(s, 2)) {
        assert_int_equal(dialog_answer(d, str_of(sdp)), TM_OK);
    } else {
        act(s, &s->call[s->calls - 1]);
    }
}

static void send_to(struct storm *s, uint16_t port, char *text)
{
    struct sockaddr_in a = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    size_t n = strlen(text);
    for (unsigned k = pick(s, 20) == 0 ? 3 : 0; k > 0; --k) {
        text[pick(s, (unsigned)n)] = (char)pick(s, 256); /* damage */
    }
    (void)sendto(s->fd, text, n, 0, (struct sockaddr *)&a, sizeof a);
}

static void send_request(struct storm *s)
{
    static const char *const method[] = {"INVITE", "ACK",    "ACK",
                                         "BYE",    "CANCEL", "UPDATE",
                                         "INFO",   "PRACK",  "OPTIONS"};
    char text[TEXT_MAX], tag[48] = "";
    const char *m = method[pick(s, 9)];
    unsigned id = pick(s, 1000), seq = pick(s, 50) + 1;
    bool fresh = strcmp(m, "INVITE") == 0 && pick(s, 3);
    if (!fresh && pick(s, 4) && s->tags > 0) {
        unsigned last = (unsigned)s->tags - 1;
        unsigned back = pick(s, last < 6 ? last + 1 : 6);
        const struct known *k = &s->tag[(last - back) % TAGS_MAX];
        (void)snprintf(tag, sizeof tag, ";tag=%s", k->tag);
        id = k->id;
        seq = k->seq + (strcmp(m, "ACK") == 0 ? 0 : pick(s, 3));
    }
    bool body = pick(s, 3) != 0;
    (void)snprintf(text, sizeof text,
                   "%s sip:+1%u@127.0.0.1 SIP/2.0\r\n"
                   "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%u;rport\r\n"
                   "From: <sip:c@127.0.0.1>;tag=f%u\r\n"
                   "To: <sip:+1@127.0.0.1>%s\r\nCall-ID: in%u\r\n"
                   "CSeq: %u %s\r\n%sMax-Forwards: 70\r\n"
                   "%sContent-Length: %zu\r\n\r\n%s",
                   m, id, s->port, pick(s, 4000), id, tag, id, seq, m,
                   pick(s, 10) ? "Contact: <sip:c@127.0.0.1:9>\r\n" : "",
                   body ? "Content-Type: application/sdp\r\n" : "",
                   body ? strlen(sdp) : 0, body ? sdp : "");
    send_to(s, sip_stack_port(s->p.b, SIP_STACK_UDP), text);
}

static void send_answer(struct storm *s)
{
    static const char *const status[] = {
        "100 Trying", "180 Ringing", "183 Session", "200 OK",      "200 OK",
        "407 Auth",   "404 No",      "487 Gone",    "491 Pending", "999 What"};
    char via[256], from[256], to[256], id[128], seq[64], text[TEXT_MAX];
    if (!s->request[0]) {
        return;
    }
    header(s->request, "Via", via, sizeof via);
    header(s->request, "From", from, sizeof from);
    header(s->request, "To", to, sizeof to);
    header(s->request, "Call-ID", id, sizeof id);
    header(s->request, "CSeq", seq, sizeof seq);
    bool body = pick(s, 3) != 0;
    (void)snprintf(text, sizeof text,
                   "SIP/2.0 %s\r\n%s\r\n%s\r\n%s;tag=%u\r\n%s\r\n%s\r\n"
                   "%s%s%sContent-Length: %zu\r\n\r\n%s",
                   status[pick(s, 10)], via, from, to, pick(s, 3), id, seq,
                   pick(s, 8) ? "Contact: <sip:b@127.0.0.1:9>\r\n" : "",
                   pick(s, 2) ? "Proxy-Authenticate: Digest realm=\"r\", "
                                "nonce=\"n\", stale=true\r\n"
                              : "",
                   body ? "Content-Type: application/sdp\r\n" : "",
                   body ? strlen(sdp) : 0, body ? sdp : "");
    send_to(s, sip_stack_port(s->p.a, SIP_STACK_UDP), text);
}

static void place(struct storm *s)
{
    struct err e = {0};
    char target[64], id[32];
    if (s->calls == CALLS_MAX) {
        return;
    }
    (void)snprintf(target, sizeof target, "sip:b@127.0.0.1:%u", s->port);
    (void)snprintf(id, sizeof id, "out%u", pick(s, 1000000));
    struct dialog_invite i = {
        .target = target,
        .to = "",
        .from = "sip:a@127.0.0.1",
        .from_name = "",
        .route = "",
        .call_id = id,
        .user = pick(s, 2) ? "u" : "",
        .password = "p",
        .headers = "",
        .sdp = str_of(sdp),
    };
    struct dialog *d = NULL;
    assert_int_equal(dialog_invite(&d, s->p.a, &i, on_dialog, s, &e), TM_OK);
    s->call[s->calls++].d = d;
}

/* Asked every 2 ms: time for some messages to come and go. */
static bool drained(void *arg)
{
    struct storm *s = arg;
    return ++s->looks % 3 == 0;
}

static void run(uint64_t seed)
{
    static struct storm storm;
    struct storm *s = &storm;
    struct err e = {0};
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    memset(s, 0, sizeof *s);
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&s->g, seed, "storm");
    pair_start(&s->p, on_incoming, s);
    s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &len), 0);
    s->port = ntohs(a.sin_port);
    assert_int_equal(loop_watch(s->p.loop, s->fd, on_packet, s, &e), TM_OK);
    for (int i = 0; i < STEPS; ++i) {
        switch (pick(s, 8)) {
        case 0: place(s); break;
        case 1:
        case 2:
        case 3: send_request(s); break;
        case 4:
        case 5:
        case 6: send_answer(s); break;
        default:
            if (s->calls > 0) {
                unsigned last = (unsigned)s->calls;
                unsigned span = last < 16 ? last : 16;
                act(s, &s->call[last - 1 - pick(s, span)]);
            }
            break;
        }
        if (pick(s, 3) == 0) {
            assert_true(pair_run_until(&s->p, drained, s, 100));
        }
    }
    print_message("%d messages, %d calls, %d answered, %d confirmed\n",
                  s->messages, s->calls, s->answered, s->confirmed);
    /* The stacks end what is left, and tell of each call once. */
    loop_unwatch(s->p.loop, s->fd);
    (void)close(s->fd);
    pair_stop(&s->p);
    for (int i = 0; i < s->calls; ++i) {
        assert_int_equal(s->call[i].ended, 1);
    }
    assert_true(s->messages > 500 && s->calls > 100);
    assert_true(s->answered > 5 && s->confirmed > 1);
}

static void test_storm(void **state)
{
    (void)state;
    const char *seed = getenv("STORM_SEED");
    for (uint64_t i = 1; i <= 3; ++i) {
        run(seed ? strtoull(seed, NULL, 10) : i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_storm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
