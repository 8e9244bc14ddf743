/* A writer is killed with SIGKILL at random moments: what it was told to be
 * durable is there, nothing is torn, and the journal verifies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "port/reader.h"
#include "store/sqlite_reader.h"
#include "unit/store/fixture_house.h"

enum { ROUNDS = 40 };

static const int64_t START = 1795262400000000;

/* --- the child ------------------------------------------------------------*/

struct writer {
    int pipe;
    int64_t first; /* attempt of the first transaction */
};

static void tell(void *arg, uint64_t seq)
{
    struct writer *w = arg;
    int64_t attempt = w->first + (int64_t)seq - 1;
    if (write(w->pipe, &attempt, sizeof(attempt)) != sizeof(attempt)) {
        _exit(3);
    }
}

/* One transaction: an attempt, and a wish to be left alone with every third.
 * They must be there together or not at all. */
static void put(const struct store *port, int64_t attempt)
{
    struct record r[2] = {
        {.kind = RECORD_ATTEMPT,
         .at_us = START + attempt,
         .tenant = {1},
         .seller = {1},
         .campaign = {1},
         .lead = {1},
         .attempt = {attempt},
         .e164 = 12120000000 + (uint64_t)attempt,
         .rules = str_of("US-FTC-HRS:allow")},
    };
    r[1] = r[0];
    r[1].kind = RECORD_OPT_OUT;
    uint64_t seq;
    while (port->write(port->self, r, attempt % 3 == 0 ? 2 : 1, &seq) !=
           TM_OK) {
        (void)usleep(100);
    }
}

_Noreturn static void child(const char *path, struct writer w)
{
    struct data_dir dir;
    struct sqlite_store *s;
    struct store port;
    struct err e;
    struct sqlite_store_options o = {.dir = &dir,
                                     .events = {.arg = &w, .durable = tell},
                                     .records_max = 300};
    if (data_dir_open(&dir, path, DATA_DIR_OWN, &e) != TM_OK ||
        sqlite_store_open(&o, &s, &e) != TM_OK) {
        (void)fprintf(stderr, "child: %s\n", e.text);
        _exit(2);
    }
    sqlite_store_port(s, &port);
    struct rng r;
    rng_init_of(&r, 5, "child", (uint64_t)w.first);
    for (int64_t attempt = w.first;; attempt++) {
        put(&port, attempt);
        (void)sqlite_store_poll(s);
        if (rng_chance_ppm(&r, 200000)) {
            (void)usleep((useconds_t)rng_below(&r, 300));
        }
    }
}

/* --- the parent -----------------------------------------------------------*/

/* The last attempt that the child was told to be durable, 0: none. */
static int64_t run_and_kill(const char *path, int64_t first, int64_t wait_us)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(ends[0]);
        child(path, (struct writer){ends[1], first});
    }
    (void)close(ends[1]);
    int64_t last = 0, told;
    /* The clock starts when the child has begun to write. */
    if (read(ends[0], &told, sizeof(told)) == sizeof(told)) {
        last = told;
    }
    (void)usleep((useconds_t)wait_us);
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (read(ends[0], &told, sizeof(told)) == sizeof(told)) {
        last = told;
    }
    (void)close(ends[0]);
    int status;
    assert_true(waitpid(pid, &status, 0) == pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return last;
}

struct found {
    int64_t attempts, opt_outs;
    struct journal_check check;
};

static int count_attempt(void *arg, const struct reader_attempt *a)
{
    struct found *f = arg;
    f->attempts++;
    assert_true(a->id.v == f->attempts); /* no gap, in order */
    return 0;
}

static int count_opt_out(void *arg, const struct reader_opt_out *o)
{
    struct found *f = arg;
    f->opt_outs++;
    assert_true(o->attempt.v == f->opt_outs * 3);
    return 0;
}

static int check_entry(void *arg, const struct journal_row *row)
{
    struct found *f = arg;
    if (!journal_check_row(&f->check, row)) {
        fail_msg("entry %llu: %s", (unsigned long long)f->check.broken_seq,
                 f->check.why);
    }
    return 0;
}

static struct found look(const char *path)
{
    struct data_dir dir;
    struct sqlite_reader *r;
    struct reader port;
    struct err e = {0};
    struct found f = {0};
    struct reader_attempts all = {0};
    assert_int_equal(data_dir_open(&dir, path, DATA_DIR_READ, &e), TM_OK);
    assert_int_equal(sqlite_reader_open(&dir, &r, &e), TM_OK);
    sqlite_reader_port(r, &port);
    assert_int_equal(port.attempts(port.self, &all, count_attempt, &f, &e),
                     TM_OK);
    assert_int_equal(port.opt_outs(port.self, 0, count_opt_out, &f, &e), TM_OK);
    assert_int_equal(port.journal(port.self, 1, check_entry, &f, &e), TM_OK);
    sqlite_reader_close(r);
    data_dir_close(&dir);
    return f;
}

static void test_killed_writers_lose_nothing(void **state)
{
    (void)state;
    char path[] = "/tmp/telemark-test-XXXXXX";
    assert_non_null(mkdtemp(path));
    struct rng r;
    uint64_t seed = 1234567;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "kill");
    int64_t before = 0, lost_none = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t told =
            run_and_kill(path, before + 1, (int64_t)rng_below(&r, 30000));
        struct found f = look(path);
        assert_true(f.attempts >= told);
        assert_true(f.attempts >= before);
        assert_true(f.opt_outs == f.attempts / 3);
        assert_true(f.check.entries == (uint64_t)(f.attempts + f.attempts / 3));
        lost_none += told > before;
        before = f.attempts;
    }
    print_message("%lld attempts over %d kills\n", (long long)before, ROUNDS);
    assert_int_equal(lost_none, ROUNDS);
    fixture_house_remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_writers_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
