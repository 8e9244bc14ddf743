#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "core/number/number_zone.h"
#include "sim/runner_inside.h"

static const struct campaign_id CAMPAIGN = {SIM_LIST_CAMPAIGN};
static const struct campaign_id SECOND = {SIM_LIST_SECOND};

static struct runner_hour *hour_of(const struct runner *r,
                                   struct runner_result *out,
                                   const struct sim_store_attempt *a)
{
    const char *name;
    if (number_zone_candidates(a->e164, &name, 1) == 0)
        return &out->no_zone;
    const struct tz *z = tz_set_find(r->o.zones, name);
    if (z == NULL)
        return &out->no_zone;
    return &out->hour[tz_local(z, a->placed_us).second_of_day / 3600];
}

static void count_attempt(const struct runner *r, struct runner_result *out,
                          const struct sim_store_attempt *a)
{
    out->attempts++;
    out->outcome[a->outcome]++;
    if (a->placed_us == 0)
        return;
    struct runner_hour *h = hour_of(r, out, a);
    bool completed = a->outcome == OUTCOME_COMPLETED;
    out->placed++;
    out->answered += a->answered_us != 0;
    out->live += a->live;
    out->abandoned += a->abandoned;
    out->completed += completed;
    h->placed++;
    h->answered += a->answered_us != 0;
    h->live += a->live;
    h->completed += completed;
    if (a->live)
        out->talk_ms += a->talk_ms;
    if (out->first_call_us == 0)
        out->first_call_us = a->placed_us;
    out->last_call_us = a->placed_us;
}

void runner_result_attempt(void *arg, const struct sim_store_attempt *a)
{
    struct runner *r = arg;
    count_attempt(r, &r->tally, a);
}

static struct runner_group *group_of(struct runner_result *out,
                                     enum lead_state state, struct slice reason)
{
    for (size_t i = 0; i < out->groups; i++)
        if (out->group[i].state == state &&
            str_eq(reason, out->group[i].reason))
            return &out->group[i];
    tm_assert(out->groups < RUNNER_GROUPS_MAX);
    struct runner_group *g = &out->group[out->groups++];
    *g = (struct runner_group){.state = state};
    (void)str_copy(g->reason, sizeof(g->reason), reason);
    return g;
}

/* Leads of an endless list. */
static void count_forgotten(struct runner *r, struct runner_result *out)
{
    sim_store_count_all(r->store_sim);
    out->leads = sim_store_made(r->store_sim);
    for (int s = 0; s < LEAD_STATE_COUNT; s++)
        for (size_t w = 0; w < SIM_STORE_WORDS_MAX; w++) {
            struct slice reason;
            uint64_t n = sim_store_forgotten(r->store_sim, (enum lead_state)s,
                                             w, &reason);
            if (n == 0)
                continue;
            group_of(out, (enum lead_state)s, reason)->leads += n;
            out->lead[s] += n;
        }
}

static void count_member(struct runner_result *out,
                         const struct sim_store_member *m)
{
    struct runner_group *g = group_of(out, m->state, m->reason);
    out->lead[m->state]++;
    g->leads++;
    if (m->due_us == 0)
        return;
    if (g->first_due_us == 0 || m->due_us < g->first_due_us)
        g->first_due_us = m->due_us;
    if (m->due_us > g->last_due_us)
        g->last_due_us = m->due_us;
}

static void add_answer(struct runner_result *out,
                       const struct sim_store_answer *a)
{
    for (size_t i = 0; i < out->answers; i++)
        if (str_eq(a->question, out->answer[i].question) &&
            str_eq(a->answer, out->answer[i].answer)) {
            out->answer[i].n++;
            return;
        }
    tm_assert(out->answers < RUNNER_ANSWERS_MAX);
    struct runner_answer *to = &out->answer[out->answers++];
    (void)str_copy(to->question, sizeof(to->question), a->question);
    (void)str_copy(to->answer, sizeof(to->answer), a->answer);
    to->n = 1;
}

static int compare_answers(const struct runner_answer *a,
                           const struct runner_answer *b)
{
    int c = strcmp(a->question, b->question);
    return c != 0 ? c : strcmp(a->answer, b->answer);
}

/* Of a question that was answered twice in a call, the last answer counts. */
static void count_answers(const struct runner *r, struct runner_result *out)
{
    struct map seen;
    map_init(&seen);
    for (size_t i = sim_store_answers(r->store_sim); i-- > 0;) {
        struct sim_store_answer a = sim_store_answer_at(r->store_sim, i);
        uint64_t key = (uint64_t)a.attempt.v * 256 + a.question_word;
        if (map_get(&seen, key, NULL))
            continue;
        map_set(&seen, key, 1);
        add_answer(out, &a);
    }
    map_fini(&seen);
    for (size_t i = 1; i < out->answers; i++)
        for (size_t k = i;
             k > 0 && compare_answers(&out->answer[k - 1], &out->answer[k]) > 0;
             k--) {
            struct runner_answer t = out->answer[k];
            out->answer[k] = out->answer[k - 1];
            out->answer[k - 1] = t;
        }
}

static void fill_journal(const struct runner *r, struct runner_result *out)
{
    static const char digit[] = "0123456789abcdef";
    const struct journal *j = sim_store_journal(r->store_sim);
    out->journal_entries = j->seq;
    memcpy(out->journal_head, j->head, sizeof(out->journal_head));
    for (size_t i = 0; i < JOURNAL_HASH_SIZE; i++) {
        out->journal_hash[2 * i] = digit[j->head[i] >> 4];
        out->journal_hash[2 * i + 1] = digit[j->head[i] & 15];
    }
}

static void count_members(const struct sim_store *s, struct campaign_id c,
                          struct runner_result *out)
{
    for (size_t i = 0; i < sim_store_members(s, c); i++) {
        struct sim_store_member m = sim_store_member_at(s, c, i);
        count_member(out, &m);
    }
}

void runner_result_fill(struct runner *r, struct runner_result *out)
{
    const struct sim_store *s = r->store_sim;
    struct campaign_counters counters;
    bool endless = sim_list_is_endless(r->o.list);
    *out = r->tally;
    out->start_us = r->start_us;
    out->end_us = r->end_us;
    out->now_us = r->clock.now_us;
    out->leads = sim_list_size(r->o.list);
    out->events = r->events;
    out->crashes = r->crashes;
    (void)sim_store_campaign_now(s, CAMPAIGN, r->clock.now_us, &out->state,
                                 &counters);
    for (size_t i = 0; !endless && i < sim_store_attempts(s); i++)
        if (sim_store_attempt_at(s, i)->id.v != 0)
            count_attempt(r, out, sim_store_attempt_at(s, i));
    count_members(s, CAMPAIGN, out);
    if (r->o.second != NULL)
        count_members(s, SECOND, out);
    if (endless) {
        uint64_t machines = sim_store_counts(s)->machines;
        count_forgotten(r, out);
        out->live -= machines;
        out->outcome[OUTCOME_TALKED] -= machines;
        out->outcome[OUTCOME_MACHINE] += machines;
    }
    count_answers(r, out);
    out->opt_outs = sim_store_counts(s)->opt_outs;
    out->callbacks = sim_store_counts(s)->records[RECORD_CALLBACK];
    out->verdicts = sim_store_counts(s)->records[RECORD_VERDICT];
    out->stale_calls = sim_carrier_counts(r->carrier_sim).stale;
    out->calls_max = sim_carrier_counts(r->carrier_sim).up_max;
    fill_journal(r, out);
    runner_floor_fill(r, out);
    runner_callers_fill(r, out);
}
