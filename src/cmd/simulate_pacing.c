#include "cmd/simulate_pacing.h"

#include <inttypes.h>
#include <string.h>

#include "base/civil.h"
#include "base/json_out.h"
#include "cmd/simulate_ask.h"
#include "report/words.h"

/* --- runs -----------------------------------------------------------------*/

/* One run: its own head. More: a chain over the heads in order. */
static void add_head(struct simulate_pacing *p, const struct simulate_run *r)
{
    uint8_t before[JOURNAL_HASH_SIZE];
    if (p->runs == 1) {
        memcpy(p->head, r->head, sizeof(p->head));
        return;
    }
    memcpy(before, p->head, sizeof(before));
    journal_hash(before, p->runs,
                 str_range((const char *)r->head, JOURNAL_HASH_SIZE), p->head);
}

void simulate_pacing_add(struct simulate_pacing *p,
                         const struct simulate_run *r)
{
    p->runs++;
    p->over += r->over;
    p->limit_pct = r->limit_pct;
    if (r->worst_day_pct > p->worst_day_pct)
        p->worst_day_pct = r->worst_day_pct;
    runner_floor_add(&p->sum, &r->floor);
    runner_callers_add(&p->callers, &r->callers);
#define X(name, value) simulate_mean_add(&p->name, value);
    SIMULATE_FIGURE_TABLE(X)
#undef X
    p->events += r->events;
    p->journal_entries += r->journal_entries;
    p->placed += r->placed;
    p->cpu_us += r->cpu_us;
    if (p->runs == 1)
        p->idle = r->idle;
    if (r->calls_max > p->calls_max)
        p->calls_max = r->calls_max;
    add_head(p, r);
}

/* --- why nobody is called --------------------------------------------------*/

/* Leads that the rules hold back, most of them for one reason. */
void simulate_pacing_idle_keep(const struct runner_result *r,
                               struct simulate_idle *out)
{
    *out = (struct simulate_idle){.start_us = r->start_us};
    if (r->placed > 0)
        return;
    out->of = r->leads;
    for (size_t i = 0; i < r->groups; i++) {
        const struct runner_group *g = &r->group[i];
        if (g->reason[0] == '\0' || g->leads <= out->leads)
            continue;
        out->leads = g->leads;
        out->state = g->state;
        out->due_us = g->first_due_us;
        (void)str_copy(out->reason, sizeof(out->reason), str_of(g->reason));
    }
}

void simulate_pacing_idle_text(const struct simulate_idle *i, struct buf *b)
{
    char n[WORDS_MAX], of[WORDS_MAX];
    char at[CIVIL_INSTANT_LEN], due[CIVIL_INSTANT_LEN];
    bool rule = i->reason[0] >= 'A' && i->reason[0] <= 'Z';
    if (i->leads == 0)
        return;
    civil_format_instant(i->start_us, at);
    buf_addf(b,
             "No line is dialled: the run starts at %s,\nand %s of %s leads "
             "%s (%s%s)",
             at, words_count(i->leads, n), words_count(i->of, of),
             i->due_us == 0 ? "are not called at all" : "have to wait",
             rule ? "rule " : "", i->reason);
    if (i->due_us != 0) {
        civil_format_instant(i->due_us, due);
        buf_addf(b, ",\nthe first until %s", due);
    }
    buf_add_char(b, '.');
}

void simulate_pacing_idle(const struct simulate_compared *c, struct buf *b)
{
    for (size_t k = 0; k < c->policies; k++)
        if (c->policy[k].placed > 0)
            return;
    if (c->policy[0].scenario->agents > 0) {
        simulate_pacing_idle_text(&c->policy[0].idle, b);
        return;
    }
    buf_add_str(b, "Nobody is signed in (agents = 0): no line is dialled, as "
                   "nobody could take\nan answer. Set agents to see calls.");
}

/* --- JSON and CSV ---------------------------------------------------------*/

static void put_count(struct json_out *j, const char *key, uint64_t v)
{
    json_out_kv_int(j, key, (int64_t)v);
}

static void put_mean(struct json_out *j, const char *key,
                     const struct simulate_mean *m, int decimals)
{
    json_out_kv_decimal(j, key, m->mean, decimals);
}

static void put_width(struct json_out *j, const char *key,
                      const struct simulate_mean *m, int decimals)
{
    json_out_kv_decimal(j, key, simulate_mean_half_width(m), decimals);
}

/* What every reader of pacing figures expects, by these names. */
static void put_known(struct json_out *j, const struct simulate_pacing *p)
{
    char hash[RUNNER_HASH_LEN];
    simulate_ask_hex(p->head, hash);
    json_out_kv_text(j, "scenario", p->scenario->name);
    json_out_kv_text(j, "policy", p->policy);
    put_count(j, "seeds", p->runs);
    put_count(j, "agents", p->scenario->agents);
    put_mean(j, "talk_min_h", &p->talk, 3);
    put_width(j, "talk_hw", &p->talk, 3);
    put_mean(j, "util", &p->util, 4);
    put_mean(j, "aband_pct", &p->aband, 3);
    put_width(j, "aband_hw", &p->aband, 3);
    json_out_kv_decimal(j, "worst_day_pct", p->worst_day_pct, 3);
    json_out_kv_decimal(j, "window_viol",
                        p->runs > 0 ? (double)p->over / (double)p->runs : 0.0,
                        4);
    put_mean(j, "wait_s", &p->wait, 2);
    put_mean(j, "dials_h", &p->dials_h, 1);
    put_mean(j, "dials_per_live", &p->dials_per_live, 3);
    json_out_kv_text(j, "journal_hash", hash);
}

static void put_more(struct json_out *j, const struct simulate_pacing *p)
{
    const struct runner_floor *f = &p->sum;
    put_count(j, "seed", p->seed);
    put_count(j, "days", p->scenario->days);
    json_out_kv_decimal(j, "hours", p->scenario->hours, 2);
    json_out_kv_decimal(j, "limit_pct", p->limit_pct, 3);
    put_count(j, "windows_over", p->over);
    put_width(j, "util_hw", &p->util, 4);
    put_mean(j, "held_s", &p->held, 3);
    put_mean(j, "first_day_talk_min_h", &p->first_day_talk, 3);
    put_mean(j, "first_day_aband_pct", &p->first_day_aband, 3);
    json_out_kv_decimal(j, "agent_hours", f->agent_s / 3600, 1);
    put_count(j, "dials", f->dials);
    put_count(j, "live", f->live);
    put_count(j, "lost", f->lost);
    put_count(j, "wrong_verdicts", f->wrong);
    put_count(j, "talks", f->talks);
    put_count(j, "machines", f->machines);
    put_count(j, "withdrawn", f->withdrawn);
    put_count(j, "calls_max", p->calls_max);
    put_count(j, "journal_entries", p->journal_entries);
    put_count(j, "events", p->events);
    json_out_kv_decimal(j, "cpu_s", (double)p->cpu_us / 1e6, 3);
}

static void put_callers(struct json_out *j, const struct runner_callers *c)
{
    put_count(j, "callers", c->callers);
    put_count(j, "callers_unheard", c->unheard);
    put_count(j, "callers_with_agent", c->joined);
    json_out_kv_decimal(j, "callers_in_target_pct",
                        runner_callers_in_target_pct(c), 2);
    put_count(j, "callers_gave_up", c->gave_up);
    put_count(j, "callers_turned_away", c->turned_away);
    put_count(j, "callers_called_back", c->callbacks);
    put_count(j, "callers_opted_out", c->opt_outs);
    json_out_kv_decimal(j, "callers_wait_s", runner_callers_wait_s(c), 2);
    json_out_kv_decimal(j, "callers_longest_s", c->longest_s, 1);
    put_count(j, "leads_made", c->made);
}

void simulate_pacing_json(const struct simulate_pacing *p, struct buf *b)
{
    struct json_out j;
    json_out_init(&j, b);
    json_out_object(&j);
    put_known(&j, p);
    put_more(&j, p);
    put_callers(&j, &p->callers);
    json_out_end_object(&j);
    buf_add_char(b, '\n');
}

void simulate_pacing_csv_head(struct buf *b)
{
    buf_add_str(b, "scenario,policy,seed,agents,talk_min_h,util,aband_pct,"
                   "worst_day_pct,over,wait_s,held_s,dials_h,dials_per_live,"
                   "agent_hours,dials,live,lost,wrong_verdicts,talks,machines,"
                   "withdrawn,callers,callers_with_agent,"
                   "callers_in_target_pct,callers_gave_up,"
                   "callers_turned_away,callers_wait_s,callers_longest_s,"
                   "callers_unheard,journal_hash\r\n");
}

void simulate_pacing_csv(const struct simulate_pacing *p, uint64_t seed,
                         const struct simulate_run *r, struct buf *b)
{
    const struct runner_floor *f = &r->floor;
    char hash[RUNNER_HASH_LEN];
    simulate_ask_hex(r->head, hash);
    words_csv(b, str_of(p->scenario->name));
    buf_add_char(b, ',');
    words_csv(b, str_of(p->policy));
    buf_addf(b, ",%" PRIu64 ",%" PRIu64 ",%.4f,%.5f,%.4f,%.4f,%d,%.3f,%.3f",
             seed, p->scenario->agents, runner_floor_talk_min_h(f),
             runner_floor_util(f), runner_floor_aband_pct(f), r->worst_day_pct,
             r->over, runner_floor_wait_s(f), runner_floor_held_s(f));
    buf_addf(b, ",%.2f,%.4f,%.3f", runner_floor_dials_h(f),
             runner_floor_dials_per_live(f), f->agent_s / 3600);
    buf_addf(b, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, f->dials,
             f->live, f->lost, f->wrong);
    const struct runner_callers *k = &r->callers;
    buf_addf(b, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, f->talks, f->machines,
             f->withdrawn);
    buf_addf(b, ",%" PRIu64 ",%" PRIu64 ",%.3f,%" PRIu64 ",%" PRIu64,
             k->callers, k->joined, runner_callers_in_target_pct(k), k->gave_up,
             k->turned_away);
    buf_addf(b, ",%.3f,%.3f,%" PRIu64 ",%s\r\n", runner_callers_wait_s(k),
             k->longest_s, k->unheard, hash);
}
