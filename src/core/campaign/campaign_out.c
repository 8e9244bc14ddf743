#include "core/campaign/campaign_crew.h"

struct record *campaign_out_record(struct campaign *c, enum record_kind k,
                                   const struct slot *s)
{
    tm_assert(c->records < STEP_RECORDS_MAX);
    struct record *r = &c->record[c->records++];
    *r = (struct record){
        .kind = k,
        .at_us = c->now_us,
        .tenant = c->env.tenant,
        .seller = c->env.seller,
        .campaign = c->env.id,
    };
    if (s != NULL) {
        r->lead = s->lead.id;
        r->attempt = s->attempt;
        r->e164 = s->attempt.v != 0 ? s->e164 : 0;
    }
    return r;
}

struct campaign_action *campaign_out_action(struct campaign *c,
                                            enum campaign_action_kind k,
                                            const struct slot *s)
{
    tm_assert(c->actions < STEP_ACTIONS_MAX);
    struct campaign_action *a = &c->action[c->actions++];
    *a = (struct campaign_action){.kind = k};
    if (s != NULL)
        a->attempt = s->attempt;
    return a;
}

struct prompt *campaign_out_prompts(struct campaign *c, size_t n)
{
    tm_assert(n <= STEP_PROMPTS_MAX - c->prompts);
    struct prompt *p = &c->prompt[c->prompts];
    c->prompts += n;
    return p;
}

unsigned campaign_out_lines(const struct campaign *c)
{
    return (unsigned)(c->slots.calls - c->slots.incoming);
}

/* Whether the texts of one more lead fit. */
bool campaign_out_room(const struct campaign *c)
{
    return c->text.cap - c->text.n >= TEXT_LEAD_MAX;
}

bool campaign_out_more(struct campaign *c)
{
    if (c->leads < STEP_LEADS_MAX && campaign_out_room(c))
        return true;
    c->again = true;
    return false;
}

enum lead_state campaign_out_waits(const struct slot *s)
{
    return s->promised ? LEAD_CALLBACK : LEAD_WAITING;
}

static void write_lead(struct campaign *c, const struct slot *s,
                       enum lead_state state, int64_t due_us,
                       const char *reason)
{
    tm_assert(state != LEAD_NEW && state != LEAD_IN_CALL);
    struct record *r = campaign_out_record(c, RECORD_LEAD, s);
    r->state = (int)state;
    r->due_us = due_us;
    r->key = str_of(reason);
    if (state == LEAD_WAITING && due_us < c->own_due_us)
        c->own_due_us = due_us;
    if (state == LEAD_CALLBACK && c->crew != NULL &&
        due_us < c->crew->promised_due_us)
        c->crew->promised_due_us = due_us;
}

void campaign_out_lead(struct campaign *c, struct slot *s,
                       enum lead_state state, int64_t due_us,
                       const char *reason)
{
    if (s->lead.id.v != 0) /* somebody who called us may be none */
        write_lead(c, s, state, due_us, reason);
    if (s->attempt.v != 0) {
        if (s->e164 != 0)
            numbers_end(c->env.numbers, s->e164);
        slots_call_end(&c->slots, s);
    }
    slots_give(&c->slots, s);
}
