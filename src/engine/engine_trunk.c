/* What a trunk has free, and how campaigns share it.
 *
 * Campaigns that want more than there is take turns by their plans' weights
 * (start-time fair queuing, Goyal, Vin and Cheng 1996): each call moves its
 * campaign's tag on by 1 / weight, and the next line goes to the lowest tag.
 * Who wants none is passed over and gathers no claim; what he leaves the others
 * are offered at once. Alone on its trunk a campaign sees all of it.
 *
 * While an agent is ready whose telephone this trunk rings for each person, its
 * last line is his: else everybody who answers on a full trunk would wait for a
 * line in vain. */
#include <string.h>

#include "engine/engine_inside.h"

#define TAG_UNIT (UINT64_C(1) << 24) /* of a call at weight 1 */

/* Calls that one step may start on a trunk that others wait for. The rest is
 * offered right after it. */
enum { AT_ONCE_MAX = 16 };

/* Calls that wait for their records have their place on the trunk already:
 * else a slow disk would gather more of them than the trunk then takes. */
static unsigned free_of(const struct engine *e, const struct engine_member *m)
{
    /* A person who has answered comes before new ones: his agent's telephone
     * waits for a line. */
    if (e->draining || e->held || e->campaigns_held ||
        engine_leg_wants(e, m->env.plan->trunk))
        return 0;
    const struct carrier *c = e->port.carrier;
    const struct engine_trunk *t = &e->trunk[m->trunk];
    unsigned room = c->room(c->self, m->env.plan->trunk, engine_now_us(e));
    unsigned placing = t->placing;
    if (t->ringers > 0 && c->lines != NULL) {
        unsigned lines = c->lines(c->self, m->env.plan->trunk);
        lines -= lines > 0; /* for the telephone of the next agent */
        room = lines < room ? lines : room;
    }
    return room > placing ? room - placing : 0;
}

static uint64_t stride(const struct engine_member *m)
{
    unsigned weight = m->env.plan->weight;
    return TAG_UNIT / (weight > 0 ? weight : 1);
}

/* Who did not wait begins with those who do. */
static uint64_t tag_of(const struct engine *e, const struct engine_member *m)
{
    uint64_t now = e->trunk[m->trunk].tag;
    return m->starved || m->tag > now ? m->tag : now;
}

/* Calls of member j whose turn is before a call of member i with this tag. */
static uint64_t turns_before(const struct engine *e, size_t j, size_t i,
                             uint64_t tag)
{
    const struct engine_member *m = &e->member[j];
    uint64_t first = tag_of(e, m), step = stride(m);
    if (first > tag)
        return 0;
    uint64_t n = (tag - first + step - 1) / step;
    bool tie = (tag - first) % step == 0;
    return tie && j < i ? n + 1 : n;
}

/* How many of so many lines are the member's. */
static unsigned share(const struct engine *e, size_t index, unsigned room)
{
    const struct engine_member *m = &e->member[index];
    uint64_t tag = tag_of(e, m);
    unsigned mine = 0;
    for (; mine < room && mine < AT_ONCE_MAX; mine++) {
        uint64_t before = mine;
        for (size_t j = 0; j < e->members && before < room; j++)
            if (j != index && e->member[j].starved &&
                e->member[j].trunk == m->trunk)
                before += turns_before(e, j, index, tag);
        if (before >= room)
            break;
        tag += stride(m);
    }
    return mine;
}

unsigned engine_trunk_room(const struct engine *e, size_t index,
                           enum campaign_event_kind kind)
{
    const struct engine_member *m = &e->member[index];
    const struct engine_trunk *t = &e->trunk[m->trunk];
    unsigned room = free_of(e, m);
    if (room == 0 || t->starved == (m->starved ? 1 : 0))
        return room; /* nobody else waits */
    unsigned mine = share(e, index, room);
    /* An agent who dials waits at his screen. */
    return mine == 0 && kind == CAMPAIGN_EV_AGENT ? 1 : mine;
}

void engine_trunk_placing(struct engine *e, size_t index)
{
    struct engine_member *m = &e->member[index];
    struct engine_trunk *t = &e->trunk[m->trunk];
    m->placing++;
    t->placing++;
    if (t->members < 2)
        return;
    uint64_t tag = tag_of(e, m);
    t->tag = tag > t->tag ? tag : t->tag;
    m->tag = tag + stride(m);
}

void engine_trunk_placed(struct engine *e, size_t index)
{
    struct engine_member *m = &e->member[index];
    struct engine_trunk *t = &e->trunk[m->trunk];
    tm_assert(m->placing > 0 && t->placing > 0);
    m->placing--;
    t->placing--;
}

void engine_trunk_stepped(struct engine *e, size_t index, bool starved)
{
    struct engine_member *m = &e->member[index];
    struct engine_trunk *t = &e->trunk[m->trunk];
    if (t->members < 2)
        return;
    if (starved && !m->starved) {
        m->tag = tag_of(e, m);
        t->starved++;
    } else if (!starved && m->starved) {
        tm_assert(t->starved > 0);
        t->starved--;
    }
    m->starved = starved;
    t->news = t->news || t->starved > 0;
    e->trunk_news = e->trunk_news || t->news;
}

/* A ready agent whose telephone is rung by a trunk for each person. */
static bool is_ringer(const struct floor_agent *f)
{
    return f->setup.leg == AGENT_LEG_PER_CALL && f->setup.trunk[0] != '\0';
}

static void count_ringer(struct engine *e, const struct floor_agent *f,
                         bool more)
{
    for (size_t i = 0; i < e->members; i++) {
        struct engine_trunk *t = &e->trunk[i];
        if (e->member[i].trunk != i ||
            strcmp(e->member[i].env.plan->trunk, f->setup.trunk) != 0)
            continue;
        tm_assert(more || t->ringers > 0);
        t->ringers = more ? t->ringers + 1 : t->ringers - 1;
    }
}

void engine_trunk_heed(struct engine *e, const struct floor_change *c)
{
    const struct floor_agent *f = floor_find(e->floor, c->agent);
    bool was = c->from == AGENT_READY, is = c->to == AGENT_READY;
    if (was != is && is_ringer(f))
        count_ringer(e, f, is);
}

void engine_trunk_sort(struct engine *e)
{
    memset(e->trunk, 0, sizeof(e->trunk));
    for (size_t i = 0; i < e->members; i++) {
        struct engine_member *m = &e->member[i];
        m->trunk = 0;
        while (strcmp(e->member[m->trunk].env.plan->trunk,
                      m->env.plan->trunk) != 0)
            m->trunk++;
        m->tag = 0;
        m->starved = false;
        e->trunk[m->trunk].placing += m->placing;
        e->trunk[m->trunk].members++;
    }
    for (size_t i = 0; i < floor_agents(e->floor); i++) {
        const struct floor_agent *f = floor_at(e->floor, i);
        if (f->state == AGENT_READY && is_ringer(f))
            count_ringer(e, f, true);
    }
}

/* The lowest tag of those who wait for the trunk; false: nobody does, or there
 * is nothing for him. He takes it or waits no longer. */
static bool offer_one(struct engine *e, size_t trunk)
{
    size_t best = e->members;
    for (size_t i = 0; i < e->members; i++) {
        const struct engine_member *m = &e->member[i];
        if (m->trunk == trunk && m->starved &&
            (best == e->members || m->tag < e->member[best].tag))
            best = i;
    }
    if (best == e->members || free_of(e, &e->member[best]) == 0)
        return false;
    struct campaign_event ev = {.kind = CAMPAIGN_EV_TICK};
    (void)engine_step(e, best, &ev, NULL);
    return true;
}

bool engine_trunk_offer(struct engine *e)
{
    bool offered = false;
    if (!e->trunk_news)
        return false;
    e->trunk_news = false;
    for (size_t i = 0; i < e->members; i++) {
        if (!e->trunk[i].news)
            continue;
        while (offer_one(e, i))
            offered = true;
        e->trunk[i].news = false;
    }
    return offered;
}
