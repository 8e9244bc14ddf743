/* People who call us: who waits gets the agent whose turn it is, nobody dials
 * him meanwhile, what he asks for by a key is written down before it is
 * confirmed, and the law's counts do not know him. */
#include <string.h>

#include "base/arena.h"
#include "core/lead/outcome.h"
#include "sim/check_agents_inside.h"

#define SECOND  INT64_C(1000000)
#define MARGIN  (SECOND / 20) /* between two events of one instant */
#define IDLE_US (3 * SECOND / 10)
#define WORDS   (120 * SECOND) /* the longest farewell */
#define MINUTE  (60 * SECOND)
#define LINE_US (330 * SECOND) /* the longest ring, and its verdict */

static void caller_finding(struct check_agents *c,
                           const struct check_agents_call *k, const char *what)
{
    check_agents_find(c, CHECK_CALLERS, "caller %lld: %s", (long long)k->id.v,
                      what);
}

/* --- who waits ----------------------------------------------------------- */

/* Since when, by what he heard; INT64_MAX: he does not, or not any more. */
static int64_t waits_from(const struct check_agents *c,
                          const struct check_agents_call *k, int64_t now_us)
{
    const struct check_floor *w = check_agents_of(c, k->campaign);
    if (k->answered_us == 0 || k->ended || k->leaving || k->opted_out ||
        k->callback || k->stepped || (k->bridged && k->again_us == 0))
        return INT64_MAX;
    int64_t from_us = k->answered_us + w->greeting_us;
    if (k->bridged) /* his agent was lost */
        from_us = k->again_us;
    bool over = w->wait_us > 0 && now_us - from_us >= w->wait_us - MARGIN;
    return over ? INT64_MAX : from_us;
}

/* An agent's telephone rings for him. */
static bool has_agent(const struct check_agents *c,
                      const struct check_agents_call *k)
{
    for (size_t i = 0; i < c->men_n; i++)
        if (c->man[i].state == AGENT_RINGING && c->man[i].attempt.v == k->id.v)
            return true;
    return false;
}

static struct check_agents_call *open_at(const struct check_agents *c, size_t i)
{
    return check_agents_call(c, c->caller[i]);
}

/* A line rings for each agent who is ready, and none of them was dialled when
 * he had waited for a minute: new ones leave him an agent. */
static bool lines_come_first(const struct check_agents *c, int64_t from_us)
{
    size_t older = 0, all = 0;
    for (size_t i = c->calls_n; i > 0; i--) {
        const struct check_agents_call *o = &c->call[i - 1];
        if (o->staff.v != 0 || o->incoming)
            continue;
        if (c->now_us - o->recorded_us > LINE_US)
            break;
        if (o->ended || o->bridged)
            continue;
        all++;
        older += o->recorded_us <= from_us + MINUTE;
    }
    return older > 0 && all >= c->ready;
}

void check_agents_caller_idle(struct check_agents *c, int64_t now_us)
{
    /* Of one instant not all is told yet. */
    if (c->callers_n == 0 || c->ready == 0 || c->w.clock_steps ||
        now_us == c->now_us)
        return;
    for (size_t i = 0; i < c->callers_n; i++) {
        struct check_agents_call *k = open_at(c, i);
        int64_t from_us = waits_from(c, k, now_us);
        if (from_us == INT64_MAX || from_us >= now_us - IDLE_US ||
            k->idle_told || has_agent(c, k) || lines_come_first(c, from_us))
            continue;
        for (size_t m = 0; m < c->men_n && !k->idle_told; m++) {
            const struct check_agents_man *a = &c->man[m];
            if (a->state != AGENT_READY || now_us - a->ready_from_us <= IDLE_US)
                continue;
            k->idle_told = true;
            check_agents_find(c, CHECK_CALLERS,
                              "caller %lld waits, and agent %lld is ready",
                              (long long)k->id.v, (long long)a->id.v);
        }
    }
}

/* An agent who was ready is given something else. */
void check_agents_caller_taken(struct check_agents *c,
                               const struct check_agents_man *m)
{
    for (size_t i = 0; i < c->callers_n && !c->w.clock_steps; i++) {
        const struct check_agents_call *k = open_at(c, i);
        if (waits_from(c, k, c->now_us) >= c->now_us - MARGIN ||
            has_agent(c, k))
            continue;
        check_agents_find(c, CHECK_CALLERS,
                          "caller %lld waits, and agent %lld is given a lead "
                          "or a line",
                          (long long)k->id.v, (long long)m->id.v);
        return;
    }
}

/* Telephones of agents that ring for him, one after the other: who does not
 * pick up goes on a pause. */
static int64_t rings_us(const struct check_agents *c)
{
    return (int64_t)(c->men_n + 1) * 15 * SECOND;
}

/* --- a call --------------------------------------------------------------- */

static bool is_number_of(const struct check_floor *w, struct slice key)
{
    uint64_t to;
    if (key.n < 2 || key.p[0] != '+' ||
        !str_u64(str_range(key.p + 1, key.n - 1), &to))
        return false;
    for (size_t i = 0; i < w->numbers; i++)
        if (w->number[i] == to)
            return true;
    return false;
}

static void open_caller(struct check_agents *c, struct attempt_id id)
{
    if (c->callers_n == c->caller_cap) {
        c->caller_cap = 2 * c->caller_cap + 16;
        c->caller = mem_resize(c->caller, c->caller_cap * sizeof(*c->caller));
    }
    c->caller[c->callers_n++] = id;
}

static void lead_calls(struct check_agents *c, const struct record *r)
{
    bool known = check_agents_knows(c, r->lead);
    struct check_agents_member *m = check_agents_member(c, r->lead);
    if (!known) { /* made for him */
        m->state = LEAD_WAITING;
        m->due_us = INT64_MAX;
    }
    if (m->open)
        check_agents_find(c, CHECK_CALLERS,
                          "lead %lld calls us and is in a call",
                          (long long)r->lead.v);
    m->open = true;
    /* It is his number, whatever was said of it before. */
    for (size_t i = m->wrong_n; i > 0; i--)
        if (m->wrong[i - 1] == r->e164)
            m->wrong[i - 1] = m->wrong[--m->wrong_n];
}

void check_agents_caller_begin(struct check_agents *c, const struct record *r)
{
    const struct check_floor *w = check_agents_of(c, r->campaign);
    if (r->attempt.v <= 0 || check_agents_call(c, r->attempt) != NULL) {
        check_agents_find(c, CHECK_PERMIT, "attempt %lld is used twice",
                          (long long)r->attempt.v);
        return;
    }
    c->sums.callers++;
    struct check_agents_call *k = check_agents_new_call(c, r->attempt);
    k->incoming = true;
    k->campaign = r->campaign;
    k->lead = r->lead;
    k->e164 = r->e164;
    k->recorded_us = r->at_us;
    open_caller(c, r->attempt);
    if (!w->live || !is_number_of(w, r->key))
        caller_finding(c, k, "of a number that is not the campaign's");
    if (r->lead.v > 0)
        lead_calls(c, r);
}

/* Nobody dials who calls us. */
void check_agents_caller_dialled(struct check_agents *c, const struct record *r)
{
    for (size_t i = 0; i < c->callers_n; i++) {
        const struct check_agents_call *k = open_at(c, i);
        if (k->e164 == 0 || k->e164 != r->e164)
            continue;
        check_agents_find(c, CHECK_CALLERS,
                          "attempt %lld: he calls us at this moment (%lld)",
                          (long long)r->attempt.v, (long long)k->id.v);
        return;
    }
}

/* Who waits by the law comes first, then who called first. */
static void check_order(struct check_agents *c,
                        const struct check_agents_call *k, int64_t from_us)
{
    const struct check_floor *w = check_agents_of(c, k->campaign);
    for (size_t i = 0; i < c->callers_n; i++) {
        const struct check_agents_call *o = open_at(c, i);
        if (o == k || o->campaign.v != k->campaign.v ||
            waits_from(c, o, c->now_us) >= from_us - MARGIN || has_agent(c, o))
            continue;
        check_agents_find(c, CHECK_CALLERS,
                          "caller %lld gets an agent, and %lld waits longer",
                          (long long)k->id.v, (long long)o->id.v);
        return;
    }
    for (size_t i = c->calls_n; i > 0 && w->detect_us == 0; i--) {
        const struct check_agents_call *o = &c->call[i - 1];
        if (o->staff.v == 0 && !o->incoming &&
            c->now_us - o->recorded_us > 300 * SECOND)
            return;
        if (o->staff.v != 0 || o->incoming || o->answered_us == 0 ||
            o->campaign.v != k->campaign.v || o->bridged || o->ended ||
            o->rung || o->stepped || c->now_us < o->answered_us + MARGIN ||
            c->now_us > o->answered_us + w->hold_us - MARGIN)
            continue;
        check_agents_find(c, CHECK_CALLERS,
                          "caller %lld gets an agent, and attempt %lld has to "
                          "have one by law",
                          (long long)k->id.v, (long long)o->id.v);
        return;
    }
}

void check_agents_caller_joined(struct check_agents *c,
                                struct check_agents_call *k,
                                const struct record *r)
{
    const struct check_floor *w = check_agents_of(c, k->campaign);
    bool heard = k->answered_us != 0 && !k->stepped;
    int64_t from_us = heard ? k->answered_us + w->greeting_us : INT64_MAX;
    c->sums.callers_joined++;
    c->joins += k->rung ? 0 : 1; /* else he was taken when he was rung */
    k->bridged_us = r->at_us;
    if (k->stepped || c->w.clock_steps)
        return;
    if (k->opted_out || k->callback)
        caller_finding(c, k, "was let go, and gets an agent");
    if (from_us == INT64_MAX)
        return;
    if (r->at_us < from_us - MARGIN)
        caller_finding(c, k, "joined before he was greeted");
    if (r->ring_ms * 1000 > r->at_us - from_us + MARGIN ||
        r->ring_ms * 1000 < r->at_us - from_us - MARGIN)
        check_agents_find(c, CHECK_CALLERS,
                          "caller %lld: the record says %lld ms of waiting, it "
                          "was %lld",
                          (long long)k->id.v, (long long)r->ring_ms,
                          (long long)((r->at_us - from_us) / 1000));
    if (w->wait_us > 0 && r->at_us - from_us > w->wait_us + rings_us(c))
        caller_finding(c, k, "waited beyond the limit");
    if (!k->rung)
        check_order(c, k, from_us);
}

/* --- the end -------------------------------------------------------------- */

static void check_fate(struct check_agents *c,
                       const struct check_agents_call *k,
                       const struct record *r)
{
    enum outcome o = (enum outcome)r->state;
    if (r->live || r->abandoned)
        caller_finding(c, k, "counted as one whom we called");
    if (o == OUTCOME_UNKNOWN) /* a crash */
        return;
    bool fits = k->bridged     ? o == OUTCOME_TALKED
                : k->opted_out ? o == OUTCOME_OPTED_OUT
                : k->callback
                    ? o == OUTCOME_CALLBACK
                    : o == OUTCOME_GAVE_UP || o == OUTCOME_TURNED_AWAY;
    if (!fits)
        check_agents_find(c, CHECK_CALLERS, "caller %lld: the outcome is %s",
                          (long long)k->id.v, outcome_text(o));
    const struct check_floor *w = check_agents_of(c, k->campaign);
    if (!k->bridged && !k->stepped && !c->w.clock_steps && w->wait_us > 0 &&
        k->answered_us != 0 &&
        r->at_us - k->answered_us >
            w->greeting_us + w->wait_us + WORDS + rings_us(c))
        caller_finding(c, k, "was left waiting");
}

/* What he asked for by his key. */
static void check_wish(struct check_agents *c,
                       const struct check_agents_call *k,
                       const struct record *r)
{
    const struct check_floor *w = check_agents_of(c, k->campaign);
    bool later = k->bridged && k->bridged_us <= k->pressed_us + MARGIN;
    if (k->pressed == '\0' || k->e164 == 0 || later || k->stepped ||
        r->state == OUTCOME_UNKNOWN)
        return;
    if (k->pressed == w->opt_out_key && !k->opted_out)
        caller_finding(c, k,
                       "pressed the key to be left alone, and it is not "
                       "written down");
    if (k->pressed == w->callback_key && k->lead.v > 0 && !k->callback)
        caller_finding(c, k,
                       "pressed the key to be called back, and it is not "
                       "written down");
}

void check_agents_caller_ended(struct check_agents *c,
                               struct check_agents_call *k,
                               const struct record *r)
{
    enum outcome o = (enum outcome)r->state;
    check_fate(c, k, r);
    check_wish(c, k, r);
    c->sums.gave_up += o == OUTCOME_GAVE_UP ? 1 : 0;
    c->sums.turned_away += o == OUTCOME_TURNED_AWAY ? 1 : 0;
    k->ended = true;
    k->ended_us = r->at_us;
    c->quiet_us = r->at_us; /* his lead was not to be called until now */
    for (size_t i = 0; i < c->callers_n; i++)
        if (c->caller[i].v == k->id.v)
            c->caller[i--] = c->caller[--c->callers_n];
    if (k->lead.v <= 0)
        return;
    struct check_agents_member *m = check_agents_member(c, k->lead);
    bool over = m->state == LEAD_DONE || m->state == LEAD_DENIED;
    m->open = false;
    m->talked = k->bridged;
    m->missed = (o == OUTCOME_GAVE_UP || o == OUTCOME_TURNED_AWAY) && !over &&
                check_agents_of(c, k->campaign)->calls_back;
    m->called_us = true;
}

void check_agents_callers_at_end(struct check_agents *c)
{
    for (size_t i = 0; i < c->callers_n; i++)
        caller_finding(c, open_at(c, i), "his call has no end");
    for (size_t i = 0; i < c->members_n; i++)
        if (c->member[i].called_us)
            check_agents_find(c, CHECK_CALLERS,
                              "lead %lld called us, and has no next step",
                              (long long)c->member[i].id.v);
}

/* --- what the carrier knows ------------------------------------------------
 */

void check_agents_pressed(struct check_agents *c, struct attempt_id a, char key,
                          int64_t now_us)
{
    struct check_agents_call *k = check_agents_call(c, a);
    if (k == NULL || !k->incoming || k->pressed != '\0')
        return;
    k->pressed = key;
    k->pressed_us = now_us;
}

void check_agents_said(struct check_agents *c, struct attempt_id a,
                       struct slice text)
{
    struct check_agents_call *k = check_agents_call(c, a);
    if (k == NULL || !k->incoming) {
        check_agents_find(c, CHECK_CALLERS,
                          "caller %lld hears us, and is not written down",
                          (long long)a.v);
        return;
    }
    const struct check_floor *w = check_agents_of(c, k->campaign);
    bool let_go = w->opt_out_say != NULL && str_eq(text, w->opt_out_say);
    bool back = w->callback_say != NULL && str_eq(text, w->callback_say);
    if (let_go && !k->opted_out)
        caller_finding(c, k,
                       "is told that he is left alone before it is "
                       "written down");
    if (back && !k->callback)
        caller_finding(c, k,
                       "is told that he is called back before it is "
                       "written down");
    k->leaving |= let_go || back ||
                  (w->closed_say != NULL && str_eq(text, w->closed_say));
}
