/*
 * Legal holds: while one stands, nothing that it covers is erased, whatever
 * period has passed and whoever asks. It covers a number, a campaign or a
 * seller. Added and released with date, in the journal; a released one stays
 * on file, and a name is never used twice. When its person is erased it loses
 * the number and nothing else.
 *
 * All functions want the writing connection (sqlite_store_run).
 */
#ifndef STORE_HOLD_H
#define STORE_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/str.h"

struct db;

enum { HOLD_NAME_MAX = 100, HOLD_REASON_MAX = 2000 };

struct hold {
    struct tenant_id tenant;
    struct slice name;
    uint64_t e164; /* one of these is set */
    struct campaign_id campaign;
    struct seller_id seller;
    struct slice reason;
    int64_t now_us;
};

/* TM_EEXIST: the name is taken, also by a released hold; TM_EINVAL. */
int hold_add(struct db *db, const struct hold *h, struct err *e) TM_MUST_CHECK;
/* TM_ENOTFOUND; TM_ESTATE when it was released before. */
int hold_release(struct db *db, struct tenant_id t, struct slice name,
                 int64_t now_us, struct err *e) TM_MUST_CHECK;

/* Whose a row is. 0: none, or not known. */
struct hold_row {
    struct tenant_id tenant;
    uint64_t e164;
    int64_t lead, campaign, seller;
};
/* Whether a hold that stands covers the row. What hangs together is covered as
 * one: the number, the other numbers of its leads, the campaigns that called
 * one of them, enrolled one or call their list, and the sellers of those, of
 * the consents, entries, requests and complaints. Every erasure by time asks
 * this, and person_rows_erase the same of a whole person. */
int hold_covers(struct db *db, const struct hold_row *r, bool *out,
                struct err *e) TM_MUST_CHECK;

/* SQL: the holds h that cover the leads and numbers of two sets, each a
 * SELECT; ?1 is the tenant. With campaigns and sellers known otherwise. */
#define HOLD_COVERS(lead_set, number_set, campaign_set, seller_set)            \
    "WITH its(lead) AS (" lead_set "), mine(e164) AS (" number_set             \
    "), called(campaign, seller) AS (SELECT a.campaign, a.seller FROM mine "   \
    "n CROSS JOIN attempt a ON a.tenant = ?1 AND a.e164 = n.e164 UNION "       \
    "SELECT a.campaign, a.seller FROM its l CROSS JOIN attempt a "             \
    "ON a.tenant = ?1 AND a.lead = l.lead UNION SELECT i.campaign, i.seller "  \
    "FROM mine n CROSS JOIN incoming i ON i.tenant = ?1 "                      \
    "AND i.e164 = n.e164 AND n.e164 <> 0 UNION SELECT i.campaign, i.seller "   \
    "FROM its l CROSS JOIN incoming i ON i.tenant = ?1 AND i.lead = l.lead "   \
    "AND l.lead <> 0), campaigns(id) AS (" campaign_set                        \
    " UNION SELECT campaign FROM called UNION SELECT m.campaign FROM its l "   \
    "CROSS JOIN campaign_lead m ON m.tenant = ?1 AND m.lead = l.lead UNION "   \
    "SELECT c.id FROM its l CROSS JOIN lead d ON d.tenant = ?1 "               \
    "AND d.id = l.lead CROSS JOIN campaign c ON c.tenant = ?1 "                \
    "AND c.list = d.list), sellers(id) AS (" seller_set                        \
    " UNION SELECT seller FROM called UNION SELECT c.seller FROM campaigns "   \
    "k CROSS JOIN campaign c ON c.tenant = ?1 AND c.id = k.id UNION "          \
    "SELECT k.seller FROM its l CROSS JOIN consent k ON k.tenant = ?1 "        \
    "AND k.lead = l.lead UNION SELECT g.seller FROM mine n CROSS JOIN "        \
    "ledger g ON g.tenant = ?1 AND g.e164 = n.e164 "                           \
    "AND g.kind <> 'caller_id' UNION SELECT q.seller FROM mine n "             \
    "CROSS JOIN complaint q ON q.tenant = ?1 AND q.e164 = n.e164 "             \
    "AND q.e164 <> 0 UNION SELECT k.seller FROM mine n CROSS JOIN kept k "     \
    "ON k.tenant = ?1 AND k.e164 = n.e164 UNION SELECT o.seller FROM mine "    \
    "n CROSS JOIN opt_out o ON o.tenant = ?1 AND o.e164 = n.e164) "            \
    "SELECT count(*), coalesce(group_concat('\"' || h.name || '\"', ', '), "   \
    "'') FROM hold_active h WHERE h.tenant = ?1 AND (h.e164 > 0 "              \
    "AND h.e164 IN mine OR h.campaign > 0 AND h.campaign IN campaigns "        \
    "OR h.seller > 0 AND h.seller IN sellers)"

#endif
