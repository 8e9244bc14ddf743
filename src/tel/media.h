/*
 * The media plane: own RTP (RFC 3550) with G.711, 20 ms frames, telephone
 * events (RFC 4733) both ways, in-band DTMF, play lists, recording, voice
 * activity and bridges of two legs. Media threads own sockets and time; the
 * loop thread holds handles and is told by events. Both talk through bounded
 * rings.
 *
 * No RTCP: no socket is opened for it and none is offered (a=rtcp absent).
 * All functions: loop thread. Events: loop thread, never inside a call.
 */
#ifndef TEL_MEDIA_H
#define TEL_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audio/pcm.h"
#include "base/err.h"
#include "tel/log.h"
#include "tel/loop.h"
#include "tel/sdp_text.h"

struct media_plane_config {
    unsigned threads;  /* 0 = 1 */
    uint16_t port_min; /* range for RTP, even ports are used */
    uint16_t port_max;
    size_t legs_max; /* 0 = as many as ports */
    struct tel_log log;
};

struct media_plane;
struct media_leg;

enum media_event_kind {
    MEDIA_DIGIT,       /* digit, once per key press however it came */
    MEDIA_PLAYED,      /* tag: the list was sent to its end */
    MEDIA_DIGITS_SENT, /* all keys of media_leg_press() are out */
    MEDIA_VOICE,       /* speech started */
    MEDIA_SILENCE,     /* silence for silence_ms after speech */
    MEDIA_BEEP,        /* a single steady tone of a voicemail box ended */
    MEDIA_STARVED,     /* no packet received for starve_ms */
};

struct media_event {
    enum media_event_kind kind;
    struct media_leg *leg;
    char digit;
    uint32_t tag;
};

typedef void(media_event_fn)(void *arg, const struct media_event *ev);

struct media_leg_config {
    const char *address;     /* local, numeric */
    bool detect_digits;      /* in-band DTMF; events are always read */
    bool detect_voice;       /* MEDIA_VOICE / MEDIA_SILENCE */
    bool detect_beep;        /* not while it is in a bridge */
    bool hide_keys;          /* tones of keys are not heard by the other leg of
                                a bridge, but for their first hundredths of a
                                second; needs detect_digits */
    unsigned silence_ms;     /* 0 = 800 */
    unsigned starve_ms;      /* 0 = never MEDIA_STARVED */
    const char *record_path; /* WAV of what is received; NULL = none */
    bool record_both;        /* mix in what is sent */
    bool record_from_play;   /* nothing before the first list plays or bridge
                                begins: a notice is the first thing recorded */
    media_event_fn *fn;      /* NULL: no events */
    void *arg;
};

int media_plane_start(struct media_plane **out, struct loop *l,
                      const struct media_plane_config *c,
                      struct err *e) TM_MUST_CHECK;
/* Closes all legs, writes out recordings, joins the threads. */
void media_plane_stop(struct media_plane *p);
size_t media_plane_legs(const struct media_plane *p); /* open now */

/* Binds an RTP port; nothing flows yet. TM_EFULL: no port or leg is free
 * (ports rest 5 s after use); TM_EIO. Strings are copied. */
int media_leg_open(struct media_leg **out, struct media_plane *p,
                   const struct media_leg_config *c,
                   struct err *e) TM_MUST_CHECK;
uint16_t media_leg_port(const struct media_leg *leg);

/* Starts or redirects the stream: peer says where to send and in which codec
 * (its first), and our side's directions are the mirror of the peer's.
 * TM_EFULL: the plane is overloaded; TM_EINVAL: the address is not numeric,
 * or of the other IP version. */
int media_leg_connect(struct media_leg *leg, const struct sdp_text *peer);

/* Sends the list after cutting off what plays now; references are taken.
 * MEDIA_PLAYED with tag follows unless cut off. repeat: endless, no event.
 * While the peer takes no sound (hold) the list waits where it is.
 * TM_EFULL: n > MEDIA_LIST_MAX or the plane is overloaded. */
enum { MEDIA_LIST_MAX = 16 };
int media_leg_play(struct media_leg *leg, struct pcm *const *list, size_t n,
                   uint32_t tag, bool repeat);
void media_leg_silence(struct media_leg *leg); /* cuts off playing */

/* Presses keys ("12#") as telephone events, or in-band when the peer has no
 * events or in_band is set: on_ms each, gap_ms between. At most 32 keys.
 * MEDIA_DIGITS_SENT follows. TM_EINVAL: not a key; TM_EFULL. */
int media_leg_press(struct media_leg *leg, const char *keys, unsigned on_ms,
                    unsigned gap_ms, bool in_band);

/* Joins the sound of two legs that are connected: each hears what the other
 * receives, and what is played to it besides, mixed. Keys are told as ever and
 * telephone events are not passed on. A leg whose peer holds it is not heard
 * by the other. The legs may be on different media threads and stay there: see
 * media_bridge.c. Same codec: bytes pass unchanged; delay: at most 20 ms and
 * the jitter of the source. TM_ESTATE: the same leg twice, not connected, or
 * one is in a bridge; TM_EFULL: the plane is overloaded, nothing is joined. */
int media_leg_bridge(struct media_leg *a, struct media_leg *b);
/* Both hear silence from now on, as when one of them is closed. A leg in no
 * bridge: nothing. */
void media_leg_part(struct media_leg *leg);

/* No event comes after this returns. NULL is fine. */
void media_leg_close(struct media_leg *leg);

/* Packets so far, for tests and reports; a moment's estimate. */
struct media_leg_counts {
    uint64_t sent, received, late, energy; /* energy: mean square, last 20 ms */
};
void media_leg_counts(const struct media_leg *leg,
                      struct media_leg_counts *out);

#endif
