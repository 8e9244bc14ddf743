#include "unit/store/fixture_house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/catalog.h"
#include "store/import_writer.h"

enum { WAIT_MAX_MS = 20000 };

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void fixture_house_remove(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void on_durable(void *arg, uint64_t seq)
{
    struct fixture_house *h = arg;
    assert_true(seq > h->durable);
    h->durable = seq;
}

static void on_leads(void *arg, const struct store_leads *l)
{
    struct fixture_house *h = arg;
    h->answers++;
    mem_free(h->lead);
    h->lead = mem_alloc((l->n + 1) * sizeof(*h->lead));
    if (l->n > 0) {
        memcpy(h->lead, l->lead, l->n * sizeof(*h->lead));
    }
    h->leads = l->n;
    h->next_due_us = l->next_due_us;
    h->unclaimed = l->unclaimed;
}

static void on_failed(void *arg, const struct err *e)
{
    struct fixture_house *h = arg;
    assert_true(e->code < 0 && e->text[0] != '\0');
    h->failed++;
    h->failure = *e;
}

static void on_recovered(void *arg)
{
    struct fixture_house *h = arg;
    h->recovered++;
}

void fixture_house_open(struct fixture_house *h)
{
    struct err e = {0};
    if (data_dir_open(&h->dir, h->path, DATA_DIR_OWN, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    h->durable = 0;
    struct sqlite_store_options o = {
        .dir = &h->dir,
        .events = {h, on_durable, on_leads, on_failed, on_recovered, NULL},
    };
    if (sqlite_store_open(&o, &h->store, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    sqlite_store_port(h->store, &h->port);
}

void fixture_house_make(struct fixture_house *h)
{
    *h = (struct fixture_house){.tenant = {CATALOG_TENANT_DEFAULT}};
    (void)snprintf(h->path, sizeof(h->path), "/tmp/telemark-test-XXXXXX");
    assert_non_null(mkdtemp(h->path));
    fixture_house_open(h);
}

void fixture_house_shut(struct fixture_house *h)
{
    sqlite_store_close(h->store);
    h->store = NULL;
    data_dir_close(&h->dir);
}

void fixture_house_free(struct fixture_house *h)
{
    if (h->store) {
        fixture_house_shut(h);
    }
    mem_free(h->lead);
    fixture_house_remove(h->path);
}

static void import(struct fixture_house *h, uint64_t first, size_t n)
{
    struct import_writer *w;
    struct import_writer_start start;
    struct import_writer_counts counts;
    struct err e = {0};
    char hash[32];
    (void)snprintf(hash, sizeof(hash), "%llx", (unsigned long long)first);
    struct import_writer_open o = {.tenant = h->tenant,
                                   .list = "l",
                                   .seller = "s",
                                   .file_name = "f.csv",
                                   .file_hash = hash};
    assert_int_equal(import_writer_begin(h->store, &o, &w, &start, &e), TM_OK);
    struct lead *lead = mem_alloc(n * sizeof(*lead));
    struct import_writer_row *row = mem_alloc(n * sizeof(*row));
    for (size_t i = 0; i < n; i++) {
        lead[i].phone[0] =
            (struct lead_phone){.e164 = first + i, .type = NUMBER_MOBILE};
        lead[i].phones = 1;
        (void)str_copy(lead[i].country, 3, str_of("US"));
        lead[i].consent[0].type = CONSENT_EXPRESS_WRITTEN;
        lead[i].consents = 1;
        lead[i].field[0] =
            (struct lead_field){str_of("name"), str_of("Ann \"A\" B\n")};
        lead[i].fields = 1;
        row[i] = (struct import_writer_row){i + 1, &lead[i]};
    }
    for (size_t at = 0; at < n;) {
        size_t part = n - at < 5000 ? n - at : 5000;
        struct import_writer_batch b = {
            .row = row + at, .n = part, .next_row = at + part};
        assert_int_equal(import_writer_batch(w, &b, &counts, &e), TM_OK);
        at += part;
    }
    assert_int_equal(counts.imported, n);
    assert_int_equal(import_writer_finish(w, 1, &e), TM_OK);
    import_writer_free(w);
    mem_free(row);
    mem_free(lead);
}

static int load_campaign(struct db *db, void *arg, struct err *e)
{
    struct fixture_house *h = arg;
    struct catalog_campaign c = {
        .tenant = h->tenant,
        .name = str_of("c"),
        .seller = str_of("s"),
        .list = str_of("l"),
        .plan = str_of("name = c\n"),
        .now_us = 1,
    };
    int rc = catalog_campaign_load(db, &c, &h->campaign, e);
    return rc == TM_OK
               ? catalog_seller_find(db, h->tenant, c.seller, &h->seller, e)
               : rc;
}

void fixture_house_leads(struct fixture_house *h, uint64_t first, size_t n)
{
    struct err e = {0};
    import(h, first, n);
    if (sqlite_store_run(h->store, load_campaign, h, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
}

static void nap(void)
{
    struct timespec ms = {.tv_nsec = 200000};
    (void)nanosleep(&ms, NULL);
}

void fixture_house_wait(struct fixture_house *h, uint64_t seq)
{
    for (int i = 0; i < WAIT_MAX_MS * 5 && h->durable < seq; i++) {
        if (sqlite_store_poll(h->store) == 0) {
            nap();
        }
    }
    assert_true(h->durable >= seq);
}

void fixture_house_fetch(struct fixture_house *h, int64_t now_us, size_t max)
{
    struct store_fetch q = {h->campaign, now_us, max};
    unsigned before = h->answers;
    assert_int_equal(h->port.fetch(h->port.self, &q), TM_OK);
    for (int i = 0; i < WAIT_MAX_MS * 5 && h->answers == before; i++) {
        if (sqlite_store_poll(h->store) == 0) {
            nap();
        }
    }
    assert_int_equal(h->answers, before + 1);
}
