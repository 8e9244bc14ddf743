#include "report/why_json.h"

#include "core/campaign/campaign.h"
#include "core/number/number.h"
#include "report/words.h"

static void put_instant(struct json_out *j, const char *key, int64_t us)
{
    char at[WORDS_MAX];
    json_out_kv_text(j, key, us != 0 ? words_iso(us, at) : NULL);
}

static void put_number(struct json_out *j, const char *key, uint64_t e164)
{
    char n[NUMBER_TEXT_LEN];
    (void)number_format(e164, n);
    json_out_kv_text(j, key, e164 != 0 ? n : NULL);
}

static void put_slice(struct json_out *j, const char *key, struct slice s)
{
    json_out_key(j, key);
    json_out_slice(j, s);
}

static void rules(const struct why_rules *r, struct json_out *j)
{
    json_out_key(j, "rules");
    json_out_array(j);
    for (size_t i = 0; i < r->n; i++) {
        const struct rule *rule = r->rule[i].rule;
        json_out_object(j);
        json_out_kv_text(j, "id", r->rule[i].id);
        json_out_kv_text(j, "effect", r->rule[i].effect);
        json_out_kv_text(j, "citation", rule ? r->rule[i].citation : NULL);
        json_out_kv_text(j, "text", rule ? rule->text : NULL);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void remedies(const struct why_remedies *r, struct json_out *j)
{
    json_out_key(j, "remedies");
    json_out_array(j);
    for (size_t i = 0; i < r->n; i++) {
        json_out_object(j);
        json_out_kv_text(j, "by", r->item[i].by);
        json_out_kv_text(j, "text", r->item[i].text);
        json_out_kv_bool(j, "missing", r->item[i].missing);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void attempt(const struct why_attempt *w, struct json_out *j)
{
    const struct reader_attempt *a = &w->a;
    json_out_object(j);
    json_out_kv_int(j, "attempt", a->id.v);
    put_number(j, "number", a->e164);
    put_instant(j, "recorded", a->recorded_us);
    put_instant(j, "placed", a->placed_us);
    put_instant(j, "answered", a->answered_us);
    put_instant(j, "ended", a->ended_us);
    json_out_kv_text(j, "outcome", outcome_text(a->outcome));
    put_slice(j, "cause", a->cause);
    json_out_kv_int(j, "code", a->code);
    json_out_kv_int(j, "ring_ms", a->ring_ms);
    json_out_kv_int(j, "talk_ms", a->talk_ms);
    json_out_kv_bool(j, "live", a->live);
    json_out_kv_bool(j, "abandoned", a->abandoned);
    if (a->agent_name.n > 0) {
        put_slice(j, "agent", a->agent_name);
        put_instant(j, "agent_joined", a->bridged_us);
        json_out_kv_int(j, "wait_ms", a->wait_ms);
        put_slice(j, "disposition", a->disposition);
    }
    put_slice(j, "call_id", a->call_id);
    put_slice(j, "versions", a->versions);
    rules(&w->rules, j);
    json_out_end_object(j);
}

static void attempts(const char *key, const struct why_attempt *w, size_t n,
                     struct json_out *j)
{
    json_out_key(j, key);
    json_out_array(j);
    for (size_t i = 0; i < n; i++)
        attempt(&w[i], j);
    json_out_end_array(j);
}

static void refusal(const struct why_campaign *c, struct json_out *j)
{
    json_out_key(j, "refused");
    if (c->m.verdict < 0) {
        json_out_null(j);
        return;
    }
    json_out_object(j);
    json_out_kv_text(j, "verdict",
                     verdict_kind_text((enum verdict_kind)c->m.verdict));
    put_instant(j, "at", c->m.verdict_us);
    put_instant(j, "not_before", c->m.verdict_due_us);
    rules(&c->rules, j);
    remedies(&c->help, j);
    json_out_end_object(j);
}

/* What was written down with the refusal, else what the rule says. */
static void put_remedy(const struct why_campaign *c, struct json_out *j)
{
    if (c->m.remedy.n > 0)
        put_slice(j, "remedy", c->m.remedy);
    else
        json_out_kv_text(j, "remedy",
                         c->rule && c->rule->remedy[0] ? c->rule->remedy
                                                       : NULL);
}

static void asked(const struct why_campaign *c, struct json_out *j)
{
    json_out_key(j, "now");
    json_out_array(j);
    for (size_t i = 0; i < c->phones; i++) {
        const struct why_phone *p = &c->phone[i];
        if (p->asked == NULL)
            continue;
        json_out_object(j);
        put_number(j, "number", p->e164);
        json_out_kv_text(j, "verdict", verdict_kind_text(p->verdict));
        json_out_kv_text(j, "text", p->asked);
        remedies(&p->help, j);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void campaign(const struct why_campaign *c, struct json_out *j)
{
    json_out_object(j);
    put_slice(j, "campaign", c->m.campaign_name);
    json_out_kv_text(j, "seller", c->seller);
    json_out_kv_text(
        j, "campaign_state",
        campaign_state_text((enum campaign_state)c->m.campaign_state));
    json_out_kv_text(j, "state", lead_state_text(c->m.state));
    put_slice(j, "reason", c->m.reason);
    put_instant(j, "due", c->m.due_us);
    json_out_kv_text(j, "why", c->headline);
    json_out_kv_text(j, "rule", c->rule ? c->rule->id : NULL);
    json_out_kv_text(j, "citation", c->rule ? c->citation : NULL);
    put_remedy(c, j);
    refusal(c, j);
    asked(c, j);
    attempts("attempts", c->attempt, c->attempts, j);
    json_out_end_object(j);
}

static void consents(const struct lead *l, struct json_out *j)
{
    char given[11];
    json_out_key(j, "consents");
    json_out_array(j);
    for (size_t i = 0; i < l->consents; i++) {
        const struct lead_consent *c = &l->consent[i];
        json_out_object(j);
        json_out_kv_text(j, "type", vocab_consent_text(c->type));
        if (c->given.year != 0)
            civil_format_date(c->given, given);
        json_out_kv_text(j, "given", c->given.year != 0 ? given : NULL);
        put_instant(j, "revoked", c->revoked_us);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void lead(const struct why_lead *l, struct json_out *j)
{
    json_out_object(j);
    json_out_kv_int(j, "lead", l->lead.id.v);
    json_out_kv_text(j, "list", l->list);
    put_instant(j, "imported", l->imported_us);
    json_out_key(j, "phones");
    json_out_array(j);
    for (size_t i = 0; i < l->lead.phones; i++) {
        json_out_object(j);
        put_number(j, "number", l->lead.phone[i].e164);
        json_out_kv_text(j, "type", number_type_key(l->lead.phone[i].type));
        json_out_kv_bool(j, "bad", l->lead.phone[i].bad);
        json_out_kv_bool(j, "wrong", l->lead.phone[i].wrong);
        json_out_end_object(j);
    }
    json_out_end_array(j);
    consents(&l->lead, j);
    json_out_key(j, "campaigns");
    json_out_array(j);
    for (size_t i = 0; i < l->campaigns; i++)
        campaign(&l->campaign[i], j);
    json_out_end_array(j);
    json_out_end_object(j);
}

static void opt_outs(const struct why *w, struct json_out *j)
{
    json_out_key(j, "opt_outs");
    json_out_array(j);
    for (size_t i = 0; i < w->opt_outs; i++) {
        const struct reader_opt_out *o = &w->opt_out[i];
        json_out_object(j);
        put_number(j, "number", o->e164);
        json_out_key(j, "seller");
        if (o->seller.v != 0)
            json_out_slice(j, o->seller_name);
        else
            json_out_null(j);
        put_instant(j, "at", o->at_us);
        put_slice(j, "source", o->source);
        json_out_kv_int(j, "attempt", o->attempt.v);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void callers(const struct why *w, struct json_out *j)
{
    json_out_key(j, "calls_to_us");
    json_out_array(j);
    for (size_t i = 0; i < w->callers; i++) {
        const struct reader_caller *c = &w->caller[i];
        json_out_object(j);
        json_out_kv_int(j, "attempt", c->id.v);
        put_number(j, "number", c->e164);
        put_number(j, "called", c->called);
        put_instant(j, "recorded", c->recorded_us);
        put_instant(j, "answered", c->answered_us);
        put_instant(j, "ended", c->ended_us);
        json_out_kv_text(j, "outcome", outcome_text(c->outcome));
        put_slice(j, "agent", c->agent_name);
        put_slice(j, "disposition", c->disposition);
        json_out_kv_int(j, "wait_ms", c->wait_ms);
        json_out_kv_int(j, "talk_ms", c->talk_ms);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

void why_json(const struct why *w, struct json_out *j)
{
    json_out_object(j);
    json_out_kv_int(j, "format", 1);
    put_number(j, "number", w->e164);
    put_instant(j, "now", w->now_us);
    json_out_kv_text(j, "now_source", w->now_source);
    opt_outs(w, j);
    callers(w, j);
    json_out_key(j, "leads");
    json_out_array(j);
    for (size_t i = 0; i < w->leads; i++)
        lead(&w->lead[i], j);
    json_out_end_array(j);
    attempts("other_attempts", w->other, w->others, j);
    json_out_end_object(j);
}
