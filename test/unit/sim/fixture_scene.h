/*
 * Scenes for the checker's tests: one person, one campaign and the instants
 * at which the program is asked whether it may call. Each scene stands at the
 * border of one rule, so that a rule that is gone or one unit off shows.
 */
#ifndef FIXTURE_SCENE_H
#define FIXTURE_SCENE_H

#include "base/arena.h"
#include "core/rules/rules.h"
#include "sim/check_rules.h"
#include "sim/check_world.h"

enum {
    SCENES_MAX = 160,
    SCENE_ASKS_MAX = 10,
    SCENE_CALLS_MAX = 64,
};

struct scene {
    char name[64];
    struct check_campaign campaign;
    struct check_lead lead;
    struct check_phone phone;
    const struct tz *zone[3];
    struct check_consent consent[3];
    struct check_earlier earlier[8];
    struct check_counted counted[2];
    struct policy_window window[2];
    struct policy_cap cap[POLICY_CAPS_MAX];
    int64_t ask[SCENE_ASKS_MAX];
    size_t asks;
};

struct scenes {
    struct arena arena;
    const struct tz *new_york, *chicago, *denver;
    struct scene scene[SCENES_MAX];
    size_t n;
    struct check_world world;
    struct check_campaign campaign[SCENES_MAX]; /* as the world has them */
    struct check_lead lead[SCENES_MAX];
};

/* All scenes; skips nothing, fails the test when zone data is missing. */
struct scenes *scenes_new(void);
void scenes_free(struct scenes *s);

/* fixture_scene_list.c; called by scenes_new. */
void scene_list(struct scenes *s);

/* Asks the book at every instant of a scene, calls when it may, and hands the
 * checker the records that a campaign would write. policy: caps and hours as
 * the program has them, NULL: the scene's own. */
void scene_run(const struct scene *s, const struct rule_book *book,
               const struct rule_policy *policy, int64_t *next_attempt,
               struct check_rules *c);

/* "2026-11-23T17:00Z" to microseconds; the test fails on bad text. */
int64_t scene_instant(const char *text);

/* The rule packs of the project. */
enum { SCENE_PACKS_MAX = 8 };
struct scene_packs {
    char file[SCENE_PACKS_MAX][256];
    char *text[SCENE_PACKS_MAX];
    struct rule_pack_text pack[SCENE_PACKS_MAX];
    size_t n;
};
void scene_packs_read(struct scene_packs *p);
void scene_packs_free(struct scene_packs *p);

#endif
