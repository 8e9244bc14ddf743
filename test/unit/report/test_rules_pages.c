/* The manual's pages of the rule packs say what the packs say. When this fails:
 * telemark rules manual docs/rules */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report/rules_pages.h"

enum { FILE_BYTES = 1 << 20 };

static struct arena arena;
static struct rule_pack_text pack[RULE_BOOK_PACKS_MAX];
static struct rules_source source;

static struct slice read_file(const char *path)
{
    char full[512];
    (void)snprintf(full, sizeof full, "%s/%s", SOURCE_DIR, path);
    FILE *f = fopen(full, "rb");
    if (!f) {
        return str_range("", 0);
    }
    char *p = arena_alloc(&arena, FILE_BYTES);
    size_t n = fread(p, 1, FILE_BYTES, f);
    (void)fclose(f);
    return str_range(p, n);
}

static int load(void **state)
{
    (void)state;
    static const char *const folder[] = {"rules", "rules/law"};
    arena_init(&arena);
    for (size_t f = 0; f < 2; f++) {
        char pattern[512];
        glob_t found;
        (void)snprintf(pattern, sizeof pattern, "%s/%s/*.rules", SOURCE_DIR,
                       folder[f]);
        assert_int_equal(glob(pattern, 0, NULL, &found), 0);
        for (size_t i = 0; i < found.gl_pathc; i++) {
            const char *path = found.gl_pathv[i] + strlen(SOURCE_DIR) + 1;
            pack[source.packs].file = arena_strdup(&arena, str_of(path));
            pack[source.packs++].text = read_file(path);
        }
        globfree(&found);
    }
    source.pack = pack;
    struct err e;
    return rule_book_load(&arena, pack, source.packs, &source.book, &e);
}

static int unload(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void expect_file(const char *name, const struct buf *b)
{
    char path[128];
    (void)snprintf(path, sizeof path, "docs/rules/%s", name);
    struct slice is = read_file(path);
    if (!str_same(is, buf_slice(b))) {
        fail_msg("%s is not what the packs say; run "
                 "`telemark rules manual docs/rules`",
                 path);
    }
}

static void pages_are_up_to_date(void **state)
{
    (void)state;
    const char *place[RULES_PAGES_MAX];
    char file[RULES_PAGES_FILE];
    struct buf b;
    size_t n = rules_pages_places(&source, place);
    assert_true(n > 40);
    buf_init(&b, FILE_BYTES);
    rules_pages_index(&source, &b);
    expect_file("README.md", &b);
    for (size_t i = 0; i < n; i++) {
        buf_clear(&b);
        rules_pages_page(&source, place[i], &b);
        assert_non_null(strstr(b.p, "Not legal advice."));
        assert_non_null(strstr(b.p, "read by counsel"));
        rules_pages_file(place[i], file);
        expect_file(file, &b);
    }
    buf_fini(&b);
}

static void lines_are_those_of_the_rule(void **state)
{
    (void)state;
    const struct rule *r = rule_book_find(source.book, "US-FL-CAP");
    assert_non_null(r);
    struct slice s = rules_pages_lines(&source, r->file, r->line);
    assert_true(str_starts(s, "text = At most three calls in 24 hours"));
    assert_non_null(memmem(s.p, s.n, "max = 3", 7));
    assert_null(memmem(s.p, s.n, "[rule", 5));
    assert_int_equal(rules_pages_lines(&source, "nowhere", 3).n, 0);
}

static void files_are_named_by_place(void **state)
{
    (void)state;
    char file[RULES_PAGES_FILE];
    rules_pages_file("US-FL", file);
    assert_string_equal(file, "us-fl.md");
    rules_pages_file("*", file);
    assert_string_equal(file, "everywhere.md");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_up_to_date),
        cmocka_unit_test(lines_are_those_of_the_rule),
        cmocka_unit_test(files_are_named_by_place),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
