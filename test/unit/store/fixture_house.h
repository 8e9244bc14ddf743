/* A data folder of its own, with a store, for the tests of store/. */
#ifndef TEST_STORE_FIXTURE_HOUSE_H
#define TEST_STORE_FIXTURE_HOUSE_H

#include "core/lead/lead.h"
#include "store/data_dir.h"
#include "store/sqlite_store.h"

struct fixture_house {
    char path[64];
    struct data_dir dir;
    struct sqlite_store *store;
    struct store port;
    struct tenant_id tenant;
    struct campaign_id campaign;
    struct seller_id seller;
    /* what the events said */
    uint64_t durable;
    unsigned failed, recovered, answers;
    struct err failure; /* the last one */
    struct lead *lead;  /* of the last answer, copied; fields by their own */
    size_t leads;
    int64_t next_due_us;
    uint64_t unclaimed;
};

void fixture_house_make(struct fixture_house *h); /* folder and store */
void fixture_house_open(struct fixture_house *h); /* again */
void fixture_house_shut(struct fixture_house *h); /* keeps the folder */
void fixture_house_free(struct fixture_house *h); /* removes everything */

/* Imports n leads with the numbers first, first + 1, ... into list "l", and
 * loads campaign "c" of seller "s" on it. */
void fixture_house_leads(struct fixture_house *h, uint64_t first, size_t n);

/* Polls until seq is durable, or until one more answer came. */
void fixture_house_wait(struct fixture_house *h, uint64_t seq);
void fixture_house_fetch(struct fixture_house *h, int64_t now_us, size_t max);

/* Removes a folder and what is in it. */
void fixture_house_remove(const char *path);

#endif
