/* Inside of the registrar, for registrar*.c only. */
#ifndef TEL_REGISTRAR_PRIV_H
#define TEL_REGISTRAR_PRIV_H

#include "tel/digest_server.h"
#include "tel/re.h"
#include "tel/registrar.h"
#include "tel/registrar_guard.h"
#include "tel/sip_stack_priv.h"

enum {
    REGISTRAR_MAGIC = 0x52454749,
    REGISTRAR_WHERE_MAX = 80,
    REGISTRAR_LATE_MAX = 32, /* answers held back at once */
    REGISTRAR_CALL_ID_MAX = 256,
};

struct registrar_entry;

struct registrar_binding {
    struct registrar_entry *entry;
    char contact[REGISTRAR_URI_MAX];
    char flow[REGISTRAR_WHERE_MAX + 20];
    char where[REGISTRAR_WHERE_MAX];
    struct sa src;
    char call_id[REGISTRAR_CALL_ID_MAX];
    uint32_t seq;
    struct tmr expiry;
};

struct registrar_entry {
    struct registrar *registrar;
    char *user;
    char ha1[33], ha1_sha256[65];
    int64_t nonce_us;                  /* of the last digest taken, */
    uint32_t uses;                     /* and its nc */
    struct registrar_binding *binding; /* NULL: not registered */
};

/* An answer of 403 held back. */
struct registrar_late {
    struct registrar *registrar;
    struct sip_msg *msg; /* NULL: free */
    struct tmr tmr;
};

struct registrar {
    uint32_t magic;
    struct sip_stack *stack;
    struct registrar_config config;
    struct tel_log log;
    char realm[DIGEST_FIELD_MAX];
    char opaque[33];
    char nobody[DIGEST_HEX_MAX]; /* hash of no password at all */
    struct registrar_guard guard;
    struct registrar_entry **entry; /* by name */
    size_t entries, bindings;
    struct registrar_late late[REGISTRAR_LATE_MAX];
    struct list notices; /* changes still to be told */
    struct tmr tell;
};

/* registrar.c */
struct registrar_entry *registrar_entry_find(const struct registrar *r,
                                             struct slice user);
void registrar_unbind(struct registrar_entry *a, const char *why);
void registrar_notice(struct registrar *r, const char *user, const char *where);

/* registrar_auth.c */
/* Who sent msg; NULL: nobody we know, and msg has its answer. */
struct registrar_entry *registrar_auth(struct registrar *r,
                                       const struct sip_msg *msg);
void registrar_auth_stop(struct registrar *r); /* drops what is held back */

/* registrar_request.c */
void registrar_on_register(void *arg, const struct sip_msg *msg);

#endif
