/*
 * One SIP endpoint: a local address and port with its transports. Telemark
 * opens one per local address its trunks use; the town opens one.
 *
 * Requests outside known dialogs are answered here, and leave nothing behind:
 * OPTIONS 200, unknown dialogs 481, unknown methods 405/501, REGISTER 405
 * without a registrar. A new INVITE goes to the incoming handler as a struct
 * dialog (tel/dialog.h), a stranger's gets 403. At most 50 strangers a second
 * are answered: who sends in another's name is no louder by us. Loop thread
 * only.
 */
#ifndef TEL_SIP_STACK_H
#define TEL_SIP_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "tel/log.h"
#include "tel/loop.h"

enum sip_stack_transport {
    SIP_STACK_UDP,
    SIP_STACK_TCP,
    SIP_STACK_TLS,
};

struct dialog;
struct dialog_request;

/* A new call from outside. The handler either takes it with dialog_take()
 * (and answers at once or later) or returns without: then it is refused with
 * 480. *r lives until the handler returns. */
typedef void(sip_stack_incoming_fn)(void *arg, struct dialog *d,
                                    const struct dialog_request *r);

/* Whose a new call is, before anything is kept of it: r->whose in the handler
 * of incoming calls. NULL: a stranger's, refused with 403. */
typedef void *(sip_stack_whose_fn)(void *arg, const struct dialog_request *r);

/* A call from outside was refused with 403. source: "ADDRESS:PORT". */
typedef void(sip_stack_refused_fn)(void *arg, const char *source);

struct sip_stack_config {
    const char *address; /* numeric, a real one: not 0.0.0.0 */
    uint16_t port;       /* 0 = any free one; TLS takes port + 1 */
    bool udp, tcp, tls;
    const char *cert_file; /* PEM with certificate and key; NULL = client */
    const char *ca_file;   /* PEM to verify servers with; NULL = none */
    const char *software;  /* User-Agent / Server */
    size_t calls_max;      /* sizes the tables; incoming beyond it: 503 */
    sip_stack_incoming_fn *incoming; /* NULL: INVITEs get 403 */
    sip_stack_whose_fn *whose;       /* NULL: nobody is a stranger */
    sip_stack_refused_fn *refused;   /* may be NULL */
    void *incoming_arg;              /* of all three */
    unsigned invites_per_s; /* new calls; more get 503, and no memory; 0 = no
                               limit */
    struct tel_log log;
};

struct sip_stack;

/* The strings of c are copied. TM_EINVAL: bad address; TM_EIO: the port is
 * in use or the address is not ours; the text says which. */
int sip_stack_start(struct sip_stack **out, struct loop *l,
                    const struct sip_stack_config *c,
                    struct err *e) TM_MUST_CHECK;

/* Every dialog of the stack ends at once (DIALOG_ENDED, no BYE is waited
 * for), then all is freed. End calls properly before. NULL is fine. */
void sip_stack_stop(struct sip_stack *s);

uint16_t sip_stack_port(const struct sip_stack *s, enum sip_stack_transport t);
const char *sip_stack_address(const struct sip_stack *s);
size_t sip_stack_dialogs(const struct sip_stack *s); /* alive now */

#endif
