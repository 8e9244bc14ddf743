#include "core/campaign/slots.h"

#include <stddef.h>
#include <string.h>

/* Ids are given out one after the other, so those of now lie side by side. */
static size_t bucket_of(const struct slots *s, int64_t id)
{
    return (size_t)id & (s->buckets - 1);
}

static struct slot *at(const struct slots *s, int32_t i)
{
    tm_assert(i >= 0 && (size_t)i < s->n);
    return &s->slot[i];
}

int32_t slots_index(const struct slots *s, const struct slot *slot)
{
    tm_assert(slot >= s->slot && slot < s->slot + s->n);
    return (int32_t)(slot - s->slot);
}

void slots_expect(const struct slots *s, int32_t i)
{
    enum {
        LINE = 64, /* bytes; more or less is only slower */
        BYTES = offsetof(struct slot, lead) + offsetof(struct lead, consent) +
                2 * sizeof(struct lead_consent)
    };
    const char *p = (const char *)at(s, i);
    for (size_t n = 0; n < BYTES; n += LINE)
        __builtin_prefetch(p + n);
    __builtin_prefetch(&at(s, i)->lead.history);
    __builtin_prefetch(&at(s, i)->lead.tries);
}

void slots_init(struct slots *s, struct arena *a, size_t n)
{
    tm_assert(n > 0 && n < INT32_MAX / 4);
    *s = (struct slots){.n = n, .first = SLOTS_NONE, .last = SLOTS_NONE};
    s->air_first = s->air_last = SLOTS_NONE;
    s->slot = arena_array(a, n, sizeof(*s->slot));
    s->heap = arena_array(a, n, sizeof(*s->heap));
    for (s->buckets = 16; s->buckets < 2 * n; s->buckets *= 2)
        continue;
    s->by_lead = arena_array(a, s->buckets, sizeof(*s->by_lead));
    s->by_attempt = arena_array(a, s->buckets, sizeof(*s->by_attempt));
    s->by_agent = arena_array(a, s->buckets, sizeof(*s->by_agent));
    for (size_t i = 0; i < s->buckets; i++)
        s->by_lead[i] = s->by_attempt[i] = s->by_agent[i] = SLOTS_NONE;
    for (size_t i = 0; i < n; i++)
        s->slot[i].lead_next = i + 1 < n ? (int32_t)i + 1 : SLOTS_NONE;
}

/* Fields the script speaks, cut to what the slot holds: a long text is
 * spoken short, its lead is not lost. */
static void copy_fields(struct slot *slot, const struct lead *l,
                        const struct script *script)
{
    size_t used = 0;
    slot->lead.fields = 0;
    for (size_t i = 0; i < script->fields; i++) {
        struct slice v = lead_field_value(l, script->field[i]);
        size_t room = sizeof(slot->text) - used;
        if (room > SCRIPT_FIELD_VALUE_MAX)
            room = SCRIPT_FIELD_VALUE_MAX;
        if (v.n == 0 || room == 0)
            continue;
        size_t n = str_copy(slot->text + used, room, v);
        slot->lead.field[slot->lead.fields++] = (struct lead_field){
            script->field[i], str_range(slot->text + used, n)};
        used += n;
    }
}

static struct slice copy_text(struct slot *slot, size_t *used, struct slice v)
{
    char *to = slot->text + *used;
    size_t n = str_copy(to, sizeof(slot->text) - *used, v);
    *used += n;
    return str_range(to, n);
}

/* For the screen of an agent: names and values, as many as fit. */
static void copy_all_fields(struct slot *slot, const struct lead *l)
{
    size_t used = 0;
    slot->lead.fields = 0;
    for (size_t i = 0; i < l->fields; i++) {
        const struct lead_field *from = &l->field[i];
        if (from->name.n + 2 > sizeof(slot->text) - used)
            return;
        struct lead_field *to = &slot->lead.field[slot->lead.fields++];
        to->name = copy_text(slot, &used, from->name);
        to->value = copy_text(slot, &used, from->value);
    }
}

static void begin_stage(struct slot *slot)
{
    slot->stage = SLOT_IDLE;
    slot->agent.v = 0;
    slot->over.v = 0;
    slot->detects = false;
    slot->promised = slot->tied = slot->rung = slot->picked_up = false;
    slot->served = slot->settled = slot->lost = slot->told_off = false;
    slot->first_talk = slot->paced = false;
    slot->mark = slot->rang_us = slot->since_us = 0;
    slot->disposition = -1;
    slot->disposed_due_us = 0;
    slot->unsaid = (struct retry_next){.state = LEAD_NEW};
    slot->claimed = false;
    slot->live_us = 0;
    slot->incoming = false;
    slot->close = OUTCOME_NONE;
    slot->said = 0;
    slot->said_us = 0;
    slot->say_us = slot->until_us = INT64_MAX;
    slot->agent_next = slot->near_before = slot->near_after = SLOTS_NONE;
    slot->air_us = 0;
    slot->air_before = slot->air_after = SLOTS_NONE;
}

struct slot *slots_find_lead(const struct slots *s, struct lead_id id)
{
    for (int32_t i = s->by_lead[bucket_of(s, id.v)]; i != SLOTS_NONE;
         i = at(s, i)->lead_next)
        if (at(s, i)->lead.id.v == id.v)
            return at(s, i);
    return NULL;
}

static struct slot *take_free(struct slots *s)
{
    struct slot *slot = at(s, s->free);
    s->free = slot->lead_next;
    /* Nothing of the lead before: an agent would read its number. */
    memset(slot, 0, offsetof(struct slot, lead));
    begin_stage(slot);
    slot->used = true;
    slot->deadline_us = INT64_MAX;
    slot->heap_at = SLOTS_NONE;
    slot->lead_next = SLOTS_NONE;
    s->used++;
    return slot;
}

struct slot *slots_take(struct slots *s, const struct lead *l,
                        const struct script *script)
{
    tm_assert(l->id.v > 0);
    tm_assert(l->phones <= LEAD_PHONES_MAX && l->tries <= LEAD_HISTORY_MAX);
    if (s->free == SLOTS_NONE || slots_find_lead(s, l->id) != NULL)
        return NULL;
    struct slot *slot = take_free(s);
    size_t b = bucket_of(s, l->id.v);
    lead_copy(&slot->lead, l);
    if (script != NULL)
        copy_fields(slot, l, script);
    else
        copy_all_fields(slot, l);
    slot->lead_next = s->by_lead[b];
    s->by_lead[b] = slots_index(s, slot);
    return slot;
}

struct slot *slots_take_nobody(struct slots *s)
{
    if (s->free == SLOTS_NONE)
        return NULL;
    struct slot *slot = take_free(s);
    lead_clear(&slot->lead);
    slot->lead.state = LEAD_WAITING;
    return slot;
}

/* Out of the chain of its lead. */
static void forget_lead(struct slots *s, const struct slot *slot)
{
    int32_t i = slots_index(s, slot);
    int32_t *link = &s->by_lead[bucket_of(s, slot->lead.id.v)];
    while (*link != i)
        link = &at(s, *link)->lead_next;
    *link = slot->lead_next;
}

void slots_give(struct slots *s, struct slot *slot)
{
    tm_assert(slot->used && slot->attempt.v == 0 && slot->agent.v == 0);
    tm_assert(slot->air_us == 0);
    if (slot->lead.id.v != 0)
        forget_lead(s, slot);
    slot->used = false;
    slot->lead_next = s->free;
    s->free = slots_index(s, slot);
    s->used--;
}

struct slot *slots_find_attempt(const struct slots *s, struct attempt_id a)
{
    for (int32_t i = s->by_attempt[bucket_of(s, a.v)]; i != SLOTS_NONE;
         i = at(s, i)->attempt_next)
        if (at(s, i)->attempt.v == a.v)
            return at(s, i);
    return NULL;
}

void slots_call_begin(struct slots *s, struct slot *slot, struct attempt_id a)
{
    tm_assert(slot->used && slot->attempt.v == 0 && a.v > 0);
    tm_assert(slot->e164 > 0 || slot->incoming);
    int32_t i = slots_index(s, slot);
    size_t b = bucket_of(s, a.v);
    slot->attempt = a;
    slot->attempt_next = s->by_attempt[b];
    s->by_attempt[b] = i;
    slot->before = s->last;
    slot->after = SLOTS_NONE;
    if (s->last != SLOTS_NONE)
        at(s, s->last)->after = i;
    else
        s->first = i;
    s->last = i;
    s->calls++;
    s->incoming += slot->incoming;
}

void slots_call_end(struct slots *s, struct slot *slot)
{
    tm_assert(slot->attempt.v != 0 && s->calls > 0);
    int32_t i = slots_index(s, slot);
    int32_t *link = &s->by_attempt[bucket_of(s, slot->attempt.v)];
    slots_set_deadline(s, slot, INT64_MAX);
    while (*link != i)
        link = &at(s, *link)->attempt_next;
    *link = slot->attempt_next;
    if (slot->before != SLOTS_NONE)
        at(s, slot->before)->after = slot->after;
    else
        s->first = slot->after;
    if (slot->after != SLOTS_NONE)
        at(s, slot->after)->before = slot->before;
    else
        s->last = slot->before;
    slot->attempt.v = 0;
    s->calls--;
    s->incoming -= slot->incoming;
}

/* Earlier deadline first; of two equal ones the older attempt, so that the
 * order does not depend on the heap's history. */
static bool earlier(const struct slots *s, size_t a, size_t b)
{
    const struct slot *x = at(s, s->heap[a]), *y = at(s, s->heap[b]);
    if (x->deadline_us != y->deadline_us)
        return x->deadline_us < y->deadline_us;
    return x->attempt.v < y->attempt.v;
}

static void swap(struct slots *s, size_t a, size_t b)
{
    int32_t i = s->heap[a];
    s->heap[a] = s->heap[b];
    s->heap[b] = i;
    at(s, s->heap[a])->heap_at = (int32_t)a;
    at(s, s->heap[b])->heap_at = (int32_t)b;
}

static void sift_up(struct slots *s, size_t i)
{
    while (i > 0 && earlier(s, i, (i - 1) / 2)) {
        swap(s, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static void sift_down(struct slots *s, size_t i)
{
    for (;;) {
        size_t least = i;
        if (2 * i + 1 < s->heaped && earlier(s, 2 * i + 1, least))
            least = 2 * i + 1;
        if (2 * i + 2 < s->heaped && earlier(s, 2 * i + 2, least))
            least = 2 * i + 2;
        if (least == i)
            return;
        swap(s, i, least);
        i = least;
    }
}

void slots_set_deadline(struct slots *s, struct slot *slot, int64_t us)
{
    tm_assert(slot->attempt.v != 0);
    if (slot->heap_at == SLOTS_NONE) {
        if (us == INT64_MAX)
            return;
        slot->heap_at = (int32_t)s->heaped;
        s->heap[s->heaped++] = slots_index(s, slot);
    }
    size_t i = (size_t)slot->heap_at;
    slot->deadline_us = us;
    if (us == INT64_MAX) {
        size_t last = s->heaped - 1;
        if (i != last)
            swap(s, i, last);
        s->heaped--;
        slot->heap_at = SLOTS_NONE;
        if (i == last)
            return;
    }
    sift_up(s, i);
    sift_down(s, i);
}

struct slot *slots_next_due(const struct slots *s)
{
    return s->heaped == 0 ? NULL : at(s, s->heap[0]);
}

/* --- agents ----------------------------------------------------------------*/

void slots_give_agent(struct slots *s, struct slot *slot, struct agent_id a)
{
    tm_assert(slot->used && slot->agent.v == 0 && a.v > 0);
    tm_assert(slots_find_agent(s, a) == NULL);
    size_t b = bucket_of(s, a.v);
    slot->agent = a;
    slot->agent_next = s->by_agent[b];
    s->by_agent[b] = slots_index(s, slot);
}

void slots_drop_agent(struct slots *s, struct slot *slot)
{
    tm_assert(slot->agent.v != 0);
    int32_t i = slots_index(s, slot);
    int32_t *link = &s->by_agent[bucket_of(s, slot->agent.v)];
    while (*link != i)
        link = &at(s, *link)->agent_next;
    *link = slot->agent_next;
    slot->agent.v = 0;
}

struct slot *slots_find_agent(const struct slots *s, struct agent_id a)
{
    for (int32_t i = s->by_agent[bucket_of(s, a.v)]; i != SLOTS_NONE;
         i = at(s, i)->agent_next)
        if (at(s, i)->agent.v == a.v)
            return at(s, i);
    return NULL;
}

/* --- queues ----------------------------------------------------------------*/

void slots_queue_init(struct slot_queue *q)
{
    *q = (struct slot_queue){.first = SLOTS_NONE, .last = SLOTS_NONE};
}

void slots_queue_add(struct slots *s, struct slot_queue *q, struct slot *slot)
{
    int32_t i = slots_index(s, slot);
    slot->near_before = q->last;
    slot->near_after = SLOTS_NONE;
    if (q->last != SLOTS_NONE)
        at(s, q->last)->near_after = i;
    else
        q->first = i;
    q->last = i;
    q->n++;
}

void slots_queue_sort_in(struct slots *s, struct slot_queue *q,
                         struct slot *slot)
{
    int32_t i = slots_index(s, slot), before = q->last;
    while (before != SLOTS_NONE && at(s, before)->since_us > slot->since_us)
        before = at(s, before)->near_before;
    int32_t *from =
        before != SLOTS_NONE ? &at(s, before)->near_after : &q->first;
    slot->near_before = before;
    slot->near_after = *from;
    if (*from != SLOTS_NONE)
        at(s, *from)->near_before = i;
    else
        q->last = i;
    *from = i;
    q->n++;
}

void slots_queue_remove(struct slots *s, struct slot_queue *q,
                        struct slot *slot)
{
    tm_assert(q->n > 0);
    if (slot->near_before != SLOTS_NONE)
        at(s, slot->near_before)->near_after = slot->near_after;
    else
        q->first = slot->near_after;
    if (slot->near_after != SLOTS_NONE)
        at(s, slot->near_after)->near_before = slot->near_before;
    else
        q->last = slot->near_before;
    slot->near_before = slot->near_after = SLOTS_NONE;
    q->n--;
}

struct slot *slots_queue_first(const struct slots *s,
                               const struct slot_queue *q)
{
    return q->first == SLOTS_NONE ? NULL : at(s, q->first);
}

struct slot *slots_queue_next(const struct slots *s, const struct slot *slot)
{
    return slot->near_after == SLOTS_NONE ? NULL : at(s, slot->near_after);
}

/* --- the air ---------------------------------------------------------------*/

void slots_air_add(struct slots *s, struct slot *slot, int64_t now_us)
{
    tm_assert(now_us > 0);
    if (slot->air_us != 0)
        return;
    int32_t i = slots_index(s, slot);
    slot->air_us = now_us;
    slot->air_before = s->air_last;
    slot->air_after = SLOTS_NONE;
    if (s->air_last != SLOTS_NONE)
        at(s, s->air_last)->air_after = i;
    else
        s->air_first = i;
    s->air_last = i;
}

void slots_air_remove(struct slots *s, struct slot *slot)
{
    if (slot->air_us == 0)
        return;
    if (slot->air_before != SLOTS_NONE)
        at(s, slot->air_before)->air_after = slot->air_after;
    else
        s->air_first = slot->air_after;
    if (slot->air_after != SLOTS_NONE)
        at(s, slot->air_after)->air_before = slot->air_before;
    else
        s->air_last = slot->air_before;
    slot->air_us = 0;
    slot->air_before = slot->air_after = SLOTS_NONE;
}

int64_t slots_air_since_us(const struct slots *s)
{
    return s->air_first == SLOTS_NONE ? INT64_MAX : at(s, s->air_first)->air_us;
}
