/*
 * Mutations as data: every rule of every pack is switched off, and every
 * number in it is moved by one unit both ways (as the pack writes it: minutes
 * of the hours, days, months, seconds, percent, counts, dates). The scenes are
 * played with the changed book, and the checker, which knows only the true
 * law, must object: to a call where the change loosens, to a refusal where it
 * tightens. The same for the campaign's own hours and caps. Nothing here is
 * random: the scenes stand at the borders.
 */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_scene.h"

struct setting {
    struct scene_packs packs;
    struct scenes *scenes;
    int64_t next_attempt;
};

/* All scenes with one book. */
static struct check_rules_counts play(struct setting *t,
                                      const struct rule_book *book, bool tell)
{
    struct check_rules *c = check_rules_new(&t->scenes->world);
    for (size_t i = 0; i < t->scenes->n; i++)
        scene_run(&t->scenes->scene[i], book, NULL, &t->next_attempt, c);
    check_rules_finish(c);
    struct check_rules_counts n = check_rules_counts(c);
    for (size_t i = 0; tell && i < n.findings && i < CHECK_RULES_KEPT; i++) {
        const struct check_rules_finding *f = check_rules_finding(c, i);
        print_message("%s: %s\n", check_rules_kind_text(f->kind), f->text);
    }
    check_rules_free(c);
    return n;
}

static const struct rule_book *load(const struct setting *t, struct arena *a)
{
    const struct rule_book *book = NULL;
    struct err e;
    if (rule_book_load(a, t->packs.pack, t->packs.n, &book, &e) != 0)
        return NULL;
    return book;
}

/* The book as it is: calls and refusals, and no finding. */
static void test_true_law(void **state)
{
    struct setting *t = *state;
    struct arena a;
    arena_init(&a);
    const struct rule_book *book = load(t, &a);
    assert_non_null(book);
    struct check_rules_counts n = play(t, book, true);
    print_message("%zu scenes: %llu calls, %llu refusals, law asked %llu "
                  "times\n",
                  t->scenes->n, (unsigned long long)n.placed,
                  (unsigned long long)n.verdicts, (unsigned long long)n.judged);
    assert_int_equal(n.findings, 0);
    assert_true(n.placed > 80 && n.verdicts > 80);
    assert_int_equal(n.placed, n.attempts);
    assert_int_equal(n.placed, n.ended);
    arena_fini(&a);
}

/* --- changed packs
 * -------------------------------------------------------------- */

/* Plays with bytes [at, at + n) of a pack replaced; the text is put back.
 * false: such a book is not even loaded. */
static bool play_changed(struct setting *t, size_t pack, size_t at, size_t n,
                         const char *by, struct check_rules_counts *out)
{
    struct slice old = t->packs.pack[pack].text;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_add(&b, old.p, at);
    buf_add_str(&b, by);
    buf_add(&b, old.p + at + n, old.n - at - n);
    t->packs.pack[pack].text = buf_slice(&b);
    struct arena a;
    arena_init(&a);
    const struct rule_book *book = load(t, &a);
    if (book != NULL)
        *out = play(t, book, false);
    arena_fini(&a);
    buf_fini(&b);
    t->packs.pack[pack].text = old;
    return book != NULL;
}

static void show(const char *what, const struct check_rules_counts *n)
{
    print_message("  %-46s unlawful %4llu refused %4llu reason %4llu\n", what,
                  (unsigned long long)n->of_kind[CHECK_UNLAWFUL],
                  (unsigned long long)n->of_kind[CHECK_REFUSED],
                  (unsigned long long)n->of_kind[CHECK_REASON]);
}

/* Rules whose loss allows nothing more, and why; it must show all the same. */
static const struct {
    const char *id; /* the beginning of it */
    enum check_rules_kind shows;
    const char *because;
} COVERED[] = {
    {"US-FTC-DNC-ENT", CHECK_REASON,
     "OP-DNC forbids every such call, without exemption"},
    {"US-FCC-DNC-ENT", CHECK_REASON,
     "OP-DNC forbids every such call, without exemption"},
    {"OP-HRS", CHECK_REFUSED,
     "own hours that no rule of the book watches close the campaign"},
    {"OP-CAP-", CHECK_REFUSED,
     "a cap that no rule of the book watches closes the campaign"},
};

static enum check_rules_kind expected(const struct rule *r)
{
    for (size_t i = 0; i < tm_array_len(COVERED); i++) {
        if (strncmp(COVERED[i].id, r->id, strlen(COVERED[i].id)) == 0) {
            print_message("  (%s: %s)\n", r->id, COVERED[i].because);
            return COVERED[i].shows;
        }
    }
    switch (r->role) {
    case RULE_REQUIRE:
    case RULE_FORBID: return CHECK_UNLAWFUL;
    case RULE_EXEMPT: return CHECK_REFUSED;
    case RULE_DUTY:
    case RULE_ROLE_COUNT: break;
    }
    return CHECK_REASON;
}

/* --- reading a pack line by line
 * ----------------------------------------------------- */

struct line {
    size_t at, n; /* in the pack */
    char rule[32];
    struct slice key;
    size_t value_at, value_n;
};

/* The next line inside a rule that is neither empty nor a comment. */
static bool next_line(struct slice text, struct line *l)
{
    for (size_t at = l->at + l->n; at < text.n; at = l->at + l->n) {
        struct slice rest;
        struct slice s =
            str_cut(str_range(text.p + at, text.n - at), '\n', &rest);
        l->at = at;
        l->n = s.n + 1;
        if (s.n == 0 || s.p[0] == '#')
            continue;
        if (s.p[0] == '[') {
            l->rule[0] = 0;
            if (sscanf(s.p, "[rule %31[^]]", l->rule) == 1) {
                l->key = str_range(s.p, 0);
                return true;
            }
            continue;
        }
        if (l->rule[0] == 0)
            continue;
        struct slice value;
        l->key = str_trim(str_cut(s, '=', &value));
        l->value_n = value.n;
        l->value_at = value.p == NULL ? at : (size_t)(value.p - text.p);
        return true;
    }
    return false;
}

static bool is_prose(struct slice key)
{
    static const char *const PROSE[] = {
        "text", "citation", "certainty", "source", "remedy", "duty", "lifts"};
    for (size_t i = 0; i < tm_array_len(PROSE); i++) {
        if (str_eq(key, PROSE[i]))
            return true;
    }
    return false;
}

/* --- switched off
 * ---------------------------------------------------------------------- */

static size_t count_survivor(const char *what, bool caught)
{
    if (!caught)
        print_message("  SURVIVES: %s\n", what);
    return caught ? 0 : 1;
}

static void test_rules_switched_off(void **state)
{
    struct setting *t = *state;
    struct arena a;
    arena_init(&a);
    const struct rule_book *book = load(t, &a);
    assert_non_null(book);
    size_t rules = 0, survivors = 0;
    for (size_t p = 0; p < t->packs.n; p++) {
        struct line l = {0};
        struct slice text = t->packs.pack[p].text;
        while (next_line(text, &l)) {
            if (l.key.n > 0)
                continue;
            struct line s = l; /* a status of its own is replaced */
            size_t at = l.at + l.n, n = 0;
            while (next_line(text, &s) && s.key.n > 0) {
                if (str_eq(s.key, "status")) {
                    at = s.at;
                    n = s.n;
                }
            }
            const struct rule *r = rule_book_find(book, l.rule);
            struct check_rules_counts c;
            assert_non_null(r);
            assert_true(play_changed(t, p, at, n, "status = waived\n", &c));
            show(l.rule, &c);
            rules++;
            survivors += count_survivor(l.rule, c.of_kind[expected(r)] > 0);
        }
    }
    print_message("%zu rules switched off, %zu survivors\n", rules, survivors);
    assert_int_equal(rules, rule_book_size(book));
    assert_int_equal(survivors, 0);
    arena_fini(&a);
}

/* --- numbers moved
 * ------------------------------------------------------------------------ */

/* The next number of a value: a date, a time of day or a count. Writes its
 * neighbours. Returns its length, 0: no more. */
static size_t next_number(const char *p, size_t n, size_t *at, char by[2][16])
{
    for (size_t i = *at; i < n; i++) {
        bool inside =
            i > 0 && (isalnum((unsigned char)p[i - 1]) != 0 || p[i - 1] == '_');
        if (!isdigit((unsigned char)p[i]) || inside)
            continue;
        *at = i;
        struct civil_date d;
        if (n - i >= 10 && civil_parse_date(str_range(p + i, 10), &d)) {
            civil_format_date(civil_add_days(d, -1), by[0]);
            civil_format_date(civil_add_days(d, 1), by[1]);
            return 10;
        }
        unsigned h = 0, m = 0;
        int used = 0;
        if (n - i >= 5 && p[i + 2] == ':' &&
            sscanf(p + i, "%2u:%2u%n", &h, &m, &used) == 2) {
            for (unsigned k = 0; k < 2; k++) {
                unsigned x = h * 60 + m - 1 + 2 * k;
                (void)snprintf(by[k], 16, "%02u:%02u", x / 60 % 100, x % 60);
            }
            return (size_t)used;
        }
        unsigned long v = strtoul(p + i, NULL, 10);
        size_t len = 0;
        while (i + len < n && isdigit((unsigned char)p[i + len]))
            len++;
        (void)snprintf(by[0], 16, "%lu", v - 1);
        (void)snprintf(by[1], 16, "%lu", v + 1);
        return len;
    }
    return 0;
}

/* One number both ways: one way a call too many, the other way one too few.
 * A book that does not load any more is caught, too. */
static size_t move_number(struct setting *t, size_t pack, const struct line *l,
                          size_t at, size_t n, char by[2][16])
{
    uint64_t unlawful = 0, refused = 0;
    bool unloaded = false;
    size_t survivors = 0;
    for (int k = 0; k < 2; k++) {
        struct check_rules_counts c = {0};
        char what[96];
        (void)snprintf(what, sizeof what, "%s: %.*s %.*s -> %s", l->rule,
                       (int)l->key.n, l->key.p, (int)n,
                       t->packs.pack[pack].text.p + at, by[k]);
        if (!play_changed(t, pack, at, n, by[k], &c)) {
            print_message("  %-46s does not load\n", what);
            unloaded = true;
            continue;
        }
        show(what, &c);
        unlawful += c.of_kind[CHECK_UNLAWFUL];
        refused += c.of_kind[CHECK_REFUSED];
        survivors += count_survivor(
            what, c.of_kind[CHECK_UNLAWFUL] + c.of_kind[CHECK_REFUSED] > 0);
    }
    bool slot = str_eq(l->key, "slot"); /* a name, not a measure */
    if (!unloaded && !slot && (unlawful == 0 || refused == 0))
        survivors += count_survivor("no border shows one of the two", false);
    return survivors;
}

static void test_numbers_moved(void **state)
{
    struct setting *t = *state;
    size_t numbers = 0, survivors = 0;
    for (size_t p = 0; p < t->packs.n; p++) {
        struct line l = {0};
        struct slice text = t->packs.pack[p].text;
        while (next_line(text, &l)) {
            /* A campaign keeps requests for ever: no term of it counts. */
            if (l.key.n == 0 || is_prose(l.key) || str_eq(l.key, "keep"))
                continue;
            char by[2][16];
            size_t at = 0, n = 0;
            while ((n = next_number(text.p + l.value_at, l.value_n, &at, by)) >
                   0) {
                survivors += move_number(t, p, &l, l.value_at + at, n, by);
                numbers++;
                at += n;
            }
        }
    }
    print_message("%zu numbers moved both ways, %zu survivors\n", numbers,
                  survivors);
    assert_true(numbers >= 25);
    assert_int_equal(survivors, 0);
}

/* --- the campaign's own limits
 * ---------------------------------------------------------------- */

struct policy {
    struct rule_policy p;
    struct policy_window window[2];
    struct policy_cap cap[POLICY_CAPS_MAX];
};

static void policy_of(const struct scene *s, struct policy *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->window, s->window, sizeof out->window);
    memcpy(out->cap, s->cap, sizeof out->cap);
    out->p.window = out->window;
    out->p.windows = s->campaign.windows;
    out->p.cap = out->cap;
    out->p.caps = s->campaign.caps;
}

/* Plays the scenes of a family (names that begin alike) with a change. */
static uint64_t play_policy(struct setting *t, const char *family,
                            void (*change)(struct policy *, size_t),
                            size_t which)
{
    struct arena a;
    arena_init(&a);
    const struct rule_book *book = load(t, &a);
    assert_non_null(book);
    struct check_rules *c = check_rules_new(&t->scenes->world);
    for (size_t i = 0; i < t->scenes->n; i++) {
        const struct scene *s = &t->scenes->scene[i];
        if (strncmp(s->name, family, strlen(family)) != 0)
            continue;
        struct policy p;
        policy_of(s, &p);
        change(&p, which);
        scene_run(s, book, &p.p, &t->next_attempt, c);
    }
    struct check_rules_counts n = check_rules_counts(c);
    check_rules_free(c);
    arena_fini(&a);
    return n.of_kind[CHECK_UNLAWFUL] + n.of_kind[CHECK_REFUSED];
}

static void cap_more(struct policy *p, size_t i)
{
    p->cap[i].max++;
}

static void cap_less(struct policy *p, size_t i)
{
    p->cap[i].max--;
}

static void cap_longer(struct policy *p, size_t i)
{
    p->cap[i].span_us += 1000000; /* of "ever" it makes a second */
}

static void cap_shorter(struct policy *p, size_t i)
{
    p->cap[i].span_us -= p->cap[i].span_us == 0 ? -1 : 1000000;
}

static void cap_gone(struct policy *p, size_t i)
{
    p->cap[i].max = 1000000;
}

static void cap_other_scope(struct policy *p, size_t i)
{
    p->cap[i].scope =
        p->cap[i].scope == CAP_PER_NUMBER ? CAP_PER_PERSON : CAP_PER_NUMBER;
}

static void window_moved(struct policy *p, size_t which)
{
    int32_t by = which % 2 == 0 ? -60 : 60;
    if (which / 2 == 0)
        p->window[0].open_s += by;
    else
        p->window[0].close_s += by;
}

static void window_day(struct policy *p, size_t day)
{
    p->window[0].weekdays =
        (uint8_t)(p->window[0].weekdays ^ (1U << (unsigned)day));
}

static void window_gone(struct policy *p, size_t which)
{
    (void)which;
    p->p.windows = 0;
}

static void test_own_limits(void **state)
{
    struct setting *t = *state;
    static const struct {
        const char *name;
        void (*change)(struct policy *, size_t);
    } CAP[] = {{"max + 1", cap_more},      {"max - 1", cap_less},
               {"span + 1 s", cap_longer}, {"span - 1 s", cap_shorter},
               {"gone", cap_gone},         {"scope", cap_other_scope}};
    size_t tried = 0, survivors = 0;
    char what[64];
    for (size_t i = 0; i < POLICY_CAPS_MAX; i++) {
        char family[16];
        (void)snprintf(family, sizeof family, "cap %zu,", i + 1);
        for (size_t j = 0; j < tm_array_len(CAP); j++, tried++) {
            (void)snprintf(what, sizeof what, "cap %zu: %s", i + 1,
                           CAP[j].name);
            uint64_t n = play_policy(t, family, CAP[j].change, i);
            survivors += count_survivor(what, n > 0);
        }
    }
    for (size_t i = 0; i < 4; i++, tried++) {
        (void)snprintf(what, sizeof what, "own hours, border %zu", i);
        survivors += count_survivor(
            what, play_policy(t, "own hours", window_moved, i) > 0);
    }
    for (size_t i = CIVIL_MONDAY; i <= CIVIL_TUESDAY; i++, tried++) {
        (void)snprintf(what, sizeof what, "own hours, weekday %zu", i);
        survivors += count_survivor(
            what, play_policy(t, "own hours", window_day, i) > 0);
    }
    tried++;
    survivors += count_survivor(
        "own hours gone", play_policy(t, "own hours", window_gone, 0) > 0);
    print_message("%zu limits of a campaign changed, %zu survivors\n", tried,
                  survivors);
    assert_int_equal(survivors, 0);
}

/* --- the program
 * ----------------------------------------------------------------------------------
 */

static int set_up(void **state)
{
    struct setting *t = calloc(1, sizeof *t);
    scene_packs_read(&t->packs);
    t->scenes = scenes_new();
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct setting *t = *state;
    scenes_free(t->scenes);
    scene_packs_free(&t->packs);
    free(t);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_true_law),
        cmocka_unit_test(test_rules_switched_off),
        cmocka_unit_test(test_numbers_moved),
        cmocka_unit_test(test_own_limits),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
