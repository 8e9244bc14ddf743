/* The bridge between two legs: what each receives goes to the other.
 *
 * One pipe each way, a ring of G.711 bytes with their law beside them: the
 * media thread of the leg that receives writes, that of the leg that sends
 * reads, and they may be two. Neither waits or takes a lock: an index is
 * written by one side only. So legs stay on their threads, and a sample of the
 * same law goes through unchanged.
 *
 * Jitter: each tick takes 20 ms or, when there is less, sends silence; what
 * then comes late stays in the pipe and is the reserve for the next late one.
 * A reserve that was not needed for ten seconds is given up by 20 ms, so that
 * the delay does not grow for ever and clocks may differ. */
#include <stdatomic.h>
#include <string.h>

#include "base/arena.h"
#include "tel/media_priv.h"

enum {
    PIPE_UNITS = 2048,            /* a power of two */
    PIPE_FULL = MEDIA_JITTER_MAX, /* more waiting is left out: 160 ms */
    PIPE_LONG = 5 * PCM_FRAME,    /* more waiting after a tick is a burst: */
    PIPE_KEEP = 2 * PCM_FRAME,    /* so much of it is kept */
    RESERVE_TICKS = 500,
    DRY_TICKS = 10, /* the source has stopped: its rest is not for later */
    LATE_MAX = 100, /* packets: farther back it is a new stream */
    LAW_SHIFT = 8,
};

_Static_assert((int)PIPE_FULL < (int)PIPE_UNITS, "a full pipe fits");

struct pipe {
    /* Units written and read since the bridge was made. */
    atomic_uint written;
    bool seq_known; /* writer's */
    uint16_t seq;
    uint32_t ssrc;
    uint8_t apart[64]; /* two processors do not fight for one line */
    atomic_uint read;
    unsigned least, ticks, dry; /* reader's */
    uint16_t unit[PIPE_UNITS];
};

struct media_bridge {
    atomic_uint refs;
    atomic_bool cut;
    const struct media_leg *leg[2]; /* to be compared, not followed */
    struct pipe pipe[2];            /* what that leg received */
};

struct media_bridge *media_bridge_new(const struct media_leg *a,
                                      const struct media_leg *b)
{
    struct media_bridge *g = mem_alloc(sizeof *g);
    atomic_init(&g->refs, 3); /* both legs' and the loop's */
    g->leg[0] = a;
    g->leg[1] = b;
    return g;
}

void media_bridge_drop(struct media_bridge *g)
{
    if (g &&
        atomic_fetch_sub_explicit(&g->refs, 1, memory_order_acq_rel) == 1) {
        mem_free(g);
    }
}

void media_bridge_cut(struct media_bridge *g)
{
    atomic_store(&g->cut, true);
}

static struct pipe *mine(const struct media_leg *leg)
{
    struct media_bridge *g = leg->flow.bridge;
    return &g->pipe[g->leg[1] == leg];
}

static struct pipe *others(const struct media_leg *leg)
{
    struct media_bridge *g = leg->flow.bridge;
    return &g->pipe[g->leg[0] == leg];
}

void media_bridge_join(struct media_leg *leg, struct media_bridge *g)
{
    tm_assert(g->leg[0] == leg || g->leg[1] == leg);
    media_bridge_leave(leg);
    leg->flow.bridge = g;
    leg->flow.beep.ms = 0;
    struct pipe *p = others(leg); /* what came before is not heard late */
    atomic_store(&p->read, atomic_load(&p->written));
    p->least = PIPE_UNITS;
}

void media_bridge_leave(struct media_leg *leg)
{
    media_bridge_drop(leg->flow.bridge);
    leg->flow.bridge = NULL;
}

/* A copy, or one that was overtaken: not said again. */
static bool seen(struct pipe *p, const struct media_packet *k)
{
    uint16_t back = (uint16_t)(p->seq - k->seq);
    bool old = p->seq_known && p->ssrc == k->ssrc && back < LATE_MAX;
    if (!old) {
        p->seq_known = true;
        p->ssrc = k->ssrc;
        p->seq = k->seq;
    }
    return old;
}

/* Bytes from .. to of a packet with their law. */
static void units_of(uint16_t *out, const struct media_packet *k, size_t from,
                     size_t to)
{
    uint16_t law = (uint16_t)((unsigned)k->law << LAW_SHIFT);
    for (size_t i = from; i < to; ++i) {
        out[i - from] = (uint16_t)(law | k->payload[i]);
    }
}

void media_bridge_put(struct media_leg *leg, const struct media_packet *k)
{
    struct media_flow *f = &leg->flow;
    if (!f->bridge ||
        atomic_load_explicit(&f->bridge->cut, memory_order_relaxed)) {
        return;
    }
    /* Who holds us is not to be heard: it may be music. */
    struct pipe *p = mine(leg);
    if (!f->peer.send || seen(p, k)) {
        return;
    }
    unsigned at = atomic_load_explicit(&p->written, memory_order_relaxed);
    unsigned used = at - atomic_load_explicit(&p->read, memory_order_acquire);
    unsigned n = (unsigned)k->n;
    if (used > PIPE_FULL || n > PIPE_FULL - used) {
        return;
    }
    unsigned from = at % PIPE_UNITS;
    unsigned head = n < PIPE_UNITS - from ? n : PIPE_UNITS - from;
    units_of(p->unit + from, k, 0, head);
    units_of(p->unit, k, head, n);
    atomic_store_explicit(&p->written, at + n, memory_order_release);
}

/* Looks after the reserve: left units stay after this tick's. Returns how
 * many of them to leave out. */
static unsigned surplus(struct pipe *p, unsigned left)
{
    if (left > PIPE_LONG) {
        p->least = PIPE_UNITS;
        p->ticks = 0;
        return left - PIPE_KEEP;
    }
    p->least = left < p->least ? left : p->least;
    if (++p->ticks < RESERVE_TICKS) {
        return 0;
    }
    unsigned spare = p->least >= PCM_FRAME ? PCM_FRAME : 0;
    p->least = PIPE_UNITS;
    p->ticks = 0;
    return spare;
}

static void heard_of(struct media_heard *out, const uint16_t unit[PCM_FRAME])
{
    uint16_t any = 0, all = UINT16_MAX;
    for (unsigned i = 0; i < PCM_FRAME; ++i) {
        any |= unit[i];
        all &= unit[i];
        out->byte[i] = (uint8_t)unit[i];
        out->law[i] = (uint8_t)(unit[i] >> LAW_SHIFT);
    }
    out->one_law = any >> LAW_SHIFT == all >> LAW_SHIFT;
}

bool media_bridge_take(struct media_leg *leg, struct media_heard *out)
{
    struct media_flow *f = &leg->flow;
    if (!f->bridge) {
        return false;
    }
    if (atomic_load_explicit(&f->bridge->cut, memory_order_relaxed)) {
        media_bridge_leave(leg);
        return false;
    }
    struct pipe *p = others(leg);
    unsigned at = atomic_load_explicit(&p->read, memory_order_relaxed);
    unsigned n = atomic_load_explicit(&p->written, memory_order_acquire) - at;
    if (n < PCM_FRAME) {
        p->least = 0;
        if (++p->dry >= DRY_TICKS) {
            atomic_store_explicit(&p->read, at + n, memory_order_release);
        }
        return false;
    }
    uint16_t unit[PCM_FRAME];
    unsigned from = at % PIPE_UNITS, head = PIPE_UNITS - from;
    head = head < PCM_FRAME ? head : PCM_FRAME;
    memcpy(unit, p->unit + from, head * sizeof *unit);
    memcpy(unit + head, p->unit, (PCM_FRAME - head) * sizeof *unit);
    heard_of(out, unit);
    p->dry = 0;
    at += PCM_FRAME + surplus(p, n - PCM_FRAME);
    atomic_store_explicit(&p->read, at, memory_order_release);
    return true;
}

bool media_bridge_is_law(const struct media_heard *h, enum pcm_law law)
{
    return h->one_law && h->law[0] == (uint8_t)law;
}

void media_bridge_decode(const struct media_heard *h, int16_t out[PCM_FRAME])
{
    if (h->one_law) {
        pcm_law_decode((enum pcm_law)h->law[0], h->byte, PCM_FRAME, out);
        return;
    }
    for (size_t i = 0; i < PCM_FRAME; ++i) {
        pcm_law_decode((enum pcm_law)h->law[i], &h->byte[i], 1, &out[i]);
    }
}
