/* A caller made by hand: SIP text over a UDP socket. */
#ifndef FIXTURE_CALLER_H
#define FIXTURE_CALLER_H

#include <netinet/in.h>

#include "fixture_pair.h"

enum { CALLER_TEXT_MAX = 8192 };

struct caller {
    struct pair *p;
    int fd;
    struct sockaddr_in own, peer; /* the server's */
    unsigned call, branch, seq;
    const char *uri;   /* request URI and To; NULL: sip:+12025550199@HOST */
    const char *to;    /* NULL: uri */
    const char *from;  /* URI; NULL: sip:+12025550123@10.0.0.1 */
    const char *extra; /* header lines */
    char to_tag[80];   /* of the last answer; "" outside a dialog */
    char in[CALLER_TEXT_MAX];
    size_t got;
};

/* On an address of the loopback, "127.0.0.1". */
void caller_open(struct caller *c, struct pair *p, const char *address,
                 uint16_t server);
void caller_open_port(struct caller *c, struct pair *p, const char *address,
                      uint16_t own, uint16_t server);
void caller_close(struct caller *c);
/* A request of the present call; branch 0: a new one. Body "" = none. */
void caller_ask(struct caller *c, const char *method, unsigned branch,
                const char *body);
/* A new call: its INVITE. */
void caller_invite(struct caller *c, const char *sdp);
/* The next message, 100 left out; false after ms. */
bool caller_wait(struct caller *c, int ms);
/* The next message is an answer of this status. */
void caller_expect(struct caller *c, int status);
/* The next message is a request of this method; answers it with 200. */
void caller_expect_request(struct caller *c, const char *method);
/* The same, but asks for a password. */
void caller_challenge_request(struct caller *c, const char *method);
/* "m=audio PORT", one codec of a static payload type. */
const char *caller_sdp(uint16_t port, int payload, const char *direction);
/* Messages that wait, thrown away; how many had this status. */
int caller_drain(struct caller *c, int status);

#endif
