/* Packs: what a book keeps of them, and each refusal with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "unit/core/rules/fixture_world.h"

#define PACK "[pack]\nname = p\nversion = 1\njurisdiction = US\n"
#define RULE                                                                   \
    PACK "[rule A]\ntext = t\ncitation = c\ncertainty = K+\nrole = forbid\n"

/* Line 5 opens the rule, 9 is its role, 10 the first line of a test. */
static const struct {
    const char *text;
    const char *message; /* begins with it, after "p.rules:" */
} refusals[] = {
    {"name = p\n", "1: before the first section"},
    {"[rule A]\n", "1: [pack] with name"},
    {"[pakc]\nname = p\n", "1: a section is [pack], [rule ID] or"},
    {"[pack]\nname = p\n", "2: no [pack] with name, version, jurisdiction"},
    {"[pack]\nname = p\nname = q\n", "3: empty or given twice"},
    {"[pack]\nname =\n", "2: empty or given twice"},
    {"[pack]\ncolour = red\n", "2: a pack has no \"colour\""},
    {"[pack]\njurisdiction = us\n", "2: not a place"},
    {"[pack]\nchannels = telex\n", "2: not channels"},
    {PACK "[rule a b]\n", "5: rule a b: an id has capitals"},
    {PACK "[rule ]\n", "5: a section is"},
    {PACK "[rule A]\ntext = t\n", "5: rule A: missing \"citation\""},
    {PACK "[rule A]\ntext =\n", "6: rule A: empty text"},
    {RULE "colour = red\n", "10: rule A: unknown key \"colour\""},
    {RULE "text = u\n", "10: rule A: given twice"},
    {RULE "role = allow\n", "10: rule A: given twice"},
    {RULE "status = maybe\n", "10: rule A: unknown status"},
    {RULE "from = 2026-02-30\n", "10: rule A: not a date"},
    {RULE "from = 2026-02-02\nto = 2026-02-01\n", "5: rule A: ends before"},
    {RULE "test = phase_of_moon\n", "10: rule A: no kind of test"},
    {RULE "when = colour red\n", "10: rule A: no fact is called \"colour\""},
    {RULE "when = line brown\n", "10: rule A: not a value of that fact"},
    {RULE "when = line\n", "10: rule A: not a value of that fact"},
    {RULE "when = line wireless; purpose fun\n",
     "10: rule A: not a value of that fact: \"fun\""},
    {RULE "regions = ohio\n", "10: rule A: not a place"},
    {RULE "jurisdiction = x y\n", "10: rule A: not a place"},
    {RULE "max = 3\n", "5: rule A: its test has no \"max\""},
    {RULE "test = registry\n", "5: rule A: its test needs \"registry\""},
    {RULE "test = registry\nregistry = none\n", "11: rule A: registry is"},
    {RULE "test = registry\nregistry = state.ohio\n", "11: rule A: registry"},
    {RULE "lifts = B\n", "5: rule A: lifts belongs to an exemption"},
    {RULE "test = hours\nhours = 8-21\n", "11: rule A: hours is [days]"},
    {RULE "test = hours\nhours = 21:00-08:00\n", "11: rule A: hours is"},
    {RULE "test = hours\nhours = 08:00-24:01\n", "11: rule A: hours is"},
    {RULE "test = hours\nhours = 08:60-21:00\n", "11: rule A: hours is"},
    {RULE "test = hours\nhours = someday 08:00-21:00\n", "11: rule A: hours"},
    {RULE "test = hours\nhours = sunday-monday 08:00-21:00\n",
     "11: rule A: hours"},
    {RULE "test = hours\nhours = 08:00-21:00\n", "5: rule A: hours and caps"},
    {RULE "test = relationship\n", "5: rule A: which relationship?"},
    {RULE "test = relationship\ngift = 0 months\n", "11: rule A: gift is N"},
    {RULE "test = relationship\ngift = 2 years\n", "11: rule A: gift is N"},
    {RULE "test = list_age\nregistry = us_national\nmax_age = 31\n",
     "12: rule A: max_age is days"},
    {RULE "test = ratio\nceiling = 3\n", "11: rule A: ceiling is a percent"},
    {RULE "test = ratio\nceiling = 101%\n", "11: rule A: ceiling is"},
    {RULE "test = ratio\nceiling = 3.00001%\n", "11: rule A: ceiling is"},
    {RULE "test = ratio\nbase = dialled\n", "11: rule A: base is"},
    {RULE "test = ring\nmin = soon\n", "11: rule A: min is a duration"},
    {RULE "test = cap\nmax = many\n", "11: rule A: max is a number"},
    {RULE "test = cap\nspan = 0s\n", "11: rule A: span is a duration"},
    {RULE "test = cap\nscope = world\n", "11: rule A: scope is"},
    {RULE "test = consent\nconsent = none\n", "11: rule A: consent is"},
    {RULE "test = consent\ncovers = cats\n", "11: rule A: covers is"},
    {RULE "test = policy_cap\nslot = 9\n", "11: rule A: slot is"},
    {RULE "\n[rule A]\ntext = t\ncitation = c\ncertainty = c\nrole = duty\n",
     "11: rule A stands already at p.rules:5"},
    {PACK "[rule A]\ntext = t\ncitation = c\ncertainty = c\nrole = require\n",
     "5: rule A: requires nothing"},
    {PACK "[rule A]\ntext = t\ncitation = c\ncertainty = c\nrole = duty\n"
          "test = internal\n",
     "5: rule A: a duty has no test"},
    {PACK "[rule A]\ntext = t\ncitation = c\ncertainty = c\nrole = exempt\n",
     "5: rule A: lifts belongs"},
    {PACK "[rule A]\ntext = t\ncitation = c\ncertainty = c\nrole = exempt\n"
          "lifts = B\n",
     "10: lifts a rule that does not exist"},
    {PACK "[rule A]\ntext = t\ncitation = c\ncertainty = c\nrole = exempt\n"
          "lifts = A\n",
     "10: lifts a rule that does not exist"},
    {PACK "[rule A]\ntext = t\ncitation = c\ncertainty = c\nrole = may\n",
     "9: rule A: role is"},
    {"[pack\n", "1: "},
};

static int load(struct arena *a, const char *text, const struct rule_book **b,
                struct err *e)
{
    struct rule_pack_text pack = {"p.rules", str_of(text)};
    return rule_book_load(a, &pack, 1, b, e);
}

static void each_refusal_names_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < tm_array_len(refusals); i++) {
        struct arena a;
        arena_init(&a);
        const struct rule_book *b = NULL;
        struct err e;
        int rc = load(&a, refusals[i].text, &b, &e);
        char expect[256];
        (void)snprintf(expect, sizeof expect, "p.rules:%s",
                       refusals[i].message);
        if (rc != TM_EINVAL || strncmp(e.text, expect, strlen(expect)) != 0) {
            fail_msg("case %zu: %d \"%s\", expected \"%s\"", i, rc,
                     rc ? e.text : "", expect);
        }
        assert_null(b);
        arena_fini(&a);
    }
}

static void an_exemption_cannot_lift_what_is_not_of_its_country(void **state)
{
    (void)state;
    static const char *const text[] = {
        "[pack]\nname = op\nversion = 1\njurisdiction = *\n"
        "[rule OP]\ntext = t\ncitation = c\ncertainty = c\nrole = forbid\n",
        PACK "[rule A]\ntext = t\ncitation = c\ncertainty = c\n"
             "role = exempt\nlifts = OP\n",
    };
    struct rule_pack_text pack[] = {{"op.rules", str_of(text[0])},
                                    {"p.rules", str_of(text[1])}};
    struct arena a;
    arena_init(&a);
    const struct rule_book *b = NULL;
    struct err e;
    assert_int_equal(rule_book_load(&a, pack, 2, &b, &e), TM_EINVAL);
    assert_non_null(strstr(e.text, "p.rules:10: lifts"));
    arena_fini(&a);
}

static void versions_of_a_rule_follow_each_other(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    const struct rule_book *b = NULL;
    struct err e = {0};
    const char *text = RULE "to = 2026-08-10\n"
                            "[rule A]\ntext = u\ncitation = d\n"
                            "certainty = K+\nrole = forbid\n"
                            "from = 2026-08-11\n";
    if (load(&a, text, &b, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    assert_int_equal(rule_book_size(b), 2);
    assert_string_equal(rule_book_find(b, "A")->citation, "c");
    assert_string_equal(rule_book_at(b, 1)->citation, "d");
    assert_int_equal(rule_book_at(b, 1)->line, 11);
    assert_string_equal(rule_book_at(b, 1)->file, "p.rules");
    assert_int_equal(rule_book_pack_count(b), 1);
    const struct rule_book_pack *p = rule_book_pack(b, 0);
    assert_string_equal(p->name, "p");
    assert_string_equal(p->version, "1");
    assert_int_equal(strlen(p->hash), RULE_BOOK_HASH_LEN - 1);
    assert_memory_equal(rule_book_packs(b), "p 1@", 4);
    assert_memory_equal(rule_book_packs(b) + 4, p->hash, RULE_BOOK_HASH_SHORT);
    assert_int_equal(strlen(rule_book_packs(b)), 4 + RULE_BOOK_HASH_SHORT);
    assert_null(rule_book_find(b, "B"));
    arena_fini(&a);
}

static void too_many_packs_are_refused(void **state)
{
    (void)state;
    static struct rule_pack_text pack[RULE_BOOK_PACKS_MAX + 1];
    struct arena a;
    arena_init(&a);
    const struct rule_book *b = NULL;
    struct err e;
    assert_int_equal(rule_book_load(&a, pack, tm_array_len(pack), &b, &e),
                     TM_ELIMIT);
    arena_fini(&a);
}

static void our_packs_are_whole(void **state)
{
    (void)state;
    struct world w;
    fixture_world_init(&w);
    assert_true(rule_book_size(w.book) > 50);
    for (size_t i = 0; i < rule_book_size(w.book); i++) {
        const struct rule *r = rule_book_at(w.book, i);
        assert_true(strlen(r->text) > 10);
        assert_true(strlen(r->citation) > 4);
        assert_true(strlen(r->certainty) > 1);
        assert_true(r->line > 0);
        bool ours = strcmp(r->jurisdiction, "*") == 0;
        assert_true(ours == (strncmp(r->id, "OP-", 3) == 0));
    }
    assert_non_null(strstr(rule_book_packs(w.book), "us-federal 2026.11@"));
    assert_non_null(strstr(rule_book_packs(w.book), ", operator 1@"));
    fixture_world_fini(&w);
}

/* Bytes of our packs overwritten, cut and doubled: a book or an error with a
 * line, never anything else (the sanitizers watch). */
static void damaged_packs_are_refused_or_read(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 20261125, "damage");
    struct arena text;
    arena_init(&text);
    struct slice whole = fixture_world_file(&text, "rules/us-federal.rules");
    char *copy = arena_alloc(&text, whole.n);
    static const char bytes[] = "\n[]=;\"# *-:%0aA\xFF";
    int refused = 0;
    for (int i = 0; i < 300; i++) {
        memcpy(copy, whole.p, whole.n);
        for (uint64_t n = 1 + rng_below(&r, 3); n > 0; n--) {
            copy[rng_below(&r, whole.n)] = bytes[rng_below(&r, 17)];
        }
        struct rule_pack_text pack = {
            "d", str_range(copy, whole.n - rng_below(&r, 2) * 100)};
        struct arena a;
        arena_init(&a);
        const struct rule_book *b = NULL;
        struct err e;
        if (rule_book_load(&a, &pack, 1, &b, &e) != TM_OK) {
            assert_true(strncmp(e.text, "d:", 2) == 0);
            assert_true(e.text[2] >= '1' && e.text[2] <= '9');
            refused++;
        }
        arena_fini(&a);
    }
    assert_true(refused > 30);
    arena_fini(&text);
}

static void words_and_values_agree(void **state)
{
    (void)state;
#define CHECK(tag, prefix, name, list)                                         \
    words = vocab_words_of(VOCAB_LIST_##prefix);                               \
    assert_int_equal(words.n, prefix##_COUNT);                                 \
    for (unsigned i = 0; i < words.n; i++) {                                   \
        enum tag value;                                                        \
        const char *text = vocab_##name##_text((enum tag)i);                   \
        assert_string_equal(text, words.word[i]);                              \
        assert_true(vocab_##name##_parse(str_of(text), &value));               \
        assert_int_equal(value, i);                                            \
        assert_false(vocab_##name##_parse(str_of("nonsense"), &value));        \
        assert_false(vocab_##name##_parse(str_of(""), &value));                \
    }
    struct vocab_words words;
    VOCAB_LISTS(CHECK)
#undef CHECK
}

static void places_pack_and_unpack(void **state)
{
    (void)state;
    static const char *const good[] = {"US", "US-OH", "GB-ENG", "A",
                                       "12345678"};
    for (size_t i = 0; i < tm_array_len(good); i++) {
        struct place_code p;
        char text[VOCAB_PLACE_MAX + 1];
        assert_true(vocab_place_parse(str_of(good[i]), &p));
        vocab_place_text(p, text);
        assert_string_equal(text, good[i]);
    }
    struct place_code p = {7};
    assert_false(vocab_place_parse(str_of(""), &p));
    assert_false(vocab_place_parse(str_of("us"), &p));
    assert_false(vocab_place_parse(str_of("123456789"), &p));
    assert_int_equal(p.v, 7);
    struct place_code us = fixture_world_place("US");
    assert_int_equal(vocab_place_country(fixture_world_place("US-OH")).v, us.v);
    assert_int_equal(vocab_place_country(us).v, us.v);
    assert_int_equal(vocab_place_country((struct place_code){0}).v, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_refusal_names_its_line),
        cmocka_unit_test(an_exemption_cannot_lift_what_is_not_of_its_country),
        cmocka_unit_test(versions_of_a_rule_follow_each_other),
        cmocka_unit_test(too_many_packs_are_refused),
        cmocka_unit_test(our_packs_are_whole),
        cmocka_unit_test(damaged_packs_are_refused_or_read),
        cmocka_unit_test(words_and_values_agree),
        cmocka_unit_test(places_pack_and_unpack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
