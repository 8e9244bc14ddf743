#include "sim/sim_carrier_call.h"

#include <stdio.h>

enum {
    LEAVE_MS = 5,    /* place() to the INVITE */
    RINGS_MS = 8000, /* who refuses sooner has not rung */
    HURRY_MS = 400,  /* a key that should have come in mid-prompt */
    END_MS = 20,     /* our BYE or CANCEL to its answer */
    CANCELLED = 487, /* who gives up before the answer */
    ID_MAX = 64,
};

#define MS INT64_C(1000)

static int64_t now_of(const struct sim_call *k)
{
    return k->carrier->o.clock->now_us;
}

/* "Never" is told as INT64_MAX and may not overflow. */
static void set_in(struct sim_call *k, struct sim_timer *t, int64_t ms)
{
    int64_t now_us = now_of(k);
    if (ms >= (INT64_MAX - now_us) / MS)
        sim_clock_cancel(k->carrier->o.clock, t);
    else
        sim_clock_set(k->carrier->o.clock, t, now_us + ms * MS);
}

void sim_carrier_call_set_in(struct sim_call *k, struct sim_timer *t,
                             int64_t us)
{
    sim_clock_set(k->carrier->o.clock, t, now_of(k) + us);
}

void sim_carrier_call_tell(struct sim_call *k, struct carrier_event ev)
{
    struct sim_carrier *c = k->carrier;
    ev.attempt = k->attempt;
    ev.at_us = now_of(k);
    tm_assert(c->event != NULL);
    c->event(c->event_arg, &ev);
}

void sim_carrier_call_drop(struct sim_call *k)
{
    struct sim_clock *clock = k->carrier->o.clock;
    sim_clock_cancel(clock, &k->step);
    sim_clock_cancel(clock, &k->voice);
    sim_clock_cancel(clock, &k->act);
    sim_clock_cancel(clock, &k->leave);
}

/* The first event of every call, also of one that we gave up at once. */
void sim_carrier_call_placed(struct sim_call *k)
{
    char id[ID_MAX];
    if (k->told_placed)
        return;
    k->told_placed = true;
    (void)snprintf(id, sizeof(id), "sim-%lld@telemark",
                   (long long)k->attempt.v);
    sim_carrier_call_tell(
        k, (struct carrier_event){.kind = CARRIER_PLACED, .text = str_of(id)});
}

void sim_carrier_call_end(struct sim_call *k, enum call_cause cause, int code)
{
    struct sim_carrier *c = k->carrier;
    struct carrier_event ev = {.kind = CARRIER_ENDED,
                               .attempt = k->attempt,
                               .at_us = now_of(k),
                               .cause = cause,
                               .code = code};
    tm_assert(k->state != SIM_CALL_FREE && k->told_placed);
    sim_carrier_live_over(k);
    sim_carrier_forget(c, k);
    c->event(c->event_arg, &ev);
}

enum call_cause sim_carrier_call_cause(int code)
{
    switch (code) {
    case 404: return CAUSE_DISCONNECTED;
    case 480: return CAUSE_NO_ANSWER;
    case 486: return CAUSE_BUSY;
    case 487: return CAUSE_NO_ANSWER;
    case 503: return CAUSE_CONGESTION;
    case 603: return CAUSE_REJECTED;
    case 608: return CAUSE_BLOCKED;
    default: return CAUSE_PROTOCOL;
    }
}

/* The network. */

/* Something that looks like chance and is the call's own. */
static int64_t luck(const struct sim_call *k, int64_t below)
{
    return (int64_t)(rng_mix((uint64_t)k->attempt.v) % (uint64_t)below);
}

bool sim_carrier_call_doomed(struct sim_call *k)
{
    if (k->carrier->answers != SIM_ANSWERS_STORM || luck(k, 10) > 7)
        return false;
    k->doomed = luck(k, 3) == 0 ? 480 : 503;
    set_in(k, &k->step, 50 + luck(k, 2000));
    return true;
}

bool sim_carrier_call_hindered(struct sim_call *k)
{
    if (k->carrier->answers == SIM_ANSWERS_LATE && !k->delayed) {
        k->delayed = true;
        set_in(k, &k->step, 1 + luck(k, 3000));
        return true;
    }
    if (k->carrier->answers != SIM_ANSWERS_NEVER)
        return false;
    k->doomed = 487;
    sim_clock_set(k->carrier->o.clock, &k->step, k->give_up_us);
    return true;
}

static void left(struct sim_call *k)
{
    k->state = SIM_CALL_TRYING;
    if (sim_carrier_call_doomed(k)) {
        k->state = SIM_CALL_ALERTING;
        sim_carrier_call_placed(k);
        return;
    }
    set_in(k, &k->step, k->plan.ringing_after_ms);
    sim_carrier_call_placed(k);
}

static bool rings(const struct person_call *p)
{
    if (p->fault == PERSON_FAULT_NO_RINGING)
        return false;
    if (p->sip_code == 200 || p->kind == PERSON_REJECTS || p->tone)
        return true;
    return p->answer_after_ms >= RINGS_MS;
}

/* Waits for the answer, or for our patience with the ringing. */
static void alert(struct sim_call *k)
{
    int64_t answer_us = k->placed_us + k->plan.answer_after_ms * MS;
    k->state = SIM_CALL_ALERTING;
    if (rings(&k->plan))
        k->give_up_us = now_of(k) + k->ring_timeout_us;
    sim_clock_set(k->carrier->o.clock, &k->step,
                  answer_us < k->give_up_us ? answer_us : k->give_up_us);
    if (!rings(&k->plan))
        return;
    bool sound = k->plan.early_media || k->plan.tone;
    sim_carrier_call_tell(k, (struct carrier_event){.kind = CARRIER_RINGING,
                                                    .code = sound ? 183 : 180});
}

static void answer(struct sim_call *k)
{
    char dialog[ID_MAX];
    if (k->plan.fault == PERSON_FAULT_BAD_SDP) {
        sim_carrier_call_end(k, CAUSE_MEDIA, 200);
        return;
    }
    k->state = SIM_CALL_UP;
    k->carrier->counts.answered++;
    k->beep_due = k->plan.kind == PERSON_MACHINE;
    if (k->beep_due)
        set_in(k, &k->step, k->plan.greeting_ms);
    int64_t bored = k->plan.patience_ms == INT64_MAX
                        ? INT64_MAX
                        : k->plan.patience_ms + k->plan.greeting_ms;
    set_in(k, &k->leave, bored < k->plan.stay_ms ? bored : k->plan.stay_ms);
    (void)snprintf(dialog, sizeof(dialog), "sim %lld %llu",
                   (long long)k->attempt.v, (unsigned long long)k->e164);
    sim_carrier_call_tell(k, (struct carrier_event){.kind = CARRIER_ANSWERED,
                                                    .code = 200,
                                                    .text = str_of(dialog)});
}

static void alerted(struct sim_call *k)
{
    if (k->doomed != 0)
        sim_carrier_call_end(k, sim_carrier_call_cause(k->doomed), k->doomed);
    else if (k->delayed)
        answer(k);
    else if (k->placed_us + k->plan.answer_after_ms * MS > k->give_up_us)
        sim_carrier_call_end(k, CAUSE_NO_ANSWER, 487);
    else if (k->plan.sip_code == 200 && sim_carrier_call_hindered(k))
        return;
    else if (k->plan.sip_code == 200)
        answer(k);
    else
        sim_carrier_call_end(k, sim_carrier_call_cause(k->plan.sip_code),
                             k->plan.sip_code);
}

static void step_due(void *arg)
{
    struct sim_call *k = arg;
    if (k->kind == SIM_CALL_CALLER && k->state != SIM_CALL_ENDING) {
        sim_carrier_in_step(k);
        return;
    }
    if (k->kind != SIM_CALL_SOUNDS && k->state != SIM_CALL_ENDING) {
        sim_carrier_live_step(k);
        return;
    }
    switch (k->state) {
    case SIM_CALL_LEAVING: left(k); break;
    case SIM_CALL_TRYING: alert(k); break;
    case SIM_CALL_ALERTING: alerted(k); break;
    case SIM_CALL_UP:
        tm_assert(k->beep_due);
        k->beep_due = false;
        sim_carrier_call_tell(k, (struct carrier_event){.kind = CARRIER_BEEP});
        break;
    case SIM_CALL_ENDING:
        sim_carrier_call_placed(k);
        sim_carrier_call_end(k, CAUSE_US, k->end_code);
        break;
    case SIM_CALL_FREE: tm_unreachable("a timer of no call");
    }
}

/* The person. */

static void leave_due(void *arg)
{
    struct sim_call *k = arg;
    tm_assert(k->state == SIM_CALL_UP || k->kind == SIM_CALL_CALLER);
    sim_carrier_call_end(k, CAUSE_CALLEE,
                         k->state == SIM_CALL_UP ? 0 : CANCELLED);
}

static void act_due(void *arg)
{
    struct sim_call *k = arg;
    tm_assert(k->state == SIM_CALL_UP);
    if (k->reaction.act == PERSON_LEAVES) {
        sim_carrier_call_end(k, CAUSE_CALLEE, 0);
        return;
    }
    k->carrier->counts.digits++;
    if (k->kind == SIM_CALL_CALLER)
        sim_carrier_live_news(k, SIM_LIVE_PRESSED);
    (void)person_ear_pressed(&k->ear, now_of(k)); /* before he is cut off */
    sim_carrier_call_tell(k,
                          (struct carrier_event){.kind = CARRIER_DIGIT,
                                                 .digit = k->reaction.digit});
}

/* As the town's people: decides once about a prompt, when it starts (barging
 * in) or when it is over; who is still about to act lets it pass. */
static void decide(struct sim_call *k, unsigned prompt, bool over)
{
    struct person_reaction r;
    if (k->plan.fault == PERSON_FAULT_NO_MEDIA || prompt < k->decided ||
        sim_clock_is_set(&k->act))
        return;
    person_react(k->world, k->e164, k->nth, prompt, &r);
    if (!over && !r.barge_in)
        return;
    k->decided = prompt + 1;
    if (r.act == PERSON_WAITS)
        return;
    k->reaction = r;
    set_in(k, &k->act, r.barge_in && over ? HURRY_MS : r.after_ms);
}

/* It has been silent for long: somebody else than a machine gets bored, and
 * the prompt is over. */
static void quiet(struct sim_call *k)
{
    if (k->plan.stay_ms == INT64_MAX)
        set_in(k, &k->leave, k->plan.patience_ms);
    if (person_ear_silence(&k->ear, now_of(k)) == PERSON_EAR_OVER)
        decide(k, k->ear.prompt - 1, true);
}

static void voice_due(void *arg)
{
    struct sim_call *k = arg;
    tm_assert(k->state == SIM_CALL_UP);
    if (!k->speaking && k->kind != SIM_CALL_SOUNDS) {
        sim_carrier_live_verdict(k);
        return;
    }
    if (!k->speaking) {
        quiet(k);
        return;
    }
    k->speaking = false;
    if (k->kind == SIM_CALL_SOUNDS)
        set_in(k, &k->voice, PERSON_EAR_SILENCE_MS);
    sim_carrier_call_tell(
        k, (struct carrier_event){.kind = CARRIER_PLAYED, .tag = k->tag});
}

/* Our side. */

void sim_carrier_call_timers(struct sim_call *k)
{
    sim_clock_timer(&k->step, step_due, k);
    sim_clock_timer(&k->voice, voice_due, k);
    sim_clock_timer(&k->act, act_due, k);
    sim_clock_timer(&k->leave, leave_due, k);
}

void sim_carrier_call_begin(struct sim_call *k, const struct call_spec *s)
{
    struct sim_carrier *c = k->carrier;
    int64_t leave_ms = k->kind == SIM_CALL_SOUNDS ? LEAVE_MS : 0;
    k->state = SIM_CALL_LEAVING;
    k->placed_us = now_of(k) + leave_ms * MS;
    k->ring_timeout_us = s->ring_timeout_ms * MS;
    k->give_up_us = k->placed_us + k->ring_timeout_us;
    k->told_placed = false;
    k->beep_due = k->speaking = false;
    k->ear = (struct person_ear){0};
    k->decided = 0;
    k->delayed = k->withdrawn = false;
    k->doomed = 0;
    if (k->kind == SIM_CALL_SOUNDS)
        person_call_of(k->world, k->e164, k->nth, &k->plan);
    else
        sim_carrier_live_begin(k, s);
    sim_carrier_call_timers(k);
    sim_clock_set(c->o.clock, &k->step, k->placed_us);
}

int sim_carrier_call_play(struct sim_call *k, int64_t ms, uint32_t tag)
{
    if (k->state != SIM_CALL_UP)
        return TM_ESTATE;
    if (k->kind == SIM_CALL_SOUNDS && k->plan.stay_ms == INT64_MAX)
        sim_clock_cancel(k->carrier->o.clock, &k->leave);
    k->speaking = true;
    k->tag = tag;
    set_in(k, &k->voice, ms);
    if (k->kind == SIM_CALL_LIVE)
        sim_carrier_live_hears(k);
    if (k->kind == SIM_CALL_SOUNDS &&
        person_ear_voice(&k->ear, now_of(k)) == PERSON_EAR_STARTS)
        decide(k, k->ear.prompt, false);
    return TM_OK;
}

void sim_carrier_call_silence(struct sim_call *k)
{
    if (k->state != SIM_CALL_UP || !k->speaking)
        return;
    k->speaking = false;
    if (k->kind == SIM_CALL_SOUNDS)
        set_in(k, &k->voice, PERSON_EAR_SILENCE_MS);
    else
        sim_clock_cancel(k->carrier->o.clock, &k->voice);
}

void sim_carrier_call_hangup(struct sim_call *k)
{
    if (k->state == SIM_CALL_ENDING)
        return;
    tm_assert(k->state != SIM_CALL_FREE);
    sim_carrier_call_drop(k);
    /* A CANCEL has its INVITE answered by 487, a BYE asks nothing more. */
    k->end_code = k->state == SIM_CALL_UP ? 0 : 487;
    k->state = SIM_CALL_ENDING;
    set_in(k, &k->step, END_MS);
}
