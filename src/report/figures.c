#include "report/figures.h"

#include <string.h>

#include "base/map.h"
#include "core/campaign/campaign.h"
#include "core/number/number_zone.h"
#include "report/versions.h"
#include "report/why_remedy.h"

/* 16 CFR 310.4(b)(4)(i): successive periods of 30 days. */
#define PERIOD_US (30 * CIVIL_DAY_US)

struct figures_builder {
    struct figures f;
    struct figures_options o;
    struct arena arena;
    struct map tries; /* lead -> attempts placed */
    uint64_t called;  /* leads in that map */
    struct missing {  /* leads refused as something is not on file */
        const char *id;
        uint64_t leads;
    } missing[FIGURES_REASONS_MAX];
    size_t missings;
    uint8_t prev[JOURNAL_HASH_SIZE];
    struct agent_figures_builder *agents;
};

const char *figures_lead_key(enum figures_lead k)
{
    static const char *const key[FIGURES_LEAD_COUNT] = {
#define X(name, key, text) [name] = key,
        FIGURES_LEAD_TABLE(X)
#undef X
    };
    tm_assert((unsigned)k < FIGURES_LEAD_COUNT);
    return key[k];
}

const char *figures_lead_text(enum figures_lead k)
{
    static const char *const text[FIGURES_LEAD_COUNT] = {
#define X(name, key, text) [name] = text,
        FIGURES_LEAD_TABLE(X)
#undef X
    };
    tm_assert((unsigned)k < FIGURES_LEAD_COUNT);
    return text[k];
}

struct figures_builder *figures_new(const struct figures_options *o)
{
    struct figures_builder *b = mem_alloc(sizeof(*b));
    arena_init(&b->arena);
    map_init(&b->tries);
    b->agents = agent_figures_new(true, 0, 0);
    caller_figures_init(&b->f.callers);
    b->f.callers.zone = o->callers_zone;
    b->o = *o;
    b->f.campaign = b->f.seller = b->f.list = b->f.state = "";
    b->f.now_us = o->now_us;
    b->f.now_source =
        arena_strdup(&b->arena, str_of(o->now_source ? o->now_source : ""));
    b->f.zones = o->zones != NULL
                     ? arena_strdup(&b->arena, str_of(o->zones->version))
                     : "";
    b->f.journal.clock_note = "";
    return b;
}

void figures_free(struct figures_builder *b)
{
    if (b == NULL)
        return;
    map_fini(&b->tries);
    agent_figures_free(b->agents);
    caller_figures_fini(&b->f.callers);
    arena_fini(&b->arena);
    mem_free(b);
}

static const char *copy(struct figures_builder *b, struct slice s)
{
    return arena_strdup(&b->arena, s);
}

static struct figures_question *find_question(struct figures_builder *b,
                                              struct slice id)
{
    struct figures *f = &b->f;
    for (size_t i = 0; i < f->questions; i++)
        if (str_eq(id, f->question[i].id))
            return &f->question[i];
    if (f->questions == FIGURES_QUESTIONS_MAX)
        return NULL;
    struct figures_question *q = &f->question[f->questions++];
    q->id = q->text = copy(b, id);
    return q;
}

static struct figures_label *find_label(struct figures_builder *b,
                                        struct figures_question *q,
                                        struct slice label)
{
    for (size_t i = 0; i < q->labels; i++)
        if (str_eq(label, q->label[i].label))
            return &q->label[i];
    if (q->labels == FIGURES_LABELS_MAX) /* a much edited plan */
        return &q->label[FIGURES_LABELS_MAX - 1];
    bool last = q->labels == FIGURES_LABELS_MAX - 1;
    q->label[q->labels].label = last ? "others" : copy(b, label);
    return &q->label[q->labels++];
}

static void add_questions(struct figures_builder *b, const struct script *s)
{
    for (size_t i = 0; i < s->steps; i++) {
        const struct script_step *step = &s->step[i];
        if (step->question.n == 0)
            continue;
        struct figures_question *q = find_question(b, step->question);
        if (q == NULL)
            return;
        if (step->question_text.n > 0)
            q->text = copy(b, step->question_text);
        for (size_t k = 0; k < step->keys; k++)
            if (step->key[k].label.n > 0)
                (void)find_label(b, q, step->key[k].label);
    }
}

/* A file that is loaded again changes words, and no figure of before. */
static int64_t beginning(const struct reader_campaign *c)
{
    int64_t from_us = c->loaded_us;
    if (c->first_loaded_us != 0 && c->first_loaded_us < from_us)
        from_us = c->first_loaded_us;
    if (c->first_call_us != 0 && c->first_call_us < from_us)
        from_us = c->first_call_us;
    return from_us;
}

void figures_campaign(struct figures_builder *b,
                      const struct reader_campaign *c,
                      const struct script *script)
{
    struct figures *f = &b->f;
    f->campaign = copy(b, c->name);
    f->seller = copy(b, c->seller_name);
    f->list = copy(b, c->list_name);
    f->state = campaign_state_text((enum campaign_state)c->state);
    f->loaded_us = c->loaded_us;
    agent_figures_since(b->agents, beginning(c));
    f->first_call_us = c->first_call_us;
    if (script != NULL)
        add_questions(b, script);
}

void figures_dispositions(struct figures_builder *b,
                          const struct disposition *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        agent_figures_word(b->agents, list[i].word, list[i].success);
}

struct agent_figures_builder *figures_agents(struct figures_builder *b)
{
    return b->agents;
}

void figures_inbound(struct figures_builder *b, const struct plan_inbound *in)
{
    caller_figures_plan(&b->f.callers, in);
}

void figures_caller(struct figures_builder *b, const struct reader_caller *c)
{
    caller_figures_add(&b->f.callers, c);
}

void figures_caller_wrap(struct figures_builder *b,
                         const struct reader_agent_span *s)
{
    if (s->state == AGENT_WRAP && s->attempt.v != 0 && s->until_us != 0)
        caller_figures_wrap(&b->f.callers, s->attempt,
                            s->until_us - s->from_us);
}

void figures_import(struct figures_builder *b, const struct reader_import *i)
{
    struct figures *f = &b->f;
    f->files++;
    f->files_unfinished += i->finished_us == 0;
    f->rows += i->rows;
    f->imported += i->imported;
    f->duplicates += i->duplicates;
    f->rejected += i->rejected;
}

static enum figures_lead waiting_kind(const struct rule *r, struct slice reason,
                                      bool never)
{
    if (r == NULL && never && str_eq(reason, "called_us"))
        return FIGURES_CALLED_US;
    if (r == NULL && str_eq(reason, "asked_again"))
        return FIGURES_ASKED_AGAIN; /* refused before, perhaps never called */
    if (r == NULL)
        return FIGURES_RETRY;
    if (strcmp(r->test, "hours") == 0 || strcmp(r->test, "policy_hours") == 0)
        return FIGURES_OUT_OF_HOURS;
    return FIGURES_CAPPED;
}

static enum figures_lead denied_kind(const struct rule *r, struct slice reason)
{
    if (str_eq(reason, "opted_out"))
        return FIGURES_OPTED_OUT;
    if (str_eq(reason, "XX-NO-PACK")) /* stands outside all packs */
        return FIGURES_NO_LAW;
    if (r == NULL)
        return FIGURES_DENIED;
    if (strcmp(r->test, "internal") == 0)
        return FIGURES_INTERNAL;
    if (strcmp(r->test, "registry") == 0)
        return FIGURES_DO_NOT_CALL;
    if (strcmp(r->test, "consent") == 0 || strcmp(r->test, "revoked") == 0)
        return FIGURES_NO_CONSENT;
    return FIGURES_DENIED;
}

static enum figures_lead kind_of(const struct reader_state_count *s,
                                 const struct rule *r)
{
    switch (s->state) {
    case LEAD_NEW: return FIGURES_NEW;
    case LEAD_WAITING: return waiting_kind(r, s->reason, s->first_due_us == 0);
    case LEAD_IN_CALL: return FIGURES_IN_CALL;
    case LEAD_CALLBACK: return FIGURES_CALLBACK;
    case LEAD_DONE: return FIGURES_DONE;
    case LEAD_EXHAUSTED: return FIGURES_EXHAUSTED;
    case LEAD_DENIED: return denied_kind(r, s->reason);
    case LEAD_STATE_COUNT: break;
    }
    tm_unreachable("a state outside its table");
}

static void earlier(int64_t *least, int64_t us)
{
    if (us != 0 && (*least == 0 || us < *least))
        *least = us;
}

void figures_refused(struct figures_builder *b, struct slice rules,
                     uint64_t leads)
{
    while (rules.n > 0) {
        struct slice effect, word = str_cut(rules, ' ', &rules);
        struct slice id = str_cut(word, ':', &effect);
        /* The first that says no is the reason, as verdict_cause() has it. */
        if (effect.p == NULL || str_eq(effect, "denied"))
            return;
        if (!str_eq(effect, "unknown"))
            continue;
        size_t i = 0;
        while (i < b->missings && !str_eq(id, b->missing[i].id))
            i++;
        if (i == FIGURES_REASONS_MAX)
            return;
        if (i == b->missings)
            b->missing[b->missings++] = (struct missing){.id = copy(b, id)};
        b->missing[i].leads += leads;
        return;
    }
}

/* What to put on file so that this rule can be judged. */
static const char *to_file_of(struct figures_builder *b,
                              const struct figures_reason *r)
{
    struct why_rule one = {.effect = "unknown", .rule = r->rule};
    one.id = r->reason;
    const struct why_rules rules = {&one, 1};
    if (strcmp(r->citation, r->rule->citation) != 0)
        return "what a state's rule asks is not on file: 'telemark why "
               "NUMBER' names it";
    struct why_remedies help = why_remedy_record(&b->arena, &rules);
    return help.n > 0 ? help.item[0].text : "";
}

static void add_reason(struct figures_builder *b,
                       const struct reader_state_count *s,
                       struct figures_reason r)
{
    struct figures *f = &b->f;
    if (r.leads == 0)
        return;
    f->lead[r.kind].n += r.leads;
    earlier(&f->lead[r.kind].first_due_us, s->first_due_us);
    if (f->reasons == FIGURES_REASONS_MAX)
        return; /* still counted above */
    r.state = s->state;
    r.first_due_us = s->first_due_us;
    r.to_file = r.kind == FIGURES_MISSING ? to_file_of(b, &r) : "";
    f->reason[f->reasons++] = r;
}

static uint64_t missing_of(const struct figures_builder *b,
                           const struct reader_state_count *s)
{
    for (size_t i = 0; s->state == LEAD_DENIED && i < b->missings; i++)
        if (str_eq(s->reason, b->missing[i].id))
            return b->missing[i].leads < s->leads ? b->missing[i].leads
                                                  : s->leads;
    return 0;
}

void figures_state(struct figures_builder *b,
                   const struct reader_state_count *s)
{
    /* What a caller's lead waits for is told when he has hung up. */
    struct slice reason = s->state == LEAD_IN_CALL ? str_of("") : s->reason;
    struct figures_reason r = {.reason = copy(b, reason), .citation = ""};
    if (b->o.book != NULL)
        r.rule = why_rule_find(b->o.book, r.reason, NULL, 0);
    if (r.rule != NULL)
        r.citation = why_rule_citation(b->o.book, r.rule, NULL);
    uint64_t missing = r.rule != NULL ? missing_of(b, s) : 0;
    b->f.leads += s->leads;
    r.kind = kind_of(s, r.rule);
    r.leads = s->leads - missing;
    add_reason(b, s, r);
    r.kind = FIGURES_MISSING;
    r.leads = missing;
    add_reason(b, s, r);
}

static void count_try(struct figures_builder *b, struct lead_id lead)
{
    uint64_t n = 0;
    uint64_t *tries = b->f.tries;
    if (map_get(&b->tries, (uint64_t)lead.v, &n))
        tries[n < FIGURES_TRIES_MAX ? n : FIGURES_TRIES_MAX]--;
    else
        b->called++;
    n++;
    tries[n < FIGURES_TRIES_MAX ? n : FIGURES_TRIES_MAX]++;
    map_set(&b->tries, (uint64_t)lead.v, n);
}

static size_t hour_of(const struct figures_builder *b, uint64_t e164,
                      int64_t us)
{
    const char *name;
    if (b->o.zones == NULL || number_zone_candidates(e164, &name, 1) == 0)
        return FIGURES_HOUR_UNKNOWN;
    const struct tz *zone = tz_set_find(b->o.zones, name);
    if (zone == NULL)
        return FIGURES_HOUR_UNKNOWN;
    return (size_t)(tz_local(zone, us).second_of_day / 3600);
}

static size_t period_of(const struct figures *f, int64_t placed_us)
{
    int64_t n = (placed_us - f->first_call_us) / PERIOD_US;
    if (n < 0)
        n = 0;
    return n < FIGURES_PERIODS_MAX ? (size_t)n : FIGURES_PERIODS_MAX - 1;
}

static void count_period(struct figures *f, const struct reader_attempt *a)
{
    size_t i = period_of(f, a->placed_us);
    if (i >= f->periods)
        f->periods = i + 1;
    f->period[i].live += a->live;
    f->period[i].abandoned += a->abandoned;
}

static void count_placed(struct figures_builder *b,
                         const struct reader_attempt *a)
{
    struct figures *f = &b->f;
    bool answered = a->answered_us != 0;
    bool completed = a->outcome == OUTCOME_COMPLETED;
    f->placed++;
    f->ringing += a->ringing_us != 0 || answered;
    f->answered += answered;
    f->rung += a->ring_ms > 0;
    f->ring_ms += a->ring_ms;
    f->talked += a->talk_ms > 0;
    f->talk_ms += a->talk_ms;
    earlier(&f->first_call_us, a->placed_us);
    if (a->placed_us > f->last_call_us)
        f->last_call_us = a->placed_us;
    count_try(b, a->lead);
    count_period(f, a);
    struct figures_hour *h = &f->hour[hour_of(b, a->e164, a->placed_us)];
    h->placed++;
    h->answered += answered;
    h->live += a->live;
    h->completed += completed;
    h->talked += a->outcome == OUTCOME_TALKED;
}

void figures_versions(struct figures_builder *b, struct slice versions)
{
    struct figures *f = &b->f;
    versions = versions_shared(versions);
    if (versions.n == 0)
        return;
    for (size_t i = f->versions; i-- > 0;)
        if (str_eq(versions, f->version[i]))
            return;
    if (f->versions < FIGURES_VERSIONS_MAX)
        f->version[f->versions++] = copy(b, versions);
}

void figures_attempt(struct figures_builder *b, const struct reader_attempt *a)
{
    struct figures *f = &b->f;
    tm_assert((unsigned)a->outcome < OUTCOME_COUNT);
    f->recorded++;
    f->outcome[a->outcome]++;
    f->live += a->live;
    f->abandoned += a->abandoned;
    f->completed += a->outcome == OUTCOME_COMPLETED;
    if (a->placed_us != 0)
        count_placed(b, a);
    figures_versions(b, a->versions);
}

void figures_machine(struct figures_builder *b, uint64_t e164,
                     int64_t placed_us, bool live)
{
    struct figures *f = &b->f;
    struct figures_hour *h = &f->hour[hour_of(b, e164, placed_us)];
    uint64_t *hour = &h->live;
    uint64_t *period = &f->period[period_of(f, placed_us)].live;
    if (f->outcome[OUTCOME_TALKED] > 0) {
        f->outcome[OUTCOME_TALKED]--;
        f->outcome[OUTCOME_MACHINE]++;
        h->talked -= h->talked > 0;
    }
    if (!live)
        return;
    f->live -= f->live > 0;
    *hour -= *hour > 0;
    *period -= *period > 0;
}

void figures_answer(struct figures_builder *b, struct slice question,
                    struct slice answer)
{
    struct figures_question *q = find_question(b, question);
    if (q == NULL)
        return;
    find_label(b, q, answer)->n++;
    q->answers++;
}

void figures_opt_out(struct figures_builder *b)
{
    b->f.opt_outs++;
}

void figures_callback(struct figures_builder *b)
{
    b->f.callbacks++;
}

static void write_hex(const uint8_t hash[JOURNAL_HASH_SIZE],
                      char out[FIGURES_HEAD_LEN])
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < JOURNAL_HASH_SIZE; i++) {
        out[2 * i] = digit[hash[i] >> 4];
        out[2 * i + 1] = digit[hash[i] & 15];
    }
    out[FIGURES_HEAD_LEN - 1] = '\0';
}

int figures_journal_row(struct figures_builder *b,
                        const struct journal_row *row, struct err *e)
{
    struct figures_journal *j = &b->f.journal;
    struct journal_entry en;
    uint8_t want[JOURNAL_HASH_SIZE];
    journal_hash(b->prev, j->entries + 1, row->payload, want);
    bool good = row->seq == j->entries + 1 &&
                memcmp(want, row->hash, sizeof(want)) == 0;
    j->checked = true;
    if (!good && j->broken_seq == 0)
        j->broken_seq = j->entries + 1;
    j->entries++;
    memcpy(b->prev, row->hash, sizeof(b->prev));
    write_hex(row->hash, j->head);
    int rc = journal_decode(row->payload, &en, e);
    if (rc != TM_OK)
        return err_context(e, "journal entry %llu",
                           (unsigned long long)row->seq);
    if (en.record.at_us > j->last_us)
        j->last_us = en.record.at_us;
    j->restarts += en.record.kind == RECORD_RESTART;
    /* A server writes how its clock was set right after its start. */
    if (en.record.kind == RECORD_RESTART)
        j->shifted = false;
    if (en.record.kind == RECORD_CLOCK) {
        j->clock_note = copy(b, en.record.note);
        j->shifted = true;
    }
    return TM_OK;
}

void figures_journal(struct figures_builder *b, const struct journal *j)
{
    b->f.journal.entries = j->seq;
    write_hex(j->head, b->f.journal.head);
}

static bool before(const struct figures_reason *a,
                   const struct figures_reason *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind;
    if (a->leads != b->leads)
        return a->leads > b->leads;
    return strcmp(a->reason, b->reason) < 0;
}

/* In the order of the fates, the most frequent reason first. */
static void sort_reasons(struct figures *f)
{
    for (size_t i = 1; i < f->reasons; i++) {
        struct figures_reason r = f->reason[i];
        size_t at = i;
        for (; at > 0 && before(&r, &f->reason[at - 1]); at--)
            f->reason[at] = f->reason[at - 1];
        f->reason[at] = r;
    }
}

const struct figures *figures_end(struct figures_builder *b)
{
    struct figures *f = &b->f;
    sort_reasons(f);
    if (f->journal.shifted) {
        f->now_us = f->journal.last_us;
        f->now_source = FIGURES_NOW_JOURNAL;
    }
    f->agents = agent_figures_end(b->agents, f->now_us);
    f->tries[0] = f->leads > b->called ? f->leads - b->called : 0;
    uint64_t outcomes = 0, kinds = 0;
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        outcomes += f->outcome[i];
    for (size_t i = 0; i < FIGURES_LEAD_COUNT; i++)
        kinds += f->lead[i].n;
    tm_assert(outcomes == f->recorded);
    tm_assert(kinds == f->leads);
    tm_assert(f->placed <= f->recorded && f->answered <= f->ringing);
    return f;
}
