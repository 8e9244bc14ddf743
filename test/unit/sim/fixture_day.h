/*
 * A day for tests: the project's rules, the system's zones, a scenario from
 * text. Used by the tests of the runner and, through it, of the engine.
 */
#ifndef FIXTURE_DAY_H
#define FIXTURE_DAY_H

#include "sim/runner.h"

struct fixture_day {
    struct arena arena;
    struct scenario scenario;
    const struct plan *plan;
    const struct rule_book *book;
    struct tz_set zones;
};

/* `keys` are general keys of a scenario; its campaign is a survey of two
 * questions unless the text has one of its own. State lists and the feed of
 * emergencies are there. The test fails on errors. */
struct fixture_day *fixture_day_new(const char *keys);
/* Without a campaign: agents alone, with the campaign of scenario_plan(). */
struct fixture_day *fixture_day_floor(const char *keys);
void fixture_day_free(struct fixture_day *d);
/* All rule packs of the project, in the day's arena; returns how many. */
size_t fixture_day_packs(struct fixture_day *d,
                         struct rule_pack_text pack[RULE_BOOK_PACKS_MAX]);
/* Reads a file of the source tree whole; test_free it. */
char *fixture_day_read(const char *path, size_t *n);

#endif
