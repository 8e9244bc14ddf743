/* The archive of rule packs: each text once, the text of then by its hash, a
 * change under the same version is noticed, nothing is ever changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "store/pack_archive.h"
#include "store/query.h"
#include "unit/store/fixture_house.h"

#define PACK(version, text)                                                    \
    "[pack]\nname = p\nversion = " version "\njurisdiction = US\n"             \
    "[rule A]\ntext = " text "\ncitation = c\ncertainty = K+\n"                \
    "role = forbid\n"

struct keeping {
    const struct rule_book *book;
    struct rule_pack_text text;
    int64_t now_us;
    struct pack_archive_kept kept;
};

static int keep_work(struct db *db, void *arg, struct err *e)
{
    struct keeping *k = arg;
    return pack_archive_keep(db, k->book, &k->text, k->now_us, &k->kept, e);
}

static size_t keep(struct fixture_house *h, struct arena *a, const char *text,
                   int64_t now_us, struct keeping *k)
{
    struct err e = {0};
    *k = (struct keeping){.text = {"p.rules", str_of(text)}, .now_us = now_us};
    assert_int_equal(rule_book_load(a, &k->text, 1, &k->book, &e), TM_OK);
    assert_int_equal(sqlite_store_run(h->store, keep_work, k, &e), TM_OK);
    return k->kept.clashes;
}

static int find(const struct archive *a, const char *version, const char *hash,
                struct archive_pack *out)
{
    struct err e = {0};
    *out = (struct archive_pack){0};
    return a->pack(a->self, str_of("p"), str_of(version), str_of(hash), out,
                   &e);
}

static void texts_of_then_are_found(void **state)
{
    struct fixture_house *h = *state;
    struct arena a;
    struct keeping first, again, changed, next;
    struct err e = {0};
    struct pack_archive *opened;
    struct archive archive;
    struct archive_pack p;
    arena_init(&a);
    assert_int_equal(keep(h, &a, PACK("1", "one"), 10, &first), 0);
    assert_int_equal(keep(h, &a, PACK("1", "one"), 20, &again), 0);
    assert_int_equal(keep(h, &a, PACK("1", "two"), 30, &changed), 1);
    const char *old = rule_book_pack(first.book, 0)->hash;
    assert_string_equal(changed.kept.clash[0].old_hash, old);
    assert_string_equal(changed.kept.clash[0].new_hash,
                        rule_book_pack(changed.book, 0)->hash);
    assert_string_not_equal(old, changed.kept.clash[0].new_hash);
    assert_true(first.kept.added == 1 && again.kept.added == 0);
    /* Told once, not at each start. */
    assert_int_equal(keep(h, &a, PACK("1", "two"), 40, &changed), 0);
    assert_int_equal(keep(h, &a, PACK("2", "two"), 50, &next), 0);
    assert_int_equal(pack_archive_open(&h->dir, &opened, &e), TM_OK);
    pack_archive_port(opened, &archive);
    assert_int_equal(find(&archive, "1", old, &p), 1);
    assert_true(str_eq(p.text, PACK("1", "one")));
    assert_int_equal(p.first_us, 10);
    assert_int_equal(p.versions, 2);
    char digits[RULE_BOOK_HASH_SHORT + 1];
    (void)str_copy(digits, sizeof digits,
                   str_of(rule_book_pack(changed.book, 0)->hash));
    assert_int_equal(find(&archive, "1", digits, &p), 1);
    assert_true(str_eq(p.text, PACK("1", "two")));
    assert_int_equal(find(&archive, "2", "", &p), 1);
    assert_int_equal(p.versions, 1);
    assert_int_equal(find(&archive, "3", "", &p), 0);
    assert_int_equal(find(&archive, "1", "0123", &p), 0);
    pack_archive_close(opened);
    arena_fini(&a);
}

static int change_work(struct db *db, void *arg, struct err *e)
{
    struct query q;
    (void)arg;
    query_open(&q, db, "UPDATE rule_pack SET text = 'x'");
    return query_done(&q, e);
}

static int plan_work(struct db *db, void *arg, struct err *e)
{
    const struct fixture_house *h = arg;
    int rc = pack_archive_keep_plan(db, h->campaign, "h1", str_of("one"), 5, e);
    if (rc == TM_OK) { /* the same hash: the first text stays */
        rc = pack_archive_keep_plan(db, h->campaign, "h1", str_of("x"), 6, e);
    }
    return rc == TM_OK ? pack_archive_keep_plan(db, h->campaign, "h2",
                                                str_of("two"), 7, e)
                       : rc;
}

static void plans_are_kept_and_nothing_is_changed(void **state)
{
    struct fixture_house *h = *state;
    struct arena a;
    struct keeping k;
    struct err e = {0};
    struct pack_archive *opened;
    struct archive archive;
    struct archive_plan plan;
    struct archive_list list;
    arena_init(&a);
    fixture_house_leads(h, 12125550100, 1);
    (void)keep(h, &a, PACK("1", "one"), 10, &k);
    assert_true(sqlite_store_run(h->store, change_work, NULL, &e) < 0);
    assert_int_equal(sqlite_store_run(h->store, plan_work, h, &e), TM_OK);
    assert_int_equal(pack_archive_open(&h->dir, &opened, &e), TM_OK);
    pack_archive_port(opened, &archive);
    assert_int_equal(archive.plan(opened, h->campaign, str_of("h1"), &plan, &e),
                     1);
    assert_true(str_eq(plan.text, "one"));
    assert_int_equal(plan.first_us, 5);
    assert_int_equal(archive.plan(opened, h->campaign, str_of("h3"), &plan, &e),
                     0);
    assert_int_equal(archive.list(opened, str_of("none"), 1, &list, &e), 0);
    pack_archive_close(opened);
    arena_fini(&a);
}

static int setup(void **state)
{
    struct fixture_house *h = test_calloc(1, sizeof *h);
    fixture_house_make(h);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    fixture_house_free(*state);
    test_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(texts_of_then_are_found, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(plans_are_kept_and_nothing_is_changed,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
