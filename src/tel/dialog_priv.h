/* Inside of struct dialog, for dialog*.c only. */
#ifndef TEL_DIALOG_PRIV_H
#define TEL_DIALOG_PRIV_H

#include "tel/dialog.h"
#include "tel/digest.h"
#include "tel/sip_stack_priv.h"

enum {
    DIALOG_MAGIC = 0x444c4f47,
    DIALOG_ROUTES_MAX = 8,
    DIALOG_REASON_MAX = 128,
    DIALOG_AUTH_TRIES = 2,
};

/* X(name, states that may follow) */
#define DIALOG_STATE_TABLE(X)                                                  \
    X(CALLING, B(EARLY) | B(CANCELLING) | B(UP) | B(CLOSING) | B(ENDED))       \
    X(EARLY, B(CANCELLING) | B(UP) | B(CLOSING) | B(ENDED))                    \
    X(CANCELLING, B(CLOSING) | B(ENDED))                                       \
    X(INCOMING, B(ACCEPTED) | B(ENDED))                                        \
    X(ACCEPTED, B(UP) | B(CLOSING) | B(ENDED))                                 \
    X(UP, B(CLOSING) | B(ENDED))                                               \
    X(CLOSING, B(ENDED))                                                       \
    X(ENDED, 0)

enum dialog_state {
#define X(name, next) DS_##name,
    DIALOG_STATE_TABLE(X)
#undef X
};
/* CALLING    caller: INVITE sent, nothing but 100 heard
 * EARLY      caller: a provisional answer came
 * CANCELLING caller: given up, the final answer is waited for
 * INCOMING   callee: no final answer given
 * ACCEPTED   callee: 2xx given, no ACK yet
 * UP         both: answered and confirmed
 * CLOSING    both: our BYE is under way, the user has been or will be told
 * ENDED      only DIALOG_ENDED may still be owed to the user */

/* Both may ask, one after the other (RFC 3261, 22.3). */
enum dialog_auth_by { DIALOG_AUTH_SERVER, DIALOG_AUTH_PROXY };

struct dialog_auth {
    struct digest_challenge *challenge; /* NULL: has not asked */
    uint32_t nonce_count;
    unsigned tries; /* since the last request that got through */
};

struct dialog {
    uint32_t magic;
    enum dialog_state state;
    struct sip_stack *stack;
    struct le he;
    dialog_event_fn *fn; /* NULL: nobody listens (any more) */
    void *arg;
    bool caller;
    bool taken;      /* callee: dialog_take was called */
    bool told;       /* DIALOG_ENDED was given, or nobody is to be told */
    bool heard;      /* caller: any answer to the INVITE came, 100 too */
    bool early;      /* callee: something better than 100 was sent */
    bool bye_wanted; /* callee hung up before the ACK */
    bool stray;      /* made of an answer that nobody waited for */

    char *call_id, *local_tag, *remote_tag;
    char *local_uri, *remote_uri;
    char *local_name; /* display name, made safe */
    char *target;     /* where requests go: peer's Contact */
    char *proxy;      /* next hop of the first INVITE */
    char *flow;       /* next hop of all requests, unless there are routes */
    char *route[DIALOG_ROUTES_MAX];
    unsigned routes;
    uint32_t local_seq, invite_seq, remote_seq;
    bool remote_seq_known;

    struct sip_request *invite; /* INVITE or re-INVITE of ours, pending */
    struct sip_request *bye;
    char *headers;    /* further lines of the first INVITE */
    struct buf offer; /* its SDP, kept until answered */

    struct sip_strans *st; /* of the incoming INVITE, until final */
    struct sip_msg *msg;   /* the incoming INVITE */
    struct mbuf *ok;       /* our 2xx, until its ACK */
    struct sa ok_dst;
    void *ok_sock;
    enum sip_transp ok_tp;
    uint32_t ok_seq;
    uint32_t ok_wait_ms, ok_waited_ms;
    struct tmr tmr_ok;

    char *user, *password;
    struct dialog_auth auth[2]; /* by enum dialog_auth_by */
    char *bye_reason;

    struct tmr tmr_end;
    enum dialog_end end;
    int end_code;
    unsigned end_retry_s; /* Retry-After of the refusal */
    char end_reason[DIALOG_REASON_MAX];
    char end_header[DIALOG_REASON_MAX];
};

/* dialog.c */
struct dialog *dialog_new(struct sip_stack *s, struct slice call_id);
void dialog_move(struct dialog *d, enum dialog_state next);
void dialog_emit(struct dialog *d, struct dialog_event *ev);
/* Owes DIALOG_ENDED to the user; the first call decides how it ended. */
void dialog_owe_end(struct dialog *d, enum dialog_end end, int code,
                    const struct sip_msg *msg);
/* State ENDED and DIALOG_ENDED owed. */
void dialog_finish(struct dialog *d, enum dialog_end end, int code,
                   const struct sip_msg *msg);
struct dialog *dialog_find(struct sip_stack *s, const struct pl *call_id,
                           const struct pl *local_tag,
                           const struct pl *remote_tag);
char *dialog_text(struct slice s); /* mem_alloc'd copy */
void dialog_text_set(char **where, struct slice s);
/* What a peer said and we shall say again: control characters, as those of a
 * folded line, become spaces, so that they begin no line of ours. */
void dialog_text_heard(char **where, struct slice s);
struct slice dialog_body_sdp(const struct sip_msg *msg);
/* Target from Contact; false: none that can be used. */
bool dialog_learn_target(struct dialog *d, const struct sip_msg *msg);
void dialog_learn_routes(struct dialog *d, const struct sip_msg *msg);
bool dialog_uri_safe(const char *uri);

/* dialog_send.c */
struct dialog_outgoing {
    const char *method;
    uint32_t seq;
    struct slice sdp;
    const char *headers; /* lines with CRLF, "" none */
    bool contact;
    bool stateless;
    sip_resp_h *resph;
};
int dialog_send(struct dialog *d, struct sip_request **reqp,
                const struct dialog_outgoing *o);
/* Reads the challenges of a 401/407; true: worth sending once more. */
bool dialog_challenged(struct dialog *d, const struct sip_msg *msg);
/* A request got through: the next challenge is a new one. */
void dialog_auth_passed(struct dialog *d);
int dialog_send_ack(struct dialog *d, uint32_t seq);
int dialog_contact(const struct dialog *d, enum sip_transp tp,
                   const struct sa *peer, char *out, size_t cap);

/* dialog_caller.c */
struct dialog *dialog_of_answer(struct sip_stack *s, const struct sip_msg *msg);

/* dialog_within.c */
void dialog_send_bye(struct dialog *d);
void dialog_on_ack(struct dialog *d, const struct sip_msg *msg);
/* Keeps our 2xx for retransmission until ACK; takes the reference of mb. */
void dialog_ok_start(struct dialog *d, const struct sip_msg *msg,
                     struct mbuf *mb);
void dialog_ok_stop(struct dialog *d);
void dialog_within(struct dialog *d, const struct sip_msg *msg);

#endif
