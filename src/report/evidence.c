#include "report/evidence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    VERSIONS_MAX = 64,
    PLANS_MAX = 64,
    CAMPAIGNS_MAX = 256,
    LEADS_MAX = 64,
    LEDGER_MAX = 1000,
    OPT_OUTS_MAX = 64,
    ENTRIES_MAX = 200,
    UNKNOWN_MAX = 100,
    SENTENCE_MAX = 400,
};

struct walk {
    const struct evidence_question *q;
    struct arena *a;
    struct evidence *v;
    struct evidence_entry *entry; /* of the call whose entries are read */
    size_t entries;
};

static const char *keep(struct walk *w, struct slice s)
{
    return arena_strdup(w->a, s);
}

static struct slice keep_slice(struct walk *w, struct slice s)
{
    return str_range(keep(w, s), s.n);
}

static void hex(const uint8_t *hash, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", hash[i]);
    }
}

void evidence_unknown(struct evidence *v, struct arena *a, const char *fmt, ...)
{
    char text[SENTENCE_MAX];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    for (size_t i = 0; i < v->unknowns; i++) {
        if (strcmp(v->unknown[i], text) == 0) {
            return;
        }
    }
    if (v->unknowns < UNKNOWN_MAX) {
        v->unknown[v->unknowns++] = arena_strdup(a, str_of(text));
    }
}

enum dial_mode evidence_mode(const struct evidence_attempt *t)
{
    const struct plan *p = t->plan ? t->plan->plan : NULL;
    enum dial_mode own = versions_mode(t->a.versions);
    return own == DIAL_UNKNOWN && p ? p->dial_mode : own;
}

/* --- rows -----------------------------------------------------------------*/

static int add_campaign(void *arg, const struct reader_campaign *c)
{
    struct walk *w = arg;
    struct evidence *v = w->v;
    if (v->campaigns < CAMPAIGNS_MAX) {
        v->campaign[v->campaigns++] = (struct evidence_campaign){
            .id = c->id,
            .name = keep(w, c->name),
            .seller = keep(w, c->seller_name),
            .list = keep(w, c->list_name),
            .first_call_us = c->first_call_us,
        };
    }
    return 0;
}

static const struct evidence_campaign *campaign_of(const struct evidence *v,
                                                   struct campaign_id id)
{
    for (size_t i = 0; i < v->campaigns; i++) {
        if (v->campaign[i].id.v == id.v) {
            return &v->campaign[i];
        }
    }
    return NULL;
}

static int add_attempt(void *arg, const struct reader_attempt *from)
{
    struct walk *w = arg;
    struct evidence *v = w->v;
    if (v->attempts == EVIDENCE_ATTEMPTS_MAX) {
        v->cut = true;
        return 1;
    }
    struct evidence_attempt *o = &v->attempt[v->attempts++];
    o->a = *from;
    o->a.cause = keep_slice(w, from->cause);
    o->a.rules = keep_slice(w, from->rules);
    o->a.versions = keep_slice(w, from->versions);
    o->a.call_id = keep_slice(w, from->call_id);
    o->a.agent_name = keep_slice(w, from->agent_name);
    o->a.disposition = keep_slice(w, from->disposition);
    o->campaign = campaign_of(v, from->campaign);
    o->recording = o->recording_sha256 = "";
    o->local = why_local_time(w->a, w->q->zones, from->e164, from->recorded_us);
    return 0;
}

static int add_caller(void *arg, const struct reader_caller *from)
{
    struct walk *w = arg;
    struct evidence *v = w->v;
    if (v->callers == EVIDENCE_ATTEMPTS_MAX) {
        v->callers_cut = true;
        return 1;
    }
    struct evidence_caller *o = &v->caller[v->callers++];
    o->c = *from;
    o->c.cause = keep_slice(w, from->cause);
    o->c.agent_name = keep_slice(w, from->agent_name);
    o->c.disposition = keep_slice(w, from->disposition);
    o->campaign = campaign_of(v, from->campaign);
    o->recording = o->recording_sha256 = "";
    o->local = why_local_time(w->a, w->q->zones, from->e164, from->recorded_us);
    return 0;
}

static int add_lead(void *arg, const struct reader_lead *from)
{
    struct walk *w = arg;
    struct evidence *v = w->v;
    if (v->leads < LEADS_MAX) {
        struct evidence_lead *o = &v->lead[v->leads++];
        o->lead = *from->lead;
        for (size_t i = 0; i < o->lead.fields; i++) {
            o->lead.field[i].name = keep_slice(w, from->lead->field[i].name);
            o->lead.field[i].value = keep_slice(w, from->lead->field[i].value);
        }
        o->list = keep(w, from->list_name);
        o->imported_us = from->imported_us;
        o->file = o->file_hash = "";
    }
    return 0;
}

/* The last import of the list that ran when the lead came in: a lead of who
 * called us is of none. */
static int add_import(void *arg, const struct reader_import *i)
{
    struct walk *w = arg;
    for (size_t k = 0; k < w->v->leads; k++) {
        struct evidence_lead *l = &w->v->lead[k];
        bool ran = i->started_us <= l->imported_us &&
                   (i->finished_us == 0 || i->finished_us >= l->imported_us);
        if (ran && str_eq(i->list_name, l->list)) {
            l->file = keep(w, i->file_name);
            l->file_hash = keep(w, i->file_hash);
        }
    }
    return 0;
}

static int add_opt_out(void *arg, const struct reader_opt_out *from)
{
    struct walk *w = arg;
    struct evidence *v = w->v;
    if (v->opt_outs < OPT_OUTS_MAX) {
        struct reader_opt_out *o = &v->opt_out[v->opt_outs++];
        *o = *from;
        o->seller_name = keep_slice(w, from->seller_name);
        o->source = keep_slice(w, from->source);
    }
    return 0;
}

static struct ledger_entry keep_entry(struct walk *w,
                                      const struct ledger_entry *from)
{
    struct ledger_entry o = *from;
    o.seller_name = keep_slice(w, from->seller_name);
    o.address = keep_slice(w, from->address);
    o.word = keep_slice(w, from->word);
    o.value = keep_slice(w, from->value);
    o.name = keep_slice(w, from->name);
    o.proof = keep_slice(w, from->proof);
    o.wording = keep_slice(w, from->wording);
    o.note = keep_slice(w, from->note);
    return o;
}

static int add_ledger(void *arg, const struct ledger_entry *from)
{
    struct walk *w = arg;
    if (w->v->ledgers < LEDGER_MAX && from->kind != LEDGER_CALLER_ID) {
        w->v->ledger[w->v->ledgers++] = keep_entry(w, from);
    }
    return 0;
}

/* Of the caller's papers those of the sellers that called. */
static int add_own(void *arg, const struct ledger_entry *from)
{
    struct walk *w = arg;
    struct evidence *v = w->v;
    bool ours = from->seller.v == 0;
    bool shown = from->kind != LEDGER_CALLER_ID;
    for (size_t i = 0; i < v->attempts; i++) {
        ours = ours || v->attempt[i].a.seller.v == from->seller.v;
    }
    for (size_t i = 0; i < v->plans; i++) {
        shown = shown || (v->plan[i].plan != NULL &&
                          v->plan[i].plan->caller_e164 == from->e164);
    }
    if (ours && shown && v->owns < LEDGER_MAX) {
        v->own[v->owns++] = keep_entry(w, from);
    }
    return 0;
}

/* --- what attempts were decided with --------------------------------------*/

static int read_packs(struct walk *w, struct evidence_versions *o,
                      struct err *e)
{
    const struct archive *r = w->q->archive;
    struct rule_pack_text text[RULE_BOOK_PACKS_MAX];
    bool whole = o->v.packs > 0;
    for (size_t i = 0; i < o->v.packs; i++) {
        const struct versions_pack *p = &o->v.pack[i];
        int rc =
            r->pack(r->self, p->name, p->version, p->hash, &o->pack[i].p, e);
        if (rc < 0) {
            return rc;
        }
        /* Without a hash in the record only one text must fit. */
        o->pack[i].found =
            rc == 1 && (p->hash.n > 0 || o->pack[i].p.versions == 1);
        whole = whole && o->pack[i].found;
        if (!o->pack[i].found) {
            evidence_unknown(w->v, w->a,
                             "The text of rule pack %.*s, version %.*s, as it "
                             "was then is not on file.",
                             (int)p->name.n, p->name.p, (int)p->version.n,
                             p->version.p);
            continue;
        }
        text[i] = (struct rule_pack_text){o->pack[i].p.file, o->pack[i].p.text};
    }
    if (whole &&
        rule_book_load(w->a, text, o->v.packs, &o->book, NULL) != TM_OK) {
        o->book = NULL; /* of another format: the texts are there to read */
    }
    return TM_OK;
}

static int read_lists(struct walk *w, struct evidence_versions *o,
                      struct err *e)
{
    const struct archive *r = w->q->archive;
    for (size_t i = 0; i < o->v.lists; i++) {
        const struct versions_list *l = &o->v.list[i];
        struct evidence_list *to = &o->list[i];
        int rc = r->list(r->self, l->name, l->generation, &to->l, e);
        if (rc < 0) {
            return rc;
        }
        to->found = rc == 1;
        if (to->found && to->l.set) {
            to->on_list = dnc_set_has(to->l.set, w->q->e164) ? TRI_YES : TRI_NO;
        } else {
            evidence_unknown(w->v, w->a,
                             "Do-not-call list %.*s #%llu: its numbers are "
                             "gone from the disk, so whether the number was on "
                             "it is told only by the rules of the calls.",
                             (int)l->name.n, l->name.p,
                             (unsigned long long)l->generation);
        }
    }
    return TM_OK;
}

static int find_versions(struct walk *w, struct evidence_attempt *t,
                         struct err *e)
{
    struct evidence *v = w->v;
    struct slice text = versions_shared(t->a.versions);
    for (size_t i = 0; i < v->versions_n; i++) {
        if (str_eq(text, v->versions[i].text)) {
            t->versions = &v->versions[i];
            return TM_OK;
        }
    }
    if (v->versions_n == VERSIONS_MAX) {
        evidence_unknown(v, w->a,
                         "More than %d sets of rules and lists: ask "
                         "for a shorter time.",
                         (int)VERSIONS_MAX);
        return TM_OK;
    }
    struct evidence_versions *o = &v->versions[v->versions_n++];
    o->text = keep(w, text);
    versions_parse(str_of(o->text), &o->v);
    t->versions = o;
    int rc = read_packs(w, o, e);
    return rc == TM_OK ? read_lists(w, o, e) : rc;
}

static int find_plan(struct walk *w, struct evidence_attempt *t, struct err *e)
{
    struct evidence *v = w->v;
    const struct archive *r = w->q->archive;
    struct slice hash = t->versions ? t->versions->v.plan : (struct slice){0};
    for (size_t i = 0; i < v->plans; i++) {
        if (v->plan[i].campaign.v == t->a.campaign.v &&
            str_eq(hash, v->plan[i].hash)) {
            t->plan = &v->plan[i];
            return TM_OK;
        }
    }
    if (v->plans == PLANS_MAX) {
        return TM_OK;
    }
    struct evidence_plan *o = &v->plan[v->plans++];
    *o = (struct evidence_plan){.campaign = t->a.campaign,
                                .hash = keep(w, hash)};
    t->plan = o;
    int rc = r->plan(r->self, o->campaign, hash, &o->text, e);
    if (rc < 0) {
        return rc;
    }
    o->found = rc == 1;
    if (!o->found) {
        evidence_unknown(v, w->a,
                         "The campaign file %s of campaign %lld as it was then "
                         "is not on file: number shown, purpose and spoken "
                         "words of its calls are not told.",
                         o->hash, (long long)o->campaign.v);
    } else if (plan_parse(w->a, "plan", o->text.text, &o->plan, NULL) !=
               TM_OK) {
        o->plan = NULL;
        evidence_unknown(v, w->a,
                         "The campaign file %s is on file, but this program "
                         "does not read it any more: what it says of its calls "
                         "stands in its text only.",
                         o->hash);
    }
    return TM_OK;
}

/* --- journal --------------------------------------------------------------*/

static int add_entry(void *arg, const struct archive_entry *x)
{
    struct walk *w = arg;
    struct journal_entry entry;
    uint8_t hash[JOURNAL_HASH_SIZE];
    if (w->entries == ENTRIES_MAX) {
        return 1;
    }
    struct evidence_entry *o = &w->entry[w->entries++];
    *o = (struct evidence_entry){
        .seq = x->row.seq, .kind = "?", .key = "", .value = "", .note = ""};
    hex(x->row.hash, JOURNAL_HASH_SIZE, o->hash);
    if (x->prev) {
        journal_hash(x->prev, x->row.seq, x->row.payload, hash);
        o->fits = memcmp(hash, x->row.hash, sizeof hash) == 0;
    }
    if (journal_decode(x->row.payload, &entry, NULL) == TM_OK) {
        o->kind = record_kind_text(entry.record.kind);
        o->at_us = entry.record.at_us;
        o->key = keep(w, entry.record.key);
        o->value = keep(w, entry.record.value);
        o->note = keep(w, entry.record.note);
    } else {
        o->fits = false;
    }
    w->v->entries++;
    w->v->misfits += !o->fits;
    return 0;
}

static bool is_kind(const struct evidence_entry *x, enum record_kind k)
{
    return strcmp(x->kind, record_kind_text(k)) == 0;
}

/* Into w->entry. */
static int read_entries(struct walk *w, struct attempt_id id, struct err *e)
{
    const struct archive *r = w->q->archive;
    w->entry = arena_array(w->a, ENTRIES_MAX, sizeof *w->entry);
    w->entries = 0;
    int rc = r->entries(r->self, id, add_entry, w, e);
    if (rc >= 0 && w->entries == 0) {
        evidence_unknown(w->v, w->a,
                         "The journal has no entry about call %lld.",
                         (long long)id.v);
    }
    return rc < 0 ? rc : TM_OK;
}

static int check_row(void *arg, const struct journal_row *row)
{
    struct walk *w = arg;
    return journal_check_row(&w->v->chain, row) ? 0 : 1;
}

static int read_chain(struct walk *w, struct err *e)
{
    const struct archive *r = w->q->archive;
    uint8_t hash[JOURNAL_HASH_SIZE];
    int rc = r->head(r->self, &w->v->head_seq, hash, e);
    if (rc == 1) {
        hex(hash, sizeof hash, w->v->head);
    }
    if (rc < 0 || !w->q->whole_chain) {
        return rc < 0 ? rc : TM_OK;
    }
    rc = w->q->reader->journal(w->q->reader->self, 1, check_row, w, e);
    w->v->chain_checked = rc >= 0;
    return rc < 0 ? rc : TM_OK;
}

/* --- all ------------------------------------------------------------------*/

/* A call that began after a request that binds its seller. */
static void mark_after(struct evidence *v)
{
    for (size_t i = 0; i < v->attempts; i++) {
        struct evidence_attempt *t = &v->attempt[i];
        for (size_t k = 0; k < v->opt_outs; k++) {
            const struct reader_opt_out *o = &v->opt_out[k];
            bool binds = o->seller.v == 0 || o->seller.v == t->a.seller.v;
            bool later =
                t->a.recorded_us > o->at_us && t->a.id.v != o->attempt.v;
            t->after_opt_out = t->after_opt_out || (binds && later);
        }
    }
}

static int read_attempts(struct walk *w, struct err *e)
{
    const struct reader *r = w->q->reader;
    struct evidence *v = w->v;
    struct tenant_id any = {0};
    struct reader_attempts f = {.e164 = w->q->e164,
                                .from_us = w->q->from_us,
                                .until_us = w->q->until_us};
    int rc = r->campaigns(r->self, any, add_campaign, w, e);
    if (rc >= 0) {
        rc = r->attempts(r->self, &f, add_attempt, w, e);
    }
    for (size_t i = 0; i < v->attempts && rc >= 0; i++) {
        struct evidence_attempt *t = &v->attempt[i];
        rc = find_versions(w, t, e);
        if (rc == TM_OK) {
            rc = find_plan(w, t, e);
        }
        if (rc == TM_OK) {
            rc = read_entries(w, t->a.id, e);
            t->entry = w->entry;
            t->entries = w->entries;
        }
        t->rules = why_rules_parse(w->a, t->versions ? t->versions->book : NULL,
                                   t->a.rules);
    }
    return rc < 0 ? rc : TM_OK;
}

/* Keys say so only until an agent has him. Entries of a talk that name no
 * means are an agent's too: older ones do not tell. */
static void find_pressed(struct evidence_caller *t)
{
    bool joined = false;
    t->pressed_opt_out = t->c.outcome == OUTCOME_OPTED_OUT;
    t->pressed_callback = t->c.outcome == OUTCOME_CALLBACK;
    for (size_t i = 0; i < t->entries && !joined; i++) {
        const struct evidence_entry *x = &t->entry[i];
        bool key = x->key[0] == '\0';
        joined = is_kind(x, RECORD_BRIDGED);
        t->pressed_opt_out |= key && is_kind(x, RECORD_OPT_OUT);
        t->pressed_callback |= key && is_kind(x, RECORD_CALLBACK);
    }
}

static int read_callers(struct walk *w, struct err *e)
{
    const struct reader *r = w->q->reader;
    const struct reader_attempts f = {.e164 = w->q->e164,
                                      .from_us = w->q->from_us,
                                      .until_us = w->q->until_us};
    int rc = r->callers ? r->callers(r->self, &f, add_caller, w, e) : TM_OK;
    for (size_t i = 0; i < w->v->callers && rc >= 0; i++) {
        struct evidence_caller *t = &w->v->caller[i];
        rc = read_entries(w, t->c.id, e);
        t->entry = w->entry;
        t->entries = w->entries;
        find_pressed(t);
    }
    return rc < 0 ? rc : TM_OK;
}

static int read_ledgers(struct walk *w, struct err *e)
{
    static const enum ledger_kind kinds[] = {LEDGER_CALLER_ID, LEDGER_LICENCE,
                                             LEDGER_EXEMPTION};
    const struct reader *r = w->q->reader;
    struct reader_ledger f = {.kind = LEDGER_KIND_COUNT, .e164 = w->q->e164};
    if (!r->ledger) {
        evidence_unknown(w->v, w->a, "The ledgers were not read.");
        return TM_OK;
    }
    int rc = r->ledger(r->self, &f, add_ledger, w, e);
    for (size_t i = 0; i < tm_array_len(kinds) && rc >= 0; i++) {
        f = (struct reader_ledger){.kind = kinds[i]};
        rc = r->ledger(r->self, &f, add_own, w, e);
    }
    return rc < 0 ? rc : TM_OK;
}

static int read_person(struct walk *w, struct err *e)
{
    const struct reader *r = w->q->reader;
    struct list_id any = {0};
    int rc = r->leads_of_number(r->self, w->q->e164, add_lead, w, e);
    if (rc >= 0 && w->v->leads > 0) {
        rc = r->imports(r->self, any, add_import, w, e);
    }
    if (rc >= 0) {
        rc = r->opt_outs(r->self, w->q->e164, add_opt_out, w, e);
    }
    return rc < 0 ? rc : TM_OK;
}

static void make_room(struct evidence *v, struct arena *a)
{
    v->attempt = arena_array(a, EVIDENCE_ATTEMPTS_MAX, sizeof *v->attempt);
    v->caller = arena_array(a, EVIDENCE_ATTEMPTS_MAX, sizeof *v->caller);
    v->versions = arena_array(a, VERSIONS_MAX, sizeof *v->versions);
    v->plan = arena_array(a, PLANS_MAX, sizeof *v->plan);
    v->campaign = arena_array(a, CAMPAIGNS_MAX, sizeof *v->campaign);
    v->lead = arena_array(a, LEADS_MAX, sizeof *v->lead);
    v->ledger = arena_array(a, LEDGER_MAX, sizeof *v->ledger);
    v->own = arena_array(a, LEDGER_MAX, sizeof *v->own);
    v->opt_out = arena_array(a, OPT_OUTS_MAX, sizeof *v->opt_out);
    v->unknown = arena_array(a, UNKNOWN_MAX, sizeof *v->unknown);
}

int evidence_ask(const struct evidence_question *q, struct arena *a,
                 struct evidence *out, struct err *e)
{
    tm_assert(q->e164 != 0);
    struct evidence v = {.e164 = q->e164,
                         .from_us = q->from_us,
                         .until_us = q->until_us,
                         .now_us = q->now_us};
    struct walk w = {.q = q, .a = a, .v = &v};
    make_room(&v, a);
    int rc = read_person(&w, e);
    if (rc == TM_OK) {
        rc = read_attempts(&w, e);
    }
    if (rc == TM_OK) {
        rc = read_callers(&w, e);
    }
    if (rc == TM_OK) {
        rc = read_ledgers(&w, e);
    }
    if (rc == TM_OK) {
        rc = read_chain(&w, e);
    }
    if (rc == TM_OK) {
        mark_after(&v);
        *out = v;
    }
    return rc;
}
