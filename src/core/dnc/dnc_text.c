#include "core/dnc/dnc_text.h"

#include <string.h>

#include "core/dnc/dnc_xml.h"
#include "core/number/number.h"

/* One row in so many may be bad, or missing since the last file: 1 %. */
enum { FAULT_PART = 100 };

void dnc_text_init(struct dnc_text *t, const char *country,
                   dnc_text_number_fn *number, dnc_text_reject_fn *reject,
                   void *arg)
{
    tm_assert(number != NULL);
    *t = (struct dnc_text){.number = number, .reject = reject, .arg = arg};
    (void)str_copy(t->country, sizeof(t->country), str_of(country));
}

static bool is_digits(struct slice s, size_t n)
{
    if (s.n != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
    }
    return true;
}

static bool has_digit(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9') {
            return true;
        }
    }
    return false;
}

static bool is_north_american(const struct dnc_text *t)
{
    return strcmp(t->country, "US") == 0 || strcmp(t->country, "CA") == 0;
}

/* The registries' flat layout, "AAA,NNNNNNN", of the US and Canada. These
 * numbers are taken as they are: the registry knows its own area codes, also
 * those that are newer than our metadata. */
static bool is_flat(const struct dnc_text *t, struct slice line, uint64_t *out)
{
    if (!is_north_american(t)) {
        return false;
    }
    struct slice local, area = str_cut(line, ',', &local);
    uint64_t a, n;
    if (!is_digits(area, 3) || !is_digits(local, 7) || area.p[0] < '2' ||
        !str_u64(area, &a) || !str_u64(local, &n)) {
        return false;
    }
    *out = 10000000000 + a * 10000000 + n;
    return true;
}

static void reject(struct dnc_text *t, const char *why, struct slice text)
{
    t->counts.rejected++;
    if (t->reject) {
        t->reject(t->arg, t->line, why, text);
    }
}

/* "A" or "D" in one of the items; '\0': none, or both. */
static char change_of(struct slice items)
{
    char found = '\0';
    while (items.p != NULL && items.n > 0) {
        struct slice item = str_trim(str_cut(items, ',', &items));
        if (item.n != 1 || strchr("AaDd", item.p[0]) == NULL) {
            continue;
        }
        char c = (char)(item.p[0] & ~0x20);
        if (found != '\0' && found != c) {
            return '\0';
        }
        found = c;
    }
    return found;
}

/* "AAA,NNNNNNN,items" or "number,items": the number is left in *line. */
static char take_change(struct slice *line)
{
    struct slice local, rest;
    struct slice first = str_trim(str_cut(*line, ',', &rest));
    struct slice second = str_trim(str_cut(rest, ',', &local));
    if (is_digits(first, 3) && is_digits(second, 7)) {
        *line = str_range(line->p, (size_t)(second.p + second.n - line->p));
        return change_of(local);
    }
    *line = first;
    return change_of(rest);
}

static void take_number(struct dnc_text *t, struct slice line)
{
    uint64_t e164;
    struct number n;
    struct slice whole = line;
    dnc_text_number_fn *give = t->number;
    if (t->removed != NULL) {
        char change = take_change(&line);
        if (change == '\0') {
            reject(t, "tells neither A (added) nor D (deleted)", whole);
            return;
        }
        give = change == 'D' ? t->removed : t->number;
    }
    if (!is_flat(t, line, &e164)) {
        enum number_fault fault = number_parse(line, t->country, &n);
        if (fault != NUMBER_OK) {
            reject(t, number_fault_text(fault), whole);
            return;
        }
        e164 = n.e164;
    }
    t->counts.numbers++;
    give(t->arg, e164);
}

static void take_line(struct dnc_text *t)
{
    struct slice line = str_trim(str_range(t->text, t->n));
    bool too_long = t->too_long;
    t->line++;
    t->n = 0;
    t->too_long = false;
    if (line.n == 0 && !too_long) {
        return;
    }
    if (t->line == 1 && !too_long && !has_digit(line)) {
        return;
    }
    t->counts.rows++;
    if (too_long) {
        reject(t, "is too long for a number", line);
        return;
    }
    take_number(t, line);
}

static void feed_lines(struct dnc_text *t, struct slice bytes)
{
    size_t at = 0;
    while (at < bytes.n) {
        const char *end = memchr(bytes.p + at, '\n', bytes.n - at);
        size_t n = (end ? (size_t)(end - bytes.p) : bytes.n) - at;
        size_t room = sizeof(t->text) - t->n;
        size_t take = n < room ? n : room;
        memcpy(t->text + t->n, bytes.p + at, take);
        t->n += take;
        t->too_long |= take < n;
        at += n;
        if (end) {
            take_line(t);
            at++;
        }
    }
}

void dnc_text_changes(struct dnc_text *t, dnc_text_number_fn *removed)
{
    tm_assert(!t->begun && removed != NULL);
    t->removed = removed;
}

/* Before the first character that counts: a mark of the encoding, spaces. */
static bool is_beginning(char c)
{
    return strchr("\xef\xbb\xbf \t\r\n", c) != NULL && c != '\0';
}

void dnc_text_feed(struct dnc_text *t, struct slice bytes)
{
    while (!t->begun && bytes.n > 0) {
        char c = bytes.p[0];
        t->begun = !is_beginning(c);
        t->is_xml = c == '<' && is_north_american(t);
        if (t->begun) {
            break;
        }
        t->line += c == '\n';
        bytes = str_range(bytes.p + 1, bytes.n - 1);
    }
    if (t->is_xml) {
        dnc_xml_feed(t, bytes);
    } else {
        feed_lines(t, bytes);
    }
}

void dnc_text_end(struct dnc_text *t)
{
    if (!t->is_xml && (t->n > 0 || t->too_long)) {
        take_line(t);
    }
}

int dnc_text_judge(const struct dnc_text_counts *c, uint64_t previous_rows,
                   bool forced, struct err *e)
{
    tm_assert(c->rows == c->numbers + c->rejected);
    unsigned long long rows = c->rows, bad = c->rejected, good = c->numbers,
                       before = previous_rows;
    if (good == 0) {
        return err_set(e, TM_EINVAL,
                       "no telephone number in %llu rows: is this the right "
                       "file?",
                       rows);
    }
    if (forced) {
        return TM_OK;
    }
    if (bad > rows / FAULT_PART) {
        return err_set(e, TM_EINVAL,
                       "%llu of %llu rows are no telephone numbers, more than "
                       "1 %%: look at the rejected rows, then mend the file "
                       "or repeat with --force",
                       bad, rows);
    }
    if (before > good && before - good > before / FAULT_PART) {
        return err_set(e, TM_EINVAL,
                       "%llu numbers, the list in force has %llu: over 1 %% "
                       "fewer looks like a cut-off download. Get the file "
                       "again or repeat with --force",
                       good, before);
    }
    return TM_OK;
}
