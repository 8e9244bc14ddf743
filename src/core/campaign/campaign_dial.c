#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "core/campaign/campaign_inside.h"
#include "core/campaign/duty.h"
#include "core/campaign/lead_case.h"

enum { RULES_TEXT_MAX = 1500, DUTY_TEXT_MAX = 480, RECORDED_MAX = 120 };

/* What the rules say about one telephone of a lead. */
struct answer_of_rules {
    enum verdict_kind kind;
    int64_t not_before_us;
    uint64_t e164;
    struct slice rules; /* of the step's text */
    const char *reason; /* id of the rule that decided */
    struct slice remedy;
    struct duty_recording recording;
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

/* Rotation: the telephone after the one that was tried last. */
static size_t first_phone(const struct lead *l)
{
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

static void ask_rules(struct campaign *c, const struct lead *l, size_t phone,
                      struct answer_of_rules *a, struct permit *permit)
{
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
    };
    lead_case_build(&k, &in, l, phone);
    struct attempt_id id = {*c->env.next_attempt};
    int rc = rules_check(c->env.book, &k.k, id, &v, permit);
    tm_assert(rc == TM_OK || v.kind == VERDICT_DENY);
    if (c->env.judged != NULL)
        c->env.judged(c->env.judged_arg, &k.k, &v);
    *a = (struct answer_of_rules){
        .e164 = l->phone[phone].e164,
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
    };
    memcpy(a->spec.caller_id, plan->caller_id, sizeof(a->spec.caller_id));
    memcpy(a->spec.caller_name, plan->caller_name, sizeof(a->spec.caller_name));
}

/* What the attempt is decided with, and whether it is recorded and under
 * which duty, or which one forbids it. */
static struct slice versions(struct campaign *c,
                             const struct answer_of_rules *a)
{
    struct script_text *t = &c->text;
    size_t n = strlen(c->versions), room = t->cap - t->n;
    if (!c->env.plan->record || room < n + RECORDED_MAX)
        return str_of(c->versions);
    struct buf b = {.p = t->p + t->n, .cap = room, .max = n + RECORDED_MAX - 1};
    buf_addf(&b, "%s; recorded=%s", c->versions,
             a->recording.on ? "yes" : "no");
    if (a->recording.word[0] != '\0')
        buf_addf(&b, " %s", a->recording.word);
    t->n += b.n;
    return buf_slice(&b);
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
    script_run_init(&s->run, c->env.plan->script);
    note_try(c, s);
    struct record *r = campaign_out_record(c, RECORD_ATTEMPT, s);
    r->due_us = permit->expires_us;
    r->rules = a->rules;
    r->versions = versions(c, a);
    prepare(c, s);
    place(c, s, permit);
    pace_started(&c->pace, c->now_us);
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
        campaign_out_lead(c, s, LEAD_WAITING, due_us, a->reason);
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
        campaign_out_lead(c, s, LEAD_WAITING, c->now_us + CIVIL_MINUTE_US,
                          "number_in_call");
    else if (stale)
        campaign_out_lead(c, s, LEAD_WAITING, c->now_us, "number_just_called");
    return in_call || stale;
}

/* Asks for each telephone of a lead in turn. True: a call was started. */
static bool try_lead(struct campaign *c, struct slot *s)
{
    struct lead *l = &s->lead;
    struct answer_of_rules best = {0};
    if (give_back(c, s))
        return false;
    size_t first = first_phone(l);
    for (size_t i = 0; i < l->phones; i++) {
        size_t phone = (first + i) % l->phones;
        struct answer_of_rules a;
        struct permit permit;
        if (l->phone[phone].bad)
            continue;
        ask_rules(c, l, phone, &a, &permit);
        if (better(&a, &best))
            best = a;
        if (a.kind == VERDICT_ALLOW) {
            start_call(c, s, phone, &a, &permit);
            return true;
        }
    }
    if (best.e164 == 0)
        campaign_out_lead(c, s, LEAD_EXHAUSTED, 0, "no_good_number");
    else
        put_off(c, s, &best);
    return false;
}

static struct slot *next_lead(struct campaign *c)
{
    tm_assert(c->hopper_n > 0);
    struct slot *s = &c->slots.slot[c->hopper[c->hopper_first]];
    c->hopper_first = (c->hopper_first + 1) % c->hopper_cap;
    c->hopper_n--;
    tm_assert(s->used && s->attempt.v == 0);
    return s;
}

void campaign_dial(struct campaign *c)
{
    c->limit = PACE_FREE;
    if (c->state != CAMPAIGN_RUNNING || c->store_down ||
        c->now_us < c->hold_until_us)
        return;
    struct pace_input in = {.now_us = c->now_us,
                            .room = c->room,
                            .calls = (unsigned)c->slots.calls};
    unsigned calls = pace_now(&c->pace, &in, &c->limit);
    for (int n = 0; calls > 0 && c->hopper_n > 0; n++) {
        if (n == STEP_LEADS_MAX || !campaign_out_room(c)) {
            c->again = true;
            return;
        }
        if (!try_lead(c, next_lead(c)))
            continue;
        calls--;
        in.calls++;
        in.room--;
    }
    if (calls == 0) /* which limit it was that ended the round */
        pace_now(&c->pace, &in, &c->limit);
}
