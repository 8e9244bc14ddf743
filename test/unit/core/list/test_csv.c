#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "core/list/csv.h"

/* What the parser makes of a text, in a form that can be compared: each row
 * as "LINE[cell|cell]", a fault as its number behind '!'. */
static void add_row(struct buf *out, const struct csv_row *row)
{
    buf_addf(out, "%llu[", (unsigned long long)row->line);
    for (size_t i = 0; i < row->cells && row->fault == CSV_OK; i++) {
        buf_add_str(out, i > 0 ? "|" : "");
        buf_add_slice(out, row->cell[i]);
    }
    buf_add_str(out, "]");
    if (row->fault != CSV_OK)
        buf_addf(out, "!%d", row->fault);
}

static void feed(struct csv *c, struct slice piece, struct buf *out)
{
    struct csv_row row;
    while (csv_next(c, &piece, &row))
        add_row(out, &row);
    assert_int_equal(piece.n, 0);
}

/* cuts: ascending places where the text is cut into pieces. */
static uint64_t parse(struct slice text, char delimiter, const size_t *cut,
                      size_t cuts, struct buf *out)
{
    struct csv *c = mem_alloc(sizeof(*c));
    struct csv_row row;
    size_t from = 0;
    csv_open(c, delimiter);
    for (size_t i = 0; i < cuts; i++) {
        feed(c, str_range(text.p + from, cut[i] - from), out);
        from = cut[i];
    }
    feed(c, str_range(text.p + from, text.n - from), out);
    while (csv_end(c, &row))
        add_row(out, &row);
    assert_false(csv_end(c, &row));
    uint64_t blank = c->blank_lines;
    csv_fini(c);
    mem_free(c);
    return blank;
}

static void check(const char *text, char delimiter, const char *want)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    (void)parse(str_of(text), delimiter, NULL, 0, &out);
    buf_add_str(&out, "");
    assert_string_equal(out.n > 0 ? out.p : "", want);
    buf_fini(&out);
}

static void test_rfc_4180(void **state)
{
    (void)state;
    /* section 2: rules 1 to 7 */
    check("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n", ',',
          "1[aaa|bbb|ccc]2[zzz|yyy|xxx]");
    check("aaa,bbb\r\nzzz,yyy", ',', "1[aaa|bbb]2[zzz|yyy]");
    check("a b , c\r\n", ',', "1[a b | c]");
    check("\"aaa\",\"bbb\"\r\nzzz,yyy", ',', "1[aaa|bbb]2[zzz|yyy]");
    check("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nz,y,x\r\n", ',',
          "1[aaa|b\r\nbb|ccc]3[z|y|x]");
    check("\"aaa\",\"b\"\"bb\",\"ccc\"", ',', "1[aaa|b\"bb|ccc]");
    check("\"a,b\",\"\"\"\"\n", ',', "1[a,b|\"]");
}

static void test_empty_cells(void **state)
{
    (void)state;
    check("", ',', "");
    check("\n", ',', "");
    check(",", ',', "1[|]");
    check(",\n", ',', "1[|]");
    check("a,\n,b\n", ',', "1[a|]2[|b]");
    check("\"\"\n", ',', "1[]");
    check("\"\",\"\"", ',', "1[|]");
    check("a,,\"\",b", ',', "1[a|||b]");
    check(",,,\n", ',', "1[|||]");
}

static void test_line_ends(void **state)
{
    (void)state;
    check("a\nb\r\nc\rd", ',', "1[a]2[b]3[c]4[d]");
    check("a\r\rb", ',', "1[a]3[b]");
    check("a\n\r\nb", ',', "1[a]3[b]");
    check("\"a\"\r\n\"b\"\r\"c\"\n", ',', "1[a]2[b]3[c]");
    check("\r\n\r\na\r\n", ',', "3[a]");
}

/* Where people's files are not as the RFC wants them. */
static void test_lenient(void **state)
{
    (void)state;
    check("5\" pipe,6\"\n", ',', "1[5\" pipe|6\"]");
    check("\"a\"b,c\n", ',', "1[ab|c]");
    check("\"a\" ,c\n", ',', "1[a |c]");
    check("\"a\"b\"c\",d\n", ',', "1[ab\"c\"|d]");
    check("\"\"x\"y\",d\n", ',', "1[x\"y\"|d]");
    check(" \"a,b\"\n", ',', "1[ \"a|b\"]");
}

static void test_delimiters(void **state)
{
    (void)state;
    check("a;b,c;\"d;e\"\n", ';', "1[a|b,c|d;e]");
    check("a\tb\t\n", '\t', "1[a|b|]");
    check("a|b\n", '|', "1[a|b]");
    check("a b c\n", ' ', "1[a|b|c]");
    check("a,b;c", '\x01', "1[a,b;c]");
}

static void test_open_quote(void **state)
{
    (void)state;
    check("a,b\n\"c,d\ne,f\n", ',',
          "1[a|b]2[]!3"
          "3[e|f]");
    check("a,b\r\nc,\"d\r\ne,f\r\n", ',',
          "1[a|b]2[]!3"
          "3[e|f]");
    check("a,b\rc,\"d\re,f\r", ',',
          "1[a|b]2[]!3"
          "3[e|f]");
    check("\"", ',', "1[]!3");
    check("a,\"", ',', "1[]!3");
    check("\"a\"", ',', "1[a]");
    check("\"a\n", ',', "1[]!3");
    check("\"a\nb", ',',
          "1[]!3"
          "2[b]");
    /* the quote, not the row, names the line */
    check("a,b\n\"c\nd\",\"e\nf,g\n", ',',
          "1[a|b]3[]!3"
          "4[f|g]");
    /* one after the other */
    check("a\n\"b\n\"c\nd", ',',
          "1[a]2[]!3"
          "3[]!3"
          "4[d]");
}

/* The next quoted cell closes the stray quote: what lies between is not lost,
 * and a cell of two lines stays one. */
static void test_quote_closed_by_another(void **state)
{
    (void)state;
    check("a,b\n1,\"x\n2,y\n3,\"z\"\n", ',',
          "1[a|b]2[]!3"
          "3[2|y]4[3|z]");
    check("a,b\n\"x\ny\" ,2\n", ',', "1[a|b]2[x\ny |2]");
    check("a,b\n\"x\n\"\"y\"\"\",2\n", ',', "1[a|b]2[x\n\"y\"|2]");
    /* The text of a note is no row. */
    check("a,b\n1,\"x\nnote\nc,d,e\n3,\"z\"\n", ',',
          "1[a|b]2[]!3"
          "3[]!4"
          "4[]!4"
          "5[3|z]");
}

static void test_blank_lines_are_counted(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 4096);
    assert_int_equal(parse(str_of("\n\na\r\n\r\nb\n\n"), ',', NULL, 0, &out),
                     4);
    buf_fini(&out);
}

static void fill(struct buf *b, const char *what, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buf_add_str(b, what);
}

/* A row over the limit is one fault; the next row is whole again, whatever
 * the rest of the long one held. */
static void test_long_row(void **state)
{
    (void)state;
    struct buf text, out;
    buf_init(&text, 16u << 20);
    buf_init(&out, 1 << 20);
    buf_add_str(&text, "a,b\n");
    fill(&text, "0123456789abcdef", CSV_ROW_BYTES_MAX / 16 + 1);
    fill(&text, ",x \"quoted\" y", 1000);
    buf_add_str(&text, "\nc,d\n");
    (void)parse(buf_slice(&text), ',', NULL, 0, &out);
    assert_string_equal(out.p, "1[a|b]2[]!1"
                               "3[c|d]");
    buf_fini(&text);
    buf_fini(&out);
}

static void lines_in_quotes(size_t lines, bool closed, struct buf *out)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_clear(out);
    buf_add_str(&text, "a,b\n1,\"x");
    fill(&text, "\ny,z", lines);
    buf_add_str(&text, closed ? "\"\nc,d\n" : "\nc,d\n");
    (void)parse(buf_slice(&text), ',', NULL, 0, out);
    buf_fini(&text);
}

/* On both sides of each limit. */
static void test_stray_quote_limits(void **state)
{
    (void)state;
    struct buf out, text;
    buf_init(&out, 1 << 20);
    buf_init(&text, 1 << 20);
    lines_in_quotes(CSV_QUOTE_LINES_MAX, true, &out);
    assert_true(memcmp(out.p, "1[a|b]2[1|x\ny,z\n", 16) == 0);
    lines_in_quotes(CSV_QUOTE_LINES_MAX + 1, true, &out);
    buf_add_char(&out, '\0');
    assert_true(memcmp(out.p, "1[a|b]2[]!33[y|z]4[y|z]", 23) == 0);
    assert_non_null(strstr(out.p, "]103[y|z\"]104[c|d]"));
    lines_in_quotes(5000, false, &out);
    buf_add_char(&out, '\0');
    assert_true(memcmp(out.p, "1[a|b]2[]!33[y|z]4[y|z]", 23) == 0);
    assert_non_null(strstr(out.p, "]5002[y|z]5003[c|d]"));
    for (size_t more = 0; more < 2; more++) {
        buf_clear(&text);
        buf_clear(&out);
        buf_add_str(&text, "a,b\n1,\"");
        fill(&text, "0123456789abcdef", CSV_QUOTE_BYTES_MAX / 16);
        buf_add_str(&text, more ? "x" : "");
        buf_add_str(&text, "\"\nc,d\n");
        (void)parse(buf_slice(&text), ',', NULL, 0, &out);
        buf_add_char(&out, '\0');
        assert_int_equal(strstr(out.p, "2[]!3") != NULL, more);
        assert_non_null(strstr(out.p, "3[c|d]"));
    }
    buf_fini(&text);
    buf_fini(&out);
}

static void test_longest_row_fits(void **state)
{
    (void)state;
    struct csv *c = mem_alloc(sizeof(*c));
    struct csv_row row;
    struct buf text;
    buf_init(&text, 4u << 20);
    fill(&text, "0123456789abcde,", (CSV_ROW_BYTES_MAX - 32) / 16 / 200);
    csv_open(c, ';');
    struct slice piece = buf_slice(&text);
    assert_false(csv_next(c, &piece, &row));
    assert_true(csv_end(c, &row));
    assert_int_equal(row.fault, CSV_OK);
    assert_int_equal(row.cell[0].n, text.n);
    csv_fini(c);
    buf_fini(&text);
    mem_free(c);
}

static void test_many_cells(void **state)
{
    (void)state;
    struct buf text, out;
    buf_init(&text, 1 << 20);
    buf_init(&out, 1 << 20);
    fill(&text, "x,", CSV_CELLS_MAX - 1);
    buf_add_str(&text, "last\n");
    (void)parse(buf_slice(&text), ',', NULL, 0, &out);
    assert_true(out.n > 5 && memcmp(out.p + out.n - 5, "last]", 5) == 0);
    buf_clear(&text);
    buf_clear(&out);
    fill(&text, "x,", CSV_CELLS_MAX);
    buf_add_str(&text, "\"one too many\"\n\"b\",c\n");
    (void)parse(buf_slice(&text), ',', NULL, 0, &out);
    assert_string_equal(out.p, "1[]!2"
                               "2[b|c]");
    buf_fini(&text);
    buf_fini(&out);
}

/* A text of the characters that mean something. */
static void random_text(struct rng *r, struct buf *b)
{
    static const char *const part[] = {
        "\"", "\"", "\"\"", ",",        ",", ";",     "\n", "\r\n",
        "\r", "a",  "bc",   "\xc3\xa4", " ", "\"x\"", "",
    };
    size_t n = rng_below(r, 40);
    for (size_t i = 0; i < n; i++)
        buf_add_str(b, part[rng_below(r, tm_array_len(part))]);
}

/* However the bytes come in, the rows are the same: every single cut of each
 * text, and one byte at a time. */
static void test_pieces(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct rng r;
        struct buf text, whole, cut;
        rng_init(&r, seed, "list test");
        buf_init(&text, 4096);
        buf_init(&whole, 65536);
        buf_init(&cut, 65536);
        buf_add_str(&text, "");
        random_text(&r, &text);
        struct slice s = str_range(text.n > 0 ? text.p : "", text.n);
        uint64_t blank = parse(s, ',', NULL, 0, &whole);
        size_t every[512];
        for (size_t i = 0; i < s.n; i++) {
            every[i] = i + 1;
            buf_clear(&cut);
            uint64_t b = parse(s, ',', &every[i], 1, &cut);
            if (b != blank || !str_same(buf_slice(&cut), buf_slice(&whole)))
                fail_msg("seed %llu, cut at %zu of: %.*s\n%.*s\n%.*s",
                         (unsigned long long)seed, i + 1, (int)s.n, s.p,
                         (int)whole.n, whole.p, (int)cut.n, cut.p);
        }
        buf_clear(&cut);
        (void)parse(s, ',', every, s.n, &cut);
        if (!str_same(buf_slice(&cut), buf_slice(&whole)))
            fail_msg("seed %llu, byte by byte", (unsigned long long)seed);
        buf_fini(&text);
        buf_fini(&whole);
        buf_fini(&cut);
    }
    print_message("seeds 1 to 400\n");
}

static void write_cell(struct buf *b, struct slice cell, char delimiter)
{
    buf_add_char(b, '"');
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.p[i] == '"')
            buf_add_char(b, '"');
        buf_add_char(b, cell.p[i]);
    }
    buf_add_char(b, '"');
    buf_add_char(b, delimiter);
}

/* Cells written with quotes come back as they were, with any delimiter. */
static void test_round_trip(void **state)
{
    (void)state;
    static const char delimiters[] = ",;\t|:^ x";
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct rng r;
        struct buf text, want, got;
        rng_init(&r, seed, "list test");
        buf_init(&text, 65536);
        buf_init(&want, 65536);
        buf_init(&got, 65536);
        char d = delimiters[seed % (sizeof(delimiters) - 1)];
        size_t cells = 1 + rng_below(&r, 6);
        buf_add_str(&want, "1[");
        for (size_t i = 0; i < cells; i++) {
            struct buf cell;
            buf_init(&cell, 4096);
            random_text(&r, &cell);
            struct slice s = str_range(cell.n > 0 ? cell.p : "", cell.n);
            write_cell(&text, s, i + 1 < cells ? d : '\n');
            buf_add_str(&want, i > 0 ? "|" : "");
            buf_add_slice(&want, s);
            buf_fini(&cell);
        }
        buf_add_str(&want, "]");
        (void)parse(buf_slice(&text), d, NULL, 0, &got);
        if (!str_same(buf_slice(&want), buf_slice(&got)))
            fail_msg("seed %llu: %.*s", (unsigned long long)seed, (int)text.n,
                     text.p);
        buf_fini(&text);
        buf_fini(&want);
        buf_fini(&got);
    }
    print_message("seeds 1 to 200\n");
}

static void test_guess_delimiter(void **state)
{
    (void)state;
    assert_int_equal(csv_guess_delimiter(str_of("a,b\n1,2\n")), ',');
    assert_int_equal(csv_guess_delimiter(str_of("a;b\n1,5;2,5\n3,5;4\n")), ';');
    assert_int_equal(csv_guess_delimiter(str_of("a\tb\n1\t2\n")), '\t');
    assert_int_equal(csv_guess_delimiter(str_of("a|b|c\n1|2,0|3\n")), '|');
    assert_int_equal(csv_guess_delimiter(str_of("phone\n212\n")), ',');
    assert_int_equal(csv_guess_delimiter(str_of("a;b;c")), ';');
    assert_int_equal(csv_guess_delimiter(str_of("")), ',');
    assert_int_equal(
        csv_guess_delimiter(str_of("name;note\n\"a, b, c\";x\ny;\"d,e\"\n")),
        ';');
}

static void test_fault_texts(void **state)
{
    (void)state;
    for (int f = CSV_OK; f <= CSV_SWALLOWED; f++)
        assert_true(strlen(csv_fault_text((enum csv_fault)f)) > 3);
    assert_non_null(strstr(csv_fault_text(CSV_OPEN_QUOTE), "never closed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc_4180),
        cmocka_unit_test(test_empty_cells),
        cmocka_unit_test(test_line_ends),
        cmocka_unit_test(test_lenient),
        cmocka_unit_test(test_delimiters),
        cmocka_unit_test(test_open_quote),
        cmocka_unit_test(test_quote_closed_by_another),
        cmocka_unit_test(test_stray_quote_limits),
        cmocka_unit_test(test_blank_lines_are_counted),
        cmocka_unit_test(test_long_row),
        cmocka_unit_test(test_longest_row_fits),
        cmocka_unit_test(test_many_cells),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_guess_delimiter),
        cmocka_unit_test(test_fault_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
