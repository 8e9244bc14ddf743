/* Inside of struct trunk, for trunk*.c only. */
#ifndef TEL_TRUNK_PRIV_H
#define TEL_TRUNK_PRIV_H

#include "tel/re.h"
#include "tel/trunk.h"

enum { TRUNK_MAGIC = 0x5452554e, TRUNK_STATE_MAX = 256 };

enum {
    TRUNK_PEERS_MAX = 64,
    TRUNK_LOOKUPS_MAX = 24, /* of one round */
    TRUNK_NAME_MAX = 256,   /* of the DNS */
};

struct trunk_net {
    struct sa address;
    unsigned bits;
};

/* A question to the DNS. */
struct trunk_lookup {
    char name[TRUNK_NAME_MAX];
    uint16_t type;
};

/* Where its calls come from. */
struct trunk_peers {
    struct sa address[TRUNK_PEERS_MAX], found[TRUNK_PEERS_MAX];
    unsigned addresses, founds; /* found: of the round that goes on */
    struct trunk_net net[TRUNK_NETS_MAX];
    unsigned nets;
    struct sa heard; /* answered our REGISTER or OPTIONS */
    uint16_t port;   /* 0: of any */
    struct trunk_lookup lookup[TRUNK_LOOKUPS_MAX];
    unsigned lookups, asked;
    int64_t ttl_s;
    bool failed; /* once told */
    struct dns_query *query;
    struct tmr tmr;
};

struct trunk {
    uint32_t magic;
    struct sip_stack *stack;
    struct trunk_config config;
    struct tel_log log;
    unsigned calls, silent_calls;
    struct trunk_refused refused;
    int64_t tokens_milli, filled_us;
    int64_t rest_until_us; /* the carrier wants no new call before */
    bool up;
    char state[TRUNK_STATE_MAX];

    /* REGISTER and OPTIONS: a sequence of requests with one Call-ID, which is
     * all that is used of a dialog here. */
    struct dialog *probe;
    struct tmr tmr;
    struct tmr expiry; /* runs while the registrar keeps us */
    unsigned expires_s, retry_s;
    char fault[TRUNK_STATE_MAX]; /* of the last try to renew it, "" = none */

    struct trunk_peers peers;
};

void trunk_set_state(struct trunk *t, bool up, const char *why);
void trunk_registrar(const struct trunk *t, char *out, size_t cap);

/* trunk_probe.c */
void trunk_probe_start(struct trunk *t);
void trunk_probe_soon(struct trunk *t);
void trunk_probe_stop(struct trunk *t);

/* trunk_peers.c */
void trunk_peers_start(struct trunk *t);
void trunk_peers_stop(struct trunk *t);

#endif
