/* What the simulated store holds, for the runner and its oracles. */
#include "sim/sim_store_flow.h"
#include "sim/sim_store_rows.h"

size_t sim_store_attempts(const struct sim_store *s)
{
    return sim_store_rows(s)->attempt.n;
}

const struct sim_store_attempt *sim_store_attempt_at(const struct sim_store *s,
                                                     size_t i)
{
    const struct sim_rows *t = sim_store_rows(s);
    tm_assert(i < t->attempt.n);
    return &t->attempt.at[i];
}

const struct sim_store_attempt *sim_store_attempt(const struct sim_store *s,
                                                  struct attempt_id a)
{
    const struct sim_rows *t = sim_store_rows(s);
    uint64_t at;
    if (a.v <= 0 || !map_get(&t->attempt_of, (uint64_t)a.v, &at))
        return NULL;
    return &t->attempt.at[at - 1];
}

const struct sim_store_incoming *sim_store_incoming(const struct sim_store *s,
                                                    struct attempt_id a)
{
    return sim_store_incoming_find(sim_store_rows(s), a);
}

void sim_store_open_incoming(const struct sim_store *s,
                             const struct sim_store_incoming *a,
                             struct campaign_open_attempt *out)
{
    tm_assert(a->ended_us == 0 && a->id.v > 0);
    *out = (struct campaign_open_attempt){.attempt = a->id,
                                          .tenant = a->tenant,
                                          .seller = a->seller,
                                          .campaign = a->campaign,
                                          .e164 = a->e164,
                                          .answered_us = a->answered_us,
                                          .served = a->bridged_us != 0 ||
                                                    a->opted_out || a->callback,
                                          .bridged = a->bridged_us != 0,
                                          .opted_out = a->opted_out,
                                          .callback = a->callback,
                                          .incoming = true};
    bool found =
        a->lead.v == 0 || sim_store_lead(s, a->campaign, a->lead, &out->lead);
    tm_assert(found);
}

size_t sim_store_incomings(const struct sim_store *s)
{
    return sim_store_rows(s)->incoming.n;
}

const struct sim_store_incoming *
sim_store_incoming_at(const struct sim_store *s, size_t i)
{
    const struct sim_rows *t = sim_store_rows(s);
    tm_assert(i < t->incoming.n);
    return &t->incoming.at[i];
}

/* That its lead is called now, as it was promised. */
static bool keeps_promise(const struct sim_rows *t,
                          const struct sim_store_attempt *a)
{
    if (t->flow != NULL) {
        const struct sim_flow_lead *l = sim_store_flow_find(t->flow, a->lead);
        return l != NULL && l->promised && l->state == LEAD_IN_CALL;
    }
    const struct sim_member *m = sim_store_rows_member(
        t, sim_store_rows_campaign(t, a->campaign), a->lead);
    return m != NULL && m->promised && m->state == LEAD_IN_CALL;
}

void sim_store_open_attempt(const struct sim_store *s,
                            const struct sim_store_attempt *a,
                            struct campaign_open_attempt *out)
{
    tm_assert(a->ended_us == 0 && a->id.v > 0);
    *out = (struct campaign_open_attempt){
        .attempt = a->id,
        .tenant = a->tenant,
        .seller = a->seller,
        .campaign = a->campaign,
        .e164 = a->e164,
        .placed_us = a->placed_us,
        .answered_us = a->answered_us,
        .served = a->served,
        .bridged = a->bridged,
        .opted_out = a->opted_out,
        .callback = a->callback,
        .promised = keeps_promise(sim_store_rows(s), a)};
    bool found = sim_store_lead(s, a->campaign, a->lead, &out->lead);
    tm_assert(found);
}

static void count_attempt(const struct sim_store_attempt *a, int64_t since_us,
                          struct campaign_counters *c)
{
    if (a->placed_us >= since_us && a->placed_us != 0)
        campaign_counters_placed(c, a->placed_us);
    else
        c->placed += a->placed_us != 0;
    if (a->ended_us >= since_us)
        campaign_counters_ended(c, a->ended_us, a->live, a->abandoned);
}

bool sim_store_campaign_now(const struct sim_store *s, struct campaign_id id,
                            int64_t now_us, enum campaign_state *state,
                            struct campaign_counters *counters)
{
    const struct sim_rows *t = sim_store_rows(s);
    const struct sim_campaign *c = sim_store_rows_campaign(t, id);
    if (c == NULL)
        return false;
    int64_t since_us = campaign_counters_since(c->first_call_us, now_us);
    *state = c->c.state;
    *counters = (struct campaign_counters){.first_call_us = c->first_call_us,
                                           .as_of_us = now_us};
    if (t->flow != NULL) {
        campaign_counters_copy(counters, &t->flow->counters);
        counters->first_call_us = c->first_call_us;
        counters->as_of_us = now_us;
    }
    for (size_t i = 0; t->flow == NULL && i < t->attempt.n; i++)
        if (t->attempt.at[i].campaign.v == id.v)
            count_attempt(&t->attempt.at[i], since_us, counters);
    campaign_counters_roll(counters, now_us);
    return true;
}

int64_t sim_store_last_attempt(const struct sim_store *s)
{
    return sim_store_rows(s)->last_attempt;
}

void sim_store_opt_outs(const struct sim_store *s, struct suppression *out)
{
    const struct sim_rows *t = sim_store_rows(s);
    for (size_t i = 0; i < t->opt_out.n; i++) {
        const struct sim_opt_out *o = &t->opt_out.at[i];
        suppression_add(out, o->seller, o->e164, o->at_us);
    }
}

uint64_t sim_store_forgotten(const struct sim_store *s, enum lead_state state,
                             size_t word, struct slice *reason)
{
    const struct sim_rows *t = sim_store_rows(s);
    if (t->flow == NULL || word >= t->words)
        return 0;
    *reason = sim_store_rows_word(t, word);
    return t->flow->tally[state][word];
}

uint64_t sim_store_made(const struct sim_store *s)
{
    const struct sim_rows *t = sim_store_rows(s);
    return t->flow != NULL ? t->flow->made : 0;
}

unsigned sim_store_nth(const struct sim_store *s, struct lead_id l)
{
    const struct sim_rows *t = sim_store_rows(s);
    const struct sim_flow_lead *of =
        t->flow != NULL ? sim_store_flow_find(t->flow, l) : NULL;
    return of != NULL && of->attempts > 0 ? of->attempts - 1U : 0;
}

size_t sim_store_members(const struct sim_store *s, struct campaign_id c)
{
    const struct sim_campaign *of =
        sim_store_rows_campaign(sim_store_rows(s), c);
    return of != NULL ? of->members : 0;
}

struct sim_store_member sim_store_member_at(const struct sim_store *s,
                                            struct campaign_id c, size_t i)
{
    const struct sim_rows *t = sim_store_rows(s);
    const struct sim_campaign *of = sim_store_rows_campaign(t, c);
    tm_assert(of != NULL && i < of->members);
    const struct sim_member *m = &of->member[i];
    return (struct sim_store_member){.lead = t->row.at[m->row].id,
                                     .state = (enum lead_state)m->state,
                                     .due_us = m->due_us,
                                     .reason =
                                         sim_store_rows_word(t, m->reason),
                                     .verdict = m->verdict,
                                     .claimed = m->claimed};
}

bool sim_store_lead(const struct sim_store *s, struct campaign_id c,
                    struct lead_id id, struct lead *out)
{
    const struct sim_rows *t = sim_store_rows(s);
    const struct sim_campaign *of = sim_store_rows_campaign(t, c);
    if (t->flow != NULL) {
        const struct sim_flow_lead *l = sim_store_flow_find(t->flow, id);
        if (l != NULL)
            sim_store_flow_fill(t->flow, (size_t)(l - t->flow->lead), out);
        return l != NULL;
    }
    const struct sim_member *m = sim_store_rows_member(t, of, id);
    if (m != NULL)
        sim_store_rows_lead(t, of, m, out);
    return m != NULL;
}

size_t sim_store_answers(const struct sim_store *s)
{
    return sim_store_rows(s)->said.n;
}

struct sim_store_answer sim_store_answer_at(const struct sim_store *s, size_t i)
{
    const struct sim_rows *t = sim_store_rows(s);
    tm_assert(i < t->said.n);
    const struct sim_said *w = &t->said.at[i];
    return (struct sim_store_answer){
        .attempt = w->attempt,
        .question = sim_store_rows_word(t, w->question),
        .answer = sim_store_rows_word(t, w->answer),
        .question_word = w->question};
}

const struct sim_store_counts *sim_store_counts(const struct sim_store *s)
{
    return &sim_store_rows(s)->counts;
}
