#include "sim/sim_store_rows.h"

enum { COUNT_MAX = 10000 }; /* others that are due are counted up to here */

static bool before(const struct sim_entry *a, const struct sim_entry *b)
{
    return a->due_us < b->due_us ||
           (a->due_us == b->due_us && a->member < b->member);
}

void sim_store_pick_push(struct sim_heap *h, struct sim_entry e)
{
    if (h->n == h->cap) {
        h->cap = h->cap == 0 ? 64 : h->cap * 2;
        h->entry = mem_resize(h->entry, h->cap * sizeof(*h->entry));
    }
    size_t i = h->n++;
    for (; i > 0 && before(&e, &h->entry[(i - 1) / 2]); i = (i - 1) / 2)
        h->entry[i] = h->entry[(i - 1) / 2];
    h->entry[i] = e;
}

void sim_store_pick_pop(struct sim_heap *h)
{
    tm_assert(h->n > 0);
    struct sim_entry last = h->entry[--h->n];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= h->n)
            break;
        if (child + 1 < h->n && before(&h->entry[child + 1], &h->entry[child]))
            child++;
        if (!before(&h->entry[child], &last))
            break;
        h->entry[i] = h->entry[child];
        i = child;
    }
    if (h->n > 0)
        h->entry[i] = last;
}

static bool valid(const struct sim_campaign *c, const struct sim_entry *e)
{
    const struct sim_member *m = &c->member[e->member];
    return m->version == e->version && !m->claimed;
}

/* The first entry that counts, or NULL. */
static const struct sim_entry *top(const struct sim_campaign *c,
                                   struct sim_heap *h)
{
    while (h->n > 0 && !valid(c, &h->entry[0]))
        sim_store_pick_pop(h);
    return h->n > 0 ? &h->entry[0] : NULL;
}

static bool source_of(enum lead_state s, enum sim_source *out)
{
    if (s == LEAD_CALLBACK)
        *out = SIM_CALLBACKS;
    else if (s == LEAD_WAITING)
        *out = SIM_WAITING;
    else if (s == LEAD_NEW)
        *out = SIM_NEW;
    else
        return false;
    return true;
}

static bool is_fresh(const struct sim_member *m)
{
    return m->state == LEAD_NEW && !m->claimed;
}

void sim_store_pick_set(struct sim_campaign *c, struct sim_member *m,
                        enum lead_state state, int64_t due_us, bool claimed)
{
    enum sim_source source;
    c->fresh -= is_fresh(m);
    m->state = (uint8_t)state;
    m->due_us = due_us;
    m->claimed = claimed;
    m->version++;
    c->fresh += is_fresh(m);
    if (claimed || !source_of(state, &source))
        return;
    sim_store_pick_push(
        &c->heap[source],
        (struct sim_entry){.due_us = source == SIM_NEW ? 0 : due_us,
                           .member = (uint32_t)(m - c->member),
                           .version = m->version});
}

void sim_store_pick_release(struct sim_campaign *c)
{
    for (size_t i = 0; i < c->members; i++) {
        struct sim_member *m = &c->member[i];
        if (m->claimed && m->state != LEAD_IN_CALL && !m->calls_us)
            sim_store_pick_set(c, m, (enum lead_state)m->state, m->due_us,
                               false);
    }
}

/* Entries below i that are due; a subtree whose top is not due has none. */
static uint64_t count_due(const struct sim_campaign *c,
                          const struct sim_heap *h, size_t i, int64_t now_us)
{
    uint64_t n = 0;
    /* Walks the tree without a stack: down, right, up. */
    size_t at = i;
    bool down = true;
    while (n < COUNT_MAX) {
        if (down && at < h->n && h->entry[at].due_us <= now_us) {
            n += valid(c, &h->entry[at]);
            at = 2 * at + 1;
            continue;
        }
        while (at != i && at % 2 == 0)
            at = (at - 1) / 2;
        if (at == i)
            break;
        at++;
    }
    return n;
}

static void pick_from(struct sim_campaign *c, enum sim_source source,
                      const struct store_fetch *q, struct sim_picked *p)
{
    struct sim_heap *h = &c->heap[source];
    const struct sim_entry *e;
    while ((e = top(c, h)) != NULL && e->due_us <= q->now_us) {
        if (p->n == q->max)
            break;
        struct sim_member *m = &c->member[e->member];
        p->member[p->n++] = e->member;
        sim_store_pick_pop(h);
        c->fresh -= is_fresh(m);
        m->claimed = true;
    }
    e = top(c, h);
    if (e == NULL)
        return;
    if (e->due_us < p->next_due_us)
        p->next_due_us = e->due_us;
    p->others += source == SIM_NEW ? c->fresh : count_due(c, h, 0, q->now_us);
}

void sim_store_pick_leads(struct sim_campaign *c, const struct store_fetch *q,
                          struct arena *a, struct sim_picked *out)
{
    *out = (struct sim_picked){.next_due_us = INT64_MAX};
    out->member = arena_array(a, q->max, sizeof(*out->member));
    for (int s = 0; s < SIM_SOURCES; s++)
        pick_from(c, (enum sim_source)s, q, out);
    if (out->others > COUNT_MAX)
        out->others = COUNT_MAX;
}
