#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "core/dnc/dnc_text.h"

struct seen {
    uint64_t number[32], rejected_line[32];
    char why[32][80];
    size_t numbers, rejects;
};

static void on_number(void *arg, uint64_t e164)
{
    struct seen *s = arg;
    assert_true(s->numbers < 32);
    s->number[s->numbers++] = e164;
}

static void on_reject(void *arg, uint64_t line, const char *why,
                      struct slice text)
{
    struct seen *s = arg;
    (void)text;
    assert_true(s->rejects < 32);
    (void)str_copy(s->why[s->rejects], 80, str_of(why));
    s->rejected_line[s->rejects++] = line;
}

/* Fed in pieces of `piece` bytes. */
static struct dnc_text_counts read_text(const char *country, struct slice text,
                                        size_t piece, struct seen *s)
{
    struct dnc_text t;
    *s = (struct seen){0};
    dnc_text_init(&t, country, on_number, on_reject, s);
    for (size_t i = 0; i < text.n; i += piece) {
        size_t n = text.n - i < piece ? text.n - i : piece;
        dnc_text_feed(&t, str_range(text.p + i, n));
    }
    dnc_text_end(&t);
    assert_true(t.counts.rows == t.counts.numbers + t.counts.rejected);
    assert_true(t.counts.numbers == s->numbers);
    assert_true(t.counts.rejected == s->rejects);
    return t.counts;
}

static const char MIXED[] = "\xef\xbb\xbfphone number\r\n"
                            "212,5550101\r\n"
                            "\r\n"
                            "(212) 555-0102\n"
                            "  +1 310 555 0103  \n"
                            "junk\n"
                            "212,555010\n"
                            "+44 20 7946 0018\n"
                            "212,5550104";

static void test_layouts_in_pieces(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < sizeof(MIXED); piece++) {
        struct seen s;
        struct dnc_text_counts c = read_text("US", str_of(MIXED), piece, &s);
        assert_int_equal(c.rows, 7);
        assert_int_equal(s.numbers, 5);
        assert_true(s.number[0] == 12125550101);
        assert_true(s.number[1] == 12125550102);
        assert_true(s.number[2] == 13105550103);
        assert_true(s.number[3] == 442079460018);
        assert_true(s.number[4] == 12125550104);
        assert_int_equal(s.rejects, 2);
        assert_int_equal(s.rejected_line[0], 6);
        assert_int_equal(s.rejected_line[1], 7);
        assert_true(s.why[0][0] != '\0' && s.why[1][0] != '\0');
    }
}

/* "212,5550101" means an area code in North America and nowhere else. */
static void test_flat_is_north_american(void **state)
{
    (void)state;
    struct seen s;
    (void)read_text("CA", str_of("416,1234567\n"), 100, &s);
    assert_true(s.numbers == 1 && s.number[0] == 14161234567);
    (void)read_text("DE", str_of("416,1234567\n"), 100, &s);
    assert_true(s.numbers == 0 || s.number[0] != 14161234567);
    (void)read_text("US", str_of("116,1234567\n"), 100, &s);
    assert_int_equal(s.numbers, 0);
}

static void test_long_lines_do_not_grow(void **state)
{
    (void)state;
    enum { LONG = 300000 };
    char *text = test_malloc(LONG + 20);
    memset(text, '5', LONG);
    memcpy(text + LONG, "\n212,5550101\n", 13);
    struct seen s;
    struct dnc_text_counts c =
        read_text("US", str_range(text, LONG + 13), 4096, &s);
    assert_int_equal(c.rejected, 1);
    assert_int_equal(s.rejected_line[0], 1);
    assert_true(s.numbers == 1 && s.number[0] == 12125550101);
    /* and a line without end at the end of the file */
    c = read_text("US", str_range(text, LONG), 4096, &s);
    assert_int_equal(c.rejected, 1);
    test_free(text);
}

static void ignore_number(void *arg, uint64_t e164)
{
    (void)arg;
    assert_true(e164 > 0);
}

static void test_nonsense(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 99, "dnc_text");
    struct dnc_text t;
    dnc_text_init(&t, "US", ignore_number, NULL, NULL);
    for (int i = 0; i < 3000; i++) {
        char bytes[300];
        size_t n = rng_below(&r, sizeof(bytes));
        for (size_t k = 0; k < n; k++) {
            bytes[k] = rng_chance_ppm(&r, 400000)
                           ? "0123456789,+-() \n\r"[rng_below(&r, 18)]
                           : (char)rng_below(&r, 256);
        }
        dnc_text_feed(&t, str_range(bytes, n));
    }
    dnc_text_end(&t);
    assert_true(t.counts.rows == t.counts.numbers + t.counts.rejected);
    assert_true(t.counts.rejected > 1000);
}

/* The forms that are published and seen: the sample closes its list early,
 * others leave out leading zeros and the quotes. */
static void test_xml(void **state)
{
    (void)state;
    static const char text[] =
        "\xef\xbb\xbf<?xml version=\"1.0\"?>\r\n"
        "<list type='full' level='all' val=''>\r\n"
        " <ac val='416'> <ph val='1234567'/>\n<ph val=\"0000001\" />"
        "<PH VAL=42></ph></list>\n"
        "<ac val=212><ph val='5550101'/><ph val='x'/><ph/>\n"
        "<ph val='12345678'/></ac><other val='1'/>"
        "<ac val='1'><ph val='5550102'/></ac>";
    for (size_t piece = 1; piece < sizeof(text); piece++) {
        struct seen s;
        struct dnc_text_counts c = read_text("CA", str_of(text), piece, &s);
        const uint64_t want[] = {14161234567, 14160000001, 14160000042,
                                 12125550101};
        assert_int_equal(c.rejected, 5);
        assert_int_equal(c.numbers, 4);
        assert_memory_equal(s.number, want, sizeof(want));
        assert_int_equal(s.rejected_line[0], 5);
    }
}

static void test_xml_of_another_kind(void **state)
{
    struct seen s;
    (void)state;
    struct dnc_text_counts c = read_text(
        "US",
        str_of("<list type='change'><ac val='212'><ph val='5550101'/></ac>"), 7,
        &s);
    assert_true(c.numbers == 0 && c.rejected == 1);
    assert_non_null(strstr(s.why[0], "not a full one"));
    /* of a country without that form */
    c = read_text("DE", str_of("<ac val='212'><ph val='5550101'/></ac>"), 7,
                  &s);
    assert_true(c.numbers == 0 && c.rejected == 1);
    /* a tag without an end grows nothing */
    char text[4000];
    memset(text, 'a', sizeof(text));
    memcpy(text, "<ac val='212'><ph ", 18);
    memcpy(text + sizeof(text) - 19, "><ph val='5550101'>", 19);
    c = read_text("US", str_range(text, sizeof(text)), 100, &s);
    assert_true(c.numbers == 1 && c.rejected == 1);
}

static uint64_t removed_sum;

static void on_removed(void *arg, uint64_t e164)
{
    (void)arg;
    removed_sum += e164;
}

static void test_changes(void **state)
{
    (void)state;
    static const char text[] = "area,number,date,change\r\n"
                               "212,5550101,2026-11-20,A\r\n"
                               "212,5550102,2026-11-20T01:02:03Z,D\r\n"
                               "D,212,5550103\n" /* no number first */
                               "212,5550104,a\n"
                               "212,5550105\n"
                               "212,5550106,A,D\n"
                               "2125550107,d,x\n"
                               "junk,A\n";
    struct dnc_text t;
    struct seen s = {0};
    removed_sum = 0;
    dnc_text_init(&t, "US", on_number, on_reject, &s);
    dnc_text_changes(&t, on_removed);
    dnc_text_feed(&t, str_of(text));
    dnc_text_end(&t);
    assert_int_equal(s.numbers, 2);
    assert_true(s.number[0] == 12125550101 && s.number[1] == 12125550104);
    assert_true(removed_sum == 12125550102 + 12125550107);
    assert_true(t.counts.rows == 8 && t.counts.numbers == 4);
    assert_int_equal(s.rejects, 4);
    assert_int_equal(s.rejected_line[0], 4);
}

/* The borders of both one-percent rules, from both sides. */
static void test_judge(void **state)
{
    (void)state;
    struct err e;
    struct dnc_text_counts c = {.rows = 1000, .numbers = 990, .rejected = 10};
    assert_int_equal(dnc_text_judge(&c, 0, false, &e), TM_OK);
    c = (struct dnc_text_counts){1000, 989, 11};
    assert_int_equal(dnc_text_judge(&c, 0, false, &e), TM_EINVAL);
    assert_non_null(strstr(e.text, "11 of 1000"));
    assert_int_equal(dnc_text_judge(&c, 0, true, &e), TM_OK);
    c = (struct dnc_text_counts){990, 990, 0};
    assert_int_equal(dnc_text_judge(&c, 1000, false, &e), TM_OK);
    c = (struct dnc_text_counts){989, 989, 0};
    assert_int_equal(dnc_text_judge(&c, 1000, false, &e), TM_EINVAL);
    assert_int_equal(dnc_text_judge(&c, 1000, true, &e), TM_OK);
    c = (struct dnc_text_counts){0, 0, 0};
    assert_int_equal(dnc_text_judge(&c, 0, true, &e), TM_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts_in_pieces),
        cmocka_unit_test(test_flat_is_north_american),
        cmocka_unit_test(test_long_lines_do_not_grow),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_xml),
        cmocka_unit_test(test_xml_of_another_kind),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_judge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
