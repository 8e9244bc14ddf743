#include "report/records.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/kv.h"
#include "core/campaign/plan.h"
#include "core/lead/outcome.h"
#include "report/records_inside.h"

struct records *records_new(void)
{
    struct records *r = mem_alloc(sizeof(*r));
    arena_init(&r->arena);
    return r;
}

void records_free(struct records *r)
{
    if (r == NULL)
        return;
    arena_fini(&r->arena);
    mem_free(r->script);
    mem_free(r->caller_id);
    mem_free(r);
}

const struct record_cell *records_cell(const struct record_row *row,
                                       const char *name)
{
    for (size_t i = 0; i < row->cells; i++)
        if (strcmp(row->cell[i].name, name) == 0)
            return &row->cell[i];
    tm_unreachable("a row without its cell");
}

static struct slice copy(struct records *r, const struct record_row *row,
                         const char *name)
{
    struct slice s = records_cell(row, name)->text;
    return str_range(arena_strdup(&r->arena, s), s.n);
}

/* The general keys, as far as they are understood. */
static void read_keys(struct records_script *s)
{
    struct kv_reader kv;
    struct kv_line l;
    struct err e;
    int rc;
    kv_open(&kv, s->name, s->plan);
    while ((rc = kv_next(&kv, &l, &e)) != 0) {
        if (rc < 0 || l.section.n > 0)
            continue;
        if (str_eq(l.key, "purpose"))
            (void)vocab_purpose_parse(l.value, &s->purpose);
        else if (str_eq(l.key, "goods"))
            (void)vocab_goods_parse(l.value, &s->goods);
        else if (str_eq(l.key, "channel"))
            (void)vocab_channel_parse(l.value, &s->channel);
        else if (str_eq(l.key, "caller_kind"))
            (void)vocab_caller_parse(l.value, &s->caller_kind);
        else if (str_eq(l.key, "caller_id_authority"))
            (void)vocab_tri_parse(l.value, &s->caller_id_authority);
        else if (str_eq(l.key, "caller_name"))
            s->caller_name = l.value;
        else if (str_eq(l.key, "caller_id") && str_starts(l.value, "+"))
            (void)str_u64(str_range(l.value.p + 1, l.value.n - 1),
                          &s->caller_e164);
    }
}

static void take_script(struct records *r, const struct record_row *row)
{
    if (r->scripts == r->scripts_cap) {
        r->scripts_cap = r->scripts_cap == 0 ? 64 : r->scripts_cap * 2;
        r->script = mem_resize(r->script, r->scripts_cap * sizeof(*r->script));
    }
    struct records_script *s = &r->script[r->scripts++];
    struct err e;
    *s = (struct records_script){
        .seller = copy(r, row, "seller"),
        .campaign = copy(r, row, "campaign"),
        .id = records_cell(row, "campaign_id")->value,
        .version = records_cell(row, "version")->value,
        .from_us = records_cell(row, "used_from")->value,
        .until_us = records_cell(row, "used_until")->value,
    };
    (void)snprintf(s->name, sizeof(s->name), "%.*s version %" PRId64,
                   (int)(s->campaign.n > 100 ? 100 : s->campaign.n),
                   s->campaign.p, s->version);
    s->plan = copy(r, row, "plan");
    read_keys(s);
    const struct plan *plan;
    if (plan_parse(&r->arena, s->name, s->plan, &plan, &e) == TM_OK)
        memcpy(s->hash, plan->hash, sizeof(s->hash));
    else
        r->plans_old++;
}

static struct civil_date day_of(const struct record_row *row, const char *name)
{
    struct civil_date d;
    if (!civil_parse_date(records_cell(row, name)->text, &d))
        d = (struct civil_date){0};
    return d;
}

static void take_caller_id(struct records *r, const struct record_row *row)
{
    if (r->caller_ids == r->caller_ids_cap) {
        r->caller_ids_cap = r->caller_ids_cap == 0 ? 64 : r->caller_ids_cap * 2;
        r->caller_id =
            mem_resize(r->caller_id, r->caller_ids_cap * sizeof(*r->caller_id));
    }
    r->caller_id[r->caller_ids++] = (struct records_caller_id){
        .seller = copy(r, row, "seller"),
        .all = records_cell(row, "seller_id")->value == 0,
        .e164 = (uint64_t)records_cell(row, "number")->value,
        .proof = copy(r, row, "proof"),
        .from_text = copy(r, row, "from"),
        .to_text = copy(r, row, "to"),
        .from = day_of(row, "from"),
        .to = day_of(row, "to"),
        .ended_us = records_cell(row, "ended")->value,
    };
}

int records_take(struct records *r, enum record_table t,
                 const struct record_row *row)
{
    tm_assert(t == RECORD_TABLE_SCRIPTS || t == RECORD_TABLE_CALLER_IDS);
    if (t == RECORD_TABLE_SCRIPTS)
        take_script(r, row);
    else
        take_caller_id(r, row);
    return 0;
}

/* --- calls ----------------------------------------------------------------*/

/* Scripts come in order of campaign, then version. */
static const struct records_script *find_script(const struct records *r,
                                                int64_t id, int64_t version)
{
    size_t low = 0, high = r->scripts;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const struct records_script *s = &r->script[mid];
        if (s->id == id && s->version == version)
            return s;
        if (s->id < id || (s->id == id && s->version < version))
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* The entry that gave the right to show the number on that day. */
static const struct records_caller_id *find_authority(const struct records *r,
                                                      uint64_t e164,
                                                      struct slice seller,
                                                      int64_t at_us)
{
    struct civil_date day = civil_of_us(at_us).date;
    for (size_t i = 0; i < r->caller_ids; i++) {
        const struct records_caller_id *c = &r->caller_id[i];
        if (c->e164 == e164 && (c->all || str_same(c->seller, seller)) &&
            (c->from.year == 0 || civil_date_cmp(c->from, day) <= 0) &&
            (c->to.year == 0 || civil_date_cmp(day, c->to) <= 0) &&
            (c->ended_us == 0 || c->ended_us > at_us))
            return c;
    }
    return NULL;
}

/* The words of 310.5 for how a call ended. */
static const char *disposition(const struct record_row *row)
{
    enum outcome o;
    if (!outcome_parse(records_cell(row, "outcome")->text, &o) ||
        o == OUTCOME_UNKNOWN)
        return "unknown";
    if (records_cell(row, "abandoned")->value != 0)
        return "dropped";
    if (records_cell(row, "live")->value != 0)
        return "connected";
    return records_cell(row, "answered")->value != 0 ? "answered"
                                                     : "not answered";
}

static const char *party(struct records *r, const struct record_row *row)
{
    int64_t business = records_cell(row, "business")->value;
    r->calls_party_unknown += business < 0;
    return business < 0 ? "unknown" : business > 0 ? "business" : "consumer";
}

struct adding {
    struct records *r;
    size_t n;
};

static void add(struct adding *a, const char *name, struct slice s)
{
    tm_assert(a->n < RECORD_CELLS_MAX);
    a->r->out[a->n++] =
        (struct record_cell){.name = name, .kind = 's', .text = s};
}

static void add_cell(struct adding *a, const struct record_row *row,
                     const char *name)
{
    tm_assert(a->n < RECORD_CELLS_MAX);
    a->r->out[a->n++] = *records_cell(row, name);
}

static const char *prerecorded(const struct records_script *s)
{
    if (s == NULL || s->channel == CHANNEL_UNKNOWN)
        return "unknown";
    return s->channel == CHANNEL_VOICE_PRERECORDED ||
                   s->channel == CHANNEL_VOICE_AI
               ? "yes"
               : "no";
}

static bool is_incoming(const struct record_row *row)
{
    return records_cell(row, "incoming")->value != 0;
}

/* A caller shows his own number, not one of the plan. */
static void add_plan(struct adding *a, const struct record_row *row,
                     const struct records_script *s)
{
    static const struct slice none = {"", 0};
    bool in = is_incoming(row);
    int64_t from = s ? (int64_t)s->caller_e164 : 0;
    add(a, "purpose", s ? str_of(vocab_purpose_text(s->purpose)) : none);
    add(a, "goods", s ? str_of(vocab_goods_text(s->goods)) : none);
    add(a, "direction", str_of(in ? "inbound" : "outbound"));
    add(a, "channel", s ? str_of(vocab_channel_text(s->channel)) : none);
    add(a, "prerecorded", str_of(prerecorded(s)));
    add(a, "made_by", s ? str_of(vocab_caller_text(s->caller_kind)) : none);
    tm_assert(a->n < RECORD_CELLS_MAX);
    a->r->out[a->n++] = (struct record_cell){
        .name = "calling_number",
        .kind = 'n',
        .value = in ? records_cell(row, "from_number")->value : from};
    add(a, "caller_id_name", s && !in ? s->caller_name : none);
}

static void add_authority(struct adding *a, const struct record_row *row,
                          const struct records_script *s)
{
    static const struct slice none = {"", 0};
    bool in = is_incoming(row);
    const struct records_caller_id *c =
        s == NULL || in ? NULL
                        : find_authority(a->r, s->caller_e164,
                                         records_cell(row, "seller")->text,
                                         records_cell(row, "time")->value);
    const char *word = "unknown";
    if (in)
        word = "the caller's own";
    else if (c != NULL)
        word = "on file";
    else if (s != NULL && s->caller_id_authority == TRI_YES)
        word = "stated in the campaign only";
    else if (s != NULL)
        word = vocab_tri_text(s->caller_id_authority);
    a->r->calls_no_authority += c == NULL && !in;
    add(a, "caller_id_authority", str_of(word));
    add(a, "authority_proof", c ? c->proof : none);
    add(a, "authority_from", c ? c->from_text : none);
    add(a, "authority_to", c ? c->to_text : none);
}

void records_call(struct records *r, const struct record_row *row,
                  struct record_row *out)
{
    static const struct slice none = {"", 0};
    struct adding a = {.r = r};
    const struct records_script *s =
        find_script(r, records_cell(row, "campaign_id")->value,
                    records_cell(row, "version")->value);
    r->calls++;
    add_cell(&a, row, "call");
    add_cell(&a, row, "seller");
    add_cell(&a, row, "campaign");
    add(&a, "script", s != NULL ? str_of(s->name) : none);
    add(&a, "script_hash", s != NULL ? str_of(s->hash) : none);
    add_plan(&a, row, s);
    add_authority(&a, row, s);
    add_cell(&a, row, "called_number");
    add(&a, "party", str_of(party(r, row)));
    add_cell(&a, row, "time");
    add_cell(&a, row, "answered");
    add_cell(&a, row, "ended");
    add_cell(&a, row, "ring_s");
    add_cell(&a, row, "duration_s");
    add(&a, "disposition", str_of(disposition(row)));
    add_cell(&a, row, "outcome");
    add_cell(&a, row, "agent");
    add_cell(&a, row, "agent_disposition");
    add(&a, "transferred", str_of("no"));
    add(&a, "transferred_to", none);
    *out = (struct record_row){"calls", r->out, a.n};
}

/* --- the others -----------------------------------------------------------*/

void records_note(struct records *r, enum record_table t,
                  const struct record_row *row)
{
    if (t == RECORD_TABLE_CONSENTS) {
        r->consents++;
        r->consents_no_wording += records_cell(row, "wording")->text.n == 0;
        r->consents_no_proof += records_cell(row, "proof")->text.n == 0;
        r->consents_no_date += records_cell(row, "given")->text.n == 0;
    }
    r->providers += t == RECORD_TABLE_PROVIDERS;
    if (t == RECORD_TABLE_REGISTRY) {
        r->lists++;
        r->lists_no_account += records_cell(row, "accounts")->text.n == 0;
    }
}

struct saying {
    const struct records_script *script;
    struct kv_line line;
    struct slice step;
    int64_t part;
};

static int message(const struct saying *m, record_row_fn *v, void *arg)
{
    const struct records_script *s = m->script;
    const char *kind = str_eq(m->line.key, "say_wav") ? "sound file"
                       : str_eq(m->line.key, "say")   ? "spoken text"
                                                      : "question";
    const struct record_cell cell[] = {
        {.name = "seller", .kind = 's', .text = s->seller},
        {.name = "campaign", .kind = 's', .text = s->campaign},
        {.name = "script", .kind = 's', .text = str_of(s->name)},
        {.name = "used_from", .kind = 't', .value = s->from_us},
        {.name = "used_until", .kind = 't', .value = s->until_us},
        {.name = "step", .kind = 's', .text = m->step},
        {.name = "part", .kind = 'i', .value = m->part},
        {.name = "kind", .kind = 's', .text = str_of(kind)},
        {.name = "message", .kind = 's', .text = m->line.value},
    };
    struct record_row row = {"messages", cell, tm_array_len(cell)};
    return v(arg, &row);
}

/* What a step says and asks, in the order of the file. */
static int script_messages(const struct records_script *s, record_row_fn *v,
                           void *arg)
{
    struct kv_reader kv;
    struct saying m = {.script = s};
    struct err e;
    int rc, said = 0;
    kv_open(&kv, s->name, s->plan);
    while (said == 0 && (rc = kv_next(&kv, &m.line, &e)) != 0) {
        if (rc < 0 || !str_starts(m.line.section, "step "))
            continue;
        if (m.line.key.n == 0) {
            m.step =
                str_trim(str_range(m.line.section.p + 5, m.line.section.n - 5));
            m.part = 0;
        } else if (str_eq(m.line.key, "say") || str_eq(m.line.key, "say_wav") ||
                   str_eq(m.line.key, "question")) {
            m.part++;
            said = message(&m, v, arg);
        }
    }
    return said;
}

int records_messages(struct records *r, record_row_fn *v, void *arg)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < r->scripts; i++)
        rc = script_messages(&r->script[i], v, arg);
    return rc;
}
