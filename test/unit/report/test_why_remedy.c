#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report/why_remedy.h"

/* Two states share the id of their lists, as in the packs. */
static const char pack[] =
    "[pack]\nname = test\nversion = 1\njurisdiction = US\nchannels = voice\n"
    "[rule T-LIST]\ntext = No call to a number on the state's list.\n"
    "citation = code of CO\ncertainty = S1\nrole = forbid\n"
    "jurisdiction = US-CO\ntest = registry\nregistry = state.CO\n"
    "[rule T-LIST]\ntext = No call to a number on the state's list.\n"
    "citation = code of MO\ncertainty = S1\nrole = forbid\n"
    "jurisdiction = US-MO\ntest = registry\nregistry = state.MO\n"
    "[rule T-DNC]\ntext = No call to a number on the registry.\n"
    "citation = 47 CFR 64.1200(c)(2)\ncertainty = S1\nrole = forbid\n"
    "test = registry\nregistry = us_national\nremedy = get consent\n"
    "[rule T-EMG]\ntext = Not in an emergency.\n"
    "citation = order\ncertainty = S1\nrole = forbid\n"
    "jurisdiction = US-LA\ntest = emergency\narea = US-LA\n"
    "remedy = until the emergency entry ends\n"
    "[rule T-FEE]\ntext = An account.\n"
    "citation = 16 CFR 310.8\ncertainty = S1\nrole = require\n"
    "test = licence\nlicence = san\n"
    "remedy = put the subscription account number on file\n"
    "[rule T-CON]\ntext = A recorded call needs consent.\n"
    "citation = 47 CFR 64.1200(a)(1)\ncertainty = S1\nrole = require\n"
    "test = consent\nconsent = express\ncovers = channel\n"
    "remedy = get consent\n";

struct world {
    struct arena a;
    const struct rule_book *book;
    struct verdict v;
    struct rule_case k;
};

static void begin(struct world *w)
{
    struct err e = {0};
    struct rule_pack_text text = {"test.rules", {pack, sizeof(pack) - 1}};
    memset(w, 0, sizeof(*w));
    arena_init(&w->a);
    if (rule_book_load(&w->a, &text, 1, &w->book, &e) != TM_OK)
        fail_msg("%s", e.text);
    w->v.remedy = "";
}

static struct why_places in(const char *place)
{
    struct why_places p = {.n = 1};
    assert_true(vocab_place_parse(str_of(place), &p.place[0]));
    return p;
}

static void says(struct world *w, const char *id, enum verdict_effect e)
{
    struct why_places p = in("US-MO");
    w->v.reason[w->v.reasons++] = (struct verdict_reason){
        .rule = why_rule_find(w->book, id, &p, 0), .effect = e};
}

static void item(const struct why_remedies *r, size_t i, const char *by,
                 const char *text)
{
    assert_in_range(i, 0, r->n - 1);
    assert_string_equal(r->item[i].by, by);
    if (strstr(r->item[i].text, text) == NULL)
        fail_msg("'%s' is not in '%s'", text, r->item[i].text);
}

static void test_rule_of_the_place(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct why_places mo = in("US-MO"), ny = in("US-NY");
    const struct rule *r = why_rule_find(w.book, "T-LIST", &mo, 0);
    assert_string_equal(r->jurisdiction, "US-MO");
    assert_string_equal(why_rule_citation(w.book, r, &mo), "code of MO");
    /* Not known where: no state is named. */
    r = why_rule_find(w.book, "T-LIST", NULL, 0);
    assert_non_null(r);
    assert_string_equal(why_rule_citation(w.book, r, NULL),
                        "the law of the state called");
    r = why_rule_find(w.book, "T-LIST", &ny, 0);
    assert_null(strstr(why_rule_citation(w.book, r, &ny), "CO"));
    /* A rule that stands alone keeps its citation. */
    r = why_rule_find(w.book, "T-DNC", NULL, 0);
    assert_string_equal(why_rule_citation(w.book, r, NULL),
                        "47 CFR 64.1200(c)(2)");
    assert_null(why_rule_find(w.book, "T-NONE", &mo, 0));
    /* Candidates in two states: each has its own. */
    struct why_places both = {.n = 2};
    both.place[0] = in("US-MO").place[0];
    both.place[1] = in("US-CO").place[0];
    struct why_rules p = why_rules_parse_at(
        &w.a, w.book, str_of("T-LIST:unknown T-LIST:denied"), &both);
    assert_int_equal(p.n, 2);
    assert_string_equal(p.rule[0].citation, "code of CO");
    assert_string_equal(p.rule[1].citation, "code of MO");
    arena_fini(&w.a);
}

static void test_places(void **state)
{
    (void)state;
    struct lead l = {.country = "US", .region = "MO"};
    char text[VOCAB_PLACE_MAX + 1];
    struct why_places p = why_rule_places(&l, 12125550123); /* New York */
    assert_int_equal(p.n, 2);
    assert_false(p.confirmed);
    l.region_confirmed = true;
    p = why_rule_places(&l, 12125550123);
    assert_int_equal(p.n, 1);
    assert_true(p.confirmed);
    vocab_place_text(p.place[0], text);
    assert_string_equal(text, "US-MO");
    p = why_rule_places(NULL, 12125550123);
    vocab_place_text(p.place[0], text);
    assert_string_equal(text, "US-NY");
    assert_int_equal(why_rule_places(NULL, 0).n, 0);
}

static void test_missing_first(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    says(&w, "T-DNC", EFFECT_DENIED);
    says(&w, "T-LIST", EFFECT_UNKNOWN);
    says(&w, "T-EMG", EFFECT_UNKNOWN);
    says(&w, "T-FEE", EFFECT_DENIED);
    says(&w, "T-CON", EFFECT_DENIED);
    says(&w, "T-CON", EFFECT_PASSED);
    w.v.unknown[w.v.unknowns++] = "suppression.registry";
    w.v.unknown[w.v.unknowns++] = "suppression.registry.obtained";
    w.v.unknown[w.v.unknowns++] = "situation.emergency";
    w.v.unknown[w.v.unknowns++] = "contact.line";
    struct why_remedies r = why_remedy_verdict(&w.a, &w.v, &w.k);
    assert_int_equal(r.n, 5);
    item(&r, 0, "T-LIST",
         "the list state.MO is not on file: telemark dnc import FILE --list "
         "state.MO");
    item(&r, 1, "T-EMG",
         "telemark ledger add emergency area=US-LA status=none");
    item(&r, 2, "T-FEE", "put the subscription account number on file");
    item(&r, 3, "contact.line", "telemark ledger add number");
    /* One text of two rules is told once. */
    item(&r, 4, "T-DNC, T-CON", "get consent");
    for (size_t i = 0; i < r.n; i++)
        assert_int_equal(r.item[i].missing, i < 4);
    assert_non_null(why_remedy_missing(&r, "T-LIST"));
    assert_null(why_remedy_missing(&r, "T-DNC"));
    arena_fini(&w.a);
}

/* Where the list and the feed are on file, they are not asked for. */
static void test_on_file(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct case_registry mo = {.registry = REGISTRY_AREA,
                               .area = in("US-MO").place[0],
                               .on_list = TRI_YES};
    w.k.suppression.registry = &mo;
    w.k.suppression.registries = 1;
    w.k.situation.known = true;
    says(&w, "T-LIST", EFFECT_UNKNOWN);
    says(&w, "T-EMG", EFFECT_DENIED);
    struct why_remedies r = why_remedy_verdict(&w.a, &w.v, &w.k);
    assert_int_equal(r.n, 1);
    item(&r, 0, "T-EMG", "until the emergency entry ends");
    /* Another state's list is none of this one. */
    mo.area = in("US-CO").place[0];
    r = why_remedy_verdict(&w.a, &w.v, &w.k);
    item(&r, 0, "T-LIST", "state.MO is not on file");
    w.v.kind = VERDICT_ALLOW;
    assert_int_equal(why_remedy_verdict(&w.a, &w.v, &w.k).n, 0);
    arena_fini(&w.a);
}

static void test_record(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct why_places p = in("US-MO");
    struct why_rules rules = why_rules_parse_at(
        &w.a, w.book,
        str_of("T-CON:denied T-LIST:unknown T-DNC:passed GONE:denied"), &p);
    struct why_remedies r = why_remedy_record(&w.a, &rules);
    assert_int_equal(r.n, 2);
    item(&r, 0, "T-LIST", "state.MO");
    item(&r, 1, "T-CON", "get consent");
    struct buf b;
    buf_init(&b, 2000);
    why_remedy_say(&r, &b);
    assert_non_null(strstr(b.p, "state.MO (T-LIST); get consent (T-CON)"));
    buf_fini(&b);
    arena_fini(&w.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule_of_the_place),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_missing_first),
        cmocka_unit_test(test_on_file),
        cmocka_unit_test(test_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
