#include "core/campaign/campaign.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "core/campaign/campaign_crew.h"

static const char *const state_word[] = {
#define X(name, text) text,
    CAMPAIGN_STATE_TABLE(X)
#undef X
};

const char *campaign_state_text(enum campaign_state s)
{
    tm_assert((size_t)s < tm_array_len(state_word));
    return state_word[s];
}

bool campaign_state_parse(struct slice s, enum campaign_state *out)
{
    for (size_t i = 0; i < tm_array_len(state_word); i++) {
        if (str_eq(s, state_word[i])) {
            *out = (enum campaign_state)i;
            return true;
        }
    }
    return false;
}

enum { INBOUND_PROMPTS = 8, HOLD_PROMPTS = 1 };

static void fix(struct campaign *c, const char *text, bool wav)
{
    if (text != NULL)
        c->fixed[c->fixed_n++] =
            (struct prompt){.kind = wav ? PROMPT_WAV : PROMPT_TEXT,
                            .text = str_of(text),
                            .voice = str_of(c->env.plan->voice)};
}

static void fix_inbound(struct campaign *c)
{
    const struct plan_inbound *in = &c->env.plan->inbound;
    size_t before = c->fixed_n;
    if (c->env.plan->record)
        fix(c, in->recording_notice, false);
    fix(c, in->greeting, false);
    fix(c, in->wait_say, false);
    fix(c, in->music, true);
    fix(c, in->closed_say, false);
    fix(c, in->callback_say, false);
    fix(c, in->opt_out_say, false);
    fix(c, in->unknown_say, false);
    tm_assert(c->fixed_n - before <= INBOUND_PROMPTS);
}

/* Prompts that are the same for every lead. */
static void collect_fixed(struct campaign *c, struct arena *a)
{
    const struct script *s = c->env.plan->script;
    const char *notice = c->env.plan->recording_notice;
    const struct script none = {0};
    if (s == NULL) /* with agents */
        s = &none;
    c->fixed = arena_array(
        a, s->steps * SCRIPT_SAYS_MAX + 1 + INBOUND_PROMPTS + HOLD_PROMPTS,
        sizeof(*c->fixed));
    if (c->env.plan->record)
        fix(c, notice, false);
    fix_inbound(c);
    fix(c, c->env.plan->hold_music, true);
    for (size_t i = 0; i < s->steps; i++) {
        for (size_t k = 0; k < s->step[i].says; k++) {
            const struct script_say *say = &s->step[i].say[k];
            if (!say->wav && memchr(say->text.p, '{', say->text.n) != NULL)
                continue;
            c->fixed[c->fixed_n++] =
                (struct prompt){.kind = say->wav ? PROMPT_WAV : PROMPT_TEXT,
                                .text = say->text,
                                .voice = str_of(c->env.plan->voice)};
        }
    }
}

static void alloc_all(struct campaign *c, struct arena *a)
{
    const struct plan *plan = c->env.plan;
    size_t calls = plan->calls_max;
    if (plan->dial_mode != DIAL_AGENTLESS)
        calls = campaign_crew_slots(plan);
    slots_init(&c->slots, a, plan->hopper + calls);
    c->hopper_cap = plan->hopper;
    c->hopper = arena_array(a, c->hopper_cap, sizeof(*c->hopper));
    c->record = arena_array(a, STEP_RECORDS_MAX, sizeof(*c->record));
    c->action = arena_array(a, STEP_ACTIONS_MAX, sizeof(*c->action));
    c->prompt = arena_array(a, STEP_PROMPTS_MAX, sizeof(*c->prompt));
    c->text.p = arena_alloc(a, STEP_TEXT_MAX);
    c->text.cap = STEP_TEXT_MAX;
}

struct campaign *campaign_new(struct arena *a, const struct campaign_env *env,
                              enum campaign_state state,
                              const struct campaign_counters *counters)
{
    tm_assert(env->plan != NULL && env->book != NULL && env->zones != NULL);
    tm_assert(env->suppression != NULL && env->numbers != NULL);
    tm_assert(*env->next_attempt > 0);
    struct campaign *c = arena_alloc(a, sizeof(*c));
    c->magic = CAMPAIGN_MAGIC;
    c->env = *env;
    c->state = state;
    if (counters != NULL)
        campaign_counters_copy(&c->counters, counters);
    c->now_us = c->counters.as_of_us;
    c->more = true;
    c->next_due_us = INT64_MAX;
    c->own_due_us = INT64_MAX;
    c->deadline_us = state == CAMPAIGN_RUNNING ? 0 : INT64_MAX;
    alloc_all(c, a);
    collect_fixed(c, a);
    bool agentless = env->plan->dial_mode == DIAL_AGENTLESS;
    pace_init(&c->pace, agentless ? PACE_AGENTLESS : PACE_ORDERED,
              env->plan->calls_max, env->plan->calls_per_1000s);
    if (!agentless)
        campaign_crew_new(c, a);
    campaign_dial_versions(c);
    return c;
}

void campaign_set_lists(struct campaign *c, const struct dnc_lists *lists)
{
    c->env.lists = lists;
    campaign_dial_versions(c);
}

void campaign_set_facts(struct campaign *c, const struct caller_facts *facts)
{
    c->env.facts = facts;
}

static void set_state(struct campaign *c, enum campaign_state s)
{
    c->state = s;
    struct record *r = campaign_out_record(c, RECORD_CAMPAIGN, NULL);
    r->state = (int)s;
    r->note = str_of(c->env.plan->hash);
}

/* Leads that wait in the hopper go back to the store; calls keep theirs. */
static void give_back_all(struct campaign *c)
{
    while (c->hopper_n > 0) {
        size_t i = (c->hopper_first + --c->hopper_n) % c->hopper_cap;
        slots_give(&c->slots, &c->slots.slot[c->hopper[i]]);
    }
    if (c->crew != NULL)
        campaign_crew_give_back(c);
    c->discard = c->fetching;
    campaign_out_action(c, ACTION_RELEASE, NULL);
}

/* The list may have leads that no fetch has seen. */
static void look_again(struct campaign *c)
{
    c->more = true;
    c->newer = c->fetching;
    c->looked = false;
    c->fetch_after_us = 0;
}

static void start(struct campaign *c)
{
    if (c->state == CAMPAIGN_RUNNING) {
        look_again(c);
        return;
    }
    /* A pause may be long: what is known of the leads at hand may be old. */
    if (c->state == CAMPAIGN_PAUSED)
        give_back_all(c);
    set_state(c, CAMPAIGN_RUNNING);
    look_again(c);
}

static void stop(struct campaign *c)
{
    if (c->state != CAMPAIGN_RUNNING && c->state != CAMPAIGN_PAUSED)
        return;
    set_state(c, CAMPAIGN_STOPPED);
    give_back_all(c);
}

static void refresh(struct campaign *c)
{
    if (c->state != CAMPAIGN_RUNNING && c->state != CAMPAIGN_PAUSED)
        return;
    give_back_all(c);
    look_again(c);
}

/* It is due while the agent who had it wraps up: he may say more, so it waits
 * for him (campaign_wrap_close). */
static bool is_wrapped_up(struct campaign *c, const struct lead *l)
{
    struct slot *s = slots_find_lead(&c->slots, l->id);
    if (s == NULL || s->stage != SLOT_WRAP)
        return false;
    s->claimed = true;
    return true;
}

static void take_lead(struct campaign *c, const struct lead *l)
{
    /* A call back was promised by a person and is made by one. */
    bool promised = l->state == LEAD_CALLBACK;
    if ((promised && c->crew == NULL) || is_wrapped_up(c, l))
        return;
    struct slot *s =
        slots_take(&c->slots, l, c->crew == NULL ? c->env.plan->script : NULL);
    if (s == NULL)
        return;
    s->asked_us = c->asked_us;
    s->promised = promised;
    if (promised) {
        campaign_stage(c, s, SLOT_PROMISED, LASTING_BROKEN_OFF);
        return;
    }
    tm_assert(c->hopper_n < c->hopper_cap);
    c->hopper[(c->hopper_first + c->hopper_n) % c->hopper_cap] =
        slots_index(&c->slots, s);
    c->hopper_n++;
}

static void take_leads(struct campaign *c, const struct campaign_event *ev)
{
    if (!c->fetching)
        return;
    bool wanted = !c->discard &&
                  (c->state == CAMPAIGN_RUNNING || c->state == CAMPAIGN_PAUSED);
    c->fetching = false;
    c->discard = false;
    if (!wanted) {
        campaign_out_action(c, ACTION_RELEASE, NULL);
        c->more = true;
        return;
    }
    tm_assert(ev->leads <= c->asked);
    for (size_t i = 0; i < ev->leads; i++)
        take_lead(c, &ev->lead[i]);
    c->looked = c->slots.used == 0 && !c->newer;
    c->more = ev->leads == c->asked || c->newer;
    /* Leads that trickle in are fetched in small heaps, not one by one. */
    c->fetch_after_us =
        ev->leads * 2 < c->asked ? c->now_us + FETCH_PAUSE_US : c->now_us;
    c->next_due_us =
        ev->next_due_us < c->own_due_us ? ev->next_due_us : c->own_due_us;
}

static void handle(struct campaign *c, const struct campaign_event *ev)
{
    switch (ev->kind) {
    case CAMPAIGN_EV_START: start(c); break;
    case CAMPAIGN_EV_PAUSE:
        if (c->state == CAMPAIGN_RUNNING)
            set_state(c, CAMPAIGN_PAUSED);
        break;
    case CAMPAIGN_EV_STOP: stop(c); break;
    case CAMPAIGN_EV_REFRESH: refresh(c); break;
    case CAMPAIGN_EV_TICK: break;
    case CAMPAIGN_EV_LEADS: take_leads(c, ev); break;
    case CAMPAIGN_EV_CALL: campaign_call_event(c, ev->call); break;
    case CAMPAIGN_EV_REFUSED:
        campaign_end_refused(c, ev->attempt, ev->error);
        break;
    case CAMPAIGN_EV_STORE_DOWN: c->store_down = true; break;
    case CAMPAIGN_EV_STORE_UP: c->store_down = false; break;
    case CAMPAIGN_EV_FLOOR:
    case CAMPAIGN_EV_AGENT:
    case CAMPAIGN_EV_PACE:
        if (c->crew != NULL)
            campaign_agent_event(c, ev);
        break;
    case CAMPAIGN_EV_INCOMING: campaign_inbound_call(c, ev); break;
    }
}

static void prepare_fixed(struct campaign *c)
{
    if (c->prepared || c->fixed_n == 0 || c->state != CAMPAIGN_RUNNING)
        return;
    struct campaign_action *a = campaign_out_action(c, ACTION_PREPARE, NULL);
    a->prompt = c->fixed;
    a->prompts = c->fixed_n;
    c->prepared = true;
}

static size_t at_hand(const struct campaign *c)
{
    return c->hopper_n + (c->crew != NULL ? c->crew->promised.n : 0);
}

/* When the store is asked for calls that were promised, also while leads
 * enough are at hand. */
static int64_t promised_due(const struct campaign *c)
{
    const struct crew *w = c->crew;
    if (w == NULL || at_hand(c) == c->hopper_cap)
        return INT64_MAX;
    if (w->promised_due_us <= c->next_due_us)
        return w->promised_due_us;
    if (c->next_due_us == INT64_MAX)
        return INT64_MAX;
    int64_t at_us = w->promise_us + PROMISE_US;
    return c->next_due_us > at_us ? c->next_due_us : at_us;
}

static bool wants_leads(const struct campaign *c)
{
    return c->state == CAMPAIGN_RUNNING && !c->store_down && !c->fetching &&
           !campaign_window_over(c) &&
           (at_hand(c) <= c->hopper_cap / 4 || promised_due(c) <= c->now_us);
}

int64_t campaign_least_due(const struct campaign *c)
{
    int64_t due_us =
        c->own_due_us < c->next_due_us ? c->own_due_us : c->next_due_us;
    if (c->crew != NULL && c->crew->promised_due_us < due_us)
        due_us = c->crew->promised_due_us;
    return due_us;
}

/* Nothing at hand, nothing in the air, nothing that waits. */
static bool nothing_left(const struct campaign *c)
{
    return c->state == CAMPAIGN_RUNNING && !c->store_down && !c->fetching &&
           !c->more && c->slots.used == 0 && campaign_least_due(c) == INT64_MAX;
}

static void fetch(struct campaign *c)
{
    /* A last look, after the last call: leads may have been imported. */
    if (nothing_left(c) && !c->looked)
        c->more = true;
    if (!wants_leads(c) || c->now_us < c->fetch_after_us)
        return;
    if (!c->more && campaign_least_due(c) > c->now_us)
        return;
    c->fetching = true;
    c->newer = false;
    c->own_due_us = INT64_MAX;
    c->asked = c->hopper_cap - at_hand(c);
    c->asked_us = c->now_us;
    if (c->crew != NULL) {
        c->crew->promised_due_us = INT64_MAX;
        c->crew->promise_us = c->now_us;
    }
    campaign_out_action(c, ACTION_FETCH, NULL)->count = c->asked;
}

static void finish(struct campaign *c)
{
    if (c->env.plan->inbound.numbers == 0 && nothing_left(c) && c->looked)
        set_state(c, CAMPAIGN_FINISHED);
}

static void sooner(int64_t *deadline_us, int64_t us)
{
    if (us < *deadline_us)
        *deadline_us = us;
}

static int64_t dial_deadline(const struct campaign *c)
{
    if (c->now_us < c->hold_until_us)
        return c->hold_until_us;
    switch (c->limit) {
    case PACE_FREE: return c->now_us;
    case PACE_CALLS_MAX: return INT64_MAX; /* the end of a call comes */
    case PACE_ROOM: return c->now_us + ROOM_POLL_US;
    case PACE_RATE: return pace_next_us(&c->pace);
    case PACE_ORDER: return INT64_MAX; /* the next decision comes */
    case PACE_LIMIT_COUNT: break;
    }
    tm_unreachable("a limit outside its table");
}

static void set_deadline(struct campaign *c)
{
    int64_t at_us = INT64_MAX;
    const struct slot *s = slots_next_due(&c->slots);
    if (c->again)
        sooner(&at_us, c->now_us);
    if (s != NULL)
        sooner(&at_us, s->deadline_us);
    if (c->state == CAMPAIGN_RUNNING && !c->store_down && c->hopper_n > 0 &&
        !campaign_window_over(c))
        sooner(&at_us, dial_deadline(c));
    if (wants_leads(c)) {
        int64_t due_us = c->more && at_hand(c) <= c->hopper_cap / 4
                             ? c->now_us
                             : campaign_least_due(c);
        sooner(&at_us, due_us > c->fetch_after_us ? due_us : c->fetch_after_us);
    }
    if (c->crew != NULL)
        sooner(&at_us, campaign_pace_deadline(c));
    c->deadline_us = at_us;
}

static bool is_starved(const struct campaign *c)
{
    bool promised = c->crew != NULL && c->crew->promised.n > 0;
    bool wants = c->limit == PACE_ROOM && (c->hopper_n > 0 || promised);
    return c->state == CAMPAIGN_RUNNING && c->room == 0 &&
           (wants || (promised && c->crew->kept_waiting));
}

void campaign_step(struct campaign *c, const struct campaign_event *ev,
                   struct campaign_out *out)
{
    tm_assert(c->magic == CAMPAIGN_MAGIC);
    if (ev->now_us > c->now_us)
        c->now_us = ev->now_us;
    if (c->now_us - c->rolled_us >= CIVIL_DAY_US) {
        campaign_counters_roll(&c->counters, c->now_us);
        c->rolled_us = c->now_us;
    }
    c->room = ev->room;
    c->records = c->actions = c->prompts = 0;
    c->leads = 0;
    c->text.n = 0;
    c->again = false;
    if (c->crew != NULL)
        campaign_crew_begin(c);
    handle(c, ev);
    prepare_fixed(c);
    campaign_call_due(c);
    if (c->crew != NULL) {
        campaign_inbound_step(c);
        campaign_crew_share(c);
        campaign_pace_tick(c);
        campaign_preview_promised(c);
    }
    campaign_dial(c);
    if (c->crew != NULL)
        campaign_preview_offer(c);
    fetch(c);
    finish(c);
    if (c->crew != NULL) {
        campaign_crew_share(c);
        campaign_pace_cover(c);
        campaign_pace_tell(c);
    }
    set_deadline(c);
    tm_assert(campaign_out_lines(c) <= c->env.plan->calls_max);
    *out = (struct campaign_out){.record = c->record,
                                 .records = c->records,
                                 .action = c->action,
                                 .actions = c->actions,
                                 .starved = is_starved(c)};
    if (c->crew != NULL) {
        out->error = c->crew->error;
        out->why = c->crew->why;
    }
}

int64_t campaign_deadline_us(const struct campaign *c)
{
    return c->deadline_us;
}

void campaign_status(const struct campaign *c, struct campaign_status *out)
{
    char text[CAMPAIGN_IDLE_MAX];
    out->state = c->state;
    out->calls = c->slots.calls;
    out->hopper = c->hopper_n;
    out->next_due_us = campaign_least_due(c);
    campaign_counters_copy(&out->counters, &c->counters);
    campaign_counters_roll(&out->counters, c->now_us);
    (void)str_copy(out->idle_why, sizeof(out->idle_why),
                   str_of(campaign_idle_why(c, text)));
    campaign_crew_status(c, out);
}

size_t campaign_calls(const struct campaign *c, struct attempt_id *out,
                      size_t max)
{
    size_t n = 0;
    for (int32_t i = c->slots.first; i != SLOTS_NONE && n < max;
         i = c->slots.slot[i].after)
        if (c->slots.slot[i].leg.state != CALL_RECORDED)
            out[n++] = c->slots.slot[i].attempt;
    return n;
}
