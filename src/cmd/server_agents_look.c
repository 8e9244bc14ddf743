/* An agent for who asks: his state, the lead in his hand, what he may say of
 * it, and when its person may be called back. See cmd/server.h. */
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "cmd/server.h"
#include "core/campaign/lead_case.h"
#include "core/number/number.h"
#include "report/why.h"

static void put_number(struct json_out *j, uint64_t e164)
{
    char number[NUMBER_TEXT_LEN];
    if (e164 == 0) {
        json_out_null(j);
        return;
    }
    (void)number_format(e164, number);
    json_out_text(j, number);
}

/* Where and what time it is there; "" when nothing tells. */
static void local_time(const struct server *s, const struct lead *l,
                       uint64_t e164, int64_t us, char out[CONTROL_TEXT_MAX])
{
    struct arena arena;
    arena_init(&arena);
    if (e164 == 0 && l->phones > 0)
        e164 = l->phone[0].e164;
    (void)str_copy(out, CONTROL_TEXT_MAX,
                   str_of(why_local_time_of(&arena, &s->zones, l, e164, us)));
    arena_fini(&arena);
}

static void put_fields(const struct lead *l, struct json_out *j)
{
    json_out_key(j, "fields");
    json_out_object(j);
    for (size_t i = 0; i < l->fields; i++) {
        char key[CONTROL_TEXT_MAX];
        (void)str_copy(key, sizeof(key), l->field[i].name);
        json_out_key(j, key);
        json_out_slice(j, l->field[i].value);
    }
    json_out_end_object(j);
}

static void put_lead(struct server *s, const struct lead *l, uint64_t e164,
                     struct control_agent *out)
{
    struct buf b;
    struct json_out j;
    char local[CONTROL_TEXT_MAX];
    int64_t now_us = s->clock.port.now_us(s->clock.port.self);
    local_time(s, l, e164, now_us, local);
    buf_init(&b, CONTROL_LEAD_MAX - 1);
    json_out_init(&j, &b);
    json_out_object(&j);
    json_out_kv_int(&j, "lead", l->id.v);
    json_out_key(&j, "calling");
    put_number(&j, e164);
    json_out_kv_text(&j, "local", local[0] != '\0' ? local : NULL);
    json_out_key(&j, "phones");
    json_out_array(&j);
    for (size_t i = 0; i < l->phones; i++)
        put_number(&j, l->phone[i].e164);
    json_out_end_array(&j);
    put_fields(l, &j);
    json_out_end_object(&j);
    out->lead = l->id;
    if (!b.failed)
        (void)str_copy(out->lead_json, sizeof(out->lead_json), buf_slice(&b));
    buf_fini(&b);
}

static void put_words(const struct plan *p, struct control_agent *out)
{
    for (size_t i = 0; i < p->dispositions; i++) {
        struct control_word *w = &out->word[out->words++];
        (void)str_copy(w->word, sizeof(w->word), p->disposition[i].word);
        w->action = p->disposition[i].action;
    }
}

static void put_said(struct server *s, struct agent_id a,
                     const struct lead *lead, struct control_agent *out)
{
    struct slice word = engine_agent_said(s->engine, a, &out->said_due_us);
    (void)str_copy(out->said, sizeof(out->said), word);
    if (out->said_due_us != 0 && lead != NULL)
        local_time(s, lead, engine_agent_number(s->engine, a), out->said_due_us,
                   out->said_local);
}

static struct seller_id seller_of(const struct server *s, struct campaign_id id)
{
    for (const struct server_load *l = s->loads; l != NULL; l = l->next)
        for (size_t i = 0; i < l->campaigns.n; i++)
            if (l->campaigns.campaign[i].id.v == id.v)
                return l->campaigns.campaign[i].seller;
    return (struct seller_id){0};
}

/* The first of his numbers whose holder has asked to be left alone. */
static uint64_t left_alone(const struct server *s, struct campaign_id campaign,
                           const struct lead *l)
{
    struct seller_id seller = seller_of(s, campaign);
    for (size_t i = 0; l != NULL && i < l->phones; i++)
        if (suppression_has(&s->suppression, seller, l->phone[i].e164, NULL))
            return l->phone[i].e164;
    return 0;
}

/* --- work -----------------------------------------------------------------*/

static bool has_skill(const struct agent_setup *a, const char *word)
{
    for (size_t i = 0; i < a->skills; i++)
        if (strcmp(a->skill[i], word) == 0)
            return true;
    return false;
}

/* Whether he may work for it; else the skill that he lacks, or NULL when it
 * is none of his campaigns. */
static bool suits(const struct agent_setup *a, struct campaign_id id,
                  const struct plan *p, const char **lacks)
{
    bool named = a->campaigns == 0;
    *lacks = NULL;
    for (size_t i = 0; i < a->campaigns; i++)
        named = named || a->campaign[i].v == id.v;
    for (size_t i = 0; named && i < p->skills; i++)
        if (!has_skill(a, p->skill[i])) {
            *lacks = p->skill[i];
            return false;
        }
    return named;
}

/* Why nobody will ever reach an agent who is ready: no campaign that runs is
 * for him. "" when one is, or when none runs. */
static void put_note(const struct server *s, const struct agent_setup *a,
                     char out[CONTROL_TEXT_MAX])
{
    struct campaign_status st;
    bool run = false;
    out[0] = '\0';
    for (const struct server_load *l = s->loads; l != NULL; l = l->next) {
        for (size_t i = 0; i < l->campaigns.n; i++) {
            struct campaign_id id = l->campaigns.campaign[i].id;
            const struct plan *p = engine_plan(s->engine, id);
            const char *lacks;
            if (p == NULL || p->dial_mode == DIAL_AGENTLESS ||
                engine_status(s->engine, id, &st) != TM_OK ||
                st.state != CAMPAIGN_RUNNING)
                continue;
            if (suits(a, id, p, &lacks)) {
                out[0] = '\0';
                return;
            }
            if (lacks != NULL)
                (void)snprintf(out, CONTROL_TEXT_MAX,
                               "works in no running campaign: '%s' wants the "
                               "skill %s",
                               p->name, lacks);
            run = true;
        }
    }
    if (run && out[0] == '\0')
        (void)snprintf(out, CONTROL_TEXT_MAX,
                       "none of the campaigns that run is one of his");
}

static void put_caller(const struct server *s, struct control_agent *out)
{
    uint64_t key = (uint64_t)out->attempt.v;
    out->incoming = key != 0 && (map_get(&s->caller[0], key, &out->caller) ||
                                 map_get(&s->caller[1], key, &out->caller));
}

void server_agents_look(struct server *s, struct agent_id a,
                        struct control_agent *out)
{
    *out = (struct control_agent){.state = AGENT_OFF, .limit_us = INT64_MAX};
    const struct floor_agent *f = floor_find(engine_floor(s->engine), a);
    if (f == NULL)
        return;
    out->state = f->state;
    out->then = f->then;
    out->since_us = f->since_us;
    out->limit_us = f->limit_us;
    out->attempt = f->attempt;
    memcpy(out->reason, f->reason, sizeof(out->reason));
    const char *where = s->agents_listen
                            ? carrier_sip_agent_where(s->sip, f->setup.name)
                            : NULL;
    if (where != NULL)
        (void)str_copy(out->where, sizeof(out->where), str_of(where));
    if (f->state == AGENT_READY)
        put_note(s, &f->setup, out->note);
    const struct plan *plan =
        f->campaign.v != 0 ? engine_plan(s->engine, f->campaign) : NULL;
    if (plan != NULL)
        (void)str_copy(out->campaign, sizeof(out->campaign),
                       str_of(plan->name));
    if (out->state != AGENT_READY && out->state != AGENT_OFF)
        put_caller(s, out);
    const struct lead *lead = engine_agent_lead(s->engine, a);
    if (lead != NULL)
        put_lead(s, lead, out->incoming ? 0 : engine_agent_number(s->engine, a),
                 out);
    out->left_alone = left_alone(s, f->campaign, lead);
    if (plan != NULL && (agent_has_call(f->state) || f->state == AGENT_WRAP)) {
        put_words(plan, out);
        put_said(s, a, lead, out);
    }
}

/* --- calls back -----------------------------------------------------------*/

/* The law at that instant, for the number that was dialled. */
static void ask_law(const struct server *s, struct campaign_id campaign,
                    const struct lead *l, size_t phone,
                    struct control_callback *out)
{
    const struct lead_case_input in = {
        .plan = engine_plan(s->engine, campaign),
        .seller = seller_of(s, campaign),
        .book = s->book,
        .zones = &s->zones,
        .lists = s->dnc != NULL ? dnc_files_lists(s->dnc) : NULL,
        .suppression = &s->suppression,
        .facts = s->facts,
        .now_us = out->at_us,
        .mode = DIAL_PREVIEW,
    };
    struct attempt_id none = {0};
    struct lead_case *c = mem_alloc(sizeof(*c));
    struct verdict *v = mem_alloc(sizeof(*v));
    lead_case_build(c, &in, l, phone);
    int rc = rules_check(s->book, &c->k, none, v, NULL);
    tm_assert(rc == TM_OK || v->kind == VERDICT_DENY);
    /* Also when something else forbids it today, which may change. */
    for (size_t i = 0; i < v->reasons; i++) {
        const struct verdict_reason *r = &v->reason[i];
        if (r->effect != EFFECT_NOT_BEFORE || r->until_us <= out->from_us)
            continue;
        out->from_us = r->until_us;
        (void)snprintf(out->rule, sizeof(out->rule), "%s, %s", r->rule->id,
                       r->rule->citation);
    }
    if (out->from_us != 0)
        local_time(s, l, l->phone[phone].e164, out->from_us, out->from_local);
    mem_free(v);
    mem_free(c);
}

int server_agents_callback(struct server *s, struct agent_id a, int64_t at_us,
                           struct control_callback *out)
{
    *out = (struct control_callback){.at_us = at_us};
    const struct floor_agent *f = floor_find(engine_floor(s->engine), a);
    const struct lead *l = engine_agent_lead(s->engine, a);
    if (f == NULL || l == NULL)
        return TM_ENOTFOUND;
    uint64_t e164 = engine_agent_number(s->engine, a);
    local_time(s, l, e164, at_us, out->local);
    out->left_alone = left_alone(s, f->campaign, l);
    for (size_t i = 0; i < l->phones; i++)
        if (l->phone[i].e164 == e164)
            ask_law(s, f->campaign, l, i, out);
    return TM_OK;
}
