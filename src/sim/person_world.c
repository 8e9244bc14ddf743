#include "sim/person_world.h"

#include <stddef.h>

#include "base/kv.h"

enum { PERSON_MILLION = 1000000, PERSON_WEIGHT_MAX = 1000000 };

struct share_setting {
    const char *name;
    size_t offset;
    uint32_t ppm, lively;
};

struct times_setting {
    const char *name;
    size_t offset;
    const char *value;
};

static const struct share_setting SHARES[] = {
#define SHARE(name, ppm, lively, text)                                         \
    {#name, offsetof(struct person_world, name), ppm, lively},
#define TIMES(name, dist, text)
#include "sim/person_world.def"
#undef SHARE
#undef TIMES
};

static const struct times_setting TIMES_TABLE[] = {
#define SHARE(name, ppm, lively, text)
#define TIMES(name, dist, text)                                                \
    {#name, offsetof(struct person_world, name), dist},
#include "sim/person_world.def"
#undef SHARE
#undef TIMES
};

static uint32_t *share_at(struct person_world *w, size_t i)
{
    return (uint32_t *)(void *)((char *)w + SHARES[i].offset);
}

static struct distribution *times_at(struct person_world *w, size_t i)
{
    return (struct distribution *)(void *)((char *)w + TIMES_TABLE[i].offset);
}

void person_world_init(struct person_world *w, uint64_t seed)
{
    *w = (struct person_world){.seed = seed, .optout_key = 9};
    for (size_t i = 0; i < tm_array_len(SHARES); i++)
        *share_at(w, i) = SHARES[i].ppm;
    for (size_t i = 0; i < tm_array_len(TIMES_TABLE); i++)
        *times_at(w, i) = distribution_of(TIMES_TABLE[i].value);
    w->keys = (struct person_keys){
        .key = {[1] = 30, [2] = 25, [3] = 18, [4] = 10, [5] = 6, [7] = 2},
        .none = 6,
        .leave = 3};
}

void person_world_init_lively(struct person_world *w, uint64_t seed)
{
    person_world_init(w, seed);
    for (size_t i = 0; i < tm_array_len(SHARES); i++)
        *share_at(w, i) = SHARES[i].lively;
}

/* "0.2" or "20 %" to parts per million, exact to the sixth decimal. */
static bool parse_share(struct slice v, uint32_t *ppm)
{
    double scale = PERSON_MILLION, x;
    if (v.n > 0 && v.p[v.n - 1] == '%') {
        scale /= 100.0;
        v = str_trim(str_range(v.p, v.n - 1));
    }
    if (!str_double(v, &x) || !(x >= 0.0) || !(x * scale <= PERSON_MILLION))
        return false;
    *ppm = (uint32_t)(x * scale + 0.5);
    return true;
}

static int key_index(char c)
{
    static const char CHARS[] = "0123456789*#ABCD";
    for (int i = 0; i < PERSON_WORLD_KEYS; i++)
        if (CHARS[i] == c)
            return i;
    return -1;
}

/* One "key:weight" of a keys line. */
static bool parse_weight(struct slice item, struct person_keys *k)
{
    struct slice rest, name = str_cut(item, ':', &rest);
    uint64_t weight;
    if (!str_u64(rest, &weight) || weight > PERSON_WEIGHT_MAX)
        return false;
    if (str_eq(name, "none")) {
        k->none = (uint32_t)weight;
    } else if (str_eq(name, "leave")) {
        k->leave = (uint32_t)weight;
    } else {
        /* '#' would begin a comment, so the key has a word, too */
        char c = str_eq(name, "hash") ? '#' : name.n == 1 ? name.p[0] : ' ';
        int i = key_index(c);
        if (i < 0)
            return false;
        k->key[i] = (uint32_t)weight;
    }
    return true;
}

static int parse_keys(struct slice value, struct person_keys *out,
                      struct err *e)
{
    struct person_keys k = {0};
    struct slice rest = str_trim(value);
    while (rest.n > 0) {
        struct slice item = str_cut(rest, ' ', &rest);
        rest = str_trim(rest);
        if (!parse_weight(item, &k))
            return err_set(
                e, TM_EINVAL,
                "\"%.*s\": say KEY:WEIGHT with a key 0-9 * hash A-D, "
                "none or leave, as in \"1:30 2:40 9:4 none:4\"",
                (int)(item.n > 40 ? 40 : item.n), item.p);
    }
    *out = k;
    return TM_OK;
}

/* "keys" or "keys.N"; 1 taken, 0 not his, negative error. */
static int set_keys(struct person_world *w, struct slice key,
                    struct slice value, struct err *e)
{
    struct slice number, word = str_cut(key, '.', &number);
    if (!str_eq(word, "keys"))
        return 0;
    if (number.p == NULL) {
        int rc = parse_keys(value, &w->keys, e);
        return rc < 0 ? rc : 1;
    }
    uint64_t n;
    if (!str_u64(number, &n) || n >= PERSON_WORLD_PROMPTS)
        return err_set(e, TM_EINVAL, "keys.N: N is a prompt from 0 to %d",
                       PERSON_WORLD_PROMPTS - 1);
    int rc = parse_keys(value, &w->prompt_keys[n], e);
    if (rc < 0)
        return rc;
    w->has_keys[n] = true;
    return 1;
}

static int set_share(struct person_world *w, size_t i, struct slice value,
                     struct err *e)
{
    if (!parse_share(value, share_at(w, i)))
        return err_set(e, TM_EINVAL, "%s is a share: 0 to 1, or 0 to 100 %%",
                       SHARES[i].name);
    return 1;
}

static int set_times(struct person_world *w, size_t i, struct slice value,
                     struct err *e)
{
    if (distribution_parse(value, times_at(w, i), e) < 0)
        return err_context(e, "%s", TIMES_TABLE[i].name);
    return 1;
}

int person_world_set(struct person_world *w, struct slice key,
                     struct slice value, struct err *e)
{
    for (size_t i = 0; i < tm_array_len(SHARES); i++)
        if (str_eq(key, SHARES[i].name))
            return set_share(w, i, value, e);
    for (size_t i = 0; i < tm_array_len(TIMES_TABLE); i++)
        if (str_eq(key, TIMES_TABLE[i].name))
            return set_times(w, i, value, e);
    if (str_eq(key, "people_seed")) {
        if (!str_u64(value, &w->seed))
            return err_set(e, TM_EINVAL, "people_seed is a whole number");
        return 1;
    }
    if (str_eq(key, "optout_key")) {
        int k = value.n == 1 ? key_index(value.p[0]) : -1;
        if (k < 0)
            return err_set(e, TM_EINVAL, "optout_key is one key, as in 9");
        w->optout_key = (uint32_t)k;
        return 1;
    }
    return set_keys(w, key, value, e);
}

int person_world_load(struct person_world *w, const char *file,
                      struct slice text, struct err *e)
{
    struct person_world next = *w;
    struct kv_reader r;
    struct kv_line line;
    kv_open(&r, file, text);
    int more;
    while ((more = kv_next(&r, &line, e)) > 0) {
        bool mine = str_eq(line.section, "people");
        if (line.key.n == 0 || (line.section.n != 0 && !mine))
            continue;
        int rc = person_world_set(&next, line.key, line.value, e);
        if (rc < 0)
            return err_context(e, "%s:%d", file, line.line);
        if (rc == 0 && mine)
            return err_set(e, TM_EINVAL,
                           "%s:%d: \"%.*s\" is no key of [people]", file,
                           line.line, (int)(line.key.n > 60 ? 60 : line.key.n),
                           line.key.p);
    }
    if (more < 0)
        return more;
    int rc = person_world_check(&next, e);
    if (rc < 0)
        return err_context(e, "%s", file);
    *w = next;
    return TM_OK;
}

static uint64_t outcome_sum(const struct person_world *w)
{
    return (uint64_t)w->p_human + w->p_machine + w->p_busy + w->p_reject +
           w->p_congestion + w->p_disconnected;
}

int person_world_check(const struct person_world *w, struct err *e)
{
    if (outcome_sum(w) <= PERSON_MILLION)
        return TM_OK;
    return err_set(e, TM_EINVAL,
                   "p_human, p_machine, p_busy, p_reject, p_congestion and "
                   "p_disconnected add up to %.4f; they may reach 1",
                   (double)outcome_sum(w) / PERSON_MILLION);
}

void person_world_move(struct person_world *w, uint32_t human_ppm)
{
    /* Numbers out of service stay out of service. */
    uint64_t alive = PERSON_MILLION - (uint64_t)w->p_disconnected;
    tm_assert(w->p_human <= alive);
    uint64_t human = human_ppm < alive ? human_ppm : alive;
    uint64_t before = alive - w->p_human, after = alive - human;
    uint32_t *const others[] = {&w->p_machine, &w->p_busy, &w->p_reject,
                                &w->p_congestion};
    for (size_t i = 0; i < tm_array_len(others) && before > 0; i++)
        *others[i] = (uint32_t)(*others[i] * after / before);
    w->p_human = (uint32_t)human;
    tm_assert(outcome_sum(w) <= PERSON_MILLION);
}
