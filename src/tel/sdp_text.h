/*
 * Session descriptions (RFC 8866) as far as one audio stream of G.711 with
 * telephone events needs them. The reader takes whatever a peer sends: it
 * never allocates, never reads past the slice and bounds every count.
 */
#ifndef TEL_SDP_TEXT_H
#define TEL_SDP_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum sdp_codec { SDP_PCMU = 0, SDP_PCMA = 8 }; /* static payload types */

enum { SDP_ADDRESS_MAX = 46, SDP_CODECS_MAX = 2 };

/* What one side says. */
struct sdp_text {
    char address[SDP_ADDRESS_MAX];        /* numeric */
    uint16_t port;                        /* 0: the stream is refused */
    enum sdp_codec codec[SDP_CODECS_MAX]; /* in order of preference */
    unsigned codecs;
    int event_pt;   /* payload type of telephone-event/8000, -1 = none */
    unsigned ptime; /* ms, 0 = not said */
    bool send;      /* this side sends (sendrecv, sendonly) */
    bool receive;   /* this side receives (sendrecv, recvonly) */
};

/* TM_EINVAL with the reason: no audio stream, no address, no codec of ours. */
int sdp_text_read(struct slice text, struct sdp_text *out,
                  struct err *e) TM_MUST_CHECK;

/* Appends a description; session and version are numbers of the o= line. */
void sdp_text_write(const struct sdp_text *s, uint64_t session,
                    uint64_t version, struct buf *b);

/* Our answer to an offer: the first codec of `ours` that theirs has (their
 * order when ours is empty), events if both have them, directions mirrored.
 * TM_EUNSUPPORTED: no common codec. */
int sdp_text_answer(const struct sdp_text *theirs, const struct sdp_text *ours,
                    struct sdp_text *out) TM_MUST_CHECK;

#endif
