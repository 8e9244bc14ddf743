#include "report/agent_figures.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "core/campaign/plan.h"

enum {
    LAW_WAIT_MS = 2000, /* 16 CFR 310.4(b)(4)(ii) */
    OPEN_REASON_MAX = AGENT_WORD_MAX,
};

/* A state that lasts: how long is known at the end. */
struct open_span {
    struct reader_agent_span span;
    char reason[OPEN_REASON_MAX];
    bool shift; /* of the occupancy only */
};

/* An agent's time, in all campaigns. */
struct shift {
    int64_t handling_us, available_us;
};

struct agent_figures_builder {
    struct agent_figures f;
    struct arena arena;
    struct map at; /* agent -> index + 1 */
    size_t cap;
    struct open_span *open;
    size_t opens, opens_cap;
    int64_t most_us;     /* the end of the time, INT64_MAX none */
    int64_t since_us;    /* of shifts */
    struct map shift_at; /* agent -> index + 1 */
    struct shift *shift;
    size_t shifts, shifts_cap;
};

unsigned agent_figures_occupancy_permille(const struct agent_figures_row *r)
{
    if (r->available_ms <= 0)
        return 0;
    return (unsigned)((r->handling_ms * 1000 + r->available_ms / 2) /
                      r->available_ms);
}

unsigned agent_figures_talk_permille(const struct agent_figures_row *r)
{
    int64_t talk = r->ms[AGENT_TALKING] + r->ms[AGENT_HOLDING];
    if (r->signed_in_ms <= 0)
        return 0;
    return (unsigned)((talk * 1000 + r->signed_in_ms / 2) / r->signed_in_ms);
}

struct agent_figures_builder *
agent_figures_new(bool of_campaign, int64_t from_us, int64_t until_us)
{
    struct agent_figures_builder *b = mem_alloc(sizeof(*b));
    arena_init(&b->arena);
    map_init(&b->at);
    map_init(&b->shift_at);
    b->f.of_campaign = of_campaign;
    b->f.from_us = b->since_us = from_us;
    b->f.until_us = until_us;
    b->most_us = until_us > 0 ? until_us : INT64_MAX;
    b->f.all.name = "all";
    return b;
}

void agent_figures_free(struct agent_figures_builder *b)
{
    if (b == NULL)
        return;
    map_fini(&b->at);
    map_fini(&b->shift_at);
    arena_fini(&b->arena);
    mem_free(b->f.row);
    mem_free(b->open);
    mem_free(b->shift);
    mem_free(b);
}

static struct agent_figures_row *row_of(struct agent_figures_builder *b,
                                        struct agent_id id)
{
    uint64_t at;
    tm_assert(id.v > 0);
    if (map_get(&b->at, (uint64_t)id.v, &at))
        return &b->f.row[at - 1];
    if (b->f.rows == b->cap) {
        b->cap = b->cap == 0 ? 32 : 2 * b->cap;
        b->f.row = mem_resize(b->f.row, b->cap * sizeof(*b->f.row));
    }
    struct agent_figures_row *r = &b->f.row[b->f.rows++];
    memset(r, 0, sizeof(*r));
    r->id = id;
    map_set(&b->at, (uint64_t)id.v, b->f.rows);
    return r;
}

void agent_figures_name(struct agent_figures_builder *b, struct agent_id id,
                        struct slice name)
{
    row_of(b, id)->name = arena_strdup(&b->arena, name);
}

static struct agent_figures_word *word_of(struct agent_figures_builder *b,
                                          struct slice word)
{
    struct agent_figures *f = &b->f;
    for (size_t i = 0; i < f->words; i++)
        if (str_eq(word, f->word[i].word))
            return &f->word[i];
    if (f->words == AGENT_FIGURES_WORDS_MAX) /* a much edited plan */
        return &f->word[AGENT_FIGURES_WORDS_MAX - 1];
    bool last = f->words == AGENT_FIGURES_WORDS_MAX - 1;
    f->word[f->words].word = last ? "others" : arena_strdup(&b->arena, word);
    return &f->word[f->words++];
}

void agent_figures_word(struct agent_figures_builder *b, struct slice word,
                        bool success)
{
    struct agent_figures_word *w = word_of(b, word);
    w->success = w->success || success;
}

/* --- time -----------------------------------------------------------------*/

static void add_pause(struct agent_figures_builder *b,
                      struct agent_figures_row *r, struct slice reason,
                      int64_t us)
{
    size_t i = 0;
    while (i < r->pauses && !str_eq(reason, r->pause[i].reason))
        i++;
    if (i == AGENT_FIGURES_PAUSES_MAX)
        i--;
    if (i == r->pauses) {
        bool last = i == AGENT_FIGURES_PAUSES_MAX - 1;
        r->pause[r->pauses++].reason =
            last ? "others" : arena_strdup(&b->arena, reason);
    }
    r->pause[i].ms += us;
}

static void add_time(struct agent_figures_builder *b,
                     const struct reader_agent_span *s, int64_t until_us)
{
    int64_t from = s->from_us > b->f.from_us ? s->from_us : b->f.from_us;
    int64_t until = until_us < b->most_us ? until_us : b->most_us;
    if (until <= from)
        return;
    struct agent_figures_row *r = row_of(b, s->agent);
    r->ms[s->state] += until - from;
    if (s->state == AGENT_PAUSED)
        add_pause(b, r, s->reason, until - from);
}

static void keep_open(struct agent_figures_builder *b,
                      const struct reader_agent_span *s, bool shift)
{
    if (b->opens == b->opens_cap) {
        b->opens_cap = b->opens_cap == 0 ? 32 : 2 * b->opens_cap;
        b->open = mem_resize(b->open, b->opens_cap * sizeof(*b->open));
    }
    struct open_span *o = &b->open[b->opens++];
    o->span = *s;
    o->shift = shift;
    (void)str_copy(o->reason, sizeof(o->reason), s->reason);
}

void agent_figures_span(struct agent_figures_builder *b,
                        const struct reader_agent_span *s)
{
    tm_assert(s->state > AGENT_OFF && s->state < AGENT_STATE_COUNT);
    if (s->until_us == 0)
        keep_open(b, s, false);
    else
        add_time(b, s, s->until_us);
}

static struct shift *shift_of(struct agent_figures_builder *b,
                              struct agent_id id)
{
    uint64_t at;
    if (map_get(&b->shift_at, (uint64_t)id.v, &at))
        return &b->shift[at - 1];
    if (b->shifts == b->shifts_cap) {
        b->shifts_cap = b->shifts_cap == 0 ? 32 : 2 * b->shifts_cap;
        b->shift = mem_resize(b->shift, b->shifts_cap * sizeof(*b->shift));
    }
    b->shift[b->shifts] = (struct shift){0};
    map_set(&b->shift_at, (uint64_t)id.v, ++b->shifts);
    return &b->shift[b->shifts - 1];
}

static bool is_handling(enum agent_state s)
{
    return s == AGENT_TALKING || s == AGENT_HOLDING || s == AGENT_WRAP;
}

static bool is_available(enum agent_state s)
{
    return s != AGENT_OFF && s != AGENT_PAUSED && s != AGENT_CALLING_IN;
}

static void add_shift(struct agent_figures_builder *b,
                      const struct reader_agent_span *s, int64_t until_us)
{
    int64_t from = s->from_us > b->since_us ? s->from_us : b->since_us;
    int64_t until = until_us < b->most_us ? until_us : b->most_us;
    if (until <= from || !is_available(s->state))
        return;
    struct shift *t = shift_of(b, s->agent);
    t->available_us += until - from;
    if (is_handling(s->state))
        t->handling_us += until - from;
}

void agent_figures_since(struct agent_figures_builder *b, int64_t from_us)
{
    tm_assert(b->shifts == 0);
    b->since_us = from_us;
}

void agent_figures_shift(struct agent_figures_builder *b,
                         const struct reader_agent_span *s)
{
    tm_assert(b->f.of_campaign);
    if (s->until_us == 0)
        keep_open(b, s, true);
    else
        add_shift(b, s, s->until_us);
}

/* --- calls ----------------------------------------------------------------*/

void agent_figures_bridge(struct agent_figures_builder *b,
                          const struct reader_bridge *j)
{
    struct agent_figures *f = &b->f;
    struct agent_figures_row *r = row_of(b, j->agent);
    r->calls++;
    r->callers += j->incoming;
    if (j->incoming)
        return; /* no law sets how long a caller may wait */
    f->waits++;
    f->wait_ms += j->wait_ms;
    f->within += j->wait_ms <= LAW_WAIT_MS;
    if (j->wait_ms > f->wait_max_ms)
        f->wait_max_ms = j->wait_ms;
}

void agent_figures_no_bridge(struct agent_figures_builder *b,
                             struct agent_id agent)
{
    struct agent_figures_row *r = row_of(b, agent);
    tm_assert(r->calls > 0 && r->callers > 0);
    r->calls--;
    r->callers--;
}

void agent_figures_disposition(struct agent_figures_builder *b,
                               struct agent_id agent, struct slice word, int n)
{
    struct agent_figures_word *w = word_of(b, word);
    struct agent_figures_row *r = row_of(b, agent);
    tm_assert(n == 1 || (n == -1 && w->n > 0 && r->dispositions > 0));
    w->n += (uint64_t)(int64_t)n;
    r->dispositions += (uint64_t)(int64_t)n;
    if (w->success)
        r->successes += (uint64_t)(int64_t)n;
}

void agent_figures_call(struct agent_figures_builder *b, bool silent,
                        bool incoming)
{
    b->f.people++;
    b->f.callers += incoming;
    b->f.silent += silent;
}

/* --- the end --------------------------------------------------------------*/

static void finish_row(struct agent_figures_builder *b,
                       struct agent_figures_row *r)
{
    r->signed_in_ms = 0;
    for (size_t i = 0; i < AGENT_STATE_COUNT; i++) {
        r->ms[i] /= 1000;
        r->signed_in_ms += r->ms[i];
        if (b->f.of_campaign)
            continue;
        r->handling_ms += is_handling((enum agent_state)i) ? r->ms[i] : 0;
        r->available_ms += is_available((enum agent_state)i) ? r->ms[i] : 0;
    }
    uint64_t at;
    if (map_get(&b->shift_at, (uint64_t)r->id.v, &at)) {
        r->handling_ms = b->shift[at - 1].handling_us / 1000;
        r->available_ms = b->shift[at - 1].available_us / 1000;
    }
    /* Whoever signs in is paused for an instant before he is ready. */
    size_t kept = 0;
    for (size_t i = 0; i < r->pauses; i++) {
        r->pause[i].ms /= 1000;
        if (r->pause[i].ms > 0)
            r->pause[kept++] = r->pause[i];
    }
    r->pauses = kept;
    if (r->name == NULL) {
        struct buf name;
        buf_init(&name, AGENT_NAME_MAX);
        buf_addf(&name, "agent %lld", (long long)r->id.v);
        r->name = arena_strdup(&b->arena, buf_slice(&name));
        buf_fini(&name);
    }
}

static void add_to_all(struct agent_figures_builder *b,
                       const struct agent_figures_row *r)
{
    struct agent_figures_row *all = &b->f.all;
    all->calls += r->calls;
    all->callers += r->callers;
    all->dispositions += r->dispositions;
    all->successes += r->successes;
    all->signed_in_ms += r->signed_in_ms;
    all->handling_ms += r->handling_ms;
    all->available_ms += r->available_ms;
    for (size_t i = 0; i < AGENT_STATE_COUNT; i++)
        all->ms[i] += r->ms[i];
    for (size_t i = 0; i < r->pauses; i++)
        add_pause(b, all, str_of(r->pause[i].reason), r->pause[i].ms);
}

static bool worked(const struct agent_figures_row *r)
{
    return r->signed_in_ms > 0 || r->calls > 0 || r->dispositions > 0;
}

static int by_name(const void *a, const void *b)
{
    const struct agent_figures_row *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : (x->id.v > y->id.v) - (x->id.v < y->id.v);
}

const struct agent_figures *agent_figures_end(struct agent_figures_builder *b,
                                              int64_t now_us)
{
    struct agent_figures *f = &b->f;
    size_t kept = 0;
    for (size_t i = 0; i < b->opens; i++) {
        struct open_span *o = &b->open[i];
        o->span.reason = str_of(o->reason);
        if (o->shift)
            add_shift(b, &o->span, now_us);
        else
            add_time(b, &o->span, now_us);
    }
    b->opens = 0;
    for (size_t i = 0; i < f->rows; i++) {
        finish_row(b, &f->row[i]);
        if (!worked(&f->row[i]))
            continue;
        add_to_all(b, &f->row[i]);
        f->row[kept++] = f->row[i];
    }
    f->rows = kept;
    if (kept > 0)
        qsort(f->row, kept, sizeof(*f->row), by_name);
    return kept > 0 || f->people > 0 ? f : NULL;
}

/* --- from the store -------------------------------------------------------*/

struct plans {
    struct agent_figures_builder *b;
    struct campaign_id campaign;
};

/* A plan that a newer program cannot read costs what counts as a success. */
static int read_plan(void *arg, const struct reader_campaign *c)
{
    struct plans *p = arg;
    const struct plan *plan;
    struct arena a;
    if (p->campaign.v != 0 && p->campaign.v != c->id.v)
        return 0;
    arena_init(&a);
    if (plan_parse(&a, "plan", c->plan, &plan, NULL) == TM_OK)
        for (size_t i = 0; i < plan->dispositions; i++)
            agent_figures_word(p->b, plan->disposition[i].word,
                               plan->disposition[i].success);
    arena_fini(&a);
    return 0;
}

int agent_figures_plans(const struct reader *r, struct campaign_id c,
                        struct agent_figures_builder *b, struct err *e)
{
    const struct tenant_id any = {0};
    struct plans p = {b, c};
    int rc = r->campaigns(r->self, any, read_plan, &p, e);
    return rc < 0 ? rc : TM_OK;
}

static int read_name(void *arg, const struct reader_agent *a)
{
    agent_figures_name(arg, a->id, a->name);
    return 0;
}

static int read_span(void *arg, const struct reader_agent_span *s)
{
    agent_figures_span(arg, s);
    return 0;
}

static int read_shift(void *arg, const struct reader_agent_span *s)
{
    agent_figures_shift(arg, s);
    return 0;
}

static int read_bridge(void *arg, const struct reader_bridge *j)
{
    agent_figures_bridge(arg, j);
    return 0;
}

/* Who said so, who need not be who took the call last. */
static void said(struct agent_figures_builder *b, struct slice word,
                 struct agent_id by, struct agent_id last)
{
    if (word.n > 0)
        agent_figures_disposition(b, by.v != 0 ? by : last, word, 1);
}

static int read_attempt(void *arg, const struct reader_attempt *a)
{
    if (a->agent.v == 0)
        return 0;
    agent_figures_call(arg, a->ended_us != 0 && a->disposition.n == 0, false);
    said(arg, a->disposition, a->disposed_by, a->agent);
    return 0;
}

static int read_caller(void *arg, const struct reader_caller *c)
{
    if (c->agent.v == 0)
        return 0;
    agent_figures_call(arg, c->ended_us != 0 && c->disposition.n == 0, true);
    said(arg, c->disposition, c->disposed_by, c->agent);
    return 0;
}

int agent_figures_read(const struct reader *r, struct campaign_id c,
                       struct agent_figures_builder *b, struct err *e)
{
    const struct tenant_id any = {0};
    const struct reader_agent_time t = {
        .campaign = c, .from_us = b->f.from_us, .until_us = b->f.until_us};
    const struct reader_attempts q = {
        .campaign = c, .from_us = b->f.from_us, .until_us = b->f.until_us};
    const struct reader_agent_time always = {.from_us = b->since_us,
                                             .until_us = b->f.until_us};
    if (r->agents == NULL)
        return TM_OK;
    int rc = r->agents(r->self, any, read_name, b, e);
    if (rc >= 0)
        rc = r->agent_spans(r->self, &t, read_span, b, e);
    if (rc >= 0 && b->f.of_campaign)
        rc = r->agent_spans(r->self, &always, read_shift, b, e);
    if (rc >= 0)
        rc = r->bridges(r->self, &t, read_bridge, b, e);
    if (rc >= 0)
        rc = r->attempts(r->self, &q, read_attempt, b, e);
    if (rc >= 0 && r->callers != NULL)
        rc = r->callers(r->self, &q, read_caller, b, e);
    return rc < 0 ? rc : TM_OK;
}
