#include "sim/sim_store_flow.h"

#include <string.h>

enum { OTHERS_MAX = 10000, PASSED_OVER_MAX = 1000 };

struct sim_flow *sim_store_flow_new(const struct sim_store_endless *source)
{
    struct sim_flow *f = mem_alloc(sizeof(*f));
    f->source = *source;
    f->left = source->list > 0 ? source->list : UINT64_MAX;
    map_init(&f->by_id);
    return f;
}

void sim_store_flow_free(struct sim_flow *f)
{
    if (f == NULL)
        return;
    for (int i = 0; i < SIM_SOURCES; i++)
        mem_free(f->heap[i].entry);
    map_fini(&f->by_id);
    mem_free(f->lead);
    mem_free(f);
}

/* --- leads at hand ---------------------------------------------------------*/

static struct sim_flow_lead *find(const struct sim_flow *f, struct lead_id id)
{
    uint64_t at;
    if (id.v <= 0 || !map_get(&f->by_id, (uint64_t)id.v, &at))
        return NULL;
    return &f->lead[at - 1];
}

const struct sim_flow_lead *sim_store_flow_find(const struct sim_flow *f,
                                                struct lead_id id)
{
    return find(f, id);
}

static void grow(struct sim_flow *f)
{
    size_t cap = f->cap == 0 ? 1024 : f->cap * 2;
    f->lead = mem_resize(f->lead, cap * sizeof(*f->lead));
    for (size_t i = f->cap; i < cap; i++)
        f->lead[i] = (struct sim_flow_lead){.next_free = i + 1};
    f->cap = cap;
}

static struct sim_flow_lead *make(struct sim_flow *f, struct lead_id id)
{
    if (f->first_free == f->cap)
        grow(f);
    struct sim_flow_lead *l = &f->lead[f->first_free];
    uint32_t version = l->version;
    size_t at = f->first_free;
    f->first_free = l->next_free;
    *l = (struct sim_flow_lead){.id = id,
                                .state = LEAD_NEW,
                                .verdict = -1,
                                .version = version,
                                .used = true};
    map_set(&f->by_id, (uint64_t)id.v, at + 1);
    f->n++;
    f->made++;
    return l;
}

static void forget(struct sim_flow *f, struct sim_flow_lead *l)
{
    f->tally[l->state][l->reason]++;
    (void)map_remove(&f->by_id, (uint64_t)l->id.v);
    l->used = false;
    l->version++;
    l->next_free = f->first_free;
    f->first_free = (size_t)(l - f->lead);
    f->n--;
}

static bool is_over(enum lead_state s)
{
    return s == LEAD_DONE || s == LEAD_EXHAUSTED || s == LEAD_DENIED;
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

static void set(struct sim_flow *f, struct sim_flow_lead *l,
                enum lead_state state, int64_t due_us, bool claimed)
{
    enum sim_source source;
    l->state = (uint8_t)state;
    l->due_us = due_us;
    l->claimed = claimed;
    l->version++;
    if (claimed || !source_of(state, &source))
        return;
    sim_store_pick_push(&f->heap[source],
                        (struct sim_entry){.due_us = due_us,
                                           .member = (uint32_t)(l - f->lead),
                                           .version = l->version});
}

void sim_store_flow_release(struct sim_flow *f)
{
    for (size_t i = 0; i < f->cap; i++) {
        struct sim_flow_lead *l = &f->lead[i];
        if (l->used && l->claimed && l->state != LEAD_IN_CALL)
            set(f, l, (enum lead_state)l->state, l->due_us, false);
    }
}

/* Leads of the old list that nobody works on are gone. */
void sim_store_flow_new_list(struct sim_flow *f)
{
    for (size_t i = 0; i < f->cap; i++) {
        struct sim_flow_lead *l = &f->lead[i];
        if (l->used && !l->claimed && l->state != LEAD_IN_CALL)
            forget(f, l);
    }
    if (f->source.list > 0)
        f->left = f->source.list;
}

void sim_store_flow_forget_all(struct sim_flow *f)
{
    for (size_t i = 0; i < f->cap; i++)
        if (f->lead[i].used)
            forget(f, &f->lead[i]);
}

/* --- records ---------------------------------------------------------------*/

void sim_store_flow_attempt(struct sim_flow *f, const struct record *r)
{
    struct sim_flow_lead *l = find(f, r->lead);
    if (l == NULL)
        return;
    l->promised = l->state == LEAD_CALLBACK;
    set(f, l, LEAD_IN_CALL, 0, l->claimed);
    l->attempts++;
    if (l->tries == SIM_FLOW_TRIES)
        memmove(l->history, l->history + 1, (--l->tries) * sizeof(*l->history));
    l->history[l->tries++] = (struct lead_try){
        .attempt = r->attempt, .e164 = r->e164, .at_us = r->at_us};
}

void sim_store_flow_agreed(struct sim_flow *f, const struct record *r)
{
    struct sim_flow_lead *l = find(f, r->lead);
    if (l != NULL)
        l->agreed = r->e164;
}

void sim_store_flow_placed(struct sim_flow *f, const struct record *r)
{
    campaign_counters_placed(&f->counters, r->at_us);
}

void sim_store_flow_ended(struct sim_flow *f, const struct record *r,
                          uint64_t e164)
{
    enum outcome o = (enum outcome)r->state;
    campaign_counters_ended(&f->counters, r->at_us, r->live, r->abandoned);
    struct sim_flow_lead *l = find(f, r->lead);
    if (l == NULL)
        return;
    if (l->outcomes[o] < UINT8_MAX)
        l->outcomes[o]++;
    l->bad |= (outcome_flags(o) & OUTCOME_F_BAD_NUMBER) != 0;
    for (size_t i = 0; i < l->tries; i++)
        if (l->history[i].attempt.v == r->attempt.v &&
            l->history[i].e164 == e164)
            l->history[i].outcome = o;
}

void sim_store_flow_wrong(struct sim_flow *f, const struct record *r)
{
    struct sim_flow_lead *l = find(f, r->lead);
    if (l != NULL)
        l->bad = true;
}

void sim_store_flow_lead(struct sim_flow *f, const struct record *r,
                         uint8_t reason)
{
    struct sim_flow_lead *l = find(f, r->lead);
    if (l == NULL)
        return;
    l->reason = reason;
    set(f, l, (enum lead_state)r->state, r->due_us, false);
    /* What the agent says of the call may still change it. */
    if (is_over((enum lead_state)r->state) && !str_eq(r->key, "no_disposition"))
        forget(f, l);
}

void sim_store_flow_verdict(struct sim_flow *f, const struct record *r)
{
    struct sim_flow_lead *l = find(f, r->lead);
    if (l != NULL)
        l->verdict = (int8_t)r->state;
}

/* --- requests --------------------------------------------------------------*/

/* The first entry that counts, or NULL. */
static const struct sim_entry *top(const struct sim_flow *f, struct sim_heap *h)
{
    for (; h->n > 0; sim_store_pick_pop(h)) {
        const struct sim_flow_lead *l = &f->lead[h->entry[0].member];
        if (l->used && !l->claimed && l->version == h->entry[0].version)
            return &h->entry[0];
    }
    return NULL;
}

static void pick_from(struct sim_flow *f, enum sim_source source,
                      const struct store_fetch *q, struct sim_picked *p)
{
    struct sim_heap *h = &f->heap[source];
    const struct sim_entry *e;
    while ((e = top(f, h)) != NULL && e->due_us <= q->now_us && p->n < q->max) {
        p->member[p->n++] = e->member;
        f->lead[e->member].claimed = true;
        sim_store_pick_pop(h);
    }
    if (e == NULL)
        return;
    if (e->due_us < p->next_due_us)
        p->next_due_us = e->due_us;
    p->others += e->due_us <= q->now_us;
}

/* Numbers of islands are in no country's rules: they are passed over. */
static void pick_fresh(struct sim_flow *f, const struct store_fetch *q,
                       struct sim_picked *p)
{
    for (int passed = 0; p->n < q->max && f->left > 0; f->next++) {
        if (!f->source.is_good(f->source.arg, (size_t)f->next)) {
            tm_assert(++passed < PASSED_OVER_MAX);
            continue;
        }
        struct sim_flow_lead *l = make(f, (struct lead_id){f->next + 1});
        l->claimed = true;
        p->member[p->n++] = (uint32_t)(l - f->lead);
        f->left -= f->left != UINT64_MAX;
    }
    if (f->left > 0) {
        p->next_due_us = 0;
        p->others += f->left < OTHERS_MAX ? f->left : OTHERS_MAX;
    }
}

void sim_store_flow_pick(struct sim_flow *f, const struct store_fetch *q,
                         struct arena *a, struct sim_picked *out)
{
    *out = (struct sim_picked){.next_due_us = INT64_MAX};
    out->member = arena_array(a, q->max, sizeof(*out->member));
    bool passes = f->source.list > 0;
    pick_from(f, SIM_CALLBACKS, q, out);
    if (!passes)
        pick_from(f, SIM_WAITING, q, out);
    pick_from(f, SIM_NEW, q, out);
    pick_fresh(f, q, out);
    if (passes)
        pick_from(f, SIM_WAITING, q, out);
    if (out->others > OTHERS_MAX)
        out->others = OTHERS_MAX;
}

void sim_store_flow_fill(const struct sim_flow *f, size_t i, struct lead *out)
{
    const struct sim_flow_lead *l = &f->lead[i];
    f->source.lead(f->source.arg, (size_t)l->id.v - 1, out);
    out->state = (enum lead_state)l->state;
    out->due_us = l->due_us;
    out->agreed_e164 = l->state == LEAD_CALLBACK ? l->agreed : 0;
    out->attempts = l->attempts;
    for (int o = 0; o < OUTCOME_COUNT; o++)
        out->outcomes[o] = l->outcomes[o];
    for (size_t p = 0; p < out->phones; p++)
        out->phone[p].bad = l->bad;
    out->tries = l->tries;
    memcpy(out->history, l->history, l->tries * sizeof(*l->history));
}
