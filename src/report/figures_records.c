#include "report/figures_records.h"

#include <string.h>

#include "base/map.h"
#include "core/campaign/disposition.h"
#include "report/caller_joins.h"

enum { REASON_MAX = 64, QUESTIONS_MAX = 8 };

/* Words by number; number 0 is "", none. */
struct word_list {
    char (*text)[REASON_MAX];
    size_t n, cap;
};

struct said {
    char question[REASON_MAX], label[REASON_MAX];
};

/* An attempt that is not over. */
struct open_attempt {
    struct reader_attempt a;
    struct said answer[QUESTIONS_MAX]; /* the last one to each */
    size_t answers;
    bool used;
};

/* A call to us that is not over. */
struct open_caller {
    struct reader_caller c;
    bool used;
};

/* What an agent does now, and since when. */
struct agent_now {
    struct agent_id id;
    enum agent_state state;
    char reason[AGENT_WORD_MAX];
    int64_t since_us;
    struct campaign_id campaign;
    struct attempt_id attempt;
};

/* An attempt that an agent took: his last word about it, and what he was asked
 * for, which may be written when the call is over. */
struct taken {
    bool joined; /* else there is only a wish */
    bool opted_out, called_back;
    size_t word; /* index of disposition; 0: none yet */
    struct agent_id agent;
    uint64_t e164;
    int64_t placed_us;
    bool ended, live;
    bool machine;  /* so he said */
    bool incoming; /* the person called us */
};

struct lead_now {
    enum lead_state state;
    size_t reason; /* index */
    int64_t due_us;
    size_t refused; /* rules of the refusal, likewise; 0: none */
};

struct figures_records {
    struct figures_builder *b;
    struct map lead_at; /* lead -> index + 1 */
    struct lead_now *lead;
    size_t leads, leads_cap;
    struct map open_at; /* attempt -> index + 1 */
    struct open_attempt *open;
    size_t opens, opens_cap;
    uint64_t *free; /* indices of open that may be used again */
    size_t frees;
    struct map caller_at; /* attempt -> index + 1 */
    struct open_caller *caller;
    size_t callers, callers_cap;
    struct caller_joins joins;
    struct word_list reason;      /* of leads, and rules */
    struct word_list disposition; /* of agents */
    struct map agent_at;          /* agent -> index + 1 */
    struct agent_now *agent;
    size_t agents, agents_cap;
    struct map taken_at; /* attempt -> index + 1 */
    struct taken *taken;
    size_t takens, takens_cap;
    size_t missing; /* rule of the last verdict that misses something */
    struct lead_id missing_of;
};

static size_t number_of(struct word_list *w, struct slice word)
{
    if (word.n >= REASON_MAX)
        word.n = REASON_MAX - 1;
    for (size_t i = 0; i < w->n; i++)
        if (str_eq(word, w->text[i]))
            return i;
    if (w->n == w->cap) {
        w->cap = w->cap == 0 ? 32 : 2 * w->cap;
        w->text = mem_resize(w->text, w->cap * sizeof(*w->text));
    }
    (void)str_copy(w->text[w->n], REASON_MAX, word);
    return w->n++;
}

struct figures_records *figures_records_new(struct figures_builder *b)
{
    struct figures_records *f = mem_alloc(sizeof(*f));
    f->b = b;
    (void)number_of(&f->reason, str_of(""));
    (void)number_of(&f->disposition, str_of(""));
    map_init(&f->lead_at);
    map_init(&f->open_at);
    map_init(&f->caller_at);
    map_init(&f->agent_at);
    map_init(&f->taken_at);
    return f;
}

void figures_records_free(struct figures_records *f)
{
    if (f == NULL)
        return;
    map_fini(&f->lead_at);
    map_fini(&f->open_at);
    map_fini(&f->caller_at);
    map_fini(&f->agent_at);
    map_fini(&f->taken_at);
    mem_free(f->reason.text);
    mem_free(f->disposition.text);
    mem_free(f->agent);
    mem_free(f->taken);
    mem_free(f->lead);
    mem_free(f->open);
    mem_free(f->caller);
    caller_joins_fini(&f->joins);
    mem_free(f->free);
    mem_free(f);
}

static struct lead_now *lead_of(struct figures_records *f, struct lead_id id)
{
    uint64_t at;
    if (map_get(&f->lead_at, (uint64_t)id.v, &at))
        return &f->lead[at - 1];
    if (f->leads == f->leads_cap) {
        f->leads_cap = f->leads_cap == 0 ? 1024 : 2 * f->leads_cap;
        f->lead = mem_resize(f->lead, f->leads_cap * sizeof(*f->lead));
    }
    f->lead[f->leads] = (struct lead_now){.state = LEAD_NEW};
    map_set(&f->lead_at, (uint64_t)id.v, ++f->leads);
    return &f->lead[f->leads - 1];
}

static struct open_attempt *find_open(struct figures_records *f,
                                      struct attempt_id id)
{
    uint64_t at;
    if (id.v == 0 || !map_get(&f->open_at, (uint64_t)id.v, &at))
        return NULL;
    return &f->open[at - 1];
}

static void begin(struct figures_records *f, const struct record *r)
{
    if (f->frees == 0 && f->opens == f->opens_cap) {
        f->opens_cap = f->opens_cap == 0 ? 64 : 2 * f->opens_cap;
        f->open = mem_resize(f->open, f->opens_cap * sizeof(*f->open));
        f->free = mem_resize(f->free, f->opens_cap * sizeof(*f->free));
    }
    size_t at = f->frees > 0 ? f->free[--f->frees] : f->opens++;
    struct open_attempt *o = &f->open[at];
    memset(o, 0, sizeof(*o));
    o->used = true;
    o->a = (struct reader_attempt){.id = r->attempt,
                                   .campaign = r->campaign,
                                   .seller = r->seller,
                                   .lead = r->lead,
                                   .e164 = r->e164,
                                   .recorded_us = r->at_us};
    map_set(&f->open_at, (uint64_t)r->attempt.v, at + 1);
    *lead_of(f, r->lead) = (struct lead_now){.state = LEAD_IN_CALL};
    /* The texts of a record live only now; versions are the only ones that
     * the figures keep. */
    figures_versions(f->b, r->versions);
}

static void note_answer(struct open_attempt *o, const struct record *r)
{
    size_t i = 0;
    while (i < o->answers && !str_eq(r->key, o->answer[i].question))
        i++;
    if (i == QUESTIONS_MAX)
        return;
    (void)str_copy(o->answer[i].question, REASON_MAX, r->key);
    (void)str_copy(o->answer[i].label, REASON_MAX, r->value);
    o->answers += i == o->answers;
}

static void hand_over(struct figures_records *f, struct open_attempt *o)
{
    figures_attempt(f->b, &o->a);
    for (size_t i = 0; i < o->answers; i++)
        figures_answer(f->b, str_of(o->answer[i].question),
                       str_of(o->answer[i].label));
    o->used = false;
}

static struct taken *taken_of(struct figures_records *f, struct attempt_id id,
                              bool make);

static void finish(struct figures_records *f, struct open_attempt *o,
                   const struct record *r)
{
    tm_assert(r->state >= 0 && r->state < OUTCOME_COUNT);
    struct taken *t = taken_of(f, r->attempt, false);
    if (t != NULL) {
        t->ended = true;
        t->live = r->live;
        t->e164 = o->a.e164;
        t->placed_us = o->a.placed_us;
    }
    o->a.ended_us = r->at_us;
    o->a.outcome = (enum outcome)r->state;
    o->a.code = r->code;
    o->a.ring_ms = r->ring_ms;
    o->a.talk_ms = r->talk_ms;
    o->a.live = r->live;
    o->a.abandoned = r->abandoned;
    hand_over(f, o);
    f->free[f->frees++] = (uint64_t)(o - f->open);
    (void)map_remove(&f->open_at, (uint64_t)r->attempt.v);
}

static void note_lead(struct figures_records *f, const struct record *r)
{
    tm_assert(r->state >= 0 && r->state < LEAD_STATE_COUNT);
    struct lead_now l = {.state = (enum lead_state)r->state,
                         .reason = number_of(&f->reason, r->key),
                         .due_us = r->due_us};
    const struct lead_now *was = lead_of(f, r->lead);
    /* Who goes back to what he came with keeps the reason of it. */
    if (str_eq(r->key, "called_us") && was->reason != 0) {
        l.reason = was->reason;
        l.refused = was->refused;
    }
    if (l.state == LEAD_DENIED && r->lead.v == f->missing_of.v)
        l.refused = f->missing;
    *lead_of(f, r->lead) = l;
}

/* The first rule that says no, when it does so because something is not
 * known. The record of the lead's state comes next. */
static void note_verdict(struct figures_records *f, const struct record *r)
{
    struct slice rules = r->rules;
    f->missing_of = r->lead;
    f->missing = 0;
    while (rules.n > 0) {
        struct slice effect, word = str_cut(rules, ' ', &rules);
        struct slice id = str_cut(word, ':', &effect);
        if (str_eq(effect, "unknown"))
            f->missing = number_of(&f->reason, id);
        if (str_eq(effect, "unknown") || str_eq(effect, "denied"))
            return;
    }
}

/* --- calls to us ----------------------------------------------------------*/

static struct open_caller *find_caller(struct figures_records *f,
                                       struct attempt_id id)
{
    uint64_t at;
    if (id.v == 0 || !map_get(&f->caller_at, (uint64_t)id.v, &at))
        return NULL;
    return &f->caller[at - 1];
}

static void begin_caller(struct figures_records *f, const struct record *r)
{
    uint64_t called = 0;
    size_t at = 0;
    while (at < f->callers && f->caller[at].used)
        at++;
    if (at == f->callers_cap) {
        f->callers_cap = f->callers_cap == 0 ? 64 : 2 * f->callers_cap;
        f->caller = mem_resize(f->caller, f->callers_cap * sizeof(*f->caller));
    }
    f->callers += at == f->callers;
    if (str_starts(r->key, "+"))
        (void)str_u64(str_range(r->key.p + 1, r->key.n - 1), &called);
    f->caller[at] = (struct open_caller){.c = {.id = r->attempt,
                                               .campaign = r->campaign,
                                               .seller = r->seller,
                                               .lead = r->lead,
                                               .e164 = r->e164,
                                               .called = called,
                                               .recorded_us = r->at_us},
                                         .used = true};
    map_set(&f->caller_at, (uint64_t)r->attempt.v, at + 1);
    if (r->lead.v == 0)
        return;
    struct lead_now *l = lead_of(f, r->lead); /* keeps its reason */
    l->state = LEAD_IN_CALL;
    l->due_us = 0;
}

/* Whether it is a call to us; its first agent is noted. */
static bool caller_bridged(struct figures_records *f, const struct record *r)
{
    struct open_caller *o = find_caller(f, r->attempt);
    if (o != NULL && o->c.bridged_us == 0) {
        o->c.bridged_us = r->at_us;
        o->c.wait_ms = r->ring_ms;
    }
    return o != NULL;
}

static void end_caller(struct figures_records *f, struct open_caller *o,
                       const struct record *r)
{
    struct taken *t = taken_of(f, r->attempt, false);
    tm_assert(r->state >= 0 && r->state < OUTCOME_COUNT);
    o->c.outcome = (enum outcome)r->state;
    if (!caller_joins_end(&f->joins, r->attempt, o->c.outcome,
                          figures_agents(f->b))) {
        o->c.bridged_us = o->c.wait_ms = 0;
        if (t != NULL)
            t->joined = t->word != 0;
    }
    if (t != NULL)
        t->ended = true;
    o->c.ended_us = r->at_us;
    o->c.talk_ms = r->talk_ms;
    figures_caller(f->b, &o->c);
    o->used = false;
    (void)map_remove(&f->caller_at, (uint64_t)r->attempt.v);
}

static bool note_caller(struct figures_records *f, const struct record *r)
{
    struct open_caller *o = find_caller(f, r->attempt);
    if (o != NULL && r->kind == RECORD_ANSWERED)
        o->c.answered_us = r->at_us;
    if (o != NULL && r->kind == RECORD_ENDED)
        end_caller(f, o, r);
    return o != NULL;
}

/* --- agents ---------------------------------------------------------------*/

static struct agent_now *agent_of(struct figures_records *f, struct agent_id id)
{
    uint64_t at;
    if (map_get(&f->agent_at, (uint64_t)id.v, &at))
        return &f->agent[at - 1];
    if (f->agents == f->agents_cap) {
        f->agents_cap = f->agents_cap == 0 ? 64 : 2 * f->agents_cap;
        f->agent = mem_resize(f->agent, f->agents_cap * sizeof(*f->agent));
    }
    f->agent[f->agents] = (struct agent_now){.id = id};
    map_set(&f->agent_at, (uint64_t)id.v, ++f->agents);
    return &f->agent[f->agents - 1];
}

/* As the campaign's figures from the store: only time of its calls, and all
 * time for the occupancy. */
static void tell_span(struct figures_records *f, const struct agent_now *a,
                      int64_t until_us)
{
    const struct reader_agent_span s = {.agent = a->id,
                                        .state = a->state,
                                        .reason = str_of(a->reason),
                                        .from_us = a->since_us,
                                        .until_us = until_us,
                                        .campaign = a->campaign,
                                        .attempt = a->attempt};
    if (a->state == AGENT_OFF)
        return;
    if (a->campaign.v != 0)
        agent_figures_span(figures_agents(f->b), &s);
    agent_figures_shift(figures_agents(f->b), &s);
    figures_caller_wrap(f->b, &s);
}

static void note_agent(struct figures_records *f, const struct record *r)
{
    struct agent_now *a = agent_of(f, r->agent);
    tell_span(f, a, r->at_us);
    a->state = (enum agent_state)r->state;
    a->since_us = r->at_us;
    bool ours = agent_has_call(a->state) || a->state == AGENT_WRAP ||
                a->state == AGENT_PREVIEW;
    a->campaign.v = ours ? r->campaign.v : 0;
    a->attempt.v = ours ? r->attempt.v : 0;
    (void)str_copy(a->reason, sizeof(a->reason), r->key);
}

static struct taken *taken_of(struct figures_records *f, struct attempt_id id,
                              bool make)
{
    uint64_t at;
    if (map_get(&f->taken_at, (uint64_t)id.v, &at))
        return &f->taken[at - 1];
    if (!make)
        return NULL;
    if (f->takens == f->takens_cap) {
        f->takens_cap = f->takens_cap == 0 ? 1024 : 2 * f->takens_cap;
        f->taken = mem_resize(f->taken, f->takens_cap * sizeof(*f->taken));
    }
    f->taken[f->takens] = (struct taken){0};
    map_set(&f->taken_at, (uint64_t)id.v, ++f->takens);
    return &f->taken[f->takens - 1];
}

static void note_bridged(struct figures_records *f, const struct record *r)
{
    const struct reader_bridge j = {.attempt = r->attempt,
                                    .agent = r->agent,
                                    .campaign = r->campaign,
                                    .at_us = r->at_us,
                                    .wait_ms = r->ring_ms,
                                    .incoming = caller_bridged(f, r)};
    struct taken *t = taken_of(f, r->attempt, true);
    t->joined = true;
    t->incoming = j.incoming;
    if (j.incoming)
        caller_joins_add(&f->joins, r->attempt, r->agent);
    agent_figures_bridge(figures_agents(f->b), &j);
}

static struct slice word_text(const struct figures_records *f, size_t word)
{
    return str_of(f->disposition.text[word]);
}

/* The last word counts. */
static void note_disposition(struct figures_records *f, const struct record *r)
{
    struct agent_figures_builder *b = figures_agents(f->b);
    struct taken *t = taken_of(f, r->attempt, true);
    t->joined = true;
    if (t->word != 0)
        agent_figures_disposition(b, t->agent, word_text(f, t->word), -1);
    t->word = number_of(&f->disposition, r->key);
    t->agent = r->agent;
    if (t->word != 0)
        agent_figures_disposition(b, t->agent, word_text(f, t->word), 1);
    if (r->state != (int)DISPOSITION_MACHINE || t->machine)
        return;
    figures_machine(f->b, t->e164, t->placed_us, t->live);
    t->machine = true;
}

static void end_agents(struct figures_records *f)
{
    for (size_t i = 0; i < f->agents; i++)
        tell_span(f, &f->agent[i], 0);
    for (size_t i = 0; i < f->takens; i++)
        if (f->taken[i].joined)
            agent_figures_call(figures_agents(f->b),
                               f->taken[i].ended && f->taken[i].word == 0,
                               f->taken[i].incoming);
}

/* What happens within a call. */
static void note_call(struct figures_records *f, const struct record *r)
{
    struct open_attempt *o = find_open(f, r->attempt);
    if (o == NULL)
        return;
    switch ((int)r->kind) {
    case RECORD_PLACED: o->a.placed_us = r->at_us; break;
    case RECORD_RINGING:
        o->a.ringing_us = o->a.ringing_us ? o->a.ringing_us : r->at_us;
        break;
    case RECORD_ANSWERED: o->a.answered_us = r->at_us; break;
    case RECORD_ANSWER: note_answer(o, r); break;
    case RECORD_ENDED: finish(f, o, r); break;
    default: break;
    }
}

/* Counts once a call; those of callers are no figures of our calls. */
static void note_wish(struct figures_records *f, const struct record *r)
{
    bool stop = r->kind == RECORD_OPT_OUT;
    const struct open_attempt *o = find_open(f, r->attempt);
    struct taken *t = taken_of(f, r->attempt, o != NULL);
    if (t == NULL || t->incoming || (stop ? t->opted_out : t->called_back))
        return;
    if (stop) {
        t->opted_out = true;
        figures_opt_out(f->b);
    } else {
        t->called_back = true;
        figures_callback(f->b);
    }
}

void figures_records_add(struct figures_records *f, const struct record *r)
{
    if (r->kind == RECORD_ATTEMPT)
        begin(f, r);
    else if (r->kind == RECORD_INCOMING)
        begin_caller(f, r);
    else if (r->kind == RECORD_VERDICT)
        note_verdict(f, r);
    else if (r->kind == RECORD_LEAD)
        note_lead(f, r);
    else if (r->kind == RECORD_AGENT)
        note_agent(f, r);
    else if (r->kind == RECORD_BRIDGED)
        note_bridged(f, r);
    else if (r->kind == RECORD_DISPOSITION)
        note_disposition(f, r);
    else if (r->kind == RECORD_OPT_OUT || r->kind == RECORD_CALLBACK)
        note_wish(f, r);
    else if (!note_caller(f, r))
        note_call(f, r);
}

static void tell_refused(struct figures_records *f)
{
    struct buf b;
    buf_init(&b, 2 * REASON_MAX);
    for (size_t i = 0; i < f->leads; i++) {
        const struct lead_now *l = &f->lead[i];
        if (l->refused == 0 || l->state != LEAD_DENIED)
            continue;
        buf_clear(&b);
        buf_addf(&b, "%s:unknown", f->reason.text[l->refused]);
        figures_refused(f->b, buf_slice(&b), 1);
    }
    buf_fini(&b);
}

/* By state, then reason, as the store tells them. */
static void tell_states(struct figures_records *f)
{
    /* Those who are never due apart from the others. */
    size_t half = (size_t)LEAD_STATE_COUNT * f->reason.n;
    size_t groups = 2 * half;
    struct reader_state_count *group = mem_alloc(groups * sizeof(*group));
    for (size_t i = 0; i < f->leads; i++) {
        const struct lead_now *l = &f->lead[i];
        struct reader_state_count *g =
            &group[(size_t)l->state * f->reason.n + l->reason +
                   (l->due_us == INT64_MAX ? half : 0)];
        g->leads++;
        if (l->due_us != 0 && l->due_us != INT64_MAX &&
            (g->first_due_us == 0 || l->due_us < g->first_due_us))
            g->first_due_us = l->due_us;
    }
    for (size_t i = 0; i < groups; i++) {
        group[i].state = (enum lead_state)(i % half / f->reason.n);
        group[i].reason = str_of(f->reason.text[i % f->reason.n]);
        if (group[i].leads > 0)
            figures_state(f->b, &group[i]);
    }
    mem_free(group);
}

void figures_records_end(struct figures_records *f, uint64_t leads)
{
    for (size_t i = 0; i < f->opens; i++)
        if (f->open[i].used)
            hand_over(f, &f->open[i]);
    for (size_t i = 0; i < f->callers; i++)
        if (f->caller[i].used)
            figures_caller(f->b, &f->caller[i].c);
    end_agents(f);
    tell_refused(f);
    tell_states(f);
    const struct reader_state_count rest = {
        .state = LEAD_NEW,
        .reason = str_of(""),
        .leads = leads > f->leads ? leads - f->leads : 0};
    if (rest.leads > 0)
        figures_state(f->b, &rest);
}
