#include <string.h>

#include "base/civil.h"
#include "engine/engine_inside.h"

enum { CHANGES_AT_ONCE = 16, STARS_US = 3 * 1000 * 1000 };

int engine_agent_put(struct engine *e, const struct agent_setup *a,
                     struct err *err)
{
    int rc = floor_put(e->floor, a, err);
    if (rc != TM_OK)
        return rc;
    e->floor_news = true; /* he may take what waits */
    engine_settle(e);
    return TM_OK;
}

int engine_agent_tell(struct engine *e, struct campaign_id c, struct agent_id a,
                      const struct agent_order *o, struct err *err)
{
    size_t index;
    if (c.v == 0 || !engine_find(e, c, &index))
        return err_set(err, TM_ESTATE, "he has no call and no lead");
    struct campaign_event ev = {
        .kind = CAMPAIGN_EV_AGENT, .agent = a, .order = o};
    return engine_step(e, index, &ev, err);
}

void engine_agent_tell_kind(struct engine *e, struct campaign_id c,
                            struct agent_id a, enum agent_order_kind kind)
{
    const struct agent_order o = {.kind = kind};
    (void)engine_agent_tell(e, c, a, &o, NULL);
}

/* --- changes of the floor -------------------------------------------------*/

static void heed(struct engine *e, const struct floor_change *c)
{
    if (c->to == AGENT_WRAP)
        e->wrapping++;
    if (c->from == AGENT_WRAP) {
        tm_assert(e->wrapping > 0);
        e->wrapping--;
    }
    engine_trunk_heed(e, c);
    bool came = c->to == AGENT_READY;
    bool left = (c->to == AGENT_PAUSED || c->to == AGENT_OFF) &&
                c->from != AGENT_CALLING_IN && c->from != AGENT_PAUSED;
    e->floor_news = e->floor_news || came || left;
    if (c->to == AGENT_OFF)
        engine_leg_drop(e, c->agent);
    else if (e->floor_closed && (came || c->to == AGENT_PAUSED))
        (void)floor_move(e->floor, c->agent, AGENT_IN_SIGN_OUT,
                         engine_now_us(e));
}

static size_t take_changes(struct engine *e, struct floor_change *c,
                           struct record *r)
{
    size_t n = 0;
    for (; n < CHANGES_AT_ONCE && floor_changed(e->floor, &c[n]); n++)
        r[n] = (struct record){.kind = RECORD_AGENT,
                               .at_us = c[n].at_us,
                               .tenant = e->port.tenant,
                               .campaign = c[n].campaign,
                               .attempt = c[n].attempt,
                               .agent = c[n].agent,
                               .state = (int)c[n].to,
                               .key = str_of(c[n].reason)};
    return n;
}

void engine_agent_changes(struct engine *e)
{
    struct floor_change c[CHANGES_AT_ONCE];
    struct record r[CHANGES_AT_ONCE];
    /* What one campaign does without the others may dial for. */
    if (floor_reshared(e->floor) && e->staffed_n > 1)
        e->floor_news = true;
    for (size_t n = take_changes(e, c, r); n > 0; n = take_changes(e, c, r)) {
        (void)engine_record_write(e, r, n);
        for (size_t i = 0; i < n; i++) {
            heed(e, &c[i]);
            if (e->port.agent != NULL)
                e->port.agent(e->port.agent_arg, &c[i]);
        }
    }
}

static void tell_floor(struct engine *e, size_t index)
{
    struct campaign_event ev = {.kind = CAMPAIGN_EV_FLOOR};
    e->member[index].told = e->round;
    (void)engine_step(e, index, &ev, NULL);
}

/* The member not told yet whose person is due first. False: nobody
 * waits. */
static bool first_due(const struct engine *e, size_t *index, int64_t *due_us)
{
    *due_us = INT64_MAX;
    for (size_t i = 0; i < e->staffed_n; i++) {
        const struct engine_member *m = &e->member[e->staffed[i]];
        if (m->told == e->round)
            continue;
        int64_t us = campaign_waits_due_us(m->campaign);
        if (us >= *due_us)
            continue;
        *due_us = us;
        *index = e->staffed[i];
    }
    return *due_us < INT64_MAX;
}

bool engine_agent_round(struct engine *e)
{
    if (!e->floor_news)
        return false;
    e->floor_news = false;
    e->round++;
    size_t index;
    int64_t due_us;
    while (first_due(e, &index, &due_us)) {
        tell_floor(e, index);
        /* He got an agent: the next one of this campaign has his turn too. */
        if (campaign_waits_due_us(e->member[index].campaign) != due_us)
            e->member[index].told = 0;
    }
    for (size_t i = 0; i < e->staffed_n; i++) {
        const struct engine_member *m = &e->member[e->staffed[i]];
        if (m->running && m->told != e->round)
            tell_floor(e, e->staffed[i]);
    }
    return true;
}

void engine_agent_limits(struct engine *e, int64_t now_us)
{
    for (struct agent_id a = floor_due(e->floor, now_us); a.v != 0;
         a = floor_due(e->floor, now_us)) {
        engine_agent_tell_kind(e, floor_find(e->floor, a)->campaign, a,
                               AGENT_DO_LIMIT);
        engine_settle(e);
    }
}

/* --- orders ---------------------------------------------------------------*/

static int refuse(struct err *err, const struct floor_agent *f,
                  const char *what)
{
    return err_set(err, TM_ESTATE, "agent %s is in state '%s': %s",
                   f->setup.name, agent_state_text(f->state), what);
}

static bool move(struct engine *e, struct agent_id a, enum agent_input in)
{
    return floor_move(e->floor, a, in, engine_now_us(e));
}

/* False: his permanent leg is gone; he says what his call was and is out. */
static bool is_reached(const struct floor_agent *f)
{
    return f->leg_up || f->setup.leg == AGENT_LEG_PER_CALL;
}

static int sign_in(struct engine *e, const struct floor_agent *f,
                   struct err *err)
{
    const struct campaign_id none = {0};
    struct agent_id a = f->setup.id;
    bool per_call = f->setup.leg == AGENT_LEG_PER_CALL;
    if (f->state != AGENT_OFF)
        return refuse(err, f, "he is signed in already");
    if (!per_call || e->draining || e->port.carrier->bridge == NULL) {
        int rc = engine_leg_check(e, err);
        if (rc != TM_OK) {
            (void)err_context(err, "agent %s cannot sign in", f->setup.name);
            return rc;
        }
    }
    bool moved = move(e, a, AGENT_IN_SIGN_IN);
    tm_assert(moved);
    if (per_call)
        moved = move(e, a, AGENT_IN_LEG_UP) && move(e, a, AGENT_IN_READY);
    else
        engine_leg_begin(e, f, none);
    tm_assert(moved);
    return TM_OK;
}

static int sign_out(struct engine *e, const struct floor_agent *f,
                    const struct agent_order *o, struct err *err)
{
    if (f->state == AGENT_OFF)
        return refuse(err, f, "he is not signed in");
    return engine_leave(e, f, AGENT_IN_SIGN_OUT, o, err);
}

static int pause_him(struct engine *e, const struct floor_agent *f,
                     const struct agent_order *o, struct err *err)
{
    if (f->state == AGENT_OFF || f->state == AGENT_CALLING_IN)
        return refuse(err, f, "he must be signed in first");
    if (f->state == AGENT_PAUSED)
        return refuse(err, f, "he pauses already");
    if (!is_reached(f))
        return refuse(err, f, "his telephone is gone, he is signed out next");
    return engine_leave(e, f, AGENT_IN_PAUSE, o, err);
}

static int make_ready(struct engine *e, const struct floor_agent *f,
                      struct err *err)
{
    const struct agent_order limit = {.kind = AGENT_DO_LIMIT};
    struct agent_id a = f->setup.id;
    if (f->state == AGENT_OFF || f->state == AGENT_CALLING_IN)
        return refuse(err, f, "he must be signed in first");
    if (f->state == AGENT_PAUSED) {
        bool moved = move(e, a, AGENT_IN_READY);
        tm_assert(moved);
        return TM_OK;
    }
    bool back =
        !e->floor_closed && is_reached(f) && floor_take_back(e->floor, a);
    /* The wrap-up is over, with nothing said. */
    if (f->state == AGENT_WRAP)
        return engine_agent_tell(e, f->campaign, a, &limit, err);
    return back ? TM_OK : refuse(err, f, "he takes calls already");
}

static bool may_take(const struct agent_setup *s, struct campaign_id c)
{
    for (size_t i = 0; i < s->campaigns; i++)
        if (s->campaign[i].v == c.v)
            return true;
    return s->campaigns == 0;
}

/* A lead of the first campaign that has one for him. */
static int next(struct engine *e, const struct floor_agent *f,
                const struct agent_order *o, struct err *err)
{
    if (f->state != AGENT_READY)
        return refuse(err, f, "he must be ready to get a lead");
    if (f->then != AGENT_READY)
        return refuse(err, f,
                      "he is about to go, and gets no lead; 'ready' keeps "
                      "him");
    int rc = err_set(err, TM_ENOTFOUND,
                     "no manual campaign of his is running; start one or give "
                     "him one");
    for (size_t i = 0; i < e->staffed_n && rc == TM_ENOTFOUND; i++) {
        const struct engine_member *m = &e->member[e->staffed[i]];
        if (m->running && m->mode == DIAL_MANUAL &&
            may_take(&f->setup, m->env.id))
            rc = engine_agent_tell(e, m->env.id, f->setup.id, o, err);
    }
    return rc;
}

static int of_call(struct engine *e, const struct floor_agent *f,
                   const struct agent_order *o, struct err *err)
{
    bool begins = o->kind == AGENT_DO_NEXT || o->kind == AGENT_DO_DIAL;
    if (begins && (e->draining || e->held)) {
        int rc = engine_leg_check(e, err);
        (void)err_context(err, "agent %s cannot begin a call", f->setup.name);
        return rc;
    }
    if (o->kind == AGENT_DO_NEXT)
        return next(e, f, o, err);
    if (f->campaign.v == 0)
        return refuse(err, f, "he has no call, and no lead to look at");
    int rc = engine_agent_tell(e, f->campaign, f->setup.id, o, err);
    if (rc != TM_OK)
        (void)err_context(err, "agent %s", f->setup.name);
    return rc;
}

static int carry_out(struct engine *e, const struct floor_agent *f,
                     const struct agent_order *o, struct err *err)
{
    switch (o->kind) {
    case AGENT_DO_SIGN_IN: return sign_in(e, f, err);
    case AGENT_DO_SIGN_OUT: return sign_out(e, f, o, err);
    case AGENT_DO_READY: return make_ready(e, f, err);
    case AGENT_DO_PAUSE: return pause_him(e, f, o, err);
    case AGENT_DO_NEXT:
    case AGENT_DO_DIAL:
    case AGENT_DO_SKIP:
    case AGENT_DO_HANG_UP:
    case AGENT_DO_HOLD:
    case AGENT_DO_RETRIEVE:
    case AGENT_DO_DISPOSE: return of_call(e, f, o, err);
    case AGENT_DO_LEG_UP:
    case AGENT_DO_LEG_LOST:
    case AGENT_DO_LIMIT:
    case AGENT_ORDER_COUNT: break;
    }
    return err_set(err, TM_EINVAL, "this is no order of people");
}

int engine_agent_order(struct engine *e, struct agent_id a,
                       const struct agent_order *o, struct err *err)
{
    const struct floor_agent *f = floor_find(e->floor, a);
    if (f == NULL)
        return err_set(err, TM_ENOTFOUND, "there is no agent %lld",
                       (long long)a.v);
    int rc = carry_out(e, f, o, err);
    engine_agent_changes(e);
    engine_settle(e);
    return rc;
}

const struct lead *engine_agent_lead(const struct engine *e, struct agent_id a)
{
    size_t index;
    const struct floor_agent *f = floor_find(e->floor, a);
    if (f == NULL || f->campaign.v == 0 || !engine_find(e, f->campaign, &index))
        return NULL;
    return campaign_agent_lead(e->member[index].campaign, a);
}

uint64_t engine_agent_number(const struct engine *e, struct agent_id a)
{
    size_t index;
    const struct floor_agent *f = floor_find(e->floor, a);
    if (f == NULL || f->campaign.v == 0 || !engine_find(e, f->campaign, &index))
        return 0;
    return campaign_agent_number(e->member[index].campaign, a);
}

struct slice engine_agent_said(const struct engine *e, struct agent_id a,
                               int64_t *due_us)
{
    size_t index;
    const struct floor_agent *f = floor_find(e->floor, a);
    *due_us = 0;
    if (f == NULL || f->campaign.v == 0 || !engine_find(e, f->campaign, &index))
        return (struct slice){0};
    return campaign_agent_said(e->member[index].campaign, a, due_us);
}

/* --- his telephone --------------------------------------------------------*/

void engine_agent_leg_up(struct engine *e, const struct engine_leg *l)
{
    const struct agent_order up = {.kind = AGENT_DO_LEG_UP};
    const struct floor_agent *f = floor_find(e->floor, l->agent);
    if (!l->per_call) {
        bool moved = move(e, l->agent, AGENT_IN_LEG_UP) &&
                     move(e, l->agent, AGENT_IN_READY);
        tm_assert(moved);
    } else if (!agent_has_call(f->state) ||
               engine_agent_tell(e, f->campaign, l->agent, &up, NULL) !=
                   TM_OK) {
        engine_leg_drop(e, l->agent); /* there is nobody to talk with */
    }
}

/* Out of a call that goes on without him, whatever the campaign has done;
 * he goes to what was noted before. */
static void take_out(struct engine *e, struct agent_id a, const char *never)
{
    const struct floor_agent *f = floor_find(e->floor, a);
    const struct agent_order lost = {.kind = AGENT_DO_LEG_LOST,
                                     .word = str_of(never)};
    (void)engine_agent_tell(e, f->campaign, a, &lost, NULL);
    if (f->state == AGENT_DIALLING || f->state == AGENT_RINGING)
        (void)move(e, a, AGENT_IN_NOBODY);
    if (f->state == AGENT_TALKING || f->state == AGENT_HOLDING)
        (void)move(e, a, AGENT_IN_CALL_ENDED);
    if (f->state == AGENT_WRAP)
        (void)move(e, a, AGENT_IN_READY);
    tm_assert(f->state == AGENT_OFF || f->state == AGENT_PAUSED);
}

static void sit_out(struct engine *e, struct agent_id a, const char *word,
                    const char *never)
{
    /* What he asked for himself meanwhile stands: he may be on his way home. */
    if (floor_find(e->floor, a)->then == AGENT_READY) {
        floor_set_reason(e->floor, a, str_of(word));
        (void)move(e, a, AGENT_IN_PAUSE);
    }
    take_out(e, a, never);
}

void engine_agent_no_ring(struct engine *e, struct agent_id a, const char *word)
{
    sit_out(e, a, word, "");
}

void engine_agent_no_join(struct engine *e, struct agent_id a, bool never)
{
    static const char word[] = "cannot be joined";
    sit_out(e, a, word, never ? word : "");
}

/* It ended otherwise than by him, or by what his telephone is. */
static bool is_missed(const char *word)
{
    static const enum call_cause his[] = {CAUSE_CALLEE, CAUSE_NO_ANSWER,
                                          CAUSE_BUSY, CAUSE_REJECTED, CAUSE_US};
    for (size_t i = 0; i < tm_array_len(his); i++)
        if (strcmp(word, call_event_cause_text(his[i])) == 0)
            return true;
    return false;
}

static void lost_per_call(struct engine *e, struct agent_id a, const char *word)
{
    const struct floor_agent *f = floor_find(e->floor, a);
    if (f->state == AGENT_TALKING || f->state == AGENT_HOLDING)
        engine_agent_tell_kind(e, f->campaign, a, AGENT_DO_HANG_UP);
    else if (agent_has_call(f->state))
        engine_agent_no_ring(e, a, is_missed(word) ? "missed a call" : word);
}

void engine_agent_leg_lost(struct engine *e, const struct engine_leg *l,
                           const char *word)
{
    struct agent_id a = l->agent;
    const struct floor_agent *f = floor_find(e->floor, a);
    if (l->per_call) {
        lost_per_call(e, a, word);
        return;
    }
    tm_assert(f->state != AGENT_OFF);
    bool call = agent_has_call(f->state);
    const struct agent_order o = {.word = str_of(word), .now = true};
    int rc = engine_leave(e, f, AGENT_IN_SIGN_OUT, &o, NULL);
    tm_assert(rc == TM_OK);
    if (call)
        take_out(e, a, "");
}

/* What is refused has no effect, and that is what he hears. */
static void order_by_key(struct engine *e, const struct floor_agent *f,
                         enum agent_order_kind kind, struct slice word)
{
    const struct agent_order o = {.kind = kind, .word = word};
    (void)carry_out(e, f, &o, NULL);
}

/* A call back that is asked for by key is due the day after, at this time. */
static void dispose_by_key(struct engine *e, const struct floor_agent *f,
                           char key)
{
    size_t index, i = (size_t)(key - '1');
    if (key < '1' || key > '9' || !engine_find(e, f->campaign, &index))
        return;
    const struct plan *p = e->member[index].env.plan;
    if (i >= p->dispositions)
        return;
    const struct agent_order o = {.kind = AGENT_DO_DISPOSE,
                                  .word = p->disposition[i].word,
                                  .due_us = engine_now_us(e) + CIVIL_DAY_US};
    (void)carry_out(e, f, &o, NULL);
}

/* Two stars, one soon after the other. */
static bool is_second_star(const struct engine *e, struct engine_leg *l,
                           char key)
{
    int64_t now_us = engine_now_us(e);
    bool second =
        key == '*' && l->star == '*' && now_us - l->star_us <= STARS_US;
    l->star = second ? '\0' : key;
    l->star_us = now_us;
    return second;
}

void engine_agent_key(struct engine *e, struct engine_leg *l, char key)
{
    const struct slice none = {0};
    const struct floor_agent *f = floor_find(e->floor, l->agent);
    bool stars = is_second_star(e, l, key);
    switch (f->state) {
    case AGENT_READY:
        if (key == '0' && f->then == AGENT_READY)
            order_by_key(e, f, AGENT_DO_PAUSE, str_of("telephone key"));
        else if (key == '0')
            order_by_key(e, f, AGENT_DO_READY, none);
        break;
    case AGENT_PAUSED:
        if (key == '0')
            order_by_key(e, f, AGENT_DO_READY, none);
        break;
    case AGENT_PREVIEW:
        if (key == '1' || key == '2')
            order_by_key(e, f, key == '1' ? AGENT_DO_DIAL : AGENT_DO_SKIP,
                         none);
        break;
    case AGENT_TALKING:
    case AGENT_HOLDING:
        if (stars)
            order_by_key(e, f, AGENT_DO_HANG_UP, none);
        break;
    case AGENT_WRAP: dispose_by_key(e, f, key); break;
    case AGENT_OFF:
    case AGENT_CALLING_IN:
    case AGENT_DIALLING:
    case AGENT_RINGING:
    case AGENT_STATE_COUNT: break;
    }
}

/* --- the end --------------------------------------------------------------*/

void engine_agent_close(struct engine *e)
{
    if (engine_calls(e) > 0 || e->ready.n > 0 || e->gate.n > 0)
        return;
    const struct agent_order shutdown = {.word = str_of("shutdown"),
                                         .now = true};
    size_t n = floor_agents(e->floor);
    for (size_t i = 0; !e->floor_closed && i < n; i++) {
        const struct floor_agent *f = floor_at(e->floor, i);
        if (f->state != AGENT_OFF)
            (void)engine_leave(e, f, AGENT_IN_SIGN_OUT, &shutdown, NULL);
    }
    e->floor_closed = true;
    for (size_t i = 0; e->floor_hurried && e->wrapping > 0 && i < n; i++) {
        const struct floor_agent *f = floor_at(e->floor, i);
        if (f->state == AGENT_WRAP)
            engine_agent_tell_kind(e, f->campaign, f->setup.id, AGENT_DO_LIMIT);
    }
    engine_agent_changes(e);
}
