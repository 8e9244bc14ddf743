/*
 * The store port, as the engine sees it: records go in and become durable,
 * leads come out. store/ (SQLite) and sim/ (memory) both fill it in and run
 * the same conformance tests.
 *
 * All functions and all events belong to the loop thread; no event is
 * delivered inside a call of the engine into the store. Requests never block:
 * what does not fit is refused with TM_EFULL, and nothing of it was taken.
 */
#ifndef PORT_STORE_H
#define PORT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ids.h"
#include "core/journal/record.h"
#include "core/lead/lead.h"

/* Leads of a campaign that may be dialled at now_us: state new, or waiting or
 * callback with due_us <= now_us; callbacks first, then by due_us, then new
 * ones in list order. A lead handed out is claimed: it does not come again
 * until a RECORD_LEAD of it is written or release() is called. */
struct store_fetch {
    struct campaign_id campaign;
    int64_t now_us;
    size_t max;
};

/* Answer to a fetch. Leads and their texts live until the handler returns. */
struct store_leads {
    struct campaign_id campaign;
    const struct lead *lead;
    size_t n;
    int64_t next_due_us; /* least due_us among the others; INT64_MAX: none */
    uint64_t unclaimed;  /* leads due now that did not fit into max */
};

/* Who calls us: the lead of the campaign that has this number, claimed as by a
 * fetch. A list has a number once; where it had it twice, the one called last,
 * else the newest. */
struct store_caller {
    struct campaign_id campaign;
    struct attempt_id attempt; /* comes back in the answer */
    uint64_t e164;
    int64_t now_us;
    bool make; /* when none has it: one with this number joins the campaign's
                  list, in LEAD_WAITING with due INT64_MAX until a RECORD_LEAD
                  says better */
};

struct store_called {
    struct campaign_id campaign;
    struct attempt_id attempt;
    const struct lead *lead; /* NULL: none; lives until the handler returns */
    bool held;               /* it was claimed before: the campaign has it at
                                hand, or a fetch brings it */
};

struct store_events {
    void *arg;
    /* Everything written with a sequence number <= seq is durable. */
    void (*durable)(void *arg, uint64_t seq);
    void (*leads)(void *arg, const struct store_leads *leads);
    /* The store cannot write (disk full, damaged). No action that waits for
     * a record may be released; the engine stops dialling. May repeat until
     * recovered() says that writing works again and nothing was lost. */
    void (*failed)(void *arg, const struct err *e);
    void (*recovered)(void *arg);
    /* The answer to caller(). */
    void (*called)(void *arg, const struct store_called *c);
};

struct store {
    void *self;
    /* Takes n records (copied) as one transaction, in order, behind all
     * earlier ones. *seq: see durable(). */
    int (*write)(void *self, const struct record *r, size_t n,
                 uint64_t *seq) TM_MUST_CHECK;
    int (*fetch)(void *self, const struct store_fetch *q) TM_MUST_CHECK;
    int (*caller)(void *self, const struct store_caller *q) TM_MUST_CHECK;
    /* Unclaims all leads of a campaign that have no open attempt. */
    int (*release)(void *self, struct campaign_id c) TM_MUST_CHECK;
};

#endif
