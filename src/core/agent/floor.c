#include "core/agent/floor.h"

#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "core/agent/floor_inside.h"

struct floor *floor_new(void)
{
    struct floor *f = mem_alloc(sizeof(*f));
    map_init(&f->by_id);
    map_init(&f->by_name);
    floor_share_init(&f->share);
    floor_limits_init(&f->limits);
    f->calls = floor_calls_new();
    return f;
}

void floor_free(struct floor *f)
{
    if (f == NULL)
        return;
    floor_share_fini(&f->share);
    floor_limits_fini(&f->limits);
    floor_calls_free(f->calls);
    map_fini(&f->by_id);
    map_fini(&f->by_name);
    mem_free(f->change);
    mem_free(f->seat);
    mem_free(f);
}

/* --- who there is ------------------------------------------------------- */

struct floor_seat *floor_inside_seat(const struct floor *f, struct agent_id a)
{
    uint64_t at = 0;
    if (a.v <= 0 || !map_get(&f->by_id, (uint64_t)a.v, &at))
        return NULL;
    return &f->seat[at - 1];
}

static uint64_t name_hash(struct slice name)
{
    uint64_t h = 1;
    for (size_t i = 0; i < name.n; i++)
        h = rng_mix(h ^ (unsigned char)name.p[i]);
    return h == 0 ? 1 : h;
}

static uint32_t find_name(const struct floor *f, struct slice name)
{
    uint64_t at = 0;
    if (!map_get(&f->by_name, name_hash(name), &at))
        return FLOOR_NOBODY;
    uint32_t i = (uint32_t)(at - 1);
    while (i != FLOOR_NOBODY && !str_eq(name, f->seat[i].a.setup.name))
        i = f->seat[i].next_name;
    return i;
}

static void add_name(struct floor *f, uint32_t i)
{
    uint64_t key = name_hash(str_of(f->seat[i].a.setup.name));
    uint64_t first = 0;
    f->seat[i].next_name = map_get(&f->by_name, key, &first)
                               ? (uint32_t)(first - 1)
                               : FLOOR_NOBODY;
    map_set(&f->by_name, key, (uint64_t)i + 1);
}

static void remove_name(struct floor *f, uint32_t i)
{
    uint64_t key = name_hash(str_of(f->seat[i].a.setup.name));
    uint64_t first = 0;
    tm_assert(map_get(&f->by_name, key, &first));
    if (first == (uint64_t)i + 1) {
        if (f->seat[i].next_name == FLOOR_NOBODY)
            (void)map_remove(&f->by_name, key);
        else
            map_set(&f->by_name, key, (uint64_t)f->seat[i].next_name + 1);
        return;
    }
    uint32_t k = (uint32_t)(first - 1);
    while (f->seat[k].next_name != i)
        k = f->seat[k].next_name;
    f->seat[k].next_name = f->seat[i].next_name;
}

static bool is_name(const char *name)
{
    if (name[0] == '\0' || memchr(name, '\0', AGENT_NAME_MAX) == NULL)
        return false;
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    return strspn(name, letters) == strlen(name);
}

static int check_setup(const struct floor *f, const struct agent_setup *a,
                       struct err *e)
{
    if (!is_name(a->name))
        return err_set(e, TM_EINVAL,
                       "agent %lld: the name is empty or has other characters "
                       "than letters, digits, '.', '-' and '_'",
                       (long long)a->id.v);
    if (a->id.v <= 0)
        return err_set(e, TM_EINVAL, "agent %s: the id is no number above 0",
                       a->name);
    if (a->e164 == 0)
        return err_set(e, TM_EINVAL, "agent %s: a telephone number is missing",
                       a->name);
    if (a->campaigns > AGENT_CAMPAIGNS_MAX || a->skills > AGENT_SKILLS_MAX)
        return err_set(e, TM_ELIMIT,
                       "agent %s: at most %d campaigns and %d skills", a->name,
                       AGENT_CAMPAIGNS_MAX, AGENT_SKILLS_MAX);
    uint32_t other = find_name(f, str_of(a->name));
    if (other != FLOOR_NOBODY && f->seat[other].a.setup.id.v != a->id.v)
        return err_set(e, TM_EEXIST,
                       "agent %s: there is another one of this name", a->name);
    return TM_OK;
}

uint64_t floor_skill(struct floor *f, struct slice word)
{
    for (size_t i = 0; i < f->skills; i++) {
        if (str_eq(word, f->skill[i]))
            return UINT64_C(1) << i;
    }
    if (f->skills == tm_array_len(f->skill))
        return 0;
    str_copy(f->skill[f->skills], AGENT_WORD_MAX, word);
    return UINT64_C(1) << f->skills++;
}

static int skill_bits(struct floor *f, const struct agent_setup *a,
                      uint64_t *bits, struct err *e)
{
    *bits = 0;
    for (size_t i = 0; i < a->skills; i++) {
        uint64_t bit = floor_skill(f, str_of(a->skill[i]));
        if (bit == 0)
            return err_set(e, TM_ELIMIT,
                           "agent %s: skill %s would be the 65th; use those "
                           "there are",
                           a->name, a->skill[i]);
        *bits |= bit;
    }
    return TM_OK;
}

static struct floor_phone phone_of(const struct agent_setup *a)
{
    struct floor_phone p = {.e164 = a->e164, .leg = a->leg};
    memcpy(p.trunk, a->trunk, sizeof(p.trunk));
    return p;
}

static uint32_t new_seat(struct floor *f, struct agent_id id)
{
    if (f->seats == f->seat_cap) {
        f->seat_cap = 2 * f->seat_cap + 16;
        f->seat = mem_resize(f->seat, f->seat_cap * sizeof(*f->seat));
    }
    struct floor_seat *s = &f->seat[f->seats++];
    memset(s, 0, sizeof(*s));
    s->a.limit_us = INT64_MAX;
    s->a.then = AGENT_READY;
    s->before = FLOOR_NOBODY;
    s->behind = FLOOR_NOBODY;
    map_set(&f->by_id, (uint64_t)id.v, f->seats);
    return (uint32_t)(f->seats - 1);
}

/* What he may take counts at once, where he is reached when he is out. */
static void change_setup(struct floor_seat *s, const struct agent_setup *a)
{
    struct floor_phone now = phone_of(&s->a.setup);
    s->phone = phone_of(a);
    s->a.setup = *a;
    if (s->a.state == AGENT_OFF)
        return;
    s->a.setup.e164 = now.e164;
    s->a.setup.leg = now.leg;
    memcpy(s->a.setup.trunk, now.trunk, sizeof(now.trunk));
}

int floor_put(struct floor *f, const struct agent_setup *a, struct err *e)
{
    uint64_t bits = 0;
    int err = check_setup(f, a, e);
    struct floor_seat *s = floor_inside_seat(f, a->id);
    if (err == TM_OK && s == NULL && f->seats == FLOOR_AGENTS_MAX)
        err = err_set(e, TM_ELIMIT, "agent %s: there are %d agents already",
                      a->name, FLOOR_AGENTS_MAX);
    if (err == TM_OK)
        err = skill_bits(f, a, &bits, e);
    if (err != TM_OK)
        return err;
    uint32_t group = floor_share_group(&f->share, a, bits);
    bool fresh = s == NULL;
    uint32_t i = fresh ? new_seat(f, a->id) : (uint32_t)(s - f->seat);
    s = &f->seat[i];
    if (!fresh)
        remove_name(f, i);
    change_setup(s, a);
    add_name(f, i);
    bool ready = s->a.state == AGENT_READY && s->group != group;
    if (ready)
        floor_inside_leave(f, s, FLOOR_NONE);
    if (!fresh)
        floor_inside_present(f, s, -1);
    s->group = group;
    floor_inside_present(f, s, 1);
    if (ready)
        floor_inside_enter(f, s);
    return TM_OK;
}

/* --- campaigns ---------------------------------------------------------- */

int floor_campaign(struct floor *f, struct campaign_id c, unsigned weight,
                   bool active)
{
    if (c.v <= 0 || weight < 1 || weight > 1000)
        return TM_EINVAL;
    uint16_t i = floor_share_make_side(&f->share, c);
    if (i == FLOOR_NONE)
        return TM_ELIMIT;
    struct floor_side *s = &f->share.side[i];
    bool same = s->active == active && (s->weight == weight || !active);
    s->weight = weight;
    s->active = active;
    if (same)
        return TM_OK;
    floor_share_changed(&f->share);
    floor_calls_stale(f->calls);
    f->reshared = true;
    return TM_OK;
}

bool floor_reshared(struct floor *f)
{
    bool changed = f->reshared;
    f->reshared = false;
    return changed;
}

int floor_campaign_needs(struct floor *f, struct campaign_id c, uint64_t skills)
{
    uint16_t i = floor_share_make_side(&f->share, c);
    if (i == FLOOR_NONE)
        return TM_ELIMIT;
    if (f->share.side[i].needs != skills) {
        f->share.side[i].needs = skills;
        floor_share_changed(&f->share);
        floor_calls_stale(f->calls);
    }
    return TM_OK;
}

void floor_counts(const struct floor *f, struct campaign_id c,
                  struct floor_counts *out)
{
    *out = (struct floor_counts){0};
    uint16_t i = floor_share_side(&f->share, c);
    if (i == FLOOR_NONE)
        return;
    const struct floor_side *s = &f->share.side[i];
    out->ready = s->ready;
    out->busy = s->busy;
    out->leaving = s->leaving;
    out->agents = s->ready + s->busy;
    out->called_per_s = floor_calls_per_s(f->calls, &f->share, i);
}

double floor_expected_per_s(const struct floor *f, struct campaign_id c)
{
    uint16_t i = floor_share_side(&f->share, c);
    return i == FLOOR_NONE ? 0 : floor_calls_own(f->calls, i);
}

/* --- looking ------------------------------------------------------------ */

const struct floor_agent *floor_find(const struct floor *f, struct agent_id a)
{
    const struct floor_seat *s = floor_inside_seat(f, a);
    return s == NULL ? NULL : &s->a;
}

bool floor_may_take(const struct floor *f, struct agent_id a,
                    struct campaign_id c)
{
    const struct floor_seat *s = floor_inside_seat(f, a);
    return s != NULL && floor_share_suits(&f->share, s->group, c, 0);
}

const struct floor_agent *floor_find_name(const struct floor *f,
                                          struct slice name)
{
    uint32_t i = find_name(f, name);
    return i == FLOOR_NOBODY ? NULL : &f->seat[i].a;
}

size_t floor_agents(const struct floor *f)
{
    return f->seats;
}

const struct floor_agent *floor_at(const struct floor *f, size_t i)
{
    tm_assert(i < f->seats);
    return &f->seat[i].a;
}

int64_t floor_deadline_us(const struct floor *f)
{
    return floor_limits_next_us(&f->limits);
}

struct agent_id floor_due(struct floor *f, int64_t now_us)
{
    if (floor_limits_next_us(&f->limits) > now_us)
        return (struct agent_id){0};
    uint32_t i = floor_limits_next(&f->limits);
    f->seat[i].a.limit_us = INT64_MAX;
    floor_limits_set(&f->limits, i, INT64_MAX);
    return f->seat[i].a.setup.id;
}
