/* A case written in its exact form is read back as the same case: the same
 * bytes when written again, the same verdict, and no field left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report/decide_field.h"
#include "report/decide_read.h"
#include "report/decide_write.h"
#include "unit/core/rules/fixture_case_json.h"
#include "unit/core/rules/fixture_random.h"

enum { RANDOM_CASES = 20000, LINE_MAX_BYTES = 1 << 20 };

/* Sizes of what the table describes; see every_field_is_kept. */
enum { CASE_SIZE = 656, CONSENT_SIZE = 80, ATTEMPT_SIZE = 48 };

static const struct tz *find_zone(void *self, const char *name)
{
    return fixture_world_zone(self, name);
}

static const struct tz *no_zone(void *self, const char *name)
{
    (void)self;
    (void)name;
    return NULL;
}

static void read_back(struct world *w, struct arena *a, const struct buf *line,
                      struct decide_case *out)
{
    struct err e;
    struct decide_input in = {
        .arena = a, .zone = find_zone, .self = w, .book = w->book};
    if (decide_read(&in, buf_slice(line), out, &e) != TM_OK) {
        fail_msg("%s\n%s", e.text, line->p);
    }
}

static void same_words(const char *what, const char *const *a, size_t n,
                       const char *const *b, size_t m)
{
    assert_int_equal(n, m);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(a[i], b[i]) != 0) {
            fail_msg("%s: %s, %s", what, a[i], b[i]);
        }
    }
}

static void same_verdict(const struct verdict *a, const struct verdict *b)
{
    struct buf x, y;
    buf_init(&x, 1 << 16);
    buf_init(&y, 1 << 16);
    verdict_rules_text(a, &x);
    verdict_rules_text(b, &y);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->not_before_us, b->not_before_us);
    assert_int_equal(a->valid_until_us, b->valid_until_us);
    assert_string_equal(x.p ? x.p : "", y.p ? y.p : "");
    assert_string_equal(a->remedy, b->remedy);
    assert_string_equal(a->tzdata, b->tzdata);
    same_words("duty", a->duty, a->duties, b->duty, b->duties);
    same_words("unknown", a->unknown, a->unknowns, b->unknown, b->unknowns);
    buf_fini(&x);
    buf_fini(&y);
}

/* Writes, reads, writes, judges both. */
static void check_case(struct world *w, const struct rule_book *b,
                       const struct rule_case *k)
{
    static struct verdict before, after;
    struct arena a;
    struct buf line, again;
    struct decide_case c;
    char hash[FINGERPRINT_HEX_LEN];
    arena_init(&a);
    buf_init(&line, LINE_MAX_BYTES);
    buf_init(&again, LINE_MAX_BYTES);
    decide_write(k, NULL, &line);
    assert_false(line.failed);
    read_back(w, &a, &line, &c);
    decide_write(&c.k, NULL, &again);
    assert_string_equal(line.p, again.p);
    decide_write_hash(&c.k, hash);
    assert_int_equal(strlen(hash), FINGERPRINT_HEX_LEN - 1);
    fixture_world_check(b, k, &before);
    fixture_world_check(b, &c.k, &after);
    same_verdict(&before, &after);
    buf_fini(&line);
    buf_fini(&again);
    arena_fini(&a);
}

static void random_cases(void **state)
{
    struct world *w = *state;
    const struct rule_book *law = fixture_world_law_book(&w->arena);
    static struct lawful l;
    for (uint64_t seed = 1; seed <= RANDOM_CASES; seed++) {
        struct rng r;
        rng_init(&r, seed, "exact");
        fixture_random_case(w, &r, &l);
        if (rng_below(&r, 3) == 0) {
            (void)fixture_random_forget(
                &l, (unsigned)rng_below(&r, RANDOM_FORGET_COUNT));
        }
        print_message("%s", seed % 5000 == 0 ? "." : "");
        check_case(w, seed % 8 == 0 ? law : w->book, &l.k);
    }
    print_message("%d cases, seeds 1 and up\n", (int)RANDOM_CASES);
}

/* The cases of the facts file, of all places, by the short form. */
static void cases_of_the_facts(void **state)
{
    static const char *const files[] = {"test/data/cases-law.jsonl",
                                        "test/data/cases-us-federal.jsonl"};
    struct world *w = *state;
    const struct rule_book *law = fixture_world_law_book(&w->arena);
    size_t n = 0;
    for (size_t i = 0; i < tm_array_len(files); i++) {
        struct slice rest = fixture_world_file(&w->arena, files[i]);
        while (rest.n > 0) {
            struct slice line = str_trim(str_cut(rest, '\n', &rest));
            struct rule_case k;
            struct case_expected x;
            struct err e;
            if (line.n == 0) {
                continue;
            }
            assert_int_equal(fixture_case_json(w, line, &k, &x, &e), TM_OK);
            check_case(w, law, &k);
            n++;
        }
    }
    assert_true(n > 50);
}

/* --- each field --- */

struct filler {
    struct world *w;
    struct arena arena;
    int64_t next; /* a new value for each field */
};

static void fill(struct filler *x, const struct decide_field *f, char *base);

static void put(char *base, size_t at, const void *v, size_t n)
{
    memcpy(base + at, v, n);
}

static void fill_plain(struct filler *x, const struct decide_field *f,
                       char *base)
{
    int64_t v = x->next++;
    uint32_t word = 1;
    uint16_t small = (uint16_t)v;
    bool flag = true;
    struct civil_date d = civil_date_of_days((int32_t)(10000 + v % 10000));
    struct place_code p = fixture_world_place("US-OH");
    switch (f->kind) {
    case DECIDE_FLAG: put(base, f->at, &flag, sizeof flag); break;
    case DECIDE_TRI:
    case DECIDE_VALUE: put(base, f->at, &word, sizeof word); break;
    case DECIDE_CHANNELS:
        word = VOCAB_BIT(COVERS_NIGHT) | VOCAB_BIT(CHANNEL_FAX);
        put(base, f->at, &word, sizeof word);
        break;
    case DECIDE_INT32: put(base, f->at, &v, 4); break;
    case DECIDE_UINT16: put(base, f->at, &small, sizeof small); break;
    case DECIDE_DATE: put(base, f->at, &d, sizeof d); break;
    case DECIDE_INSTANT:
    case DECIDE_INT64:
    case DECIDE_NUMBER: put(base, f->at, &v, sizeof v); break;
    case DECIDE_PLACE: put(base, f->at, &p, sizeof p); break;
    case DECIDE_ZONE:
    case DECIDE_TEXT:
    case DECIDE_CSTRING:
    case DECIDE_TEXTS:
    case DECIDE_OBJECT:
    case DECIDE_LIST: fail_msg("not a plain field: %s", f->key);
    }
}

static void fill_many(struct filler *x, const struct decide_field *f,
                      char *base)
{
    size_t two = 2;
    char *list = arena_array(&x->arena, 2, f->size ? f->size : 64);
    if (f->kind == DECIDE_TEXTS) {
        struct slice both[2] = {str_of("one"), str_of("two")};
        memcpy(list, both, sizeof both);
    }
    for (size_t i = 0; i < 2 && f->kind == DECIDE_LIST; i++) {
        for (size_t c = 0; c < f->children; c++) {
            fill(x, &f->child[c], list + i * f->size);
        }
    }
    put(base, f->at, &list, sizeof list);
    put(base, f->count_at, &two, sizeof two);
}

static void fill(struct filler *x, const struct decide_field *f, char *base)
{
    struct slice text = str_of("a \"text\" \xc3\xa9");
    const char *string = "2026b";
    const struct tz *z;
    switch (f->kind) {
    case DECIDE_ZONE:
        z = fixture_world_zone(x->w, "America/New_York");
        put(base, f->at, &z, sizeof z);
        break;
    case DECIDE_TEXT: put(base, f->at, &text, sizeof text); break;
    case DECIDE_CSTRING: put(base, f->at, &string, sizeof string); break;
    case DECIDE_TEXTS:
    case DECIDE_LIST: fill_many(x, f, base); break;
    case DECIDE_OBJECT:
        for (size_t i = 0; i < f->children; i++) {
            fill(x, &f->child[i], base);
        }
        break;
    case DECIDE_FLAG:
    case DECIDE_TRI:
    case DECIDE_VALUE:
    case DECIDE_DATE:
    case DECIDE_INSTANT:
    case DECIDE_INT64:
    case DECIDE_INT32:
    case DECIDE_UINT16:
    case DECIDE_NUMBER:
    case DECIDE_PLACE:
    case DECIDE_CHANNELS: fill_plain(x, f, base); break;
    }
}

static void every_field_is_kept(void **state)
{
    struct world *w = *state;
    struct filler x = {.w = w, .next = 1700000000000001};
    struct rule_case k = {0};
    struct decide_case c;
    struct buf line, again;
    size_t n;
    const struct decide_field *f = decide_field_root(&n);
    arena_init(&x.arena);
    buf_init(&line, LINE_MAX_BYTES);
    buf_init(&again, LINE_MAX_BYTES);
    for (size_t i = 0; i < n; i++) {
        fill(&x, &f[i], (char *)&k);
    }
    decide_write(&k, NULL, &line);
    read_back(w, &x.arena, &line, &c);
    decide_write(&c.k, NULL, &again);
    assert_string_equal(line.p, again.p);
    /* A field that the table does not know makes a struct larger: give it a
     * line in decide_field.c, then change the number here. */
    assert_int_equal(sizeof(struct rule_case), CASE_SIZE);
    assert_int_equal(sizeof(struct case_consent), CONSENT_SIZE);
    assert_int_equal(sizeof(struct case_attempt), ATTEMPT_SIZE);
    buf_fini(&line);
    buf_fini(&again);
    arena_fini(&x.arena);
}

static void mistakes_are_named(void **state)
{
    static const struct {
        const char *line, *error;
    } bad[] = {
        {"{\"absent\":\"maybe\"}", "absent: not in_order or unknown"},
        {"{\"absent\":\"unknown\"}", "now: not an instant"},
        {"{\"absent\":\"unknown\",\"nwo\":1}", "nwo: no such key"},
        {"{\"absent\":\"unknown\",\"caller\":{\"title\":1}}",
         "caller.title: no such key"},
        {"{\"absent\":\"unknown\",\"registry\":[{\"on_list\":1}]}",
         "registry[0].on_list: not true or false"},
        {"{\"absent\":\"unknown\",\"policy\":{\"windows\":[{},{\"weekdays\":"
         "65536}]}}",
         "policy.windows[1].weekdays: not a number of this kind"},
        {"{\"absent\":\"unknown\",\"facts\":{\"rnd\":{\"answer\":\"?\"}}}",
         "facts.rnd.answer: not a known word"},
        {"{\"absent\":\"unknown\",\"contact\":{\"places\":[{\"tz\":\"Mars\"}]}"
         "}",
         "contact.places[0].tz: no such time zone"},
        {"{\"absent\":\"unknown\",\"consent\":[5]}",
         "consent[0]: not an object"},
        {"{\"absent\":\"unknown\",\"consent\":[{\"covers\":[\"cats\"]}]}",
         "consent[0].covers: not a known word"},
    };
    struct world *w = *state;
    struct decide_input in = {.arena = &w->arena, .zone = no_zone};
    for (size_t i = 0; i < tm_array_len(bad); i++) {
        struct decide_case c;
        struct err e;
        assert_int_equal(decide_read(&in, str_of(bad[i].line), &c, &e),
                         TM_EINVAL);
        assert_string_equal(e.text, bad[i].error);
    }
}

int main(void)
{
    static struct world w;
    fixture_world_init(&w);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(random_cases, &w),
        cmocka_unit_test_prestate(cases_of_the_facts, &w),
        cmocka_unit_test_prestate(every_field_is_kept, &w),
        cmocka_unit_test_prestate(mistakes_are_named, &w),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_world_fini(&w);
    return rc;
}
