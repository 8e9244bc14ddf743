/* Calls to people: permits, who answers, who is joined when, and who is not. */
#include <string.h>

#include "core/lead/outcome.h"
#include "sim/check_agents_inside.h"

#define SECOND    INT64_C(1000000)
#define PERMIT_US (60 * SECOND)
#define OLD_US    (300 * SECOND) /* nobody waits who was dialled before */
#define MARGIN    (SECOND / 20)  /* between two events of one instant */
#define RING_US   (15 * SECOND)  /* 47 CFR 64.1200(a)(6) */

static void bridge_finding(struct check_agents *c,
                           const struct check_agents_call *k, const char *what)
{
    check_agents_find(c, CHECK_BRIDGE, "attempt %lld: %s", (long long)k->id.v,
                      what);
}

static void abandon_finding(struct check_agents *c,
                            const struct check_agents_call *k, const char *what)
{
    check_agents_find(c, CHECK_ABANDON, "attempt %lld: %s", (long long)k->id.v,
                      what);
}

/* --- permits and INVITEs ------------------------------------------------ */

void check_agents_attempt(struct check_agents *c, const struct record *r)
{
    c->sums.attempts++;
    c->quiet_us = r->at_us;
    if (r->attempt.v <= 0 || check_agents_call(c, r->attempt) != NULL) {
        check_agents_find(c, CHECK_PERMIT, "attempt %lld is used twice",
                          (long long)r->attempt.v);
        return;
    }
    struct check_agents_call *k = check_agents_new_call(c, r->attempt);
    k->campaign = r->campaign;
    k->lead = r->lead;
    k->e164 = r->e164;
    k->recorded_us = r->at_us;
    k->expires_us = r->due_us;
    c->open++;
    check_agents_pace(c, r->campaign)->open++;
    c->cover_due = true;
    if (r->due_us <= r->at_us || r->due_us > r->at_us + PERMIT_US)
        check_agents_find(c, CHECK_PERMIT, "attempt %lld: a permit for %lld ms",
                          (long long)k->id.v,
                          (long long)((r->due_us - r->at_us) / 1000));
    if (c->w.live && c->on == 0)
        check_agents_find(c, CHECK_ALONE,
                          "attempt %lld: no agent could take the call",
                          (long long)k->id.v);
    check_agents_caller_dialled(c, r);
    check_agents_first(c, r);
}

void check_agents_invite(void *arg, const struct permit *p,
                         const struct call_spec *s, int64_t now_us)
{
    struct check_agents *c = arg;
    struct check_agents_call *k = check_agents_call(c, s->attempt);
    long long id = (long long)s->attempt.v;
    if (k == NULL || k->ended) {
        check_agents_find(c, CHECK_PERMIT,
                          "INVITE of attempt %lld, which is not written down",
                          id);
        return;
    }
    bool staff = k->staff.v != 0;
    c->sums.invites += staff ? 0 : 1;
    if (k->invited)
        check_agents_find(c, CHECK_PERMIT, "a second INVITE of attempt %lld",
                          id);
    k->invited = true;
    bool first = check_agents_of(c, k->campaign) == &c->w;
    if (!staff && !(first ? c->running : c->second_running))
        check_agents_find(c, CHECK_PERMIT,
                          "INVITE of attempt %lld, and the campaign is paused",
                          id);
    if (p->attempt.v != s->attempt.v || p->e164 != s->to ||
        (k->e164 != 0 && p->e164 != k->e164))
        check_agents_find(c, CHECK_PERMIT,
                          "attempt %lld: the permit is for something else", id);
    if (staff != (p->purpose == PERMIT_STAFF))
        check_agents_find(c, CHECK_PERMIT,
                          "attempt %lld: a permit of the other purpose", id);
    if (now_us >= p->expires_us ||
        (k->expires_us != 0 && now_us >= k->expires_us && !k->stepped))
        check_agents_find(c, CHECK_PERMIT, "attempt %lld: the permit is over",
                          id);
}

/* --- while it is up ----------------------------------------------------- */

void check_agents_event(struct check_agents *c, const struct record *r)
{
    struct check_agents_call *k = check_agents_call(c, r->attempt);
    if (k == NULL || k->ended) {
        check_agents_find(c, CHECK_SUMS, "an event of no call (attempt %lld)",
                          (long long)r->attempt.v);
        return;
    }
    if (r->kind == RECORD_PLACED) {
        c->sums.placed++;
        struct check_agents_pace *p = check_agents_pace(c, k->campaign);
        p->first_us = p->first_us == 0 ? r->at_us : p->first_us;
        k->placed_us = r->at_us;
    } else if (r->kind == RECORD_RINGING && k->ringing_us == 0) {
        k->ringing_us = r->at_us;
    } else if (r->kind == RECORD_ANSWERED && k->answered_us == 0) {
        c->sums.answered += k->incoming ? 0 : 1;
        k->answered_us = r->at_us;
    }
}

/* --- joined with an agent ----------------------------------------------- */

/* The agent is free for this person, by what was told of him before. */
static void check_free(struct check_agents *c,
                       const struct check_agents_call *k,
                       struct check_agents_man *m)
{
    if (m->state == AGENT_READY)
        return;
    bool tied = m->state == AGENT_RINGING || m->state == AGENT_DIALLING;
    if (tied && m->attempt.v == k->id.v)
        return;
    /* States of agents are written after the calls of the same instant: his
     * wrap-up is over, the line that was dialled for him came to nothing, or
     * the lead he looked at went back. That he is ready must be the next that
     * is told of him. */
    bool freed = tied || m->state == AGENT_WRAP || m->state == AGENT_PREVIEW;
    if (freed && m->freed_us == 0) {
        m->freed_us = c->now_us;
        return;
    }
    check_agents_find(c, CHECK_BOOKED,
                      "attempt %lld is joined with agent %lld, who is %s "
                      "(attempt %lld)",
                      (long long)k->id.v, (long long)m->id.v,
                      agent_state_text(m->state), (long long)m->attempt.v);
}

/* The longest idle one comes first. Two that became ready at one instant have
 * no order that the records tell. Who got a person at this very instant is no
 * longer idle, though his state is told later. */
static void check_turn(struct check_agents *c,
                       const struct check_agents_call *k,
                       const struct check_agents_man *m)
{
    for (size_t i = 0; i < c->men_n; i++) {
        const struct check_agents_man *o = &c->man[i];
        if (m->state != AGENT_READY || o->state != AGENT_READY ||
            o->since_record >= m->since_record || o->since_us == m->since_us ||
            o->joined_us == c->now_us)
            continue;
        check_agents_find(
            c, CHECK_BRIDGE, "attempt %lld: agent %lld, and %lld waits longer",
            (long long)k->id.v, (long long)m->id.v, (long long)o->id.v);
        return;
    }
}

/* In the simulator the greeting ends when the call is answered. */
static void check_wait(struct check_agents *c,
                       const struct check_agents_call *k,
                       const struct record *r)
{
    int64_t true_us = r->at_us - k->answered_us;
    int64_t hold_us = check_agents_of(c, k->campaign)->hold_us;
    if (k->stepped || c->w.clock_steps)
        return;
    if (r->ring_ms < 0 || r->ring_ms * 1000 > true_us + 2 * MARGIN ||
        r->ring_ms * 1000 < true_us - 2 * MARGIN)
        check_agents_find(c, CHECK_BRIDGE,
                          "attempt %lld: the record says %lld ms of waiting, "
                          "it was %lld",
                          (long long)k->id.v, (long long)r->ring_ms,
                          (long long)(true_us / 1000));
    if (hold_us > 0 && true_us > hold_us + MARGIN)
        check_agents_find(c, CHECK_BRIDGE,
                          "attempt %lld: an agent after %lld ms",
                          (long long)k->id.v, (long long)(true_us / 1000));
}

void check_agents_bridged(struct check_agents *c, const struct record *r)
{
    struct check_agents_call *k = check_agents_call(c, r->attempt);
    if (k == NULL || k->staff.v != 0 || r->agent.v <= 0) {
        check_agents_find(c, CHECK_BRIDGE, "nobody is joined with nobody");
        return;
    }
    struct check_agents_man *m = check_agents_man(c, r->agent);
    if (k->answered_us == 0 || k->ended)
        bridge_finding(c, k, "joined with an agent and not answered, or over");
    check_free(c, k, m);
    check_turn(c, k, m);
    m->joined_us = c->now_us;
    if (!k->bridged && k->incoming) {
        check_agents_caller_joined(c, k, r);
    } else if (!k->bridged) {
        c->sums.bridged++;
        k->bridged_us = r->at_us;
        if (k->answered_us != 0)
            check_wait(c, k, r);
    } else if (k->agent.v == r->agent.v && m->attempt.v == k->id.v) {
        bridge_finding(c, k, "joined twice with the same agent");
    }
    k->bridged = true;
    k->again_us = 0;
    k->agent = r->agent;
}

/* --- the end ------------------------------------------------------------ */

/* An agent who was ready is given a lead or a line of one campaign while a
 * person of another stands there. With detection nobody knows yet whether it
 * is one. */
void check_agents_taken(struct check_agents *c,
                        const struct check_agents_man *m)
{
    for (size_t i = c->calls_n; i > 0; i--) {
        const struct check_agents_call *k = &c->call[i - 1];
        const struct check_floor *w = check_agents_of(c, k->campaign);
        if (k->staff.v == 0 && c->now_us - k->recorded_us > OLD_US)
            break; /* those before are older */
        if (k->staff.v != 0 || k->incoming || k->answered_us == 0 ||
            k->bridged || k->ended || k->rung || k->stepped ||
            w->detect_us > 0 || c->now_us < k->answered_us + MARGIN ||
            c->now_us > k->answered_us + w->hold_us - MARGIN)
            continue;
        check_agents_find(c, CHECK_ABANDON,
                          "attempt %lld: agent %lld is given a lead or a line, "
                          "and this person waits",
                          (long long)k->id.v, (long long)m->id.v);
        return;
    }
    check_agents_caller_taken(c, m);
}

/* Somebody was ready all the while a person waited in vain. */
static void check_needless(struct check_agents *c,
                           const struct check_agents_call *k)
{
    const struct check_floor *w = check_agents_of(c, k->campaign);
    int64_t from_us = k->answered_us + w->detect_us + MARGIN;
    int64_t to_us = k->answered_us + w->hold_us - MARGIN;
    for (size_t i = 0; i < c->men_n && from_us < to_us; i++) {
        const struct check_agents_man *m = &c->man[i];
        if (m->ready_from_us == 0 || m->ready_from_us > to_us ||
            m->ready_to_us < from_us)
            continue;
        int64_t a = m->ready_from_us > from_us ? m->ready_from_us : from_us;
        int64_t b = m->ready_to_us < to_us ? m->ready_to_us : to_us;
        if (b - a < 2 * MARGIN)
            continue;
        check_agents_find(c, CHECK_ABANDON,
                          "attempt %lld: lost, and agent %lld was ready",
                          (long long)k->id.v, (long long)m->id.v);
        return;
    }
}

/* A person who found nobody waited the whole hold, then heard who called. */
static void check_lost(struct check_agents *c,
                       const struct check_agents_call *k,
                       const struct record *r)
{
    int64_t up_us = r->at_us - k->answered_us;
    const struct check_floor *w = check_agents_of(c, k->campaign);
    if (k->stepped || c->w.clock_steps)
        return;
    /* Who presses the key of the message has heard enough. */
    if (!str_eq(r->value, "callee_hung_up") && !k->opted_out &&
        up_us < w->hold_us + w->message_us)
        abandon_finding(c, k, "hung up before the hold and the message");
    if (!k->rung) /* else one was found, and did not pick up in time */
        check_needless(c, k);
}

/* One of three: with an agent, lost, or no person; and the marks say which. */
static void check_fate(struct check_agents *c,
                       const struct check_agents_call *k,
                       const struct record *r)
{
    enum outcome o = (enum outcome)r->state;
    if (k->bridged && r->abandoned)
        abandon_finding(c, k, "with an agent, and counted as lost");
    if (o == OUTCOME_UNKNOWN) { /* a crash; strictly: answered is live */
        if (k->answered_us != 0 && !k->bridged && !r->abandoned)
            abandon_finding(c, k, "answered, no agent, and not counted");
        return;
    }
    if (k->bridged && o != OUTCOME_TALKED && o != OUTCOME_OPTED_OUT)
        abandon_finding(c, k, "with an agent, and the outcome is another");
    if (!k->bridged && o == OUTCOME_TALKED)
        abandon_finding(c, k, "talked with nobody");
    if (k->bridged || k->answered_us == 0)
        return;
    if (o == OUTCOME_ABANDONED || r->abandoned) {
        if (!r->abandoned || !r->live)
            abandon_finding(c, k, "lost, and not counted");
        check_lost(c, k, r);
        return;
    }
    /* Who hangs up by himself before the hold is over was not lost. */
    int64_t up_us = r->at_us - k->answered_us;
    const struct check_floor *w = check_agents_of(c, k->campaign);
    int64_t most_us = w->hold_us + w->detect_us + MARGIN;
    if (r->live && up_us > most_us && !k->stepped && !c->w.clock_steps)
        abandon_finding(c, k, "a person without agent, and not counted");
    if (!r->live && o != OUTCOME_MACHINE && o != OUTCOME_FAX &&
        up_us > most_us && !k->stepped)
        abandon_finding(c, k, "answered, and neither person nor machine");
}

/* Given up by us before the law lets us: fifteen seconds of ringing. */
static void check_ring(struct check_agents *c,
                       const struct check_agents_call *k,
                       const struct record *r)
{
    int64_t from_us = k->ringing_us != 0 ? k->ringing_us : k->placed_us;
    if (k->answered_us != 0 || from_us == 0 || k->stepped || c->w.clock_steps ||
        r->state != OUTCOME_NO_ANSWER || !str_eq(r->value, "we_hung_up"))
        return;
    if (r->at_us - from_us < RING_US)
        check_agents_find(
            c, CHECK_PERMIT, "attempt %lld: given up after %lld ms of ringing",
            (long long)k->id.v, (long long)((r->at_us - from_us) / 1000));
}

void check_agents_ended(struct check_agents *c, const struct record *r)
{
    struct check_agents_call *k = check_agents_call(c, r->attempt);
    if (k == NULL || k->ended || k->staff.v != 0) {
        check_agents_find(c, CHECK_SUMS, "an end of no call (attempt %lld)",
                          (long long)r->attempt.v);
        return;
    }
    if (k->incoming) {
        check_agents_caller_ended(c, k, r);
        return;
    }
    struct check_agents_pace *p = check_agents_pace(c, k->campaign);
    c->sums.ended++;
    c->open--;
    p->open--;
    p->sum.live += r->live ? 1 : 0;
    p->sum.abandoned += r->abandoned ? 1 : 0;
    c->quiet_us = r->at_us;
    if (c->w.live)
        check_fate(c, k, r);
    check_ring(c, k, r);
    if (k->left_us != 0 && r->at_us - k->left_us > 2 * MARGIN && !k->stepped)
        check_agents_find(c, CHECK_STATES,
                          "attempt %lld: an agent went on a pause while it "
                          "rang",
                          (long long)k->id.v);
    k->ended = true;
    k->ended_us = r->at_us;
    k->live = r->live;
    k->no_person = c->w.live && k->bridged && !r->live;
    k->abandoned = r->abandoned;
    c->sums.live += r->live ? 1 : 0;
    c->sums.abandoned += r->abandoned ? 1 : 0;
    k->talked = r->state == OUTCOME_TALKED;
    c->sums.talked += k->talked ? 1 : 0;
    c->sums.cancelled += r->state == OUTCOME_CANCELLED ? 1 : 0;
    if (k->lead.v <= 0)
        return;
    struct check_agents_member *m = check_agents_member(c, k->lead);
    m->open = false;
    /* After a crash the attempt is unknown; he talked all the same. */
    bool said = r->state == OUTCOME_TALKED || r->state == OUTCOME_UNKNOWN;
    m->talked = k->bridged && said;
}
