/* A SIP carrier that takes calls, and callers made by hand. */
#ifndef FIXTURE_INBOUND_H
#define FIXTURE_INBOUND_H

#include "fixture_caller.h"
#include "tel/carrier_sip.h"
#include "tel/trunk.h"

enum { INBOUND_EVENTS = 64 };

/* What the handler of CARRIER_INCOMING does. */
enum inbound_taker {
    TAKER_RINGS,      /* adopts */
    TAKER_NOBODY,     /* leaves it */
    TAKER_BUSY,       /* adopts and refuses at once */
    TAKER_AGAINST,    /* adopts and refuses at once, but not as busy */
    TAKER_ANSWERS,    /* adopts and answers at once */
    TAKER_GOES_AGAIN, /* adopts, answers and hangs up at once */
};

struct inbound {
    struct pair p;
    struct carrier_sip *carrier;
    const struct carrier *port;
    uint16_t sip; /* the carrier's */
    enum inbound_taker taker;
    bool record;
    int64_t next; /* attempt */
    int asked;    /* CARRIER_INCOMING */
    bool in_call; /* inside a call of the port */
    struct carrier_event ev[INBOUND_EVENTS];
    char text[INBOUND_EVENTS][2048], trunk[INBOUND_EVENTS][40];
    int n, warnings;
    char log[512]; /* the last line */
    char recordings[40];
    struct caller c;
    struct media_leg *leg; /* the caller's */
    int voice;
    char digits[16];
    /* Called by us at stack b of the pair: */
    struct dialog *called;
    struct media_leg *called_leg;
    int called_voice;
};

/* more: trunks; NULL: one, "main", with host 127.0.0.1. local_port and
 * local_address are filled in. */
void inbound_start(struct inbound *s, struct trunk_config *trunk, size_t trunks,
                   const struct carrier_sip_config *more);
/* The carrier's. */
struct sip_stack *inbound_stack(struct inbound *s);
void inbound_stop(struct inbound *s);
int inbound_count(const struct inbound *s, enum carrier_event_kind k);
/* The first event of its kind after the from-th; waits for it. */
const struct carrier_event *inbound_wait(struct inbound *s,
                                         enum carrier_event_kind k, int from);
void inbound_pass(struct inbound *s, int ms);
int inbound_answer(struct inbound *s, int64_t id);
void inbound_hangup(struct inbound *s, int64_t id, enum hangup_reason why);
int inbound_play(struct inbound *s, int64_t id, uint32_t tag);
/* The caller's sound: port to put into his SDP; then to where an answer
 * says. */
uint16_t inbound_leg_open(struct inbound *s);
void inbound_leg_connect(struct inbound *s);
unsigned inbound_room(struct inbound *s, const char *trunk);
/* A call that has been answered, of attempt s->next - 1. */
void inbound_talk(struct inbound *s);
/* We call somebody at stack b, who answers. */
void inbound_call_out(struct inbound *s, int64_t id);

#endif
