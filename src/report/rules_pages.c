#include "report/rules_pages.h"

#include <stdlib.h>
#include <string.h>

static const char LEGAL[] =
    "**Not legal advice.** Have it read by counsel before it is relied on: "
    "each\nrule says how certain it is (S1 the law itself was seen, S2 a "
    "secondary source,\nK own knowledge; `+` high, `~` medium, `-` low).\n";

static const char MADE[] =
    "<!-- Made by `telemark rules manual` from the rule packs. -->\n\n";

/* --- what stands in a pack --- */

static struct slice skip_lines(struct slice text, int n)
{
    for (int i = 0; i < n && text.n > 0; i++) {
        (void)str_cut(text, '\n', &text);
    }
    return text;
}

static bool is_section(struct slice rest)
{
    return rest.n > 0 && rest.p[0] == '[';
}

struct slice rules_pages_lines(const struct rules_source *s, const char *file,
                               int line)
{
    struct slice text = {"", 0};
    for (size_t i = 0; i < s->packs; i++) {
        if (strcmp(s->pack[i].file, file) == 0) {
            text = skip_lines(s->pack[i].text, line);
        }
    }
    struct slice rest = text;
    size_t keep = 0;
    while (rest.n > 0 && !is_section(rest)) {
        struct slice one = str_cut(rest, '\n', &rest);
        if (one.n > 0 && one.p[0] != '#') {
            keep = (size_t)(one.p + one.n - text.p);
        }
    }
    return str_range(text.p, keep);
}

/* --- places --- */

static int by_text(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

size_t rules_pages_places(const struct rules_source *s, const char **out)
{
    size_t n = 0;
    for (size_t i = 0; i < rule_book_size(s->book); i++) {
        const char *place = rule_book_at(s->book, i)->jurisdiction;
        size_t k = 0;
        while (k < n && strcmp(out[k], place) != 0) {
            k++;
        }
        if (k == n && n < RULES_PAGES_MAX) {
            out[n++] = place;
        }
    }
    if (n > 0) {
        qsort(out, n, sizeof *out, by_text);
    }
    return n;
}

void rules_pages_file(const char *place, char out[RULES_PAGES_FILE])
{
    if (strcmp(place, "*") == 0) {
        place = "everywhere";
    }
    size_t n = str_copy(out, RULES_PAGES_FILE - 4, str_of(place));
    for (size_t i = 0; i < n; i++) {
        if (out[i] >= 'A' && out[i] <= 'Z') {
            out[i] = (char)(out[i] + ('a' - 'A'));
        }
    }
    memcpy(out + n, ".md", 4);
}

static const char *name_of(const char *place)
{
    static const struct {
        const char *code, *name;
    } names[] = {
        {"*", "Everywhere"},      {"CA", "Canada"},
        {"CA-AB", "Alberta"},     {"CA-BC", "British Columbia"},
        {"DE", "Germany"},        {"ES", "Spain"},
        {"EU", "European Union"}, {"FI", "Finland"},
        {"FR", "France"},         {"GB", "United Kingdom"},
        {"IN", "India"},          {"IT", "Italy"},
        {"KR", "South Korea"},    {"MX", "Mexico"},
        {"NO", "Norway"},         {"PH", "Philippines"},
        {"RU", "Russia"},         {"US", "United States, federal and common"},
    };
    for (size_t i = 0; i < tm_array_len(names); i++) {
        if (strcmp(names[i].code, place) == 0) {
            return names[i].name;
        }
    }
    return place;
}

/* --- pages --- */

static void put_force(const struct rule *r, struct buf *out)
{
    static const char *const status[] = {
#define X(name, text) [name] = text,
        RULE_STATUSES(X)
#undef X
    };
    char day[11];
    buf_addf(out, "status %s", status[r->status]);
    if (r->from.year) {
        civil_format_date(r->from, day);
        buf_addf(out, ", from %s", day);
    }
    if (r->to.year) {
        civil_format_date(r->to, day);
        buf_addf(out, ", to %s", day);
    }
}

/* Keys that the page says in words. */
static bool is_said(struct slice line)
{
    static const char *const key[] = {
        "text =", "citation =", "certainty =",   "status =",
        "from =", "to =",       "jurisdiction ="};
    for (size_t i = 0; i < tm_array_len(key); i++) {
        if (str_starts(line, key[i])) {
            return true;
        }
    }
    return line.n == 0 || line.p[0] == '#';
}

static void put_lines(struct slice lines, struct buf *out)
{
    buf_add_str(out, "```\n");
    while (lines.n > 0) {
        struct slice line = str_cut(lines, '\n', &lines);
        if (!is_said(line)) {
            buf_add_slice(out, line);
            buf_add_char(out, '\n');
        }
    }
    buf_add_str(out, "```\n\n");
}

static void put_rule(const struct rules_source *s, const struct rule *r,
                     struct buf *out)
{
    buf_addf(out, "### %s\n\n%s\n\n", r->id, r->text);
    buf_addf(out, "Citation: %s. Certainty: %s; ", r->citation, r->certainty);
    put_force(r, out);
    buf_addf(out, ". Pack: `%s`.\n\n", r->file);
    put_lines(rules_pages_lines(s, r->file, r->line), out);
}

/* The calendar of the place, where a pack has one. */
static void put_calendar(const struct rules_source *s, const char *place,
                         struct buf *out)
{
    for (size_t i = 0; i < s->packs; i++) {
        struct slice rest = s->pack[i].text;
        for (int line = 1; rest.n > 0; line++) {
            struct slice one = str_cut(rest, '\n', &rest);
            size_t n = strlen(place);
            if (!str_starts(one, "[calendar ") || one.n != n + 11 ||
                memcmp(one.p + 10, place, n) != 0) {
                continue;
            }
            buf_add_str(out, "## Holidays\n\nDays as the pack has them; a day "
                             "that is observed elsewhere closes both.\n\n");
            put_lines(rules_pages_lines(s, s->pack[i].file, line), out);
        }
    }
}

void rules_pages_page(const struct rules_source *s, const char *place,
                      struct buf *out)
{
    buf_add_str(out, MADE);
    buf_addf(out, "# Rules: %s\n\n%s\n", name_of(place), LEGAL);
    buf_add_str(out, "What the keys below mean: "
                     "[rules-format.md](../rules-format.md).\n\n");
    buf_add_str(out, "## Rules\n\n");
    for (size_t i = 0; i < rule_book_size(s->book); i++) {
        const struct rule *r = rule_book_at(s->book, i);
        if (strcmp(r->jurisdiction, place) == 0) {
            put_rule(s, r, out);
        }
    }
    put_calendar(s, place, out);
    while (out->n > 1 && out->p[out->n - 1] == '\n' &&
           out->p[out->n - 2] == '\n') {
        out->p[--out->n] = '\0';
    }
}

void rules_pages_index(const struct rules_source *s, struct buf *out)
{
    const char *place[RULES_PAGES_MAX];
    char file[RULES_PAGES_FILE];
    size_t n = rules_pages_places(s, place);
    buf_add_str(out, MADE);
    buf_addf(out, "# Rules by jurisdiction\n\n%s\n", LEGAL);
    for (size_t i = 0; i < n; i++) {
        size_t rules = 0;
        for (size_t k = 0; k < rule_book_size(s->book); k++) {
            rules +=
                strcmp(rule_book_at(s->book, k)->jurisdiction, place[i]) == 0;
        }
        rules_pages_file(place[i], file);
        buf_addf(out, "- [%s](%s): %zu rule%s\n", name_of(place[i]), file,
                 rules, rules == 1 ? "" : "s");
    }
}
