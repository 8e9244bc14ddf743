/* What goes wrong around the store, and what a start reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/civil.h"
#include "port/reader.h"
#include "store/catalog.h"
#include "store/db.h"
#include "store/migration.h"
#include "store/query.h"
#include "store/sqlite_reader.h"
#include "store/startup.h"
#include "unit/store/fixture_house.h"

static const int64_t NOON = 1795262400000000;
static const uint64_t FIRST = 12125550100;

static int setup(void **state)
{
    struct fixture_house *h = test_calloc(1, sizeof(*h));
    fixture_house_make(h);
    *state = h;
    return 0;
}

static int teardown(void **state)
{
    fixture_house_free(*state);
    test_free(*state);
    return 0;
}

static void shell(struct fixture_house *h, const char *sql)
{
    char path[200];
    sqlite3 *db;
    char *why = NULL;
    (void)snprintf(path, sizeof(path), "%s/telemark.db", h->path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
        fail_msg("%s", why);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int try_open(struct fixture_house *h, struct err *e)
{
    struct data_dir dir;
    struct sqlite_store *s = NULL;
    assert_int_equal(data_dir_open(&dir, h->path, DATA_DIR_OWN, e), TM_OK);
    struct sqlite_store_options o = {.dir = &dir};
    int rc = sqlite_store_open(&o, &s, e);
    sqlite_store_close(s);
    data_dir_close(&dir);
    return rc;
}

static uint64_t put(struct fixture_house *h, const struct record *r, size_t n)
{
    uint64_t seq = 0;
    assert_int_equal(h->port.write(h->port.self, r, n, &seq), TM_OK);
    return seq;
}

static struct record record_of(const struct fixture_house *h,
                               enum record_kind kind, int64_t lead,
                               int64_t attempt)
{
    return (struct record){
        .kind = kind,
        .at_us = NOON,
        .tenant = h->tenant,
        .seller = h->seller,
        .campaign = h->campaign,
        .lead = {lead},
        .attempt = {attempt},
        .e164 = FIRST + (uint64_t)lead - 1,
    };
}

/* --- versions and strangers -----------------------------------------------*/

static void test_newer_schema_is_refused(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    char want[80];
    fixture_house_shut(h);
    shell(h, "PRAGMA user_version = 77");
    assert_int_equal(try_open(h, &e), TM_EVERSION);
    (void)snprintf(want, sizeof(want), "(schema 77, this program knows %d)",
                   migration_count);
    assert_non_null(strstr(e.text, want));
    assert_non_null(strstr(e.text, "newer Telemark"));
    struct data_dir dir;
    struct sqlite_reader *r;
    assert_int_equal(data_dir_open(&dir, h->path, DATA_DIR_READ, &e), TM_OK);
    assert_int_equal(sqlite_reader_open(&dir, &r, &e), TM_EVERSION);
    /* and an older one by the reader, which does not migrate */
    shell(h, "PRAGMA user_version = 0");
    assert_int_equal(sqlite_reader_open(&dir, &r, &e), TM_EVERSION);
    assert_non_null(strstr(e.text, "older Telemark"));
    char v[32];
    (void)snprintf(v, sizeof(v), "PRAGMA user_version = %d", migration_count);
    shell(h, v);
    assert_int_equal(try_open(h, &e), TM_OK);
}

static void test_strange_files_are_refused(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    char path[200];
    fixture_house_shut(h);
    shell(h, "PRAGMA application_id = 5");
    assert_int_equal(try_open(h, &e), TM_ECORRUPT);
    assert_non_null(strstr(e.text, "another program"));
    (void)snprintf(path, sizeof(path), "%s/telemark.db", h->path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < 3000; i++) {
        (void)fputs("no database at all ", f);
    }
    assert_int_equal(fclose(f), 0);
    assert_int_equal(try_open(h, &e), TM_ECORRUPT);
}

static void test_reader_without_database(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    struct data_dir dir;
    struct sqlite_reader *r;
    char path[200];
    fixture_house_shut(h);
    (void)snprintf(path, sizeof(path), "%s/telemark.db", h->path);
    assert_int_equal(remove(path), 0);
    assert_int_equal(data_dir_open(&dir, h->path, DATA_DIR_READ, &e), TM_OK);
    assert_int_equal(sqlite_reader_open(&dir, &r, &e), TM_ENOTFOUND);
}

static void test_locked_database(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    char path[200];
    sqlite3 *db;
    fixture_house_shut(h);
    (void)snprintf(path, sizeof(path), "%s/telemark.db", h->path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "PRAGMA locking_mode = EXCLUSIVE; "
                                  "BEGIN EXCLUSIVE; DELETE FROM setting",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(try_open(h, &e), TM_ELOCKED);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(try_open(h, &e), TM_OK);
}

/* --- a full disk ----------------------------------------------------------*/

/* SQLite's own file system, which can be told that the disk is full. */
static sqlite3_vfs disk;
static struct disk_table {
    sqlite3_io_methods ours; /* first: what a file points to */
    const sqlite3_io_methods *real;
} disk_table[4]; /* one a kind of file */
static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int disk_code;   /* what a write says; SQLITE_OK: it works */
static atomic_int disk_writes; /* that went well; counts down to the failure */

static int disk_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    if (atomic_load(&disk_code) != SQLITE_OK &&
        atomic_fetch_sub(&disk_writes, 1) <= 0) {
        return atomic_load(&disk_code);
    }
    const struct disk_table *t = (const void *)f->pMethods;
    return t->real->xWrite(f, p, n, at);
}

static atomic_int disk_syncs;     /* so far */
static atomic_int disk_sync_code; /* what a sync says */

static int disk_sync(sqlite3_file *f, int flags)
{
    const struct disk_table *t = (const void *)f->pMethods;
    (void)atomic_fetch_add(&disk_syncs, 1);
    int code = atomic_load(&disk_sync_code);
    return code != SQLITE_OK ? code : t->real->xSync(f, flags);
}

static const sqlite3_io_methods *disk_methods(const sqlite3_io_methods *real)
{
    size_t i = 0;
    (void)pthread_mutex_lock(&disk_lock);
    while (disk_table[i].real && disk_table[i].real != real) {
        i++;
        assert_true(i < 4);
    }
    disk_table[i].real = real;
    disk_table[i].ours = *real;
    disk_table[i].ours.xWrite = disk_write;
    disk_table[i].ours.xSync = disk_sync;
    (void)pthread_mutex_unlock(&disk_lock);
    return &disk_table[i].ours;
}

static int disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f,
                     int flags, int *out_flags)
{
    sqlite3_vfs *real = vfs->pAppData;
    int rc = real->xOpen(real, name, f, flags, out_flags);
    if (rc == SQLITE_OK && f->pMethods) {
        f->pMethods = disk_methods(f->pMethods);
    }
    return rc;
}

static void disk_install(void)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    assert_non_null(real);
    disk = *real;
    disk.zName = "disk";
    disk.pAppData = real;
    disk.xOpen = disk_open;
    assert_int_equal(sqlite3_vfs_register(&disk, 1), SQLITE_OK);
}

static uint64_t put_padded(struct fixture_house *h, int64_t attempt)
{
    static char pad[2000];
    memset(pad, 'x', sizeof(pad));
    struct record r = record_of(h, RECORD_ATTEMPT, 1, attempt);
    r.versions = str_range(pad, sizeof(pad));
    return put(h, &r, 1);
}

struct verified {
    struct journal_check check;
    uint64_t rows;
};

static int verify_row(void *arg, const struct journal_row *row)
{
    struct verified *v = arg;
    v->rows++;
    return journal_check_row(&v->check, row) ? 0 : 1;
}

static struct verified verify(struct fixture_house *h)
{
    struct sqlite_reader *r;
    struct reader port;
    struct verified v = {0};
    struct err e = {0};
    assert_int_equal(sqlite_reader_open(&h->dir, &r, &e), TM_OK);
    sqlite_reader_port(r, &port);
    assert_true(port.journal(port.self, 1, verify_row, &v, &e) >= 0);
    sqlite_reader_close(r);
    return v;
}

static void fail_and_recover(struct fixture_house *h, int code, int writes)
{
    struct timespec ms = {.tv_nsec = 1000000};
    int64_t first = (int64_t)verify(h).rows * 10;
    unsigned failed = h->failed, recovered = h->recovered;
    atomic_store(&disk_writes, writes);
    atomic_store(&disk_code, code);
    uint64_t seq = 0;
    for (int64_t i = 1; i <= 60; i++) {
        seq = put_padded(h, first + i);
        (void)sqlite_store_poll(h->store);
        (void)nanosleep(&ms, NULL);
    }
    for (int i = 0; i < 10000 && h->failed < failed + 3; i++) {
        (void)sqlite_store_poll(h->store);
        (void)nanosleep(&ms, NULL);
    }
    assert_true(h->failed >= failed + 3 && h->recovered == recovered);
    assert_true(h->durable < seq);
    uint64_t entries = verify(h).rows;
    atomic_store(&disk_code, SQLITE_OK);
    fixture_house_wait(h, seq);
    assert_int_equal(h->recovered, recovered + 1);
    struct verified v = verify(h);
    assert_int_equal(v.check.broken_seq, 0);
    assert_true(v.rows > entries);
}

/* Whatever a write says, and whichever write of a transaction it is: the
 * batch is kept, comes later as a whole, and nothing is told too early. */
static void test_full_disk_keeps_and_retries(void **state)
{
    struct fixture_house *h = *state;
    fixture_house_leads(h, FIRST, 3);
    uint64_t before = verify(h).rows;
    int rounds = 0;
    for (int writes = 0; writes < 12; writes += 3, rounds++) {
        fail_and_recover(h, writes % 2 ? SQLITE_IOERR_WRITE : SQLITE_FULL,
                         writes);
    }
    assert_true(verify(h).rows == before + (uint64_t)rounds * 60);
}

static int do_nothing(struct db *db, void *arg, struct err *e)
{
    (void)db;
    (void)arg;
    (void)e;
    return TM_OK;
}

static atomic_int waiter_rc;

static void *waiter_main(void *arg)
{
    struct fixture_house *h = arg;
    struct err e = {0};
    atomic_store(&waiter_rc, sqlite_store_run(h->store, do_nothing, NULL, &e));
    return NULL;
}

/* A command that waits behind what cannot be written does not keep the server
 * from its end; a command that comes later is told. */
static void test_stop_while_the_disk_is_full(void **state)
{
    struct fixture_house *h = *state;
    struct timespec ms = {.tv_nsec = 1000000};
    pthread_t waiter;
    struct err e = {0};
    fixture_house_leads(h, FIRST, 3);
    atomic_store(&disk_writes, 0);
    atomic_store(&disk_code, SQLITE_FULL);
    (void)put_padded(h, 1);
    for (int i = 0; i < 10000 && h->failed < 2; i++) {
        (void)sqlite_store_poll(h->store);
        (void)nanosleep(&ms, NULL);
    }
    atomic_store(&waiter_rc, TM_OK - 1000);
    assert_int_equal(pthread_create(&waiter, NULL, waiter_main, h), 0);
    for (int i = 0; i < 50; i++)
        (void)nanosleep(&ms, NULL);
    assert_int_equal(atomic_load(&waiter_rc), TM_OK - 1000);
    sqlite_store_stop(h->store);
    assert_int_equal(pthread_join(waiter, NULL), 0);
    assert_int_equal(sqlite_store_run(h->store, do_nothing, NULL, &e),
                     TM_ESTATE);
    assert_non_null(strstr(e.text, "try again"));
    struct record r = {.kind = RECORD_CLOCK, .tenant = h->tenant};
    uint64_t seq;
    assert_int_equal(h->port.write(h->port.self, &r, 1, &seq), TM_ESTATE);
    atomic_store(&disk_code, SQLITE_OK);
}

/* Durable means synced: told after a sync, never after one that failed. */
static void test_durable_means_synced(void **state)
{
    struct fixture_house *h = *state;
    struct record r = {.kind = RECORD_CLOCK, .tenant = h->tenant};
    struct timespec ms = {.tv_nsec = 1000000};
    for (int i = 0; i < 20; i++) {
        int before = atomic_load(&disk_syncs);
        fixture_house_wait(h, put(h, &r, 1));
        assert_true(atomic_load(&disk_syncs) > before);
    }
    uint64_t durable = h->durable;
    atomic_store(&disk_sync_code, SQLITE_IOERR_FSYNC);
    uint64_t seq = put(h, &r, 1);
    for (int i = 0; i < 10000 && h->failed < 2; i++) {
        (void)sqlite_store_poll(h->store);
        (void)nanosleep(&ms, NULL);
    }
    assert_true(h->failed >= 2 && h->durable == durable);
    atomic_store(&disk_sync_code, SQLITE_OK);
    fixture_house_wait(h, seq);
    assert_int_equal(h->recovered, 1);
    struct verified v = verify(h);
    assert_true(v.check.broken_seq == 0 && v.rows == seq);
}

static int import_nothing(struct db *db, void *arg, struct err *e)
{
    struct list_id id;
    (void)arg;
    return catalog_list(db, (struct tenant_id){1}, str_of("new"), &id, e);
}

static void test_full_disk_is_told_to_commands(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    atomic_store(&disk_writes, 0);
    atomic_store(&disk_code, SQLITE_FULL);
    assert_int_equal(sqlite_store_run(h->store, import_nothing, NULL, &e),
                     TM_ENOSPACE);
    atomic_store(&disk_code, SQLITE_OK);
    assert_non_null(strstr(e.text, "make room"));
    assert_non_null(strstr(e.text, h->path));
    assert_int_equal(sqlite_store_run(h->store, import_nothing, NULL, &e),
                     TM_OK);
    /* Closing while the disk is full ends, and the former state is good. */
    struct record r = {.kind = RECORD_CLOCK, .tenant = h->tenant};
    fixture_house_wait(h, put(h, &r, 1));
    atomic_store(&disk_code, SQLITE_FULL);
    (void)put(h, &r, 1);
    fixture_house_shut(h);
    atomic_store(&disk_code, SQLITE_OK);
    fixture_house_open(h);
    struct verified v = verify(h);
    assert_true(v.rows == 1 && v.check.broken_seq == 0);
}

/* --- bad rows ------------------------------------------------------------*/

/* A record that contradicts the tables: told once, by its name, and neither
 * lost nor skipped. */
static void test_refused_record_is_named(void **state)
{
    struct fixture_house *h = *state;
    struct timespec ms = {.tv_nsec = 1000000};
    fixture_house_leads(h, FIRST, 2);
    struct record r = record_of(h, RECORD_ATTEMPT, 1, 41);
    fixture_house_wait(h, put(h, &r, 1));
    uint64_t durable = h->durable;
    r.lead.v = 2;
    (void)put(h, &r, 1); /* the same permit again */
    for (int i = 0; i < 10000 && h->failed == 0; i++) {
        (void)sqlite_store_poll(h->store);
        (void)nanosleep(&ms, NULL);
    }
    for (int i = 0; i < 200; i++) { /* several more attempts at writing */
        (void)sqlite_store_poll(h->store);
        (void)nanosleep(&ms, NULL);
    }
    assert_int_equal(h->failed, 1);
    assert_int_equal(h->recovered, 0);
    assert_int_equal(h->failure.code, TM_EEXIST);
    assert_non_null(strstr(h->failure.text, "attempt 41, lead 2, campaign"));
    assert_non_null(strstr(h->failure.text, "stop the server"));
    assert_null(strstr(h->failure.text, "check the disk"));
    assert_true(h->durable == durable);
    fixture_house_shut(h); /* does not wait for ever */
}

/* Leads that are gone from their list do not stop the others. */
static void test_missing_leads_are_left_out(void **state)
{
    struct fixture_house *h = *state;
    fixture_house_leads(h, FIRST, 6);
    fixture_house_fetch(h, NOON, 1); /* all join the campaign */
    assert_int_equal(h->leads, 1);
    fixture_house_shut(h);
    shell(h, "PRAGMA foreign_keys = OFF; "
             "DELETE FROM lead WHERE id IN (1, 2, 4)");
    fixture_house_open(h);
    fixture_house_fetch(h, NOON, 3);
    assert_int_equal(h->leads, 1);
    assert_int_equal(h->lead[0].id.v, 3);
    assert_true(h->next_due_us <= NOON); /* there are more */
    fixture_house_fetch(h, NOON, 3);
    assert_int_equal(h->leads, 2);
    assert_int_equal(h->lead[0].id.v, 5);
    assert_int_equal(h->lead[1].id.v, 6);
    assert_int_equal(h->failed, 0);
}

/* --- requests -------------------------------------------------------------*/

struct gate {
    struct fixture_house *house;
    pthread_mutex_t lock;
    atomic_bool held;
    int rc;
};

static int hold(struct db *db, void *arg, struct err *e)
{
    struct gate *g = arg;
    (void)db;
    (void)e;
    atomic_store(&g->held, true);
    (void)pthread_mutex_lock(&g->lock);
    (void)pthread_mutex_unlock(&g->lock);
    return TM_OK;
}

static void *holder_main(void *arg)
{
    struct gate *g = arg;
    struct err e = {0};
    g->rc = sqlite_store_run(g->house->store, hold, g, &e);
    return NULL;
}

static void test_queue_is_bounded(void **state)
{
    struct fixture_house *h = *state;
    struct gate g = {.house = h};
    struct timespec ms = {.tv_nsec = 1000000};
    pthread_t holder;
    (void)pthread_mutex_init(&g.lock, NULL);
    (void)pthread_mutex_lock(&g.lock);
    assert_int_equal(pthread_create(&holder, NULL, holder_main, &g), 0);
    while (!atomic_load(&g.held))
        (void)nanosleep(&ms, NULL);
    struct record r = {.kind = RECORD_CLOCK, .tenant = h->tenant};
    struct record many[100];
    for (size_t i = 0; i < 100; i++) {
        many[i] = r;
    }
    uint64_t seq = 0, taken = 0;
    while (h->port.write(h->port.self, many, 100, &seq) == TM_OK) {
        taken++;
        assert_true(seq == taken && taken < 100000);
    }
    assert_true(taken == 655); /* 65,536 records */
    assert_int_equal(h->port.write(h->port.self, many, 100, &seq), TM_EFULL);
    (void)pthread_mutex_unlock(&g.lock);
    assert_int_equal(pthread_join(holder, NULL), 0);
    assert_int_equal(g.rc, TM_OK);
    fixture_house_wait(h, taken);
    /* What was refused was not taken: the numbers go on. */
    assert_true(put(h, &r, 1) == taken + 1);
    fixture_house_wait(h, taken + 1);
    struct verified v = verify(h);
    assert_int_equal(v.check.broken_seq, 0);
    assert_true(v.rows == taken * 100 + 1);
    (void)pthread_mutex_destroy(&g.lock);
}

static int write_and_fail(struct db *db, void *arg, struct err *e)
{
    struct record r = {.kind = RECORD_CLOCK, .tenant = {1}};
    (void)arg;
    assert_int_equal(catalog_record(db, &r, e), TM_OK);
    assert_int_equal(catalog_setting_set(db, "k", str_of("v"), e), TM_OK);
    return err_set(e, TM_EINVAL, "on purpose");
}

static int get_setting(struct db *db, void *arg, struct err *e)
{
    return catalog_setting_get(db, "k", arg, 10, e);
}

static int set_setting(struct db *db, void *arg, struct err *e)
{
    int rc = catalog_setting_set(db, "k", str_of("old"), e);
    return rc == TM_OK ? catalog_setting_set(db, "k", str_of(arg), e) : rc;
}

static void test_failed_work_leaves_no_trace(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    char value[10];
    assert_int_equal(sqlite_store_run(h->store, write_and_fail, NULL, &e),
                     TM_EINVAL);
    assert_string_equal(e.text, "on purpose");
    assert_int_equal(sqlite_store_run(h->store, get_setting, value, &e),
                     TM_ENOTFOUND);
    struct record r = {.kind = RECORD_CLOCK, .tenant = h->tenant};
    fixture_house_wait(h, put(h, &r, 1));
    struct verified v = verify(h);
    assert_true(v.rows == 1 && v.check.broken_seq == 0);
    char text[] = "new";
    assert_int_equal(sqlite_store_run(h->store, set_setting, text, &e), TM_OK);
    assert_int_equal(sqlite_store_run(h->store, get_setting, value, &e), TM_OK);
    assert_string_equal(value, "new");
}

/* --- the journal ----------------------------------------------------------*/

static void test_tampering_is_found_at_its_entry(void **state)
{
    struct fixture_house *h = *state;
    struct record r = {.kind = RECORD_CLOCK, .tenant = h->tenant};
    for (int i = 0; i < 50; i++) {
        r.at_us = NOON + i;
        (void)put(h, &r, 1);
    }
    fixture_house_wait(h, 50);
    assert_int_equal(verify(h).check.broken_seq, 0);
    shell(h, "UPDATE journal SET payload = "
             "(SELECT payload FROM journal WHERE seq = 20) WHERE seq = 30");
    assert_int_equal(verify(h).check.broken_seq, 30);
    shell(h, "DELETE FROM journal WHERE seq = 17");
    assert_int_equal(verify(h).check.broken_seq, 17);
    shell(h, "UPDATE journal SET hash = x'00' WHERE seq = 3");
    assert_int_equal(verify(h).check.broken_seq, 3);
}

static void test_journal_goes_on_after_reopening(void **state)
{
    struct fixture_house *h = *state;
    struct record r = {.kind = RECORD_RESTART, .tenant = h->tenant};
    for (int i = 0; i < 5; i++) {
        fixture_house_wait(h, put(h, &r, 1));
        fixture_house_shut(h);
        fixture_house_open(h);
    }
    struct verified v = verify(h);
    assert_true(v.rows == 5 && v.check.broken_seq == 0);
}

/* --- what a start reads ---------------------------------------------------*/

struct start {
    struct arena arena;
    struct startup_attempts open;
    struct startup_campaigns campaigns;
    struct suppression opt_outs;
    int64_t last, now_us;
};

static int read_start(struct db *db, void *arg, struct err *e)
{
    struct start *s = arg;
    int rc = startup_open_attempts(db, &s->arena, &s->open, e);
    if (rc == TM_OK) {
        rc = startup_campaigns(db, &s->arena, s->now_us, &s->campaigns, e);
    }
    if (rc == TM_OK) {
        rc = startup_opt_outs(db, &s->opt_outs, e);
    }
    return rc == TM_OK ? startup_last_attempt(db, &s->last, e) : rc;
}

static void start_read(struct fixture_house *h, struct start *s, int64_t now_us)
{
    struct err e = {0};
    *s = (struct start){.now_us = now_us};
    arena_init(&s->arena);
    suppression_init(&s->opt_outs);
    if (sqlite_store_run(h->store, read_start, s, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
}

static void start_free(struct start *s)
{
    arena_fini(&s->arena);
    suppression_fini(&s->opt_outs);
}

/* Which of the calls that a crash cut off keeps a promise. */
static void test_open_promise(void **state)
{
    struct fixture_house *h = *state;
    struct start s;
    fixture_house_leads(h, FIRST, 3);
    fixture_house_fetch(h, NOON, 3);
    struct record r[5] = {
        record_of(h, RECORD_LEAD, 1, 0), record_of(h, RECORD_ATTEMPT, 1, 11),
        record_of(h, RECORD_LEAD, 2, 0), record_of(h, RECORD_ATTEMPT, 2, 12),
        record_of(h, RECORD_ATTEMPT, 3, 13)};
    r[0].state = LEAD_CALLBACK;
    r[2].state = LEAD_WAITING;
    r[0].due_us = r[2].due_us = NOON;
    r[0].key = r[2].key = str_of("callback");
    fixture_house_wait(h, put(h, r, 5));
    fixture_house_shut(h);
    fixture_house_open(h);
    start_read(h, &s, NOON);
    assert_int_equal(s.open.n, 3);
    assert_true(s.open.attempt[0].open.promised);
    assert_false(s.open.attempt[1].open.promised);
    assert_false(s.open.attempt[2].open.promised);
    start_free(&s);
}

static void test_open_attempts(void **state)
{
    struct fixture_house *h = *state;
    struct start s;
    fixture_house_leads(h, FIRST, 5);
    fixture_house_fetch(h, NOON, 5);
    struct record r[8] = {
        record_of(h, RECORD_ATTEMPT, 1, 11), /* recorded only */
        record_of(h, RECORD_ATTEMPT, 2, 12), /* answered and served */
        record_of(h, RECORD_PLACED, 2, 12),
        record_of(h, RECORD_ANSWERED, 2, 12),
        record_of(h, RECORD_ANSWER, 2, 12),
        record_of(h, RECORD_ATTEMPT, 3, 13), /* ended */
        record_of(h, RECORD_ENDED, 3, 13),
        record_of(h, RECORD_DIALOG, 2, 12),
    };
    r[2].at_us = NOON + 1;
    r[2].note = str_of("call-12");
    r[3].at_us = NOON + 2;
    r[3].dialog = str_range("a\0b", 3);
    r[4].key = str_of("q1");
    r[4].value = str_of("yes");
    r[6].state = OUTCOME_BUSY;
    r[7].dialog = str_range("c\0d", 3);
    fixture_house_wait(h, put(h, r, 8));
    struct record wish[4] = {record_of(h, RECORD_ATTEMPT, 4, 14),
                             record_of(h, RECORD_OPT_OUT, 4, 14),
                             record_of(h, RECORD_ATTEMPT, 5, 15),
                             record_of(h, RECORD_CALLBACK, 5, 15)};
    fixture_house_wait(h, put(h, wish, 4));
    fixture_house_shut(h);
    fixture_house_open(h);
    start_read(h, &s, NOON);
    assert_int_equal(s.open.n, 4);
    const struct startup_attempt *a = s.open.attempt;
    assert_true(a[3].open.callback && a[3].open.served);
    assert_false(a[3].open.opted_out || a[1].open.callback);
    assert_true(a[2].open.opted_out && a[2].open.served);
    assert_false(a[0].open.opted_out || a[1].open.opted_out);
    assert_true(a[0].open.attempt.v == 11 && a[1].open.attempt.v == 12);
    assert_true(a[0].open.placed_us == 0 && a[0].open.answered_us == 0);
    assert_false(a[0].open.served);
    assert_int_equal(a[0].dialog.n, 0);
    assert_int_equal(a[0].open.lead.state, LEAD_IN_CALL);
    assert_true(a[0].open.e164 == FIRST);
    assert_true(a[1].open.placed_us == NOON + 1);
    assert_true(a[1].open.answered_us == NOON + 2);
    assert_true(a[1].open.served);
    assert_true(a[1].open.lead.phone[0].e164 == FIRST + 1);
    assert_int_equal(a[1].open.lead.attempts, 1);
    assert_true(a[1].dialog.n == 3 && memcmp(a[1].dialog.p, "c\0d", 3) == 0);
    assert_true(s.last == 15);
    start_free(&s);
}

/* The earliest request stands; seller 0 means every seller; consents end. */
static void test_opt_outs(void **state)
{
    struct fixture_house *h = *state;
    struct start s;
    fixture_house_leads(h, FIRST, 3);
    struct record late = record_of(h, RECORD_OPT_OUT, 1, 0), early = late,
                  all = record_of(h, RECORD_OPT_OUT, 2, 0);
    late.at_us = NOON + 100;
    all.seller.v = 0;
    (void)put(h, &late, 1);
    (void)put(h, &early, 1);
    (void)put(h, &late, 1);
    fixture_house_wait(h, put(h, &all, 1));
    start_read(h, &s, NOON);
    int64_t at = 0;
    struct seller_id other = {h->seller.v + 50};
    assert_true(suppression_has(&s.opt_outs, h->seller, FIRST, &at));
    assert_true(at == NOON);
    assert_false(suppression_has(&s.opt_outs, other, FIRST, NULL));
    assert_true(suppression_has(&s.opt_outs, other, FIRST + 1, NULL));
    assert_true(suppression_has(&s.opt_outs, h->seller, FIRST + 1, NULL));
    assert_false(suppression_has(&s.opt_outs, h->seller, FIRST + 2, NULL));
    start_free(&s);
    fixture_house_fetch(h, NOON, 3);
    assert_int_equal(h->leads, 3);
    assert_int_equal(h->lead[0].consents, 1);
    assert_int_equal(h->lead[0].consent[0].type, CONSENT_EXPRESS_WRITTEN);
    assert_true(h->lead[0].consent[0].seller.v == h->seller.v);
    /* the first request that was heard ends it */
    assert_true(h->lead[0].consent[0].revoked_us == NOON + 100);
    assert_true(h->lead[1].consent[0].revoked_us == NOON);
    assert_true(h->lead[2].consent[0].revoked_us == 0);
}

static void put_live(struct fixture_house *h, int64_t attempt, int64_t at_us,
                     bool abandoned)
{
    struct record r[4] = {
        record_of(h, RECORD_ATTEMPT, 1, attempt),
        record_of(h, RECORD_PLACED, 1, attempt),
        record_of(h, RECORD_ANSWERED, 1, attempt),
        record_of(h, RECORD_ENDED, 1, attempt),
    };
    for (size_t i = 0; i < 4; i++) {
        r[i].at_us = at_us;
    }
    r[3].state = abandoned ? OUTCOME_ABANDONED : OUTCOME_COMPLETED;
    r[3].live = true;
    r[3].abandoned = abandoned;
    fixture_house_wait(h, put(h, r, 4));
}

/* US periods: 30 x 24 h from the first call, both borders. */
static void test_counters_of_the_period(void **state)
{
    struct fixture_house *h = *state;
    struct start s;
    fixture_house_leads(h, FIRST, 1);
    const int64_t period = 30 * CIVIL_DAY_US;
    put_live(h, 1, NOON, true);
    put_live(h, 2, NOON + period - 1, false);
    put_live(h, 3, NOON + period, false);
    put_live(h, 4, NOON + period + 5, true);
    start_read(h, &s, NOON + period - 1);
    const struct campaign_counters *c = &s.campaigns.campaign[0].counters;
    assert_int_equal(s.campaigns.n, 1);
    assert_string_equal(s.campaigns.campaign[0].name, "c");
    assert_true(c->first_call_us == NOON);
    assert_int_equal(c->live, 4);
    start_free(&s);
    start_read(h, &s, NOON + period);
    c = &s.campaigns.campaign[0].counters;
    assert_int_equal(c->live, 2);
    assert_int_equal(c->abandoned, 1);
    assert_int_equal(c->placed, 4);
    start_free(&s);
    /* NOON is 21 November: the calls of December are three. */
    start_read(h, &s, NOON + period);
    c = &s.campaigns.campaign[0].counters;
    assert_int_equal(c->placed_month, 3);
    assert_int_equal(c->abandoned_month, 1);
    start_free(&s);
}

/* After a restart the counters are those of the campaign that counted, cell
 * by cell: calls on both sides of the turn of a month and of a period. */
static void test_counters_come_back(void **state)
{
    struct fixture_house *h = *state;
    struct campaign_counters live = {0};
    struct start s;
    fixture_house_leads(h, FIRST, 1);
    int64_t at_us = NOON;
    for (int64_t i = 1; i <= 60; i++) {
        put_live(h, i, at_us, i % 4 == 0);
        campaign_counters_placed(&live, at_us);
        campaign_counters_ended(&live, at_us, true, i % 4 == 0);
        bool turn = i > 15 && i < 40; /* 30 November and 1 December */
        at_us += (turn ? 71 * CIVIL_MINUTE_US : 14 * CIVIL_HOUR_US) + i;
    }
    campaign_counters_roll(&live, at_us);
    assert_in_range(live.cells, 10, 60);
    start_read(h, &s, at_us);
    const struct campaign_counters *c = &s.campaigns.campaign[0].counters;
    assert_int_equal(c->cells, live.cells);
    assert_memory_equal(c->cell, live.cell, c->cells * sizeof(c->cell[0]));
    assert_true(c->first_call_us == live.first_call_us);
    assert_int_equal(c->placed, live.placed);
    assert_int_equal(c->live, live.live);
    assert_int_equal(c->abandoned, live.abandoned);
    assert_int_equal(c->placed_month, live.placed_month);
    assert_int_equal(c->abandoned_month, live.abandoned_month);
    start_free(&s);
}

static int load_again(struct db *db, void *arg, struct err *e)
{
    struct catalog_campaign *c = arg;
    struct campaign_id id;
    return catalog_campaign_load(db, c, &id, e);
}

static int get_state(struct db *db, void *arg, struct err *e)
{
    const struct fixture_house *h = arg;
    enum campaign_state now;
    int rc = catalog_campaign_state(db, h->tenant, h->campaign, &now, e);
    return rc == TM_OK ? (int)now : rc;
}

static void test_campaign_state(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    fixture_house_leads(h, FIRST, 1);
    assert_int_equal(sqlite_store_run(h->store, get_state, h, &e),
                     CAMPAIGN_LOADED);
    struct record r = record_of(h, RECORD_CAMPAIGN, 0, 0);
    r.state = CAMPAIGN_PAUSED;
    fixture_house_wait(h, put(h, &r, 1));
    assert_int_equal(sqlite_store_run(h->store, get_state, h, &e),
                     CAMPAIGN_PAUSED);
    struct fixture_house strange = *h;
    strange.campaign.v += 7;
    assert_int_equal(sqlite_store_run(h->store, get_state, &strange, &e),
                     TM_ENOTFOUND);
}

static void test_campaign_load(void **state)
{
    struct fixture_house *h = *state;
    struct err e = {0};
    fixture_house_leads(h, FIRST, 1);
    struct catalog_campaign c = {
        h->tenant, str_of("c"), str_of("s"), str_of("l"), str_of("x"), NOON,
    };
    assert_int_equal(sqlite_store_run(h->store, load_again, &c, &e), TM_OK);
    struct record r = record_of(h, RECORD_CAMPAIGN, 1, 0);
    r.state = CAMPAIGN_RUNNING;
    fixture_house_wait(h, put(h, &r, 1));
    assert_int_equal(sqlite_store_run(h->store, load_again, &c, &e), TM_ESTATE);
    r.state = CAMPAIGN_PAUSED;
    fixture_house_wait(h, put(h, &r, 1));
    c.seller = str_of("other");
    assert_int_equal(sqlite_store_run(h->store, load_again, &c, &e), TM_EINVAL);
    c.list = str_of("no such");
    assert_int_equal(sqlite_store_run(h->store, load_again, &c, &e),
                     TM_ENOTFOUND);
    assert_non_null(strstr(e.text, "no such"));
    c.name = str_of("");
    assert_int_equal(sqlite_store_run(h->store, load_again, &c, &e), TM_EINVAL);
}

static int one_lead(void *arg, const struct reader_lead *l)
{
    (void)arg;
    (void)l;
    return 0;
}

/* A value that cannot be read is not the disk's fault, and the message says
 * where it stands. */
static void test_a_bad_value_is_not_the_disk(void **state)
{
    struct fixture_house *h = *state;
    struct sqlite_reader *r;
    struct reader port;
    struct err e = {0};
    fixture_house_leads(h, FIRST, 1);
    shell(h, "UPDATE lead SET fields = '{'");
    assert_int_equal(sqlite_reader_open(&h->dir, &r, &e), TM_OK);
    sqlite_reader_port(r, &port);
    int rc = port.leads_of_number(port.self, FIRST, one_lead, NULL, &e);
    sqlite_reader_close(r);
    assert_int_equal(rc, TM_EIO);
    assert_null(strstr(e.text, "check the disk"));
    assert_non_null(strstr(e.text, "malformed JSON"));
    assert_non_null(strstr(e.text, "lead "));
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_newer_schema_is_refused),
        CASE(test_strange_files_are_refused),
        CASE(test_reader_without_database),
        CASE(test_locked_database),
        CASE(test_full_disk_keeps_and_retries),
        CASE(test_durable_means_synced),
        CASE(test_full_disk_is_told_to_commands),
        CASE(test_queue_is_bounded),
        CASE(test_stop_while_the_disk_is_full),
        CASE(test_refused_record_is_named),
        CASE(test_missing_leads_are_left_out),
        CASE(test_failed_work_leaves_no_trace),
        CASE(test_tampering_is_found_at_its_entry),
        CASE(test_journal_goes_on_after_reopening),
        CASE(test_open_promise),
        CASE(test_open_attempts),
        CASE(test_opt_outs),
        CASE(test_counters_of_the_period),
        CASE(test_counters_come_back),
        CASE(test_campaign_state),
        CASE(test_campaign_load),
        CASE(test_a_bad_value_is_not_the_disk),
    };
#undef CASE
    disk_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
