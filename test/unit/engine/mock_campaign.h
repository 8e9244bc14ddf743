/*
 * A campaign for tests of the engine, in the place of core/campaign's: it
 * dials when it is told to (mock_campaign.want), gives the oldest of those who
 * answered to a ready agent, and lets agents wrap up. What the engine asks of
 * a campaign is here and nothing else. Include it in one file of a program.
 */
#ifndef MOCK_CAMPAIGN_H
#define MOCK_CAMPAIGN_H

#include "core/campaign/campaign.h"
#include "core/rules/rules.h"
#include "unit/engine/mock_ports.h"

enum { MOCK_PEOPLE = 64, MOCK_WRAP_US = 30 * 1000 * 1000 };

struct mock_person {
    struct attempt_id attempt; /* v 0: free */
    struct agent_id agent;     /* who talks with him, or is rung */
    struct agent_id tied;      /* dialled for him alone */
    bool placed;               /* the carrier has it */
    bool caller;               /* he called us */
    int64_t line_us;           /* a line that counts on anybody, since then */
    int64_t waits_us;          /* since then; INT64_MAX: not */
};

struct campaign {
    struct campaign_env env;
    enum campaign_state state;
    struct mock_person person[MOCK_PEOPLE];
    unsigned want;      /* lines to dial with the next step */
    unsigned dialled;   /* ... by now */
    unsigned told;      /* CAMPAIGN_EV_FLOOR */
    unsigned waiting;   /* people, as the floor knows */
    bool shows;         /* it gives a lead to whoever is ready */
    unsigned lost;      /* AGENT_DO_LEG_LOST */
    char lost_word[32]; /* of the last one */
    unsigned limits;
    int answer;          /* to the next order */
    int refuses;         /* callers with that; TM_OK: as the plan says */
    bool releases;       /* its leads, when it is stopped */
    unsigned callers;    /* CAMPAIGN_EV_INCOMING */
    int64_t caller_lead; /* of the last one; 0 none */
    bool caller_held;
    char caller_text[32];
    char disposed[32];
    int64_t disposed_due_us;
    int64_t now_us;
    struct campaign_action action[MOCK_PEOPLE];
    size_t actions;
    struct record record[MOCK_PEOPLE];
    size_t records;
    struct lead lead;
};

static struct campaign *mock_told[64]; /* who heard of the floor, in order */
static size_t mock_tells;
static struct campaign *mock_newest;

/* It says itself whether agents are kept for it. */
static void share(struct campaign *c)
{
    assert_int_equal(floor_campaign(c->env.floor, c->env.id, 1,
                                    c->state == CAMPAIGN_RUNNING),
                     TM_OK);
}

struct campaign *campaign_new(struct arena *a, const struct campaign_env *env,
                              enum campaign_state state,
                              const struct campaign_counters *counters)
{
    struct campaign *c = arena_alloc(a, sizeof(*c));
    (void)counters;
    assert_non_null(env->floor);
    mock_newest = c;
    c->env = *env;
    c->state = state;
    for (size_t i = 0; i < MOCK_PEOPLE; i++)
        c->person[i].waits_us = c->person[i].line_us = INT64_MAX;
    share(c);
    return c;
}

static struct mock_person *person_of(struct campaign *c, struct attempt_id a)
{
    for (size_t i = 0; i < MOCK_PEOPLE; i++)
        if (a.v != 0 && c->person[i].attempt.v == a.v)
            return &c->person[i];
    return NULL;
}

static struct mock_person *person_with(struct campaign *c, struct agent_id a)
{
    for (size_t i = 0; i < MOCK_PEOPLE; i++)
        if (c->person[i].attempt.v != 0 && c->person[i].agent.v == a.v)
            return &c->person[i];
    return NULL;
}

static struct campaign_action *act(struct campaign *c,
                                   enum campaign_action_kind kind,
                                   struct attempt_id attempt,
                                   struct agent_id agent)
{
    assert_in_range(c->actions, 0, MOCK_PEOPLE - 1);
    struct campaign_action *a = &c->action[c->actions++];
    *a = (struct campaign_action){
        .kind = kind, .attempt = attempt, .agent = agent};
    return a;
}

static struct record *note(struct campaign *c, enum record_kind kind,
                           struct attempt_id attempt)
{
    assert_in_range(c->records, 0, MOCK_PEOPLE - 1);
    struct record *r = &c->record[c->records++];
    *r = (struct record){.kind = kind,
                         .at_us = c->now_us,
                         .campaign = c->env.id,
                         .attempt = attempt};
    return r;
}

static struct mock_person *dial(struct campaign *c, struct agent_id tied)
{
    for (size_t i = 0; i < MOCK_PEOPLE; i++) {
        struct mock_person *p = &c->person[i];
        if (p->attempt.v != 0)
            continue;
        *p =
            (struct mock_person){.attempt = {(*c->env.next_attempt)++},
                                 .tied = tied,
                                 .line_us = tied.v == 0 ? c->now_us : INT64_MAX,
                                 .waits_us = INT64_MAX};
        (void)note(c, RECORD_ATTEMPT, p->attempt);
        struct campaign_action *a = act(c, ACTION_PLACE, p->attempt, tied);
        a->after_records = true;
        a->spec = (struct call_spec){.attempt = p->attempt,
                                     .to = 12025550100,
                                     .trunk = c->env.plan->trunk,
                                     .ring_timeout_ms = 25000};
        assert_int_equal(rules_staff_permit(p->attempt, a->spec.to, c->now_us,
                                            60 * SECOND, &a->permit),
                         TM_OK);
        return p;
    }
    return NULL;
}

/* A person who waits gets the longest idle agent; false: nobody is ready. */
static bool give(struct campaign *c, struct mock_person *p)
{
    const struct floor_want w = {
        .campaign = c->env.id, .input = AGENT_IN_TALK, .attempt = p->attempt};
    struct agent_id a = floor_take(c->env.floor, &w, c->now_us);
    if (a.v == 0)
        return false;
    p->agent = a;
    p->waits_us = INT64_MAX;
    if (floor_find(c->env.floor, a)->state == AGENT_RINGING) {
        (void)act(c, ACTION_RING, p->attempt, a);
        return true;
    }
    note(c, RECORD_BRIDGED, p->attempt)->agent = a;
    act(c, ACTION_BRIDGE, p->attempt, a)->beep = true;
    return true;
}

int64_t campaign_waits_due_us(const struct campaign *c)
{
    int64_t us = INT64_MAX;
    for (size_t i = 0; i < MOCK_PEOPLE; i++)
        if (c->person[i].attempt.v != 0 && c->person[i].waits_us < us)
            us = c->person[i].waits_us;
    return us;
}

static void serve_oldest(struct campaign *c)
{
    int64_t us = campaign_waits_due_us(c);
    for (size_t i = 0; us < INT64_MAX && i < MOCK_PEOPLE; i++) {
        if (c->person[i].attempt.v == 0 || c->person[i].waits_us != us)
            continue;
        (void)give(c, &c->person[i]);
        return;
    }
}

static void on_answer(struct campaign *c, struct mock_person *p)
{
    p->waits_us = c->now_us;
    p->line_us = INT64_MAX;
    if (p->tied.v == 0) {
        (void)give(c, p);
        return;
    }
    p->waits_us = INT64_MAX;
    p->agent = p->tied;
    bool rings =
        floor_find(c->env.floor, p->tied)->setup.leg == AGENT_LEG_PER_CALL;
    bool moved = floor_move(c->env.floor, p->tied,
                            rings ? AGENT_IN_RING : AGENT_IN_TALK, c->now_us);
    assert_true(moved);
    if (rings) {
        (void)act(c, ACTION_RING, p->attempt, p->tied);
        return;
    }
    act(c, ACTION_BRIDGE, p->attempt, p->tied)->beep = true;
}

static void on_end(struct campaign *c, struct mock_person *p)
{
    struct agent_id a = p->agent.v != 0 ? p->agent : p->tied;
    (void)note(c, RECORD_ENDED, p->attempt);
    *p = (struct mock_person){.line_us = INT64_MAX, .waits_us = INT64_MAX};
    if (a.v == 0)
        return;
    const struct floor_agent *f = floor_find(c->env.floor, a);
    if (f->state == AGENT_RINGING)
        (void)act(c, ACTION_DROP, (struct attempt_id){0}, a);
    if (floor_move(c->env.floor, a, AGENT_IN_NOBODY, c->now_us))
        return;
    if (!floor_move(c->env.floor, a, AGENT_IN_CALL_ENDED, c->now_us))
        return; /* he was lost */
    floor_set_limit(c->env.floor, a, c->now_us + MOCK_WRAP_US);
    if (f->setup.leg == AGENT_LEG_PER_CALL)
        (void)act(c, ACTION_DROP, (struct attempt_id){0}, a);
}

static int lost(struct campaign *c, struct agent_id a, struct mock_person *p)
{
    c->lost++;
    /* He looked at a lead, or a line is dialled for him: it may have left
     * already, and is then anybody's. */
    for (size_t i = 0; p == NULL && i < MOCK_PEOPLE; i++) {
        struct mock_person *line = &c->person[i];
        if (line->attempt.v == 0 || line->tied.v != a.v)
            continue;
        (void)act(c, ACTION_HANGUP, line->attempt, a);
        line->tied.v = 0;
    }
    if (!floor_move(c->env.floor, a, AGENT_IN_NOBODY, c->now_us) &&
        floor_move(c->env.floor, a, AGENT_IN_CALL_ENDED, c->now_us))
        (void)floor_move(c->env.floor, a, AGENT_IN_READY, c->now_us);
    if (p == NULL)
        return TM_OK;
    p->agent = p->tied = (struct agent_id){0};
    p->waits_us = c->now_us;
    (void)give(c, p);
    return TM_OK;
}

static int next_lead(struct campaign *c, struct agent_id a)
{
    const struct floor_want w = {
        .campaign = c->env.id, .only = a, .input = AGENT_IN_LEAD};
    return floor_take(c->env.floor, &w, c->now_us).v == 0 ? TM_ENOTFOUND
                                                          : TM_OK;
}

static int on_dial(struct campaign *c, struct agent_id a)
{
    const struct mock_person *p = dial(c, a);
    if (p == NULL)
        return TM_ENOTFOUND;
    bool moved = floor_move(c->env.floor, a, AGENT_IN_DIAL, c->now_us);
    assert_true(moved);
    floor_set_attempt(c->env.floor, a, c->env.id, p->attempt);
    return TM_OK;
}

static int on_order(struct campaign *c, struct agent_id a,
                    const struct agent_order *o)
{
    struct floor *f = c->env.floor;
    enum agent_state s = floor_find(f, a)->state;
    struct mock_person *p = person_with(c, a);
    switch (o->kind) {
    case AGENT_DO_NEXT: return next_lead(c, a);
    case AGENT_DO_DIAL: return s == AGENT_PREVIEW ? on_dial(c, a) : TM_ESTATE;
    case AGENT_DO_SKIP:
        return s == AGENT_PREVIEW &&
                       floor_move(f, a, AGENT_IN_NOBODY, c->now_us)
                   ? TM_OK
                   : TM_ESTATE;
    case AGENT_DO_HANG_UP:
        if (p == NULL)
            return TM_ESTATE;
        (void)act(c, ACTION_HANGUP, p->attempt, a);
        return TM_OK;
    case AGENT_DO_HOLD:
        if (!floor_move(f, a, AGENT_IN_HOLD, c->now_us))
            return TM_ESTATE;
        (void)act(c, ACTION_PART, p->attempt, a);
        return TM_OK;
    case AGENT_DO_RETRIEVE:
        if (!floor_move(f, a, AGENT_IN_RETRIEVE, c->now_us))
            return TM_ESTATE;
        (void)act(c, ACTION_BRIDGE, p->attempt, a);
        return TM_OK;
    case AGENT_DO_DISPOSE:
        (void)str_copy(c->disposed, sizeof(c->disposed), o->word);
        c->disposed_due_us = o->due_us;
        return s == AGENT_WRAP && floor_move(f, a, AGENT_IN_READY, c->now_us)
                   ? TM_OK
                   : TM_ESTATE;
    case AGENT_DO_LEG_UP: {
        bool moved = floor_move(f, a, AGENT_IN_TALK, c->now_us);
        assert_true(moved && p != NULL);
        note(c, RECORD_BRIDGED, p->attempt)->agent = a;
        act(c, ACTION_BRIDGE, p->attempt, a)->beep = true;
        return TM_OK;
    }
    case AGENT_DO_LEG_LOST:
        (void)str_copy(c->lost_word, sizeof(c->lost_word), o->word);
        return lost(c, a, p);
    case AGENT_DO_LIMIT:
        c->limits++;
        return floor_move(f, a,
                          s == AGENT_WRAP ? AGENT_IN_READY : AGENT_IN_NOBODY,
                          c->now_us)
                   ? TM_OK
                   : TM_ESTATE;
    case AGENT_DO_SIGN_IN:
    case AGENT_DO_SIGN_OUT:
    case AGENT_DO_READY:
    case AGENT_DO_PAUSE:
    case AGENT_ORDER_COUNT: break;
    }
    fail_msg("not an order for a campaign");
    return TM_EINVAL;
}

static void on_call(struct campaign *c, const struct carrier_event *ev)
{
    struct mock_person *p = person_of(c, ev->attempt);
    if (p == NULL)
        return;
    p->placed = true;
    if (ev->kind == CARRIER_ANSWERED)
        on_answer(c, p);
    else if (ev->kind == CARRIER_ENDED)
        on_end(c, p);
}

static void on_incoming(struct campaign *c, const struct campaign_event *ev)
{
    const struct carrier_event *call = ev->call;
    struct mock_person *p = NULL;
    for (size_t i = 0; p == NULL && i < MOCK_PEOPLE; i++)
        if (c->person[i].attempt.v == 0)
            p = &c->person[i];
    assert_non_null(p);
    assert_true(call->kind == CARRIER_INCOMING && call->attempt.v > 0);
    assert_string_equal(call->trunk, "main");
    c->callers++;
    c->caller_lead = ev->lead != NULL ? ev->lead->id.v : 0;
    c->caller_held = ev->held;
    (void)str_copy(c->caller_text, sizeof(c->caller_text), call->text);
    *p = (struct mock_person){.attempt = call->attempt,
                              .placed = true,
                              .caller = true,
                              .line_us = INT64_MAX,
                              .waits_us = INT64_MAX};
    (void)note(c, RECORD_INCOMING, p->attempt);
    act(c, ACTION_ANSWER, p->attempt, (struct agent_id){0})->after_records =
        true;
}

static unsigned people_waiting(const struct campaign *c)
{
    unsigned n = 0;
    for (size_t i = 0; i < MOCK_PEOPLE; i++)
        n += c->person[i].attempt.v != 0 && c->person[i].waits_us < INT64_MAX;
    return n;
}

/* As it has to: the floor knows who waits, then leads are shown. */
static void tell_waiting(struct campaign *c)
{
    unsigned n = people_waiting(c);
    for (; c->waiting < n; c->waiting++)
        floor_waits(c->env.floor, c->env.id, 1);
    for (; c->waiting > n; c->waiting--)
        floor_waits(c->env.floor, c->env.id, -1);
    if (c->shows && c->state == CAMPAIGN_RUNNING)
        (void)next_lead(c, (struct agent_id){0});
}

static void set_state(struct campaign *c, enum campaign_state s)
{
    c->state = s;
    share(c);
    note(c, RECORD_CAMPAIGN, (struct attempt_id){0})->state = (int)s;
}

void campaign_step(struct campaign *c, const struct campaign_event *ev,
                   struct campaign_out *out)
{
    c->now_us = ev->now_us;
    c->actions = c->records = 0;
    *out = (struct campaign_out){.action = c->action, .record = c->record};
    switch (ev->kind) {
    case CAMPAIGN_EV_START: set_state(c, CAMPAIGN_RUNNING); break;
    case CAMPAIGN_EV_PAUSE: set_state(c, CAMPAIGN_PAUSED); break;
    case CAMPAIGN_EV_STOP:
        set_state(c, CAMPAIGN_STOPPED);
        if (c->releases)
            (void)act(c, ACTION_RELEASE, (struct attempt_id){0},
                      (struct agent_id){0});
        break;
    case CAMPAIGN_EV_CALL: on_call(c, ev->call); break;
    case CAMPAIGN_EV_REFUSED: on_end(c, person_of(c, ev->attempt)); break;
    case CAMPAIGN_EV_FLOOR:
        c->told++;
        mock_told[mock_tells++ % 64] = c;
        serve_oldest(c);
        break;
    case CAMPAIGN_EV_AGENT:
        out->error =
            c->answer != TM_OK ? c->answer : on_order(c, ev->agent, ev->order);
        out->why = out->error != TM_OK ? "because of the test" : NULL;
        c->answer = TM_OK;
        break;
    case CAMPAIGN_EV_PACE:
        out->error = ev->pacing->mode == DIAL_AGENTLESS ? TM_EINVAL : TM_OK;
        out->why = "a plan with agents stays one";
        break;
    case CAMPAIGN_EV_INCOMING: on_incoming(c, ev); break;
    case CAMPAIGN_EV_REFRESH:
    case CAMPAIGN_EV_TICK:
    case CAMPAIGN_EV_LEADS:
    case CAMPAIGN_EV_STORE_DOWN:
    case CAMPAIGN_EV_STORE_UP: break;
    }
    unsigned room = c->state == CAMPAIGN_RUNNING ? ev->room : 0;
    for (; c->want > 0 && room > 0 && dial(c, (struct agent_id){0}) != NULL;
         room--, c->want--)
        c->dialled++;
    out->starved = c->want > 0 && room == 0 && c->state == CAMPAIGN_RUNNING;
    tell_waiting(c);
    out->actions = c->actions;
    out->records = c->records;
}

int64_t campaign_deadline_us(const struct campaign *c)
{
    return c->want > 0 && c->state == CAMPAIGN_RUNNING ? c->now_us + 50000
                                                       : INT64_MAX;
}

int64_t campaign_oldest_line_us(const struct campaign *c)
{
    int64_t us = INT64_MAX;
    for (size_t i = 0; i < MOCK_PEOPLE; i++) {
        const struct mock_person *p = &c->person[i];
        if (p->attempt.v == 0 || p->caller)
            continue;
        us = p->line_us < us ? p->line_us : us;
        us = p->waits_us < us ? p->waits_us : us;
    }
    return us;
}

int campaign_takes_caller(const struct campaign *c, uint64_t to)
{
    const struct plan_inbound *in = &c->env.plan->inbound;
    unsigned callers = 0;
    size_t i = 0;
    while (i < in->numbers && in->number[i] != to)
        i++;
    if (i == in->numbers)
        return TM_ENOTFOUND;
    if (c->refuses != TM_OK || c->state == CAMPAIGN_STOPPED)
        return c->refuses != TM_OK ? c->refuses : TM_ESTATE;
    for (i = 0; i < MOCK_PEOPLE; i++)
        callers += c->person[i].attempt.v != 0 && c->person[i].caller;
    return callers < in->calls_max ? TM_OK : TM_EFULL;
}

bool campaign_may_place(const struct campaign *c, struct attempt_id a)
{
    (void)a;
    return c->state == CAMPAIGN_RUNNING;
}

void campaign_set_lists(struct campaign *c, const struct dnc_lists *lists)
{
    (void)c;
    (void)lists;
}

void campaign_set_facts(struct campaign *c, const struct caller_facts *facts)
{
    (void)c;
    (void)facts;
}

void campaign_set_trace(struct campaign *c, campaign_trace_fn *fn, void *arg)
{
    if (fn != NULL)
        fn(arg, c->env.id, c->now_us, "traced");
}

void campaign_status(const struct campaign *c, struct campaign_status *out)
{
    memset(out, 0, sizeof(*out));
    out->state = c->state;
    for (size_t i = 0; i < MOCK_PEOPLE; i++) {
        const struct mock_person *p = &c->person[i];
        bool ours = p->attempt.v != 0 && !p->caller;
        out->calls += ours;
        out->ringing += ours && p->line_us < INT64_MAX;
        out->waiting += ours && p->waits_us < INT64_MAX;
    }
    floor_counts(c->env.floor, c->env.id, &out->agents);
}

size_t campaign_calls(const struct campaign *c, struct attempt_id *out,
                      size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < MOCK_PEOPLE && n < max; i++)
        if (c->person[i].attempt.v != 0)
            out[n++] = c->person[i].attempt;
    return n;
}

const struct lead *campaign_agent_lead(const struct campaign *c,
                                       struct agent_id a)
{
    (void)a;
    return &c->lead;
}

/* For the runner, which is linked too: a campaign in whole is not wanted. */
size_t campaign_close_open(const struct plan *plan,
                           const struct campaign_open_attempt *a,
                           int64_t now_us, struct record out[3])
{
    (void)plan;
    (void)a;
    (void)now_us;
    (void)out;
    fail_msg("nothing crashes here");
    return 0;
}

uint64_t campaign_agent_number(const struct campaign *c, struct agent_id a)
{
    (void)a;
    return c->lead.phone[0].e164;
}

struct slice campaign_agent_said(const struct campaign *c, struct agent_id a,
                                 int64_t *due_us)
{
    (void)a;
    *due_us = c->lead.due_us;
    return str_of("later");
}

const char *campaign_state_text(enum campaign_state s)
{
    (void)s;
    return "";
}

bool campaign_state_parse(struct slice s, enum campaign_state *out)
{
    (void)s;
    (void)out;
    return false;
}

#endif
