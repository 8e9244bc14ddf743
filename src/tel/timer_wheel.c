#include "tel/timer_wheel.h"

#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/assert.h"
#include "tel/re.h"

enum { SLOTS = 8192, MASK = SLOTS - 1, WORDS = SLOTS / 64 };

struct wheel {
    struct list slot[SLOTS]; /* slot of a timer: its jfs & MASK */
    uint64_t busy[WORDS];    /* bit set: the slot may hold timers */
    uint64_t cursor;         /* last millisecond that was polled */
    size_t count;
    struct list due; /* being fired by tmr_poll */
};

/* libre's timer functions get no context: the wheel is the thread's. */
static _Thread_local struct wheel *this_wheel;

static struct wheel *wheel_get(void)
{
    if (!this_wheel) {
        this_wheel = mem_alloc(sizeof *this_wheel);
        this_wheel->cursor = tmr_jiffies();
    }
    return this_wheel;
}

static void drop_all(struct list *l, size_t *count)
{
    struct le *le;
    while ((le = l->head) != NULL) {
        struct tmr *t = le->data;
        list_unlink(le);
        t->th = NULL;
        tm_assert(*count > 0);
        --*count;
    }
}

void timer_wheel_release(void)
{
    struct wheel *w = this_wheel;
    if (!w) {
        return;
    }
    for (size_t i = 0; i < SLOTS; ++i) {
        drop_all(&w->slot[i], &w->count);
    }
    drop_all(&w->due, &w->count);
    tm_assert(w->count == 0);
    mem_free(w);
    this_wheel = NULL;
}

size_t timer_wheel_count(void)
{
    return this_wheel ? this_wheel->count : 0;
}

/* Declared by 2.0.1 only. */
uint64_t tmr_jiffies_usec(void);

uint64_t tmr_jiffies_usec(void)
{
    struct timespec now;
    int rc = clock_gettime(CLOCK_MONOTONIC, &now);
    tm_assert(rc == 0);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t tmr_jiffies(void)
{
    return tmr_jiffies_usec() / 1000;
}

void tmr_init(struct tmr *tmr)
{
    if (tmr) {
        memset(tmr, 0, sizeof *tmr);
    }
}

void tmr_start(struct tmr *tmr, uint64_t delay, tmr_h *th, void *arg)
{
    if (!tmr) {
        return;
    }
    if (tmr->th) {
        struct wheel *w = wheel_get();
        list_unlink(&tmr->le);
        tm_assert(w->count > 0);
        --w->count;
    }
    tmr->th = th;
    tmr->arg = arg;
    if (!th) {
        return;
    }
    struct wheel *w = wheel_get();
    uint64_t now = tmr_jiffies();
    if (w->count == 0) {
        w->cursor = now;
    }
    tm_assert(w->cursor <= now);
    tmr->jfs = now + delay;
    size_t slot = tmr->jfs & MASK;
    list_append(&w->slot[slot], &tmr->le, tmr);
    w->busy[slot / 64] |= (uint64_t)1 << (slot % 64);
    ++w->count;
}

void tmr_cancel(struct tmr *tmr)
{
    tmr_start(tmr, 0, NULL, NULL);
}

uint64_t tmr_get_expire(const struct tmr *tmr)
{
    if (!tmr || !tmr->th) {
        return 0;
    }
    uint64_t now = tmr_jiffies();
    return tmr->jfs > now ? tmr->jfs - now : 0;
}

/* Moves what has expired out of a slot; the rest waits for a later turn. */
static void slot_collect(struct wheel *w, size_t slot, uint64_t now)
{
    struct le *le = w->slot[slot].head;
    while (le) {
        struct tmr *t = le->data;
        le = le->next;
        if (t->jfs <= now) {
            list_unlink(&t->le);
            list_append(&w->due, &t->le, t);
        }
    }
    if (!w->slot[slot].head) {
        w->busy[slot / 64] &= ~((uint64_t)1 << (slot % 64));
    }
}

static void wheel_collect(struct wheel *w, uint64_t now)
{
    uint64_t at = w->cursor;
    if (now - at >= SLOTS) {
        at = now - SLOTS + 1;
    }
    while (at <= now) {
        size_t slot = at & MASK;
        uint64_t ahead = w->busy[slot / 64] >> (slot % 64);
        if (ahead == 0) {
            at += 64 - slot % 64;
            continue;
        }
        at += (uint64_t)__builtin_ctzll(ahead);
        if (at <= now) {
            slot_collect(w, at & MASK, now);
        }
        ++at;
    }
    w->cursor = now;
}

/* The list handed in is libre's own and stays empty. Timers that a handler
 * starts with no delay run at the next poll: a handler cannot starve I/O. */
void tmr_poll(struct list *tmrl)
{
    (void)tmrl;
    struct wheel *w = this_wheel;
    if (!w || w->count == 0) {
        return;
    }
    wheel_collect(w, tmr_jiffies());
    struct le *le;
    while (this_wheel && (le = w->due.head) != NULL) {
        struct tmr *t = le->data;
        tmr_h *th = t->th;
        list_unlink(le);
        t->th = NULL;
        tm_assert(th != NULL && w->count > 0);
        --w->count;
        th(t->arg);
    }
}

/* Milliseconds to the next slot in use, which may hold timers of a later
 * turn only: then the poll finds nothing and asks again. 0 = no timers. */
uint64_t tmr_next_timeout(struct list *tmrl)
{
    (void)tmrl;
    struct wheel *w = this_wheel;
    if (!w || w->count == 0) {
        return 0;
    }
    uint64_t now = tmr_jiffies();
    for (uint64_t at = w->cursor; at < w->cursor + SLOTS;) {
        size_t slot = at & MASK;
        uint64_t ahead = w->busy[slot / 64] >> (slot % 64);
        if (ahead != 0) {
            at += (uint64_t)__builtin_ctzll(ahead);
            return at > now ? at - now : 1;
        }
        at += 64 - slot % 64;
    }
    return 1000; /* only the slot of the cursor's own turn is left */
}

int tmr_status(struct re_printf *pf, void *unused)
{
    (void)unused;
    return re_hprintf(pf, "timers: %zu\n", timer_wheel_count());
}

void tmr_debug(void)
{
    /* libre would print to stderr; nothing in tel/ does. */
}
