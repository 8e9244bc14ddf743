#include <stdio.h>

#include "sim/sim_carrier_call.h"

enum { ID_MAX = 64 };

static int64_t now_of(const struct sim_call *k)
{
    return k->carrier->o.clock->now_us;
}

/* --- the truth ------------------------------------------------------------*/

void sim_carrier_live_news(const struct sim_call *k, enum sim_live_news what)
{
    const struct sim_carrier_live *live = k->carrier->o.live;
    if (!sim_carrier_is_person(k) || live->news == NULL)
        return;
    bool caller = k->kind == SIM_CALL_CALLER;
    struct sim_live_call c = {
        .attempt = k->attempt,
        .caller = caller,
        .from = caller ? k->e164 : 0,
        .at_us = now_of(k),
        .came_us = caller ? k->placed_us : 0,
        .key = what == SIM_LIVE_PRESSED ? k->reaction.digit : '\0',
        .machine = k->who.kind == PERSON_MACHINE,
        .wrong = k->detect && k->who.wrong,
        .answered_us = k->answered_us,
        .joined_us = k->joined_us,
        .talk_us = k->talked_us,
        .withdrawn = k->withdrawn,
        .wrap_us = k->talk.wrap_us,
        .handle_us = k->talk.talk_us,
    };
    live->news(live->arg, what, &c);
}

/* --- the network ----------------------------------------------------------*/

static int64_t ring_us(struct sim_call *k)
{
    struct rng r;
    rng_init_of(&r, 1, "staff ring", (uint64_t)k->attempt.v);
    return (int64_t)(distribution_draw(&k->carrier->o.staff_ring, &r) * 1e6);
}

void sim_carrier_live_begin(struct sim_call *k, const struct call_spec *s)
{
    const struct sim_carrier_live *live = k->carrier->o.live;
    unsigned nth = k->nth;
    double rate = 1.0;
    k->detect = s->detect;
    k->detected = k->talk_drawn = false;
    k->partner = NULL;
    k->answered_us = k->joined_us = k->since_us = k->talked_us = 0;
    k->who = (struct person_live){0};
    k->talk = (struct person_talk){0};
    if (k->kind == SIM_CALL_STAFF) {
        k->who.sip_code = 200;
        k->who.after_us = ring_us(k);
        return;
    }
    if (live->rate != NULL)
        rate = live->rate(live->arg, k->attempt, &nth);
    k->nth = nth;
    person_live_of(live->scenario, k->world, rate, k->e164, nth, &k->who);
}

/* It rings from the beginning: times of pacing count from the dial. */
static void left(struct sim_call *k)
{
    k->state = SIM_CALL_ALERTING;
    k->give_up_us = k->placed_us + k->ring_timeout_us;
    int64_t at_us = k->placed_us + k->who.after_us;
    if (!sim_carrier_call_doomed(k))
        sim_clock_set(k->carrier->o.clock, &k->step,
                      at_us < k->give_up_us ? at_us : k->give_up_us);
    sim_carrier_live_news(k, SIM_LIVE_DIALLED);
    sim_carrier_call_placed(k);
    if (k->doomed == 0 && k->state == SIM_CALL_ALERTING)
        sim_carrier_call_tell(
            k, (struct carrier_event){.kind = CARRIER_RINGING, .code = 180});
}

static void wait_for_agent(struct sim_call *k)
{
    if (k->kind == SIM_CALL_CALLER) {
        sim_carrier_in_waits(k);
        return;
    }
    const struct scenario *s = k->carrier->o.live->scenario;
    if (!k->talk_drawn)
        person_live_talk(s, k->world, &k->who, k->e164, k->nth, &k->talk);
    k->talk_drawn = true;
    sim_carrier_call_set_in(k, &k->leave,
                            (int64_t)(s->hold * 1e6) + k->talk.patience_us);
}

static void answer(struct sim_call *k)
{
    char dialog[ID_MAX];
    k->state = SIM_CALL_UP;
    k->carrier->counts.answered += k->kind == SIM_CALL_LIVE;
    (void)snprintf(dialog, sizeof(dialog), "sim %lld %llu",
                   (long long)k->attempt.v, (unsigned long long)k->e164);
    k->answered_us = now_of(k);
    if (k->kind == SIM_CALL_LIVE) {
        wait_for_agent(k);
        if (k->detect)
            sim_carrier_call_set_in(k, &k->voice, k->who.decide_us);
        sim_carrier_live_news(k, SIM_LIVE_ANSWERED);
    }
    sim_carrier_call_tell(k, (struct carrier_event){.kind = CARRIER_ANSWERED,
                                                    .code = 200,
                                                    .text = str_of(dialog)});
}

void sim_carrier_live_step(struct sim_call *k)
{
    if (k->state == SIM_CALL_LEAVING) {
        left(k);
        return;
    }
    tm_assert(k->state == SIM_CALL_ALERTING);
    if (k->doomed != 0)
        sim_carrier_call_end(k, sim_carrier_call_cause(k->doomed), k->doomed);
    else if (!k->delayed && now_of(k) >= k->give_up_us)
        sim_carrier_call_end(k, CAUSE_NO_ANSWER, 487);
    else if (k->who.sip_code != 200)
        sim_carrier_call_end(k, sim_carrier_call_cause(k->who.sip_code),
                             k->who.sip_code);
    else if (!sim_carrier_call_hindered(k))
        answer(k);
}

/* To somebody who has found no agent, with a key that opts out. */
void sim_carrier_live_hears(struct sim_call *k)
{
    if (k->partner != NULL || k->joined_us != 0 || k->talk.key == 0 ||
        sim_clock_is_set(&k->act))
        return;
    k->reaction =
        (struct person_reaction){.act = PERSON_PRESSES, .digit = k->talk.key};
    sim_carrier_call_set_in(k, &k->act, k->talk.key_us);
}

void sim_carrier_live_verdict(struct sim_call *k)
{
    if (k->kind != SIM_CALL_LIVE || !k->detect || k->detected)
        return;
    bool person = (k->who.kind == PERSON_ANSWERS) != k->who.wrong;
    k->detected = true;
    sim_carrier_call_tell(k,
                          (struct carrier_event){
                              .kind = person ? CARRIER_PERSON : CARRIER_MACHINE,
                              .since_us = k->answered_us});
}

/* --- bridges --------------------------------------------------------------*/

/* How long he still talks; a machine does so for ever. */
static void talk(struct sim_call *k)
{
    const struct sim_carrier_live *live = k->carrier->o.live;
    k->since_us = now_of(k);
    sim_clock_cancel(k->carrier->o.clock, &k->leave);
    if (k->kind == SIM_CALL_CALLER)
        sim_clock_cancel(k->carrier->o.clock, &k->act);
    if (k->joined_us == 0) {
        k->joined_us = now_of(k);
        k->talk.talk_us =
            (int64_t)((double)k->talk.talk_us * (k->who.kind == PERSON_MACHINE
                                                     ? 1.0
                                                     : live->talk_factor));
        sim_carrier_live_news(k, SIM_LIVE_JOINED);
    }
    if (k->who.kind == PERSON_MACHINE)
        return;
    int64_t left_us = k->talk.talk_us - k->talked_us;
    sim_carrier_call_set_in(k, &k->leave, left_us > 0 ? left_us : 0);
}

int sim_carrier_live_join(struct sim_call *a, struct sim_call *b)
{
    if (a->state != SIM_CALL_UP || b->state != SIM_CALL_UP ||
        a->partner != NULL || b->partner != NULL)
        return TM_ESTATE;
    a->partner = b;
    b->partner = a;
    if (sim_carrier_is_person(a))
        talk(a);
    if (sim_carrier_is_person(b))
        talk(b);
    return TM_OK;
}

static void leave_bridge(struct sim_call *k)
{
    k->partner = NULL;
    if (sim_carrier_is_person(k))
        k->talked_us += now_of(k) - k->since_us;
}

void sim_carrier_live_part(struct sim_call *k)
{
    struct sim_call *other = k->partner;
    if (other == NULL)
        return;
    leave_bridge(k);
    leave_bridge(other);
    if (sim_carrier_is_person(k) && k->state == SIM_CALL_UP)
        wait_for_agent(k);
    if (sim_carrier_is_person(other) && other->state == SIM_CALL_UP)
        wait_for_agent(other);
}

void sim_carrier_live_over(struct sim_call *k)
{
    if (k->kind == SIM_CALL_SOUNDS)
        return;
    struct sim_call *other = k->partner;
    if (other != NULL) {
        leave_bridge(k);
        leave_bridge(other);
        if (sim_carrier_is_person(other) && other->state == SIM_CALL_UP)
            wait_for_agent(other);
    }
    sim_carrier_live_news(k, SIM_LIVE_ENDED);
}
