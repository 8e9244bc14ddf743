/*
 * Who follows an agent (telemark agent watch): the loop puts each change of
 * his state into the follower's queue, so that none is too short to be seen;
 * the follower's thread takes them out. A queue is bounded: who does not read
 * loses the oldest and is told how many. See cmd/server.h.
 */
#include <string.h>
#include <time.h>

#include "cmd/server.h"

enum {
    WATCHES_MAX = 32, /* half of the control socket's places */
    QUEUE_MAX = 64,
};

struct control_watch {
    struct control_watch *next;
    struct agent_id agent;
    struct control_agent *queue; /* ring of QUEUE_MAX */
    unsigned first, n, missed;
};

struct server_watch {
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct control_watch *list;
    unsigned n;
};

void server_watch_init(struct server *s)
{
    struct server_watch *all = mem_alloc(sizeof(*all));
    pthread_condattr_t attr;
    (void)pthread_mutex_init(&all->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&all->news, &attr);
    (void)pthread_condattr_destroy(&attr);
    s->watch = all;
}

void server_watch_fini(struct server *s)
{
    struct server_watch *all = s->watch;
    while (all->list != NULL) /* of a command that did not wait for it */
        server_watch_close(s, all->list);
    (void)pthread_mutex_destroy(&all->lock);
    (void)pthread_cond_destroy(&all->news);
    mem_free(all);
    s->watch = NULL;
}

static void add(struct control_watch *w, const struct control_agent *a)
{
    if (w->n == QUEUE_MAX) {
        w->first = (w->first + 1) % QUEUE_MAX;
        w->n--;
        w->missed++;
    }
    w->queue[(w->first + w->n) % QUEUE_MAX] = *a;
    w->n++;
}

static bool is_watched(struct server_watch *all, struct agent_id a)
{
    bool yes = false;
    (void)pthread_mutex_lock(&all->lock);
    for (const struct control_watch *w = all->list; w != NULL; w = w->next)
        yes = yes || w->agent.v == a.v;
    (void)pthread_mutex_unlock(&all->lock);
    return yes;
}

static void tell(struct server_watch *all, struct agent_id a,
                 const struct control_agent *now)
{
    (void)pthread_mutex_lock(&all->lock);
    for (struct control_watch *w = all->list; w != NULL; w = w->next)
        if (w->agent.v == a.v)
            add(w, now);
    (void)pthread_cond_broadcast(&all->news);
    (void)pthread_mutex_unlock(&all->lock);
}

/* He may be a step further than this change: then only it is told. */
static void as_it_was(const struct floor_change *c, struct control_agent *a)
{
    if (a->state == c->to && a->since_us == c->at_us)
        return;
    a->state = c->to;
    a->since_us = c->at_us;
    a->limit_us = INT64_MAX;
    a->attempt = c->attempt;
    a->note[0] = a->said[0] = '\0';
    memcpy(a->reason, c->reason, sizeof(a->reason));
    if (c->campaign.v == 0)
        a->campaign[0] = '\0';
    if (c->to == AGENT_READY) /* what the change names is over */
        a->campaign[0] = '\0';
    if (c->attempt.v == 0) {
        a->lead.v = 0;
        a->incoming = false;
    }
}

void server_watch_changed(void *arg, const struct floor_change *c)
{
    struct server *s = arg;
    if (s->engine == NULL || !is_watched(s->watch, c->agent))
        return;
    struct control_agent *a = mem_alloc(sizeof(*a));
    server_agents_look(s, c->agent, a);
    as_it_was(c, a);
    tell(s->watch, c->agent, a);
    mem_free(a);
}

void server_watch_look(struct server *s, const char *name)
{
    const struct floor_agent *f =
        s->engine != NULL
            ? floor_find_name(engine_floor(s->engine), str_of(name))
            : NULL;
    if (f == NULL || !is_watched(s->watch, f->setup.id))
        return;
    struct agent_id id = f->setup.id;
    struct control_agent *a = mem_alloc(sizeof(*a));
    server_agents_look(s, id, a);
    tell(s->watch, id, a);
    mem_free(a);
}

int server_watch_open(struct server *s, struct agent_id a,
                      struct control_watch **out, struct err *e)
{
    struct server_watch *all = s->watch;
    struct control_watch *w = mem_alloc(sizeof(*w));
    *w = (struct control_watch){.agent = a};
    w->queue = mem_alloc(QUEUE_MAX * sizeof(*w->queue));
    server_agents_look(s, a, &w->queue[0]);
    w->n = 1;
    (void)pthread_mutex_lock(&all->lock);
    bool full = all->n == WATCHES_MAX;
    if (!full) {
        w->next = all->list;
        all->list = w;
        all->n++;
    }
    (void)pthread_mutex_unlock(&all->lock);
    if (full) {
        mem_free(w->queue);
        mem_free(w);
        return err_set(e, TM_EFULL,
                       "%d watch agents already, and the other places are for "
                       "commands that do something",
                       WATCHES_MAX);
    }
    *out = w;
    return TM_OK;
}

int server_watch_next(void *self, struct control_watch *w, int wait_ms,
                      struct control_agent *out, unsigned *missed)
{
    const struct server *s = self;
    struct server_watch *all = s->watch;
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    int waited = 0, rc = TM_ENOTFOUND;
    (void)pthread_mutex_lock(&all->lock);
    while (w->n == 0 && waited == 0)
        waited = pthread_cond_timedwait(&all->news, &all->lock, &until);
    if (w->n > 0) {
        *out = w->queue[w->first];
        *missed = w->missed;
        w->missed = 0;
        w->first = (w->first + 1) % QUEUE_MAX;
        w->n--;
        rc = TM_OK;
    }
    (void)pthread_mutex_unlock(&all->lock);
    return rc;
}

void server_watch_close(void *self, struct control_watch *w)
{
    const struct server *s = self;
    struct server_watch *all = s->watch;
    (void)pthread_mutex_lock(&all->lock);
    struct control_watch **at = &all->list;
    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    all->n--;
    (void)pthread_mutex_unlock(&all->lock);
    mem_free(w->queue);
    mem_free(w);
}
