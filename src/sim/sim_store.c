#include "sim/sim_store.h"

#include "base/civil.h"
#include "sim/sim_store_flow.h"
#include "sim/sim_store_rows.h"

enum { RECORDS_MAX = 65536, PAYLOAD_MAX = 1 << 16 };

#define RETRY_US INT64_C(100000) /* while away, this often */

enum request_kind {
    REQUEST_WRITE,
    REQUEST_FETCH,
    REQUEST_CALLER,
    REQUEST_RELEASE,
};

struct request {
    enum request_kind kind;
    struct record *record;
    size_t records;
    uint64_t seq;
    struct campaign_id campaign;
    struct store_fetch fetch;
    struct sim_picked picked;
    struct store_caller caller;
    struct sim_caller called;
};

/* What came in since the last commit. */
struct queue {
    struct arena arena;
    struct request *request;
    size_t n, cap;
    size_t records;
};

struct sim_store {
    struct sim_store_options o;
    struct store_events events;
    struct sim_rows rows;
    struct journal journal;
    struct journal_memo memo;
    struct journal_texts texts;
    struct buf payload;
    struct sim_timer timer;
    struct queue queue[2]; /* one fills while the other is served */
    unsigned filling;
    uint64_t seq;
    struct lead *lead; /* for handing out */
    size_t leads_cap;
    bool away, told_away;
};

static void commit_due(void *arg);

struct sim_store *sim_store_new(const struct sim_store_options *o)
{
    tm_assert(o->clock != NULL && o->salt != NULL && o->commit_us > 0);
    struct sim_store *s = mem_alloc(sizeof(*s));
    s->o = *o;
    if (s->o.records_max == 0)
        s->o.records_max = RECORDS_MAX;
    sim_store_rows_init(&s->rows);
    if (o->endless != NULL)
        s->rows.flow = sim_store_flow_new(o->endless);
    s->rows.ended = o->ended;
    s->rows.ended_arg = o->ended_arg;
    journal_init(&s->journal, o->salt);
    journal_remember(&s->journal, &s->memo);
    journal_share(&s->journal, &s->texts);
    buf_init(&s->payload, PAYLOAD_MAX);
    sim_clock_timer(&s->timer, commit_due, s);
    arena_init(&s->queue[0].arena);
    arena_init(&s->queue[1].arena);
    return s;
}

void sim_store_free(struct sim_store *s)
{
    if (s == NULL)
        return;
    sim_clock_cancel(s->o.clock, &s->timer);
    for (int i = 0; i < 2; i++) {
        arena_fini(&s->queue[i].arena);
        mem_free(s->queue[i].request);
    }
    sim_store_rows_fini(&s->rows);
    buf_fini(&s->payload);
    mem_free(s->lead);
    mem_free(s);
}

void sim_store_listen(struct sim_store *s, const struct store_events *events)
{
    s->events = *events;
}

void sim_store_add_lead(struct sim_store *s, const struct lead *l)
{
    sim_store_rows_add_lead(&s->rows, l);
}

void sim_store_add_campaign(struct sim_store *s,
                            const struct sim_store_campaign *c)
{
    struct sim_rows *t = &s->rows;
    tm_assert(c->id.v > 0 && sim_store_rows_campaign(t, c->id) == NULL);
    if (t->campaign.n == t->campaign.cap) {
        t->campaign.cap = t->campaign.cap == 0 ? 4 : t->campaign.cap * 2;
        t->campaign.at = mem_resize(t->campaign.at,
                                    t->campaign.cap * sizeof(*t->campaign.at));
    }
    struct sim_campaign *to = &t->campaign.at[t->campaign.n++];
    *to = (struct sim_campaign){.c = *c};
    map_init(&to->by_lead);
}

void sim_store_enroll(struct sim_store *s, struct campaign_id c,
                      struct lead_id l)
{
    struct sim_campaign *to = sim_store_rows_campaign(&s->rows, c);
    tm_assert(to != NULL);
    sim_store_rows_enroll(&s->rows, to, l);
}

void sim_store_new_list(struct sim_store *s)
{
    if (s->rows.flow != NULL)
        sim_store_flow_new_list(s->rows.flow);
}

void sim_store_set_commit_us(struct sim_store *s, int64_t us)
{
    tm_assert(us > 0);
    s->o.commit_us = us;
}

static void schedule(struct sim_store *s, int64_t in_us)
{
    if (!sim_clock_is_set(&s->timer))
        sim_clock_set(s->o.clock, &s->timer, s->o.clock->now_us + in_us);
}

void sim_store_set_away(struct sim_store *s, bool away)
{
    s->away = away;
    if (away || s->told_away)
        schedule(s, s->o.commit_us);
}

/* --- requests -------------------------------------------------------------*/

static struct request *add_request(struct sim_store *s, enum request_kind kind)
{
    struct queue *q = &s->queue[s->filling];
    if (q->n == q->cap) {
        q->cap = q->cap == 0 ? 64 : q->cap * 2;
        q->request = mem_resize(q->request, q->cap * sizeof(*q->request));
    }
    struct request *r = &q->request[q->n++];
    *r = (struct request){.kind = kind};
    schedule(s, s->o.commit_us);
    return r;
}

static void copy_text(struct arena *a, struct slice *s)
{
    if (s->n > 0)
        s->p = arena_strdup(a, *s);
}

static int write_records(void *self, const struct record *r, size_t n,
                         uint64_t *seq)
{
    struct sim_store *s = self;
    struct queue *q = &s->queue[s->filling];
    tm_assert(n > 0);
    if (q->records + n > s->o.records_max)
        return TM_EFULL;
    struct record *copy = arena_array(&q->arena, n, sizeof(*copy));
    for (size_t i = 0; i < n; i++) {
        copy[i] = r[i];
        copy_text(&q->arena, &copy[i].key);
        copy_text(&q->arena, &copy[i].value);
        copy_text(&q->arena, &copy[i].rules);
        copy_text(&q->arena, &copy[i].versions);
        copy_text(&q->arena, &copy[i].note);
        copy_text(&q->arena, &copy[i].dialog);
    }
    struct request *to = add_request(s, REQUEST_WRITE);
    to->record = copy;
    to->records = n;
    to->seq = ++s->seq;
    q->records += n;
    *seq = to->seq;
    return TM_OK;
}

static int fetch(void *self, const struct store_fetch *f)
{
    struct sim_store *s = self;
    if (s->queue[s->filling].records >= s->o.records_max)
        return TM_EFULL;
    add_request(s, REQUEST_FETCH)->fetch = *f;
    return TM_OK;
}

static int caller(void *self, const struct store_caller *q)
{
    struct sim_store *s = self;
    tm_assert(q->e164 > 0);
    if (s->queue[s->filling].records >= s->o.records_max)
        return TM_EFULL;
    add_request(s, REQUEST_CALLER)->caller = *q;
    return TM_OK;
}

static int release(void *self, struct campaign_id c)
{
    struct sim_store *s = self;
    if (s->queue[s->filling].records >= s->o.records_max)
        return TM_EFULL;
    add_request(s, REQUEST_RELEASE)->campaign = c;
    return TM_OK;
}

void sim_store_port(struct sim_store *s, struct store *out)
{
    *out = (struct store){.self = s,
                          .write = write_records,
                          .fetch = fetch,
                          .caller = caller,
                          .release = release};
}

/* --- commits --------------------------------------------------------------*/

static void apply(struct sim_store *s, const struct record *r)
{
    uint8_t hash[JOURNAL_HASH_SIZE];
    sim_store_rows_apply(&s->rows, r);
    buf_clear(&s->payload);
    int rc = journal_append(&s->journal, r, &s->payload, hash);
    tm_assert(rc == TM_OK);
    if (s->o.watch == NULL)
        return;
    struct journal_row row = {
        .seq = s->journal.seq, .payload = buf_slice(&s->payload), .hash = hash};
    s->o.watch(s->o.watch_arg, r, &row);
}

void sim_store_apply(struct sim_store *s, const struct record *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        apply(s, &r[i]);
}

static void serve(struct sim_store *s, struct queue *q, struct request *r)
{
    struct sim_campaign *c;
    switch (r->kind) {
    case REQUEST_WRITE: sim_store_apply(s, r->record, r->records); break;
    case REQUEST_FETCH:
        c = sim_store_rows_campaign(&s->rows, r->fetch.campaign);
        r->picked = (struct sim_picked){.next_due_us = INT64_MAX};
        if (c != NULL && s->rows.flow != NULL)
            sim_store_flow_pick(s->rows.flow, &r->fetch, &q->arena, &r->picked);
        else if (c != NULL)
            sim_store_pick_leads(c, &r->fetch, &q->arena, &r->picked);
        break;
    case REQUEST_CALLER:
        sim_store_incoming_caller(&s->rows, &r->caller, &r->called);
        break;
    case REQUEST_RELEASE:
        c = sim_store_rows_campaign(&s->rows, r->campaign);
        if (s->rows.flow != NULL)
            sim_store_flow_release(s->rows.flow);
        else if (c != NULL)
            sim_store_pick_release(c);
        break;
    }
}

static void hand_out(struct sim_store *s, const struct request *r)
{
    const struct sim_campaign *c =
        sim_store_rows_campaign(&s->rows, r->fetch.campaign);
    const struct sim_picked *p = &r->picked;
    if (p->n > s->leads_cap) {
        s->lead = mem_resize(s->lead, p->n * sizeof(*s->lead));
        s->leads_cap = p->n;
    }
    for (size_t i = 0; i < p->n && s->rows.flow != NULL; i++)
        sim_store_flow_fill(s->rows.flow, p->member[i], &s->lead[i]);
    for (size_t i = 0; i < p->n && s->rows.flow == NULL; i++)
        sim_store_rows_lead(&s->rows, c, &c->member[p->member[i]], &s->lead[i]);
    struct store_leads out = {.campaign = r->fetch.campaign,
                              .lead = s->lead,
                              .n = p->n,
                              .next_due_us = p->next_due_us,
                              .unclaimed = p->others};
    s->events.leads(s->events.arg, &out);
}

/* Who it was when the request was served; what he is, now. */
static void tell_caller(struct sim_store *s, const struct request *r)
{
    const struct sim_campaign *c =
        sim_store_rows_campaign(&s->rows, r->caller.campaign);
    struct store_called out = {.campaign = r->caller.campaign,
                               .attempt = r->caller.attempt,
                               .held = r->called.held};
    struct lead lead;
    if (r->called.member != SIZE_MAX) {
        sim_store_rows_lead(&s->rows, c, &c->member[r->called.member], &lead);
        out.lead = &lead;
    }
    s->events.called(s->events.arg, &out);
}

static void tell_people(struct sim_store *s, const struct request *r)
{
    if (r->kind == REQUEST_FETCH && s->events.leads != NULL)
        hand_out(s, r);
    else if (r->kind == REQUEST_CALLER && s->events.called != NULL)
        tell_caller(s, r);
}

static void tell(struct sim_store *s, const struct queue *q)
{
    uint64_t seq = 0;
    for (size_t i = 0; i < q->n; i++)
        if (q->request[i].kind == REQUEST_WRITE)
            seq = q->request[i].seq;
    if (seq > 0 && s->events.durable != NULL)
        s->events.durable(s->events.arg, seq);
    for (size_t i = 0; i < q->n; i++)
        tell_people(s, &q->request[i]);
}

static void clear(struct queue *q)
{
    arena_reset(&q->arena);
    q->n = q->records = 0;
}

static void tell_away(struct sim_store *s)
{
    struct err e;
    (void)err_set(&e, TM_ENOSPACE, "the simulated disk is full");
    s->told_away = true;
    schedule(s, RETRY_US);
    if (s->events.failed != NULL)
        s->events.failed(s->events.arg, &e);
}

static void commit_due(void *arg)
{
    struct sim_store *s = arg;
    if (s->away) {
        tell_away(s);
        return;
    }
    struct queue *q = &s->queue[s->filling];
    s->filling = 1 - s->filling;
    tm_assert(s->queue[s->filling].n == 0);
    for (size_t i = 0; i < q->n; i++)
        serve(s, q, &q->request[i]);
    s->rows.counts.commits++;
    if (s->told_away && s->events.recovered != NULL)
        s->events.recovered(s->events.arg);
    s->told_away = false;
    tell(s, q);
    clear(q);
}

void sim_store_crash(struct sim_store *s)
{
    sim_clock_cancel(s->o.clock, &s->timer);
    clear(&s->queue[s->filling]);
    s->events = (struct store_events){0};
    s->told_away = false;
    for (size_t i = 0; i < s->rows.campaign.n; i++)
        sim_store_pick_release(&s->rows.campaign.at[i]);
    if (s->rows.flow != NULL)
        sim_store_flow_release(s->rows.flow);
    if (s->away)
        schedule(s, RETRY_US);
}

const struct sim_rows *sim_store_rows(const struct sim_store *s)
{
    return &s->rows;
}

void sim_store_count_all(struct sim_store *s)
{
    if (s->rows.flow != NULL)
        sim_store_flow_forget_all(s->rows.flow);
}

const struct journal *sim_store_journal(const struct sim_store *s)
{
    return &s->journal;
}
