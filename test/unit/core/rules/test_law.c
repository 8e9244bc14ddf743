/* All packs: every rule has cases on both sides, made from its own numbers and
 * dates (fixture_law.h), and a book with a rule out of force, or a number or
 * date shifted by one unit, judges one of them differently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/rules/rule_code.h"
#include "unit/core/rules/fixture_law.h"

enum { TEXT_MAX = 1 << 17 };

static struct world w;
static struct rule_pack_text pack[RULE_BOOK_PACKS_MAX];
static size_t packs;
static const struct rule_book *book;

/* --- what a book says of the cases of a rule --- */

struct answers {
    const struct rule_book *b;
    const char *id;
    uint64_t said[LAW_CASES_MAX]; /* a hash of each verdict */
    size_t n;
    unsigned effects; /* of the rule: bit per effect; 31: silent */
};

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ (h >> 29);
}

static uint64_t text_hash(const char *s)
{
    uint64_t h = 1;
    for (; *s; s++) {
        h = mix(h, (unsigned char)*s);
    }
    return h;
}

/* Kind, instant, what each rule said and the duties; not until when. */
static uint64_t hash_of(const struct verdict *v)
{
    uint64_t h = mix(1, (uint64_t)v->kind);
    h = mix(h, (uint64_t)v->not_before_us);
    for (size_t i = 0; i < v->reasons; i++) {
        h = mix(h, text_hash(v->reason[i].rule->id));
        h = mix(h, (uint64_t)v->reason[i].effect);
    }
    for (size_t i = 0; i < v->duties; i++) {
        h = mix(h, text_hash(v->duty[i]));
    }
    return h;
}

static void ask(void *arg, const struct rule_case *k)
{
    static struct verdict v;
    struct answers *a = arg;
    assert_true(a->n < LAW_CASES_MAX);
    fixture_world_check(a->b, k, &v);
    a->said[a->n++] = hash_of(&v);
    int effect = fixture_world_effect(&v, a->id);
    a->effects |= 1U << (effect < 0 ? 31 : effect);
}

static void ask_all(const struct rule_book *b, const struct rule *r,
                    struct answers *a)
{
    a->b = b;
    a->id = r->id;
    a->n = 0;
    a->effects = 0;
    fixture_law_each(&w, r, ask, a);
}

static bool binds(const struct rule *r)
{
    return r->code->binds;
}

/* --- both sides --- */

static void every_rule_has_cases_on_both_sides(void **state)
{
    (void)state;
    static struct answers a;
    size_t cases = 0;
    int bad = 0;
    for (size_t i = 0; i < rule_book_size(book); i++) {
        const struct rule *r = rule_book_at(book, i);
        if (!binds(r)) {
            continue;
        }
        ask_all(book, r, &a);
        cases += a.n;
        bool always = r->role == RULE_DUTY && r->code->when.n == 0;
        if ((a.effects & (a.effects - 1)) == 0 && !always) {
            print_error("%s (%s): says the same in all %zu cases: %x\n", r->id,
                        r->jurisdiction, a.n, a.effects);
            bad++;
        }
    }
    print_message("%zu boundary cases of %zu rules\n", cases,
                  rule_book_size(book));
    assert_int_equal(bad, 0);
}

/* --- mutations --- */

static int mutants, escaped;

/* The text with [at, at + n) replaced; caught when some case changes. */
static void expect_caught(size_t which, const struct rule *r, struct slice cut,
                          const char *now)
{
    static struct answers is, was;
    struct slice whole = pack[which].text;
    size_t before = (size_t)(cut.p - whole.p);
    struct buf b;
    buf_init(&b, TEXT_MAX);
    buf_add(&b, whole.p, before);
    buf_add_str(&b, now);
    buf_add(&b, cut.p + cut.n, whole.n - before - cut.n);
    pack[which].text = buf_slice(&b);
    struct arena a;
    arena_init(&a);
    const struct rule_book *m = NULL;
    struct err e;
    int rc = rule_book_load(&a, pack, packs, &m, &e);
    pack[which].text = whole;
    mutants++;
    if (rc == TM_OK) {
        ask_all(book, r, &was);
        ask_all(m, r, &is);
        if (is.n == was.n &&
            memcmp(is.said, was.said, is.n * sizeof is.said[0]) == 0) {
            print_error("%s (%s): \"%.*s\" to \"%s\" makes no difference\n",
                        r->id, r->jurisdiction, (int)cut.n, cut.p, now);
            escaped++;
        }
    } /* else: refused when it is read, e.g. an empty window */
    arena_fini(&a);
    buf_fini(&b);
}

static bool is_key(struct slice line, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_starts(line, keys[i])) {
            return true;
        }
    }
    return false;
}

/* One number of a line, up and down by one. */
static void shift_number(size_t which, const struct rule *r, struct slice at)
{
    char now[32];
    char text[32];
    (void)snprintf(text, sizeof text, "%.*s", (int)at.n, at.p);
    long v = strtol(text, NULL, 10);
    for (int by = -1; by <= 1; by += 2) {
        if (v + by >= 0) {
            (void)snprintf(now, sizeof now, "%0*ld", (int)at.n, v + by);
            expect_caught(which, r, at, now);
        }
    }
}

/* "09:00" by a minute */
static void shift_clock(size_t which, const struct rule *r, struct slice at)
{
    char now[16];
    int minutes = ((at.p[0] - '0') * 10 + at.p[1] - '0') * 60 +
                  (at.p[3] - '0') * 10 + at.p[4] - '0';
    for (int by = -1; by <= 1; by += 2) {
        int m = minutes + by;
        if (m >= 0 && m <= 24 * 60) {
            (void)snprintf(now, sizeof now, "%02d:%02d", m / 60, m % 60);
            expect_caught(which, r, at, now);
        }
    }
}

static void shift_date(size_t which, const struct rule *r, struct slice at)
{
    struct civil_date d;
    char now[11];
    assert_true(civil_parse_date(at, &d));
    for (int by = -1; by <= 1; by += 2) {
        civil_format_date(civil_add_days(d, by), now);
        expect_caught(which, r, at, now);
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void shift_line(size_t which, const struct rule *r, struct slice line)
{
    static const char *const clocks[] = {"hours =", "offset ="};
    static const char *const dates[] = {"from =", "to ="};
    static const char *const numbers[] = {
        "max =",    "span =",     "max_age =",     "min_registered =",
        "fresh =",  "keep =",     "transaction =", "inquiry =",
        "gift =",   "contract =", "min =",         "ceiling =",
        "period =", "within ="};
    if (is_key(line, dates, tm_array_len(dates))) {
        const char *p = memchr(line.p, '=', line.n);
        shift_date(which, r, str_range(p + 2, 10));
    }
    bool clock = is_key(line, clocks, tm_array_len(clocks));
    if (!clock && !is_key(line, numbers, tm_array_len(numbers))) {
        return;
    }
    for (size_t i = 0; i < line.n; i++) {
        size_t n = 0;
        while (i + n < line.n &&
               (is_digit(line.p[i + n]) || (clock && line.p[i + n] == ':'))) {
            n++;
        }
        if (n > 0 && clock) {
            shift_clock(which, r, str_range(line.p + i, n));
        } else if (n > 0) {
            shift_number(which, r, str_range(line.p + i, n));
        }
        i += n;
    }
}

/* A section's lines in its pack. */
static struct slice section_of(const struct rule *r, size_t *which)
{
    for (*which = 0; strcmp(pack[*which].file, r->file) != 0; ++*which) {
    }
    struct slice rest = pack[*which].text;
    for (int i = 0; i < r->line; i++) {
        (void)str_cut(rest, '\n', &rest);
    }
    const char *end = memmem(rest.p, rest.n, "\n[", 2);
    return str_range(rest.p, end ? (size_t)(end - rest.p) : rest.n);
}

static void every_rule_and_every_number_matters(void **state)
{
    (void)state;
    mutants = escaped = 0;
    for (size_t i = 0; i < rule_book_size(book); i++) {
        const struct rule *r = rule_book_at(book, i);
        if (!binds(r)) {
            continue;
        }
        size_t which;
        struct slice rest = section_of(r, &which);
        while (rest.n > 0) {
            struct slice line = str_cut(rest, '\n', &rest);
            bool disputed = r->status == RULE_DISPUTED;
            if (str_starts(line, disputed ? "status = " : "role = ")) {
                char off[64];
                (void)snprintf(off, sizeof off, "status = waived%s%.*s",
                               disputed ? "" : "\n", disputed ? 0 : (int)line.n,
                               line.p);
                expect_caught(which, r, line, off);
            }
            shift_line(which, r, line);
        }
    }
    print_message("%d mutants, %d escaped\n", mutants, escaped);
    assert_true(mutants > 500);
    assert_int_equal(escaped, 0);
}

/* The other way round: the same packs, read anew, differ nowhere. */
static void no_change_makes_no_difference(void **state)
{
    (void)state;
    static struct answers is, was;
    struct arena a;
    arena_init(&a);
    const struct rule_book *m = fixture_world_law_book(&a);
    for (size_t i = 0; i < rule_book_size(book); i++) {
        const struct rule *r = rule_book_at(book, i);
        ask_all(book, r, &was);
        ask_all(m, r, &is);
        assert_int_equal(is.n, was.n);
        assert_memory_equal(is.said, was.said, is.n * sizeof is.said[0]);
    }
    arena_fini(&a);
}

int main(void)
{
    fixture_world_init(&w);
    packs = fixture_world_law(&w.arena, pack);
    book = fixture_world_law_book(&w.arena);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_cases_on_both_sides),
        cmocka_unit_test(no_change_makes_no_difference),
        cmocka_unit_test(every_rule_and_every_number_matters),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_world_fini(&w);
    return rc;
}
