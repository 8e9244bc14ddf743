/*
 * Entries of the ledgers in their table: put in, ended, read. Rows are added
 * and never changed; an end is a row of its own (migrations/002_ledgers.sql).
 *
 * All want the writing connection, inside sqlite_store_run, except
 * ledger_rows_read. A revocation that comes in acts in the same transaction:
 * it is an opt-out as if it had been heard in a call, in the journal too.
 */
#ifndef STORE_LEDGER_ROWS_H
#define STORE_LEDGER_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/journal/record.h"
#include "core/ledger/ledger.h"
#include "store/query.h"

/* For SELECT: the columns that ledger_rows_read wants, and their tables. */
#define LEDGER_ROWS_SELECT                                                     \
    "SELECT g.tenant, g.id, g.kind, g.seller, coalesce(s.name, ''), g.e164, "  \
    "g.address, g.word, g.value, g.area, g.channels, g.from_day, g.to_day, "   \
    "g.from_us, g.to_us, g.not_condition, g.name, g.proof, g.wording, "        \
    "g.note, g.file, g.row, g.attempt, g.recorded_us, "                        \
    "coalesce(x.ended_us, 0), coalesce(x.reason, '') FROM ledger g "           \
    "LEFT JOIN ledger_end x ON x.tenant = g.tenant AND x.id = g.id "           \
    "LEFT JOIN seller s ON s.tenant = g.tenant AND s.id = g.seller "

/* Texts live until the query's next step. */
void ledger_rows_read(struct query *q, struct ledger_entry *out);

/* Whether the entry asks us not to call: such a revocation is an opt-out. */
bool ledger_rows_stops_calls(const struct ledger_entry *x);

/* Stores an entry (id, ended and seller_name of *x do not count). *id: its
 * own, or that of the entry that says the very same and stands; *again then is
 * true and nothing changes. A revocation stops calls at once. */
int ledger_rows_insert(struct db *db, const struct ledger_entry *x, int64_t *id,
                       bool *again, struct err *e) TM_MUST_CHECK;
/* A withdrawal by e-mail address alone, of all channels or of voice: one
 * request acts across channels. */
bool ledger_rows_by_address(const struct ledger_entry *x);
/* Numbers of leads that have the address of one of these entries in a field:
 * each gets a revocation of its own. Told to fn, also those which had it
 * already. Entries that are not by address are passed over. Cost: one scan of
 * all leads, however many entries. */
typedef void ledger_rows_reached_fn(void *arg, const struct ledger_entry *x);
int ledger_rows_reach(struct db *db, const struct ledger_entry *const *entry,
                      size_t n, ledger_rows_reached_fn *fn, void *arg,
                      struct err *e) TM_MUST_CHECK;

/* The seller of an entry: made when missing, but not for a revocation, which
 * would stop nobody's calls: TM_ENOTFOUND then, with the names there are. */
int ledger_rows_seller(struct db *db, enum ledger_kind k, struct tenant_id t,
                       struct slice name, struct seller_id *out,
                       struct err *e) TM_MUST_CHECK;
/* ledger_rows_insert, and in the journal: for entries that no file brought. */
int ledger_rows_add(struct db *db, const struct ledger_entry *x, int64_t *id,
                    bool *again, struct err *e) TM_MUST_CHECK;

/* The entry was wrong: TM_ENOTFOUND, TM_EEXIST (ended before). *kind: of the
 * entry. An opt-out that it was stays in force. */
struct ledger_rows_end {
    struct tenant_id tenant;
    int64_t id;
    int64_t now_us;
    struct slice reason;
};
int ledger_rows_end(struct db *db, const struct ledger_rows_end *end,
                    enum ledger_kind *kind, struct err *e) TM_MUST_CHECK;

/* A request heard in a call or told otherwise (RECORD_OPT_OUT), as a
 * revocation, unless the ledger has it already. */
int ledger_rows_opt_out(struct db *db, const struct record *r,
                        struct err *e) TM_MUST_CHECK;

#endif
