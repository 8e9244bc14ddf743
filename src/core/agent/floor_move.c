/* What happens to agents: their states, the lists of the ready ones, notes of
 * what they want after the call, and the queue of changes. */
#include <string.h>

#include "base/arena.h"
#include "core/agent/floor_inside.h"

/* --- the list of ready agents of a group -------------------------------- */

/* Sorted by turn; who becomes ready goes to the end at once. Only one whose
 * group changed while he was ready is sorted in further ahead. */
void floor_inside_enter(struct floor *f, struct floor_seat *s)
{
    struct floor_group *g = &f->share.group[s->group];
    uint32_t i = (uint32_t)(s - f->seat);
    uint32_t before = g->listed == 0 ? FLOOR_NOBODY : g->last;
    while (before != FLOOR_NOBODY && f->seat[before].turn > s->turn)
        before = f->seat[before].before;
    s->before = before;
    if (before == FLOOR_NOBODY)
        s->behind = g->listed == 0 ? FLOOR_NOBODY : g->first;
    else
        s->behind = f->seat[before].behind;
    if (before == FLOOR_NOBODY)
        g->first = i;
    else
        f->seat[before].behind = i;
    if (s->behind == FLOOR_NOBODY)
        g->last = i;
    else
        f->seat[s->behind].before = i;
    floor_share_list(&f->share, s->group, 1);
    if (s->a.then == AGENT_READY)
        floor_share_come(&f->share, s->group);
}

void floor_inside_leave(struct floor *f, struct floor_seat *s, uint16_t side)
{
    struct floor_group *g = &f->share.group[s->group];
    tm_assert(g->listed > 0);
    if (s->before == FLOOR_NOBODY)
        g->first = s->behind;
    else
        f->seat[s->before].behind = s->behind;
    if (s->behind == FLOOR_NOBODY)
        g->last = s->before;
    else
        f->seat[s->behind].before = s->before;
    s->before = FLOOR_NOBODY;
    s->behind = FLOOR_NOBODY;
    floor_share_list(&f->share, s->group, -1);
    if (s->a.then == AGENT_READY)
        floor_share_go(&f->share, s->group, side);
}

/* --- the queue of changes ----------------------------------------------- */

static struct floor_change *new_change(struct floor *f)
{
    if (f->changes == f->change_cap) {
        size_t cap = 2 * f->change_cap + 64;
        struct floor_change *all = mem_alloc(cap * sizeof(*all));
        for (size_t i = 0; i < f->changes; i++)
            all[i] = f->change[(f->change_first + i) % f->change_cap];
        mem_free(f->change);
        f->change = all;
        f->change_first = 0;
        f->change_cap = cap;
    }
    return &f->change[(f->change_first + f->changes++) % f->change_cap];
}

bool floor_changed(struct floor *f, struct floor_change *out)
{
    if (f->changes == 0)
        return false;
    *out = f->change[f->change_first];
    f->change_first = (f->change_first + 1) % f->change_cap;
    f->changes--;
    return true;
}

/* What is told of an agent after he moved belongs to the change, as long as
 * that was not fetched. NULL: it was. */
static struct floor_change *last_change(struct floor *f, struct agent_id id)
{
    for (size_t i = f->changes; i > 0; i--) {
        struct floor_change *c =
            &f->change[(f->change_first + i - 1) % f->change_cap];
        if (c->agent.v == id.v)
            return c;
    }
    return NULL;
}

/* --- states ------------------------------------------------------------- */

bool floor_inside_is_busy(enum agent_state s)
{
    return s == AGENT_PREVIEW || s == AGENT_WRAP || agent_has_call(s);
}

/* He may get a call, sooner or later. */
static bool is_present(enum agent_state s)
{
    return s == AGENT_READY || floor_inside_is_busy(s);
}

/* Counts an agent among those of his group, by 1 or -1. */
void floor_inside_present(struct floor *f, const struct floor_seat *s, int n)
{
    struct floor_group *g = &f->share.group[s->group];
    if (!is_present(s->a.state))
        return;
    tm_assert(n > 0 || g->present > 0);
    g->present = n > 0 ? g->present + 1 : g->present - 1;
    floor_calls_stale(f->calls);
}

/* Counts an agent for his campaign, by 1 or -1. */
static void count(struct floor *f, const struct floor_agent *a, int n)
{
    uint16_t i = floor_share_side(&f->share, a->campaign);
    if (i == FLOOR_NONE || !floor_inside_is_busy(a->state))
        return;
    struct floor_side *s = &f->share.side[i];
    tm_assert(n > 0 || s->busy > 0);
    s->busy = n > 0 ? s->busy + 1 : s->busy - 1;
    if (a->then == AGENT_READY)
        return;
    tm_assert(n > 0 || s->leaving > 0);
    s->leaving = n > 0 ? s->leaving + 1 : s->leaving - 1;
}

/* Where he is reached from now on. */
static void take_phone(struct floor_seat *s)
{
    s->a.setup.e164 = s->phone.e164;
    s->a.setup.leg = s->phone.leg;
    memcpy(s->a.setup.trunk, s->phone.trunk, sizeof(s->phone.trunk));
}

/* What a state brings with it and takes away. */
static void arrive(struct floor *f, struct floor_seat *s)
{
    struct floor_agent *a = &s->a;
    a->limit_us = INT64_MAX;
    floor_limits_set(&f->limits, (uint32_t)(s - f->seat), INT64_MAX);
    if (floor_inside_is_busy(a->state))
        return;
    a->campaign = (struct campaign_id){0};
    a->attempt = (struct attempt_id){0};
    a->then = AGENT_READY;
    if (a->state != AGENT_PAUSED && a->state != AGENT_OFF)
        a->reason[0] = '\0';
    if (a->state == AGENT_CALLING_IN)
        take_phone(s);
}

/* His call and campaign for the change are those he comes from when the new
 * state has none: the one that is over. */
static void go_to(struct floor *f, struct floor_seat *s, enum agent_state to,
                  int64_t now_us)
{
    struct floor_agent *a = &s->a;
    enum agent_state from = a->state;
    tm_assert(from != to);
    count(f, a, -1);
    if (from == AGENT_READY)
        floor_inside_leave(f, s, floor_share_side(&f->share, a->campaign));
    struct floor_change *c = new_change(f);
    *c = (struct floor_change){.agent = a->setup.id,
                               .from = from,
                               .to = to,
                               .at_us = now_us,
                               .campaign = a->campaign,
                               .attempt = a->attempt};
    if (to == AGENT_PAUSED || to == AGENT_OFF)
        memcpy(c->reason, a->reason, sizeof(c->reason));
    if (is_present(from) != is_present(to))
        floor_inside_present(f, s, -1);
    a->state = to;
    if (is_present(from) != is_present(to))
        floor_inside_present(f, s, 1);
    a->since_us = now_us;
    arrive(f, s);
    count(f, a, 1);
    if (to == AGENT_READY) {
        s->turn = ++f->turns;
        floor_inside_enter(f, s);
    }
}

static bool note(struct floor *f, struct floor_agent *a, enum agent_state then)
{
    if (a->then == then)
        return true;
    count(f, a, -1);
    a->then = then;
    count(f, a, 1);
    return true;
}

/* A ready agent counts for nobody while he wants to go. */
static void wish(struct floor *f, struct floor_seat *s, enum agent_state then)
{
    bool counts = s->a.then == AGENT_READY;
    s->a.then = then;
    if (counts && then != AGENT_READY)
        floor_share_go(&f->share, s->group, FLOOR_NONE);
    if (!counts && then == AGENT_READY)
        floor_share_come(&f->share, s->group);
}

bool floor_wish(struct floor *f, struct agent_id a, enum agent_state then,
                int64_t now_us)
{
    struct floor_seat *s = floor_inside_seat(f, a);
    tm_assert(then == AGENT_PAUSED || then == AGENT_OFF);
    if (s == NULL || s->a.state != AGENT_READY)
        return false;
    if (s->a.then == AGENT_READY)
        s->a.wish_us = now_us;
    wish(f, s, then);
    return true;
}

static bool take_back(struct floor *f, struct floor_seat *s)
{
    struct floor_agent *a = &s->a;
    if (a->then == AGENT_READY || !is_present(a->state))
        return false;
    a->reason[0] = '\0';
    if (a->state != AGENT_READY)
        return note(f, a, AGENT_READY);
    wish(f, s, AGENT_READY);
    return true;
}

bool floor_take_back(struct floor *f, struct agent_id a)
{
    struct floor_seat *s = floor_inside_seat(f, a);
    return s != NULL && take_back(f, s);
}

bool floor_move(struct floor *f, struct agent_id id, enum agent_input in,
                int64_t now_us)
{
    struct floor_seat *s = floor_inside_seat(f, id);
    if (s == NULL)
        return false;
    struct floor_agent *a = &s->a;
    bool later = agent_has_call(a->state) || a->state == AGENT_WRAP;
    if (later && in == AGENT_IN_PAUSE)
        return note(f, a, AGENT_PAUSED);
    if (later && in == AGENT_IN_SIGN_OUT)
        return note(f, a, AGENT_OFF);
    if (agent_has_call(a->state) && in == AGENT_IN_READY)
        return take_back(f, s);
    enum agent_state to = AGENT_OFF;
    if (!agent_next(a->state, in, &to))
        return false;
    if (later && to == AGENT_READY)
        to = a->then;
    go_to(f, s, to, now_us);
    return true;
}

void floor_set_reason(struct floor *f, struct agent_id id, struct slice reason)
{
    struct floor_seat *s = floor_inside_seat(f, id);
    if (s == NULL)
        return;
    str_copy(s->a.reason, sizeof(s->a.reason), reason);
    if (s->a.state != AGENT_PAUSED)
        return;
    struct floor_change *c = last_change(f, id);
    if (c != NULL)
        memcpy(c->reason, s->a.reason, sizeof(c->reason));
}

void floor_set_limit(struct floor *f, struct agent_id a, int64_t at_us)
{
    struct floor_seat *s = floor_inside_seat(f, a);
    if (s == NULL)
        return;
    s->a.limit_us = at_us;
    floor_limits_set(&f->limits, (uint32_t)(s - f->seat), at_us);
}

void floor_set_leg(struct floor *f, struct agent_id a, struct attempt_id leg,
                   bool up)
{
    struct floor_seat *s = floor_inside_seat(f, a);
    if (s == NULL)
        return;
    if (leg.v != s->a.leg.v)
        s->a.called_us = 0;
    s->a.leg = leg;
    s->a.leg_up = up;
}

void floor_leg_called(struct floor *f, struct agent_id a, int64_t now_us)
{
    struct floor_seat *s = floor_inside_seat(f, a);
    if (s != NULL)
        s->a.called_us = now_us;
}

void floor_set_attempt(struct floor *f, struct agent_id id,
                       struct campaign_id c, struct attempt_id attempt)
{
    struct floor_seat *s = floor_inside_seat(f, id);
    if (s == NULL)
        return;
    if (c.v > 0)
        (void)floor_share_make_side(&f->share, c);
    count(f, &s->a, -1);
    s->a.campaign = c;
    s->a.attempt = attempt;
    count(f, &s->a, 1);
    struct floor_change *told = last_change(f, id);
    if (told == NULL || told->to != s->a.state)
        return;
    told->campaign = c;
    told->attempt = attempt;
}

/* --- who calls us ------------------------------------------------------- */

void floor_called(struct floor *f, struct campaign_id c, int64_t now_us)
{
    uint16_t i = floor_share_make_side(&f->share, c);
    if (i != FLOOR_NONE)
        floor_calls_add(f->calls, i, now_us);
}

void floor_pass(struct floor *f, int64_t now_us)
{
    floor_calls_pass(f->calls, now_us);
}

/* --- who takes the next ------------------------------------------------- */

void floor_waits(struct floor *f, struct campaign_id c, int n)
{
    uint16_t i = floor_share_side(&f->share, c);
    tm_assert(i != FLOOR_NONE && (n == 1 || n == -1));
    struct floor_side *s = &f->share.side[i];
    tm_assert(n > 0 || s->waiting > 0);
    s->waiting = n > 0 ? s->waiting + 1 : s->waiting - 1;
    f->share.waiting = n > 0 ? f->share.waiting + 1 : f->share.waiting - 1;
}

void floor_covers(struct floor *f, struct campaign_id c, unsigned n)
{
    uint16_t i = floor_share_side(&f->share, c);
    tm_assert(i != FLOOR_NONE);
    struct floor_side *s = &f->share.side[i];
    /* Who waits may have an agent now. */
    if (n < s->covered && f->share.waiting > 0)
        f->reshared = true;
    f->share.covered += n;
    f->share.covered -= s->covered;
    s->covered = n;
}

bool floor_spoken_for(const struct floor *f, struct agent_id a)
{
    const struct floor_seat *s = floor_inside_seat(f, a);
    return s != NULL && floor_share_spoken_for(&f->share, s->group);
}

bool floor_anybody_ready(const struct floor *f)
{
    return f->share.fills > 0;
}

unsigned floor_claimed(const struct floor *f, struct campaign_id c)
{
    uint16_t i = floor_share_side(&f->share, c);
    tm_assert(i != FLOOR_NONE);
    return floor_share_claimed(&f->share, i);
}

unsigned floor_waiting(const struct floor *f)
{
    return f->share.waiting;
}

static bool is_person(const struct floor_want *w)
{
    return w->input == AGENT_IN_TALK || w->input == AGENT_IN_RING;
}

/* People come before leads and lines, and who calls us behind those who may
 * answer a line that was dialled for the agent. */
static bool suits(const struct floor *f, uint32_t group,
                  const struct floor_want *w)
{
    bool person = is_person(w);
    bool looks = w->input == AGENT_IN_LEAD;
    if (!floor_share_suits(&f->share, group, w->campaign, w->skills) ||
        (!person && floor_share_wanted(&f->share, group)))
        return false;
    /* Last: it costs most. */
    return !((w->spared || looks) && floor_share_spoken_for(&f->share, group));
}

/* Who wants to go begins nothing that can wait. NULL: they all do. */
static struct floor_seat *first_of(const struct floor *f, uint32_t group,
                                   const struct floor_want *w)
{
    uint32_t i = f->share.group[group].first;
    while (i != FLOOR_NOBODY && !is_person(w) &&
           f->seat[i].a.then != AGENT_READY)
        i = f->seat[i].behind;
    return i != FLOOR_NOBODY ? &f->seat[i] : NULL;
}

static struct floor_seat *longest_idle(const struct floor *f,
                                       const struct floor_want *w)
{
    struct floor_seat *best = NULL;
    for (size_t i = 0; i < f->share.fills; i++) {
        uint32_t group = f->share.filled[i];
        struct floor_seat *s = first_of(f, group, w);
        if (s != NULL && (best == NULL || s->turn < best->turn) &&
            suits(f, group, w))
            best = s;
    }
    return best;
}

struct agent_id floor_take(struct floor *f, const struct floor_want *w,
                           int64_t now_us)
{
    tm_assert(w->campaign.v > 0);
    struct floor_seat *s = NULL;
    if (w->only.v == 0) {
        s = longest_idle(f, w);
    } else {
        s = floor_inside_seat(f, w->only);
        if (s != NULL && (s->a.state != AGENT_READY ||
                          (s->a.then != AGENT_READY && !is_person(w)) ||
                          !suits(f, s->group, w)))
            s = NULL;
    }
    if (s == NULL)
        return (struct agent_id){0};
    enum agent_input in = w->input;
    if (in == AGENT_IN_TALK && s->a.setup.leg == AGENT_LEG_PER_CALL)
        in = AGENT_IN_RING;
    /* Counted from the first one on; a full table stays full. */
    (void)floor_share_make_side(&f->share, w->campaign);
    s->a.campaign = w->campaign;
    s->a.attempt = w->attempt;
    bool moved = floor_move(f, s->a.setup.id, in, now_us);
    tm_assert(moved && floor_inside_is_busy(s->a.state));
    return s->a.setup.id;
}
