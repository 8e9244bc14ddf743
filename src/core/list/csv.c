#include "core/list/csv.h"

#include <string.h>

enum csv_state {
    AT_CELL, /* before the first character of a cell */
    IN_CELL, /* in an unquoted cell */
    IN_QUOTES,
    AFTER_QUOTE, /* after a quote inside quotes: an end or an escape */
};

void csv_open(struct csv *c, char delimiter)
{
    memset(c, 0, sizeof(*c));
    c->delimiter = delimiter;
    c->line = 1;
    c->row_line = 1;
    buf_init(&c->text, CSV_ROW_BYTES_MAX);
}

void csv_fini(struct csv *c)
{
    buf_fini(&c->text);
}

static void add(struct csv *c, const char *p, size_t n)
{
    if (c->too_long)
        return;
    buf_add(&c->text, p, n);
    c->too_long = c->text.failed;
}

static void end_cell(struct csv *c)
{
    c->state = AT_CELL;
    if (c->cells == CSV_CELLS_MAX) {
        c->too_many = true;
        return;
    }
    c->cells++;
    c->start[c->cells] = c->text.n;
}

static enum csv_fault fault_of(const struct csv *c)
{
    if (c->too_long)
        return CSV_TOO_LONG;
    return c->too_many ? CSV_TOO_MANY_CELLS : CSV_OK;
}

static void give_row(struct csv *c, struct csv_row *row)
{
    for (size_t i = 0; i < c->cells; i++) {
        size_t n = c->start[i + 1] - c->start[i];
        c->cell[i] = str_range(n > 0 ? c->text.p + c->start[i] : "", n);
    }
    *row = (struct csv_row){.line = c->row_line,
                            .fault = fault_of(c),
                            .cell = c->cell,
                            .cells = c->cells};
}

/* Makes ready for the row after the one that was given out. */
static void begin_row(struct csv *c)
{
    buf_clear(&c->text);
    c->cells = 0;
    c->start[0] = 0;
    c->state = AT_CELL;
    c->too_long = false;
    c->too_many = false;
    c->row_line = c->line;
}

/* A row of one empty unquoted cell is a blank line. */
static bool is_blank(const struct csv *c)
{
    return c->cells == 0 && c->state == AT_CELL;
}

/* Takes one character outside quotes; true when the row ends with it. */
static bool take_plain(struct csv *c, char ch)
{
    if (ch == c->delimiter) {
        end_cell(c); /* another one begins, even when nothing follows */
        return false;
    }
    if (ch == '\n' || ch == '\r')
        return true;
    if (ch == '"' && c->state == AT_CELL) {
        c->state = IN_QUOTES;
        return false;
    }
    c->state = IN_CELL;
    add(c, &ch, 1);
    return false;
}

static void take_quoted(struct csv *c, struct slice *piece)
{
    const char *quote = memchr(piece->p, '"', piece->n);
    size_t n = quote != NULL ? (size_t)(quote - piece->p) : piece->n;
    for (size_t i = 0; i < n; i++)
        c->line += piece->p[i] == '\n';
    add(c, piece->p, n);
    if (quote != NULL) {
        c->state = AFTER_QUOTE;
        n++;
    }
    *piece = str_range(piece->p + n, piece->n - n);
}

/* Plain text up to the next special character, in one go. */
static bool take_run(struct csv *c, struct slice *piece)
{
    size_t n = 0;
    while (n < piece->n && piece->p[n] != c->delimiter && piece->p[n] != '\n' &&
           piece->p[n] != '\r' && piece->p[n] != '"')
        n++;
    if (n == 0)
        return false;
    add(c, piece->p, n);
    c->state = IN_CELL;
    *piece = str_range(piece->p + n, piece->n - n);
    return true;
}

/* One step; true when a row has ended. */
static bool advance(struct csv *c, struct slice *piece)
{
    if (c->state == IN_QUOTES) {
        take_quoted(c, piece);
        return false;
    }
    if (take_run(c, piece))
        return false;
    char ch = piece->p[0];
    *piece = str_range(piece->p + 1, piece->n - 1);
    if (c->state == AFTER_QUOTE && ch == '"') {
        add(c, "\"", 1);
        c->state = IN_QUOTES;
        return false;
    }
    if (!take_plain(c, ch))
        return false;
    c->line++;
    c->after_cr = ch == '\r';
    return true;
}

bool csv_next(struct csv *c, struct slice *piece, struct csv_row *row)
{
    if (c->state == AT_CELL && c->cells == 0)
        begin_row(c);
    while (piece->n > 0) {
        if (c->after_cr && piece->p[0] == '\n') {
            /* the second half of CRLF */
            *piece = str_range(piece->p + 1, piece->n - 1);
            c->after_cr = false;
            continue;
        }
        c->after_cr = false;
        if (is_blank(c))
            c->row_line = c->line;
        bool was_blank = is_blank(c);
        if (!advance(c, piece))
            continue;
        if (was_blank) {
            c->blank_lines++;
            begin_row(c);
            continue;
        }
        end_cell(c);
        give_row(c, row);
        c->cells = 0;
        return true;
    }
    return false;
}

bool csv_end(struct csv *c, struct csv_row *row)
{
    if (is_blank(c))
        return false;
    bool open = c->state == IN_QUOTES;
    end_cell(c);
    give_row(c, row);
    if (open && row->fault == CSV_OK)
        row->fault = CSV_OPEN_QUOTE;
    c->cells = 0;
    return true;
}

const char *csv_fault_text(enum csv_fault f)
{
    switch (f) {
    case CSV_OK: return "in order";
    case CSV_TOO_LONG:
        return "the row is longer than 1 MiB; is a quote left open?";
    case CSV_TOO_MANY_CELLS: return "the row has more than 512 cells";
    case CSV_OPEN_QUOTE: return "a quote is opened and never closed";
    }
    tm_unreachable("csv fault");
}

/* How evenly a delimiter cuts the sample: rows that have the same number of
 * cells as the first one, when that is more than one. */
static uint64_t score(struct slice sample, char delimiter)
{
    struct csv c;
    struct csv_row row;
    csv_open(&c, delimiter);
    uint64_t rows = 0, same = 0, width = 0;
    while (rows < 50 && csv_next(&c, &sample, &row)) {
        if (rows == 0)
            width = row.cells;
        rows++;
        same += row.cells == width;
    }
    if (rows == 0 && csv_end(&c, &row)) /* a single line without its end */
        width = row.cells;
    csv_fini(&c);
    return width <= 1 ? 0 : 1000 * same / (rows + 1) + width;
}

char csv_guess_delimiter(struct slice sample)
{
    static const char known[] = {',', ';', '\t', '|'};
    char best = ',';
    uint64_t best_score = 0;
    for (size_t i = 0; i < tm_array_len(known); i++) {
        uint64_t s = score(sample, known[i]);
        if (s <= best_score)
            continue;
        best = known[i];
        best_score = s;
    }
    return best;
}
