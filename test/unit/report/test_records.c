/* Records of a period: formats of the law, what the plan says of a call, the
 * right to show a number on a day, what the manifest finds missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/civil.h"
#include "report/person.h"
#include "report/records.h"
#include "report/records_row.h"

static const char plan[] = "name = spring\n"
                           "seller = Northwind\n"
                           "caller_kind = seller\n"
                           "purpose = sale\n"
                           "goods = other\n"
                           "list = l\n"
                           "country = US\n"
                           "trunk = t\n"
                           "caller_id = +12025550100\n"
                           "caller_name = NORTHWIND\n"
                           "caller_id_authority = yes\n"
                           "channel = voice_prerecorded\n"
                           "dial_mode = agentless\n"
                           "[keys]\n"
                           "9 = removed\n"
                           "[step ask]\n"
                           "say = \"This is Northwind.\"\n"
                           "say = \"Again.\"\n"
                           "next = bye\n"
                           "[step bye]\n"
                           "do = end\n"
                           "say = \"Bye.\"\n"
                           "[step removed]\n"
                           "do = opt_out\n"
                           "say = \"You are removed.\"\n";

static int64_t at(const char *instant)
{
    int64_t us;
    assert_true(civil_parse_instant(str_of(instant), &us));
    return us;
}

static void take_script(struct records *r, int64_t version, const char *text)
{
    const struct record_cell cell[] = {
        {.name = "seller", .kind = 's', .text = str_of("Northwind")},
        {.name = "campaign", .kind = 's', .text = str_of("spring")},
        {.name = "campaign_id", .kind = 'i', .value = 4},
        {.name = "version", .kind = 'i', .value = version},
        {.name = "used_from", .kind = 't', .value = version},
        {.name = "used_until", .kind = 't', .value = 0},
        {.name = "plan", .kind = 's', .text = str_of(text)},
    };
    struct record_row row = {"scripts", cell, tm_array_len(cell)};
    assert_int_equal(records_take(r, RECORD_TABLE_SCRIPTS, &row), 0);
}

struct right {
    const char *seller, *from, *to;
    int64_t seller_id;
    uint64_t number;
    int64_t ended_us;
};

static void take_right(struct records *r, const struct right *x)
{
    const struct record_cell cell[] = {
        {.name = "seller", .kind = 's', .text = str_of(x->seller)},
        {.name = "seller_id", .kind = 'i', .value = x->seller_id},
        {.name = "number", .kind = 'n', .value = (int64_t)x->number},
        {.name = "proof", .kind = 's', .text = str_of("letter 7")},
        {.name = "from", .kind = 's', .text = str_of(x->from)},
        {.name = "to", .kind = 's', .text = str_of(x->to)},
        {.name = "ended", .kind = 't', .value = x->ended_us},
    };
    struct record_row row = {"caller_ids", cell, tm_array_len(cell)};
    assert_int_equal(records_take(r, RECORD_TABLE_CALLER_IDS, &row), 0);
}

struct told {
    const char *instant, *outcome;
    int64_t version, answered, live, abandoned, business;
    int64_t incoming, from; /* a call to us; his number */
};

static void call(struct records *r, const struct told *t,
                 struct record_row *out)
{
    const struct record_cell cell[] = {
        {.name = "call", .kind = 'i', .value = 1},
        {.name = "seller", .kind = 's', .text = str_of("Northwind")},
        {.name = "campaign", .kind = 's', .text = str_of("spring")},
        {.name = "campaign_id", .kind = 'i', .value = 4},
        {.name = "called_number", .kind = 'n', .value = 12125550123},
        {.name = "time", .kind = 't', .value = at(t->instant)},
        {.name = "answered", .kind = 't', .value = t->answered},
        {.name = "ended", .kind = 't', .value = 9},
        {.name = "ring_s", .kind = 'd', .value = 1499},
        {.name = "duration_s", .kind = 'd', .value = 1500},
        {.name = "outcome", .kind = 's', .text = str_of(t->outcome)},
        {.name = "agent", .kind = 's', .text = str_of("ann")},
        {.name = "agent_disposition", .kind = 's', .text = str_of("sale")},
        {.name = "live", .kind = 'b', .value = t->live},
        {.name = "abandoned", .kind = 'b', .value = t->abandoned},
        {.name = "business", .kind = 'i', .value = t->business},
        {.name = "version", .kind = 'i', .value = t->version},
        {.name = "incoming", .kind = 'b', .value = t->incoming},
        {.name = "from_number", .kind = 'n', .value = t->from},
    };
    struct record_row row = {"calls", cell, tm_array_len(cell)};
    records_call(r, &row, out);
}

static const char *text_of(const struct record_row *row, const char *name,
                           struct buf *b)
{
    buf_clear(b);
    buf_add_str(b, "");
    for (size_t i = 0; i < row->cells; i++)
        if (strcmp(row->cell[i].name, name) == 0) {
            records_row_text(&row->cell[i], b);
            return b->p != NULL ? b->p : "";
        }
    fail_msg("no cell %s", name);
    return "";
}

static void test_call(void **state)
{
    (void)state;
    static const struct {
        struct told told;
        const char *disposition, *party, *authority;
    } story[] = {
        {{"2026-03-01T00:00Z", "completed", 1, 5, 1, 0, 0, 0, 0},
         "connected",
         "consumer",
         "on file"},
        {{"2026-03-31T23:59:59Z", "abandoned", 1, 5, 1, 1, 1, 0, 0},
         "dropped",
         "business",
         "on file"},
        {{"2026-02-28T23:59:59Z", "machine", 1, 5, 0, 0, -1, 0, 0},
         "answered",
         "unknown",
         "stated in the campaign only"},
        {{"2026-04-01T00:00Z", "busy", 1, 0, 0, 0, 0, 0, 0},
         "not answered",
         "consumer",
         "stated in the campaign only"},
        {{"2026-03-02T00:00Z", "unknown", 1, 0, 0, 0, 0, 0, 0},
         "unknown",
         "consumer",
         "on file"},
        {{"2026-03-02T00:00Z", "busy", 7, 0, 0, 0, 0, 0, 0},
         "not answered",
         "consumer",
         "unknown"},
    };
    struct records *r = records_new();
    struct buf b;
    buf_init(&b, 1000);
    take_script(r, 1, plan);
    take_script(r, 2, "no plan at all\n");
    const struct right rights[] = {
        {"Other", "2026-01-01", "", 9, 12025550100, 0},
        {"Northwind", "2026-01-01", "", 1, 12025550101, 0},
        {"all", "2026-01-01", "", 0, 12025550100, 5},
        {"Northwind", "2026-03-01", "2026-03-31", 1, 12025550100, 0},
    };
    for (size_t i = 0; i < tm_array_len(rights); i++)
        take_right(r, &rights[i]);
    for (size_t i = 0; i < tm_array_len(story); i++) {
        struct record_row row;
        call(r, &story[i].told, &row);
        assert_string_equal(text_of(&row, "disposition", &b),
                            story[i].disposition);
        assert_string_equal(text_of(&row, "party", &b), story[i].party);
        assert_string_equal(text_of(&row, "caller_id_authority", &b),
                            story[i].authority);
        assert_string_equal(text_of(&row, "called_number", &b), "212-555-0123");
        assert_string_equal(text_of(&row, "ring_s", &b), "1");
        assert_string_equal(text_of(&row, "duration_s", &b), "2");
        bool known = story[i].told.version == 1;
        assert_string_equal(text_of(&row, "calling_number", &b),
                            known ? "202-555-0100" : "");
        assert_string_equal(text_of(&row, "prerecorded", &b),
                            known ? "yes" : "unknown");
        assert_string_equal(text_of(&row, "script", &b),
                            known ? "spring version 1" : "");
    }
    records_free(r);
    buf_fini(&b);
}

/* 16 CFR 310.5(a)(2): a record of each call placed or received. */
static void test_call_to_us(void **state)
{
    (void)state;
    static const struct told told = {
        "2026-03-02T00:00Z", "gave_up", 1, 5, 0, 0, 0, 1, 12125550199};
    struct records *r = records_new();
    struct record_row row;
    struct buf b;
    buf_init(&b, 1000);
    take_script(r, 1, plan);
    call(r, &told, &row);
    assert_string_equal(text_of(&row, "direction", &b), "inbound");
    assert_string_equal(text_of(&row, "calling_number", &b), "212-555-0199");
    assert_string_equal(text_of(&row, "called_number", &b), "212-555-0123");
    assert_string_equal(text_of(&row, "caller_id_name", &b), "");
    assert_string_equal(text_of(&row, "caller_id_authority", &b),
                        "the caller's own");
    assert_string_equal(text_of(&row, "disposition", &b), "answered");
    records_free(r);
    buf_fini(&b);
}

static int count_rows(void *arg, const struct record_row *row)
{
    int *n = arg;
    (*n)++;
    assert_string_equal(row->table, "messages");
    return 0;
}

static void test_manifest(void **state)
{
    (void)state;
    struct records *r = records_new();
    struct buf b;
    struct json_out j;
    int n = 0;
    struct record_row row;
    const struct told told = {
        "2026-03-01T00:00Z", "busy", 1, 0, 0, 0, -1, 0, 0};
    const struct records_file file = {"calls.csv", 1, 99, "ab"};
    const struct records_about about = {.made_us = at("2026-11-21T00:00Z"),
                                        .from_us = at("2026-03-01T00:00Z"),
                                        .until_us = at("2026-04-01T00:00Z"),
                                        .program = "telemark x",
                                        .file = &file,
                                        .files = 1};
    take_script(r, 1, plan);
    take_script(r, 2, "no plan at all\n");
    call(r, &told, &row);
    assert_int_equal(records_messages(r, count_rows, &n), 0);
    assert_int_equal(n, 4);
    buf_init(&b, 1 << 16);
    json_out_init(&j, &b);
    records_manifest(r, &about, &j);
    assert_false(b.failed);
    static const char *const said[] = {
        "\"before\":\"2026-04-01T00:00:00Z\"",
        "\"blake2b_256\":\"ab\"",
        "calls name the agents",
        "no entry of the caller_id ledger",
        "\"what\":\"consumer or business\",\"rows\":1",
        "would not load the plan any more",
        "contracts with service providers",
    };
    for (size_t i = 0; i < tm_array_len(said); i++)
        if (strstr(b.p, said[i]) == NULL)
            fail_msg("not said: %s in %s", said[i], b.p);
    buf_fini(&b);
    records_free(r);
}

static void test_formats(void **state)
{
    (void)state;
    static const struct {
        uint64_t e164;
        const char *text;
    } number[] = {
        {0, ""},
        {12125550123, "212-555-0123"},
        {442071234567, "+442071234567"},
        {11234567890, "+11234567890"}, /* no area code begins with 1 */
        {4512345678, "+4512345678"},
    };
    char text[RECORDS_ROW_NUMBER_LEN];
    for (size_t i = 0; i < tm_array_len(number); i++) {
        records_row_number(number[i].e164, text);
        assert_string_equal(text, number[i].text);
    }
    const struct record_cell cell[] = {
        {.name = "a", .kind = 's', .text = str_of("x,\"y\"")},
        {.name = "b", .kind = 's', .text = str_of("=1+1")},
        {.name = "c", .kind = 'n', .value = 442071234567},
        {.name = "d", .kind = 't', .value = 0},
        {.name = "e", .kind = 'b', .value = 1},
        {.name = "f", .kind = 'j', .text = str_of("{\"n\":\"<A>\"}")},
    };
    struct record_row row = {"t", cell, tm_array_len(cell)};
    struct buf b, html;
    struct json_out j;
    buf_init(&b, 1000);
    records_row_csv_head(&row, &b);
    records_row_csv(&row, &b);
    assert_string_equal(b.p, "a,b,c,d,e,f\r\n\"x,\"\"y\"\"\",'=1+1,"
                             "+442071234567,,yes,n: <A>\r\n");
    buf_clear(&b);
    json_out_init(&j, &b);
    records_row_json(&row, &j);
    assert_string_equal(b.p, "{\"a\":\"x,\\\"y\\\"\",\"b\":\"=1+1\",\"c\":"
                             "\"+442071234567\",\"d\":null,\"e\":true,\"f\":"
                             "{\"n\":\"<A>\"}}");
    struct person_report p;
    buf_clear(&b);
    buf_init(&html, 1 << 16);
    person_report_begin(&p, &b, &html, "<script>", 5);
    assert_int_equal(person_report_row(&p, &row), 0);
    assert_int_equal(person_report_row(&p, &row), 0);
    person_report_end(&p);
    assert_int_equal(p.rows, 2);
    assert_null(strstr(html.p, "<script>"));
    assert_null(strstr(html.p, "<A>"));
    assert_non_null(strstr(html.p, "n: &lt;A&gt;"));
    assert_non_null(strstr(b.p, "\"tables\":{\"t\":[{"));
    buf_fini(&b);
    buf_fini(&html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call),
        cmocka_unit_test(test_call_to_us),
        cmocka_unit_test(test_manifest),
        cmocka_unit_test(test_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
