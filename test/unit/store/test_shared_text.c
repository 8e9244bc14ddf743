/* Texts that attempts have in common: stored once, also those of a database
 * that is older than the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "store/db.h"
#include "store/migration.h"
#include "store/query.h"
#include "store/shared_text.h"
#include "store/sqlite_reader.h"
#include "unit/store/fixture_house.h"

enum {
    OLD_SCHEMA = 10,
    ROWS = 5000,
    TEXT_LEN = 1200,
    TENANTS = 2,
    /* of what rules_of() and versions_of() say, the empty ones not counted */
    RULES = 16,
    VERSIONS = 4,
};

static int setup(void **state)
{
    struct fixture_house *h = test_calloc(1, sizeof(*h));
    fixture_house_make(h);
    fixture_house_shut(h);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    fixture_house_free(*state);
    test_free(*state);
    return 0;
}

static sqlite3 *open_file(const struct fixture_house *h)
{
    char path[200];
    sqlite3 *sql;
    (void)snprintf(path, sizeof(path), "%s/telemark.db", h->path);
    assert_int_equal(sqlite3_open(path, &sql), SQLITE_OK);
    return sql;
}

static void exec(sqlite3 *sql, const char *text)
{
    char *why = NULL;
    if (sqlite3_exec(sql, text, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", text, why);
}

static void shell(const struct fixture_house *h, const char *text)
{
    sqlite3 *sql = open_file(h);
    exec(sql, text);
    assert_int_equal(sqlite3_close(sql), SQLITE_OK);
}

static int64_t number(const struct fixture_house *h, const char *text)
{
    sqlite3 *sql = open_file(h);
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_prepare_v2(sql, text, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t v = sqlite3_column_int64(stmt, 0);
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    assert_int_equal(sqlite3_close(sql), SQLITE_OK);
    return v;
}

/* What attempt id was decided with. Attempts of old programs may lack one of
 * the two, or both. */
static const char *rules_of(int64_t id, char out[TEXT_LEN])
{
    int64_t kind = id % (RULES + 1);
    if (kind == 0)
        return "";
    (void)snprintf(out, TEXT_LEN, "US-FTC-DNC:passed O'N\"%%\xc3\xb6:x%lld",
                   (long long)kind);
    return out;
}

static const char *versions_of(int64_t id, char out[TEXT_LEN])
{
    int64_t kind = id % (VERSIONS + 2);
    if (kind >= VERSIONS)
        return "";
    memset(out, 'v', TEXT_LEN);
    (void)snprintf(out + TEXT_LEN - 20, 20, "; plan=%lld", (long long)kind);
    return out;
}

static void add_old_rows(sqlite3 *sql)
{
    sqlite3_stmt *stmt;
    char rules[TEXT_LEN], versions[TEXT_LEN];
    assert_int_equal(
        sqlite3_prepare_v2(
            sql,
            "INSERT INTO attempt (tenant, id, seller, campaign, lead, e164, "
            "recorded_us, permit_until_us, rules, versions, ended_us) "
            "VALUES (?, ?, 1, 1, 1, 12125550100, 5, 9, ?, ?, 7)",
            -1, &stmt, NULL),
        SQLITE_OK);
    for (int64_t id = 1; id <= ROWS; id++) {
        sqlite3_bind_int64(stmt, 1, 1 + id % TENANTS);
        sqlite3_bind_int64(stmt, 2, id);
        sqlite3_bind_text(stmt, 3, rules_of(id, rules), -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 4, versions_of(id, versions), -1,
                          SQLITE_STATIC);
        assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
        assert_int_equal(sqlite3_reset(stmt), SQLITE_OK);
    }
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
}

/* The folder's database as the program of schema 10 left it. */
static void make_old(const struct fixture_house *h)
{
    static const char *const file[] = {"", "-wal", "-shm"};
    char text[200];
    for (size_t i = 0; i < tm_array_len(file); i++) {
        (void)snprintf(text, sizeof(text), "%s/telemark.db%s", h->path,
                       file[i]);
        (void)remove(text);
    }
    sqlite3 *sql = open_file(h);
    exec(sql, "PRAGMA journal_mode = WAL; BEGIN");
    for (int i = 0; i < OLD_SCHEMA; i++)
        exec(sql, migration_table[i].sql);
    add_old_rows(sql);
    (void)snprintf(text, sizeof(text),
                   "PRAGMA user_version = %d; PRAGMA application_id = %d",
                   OLD_SCHEMA, DB_APPLICATION_ID);
    exec(sql, text);
    exec(sql, "COMMIT");
    assert_int_equal(sqlite3_close(sql), SQLITE_OK);
}

static int check_attempt(void *arg, const struct reader_attempt *a)
{
    char rules[TEXT_LEN], versions[TEXT_LEN];
    int64_t *n = arg;
    assert_true(str_eq(a->rules, rules_of(a->id.v, rules)));
    assert_true(str_eq(a->versions, versions_of(a->id.v, versions)));
    (*n)++;
    return 0;
}

/* Who reads sees what was there before, wherever it stands now. */
static void check_texts(const struct fixture_house *h)
{
    struct data_dir dir;
    struct sqlite_reader *r;
    struct reader port;
    struct reader_attempts all = {0};
    struct err e = {0};
    int64_t n = 0;
    assert_int_equal(data_dir_open(&dir, h->path, DATA_DIR_READ, &e), TM_OK);
    assert_int_equal(sqlite_reader_open(&dir, &r, &e), TM_OK);
    sqlite_reader_port(r, &port);
    assert_int_equal(port.attempts(port.self, &all, check_attempt, &n, &e), 0);
    assert_int_equal(n, ROWS);
    sqlite_reader_close(r);
    data_dir_close(&dir);
}

static int open_writer(const struct fixture_house *h, struct db *db,
                       struct err *e)
{
    struct data_dir dir;
    assert_int_equal(data_dir_open(&dir, h->path, DATA_DIR_OWN, e), TM_OK);
    int rc = db_open(db, &dir, DB_WRITE, e);
    data_dir_close(&dir);
    return rc;
}

static const char OWN[] =
    "SELECT count(*) FROM attempt WHERE rules <> '' OR versions <> ''";
static const char SHARED[] = "SELECT count(*) FROM shared_text";

static void test_old_rows_are_moved(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    struct db db;
    make_old(h);
    int64_t own = number(h, OWN);
    assert_true(own > ROWS / 2);
    assert_int_equal(open_writer(h, &db, &e), TM_OK);
    db_close(&db);
    assert_int_equal(number(h, "PRAGMA user_version"), migration_count);
    assert_int_equal(number(h, OWN), 0);
    assert_int_equal(number(h, SHARED), TENANTS * RULES + VERSIONS);
    /* tenants do not see each other's */
    assert_int_equal(number(h, "SELECT count(*) FROM attempt a JOIN "
                               "shared_text t ON t.tenant = a.tenant AND "
                               "t.id IN (a.rules_text, a.versions_text) "
                               "WHERE a.rules_text > 0 AND "
                               "a.versions_text = 0"),
                     number(h, "SELECT count(*) FROM attempt WHERE "
                               "rules_text > 0 AND versions_text = 0"));
    check_texts(h);
    /* and once more: nothing is left to do */
    assert_int_equal(open_writer(h, &db, &e), TM_OK);
    db_close(&db);
    assert_int_equal(number(h, SHARED), TENANTS * RULES + VERSIONS);
    check_texts(h);
}

/* The disk is full, or the program dies, in the middle: what was done stays,
 * what was not is done by the next start, and both are read alike. */
static void test_moving_stops_in_the_middle(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    struct db db;
    make_old(h);
    int64_t own = number(h, OWN);
    shell(h, "CREATE TRIGGER stop BEFORE UPDATE ON attempt WHEN old.id = 4500 "
             "BEGIN SELECT RAISE(ABORT, 'stop'); END");
    assert_true(open_writer(h, &db, &e) < 0);
    assert_non_null(strstr(e.text, "stop"));
    int64_t left = number(h, OWN);
    assert_true(left > 0 && left < own);
    assert_int_equal(number(h, "PRAGMA user_version"), migration_count);
    check_texts(h);
    int64_t texts = number(h, SHARED);
    assert_true(open_writer(h, &db, &e) < 0); /* no further, and no worse */
    assert_int_equal(number(h, OWN), left);
    assert_int_equal(number(h, SHARED), texts);
    shell(h, "DROP TRIGGER stop");
    assert_int_equal(open_writer(h, &db, &e), TM_OK);
    db_close(&db);
    assert_int_equal(number(h, OWN), 0);
    assert_int_equal(number(h, SHARED), TENANTS * RULES + VERSIONS);
    check_texts(h);
}

/* Each transaction is as large as was asked for. */
static void test_moving_in_steps(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    struct db db;
    size_t moved = 0;
    assert_int_equal(open_writer(h, &db, &e), TM_OK);
    assert_int_equal(shared_text_move(&db, 10, &moved, &e), TM_OK);
    assert_int_equal(moved, 0);
    sqlite3 *sql = open_file(h);
    exec(sql, "BEGIN");
    add_old_rows(sql);
    exec(sql, "COMMIT");
    assert_int_equal(sqlite3_close(sql), SQLITE_OK);
    int64_t own = number(h, OWN);
    assert_int_equal(shared_text_move(&db, 700, &moved, &e), TM_OK);
    assert_int_equal(moved, 700);
    assert_int_equal(number(h, OWN), own - 700);
    check_texts(h);
    assert_int_equal(shared_text_move_some(&db, &e), TM_OK);
    assert_int_equal(number(h, OWN), 0);
    check_texts(h);
    db_close(&db);
}

/* A start does not keep its user waiting: the rest is moved by the next one. */
static void test_a_start_moves_some(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    struct db db;
    enum { MORE = 1000 };
    make_old(h);
    shell(h, "DELETE FROM attempt");
    int64_t rows = SHARED_TEXT_AT_START + MORE;
    char text[400];
    (void)snprintf(text, sizeof(text),
                   "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 "
                   "FROM n WHERE id < %lld) INSERT INTO attempt (tenant, id, "
                   "seller, campaign, lead, e164, recorded_us, "
                   "permit_until_us, rules, versions) SELECT 1, id, 1, 1, 1, "
                   "12125550100, 5, 9, 'rule ' || (id %% 7), '' FROM n",
                   (long long)rows);
    shell(h, text);
    assert_int_equal(open_writer(h, &db, &e), TM_OK);
    db_close(&db);
    assert_int_equal(number(h, OWN), MORE);
    assert_int_equal(open_writer(h, &db, &e), TM_OK);
    db_close(&db);
    assert_int_equal(number(h, OWN), 0);
    assert_int_equal(number(h, SHARED), 7);
}

/* The rows to be moved are not looked for among all others. */
static void test_moving_has_an_index(void **state)
{
    struct fixture_house *h = *state;
    sqlite3 *sql = open_file(h);
    sqlite3_stmt *stmt;
    assert_int_equal(
        sqlite3_prepare_v2(sql,
                           "EXPLAIN QUERY PLAN SELECT tenant, id FROM attempt "
                           "WHERE rules <> '' OR versions <> '' LIMIT 5",
                           -1, &stmt, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    const char *plan = (const char *)sqlite3_column_text(stmt, 3);
    assert_non_null(strstr(plan, "attempt_own_text"));
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    assert_int_equal(sqlite3_close(sql), SQLITE_OK);
}

static int64_t id_of(struct db *db, int64_t tenant, const char *text)
{
    struct tenant_id t = {tenant};
    struct err e = {0};
    int64_t id = -1;
    assert_int_equal(shared_text_id(db, t, str_of(text), &id, &e), TM_OK);
    return id;
}

static void test_one_id_a_text_and_tenant(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    struct db db;
    assert_int_equal(open_writer(h, &db, &e), TM_OK);
    assert_int_equal(db_begin(&db, &e), TM_OK);
    assert_int_equal(id_of(&db, 1, ""), 0);
    int64_t a = id_of(&db, 1, "a"), b = id_of(&db, 1, "b");
    int64_t other = id_of(&db, 2, "a");
    assert_true(a > 0 && b > 0 && a != b && other != a);
    assert_int_equal(id_of(&db, 1, "a"), a);
    assert_int_equal(id_of(&db, 2, "a"), other);
    assert_int_equal(db_commit(&db, &e), TM_OK);
    db_close(&db);
    assert_int_equal(open_writer(h, &db, &e), TM_OK);
    assert_int_equal(db_begin(&db, &e), TM_OK);
    assert_int_equal(id_of(&db, 1, "b"), b);
    assert_int_equal(id_of(&db, 1, "a"), a);
    assert_int_equal(db_commit(&db, &e), TM_OK);
    db_close(&db);
    assert_int_equal(number(h, SHARED), 3);
}

/* A text whose transaction was given up is not taken for stored. */
static void test_given_up(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    struct db db;
    assert_int_equal(open_writer(h, &db, &e), TM_OK);
    assert_int_equal(db_begin(&db, &e), TM_OK);
    (void)id_of(&db, 1, "lost");
    db_rollback(&db);
    assert_int_equal(number(h, SHARED), 0);
    assert_int_equal(db_begin(&db, &e), TM_OK);
    int64_t other = id_of(&db, 1, "other"), lost = id_of(&db, 1, "lost");
    assert_int_equal(db_commit(&db, &e), TM_OK);
    assert_true(other != lost);
    db_close(&db);
    assert_int_equal(number(h, "SELECT count(*) FROM shared_text "
                               "WHERE text = 'lost'"),
                     1);
    assert_int_equal(number(h, "SELECT id FROM shared_text "
                               "WHERE text = 'lost'"),
                     lost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_old_rows_are_moved, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_moving_stops_in_the_middle, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_moving_in_steps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_start_moves_some, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_moving_has_an_index, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_one_id_a_text_and_tenant, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_given_up, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
