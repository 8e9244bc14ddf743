/* People who call us. */
#include <stdio.h>

#include "sim/sim_carrier_call.h"

enum { ID_MAX = 64, ANSWER_US = 20000 };

static int64_t now_of(const struct sim_call *k)
{
    return k->carrier->o.clock->now_us;
}

static void begin(struct sim_call *k, const struct sim_carrier_caller *who)
{
    k->state = SIM_CALL_ALERTING;
    k->placed_us = now_of(k);
    k->told_placed = true; /* there is no INVITE of ours */
    k->beep_due = k->speaking = k->answering = k->detect = k->detected = false;
    k->delayed = k->withdrawn = false;
    k->doomed = 0;
    k->ear = (struct person_ear){0};
    k->partner = NULL;
    k->answered_us = k->joined_us = k->since_us = k->talked_us = 0;
    k->who = (struct person_live){.kind = PERSON_ANSWERS, .sip_code = 200};
    k->talk = (struct person_talk){.talk_us = who->talk_us,
                                   .wrap_us = who->wrap_us,
                                   .key = who->key,
                                   .key_us = who->key_us};
    k->talk_drawn = true;
    k->patience_us = who->patience_us;
    sim_carrier_call_timers(k);
    sim_carrier_call_set_in(k, &k->leave, k->patience_us);
}

bool sim_carrier_call_in(struct sim_carrier *c,
                         const struct sim_carrier_caller *who)
{
    struct attempt_id adopt = {0};
    char id[ID_MAX];
    tm_assert(c->o.live != NULL && who->to != 0 && who->patience_us > 0);
    c->counts.callers++;
    if (c->down || c->on_trunk >= c->o.calls_max) {
        c->counts.unheard++;
        return false;
    }
    (void)snprintf(id, sizeof(id), "sim-in-%llu@telemark",
                   (unsigned long long)c->counts.callers);
    struct carrier_event ev = {.kind = CARRIER_INCOMING,
                               .at_us = c->o.clock->now_us,
                               .text = str_of(id),
                               .from = who->from,
                               .to = who->to,
                               .trunk = c->o.trunk,
                               .adopt = &adopt};
    c->event(c->event_arg, &ev);
    if (adopt.v == 0) {
        c->counts.unheard++;
        return false;
    }
    begin(sim_carrier_take(c, SIM_CALL_CALLER, adopt, who->from), who);
    return true;
}

int sim_carrier_in_answer(struct sim_call *k)
{
    if (k->kind != SIM_CALL_CALLER || k->state != SIM_CALL_ALERTING ||
        k->answering)
        return TM_ESTATE;
    k->answering = true;
    sim_carrier_call_set_in(k, &k->step, ANSWER_US);
    return TM_OK;
}

void sim_carrier_in_step(struct sim_call *k)
{
    char dialog[ID_MAX];
    tm_assert(k->answering && k->state == SIM_CALL_ALERTING);
    k->state = SIM_CALL_UP;
    k->answered_us = now_of(k);
    if (k->talk.key != 0) {
        k->reaction = (struct person_reaction){.act = PERSON_PRESSES,
                                               .digit = k->talk.key};
        sim_carrier_call_set_in(k, &k->act, k->talk.key_us);
    }
    (void)snprintf(dialog, sizeof(dialog), "sim %lld %llu",
                   (long long)k->attempt.v, (unsigned long long)k->e164);
    sim_carrier_call_tell(k, (struct carrier_event){.kind = CARRIER_ANSWERED,
                                                    .code = 200,
                                                    .text = str_of(dialog)});
}

void sim_carrier_in_waits(struct sim_call *k)
{
    sim_carrier_call_set_in(k, &k->leave, k->patience_us);
}
