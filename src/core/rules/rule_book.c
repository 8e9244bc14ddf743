#include "core/rules/rule_book.h"

#include <stdlib.h>
#include <string.h>

#include "core/rules/rule_calendar.h"
#include "core/rules/rule_key.h"
#include "core/rules/rule_parse.h"
#include "core/rules/verdict.h"

/* A book in the making. */
struct loader {
    struct arena *arena;
    struct rule_book *book;
    struct rule_draft draft;
    struct rule_words_draft *lifts; /* beside book->rule */
    int *lifts_line;
    struct rule_pack pack;
    bool in_rule;
    bool in_calendar;
    struct rule_calendar_draft calendar;
    const char *duty[VERDICT_DUTIES_MAX]; /* each word once */
    size_t duties;
    struct buf packs; /* names and versions */
};

static int fail(const struct loader *o, int line, struct err *e,
                const char *what, struct slice value)
{
    return err_set(e, TM_EINVAL, "%s:%d: %s \"%.*s\"", o->pack.file, line, what,
                   (int)value.n, value.p);
}

/* Interned, so that a verdict tells duties apart by their address. NULL: more
 * different duties than a verdict holds. */
static const char *duty_word(struct loader *o, struct slice s)
{
    for (size_t i = 0; i < o->duties; i++) {
        if (str_eq(s, o->duty[i])) {
            return o->duty[i];
        }
    }
    if (o->duties == VERDICT_DUTIES_MAX) {
        return NULL;
    }
    o->duty[o->duties] = arena_strdup(o->arena, s);
    return o->duty[o->duties++];
}

/* Whether one place lies in the other; v 0 is everywhere. */
static bool meet(struct place_code a, struct place_code b)
{
    return !a.v || !b.v || a.v == b.v || vocab_place_country(a).v == b.v ||
           vocab_place_country(b).v == a.v;
}

static struct place_code place_of(const struct rule *r)
{
    struct place_code p = {0};
    bool known = vocab_place_parse(str_of(r->jurisdiction), &p);
    tm_assert(known || strcmp(r->jurisdiction, "*") == 0);
    return p;
}

/* Two records of one id are versions of a rule, or the rule of two places:
 * they may not meet in both. */
static bool overlap(const struct rule *a, const struct rule *b,
                    const struct rule_code *ca, const struct rule_code *cb)
{
    return ca->from_day <= cb->to_day && cb->from_day <= ca->to_day &&
           meet(place_of(a), place_of(b));
}

static int check_id(struct loader *o, struct err *e)
{
    const struct rule *r = &o->draft.rule;
    for (size_t i = 0; i < o->book->n; i++) {
        if (strcmp(o->book->rule[i].id, r->id) == 0 &&
            overlap(&o->book->rule[i], r, &o->book->code[i], &o->draft.code)) {
            return err_set(e, TM_EINVAL,
                           "%s:%d: rule %s stands already at %s:%d, for "
                           "overlapping dates",
                           r->file, r->line, r->id, o->book->rule[i].file,
                           o->book->rule[i].line);
        }
    }
    return 0;
}

static int end_calendar(struct loader *o, struct err *e)
{
    struct rule_book *b = o->book;
    if (!o->in_calendar) {
        return 0;
    }
    o->in_calendar = false;
    for (size_t i = 0; i < b->calendars; i++) {
        if (b->calendar[i].place.v == o->calendar.place.v) {
            return fail(o, 0, e, "a calendar given twice, in",
                        str_of(o->pack.file));
        }
    }
    if (b->calendars == RULE_CALENDARS_MAX) {
        return fail(o, 0, e, "too many calendars in", str_of(o->pack.file));
    }
    rule_calendar_end(&o->calendar, o->arena, &b->calendar[b->calendars++]);
    return 0;
}

/* Interned words of a draft; NULL: one too many. */
static const char **duty_words(struct loader *o,
                               const struct rule_words_draft *w)
{
    const char **duty = arena_array(o->arena, w->n, sizeof *duty);
    for (size_t i = 0; i < w->n; i++) {
        duty[i] = duty_word(o, w->word[i]);
        if (!duty[i]) {
            return NULL;
        }
    }
    return duty;
}

static int end_rule(struct loader *o, struct err *e)
{
    if (o->in_calendar) {
        return end_calendar(o, e);
    }
    if (!o->in_rule) {
        return 0;
    }
    o->in_rule = false;
    int rc = rule_parse_end(&o->draft, e);
    if (rc == 0) {
        rc = check_id(o, e);
    }
    if (rc < 0) {
        return rc;
    }
    struct rule_draft *d = &o->draft;
    d->code.duty = duty_words(o, &d->duties);
    d->code.duties = d->duties.n;
    d->code.replaces = duty_words(o, &d->replaces);
    d->code.replaced = d->replaces.n;
    if (!d->code.duty || !d->code.replaces) {
        return fail(o, d->rule.line, e, "more duties than a book holds, with",
                    str_of(d->rule.id));
    }
    size_t i = o->book->n++;
    o->book->rule[i] = d->rule;
    o->book->code[i] = d->code;
    o->book->rule[i].code = &o->book->code[i];
    o->lifts[i] = d->lifts;
    o->lifts_line[i] = d->lifts_line;
    return 0;
}

static int begin_section(struct loader *o, const struct kv_line *l,
                         struct err *e)
{
    int rc = end_rule(o, e);
    if (rc < 0) {
        return rc;
    }
    if (str_eq(l->section, "pack")) {
        return 0;
    }
    if (str_starts(l->section, "calendar ")) {
        struct slice place = str_range(l->section.p + 9, l->section.n - 9);
        o->in_calendar = rule_calendar_begin(&o->calendar, place);
        return o->in_calendar
                   ? 0
                   : fail(o, l->section_line, e, "not a place:", place);
    }
    if (!str_starts(l->section, "rule ")) {
        return fail(
            o, l->section_line, e,
            "a section is [pack], [rule ID] or [calendar PLACE]:", l->section);
    }
    if (!o->pack.name || !o->pack.version || !o->pack.jurisdiction) {
        return fail(o, l->section_line, e,
                    "[pack] with name, version and jurisdiction comes before",
                    l->section);
    }
    if (o->book->n == RULE_BOOK_RULES_MAX) {
        return fail(o, l->section_line, e, "too many rules at", l->section);
    }
    o->in_rule = true;
    return rule_parse_begin(&o->draft, o->arena, &o->pack, l, e);
}

static int pack_key(struct loader *o, const struct kv_line *l, struct err *e)
{
    struct place_code place;
    const char **text = NULL;
    if (str_eq(l->key, "name")) {
        text = &o->pack.name;
    } else if (str_eq(l->key, "version")) {
        text = &o->pack.version;
    } else if (str_eq(l->key, "jurisdiction")) {
        text = &o->pack.jurisdiction;
        if (!str_eq(l->value, "*") && !vocab_place_parse(l->value, &place)) {
            return fail(o, l->line, e, "not a place:", l->value);
        }
    } else if (str_eq(l->key, "channels")) {
        if (!rule_parse_channels(l->value, &o->pack.channels)) {
            return fail(o, l->line, e, "not channels:", l->value);
        }
        return 0;
    } else {
        return fail(o, l->line, e, "a pack has no", l->key);
    }
    if (*text || l->value.n == 0) {
        return fail(o, l->line, e, "empty or given twice:", l->key);
    }
    *text = arena_strdup(o->arena, l->value);
    return 0;
}

static int calendar_key(struct loader *o, const struct kv_line *l,
                        struct err *e)
{
    const char *expect = rule_calendar_line(&o->calendar, l, o->book->calendar,
                                            o->book->calendars);
    return expect ? fail(o, l->line, e, expect, l->value) : 0;
}

static void end_pack(struct loader *o, struct slice text)
{
    struct place_code place;
    if (o->pack.channels &&
        vocab_place_parse(str_of(o->pack.jurisdiction), &place)) {
        o->book->cover[o->book->covers++] =
            (struct rule_cover){place, o->pack.channels};
    }
    struct rule_book_pack *p = &o->book->pack[o->book->packs_n++];
    p->name = o->pack.name;
    p->version = o->pack.version;
    p->file = o->pack.file;
    fingerprint_hex(text, p->hash);
    buf_addf(&o->packs, "%s%s %s@%.*s", o->packs.n ? ", " : "", p->name,
             p->version, (int)RULE_BOOK_HASH_SHORT, p->hash);
}

static int load_pack(struct loader *o, const struct rule_pack_text *t,
                     struct err *e)
{
    o->pack = (struct rule_pack){
        .file = arena_strdup(o->arena, str_of(t->file)),
    };
    struct kv_reader r;
    kv_open(&r, o->pack.file, t->text);
    struct kv_line l;
    int rc;
    while ((rc = kv_next(&r, &l, e)) == 1) {
        if (l.key.n == 0) {
            rc = begin_section(o, &l, e);
        } else if (l.section.n == 0) {
            rc = fail(o, l.line, e, "before the first section:", l.key);
        } else {
            rc = o->in_rule       ? rule_parse_line(&o->draft, &l, e)
                 : o->in_calendar ? calendar_key(o, &l, e)
                                  : pack_key(o, &l, e);
        }
        if (rc < 0) {
            return rc;
        }
    }
    if (rc == 0) {
        rc = end_rule(o, e);
    }
    if (rc == 0 &&
        (!o->pack.name || !o->pack.version || !o->pack.jurisdiction)) {
        rc = fail(o, r.line, e, "no [pack] with name, version, jurisdiction in",
                  str_of(o->pack.file));
    }
    if (rc == 0) {
        end_pack(o, t->text);
    }
    return rc;
}

/* "US-FTC-*" names every rule that begins so, the exemption itself not. */
static bool names(struct slice pattern, const char *id)
{
    if (pattern.n > 0 && pattern.p[pattern.n - 1] == '*') {
        return strncmp(pattern.p, id, pattern.n - 1) == 0;
    }
    return str_eq(pattern, id);
}

/* What an exemption may lift: rules of its own country that bind by a test,
 * not those of another subdivision. The operator's own rules ("*") therefore
 * are out of reach of any law. */
static bool may_lift(const struct rule_book *b, size_t by, size_t target)
{
    struct place_code own = place_of(&b->rule[by]);
    struct place_code its = place_of(&b->rule[target]);
    struct place_code country = vocab_place_country(own);
    return b->code[target].role != RULE_EXEMPT &&
           country.v == vocab_place_country(its).v &&
           (own.v == its.v || own.v == country.v || its.v == country.v);
}

static int resolve_lifts(struct loader *o, size_t by, struct err *e)
{
    struct rule_book *b = o->book;
    uint16_t found[RULE_BOOK_RULES_MAX];
    size_t n = 0;
    for (size_t w = 0; w < o->lifts[by].n; w++) {
        size_t before = n;
        for (size_t i = 0; i < b->n; i++) {
            if (names(o->lifts[by].word[w], b->rule[i].id) &&
                may_lift(b, by, i) && n < RULE_BOOK_RULES_MAX) {
                found[n++] = (uint16_t)i;
            }
        }
        if (n == before) {
            o->pack.file = b->rule[by].file;
            return fail(o, o->lifts_line[by], e,
                        "lifts a rule that does not exist or is not of its "
                        "country:",
                        o->lifts[by].word[w]);
        }
    }
    uint16_t *lift = arena_array(o->arena, n, sizeof *lift);
    memcpy(lift, found, n * sizeof *lift);
    b->code[by].lift = lift;
    b->code[by].lifts = n;
    return 0;
}

/* Neighbours of one jurisdiction become a group. */
static void make_groups(struct loader *o)
{
    struct rule_book *b = o->book;
    for (size_t i = 0; i < b->n; i++) {
        struct place_code p = place_of(&b->rule[i]);
        struct rule_group *last = b->groups ? &b->group[b->groups - 1] : NULL;
        enum rule_reach reach = b->code[i].reach;
        if (last && last->place.v == p.v && last->reach == reach) {
            last->n++;
        } else {
            b->group[b->groups++] = (struct rule_group){
                .place = p, .reach = reach, .first = i, .n = 1};
        }
    }
}

static int by_place(const void *a, const void *b)
{
    const struct rule_entry *x = a, *y = b;
    if (x->place.v != y->place.v) {
        return x->place.v < y->place.v ? -1 : 1;
    }
    return (int)x->group - (int)y->group;
}

static void make_entries(struct loader *o)
{
    struct rule_book *b = o->book;
    b->entry = arena_array(o->arena, b->groups, sizeof *b->entry);
    for (size_t g = 0; g < b->groups; g++) {
        b->entry[g] = (struct rule_entry){b->group[g].place, (uint16_t)g};
    }
    if (b->groups > 0) {
        qsort(b->entry, b->groups, sizeof *b->entry, by_place);
    }
}

/* What rules say of calendars and clocks, once all packs are read. */
static void bind_time(struct loader *o)
{
    struct rule_book *b = o->book;
    b->fix = arena_array(o->arena, b->n, sizeof *b->fix);
    b->dated = arena_array(o->arena, b->n, sizeof *b->dated);
    for (size_t i = 0; i < b->n; i++) {
        struct rule_code *c = &b->code[i];
        for (size_t k = 0; k < b->calendars; k++) {
            if (b->calendar[k].place.v == c->param.calendar.v) {
                c->param.days = &b->calendar[k];
            }
        }
        if (c->test == TEST_ZONE && c->binds) {
            int64_t offset_us = c->param.offset_s * CIVIL_SECOND_US;
            b->fix[b->fixes++] = (struct rule_zone_fix){
                .zone = c->param.zone,
                .from_us = c->from_day * CIVIL_DAY_US - offset_us,
                .offset_us = offset_us,
                .rule = c,
            };
        }
        if (c->role == RULE_EXEMPT && c->from_day != INT32_MIN) {
            b->dated[b->dateds++] = (uint16_t)i;
        }
    }
}

static bool is_any(const struct rule_code *c)
{
    return c->binds;
}

static bool is_exemption(const struct rule_code *c)
{
    return c->binds && c->role == RULE_EXEMPT;
}

static bool is_timed(const struct rule_code *c)
{
    return c->binds && c->is_time;
}

static struct rule_index index_of(struct loader *o, const struct rule_group *g,
                                  uint32_t channel,
                                  bool (*is)(const struct rule_code *c))
{
    struct rule_listed *rule = arena_array(o->arena, g->n, sizeof *rule);
    size_t n = 0;
    for (size_t i = g->first; i < g->first + g->n; i++) {
        const struct rule_code *c = &o->book->code[i];
        if ((c->channels & channel) && is(c)) {
            rule[n++] = (struct rule_listed){
                .never = rule_key_never(c),
                .sure = rule_key_sure(c, channel),
                .rule = (uint16_t)i,
            };
        }
    }
    return (struct rule_index){rule, n};
}

/* What each group has for a channel. */
static void index_groups(struct loader *o)
{
    struct rule_book *b = o->book;
    for (size_t i = 0; i < b->n; i++) {
        struct rule_code *c = &b->code[i];
        c->plain = c->regions == 0 && c->from_day == INT32_MIN &&
                   c->to_day == INT32_MAX;
    }
    for (size_t g = 0; g < b->groups; g++) {
        struct rule_group *group = &b->group[g];
        for (unsigned c = 0; c < CHANNEL_COUNT; c++) {
            uint32_t bit = VOCAB_BIT(c);
            group->all[c] = index_of(o, group, bit, is_any);
            group->exempt[c] = index_of(o, group, bit, is_exemption);
            group->time[c] = index_of(o, group, bit, is_timed);
        }
    }
}

static void note_policy(struct rule_book *b)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct rule_code *c = &b->code[i];
        if (c->test == TEST_POLICY_CAP && c->binds) {
            b->cap_slots |= UINT32_C(1) << c->param.slot;
        }
        b->policy_hours |= c->test == TEST_POLICY_HOURS && c->binds;
    }
}

static void loader_init(struct loader *o, struct arena *a)
{
    *o = (struct loader){.arena = a};
    o->book = arena_alloc(a, sizeof *o->book);
    struct rule_book *b = o->book;
    b->rule = arena_array(a, RULE_BOOK_RULES_MAX, sizeof *b->rule);
    b->code = arena_array(a, RULE_BOOK_RULES_MAX, sizeof *b->code);
    b->group = arena_array(a, RULE_BOOK_RULES_MAX, sizeof *b->group);
    b->calendar = arena_array(a, RULE_CALENDARS_MAX, sizeof *b->calendar);
    b->cover = arena_array(a, RULE_BOOK_PACKS_MAX, sizeof *b->cover);
    o->lifts = mem_alloc(RULE_BOOK_RULES_MAX * sizeof *o->lifts);
    o->lifts_line = mem_alloc(RULE_BOOK_RULES_MAX * sizeof *o->lifts_line);
    buf_init(&o->packs, 16384);
}

static void loader_fini(struct loader *o)
{
    mem_free(o->lifts);
    mem_free(o->lifts_line);
    buf_fini(&o->packs);
}

static int load_all(struct loader *o, const struct rule_pack_text *packs,
                    size_t n, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = load_pack(o, &packs[i], e);
    }
    for (size_t i = 0; i < o->book->n && rc == 0; i++) {
        rc = resolve_lifts(o, i, e);
    }
    return rc;
}

int rule_book_load(struct arena *a, const struct rule_pack_text *packs,
                   size_t n, const struct rule_book **out, struct err *e)
{
    tm_assert(packs || n == 0);
    if (n > RULE_BOOK_PACKS_MAX) {
        return err_set(e, TM_ELIMIT, "%zu rule packs, at most %d", n,
                       (int)RULE_BOOK_PACKS_MAX);
    }
    struct loader o;
    loader_init(&o, a);
    int rc = load_all(&o, packs, n, e);
    if (rc == 0) {
        make_groups(&o);
        make_entries(&o);
        bind_time(&o);
        index_groups(&o);
        note_policy(o.book);
        o.book->packs = arena_strdup(a, buf_slice(&o.packs));
        *out = o.book;
    }
    loader_fini(&o);
    return rc;
}

const char *rule_book_packs(const struct rule_book *b)
{
    return b->packs;
}

size_t rule_book_pack_count(const struct rule_book *b)
{
    return b->packs_n;
}

const struct rule_book_pack *rule_book_pack(const struct rule_book *b, size_t i)
{
    tm_assert(i < b->packs_n);
    return &b->pack[i];
}

size_t rule_book_size(const struct rule_book *b)
{
    return b->n;
}

const struct rule *rule_book_at(const struct rule_book *b, size_t i)
{
    tm_assert(i < b->n);
    return &b->rule[i];
}

const struct rule *rule_book_find(const struct rule_book *b, const char *id)
{
    for (size_t i = 0; i < b->n; i++) {
        if (strcmp(b->rule[i].id, id) == 0) {
            return &b->rule[i];
        }
    }
    return NULL;
}
