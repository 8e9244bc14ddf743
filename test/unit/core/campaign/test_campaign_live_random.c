/*
 * Random days with agents, by seed: people answer, wait, hang up; agents come,
 * pause, lose their telephones, say what it was or nothing; the store is slow,
 * the campaign is paused, its pacing changed. Checked at every step, with the
 * test's own book-keeping:
 *
 *  - pacing's lines are the lines in the air, its talks those joined, its
 *    wrap-ups those of the floor: each beginning has its end
 *  - an agent is joined with one person at most, a person with one agent
 *  - who answers is joined within the lawful time, or hears the message then,
 *    and that call counts as abandoned; no other does
 *  - a line is withdrawn only when it has rung for 15 s
 *  - who calls us is joined in order of his waiting, has music or words, ends
 *    once, never as a live or abandoned call, and his lead has a next step;
 *    nobody dials his number meanwhile
 *  - each attempt ends once; each lead has one next step for it, and another
 *    one with its disposition; at the end nothing is at hand
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "core/campaign/campaign_crew.h"
#include "fixture_world.h"

enum {
    LEADS = 400,
    CALLERS = 6,
    ATTEMPTS = 20000,
    AGENTS = 6,
    SEEDS = 60,
    ROUNDS = 6000
};

enum line { UNKNOWN, RECORDED, PLACED, CALLING, UP, CLOSING, OVER };

struct attempt {
    enum line line;
    size_t lead;
    bool pooled; /* for whoever is ready */
    bool detect;
    bool person;    /* known to be one */
    bool withdrawn; /* no longer a line in the air */
    bool machine;
    bool message; /* he hears that nobody is there */
    bool served;
    bool incoming, answered;
    bool told_off, leaves; /* leaves: by a key */
    uint64_t from;
    int64_t agent; /* joined with, or 0 */
    int64_t rang_us, since_us, place_us, next_us;
    uint32_t tag;
};

struct agent {
    int64_t attempt; /* joined with */
    int64_t then_us; /* when he does something */
    bool leg;        /* per_call: it is up */
};

static struct world w;
static struct rng r;
static uint64_t seed;
static struct lead lead[LEADS];
static bool claimed[LEADS];
static struct attempt attempt[ATTEMPTS];
static struct agent agent[AGENTS + 1];
static bool fetching;
static struct lead fetched[LEADS];
static size_t fetched_n;
static unsigned joined, abandoned, withdrawn, promised, previews, over;
static unsigned taken, gave_up, sent_away, asked_back, told_off;
static int64_t up[256]; /* attempts that are not over */
static size_t ups;

#define require(cond)                                                          \
    do {                                                                       \
        if (!(cond))                                                           \
            fail_msg("seed %llu, at %lld us: %s", (unsigned long long)seed,    \
                     (long long)(w.now_us - w.start_us), #cond);               \
    } while (0)

static void step(struct campaign_event *ev);

static bool one_in(unsigned n)
{
    return rng_below(&r, n) == 0;
}

static int64_t some_us(int64_t ms)
{
    return w.now_us + 1000 * (int64_t)rng_below(&r, (uint64_t)ms);
}

static const struct floor_agent *floor_of(int64_t id)
{
    return floor_find(w.floor, (struct agent_id){id});
}

/* --- the campaign's records
 * -------------------------------------------------*/

static void on_attempt(const struct record *rec)
{
    require(rec->attempt.v < ATTEMPTS && ups < 256);
    struct attempt *t = &attempt[rec->attempt.v];
    size_t l = (size_t)rec->lead.v - 1;
    require(t->line == UNKNOWN && claimed[l]);
    require(lead[l].state != LEAD_IN_CALL && lead[l].due_us <= w.now_us);
    promised += lead[l].state == LEAD_CALLBACK;
    bool callback = lead[l].state == LEAD_CALLBACK;
    lead[l].state = LEAD_IN_CALL;
    for (size_t i = 0; i < ups; i++)
        require(attempt[up[i]].from != rec->e164);
    *t = (struct attempt){.line = RECORDED, .lead = l, .pooled = true};
    t->place_us = some_us(300);
    up[ups++] = rec->attempt.v;
    for (int64_t a = 1; a <= AGENTS; a++)
        if (floor_of(a)->attempt.v == rec->attempt.v)
            t->pooled = false;
    require(!callback || !t->pooled);
    /* Nobody is called while nobody can take it. */
    struct floor_counts n;
    floor_counts(w.floor, w.env.id, &n);
    require(n.agents > 0);
}

static void on_incoming(const struct record *rec)
{
    require(rec->attempt.v < ATTEMPTS && ups < 256);
    struct attempt *t = &attempt[rec->attempt.v];
    require(t->line == UNKNOWN && t->incoming);
    require(rec->e164 == t->from);
    t->lead = rec->lead.v != 0 ? (size_t)rec->lead.v - 1 : LEADS;
    require(rec->lead.v == 0 || claimed[t->lead]);
    t->line = CALLING;
    t->next_us = some_us(20000);
    up[ups++] = rec->attempt.v;
    taken++;
}

static void on_bridged(const struct record *rec)
{
    struct attempt *t = &attempt[rec->attempt.v];
    struct agent *a = &agent[rec->agent.v];
    require(t->line == UP && !t->message && t->agent == 0);
    require(a->attempt == 0);
    require(t->served || t->incoming ||
            w.now_us - t->since_us <= w.plan->hold_ms * 1000);
    require(!t->leaves);
    require(rec->ring_ms >= 0);
    t->agent = rec->agent.v;
    t->served = true;
    a->attempt = rec->attempt.v;
    a->then_us = some_us(60000);
    joined++;
}

static void on_ended(const struct record *rec)
{
    struct attempt *t = &attempt[rec->attempt.v];
    require(t->line != UNKNOWN && t->line != OVER);
    for (size_t i = 0; i < ups; i++)
        if (up[i] == rec->attempt.v)
            up[i--] = up[--ups];
    if (t->incoming) {
        require(!rec->live && !rec->abandoned);
        require((rec->state == OUTCOME_TALKED) == t->served);
        require(t->served || t->leaves == (rec->state == OUTCOME_OPTED_OUT));
        gave_up += rec->state == OUTCOME_GAVE_UP;
        sent_away += rec->state == OUTCOME_TURNED_AWAY;
        asked_back += rec->state == OUTCOME_CALLBACK;
        told_off += rec->state == OUTCOME_OPTED_OUT;
    } else if (rec->state == OUTCOME_TALKED) {
        require(t->served && rec->live && !rec->abandoned);
    } else {
        require(!t->served || rec->state == OUTCOME_OPTED_OUT);
        require(rec->abandoned <= rec->live);
        require(rec->live || !t->message);
        require(rec->abandoned || !t->message || t->served);
        require(rec->state != OUTCOME_HUNG_UP ||
                w.now_us - t->since_us <= w.plan->hold_ms * 1000 ||
                (w.plan->detect && !t->person));
    }
    abandoned += rec->abandoned;
    if (t->agent != 0)
        agent[t->agent].attempt = 0;
    t->line = OVER;
    t->agent = 0;
}

static void on_lead(const struct record *rec)
{
    struct lead *l = &lead[rec->lead.v - 1];
    l->state = (enum lead_state)rec->state;
    l->due_us = rec->due_us;
    claimed[rec->lead.v - 1] = false;
    if (rec->attempt.v != 0)
        require(attempt[rec->attempt.v].line == OVER);
    require(l->state != LEAD_CALLBACK || l->due_us > 0);
    require(rec->attempt.v == 0 || !attempt[rec->attempt.v].told_off ||
            l->state == LEAD_DENIED);
}

/* By a key, or said by the agent. */
static void on_opt_out(const struct record *rec)
{
    struct attempt *t = &attempt[rec->attempt.v];
    require(rec->e164 != 0);
    t->told_off = true;
    t->leaves = t->incoming && t->agent == 0 && t->line != OVER;
}

static void on_record(const struct record *rec)
{
    switch ((int)rec->kind) {
    case RECORD_ATTEMPT: on_attempt(rec); break;
    case RECORD_INCOMING: on_incoming(rec); break;
    case RECORD_OPT_OUT: on_opt_out(rec); break;
    case RECORD_BRIDGED: on_bridged(rec); break;
    case RECORD_ENDED: on_ended(rec); break;
    case RECORD_LEAD: on_lead(rec); break;
    default: break;
    }
}

/* --- its actions -----------------------------------------------------------*/

static void ask_store(size_t max)
{
    require(!fetching);
    fetching = true;
    fetched_n = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < LEADS && fetched_n < max; i++) {
            bool callback = lead[i].state == LEAD_CALLBACK;
            bool waits = lead[i].state == LEAD_NEW ||
                         lead[i].state == LEAD_WAITING || callback;
            if (!waits || callback != (pass == 0) || claimed[i] ||
                lead[i].due_us > w.now_us)
                continue;
            claimed[i] = true;
            fetched[fetched_n++] = lead[i];
        }
}

static void release_all(void)
{
    memset(claimed, 0, sizeof(claimed));
    for (size_t i = 0; i < ups; i++)
        if (attempt[up[i]].lead < LEADS)
            claimed[attempt[up[i]].lead] = true;
}

static void hang_up(struct attempt *t, enum hangup_reason why)
{
    if (t->line == OVER || t->line == CLOSING)
        return;
    if (why == HANGUP_WITHDRAW) {
        require(!t->person);
        require(w.now_us - t->rang_us >= 15000000);
        withdrawn += t->pooled;
        t->withdrawn = true;
    }
    t->line = CLOSING;
    t->next_us = some_us(200);
}

static struct campaign_action list[1024]; /* of the step */
static size_t list_n;

/* The same step joins him with an agent, and silences that first. */
static bool is_cut_off(const struct campaign_action *play)
{
    for (const struct campaign_action *a = play + 1; a < list + list_n; a++) {
        if (a->attempt.v != play->attempt.v)
            continue;
        if (a->kind == ACTION_BRIDGE)
            return false;
        if (a->kind == ACTION_SILENCE)
            return true;
    }
    return false;
}

static void act(const struct campaign_action *a)
{
    struct attempt *t = &attempt[a->attempt.v];
    switch (a->kind) {
    case ACTION_FETCH: ask_store(a->count); break;
    case ACTION_RELEASE: release_all(); break;
    case ACTION_PREPARE: break;
    case ACTION_PLACE:
        require(a->after_records && t->line == RECORDED);
        require(!a->spec.detect || w.plan->detect);
        require(!t->pooled || a->spec.detect == w.plan->detect);
        t->detect = a->spec.detect;
        break;
    case ACTION_PLAY:
        t->tag = a->tag;
        t->message = !t->incoming;
        t->next_us = some_us(t->incoming ? 20000 : 4000);
        if (t->incoming)
            require(t->line == UP && (t->agent == 0 || is_cut_off(a)));
        break;
    case ACTION_HANGUP: hang_up(t, a->reason); break;
    case ACTION_BRIDGE: require(t->agent == a->agent.v); break;
    case ACTION_PART: require(t->agent == a->agent.v); break;
    case ACTION_RING: agent[a->agent.v].then_us = some_us(3000); break;
    case ACTION_DROP: agent[a->agent.v].leg = false; break;
    case ACTION_ANSWER:
        require(t->line == CALLING && a->after_records);
        t->next_us = some_us(300);
        t->answered = true;
        break;
    case ACTION_SILENCE: require(t->incoming && t->agent != 0); break;
    }
}

/* --- what must hold --------------------------------------------------------*/

static void check(void)
{
    const struct crew *c = w.campaign->crew;
    uint32_t lines = 0, talks = 0, wraps = 0, waits = 0, callers = 0;
    uint32_t kept = 0; /* not refused */
    for (size_t i = 0; i < ups; i++) {
        const struct attempt *t = &attempt[up[i]];
        bool open = t->line == RECORDED || t->line == PLACED || t->line == UP;
        lines += !t->incoming && open && t->pooled && !t->person && !t->machine;
        talks += t->agent != 0;
        callers += t->incoming;
        kept += t->incoming && t->line != CLOSING;
        require(!t->incoming || t->from == 0 ||
                numbers_in_call(&w.numbers, t->from));
        waits += !t->incoming && t->line == UP && t->person && !t->message &&
                 t->agent == 0;
    }
    for (int64_t a = 1; a <= AGENTS; a++) {
        const struct floor_agent *f = floor_of(a);
        wraps += f->state == AGENT_WRAP;
        bool with = f->state == AGENT_TALKING || f->state == AGENT_HOLDING;
        require(with == (agent[a].attempt != 0));
        if (with)
            require(f->attempt.v == agent[a].attempt);
        if (f->state == AGENT_PREVIEW)
            require(campaign_agent_lead(w.campaign, f->setup.id) != NULL);
    }
    require(c->policy.facts.lines.all == lines && c->lines.n == lines);
    require(c->policy.facts.talking.all == talks && c->talking == talks);
    require(c->policy.facts.wrapping.all == wraps && c->wrapping == wraps);
    require(c->waiting.n <= waits);
    require((campaign_waits_due_us(w.campaign) == INT64_MAX) ==
            (c->waiting.n + c->callers.n == 0));
    require(floor_waiting(w.floor) == c->waiting.n + c->callers.n);
    require(w.campaign->slots.incoming == callers);
    require(kept <= CALLERS);
    int64_t since_us = 0;
    for (const struct slot *s =
             slots_queue_first(&w.campaign->slots, &c->callers);
         s != NULL; s = slots_queue_next(&w.campaign->slots, s)) {
        require(s->since_us >= since_us && s->deadline_us <= s->until_us);
        since_us = s->since_us;
    }
    require(w.campaign->slots.used == w.campaign->hopper_n + c->promised.n +
                                          c->looks.n + w.campaign->slots.calls +
                                          wraps);
    struct campaign_status s;
    campaign_status(w.campaign, &s);
    require(s.calls == ups);
}

static void step(struct campaign_event *ev)
{
    ev->now_us = w.now_us;
    ev->room = 30;
    campaign_step(w.campaign, ev, &w.out);
    list_n = w.out.actions;
    require(list_n <= tm_array_len(list));
    memcpy(list, w.out.action, list_n * sizeof(list[0]));
    for (size_t i = 0; i < w.out.records; i++)
        on_record(&w.out.record[i]);
    for (size_t i = 0; i < list_n; i++)
        act(&list[i]);
    check();
}

static void say(enum campaign_event_kind k)
{
    struct campaign_event ev = {.kind = k};
    step(&ev);
}

/* As the engine: whoever is told of changes. */
static void tell_floor(void)
{
    struct floor_change ch;
    bool any = false;
    while (floor_changed(w.floor, &ch))
        any = true;
    if (any)
        say(CAMPAIGN_EV_FLOOR);
}

/* --- the telephone network -------------------------------------------------*/

static void call(int64_t id, struct carrier_event ev)
{
    ev.attempt.v = id;
    ev.at_us = w.now_us;
    struct campaign_event e = {.kind = CAMPAIGN_EV_CALL, .call = &ev};
    step(&e);
}

static void ends(int64_t id, enum call_cause cause, int code)
{
    call(id, (struct carrier_event){
                 .kind = CARRIER_ENDED, .cause = cause, .code = code});
}

static void refuse(int64_t id)
{
    static const int refusal[] = {TM_EEXPIRED, TM_EFULL, TM_ENETWORK};
    bool may = campaign_may_place(w.campaign, (struct attempt_id){id});
    struct campaign_event ev = {.kind = CAMPAIGN_EV_REFUSED,
                                .attempt = {id},
                                .error = may ? refusal[rng_below(&r, 3)]
                                             : TM_ESTATE};
    step(&ev);
}

static void place(int64_t id, struct attempt *t)
{
    if (one_in(60) ||
        !campaign_may_place(w.campaign, (struct attempt_id){id})) {
        refuse(id);
        return;
    }
    t->line = PLACED;
    t->rang_us = w.now_us;
    t->next_us = some_us(25000);
    call(id, (struct carrier_event){.kind = CARRIER_PLACED});
    if (one_in(8))
        return;
    t->rang_us = w.now_us;
    call(id, (struct carrier_event){.kind = CARRIER_RINGING, .code = 180});
}

static void rings_out(int64_t id)
{
    static const struct {
        enum call_cause cause;
        int code;
    } end[] = {{CAUSE_BUSY, 486},     {CAUSE_NO_ANSWER, 408},
               {CAUSE_REJECTED, 603}, {CAUSE_CONGESTION, 503},
               {CAUSE_NETWORK, 0},    {CAUSE_NO_ANSWER, 480}};
    size_t i = rng_below(&r, 6);
    ends(id, end[i].cause, end[i].code);
}

static void answers(int64_t id, struct attempt *t)
{
    bool detect = t->detect;
    t->line = UP;
    t->next_us = some_us(detect ? 1500 : 40000);
    t->person = !detect;
    t->since_us = w.now_us;
    call(id, (struct carrier_event){.kind = CARRIER_ANSWERED});
}

static void verdict(int64_t id, struct attempt *t)
{
    t->next_us = some_us(40000);
    if (one_in(2)) {
        t->machine = true;
        call(id, (struct carrier_event){.kind = CARRIER_MACHINE});
        return;
    }
    t->person = true;
    t->since_us = w.now_us - (int64_t)rng_below(&r, 900000);
    call(id, (struct carrier_event){.kind = CARRIER_PERSON,
                                    .since_us = t->since_us});
}

static void talks_on(int64_t id, struct attempt *t)
{
    if (t->message) {
        if (one_in(4))
            call(id,
                 (struct carrier_event){.kind = CARRIER_DIGIT, .digit = '9'});
        else if (one_in(4))
            ends(id, CAUSE_CALLEE, 0);
        else
            call(id,
                 (struct carrier_event){.kind = CARRIER_PLAYED, .tag = t->tag});
        t->next_us = some_us(3000);
    } else if (t->detect && !t->person && !t->machine) {
        verdict(id, t);
    } else {
        ends(id, one_in(6) ? CAUSE_NETWORK : CAUSE_CALLEE, 0);
    }
}

static void closes(int64_t id, struct attempt *t)
{
    if (t->withdrawn && one_in(10)) /* the answer crosses our CANCEL */
        ends(id, CAUSE_US, 200);
    else
        ends(id, CAUSE_US, t->withdrawn ? 487 : 0);
}

/* The carrier's side of a call to us. */
static void caller(int64_t id, struct attempt *t)
{
    static const char key[] = "1925";
    if (t->line == CALLING && one_in(10)) {
        ends(id, CAUSE_CALLEE, 0);
    } else if (t->line == CALLING) {
        if (!t->answered)
            return;
        t->line = UP;
        t->next_us = some_us(20000);
        call(id, (struct carrier_event){.kind = CARRIER_ANSWERED});
    } else if (t->agent != 0) {
        ends(id, one_in(6) ? CAUSE_NETWORK : CAUSE_CALLEE, 0);
    } else if (one_in(8)) {
        call(id, (struct carrier_event){.kind = CARRIER_DIGIT,
                                        .digit = key[rng_below(&r, 4)]});
    } else if (one_in(8)) {
        ends(id, CAUSE_CALLEE, 0);
    } else {
        t->next_us = some_us(20000);
        call(id, (struct carrier_event){.kind = CARRIER_PLAYED, .tag = t->tag});
    }
}

/* As the store answers: the lead of that number, claimed. */
static void somebody_calls(void)
{
    static const uint64_t ours[] = {12125550100, 18005550123};
    if (!one_in(12))
        return;
    size_t l = rng_below(&r, LEADS);
    bool known = one_in(2), hidden = !known && one_in(3);
    uint64_t from = 12124560001 + (known ? l : 100000 + rng_below(&r, 1000));
    uint64_t to = ours[rng_below(&r, 2)];
    int rc = campaign_takes_caller(w.campaign, to);
    bool held = known && (claimed[l] || lead[l].state == LEAD_IN_CALL);
    if (rc != TM_OK && (rc == TM_EFULL || !one_in(4)))
        return;
    int64_t id = w.next_attempt++;
    if (known && !held)
        claimed[l] = true;
    attempt[id] = (struct attempt){
        .incoming = true, .from = hidden ? 0 : from, .lead = LEADS};
    struct carrier_event e = {.kind = CARRIER_INCOMING,
                              .attempt = {id},
                              .from = attempt[id].from,
                              .to = to};
    struct campaign_event ev = {.kind = CAMPAIGN_EV_INCOMING,
                                .call = &e,
                                .lead = known ? &lead[l] : NULL,
                                .held = held};
    step(&ev);
    require(attempt[id].line == CALLING || attempt[id].line == CLOSING);
    if (rc == TM_ESTATE)
        require(attempt[id].line == CLOSING);
    tell_floor();
}

static void network(void)
{
    int64_t id = ups > 0 ? up[rng_below(&r, ups)] : 0;
    struct attempt *t = &attempt[id];
    if (id == 0)
        return;
    if (t->line == RECORDED && t->place_us <= w.now_us)
        place(id, t);
    else if (t->line == CLOSING && t->next_us <= w.now_us)
        closes(id, t);
    else if (t->incoming && t->next_us <= w.now_us)
        caller(id, t);
    else if (t->line == PLACED && t->next_us <= w.now_us) {
        if (one_in(2))
            rings_out(id);
        else
            answers(id, t);
    } else if (!t->incoming && t->line == UP && t->next_us <= w.now_us)
        talks_on(id, t);
    tell_floor();
}

/* --- agents ----------------------------------------------------------------*/

static int order(int64_t a, enum agent_order_kind k, const char *word,
                 int64_t due_us)
{
    struct agent_order o = {.kind = k, .word = str_of(word), .due_us = due_us};
    struct campaign_event ev = {
        .kind = CAMPAIGN_EV_AGENT, .agent = {a}, .order = &o};
    step(&ev);
    return w.out.error;
}

static bool move(int64_t a, enum agent_input in)
{
    return floor_move(w.floor, (struct agent_id){a}, in, w.now_us);
}

static void dispose(int64_t a)
{
    static const char *const word[] = {"sale", "later", "again",
                                       "stop", "wrong", "nonsense"};
    size_t i = rng_below(&r, 6);
    int64_t with = floor_of(a)->attempt.v;
    int rc = order(a, AGENT_DO_DISPOSE, word[i], some_us(400000) + 1);
    bool none =
        attempt[with].incoming && ((i == 1 && attempt[with].lead == LEADS) ||
                                   (i == 3 && attempt[with].from == 0));
    require(rc == (i == 5 ? TM_EINVAL : none ? TM_ESTATE : TM_OK));
}

/* As the engine does it: noted first, then told. */
static void lose_leg(int64_t a)
{
    agent[a].leg = false;
    int64_t with = agent[a].attempt;
    if (with != 0)
        attempt[with].since_us = w.now_us; /* his own wait begins */
    int64_t line = floor_of(a)->attempt.v;
    if (floor_of(a)->state == AGENT_DIALLING && attempt[line].line != CLOSING &&
        attempt[line].line != RECORDED)
        attempt[line].pooled = true;
    if (with != 0)
        attempt[with].agent = 0;
    agent[a].attempt = 0;
    (void)move(a, AGENT_IN_SIGN_OUT);
    (void)order(a, AGENT_DO_LEG_LOST, "", 0);
    require(floor_of(a)->state == AGENT_OFF);
}

static void talking(int64_t a)
{
    if (agent[a].then_us > w.now_us)
        return;
    agent[a].then_us = some_us(20000);
    switch (rng_below(&r, 6)) {
    case 0: (void)order(a, AGENT_DO_HANG_UP, "", 0); break;
    case 1: (void)order(a, AGENT_DO_HOLD, "", 0); break;
    case 2: (void)order(a, AGENT_DO_RETRIEVE, "", 0); break;
    case 3: dispose(a); break;
    case 4: (void)move(a, AGENT_IN_PAUSE); break;
    default:
        if (one_in(4))
            lose_leg(a);
        break;
    }
}

static void looks(int64_t a)
{
    require(campaign_agent_lead(w.campaign, (struct agent_id){a}) != NULL);
    previews++;
    if (one_in(3))
        require(order(a, AGENT_DO_SKIP, "", 0) == TM_OK);
    else if (one_in(8)) {
        (void)move(a, AGENT_IN_PAUSE);
        (void)order(a, AGENT_DO_LEG_LOST, "", 0);
    } else
        (void)order(a, AGENT_DO_DIAL, "", 0);
}

static void rings(int64_t a)
{
    if (agent[a].then_us > w.now_us)
        return;
    if (one_in(5)) {
        lose_leg(a);
        return;
    }
    agent[a].leg = true;
    (void)order(a, AGENT_DO_LEG_UP, "", 0);
}

static void idles(int64_t a)
{
    struct campaign_status s;
    campaign_status(w.campaign, &s);
    if (s.pacing.mode == DIAL_MANUAL && one_in(4)) {
        int rc = order(a, AGENT_DO_NEXT, "", 0);
        const struct crew *c = w.campaign->crew;
        bool air = c->lines.n + c->waiting.n > 0;
        require(rc == TM_OK || rc == TM_ENOTFOUND || (rc == TM_ESTATE && air));
    } else if (one_in(60)) {
        (void)move(a, one_in(2) ? AGENT_IN_PAUSE : AGENT_IN_SIGN_OUT);
    }
}

static void floor_life(void)
{
    int64_t a = 1 + (int64_t)rng_below(&r, AGENTS);
    const struct floor_agent *f = floor_of(a);
    switch (f->state) {
    case AGENT_OFF:
        (void)move(a, AGENT_IN_SIGN_IN);
        (void)move(a, AGENT_IN_LEG_UP);
        break;
    case AGENT_CALLING_IN: break;
    case AGENT_PAUSED: (void)move(a, AGENT_IN_READY); break;
    case AGENT_READY: idles(a); break;
    case AGENT_PREVIEW:
        if (one_in(5))
            looks(a);
        break;
    case AGENT_DIALLING:
        if (one_in(200))
            lose_leg(a);
        else if (one_in(100))
            (void)order(a, AGENT_DO_HANG_UP, "", 0);
        else if (f->setup.leg == AGENT_LEG_PER_CALL && !agent[a].leg)
            rings(a);
        break;
    case AGENT_RINGING: rings(a); break;
    case AGENT_TALKING:
    case AGENT_HOLDING: talking(a); break;
    case AGENT_WRAP:
        if (one_in(30))
            lose_leg(a);
        else if (one_in(4))
            dispose(a);
        break;
    case AGENT_STATE_COUNT: break;
    }
    tell_floor();
}

/* --- time ------------------------------------------------------------------*/

static void limits(void)
{
    struct agent_id a;
    while ((a = floor_due(w.floor, w.now_us)).v != 0) {
        (void)order(a.v, AGENT_DO_LIMIT, "", 0);
        tell_floor();
    }
}

static void pass_time(void)
{
    int64_t to_us = some_us(500) + 1;
    for (;;) {
        int64_t due_us = campaign_deadline_us(w.campaign);
        int64_t floor_us = floor_deadline_us(w.floor);
        due_us = floor_us < due_us ? floor_us : due_us;
        if (due_us > to_us)
            break;
        w.now_us = due_us > w.now_us ? due_us : w.now_us;
        limits();
        say(CAMPAIGN_EV_TICK);
        tell_floor();
    }
    w.now_us = to_us;
}

static void store(void)
{
    if (!fetching || !one_in(3))
        return;
    fetching = false;
    int64_t next_us = INT64_MAX;
    for (size_t i = 0; i < LEADS; i++) {
        bool waits =
            lead[i].state == LEAD_WAITING || lead[i].state == LEAD_CALLBACK;
        if (waits && !claimed[i] && lead[i].due_us < next_us)
            next_us = lead[i].due_us;
    }
    struct campaign_event ev = {.kind = CAMPAIGN_EV_LEADS,
                                .lead = fetched,
                                .leads = fetched_n,
                                .next_due_us = next_us};
    step(&ev);
}

static void pace(void)
{
    static const enum dial_mode mode[] = {DIAL_MANUAL, DIAL_PREVIEW,
                                          DIAL_PROGRESSIVE, DIAL_POWER,
                                          DIAL_PREDICTIVE};
    struct campaign_pacing p = {.mode = mode[rng_below(&r, 5)],
                                .abandon_limit_ppm = 30000};
    plan_pace_default(p.mode, &p.policy);
    struct campaign_event ev = {.kind = CAMPAIGN_EV_PACE, .pacing = &p};
    step(&ev);
    require(w.out.error == TM_OK);
}

static void house(void)
{
    switch (rng_below(&r, 6)) {
    case 0: say(CAMPAIGN_EV_PAUSE); break;
    case 1: say(CAMPAIGN_EV_STOP); break;
    case 2: say(CAMPAIGN_EV_REFRESH); break;
    case 3: say(CAMPAIGN_EV_STORE_DOWN); break;
    default: pace(); break;
    }
    tell_floor();
    somebody_calls();
    pass_time();
    say(CAMPAIGN_EV_STORE_UP);
    say(CAMPAIGN_EV_START);
    tell_floor();
}

/* --- a day -----------------------------------------------------------------*/

static void open_day(void)
{
    rng_init(&r, seed, "live");
    static char plan[8192];
    bool callers = seed % 3 != 0;
    snprintf(plan, sizeof(plan), "%s%s",
             one_in(2) ? world_live_plan : world_live_detect_plan,
             callers ? world_inbound_plan : "");
    if (callers) {
        char *max = strstr(plan, "calls = 4\n");
        max[8] = '0' + CALLERS;
    }
    world_open(&w, plan);
    memset(attempt, 0, sizeof(attempt));
    memset(agent, 0, sizeof(agent));
    memset(claimed, 0, sizeof(claimed));
    fetching = false;
    ups = 0;
    for (int64_t i = 0; i < LEADS; i++) {
        lead[i] = world_lead(i + 1, 12124560001 + (uint64_t)i);
        if (i % 20 == 0) {
            lead[i].state = LEAD_CALLBACK;
            lead[i].due_us = w.now_us + (int64_t)rng_below(&r, 600000000);
        }
    }
    for (int64_t a = 1; a <= AGENTS; a++)
        world_agent(&w, a, a <= 2 ? AGENT_LEG_PER_CALL : AGENT_LEG_PERMANENT);
    say(CAMPAIGN_EV_START);
    tell_floor();
}

/* Everything goes home: nothing may be left. */
static void close_day(void)
{
    say(CAMPAIGN_EV_STOP);
    for (int n = 0; n < 100000 && w.campaign->slots.used > 0; n++) {
        pass_time();
        network();
        if (one_in(4))
            floor_life();
        store();
    }
    require(w.campaign->slots.used == 0 && ups == 0);
    require(w.campaign->crew->live_up == 0 && w.campaign->crew->lost_up == 0);
    struct campaign_status s;
    campaign_status(w.campaign, &s);
    require(s.talking == 0 && s.waiting == 0 && s.ringing == 0);
    for (int64_t i = 1; i < w.next_attempt; i++)
        require(attempt[i].line == OVER);
    over += s.counters.abandoned > 0;
}

static void test_random_days(void **state)
{
    (void)state;
    for (seed = 1; seed <= SEEDS; seed++) {
        open_day();
        for (int n = 0; n < ROUNDS && w.next_attempt < ATTEMPTS; n++) {
            pass_time();
            for (int k = 0; k < 4; k++)
                network();
            somebody_calls();
            floor_life();
            store();
            if (one_in(700))
                house();
        }
        close_day();
        world_close(&w);
    }
    /* Days in which nothing happens would prove nothing. */
    print_message("%u called us: %u gave up, %u turned away, %u asked for a "
                  "call back, %u to be left alone\n",
                  taken, gave_up, sent_away, asked_back, told_off);
    assert_true(taken > 1000 && gave_up > 100 && sent_away > 20);
    assert_true(asked_back > 20 && told_off > 20);
    print_message("%u joined, %u abandoned, %u withdrawn, %u promised, %u "
                  "looks\n",
                  joined, abandoned, withdrawn, promised, previews);
    assert_true(joined > 1000 && abandoned > 100 && withdrawn > 10);
    assert_true(promised > 100 && previews > 100 && over > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
