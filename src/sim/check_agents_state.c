/* Agents and their legs: what a record may say after the one before. */
#include <string.h>

#include "sim/check_agents_inside.h"

#define SECOND INT64_C(1000000)

/* What may follow what, as the manual tells it: a wish to pause or to leave
 * waits until the call is over and wrapped up. */
static bool may_follow(enum agent_state from, enum agent_state to)
{
    switch (from) {
    case AGENT_OFF: return to == AGENT_CALLING_IN;
    case AGENT_CALLING_IN: return to == AGENT_PAUSED || to == AGENT_OFF;
    case AGENT_READY:
        return to == AGENT_PAUSED || to == AGENT_PREVIEW ||
               to == AGENT_DIALLING || to == AGENT_RINGING ||
               to == AGENT_TALKING || to == AGENT_OFF;
    case AGENT_PAUSED: return to == AGENT_READY || to == AGENT_OFF;
    case AGENT_PREVIEW:
        return to == AGENT_PAUSED || to == AGENT_DIALLING ||
               to == AGENT_READY || to == AGENT_OFF;
    case AGENT_DIALLING:
        return to == AGENT_RINGING || to == AGENT_TALKING ||
               to == AGENT_READY || to == AGENT_PAUSED || to == AGENT_OFF;
    case AGENT_RINGING:
        return to == AGENT_TALKING || to == AGENT_READY || to == AGENT_PAUSED ||
               to == AGENT_OFF;
    case AGENT_TALKING: return to == AGENT_HOLDING || to == AGENT_WRAP;
    case AGENT_HOLDING: return to == AGENT_TALKING || to == AGENT_WRAP;
    case AGENT_WRAP:
        return to == AGENT_READY || to == AGENT_PAUSED || to == AGENT_OFF;
    case AGENT_STATE_COUNT: break;
    }
    return false;
}

static bool with_person(enum agent_state s)
{
    return s == AGENT_TALKING || s == AGENT_HOLDING;
}

static bool can_take(enum agent_state s)
{
    return s != AGENT_OFF && s != AGENT_CALLING_IN && s != AGENT_PAUSED;
}

static void state_finding(struct check_agents *c,
                          const struct check_agents_man *m, enum agent_state to,
                          const char *what)
{
    check_agents_find(c, CHECK_STATES, "agent %lld, %s to %s: %s",
                      (long long)m->id.v, agent_state_text(m->state),
                      agent_state_text(to), what);
}

/* Nobody else has the person of this attempt. */
static void check_alone_with(struct check_agents *c,
                             const struct check_agents_man *m,
                             const struct record *r)
{
    for (size_t i = 0; i < c->men_n; i++) {
        const struct check_agents_man *o = &c->man[i];
        if (o == m || o->attempt.v != r->attempt.v ||
            (!with_person(o->state) && o->state != AGENT_RINGING &&
             o->state != AGENT_DIALLING))
            continue;
        check_agents_find(
            c, CHECK_BOOKED, "attempt %lld has agents %lld and %lld",
            (long long)r->attempt.v, (long long)o->id.v, (long long)m->id.v);
    }
}

/* Who called us and is still there waits for another one. */
static void lost_agent(struct check_agents *c, const struct check_agents_man *m,
                       int64_t at_us)
{
    struct check_agents_call *k = check_agents_call(c, m->attempt);
    if (k != NULL && k->incoming && !k->ended && k->agent.v == m->id.v)
        k->again_us = at_us;
}

/* A state that has to do with a call names one that is up. */
static void check_call_of(struct check_agents *c,
                          const struct check_agents_man *m,
                          const struct record *r, enum agent_state to)
{
    struct check_agents_call *k = check_agents_call(c, r->attempt);
    if (k == NULL || k->staff.v != 0) {
        state_finding(c, m, to, "without a call to a person");
        return;
    }
    k->rung = k->rung || to == AGENT_RINGING;
    c->joins += k->incoming && to == AGENT_RINGING ? 1 : 0;
    k->tied = k->tied || to == AGENT_DIALLING;
    if (with_person(m->state) && m->attempt.v != r->attempt.v)
        check_agents_find(c, CHECK_BOOKED,
                          "agent %lld goes from attempt %lld to %lld in a call",
                          (long long)m->id.v, (long long)m->attempt.v,
                          (long long)r->attempt.v);
    if (to == AGENT_WRAP)
        return;
    if (k->ended)
        state_finding(c, m, to, "the call is over");
    if (with_person(to) && (!k->bridged || k->agent.v != m->id.v))
        check_agents_find(c, CHECK_BOOKED,
                          "agent %lld talks with attempt %lld, not joined",
                          (long long)m->id.v, (long long)k->id.v);
    check_alone_with(c, m, r);
}

/* Who leaves a call, a wrap-up or a preview does so in time. */
static void check_times(struct check_agents *c,
                        const struct check_agents_man *m,
                        const struct record *r, enum agent_state to)
{
    int64_t in_us = r->at_us - m->since_us;
    const struct check_agents_call *k = check_agents_call(c, m->attempt);
    if (c->w.clock_steps)
        return;
    const struct check_floor *w = check_agents_of(c, r->campaign);
    if (m->state == AGENT_WRAP && w->wrap_us > 0 && in_us > w->wrap_us + SECOND)
        state_finding(c, m, to, "wrapped up beyond the limit");
    if (m->state == AGENT_HOLDING && w->on_hold_us > 0 &&
        in_us > w->on_hold_us + SECOND)
        state_finding(c, m, to, "left a person on hold beyond the limit");
    if (m->state == AGENT_PREVIEW && w->preview_us > 0 &&
        in_us > w->preview_us + SECOND)
        state_finding(c, m, to, "looked at a lead beyond the limit");
    if (with_person(m->state) && k != NULL && k->ended &&
        r->at_us - k->ended_us > SECOND)
        state_finding(c, m, to, "long after his call was over");
}

static void check_leg_of(struct check_agents *c,
                         const struct check_agents_man *m, enum agent_state to)
{
    bool permanent = false;
    for (size_t i = 0; i < c->w.agents; i++) {
        if (c->w.agent[i].id.v == m->id.v)
            permanent = c->w.agent[i].leg == AGENT_LEG_PERMANENT;
    }
    if (permanent && (to == AGENT_READY || to == AGENT_TALKING) && !m->leg_up)
        state_finding(c, m, to, "his telephone is not there");
    if (c->w.agents > 0 && to == AGENT_TALKING && !m->leg_up)
        state_finding(c, m, to, "he talks without a telephone");
}

static void enter(struct check_agents *c, struct check_agents_man *m,
                  enum agent_state to, int64_t at_us)
{
    if (m->state == AGENT_READY) {
        m->ready_to_us = at_us;
        c->ready--;
    }
    if (to == AGENT_READY) {
        m->ready_from_us = at_us;
        m->ready_to_us = INT64_MAX;
        if (c->ready++ == 0)
            c->quiet_us = at_us;
    }
    c->looking -= m->state == AGENT_PREVIEW ? 1 : 0;
    c->looking += to == AGENT_PREVIEW ? 1 : 0;
    c->on -= can_take(m->state) ? 1 : 0;
    if (c->on == 0 && can_take(to))
        c->staffed_us = at_us;
    c->on += can_take(to) ? 1 : 0;
    m->state = to;
    m->since_us = at_us;
    m->since_record = c->now;
}

/* --- wishes ------------------------------------------------------------- */

void check_agents_wish(struct check_agents *c, struct agent_id a, bool off,
                       int64_t now_us)
{
    struct check_agents_man *m = check_agents_man(c, a);
    if (off)
        m->wish_us = 0;
    else if (m->wish_us == 0)
        m->wish_us = now_us;
}

/* Agents besides him who are ready, or were a moment ago: their states are
 * told after the calls of an instant. */
static size_t others_ready(const struct check_agents *c,
                           const struct check_agents_man *m)
{
    size_t n = 0;
    for (size_t i = 0; i < c->men_n; i++) {
        const struct check_agents_man *o = &c->man[i];
        n += o != m && o->ready_from_us != 0 &&
                     o->ready_to_us >= c->now_us - SECOND
                 ? 1
                 : 0;
    }
    return n;
}

/* Lines that rang when he asked for a pause count on whoever is ready: he
 * leaves when they are over, or when there are others for all of them. What is
 * hung up at this instant is over. */
static void check_leaves(struct check_agents *c, struct check_agents_man *m,
                         enum agent_state to)
{
    int64_t wish_us = m->wish_us;
    bool paused = m->state == AGENT_READY && to == AGENT_PAUSED;
    if (to != AGENT_READY || wish_us < c->now_us)
        m->wish_us = 0;
    if (!paused || wish_us == 0 || c->w.clock_steps)
        return;
    size_t spare = others_ready(c, m);
    for (size_t i = c->calls_n; i > 0; i--) {
        struct check_agents_call *k = &c->call[i - 1];
        if (k->staff.v == 0 && c->now_us - k->recorded_us > 300 * SECOND)
            return;
        if (k->staff.v != 0 || k->incoming || k->ended || k->stepped ||
            k->answered_us != 0 || k->placed_us == 0 || k->tied ||
            k->recorded_us >= wish_us)
            continue;
        if (spare > 0)
            spare--;
        else
            k->left_us = c->now_us;
    }
}

/* Nobody is sent on a pause for a call that his telephone never heard of, as
 * when all lines were taken. */
static void check_missed(struct check_agents *c,
                         const struct check_agents_man *m,
                         const struct record *r)
{
    const struct check_agents_call *leg = check_agents_call(c, m->last_leg);
    bool missed = r->state == AGENT_PAUSED && m->state == AGENT_RINGING &&
                  str_eq(r->key, "missed a call");
    if (missed && leg != NULL && !leg->invited)
        state_finding(c, m, AGENT_PAUSED, "his telephone was never called");
}

void check_agents_moved(struct check_agents *c, const struct record *r)
{
    c->sums.moves++;
    if (r->agent.v <= 0 || r->state < 0 || r->state >= AGENT_STATE_COUNT) {
        check_agents_find(c, CHECK_STATES, "a state of nobody, or none");
        return;
    }
    struct check_agents_man *m = check_agents_man(c, r->agent);
    enum agent_state to = (enum agent_state)r->state;
    if (!m->known && to == AGENT_OFF && m->state == AGENT_OFF)
        return; /* a start may say so */
    m->known = true;
    if (m->freed_us != 0 && (to != AGENT_READY || r->at_us != m->freed_us))
        check_agents_find(c, CHECK_BOOKED,
                          "agent %lld was joined with a person, and not set "
                          "free before",
                          (long long)m->id.v);
    m->freed_us = 0;
    if (!may_follow(m->state, to))
        state_finding(c, m, to, "may not follow");
    check_leaves(c, m, to);
    check_missed(c, m, r);
    if (with_person(m->state) && !with_person(to))
        lost_agent(c, m, r->at_us);
    /* Who is lost in the instant in which a caller got another one was still
     * there when that was decided. */
    if (to == AGENT_PAUSED || to == AGENT_OFF)
        c->joins = 0;
    check_times(c, m, r, to);
    check_leg_of(c, m, to);
    if (m->state == AGENT_READY &&
        (to == AGENT_PREVIEW || to == AGENT_DIALLING))
        check_agents_taken(c, m);
    if (with_person(to) || to == AGENT_RINGING || to == AGENT_DIALLING ||
        to == AGENT_WRAP) {
        /* A line is dialled for him when its permit is there; the record of
         * the line comes in the same step. */
        check_call_of(c, m, r, to);
        m->attempt = r->attempt;
    } else {
        m->attempt = (struct attempt_id){0};
    }
    enter(c, m, to, r->at_us);
}

/* --- legs --------------------------------------------------------------- */

static const struct agent_setup *setup_of(const struct check_agents *c,
                                          struct agent_id id)
{
    for (size_t i = 0; i < c->w.agents; i++) {
        if (c->w.agent[i].id.v == id.v)
            return &c->w.agent[i];
    }
    return NULL;
}

/* Two calls to one telephone, longer than a hanging-up takes. */
static void left(struct check_agents *c, struct check_agents_man *m,
                 int64_t now_us)
{
    if (m->leaving.v != 0 && now_us - m->leaving_us > SECOND)
        check_agents_find(c, CHECK_STATES, "agent %lld is called twice",
                          (long long)m->id.v);
    m->leaving = (struct attempt_id){0};
}

static void leg_recorded(struct check_agents *c, const struct record *r)
{
    if (check_agents_call(c, r->attempt) != NULL) {
        check_agents_find(c, CHECK_PERMIT, "attempt %lld is used twice",
                          (long long)r->attempt.v);
        return;
    }
    struct check_agents_call *k = check_agents_new_call(c, r->attempt);
    c->sums.staff++;
    k->staff = r->agent;
    k->e164 = r->e164;
    k->recorded_us = r->at_us;
    k->expires_us = r->due_us;
    struct check_agents_man *m = check_agents_man(c, r->agent);
    if (m->leg.v != 0 && m->leg_up) { /* it may be about to end */
        left(c, m, r->at_us);
        m->leaving = m->leg;
        m->leaving_us = r->at_us;
    }
    m->leg = m->last_leg = r->attempt;
    m->leg_up = false;
    const struct agent_setup *a = setup_of(c, r->agent);
    if (c->w.agents > 0 && (a == NULL || (r->e164 != 0 && a->e164 != r->e164)))
        check_agents_find(c, CHECK_PERMIT,
                          "a staff permit for a number that is not agent "
                          "%lld's",
                          (long long)r->agent.v);
}

void check_agents_leg(struct check_agents *c, const struct record *r)
{
    if (r->attempt.v <= 0 || r->agent.v <= 0) {
        check_agents_find(c, CHECK_STATES, "a leg of nobody");
        return;
    }
    if (str_eq(r->key, "recorded")) {
        leg_recorded(c, r);
        return;
    }
    struct check_agents_call *k = check_agents_call(c, r->attempt);
    struct check_agents_man *m = check_agents_man(c, r->agent);
    if (k == NULL || k->staff.v != r->agent.v || k->ended) {
        check_agents_find(c, CHECK_STATES, "leg %lld of agent %lld is not up",
                          (long long)r->attempt.v, (long long)r->agent.v);
        return;
    }
    if (str_eq(r->key, "answered")) {
        k->answered_us = r->at_us;
        m->leg_up = m->leg.v == r->attempt.v;
    } else if (str_eq(r->key, "ended")) {
        k->ended = true;
        k->ended_us = r->at_us;
        if (m->leaving.v == r->attempt.v)
            left(c, m, r->at_us);
        if (m->leg.v == r->attempt.v)
            m->leg = (struct attempt_id){0};
        m->leg_up = m->leg.v != 0 && m->leg_up;
    }
}

/* --- beginnings and ends ------------------------------------------------ */

/* Everybody is signed out when the program starts, whatever was said last. */
void check_agents_restart(struct check_agents *c, const struct record *r)
{
    c->sums.restarts++;
    c->running_us = r->at_us;
    for (size_t i = 0; i < c->men_n; i++) {
        struct check_agents_man *m = &c->man[i];
        left(c, m, r->at_us);
        if (m->state != AGENT_OFF)
            enter(c, m, AGENT_OFF, r->at_us);
        m->attempt = (struct attempt_id){0};
        m->leg = (struct attempt_id){0};
        m->leg_up = false;
        m->known = false;
        m->freed_us = 0;
    }
    for (size_t i = 0; i < c->calls_n; i++) {
        struct check_agents_call *k = &c->call[i];
        k->ended = k->ended || k->staff.v != 0;
    }
    c->quiet_us = r->at_us;
}

void check_agents_at_end(struct check_agents *c)
{
    for (size_t i = 0; i < c->calls_n; i++)
        if (c->call[i].no_person)
            check_agents_find(c, CHECK_ABANDON,
                              "attempt %lld: with an agent, and counted as no "
                              "person",
                              (long long)c->call[i].id.v);
    for (size_t i = 0; i < c->men_n; i++) {
        const struct check_agents_man *m = &c->man[i];
        const struct check_agents_call *k = check_agents_call(c, m->attempt);
        if (m->state == AGENT_WRAP || k == NULL || !k->ended)
            continue;
        check_agents_find(c, CHECK_STATES,
                          "agent %lld is still %s with attempt %lld, which is "
                          "over",
                          (long long)m->id.v, agent_state_text(m->state),
                          (long long)k->id.v);
    }
}
