#include "core/campaign/campaign_crew.h"

void campaign_call_hang_up(struct campaign *c, struct slot *s)
{
    if (!call_leg_move(&s->leg, CALL_IN_HANGUP, c->now_us))
        return;
    slots_set_deadline(&c->slots, s, INT64_MAX);
    campaign_out_action(c, ACTION_HANGUP, s)->reason = HANGUP_NORMAL;
}

_Static_assert((int)PLAY_MAX <= (int)CARRIER_PROMPTS_MAX,
               "no carrier refuses a play");

/* That a call is recorded is the first thing said and recorded (compliance
 * facts, K10), and said again when a key cut it off. */
static void play(struct campaign *c, const struct slot *s,
                 const struct script_output *o)
{
    size_t notice = s->notice_due ? 1 : 0;
    struct prompt *first = campaign_out_prompts(c, o->lines + notice);
    struct prompt *p = first + notice;
    if (s->notice_due)
        *first = (struct prompt){.kind = PROMPT_TEXT,
                                 .text = str_of(c->env.plan->recording_notice),
                                 .voice = str_of(c->env.plan->voice)};
    for (size_t i = 0; i < o->lines; i++)
        p[i] =
            (struct prompt){.kind = o->line[i].wav ? PROMPT_WAV : PROMPT_TEXT,
                            .text = o->line[i].text,
                            .voice = str_of(c->env.plan->voice)};
    struct campaign_action *a = campaign_out_action(c, ACTION_PLAY, s);
    a->prompt = first;
    a->prompts = o->lines + notice;
    a->tag = o->tag;
    /* "You will not be called again" is said when it is true, even after a
     * crash (design, section 4). */
    a->after_records = o->opt_out || o->callback;
}

/* From this step on no call to the number can begin: the verdicts ask the
 * same table, and the engine asks it again before each INVITE. */
static void opt_out(struct campaign *c, struct slot *s)
{
    campaign_out_record(c, RECORD_OPT_OUT, s);
    suppression_add(c->env.suppression, c->env.seller, s->e164, c->now_us);
}

static void apply(struct campaign *c, struct slot *s,
                  const struct script_output *o)
{
    if (o->answered) {
        struct record *r = campaign_out_record(c, RECORD_ANSWER, s);
        r->key = o->question;
        r->value = o->answer;
    }
    if (o->opt_out)
        opt_out(c, s);
    if (o->callback) {
        s->callback_us = c->now_us;
        campaign_out_record(c, RECORD_CALLBACK, s)->due_us = c->now_us;
    }
    if (o->lines > 0)
        play(c, s, o);
    slots_set_deadline(&c->slots, s, s->run.deadline_us);
    if (o->end)
        campaign_call_hang_up(c, s);
}

/* Room for one turn of a script, cut so that the others keep theirs. */
static struct script_text turn_text(const struct campaign *c)
{
    struct script_text t = {.p = c->text.p + c->text.n,
                            .cap = c->text.cap - c->text.n};
    if (t.cap > TEXT_CALL_MAX)
        t.cap = TEXT_CALL_MAX;
    return t;
}

void campaign_call_speak(struct campaign *c, struct slot *s)
{
    struct script_output o;
    struct script_text t = turn_text(c);
    bool moved = call_leg_move(&s->leg, CALL_IN_TALK, c->now_us);
    tm_assert(moved);
    script_run_start(&s->run, c->now_us, &s->lead, &t, &o);
    c->text.n += t.n;
    apply(c, s, &o);
}

static bool is_opt_out_key(const struct script *script, char digit)
{
    if (script == NULL)
        return false;
    for (size_t i = 0; i < script->keys; i++) {
        int to = script->key[i].next;
        if (script->key[i].digit == digit && to != SCRIPT_END)
            return script->step[to].action == SCRIPT_DO_OPT_OUT;
    }
    return false;
}

static void on_digit(struct campaign *c, struct slot *s, char digit)
{
    if (s->incoming) {
        campaign_inbound_digit(c, s, digit);
        return;
    }
    if (s->leg.state == CALL_CLOSING) {
        /* We are hanging up already; a request is one all the same. */
        if (is_opt_out_key(c->env.plan->script, digit) && !s->run.opted_out) {
            s->run.opted_out = true;
            opt_out(c, s);
        }
        return;
    }
    /* With agents the script is for those who found none. */
    if (s->leg.state == CALL_ANSWERED && c->crew == NULL)
        campaign_call_speak(c, s);
    if (s->leg.state != CALL_TALKING)
        return;
    struct script_output o;
    struct script_text t = turn_text(c);
    script_run_digit(&s->run, digit, c->now_us, &s->lead, &t, &o);
    c->text.n += t.n;
    apply(c, s, &o);
}

static void on_played(struct campaign *c, struct slot *s, uint32_t tag)
{
    struct script_output o;
    struct script_text t = turn_text(c);
    if (s->stage == SLOT_TALK)
        campaign_agent_hold_played(c, s, tag);
    else if (s->incoming)
        campaign_inbound_played(c, s, tag);
    if (s->incoming || s->leg.state != CALL_TALKING)
        return;
    if (tag == s->run.tag)
        s->notice_due = false;
    script_run_played(&s->run, tag, c->now_us, &s->lead, &t, &o);
    c->text.n += t.n;
    apply(c, s, &o);
}

static void on_answered(struct campaign *c, struct slot *s,
                        const struct carrier_event *ev)
{
    campaign_out_record(c, RECORD_ANSWERED, s)->dialog = ev->text;
    if (s->incoming) {
        campaign_inbound_answered(c, s);
        return;
    }
    if (c->crew != NULL) {
        campaign_bridge_answered(c, s);
        return;
    }
    if (s->leg.state == CALL_ANSWERED)
        slots_set_deadline(&c->slots, s,
                           c->now_us + c->env.plan->start_after_ms * 1000);
}

/* The beep of a voicemail box before anyone pressed a key: until then the
 * call counted as a live answer (design, section 4). */
static void on_beep(struct campaign *c, struct slot *s)
{
    if (c->crew != NULL) {
        campaign_bridge_machine(c, s);
        return;
    }
    if (s->run.keys > 0)
        return;
    s->machine = true;
    campaign_call_hang_up(c, s);
}

static void on_placed(struct campaign *c, struct slot *s, struct slice call_id)
{
    campaign_out_record(c, RECORD_PLACED, s)->note = call_id;
    campaign_counters_placed(&c->counters, c->now_us);
    if (c->crew != NULL)
        campaign_bridge_placed(c, s);
}

static void on_ringing(struct campaign *c, struct slot *s, int code)
{
    campaign_out_record(c, RECORD_RINGING, s)->code = code;
    s->rang_us = c->now_us;
}

void campaign_call_event(struct campaign *c, const struct carrier_event *ev)
{
    struct slot *s = slots_find_attempt(&c->slots, ev->attempt);
    if (s == NULL)
        return;
    enum call_state was = s->leg.state;
    bool answered = s->leg.answered_us != 0;
    if (!call_leg_move(&s->leg, call_leg_input(ev->kind), c->now_us))
        return;
    switch (ev->kind) {
    case CARRIER_PLACED: on_placed(c, s, ev->text); break;
    case CARRIER_RINGING:
        if (was != CALL_RINGING)
            on_ringing(c, s, ev->code);
        break;
    case CARRIER_ANSWERED:
        if (!answered)
            on_answered(c, s, ev);
        break;
    case CARRIER_DIALOG:
        campaign_out_record(c, RECORD_DIALOG, s)->dialog = ev->text;
        break;
    case CARRIER_DIGIT: on_digit(c, s, ev->digit); break;
    case CARRIER_PLAYED: on_played(c, s, ev->tag); break;
    case CARRIER_BEEP: on_beep(c, s); break;
    case CARRIER_PERSON:
        if (c->crew != NULL)
            campaign_bridge_verdict(c, s, ev->since_us);
        break;
    case CARRIER_MACHINE:
        if (c->crew != NULL)
            campaign_bridge_machine(c, s);
        break;
    case CARRIER_ENDED: campaign_end(c, s, ev->cause, ev->code); break;
    case CARRIER_INCOMING: break;
    }
}

static void due(struct campaign *c, struct slot *s)
{
    if (s->leg.state == CALL_ANSWERED) {
        if (c->crew != NULL)
            campaign_bridge_due(c, s);
        else
            campaign_call_speak(c, s);
        return;
    }
    tm_assert(s->leg.state == CALL_TALKING);
    struct script_output o;
    struct script_text t = turn_text(c);
    script_run_timeout(&s->run, c->now_us, &s->lead, &t, &o);
    c->text.n += t.n;
    apply(c, s, &o);
}

void campaign_call_due(struct campaign *c)
{
    for (int n = 0; n < STEP_CALLS_MAX; n++) {
        struct slot *s = slots_next_due(&c->slots);
        if (s == NULL || s->deadline_us > c->now_us)
            return;
        due(c, s);
    }
}
