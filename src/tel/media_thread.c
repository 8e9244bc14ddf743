/* A media thread: keeps the 20 ms of its legs by absolute deadlines. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "tel/media_priv.h"

enum {
    SLOT_US = MEDIA_TICK_MS * 1000 / MEDIA_SLOTS,
    COMMANDS_PER_SLOT = 4096,
    BEHIND_MAX_US = 100000, /* later than this: time is given up */
    IDLE_WAIT_MS = 1000,
    NICE = -11,
};

bool media_thread_tell(struct media_thread *t, const struct media_command *c)
{
    if (!ring_push(t->commands, c)) {
        return false;
    }
    uint64_t one = 1;
    (void)!write(t->wake_fd, &one, sizeof one);
    return true;
}

static void wake_loop(struct media_thread *t)
{
    uint64_t one = 1;
    if (t->notified) {
        t->notified = false;
        (void)!write(t->plane->notice_fd, &one, sizeof one);
    }
}

static bool notify(struct media_leg *leg, const struct media_notice *n)
{
    /* Once "gone" is pushed the loop may free the leg. */
    struct media_thread *t = leg->thread;
    if (!ring_push(t->notices, n)) {
        return false;
    }
    t->notified = true;
    return true;
}

void media_thread_event(struct media_leg *leg, enum media_event_kind kind,
                        char digit, uint32_t tag)
{
    struct media_notice n = {
        .event = {.kind = kind, .leg = leg, .digit = digit, .tag = tag},
    };
    if (!leg->config.fn || atomic_load(&leg->mute)) {
        return;
    }
    if (!notify(leg, &n)) {
        tel_log(&leg->plane->log, TEL_LOG_ERROR,
                "media: the event queue is full, event %d is lost", kind);
    }
}

static void join(struct media_leg *leg)
{
    struct media_thread *t = leg->thread;
    if (leg->joined) {
        return;
    }
    leg->joined = true;
    leg->next = t->slot[leg->slot];
    t->slot[leg->slot] = leg;
    ++t->joined;
    media_detect_start(leg);
    if (leg->record_path) {
        leg->flow.track =
            media_track_new(leg->plane->recorder, leg->record_path);
        leg->flow.begun = !leg->config.record_from_play;
    }
}

/* Frees what the flow holds. */
static void clear(struct media_leg *leg)
{
    struct media_flow *f = &leg->flow;
    media_rtp_cut(leg);
    mem_free(f->keys);
    f->keys = NULL;
    media_bridge_leave(leg);
    media_detect_stop(leg);
    if (f->track) {
        media_track_end(f->track);
        f->track = NULL;
    }
}

/* Gives the leg back to the loop; false: the queue is full, later. */
static bool leave(struct media_leg **at)
{
    struct media_leg *leg = *at;
    struct media_notice n = {.event = {.leg = leg}, .gone = true};
    struct media_leg *next = leg->next;
    struct media_thread *t = leg->thread;
    clear(leg);
    if (!notify(leg, &n)) {
        return false;
    }
    /* The loop may have freed it already. */
    --t->joined;
    *at = next;
    return true;
}

static void press(struct media_leg *leg, struct media_keys *k)
{
    struct media_flow *f = &leg->flow;
    mem_free(f->keys);
    f->keys = k;
    f->key_at = 0;
    f->key_ms = 0;
}

static void obey(const struct media_command *c)
{
    struct media_leg *leg = c->leg;
    struct media_flow *f = &leg->flow;
    tm_assert(leg->magic == MEDIA_MAGIC);
    switch (c->kind) {
    case MEDIA_COMMAND_CONNECT:
        join(leg);
        media_rtp_connect(leg, c->data);
        mem_free(c->data);
        break;
    case MEDIA_COMMAND_PLAY:
        media_rtp_cut(leg);
        f->list = c->data;
        f->item = f->offset = 0;
        break;
    case MEDIA_COMMAND_SILENCE: media_rtp_cut(leg); break;
    case MEDIA_COMMAND_PRESS: press(leg, c->data); break;
    case MEDIA_COMMAND_BRIDGE: media_bridge_join(leg, c->data); break;
    case MEDIA_COMMAND_LEAVE: leg->leaving = true; break;
    }
}

static void commands_run(struct media_thread *t)
{
    struct media_command c;
    for (int i = 0; i < COMMANDS_PER_SLOT && ring_pop(t->commands, &c); ++i) {
        obey(&c);
    }
}

static void slot_run(struct media_thread *t, unsigned slot, unsigned ticks)
{
    struct media_leg **at = &t->slot[slot];
    while (*at) {
        struct media_leg *leg = *at;
        if (leg->leaving && leave(at)) {
            continue;
        }
        if (!leg->leaving) {
            media_rtp_receive(leg);
            media_detect_tick(leg);
            media_rtp_send(leg, ticks);
        }
        at = &leg->next;
    }
}

/* Without legs there is no time to keep: waits for a command. */
static void idle(struct media_thread *t)
{
    struct pollfd p = {.fd = t->wake_fd, .events = POLLIN};
    uint64_t n;
    (void)poll(&p, 1, IDLE_WAIT_MS);
    (void)!read(t->wake_fd, &n, sizeof n);
}

static void sleep_until(int64_t us)
{
    struct timespec at = {.tv_sec = us / 1000000,
                          .tv_nsec = us % 1000000 * 1000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) ==
           EINTR) {
    }
}

static void *run(void *arg)
{
    struct media_thread *t = arg;
    unsigned slot = 0;
    unsigned ticks[MEDIA_SLOTS];
    for (unsigned i = 0; i < MEDIA_SLOTS; ++i) {
        ticks[i] = 1;
    }
    (void)pthread_setname_np(pthread_self(), "media");
    /* Of this thread, where we may: others can wait, sound cannot. */
    (void)setpriority(PRIO_PROCESS, 0, NICE);
    int64_t due = loop_monotonic_us();
    while (!atomic_load(&t->stop)) {
        commands_run(t);
        if (t->joined == 0) {
            wake_loop(t);
            idle(t);
            due = loop_monotonic_us();
            continue;
        }
        t->now_us = loop_monotonic_us();
        /* Too late to catch up by sending bursts: whole ticks are skipped,
         * the time stamps of the packets tell so. */
        while (t->now_us - due > BEHIND_MAX_US) {
            due += MEDIA_TICK_MS * 1000;
            for (unsigned i = 0; i < MEDIA_SLOTS; ++i) {
                ++ticks[i];
            }
        }
        slot_run(t, slot, ticks[slot]);
        ticks[slot] = 1;
        wake_loop(t);
        unsigned step = 1;
        while (step < MEDIA_SLOTS && !t->slot[(slot + step) % MEDIA_SLOTS]) {
            ++step;
        }
        slot = (slot + step) % MEDIA_SLOTS;
        due += (int64_t)step * SLOT_US;
        if (due > t->now_us) {
            sleep_until(due);
        }
    }
    return NULL;
}

int media_thread_start(struct media_thread *t, struct err *e)
{
    size_t slots = t->plane->legs_max * 8 + 1024;
    t->commands = ring_new(slots, sizeof(struct media_command));
    t->notices = ring_new(slots, sizeof(struct media_notice));
    t->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (t->wake_fd < 0) {
        return err_errno(e, "cannot make a wake-up descriptor for media");
    }
    int rc = pthread_create(&t->id, NULL, run, t);
    if (rc) {
        (void)close(t->wake_fd);
        t->wake_fd = -1;
        return err_set(e, TM_EIO, "cannot start a media thread: %s",
                       strerror(rc));
    }
    return TM_OK;
}

void media_thread_stop(struct media_thread *t)
{
    if (t->wake_fd >= 0) {
        uint64_t one = 1;
        atomic_store(&t->stop, true);
        (void)!write(t->wake_fd, &one, sizeof one);
        int rc = pthread_join(t->id, NULL);
        tm_assert(rc == 0);
        (void)close(t->wake_fd);
        /* The loop thread is alone with the flows now. */
        struct media_command c;
        while (ring_pop(t->commands, &c)) {
            obey(&c);
        }
        for (unsigned i = 0; i < MEDIA_SLOTS; ++i) {
            for (struct media_leg *l = t->slot[i]; l; l = l->next) {
                clear(l);
            }
        }
    }
    ring_free(t->commands);
    ring_free(t->notices);
}
