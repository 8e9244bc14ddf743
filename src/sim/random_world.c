#include "sim/random_world.h"

#include <stdio.h>
#include <string.h>

#include "sim/runner_check.h"

enum { TOLD_MAX = 12 };

struct watch {
    const struct random_world_house *house;
    struct runner_check *check;
    struct random_world_result *out;
};

static void on_journal(void *arg, const struct record *r,
                       const struct journal_row *row)
{
    struct watch *w = arg;
    runner_check_journal(w->check, r, row);
    w->out->moves += r->kind == RECORD_AGENT ? 1 : 0;
    if (w->house->journal != NULL)
        w->house->journal(w->house->journal_arg, r, row);
}

static void on_trace(void *arg, struct campaign_id c, int64_t now_us,
                     const char *text)
{
    const struct watch *w = arg;
    runner_check_trace(w->check, c, now_us, text);
}

static void add_faults(struct buf *b, const struct runner_faults *f)
{
    buf_addf(b,
             "# faults, per million events: crash %u (%u at most), slow %u, "
             "away %u, down %u, late %u, mute %u, storm %u, agent %u, clock "
             "%u; queue %zu\n",
             f->crash_ppm, f->crashes_max, f->slow_ppm, f->away_ppm,
             f->down_ppm, f->late_ppm, f->mute_ppm, f->storm_ppm, f->agent_ppm,
             f->clock_ppm, f->records_max);
}

static void add_operator(struct buf *b, const struct random_world *w)
{
    for (size_t i = 0; i < w->changes; i++) {
        const struct runner_change *k = &w->change[i];
        buf_addf(b, "# after %.1f s: %s, %s, policy %d, limit %u ppm\n",
                 (double)k->after_us / 1e6, k->dials ? "dials" : "pauses",
                 vocab_dial_text(k->pacing.mode), (int)k->pacing.policy.kind,
                 k->pacing.abandon_limit_ppm);
    }
}

/* What was found, then the world it was found in. */
static void tell(const struct random_world *w, const struct runner_check *c,
                 const struct err *e, struct random_world_result *out)
{
    struct buf b;
    buf_init(&b, RANDOM_WORLD_TEXT - 1);
    if (e->text[0] != '\0')
        buf_addf(&b, "%s\n", e->text);
    if (c != NULL)
        runner_check_tell(c, TOLD_MAX, &b);
    if (w->has_faults)
        add_faults(&b, &w->faults);
    add_operator(&b, w);
    if (w->second != NULL)
        buf_addf(&b, "# beside it: %s, weight %u, hold %lld ms\n",
                 vocab_dial_text(w->second->dial_mode), w->second->weight,
                 (long long)w->second->hold_ms);
    buf_add_slice(&b, w->text);
    (void)str_copy(out->text, sizeof(out->text), buf_slice(&b));
    buf_fini(&b);
}

/* "floor, record 7: stuck: ..." is of kind stuck. */
static void name_kind(const struct check_rules *rules,
                      struct random_world_result *out)
{
    const struct check_rules_finding *f = check_rules_finding(rules, 0);
    struct slice rest, kind = str_of(check_rules_kind_text(f->kind));
    if (f->kind == CHECK_FLOOR)
        kind = str_cut(str_of(f->text), ':', &rest);
    (void)str_copy(out->kind, sizeof(out->kind), kind);
}

static void judge(struct runner_check *c, const struct runner_result *result,
                  struct random_world_result *out)
{
    runner_check_result(c, result);
    const struct check_rules *rules = runner_check_finish(c);
    out->findings = check_rules_counts(rules).findings;
    out->events = result->events;
    out->calls = result->attempts;
    memcpy(out->hash, result->journal_hash, sizeof(out->hash));
    if (out->findings > 0)
        name_kind(rules, out);
}

static void run(const struct random_world *w,
                const struct random_world_house *h,
                struct random_world_result *out)
{
    struct err e = {0};
    struct watch watch = {.house = h, .out = out};
    struct sim_list *list = sim_list_new(&w->scenario, out->seed);
    struct runner_result *result = mem_alloc(sizeof(*result));
    struct runner_options o = {.scenario = &w->scenario,
                               .plan = w->plan,
                               .second = w->second,
                               .book = w->law ? h->law : h->book,
                               .zones = h->zones,
                               .list = list,
                               .seed = out->seed,
                               .faults = w->has_faults ? &w->faults : NULL,
                               .change = w->change,
                               .changes = w->changes,
                               .journal = on_journal,
                               .journal_arg = &watch,
                               .trace = on_trace,
                               .trace_arg = &watch};
    watch.check = runner_check_new(&o);
    runner_check_watch(watch.check, &o);
    if (runner_run(&o, result, &e) == TM_OK) {
        judge(watch.check, result, out);
    } else {
        out->findings = 1;
        (void)str_copy(out->kind, sizeof(out->kind), str_of("stands still"));
    }
    if (out->findings > 0)
        tell(w, watch.check, &e, out);
    runner_check_free(watch.check);
    mem_free(result);
    sim_list_free(list);
}

void random_world_run(uint64_t seed, const struct random_world_house *h,
                      struct random_world_result *out)
{
    struct arena a;
    struct random_world w;
    struct err e = {0};
    memset(out, 0, sizeof(*out));
    out->seed = seed;
    arena_init(&a);
    if (random_world_draw(&a, seed, &w, &e) == TM_OK) {
        run(&w, h, out);
    } else {
        out->findings = 1;
        (void)str_copy(out->kind, sizeof(out->kind), str_of("no world"));
        tell(&w, NULL, &e, out);
    }
    arena_fini(&a);
}
