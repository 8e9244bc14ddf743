#include "core/agent/floor_share.h"

#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "core/agent/floor.h"

void floor_share_init(struct floor_share *s)
{
    *s = (struct floor_share){0};
    map_init(&s->side_of);
    map_init(&s->group_of);
    s->side = mem_alloc(FLOOR_CAMPAIGNS_MAX * sizeof(*s->side));
    s->cover = floor_cover_new();
}

void floor_share_fini(struct floor_share *s)
{
    for (size_t i = 0; i < s->groups; i++)
        mem_free(s->group[i].part);
    mem_free(s->group);
    mem_free(s->filled);
    mem_free(s->side);
    floor_cover_free(s->cover);
    map_fini(&s->side_of);
    map_fini(&s->group_of);
}

/* --- campaigns ---------------------------------------------------------- */

uint16_t floor_share_side(const struct floor_share *s, struct campaign_id c)
{
    uint64_t at = 0;
    if (c.v == 0 || !map_get(&s->side_of, (uint64_t)c.v, &at))
        return FLOOR_NONE;
    return (uint16_t)(at - 1);
}

uint16_t floor_share_make_side(struct floor_share *s, struct campaign_id c)
{
    tm_assert(c.v > 0);
    uint16_t i = floor_share_side(s, c);
    if (i != FLOOR_NONE)
        return i;
    if (s->sides == FLOOR_CAMPAIGNS_MAX)
        return FLOOR_NONE;
    s->side[s->sides++] = (struct floor_side){.id = c, .weight = 1};
    map_set(&s->side_of, (uint64_t)c.v, s->sides);
    return (uint16_t)(s->sides - 1);
}

/* --- groups ------------------------------------------------------------- */

static bool names(const struct floor_group *g, struct campaign_id c)
{
    for (size_t i = 0; i < g->campaigns; i++) {
        if (g->campaign[i].v == c.v)
            return true;
    }
    return g->campaigns == 0;
}

bool floor_share_suits(const struct floor_share *s, uint32_t group,
                       struct campaign_id c, uint64_t skills)
{
    tm_assert(group < s->groups);
    const struct floor_group *g = &s->group[group];
    uint16_t i = floor_share_side(s, c);
    if (i != FLOOR_NONE)
        skills |= s->side[i].needs;
    return (skills & ~g->skills) == 0 && names(g, c);
}

bool floor_share_wanted(const struct floor_share *s, uint32_t group)
{
    unsigned left = s->waiting;
    for (size_t i = 0; left > 0 && i < s->sides; i++) {
        const struct floor_side *side = &s->side[i];
        if (side->waiting > 0 && floor_share_suits(s, group, side->id, 0))
            return true;
        left -= side->waiting;
    }
    return false;
}

/* Somebody who is signed in may take people of both. */
static bool share_agents(const struct floor_share *s, struct campaign_id a,
                         struct campaign_id b)
{
    for (size_t i = 0; i < s->groups; i++) {
        if (s->group[i].present > 0 &&
            floor_share_suits(s, (uint32_t)i, a, 0) &&
            floor_share_suits(s, (uint32_t)i, b, 0))
            return true;
    }
    return false;
}

unsigned floor_share_claimed(const struct floor_share *s, uint16_t side)
{
    const struct floor_side *own = &s->side[side];
    unsigned left = s->waiting - own->waiting, n = 0;
    for (size_t i = 0; left > 0 && i < s->sides; i++) {
        const struct floor_side *other = &s->side[i];
        if (i == side || other->waiting == 0)
            continue;
        left -= other->waiting;
        if (share_agents(s, own->id, other->id))
            n += other->waiting;
    }
    return n;
}

static void sort(struct campaign_id *c, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct campaign_id x = c[i];
        size_t k = i;
        for (; k > 0 && c[k - 1].v > x.v; k--)
            c[k] = c[k - 1];
        c[k] = x;
    }
}

static bool same(const struct floor_group *a, const struct floor_group *b)
{
    return a->campaigns == b->campaigns && a->skills == b->skills &&
           memcmp(a->campaign, b->campaign,
                  a->campaigns * sizeof(a->campaign[0])) == 0;
}

static uint64_t hash(const struct floor_group *g)
{
    uint64_t h = rng_mix(g->skills + 1);
    for (size_t i = 0; i < g->campaigns; i++)
        h = rng_mix(h ^ (uint64_t)g->campaign[i].v);
    return h == 0 ? 1 : h;
}

static void settle(struct floor_share *s, struct floor_group *g);

/* Who takes part in a group is found anew; what they have stays. */
static void refill(struct floor_share *s, struct floor_group *g, uint32_t at)
{
    struct floor_part *old = g->part;
    size_t olds = g->parts;
    for (size_t i = 0; i < olds; i++)
        s->side[old[i].side].ready -= old[i].own;
    g->part = NULL;
    g->parts = 0;
    g->weight = 0;
    for (size_t i = 0; i < s->sides; i++) {
        if (!s->side[i].active || !floor_share_suits(s, at, s->side[i].id, 0))
            continue;
        if (g->part == NULL)
            g->part = mem_alloc((s->sides - i) * sizeof(*g->part));
        struct floor_part *p = &g->part[g->parts++];
        *p = (struct floor_part){.side = (uint16_t)i};
        for (size_t k = 0; k < olds; k++) {
            if (old[k].side == i)
                *p = old[k];
        }
        s->side[i].ready += p->own;
        g->weight += s->side[i].weight;
    }
    mem_free(old);
    settle(s, g);
}

void floor_share_changed(struct floor_share *s)
{
    for (size_t i = 0; i < s->groups; i++)
        refill(s, &s->group[i], (uint32_t)i);
}

uint32_t floor_share_group(struct floor_share *s, const struct agent_setup *a,
                           uint64_t skills)
{
    struct floor_group new = {.skills = skills,
                              .campaigns = a->campaigns,
                              .first = UINT32_MAX,
                              .last = UINT32_MAX};
    tm_assert(a->campaigns <= AGENT_CAMPAIGNS_MAX);
    memcpy(new.campaign, a->campaign, a->campaigns * sizeof(a->campaign[0]));
    sort(new.campaign, new.campaigns);
    uint64_t key = hash(&new);
    uint64_t at = 0;
    for (; map_get(&s->group_of, key, &at); key = rng_mix(key) | 1) {
        if (same(&s->group[at - 1], &new))
            return (uint32_t)(at - 1);
    }
    if (s->groups == s->group_cap) {
        s->group_cap = 2 * s->group_cap + 4;
        s->group = mem_resize(s->group, s->group_cap * sizeof(new));
        s->filled = mem_resize(s->filled, s->group_cap * sizeof(*s->filled));
    }
    s->group[s->groups++] = new;
    map_set(&s->group_of, key, s->groups);
    uint32_t i = (uint32_t)(s->groups - 1);
    refill(s, &s->group[i], i);
    return i;
}

/* --- shares ------------------------------------------------------------- */

/* How far a part is over its exact share, in agents x weight. */
static int64_t over(const struct floor_share *s, const struct floor_group *g,
                    const struct floor_part *p)
{
    return (int64_t)p->own * g->weight -
           (int64_t)g->ready * s->side[p->side].weight;
}

static struct floor_part *most_over(struct floor_share *s,
                                    struct floor_group *g)
{
    struct floor_part *most = NULL;
    for (size_t i = 0; i < g->parts; i++) {
        struct floor_part *p = &g->part[i];
        if (p->own > 0 && (most == NULL || over(s, g, p) > over(s, g, most)))
            most = p;
    }
    tm_assert(most != NULL);
    return most;
}

/* Who is owed most of those under their share. */
static struct floor_part *most_owed(struct floor_share *s,
                                    struct floor_group *g)
{
    struct floor_part *most = NULL;
    for (size_t i = 0; i < g->parts; i++) {
        struct floor_part *p = &g->part[i];
        if (over(s, g, p) < 0 && (most == NULL || p->credit > most->credit))
            most = p;
    }
    tm_assert(most != NULL);
    return most;
}

/* n is 1 or -1. Debts are forgotten beyond some agents: a campaign that others
 * helped for an hour is not owed an hour. */
static void give(struct floor_share *s, struct floor_group *g,
                 struct floor_part *p, int n)
{
    int64_t most = 4 * g->weight;
    tm_assert(n > 0 || p->own > 0);
    p->own = n > 0 ? p->own + 1 : p->own - 1;
    s->side[p->side].ready =
        n > 0 ? s->side[p->side].ready + 1 : s->side[p->side].ready - 1;
    p->credit -= n * g->weight;
    p->credit = p->credit > most ? most : p->credit;
    p->credit = p->credit < -most ? -most : p->credit;
}

/* Every part has its share rounded up or down, all together what is there. */
static void settle(struct floor_share *s, struct floor_group *g)
{
    if (g->parts == 0)
        return;
    unsigned given = 0;
    for (size_t i = 0; i < g->parts; i++)
        given += g->part[i].own;
    for (; given > g->ready; given--)
        give(s, g, most_over(s, g), -1);
    for (; given < g->ready; given++)
        give(s, g, most_owed(s, g), 1);
    for (size_t i = 0; i < g->parts; i++) {
        while (over(s, g, &g->part[i]) <= -g->weight) {
            give(s, g, most_over(s, g), -1);
            give(s, g, &g->part[i], 1);
        }
        while (over(s, g, &g->part[i]) >= g->weight) {
            give(s, g, &g->part[i], -1);
            give(s, g, most_owed(s, g), 1);
        }
    }
}

void floor_share_list(struct floor_share *s, uint32_t group, int n)
{
    tm_assert(group < s->groups && (n == 1 || n == -1));
    struct floor_group *g = &s->group[group];
    if (n > 0 && g->listed++ == 0) {
        g->place = (uint32_t)s->fills;
        s->filled[s->fills++] = group;
    }
    if (n > 0)
        return;
    tm_assert(g->listed > 0);
    if (--g->listed == 0) {
        uint32_t other = s->filled[--s->fills];
        s->filled[g->place] = other;
        s->group[other].place = g->place;
    }
}

void floor_share_come(struct floor_share *s, uint32_t group)
{
    tm_assert(group < s->groups);
    struct floor_group *g = &s->group[group];
    g->ready++;
    for (size_t i = 0; i < g->parts; i++)
        g->part[i].credit += s->side[g->part[i].side].weight;
    settle(s, g);
}

/* A campaign took the agent: what it got is used up and not given back. */
static bool use(struct floor_share *s, const struct floor_group *g,
                struct floor_part *p, uint16_t side)
{
    if (p->side != side)
        return false;
    if (p->own > 0) {
        p->own--;
        s->side[side].ready--;
    } else {
        p->credit -= g->weight;
    }
    return true;
}

void floor_share_go(struct floor_share *s, uint32_t group, uint16_t side)
{
    tm_assert(group < s->groups);
    struct floor_group *g = &s->group[group];
    tm_assert(g->ready > 0);
    g->ready--;
    bool used = false;
    for (size_t i = 0; i < g->parts; i++)
        used = use(s, g, &g->part[i], side) || used;
    for (size_t i = 0; !used && i < g->parts; i++)
        g->part[i].credit -= s->side[g->part[i].side].weight;
    settle(s, g);
}
