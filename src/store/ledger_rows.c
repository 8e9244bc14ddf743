#include "store/ledger_rows.h"

#include <stdio.h>

#include "store/apply.h"
#include "store/catalog.h"

/* --- reading --------------------------------------------------------------*/

static enum tri tri_of(struct slice s)
{
    enum tri t;
    return vocab_tri_parse(s, &t) ? t : TRI_UNKNOWN;
}

void ledger_rows_read(struct query *q, struct ledger_entry *out)
{
    *out = (struct ledger_entry){
        .kind = LEDGER_KIND_COUNT,
        .tenant = {query_get_int(q, 0)},
        .id = query_get_int(q, 1),
        .seller = {query_get_int(q, 3)},
        .seller_name = query_get_text(q, 4),
        .e164 = (uint64_t)query_get_int(q, 5),
        .address = query_get_text(q, 6),
        .word = query_get_text(q, 7),
        .value = query_get_text(q, 8),
        .channels = (uint32_t)query_get_int(q, 10),
        .from = query_get_date(q, 11),
        .to = query_get_date(q, 12),
        .from_us = query_get_int(q, 13),
        .to_us = query_get_int(q, 14),
        .not_condition = tri_of(query_get_text(q, 15)),
        .name = query_get_text(q, 16),
        .proof = query_get_text(q, 17),
        .wording = query_get_text(q, 18),
        .note = query_get_text(q, 19),
        .file = query_get_int(q, 20),
        .row = (uint32_t)query_get_int(q, 21),
        .attempt = {query_get_int(q, 22)},
        .recorded_us = query_get_int(q, 23),
        .ended_us = query_get_int(q, 24),
        .ended_reason = query_get_text(q, 25),
    };
    (void)ledger_kind_parse(query_get_text(q, 2), &out->kind);
    if (!vocab_place_parse(query_get_text(q, 9), &out->area)) {
        out->area.v = 0;
    }
}

/* --- writing --------------------------------------------------------------*/

struct texts {
    char from[11], to[11], area[VOCAB_PLACE_MAX + 1];
};

static struct slice date_text(struct civil_date d, char out[11])
{
    if (d.year == 0) {
        return str_of("");
    }
    civil_format_date(d, out);
    return str_of(out);
}

/* What an entry says, in the order of both statements below. */
static void bind_content(struct query *q, const struct ledger_entry *x,
                         struct texts *t)
{
    vocab_place_text(x->area, t->area);
    query_int(q, x->tenant.v);
    query_text(q, str_of(ledger_kind_text(x->kind)));
    query_int(q, x->seller.v);
    query_int(q, (int64_t)x->e164);
    query_text(q, x->address);
    query_text(q, x->word);
    query_text(q, x->value);
    query_text(q, x->area.v != 0 ? str_of(t->area) : str_of(""));
    query_int(q, x->channels);
    query_text(q, date_text(x->from, t->from));
    query_text(q, date_text(x->to, t->to));
    query_int(q, x->from_us);
    query_int(q, x->to_us);
    query_text(q, str_of(vocab_tri_text(x->not_condition)));
    query_text(q, x->name);
    query_text(q, x->proof);
    query_text(q, x->wording);
    query_text(q, x->note);
}

#define SAME_CONTENT                                                           \
    "tenant = ?1 AND kind = ?2 AND seller = ?3 AND e164 = ?4 "                 \
    "AND address = ?5 AND word = ?6 AND value = ?7 AND area = ?8 "             \
    "AND channels = ?9 AND from_day = ?10 AND to_day = ?11 "                   \
    "AND from_us = ?12 AND to_us = ?13 AND not_condition = ?14 "               \
    "AND name = ?15 AND proof = ?16 AND wording = ?17 AND note = ?18 "         \
    "AND NOT EXISTS (SELECT 1 FROM ledger_end x "                              \
    "WHERE x.tenant = ledger.tenant AND x.id = ledger.id) LIMIT 1"

/* *id 0: no such entry stands. */
static int find_same(struct db *db, const struct ledger_entry *x, int64_t *id,
                     struct err *e)
{
    struct query q;
    struct texts t;
    *id = 0;
    if (x->e164 != 0) {
        query_open(&q, db,
                   "SELECT id FROM ledger INDEXED BY ledger_number "
                   "WHERE " SAME_CONTENT);
    } else if (x->address.n > 0) {
        query_open(&q, db,
                   "SELECT id FROM ledger INDEXED BY ledger_address "
                   "WHERE address <> '' AND " SAME_CONTENT);
    } else {
        query_open(&q, db,
                   "SELECT id FROM ledger INDEXED BY ledger_kind "
                   "WHERE " SAME_CONTENT);
    }
    bind_content(&q, x, &t);
    int rc = query_one(&q, id, e);
    return rc == TM_ENOTFOUND ? TM_OK : rc;
}

static int insert_row(struct db *db, const struct ledger_entry *x, int64_t *id,
                      struct err *e)
{
    struct query q;
    struct texts t;
    int rc = db_new_ids(db, "ledger", 1, id, e);
    if (rc != TM_OK) {
        return rc;
    }
    query_open(&q, db,
               "INSERT INTO ledger (tenant, kind, seller, e164, address, "
               "word, value, area, channels, from_day, to_day, from_us, "
               "to_us, not_condition, name, proof, wording, note, id, "
               "attempt, file, row, recorded_us) VALUES (?, ?, ?, ?, ?, ?, "
               "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_content(&q, x, &t);
    query_int(&q, *id);
    query_int(&q, x->attempt.v);
    query_int(&q, x->file);
    query_int(&q, x->row);
    query_int(&q, x->recorded_us);
    return query_done(&q, e);
}

bool ledger_rows_stops_calls(const struct ledger_entry *x)
{
    return x->kind == LEDGER_REVOCATION && x->e164 != 0 &&
           (x->channels == 0 || (x->channels & VOCAB_VOICE) != 0);
}

static int stop_calls(struct db *db, const struct ledger_entry *x,
                      struct err *e)
{
    struct record r = {
        .kind = RECORD_OPT_OUT,
        .at_us = x->from_us,
        .tenant = x->tenant,
        .seller = x->seller,
        .e164 = x->e164,
        .key = x->word,
    };
    return apply_record(db, &r, e);
}

int ledger_rows_insert(struct db *db, const struct ledger_entry *x, int64_t *id,
                       bool *again, struct err *e)
{
    tm_assert(x->tenant.v > 0 && x->kind < LEDGER_KIND_COUNT);
    tm_assert(x->kind != LEDGER_REVOCATION || x->from_us != 0);
    int rc = find_same(db, x, id, e);
    *again = rc == TM_OK && *id != 0;
    if (rc != TM_OK || *again) {
        return rc;
    }
    rc = insert_row(db, x, id, e);
    /* The row stands already when the record looks for it. */
    if (rc == TM_OK && ledger_rows_stops_calls(x)) {
        rc = stop_calls(db, x, e);
    }
    return rc;
}

static int no_seller(struct db *db, struct tenant_id t, struct slice name,
                     struct err *e)
{
    enum { NAMES_MAX = 5 };
    char known[160] = "";
    struct query q;
    size_t at = 0;
    int n = 0, rc;
    query_open(&q, db,
               "SELECT name FROM seller WHERE tenant = ? ORDER BY name");
    query_int(&q, t.v);
    while ((rc = query_step(&q, e)) == 1) {
        struct slice s = query_get_text(&q, 0);
        if (n++ < NAMES_MAX && at + s.n + 3 < sizeof(known)) {
            at += (size_t)snprintf(known + at, sizeof(known) - at, "%s%.*s",
                                   at > 0 ? ", " : "", (int)s.n, s.p);
        }
    }
    query_close(&q);
    if (rc < 0) {
        return rc;
    }
    return err_set(e, TM_ENOTFOUND, "there is no seller \"%.*s\"; %s%s%s",
                   (int)name.n, name.p,
                   n > 0 ? "there are: " : "none is on file yet", known,
                   n > NAMES_MAX ? ", ..." : "");
}

int ledger_rows_seller(struct db *db, enum ledger_kind k, struct tenant_id t,
                       struct slice name, struct seller_id *out, struct err *e)
{
    if (k != LEDGER_REVOCATION) {
        return catalog_seller(db, t, name, out, e);
    }
    int rc = catalog_seller_find(db, t, name, out, e);
    return rc == TM_ENOTFOUND ? no_seller(db, t, name, e) : rc;
}

/* Ids and words only: the journal outlives the erasure of the row. */
static int write_journal(struct db *db, const struct ledger_entry *x,
                         const char *what, int64_t at_us, struct err *e)
{
    char note[64];
    (void)snprintf(note, sizeof(note), "id=%lld", (long long)x->id);
    struct record r = {
        .kind = RECORD_LEDGER,
        .at_us = at_us,
        .tenant = x->tenant,
        .seller = x->seller,
        .e164 = x->e164,
        .attempt = x->attempt,
        .key = str_of(ledger_kind_text(x->kind)),
        .value = str_of(what),
        .note = str_of(note),
    };
    return apply_record(db, &r, e);
}

int ledger_rows_add(struct db *db, const struct ledger_entry *x, int64_t *id,
                    bool *again, struct err *e)
{
    int rc = ledger_rows_insert(db, x, id, again, e);
    if (rc != TM_OK || *again) {
        return rc;
    }
    struct ledger_entry stored = *x;
    stored.id = *id;
    return write_journal(db, &stored, "added", x->recorded_us, e);
}

static int find_row(struct db *db, const struct ledger_rows_end *end,
                    struct ledger_entry *out, struct err *e)
{
    struct query q;
    query_open(&q, db, LEDGER_ROWS_SELECT "WHERE g.tenant = ? AND g.id = ?");
    query_int(&q, end->tenant.v);
    query_int(&q, end->id);
    int rc = query_step(&q, e);
    if (rc == 1) {
        ledger_rows_read(&q, out);
        rc = out->ended_us == 0
                 ? TM_OK
                 : err_set(e, TM_EEXIST, "entry %lld is ended already: %.*s",
                           (long long)end->id, (int)out->ended_reason.n,
                           out->ended_reason.p);
    } else if (rc == 0) {
        rc = err_set(e, TM_ENOTFOUND,
                     "there is no ledger entry %lld: 'telemark ledger show "
                     "all' lists them with their numbers",
                     (long long)end->id);
    }
    query_close(&q);
    return rc;
}

int ledger_rows_end(struct db *db, const struct ledger_rows_end *end,
                    enum ledger_kind *kind, struct err *e)
{
    struct ledger_entry x;
    int rc = find_row(db, end, &x, e);
    if (rc != TM_OK) {
        return rc;
    }
    struct query q;
    query_open(&q, db,
               "INSERT INTO ledger_end (tenant, id, ended_us, reason) "
               "VALUES (?, ?, ?, ?)");
    query_int(&q, end->tenant.v);
    query_int(&q, end->id);
    query_int(&q, end->now_us);
    query_text(&q, end->reason);
    rc = query_done(&q, e);
    if (rc != TM_OK) {
        return rc;
    }
    *kind = x.kind;
    return write_journal(db, &x, "ended", end->now_us, e);
}

/* --- by e-mail address ----------------------------------------------------*/

bool ledger_rows_by_address(const struct ledger_entry *x)
{
    return x->kind == LEDGER_REVOCATION && x->e164 == 0 && x->address.n > 0 &&
           (x->channels == 0 || (x->channels & VOCAB_VOICE) != 0);
}

/* In memory only (temp_store). */
static int fill_addresses(struct db *db,
                          const struct ledger_entry *const *entry, size_t n,
                          struct err *e)
{
    int rc = db_exec(db,
                     "CREATE TEMP TABLE IF NOT EXISTS stop_address (address "
                     "TEXT, entry INTEGER, PRIMARY KEY (address, entry)) "
                     "WITHOUT ROWID; CREATE TEMP TABLE IF NOT EXISTS "
                     "stop_number (e164 INTEGER, entry INTEGER, "
                     "PRIMARY KEY (e164, entry)) WITHOUT ROWID; "
                     "DELETE FROM stop_address; DELETE FROM stop_number",
                     e);
    for (size_t i = 0; rc == TM_OK && i < n; i++) {
        struct query q;
        if (!ledger_rows_by_address(entry[i])) {
            continue;
        }
        query_open(&q, db, "INSERT INTO stop_address VALUES (?, ?)");
        query_text(&q, entry[i]->address);
        query_int(&q, (int64_t)i);
        rc = query_done(&q, e);
    }
    return rc;
}

static int fill_numbers(struct db *db, struct tenant_id t, struct err *e)
{
    struct query q;
    query_open(&q, db,
               "INSERT OR IGNORE INTO stop_number SELECT p.e164, a.entry "
               "FROM lead d CROSS JOIN json_each(d.fields) f "
               "CROSS JOIN stop_address a ON a.address = lower(trim(f.atom)) "
               "CROSS JOIN lead_phone p ON p.tenant = d.tenant "
               "AND p.lead = d.id WHERE d.tenant = ? "
               "AND f.atom LIKE '%@%'");
    query_int(&q, t.v);
    return query_done(&q, e);
}

/* The n-th number: not while a query is open, as entries are put in. */
static int stop_next(struct db *db, const struct ledger_entry *const *entry,
                     struct ledger_entry *out, struct err *e)
{
    struct query q;
    query_open(&q, db, "SELECT e164, entry FROM stop_number LIMIT 1");
    int rc = query_step(&q, e);
    if (rc == 1) {
        const struct ledger_entry *x = entry[query_get_int(&q, 1)];
        *out = (struct ledger_entry){
            .kind = LEDGER_REVOCATION,
            .tenant = x->tenant,
            .seller = x->seller,
            .e164 = (uint64_t)query_get_int(&q, 0),
            .word = x->word,
            .from_us = x->from_us,
            .note = str_of("asked by e-mail address"),
            .file = x->file,
            .row = x->row,
            .recorded_us = x->recorded_us,
        };
    }
    int64_t place = rc == 1 ? query_get_int(&q, 1) : 0;
    query_close(&q);
    if (rc != 1) {
        return rc;
    }
    query_open(&q, db, "DELETE FROM stop_number WHERE e164 = ? AND entry = ?");
    query_int(&q, (int64_t)out->e164);
    query_int(&q, place);
    rc = query_done(&q, e);
    return rc == TM_OK ? 1 : rc;
}

int ledger_rows_reach(struct db *db, const struct ledger_entry *const *entry,
                      size_t n, ledger_rows_reached_fn *fn, void *arg,
                      struct err *e)
{
    struct ledger_entry x;
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        found += ledger_rows_by_address(entry[i]);
    }
    if (found == 0) {
        return TM_OK;
    }
    int rc = fill_addresses(db, entry, n, e);
    if (rc == TM_OK) {
        rc = fill_numbers(db, entry[0]->tenant, e);
    }
    while (rc == TM_OK && (rc = stop_next(db, entry, &x, e)) == 1) {
        bool again;
        rc = ledger_rows_insert(db, &x, &x.id, &again, e);
        if (rc == TM_OK) {
            fn(arg, &x);
        }
    }
    return rc;
}

/* --- opt-outs -------------------------------------------------------------*/

/* The means of a request, from the record's source. */
static struct slice means_of(const struct record *r)
{
    static const char *const means[] = {"key",   "voice", "agent", "letter",
                                        "email", "text",  "web",   "list"};
    static const char by[] = "complaint by ";
    struct slice key = r->key;
    if (str_starts(key, by)) {
        key = str_range(key.p + sizeof(by) - 1, key.n - (sizeof(by) - 1));
    }
    for (size_t i = 0; i < tm_array_len(means); i++) {
        if (str_eq(key, means[i])) {
            return key;
        }
    }
    if (str_eq(key, "phone")) { /* a person told a person */
        return str_of("agent");
    }
    return str_of(r->attempt.v != 0 ? "key" : "other");
}

int ledger_rows_opt_out(struct db *db, const struct record *r, struct err *e)
{
    int64_t id = 0;
    struct query q;
    query_open(&q, db,
               "SELECT id FROM ledger WHERE tenant = ? AND e164 = ? "
               "AND kind = 'revocation' AND seller = ? AND from_us = ? "
               "LIMIT 1");
    query_int(&q, r->tenant.v);
    query_int(&q, (int64_t)r->e164);
    query_int(&q, r->seller.v);
    query_int(&q, r->at_us);
    int rc = query_one(&q, &id, e);
    if (rc != TM_ENOTFOUND) {
        return rc;
    }
    struct ledger_entry x = {
        .kind = LEDGER_REVOCATION,
        .tenant = r->tenant,
        .seller = r->seller,
        .e164 = r->e164,
        .word = means_of(r),
        .from_us = r->at_us,
        .recorded_us = r->at_us,
        .attempt = r->attempt,
    };
    return insert_row(db, &x, &id, e);
}
