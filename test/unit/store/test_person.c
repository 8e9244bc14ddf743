/* A person's rights, legal holds, retention: store/person_rows, hold,
 * retention, reader_records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/civil.h"
#include "core/journal/journal.h"
#include "core/lead/outcome.h"
#include "store/hold.h"
#include "store/person_rows.h"
#include "store/reader_records.h"
#include "store/retention.h"
#include "store/sqlite_reader.h"
#include "unit/store/fixture_house.h"

#define US  UINT64_C(12125550100)
#define GB  UINT64_C(442079460000)
#define DAY CIVIL_DAY_US

static int64_t at(const char *instant)
{
    int64_t us;
    assert_true(civil_parse_instant(str_of(instant), &us));
    return us;
}

static int setup(void **state)
{
    struct fixture_house *h = mem_alloc(sizeof(*h));
    fixture_house_make(h);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    fixture_house_free(*state);
    mem_free(*state);
    return 0;
}

static int64_t count(struct fixture_house *h, const char *sql)
{
    char path[200];
    sqlite3 *db;
    sqlite3_stmt *q;
    (void)snprintf(path, sizeof(path), "%s/telemark.db", h->path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(q, 0);
    (void)sqlite3_finalize(q);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return n;
}

static void change(struct fixture_house *h, const char *sql)
{
    char path[200];
    char *why = NULL;
    sqlite3 *db;
    (void)snprintf(path, sizeof(path), "%s/telemark.db", h->path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* One call to lead `lead`, with an answer; open: it is not over. */
static void call(struct fixture_house *h, int64_t id, int64_t lead,
                 uint64_t e164, int64_t at_us, bool open)
{
    struct record base = {.at_us = at_us,
                          .tenant = h->tenant,
                          .seller = h->seller,
                          .campaign = h->campaign,
                          .lead = {lead},
                          .attempt = {id},
                          .e164 = e164};
    struct record r[5] = {base, base, base, base, base};
    uint64_t seq;
    r[0].kind = RECORD_ATTEMPT;
    r[0].rules = str_of("A:allow");
    r[0].due_us = at_us + 1;
    r[1].kind = RECORD_PLACED;
    r[2].kind = RECORD_ANSWER;
    r[2].key = str_of("q");
    r[2].value = str_of("yes");
    r[3].kind = RECORD_ENDED;
    r[3].state = OUTCOME_COMPLETED;
    r[3].live = true;
    r[3].talk_ms = 61500;
    r[4].kind = RECORD_LEAD;
    r[4].state = LEAD_DONE;
    size_t n = open ? 2 : tm_array_len(r);
    assert_int_equal(h->port.write(h->port.self, r, n, &seq), TM_OK);
    fixture_house_wait(h, seq);
}

/* --- the erasure ----------------------------------------------------------*/

struct job {
    struct person_rows person;
    struct person_rows_path path[PERSON_PATHS_MAX];
};

static int do_suppress(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    int rc = person_rows_find(db, &j->person, e);
    return rc == TM_OK ? person_rows_suppress(db, &j->person, e) : rc;
}

static int do_erase(struct db *db, void *arg, struct err *e)
{
    struct job *j = arg;
    return person_rows_erase(db, &j->person, e);
}

static int do_scrub(struct db *db, void *arg, struct err *e)
{
    return person_rows_scrub(db, arg, e);
}

static int do_files(struct db *db, void *arg, struct err *e)
{
    (void)arg;
    return retention_files(db, e);
}

static int erase(struct fixture_house *h, uint64_t e164, int64_t now_us,
                 struct job *j, struct err *e)
{
    *j = (struct job){.person = {.tenant = h->tenant,
                                 .e164 = e164,
                                 .dir = &h->dir,
                                 .now_us = now_us,
                                 .path = j->path}};
    int rc = sqlite_store_run(h->store, do_suppress, j, e);
    if (rc == TM_OK)
        rc = sqlite_store_run(h->store, do_erase, j, e);
    return rc == TM_OK ? sqlite_store_run(h->store, do_files, NULL, e) : rc;
}

static size_t occurrences(struct slice text, struct slice part)
{
    size_t n = 0;
    for (size_t i = 0; i + part.n <= text.n; i++)
        n += memcmp(text.p + i, part.p, part.n) == 0;
    return n;
}

static size_t in_file(struct fixture_house *h, const char *name,
                      struct slice part)
{
    char path[200];
    struct stat st;
    (void)snprintf(path, sizeof(path), "%s/%s", h->path, name);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return 0;
    assert_int_equal(fstat(fd, &st), 0);
    char *text = mem_alloc((size_t)st.st_size + 1);
    assert_int_equal(read(fd, text, (size_t)st.st_size), st.st_size);
    size_t n = occurrences(str_range(text, (size_t)st.st_size), part);
    mem_free(text);
    (void)close(fd);
    return n;
}

/* A number stands in the file as six bytes, big endian (SQLite's format). */
static size_t number_in_file(struct fixture_house *h, uint64_t e164)
{
    char bytes[6];
    for (int i = 0; i < 6; i++)
        bytes[i] = (char)(uint8_t)(e164 >> (40 - 8 * i));
    struct slice part = str_range(bytes, sizeof(bytes));
    return in_file(h, "telemark.db", part) +
           in_file(h, "telemark.db-wal", part);
}

static size_t name_in_file(struct fixture_house *h)
{
    struct slice part = str_of("Ann \\\"A\\\" B");
    return in_file(h, "telemark.db", part) +
           in_file(h, "telemark.db-wal", part) +
           in_file(h, "telemark.db", str_of("Ann \"A\" B"));
}

static int check_row(void *arg, const struct journal_row *row)
{
    return journal_check_row(arg, row) ? 0 : 1;
}

static void verify_journal(struct fixture_house *h, uint64_t least)
{
    struct sqlite_reader *sqlite;
    struct reader reader;
    struct err e = {0};
    int64_t n = count(h, "SELECT count(*) FROM journal");
    assert_true(n >= (int64_t)least);
    assert_int_equal(sqlite_reader_open(&h->dir, &sqlite, &e), TM_OK);
    sqlite_reader_port(sqlite, &reader);
    struct journal_check c = {0};
    assert_int_equal(reader.journal(reader.self, 1, check_row, &c, &e), TM_OK);
    assert_int_equal(c.broken_seq, 0);
    assert_int_equal(c.entries, n);
    sqlite_reader_close(sqlite);
}

static void make_recording(struct fixture_house *h, int64_t id)
{
    char path[200];
    (void)snprintf(path, sizeof(path), "%s/recordings/%lld.wav", h->path,
                   (long long)id);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    (void)fputs("RIFF", f);
    assert_int_equal(fclose(f), 0);
}

static bool has_recording(struct fixture_house *h, int64_t id)
{
    char path[200];
    (void)snprintf(path, sizeof(path), "%s/recordings/%lld.wav", h->path,
                   (long long)id);
    return access(path, F_OK) == 0;
}

/* Nothing obliges us to keep a British number: what remains is the request
 * never to be called, and no byte of the name. */
static void test_erase_whole(void **state)
{
    struct fixture_house *h = *state;
    struct job j;
    struct err e = {0};
    struct person_rows_scrub s = {.alone = true};
    fixture_house_leads(h, GB, 300);
    int64_t then = at("2026-11-20T12:00Z"), now = at("2026-11-21T12:00Z");
    call(h, 1, 1, GB, then, false);
    call(h, 2, 2, GB + 1, then, false);
    make_recording(h, 1);
    make_recording(h, 2);
    size_t names = name_in_file(h);
    assert_true(names >= 300 && number_in_file(h, GB) > 4);

    assert_int_equal(erase(h, GB, now, &j, &e), TM_OK);
    assert_int_equal(sqlite_store_run(h->store, do_scrub, &s, &e), TM_OK);
    assert_true(s.clean);
    const struct person_rows_tally *t = j.person.tally;
    assert_int_equal(t[PERSON_LEADS].erased, 1);
    assert_int_equal(t[PERSON_CONSENTS].erased, 1);
    assert_int_equal(t[PERSON_CALLS].erased, 1);
    assert_int_equal(t[PERSON_ANSWERS].erased, 1);
    assert_int_equal(t[PERSON_RECORDINGS].erased, 1);
    assert_int_equal(t[PERSON_CALLS].kept, 0);
    assert_int_equal(t[PERSON_OPT_OUTS].kept, 1);
    assert_false(has_recording(h, 1));
    assert_true(has_recording(h, 2));

    /* opt_out: its key and its index */
    assert_int_equal(number_in_file(h, GB), 2);
    assert_true(number_in_file(h, GB + 1) > 4);
    assert_int_equal(name_in_file(h), 299);
    assert_int_equal(count(h, "SELECT count(*) FROM opt_out WHERE seller = 0 "
                              "AND e164 = 442079460000 "
                              "AND source = 'erasure'"),
                     1);
    assert_int_equal(count(h, "SELECT count(*) FROM lead"), 299);
    verify_journal(h, 10);
}

/* The law of the United States wants calls and consents for five years. */
static void test_erase_keeps_duty(void **state)
{
    struct fixture_house *h = *state;
    struct job j;
    struct err e = {0};
    fixture_house_leads(h, US, 3);
    int64_t then = at("2026-11-20T12:00Z");
    call(h, 1, 1, US, then, false);
    call(h, 2, 1, US, then - DAY, false);
    make_recording(h, 1);
    make_recording(h, 2);
    /* The consent was spoken in the first: its recording is the proof. */
    change(h, "INSERT INTO ledger (tenant, id, kind, seller, e164, word, "
              "attempt, recorded_us) VALUES (1, 70, 'consent', 1, "
              "12125550100, 'express_oral', 1, 5)");
    assert_int_equal(erase(h, US, then + DAY, &j, &e), TM_OK);
    const struct person_rows_tally *t = j.person.tally;
    assert_int_equal(t[PERSON_RECORDINGS].kept, 1);
    assert_int_equal(t[PERSON_RECORDINGS].erased, 1);
    assert_true(has_recording(h, 1));
    assert_false(has_recording(h, 2));
    assert_int_equal(t[PERSON_LEADS].erased, 1);
    assert_int_equal(t[PERSON_CALLS].kept, 2);
    assert_int_equal(t[PERSON_CALLS].until_us, at("2031-11-20T12:00Z"));
    assert_non_null(strstr(t[PERSON_CALLS].because, "310.5"));
    assert_int_equal(t[PERSON_CONSENTS].kept, 1);
    assert_int_equal(t[PERSON_CONSENTS].until_us, at("2031-11-20T12:00Z"));
    assert_int_equal(t[PERSON_ANSWERS].erased, 2);
    assert_int_equal(count(h, "SELECT count(*) FROM kept WHERE e164 = "
                              "12125550100 AND word = 'express_written' "
                              "AND source = 'f.csv row 1'"),
                     1);
    assert_int_equal(count(h, "SELECT count(*) FROM lead_phone "
                              "WHERE e164 = 12125550100"),
                     0);
    /* A day before the end all is still there and told. */
    assert_int_equal(erase(h, US, at("2031-11-19T13:00Z"), &j, &e), TM_OK);
    assert_int_equal(t[PERSON_CALLS].kept, 1);
    assert_int_equal(t[PERSON_CONSENTS].kept, 1);
    assert_true(has_recording(h, 1));
    /* When the duty is over nothing is left to keep. */
    assert_int_equal(erase(h, US, at("2031-11-20T12:00Z"), &j, &e), TM_OK);
    assert_int_equal(t[PERSON_CALLS].erased, 1);
    assert_int_equal(t[PERSON_LEDGER].erased, 1);
    assert_false(has_recording(h, 1));
    assert_int_equal(count(h, "SELECT count(*) FROM attempt"), 0);
    assert_int_equal(count(h, "SELECT count(*) FROM kept"), 0);
}

static int do_hold(struct db *db, void *arg, struct err *e)
{
    return hold_add(db, arg, e);
}

static int do_release(struct db *db, void *arg, struct err *e)
{
    const struct hold *x = arg;
    return hold_release(db, x->tenant, x->name, x->now_us, e);
}

static void test_hold(void **state)
{
    struct fixture_house *h = *state;
    struct job j;
    struct err e = {0};
    fixture_house_leads(h, GB, 2);
    struct hold of_seller = {.tenant = h->tenant,
                             .name = str_of("case 7"),
                             .seller = h->seller,
                             .reason = str_of("a claim"),
                             .now_us = 5};
    struct hold none = of_seller, two = of_seller;
    none.seller.v = 0;
    two.e164 = GB;
    assert_int_equal(sqlite_store_run(h->store, do_hold, &none, &e), TM_EINVAL);
    assert_int_equal(sqlite_store_run(h->store, do_hold, &two, &e), TM_EINVAL);
    assert_int_equal(sqlite_store_run(h->store, do_hold, &of_seller, &e),
                     TM_OK);
    assert_int_equal(sqlite_store_run(h->store, do_hold, &of_seller, &e),
                     TM_EEXIST);
    /* The consent is that of the seller: nothing goes, but he is not called. */
    assert_int_equal(erase(h, GB, 10, &j, &e), TM_ESTATE);
    assert_non_null(strstr(e.text, "\"case 7\""));
    assert_int_equal(count(h, "SELECT count(*) FROM lead"), 2);
    assert_int_equal(count(h, "SELECT count(*) FROM opt_out"), 1);
    assert_int_equal(sqlite_store_run(h->store, do_release, &of_seller, &e),
                     TM_OK);
    assert_int_equal(sqlite_store_run(h->store, do_release, &of_seller, &e),
                     TM_ESTATE);
    assert_int_equal(sqlite_store_run(h->store, do_hold, &of_seller, &e),
                     TM_EEXIST);
    assert_int_equal(erase(h, GB, 10, &j, &e), TM_OK);
    assert_int_equal(count(h, "SELECT count(*) FROM hold"), 1);
    assert_int_equal(count(h, "SELECT count(*) FROM journal "
                              "WHERE kind = 'hold'"),
                     2);
}

static void test_hold_stands(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    char path[200];
    sqlite3 *db;
    struct hold x = {.tenant = h->tenant,
                     .name = str_of("n"),
                     .e164 = GB,
                     .reason = str_of("r"),
                     .now_us = 5};
    assert_int_equal(sqlite_store_run(h->store, do_hold, &x, &e), TM_OK);
    (void)snprintf(path, sizeof(path), "%s/telemark.db", h->path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_not_equal(sqlite3_exec(db, "DELETE FROM hold", 0, 0, 0),
                         SQLITE_OK);
    assert_int_not_equal(sqlite3_exec(db, "UPDATE hold SET e164 = 1", 0, 0, 0),
                         SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(count(h, "SELECT count(*) FROM hold_active"), 1);
}

static void test_open_call(void **state)
{
    struct fixture_house *h = *state;
    struct job j;
    struct err e = {0};
    fixture_house_leads(h, GB, 2);
    call(h, 9, 1, GB, 1000, true);
    assert_int_equal(erase(h, GB, 2000, &j, &e), TM_ESTATE);
    assert_non_null(strstr(e.text, "call 9"));
    assert_non_null(strstr(e.text, "try again after the call"));
    assert_int_equal(count(h, "SELECT count(*) FROM lead"), 2);
    assert_int_equal(erase(h, GB + 7, 2000, &j, &e), TM_ENOTFOUND);
}

/* A released hold stays with its dates; only the number goes. */
static void test_released_hold_stays(void **state)
{
    struct fixture_house *h = *state;
    struct job j;
    struct err e = {0};
    fixture_house_leads(h, GB, 2);
    struct hold x = {.tenant = h->tenant,
                     .name = str_of("n"),
                     .e164 = GB,
                     .reason = str_of("r"),
                     .now_us = 5};
    assert_int_equal(sqlite_store_run(h->store, do_hold, &x, &e), TM_OK);
    x.now_us = 8;
    assert_int_equal(sqlite_store_run(h->store, do_release, &x, &e), TM_OK);
    assert_int_equal(erase(h, GB, 10, &j, &e), TM_OK);
    assert_int_equal(count(h, "SELECT count(*) FROM hold h JOIN hold_end x "
                              "ON x.id = h.id WHERE h.e164 = 0 AND h.name = "
                              "'n' AND h.reason = 'r' AND h.added_us = 5 "
                              "AND x.released_us = 8"),
                     1);
    assert_int_equal(j.person.tally[PERSON_HOLDS].kept, 1);
    assert_int_equal(j.person.tally[PERSON_HOLDS].erased, 0);
    assert_int_equal(sqlite_store_run(h->store, do_hold, &x, &e), TM_EEXIST);
}

/* A transaction that fails has removed no file. */
static int do_erase_in_vain(struct db *db, void *arg, struct err *e)
{
    int rc = do_erase(db, arg, e);
    return rc == TM_OK ? err_set(e, TM_EIO, "in vain") : rc;
}

static void test_files_behind_commit(void **state)
{
    struct fixture_house *h = *state;
    struct job j = {
        .person = {
            .tenant = h->tenant, .e164 = GB, .dir = &h->dir, .now_us = 2000}};
    struct err e = {0};
    j.person.path = j.path;
    fixture_house_leads(h, GB, 1);
    call(h, 1, 1, GB, 1000, false);
    make_recording(h, 1);
    assert_int_equal(sqlite_store_run(h->store, do_erase_in_vain, &j, &e),
                     TM_EIO);
    assert_int_equal(sqlite_store_run(h->store, do_files, NULL, &e), TM_OK);
    assert_true(has_recording(h, 1));
    assert_int_equal(count(h, "SELECT count(*) FROM attempt"), 1);
    assert_int_equal(erase(h, GB, 2000, &j, &e), TM_OK);
    assert_false(has_recording(h, 1));
    assert_int_equal(count(h, "SELECT count(*) FROM recording_gone"), 0);
}

static void put_complaint(struct fixture_house *h, int id, const char *outcome,
                          int64_t closed_us)
{
    char sql[600];
    (void)snprintf(
        sql, sizeof(sql),
        "INSERT INTO complaint (tenant, id, source, layout, content, e164, "
        "received_us, recorded_us) VALUES (1, %d, 'letter', 'own', '%d', "
        "%llu, 5, 5); INSERT INTO complaint_event (tenant, id, complaint, "
        "at_us, kind, value) VALUES (1, %d, %d, 6, 'note', ''), "
        "(1, %d, %d, %lld, 'closed', '%s')",
        id, id, (unsigned long long)GB, id * 10, id, id * 10 + 1, id,
        (long long)closed_us, outcome);
    change(h, sql);
}

/* The proof of a violation stays as long as claims can be made. */
static void test_complaints(void **state)
{
    struct fixture_house *h = *state;
    struct job j;
    struct err e = {0};
    const struct person_rows_tally *t = &j.person.tally[PERSON_COMPLAINTS];
    fixture_house_leads(h, GB, 1);
    int64_t closed = at("2022-11-20T12:00Z");
    put_complaint(h, 1, "violation", closed);
    put_complaint(h, 2, "lawful", closed);
    put_complaint(h, 3, "violation", closed);
    change(h, "INSERT INTO complaint_event (tenant, id, complaint, at_us, "
              "kind) VALUES (1, 99, 3, 7, 'reopened')");
    assert_int_equal(erase(h, GB, at("2026-11-20T11:59Z"), &j, &e), TM_OK);
    assert_int_equal(t->erased, 1);
    assert_int_equal(t->kept, 2);
    assert_int_equal(t->until_us, at("2026-11-20T12:00Z"));
    assert_non_null(strstr(t->because, "28 USC 1658"));
    assert_non_null(strstr(t->because, "17(3)(e)"));
    assert_int_equal(count(h, "SELECT count(*) FROM complaint_event "
                              "WHERE complaint = 1"),
                     2);
    assert_int_equal(erase(h, GB, at("2026-11-20T12:00Z"), &j, &e), TM_OK);
    assert_int_equal(t->erased, 1);
    assert_int_equal(t->kept, 1);
    assert_int_equal(count(h, "SELECT max(id) FROM complaint"), 3);
}

static int do_correct(struct db *db, void *arg, struct err *e)
{
    return person_rows_correct(db, arg, e);
}

static void test_correct(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    fixture_house_leads(h, US, 2);
    struct person_rows_change c = {.tenant = h->tenant,
                                   .e164 = US,
                                   .key = str_of("name"),
                                   .value = str_of("Anne \"O\" Lee"),
                                   .now_us = 7};
    assert_int_equal(sqlite_store_run(h->store, do_correct, &c, &e), TM_OK);
    assert_int_equal(c.leads, 1);
    c.key = str_of("region");
    c.value = str_of("OH");
    assert_int_equal(sqlite_store_run(h->store, do_correct, &c, &e), TM_OK);
    c.value = str_of("Ohio");
    assert_int_equal(sqlite_store_run(h->store, do_correct, &c, &e), TM_EINVAL);
    c.key = str_of("x\"y");
    assert_int_equal(sqlite_store_run(h->store, do_correct, &c, &e), TM_EINVAL);
    c.key = str_of("phone");
    assert_int_equal(sqlite_store_run(h->store, do_correct, &c, &e), TM_EINVAL);
    assert_int_equal(count(h, "SELECT count(*) FROM lead WHERE id = 1 "
                              "AND json_extract(fields, '$.name') = "
                              "'Anne \"O\" Lee' AND region = 'OH' "
                              "AND region_confirmed = 1"),
                     1);
    assert_int_equal(count(h, "SELECT count(*) FROM lead WHERE region = ''"),
                     1);
    /* The journal names the fields, not what was in them. */
    assert_int_equal(count(h, "SELECT count(*) FROM journal "
                              "WHERE kind = 'corrected'"),
                     2);
    assert_int_equal(count(h, "SELECT count(*) FROM journal WHERE "
                              "instr(payload, CAST('Lee' AS BLOB)) > 0"),
                     0);
}

/* --- time -----------------------------------------------------------------*/

static int do_retention(struct db *db, void *arg, struct err *e)
{
    return retention_erase(db, arg, e);
}

static struct retention_erase over(struct fixture_house *h, int64_t now_us,
                                   bool dry)
{
    struct err e = {0};
    struct retention_erase s = {
        .dir = &h->dir, .tenant = h->tenant, .now_us = now_us, .dry = dry};
    while (!s.done)
        if (sqlite_store_run(h->store, do_retention, &s, &e) != TM_OK)
            fail_msg("%s", e.text);
    if (sqlite_store_run(h->store, do_files, NULL, &e) != TM_OK)
        fail_msg("%s", e.text);
    return s;
}

static void test_over(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    fixture_house_leads(h, US, 1200);
    int64_t then = at("2021-11-20T12:00Z"), end = at("2026-11-20T12:00Z");
    call(h, 1, 1, US, then, false);
    call(h, 2, 2, US + 1, then + DAY, false);
    make_recording(h, 1);
    struct hold x = {.tenant = h->tenant,
                     .name = str_of("n"),
                     .e164 = US + 5,
                     .reason = str_of("r"),
                     .now_us = 5};
    assert_int_equal(sqlite_store_run(h->store, do_hold, &x, &e), TM_OK);

    /* One microsecond before the end nothing of the call goes; the leads,
     * imported in 1970, go all but those with calls and the held one. */
    struct retention_erase s = over(h, end - 1, true);
    assert_int_equal(s.calls, 0);
    assert_int_equal(s.leads, 1197);
    assert_int_equal(s.held, 1);
    s = over(h, end, true);
    assert_int_equal(s.calls, 1);
    assert_int_equal(s.recordings, 1);
    assert_int_equal(s.leads, 1198);
    assert_int_equal(count(h, "SELECT count(*) FROM lead"), 1200);
    assert_true(has_recording(h, 1));

    s = over(h, end, false);
    assert_int_equal(s.calls, 1);
    assert_int_equal(s.answers, 1);
    assert_int_equal(s.leads, 1198);
    assert_int_equal(s.consents, 1198);
    assert_false(has_recording(h, 1));
    assert_int_equal(count(h, "SELECT count(*) FROM lead"), 2);
    assert_int_equal(count(h, "SELECT count(*) FROM attempt"), 1);
    assert_int_equal(count(h, "SELECT count(*) FROM consent"), 2);
    verify_journal(h, 10);
    /* Again: nothing more. */
    s = over(h, end, false);
    assert_int_equal(s.calls + s.leads, 0);
    assert_int_equal(s.held, 1);
}

/* A spoken consent of 2015 and its recording, under a hold of any kind. */
static void check_covered(struct fixture_house *h, struct hold x,
                          const char *what)
{
    struct err e = {0};
    struct retention_erase s;
    x.tenant = h->tenant;
    x.name = str_of(what);
    x.reason = str_of("r");
    x.now_us = 5;
    s = over(h, at("2026-11-20T12:00Z"), true);
    if (s.entries != 1 || s.recordings != 1 || s.leads < 1)
        fail_msg("%s: without it %d entries, %d leads", what, (int)s.entries,
                 (int)s.leads);
    assert_int_equal(sqlite_store_run(h->store, do_hold, &x, &e), TM_OK);
    s = over(h, at("2026-11-20T12:00Z"), false);
    if (s.entries != 0 || s.recordings != 0 || !has_recording(h, 1))
        fail_msg("%s: the proof of a consent was erased", what);
    assert_true(s.held > 0);
    struct job j;
    if (erase(h, GB, 10, &j, &e) != TM_ESTATE)
        fail_msg("%s: the person was erased", what);
    assert_int_equal(sqlite_store_run(h->store, do_release, &x, &e), TM_OK);
}

static void test_hold_covers_proof(void **state)
{
    struct fixture_house *h = *state;
    fixture_house_leads(h, GB, 1);
    fixture_house_leads(h, GB + 50, 1);
    int64_t then = at("2015-11-20T12:00Z");
    call(h, 1, 1, GB, then, false);
    make_recording(h, 1);
    change(h, "INSERT INTO ledger (tenant, id, kind, seller, e164, word, "
              "attempt, recorded_us) VALUES (1, 70, 'consent', 0, "
              "442079460000, 'express_oral', 1, 5); "
              "INSERT INTO lead_phone (tenant, lead, position, list, e164, "
              "type) VALUES (1, 1, 1, 1, 442079460099, 'mobile')");
    check_covered(h, (struct hold){.campaign = h->campaign}, "by its call");
    check_covered(h, (struct hold){.seller = h->seller}, "seller");
    check_covered(h, (struct hold){.e164 = GB + 99}, "other number");
    change(h, "UPDATE attempt SET campaign = 77, seller = 77");
    check_covered(h, (struct hold){.campaign = h->campaign}, "enrolled");
    change(h, "DELETE FROM campaign_lead");
    check_covered(h, (struct hold){.campaign = h->campaign}, "list");
    check_covered(h, (struct hold){.seller = h->seller}, "seller of consent");
    struct retention_erase s = over(h, at("2026-11-20T12:00Z"), false);
    assert_int_equal(s.entries, 1);
    assert_int_equal(s.held, 0);
    assert_false(has_recording(h, 1));
}

static void test_complaints_over(void **state)
{
    struct fixture_house *h = *state;
    int64_t closed = at("2021-11-20T12:00Z"), end = at("2026-11-20T12:00Z");
    put_complaint(h, 1, "violation", closed);
    put_complaint(h, 2, "lawful", closed);
    put_complaint(h, 3, "error", closed + 1);
    put_complaint(h, 4, "lawful", closed);
    change(h, "INSERT INTO complaint_event (tenant, id, complaint, at_us, "
              "kind) VALUES (1, 99, 4, 7, 'reopened')");
    assert_int_equal(over(h, end - 1, false).complaints, 0);
    assert_int_equal(over(h, end, true).complaints, 1);
    assert_int_equal(over(h, end, false).complaints, 1);
    assert_int_equal(count(h, "SELECT sum(id) FROM complaint"), 8);
    assert_int_equal(count(h, "SELECT count(*) FROM complaint_event "
                              "WHERE complaint = 2"),
                     0);
}

/* Two agents of the year 2021, who has left and who has not. */
static void put_staff(struct fixture_house *h, const char *day)
{
    char sql[300];
    long long us = (long long)at(day);
    change(h,
           "INSERT INTO agent (tenant, id, name, leg, e164, trunk, skills, "
           "realm, ha1_md5, ha1_sha256, added_us, changed_us, removed_us) "
           "VALUES (1, 1, 'ann', 'permanent', 442079461111, 't', '', '', "
           "'', '', 5, 5, 9), (1, 2, 'bob', 'permanent', 442079462222, 't', "
           "'', '', '', '', 5, 5, 0); INSERT INTO staff_leg (tenant, id, "
           "agent, e164, recorded_us, ended_us) VALUES "
           "(1, 11, 1, 442079461111, 9, 9), (1, 12, 2, 442079462222, 9, 9), "
           "(1, 13, 2, 442079462222, 9, 9); INSERT INTO agent_event (tenant, "
           "agent, state, reason, from_us, until_us, campaign, attempt) "
           "VALUES (1, 1, 'ready', '', 5, 9, 0, 0), (1, 2, 'talking', '', 5, "
           "9, 1, 1), (1, 2, 'ready', '', 5, 0, 0, 0)");
    (void)snprintf(sql, sizeof(sql),
                   "UPDATE agent SET removed_us = %lld WHERE removed_us = 9; "
                   "UPDATE staff_leg SET recorded_us = %lld; UPDATE "
                   "agent_event SET until_us = %lld WHERE until_us = 9",
                   us, us, us);
    change(h, sql);
}

static void test_staff_over(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    int64_t end = at("2026-11-20T12:00Z");
    fixture_house_leads(h, GB, 1);
    put_staff(h, "2021-11-20T12:00Z");
    struct hold x = {.tenant = h->tenant,
                     .name = str_of("n"),
                     .campaign = h->campaign,
                     .reason = str_of("r"),
                     .now_us = 5};
    assert_int_equal(sqlite_store_run(h->store, do_hold, &x, &e), TM_OK);
    assert_int_equal(over(h, end - 1, false).staff, 0);
    /* a span, two legs, a number; not the last leg, not the held talk */
    struct retention_erase s = over(h, end, true);
    assert_int_equal(s.staff, 4);
    assert_int_equal(s.held, 2); /* with the lead */
    assert_int_equal(count(h, "SELECT count(*) FROM staff_leg"), 3);
    assert_int_equal(over(h, end, false).staff, 4);
    assert_int_equal(count(h, "SELECT sum(id) FROM staff_leg"), 13);
    assert_int_equal(count(h, "SELECT count(*) FROM agent_event"), 2);
    assert_int_equal(count(h, "SELECT count(*) FROM agent_event "
                              "WHERE until_us = 0"),
                     1);
    assert_int_equal(count(h, "SELECT sum(e164) FROM agent"), 442079462222);
    assert_int_equal(sqlite_store_run(h->store, do_release, &x, &e), TM_OK);
    assert_int_equal(over(h, end, false).staff, 1);
    assert_int_equal(over(h, end, false).staff, 0);
    verify_journal(h, 4);
}

/* Who left is erased like anybody; who works here is not, and it says so. */
static void test_erase_staff(void **state)
{
    struct fixture_house *h = *state;
    struct job j;
    struct err e = {0};
    int64_t now = at("2026-11-20T12:00Z");
    put_staff(h, "2026-11-19T12:00Z");
    const struct person_rows_tally *t = j.person.tally;
    if (erase(h, UINT64_C(442079461111), now, &j, &e) != TM_OK)
        fail_msg("%s", e.text);
    assert_int_equal(t[PERSON_STAFF].erased, 2);
    assert_int_equal(t[PERSON_STAFF].kept, 0);
    assert_int_equal(count(h, "SELECT (SELECT count(*) FROM agent WHERE e164 "
                              "= 442079461111) + (SELECT count(*) FROM "
                              "staff_leg WHERE e164 = 442079461111)"),
                     0);
    assert_int_equal(count(h, "SELECT count(*) FROM staff_leg"), 3);
    if (erase(h, UINT64_C(442079462222), now, &j, &e) != TM_OK)
        fail_msg("%s", e.text);
    assert_int_equal(t[PERSON_STAFF].erased, 0);
    assert_int_equal(t[PERSON_STAFF].kept, 3);
    assert_non_null(strstr(t[PERSON_STAFF].because, "agent remove"));
}

struct setting {
    enum retention_kind kind;
    const char *country;
    int months;
};

static int do_set(struct db *db, void *arg, struct err *e)
{
    const struct setting *s = arg;
    return retention_set(db, s->kind, str_of(s->country), s->months, e);
}

static void test_longer_only(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    struct setting shorter = {RETENTION_CALL, "US", 59};
    struct setting longer = {RETENTION_CALL, "US", 72};
    struct setting free_one = {RETENTION_CALL, "", 12};
    struct setting forever = {RETENTION_REQUEST, "US", 600};
    struct setting canada = {RETENTION_REQUEST, "CA", 36};
    struct setting nowhere = {RETENTION_CALL, "XX", 60};
    fixture_house_leads(h, US, 1);
    call(h, 1, 1, US, at("2021-11-20T12:00Z"), false);
    assert_int_equal(sqlite_store_run(h->store, do_set, &shorter, &e),
                     TM_EINVAL);
    assert_non_null(strstr(e.text, "60 months (16 CFR 310.5"));
    assert_int_equal(sqlite_store_run(h->store, do_set, &forever, &e),
                     TM_EINVAL);
    assert_int_equal(sqlite_store_run(h->store, do_set, &canada, &e),
                     TM_EINVAL);
    assert_int_equal(sqlite_store_run(h->store, do_set, &nowhere, &e),
                     TM_ENOTFOUND);
    assert_int_equal(sqlite_store_run(h->store, do_set, &free_one, &e), TM_OK);
    assert_int_equal(sqlite_store_run(h->store, do_set, &longer, &e), TM_OK);
    assert_int_equal(over(h, at("2027-11-20T11:59Z"), false).calls, 0);
    assert_int_equal(over(h, at("2027-11-20T12:00Z"), false).calls, 1);
}

static void test_periods(void **state)
{
    (void)state;
    const struct retention_rule *us =
        retention_rule_of_number(RETENTION_CALL, US);
    const struct retention_rule *gb =
        retention_rule_of_number(RETENTION_CALL, GB);
    const struct retention_rule *ca =
        retention_rule_of(RETENTION_REQUEST, "CA");
    assert_string_equal(us->country, "US");
    assert_string_equal(gb->country, "");
    assert_int_equal(retention_duty_until(gb, 5), 0);
    /* a number of no country is kept as an American one */
    assert_ptr_equal(retention_rule_of_number(RETENTION_CALL, 999), us);
    /* leap day and month's end are clamped (K2) */
    assert_int_equal(retention_duty_until(us, at("2024-02-29T10:00Z")),
                     at("2029-02-28T10:00Z"));
    /* 3 years and 14 days */
    assert_int_equal(retention_duty_until(ca, at("2023-11-10T00:00Z")),
                     at("2026-11-24T00:00Z"));
    for (int k = 0; k < (int)RETENTION_KIND_COUNT; k++)
        assert_non_null(retention_rule_of((enum retention_kind)k, "ZZ"));
}

/* --- completeness ---------------------------------------------------------*/

static int ignore(void *arg, const struct record_row *row)
{
    int *n = arg;
    (*n)++;
    assert_true(row->cells > 0);
    return 0;
}

/* Every table is either asked for a person or said to have none; every query
 * runs; and a table with a number in it is asked. */
static void test_every_table(void **state)
{
    struct fixture_house *h = *state;
    char path[200];
    sqlite3 *db;
    sqlite3_stmt *q;
    (void)snprintf(path, sizeof(path), "%s/telemark.db", h->path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT m.name, EXISTS (SELECT 1 FROM "
                           "pragma_table_info(m.name) c WHERE c.name IN "
                           "('e164', 'address')) FROM sqlite_master m "
                           "WHERE m.type = 'table' "
                           "AND m.name NOT LIKE 'sqlite_%'",
                           -1, &q, NULL),
        SQLITE_OK);
    while (sqlite3_step(q) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(q, 0);
        const struct reader_records_table *found = NULL;
        for (int i = 0; i < reader_records_count; i++)
            if (strcmp(reader_records_tables[i].name, name) == 0)
                found = &reader_records_tables[i];
        if (found == NULL)
            fail_msg("table %s: say in reader_person.c how a person is found "
                     "in it, and erase him in person_rows_erase.c",
                     name);
        if (sqlite3_column_int(q, 1) != 0 && found->person == NULL)
            fail_msg("table %s has numbers and is not asked", name);
    }
    (void)sqlite3_finalize(q);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void test_person_rows(void **state)
{
    struct fixture_house *h = *state;
    struct sqlite_reader *sqlite;
    struct record_reader reader;
    struct err e = {0};
    uint8_t hash[JOURNAL_NUMBER_SIZE];
    int n = 0;
    fixture_house_leads(h, US, 3);
    call(h, 1, 1, US, 1000, false);
    journal_number(h->dir.salt, US, hash);
    struct record_person p = {
        .tenant = h->tenant, .e164 = US, .address = {"", 0}, .number = hash};
    assert_int_equal(sqlite_reader_open(&h->dir, &sqlite, &e), TM_OK);
    reader_records_port(sqlite, &reader);
    if (reader.person(reader.self, &p, ignore, &n, &e) != TM_OK)
        fail_msg("%s", e.text);
    /* lead, phone, consent, campaign, call, answer, file */
    assert_int_equal(n, 7);
    n = 0;
    p = (struct record_person){.tenant = h->tenant,
                               .address = str_of("ann \"a\" b\n")};
    assert_int_equal(reader.person(reader.self, &p, ignore, &n, &e), TM_OK);
    assert_true(n > 7); /* three leads have that text in a field */
    n = 0;
    p.address = str_of("nobody@example.org");
    assert_int_equal(reader.person(reader.self, &p, ignore, &n, &e), TM_OK);
    assert_int_equal(n, 0);
    struct record_period period = {
        .tenant = h->tenant, .from_us = 0, .until_us = 2000};
    for (int t = 0; t < (int)RECORD_TABLE_COUNT; t++) {
        int rows = 0, heads = 0;
        if (reader.table(reader.self, (enum record_table)t, &period, ignore,
                         &rows, &e) != TM_OK)
            fail_msg("%s", e.text);
        assert_int_equal(reader.columns(reader.self, (enum record_table)t,
                                        ignore, &heads, &e),
                         TM_OK);
        assert_int_equal(heads, 1);
        if (t == RECORD_TABLE_CALLS || t == RECORD_TABLE_SCRIPTS)
            assert_int_equal(rows, 1);
        if (t == RECORD_TABLE_CONSENTS)
            assert_int_equal(rows, 3);
    }
    /* [from, until): the instant of the end is not in it */
    n = 0;
    period = (struct record_period){
        .tenant = h->tenant, .from_us = 0, .until_us = 1000};
    assert_int_equal(
        reader.table(reader.self, RECORD_TABLE_CALLS, &period, ignore, &n, &e),
        TM_OK);
    assert_int_equal(n, 0);
    sqlite_reader_close(sqlite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_erase_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(test_erase_keeps_duty, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hold, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hold_stands, setup, teardown),
        cmocka_unit_test_setup_teardown(test_released_hold_stays, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_files_behind_commit, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_complaints, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hold_covers_proof, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_complaints_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_open_call, setup, teardown),
        cmocka_unit_test_setup_teardown(test_correct, setup, teardown),
        cmocka_unit_test_setup_teardown(test_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_longer_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_staff_over, setup, teardown),
        cmocka_unit_test_setup_teardown(test_erase_staff, setup, teardown),
        cmocka_unit_test(test_periods),
        cmocka_unit_test_setup_teardown(test_every_table, setup, teardown),
        cmocka_unit_test_setup_teardown(test_person_rows, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
