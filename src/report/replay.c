#include "report/replay.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/campaign/lead_case.h"
#include "core/number/number.h"
#include "core/rules/rules.h"
#include "report/decide_write.h"
#include "report/replay_counters.h"
#include "report/replay_lead.h"
#include "report/versions.h"
#include "report/why.h"

enum {
    WORLDS_MAX = 32,
    WHY_MAX = 300,
    SENTENCE_MAX = 16000,
    CASE_MAX = 1 << 20,
    CAVEATS_MAX = 16,
    DIFFERENCES_MAX = 2 * VERDICT_REASONS_MAX,
};

/* What attempts of the same versions and campaign share. */
struct world {
    const char *text; /* of the versions */
    struct campaign_id campaign;
    struct versions v;
    const struct rule_book *book;
    const struct plan *plan;
    struct dnc_lists *lists;
    int64_t first_call_us; /* of the campaign */
    char why[WHY_MAX];     /* not replayable, "" it is */
};

struct replay {
    struct replay_options o;
    struct arena arena;
    struct replay_counters counters;
    struct world world[WORLDS_MAX];
    size_t worlds;
};

const char *replay_result_text(enum replay_result r)
{
    switch (r) {
    case REPLAY_EQUAL: return "as_then";
    case REPLAY_DIFFERS: return "differs";
    case REPLAY_NOT_REPLAYABLE: return "not_replayable";
    }
    return "?";
}

struct replay *replay_new(const struct replay_options *o)
{
    struct replay *r = mem_alloc(sizeof *r);
    r->o = *o;
    arena_init(&r->arena);
    return r;
}

void replay_free(struct replay *r)
{
    if (r) {
        replay_counters_fini(&r->counters);
        arena_fini(&r->arena);
        mem_free(r);
    }
}

/* --- what it was decided with ---------------------------------------------*/

/* The first reason stays. */
static void TM_PRINTF(2, 3) gone(struct world *w, const char *fmt, ...)
{
    va_list args;
    if (w->why[0]) {
        return;
    }
    va_start(args, fmt);
    (void)vsnprintf(w->why, sizeof w->why, fmt, args);
    va_end(args);
}

static int read_book(struct replay *r, struct world *w, struct err *e)
{
    const struct archive *a = r->o.archive;
    struct rule_pack_text text[RULE_BOOK_PACKS_MAX];
    struct err why;
    for (size_t i = 0; i < w->v.packs; i++) {
        const struct versions_pack *p = &w->v.pack[i];
        struct archive_pack found = {0};
        int rc = a->pack(a->self, p->name, p->version, p->hash, &found, e);
        if (rc < 0) {
            return rc;
        }
        if (rc == 0 || (p->hash.n == 0 && found.versions > 1)) {
            gone(w, "rule pack %.*s %.*s is not on file as it was",
                 (int)p->name.n, p->name.p, (int)p->version.n, p->version.p);
            return TM_OK;
        }
        text[i] = (struct rule_pack_text){found.file, found.text};
    }
    if (w->v.packs == 0) {
        gone(w, "the attempt does not tell its rule packs");
    } else if (rule_book_load(&r->arena, text, w->v.packs, &w->book, &why) !=
               TM_OK) {
        gone(w, "this program does not read the rule packs of then: %s",
             why.text);
    }
    return TM_OK;
}

static int read_plan(struct replay *r, struct world *w, struct err *e)
{
    const struct archive *a = r->o.archive;
    struct archive_plan plan = {0};
    struct err why;
    int rc = a->plan(a->self, w->campaign, w->v.plan, &plan, e);
    if (rc < 0) {
        return rc;
    }
    if (rc == 0) {
        gone(w, "the campaign file %.*s is not on file", (int)w->v.plan.n,
             w->v.plan.p);
    } else if (plan_parse(&r->arena, "plan", plan.text, &w->plan, &why) !=
               TM_OK) {
        gone(w, "this program does not read the campaign file of then: %s",
             why.text);
    }
    return TM_OK;
}

static int read_lists(struct replay *r, struct world *w, struct err *e)
{
    const struct archive *a = r->o.archive;
    w->lists = arena_alloc(&r->arena, sizeof *w->lists);
    for (size_t i = 0; i < w->v.lists; i++) {
        const struct versions_list *l = &w->v.list[i];
        struct archive_list found = {0};
        int rc = a->list(a->self, l->name, l->generation, &found, e);
        if (rc < 0) {
            return rc;
        }
        if (rc == 0 || !found.set) {
            gone(w, "list %.*s #%llu is gone", (int)l->name.n, l->name.p,
                 (unsigned long long)l->generation);
            return TM_OK;
        }
        w->lists->set[w->lists->n++] = *found.set;
    }
    return TM_OK;
}

static int find_campaign(void *arg, const struct reader_campaign *c)
{
    struct world *w = arg;
    if (c->id.v == w->campaign.v) {
        w->first_call_us = c->first_call_us;
        return 1;
    }
    return 0;
}

static int read_world(struct replay *r, struct world *w, struct err *e)
{
    const struct reader *reader = r->o.reader;
    struct tenant_id any = {0};
    versions_parse(str_of(w->text), &w->v);
    int rc = read_book(r, w, e);
    if (rc == TM_OK) {
        rc = read_plan(r, w, e);
    }
    if (rc == TM_OK) {
        rc = read_lists(r, w, e);
    }
    if (rc == TM_OK) {
        rc = reader->campaigns(reader->self, any, find_campaign, w, e);
    }
    return rc < 0 ? rc : TM_OK;
}

static int world_of(struct replay *r, const struct reader_attempt *t,
                    struct world **out, struct err *e)
{
    struct slice text = versions_shared(t->versions);
    for (size_t i = 0; i < r->worlds; i++) {
        struct world *w = &r->world[i];
        if (w->campaign.v == t->campaign.v && str_eq(text, w->text)) {
            *out = w;
            return TM_OK;
        }
    }
    if (r->worlds == WORLDS_MAX) { /* begin anew rather than grow */
        r->worlds = 0;
        arena_reset(&r->arena);
    }
    struct world *w = &r->world[r->worlds];
    *w = (struct world){.campaign = t->campaign,
                        .text = arena_strdup(&r->arena, text)};
    int rc = read_world(r, w, e);
    r->worlds += rc == TM_OK;
    *out = w;
    return rc;
}

/* --- one attempt ----------------------------------------------------------*/

/* All that is needed to judge one. */
struct judging {
    struct replay *r;
    struct arena *a;
    const struct reader_attempt *t;
    const struct world *w;
    struct replay_answer *out;
    struct replay_lead lead;
    struct suppression suppression;
    const struct caller_facts *facts;
    struct campaign_counters counters;
    uint64_t seq;    /* of its first entry in the journal, 0 not known */
    bool moved;      /* the person's place was corrected after the call */
    size_t harmless; /* caveats that no rule asks for */
    struct lead_case k;
    struct verdict v;
    const char *caveat[CAVEATS_MAX];
    const char *difference[DIFFERENCES_MAX];
};

static void TM_PRINTF(2, 3) caveat(struct judging *j, const char *fmt, ...)
{
    char text[WHY_MAX];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (j->out->caveats < CAVEATS_MAX) {
        j->caveat[j->out->caveats++] = arena_strdup(j->a, str_of(text));
    }
}

static void not_replayable(struct judging *j, const char *why)
{
    j->out->result = REPLAY_NOT_REPLAYABLE;
    j->out->why = arena_strdup(j->a, str_of(why));
}

/* The campaign's counters as they stood. */
static int count_calls(struct judging *j, struct err *e)
{
    int64_t at_us = j->t->recorded_us;
    bool begun = j->w->first_call_us != 0 && j->w->first_call_us <= at_us;
    if (!begun) {
        return TM_OK;
    }
    j->counters.first_call_us = j->w->first_call_us;
    if (!j->r->o.counters) {
        caveat(j, "the campaign's counters were not read again: rules on "
                  "abandoned calls are judged as if none had been made");
        return TM_OK;
    }
    return replay_counters_at(&j->r->counters, j->r->o.reader, j->t,
                              &j->counters, e);
}

static bool phone_of(const struct judging *j, size_t *out)
{
    const struct lead *l = &j->lead.lead;
    for (size_t i = 0; i < l->phones; i++) {
        if (l->phone[i].e164 == j->t->e164) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* --- what was corrected since ---------------------------------------------*/

static int take_correction(void *arg, const struct archive_correction *x)
{
    struct judging *j = arg;
    char day[11];
    /* By the journal's order: clocks may differ. */
    bool before =
        j->seq != 0 ? x->seq <= j->seq : x->at_us <= j->t->recorded_us;
    if (before) {
        return 0;
    }
    civil_format_date(civil_of_us(x->at_us).date, day);
    caveat(j,
           "the lead's %.*s was corrected on %s, after the call; what stood "
           "before is not on file",
           (int)x->key.n, x->key.p, day);
    bool moved = str_eq(x->key, "country") || str_eq(x->key, "region") ||
                 str_eq(x->key, "county");
    j->moved = j->moved || moved;
    j->harmless += !moved;
    return 0;
}

static int take_first(void *arg, const struct archive_entry *x)
{
    struct judging *j = arg;
    j->seq = x->row.seq;
    return 1;
}

/* A correction by any number of the lead changed the whole lead. */
static int find_corrections(struct judging *j, struct err *e)
{
    const struct archive *a = j->r->o.archive;
    const struct lead *l = &j->lead.lead;
    if (!a->corrections) {
        return TM_OK;
    }
    int rc = a->entries(a->self, j->t->id, take_first, j, e);
    rc = rc < 0 ? rc : TM_OK;
    for (size_t i = 0; rc == TM_OK && i < l->phones; i++) {
        rc = a->corrections(a->self, l->phone[i].e164, take_correction, j, e);
    }
    return rc;
}

static void data_caveats(struct judging *j)
{
    char numbers[100];
    const struct versions *v = &j->w->v;
    const struct tz_set *zones = j->r->o.zones;
    (void)snprintf(numbers, sizeof numbers, "%s, %s", number_metadata_version(),
                   number_zone_version());
    if (!str_eq(v->zones, zones->version)) {
        caveat(j, "time zone data were %.*s then and are %s now",
               (int)v->zones.n, v->zones.p, zones->version);
    }
    if (!str_eq(v->numbers, numbers)) {
        caveat(j, "number data were %.*s then and are %s now",
               (int)v->numbers.n, v->numbers.p, numbers);
    }
    if (j->lead.imported_us > j->t->recorded_us) {
        caveat(j, "the lead is on file only since after the call");
    }
    if (j->lead.later_dates) {
        caveat(j, "dates of the relationship after the call were left out; "
                  "what stood before them is not on file");
    }
}

/* --- comparing ------------------------------------------------------------*/

static const char *effect_of(const struct why_rules *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++) {
        if (strcmp(r->rule[i].id, id) == 0) {
            return r->rule[i].effect;
        }
    }
    return NULL;
}

static void differ(struct judging *j, const char *id, const char *then,
                   const char *now)
{
    char text[WHY_MAX];
    (void)snprintf(text, sizeof text, "%s: %s then, %s in the replay", id,
                   then ? then : "did not speak", now ? now : "does not speak");
    if (j->out->differences < DIFFERENCES_MAX) {
        j->difference[j->out->differences++] = arena_strdup(j->a, str_of(text));
    }
}

static void compare(struct judging *j)
{
    struct replay_answer *o = j->out;
    struct why_rules then =
        why_rules_parse(j->a, NULL, str_of(o->recorded_rules));
    struct why_rules now =
        why_rules_parse(j->a, NULL, str_of(o->replayed_rules));
    for (size_t i = 0; i < then.n; i++) {
        const char *effect = effect_of(&now, then.rule[i].id);
        if (!effect || strcmp(effect, then.rule[i].effect) != 0) {
            differ(j, then.rule[i].id, then.rule[i].effect, effect);
        }
    }
    for (size_t i = 0; i < now.n; i++) {
        if (!effect_of(&then, now.rule[i].id)) {
            differ(j, now.rule[i].id, NULL, now.rule[i].effect);
        }
    }
}

static const char *text_of(struct judging *j, struct buf *b)
{
    const char *text = arena_strdup(j->a, buf_slice(b));
    buf_clear(b);
    return text;
}

static void tell(struct judging *j)
{
    struct replay_answer *o = j->out;
    const struct verdict *v = &j->v;
    struct buf b;
    buf_init(&b, CASE_MAX);
    o->kind = v->kind;
    o->not_before_us = v->not_before_us;
    verdict_sentence(v, &b);
    o->sentence = text_of(j, &b);
    verdict_rules_text(v, &b);
    o->replayed_rules = text_of(j, &b);
    decide_write(&j->k.k, NULL, &b);
    o->input_case = text_of(j, &b);
    buf_fini(&b);
    decide_write_hash(&j->k.k, o->input);
    o->result = v->kind == VERDICT_ALLOW ? REPLAY_EQUAL : REPLAY_DIFFERS;
    for (size_t i = 0; v->kind != VERDICT_ALLOW && i < v->reasons; i++) {
        enum verdict_effect said = v->reason[i].effect;
        o->deny_known_then = o->deny_known_then || said == EFFECT_DENIED ||
                             said == EFFECT_NOT_BEFORE;
    }
    compare(j);
}

/* An accusation needs all that was known then: the place decides zone, rules
 * and holidays of every call, the rest may have. */
static void weaken(struct judging *j)
{
    struct replay_answer *o = j->out;
    if (j->moved) {
        not_replayable(j, "the place of the person was corrected after the "
                          "call; what stood before is not on file");
    } else if (o->result == REPLAY_DIFFERS && o->caveats > j->harmless) {
        not_replayable(j, "the replay says otherwise, but not all that the "
                          "call was judged by is on file as it was");
    }
    o->deny_known_then = o->deny_known_then && o->result == REPLAY_DIFFERS;
}

static void judge(struct judging *j, size_t phone)
{
    const struct world *w = j->w;
    const struct lead_case_input in = {
        .plan = w->plan,
        .seller = j->t->seller,
        .book = w->book,
        .zones = j->r->o.zones,
        .lists = w->lists,
        .suppression = &j->suppression,
        .facts = j->facts,
        .now_us = j->t->recorded_us,
        .bucket = j->counters.cell,
        .buckets = j->counters.cells,
        .first_call_us = j->counters.first_call_us,
        .mode = versions_mode(j->t->versions),
    };
    lead_case_build(&j->k, &in, &j->lead.lead, phone);
    int rc = rules_check(w->book, &j->k.k, j->t->id, &j->v, NULL);
    if (rc != TM_OK) {
        not_replayable(j, j->v.remedy);
        return;
    }
    data_caveats(j);
    tell(j);
    weaken(j);
}

static int read_past(struct judging *j, struct err *e)
{
    const struct archive *a = j->r->o.archive;
    struct tenant_id tenant = {1};
    j->lead = (struct replay_lead){
        .reader = j->r->o.reader,
        .id = j->t->lead,
        .seller = j->t->seller,
        .attempt = j->t->id,
        .at_us = j->t->recorded_us,
        .suppression = &j->suppression,
    };
    int rc = replay_lead_read(&j->lead, e);
    if (rc == TM_OK && a->facts) {
        rc = a->facts(a->self, tenant, j->t->recorded_us, &j->facts, e);
        rc = rc < 0 ? rc : TM_OK;
    }
    return rc == TM_OK ? count_calls(j, e) : rc;
}

static int replay_one(struct judging *j, struct err *e)
{
    size_t phone;
    if (j->w->why[0]) {
        not_replayable(j, j->w->why);
        return TM_OK;
    }
    int rc = read_past(j, e);
    if (rc != TM_OK) {
        return rc;
    }
    if (!j->lead.found) {
        not_replayable(j, "the lead is not on file any more");
    } else if (!phone_of(j, &phone)) {
        not_replayable(j, "the number is not the lead's any more");
    } else {
        rc = find_corrections(j, e);
        if (rc == TM_OK) {
            judge(j, phone);
        }
    }
    return rc;
}

/* The lists of words go where the answer lives. */
static void keep_words(struct judging *j)
{
    struct replay_answer *o = j->out;
    const char **c = arena_array(j->a, o->caveats, sizeof *c);
    const char **d = arena_array(j->a, o->differences, sizeof *d);
    memcpy(c, j->caveat, o->caveats * sizeof *c);
    memcpy(d, j->difference, o->differences * sizeof *d);
    o->caveat = c;
    o->difference = d;
}

int replay_attempt(struct replay *r, struct arena *a,
                   const struct reader_attempt *attempt,
                   struct replay_answer *out, struct err *e)
{
    struct world *w;
    int rc = world_of(r, attempt, &w, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct replay_answer answer = {
        .why = "",
        .sentence = "",
        .recorded_rules = arena_strdup(a, attempt->rules),
        .replayed_rules = "",
        .input_case = "",
    };
    struct judging *j = mem_alloc(sizeof *j);
    j->r = r;
    j->a = a;
    j->t = attempt;
    j->w = w;
    j->out = &answer;
    suppression_init(&j->suppression);
    rc = replay_one(j, e);
    keep_words(j);
    suppression_fini(&j->suppression);
    mem_free(j);
    if (rc == TM_OK) {
        *out = answer;
    }
    return rc;
}
