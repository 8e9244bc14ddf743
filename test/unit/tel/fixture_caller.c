#include "fixture_caller.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void caller_open(struct caller *c, struct pair *p, const char *address,
                 uint16_t server)
{
    caller_open_port(c, p, address, 0, server);
}

void caller_open_port(struct caller *c, struct pair *p, const char *address,
                      uint16_t own, uint16_t server)
{
    static unsigned calls;
    socklen_t len = sizeof c->own;
    int bytes = 4 * 1024 * 1024;
    memset(c, 0, sizeof *c);
    c->p = p;
    c->extra = "";
    c->call = calls += 100000;
    c->own.sin_family = c->peer.sin_family = AF_INET;
    c->own.sin_addr.s_addr = inet_addr(address);
    c->peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->own.sin_port = htons(own);
    c->peer.sin_port = htons(server);
    c->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    (void)setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    int rc = bind(c->fd, (struct sockaddr *)&c->own, sizeof c->own);
    tm_assert(rc == 0);
    rc = getsockname(c->fd, (struct sockaddr *)&c->own, &len);
    tm_assert(rc == 0);
}

void caller_close(struct caller *c)
{
    (void)close(c->fd);
}

static void send_text(struct caller *c, const char *text, size_t n)
{
    ssize_t rc =
        sendto(c->fd, text, n, 0, (struct sockaddr *)&c->peer, sizeof c->peer);
    tm_assert(rc == (ssize_t)n);
}

void caller_ask(struct caller *c, const char *method, unsigned branch,
                const char *body)
{
    char host[40];
    struct buf b;
    const char *uri = c->uri ? c->uri : "sip:+12025550199@127.0.0.1";
    (void)snprintf(host, sizeof host, "%s:%u", inet_ntoa(c->own.sin_addr),
                   ntohs(c->own.sin_port));
    if (branch == 0) {
        branch = ++c->branch;
    }
    buf_init(&b, 65536);
    buf_addf(&b, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%u-%u\r\n",
             method, uri, host, c->call, branch);
    buf_addf(&b, "Max-Forwards: 70\r\nFrom: \"N\" <%s>;tag=f%u\r\n",
             c->from ? c->from : "sip:+12025550123@10.0.0.1", c->call);
    buf_addf(&b, "To: <%s>%s%s\r\nCall-ID: call-%u\r\nCSeq: %u %s\r\n",
             c->to ? c->to : uri, c->to_tag[0] ? ";tag=" : "", c->to_tag,
             c->call, c->seq, method);
    buf_addf(&b, "Contact: <sip:caller@%s>\r\n%s", host, c->extra);
    if (body[0]) {
        buf_add_str(&b, "Content-Type: application/sdp\r\n");
    }
    buf_addf(&b, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    tm_assert(!b.failed);
    send_text(c, b.p, b.n);
    buf_fini(&b);
}

void caller_invite(struct caller *c, const char *sdp)
{
    ++c->call;
    c->seq = 7;
    c->to_tag[0] = '\0';
    caller_ask(c, "INVITE", 0, sdp);
}

static bool arrived(void *arg)
{
    struct caller *c = arg;
    ssize_t n = recv(c->fd, c->in, sizeof c->in - 1, MSG_DONTWAIT);
    if (n <= 0) {
        return false;
    }
    c->in[n] = '\0';
    c->got = (size_t)n;
    return strncmp(c->in, "SIP/2.0 100", 11) != 0;
}

bool caller_wait(struct caller *c, int ms)
{
    c->got = 0;
    c->in[0] = '\0';
    return pair_run_until(c->p, arrived, c, ms);
}

static int status_of(const struct caller *c)
{
    return strncmp(c->in, "SIP/2.0 ", 8) == 0 ? atoi(c->in + 8) : 0;
}

void caller_expect(struct caller *c, int status)
{
    bool came = caller_wait(c, 3000);
    if (!came || status_of(c) != status) {
        (void)fprintf(stderr, "not %d but: %s\n", status, c->in);
        tm_assert(!"the answer that was expected");
    }
    const char *to = strstr(c->in, "\r\nTo: ");
    const char *tag = to ? strstr(to, ";tag=") : NULL;
    const char *end = to ? strstr(to + 2, "\r\n") : NULL;
    if (tag && tag < end) {
        (void)str_copy(c->to_tag, sizeof c->to_tag,
                       str_range(tag + 5, (size_t)(end - tag - 5)));
    }
}

/* The lines of a request that its answer repeats. */
static void repeat(const struct caller *c, const char *name, struct buf *b)
{
    char key[32];
    (void)snprintf(key, sizeof key, "\r\n%s: ", name);
    const char *at = strstr(c->in, key);
    tm_assert(at != NULL);
    at += 2;
    buf_add_slice(b, str_range(at, (size_t)(strstr(at, "\r\n") - at) + 2));
}

static void expect_request(struct caller *c, const char *method,
                           const char *first, const char *more)
{
    static const char *const name[] = {"Via", "From", "To", "Call-ID", "CSeq"};
    struct buf b;
    bool came = caller_wait(c, 3000);
    if (!came || strncmp(c->in, method, strlen(method)) != 0) {
        (void)fprintf(stderr, "not %s but: %s\n", method, c->in);
        tm_assert(!"the request that was expected");
    }
    buf_init(&b, 8192);
    buf_addf(&b, "SIP/2.0 %s\r\n%s", first, more);
    for (size_t i = 0; i < tm_array_len(name); ++i) {
        repeat(c, name[i], &b);
    }
    buf_add_str(&b, "Content-Length: 0\r\n\r\n");
    send_text(c, b.p, b.n);
    buf_fini(&b);
}

void caller_expect_request(struct caller *c, const char *method)
{
    expect_request(c, method, "200 OK", "");
}

void caller_challenge_request(struct caller *c, const char *method)
{
    expect_request(c, method, "401 Unauthorized",
                   "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n");
}

const char *caller_sdp(uint16_t port, int payload, const char *direction)
{
    static char text[512];
    (void)snprintf(text, sizeof text,
                   "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"
                   "c=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                   "m=audio %u RTP/AVP %d 101\r\n"
                   "a=rtpmap:101 telephone-event/8000\r\na=%s\r\n",
                   port, payload, direction);
    return text;
}

int caller_drain(struct caller *c, int status)
{
    int n = 0;
    while (caller_wait(c, 60)) {
        n += status_of(c) == status;
    }
    return n;
}
