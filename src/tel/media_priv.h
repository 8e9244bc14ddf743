/* Inside of the media plane, for media*.c only.
 *
 * Who owns what: the loop thread makes legs and frees them; from the first
 * connect until MEDIA_THREAD_GONE comes back a leg's `flow` belongs to its
 * media thread alone. Commands go down one ring per thread, events come up
 * another; one eventfd each wakes the other side. */
#ifndef TEL_MEDIA_PRIV_H
#define TEL_MEDIA_PRIV_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "audio/pcm_law.h"
#include "audio/tone.h"
#include "base/ring.h"
#include "tel/media.h"

enum {
    MEDIA_MAGIC = 0x4d454449,
    MEDIA_TICK_MS = 20,
    MEDIA_SLOTS = 10, /* a tick is cut into slots of 2 ms */
    MEDIA_KEYS_MAX = 32,
    MEDIA_PACKET_MAX = 1500,
    MEDIA_JITTER_MAX = 8 * PCM_FRAME, /* samples waiting to be recorded */
};

struct media_thread;
struct media_recorder;
struct media_track;
struct media_bridge;

/* An immutable play list on its way to, or in, the media thread. */
struct media_list {
    struct pcm *item[MEDIA_LIST_MAX];
    size_t n;
    uint32_t tag;
    bool repeat;
};

struct media_keys {
    char key[MEDIA_KEYS_MAX + 1];
    unsigned on_ms, gap_ms;
    bool in_band;
};

/* Where and how to send, and what to take. */
struct media_peer {
    struct sockaddr_storage address;
    socklen_t address_len;
    enum sdp_codec codec;
    int event_pt;
    bool send, receive; /* ours */
};

/* Steady single tones (a voicemail's beep), tel/media_detect.c. */
struct media_beep {
    double hz;
    uint64_t energy;
    unsigned ms;
};

/* G.711 in a packet that came. */
struct media_packet {
    enum pcm_law law;
    const uint8_t *payload;
    size_t n;
    uint16_t seq;
    uint32_t ssrc;
};

/* 20 ms of the other leg of a bridge. */
struct media_heard {
    uint8_t byte[PCM_FRAME];
    uint8_t law[PCM_FRAME]; /* of each: the stream may change it */
    bool one_law;
};

/* All that the media thread knows of a leg. */
struct media_flow {
    struct media_peer peer;
    bool latched; /* the socket is connected to who sends to us */
    struct sockaddr_storage heard; /* who that is or was */
    socklen_t heard_len;           /* 0: nobody yet, the SDP is believed */
    unsigned strangers; /* packets in a row from elsewhere than the SDP */
    uint16_t seq;
    uint32_t ts, ssrc;
    bool marked;         /* the first packet of this stream is out */
    unsigned turn, owed; /* ticks; packets that should have come by now */

    struct media_list *list;
    size_t item, offset; /* next sample of the list */

    struct media_keys *keys;
    size_t key_at;
    unsigned key_ms; /* since the key went down */
    uint32_t key_ts;
    struct tone key_tone;

    bool event_seen; /* the peer sends telephone events */
    uint32_t event_ts, event_ssrc;
    uint16_t event_seq; /* of its last packet */
    unsigned event_code;
    char last_digit;
    int64_t last_digit_us;
    bool last_digit_in_band;
    void *dtmf; /* spandsp's receiver */

    uint64_t heard_energy; /* highest mean square of this tick */
    bool speaking;
    unsigned active_ms, quiet_ms, mute_ms;
    bool starved;
    struct media_beep beep;

    struct media_bridge *bridge; /* NULL: none */

    struct media_track *track;
    bool begun; /* a list has played, a bridge begun, or neither need have */
    int16_t jitter[MEDIA_JITTER_MAX];
    size_t jitter_n;
};

struct media_leg {
    uint32_t magic;
    struct media_plane *plane;
    struct media_thread *thread;
    unsigned slot;
    struct media_leg *next;                /* in its slot; media thread */
    struct media_leg *all_next, *all_prev; /* of the plane; loop thread */
    int fd;
    int family; /* AF_INET or AF_INET6 */
    uint16_t port;
    bool attached;    /* the media thread has or will have it; loop thread */
    bool closed;      /* loop thread: media_leg_close was called */
    bool leave_told;  /* loop thread: the command is on its way */
    bool joined;      /* media thread: it is in its slot */
    bool leaving;     /* media thread: the command has come */
    atomic_bool mute; /* loop wants no more events */
    struct media_leg_config config;
    char *record_path;
    struct media_bridge *bridge; /* loop thread, as is mate */
    struct media_leg *mate;
    struct media_flow flow;
    atomic_uint_fast64_t sent, received, late, energy;
};

enum media_command_kind {
    MEDIA_COMMAND_CONNECT,
    MEDIA_COMMAND_PLAY,
    MEDIA_COMMAND_SILENCE,
    MEDIA_COMMAND_PRESS,
    MEDIA_COMMAND_BRIDGE,
    MEDIA_COMMAND_LEAVE, /* the last one of a leg */
};

struct media_command {
    enum media_command_kind kind;
    struct media_leg *leg;
    void *data; /* media_peer, media_list, media_keys: handed over;
                   media_bridge: with one reference */
};

/* Upward: a media_event, or the leg is the loop's again. */
struct media_notice {
    struct media_event event;
    bool gone;
};

struct media_thread {
    struct media_plane *plane;
    pthread_t id;
    struct ring *commands, *notices;
    int wake_fd;
    struct media_leg *slot[MEDIA_SLOTS];
    unsigned slot_legs[MEDIA_SLOTS]; /* loop thread: for spreading */
    unsigned legs;                   /* loop thread */
    unsigned joined;                 /* media thread */
    atomic_bool stop;
    bool notified; /* notices were pushed since the last wake-up */
    int64_t now_us;
};

struct media_port {
    uint16_t port;
    int64_t free_us;
};

struct media_plane {
    uint32_t magic;
    struct loop *loop;
    struct tel_log log;
    struct media_thread *thread;
    unsigned threads;
    struct media_recorder *recorder;
    int notice_fd;           /* threads wake the loop */
    struct media_port *port; /* a ring of free ports */
    size_t ports, ports_at, ports_free;
    size_t legs, legs_max;
    struct media_leg *all;
    struct loop_timer *retry; /* for commands that found a full ring */
};

/* media_thread.c */
int media_thread_start(struct media_thread *t, struct err *e);
void media_thread_stop(struct media_thread *t);
bool media_thread_tell(struct media_thread *t, const struct media_command *c);
/* A loss is counted by the caller's log; digits are rare enough. */
void media_thread_event(struct media_leg *leg, enum media_event_kind kind,
                        char digit, uint32_t tag);

/* media_rtp.c: media thread */
void media_rtp_connect(struct media_leg *leg, const struct media_peer *p);
void media_rtp_receive(struct media_leg *leg);
void media_rtp_send(struct media_leg *leg, unsigned ticks);
void media_rtp_cut(struct media_leg *leg); /* stops playing */

/* media_bridge.c. new, drop and cut: any thread; the rest: media thread. */
/* Three references: one for each leg's BRIDGE command, one for the loop. */
struct media_bridge *media_bridge_new(const struct media_leg *a,
                                      const struct media_leg *b);
void media_bridge_drop(struct media_bridge *g); /* NULL is fine */
void media_bridge_cut(struct media_bridge *g);  /* silence from now on */
void media_bridge_join(struct media_leg *leg, struct media_bridge *g);
void media_bridge_leave(struct media_leg *leg);
void media_bridge_put(struct media_leg *leg, const struct media_packet *k);
/* Once a tick. False: silence. */
bool media_bridge_take(struct media_leg *leg, struct media_heard *out);
bool media_bridge_is_law(const struct media_heard *h, enum pcm_law law);
void media_bridge_decode(const struct media_heard *h, int16_t out[PCM_FRAME]);

/* media_detect.c: media thread */
void media_detect_start(struct media_leg *leg);
void media_detect_stop(struct media_leg *leg);
void media_detect_audio(struct media_leg *leg, const int16_t *s, size_t n);
/* A packet of a telephone event; which of a press it is does not matter. */
struct media_event_packet {
    unsigned event; /* code */
    uint32_t ts, ssrc;
    uint16_t seq;
};
void media_detect_event(struct media_leg *leg,
                        const struct media_event_packet *p);
void media_detect_tick(struct media_leg *leg);
/* A key's tone is heard, or may be. */
bool media_detect_key_down(const struct media_leg *leg);
/* Cosine of the single tone that s is, or a value > 1: it is none. Exposed
 * for the tests. */
double media_detect_tone(const int16_t *s, size_t n, uint64_t energy);

/* media_record.c */
struct media_recorder *media_recorder_new(const struct tel_log *log);
void media_recorder_free(struct media_recorder *r); /* writes all out */
/* Media thread. Never waits: when the writer lags, samples become silence. */
struct media_track *media_track_new(struct media_recorder *r, const char *path);
void media_track_add(struct media_track *t, const int16_t *s, size_t n);
void media_track_end(struct media_track *t);

#endif
