#include "core/list/csv.h"

#include <string.h>

enum csv_state {
    AT_CELL, /* before the first character of a cell */
    IN_CELL, /* in an unquoted cell */
    IN_QUOTES,
    AFTER_QUOTE, /* after a quote inside quotes: an end or an escape */
    SKIPPING,    /* to the end of a line with a stray quote */
};

void csv_open(struct csv *c, char delimiter)
{
    memset(c, 0, sizeof(*c));
    c->delimiter = delimiter;
    c->line = 1;
    c->row_line = 1;
    buf_init(&c->text, CSV_ROW_BYTES_MAX);
    buf_init(&c->quote, CSV_QUOTE_BYTES_MAX + 16);
    buf_init(&c->again, CSV_QUOTE_BYTES_MAX + 16);
}

void csv_fini(struct csv *c)
{
    buf_fini(&c->text);
    buf_fini(&c->quote);
    buf_fini(&c->again);
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
    if (c->stray)
        return CSV_OPEN_QUOTE;
    if (c->too_long)
        return CSV_TOO_LONG;
    if (c->too_many)
        return CSV_TOO_MANY_CELLS;
    bool doubt = c->row_line <= c->doubt_line && c->width > 0;
    return doubt && c->cells != c->width ? CSV_SWALLOWED : CSV_OK;
}

static void give_row(struct csv *c, struct csv_row *row)
{
    for (size_t i = 0; i < c->cells; i++) {
        size_t n = c->start[i + 1] - c->start[i];
        c->cell[i] = str_range(n > 0 ? c->text.p + c->start[i] : "", n);
    }
    *row = (struct csv_row){.line = c->stray ? c->quote_line : c->row_line,
                            .fault = fault_of(c),
                            .cell = c->cell,
                            .cells = c->cells};
    if (c->width == 0 && row->fault == CSV_OK)
        c->width = row->cells;
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
    c->stray = false;
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
        c->quote_line = c->line;
        c->quote_lines = 0;
        c->quote_text = c->text.n;
        buf_clear(&c->quote);
        return false;
    }
    c->state = IN_CELL;
    add(c, &ch, 1);
    return false;
}

/* How much of a quoted cell to take at once: never beyond where it is taken
 * for a stray quote, so that the pieces the bytes come in do not matter. */
static size_t quoted_run(const struct csv *c, struct slice piece)
{
    size_t room = CSV_QUOTE_BYTES_MAX + 1 - c->quote.n;
    size_t n = piece.n < room ? piece.n : room;
    const char *quote = memchr(piece.p, '"', n);
    n = quote != NULL ? (size_t)(quote - piece.p) : n;
    const char *end = n > 0 ? memchr(piece.p, '\n', n) : NULL;
    return end != NULL ? (size_t)(end - piece.p) + 1 : n;
}

static bool quote_is_stray(const struct csv *c)
{
    return c->quote.n > CSV_QUOTE_BYTES_MAX ||
           c->quote_lines > CSV_QUOTE_LINES_MAX;
}

/* Text up to a line's end, or a quote. */
static void take_quoted(struct csv *c, struct slice *piece)
{
    size_t n = quoted_run(c, *piece);
    bool quote = n < piece->n && n == 0 && piece->p[0] == '"';
    bool line = n > 0 && piece->p[n - 1] == '\n';
    add(c, piece->p, n);
    n += quote;
    buf_add(&c->quote, piece->p, n);
    c->line += line;
    c->quote_lines += line;
    if (quote)
        c->state = AFTER_QUOTE;
    *piece = str_range(piece->p + n, piece->n - n);
}

/* A quote that was opened on an earlier line is closed in the middle of what
 * follows: it is the opening one of another cell. */
static bool closes_amiss(const struct csv *c, char next)
{
    return c->state == AFTER_QUOTE && c->quote_lines > 0 &&
           next != c->delimiter && strchr("\r\n\" ", next) == NULL;
}

/* Back to behind the stray quote: its line is skipped, and what stood in the
 * quotes is read again before anything new. */
static void start_over(struct csv *c)
{
    struct buf old = c->again;
    size_t at = c->again_at;
    c->again = c->quote;
    c->again_at = 0;
    if (at < old.n)
        buf_add(&c->again, old.p + at, old.n - at);
    tm_assert(!c->again.failed);
    c->quote = old;
    buf_clear(&c->quote);
    c->text.n = c->quote_text < c->text.n ? c->quote_text : c->text.n;
    c->doubt_line = c->line > c->doubt_line ? c->line : c->doubt_line;
    c->line = c->quote_line;
    c->after_cr = false;
    c->stray = true;
    c->state = SKIPPING;
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

/* Text up to the line's end; false: that comes next. */
static bool skip(struct csv *c, struct slice *piece)
{
    size_t n = 0;
    while (n < piece->n && piece->p[n] != '\n' && piece->p[n] != '\r')
        n++;
    add(c, piece->p, n);
    *piece = str_range(piece->p + n, piece->n - n);
    return n > 0;
}

/* One step; true when a row has ended. */
static bool advance(struct csv *c, struct slice *piece)
{
    if (c->state == IN_QUOTES) {
        take_quoted(c, piece);
        return false;
    }
    if (c->state == SKIPPING ? skip(c, piece) : take_run(c, piece))
        return false;
    char ch = piece->p[0];
    *piece = str_range(piece->p + 1, piece->n - 1);
    if (c->state == AFTER_QUOTE && ch == '"') {
        add(c, "\"", 1);
        buf_add_char(&c->quote, ch);
        c->state = IN_QUOTES;
        return false;
    }
    if (!take_plain(c, ch))
        return false;
    c->line++;
    c->after_cr = ch == '\r';
    return true;
}

/* Some of the bytes at hand; true when *row is set. */
static bool take(struct csv *c, struct slice *piece, struct csv_row *row)
{
    if (c->after_cr && piece->p[0] == '\n') {
        /* the second half of CRLF */
        *piece = str_range(piece->p + 1, piece->n - 1);
        c->after_cr = false;
        return false;
    }
    c->after_cr = false;
    bool was_blank = is_blank(c);
    if (was_blank)
        c->row_line = c->line;
    if (!advance(c, piece))
        return false;
    if (was_blank) {
        c->blank_lines++;
        begin_row(c);
        return false;
    }
    end_cell(c);
    give_row(c, row);
    c->cells = 0;
    return true;
}

/* What comes next: bytes to be read again, or new ones. */
static bool take_next(struct csv *c, struct slice *piece, struct csv_row *row)
{
    bool again = c->again_at < c->again.n;
    struct slice rest = *piece;
    if (again)
        rest = str_range(c->again.p + c->again_at, c->again.n - c->again_at);
    bool stray = closes_amiss(c, rest.p[0]);
    bool given = !stray && take(c, &rest, row);
    if (again)
        c->again_at = c->again.n - rest.n;
    else
        *piece = rest;
    if (stray || (c->state == IN_QUOTES && quote_is_stray(c)))
        start_over(c);
    return given;
}

bool csv_next(struct csv *c, struct slice *piece, struct csv_row *row)
{
    if (c->state == AT_CELL && c->cells == 0)
        begin_row(c);
    while (piece->n > 0 || c->again_at < c->again.n)
        if (take_next(c, piece, row))
            return true;
    return false;
}

bool csv_end(struct csv *c, struct csv_row *row)
{
    struct slice none = {0};
    if (csv_next(c, &none, row))
        return true;
    if (c->state == IN_QUOTES) {
        start_over(c);
        if (csv_next(c, &none, row))
            return true;
    }
    if (is_blank(c))
        return false;
    end_cell(c);
    give_row(c, row);
    c->cells = 0;
    return true;
}

const char *csv_fault_text(enum csv_fault f)
{
    switch (f) {
    case CSV_OK: return "in order";
    case CSV_TOO_LONG: return "the row is longer than 1 MiB";
    case CSV_TOO_MANY_CELLS: return "the row has more than 512 cells";
    case CSV_OPEN_QUOTE:
        return "a quote is opened on this line and never closed, or not "
               "within 100 lines and 64 KiB, or by the quote of another cell";
    case CSV_SWALLOWED:
        return "the line stood in a quote left open before it, and has not as "
               "many cells as the first row";
    }
    tm_unreachable("csv fault");
}

enum { LOOK_ROWS = 50, LOOK_TITLES = 10 };

/* How evenly a delimiter cuts the sample. */
struct cut {
    uint32_t width[LOOK_ROWS]; /* cells of each row */
    size_t rows;
};

static void cut_rows(struct slice sample, char delimiter, struct cut *out)
{
    struct csv c;
    struct csv_row row;
    csv_open(&c, delimiter);
    out->rows = 0;
    while (out->rows < LOOK_ROWS && csv_next(&c, &sample, &row))
        out->width[out->rows++] = (uint32_t)row.cells;
    if (out->rows == 0 && csv_end(&c, &row)) /* a single line, not ended */
        out->width[out->rows++] = (uint32_t)row.cells;
    csv_fini(&c);
}

static size_t rows_like(const struct cut *c, size_t like)
{
    size_t same = 0;
    for (size_t i = 0; i < c->rows; i++)
        same += c->width[i] == c->width[like];
    return same;
}

/* Rows that have the same number of cells as one of them, when that is more
 * than one. */
static uint64_t score(const struct cut *c, size_t like)
{
    if (like >= c->rows || c->width[like] <= 1)
        return 0;
    return 1000 * rows_like(c, like) / (c->rows + 1) + c->width[like];
}

/* The header tells, which is the first row, unless most rows are cut
 * otherwise: then it is a title. */
char csv_guess_delimiter(struct slice sample)
{
    static const char known[] = {',', ';', '\t', '|'};
    struct cut cut[tm_array_len(known)];
    size_t best = 0;
    uint64_t best_score = 0;
    for (size_t i = 0; i < tm_array_len(known); i++) {
        cut_rows(sample, known[i], &cut[i]);
        uint64_t s = score(&cut[i], 0);
        best = s > best_score ? i : best;
        best_score = s > best_score ? s : best_score;
    }
    if (best_score > 0 && 2 * rows_like(&cut[best], 0) >= cut[best].rows)
        return known[best];
    for (size_t i = 0; i < tm_array_len(known); i++) {
        for (size_t k = 1; k < LOOK_TITLES; k++) {
            uint64_t s = score(&cut[i], k);
            best = s > best_score ? i : best;
            best_score = s > best_score ? s : best_score;
        }
    }
    return known[best];
}
