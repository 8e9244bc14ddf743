#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "core/number/number.h"
#include "sim/person_list.h"
#include "sim/person_list_row.h"

enum { PEOPLE = 3000, CELLS_MAX = 40, FIRST_PHONE = 4, PHONES = 3 };

static int collect(void *arg, struct slice bytes)
{
    buf_add_slice(arg, bytes);
    return 0;
}

static struct buf list_of(uint64_t seed, uint64_t people,
                          struct person_list_counts *c)
{
    struct person_list_options o;
    struct err e = {0};
    struct buf b;
    buf_init(&b, 1 << 24);
    person_list_options_init(&o, seed, people);
    if (person_list_write(&o, collect, &b, c, &e) != 0)
        fail_msg("%s", e.text);
    assert_false(b.failed);
    return b;
}

/* A naive reader of CSV, one record a call; cells are copied into text. */
struct record {
    char text[4096];
    char *cell[CELLS_MAX];
    size_t cells;
    bool line_break, quote, blank;
};

static const char *read_record(const char *p, const char *end, struct record *r)
{
    char *out = r->text;
    bool quoted = false;
    const char *start = p;
    *r = (struct record){.cells = 1};
    r->cell[0] = out;
    for (; p < end; p++) {
        assert_true(out < r->text + sizeof r->text - 1);
        if (quoted && *p == '"' && p + 1 < end && p[1] == '"') {
            *out++ = *p++;
            r->quote = true;
        } else if (*p == '"') {
            quoted = !quoted;
        } else if (!quoted && *p == ',') {
            *out++ = '\0';
            assert_true(r->cells < CELLS_MAX);
            r->cell[r->cells++] = out;
        } else if (!quoted && *p == '\n') {
            break;
        } else if (quoted || *p != '\r') {
            r->line_break = r->line_break || *p == '\n';
            *out++ = *p;
        }
    }
    assert_false(quoted);
    r->blank = p - start <= 1;
    return p + 1;
}

/* The number of a cell by the product's own reader; 0 for none. */
static uint64_t number_of(const char *text)
{
    struct number n;
    if (number_parse(str_of(text), "US", &n) != NUMBER_OK)
        return 0;
    return n.e164;
}

static void check_counts(const struct person_list_counts *c, uint64_t people)
{
    uint64_t usable = 0, all = 0;
    for (int k = 0; k < PERSON_ROW_COUNT; k++) {
        all += c->row[k];
        if (person_list_row_usable((enum person_row)k))
            usable += c->row[k];
        if (people >= PEOPLE && c->row[k] == 0)
            fail_msg("no row \"%s\"", person_list_row_text((enum person_row)k));
    }
    assert_int_equal(all, people);
    assert_int_equal(c->usable, usable);
    assert_int_equal(c->usable + c->unusable, people);
    assert_int_equal(c->rows, people + c->duplicates);
    assert_int_equal(c->written + c->withdrawn + c->other_consent +
                         c->no_consent,
                     c->usable);
}

/* What an honest import would count, compared with what is promised. */
static void test_counts_hold_when_read(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        print_message("seed %llu\n", (unsigned long long)seed);
        struct person_list_counts c, seen = {0};
        struct buf b = list_of(seed, PEOPLE, &c);
        check_counts(&c, PEOPLE);
        struct map known;
        map_init(&known);
        const char *p = b.p, *end = b.p + b.n;
        static struct record r;
        p = read_record(p, end, &r);
        assert_int_equal(r.cells, 19);
        size_t columns = r.cells;
        uint64_t many = 0, fewer = 0;
        while (p < end) {
            p = read_record(p, end, &r);
            if (r.blank) {
                seen.blank_lines++;
                continue;
            }
            seen.rows++;
            seen.line_breaks += r.line_break;
            many += r.cells > columns;
            fewer += r.cells < columns;
            uint64_t first = 0;
            for (size_t k = FIRST_PHONE; k < FIRST_PHONE + PHONES; k++)
                if (first == 0 && k < r.cells)
                    first = number_of(r.cell[k]);
            if (first == 0)
                seen.unusable++;
            else if (map_get(&known, first, NULL))
                seen.duplicates++;
            else
                seen.usable++;
            if (first != 0)
                map_set(&known, first, 1);
        }
        map_fini(&known);
        buf_fini(&b);
        assert_int_equal(seen.rows, c.rows);
        assert_int_equal(seen.blank_lines, c.blank_lines);
        assert_int_equal(seen.unusable, c.unusable);
        assert_int_equal(seen.duplicates, c.duplicates);
        assert_int_equal(seen.usable, c.usable);
        assert_int_equal(seen.line_breaks, c.line_breaks);
        assert_true(many >= c.row[PERSON_ROW_MANY_COLUMNS]);
        assert_true(fewer >= c.row[PERSON_ROW_CUT]);
    }
}

/* Every way of writing must be read back as the number it is. */
static void test_spellings_keep_the_number(void **state)
{
    (void)state;
    for (int s = 0; s < PERSON_SPELLING_COUNT; s++) {
        struct buf b;
        buf_init(&b, 256);
        person_number_write(&b, 12125550123ULL, (enum person_spelling)s);
        struct number n = {0};
        enum number_fault f = number_parse(buf_slice(&b), "US", &n);
        if (f != NUMBER_OK || n.e164 != 12125550123ULL)
            fail_msg("\"%s\" %s", b.p, number_fault_text(f));
        buf_fini(&b);
    }
    for (unsigned i = 0; i < 1000; i++) {
        struct buf b;
        struct number n = {0};
        buf_init(&b, 256);
        person_number_write(&b, person_number_foreign(i),
                            (enum person_spelling)(i % 2));
        assert_int_equal(number_parse(buf_slice(&b), "US", &n), NUMBER_OK);
        assert_true(n.e164 == person_number_foreign(i));
        buf_fini(&b);
    }
}

static void test_numbers_are_valid_and_differ(void **state)
{
    (void)state;
    struct map known;
    map_init(&known);
    for (uint64_t slot = 0; slot < 3 * PERSON_NUMBER_FICTION; slot++) {
        const struct person_area *area = NULL;
        uint64_t e164 = person_number_us(9, slot, &area);
        struct number n;
        if (!number_describe(e164, &n))
            fail_msg("%llu is not valid", (unsigned long long)e164);
        assert_true(e164 / 10000000 == 1000 + area->code);
        assert_false(map_get(&known, e164, NULL));
        map_set(&known, e164, slot + 1);
        if (slot < PERSON_NUMBER_FICTION)
            assert_in_range(e164 % 10000000, 5550100, 5550199);
    }
    map_fini(&known);
    for (unsigned i = 0; i < PERSON_NUMBER_CANADA_MAX; i++) {
        char region[3];
        assert_true(number_country(person_number_canada(i), region));
        assert_string_equal(region, "CA");
    }
}

static void test_same_options_same_bytes(void **state)
{
    (void)state;
    struct buf a = list_of(5, 500, NULL), b = list_of(5, 500, NULL);
    struct buf c = list_of(6, 500, NULL);
    assert_true(str_same(buf_slice(&a), buf_slice(&b)));
    assert_false(str_same(buf_slice(&a), buf_slice(&c)));
    uint64_t hash = 0; /* the same on every compiler and machine */
    for (size_t i = 0; i < a.n; i++)
        hash = rng_mix(hash ^ (unsigned char)a.p[i]);
    print_message("hash %016llx\n", (unsigned long long)hash);
    buf_fini(&a);
    buf_fini(&b);
    buf_fini(&c);
    assert_true(hash == 0x3c2c1a5ef9c09effULL);
}

static void test_registers_fit_the_list(void **state)
{
    (void)state;
    struct person_list_options o;
    struct person_list_counts c;
    struct buf list = list_of(7, PEOPLE, &c);
    struct buf b;
    buf_init(&b, 1 << 20);
    person_list_options_init(&o, 7, PEOPLE);
    assert_int_equal(person_list_write_dnc(&o, collect, &b, NULL), 0);
    struct map listed;
    map_init(&listed);
    uint64_t before = 0, lines = 0;
    struct slice rest = buf_slice(&b);
    while (rest.n > 0) {
        struct slice line = str_cut(rest, '\n', &rest), local;
        uint64_t area, number;
        assert_int_equal(line.n, 11);
        assert_true(str_u64(str_cut(line, ',', &local), &area));
        assert_true(str_u64(local, &number));
        uint64_t e164 = 10000000000ULL + area * 10000000 + number;
        assert_true(e164 > before);
        before = e164;
        lines++;
        map_set(&listed, e164, 1);
    }
    uint64_t people = 0;
    for (uint64_t i = 0; i < PEOPLE; i++) {
        uint64_t e164 = person_list_number(&o, i);
        people += e164 != 0 && map_get(&listed, e164, NULL);
    }
    assert_int_equal(people, c.national);
    assert_true(people > PEOPLE * 4 / 100 && people < PEOPLE * 8 / 100);
    assert_true(lines >= 2 * people);
    map_fini(&listed);
    buf_clear(&b);
    assert_int_equal(person_list_write_internal(&o, collect, &b, NULL), 0);
    assert_true(c.internal > 0);
    buf_fini(&b);
    buf_fini(&list);
}

static int refuse(void *arg, struct slice bytes)
{
    (void)bytes;
    ++*(int *)arg;
    return TM_ENOSPACE;
}

static void test_refusals(void **state)
{
    (void)state;
    struct person_list_options o;
    struct err e = {0};
    int calls = 0;
    person_list_options_init(&o, 1, 20000);
    assert_int_equal(person_list_write(&o, refuse, &calls, NULL, &e),
                     TM_ENOSPACE);
    assert_int_equal(calls, 1);
    assert_int_equal(e.code, TM_ENOSPACE);
    o.people = 0;
    assert_int_equal(person_list_write(&o, refuse, &calls, NULL, &e),
                     TM_EINVAL);
    o.people = 10;
    o.today = (struct civil_date){2026, 2, 30};
    assert_int_equal(person_list_write_dnc(&o, refuse, &calls, &e), TM_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_hold_when_read),
        cmocka_unit_test(test_spellings_keep_the_number),
        cmocka_unit_test(test_numbers_are_valid_and_differ),
        cmocka_unit_test(test_same_options_same_bytes),
        cmocka_unit_test(test_registers_fit_the_list),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
