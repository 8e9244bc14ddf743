#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "core/campaign/campaign_crew.h"
#include "core/campaign/duty.h"
#include "core/campaign/lead_case.h"
#include "core/rules/rule_book.h"

enum { RULES_TEXT_MAX = 1500, DUTY_TEXT_MAX = 480, OF_CALL_MAX = 160 };

/* What the rules say about one telephone of a lead. */
struct answer_of_rules {
    enum verdict_kind kind;
    enum dial_mode mode; /* that was asked for */
    int64_t not_before_us;
    uint64_t e164;
    struct slice rules; /* of the step's text */
    const char *reason; /* id of the rule that decided */
    struct slice remedy;
    struct duty_recording recording;
    bool too_many_lost; /* a ceiling of abandoned calls says no */
    bool one_each;      /* asked for as progressive: only for an agent who is
                           free now */
    bool last_day_over; /* of the campaign, where the person is */
};

/* Rules, lists and data an attempt was decided with. */
void campaign_dial_versions(struct campaign *c)
{
    struct buf b = {
        .p = c->versions, .cap = VERSIONS_MAX, .max = VERSIONS_MAX - 1};
    buf_addf(&b, "rules=%s; zones=%s; numbers=%s, %s; plan=%s; lists=",
             rule_book_packs(c->env.book), c->env.zones->version,
             number_metadata_version(), number_zone_version(),
             c->env.plan->hash);
    const struct dnc_lists *l = c->env.lists;
    for (size_t i = 0; l != NULL && i < l->n; i++) {
        char date[11];
        civil_format_date(civil_of_us(l->set[i].obtained_us).date, date);
        buf_addf(&b, "%s%s %s #%llu", i > 0 ? ", " : "", l->set[i].name, date,
                 (unsigned long long)l->set[i].generation);
    }
}

/* A promise is kept on the number it was made on. Else rotation: the telephone
 * after the one that was tried last. */
static size_t first_phone(const struct lead *l)
{
    for (size_t i = 0; l->state == LEAD_CALLBACK && i < l->phones; i++)
        if (l->phone[i].e164 == l->agreed_e164 && !l->phone[i].bad)
            return i;
    for (size_t t = l->tries; t > 0; t--) {
        const struct lead_try *last = &l->history[t - 1];
        unsigned f = outcome_flags(last->outcome);
        if ((f & (OUTCOME_F_NOT_PLACED | OUTCOME_F_NETWORK)) != 0)
            continue;
        for (size_t i = 0; i < l->phones; i++)
            if (l->phone[i].e164 == last->e164)
                return (i + 1) % l->phones;
    }
    return 0;
}

static struct slice rules_text(struct campaign *c, const struct verdict *v)
{
    struct script_text *t = &c->text;
    size_t room = t->cap - t->n;
    if (room > RULES_TEXT_MAX)
        room = RULES_TEXT_MAX;
    struct buf b = {.p = t->p + t->n, .cap = room, .max = room - 1};
    verdict_rules_text(v, &b);
    t->n += b.n;
    return buf_slice(&b);
}

/* An allow with a duty that this campaign does not carry out is no call; the
 * permit is dropped. */
static void heed_duties(struct campaign *c, struct verdict *v,
                        struct answer_of_rules *a)
{
    struct duty_gap gap;
    a->recording = duty_recording(c->env.plan, v);
    if (v->kind != VERDICT_ALLOW || !duty_gap_find(c->env.plan, v, &gap))
        return;
    /* The rule whose duty is not carried out is the one that says no. */
    for (size_t i = 0; i < v->reasons; i++)
        if (v->reason[i].rule == gap.rule)
            v->reason[i].effect = EFFECT_DENIED;
    v->kind = VERDICT_DENY;
    struct script_text *t = &c->text;
    size_t room = t->cap - t->n;
    if (room > DUTY_TEXT_MAX)
        room = DUTY_TEXT_MAX;
    struct buf b = {.p = t->p + t->n, .cap = room, .max = room - 1};
    duty_gap_text(&gap, &b);
    t->n += b.n;
    a->reason = gap.rule != NULL ? gap.rule->id : "duty_not_carried_out";
    a->remedy = buf_slice(&b);
}

/* Whether a rule about the share of abandoned calls forbids it. */
static bool too_many_lost(const struct verdict *v)
{
    for (size_t i = 0; i < v->reasons; i++) {
        const struct verdict_reason *r = &v->reason[i];
        bool forbids = r->effect == EFFECT_DENIED ||
                       r->effect == EFFECT_UNKNOWN ||
                       r->effect == EFFECT_NOT_BEFORE;
        if (forbids && strcmp(r->rule->test, "ratio") == 0)
            return true;
    }
    return false;
}

/* The campaign's last day is over at one of the places where he may be. */
static bool last_day_over(const struct campaign *c, const struct rule_case *k)
{
    struct civil_date ends = c->env.plan->ends;
    if (ends.year == 0)
        return false;
    int64_t end_us = (civil_days(ends) + (int64_t)1) * CIVIL_DAY_US;
    for (size_t i = 0; i < k->location.places; i++) {
        const struct tz *z = k->location.place[i].zone;
        if (z != NULL &&
            c->now_us + tz_offset_s(z, c->now_us) * CIVIL_SECOND_US >= end_us)
            return true;
    }
    return false;
}

/* What is asked about: a telephone of a lead, and how it would be dialled. */
struct question {
    const struct lead *lead;
    size_t phone;
    enum dial_mode mode; /* unknown: as the plan says */
};

static void ask_rules(struct campaign *c, const struct question *q,
                      struct answer_of_rules *a, struct permit *permit)
{
    const struct lead *l = q->lead;
    size_t phone = q->phone;
    struct lead_case k;
    struct verdict v;
    struct lead_case_input in = {
        .plan = c->env.plan,
        .seller = c->env.seller,
        .book = c->env.book,
        .zones = c->env.zones,
        .lists = c->env.lists,
        .suppression = c->env.suppression,
        .facts = c->env.facts,
        .now_us = c->now_us,
        .first_call_us = c->counters.first_call_us,
        .bucket = c->counters.cell,
        .buckets = c->counters.cells,
        .mode = q->mode,
    };
    lead_case_build(&k, &in, l, phone);
    struct attempt_id id = {*c->env.next_attempt};
    int rc = rules_check(c->env.book, &k.k, id, &v, permit);
    tm_assert(rc == TM_OK || v.kind == VERDICT_DENY);
    if (c->env.judged != NULL)
        c->env.judged(c->env.judged_arg, &k.k, &v);
    *a = (struct answer_of_rules){
        .e164 = l->phone[phone].e164,
        .mode = k.k.contact.dial_mode,
        .reason = "unclear_case",
    };
    const struct verdict_reason *cause = verdict_cause(&v);
    if (cause != NULL)
        a->reason = cause->rule->id;
    if (rc != TM_OK && v.remedy != NULL)
        a->remedy = str_of(v.remedy);
    heed_duties(c, &v, a);
    a->kind = v.kind;
    a->not_before_us = v.not_before_us;
    a->rules = rules_text(c, &v);
    if (c->crew == NULL)
        return;
    a->too_many_lost = too_many_lost(&v);
    a->last_day_over = last_day_over(c, &k.k);
    if (k.k.location.places > 0 && k.k.location.place[0].zone != NULL)
        c->crew->zone = k.k.location.place[0].zone;
}

/* A line for whoever is ready. When too many people were abandoned, the same
 * contact is asked for as one line for one agent. */
static void ask_pooled(struct campaign *c, struct question *q,
                       struct answer_of_rules *a, struct permit *permit)
{
    q->mode = c->crew != NULL ? campaign_pace_mode(c) : DIAL_UNKNOWN;
    size_t text = c->text.n;
    ask_rules(c, q, a, permit);
    if (q->mode != DIAL_POWER && q->mode != DIAL_PREDICTIVE) {
        /* Since an earlier decision its agent may have gone to a caller. */
        a->one_each =
            c->crew != NULL && (c->crew->over_limit || !c->crew->decided);
        return;
    }
    campaign_pace_over(c, a->too_many_lost);
    if (!a->too_many_lost)
        return;
    c->text.n = text; /* of the answer that does not count */
    q->mode = DIAL_PROGRESSIVE;
    ask_rules(c, q, a, permit);
    a->one_each = true;
}

/* Renders what a step says to this lead; false: the lead's share is used. */
static bool prepare_step(struct campaign *c, const struct slot *s,
                         const struct script_step *step, size_t *budget)
{
    for (size_t k = 0; k < step->says; k++) {
        struct slice text = step->say[k].text;
        if (step->say[k].wav || memchr(text.p, '{', text.n) == NULL)
            continue;
        if (*budget < TEXT_SAY_MAX)
            return false;
        struct script_text t = {.p = c->text.p + c->text.n,
                                .cap = TEXT_SAY_MAX};
        struct prompt *p = campaign_out_prompts(c, 1);
        *p = (struct prompt){.kind = PROMPT_TEXT,
                             .text = script_run_render(text, &s->lead, &t),
                             .voice = str_of(c->env.plan->voice)};
        c->text.n += t.n;
        *budget -= TEXT_SAY_MAX;
    }
    return true;
}

/* Prompts that name this lead are converted while the telephone rings. */
static void prepare(struct campaign *c, const struct slot *s)
{
    const struct script *script = c->env.plan->script;
    size_t budget = PREPARE_MAX * TEXT_SAY_MAX;
    if (script == NULL)
        return;
    struct prompt *first = &c->prompt[c->prompts];
    size_t before = c->prompts;
    for (size_t i = 0; i < script->steps && script->fields > 0; i++)
        if (!prepare_step(c, s, &script->step[i], &budget))
            break;
    if (c->prompts == before)
        return;
    struct campaign_action *a = campaign_out_action(c, ACTION_PREPARE, s);
    a->prompt = first;
    a->prompts = c->prompts - before;
}

static void note_try(struct campaign *c, struct slot *s)
{
    struct lead *l = &s->lead;
    if (l->tries == LEAD_HISTORY_MAX) {
        memmove(&l->history[0], &l->history[1],
                (LEAD_HISTORY_MAX - 1) * sizeof(l->history[0]));
        l->tries--;
    }
    l->history[l->tries++] = (struct lead_try){
        .attempt = s->attempt, .e164 = s->e164, .at_us = c->now_us};
    l->attempts++;
    l->state = LEAD_IN_CALL;
}

static void place(struct campaign *c, const struct slot *s,
                  const struct permit *permit)
{
    const struct plan *plan = c->env.plan;
    struct campaign_action *a = campaign_out_action(c, ACTION_PLACE, s);
    a->after_records = true;
    a->permit = *permit;
    a->spec = (struct call_spec){
        .attempt = s->attempt,
        .to = s->e164,
        .trunk = plan->trunk,
        .ring_timeout_ms = plan->ring_timeout_ms,
        .record = s->recorded,
        .detect = s->detects,
    };
    memcpy(a->spec.caller_id, plan->caller_id, sizeof(a->spec.caller_id));
    memcpy(a->spec.caller_name, plan->caller_name, sizeof(a->spec.caller_name));
}

/* What the attempt is decided with; whether it is recorded and under which
 * duty, or which one forbids it; the dial mode when it is not the plan's, as
 * last part (report/versions.h): it was judged as such. */
static struct slice versions(struct campaign *c,
                             const struct answer_of_rules *a)
{
    const struct plan *plan = c->env.plan;
    bool other = a->mode != plan->dial_mode;
    struct script_text *t = &c->text;
    size_t n = strlen(c->versions), room = t->cap - t->n;
    if ((!plan->record && !other) || room < n + OF_CALL_MAX)
        return str_of(c->versions);
    struct buf b = {.p = t->p + t->n, .cap = room, .max = n + OF_CALL_MAX - 1};
    buf_add_str(&b, c->versions);
    if (plan->record)
        buf_addf(&b, "; recorded=%s", a->recording.on ? "yes" : "no");
    if (plan->record && a->recording.word[0] != '\0')
        buf_addf(&b, " %s", a->recording.word);
    if (other)
        buf_addf(&b, "; mode=%s", vocab_dial_text(a->mode));
    t->n += b.n;
    return buf_slice(&b);
}

/* A campaign with agents may have nothing to say by itself. */
static void begin_script(struct slot *s, const struct script *script)
{
    s->run = (struct script_run){
        .script = script, .step = SCRIPT_END, .deadline_us = INT64_MAX};
    if (script != NULL && script->steps > 0)
        script_run_init(&s->run, script);
}

static void begin_line(struct campaign *c, struct slot *s)
{
    s->rang_us = 0;
    campaign_stage(c, s, s->tied ? SLOT_TIED : SLOT_LINE, LASTING_BROKEN_OFF);
}

static void start_call(struct campaign *c, struct slot *s, size_t phone,
                       const struct answer_of_rules *a,
                       const struct permit *permit)
{
    struct attempt_id id = {(*c->env.next_attempt)++};
    tm_assert(permit->attempt.v == id.v);
    tm_assert(permit->e164 == s->lead.phone[phone].e164);
    s->phone = phone;
    s->e164 = s->lead.phone[phone].e164;
    s->machine = false;
    s->callback_us = 0;
    s->recorded = a->recording.on;
    s->notice_due = s->recorded && c->env.plan->recording_notice != NULL;
    numbers_begin(c->env.numbers, s->e164, c->now_us);
    slots_call_begin(&c->slots, s, id);
    call_leg_init(&s->leg, c->now_us);
    begin_script(s, c->env.plan->script);
    if (c->crew != NULL)
        begin_line(c, s);
    note_try(c, s);
    struct record *r = campaign_out_record(c, RECORD_ATTEMPT, s);
    r->due_us = permit->expires_us;
    r->rules = a->rules;
    r->versions = versions(c, a);
    prepare(c, s);
    place(c, s, permit);
    pace_started(&c->pace, c->now_us);
    tm_assert(c->room > 0);
    c->room--;
}

static void put_off(struct campaign *c, struct slot *s,
                    const struct answer_of_rules *a)
{
    bool later = a->kind == VERDICT_NOT_BEFORE;
    /* An instant that is not ahead would be asked again for ever. */
    int64_t due_us = a->not_before_us > c->now_us ? a->not_before_us
                                                  : c->now_us + CIVIL_SECOND_US;
    struct record *r = campaign_out_record(c, RECORD_VERDICT, s);
    r->e164 = a->e164;
    r->state = (int)a->kind;
    r->due_us = later ? due_us : 0;
    r->rules = a->rules;
    r->note = a->remedy;
    if (later)
        campaign_out_lead(c, s, campaign_out_waits(s), due_us, a->reason);
    else
        campaign_out_lead(c, s, LEAD_DENIED, 0, a->reason);
}

/* Whether `a` says more for the lead than what was heard before. */
static bool better(const struct answer_of_rules *a,
                   const struct answer_of_rules *best)
{
    if (best->e164 == 0 || a->kind == VERDICT_ALLOW)
        return true;
    if (a->kind != VERDICT_NOT_BEFORE)
        return false;
    return best->kind == VERDICT_DENY || a->not_before_us < best->not_before_us;
}

/* Another lead, or another campaign, may have the same number: then it must
 * not be called while that one talks, and the history this lead came with is
 * out of date, so that caps could be passed. Such a lead goes back and is
 * fetched anew. */
static bool give_back(struct campaign *c, struct slot *s)
{
    bool in_call = false, stale = false;
    for (size_t i = 0; i < s->lead.phones; i++) {
        uint64_t e164 = s->lead.phone[i].e164;
        in_call = in_call || numbers_in_call(c->env.numbers, e164);
        stale =
            stale || numbers_called_since(c->env.numbers, e164, s->asked_us);
    }
    if (in_call)
        campaign_out_lead(c, s, campaign_out_waits(s),
                          c->now_us + CIVIL_MINUTE_US, "number_in_call");
    else if (stale)
        campaign_out_lead(c, s, campaign_out_waits(s), c->now_us,
                          "number_just_called");
    return in_call || stale;
}

/* The agent of the line: named, or the one who is ready longest. False: there
 * is none. */
static bool find_agent(struct campaign *c, struct slot *s,
                       const struct dial_want *want, struct attempt_id id)
{
    struct agent_id a = want->agent;
    if (want->take_agent) {
        struct floor_want w = {
            .campaign = c->env.id,
            .skills = c->crew->skills,
            .input = AGENT_IN_DIAL,
            .attempt = id,
            .spared = want->spared,
        };
        a = floor_take(c->env.floor, &w, c->now_us);
    } else if (a.v != 0) {
        if (!floor_move(c->env.floor, a, AGENT_IN_DIAL, c->now_us))
            return false;
        floor_set_attempt(c->env.floor, a, c->env.id, id);
    }
    s->tied = a.v != 0;
    /* Whom an agent calls he hears himself. */
    s->detects = c->env.plan->detect && want->mode == DIAL_UNKNOWN;
    if (s->tied)
        slots_give_agent(&c->slots, s, a);
    return s->tied || !want->take_agent;
}

/* An agent with a telephone of his own is rung first: the person shall not
 * wait for that. */
static void ring_agent(struct campaign *c, struct slot *s)
{
    if (!s->tied)
        return;
    const struct floor_agent *f = floor_find(c->env.floor, s->agent);
    if (f == NULL || f->setup.leg != AGENT_LEG_PER_CALL)
        return;
    s->rung = c->crew->rings = true;
    campaign_out_action(c, ACTION_RING, s)->agent = s->agent;
}

/* The law allows it. */
static enum dial_answer go_ahead(struct campaign *c, struct slot *s,
                                 size_t phone, const struct answer_of_rules *a,
                                 const struct permit *permit,
                                 const struct dial_want *want)
{
    if (want->only_ask)
        return DIAL_ALLOWED;
    if (a->one_each && campaign_pace_uncovered(c) == 0)
        return DIAL_KEPT;
    if (c->crew != NULL && !find_agent(c, s, want, permit->attempt))
        return DIAL_KEPT;
    start_call(c, s, phone, a, permit);
    if (c->crew != NULL)
        ring_agent(c, s);
    return DIAL_STARTED;
}

/* Asks for each telephone of a lead in turn. */
enum dial_answer campaign_dial_lead(struct campaign *c, struct slot *s,
                                    const struct dial_want *want)
{
    struct lead *l = &s->lead;
    struct answer_of_rules best = {0};
    c->leads++;
    if (give_back(c, s))
        return DIAL_GONE;
    size_t first = first_phone(l);
    for (size_t i = 0; i < l->phones; i++) {
        struct question q = {l, (first + i) % l->phones, want->mode};
        struct answer_of_rules a;
        struct permit permit;
        if (l->phone[q.phone].bad)
            continue;
        if (want->mode == DIAL_UNKNOWN)
            ask_pooled(c, &q, &a, &permit);
        else
            ask_rules(c, &q, &a, &permit);
        if (better(&a, &best))
            best = a;
        if (a.kind == VERDICT_ALLOW && a.last_day_over) {
            campaign_out_lead(c, s, campaign_out_waits(s),
                              campaign_window_over_us(c), "campaign_ends");
            return DIAL_GONE;
        }
        if (a.kind == VERDICT_ALLOW)
            return go_ahead(c, s, q.phone, &a, &permit, want);
    }
    if (best.e164 == 0)
        campaign_out_lead(c, s, LEAD_EXHAUSTED, 0, "no_good_number");
    else
        put_off(c, s, &best);
    return DIAL_GONE;
}

struct slot *campaign_dial_next(struct campaign *c)
{
    tm_assert(c->hopper_n > 0);
    struct slot *s = &c->slots.slot[c->hopper[c->hopper_first]];
    c->hopper_first = (c->hopper_first + 1) % c->hopper_cap;
    c->hopper_n--;
    if (c->hopper_n > 0)
        slots_expect(&c->slots, c->hopper[c->hopper_first]);
    tm_assert(s->used && s->attempt.v == 0);
    return s;
}

void campaign_dial_back(struct campaign *c, struct slot *s)
{
    tm_assert(c->hopper_n < c->hopper_cap && s->attempt.v == 0);
    c->hopper_first = (c->hopper_first + c->hopper_cap - 1) % c->hopper_cap;
    c->hopper[c->hopper_first] = slots_index(&c->slots, s);
    c->hopper_n++;
}

/* Lines for calls that were promised are left to them, as far as there are
 * agents who could take them. */
static unsigned kept_lines(const struct campaign *c)
{
    unsigned promised = c->crew->promised.n, agents = c->crew->counts.agents;
    return promised < agents ? promised : agents;
}

static struct pace_input input(const struct campaign *c)
{
    struct pace_input in = {
        .now_us = c->now_us,
        .room = c->room,
        .calls = campaign_out_lines(c),
    };
    if (c->crew == NULL)
        return in;
    size_t free = campaign_crew_room(c);
    unsigned kept = kept_lines(c);
    in.order = c->crew->order < free ? c->crew->order : (unsigned)free;
    /* Since the decision the last agent may have gone. */
    floor_counts(c->env.floor, c->env.id, &c->crew->counts);
    if (c->crew->counts.agents == 0)
        in.order = 0;
    in.room -= kept < in.room ? kept : in.room;
    in.calls += kept;
    return in;
}

void campaign_dial(struct campaign *c)
{
    struct dial_want anybody = {0};
    c->limit = PACE_FREE;
    if (c->state != CAMPAIGN_RUNNING || c->store_down ||
        c->now_us < c->hold_until_us || campaign_window_over(c))
        return;
    if (c->crew != NULL)
        anybody.take_agent = campaign_pace_ties(c);
    struct pace_input in = input(c);
    unsigned calls = pace_now(&c->pace, &in, &c->limit);
    while (calls > 0 && c->hopper_n > 0) {
        if (!campaign_out_more(c))
            return;
        struct slot *s = campaign_dial_next(c);
        enum dial_answer answer = campaign_dial_lead(c, s, &anybody);
        if (answer == DIAL_GONE)
            continue;
        if (answer == DIAL_KEPT) { /* every agent who is ready has a line */
            campaign_dial_back(c, s);
            c->crew->order = 0;
        } else if (c->crew != NULL) {
            c->crew->dialled++;
            c->crew->order -= c->crew->order > 0;
        }
        calls--;
        in = input(c);
        if (c->crew != NULL && in.order < calls)
            calls = in.order;
    }
    if (calls == 0) /* which limit it was that ended the round */
        pace_now(&c->pace, &in, &c->limit);
}
