#include "fixture_phone.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

void phone_open(struct phone *f, struct pair *p, uint16_t server, bool tcp,
                const char *user, const char *password)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    static unsigned calls;
    memset(f, 0, sizeof *f);
    f->p = p;
    f->tcp = tcp;
    f->server = server;
    f->user = user;
    f->password = password;
    f->extra = "";
    f->rport = ";rport";
    f->call = ++calls;
    f->fd = socket(AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
    int rc = bind(f->fd, (struct sockaddr *)&a, sizeof a);
    tm_assert(rc == 0);
    rc = getsockname(f->fd, (struct sockaddr *)&a, &len);
    tm_assert(rc == 0);
    f->port = ntohs(a.sin_port);
    a.sin_port = htons(server);
    rc = connect(f->fd, (struct sockaddr *)&a, sizeof a);
    tm_assert(rc == 0);
}

void phone_close(struct phone *f)
{
    (void)close(f->fd);
}

void phone_send(struct phone *f, const char *text, size_t n)
{
    ssize_t rc = send(f->fd, text, n, MSG_NOSIGNAL);
    tm_assert(rc == (ssize_t)n || f->tcp);
}

static bool arrived(void *arg)
{
    struct phone *f = arg;
    ssize_t n = recv(f->fd, f->in, sizeof f->in - 1, MSG_DONTWAIT);
    if (n <= 0) {
        return false;
    }
    f->in[n] = '\0';
    f->got = (size_t)n;
    return true;
}

bool phone_wait(struct phone *f, int ms)
{
    f->got = 0;
    f->in[0] = '\0';
    return pair_run_until(f->p, arrived, f, ms);
}

int phone_status(const struct phone *f)
{
    return strncmp(f->in, "SIP/2.0 ", 8) == 0 ? atoi(f->in + 8) : 0;
}

const char *phone_header(const struct phone *f, const char *name)
{
    static char value[1024];
    size_t n = strlen(name);
    for (const char *p = strstr(f->in, "\r\n"); p && p[2] != '\r';
         p = strstr(p + 2, "\r\n")) {
        if (strncasecmp(p + 2, name, n) == 0 && p[2 + n] == ':') {
            const char *v = p + 2 + n + 1;
            size_t len = strcspn(v, "\r\n");
            (void)str_copy(value, sizeof value, str_trim(str_range(v, len)));
            return value;
        }
    }
    return NULL;
}

static void authorize(struct phone *f, struct buf *b)
{
    char uri[64];
    (void)snprintf(uri, sizeof uri, "sip:127.0.0.1:%u", f->server);
    struct digest_input in = {
        .user = f->user,
        .password = f->password,
        .method = "REGISTER",
        .uri = uri,
        .count = ++f->nc,
        .cnonce = "0a4f113b",
    };
    struct digest_challenge c = f->c;
    c.auth = c.auth && !f->no_qop;
    buf_add_str(b, "Authorization: ");
    digest_answer(&c, &in, b);
    buf_add_str(b, "\r\n");
}

int phone_register(struct phone *f, int expires, bool auth, int ms)
{
    struct buf b;
    buf_init(&b, PHONE_TEXT_MAX);
    buf_addf(&b, "REGISTER sip:127.0.0.1:%u SIP/2.0\r\n", f->server);
    buf_addf(&b, "Via: SIP/2.0/%s 10.9.8.7:5999;branch=z9hG4bK-%u-%u%s\r\n",
             f->tcp ? "TCP" : "UDP", f->call, ++f->branch, f->rport);
    buf_addf(&b, "From: <sip:%s@127.0.0.1>;tag=%u\r\n", f->user, f->call);
    buf_addf(&b, "To: <sip:%s@127.0.0.1>\r\n", f->to ? f->to : f->user);
    buf_addf(&b, "Call-ID: phone-%u\r\nCSeq: %u REGISTER\r\n", f->call,
             ++f->seq);
    buf_add_str(&b, "Max-Forwards: 70\r\n");
    if (f->contact) {
        buf_add_str(&b, f->contact);
    } else {
        buf_addf(&b, "Contact: <sip:%s@10.9.8.7:5999>\r\n", f->user);
    }
    if (expires >= 0) {
        buf_addf(&b, "Expires: %d\r\n", expires);
    }
    if (auth) {
        authorize(f, &b);
    }
    buf_addf(&b, "%sContent-Length: 0\r\n\r\n", f->extra);
    tm_assert(!b.failed);
    phone_send(f, b.p, b.n);
    buf_fini(&b);
    if (!phone_wait(f, ms)) {
        return 0;
    }
    const char *v = phone_header(f, "WWW-Authenticate");
    if (v) {
        f->challenged = digest_read(str_of(v), &f->c);
        f->nc = 0;
    }
    return phone_status(f);
}

int phone_login(struct phone *f, int expires)
{
    int rc = phone_register(f, expires, false, 2000);
    return rc == 401 ? phone_register(f, expires, true, 2000) : rc;
}
