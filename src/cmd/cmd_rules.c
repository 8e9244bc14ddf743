/* telemark rules: what the rule packs say. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/commands.h"
#include "cmd/law.h"
#include "core/rules/rules.h"
#include "report/decide_expect.h"
#include "report/decide_read.h"
#include "report/rules_pages.h"

enum { FILE_MAX_BYTES = 1 << 26, PAGE_MAX = 1 << 20, PATH_SIZE = 4096 };

static int run(int argc, char **argv);

const struct command cmd_rules = {
    .name = "rules",
    .summary = "list, show, test and compare rule packs; write their manual",
    .help =
        "usage: telemark rules list [PLACE] [--rules DIR]\n"
        "       telemark rules show ID [--rules DIR]\n"
        "       telemark rules test FILE [--rules DIR]\n"
        "       telemark rules diff A B\n"
        "       telemark rules manual DIR [--rules DIR]\n\n"
        "list    every rule: id, place, role, test, status, days in force,\n"
        "        certainty. PLACE: only those of it, e.g. US-FL\n"
        "show    one rule, in all its versions, as its pack has it\n"
        "test    judges the cases of a file (telemark decide --help) that\n"
        "        say what they expect; exit code 1 when one disagrees\n"
        "diff    rules that differ between two folders of packs\n"
        "manual  one page a jurisdiction, into DIR\n\n"
        "  --rules DIR  packs of this folder instead of those built in\n\n"
        "The packs are not legal advice; have them read by counsel.\n",
    .run = run,
};

static struct rules_source source_of(const struct law *l)
{
    return (struct rules_source){l->book, l->packs.pack, l->packs.n};
}

static const char *status_text(enum rule_status s)
{
    static const char *const text[] = {
#define X(name, text) [name] = text,
        RULE_STATUSES(X)
#undef X
    };
    return text[s];
}

static const char *role_text(enum rule_role r)
{
    static const char *const text[] = {
#define X(name, text) [name] = text,
        RULE_ROLES(X)
#undef X
    };
    return text[r];
}

static void put_days(const struct rule *r, char out[24])
{
    char from[11] = "", to[11] = "";
    if (r->from.year) {
        civil_format_date(r->from, from);
    }
    if (r->to.year) {
        civil_format_date(r->to, to);
    }
    (void)snprintf(out, 24, "%s..%s", from, to);
}

/* --- list, show --- */

static int list(const struct law *l, const char *place)
{
    char days[24];
    for (size_t i = 0; i < rule_book_size(l->book); i++) {
        const struct rule *r = rule_book_at(l->book, i);
        if (place && strcmp(place, r->jurisdiction) != 0) {
            continue;
        }
        put_days(r, days);
        (void)printf("%-18s %-6s %-8s %-13s %-9s %-22s %s\n", r->id,
                     r->jurisdiction, role_text(r->role), r->test,
                     status_text(r->status), days, r->certainty);
    }
    return EXIT_DONE;
}

static int show(const struct law *l, const char *id)
{
    struct rules_source s = source_of(l);
    bool found = false;
    for (size_t i = 0; i < rule_book_size(l->book); i++) {
        const struct rule *r = rule_book_at(l->book, i);
        if (strcmp(r->id, id) == 0) {
            struct slice lines = rules_pages_lines(&s, r->file, r->line);
            (void)printf("%s%s:%d: [rule %s] of %s\n%.*s\n", found ? "\n" : "",
                         r->file, r->line, r->id, r->jurisdiction, (int)lines.n,
                         lines.p);
            found = true;
        }
    }
    if (!found) {
        (void)fprintf(stderr, "telemark rules: no rule is called %s\n", id);
    }
    return found ? EXIT_DONE : EXIT_REFUSED;
}

/* --- test --- */

struct tally {
    int cases, wrong, silent;
};

static void test_line(struct law *l, struct slice line, struct arena *a,
                      struct tally *t)
{
    static struct verdict v;
    struct decide_case c;
    struct decide_input in = {a, law_zone, l, l->book, l->zones.version};
    struct err e;
    struct buf out;
    buf_init(&out, PAGE_MAX);
    t->cases++;
    if (decide_read(&in, line, &c, &e) != TM_OK) {
        (void)printf("%s: %s\n", c.id, e.text);
        t->wrong++;
    } else if (rules_check(l->book, &c.k, (struct attempt_id){0}, &v, NULL) !=
               TM_OK) {
        (void)printf("%s: %s\n", c.id, v.remedy);
        t->wrong++;
    } else {
        int n = decide_expect_check(line, &v, &out);
        t->silent += n < 0;
        t->wrong += n > 0;
        if (n > 0) {
            (void)printf("%s\n%s", c.id, out.p);
        }
    }
    buf_fini(&out);
}

static int test(struct law *l, const char *file)
{
    struct buf text;
    struct err e;
    if (command_read_file(file, FILE_MAX_BYTES, &text, &e) != TM_OK) {
        return command_fail(&cmd_rules, &e);
    }
    struct tally t = {0};
    struct arena a;
    arena_init(&a);
    struct slice rest = buf_slice(&text);
    while (rest.n > 0) {
        struct slice line = str_trim(str_cut(rest, '\n', &rest));
        if (line.n > 0) {
            arena_reset(&a);
            test_line(l, line, &a, &t);
        }
    }
    arena_fini(&a);
    buf_fini(&text);
    (void)printf("%d cases, %d disagree, %d expect nothing\n", t.cases, t.wrong,
                 t.silent);
    return t.wrong > 0 ? EXIT_REFUSED : EXIT_DONE;
}

/* --- diff --- */

/* The same rule in another book: id, place and first day. */
static const struct rule *twin(const struct law *l, const struct rule *r)
{
    for (size_t i = 0; i < rule_book_size(l->book); i++) {
        const struct rule *t = rule_book_at(l->book, i);
        if (strcmp(t->id, r->id) == 0 &&
            strcmp(t->jurisdiction, r->jurisdiction) == 0 &&
            civil_date_cmp(t->from, r->from) == 0) {
            return t;
        }
    }
    return NULL;
}

static bool has_line(struct slice lines, struct slice line)
{
    while (lines.n > 0) {
        if (str_same(str_cut(lines, '\n', &lines), line)) {
            return true;
        }
    }
    return false;
}

static void put_missing(struct slice of, struct slice in, char sign)
{
    while (of.n > 0) {
        struct slice line = str_cut(of, '\n', &of);
        if (line.n > 0 && line.p[0] != '#' && !has_line(in, line)) {
            (void)printf("  %c %.*s\n", sign, (int)line.n, line.p);
        }
    }
}

/* Rules of a that b has not, or has otherwise; the number of them. */
static int diff_one_way(const struct law *a, const struct law *b, char sign,
                        bool changes)
{
    struct rules_source sa = source_of(a), sb = source_of(b);
    int n = 0;
    for (size_t i = 0; i < rule_book_size(a->book); i++) {
        const struct rule *r = rule_book_at(a->book, i);
        const struct rule *t = twin(b, r);
        if (!t) {
            (void)printf("%c %s (%s)\n", sign, r->id, r->jurisdiction);
            n++;
            continue;
        }
        struct slice x = rules_pages_lines(&sa, r->file, r->line);
        struct slice y = rules_pages_lines(&sb, t->file, t->line);
        if (changes && !str_same(x, y)) {
            (void)printf("~ %s (%s)\n", r->id, r->jurisdiction);
            put_missing(x, y, '-');
            put_missing(y, x, '+');
            n++;
        }
    }
    return n;
}

static int diff(const char *a, const char *b)
{
    static struct law x, y;
    struct err e;
    if (law_open(&x, a, &e) != TM_OK) {
        return command_fail(&cmd_rules, &e);
    }
    if (law_open(&y, b, &e) != TM_OK) {
        law_close(&x);
        return command_fail(&cmd_rules, &e);
    }
    int n = diff_one_way(&x, &y, '-', true) + diff_one_way(&y, &x, '+', false);
    (void)printf(n == 1 ? "%d rule differs\n" : "%d rules differ\n", n);
    law_close(&x);
    law_close(&y);
    return EXIT_DONE;
}

/* --- manual --- */

static int write_page(const char *dir, const char *file, const struct buf *b,
                      struct err *e)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", dir, file);
    FILE *f = fopen(path, "wb");
    if (!f) {
        return err_errno(e, "%s", path);
    }
    size_t n = fwrite(b->p, 1, b->n, f);
    bool closed = fclose(f) == 0;
    return n == b->n && closed ? TM_OK : err_errno(e, "%s", path);
}

static int manual(const struct law *l, const char *dir)
{
    struct rules_source s = source_of(l);
    const char *place[RULES_PAGES_MAX];
    char file[RULES_PAGES_FILE];
    struct err e;
    struct buf b;
    if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
        (void)err_errno(&e, "%s", dir);
        return command_fail(&cmd_rules, &e);
    }
    size_t n = rules_pages_places(&s, place);
    buf_init(&b, PAGE_MAX);
    rules_pages_index(&s, &b);
    int rc = write_page(dir, "README.md", &b, &e);
    for (size_t i = 0; i < n && rc == TM_OK; i++) {
        buf_clear(&b);
        rules_pages_page(&s, place[i], &b);
        rules_pages_file(place[i], file);
        rc = write_page(dir, file, &b, &e);
    }
    buf_fini(&b);
    if (rc != TM_OK) {
        return command_fail(&cmd_rules, &e);
    }
    (void)printf("%zu pages in %s\n", n, dir);
    return EXIT_DONE;
}

/* --- the command --- */

static int with_law(const char *folder, const char *verb, const char *arg)
{
    static struct law l;
    struct err e;
    if (law_open(&l, folder, &e) != TM_OK) {
        return command_fail(&cmd_rules, &e);
    }
    int rc = strcmp(verb, "list") == 0   ? list(&l, arg)
             : strcmp(verb, "show") == 0 ? show(&l, arg)
             : strcmp(verb, "test") == 0 ? test(&l, arg)
                                         : manual(&l, arg);
    law_close(&l);
    return rc;
}

static int run(int argc, char **argv)
{
    const char *folder = NULL;
    const struct command_option opt[] = {{.name = "rules", .value = &folder}};
    int n = command_options(&cmd_rules, argc, argv, opt, 1);
    if (n < 0) {
        return n == -2 ? EXIT_DONE : EXIT_USAGE;
    }
    const char *verb = n > 0 ? argv[1] : "";
    if (strcmp(verb, "list") == 0 && n <= 2) {
        return with_law(folder, verb, n == 2 ? argv[2] : NULL);
    }
    if (n == 2 && (strcmp(verb, "show") == 0 || strcmp(verb, "test") == 0 ||
                   strcmp(verb, "manual") == 0)) {
        return with_law(folder, verb, argv[2]);
    }
    if (n == 3 && strcmp(verb, "diff") == 0) {
        return diff(argv[2], argv[3]);
    }
    return command_usage(&cmd_rules, "what shall be done? list, show ID, test "
                                     "FILE, diff A B or manual DIR");
}
