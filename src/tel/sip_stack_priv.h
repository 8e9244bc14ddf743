/* Inside of struct sip_stack, for sip_stack.c, dialog*.c and
 * registrar*.c only. */
#ifndef TEL_SIP_STACK_PRIV_H
#define TEL_SIP_STACK_PRIV_H

#include "tel/rate.h"
#include "tel/re.h"
#include "tel/sip_stack.h"

enum { SIP_STACK_MAGIC = 0x53495053 };

/* Methods we understand; also what OPTIONS and 405 tell. */
#define SIP_STACK_ALLOW "INVITE, ACK, CANCEL, BYE, UPDATE, OPTIONS, INFO"

typedef void(sip_stack_register_fn)(void *arg, const struct sip_msg *msg);

struct sip_stack {
    uint32_t magic;
    struct loop *loop;
    struct sip *sip;
    struct dnsc *dnsc;
    struct tls *tls;
    struct sip_lsnr *requests;
    struct sip_lsnr *responses;
    struct hash *dialogs; /* struct dialog by Call-ID */
    size_t dialog_count;
    size_t calls_max;
    size_t strays; /* dialogs made of answers that nobody waited for */
    sip_stack_incoming_fn *incoming;
    sip_stack_whose_fn *whose;
    sip_stack_refused_fn *refused;
    void *incoming_arg;
    struct rate invites, refusals;
    sip_stack_register_fn *registers; /* NULL: REGISTER gets 405 */
    void *registers_arg;
    struct tel_log log;
    char address[64];
    uint16_t port[3]; /* by transport */
    char software[64];
};

/* dialog*.c, called by the stack's listeners with what no transaction took. */
void dialog_on_new_invite(struct sip_stack *s, const struct sip_msg *msg);
void dialog_on_request(struct sip_stack *s, const struct sip_msg *msg);
void dialog_on_stray_response(struct sip_stack *s, const struct sip_msg *msg);
void dialog_end_all(struct sip_stack *s);

#endif
