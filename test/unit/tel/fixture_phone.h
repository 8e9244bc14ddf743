/* An agent's telephone made by hand: SIP text over a socket, with digest. */
#ifndef FIXTURE_PHONE_H
#define FIXTURE_PHONE_H

#include "fixture_pair.h"
#include "tel/digest.h"

enum { PHONE_TEXT_MAX = 8192 };

struct phone {
    struct pair *p;
    int fd;
    bool tcp;
    uint16_t port;   /* its own */
    uint16_t server; /* the registrar's */
    const char *user, *password;
    const char *contact; /* header lines of Contact, NULL: its own address */
    const char *extra;   /* further header lines */
    const char *rport;   /* parameter of Via: ";rport" or "" */
    const char *to;      /* user of To; NULL = user */
    unsigned seq, branch, nc;
    unsigned call;
    bool no_qop;
    struct digest_challenge c; /* the last one */
    bool challenged;
    char in[PHONE_TEXT_MAX]; /* the last message received */
    size_t got;
};

void phone_open(struct phone *f, struct pair *p, uint16_t server, bool tcp,
                const char *user, const char *password);
void phone_close(struct phone *f);
/* Sends a REGISTER, with an answer to the last challenge when auth; returns
 * the status, 0: none came in ms. expires < 0: no Expires header. */
int phone_register(struct phone *f, int expires, bool auth, int ms);
/* First without, then with digest: the status of the second. */
int phone_login(struct phone *f, int expires);
/* Text as it stands. */
void phone_send(struct phone *f, const char *text, size_t n);
/* The next message; false after ms. */
bool phone_wait(struct phone *f, int ms);
int phone_status(const struct phone *f); /* of a response in in[] */
/* Value of a header of in[], NULL: it has none. Static memory. */
const char *phone_header(const struct phone *f, const char *name);

#endif
