#include "cmd/simulate_random.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/house.h"
#include "cmd/simulate_ask.h"
#include "cmd/simulate_jobs.h"
#include "report/words.h"
#include "sim/random_world.h"

enum { FOUND_MAX = 5 }; /* worlds with findings, then it ends */

struct worlds {
    const struct simulate_random *asked;
    struct random_world_house house;
    int64_t from_us, until_us; /* wall time; INT64_MAX: no end */
    struct progress progress;
    uint64_t done, found, events, calls, moves;
    uint8_t head[JOURNAL_HASH_SIZE]; /* over the journals, in order */
};

static int run_one(void *arg, uint64_t i, void *result, struct err *e)
{
    const struct worlds *w = arg;
    (void)e;
    random_world_run(w->asked->seed + i, &w->house, result);
    return TM_OK;
}

static void tell(const struct random_world_result *r)
{
    (void)printf(
        "seed %" PRIu64 ": %s, %" PRIu64 " findings\n%s%s"
        "    again: telemark simulate --random --seed %" PRIu64 "\n",
        r->seed, r->kind, r->findings, r->text,
        r->text[0] == '\0' || r->text[strlen(r->text) - 1] == '\n' ? "" : "\n",
        r->seed);
    (void)fflush(stdout);
}

/* Of the time or of the worlds, whichever ends it sooner. */
static void tell_progress(struct worlds *w)
{
    uint64_t done = w->done, of = w->asked->worlds;
    if (w->asked->limit_us > 0) {
        uint64_t all_us = w->asked->limit_us;
        uint64_t us = (uint64_t)(simulate_ask_wall_us() - w->from_us);
        us = us < all_us ? us : all_us;
        if ((double)us * (double)of > (double)done * (double)all_us) {
            done = us;
            of = all_us;
        }
    }
    progress_update(&w->progress, w->done, done, of);
}

static void world_ended(void *arg, uint64_t i, const void *result)
{
    struct worlds *w = arg;
    const struct random_world_result *r = result;
    uint8_t before[JOURNAL_HASH_SIZE];
    (void)i;
    w->done++;
    w->events += r->events;
    w->calls += r->calls;
    w->moves += r->moves;
    memcpy(before, w->head, sizeof(before));
    journal_hash(before, w->done, str_of(r->hash), w->head);
    if (r->findings > 0) {
        w->found++;
        progress_end(&w->progress);
        tell(r);
    }
    tell_progress(w);
}

static bool is_over(void *arg)
{
    const struct worlds *w = arg;
    return w->found >= FOUND_MAX || simulate_ask_wall_us() >= w->until_us;
}

static void tell_end(const struct worlds *w, int64_t took_us)
{
    char n[5][WORDS_MAX];
    char hash[RUNNER_HASH_LEN];
    simulate_ask_hex(w->head, hash);
    (void)printf("%s worlds, seeds %" PRIu64 " to %" PRIu64
                 ": %s calls to people, %s changes of agents, %s events\n"
                 "%s of them with findings; hash over the journals %s\n"
                 "took %.1f s with %u processes\n",
                 words_count(w->done, n[0]), w->asked->seed,
                 w->asked->seed + (w->done > 0 ? w->done - 1 : 0),
                 words_count(w->calls, n[1]), words_count(w->moves, n[2]),
                 words_count(w->events, n[3]), words_count(w->found, n[4]),
                 hash, (double)took_us / 1e6, w->asked->jobs);
}

static int run_all(struct worlds *w, struct err *e)
{
    struct simulate_jobs j = {
        .workers = w->asked->jobs,
        .runs = w->asked->worlds,
        .result_size = sizeof(struct random_world_result),
        .work = run_one,
        .done = world_ended,
        .stop = is_over,
        .arg = w,
    };
    int64_t from_us = simulate_ask_wall_us();
    w->from_us = from_us;
    if (w->asked->limit_us > 0)
        w->until_us = from_us + (int64_t)w->asked->limit_us;
    progress_start(&w->progress, "random worlds", "worlds");
    int rc = simulate_jobs_run(&j, e);
    progress_end(&w->progress);
    if (rc == TM_OK)
        tell_end(w, simulate_ask_wall_us() - from_us);
    return rc;
}

int simulate_random(const struct simulate_random *r, int *code, struct err *e)
{
    struct worlds w = {.asked = r, .until_us = INT64_MAX};
    struct arena a;
    struct tz_set zones;
    arena_init(&a);
    int rc = house_zones(&a, &zones, e);
    if (rc == TM_OK)
        rc = simulate_world_allow(&a, &w.house.book, e);
    if (rc == TM_OK)
        rc = house_rules(&a, NULL, &w.house.law, e);
    w.house.zones = &zones;
    if (rc == TM_OK)
        rc = run_all(&w, e);
    *code = w.found > 0 ? EXIT_REFUSED : EXIT_DONE;
    arena_fini(&a);
    return rc;
}
