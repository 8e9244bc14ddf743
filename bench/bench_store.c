/*
 * The store's figures: entries of the journal, rows imported, leads fetched,
 * attempts made durable (in groups, and one by one as the delay of a call),
 * do-not-call look-ups. In a folder of its own under TMPDIR or /tmp.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/rng.h"
#include "core/dnc/dnc_set.h"
#include "core/journal/journal.h"
#include "store/catalog.h"
#include "store/import_writer.h"
#include "store/sqlite_store.h"

enum {
    ENTRIES = 1000000,
    LEADS = 100000,
    FETCH = 2000,
    ATTEMPTS = 20000,
    SINGLE = 500,
    NUMBERS = 5000000,
    LOOK_UPS = 5000000,
};

static const uint64_t FIRST = 12125550000;

struct bench {
    char path[300];
    struct data_dir dir;
    struct sqlite_store *store;
    struct store port;
    struct campaign_id campaign;
    uint64_t durable;
    unsigned answers;
    size_t leads;
};

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void need(int rc, const struct err *e)
{
    if (rc != TM_OK) {
        (void)fprintf(stderr, "bench_store: %s\n", e->text);
        exit(1);
    }
}

static void line(const char *what, double n, double seconds)
{
    (void)printf("%-32s %12.0f in %7.3f s %12.0f /s\n", what, n, seconds,
                 n / seconds);
}

static void bench_journal(void)
{
    uint8_t salt[JOURNAL_SALT_SIZE] = {1}, hash[JOURNAL_HASH_SIZE];
    struct journal j;
    struct buf b;
    journal_init(&j, salt);
    buf_init(&b, JOURNAL_PAYLOAD_MAX);
    struct record r = {
        .kind = RECORD_ATTEMPT,
        .tenant = {1},
        .seller = {1},
        .campaign = {1},
        .rules = str_of("US-FTC-HRS:allow US-FCC-HRS:allow US-FTC-DNC:allow"),
        .versions = str_of("us@2026-11-01 dnc:us_national@12 tz:2025b"),
    };
    double start = now_s();
    for (int i = 0; i < ENTRIES; i++) {
        r.at_us = 1795262400000000 + i;
        r.attempt.v = r.lead.v = i + 1;
        r.e164 = FIRST + (uint64_t)i;
        buf_clear(&b);
        if (journal_append(&j, &r, &b, hash) != TM_OK) {
            abort();
        }
    }
    line("journal entries", ENTRIES, now_s() - start);
    buf_fini(&b);
}

static void bench_dnc(void)
{
    uint64_t *number = mem_alloc(NUMBERS * sizeof(*number));
    struct rng r;
    struct buf b;
    struct dnc_set meta = {.name = "us_national", .country = "US"}, s;
    struct err e;
    rng_init(&r, 1, "bench");
    for (size_t i = 0; i < NUMBERS; i++) {
        number[i] = 12000000000 + rng_below(&r, 8000000000);
    }
    buf_init(&b, (size_t)1 << 32);
    double start = now_s();
    need(dnc_set_build(&meta, number, NUMBERS, &b, &e), &e);
    line("do-not-call numbers built", NUMBERS, now_s() - start);
    start = now_s();
    need(dnc_set_open(b.p, b.n, &s, &e), &e);
    line("do-not-call numbers opened", NUMBERS, now_s() - start);
    size_t found = 0;
    start = now_s();
    for (size_t i = 0; i < LOOK_UPS; i++) {
        found += dnc_set_has(&s, 12000000000 + rng_below(&r, 8000000000));
    }
    line(found ? "do-not-call look-ups" : "look-ups, none found", LOOK_UPS,
         now_s() - start);
    buf_fini(&b);
    mem_free(number);
}

static void on_durable(void *arg, uint64_t seq)
{
    ((struct bench *)arg)->durable = seq;
}

static void on_leads(void *arg, const struct store_leads *l)
{
    struct bench *b = arg;
    b->answers++;
    b->leads = l->n;
}

static void wait_durable(struct bench *b, uint64_t seq)
{
    while (b->durable < seq) {
        (void)sqlite_store_poll(b->store);
    }
}

static void bench_import(struct bench *b)
{
    struct import_writer *w;
    struct import_writer_start start;
    struct import_writer_counts counts;
    struct err e;
    struct import_writer_open o = {{1}, "l", "s", "f.csv", "00", 1};
    enum { BATCH = 2000 };
    struct lead *lead = mem_alloc(BATCH * sizeof(*lead));
    struct import_writer_row row[BATCH];
    double from = now_s();
    need(import_writer_begin(b->store, &o, &w, &start, &e), &e);
    for (uint64_t at = 0; at < LEADS; at += BATCH) {
        for (size_t i = 0; i < BATCH; i++) {
            struct lead *l = &lead[i];
            l->phone[0].e164 = FIRST + at + i;
            l->phones = 1;
            l->consent[0].type = CONSENT_EXPRESS_WRITTEN;
            l->consents = 1;
            l->field[0] = (struct lead_field){str_of("name"), str_of("Ann")};
            l->field[1] = (struct lead_field){str_of("city"), str_of("Ohio")};
            l->fields = 2;
            row[i] = (struct import_writer_row){at + i + 1, l};
        }
        struct import_writer_batch batch = {row, BATCH, 0, at + BATCH, 0};
        need(import_writer_batch(w, &batch, &counts, &e), &e);
    }
    need(import_writer_finish(w, 1, &e), &e);
    line("leads imported", LEADS, now_s() - from);
    import_writer_free(w);
    mem_free(lead);
}

static int load(struct db *db, void *arg, struct err *e)
{
    struct bench *b = arg;
    struct catalog_campaign c = {{1},         str_of("c"), str_of("s"),
                                 str_of("l"), str_of("x"), 1};
    return catalog_campaign_load(db, &c, &b->campaign, e);
}

static void bench_fetch(struct bench *b, const char *what)
{
    struct store_fetch q = {b->campaign, 1795262400000000, FETCH};
    unsigned before = b->answers;
    double start = now_s();
    if (b->port.fetch(b->port.self, &q) != TM_OK) {
        abort();
    }
    while (b->answers == before) {
        (void)sqlite_store_poll(b->store);
    }
    line(what, (double)b->leads, now_s() - start);
}

/* The records of one call that nobody answers. */
static uint64_t put_call(struct bench *b, int64_t attempt, size_t records)
{
    struct record r[4] = {{.kind = RECORD_ATTEMPT,
                           .tenant = {1},
                           .seller = {1},
                           .campaign = b->campaign,
                           .lead = {attempt},
                           .attempt = {attempt},
                           .at_us = 1795262400000000 + attempt,
                           .e164 = FIRST + (uint64_t)attempt,
                           .rules = str_of("US-FTC-HRS:allow")}};
    r[1] = r[2] = r[3] = r[0];
    r[1].kind = RECORD_PLACED;
    r[2].kind = RECORD_ENDED;
    r[2].state = OUTCOME_NO_ANSWER;
    r[3].kind = RECORD_LEAD;
    r[3].state = LEAD_WAITING;
    uint64_t seq = 0;
    while (b->port.write(b->port.self, r, records, &seq) != TM_OK) {
        (void)sqlite_store_poll(b->store);
    }
    return seq;
}

static void bench_write(struct bench *b)
{
    uint64_t seq = 0;
    double start = now_s();
    for (int64_t i = 1; i <= ATTEMPTS; i++) {
        seq = put_call(b, i, 4);
    }
    wait_durable(b, seq);
    line("calls of four records, grouped", ATTEMPTS, now_s() - start);
    start = now_s();
    for (int64_t i = 1; i <= SINGLE; i++) {
        wait_durable(b, put_call(b, ATTEMPTS + i, 1));
    }
    line("attempts, each waited for", SINGLE, now_s() - start);
}

static void open_store(struct bench *b)
{
    struct err e = {0};
    struct sqlite_store_options o = {
        .dir = &b->dir,
        .events = {.arg = b, .durable = on_durable, .leads = on_leads},
    };
    need(sqlite_store_open(&o, &b->store, &e), &e);
    sqlite_store_port(b->store, &b->port);
    b->durable = 0;
}

/* Closes the store, so that all is in one file. */
static long long close_store(struct bench *b)
{
    char path[400];
    struct stat st;
    sqlite_store_close(b->store);
    (void)snprintf(path, sizeof(path), "%s/telemark.db", b->path);
    return stat(path, &st) == 0 ? (long long)st.st_size : 0;
}

/* Calls decided under all rule packs: long texts, of which most came before. */
static void bench_texts(struct bench *b)
{
    enum { RULES = 434, VERSIONS = 1050, DIFFERENT = 300 };
    static char rules[RULES + 1], versions[VERSIONS + 1];
    memset(rules, 'r', RULES);
    memset(versions, 'v', VERSIONS);
    long long before = close_store(b);
    uint64_t seq = 0;
    open_store(b);
    double start = now_s();
    for (int64_t i = 1; i <= ATTEMPTS; i++) {
        struct record r = {.kind = RECORD_ATTEMPT,
                           .tenant = {1},
                           .seller = {1},
                           .campaign = b->campaign,
                           .lead = {i},
                           .attempt = {ATTEMPTS + SINGLE + i},
                           .at_us = 1795272400000000 + i,
                           .e164 = FIRST + (uint64_t)i,
                           .rules = str_range(rules, RULES),
                           .versions = str_range(versions, VERSIONS)};
        (void)snprintf(rules, sizeof(rules), "%d", (int)(i * 7 % DIFFERENT));
        rules[strlen(rules)] = 'r';
        while (b->port.write(b->port.self, &r, 1, &seq) != TM_OK)
            (void)sqlite_store_poll(b->store);
    }
    wait_durable(b, seq);
    line("attempts under all packs, grouped", ATTEMPTS, now_s() - start);
    printf("%-32s %12lld\n", "bytes of the database for each",
           (close_store(b) - before) / ATTEMPTS);
}

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

int main(void)
{
    struct bench b = {0};
    struct err e = {0};
    const char *tmp = getenv("TMPDIR");
    bench_journal();
    bench_dnc();
    (void)snprintf(b.path, sizeof(b.path), "%s/telemark-bench-XXXXXX",
                   tmp ? tmp : "/tmp");
    if (!mkdtemp(b.path)) {
        (void)fprintf(stderr, "bench_store: cannot make %s\n", b.path);
        return 1;
    }
    need(data_dir_open(&b.dir, b.path, DATA_DIR_OWN, &e), &e);
    open_store(&b);
    bench_import(&b);
    need(sqlite_store_run(b.store, load, &b, &e), &e);
    bench_fetch(&b, "leads fetched, first time");
    bench_fetch(&b, "leads fetched, second time");
    bench_write(&b);
    bench_fetch(&b, "leads fetched, with history");
    bench_texts(&b);
    data_dir_close(&b.dir);
    (void)nftw(b.path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}
