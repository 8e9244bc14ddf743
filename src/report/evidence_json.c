#include "report/evidence_json.h"

#include <stdio.h>
#include <string.h>

#include "report/decide_field.h"
#include "report/words.h"

static void put_number(struct json_out *j, const char *key, uint64_t e164)
{
    char text[24] = "";
    if (e164 != 0) {
        (void)snprintf(text, sizeof text, "+%llu", (unsigned long long)e164);
    }
    json_out_kv_text(j, key, e164 != 0 ? text : NULL);
}

static void put_instant(struct json_out *j, const char *key, int64_t us)
{
    char at[WORDS_MAX];
    json_out_kv_text(j, key, us != 0 ? words_iso(us, at) : NULL);
}

static void put_date(struct json_out *j, const char *key, struct civil_date d)
{
    char at[11] = "";
    if (d.year != 0) {
        civil_format_date(d, at);
    }
    json_out_kv_text(j, key, d.year != 0 ? at : NULL);
}

static void put_slice(struct json_out *j, const char *key, struct slice s)
{
    json_out_key(j, key);
    json_out_slice(j, s);
}

static void put_seconds(struct json_out *j, const char *key, int64_t ms)
{
    json_out_kv_decimal(j, key, (double)ms / 1000, 1);
}

const char *evidence_json_effect(const char *effect)
{
    static const char *const words[][2] = {
        {"passed", "looked at; the call was in order"},
        {"denied", "forbids the call"},
        {"not_before", "forbids the call until later"},
        {"unknown", "forbids the call: something needed was not known"},
        {"lifted", "would have bound; an exemption that held lifts it"},
        {"exempts", "an exemption that held"},
        {"not_met", "an exemption that did not hold"},
        {"duty", "says how the call had to be made"},
    };
    for (size_t i = 0; i < tm_array_len(words); i++) {
        if (strcmp(words[i][0], effect) == 0) {
            return words[i][1];
        }
    }
    return effect;
}

/* --- calls ----------------------------------------------------------------*/

static void put_rules(struct json_out *j, const struct evidence_attempt *t)
{
    json_out_key(j, "rules");
    json_out_array(j);
    for (size_t i = 0; i < t->rules.n; i++) {
        json_out_object(j);
        json_out_kv_text(j, "id", t->rules.rule[i].id);
        json_out_kv_text(j, "effect", t->rules.rule[i].effect);
        json_out_kv_text(j, "meaning",
                         evidence_json_effect(t->rules.rule[i].effect));
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void put_entries(struct json_out *j, const struct evidence_entry *list,
                        size_t n)
{
    json_out_key(j, "journal");
    json_out_array(j);
    for (size_t i = 0; i < n; i++) {
        const struct evidence_entry *x = &list[i];
        json_out_object(j);
        json_out_kv_int(j, "seq", (int64_t)x->seq);
        put_instant(j, "at", x->at_us);
        json_out_kv_text(j, "kind", x->kind);
        if (x->key[0]) {
            json_out_kv_text(j, "key", x->key);
        }
        if (x->value[0]) {
            json_out_kv_text(j, "value", x->value);
        }
        if (x->note[0]) {
            json_out_kv_text(j, "note", x->note);
        }
        json_out_kv_text(j, "hash", x->hash);
        json_out_kv_bool(j, "fits", x->fits);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void put_recording(struct json_out *j, const char *file, uint64_t bytes,
                          const char *sha256)
{
    json_out_key(j, "recording");
    if (file[0] == '\0') {
        json_out_null(j);
        return;
    }
    json_out_object(j);
    json_out_kv_text(j, "file", file);
    json_out_kv_int(j, "bytes", (int64_t)bytes);
    json_out_kv_text(j, "sha256", sha256);
    json_out_end_object(j);
}

/* Who stood behind the call, as the campaign file of then says. */
static void put_caller(struct json_out *j, const struct evidence_attempt *t)
{
    const struct plan *p = t->plan ? t->plan->plan : NULL;
    json_out_kv_text(j, "campaign", t->campaign ? t->campaign->name : NULL);
    json_out_kv_text(j, "on_behalf_of",
                     t->campaign ? t->campaign->seller : NULL);
    json_out_kv_int(j, "seller", t->a.seller.v);
    json_out_kv_text(j, "plan", t->plan ? t->plan->hash : NULL);
    if (p) {
        json_out_kv_text(j, "shown_number", p->caller_id);
        json_out_kv_text(j, "shown_name", p->caller_name);
        json_out_kv_text(j, "caller_kind", vocab_caller_text(p->caller_kind));
        json_out_kv_text(j, "purpose", vocab_purpose_text(p->purpose));
        json_out_kv_text(j, "goods", vocab_goods_text(p->goods));
        json_out_kv_text(j, "channel", vocab_channel_text(p->channel));
        json_out_kv_text(j, "dial_mode", vocab_dial_text(evidence_mode(t)));
        json_out_kv_bool(j, "recorded", p->record);
    }
}

static void put_sentences(struct json_out *j, const char *key,
                          const char *const *text, size_t n)
{
    json_out_key(j, key);
    json_out_array(j);
    for (size_t i = 0; i < n; i++) {
        json_out_text(j, text[i]);
    }
    json_out_end_array(j);
}

static void put_replay(struct json_out *j, const struct replay_answer *r)
{
    json_out_key(j, "replay");
    if (!r) {
        json_out_null(j);
        return;
    }
    json_out_object(j);
    json_out_kv_text(j, "result", replay_result_text(r->result));
    json_out_kv_text(j, "why", r->why);
    put_sentences(j, "caveats", r->caveat, r->caveats);
    if (r->result != REPLAY_NOT_REPLAYABLE) {
        json_out_kv_text(j, "verdict", verdict_kind_text(r->kind));
        json_out_kv_text(j, "sentence", r->sentence);
        put_sentences(j, "differences", r->difference, r->differences);
        json_out_kv_text(j, "input", r->input);
        json_out_kv_text(j, "case", r->input_case);
    }
    json_out_end_object(j);
}

static void put_attempt(struct json_out *j, const struct evidence *v,
                        const struct evidence_attempt *t)
{
    const struct reader_attempt *a = &t->a;
    json_out_object(j);
    json_out_kv_int(j, "id", a->id.v);
    put_number(j, "number", a->e164);
    put_instant(j, "decided", a->recorded_us);
    json_out_kv_text(j, "decided_local", t->local[0] ? t->local : NULL);
    put_instant(j, "permit_until", a->permit_until_us);
    put_instant(j, "placed", a->placed_us);
    put_instant(j, "ringing", a->ringing_us);
    put_instant(j, "answered", a->answered_us);
    put_instant(j, "ended", a->ended_us);
    json_out_kv_text(j, "outcome", outcome_text(a->outcome));
    json_out_kv_int(j, "sip_status", a->code);
    put_slice(j, "cause", a->cause);
    put_seconds(j, "ring_s", a->ring_ms);
    put_seconds(j, "talk_s", a->talk_ms);
    json_out_kv_bool(j, "person_answered", a->live);
    json_out_kv_bool(j, "abandoned", a->abandoned);
    if (a->agent_name.n > 0) {
        put_slice(j, "agent", a->agent_name);
        put_instant(j, "agent_joined", a->bridged_us);
        put_seconds(j, "agent_wait_s", a->wait_ms);
        put_slice(j, "agent_disposition", a->disposition);
    }
    put_slice(j, "call_id", a->call_id);
    json_out_kv_int(j, "lead", a->lead.v);
    put_caller(j, t);
    json_out_kv_bool(j, "after_opt_out", t->after_opt_out);
    json_out_kv_int(j, "decided_with",
                    t->versions ? (int64_t)(t->versions - v->versions) : -1);
    put_rules(j, t);
    put_replay(j, t->replay);
    put_recording(j, t->recording, t->recording_bytes, t->recording_sha256);
    put_entries(j, t->entry, t->entries);
    json_out_end_object(j);
}

/* Null: no agent had him. */
static void put_agent(struct json_out *j, const struct reader_caller *c)
{
    json_out_key(j, "agent");
    if (c->agent_name.n > 0) {
        json_out_slice(j, c->agent_name);
    } else {
        json_out_null(j);
    }
    put_instant(j, "agent_joined", c->bridged_us);
    put_slice(j, "agent_disposition", c->disposition);
    put_seconds(j, "waited_s", evidence_waited_ms(c));
    put_seconds(j, "talk_s", evidence_talk_ms(c));
    put_seconds(j, "on_line_s", c->talk_ms);
}

static void put_call_to_us(struct json_out *j, const struct evidence_caller *t)
{
    const struct reader_caller *c = &t->c;
    json_out_object(j);
    json_out_kv_int(j, "id", c->id.v);
    put_number(j, "number", c->e164);
    put_number(j, "called", c->called);
    put_instant(j, "came", c->recorded_us);
    json_out_kv_text(j, "came_local", t->local[0] ? t->local : NULL);
    put_instant(j, "answered", c->answered_us);
    put_instant(j, "ended", c->ended_us);
    json_out_kv_text(j, "outcome", outcome_text(c->outcome));
    json_out_kv_int(j, "sip_status", c->code);
    put_slice(j, "cause", c->cause);
    put_agent(j, c);
    json_out_key(j, "pressed");
    json_out_array(j);
    if (t->pressed_callback) {
        json_out_text(j, "callback");
    }
    if (t->pressed_opt_out) {
        json_out_text(j, "opt_out");
    }
    json_out_end_array(j);
    json_out_kv_int(j, "lead", c->lead.v);
    json_out_kv_text(j, "campaign", t->campaign ? t->campaign->name : NULL);
    json_out_kv_text(j, "on_behalf_of",
                     t->campaign ? t->campaign->seller : NULL);
    put_recording(j, t->recording, t->recording_bytes, t->recording_sha256);
    put_entries(j, t->entry, t->entries);
    json_out_end_object(j);
}

/* --- what they were decided with ------------------------------------------*/

static void put_packs(struct json_out *j, const struct evidence_versions *s)
{
    json_out_key(j, "packs");
    json_out_array(j);
    for (size_t i = 0; i < s->v.packs; i++) {
        const struct evidence_pack *p = &s->pack[i];
        json_out_object(j);
        put_slice(j, "name", s->v.pack[i].name);
        put_slice(j, "version", s->v.pack[i].version);
        put_slice(j, "recorded_hash", s->v.pack[i].hash);
        json_out_kv_bool(j, "on_file", p->found);
        if (p->found) {
            json_out_kv_text(j, "blake2b", p->p.hash);
            put_instant(j, "first_used", p->p.first_us);
        }
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void put_lists(struct json_out *j, const struct evidence_versions *s)
{
    json_out_key(j, "do_not_call_lists");
    json_out_array(j);
    for (size_t i = 0; i < s->v.lists; i++) {
        const struct evidence_list *l = &s->list[i];
        json_out_object(j);
        put_slice(j, "name", s->v.list[i].name);
        json_out_kv_int(j, "generation", (int64_t)s->v.list[i].generation);
        put_slice(j, "obtained", s->v.list[i].date);
        json_out_kv_bool(j, "on_file", l->found);
        if (l->found) {
            json_out_kv_text(j, "kind", l->l.kind);
            put_instant(j, "obtained_at", l->l.obtained_us);
            put_instant(j, "published_at", l->l.published_us);
            json_out_kv_int(j, "rows", (int64_t)l->l.rows);
            json_out_kv_text(j, "file", l->l.file_name);
            json_out_kv_text(j, "source_hash", l->l.source_hash);
        }
        json_out_key(j, "number_on_list");
        if (l->on_list == TRI_UNKNOWN) {
            json_out_null(j);
        } else {
            json_out_bool(j, l->on_list == TRI_YES);
        }
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

/* Rules that spoke in some call decided with s, with their text of then. */
static void put_texts(struct json_out *j, const struct evidence *v,
                      const struct evidence_versions *s)
{
    json_out_key(j, "rules");
    json_out_array(j);
    for (size_t i = 0; s->book && i < rule_book_size(s->book); i++) {
        const struct rule *r = rule_book_at(s->book, i);
        bool spoke = false;
        for (size_t k = 0; k < v->attempts && !spoke; k++) {
            const struct evidence_attempt *t = &v->attempt[k];
            for (size_t n = 0; t->versions == s && n < t->rules.n; n++) {
                spoke = spoke || t->rules.rule[n].rule == r;
            }
        }
        if (!spoke) {
            continue;
        }
        json_out_object(j);
        json_out_kv_text(j, "id", r->id);
        json_out_kv_text(j, "jurisdiction", r->jurisdiction);
        json_out_kv_text(j, "text", r->text);
        json_out_kv_text(j, "citation", r->citation);
        json_out_kv_text(j, "source", r->source);
        put_date(j, "from", r->from);
        put_date(j, "to", r->to);
        json_out_kv_text(j, "pack_file", r->file);
        json_out_kv_int(j, "pack_line", r->line);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void put_versions(struct json_out *j, const struct evidence *v)
{
    json_out_key(j, "decided_with");
    json_out_array(j);
    for (size_t i = 0; i < v->versions_n; i++) {
        const struct evidence_versions *s = &v->versions[i];
        json_out_object(j);
        json_out_kv_text(j, "text", s->text);
        put_slice(j, "zone_data", s->v.zones);
        put_slice(j, "number_data", s->v.numbers);
        put_packs(j, s);
        put_lists(j, s);
        put_texts(j, v, s);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void put_plans(struct json_out *j, const struct evidence *v)
{
    json_out_key(j, "campaign_files");
    json_out_array(j);
    for (size_t i = 0; i < v->plans; i++) {
        const struct evidence_plan *p = &v->plan[i];
        json_out_object(j);
        json_out_kv_int(j, "campaign", p->campaign.v);
        json_out_kv_text(j, "hash", p->hash);
        json_out_kv_bool(j, "on_file", p->found);
        if (p->found) {
            put_instant(j, "first_used", p->text.first_us);
            put_slice(j, "text", p->text.text);
        }
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

/* --- the person -----------------------------------------------------------*/

static void put_channels(struct json_out *j, uint32_t mask)
{
    size_t n;
    const struct decide_channel *word = decide_field_channels(&n);
    json_out_key(j, "channels");
    json_out_array(j);
    for (size_t i = 0; i < n; i++) {
        if (mask >> word[i].bit & 1) {
            json_out_text(j, word[i].word);
        }
    }
    json_out_end_array(j);
}

static void put_lead_consents(struct json_out *j, const struct lead *l)
{
    json_out_key(j, "consents");
    json_out_array(j);
    for (size_t i = 0; i < l->consents; i++) {
        const struct lead_consent *c = &l->consent[i];
        json_out_object(j);
        json_out_kv_text(j, "type", vocab_consent_text(c->type));
        json_out_kv_int(j, "seller", c->seller.v);
        put_number(j, "number", c->e164);
        put_channels(j, c->channels ? c->channels : VOCAB_VOICE);
        put_date(j, "given", c->given);
        put_instant(j, "revoked", c->revoked_us);
        json_out_kv_int(j, "ledger_entry", c->ledger);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void put_leads(struct json_out *j, const struct evidence *v)
{
    json_out_key(j, "persons");
    json_out_array(j);
    for (size_t i = 0; i < v->leads; i++) {
        const struct evidence_lead *l = &v->lead[i];
        json_out_object(j);
        json_out_kv_int(j, "lead", l->lead.id.v);
        json_out_kv_text(j, "list", l->list);
        put_instant(j, "imported", l->imported_us);
        json_out_kv_text(j, "file", l->file);
        json_out_kv_text(j, "file_hash", l->file_hash);
        json_out_kv_text(j, "region", l->lead.region);
        json_out_kv_bool(j, "business", l->lead.business);
        put_date(j, "last_transaction", l->lead.last_transaction);
        put_date(j, "last_inquiry", l->lead.last_inquiry);
        put_date(j, "last_gift", l->lead.last_gift);
        put_lead_consents(j, &l->lead);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void put_ledger(struct json_out *j, const char *key,
                       const struct ledger_entry *list, size_t n)
{
    json_out_key(j, key);
    json_out_array(j);
    for (size_t i = 0; i < n; i++) {
        const struct ledger_entry *l = &list[i];
        char area[VOCAB_PLACE_MAX + 1];
        vocab_place_text(l->area, area);
        json_out_object(j);
        json_out_kv_int(j, "id", l->id);
        json_out_kv_text(j, "kind", ledger_kind_text(l->kind));
        put_slice(j, "seller", l->seller_name);
        put_number(j, "number", l->e164);
        put_slice(j, "word", l->word);
        put_slice(j, "value", l->value);
        json_out_kv_text(j, "area", area);
        put_channels(j, l->channels);
        put_date(j, "from", l->from);
        put_date(j, "to", l->to);
        put_instant(j, "from_instant", l->from_us);
        put_instant(j, "to_instant", l->to_us);
        put_slice(j, "name", l->name);
        put_slice(j, "proof", l->proof);
        put_slice(j, "wording", l->wording);
        put_slice(j, "note", l->note);
        put_instant(j, "recorded", l->recorded_us);
        put_instant(j, "declared_wrong", l->ended_us);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void put_opt_outs(struct json_out *j, const struct evidence *v)
{
    json_out_key(j, "opt_outs");
    json_out_array(j);
    for (size_t i = 0; i < v->opt_outs; i++) {
        const struct reader_opt_out *o = &v->opt_out[i];
        int64_t after = 0;
        for (size_t k = 0; k < v->attempts; k++) {
            const struct reader_attempt *a = &v->attempt[k].a;
            after += a->recorded_us > o->at_us && a->id.v != o->attempt.v &&
                     (o->seller.v == 0 || o->seller.v == a->seller.v);
        }
        json_out_object(j);
        put_instant(j, "at", o->at_us);
        put_slice(j, "seller", o->seller_name);
        json_out_kv_bool(j, "all_sellers", o->seller.v == 0);
        put_slice(j, "source", o->source);
        json_out_kv_int(j, "heard_in_call", o->attempt.v);
        json_out_kv_int(j, "calls_after", after);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

static void put_journal(struct json_out *j, const struct evidence *v)
{
    json_out_key(j, "journal");
    json_out_object(j);
    json_out_kv_int(j, "entries_shown", (int64_t)v->entries);
    json_out_kv_int(j, "entries_that_do_not_fit", (int64_t)v->misfits);
    json_out_kv_int(j, "head_seq", (int64_t)v->head_seq);
    json_out_kv_text(j, "head", v->head);
    json_out_kv_bool(j, "whole_chain_checked", v->chain_checked);
    if (v->chain_checked) {
        json_out_kv_int(j, "entries_good", (int64_t)v->chain.entries);
        json_out_kv_int(j, "broken_seq", (int64_t)v->chain.broken_seq);
        json_out_kv_text(j, "why", v->chain.why);
    }
    json_out_end_object(j);
}

void evidence_json(const struct evidence *v, struct json_out *j)
{
    json_out_object(j);
    json_out_kv_int(j, "format", EVIDENCE_FORMAT);
    put_number(j, "number", v->e164);
    put_instant(j, "made", v->now_us);
    put_instant(j, "from", v->from_us);
    put_instant(j, "until", v->until_us);
    json_out_kv_bool(j, "cut", v->cut);
    json_out_kv_bool(j, "calls_to_us_cut", v->callers_cut);
    json_out_key(j, "calls");
    json_out_array(j);
    for (size_t i = 0; i < v->attempts; i++) {
        put_attempt(j, v, &v->attempt[i]);
    }
    json_out_end_array(j);
    json_out_key(j, "calls_to_us");
    json_out_array(j);
    for (size_t i = 0; i < v->callers; i++) {
        put_call_to_us(j, &v->caller[i]);
    }
    json_out_end_array(j);
    put_versions(j, v);
    put_plans(j, v);
    put_leads(j, v);
    put_ledger(j, "ledger", v->ledger, v->ledgers);
    put_ledger(j, "caller_ledger", v->own, v->owns);
    put_opt_outs(j, v);
    put_journal(j, v);
    json_out_key(j, "not_known");
    json_out_array(j);
    for (size_t i = 0; i < v->unknowns; i++) {
        json_out_text(j, v->unknown[i]);
    }
    json_out_end_array(j);
    json_out_end_object(j);
}
