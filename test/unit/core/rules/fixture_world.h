/* What the tests of the rules share: the book of the repository, zones of this
 * machine, and a case that is lawful in every respect. */
#ifndef TEST_RULES_FIXTURE_WORLD_H
#define TEST_RULES_FIXTURE_WORLD_H

#include "core/rules/rules.h"

struct world {
    struct arena arena;
    struct tz_set zones;
    const struct rule_book *book;
};

void fixture_world_init(struct world *w);
void fixture_world_fini(struct world *w);
/* Fails the test when the machine does not know the zone. */
const struct tz *fixture_world_zone(struct world *w, const char *name);
/* Text of a file below the repository, in the arena. */
struct slice fixture_world_file(struct arena *a, const char *path);
/* The book of the repository's packs, with the one rule (NULL: none) taken out
 * or one line of it replaced (`old` to `now`, both NULL: taken out). */
const struct rule_book *fixture_world_book(struct arena *a, const char *rule,
                                           const char *old, const char *now);
/* Texts of all packs, those of rules/law too; the number of them. `out` holds
 * RULE_BOOK_PACKS_MAX. */
size_t fixture_world_law(struct arena *a, struct rule_pack_text *out);
const struct rule_book *fixture_world_law_book(struct arena *a);
int64_t fixture_world_instant(const char *text);
struct civil_date fixture_world_date(const char *text);
struct place_code fixture_world_place(const char *text);

/* A live sales call, allowed; its arrays may be changed by the test. */
struct lawful {
    struct rule_case k;
    struct case_place place[4];
    struct case_registry registry[2];
    struct case_consent consent[4];
    struct case_internal internal[2];
    struct case_attempt attempt[16];
    struct case_bucket bucket[4];
    struct policy_window window[8];
    struct policy_cap cap[POLICY_CAPS_MAX];
};

/* 2026-11-23 17:00 UTC, noon of a Monday in New York. */
void fixture_world_lawful(struct world *w, struct lawful *l);
/* The same as a recorded call with written consent. */
void fixture_world_recorded(struct world *w, struct lawful *l);

/* Verdict, asserting that the case is well formed. */
void fixture_world_check(const struct rule_book *b, const struct rule_case *k,
                         struct verdict *v);
/* Effect of a rule, or -1 when it is not among the reasons. */
int fixture_world_effect(const struct verdict *v, const char *id);
bool fixture_world_has(const char *const *words, size_t n, const char *word);

#endif
