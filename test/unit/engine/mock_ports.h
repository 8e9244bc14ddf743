/*
 * A clock, a store and a carrier for tests of the engine, each as simple as
 * its port allows: nothing happens by itself, mock_pump() delivers what was
 * asked for. The carrier checks what the port promises: a call is bridged to
 * one other at most, ends once, and nothing is played to it after its end.
 */
#ifndef MOCK_PORTS_H
#define MOCK_PORTS_H

#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "engine/engine.h"

enum { MOCK_CALLS = 4000, MOCK_RECORDS = 20000, MOCK_LOG = 4096 };

#define SECOND INT64_C(1000000)
#define T0     (INT64_C(1800000000) * SECOND)

enum mock_state {
    MOCK_NONE,
    MOCK_PLACED,
    MOCK_CALLER,    /* he rings here */
    MOCK_ANSWERING, /* ... and answer() was called */
    MOCK_UP,
    MOCK_ENDING,
    MOCK_OVER,
};

struct mock_call {
    enum mock_state state;
    enum call_cause cause;  /* ENDING */
    enum hangup_reason why; /* the last one we asked for its end with */
    bool caller;
    int64_t with; /* bridged to this attempt; 0 none */
    bool staff, auto_answer;
    char user[AGENT_NAME_MAX];
    char trunk[AGENT_WORD_MAX];
    uint64_t to;
    unsigned beeps, bridges;
};

/* A record as it was handed over; texts cut. */
struct mock_record {
    enum record_kind kind;
    int64_t at_us, campaign, attempt, agent;
    int state, code;
    char key[32], value[32];
    bool dialog;
    uint64_t seq;
};

struct mock {
    int64_t now_us;
    struct clock_port clock;
    struct store store;
    struct carrier carrier;
    struct engine *engine;
    int64_t next_attempt;
    struct mock_call call[MOCK_CALLS]; /* by attempt id */
    int64_t ending[MOCK_CALLS];        /* ends that wait for mock_pump() */
    size_t endings;
    struct mock_record record[MOCK_RECORDS];
    size_t records;
    uint64_t seq, durable;
    bool store_full, store_slow;
    struct store_caller asked[64]; /* that wait for mock_pump() */
    size_t askings;
    bool caller_full, caller_slow;  /* caller() refuses; its answers wait */
    const struct lead *called_lead; /* of the next answers */
    bool called_held;
    unsigned lines;        /* of each trunk; 0: a thousand */
    unsigned rooms;        /* room() */
    unsigned per_s;        /* that room() says at most; 0: no limit */
    unsigned releases;     /* release() */
    int64_t answering[64]; /* answers that wait for mock_pump() */
    size_t answers;
    bool in_caller;       /* inside the event of a call to us */
    bool answer_fails;    /* he has gone at that very moment */
    unsigned bridge_full; /* bridges from now on that are refused: TM_EFULL */
    int place_error;      /* of the next staff call; TM_OK: none */
    bool place_fails;     /* it is that of all of them */
    size_t staff_up, people_up;
    char log[MOCK_LOG]; /* of what the carrier was asked, one letter each */
    size_t logged;
    struct floor_change change[64]; /* the last ones */
    size_t changes;
};

static inline int64_t mock_now(void *self)
{
    const struct mock *m = self;
    return m->now_us;
}

static inline void mock_note(struct mock *m, char c)
{
    m->log[m->logged++ % (MOCK_LOG - 1)] = c;
}

static inline int mock_write(void *self, const struct record *r, size_t n,
                             uint64_t *seq)
{
    struct mock *m = self;
    assert_true(n > 0);
    if (m->store_full)
        return TM_EFULL;
    for (size_t i = 0; i < n; i++) {
        assert_in_range(m->records, 0, MOCK_RECORDS - 1);
        struct mock_record *t = &m->record[m->records++];
        *t = (struct mock_record){.kind = r[i].kind,
                                  .at_us = r[i].at_us,
                                  .campaign = r[i].campaign.v,
                                  .attempt = r[i].attempt.v,
                                  .agent = r[i].agent.v,
                                  .state = r[i].state,
                                  .code = r[i].code,
                                  .dialog = r[i].dialog.n > 0,
                                  .seq = m->seq + 1};
        (void)str_copy(t->key, sizeof(t->key), r[i].key);
        (void)str_copy(t->value, sizeof(t->value), r[i].value);
    }
    *seq = ++m->seq;
    return TM_OK;
}

static inline int mock_fetch(void *self, const struct store_fetch *q)
{
    (void)self;
    (void)q;
    return TM_EFULL;
}

static inline int mock_release(void *self, struct campaign_id c)
{
    struct mock *m = self;
    for (size_t i = 0; i < m->askings; i++)
        assert_int_not_equal(m->asked[i].campaign.v, c.v);
    m->releases++;
    return TM_OK;
}

static inline int mock_caller(void *self, const struct store_caller *q)
{
    struct mock *m = self;
    assert_true(q->e164 != 0 && q->attempt.v > 0);
    assert_int_equal(q->now_us, m->now_us);
    if (m->caller_full)
        return TM_EFULL;
    assert_in_range(m->askings, 0, 63);
    m->asked[m->askings++] = *q;
    return TM_OK;
}

static inline struct mock_call *mock_call(struct mock *m, int64_t attempt)
{
    assert_in_range(attempt, 1, MOCK_CALLS - 1);
    return &m->call[attempt];
}

/* Whether the record that permits the call is durable. */
static inline bool mock_recorded(const struct mock *m, int64_t attempt)
{
    for (size_t i = m->records; i > 0; i--) {
        const struct mock_record *r = &m->record[i - 1];
        if (r->attempt == attempt &&
            (r->kind == RECORD_ATTEMPT || r->kind == RECORD_INCOMING ||
             (r->kind == RECORD_STAFF && strcmp(r->key, "recorded") == 0)))
            return m->durable >= r->seq;
    }
    return false;
}

static inline int mock_place(void *self, const struct permit *p,
                             const struct call_spec *s, struct err *e)
{
    struct mock *m = self;
    struct mock_call *c = mock_call(m, s->attempt.v);
    (void)e;
    assert_true(p->attempt.v == s->attempt.v && p->e164 == s->to);
    assert_int_equal(c->state, MOCK_NONE);
    assert_true(mock_recorded(m, s->attempt.v));
    assert_true(s->ring_timeout_ms >= 15000);
    bool staff = s->user != NULL || strcmp(s->trunk, "home") == 0;
    bool valid = permit_valid(p, m->now_us);
    assert_true(valid || !staff); /* a person's grows old in a slow store */
    if (!valid)
        return TM_EEXPIRED;
    if (staff && m->place_error != TM_OK) {
        int rc = m->place_error;
        m->place_error = m->place_fails ? rc : TM_OK;
        return rc;
    }
    /* A telephone is called once at a time. */
    for (int64_t a = m->next_attempt - 1; staff && a > 0; a--) {
        const struct mock_call *o = mock_call(m, a);
        bool there = o->state != MOCK_NONE && o->state != MOCK_OVER;
        assert_false(o->staff && there && o->to == s->to);
    }
    *c = (struct mock_call){.state = MOCK_PLACED,
                            .staff = staff,
                            .auto_answer = s->auto_answer,
                            .to = s->to};
    if (s->user != NULL)
        (void)str_copy(c->user, sizeof(c->user), str_of(s->user));
    (void)str_copy(c->trunk, sizeof(c->trunk), str_of(s->trunk));
    mock_note(m, staff ? 'S' : 'P');
    return TM_OK;
}

static inline int mock_play(void *self, struct attempt_id a,
                            const struct prompt *list, size_t n, uint32_t tag)
{
    struct mock *m = self;
    struct mock_call *c = mock_call(m, a.v);
    (void)tag;
    if (c->state != MOCK_UP)
        return TM_ESTATE;
    assert_int_equal(n, 1);
    if (list[0].kind == PROMPT_BEEP)
        c->beeps++;
    mock_note(m, list[0].kind == PROMPT_BEEP ? 'b' : 'p');
    return TM_OK;
}

static inline void mock_prepare(void *self, const struct prompt *list, size_t n)
{
    (void)self;
    (void)list;
    (void)n;
}

static inline void mock_silence(void *self, struct attempt_id a)
{
    (void)self;
    (void)a;
}

static inline int mock_bridge(void *self, struct attempt_id a,
                              struct attempt_id b)
{
    struct mock *m = self;
    struct mock_call *x = mock_call(m, a.v), *y = mock_call(m, b.v);
    if (x->state != MOCK_UP || y->state != MOCK_UP || x->with != 0 ||
        y->with != 0)
        return TM_ESTATE;
    assert_true(!x->staff && y->staff);
    if (m->bridge_full > 0) {
        m->bridge_full--;
        return TM_EFULL;
    }
    x->with = b.v;
    y->with = a.v;
    x->bridges++;
    y->bridges++;
    mock_note(m, 'J');
    return TM_OK;
}

static inline void mock_part(void *self, struct attempt_id a)
{
    struct mock *m = self;
    struct mock_call *c = mock_call(m, a.v);
    if (c->with == 0)
        return;
    mock_call(m, c->with)->with = 0;
    c->with = 0;
    mock_note(m, '/');
}

/* The call will end; what was asked twice ends once. */
static inline void mock_end(struct mock *m, int64_t attempt,
                            enum call_cause cause)
{
    struct mock_call *c = mock_call(m, attempt);
    if (c->state == MOCK_NONE || c->state >= MOCK_ENDING)
        return;
    mock_part(m, (struct attempt_id){attempt});
    if (c->state == MOCK_UP) {
        m->staff_up -= c->staff;
        m->people_up -= !c->staff;
    }
    c->state = MOCK_ENDING;
    c->cause = cause;
    m->ending[m->endings++] = attempt;
}

static inline void mock_hangup(void *self, struct attempt_id a,
                               enum hangup_reason why)
{
    struct mock *m = self;
    assert_false(m->in_caller); /* it has no name there yet */
    mock_call(m, a.v)->why = why;
    mock_note(m, mock_call(m, a.v)->staff ? 's' : 'h');
    mock_end(m, a.v, CAUSE_US);
}

static inline int mock_take(void *self, struct attempt_id a, bool record)
{
    struct mock *m = self;
    struct mock_call *c = mock_call(m, a.v);
    (void)record;
    assert_true(c->caller && !m->in_caller);
    assert_true(mock_recorded(m, a.v));
    mock_note(m, 'A');
    if (m->answer_fails)
        mock_end(m, a.v, CAUSE_CALLEE);
    m->answer_fails = false;
    if (c->state != MOCK_CALLER)
        return TM_ESTATE;
    c->state = MOCK_ANSWERING;
    m->answering[m->answers++] = a.v;
    return TM_OK;
}

static inline int mock_stale(void *self, struct slice dialog, struct err *e)
{
    (void)self;
    (void)dialog;
    (void)e;
    return TM_OK;
}

static inline unsigned mock_room(void *self, const char *trunk, int64_t now_us)
{
    struct mock *m = self;
    unsigned busy = 0;
    (void)now_us;
    m->rooms++;
    for (int64_t a = 1; m->lines > 0 && a < m->next_attempt; a++) {
        const struct mock_call *c = mock_call(m, a);
        busy += strcmp(c->trunk, trunk) == 0 &&
                (c->state == MOCK_PLACED || c->state == MOCK_UP ||
                 c->state == MOCK_CALLER);
    }
    busy += m->in_caller; /* he has his line already */
    unsigned room = m->lines > busy ? m->lines - busy : 0;
    room = m->lines > 0 ? room : 1000;
    return m->per_s > 0 && m->per_s < room ? m->per_s : room;
}

static inline unsigned mock_lines(void *self, const char *trunk)
{
    struct mock *m = self;
    unsigned rooms = m->rooms, per_s = m->per_s;
    m->per_s = 0;
    unsigned n = mock_room(m, trunk, m->now_us);
    m->rooms = rooms;
    m->per_s = per_s;
    return n;
}

static inline void mock_agent(void *arg, const struct floor_change *c)
{
    struct mock *m = arg;
    m->change[m->changes++ % 64] = *c;
}

static inline struct mock *mock_new(void)
{
    struct mock *m = test_calloc(1, sizeof(*m));
    m->now_us = T0;
    m->next_attempt = 1;
    m->clock = (struct clock_port){.self = m, .now_us = mock_now};
    m->store = (struct store){.self = m,
                              .write = mock_write,
                              .fetch = mock_fetch,
                              .release = mock_release,
                              .caller = mock_caller};
    m->carrier = (struct carrier){.self = m,
                                  .place = mock_place,
                                  .answer = mock_take,
                                  .prepare = mock_prepare,
                                  .play = mock_play,
                                  .silence = mock_silence,
                                  .bridge = mock_bridge,
                                  .part = mock_part,
                                  .hangup = mock_hangup,
                                  .end_stale = mock_stale,
                                  .room = mock_room,
                                  .lines = mock_lines};
    const struct engine_ports ports = {.clock = &m->clock,
                                       .store = &m->store,
                                       .carrier = &m->carrier,
                                       .tenant = {1},
                                       .next_attempt = &m->next_attempt,
                                       .agent = mock_agent,
                                       .agent_arg = m};
    m->engine = engine_new(&ports);
    return m;
}

static inline void mock_free(struct mock *m)
{
    engine_free(m->engine);
    test_free(m);
}

static inline void mock_event(struct mock *m, struct carrier_event ev)
{
    ev.at_us = m->now_us;
    engine_on_call(m->engine, &ev);
}

static inline void mock_answer(struct mock *m, int64_t attempt)
{
    struct mock_call *c = mock_call(m, attempt);
    assert_true(c->state == MOCK_PLACED || c->state == MOCK_ANSWERING);
    c->state = MOCK_UP;
    m->staff_up += c->staff;
    m->people_up += !c->staff;
    mock_event(m, (struct carrier_event){.kind = CARRIER_ANSWERED,
                                         .attempt = {attempt},
                                         .code = 200,
                                         .text = str_of("dialog")});
}

/* Somebody calls us. His attempt; 0: nobody takes calls to that number. */
static inline int64_t mock_calls(struct mock *m, uint64_t from, uint64_t to)
{
    struct attempt_id a = {0};
    int64_t next = m->next_attempt;
    m->in_caller = true;
    mock_event(m, (struct carrier_event){.kind = CARRIER_INCOMING,
                                         .from = from,
                                         .to = to,
                                         .trunk = "main",
                                         .text = str_of("call-id"),
                                         .adopt = &a});
    m->in_caller = false;
    if (a.v == 0)
        return 0;
    assert_int_equal(a.v, next);
    struct mock_call *c = mock_call(m, a.v);
    assert_int_equal(c->state, MOCK_NONE);
    *c = (struct mock_call){.state = MOCK_CALLER, .caller = true, .to = to};
    (void)str_copy(c->trunk, sizeof(c->trunk), str_of("main"));
    return a.v;
}

static inline void mock_called(struct mock *m, const struct store_caller *q)
{
    const struct store_events ev = engine_store_events(m->engine);
    const struct store_called c = {.campaign = q->campaign,
                                   .attempt = q->attempt,
                                   .lead = m->called_lead,
                                   .held = m->called_held};
    ev.called(ev.arg, &c);
}

/* Delivers what waits: durable records, ends, what the engine has due. */
static inline void mock_pump(struct mock *m)
{
    for (bool more = true; more;) {
        more = false;
        if (m->durable < m->seq && !m->store_slow) {
            const struct store_events ev = engine_store_events(m->engine);
            m->durable = m->seq;
            ev.durable(ev.arg, m->seq);
            more = true;
        }
        while (m->askings > 0 && !m->caller_slow) {
            const struct store_caller q = m->asked[0];
            memmove(m->asked, m->asked + 1, --m->askings * sizeof(m->asked[0]));
            mock_called(m, &q);
            more = true;
        }
        while (m->answers > 0) {
            int64_t a = m->answering[--m->answers];
            if (mock_call(m, a)->state == MOCK_ANSWERING)
                mock_answer(m, a);
            more = true;
        }
        while (m->endings > 0) {
            struct attempt_id a = {m->ending[0]};
            memmove(m->ending, m->ending + 1,
                    --m->endings * sizeof(m->ending[0]));
            struct mock_call *c = mock_call(m, a.v);
            c->state = MOCK_OVER;
            mock_event(m, (struct carrier_event){.kind = CARRIER_ENDED,
                                                 .attempt = a,
                                                 .cause = c->cause});
            more = true;
        }
        if (engine_deadline_us(m->engine) <= m->now_us) {
            engine_run(m->engine);
            more = true;
        }
    }
}

static inline void mock_key(struct mock *m, int64_t attempt, char key)
{
    mock_event(m, (struct carrier_event){.kind = CARRIER_DIGIT,
                                         .attempt = {attempt},
                                         .digit = key});
}

static inline void mock_pass(struct mock *m, int64_t us)
{
    int64_t until_us = m->now_us + us;
    mock_pump(m);
    for (int64_t at_us = engine_deadline_us(m->engine); at_us <= until_us;
         at_us = engine_deadline_us(m->engine)) {
        m->now_us = at_us > m->now_us ? at_us : m->now_us;
        mock_pump(m);
    }
    m->now_us = until_us;
    mock_pump(m);
}

/* The newest record of a kind (of that agent; 0: of anybody). */
static inline const struct mock_record *
mock_last(const struct mock *m, enum record_kind kind, int64_t agent)
{
    for (size_t i = m->records; i > 0; i--)
        if (m->record[i - 1].kind == kind &&
            (agent == 0 || m->record[i - 1].agent == agent))
            return &m->record[i - 1];
    fail_msg("no such record");
    return NULL;
}

#endif
