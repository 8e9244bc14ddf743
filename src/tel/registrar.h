/*
 * The registrar of agents' telephones (RFC 3261, 10 and 22): who may register
 * here, with digest (RFC 7616: MD5, SHA-256 when wanted), and where each is to
 * be called. It answers the REGISTER requests of one SIP stack.
 *
 * One binding a name: the newest takes the place of the one before. Of several
 * Contacts in one request the one of the highest q counts, else the first. A
 * telephone that asks for less than expires_min_s gets 423 with Min-Expires,
 * one that asks for more is given expires_max_s. It is called at the address
 * and port its request came from (RFC 3581), over the connection it made when
 * it came by TCP, so that it may sit behind NAT.
 *
 * Strangers: nonces are signed by us and kept nowhere, answers to who has no
 * right password leave nothing behind, and a name that is unknown is answered
 * like a wrong password. An address that fails again and again gets 403 for a
 * minute, each two seconds late; a telephone that is registered from there
 * stays welcome. A digest that was used before is not taken again.
 *
 * Cost: a refresh is a look-up and two hashes. Memory: 200 bytes an account
 * and 500 a binding; strangers cost a fixed table. Loop thread only.
 */
#ifndef TEL_REGISTRAR_H
#define TEL_REGISTRAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "tel/log.h"
#include "tel/sip_stack.h"

enum {
    REGISTRAR_USER_MAX = 64, /* with the 0; letters, digits, '.', '-', '_' */
    REGISTRAR_ACCOUNTS_MAX = 20000,
    REGISTRAR_URI_MAX = 256,
};

/* Who may register. Hashes as digest_server_ha1() makes them, for the realm of
 * the registrar; strings are copied. */
struct registrar_account {
    const char *user;
    const char *ha1;        /* MD5 of user:realm:password, 32 hex digits */
    const char *ha1_sha256; /* 64 hex digits; NULL or "": MD5 only */
};

/* The registration of a user began, moved, or is gone. From the loop, never
 * inside a call of this header. where: "udp 192.0.2.7:5060", "" when gone;
 * both strings live until it returns. */
typedef void(registrar_fn)(void *arg, const char *user, const char *where);

struct registrar_config {
    const char *realm;      /* NULL or "" = "telemark"; part of the hashes */
    unsigned expires_min_s; /* 0 = 60 */
    unsigned expires_max_s; /* 0 = 3,600 */
    unsigned nonce_s;       /* a nonce is good for so long; 0 = 300 */
    bool sha256; /* offered too; some old telephones then fail altogether */
    registrar_fn *fn; /* NULL: nobody is told */
    void *arg;
    struct tel_log log;
};

struct registrar;

/* Answers s's REGISTER requests from now on; free it before s is stopped.
 * TM_EINVAL: the realm has characters it may not, the times make no sense. */
int registrar_new(struct registrar **out, struct sip_stack *s,
                  const struct registrar_config *c,
                  struct err *e) TM_MUST_CHECK;
/* Tells nobody. NULL is fine. */
void registrar_free(struct registrar *r);

/* Replaces the table. Who stays with the same hashes stays registered; who is
 * gone or has another password is not any more. TM_EINVAL: a name or hash is
 * none, or a name stands twice; TM_ELIMIT: too many. The old table then
 * stays. */
int registrar_set(struct registrar *r, const struct registrar_account *a,
                  size_t n, struct err *e) TM_MUST_CHECK;

/* Where a registered user is called: pointers live until the loop goes on. */
struct registrar_target {
    const char *contact; /* the request URI, as the telephone gave it */
    const char *flow;    /* URI of where to send it, "" = contact */
    const char *where;   /* for people, as in registrar_fn */
};
/* False: not registered, or unknown. */
bool registrar_find(const struct registrar *r, const char *user,
                    struct registrar_target *out);
/* The user whose registration came from source ("ADDRESS:PORT"); NULL: none.
 * O(accounts): for what goes wrong only. */
const char *registrar_user_at(const struct registrar *r, const char *source);
size_t registrar_bindings(const struct registrar *r);

#endif
