/* Calls to us in the evidence about a number: who called is listed with what
 * became of the call, and a page without calls says so of both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report/evidence.h"
#include "report/evidence_html.h"
#include "report/evidence_json.h"
#include "unit/report/fixture_house.h"

/* 2026-11-23 18:00 UTC: 13:00 in New York */
#define START  INT64_C(1795456800000000)
#define SECOND INT64_C(1000000)
#define NUMBER UINT64_C(12125550123)
#define OURS   UINT64_C(18005550100)

enum { PAGE_MAX = 1 << 24, FLOOD = EVIDENCE_ATTEMPTS_MAX + 1 };

static struct house_fixture house;
static struct reader_caller caller[FLOOD];
static size_t callers;
static struct evidence evidence;
static struct buf page, data;

static int read_callers(void *self, const struct reader_attempts *q,
                        reader_caller_fn *v, void *arg, struct err *e)
{
    (void)self;
    (void)e;
    assert_true(q->e164 == NUMBER);
    int rc = 0;
    for (size_t i = 0; i < callers && rc == 0; i++) {
        int64_t at = caller[i].recorded_us;
        bool within = at >= q->from_us && (!q->until_us || at < q->until_us);
        rc = within ? v(arg, &caller[i]) : 0;
    }
    return rc;
}

static int read_entries(void *self, struct attempt_id id, archive_entry_fn *v,
                        void *arg, struct err *e)
{
    static const uint8_t zeros[JOURNAL_HASH_SIZE];
    (void)self;
    (void)e;
    for (size_t i = 0; i < house.entries; i++) {
        struct journal_entry entry;
        const struct archive_entry x = {
            .row = {.seq = i + 1,
                    .payload = buf_slice(&house.entry[i].payload),
                    .hash = house.entry[i].hash},
            .prev = i > 0 ? house.entry[i - 1].hash : zeros,
        };
        assert_int_equal(journal_decode(x.row.payload, &entry, NULL), TM_OK);
        if (entry.record.attempt.v == id.v)
            assert_int_equal(v(arg, &x), 0);
    }
    return TM_OK;
}

static int no_head(void *self, uint64_t *seq, uint8_t hash[JOURNAL_HASH_SIZE],
                   struct err *e)
{
    (void)self;
    (void)hash;
    (void)e;
    *seq = 0;
    return 0;
}

static int setup(void **state)
{
    (void)state;
    house_init(&house);
    house.campaign[house.campaigns++] =
        (struct reader_campaign){.tenant = {1},
                                 .id = {1},
                                 .seller = {1},
                                 .name = str_of("Line"),
                                 .seller_name = str_of("Lakeside Clinic"),
                                 .list_name = str_of("visitors")};
    callers = 0;
    house.reader.callers = read_callers;
    buf_init(&page, PAGE_MAX);
    buf_init(&data, PAGE_MAX);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_fini(&page);
    buf_fini(&data);
    house_fini(&house);
    return 0;
}

static void ask(int64_t from_us)
{
    struct err e = {0};
    struct json_out j;
    const struct archive archive = {.entries = read_entries, .head = no_head};
    const struct evidence_question q = {.reader = &house.reader,
                                        .archive = &archive,
                                        .zones = &house.zones,
                                        .e164 = NUMBER,
                                        .from_us = from_us,
                                        .now_us = START + 3600 * SECOND};
    if (evidence_ask(&q, &house.arena, &evidence, &e) != TM_OK)
        fail_msg("%s", e.text);
    evidence_close(&evidence, &house.arena);
    buf_clear(&page);
    buf_clear(&data);
    evidence_html(&evidence, &page);
    json_out_init(&j, &data);
    evidence_json(&evidence, &j);
    assert_false(page.failed || data.failed);
    buf_add_char(&page, '\0');
    buf_add_char(&data, '\0');
}

static void has(const struct buf *b, const char *text)
{
    if (strstr(b->p, text) == NULL)
        fail_msg("'%s' is not in\n%s", text, b->p);
}

static void lacks(const struct buf *b, const char *text)
{
    if (strstr(b->p, text) != NULL)
        fail_msg("'%s' is in\n%s", text, b->p);
}

static struct reader_caller *calls(int64_t id, enum outcome o)
{
    int64_t at_us = START + id * 60 * SECOND;
    struct reader_caller *c = &caller[callers++];
    *c = (struct reader_caller){
        .id = {id},
        .campaign = {1},
        .seller = {1},
        .e164 = NUMBER,
        .called = OURS,
        .recorded_us = at_us,
        .answered_us = at_us + SECOND,
        .ended_us = at_us + 31 * SECOND,
        .talk_ms = 30000,
        .outcome = o,
        .cause = str_of("callee_hung_up"),
    };
    return c;
}

static void bridged(struct reader_caller *c, const char *word)
{
    c->bridged_us = c->answered_us + 10 * SECOND;
    c->wait_ms = 9000;
    c->agent.v = c->disposed_by.v = 1;
    c->agent_name = str_of("ann");
    c->disposition = str_of(word);
}

static void record(int64_t id, enum record_kind kind, const char *key)
{
    const struct record r = {.kind = kind,
                             .at_us = START + id * 60 * SECOND,
                             .tenant = {1},
                             .campaign = {1},
                             .attempt = {id},
                             .e164 = NUMBER,
                             .key = str_of(key)};
    house_record(&house, &r);
}

static void a_call_to_us_is_listed(void **state)
{
    (void)state;
    bridged(calls(73, OUTCOME_TALKED), "do_not_call");
    record(73, RECORD_INCOMING, "+18005550100");
    record(73, RECORD_BRIDGED, "");
    record(73, RECORD_OPT_OUT, "agent");
    record(74, RECORD_OPT_OUT, "");
    house.opt_out[house.opt_outs++] =
        (struct reader_opt_out){.seller = {1},
                                .seller_name = str_of("Lakeside Clinic"),
                                .e164 = NUMBER,
                                .at_us = caller[0].ended_us,
                                .attempt = {73},
                                .source = str_of("agent")};
    ask(0);
    assert_int_equal(evidence.callers, 1);
    assert_int_equal(evidence.entries, 3);
    assert_int_equal(evidence.misfits, 0);
    has(&page, "The number called us 1 time, on ");
    has(&page, "<h2>Call 73, to us: ");
    has(&page, "<h2>No call to the number is on file</h2>");
    has(&page, "<dt>Number called</dt><dd>+18005550100</dd>");
    has(&page, "<dt>Taken by agent</dt><dd>ann</dd>");
    has(&page, "<dt>Waited for the agent</dt><dd>9.0 s</dd>");
    has(&page, "<dt>Talked</dt><dd>20.0 s</dd>");
    has(&page, "<dt>Ended by</dt><dd>the caller hung up</dd>");
    has(&page, "<dt>The agent says</dt><dd>do_not_call</dd>");
    has(&page, "told an agent in <a href=\"#c73\">call 73</a>");
    has(&page, "3 entries are shown above");
    lacks(&page, "<dt>Pressed</dt>");
    lacks(&page, "is missing.");
    has(&page, "There is no recording of 1 of the calls to us");
    has(&data, "\"calls\":[]");
    has(&data, "\"called\":\"+18005550100\"");
    has(&data, "\"pressed\":[]");
    has(&data, "\"waited_s\":9.0,\"talk_s\":20.0,\"on_line_s\":30.0");
}

static void what_was_pressed(void **state)
{
    (void)state;
    (void)calls(1, OUTCOME_OPTED_OUT);
    (void)calls(2, OUTCOME_CALLBACK);
    (void)calls(3, OUTCOME_UNKNOWN); /* the crash came after his key */
    record(3, RECORD_OPT_OUT, "");
    /* An older entry of a talk, in which no key says so. */
    bridged(calls(4, OUTCOME_TALKED), "stop");
    record(4, RECORD_BRIDGED, "");
    record(4, RECORD_OPT_OUT, "");
    record(4, RECORD_CALLBACK, "");
    ask(0);
    const bool out[] = {true, false, true, false};
    for (size_t i = 0; i < tm_array_len(out); i++) {
        assert_true(evidence.caller[i].pressed_opt_out == out[i]);
        assert_true(evidence.caller[i].pressed_callback == (i == 1));
    }
    has(&page, "the key to be left alone");
    has(&page, "the key to be called back");
    has(&page, "<dt>Waited</dt><dd>30.0 s</dd>");
    has(&page, "The journal has no entry about call 1.");
    has(&data, "\"pressed\":[\"opt_out\"]");
    has(&data, "\"agent\":null");
}

static void of_the_days_asked_for(void **state)
{
    (void)state;
    (void)calls(1, OUTCOME_GAVE_UP);
    (void)calls(5, OUTCOME_GAVE_UP);
    caller[1].ended_us = 0;
    ask(caller[1].recorded_us);
    assert_int_equal(evidence.callers, 1);
    assert_true(evidence.caller[0].c.id.v == 5);
    has(&page, "Call 5 to us has no recorded end.");
}

/* A lead of an import is told with its file; one that a call made is not. */
static void where_the_number_came_from(void **state)
{
    (void)state;
    (void)house_lead(&house);
    house.import[house.imports++] =
        (struct reader_import){.list = {1},
                               .list_name = str_of("visitors"),
                               .file_name = str_of("autumn.csv"),
                               .file_hash = str_of("12ab"),
                               .started_us = START,
                               .finished_us = START + SECOND};
    house.lead[0].imported_us = START + SECOND;
    ask(0);
    has(&page, "<dt>File</dt><dd>autumn.csv</dd>");
    house.lead[0].imported_us = START + 2 * SECOND;
    ask(0);
    lacks(&page, "autumn.csv");
    has(&page, "of none: the number called us");
    house.import[0].finished_us = 0; /* cut off, and gone on with later */
    ask(0);
    has(&page, "<dt>File</dt><dd>autumn.csv</dd>");
}

static void no_call_either_way(void **state)
{
    (void)state;
    ask(0);
    has(&page, "<h2>No call is on file</h2>");
    has(&page, "no call to this number, and none from it.");
    has(&page, "withheld number is on file under no number");
    has(&page, "Nothing that we know of is missing.");
    has(&data, "\"calls_to_us\":[]");
}

static void more_than_are_shown(void **state)
{
    (void)state;
    for (int64_t i = 1; i <= FLOOD; i++)
        (void)calls(i, OUTCOME_GAVE_UP);
    ask(caller[1].recorded_us);
    assert_int_equal(evidence.callers, EVIDENCE_ATTEMPTS_MAX);
    assert_false(evidence.callers_cut);
    struct err e = {0};
    const struct archive archive = {.entries = read_entries, .head = no_head};
    const struct evidence_question q = {.reader = &house.reader,
                                        .archive = &archive,
                                        .zones = &house.zones,
                                        .e164 = NUMBER};
    assert_int_equal(evidence_ask(&q, &house.arena, &evidence, &e), TM_OK);
    assert_true(evidence.callers_cut);
    assert_int_equal(evidence.callers, EVIDENCE_ATTEMPTS_MAX);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_call_to_us_is_listed),     CASE(what_was_pressed),
        CASE(of_the_days_asked_for),      CASE(no_call_either_way),
        CASE(where_the_number_came_from), CASE(more_than_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
