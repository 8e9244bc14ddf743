#include "core/campaign/campaign_crew.h"

/* --- what the call was -----------------------------------------------------*/

/* What an answered call was that no agent ever had. */
static enum outcome judge_unserved(struct campaign *c, struct slot *s,
                                   enum call_cause cause)
{
    if (s->machine)
        return OUTCOME_MACHINE;
    /* He hung up in the time that the law gives us: nobody was abandoned. */
    bool hung_up = cause == CAUSE_CALLEE && s->stage != SLOT_GONE;
    campaign_bridge_settle(c, s, !hung_up);
    if (s->run.opted_out)
        return OUTCOME_OPTED_OUT;
    return hung_up ? OUTCOME_HUNG_UP : OUTCOME_ABANDONED;
}

static enum outcome judge(struct campaign *c, struct slot *s,
                          enum call_cause cause, bool crossed)
{
    if (s->served)
        return s->run.opted_out ? OUTCOME_OPTED_OUT : OUTCOME_TALKED;
    if (s->leg.answered_us != 0)
        return judge_unserved(c, s, cause);
    if (!crossed)
        return campaign_end_unanswered(cause);
    /* Taken up while we withdrew: a live call that found nobody. */
    campaign_bridge_settle(c, s, true);
    (void)campaign_out_record(c, RECORD_ANSWERED, s);
    return OUTCOME_ABANDONED;
}

/* What the network or we broke off says nothing about people. */
static enum lasting_end end_of_line(enum outcome o, enum call_cause cause)
{
    bool broken =
        cause == CAUSE_US || (outcome_flags(o) & OUTCOME_F_NETWORK) != 0;
    return broken ? LASTING_BROKEN_OFF : LASTING_OTHER;
}

static bool says_machine(const struct campaign *c, const struct slot *s)
{
    return s->disposition >= 0 &&
           c->env.plan->disposition[s->disposition].action ==
               DISPOSITION_MACHINE;
}

static void write_end(struct campaign *c, struct slot *s, enum outcome o,
                      enum call_cause cause, int code)
{
    struct crew *w = c->crew;
    bool abandoned = s->settled && s->lost;
    struct record *r = campaign_end_record(c, s, o);
    r->code = code;
    r->value = str_of(call_event_cause_text(cause));
    r->live = s->settled && !says_machine(c, s);
    r->abandoned = abandoned;
    if (s->settled) {
        tm_assert(w->live_up > 0 && w->lost_up >= (uint64_t)abandoned);
        w->live_up--;
        w->lost_up -= abandoned;
    }
    s->live_us = r->live ? c->now_us : 0;
    campaign_counters_ended(&c->counters, c->now_us, r->live, abandoned);
}

/* --- the agent's part ------------------------------------------------------*/

static void lead_record(struct campaign *c, const struct slot *s,
                        const struct retry_next *next)
{
    if (s->lead.id.v == 0) /* somebody who called us */
        return;
    struct record *r = campaign_out_record(c, RECORD_LEAD, s);
    r->attempt = s->over;
    r->e164 = s->e164;
    r->state = (int)next->state;
    r->due_us = next->due_us;
    r->key = str_of(next->reason);
}

static void no_later(int64_t *due_us, int64_t us)
{
    if (us < *due_us)
        *due_us = us;
}

/* The lead is looked for when its next step comes. */
static void look_for(struct campaign *c, const struct retry_next *next)
{
    if (next->state == LEAD_WAITING)
        no_later(&c->own_due_us, next->due_us);
    else if (next->state == LEAD_CALLBACK)
        no_later(&c->crew->promised_due_us, next->due_us);
}

static struct retry_next next_unsaid(const struct campaign *c,
                                     const struct slot *s)
{
    const struct plan *plan = c->env.plan;
    bool told_off = s->told_off || s->run.opted_out;
    if (told_off || s->close == OUTCOME_CALLBACK)
        return campaign_inbound_next(
            plan, &s->lead, told_off ? OUTCOME_OPTED_OUT : OUTCOME_CALLBACK,
            c->now_us);
    if (s->incoming)
        return campaign_inbound_unsaid(plan, &s->lead, c->now_us);
    struct retry_next next =
        retry_after(&plan->retry, &s->lead, OUTCOME_TALKED, c->now_us);
    int64_t least_us = c->now_us + CIVIL_DAY_US + plan->wrap_limit_ms * 1000;
    if (next.state == LEAD_WAITING && next.due_us < least_us)
        next.due_us = least_us;
    next.reason = "no_disposition";
    return next;
}

/* Holds until the agent says more: not lost when he never does, and not at
 * once when he is slow. The campaign waits for it when he has not. */
static void lead_unsaid(struct campaign *c, struct slot *s)
{
    s->unsaid = next_unsaid(c, s);
    lead_record(c, s, &s->unsaid);
}

static struct retry_next next_number(const struct campaign *c,
                                     const struct slot *s)
{
    if (retry_tries(&s->lead) >= c->env.plan->retry.tries_max)
        return (struct retry_next){LEAD_EXHAUSTED, 0, "tries_used_up"};
    for (size_t i = 0; i < s->lead.phones; i++)
        if (!s->lead.phone[i].bad)
            return (struct retry_next){LEAD_WAITING, c->now_us, "wrong_number"};
    return (struct retry_next){LEAD_EXHAUSTED, 0, "wrong_number"};
}

/* The try counts as what it was. */
static struct retry_next next_of_machine(const struct campaign *c,
                                         struct slot *s)
{
    struct lead *l = &s->lead;
    tm_assert(l->tries > 0 && l->outcomes[OUTCOME_TALKED] > 0);
    l->outcomes[OUTCOME_TALKED]--;
    l->outcomes[OUTCOME_MACHINE]++;
    l->history[l->tries - 1].outcome = OUTCOME_MACHINE;
    return retry_after(&c->env.plan->retry, l, OUTCOME_MACHINE, c->now_us);
}

/* Who called us: his tries are not used up by that, but may have been before.
 */
static struct retry_next again(const struct campaign *c, const struct lead *l)
{
    if (retry_tries(l) >= c->env.plan->retry.tries_max)
        return (struct retry_next){LEAD_EXHAUSTED, 0, "tries_used_up"};

    const struct retry_rule *rule = &c->env.plan->retry.of[OUTCOME_TALKED];
    int64_t after_us = rule->times > 0 ? rule->delay_ms * 1000 : CIVIL_DAY_US;
    return (struct retry_next){LEAD_WAITING, c->now_us + after_us, "retry"};
}

static struct retry_next next_of(const struct campaign *c, struct slot *s,
                                 const struct disposition *d)
{
    switch (d->action) {
    case DISPOSITION_DONE:
        return (struct retry_next){LEAD_DONE, 0,
                                   d->success ? "success" : "done"};
    case DISPOSITION_RETRY:
        if (s->incoming)
            return again(c, &s->lead);
        return retry_after(&c->env.plan->retry, &s->lead, OUTCOME_TALKED,
                           c->now_us);
    case DISPOSITION_CALLBACK:
        return (struct retry_next){LEAD_CALLBACK, s->disposed_due_us,
                                   "callback"};
    case DISPOSITION_OPT_OUT:
        return (struct retry_next){LEAD_DENIED, 0, "opted_out"};
    case DISPOSITION_WRONG:
        if (s->phone < s->lead.phones)
            s->lead.phone[s->phone].bad = s->lead.phone[s->phone].wrong = true;
        return next_number(c, s);
    case DISPOSITION_MACHINE: return next_of_machine(c, s);
    case DISPOSITION_DO_COUNT: break;
    }
    tm_unreachable("a disposition outside its table");
}

static void opt_out(struct campaign *c, struct slot *s)
{
    if (s->told_off)
        return;
    s->told_off = true;
    struct record *r = campaign_out_record(c, RECORD_OPT_OUT, s);
    r->attempt = s->attempt.v != 0 ? s->attempt : s->over;
    r->e164 = s->e164;
    r->key = str_of("agent"); /* told him: no key was pressed */
    suppression_add(c->env.suppression, c->env.seller, s->e164, c->now_us);
}

/* It was taken for a live answer until the agent said so. */
static void no_person(struct campaign *c, const struct slot *s)
{
    if (s->live_us != 0)
        campaign_counters_machine(&c->counters, s->live_us);
    if (s->settled && !s->lost && !s->tied)
        predictive_was_machine(&c->crew->policy.facts);
}

/* Also for a crash: what was promised in the talk is known at once. */
static void promise(struct campaign *c, struct slot *s)
{
    if (s->callback_us != 0)
        return;
    s->callback_us = c->now_us;
    struct record *r = campaign_out_record(c, RECORD_CALLBACK, s);
    r->attempt = s->attempt.v != 0 ? s->attempt : s->over;
    r->e164 = s->e164;
    r->due_us = s->disposed_due_us;
}

/* The slot's call is over and its disposition is set. */
static void carry_out(struct campaign *c, struct slot *s)
{
    const struct disposition *d = &c->env.plan->disposition[s->disposition];
    struct record *r = campaign_out_record(c, RECORD_DISPOSITION, s);
    r->attempt = s->over;
    r->e164 = s->e164;
    r->agent = s->disposer;
    r->key = d->word;
    r->state = (int)d->action;
    r->live = d->inquiry && s->incoming;
    r->due_us = d->action == DISPOSITION_CALLBACK ? s->disposed_due_us : 0;
    if (d->action == DISPOSITION_MACHINE)
        no_person(c, s);
    struct retry_next next = {LEAD_DENIED, 0, "opted_out"};
    if (!s->told_off && !s->run.opted_out)
        next = next_of(c, s, d);
    lead_record(c, s, &next);
    look_for(c, &next);
}

/* A fetch that brought the lead meanwhile gives it back by that. */
static void keep_unsaid(struct campaign *c, const struct slot *s)
{
    if (s->claimed)
        lead_record(c, s, &s->unsaid);
    if (s->lead.id.v != 0)
        look_for(c, &s->unsaid);
}

void campaign_wrap_close(struct campaign *c, struct slot *s,
                         enum lasting_end how)
{
    struct agent_id a = s->agent;
    tm_assert(s->attempt.v == 0);
    if (s->disposition >= 0)
        carry_out(c, s);
    else
        keep_unsaid(c, s);
    if (a.v != 0)
        slots_drop_agent(&c->slots, s);
    campaign_stage(c, s, SLOT_IDLE, how);
    slots_give(&c->slots, s);
    if (a.v != 0)
        (void)floor_move(c->env.floor, a, AGENT_IN_READY, c->now_us);
}

/* --- the end ---------------------------------------------------------------*/

void campaign_wrap_talk_over(struct campaign *c, struct slot *s)
{
    if (s->stage != SLOT_TALK) /* the next agent's telephone rang still */
        campaign_crew_free(c, s, AGENT_IN_NOBODY);
    struct agent_id a = s->agent;
    if (a.v != 0) {
        if (s->rung)
            campaign_out_action(c, ACTION_DROP, s)->agent = a;
        (void)floor_move(c->env.floor, a, AGENT_IN_CALL_ENDED, c->now_us);
    }
    s->over = s->attempt;
    if (s->e164 != 0)
        numbers_end(c->env.numbers, s->e164);
    slots_call_end(&c->slots, s);
    campaign_stage(c, s, SLOT_WRAP, LASTING_GOAL);
    if (s->disposition >= 0) {
        campaign_wrap_close(c, s, LASTING_GOAL);
        return;
    }
    lead_unsaid(c, s);
    if (a.v == 0)
        campaign_wrap_close(c, s, LASTING_BROKEN_OFF);
    else if (c->env.plan->wrap_limit_ms > 0)
        floor_set_limit(c->env.floor, a,
                        c->now_us + c->env.plan->wrap_limit_ms * 1000);
}

void campaign_wrap_end(struct campaign *c, struct slot *s,
                       enum call_cause cause, int code)
{
    if (s->incoming) {
        campaign_inbound_end(c, s, cause, code);
        return;
    }
    bool crossed = s->leg.answered_us == 0 && code >= 200 && code < 300;
    enum outcome o = judge(c, s, cause, crossed);
    campaign_end_count(s, o);
    write_end(c, s, o, cause, code);
    if (s->served) { /* whatever he pressed afterwards */
        campaign_wrap_talk_over(c, s);
        return;
    }
    struct retry_next next =
        retry_after(&c->env.plan->retry, &s->lead, o, c->now_us);
    campaign_crew_free(c, s, s->served ? AGENT_IN_CALL_ENDED : AGENT_IN_NOBODY);
    campaign_stage(c, s, SLOT_GONE, end_of_line(o, cause));
    campaign_stage(c, s, SLOT_IDLE, LASTING_BROKEN_OFF);
    campaign_out_lead(c, s, next.state, next.due_us, next.reason);
}

static const struct disposition *find_word(const struct plan *p,
                                           struct slice word, int *index)
{
    for (size_t i = 0; i < p->dispositions; i++) {
        if (str_same(p->disposition[i].word, word)) {
            *index = (int)i;
            return &p->disposition[i];
        }
    }
    return NULL;
}

static void refuse_word(struct campaign *c, struct slice word)
{
    const struct plan *p = c->env.plan;
    char known[200] = "";
    struct buf b = {.p = known, .cap = sizeof(known), .max = sizeof(known) - 1};
    for (size_t i = 0; i < p->dispositions; i++)
        buf_addf(&b, "%s%.*s", i > 0 ? ", " : "", (int)p->disposition[i].word.n,
                 p->disposition[i].word.p);
    campaign_crew_refuse(c, TM_EINVAL,
                         "\"%.*s\" is no disposition of this campaign; those "
                         "are: %s",
                         (int)word.n, word.p, b.n > 0 ? known : "none");
}

/* What cannot be said of somebody who called us; NULL: it can. */
static const char *not_of_callers(const struct slot *s,
                                  const struct disposition *d)
{
    if (d->action == DISPOSITION_MACHINE)
        return "a machine does not call us; say what the call was";
    if (d->action == DISPOSITION_CALLBACK && s->lead.id.v == 0)
        return "this caller is no lead, so that nobody would call him back "
               "(his number is withheld, make_leads = no, or his lead is in "
               "use); call him back by hand";
    if (d->action == DISPOSITION_OPT_OUT && s->e164 == 0)
        return "his number is withheld: ask him for it, and put it on the list "
               "with: telemark dnc add NUMBER --seller NAME";
    return NULL;
}

void campaign_wrap_dispose(struct campaign *c, struct slot *s,
                           const struct agent_order *o)
{
    int index = -1;
    if (s->stage != SLOT_TALK && s->stage != SLOT_WRAP) {
        campaign_crew_refuse(c, TM_ESTATE,
                             "he has not talked with this person yet");
        return;
    }
    const struct disposition *d = find_word(c->env.plan, o->word, &index);
    if (d == NULL) {
        refuse_word(c, o->word);
        return;
    }
    const char *why = s->incoming ? not_of_callers(s, d) : NULL;
    if (why != NULL) {
        bool never = d->action == DISPOSITION_MACHINE;
        campaign_crew_refuse(c, never ? TM_EINVAL : TM_ESTATE, "%s", why);
        return;
    }
    if (d->action == DISPOSITION_CALLBACK && o->due_us <= c->now_us) {
        campaign_crew_refuse(c, TM_EINVAL,
                             "a call back needs an instant that is ahead; say "
                             "when it is due");
        return;
    }
    s->disposition = index;
    s->disposer = s->agent;
    s->disposed_due_us = o->due_us;
    if (d->action == DISPOSITION_OPT_OUT)
        opt_out(c, s);
    if (d->action == DISPOSITION_CALLBACK)
        promise(c, s);
    if (s->stage == SLOT_WRAP)
        campaign_wrap_close(c, s, LASTING_GOAL);
}
