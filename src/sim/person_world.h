/*
 * The world the people live in: shares, times and the keys they press, as a
 * plain value with a seed. Its text is `key = value` (base/kv.h) with the
 * names of person_world.def, `keys` and `keys.N` (weights of what is done
 * after any prompt, or after prompt N, counted from 0), `optout_key` and
 * `people_seed`. Reading is pure; one thread at a time.
 *
 * Misuse: shares set one by one are only checked together by
 * person_world_check; call it before the first call.
 */
#ifndef SIM_PERSON_WORLD_H
#define SIM_PERSON_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "sim/distribution.h"

enum {
    PERSON_WORLD_PROMPTS = 16, /* prompts that may have keys of their own */
    PERSON_WORLD_KEYS = 16,    /* 0-9 * # A-D */
};

/* Weights of what is done after a prompt. All 0: nothing is ever done. */
struct person_keys {
    uint32_t key[PERSON_WORLD_KEYS];
    uint32_t none;  /* lets the question pass */
    uint32_t leave; /* hangs up */
};

struct person_world {
    uint64_t seed;
#define SHARE(name, ppm, lively, text) uint32_t name;
#define TIMES(name, dist, text)        struct distribution name;
#include "sim/person_world.def"
#undef SHARE
#undef TIMES
    struct person_keys keys; /* where a prompt has none of its own */
    struct person_keys prompt_keys[PERSON_WORLD_PROMPTS];
    bool has_keys[PERSON_WORLD_PROMPTS];
    uint32_t optout_key; /* index into PERSON_WORLD_KEYS */
};

/* Defaults: the pacing scenarios' people (20 % persons, 40 % machines, 10 %
 * busy, the rest rings out) and nothing unusual. */
void person_world_init(struct person_world *w, uint64_t seed);
/* Defaults with everything that happens on real networks, for the town. */
void person_world_init_lively(struct person_world *w, uint64_t seed);
/* One key of a world or scenario text. 1: taken, 0: no key of people,
 * TM_EINVAL: a bad value, told in e. */
int person_world_set(struct person_world *w, struct slice key,
                     struct slice value, struct err *e) TM_MUST_CHECK;
/* Reads a whole text over w: keys before the first section are taken when
 * known and passed over otherwise (a scenario holds other keys, too); in
 * section [people] an unknown key is an error; other sections are passed
 * over. On error w is untouched. */
int person_world_load(struct person_world *w, const char *file,
                      struct slice text, struct err *e) TM_MUST_CHECK;
/* TM_EINVAL when the outcome shares add up to more than one. */
int person_world_check(const struct person_world *w,
                       struct err *e) TM_MUST_CHECK;
/* Sets p_human and scales the other outcomes so that they keep their
 * proportions (the scenario's "at = HH:MM p X"). */
void person_world_move(struct person_world *w, uint32_t human_ppm);

#endif
