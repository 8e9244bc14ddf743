/* Agents who pause or sign out. A ready one may be counted on: lines were
 * dialled because he was there, and who answers would find nobody (16 CFR
 * 310.4(b)(1)(iv)). He stays until those lines have settled, or gets his last
 * person; with `now` he goes at once. */
#include "engine/engine_inside.h"

static bool move(struct engine *e, struct agent_id a, enum agent_input in)
{
    return floor_move(e->floor, a, in, engine_now_us(e));
}

/* Lines that were in the air when he said so, of a campaign of his. */
static bool has_lines(const struct engine *e, size_t index,
                      const struct floor_agent *f)
{
    const struct engine_member *m = &e->member[index];
    return campaign_oldest_line_us(m->campaign) <= f->wish_us &&
           floor_may_take(e->floor, f->setup.id, m->env.id);
}

/* As campaigns count, whose time never goes back. */
static int64_t now_of_lines(const struct engine *e)
{
    int64_t now_us = engine_now_us(e);
    return now_us > e->latest_us ? now_us : e->latest_us;
}

/* Without him there is a ready agent for each of them. */
static bool is_spared(const struct engine *e, size_t index)
{
    struct campaign_status s;
    const struct engine_member *m = &e->member[index];
    campaign_status(m->campaign, &s);
    return s.agents.ready >= s.ringing + s.waiting;
}

static bool is_counted_on(const struct engine *e, const struct floor_agent *f,
                          bool first)
{
    for (size_t i = 0; i < e->staffed_n; i++)
        if (has_lines(e, e->staffed[i], f) &&
            !(first && is_spared(e, e->staffed[i])))
            return true;
    return false;
}

static void add(struct engine *e, struct agent_id a)
{
    e->leave_news = true;
    for (size_t i = 0; i < e->leavers; i++)
        if (e->leaver[i].v == a.v)
            return;
    if (e->leavers == e->leaver_cap) {
        e->leaver_cap = 2 * e->leaver_cap + 16;
        e->leaver = mem_resize(e->leaver, e->leaver_cap * sizeof(*e->leaver));
    }
    e->leaver[e->leavers++] = a;
}

int engine_leave(struct engine *e, const struct floor_agent *f,
                 enum agent_input in, const struct agent_order *o,
                 struct err *err)
{
    struct agent_id a = f->setup.id;
    struct campaign_id c = f->campaign;
    bool preview = f->state == AGENT_PREVIEW;
    tm_assert(in == AGENT_IN_PAUSE || in == AGENT_IN_SIGN_OUT);
    if (o->word.n >= AGENT_WORD_MAX)
        return err_set(err, TM_EINVAL,
                       "the reason has %zu characters: at most %d", o->word.n,
                       AGENT_WORD_MAX - 1);
    floor_set_reason(e->floor, a, o->word);
    if (f->state == AGENT_READY && !o->now) {
        bool wished = floor_wish(
            e->floor, a, in == AGENT_IN_PAUSE ? AGENT_PAUSED : AGENT_OFF,
            now_of_lines(e));
        tm_assert(wished);
        if (is_counted_on(e, f, true)) {
            add(e, a);
            return TM_OK;
        }
    }
    bool moved = move(e, a, in);
    tm_assert(moved);
    if (preview)
        engine_agent_tell_kind(e, c, a, AGENT_DO_LEG_LOST);
    return TM_OK;
}

/* Since the last look. */
static bool lines_changed(struct engine *e)
{
    bool changed = e->leave_news;
    e->leave_news = false;
    for (size_t i = 0; i < e->staffed_n; i++) {
        struct engine_member *m = &e->member[e->staffed[i]];
        int64_t us = campaign_oldest_line_us(m->campaign);
        changed = changed || us != m->line_us;
        m->line_us = us;
    }
    return changed;
}

void engine_leave_look(struct engine *e)
{
    if (e->leavers == 0 || !lines_changed(e))
        return;
    size_t kept = 0;
    for (size_t i = 0; i < e->leavers; i++) {
        struct agent_id a = e->leaver[i];
        const struct floor_agent *f = floor_find(e->floor, a);
        if (f->state != AGENT_READY || f->then == AGENT_READY)
            continue; /* he has his last person, or stays */
        if (is_counted_on(e, f, false))
            e->leaver[kept++] = a;
        else
            (void)move(e, a,
                       f->then == AGENT_OFF ? AGENT_IN_SIGN_OUT
                                            : AGENT_IN_PAUSE);
    }
    e->leavers = kept;
}
