/* Whether an agent is left to the lines that ring: each counts on one of the
 * ready agents who may take it, of whatever campaign. He is spoken for when,
 * without him, one line more would have nobody: so many of them are given
 * agents as can be (a largest flow from kinds of agents to campaigns), without
 * him first. */
#include "base/arena.h"
#include "core/agent/floor.h"
#include "core/agent/floor_share.h"

struct floor_cover {
    uint16_t side[FLOOR_CAMPAIGNS_MAX]; /* with lines */
    unsigned need[FLOOR_CAMPAIGNS_MAX]; /* theirs that have no agent yet */
    bool seen[FLOOR_CAMPAIGNS_MAX];
    size_t sides;
    unsigned *given; /* kinds x sides */
    size_t cap;
    const struct floor_share *share;
};

struct floor_cover *floor_cover_new(void)
{
    return mem_alloc(sizeof(struct floor_cover));
}

void floor_cover_free(struct floor_cover *k)
{
    mem_free(k->given);
    mem_free(k);
}

static unsigned *given(struct floor_cover *k, size_t kind, size_t i)
{
    return &k->given[kind * k->sides + i];
}

static bool suits(const struct floor_cover *k, size_t kind, size_t i)
{
    const struct floor_share *s = k->share;
    return floor_share_suits(s, s->filled[kind], s->side[k->side[i]].id, 0);
}

static void look(struct floor_cover *k, const struct floor_share *s)
{
    unsigned left = s->covered;
    k->share = s;
    k->sides = 0;
    for (size_t i = 0; left > 0 && i < s->sides; i++) {
        if (s->side[i].covered == 0)
            continue;
        left -= s->side[i].covered;
        k->need[k->sides] = s->side[i].covered;
        k->side[k->sides++] = (uint16_t)i;
    }
}

/* Ready agents who may take people of this campaign. */
static unsigned listed_for(const struct floor_cover *k, size_t i)
{
    const struct floor_share *s = k->share;
    unsigned n = 0;
    for (size_t kind = 0; kind < s->fills; kind++)
        n += suits(k, kind, i) ? s->group[s->filled[kind]].listed : 0;
    return n;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned place(struct floor_cover *k, size_t kind, unsigned most);

/* Agents of other kinds make room at this side, when they have another. */
static unsigned make_room(struct floor_cover *k, size_t kind, size_t i,
                          unsigned most)
{
    for (size_t other = 0; other < k->share->fills; other++) {
        unsigned may = least(most, *given(k, other, i));
        unsigned n = other != kind && may > 0 ? place(k, other, may) : 0;
        if (n == 0)
            continue;
        *given(k, other, i) -= n;
        *given(k, kind, i) += n;
        return n;
    }
    return 0;
}

/* So many agents of a kind, most at once, get a line each; returns how many did
 * by one way. */
static unsigned place(struct floor_cover *k, size_t kind, unsigned most)
{
    for (size_t i = 0; i < k->sides; i++) {
        unsigned n = least(most, k->need[i]);
        if (n == 0 || !suits(k, kind, i))
            continue;
        k->need[i] -= n;
        *given(k, kind, i) += n;
        return n;
    }
    for (size_t i = 0; i < k->sides; i++) {
        if (k->seen[i] || !suits(k, kind, i))
            continue;
        k->seen[i] = true;
        unsigned n = make_room(k, kind, i, most);
        if (n > 0)
            return n;
    }
    return 0;
}

static unsigned place_anew(struct floor_cover *k, size_t kind, unsigned most)
{
    for (size_t i = 0; i < k->sides; i++)
        k->seen[i] = false;
    return place(k, kind, most);
}

static void clear(struct floor_cover *k)
{
    size_t n = k->share->fills * k->sides;
    if (n > k->cap) {
        k->given = mem_resize(k->given, 2 * n * sizeof(*k->given));
        k->cap = 2 * n;
    }
    for (size_t i = 0; i < n; i++)
        k->given[i] = 0;
}

bool floor_share_spoken_for(const struct floor_share *s, uint32_t group)
{
    struct floor_cover *k = s->cover;
    tm_assert(group < s->groups);
    if (s->covered == 0 || s->group[group].listed == 0)
        return false;
    look(k, s);
    size_t own = s->group[group].place;
    tm_assert(own < s->fills && s->filled[own] == group);
    if (k->sides == 1) /* nearly always */
        return suits(k, own, 0) && listed_for(k, 0) <= k->need[0];
    clear(k);
    for (size_t kind = 0; kind < s->fills; kind++) {
        unsigned left = s->group[s->filled[kind]].listed - (kind == own);
        for (unsigned n = 1; left > 0 && n > 0; left -= n)
            n = place_anew(k, kind, left);
    }
    return place_anew(k, own, 1) > 0;
}
