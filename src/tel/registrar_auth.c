/* Who sent a REGISTER: challenge, digest, and what becomes of guessers. */
#include <string.h>

#include "tel/registrar_priv.h"

enum { LATE_MS = 2000 };

static size_t address_of(const struct sa *sa,
                         uint8_t out[REGISTRAR_GUARD_ADDRESS_MAX])
{
    if (sa_af(sa) == AF_INET6) {
        sa_in6(sa, out);
        return 16;
    }
    uint32_t v = sa_in(sa);
    for (int i = 0; i < 4; ++i) {
        out[i] = (uint8_t)(v >> (24 - 8 * i));
    }
    return 4;
}

static void challenge_line(const struct registrar *r, const char *nonce,
                           const char *algorithm, bool stale, struct buf *b)
{
    buf_addf(b,
             "WWW-Authenticate: Digest realm=\"%s\", nonce=\"%s\", "
             "opaque=\"%s\", algorithm=%s, qop=\"auth\"%s\r\n",
             r->realm, nonce, r->opaque, algorithm,
             stale ? ", stale=true" : "");
}

/* Stateless, as all that strangers get: nothing is kept for them. The
 * algorithm we like most stands first (RFC 8760, 2.3). */
static void challenge(struct registrar *r, const struct sip_msg *msg,
                      bool stale)
{
    struct buf b;
    char nonce[REGISTRAR_GUARD_NONCE_MAX];
    uint8_t address[REGISTRAR_GUARD_ADDRESS_MAX];
    size_t n = address_of(&msg->src, address);
    registrar_guard_nonce(&r->guard, (struct registrar_guard_peer){address, n},
                          loop_monotonic_us(), nonce);
    buf_init(&b, 2048);
    if (r->config.sha256) {
        challenge_line(r, nonce, "SHA-256", stale, &b);
    }
    challenge_line(r, nonce, "MD5", stale, &b);
    (void)sip_replyf(r->stack->sip, msg, 401, "Unauthorized",
                     "%bContent-Length: 0\r\n\r\n", b.p, b.n);
    buf_fini(&b);
}

static void late_answer(void *arg)
{
    struct registrar_late *l = arg;
    (void)sip_reply(l->registrar->stack->sip, l->msg, 403, "Forbidden");
    l->msg = mem_deref(l->msg);
}

/* One answer an address is held back; what comes meanwhile, or when all places
 * are taken, gets none. */
static void refuse_late(struct registrar *r, const struct sip_msg *msg)
{
    struct registrar_late *place = NULL;
    for (size_t i = 0; i < REGISTRAR_LATE_MAX; ++i) {
        struct registrar_late *l = &r->late[i];
        if (l->msg && sa_cmp(&l->msg->src, &msg->src, SA_ADDR)) {
            return;
        }
        place = l->msg ? place : l;
    }
    if (!place) {
        return;
    }
    /* libre's parameter is const, its reference count is not. */
    union {
        const struct sip_msg *in;
        struct sip_msg *out;
    } m = {.in = msg};
    place->registrar = r;
    place->msg = mem_ref(m.out);
    tmr_start(&place->tmr, LATE_MS, late_answer, place);
}

void registrar_auth_stop(struct registrar *r)
{
    for (size_t i = 0; i < REGISTRAR_LATE_MAX; ++i) {
        tmr_cancel(&r->late[i].tmr);
        r->late[i].msg = mem_deref(r->late[i].msg);
    }
}

struct search {
    const struct registrar *registrar;
    struct digest_answer answer;
    bool found;
};

static bool credentials_handler(const struct sip_hdr *h,
                                const struct sip_msg *msg, void *arg)
{
    struct search *s = arg;
    (void)msg;
    s->found = digest_server_read(re_slice(&h->val), &s->answer) &&
               strcmp(s->answer.realm, s->registrar->realm) == 0;
    return s->found;
}

/* The hash to compare with. Whom we do not know has one too, so that the time
 * of the answer tells nothing. */
static const char *hash_for(const struct registrar *r,
                            const struct registrar_entry *a,
                            enum digest_algorithm algorithm)
{
    if (!a || (algorithm == DIGEST_SHA256 &&
               (!r->config.sha256 || !a->ha1_sha256[0]))) {
        return r->nobody;
    }
    return algorithm == DIGEST_SHA256 ? a->ha1_sha256 : a->ha1;
}

/* A fresh nonce and its count are good once: what is older than the last
 * digest we took was seen by others too. False: ask again with a new nonce. */
static bool nonce_unused(struct registrar_entry *a,
                         const struct digest_answer *d, int64_t made_us)
{
    uint32_t uses = d->count ? d->count : 1;
    if (made_us < a->nonce_us || (made_us == a->nonce_us && uses <= a->uses)) {
        return false;
    }
    a->nonce_us = made_us;
    a->uses = uses;
    return true;
}

/* The first one of an address and the one that shuts it out are told: who
 * typed his password wrong is found, and a guesser does not fill the log. */
static void wrong(struct registrar *r, const struct sip_msg *msg,
                  const struct registrar_guard_peer *from, struct slice user)
{
    char text[64], name[64];
    bool shut = registrar_guard_failed(&r->guard, from->address, from->n,
                                       loop_monotonic_us());
    (void)re_snprintf(text, sizeof text, "%j", &msg->src);
    (void)str_copy(name, sizeof name, user);
    if (shut) {
        tel_log(&r->log, TEL_LOG_WARNING,
                "agents: %d wrong names or passwords from %s, the last for "
                "'%s'; it is refused for %d s",
                REGISTRAR_GUARD_FAILURES, text, name, REGISTRAR_GUARD_WINDOW_S);
    } else if (registrar_guard_failures(&r->guard, from->address, from->n) ==
               1) {
        tel_log(&r->log, TEL_LOG_INFO,
                "agents: a wrong name or password for '%s' from %s", name,
                text);
    }
    challenge(r, msg, false);
}

struct registrar_entry *registrar_auth(struct registrar *r,
                                       const struct sip_msg *msg)
{
    struct search s = {.registrar = r};
    uint8_t address[REGISTRAR_GUARD_ADDRESS_MAX];
    size_t n = address_of(&msg->src, address);
    int64_t made_us = 0;
    (void)sip_msg_hdr_apply(msg, true, SIP_HDR_AUTHORIZATION,
                            credentials_handler, &s);
    if (!s.found) {
        challenge(r, msg, false);
        return NULL;
    }
    struct registrar_entry *a = registrar_entry_find(r, str_of(s.answer.user));
    bool known = a && a->binding && sa_cmp(&a->binding->src, &msg->src, SA_ALL);
    if (!known &&
        registrar_guard_blocked(&r->guard, address, n, loop_monotonic_us())) {
        refuse_late(r, msg);
        return NULL;
    }
    enum registrar_guard_verdict nonce = registrar_guard_check(
        &r->guard, (struct registrar_guard_peer){address, n}, s.answer.nonce,
        loop_monotonic_us(), &made_us);
    if (nonce == REGISTRAR_GUARD_FOREIGN) {
        /* Whether it is right is not looked at: it may come from somebody
         * who only says that he is at this address, and neither counts
         * against it nor tells a guesser anything. */
        challenge(r, msg, true);
        return NULL;
    }
    if (!digest_server_right(&s.answer, hash_for(r, a, s.answer.algorithm),
                             "REGISTER") ||
        !a) {
        const struct registrar_guard_peer from = {address, n};
        wrong(r, msg, &from, str_of(s.answer.user));
        return NULL;
    }
    if (nonce != REGISTRAR_GUARD_FRESH ||
        !nonce_unused(a, &s.answer, made_us)) {
        challenge(r, msg, true);
        return NULL;
    }
    if (pl_strcmp(&msg->to.uri.user, a->user) != 0) {
        /* Nobody registers in another's name (RFC 3261, 10.3, step 4). */
        (void)sip_reply(r->stack->sip, msg, 403, "Forbidden");
        return NULL;
    }
    return a;
}
