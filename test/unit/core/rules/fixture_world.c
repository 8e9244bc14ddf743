#include "unit/core/rules/fixture_world.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_MAX = 1 << 20 };

struct slice fixture_world_file(struct arena *a, const char *path)
{
    char full[512];
    (void)snprintf(full, sizeof full, "%s%s", path[0] == '/' ? "" : SOURCE_DIR,
                   path[0] == '/' ? path : "/");
    if (path[0] != '/') {
        (void)snprintf(full, sizeof full, "%s/%s", SOURCE_DIR, path);
    }
    FILE *f = fopen(full, "rb");
    if (!f) {
        fail_msg("cannot open %s", full);
    }
    char *p = arena_alloc(a, FILE_MAX);
    size_t n = fread(p, 1, FILE_MAX, f);
    (void)fclose(f);
    assert_true(n < FILE_MAX);
    return str_range(p, n);
}

const struct tz *fixture_world_zone(struct world *w, const char *name)
{
    const struct tz *z = tz_set_find(&w->zones, name);
    if (z) {
        return z;
    }
    char path[256];
    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    struct slice bytes = fixture_world_file(&w->arena, path);
    struct err e;
    if (tz_parse(&w->arena, name, bytes.p, bytes.n, &z, &e) < 0) {
        fail_msg("%s", e.text);
    }
    tz_set_add(&w->zones, z);
    return z;
}

/* The section of a rule, its head included. */
static struct slice section_of(struct slice text, const char *rule)
{
    char head[64];
    (void)snprintf(head, sizeof head, "[rule %s]\n", rule);
    const char *p = memmem(text.p, text.n, head, strlen(head));
    if (!p) {
        return str_range(NULL, 0);
    }
    size_t rest = (size_t)(text.p + text.n - p);
    const char *end = memmem(p + 1, rest - 1, "\n[rule ", 7);
    return str_range(p, end ? (size_t)(end + 1 - p) : rest);
}

/* The text with `old` in a section replaced, or the section taken out. */
static struct slice mutate(struct arena *a, struct slice text,
                           struct slice section, const char *old,
                           const char *now)
{
    const char *cut = section.p;
    size_t length = section.n;
    if (old) {
        cut = memmem(section.p, section.n, old, strlen(old));
        if (!cut) {
            fail_msg("no \"%s\" in %.60s", old, section.p);
        }
        length = strlen(old);
    }
    struct slice with = now ? str_of(now) : str_range("", 0);
    size_t before = (size_t)(cut - text.p);
    size_t after = text.n - before - length;
    char *p = arena_alloc(a, text.n + with.n + 1);
    memcpy(p, text.p, before);
    memcpy(p + before, with.p, with.n);
    memcpy(p + before + with.n, cut + length, after);
    return str_range(p, before + with.n + after);
}

/* All packs of the repository, in the order of the program. */
size_t fixture_world_law(struct arena *a, struct rule_pack_text *out)
{
    static const char *const folder[] = {"rules", "rules/law"};
    size_t n = 0;
    for (size_t f = 0; f < tm_array_len(folder); f++) {
        char pattern[512];
        glob_t found;
        (void)snprintf(pattern, sizeof pattern, "%s/%s/*.rules", SOURCE_DIR,
                       folder[f]);
        assert_int_equal(glob(pattern, 0, NULL, &found), 0);
        for (size_t i = 0; i < found.gl_pathc; i++) {
            const char *path = found.gl_pathv[i] + strlen(SOURCE_DIR) + 1;
            assert_true(n < RULE_BOOK_PACKS_MAX);
            out[n].file = arena_strdup(a, str_of(path));
            out[n].text = fixture_world_file(a, path);
            n++;
        }
        globfree(&found);
    }
    return n;
}

const struct rule_book *fixture_world_law_book(struct arena *a)
{
    struct rule_pack_text pack[RULE_BOOK_PACKS_MAX];
    size_t n = fixture_world_law(a, pack);
    const struct rule_book *b = NULL;
    struct err e;
    if (rule_book_load(a, pack, n, &b, &e) < 0) {
        fail_msg("%s", e.text);
    }
    return b;
}

const struct rule_book *fixture_world_book(struct arena *a, const char *rule,
                                           const char *old, const char *now)
{
    struct rule_pack_text pack[] = {
        {"rules/us-federal.rules", {NULL, 0}},
        {"rules/operator.rules", {NULL, 0}},
    };
    bool found = !rule;
    for (size_t i = 0; i < tm_array_len(pack); i++) {
        pack[i].text = fixture_world_file(a, pack[i].file);
        struct slice section = {NULL, 0};
        if (rule) {
            section = section_of(pack[i].text, rule);
        }
        if (section.p) {
            found = true;
            pack[i].text = mutate(a, pack[i].text, section, old, now);
        }
    }
    assert_true(found);
    const struct rule_book *b = NULL;
    struct err e;
    if (rule_book_load(a, pack, tm_array_len(pack), &b, &e) < 0) {
        fail_msg("%s", e.text);
    }
    return b;
}

void fixture_world_init(struct world *w)
{
    arena_init(&w->arena);
    tz_set_init(&w->zones, &w->arena, "test");
    w->book = fixture_world_book(&w->arena, NULL, NULL, NULL);
}

void fixture_world_fini(struct world *w)
{
    arena_fini(&w->arena);
}

int64_t fixture_world_instant(const char *text)
{
    int64_t us = 0;
    if (!civil_parse_instant(str_of(text), &us)) {
        fail_msg("not an instant: %s", text);
    }
    return us;
}

struct civil_date fixture_world_date(const char *text)
{
    struct civil_date d = {0};
    if (!civil_parse_date(str_of(text), &d)) {
        fail_msg("not a date: %s", text);
    }
    return d;
}

struct place_code fixture_world_place(const char *text)
{
    struct place_code p = {0};
    assert_true(vocab_place_parse(str_of(text), &p));
    return p;
}

static void presentation(struct case_presentation *p)
{
    p->caller_id_present = TRI_YES;
    p->name_present = TRI_YES;
    p->authority = TRI_YES;
    p->interactive_opt_out = TRI_YES;
    p->abandon_message = TRI_YES;
    p->ring_us = 20 * CIVIL_SECOND_US;
}

void fixture_world_lawful(struct world *w, struct lawful *l)
{
    memset(l, 0, sizeof *l);
    struct rule_case *k = &l->k;
    k->when.now_us = fixture_world_instant("2026-11-23T17:00:00Z");
    k->when.tzdata = "test";
    k->contact.channel = CHANNEL_VOICE_LIVE;
    k->contact.dial_mode = DIAL_PREVIEW;
    k->contact.line = LINE_RESIDENTIAL;
    k->contact.e164 = 16145550123;
    k->contact.country = fixture_world_place("US");
    l->place[0] = (struct case_place){
        .basis = BASIS_CONFIRMED_ADDRESS,
        .region = fixture_world_place("US-OH"),
        .zone = fixture_world_zone(w, "America/New_York"),
    };
    k->location.place = l->place;
    k->location.places = 1;
    k->callee.party = PARTY_CONSUMER;
    k->caller.kind = CALLER_SELLER;
    k->caller.seller.v = 1;
    k->caller.seller_type = SELLER_TYPE_OTHER;
    k->caller.ftc_jurisdiction = TRI_YES;
    k->caller.registered_charity = k->caller.hipaa = TRI_NO;
    static const struct case_licence every = {{0}, {"", 0}, {0}, {0}};
    k->caller.licence = &every;
    k->caller.licences = 1;
    k->caller.licences_known = true;
    k->purpose.kind = PURPOSE_SALE;
    k->purpose.goods = GOODS_OTHER;
    k->purpose.leads_to_sale = TRI_YES;
    k->purpose.emergency = TRI_NO;
    k->relationship.member = k->relationship.ever_customer = TRI_NO;
    l->registry[0] = (struct case_registry){
        .registry = REGISTRY_US_NATIONAL,
        .on_list = TRI_NO,
        .obtained = fixture_world_date("2026-11-18"),
    };
    k->suppression.internal_known = true;
    k->suppression.internal = l->internal;
    k->suppression.registry = l->registry;
    k->suppression.registries = 1;
    k->consent = l->consent;
    k->attempts.known = true;
    k->attempts.attempt = l->attempt;
    k->pacing.known = true;
    k->pacing.bucket = l->bucket;
    k->policy.window = l->window;
    k->policy.cap = l->cap;
    presentation(&k->presentation);
}

void fixture_world_recorded(struct world *w, struct lawful *l)
{
    fixture_world_lawful(w, l);
    l->k.contact.channel = CHANNEL_VOICE_PRERECORDED;
    l->k.contact.dial_mode = DIAL_AGENTLESS;
    l->k.contact.line = LINE_WIRELESS;
    l->consent[0] = (struct case_consent){
        .type = CONSENT_EXPRESS_WRITTEN,
        .seller = {1},
        .covers = VOCAB_VOICE,
        .not_condition = TRI_YES,
        .given = fixture_world_date("2026-03-01"),
    };
    l->k.consents = 1;
}

void fixture_world_check(const struct rule_book *b, const struct rule_case *k,
                         struct verdict *v)
{
    int rc = rules_check(b, k, (struct attempt_id){0}, v, NULL);
    if (rc != TM_OK) {
        fail_msg("malformed case: %s", v->remedy);
    }
}

int fixture_world_effect(const struct verdict *v, const char *id)
{
    for (size_t i = 0; i < v->reasons; i++) {
        if (strcmp(v->reason[i].rule->id, id) == 0) {
            return (int)v->reason[i].effect;
        }
    }
    return -1;
}

bool fixture_world_has(const char *const *words, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], word) == 0) {
            return true;
        }
    }
    return false;
}
