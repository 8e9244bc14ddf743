/* Inside of the SIP carrier, for carrier_sip*.c only. */
#ifndef TEL_CARRIER_SIP_PRIV_H
#define TEL_CARRIER_SIP_PRIV_H

#include "base/map.h"
#include "tel/carrier_sip.h"
#include "tel/dialog.h"
#include "tel/media.h"
#include "tel/prompt_cache.h"
#include "tel/re.h"

enum {
    CARRIER_SIP_MAGIC = 0x43534950,
    CARRIER_SIP_CALL_MAGIC = 0x43414c4c,
    CARRIER_SIP_WAY_MAX = 160,
    CARRIER_SIP_RING_MIN_MS = 15000, /* 47 CFR 64.1200(a)(6) */
    CARRIER_SIP_INVITES_PER_S = 200, /* calls to us; more get 503 */
};

/* Stands for the trunk's name in the dialog record of a call to a telephone
 * that is registered here. */
#define CARRIER_SIP_NO_TRUNK ""

enum carrier_sip_state {
    CALL_PLACED,
    CALL_RINGING,
    CALL_ANSWERED,
    CALL_OFFERED,  /* to us: rings, or its handler is being asked */
    CALL_ACCEPTED, /* to us: 200 was sent, the ACK is waited for */
    CALL_ENDING,   /* we asked for the end */
};

/* A play list some of whose prompts are still being made. */
struct carrier_sip_play {
    struct prompt_entry *entry[MEDIA_LIST_MAX];
    size_t n;
    uint32_t tag;
    uint32_t serial; /* of play() and silence(); what the media plane tells */
    bool waiting;    /* not handed to the media plane yet */
};

/* How a call goes out: by a trunk, or from the agents' side. */
struct carrier_sip_way {
    struct sip_stack *stack;
    const char *address;                  /* ours */
    enum sdp_codec codec[SDP_CODECS_MAX]; /* in the order we offer them */
    unsigned codecs;
    char name[CARRIER_SIP_WAY_MAX]; /* "trunk town", "agent anna": for logs */
};

/* What its INVITE says. */
struct carrier_sip_target {
    char uri[REGISTRAR_URI_MAX + 64], from[320], headers[512];
    const char *flow; /* see dialog_invite */
};

struct carrier_sip_call {
    uint32_t magic;
    struct carrier_sip *carrier;
    struct trunk *trunk; /* NULL: to a telephone that is registered here */
    struct carrier_sip_way way;
    struct carrier_sip_call *mate; /* of its bridge, NULL: none */
    bool staff;                    /* to an agent's own telephone */
    bool incoming;                 /* to us */
    bool detect;                   /* CARRIER_PERSON is wanted */
    struct attempt_id attempt;
    enum carrier_sip_state state;
    struct dialog *dialog;
    struct media_leg *leg;
    struct tmr ring;
    struct tmr alert; /* to us: runs until the caller is told that it rings */
    struct tmr hold;  /* runs while the peer takes no sound from us */
    int64_t ring_timeout_ms;
    struct le owed;    /* CARRIER_PLACED is still to be told */
    struct le waiting; /* its play list waits for prompts */
    struct le all;
    enum call_cause wanted; /* cause when the end is ours */
    struct sdp_text early;  /* SDP of a provisional answer; to us: the offer */
    bool early_known, heard;
    bool offer_bad;            /* to us: there was one, of no use */
    bool offered;              /* our offer waits for its answer in an ACK */
    int end_code;              /* of an answer that was of no use, 0 = none */
    uint64_t session, version; /* of our descriptions (RFC 3264, 8) */
    struct carrier_sip_play play;
    char call_id[160];
};

/* Attempts whose permits were used, kept until all of them have expired. */
struct carrier_sip_used {
    struct map attempts;
    int64_t until_us;
};

/* Calls to us that nobody took, and when a line last told of one. */
struct carrier_sip_refusals {
    uint64_t strangers, untold;
    uint64_t full_untold;     /* for want of lines or of room */
    uint64_t unserved_untold; /* nobody served them */
    int64_t agent_us, stranger_us, number_us, full_us, unserved_us;
};

struct carrier_sip {
    uint32_t magic;
    struct loop *loop;
    struct tel_log log;
    const struct clock_port *clock;
    carrier_event_fn *fn;
    void *arg;
    struct sip_stack **stack; /* one per local address and port */
    size_t stacks;
    struct trunk **trunk;
    size_t trunks;
    struct media_plane *plane;
    struct prompt_cache *prompts;
    struct map calls;                /* attempt to struct carrier_sip_call */
    struct carrier_sip_used used[2]; /* now and before */
    size_t call_count, calls_max;
    struct list all, owed, waiting;
    struct registrar *registrar; /* NULL: no agent can register */
    struct sip_stack *agent_stack;
    struct carrier_sip_call *adopting; /* its handler is being asked */
    struct carrier_sip_refusals refused;
    struct loop_timer *owed_timer;
    char *record_dir;
    unsigned hold_max_ms, silent_max_ms;
    uint64_t sessions; /* numbers for o= lines */
    struct carrier port;
};

/* carrier_sip.c */
size_t carrier_sip_dialogs_max(const struct carrier_sip *c);

/* carrier_sip_place.c */
int carrier_sip_place(void *self, const struct permit *p,
                      const struct call_spec *s, struct err *e);
int carrier_sip_leg_open(struct carrier_sip_call *call, bool record,
                         struct err *e);
/* Its way by a trunk. */
struct carrier_sip_way carrier_sip_trunk_way(const struct trunk *t);

/* carrier_sip_agents.c */
int carrier_sip_agents_start(struct carrier_sip *c,
                             const struct carrier_sip_config *config,
                             struct err *e);
/* Fills call->way and *to for spec.user. TM_EINVAL: the permit is not for
 * staff; TM_ENETWORK: not registered. */
int carrier_sip_agent_way(struct carrier_sip *c, const struct permit *p,
                          const struct call_spec *s,
                          struct carrier_sip_call *call,
                          struct carrier_sip_target *to, struct err *e);

/* carrier_sip_incoming.c: the stacks' handlers of calls to us, and answers */
void *carrier_sip_whose(void *arg, const struct dialog_request *r);
void carrier_sip_incoming(void *arg, struct dialog *d,
                          const struct dialog_request *r);
void carrier_sip_refused(void *arg, const char *source);
/* Counts a call to us that the trunk brought and this answer refused. */
void carrier_sip_turned_away(struct carrier_sip *c, struct trunk *t, int code);
int carrier_sip_answer(void *self, struct attempt_id a, bool record);
/* Of a call that is CALL_OFFERED: CARRIER_ENDED follows. */
void carrier_sip_refuse(struct carrier_sip_call *call, int code,
                        enum call_cause cause);

/* carrier_sip_bridge.c */
int carrier_sip_bridge(void *self, struct attempt_id a, struct attempt_id b);
void carrier_sip_part(void *self, struct attempt_id a);

/* carrier_sip_call.c */
void carrier_sip_on_dialog(void *arg, const struct dialog_event *ev);
void carrier_sip_on_media(void *arg, const struct media_event *ev);
/* Our side of a description: codecs in the way's order. */
struct sdp_text carrier_sip_our_sdp(const struct carrier_sip_call *call);
void carrier_sip_start_ring(struct carrier_sip_call *call);
void carrier_sip_hangup(struct carrier_sip_call *call, enum call_cause cause,
                        const char *reason);
struct carrier_sip_call *carrier_sip_find(struct carrier_sip *c,
                                          struct attempt_id a);
struct trunk *carrier_sip_trunk(const struct carrier_sip *c, const char *name);
void carrier_sip_emit(struct carrier_sip_call *call, struct carrier_event *ev);
void carrier_sip_tell_placed(struct carrier_sip_call *call);
void carrier_sip_call_free(struct carrier_sip_call *call);

/* carrier_sip_play.c */
int carrier_sip_play(void *self, struct attempt_id a, const struct prompt *list,
                     size_t n, uint32_t tag);
void carrier_sip_prepare(void *self, const struct prompt *list, size_t n);
void carrier_sip_silence(void *self, struct attempt_id a);
void carrier_sip_play_drop(struct carrier_sip_call *call);
void carrier_sip_prompts_made(void *arg);

#endif
