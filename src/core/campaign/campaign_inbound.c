/* Calls to us: answered, greeted, kept with words and music until an agent of
 * the campaign is free, or ended with words that say why. The law's counts of
 * live and abandoned calls never see them: nobody here was called by us. */
#include "core/campaign/campaign_crew.h"
#include "core/number/number.h"

#define PICK_UP_US  (15 * CIVIL_SECOND_US) /* his telephone rings */
#define SAID_MAX_US (2 * CIVIL_MINUTE_US)  /* the longest words */
#define MUSIC_US    (200 * 1000)           /* less is no music: silence */

int campaign_takes_caller(const struct campaign *c, uint64_t to)
{
    const struct plan_inbound *in = &c->env.plan->inbound;
    bool ours = false;
    for (size_t i = 0; i < in->numbers; i++)
        ours = ours || in->number[i] == to;
    if (c->crew == NULL || !ours)
        return TM_ENOTFOUND;
    bool open = c->state == CAMPAIGN_RUNNING || c->state == CAMPAIGN_PAUSED;
    if (!open || c->store_down)
        return TM_ESTATE;
    bool full = c->slots.incoming >= in->calls_max;
    return full || campaign_crew_room(c) == 0 ? TM_EFULL : TM_OK;
}

/* --- what he hears ---------------------------------------------------------*/

static void play(struct campaign *c, struct slot *s, const struct prompt *list,
                 size_t n, bool durable)
{
    struct prompt *p = campaign_out_prompts(c, n);
    for (size_t i = 0; i < n; i++)
        p[i] = list[i];
    s->said += s->said == UINT32_MAX ? 2 : 1;
    s->said_us = c->now_us;
    struct campaign_action *a = campaign_out_action(c, ACTION_PLAY, s);
    a->prompt = p;
    a->prompts = n;
    a->tag = s->said;
    a->after_records = durable;
}

static struct prompt words(const struct campaign *c, const char *text)
{
    return (struct prompt){.kind = PROMPT_TEXT,
                           .text = str_of(text),
                           .voice = str_of(c->env.plan->voice)};
}

static void say(struct campaign *c, struct slot *s, const char *text,
                bool durable)
{
    struct prompt p = words(c, text);
    play(c, s, &p, 1, durable);
}

void campaign_inbound_music(struct campaign *c, struct slot *s,
                            const char *file)
{
    struct prompt p = {.kind = PROMPT_WAV, .text = str_of(file)};
    play(c, s, &p, 1, false);
}

/* A broken file is over at once, and stays silence. */
bool campaign_inbound_heard(const struct campaign *c, const struct slot *s,
                            uint32_t tag)
{
    return tag == s->said && s->leg.state == CALL_ANSWERED &&
           c->now_us - s->said_us >= MUSIC_US;
}

static void music(struct campaign *c, struct slot *s)
{
    const char *file = c->env.plan->inbound.music;
    if (file != NULL)
        campaign_inbound_music(c, s, file);
}

static void set_due(struct campaign *c, struct slot *s)
{
    slots_set_deadline(&c->slots, s,
                       s->say_us < s->until_us ? s->say_us : s->until_us);
}

/* Every so often he hears words, if there are some. */
static void say_wait(struct campaign *c, struct slot *s)
{
    const struct plan_inbound *in = &c->env.plan->inbound;
    if (in->wait_say != NULL)
        say(c, s, in->wait_say, false);
    s->say_us = c->now_us + in->wait_every_ms * 1000;
}

/* He begins to wait. */
static void entertain(struct campaign *c, struct slot *s)
{
    if (s->say_us <= c->now_us)
        say_wait(c, s);
    else
        music(c, s);
    set_due(c, s);
}

/* The call ends as `o`, after words. durable: they are true only when the
 * records are written. */
static void leave_with(struct campaign *c, struct slot *s, enum outcome o,
                       const char *text)
{
    bool durable = o != OUTCOME_TURNED_AWAY;
    s->close = o;
    campaign_crew_free(c, s, AGENT_IN_NOBODY);
    campaign_stage(c, s, SLOT_GONE, LASTING_BROKEN_OFF);
    if (s->leg.state != CALL_ANSWERED || text == NULL) {
        campaign_call_hang_up(c, s);
        return;
    }
    say(c, s, text, durable);
    slots_set_deadline(&c->slots, s, c->now_us + SAID_MAX_US);
}

static void turn_away(struct campaign *c, struct slot *s)
{
    leave_with(c, s, OUTCOME_TURNED_AWAY, c->env.plan->inbound.closed_say);
}

/* --- waiting ---------------------------------------------------------------*/

static bool is_open(const struct campaign *c)
{
    return c->state == CAMPAIGN_RUNNING || c->state == CAMPAIGN_PAUSED;
}

void campaign_inbound_queue(struct campaign *c, struct slot *s)
{
    bool rang = s->stage == SLOT_RING; /* what he hears goes on */
    campaign_stage(c, s, SLOT_CALLER, LASTING_GOAL);
    if (rang)
        set_due(c, s);
    else
        entertain(c, s);
}

void campaign_inbound_anew(struct campaign *c, struct slot *s)
{
    const struct plan_inbound *in = &c->env.plan->inbound;
    bool greeted = in->greeting != NULL && !s->served;
    s->since_us = c->now_us;
    s->until_us = c->now_us + in->wait_max_ms * 1000;
    s->say_us = c->now_us;
    if (greeted || in->wait_say == NULL)
        s->say_us += in->wait_every_ms * 1000;
}

static void begin_wait(struct campaign *c, struct slot *s)
{
    struct crew *w = c->crew;
    campaign_inbound_anew(c, s);
    if (!is_open(c)) {
        turn_away(c, s);
        return;
    }
    /* Those who wait came first. */
    if (w->waiting.n + w->callers.n > 0)
        campaign_bridge_serve(c);
    if (w->waiting.n + w->callers.n > 0 || !campaign_bridge_find_agent(c, s))
        campaign_inbound_queue(c, s);
}

void campaign_inbound_next_agent(struct campaign *c, struct slot *s)
{
    if (c->now_us >= s->until_us)
        turn_away(c, s);
    else if (!campaign_bridge_find_agent(c, s))
        campaign_inbound_queue(c, s);
}

/* The next agent; this one pauses, or he would be found again and again. What
 * he asked for himself meanwhile stands. */
static void not_picked_up(struct campaign *c, struct slot *s)
{
    const struct floor_agent *f = floor_find(c->env.floor, s->agent);
    if (f != NULL && f->then == AGENT_READY) {
        floor_set_reason(c->env.floor, s->agent, str_of("missed a call"));
        (void)floor_move(c->env.floor, s->agent, AGENT_IN_PAUSE, c->now_us);
    }
    campaign_crew_free(c, s, AGENT_IN_NOBODY);
    campaign_inbound_next_agent(c, s);
}

/* His telephone was not called yet, its line is full or down: no fault of his.
 * Another agent takes the caller, when one is ready; else this one keeps him
 * as long as he may wait. */
static void not_called(struct campaign *c, struct slot *s)
{
    struct agent_id a = s->agent;
    tm_assert(s->rung);
    if (c->now_us >= s->until_us) {
        turn_away(c, s);
        return;
    }
    /* Free, he comes behind the others who are ready, and may be found again:
     * then the call to his telephone goes on. */
    slots_drop_agent(&c->slots, s);
    s->rung = false;
    (void)floor_move(c->env.floor, a, AGENT_IN_NOBODY, c->now_us);
    bool found = campaign_bridge_find_agent(c, s);
    if (!found || s->agent.v != a.v)
        campaign_out_action(c, ACTION_DROP, s)->agent = a;
    if (!found)
        campaign_inbound_queue(c, s);
    if (!found || s->agent.v != a.v)
        return;
    if (s->say_us <= c->now_us)
        say_wait(c, s);
    set_due(c, s);
    if (s->deadline_us > c->now_us + PICK_UP_US)
        slots_set_deadline(&c->slots, s, c->now_us + PICK_UP_US);
}

/* His time to pick up counts from when his telephone was called. */
static void rang(struct campaign *c, struct slot *s)
{
    const struct floor_agent *f = floor_find(c->env.floor, s->agent);
    if (f != NULL && f->called_us == 0)
        not_called(c, s);
    else if (f != NULL && f->called_us > c->now_us - PICK_UP_US)
        slots_set_deadline(&c->slots, s, f->called_us + PICK_UP_US);
    else
        not_picked_up(c, s);
}

/* The share first: it may be enough, and the other looks at all agents. */
static bool is_left_alone(struct campaign *c)
{
    struct floor_counts *n = &c->crew->counts;
    floor_counts(c->env.floor, c->env.id, n);
    return n->agents == 0 && !campaign_idle_signed_in(c);
}

static void waited(struct campaign *c, struct slot *s)
{
    bool over = c->now_us >= s->until_us;
    if (over && campaign_bridge_find_agent(c, s)) /* the last moment counts */
        return;
    if (over || is_left_alone(c)) { /* all have gone home */
        turn_away(c, s);
        return;
    }
    say_wait(c, s);
    set_due(c, s);
}

void campaign_inbound_due(struct campaign *c, struct slot *s)
{
    if (s->stage == SLOT_CALLING) /* nobody tells that the greeting is over */
        begin_wait(c, s);
    else if (s->stage == SLOT_CALLER)
        waited(c, s);
    else if (s->stage == SLOT_RING)
        rang(c, s);
    else
        campaign_call_hang_up(c, s);
}

int64_t campaign_inbound_pick_up_us(const struct campaign *c)
{
    return c->now_us + PICK_UP_US;
}

/* Nobody is taken any more: those who wait are told. */
void campaign_inbound_step(struct campaign *c)
{
    struct slot *s;
    if (is_open(c))
        return;
    for (int n = 0; n < SERVE_MAX; n++) {
        s = slots_queue_first(&c->slots, &c->crew->callers);
        if (s == NULL)
            return;
        turn_away(c, s);
    }
    c->again = c->again || c->crew->callers.n > 0;
}

/* --- the call --------------------------------------------------------------*/

void campaign_inbound_answered(struct campaign *c, struct slot *s)
{
    const struct plan_inbound *in = &c->env.plan->inbound;
    struct prompt p[2];
    size_t n = 0;
    if (s->leg.state != CALL_ANSWERED || s->stage != SLOT_CALLING)
        return;
    if (s->close != OUTCOME_NONE) {
        turn_away(c, s);
        return;
    }
    if (s->recorded)
        p[n++] = words(c, in->recording_notice);
    if (in->greeting != NULL)
        p[n++] = words(c, in->greeting);
    if (n == 0) {
        begin_wait(c, s);
        return;
    }
    play(c, s, p, n, false);
    slots_set_deadline(&c->slots, s, c->now_us + SAID_MAX_US);
}

/* What he asked for by a key cannot be done so. The greeting, and the notice of
 * a recording, are heard out first. */
static void say_unknown(struct campaign *c, struct slot *s)
{
    const char *text = c->env.plan->inbound.unknown_say;
    bool greeted = s->stage == SLOT_CALLING && !s->asked;
    s->asked = greeted;
    if (!greeted)
        say(c, s, text, false);
}

void campaign_inbound_played(struct campaign *c, struct slot *s, uint32_t tag)
{
    if (tag != s->said || s->leg.state != CALL_ANSWERED)
        return;
    if (s->stage == SLOT_CALLING && s->asked)
        say_unknown(c, s);
    else if (s->stage == SLOT_CALLING)
        begin_wait(c, s);
    else if ((s->stage == SLOT_CALLER || s->stage == SLOT_RING) &&
             campaign_inbound_heard(c, s, tag))
        music(c, s);
    else if (s->stage == SLOT_GONE)
        campaign_call_hang_up(c, s);
}

/* From this step on no call to the number can begin. */
static void opt_out(struct campaign *c, struct slot *s)
{
    s->told_off = true;
    campaign_out_record(c, RECORD_OPT_OUT, s);
    suppression_add(c->env.suppression, c->env.seller, s->e164, c->now_us);
    leave_with(c, s, OUTCOME_OPTED_OUT, c->env.plan->inbound.opt_out_say);
}

static void call_back(struct campaign *c, struct slot *s)
{
    s->callback_us = c->now_us;
    campaign_out_record(c, RECORD_CALLBACK, s)->due_us = c->now_us;
    leave_with(c, s, OUTCOME_CALLBACK, c->env.plan->inbound.callback_say);
}

void campaign_inbound_digit(struct campaign *c, struct slot *s, char digit)
{
    const struct plan_inbound *in = &c->env.plan->inbound;
    if (digit == '\0' || s->stage == SLOT_TALK)
        return;
    /* Who is withheld cannot be left alone, nor called back; and nobody calls
     * who is no lead. */
    bool known = s->e164 != 0, lead = known && s->lead.id.v != 0;
    bool answered = s->leg.state == CALL_ANSWERED;
    bool open = (s->close == OUTCOME_NONE || s->close == OUTCOME_TURNED_AWAY) &&
                answered;
    bool dead = (digit == in->opt_out_key && !known) ||
                (digit == in->callback_key && !lead);
    if (digit == in->opt_out_key && known && !s->told_off)
        opt_out(c, s);
    else if (digit == in->callback_key && lead && open)
        call_back(c, s);
    else if (dead && open && in->unknown_say != NULL)
        say_unknown(c, s);
}

/* --- the beginning ---------------------------------------------------------*/

static size_t phone_of(const struct lead *l, uint64_t e164)
{
    for (size_t i = 0; i < l->phones; i++)
        if (l->phone[i].e164 == e164)
            return i;
    return LEAD_PHONES_MAX;
}

static void take_from_hopper(struct campaign *c, const struct slot *s)
{
    int32_t index = slots_index(&c->slots, s);
    size_t cap = c->hopper_cap, at = 0;
    while (at < c->hopper_n && c->hopper[(c->hopper_first + at) % cap] != index)
        at++;
    tm_assert(at < c->hopper_n);
    for (; at + 1 < c->hopper_n; at++)
        c->hopper[(c->hopper_first + at) % cap] =
            c->hopper[(c->hopper_first + at + 1) % cap];
    c->hopper_n--;
}

/* His lead, when nobody else has it; else he is one without. NULL: there are
 * no slots left. */
static struct slot *slot_of(struct campaign *c, const struct campaign_event *ev)
{
    struct slot *s = NULL;
    if (ev->lead != NULL) {
        s = slots_find_lead(&c->slots, ev->lead->id);
        if (s == NULL && !ev->held)
            return slots_take(&c->slots, ev->lead, NULL);
    }
    if (s != NULL && s->stage == SLOT_PROMISED) {
        campaign_stage(c, s, SLOT_IDLE, LASTING_BROKEN_OFF);
        return s;
    }
    if (s != NULL && s->stage == SLOT_IDLE) {
        take_from_hopper(c, s);
        return s;
    }
    s = slots_take_nobody(&c->slots);
    if (s != NULL && ev->call->from != 0) {
        s->lead.phone[0].e164 = ev->call->from;
        s->lead.phones = 1;
    }
    return s;
}

static struct record *record(struct campaign *c, const struct slot *s,
                             const struct carrier_event *call)
{
    struct script_text *t = &c->text;
    char *number = t->p + t->n;
    tm_assert(t->cap - t->n >= NUMBER_TEXT_LEN);
    number_format(call->to, number);
    t->n += NUMBER_TEXT_LEN;
    struct record *r = campaign_out_record(c, RECORD_INCOMING, s);
    r->attempt = call->attempt;
    r->e164 = call->from;
    r->key = str_of(number);
    return r;
}

static void begin(struct campaign *c, struct slot *s,
                  const struct carrier_event *call)
{
    const struct plan *plan = c->env.plan;
    tm_assert(s->stage == SLOT_IDLE && s->agent.v == 0);
    s->incoming = true;
    s->e164 = call->from;
    s->phone = phone_of(&s->lead, call->from);
    if (s->phone < s->lead.phones) /* he is there: what is promised is kept */
        s->lead.phone[s->phone].bad = s->lead.phone[s->phone].wrong = false;
    s->recorded = plan->record && plan->inbound.recording_notice != NULL;
    s->notice_due = s->machine = false;
    s->asked = false;
    s->callback_us = 0;
    s->run = (struct script_run){.step = SCRIPT_END, .deadline_us = INT64_MAX};
    if (s->e164 != 0)
        numbers_begin(c->env.numbers, s->e164, c->now_us);
    slots_call_begin(&c->slots, s, call->attempt);
    call_leg_init_incoming(&s->leg, c->now_us);
    campaign_stage(c, s, SLOT_CALLING, LASTING_BROKEN_OFF);
    (void)record(c, s, call);
}

/* His former call is wrapped up: its lead has its next step, and the store gave
 * it to this call anew. Nobody here uses it, so it goes back as it came. */
static void give_back(struct campaign *c, const struct campaign_event *ev)
{
    const struct lead *l = ev->lead;
    if (l == NULL || ev->held)
        return;
    const struct slot *s = slots_find_lead(&c->slots, l->id);
    if (s == NULL || s->stage != SLOT_WRAP)
        return;
    struct record *r = campaign_out_record(c, RECORD_LEAD, NULL);
    r->lead = l->id;
    r->state = (int)l->state;
    r->due_us = l->due_us;
    r->key = str_of("no_disposition");
}

/* Not even a slot is left: all is said at once. */
static void refuse(struct campaign *c, const struct campaign_event *ev)
{
    struct record *r = record(c, NULL, ev->call);
    bool ours = ev->lead != NULL && !ev->held;
    struct lead_id lead = {ours ? ev->lead->id.v : 0};
    r->lead = lead;
    r = campaign_out_record(c, RECORD_ENDED, NULL);
    r->lead = lead;
    r->attempt = ev->call->attempt;
    r->e164 = ev->call->from;
    r->state = OUTCOME_TURNED_AWAY;
    r->value = str_of(call_event_cause_text(CAUSE_US));
    if (ours) {
        struct retry_next next = campaign_inbound_next(
            c->env.plan, ev->lead, OUTCOME_TURNED_AWAY, c->now_us);
        r = campaign_out_record(c, RECORD_LEAD, NULL);
        r->lead = lead;
        r->state = (int)next.state;
        r->due_us = next.due_us;
        r->key = str_of(next.reason);
    }
    struct campaign_action *a = campaign_out_action(c, ACTION_HANGUP, NULL);
    a->attempt = ev->call->attempt;
    a->reason = HANGUP_BUSY;
}

/* The share first: a campaign that calls nobody has none. */
static bool anybody_works(struct campaign *c)
{
    struct floor_counts *n = &c->crew->counts;
    floor_counts(c->env.floor, c->env.id, n);
    return n->agents > 0 || campaign_idle_anybody(c);
}

void campaign_inbound_call(struct campaign *c, const struct campaign_event *ev)
{
    tm_assert(c->crew != NULL); /* the plan has agents */
    tm_assert(ev->call->kind == CARRIER_INCOMING && ev->call->attempt.v > 0);
    int rc = campaign_takes_caller(c, ev->call->to);
    floor_called(c->env.floor, c->env.id, c->now_us);
    struct slot *s = slot_of(c, ev);
    if (s == NULL) {
        refuse(c, ev);
        return;
    }
    begin(c, s, ev->call);
    give_back(c, ev);
    bool works = anybody_works(c);
    if (rc == TM_OK && (works || c->env.plan->inbound.closed_say != NULL)) {
        struct campaign_action *a = campaign_out_action(c, ACTION_ANSWER, s);
        a->after_records = true;
        a->record = works && s->recorded;
        s->close = works ? OUTCOME_NONE : OUTCOME_TURNED_AWAY;
        return;
    }
    turn_away(c, s);
    if (rc == TM_EFULL)
        c->action[c->actions - 1].reason = HANGUP_BUSY;
}

/* --- the end ---------------------------------------------------------------*/

/* Who hung up gave up, also by a broken network of his; what failed before he
 * was answered, or at our end, turned him away. */
static enum outcome judge(const struct slot *s, enum call_cause cause)
{
    bool lost = cause == CAUSE_NETWORK && s->leg.answered_us != 0;
    if (s->served)
        return OUTCOME_TALKED;
    if (s->close != OUTCOME_NONE)
        return s->close;
    return cause == CAUSE_CALLEE || lost ? OUTCOME_GAVE_UP
                                         : OUTCOME_TURNED_AWAY;
}

void campaign_inbound_end(struct campaign *c, struct slot *s,
                          enum call_cause cause, int code)
{
    enum outcome o = judge(s, cause);
    struct record *r = campaign_end_record(c, s, o);
    r->code = code;
    r->value = str_of(call_event_cause_text(cause));
    if (s->served) {
        campaign_wrap_talk_over(c, s);
        return;
    }
    struct retry_next next =
        campaign_inbound_next(c->env.plan, &s->lead, o, c->now_us);
    campaign_crew_free(c, s, AGENT_IN_NOBODY);
    campaign_stage(c, s, SLOT_IDLE, LASTING_BROKEN_OFF);
    campaign_out_lead(c, s, next.state, next.due_us, next.reason);
}
