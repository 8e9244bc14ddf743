#include "store/reader_ledger.h"

#include "store/ledger_rows.h"
#include "store/reader_visit.h"

struct ledger_visit {
    reader_ledger_fn *v;
    void *arg;
};

static int ledger_row(struct query *q, void *arg, struct err *e)
{
    const struct ledger_visit *to = arg;
    struct ledger_entry entry;
    ledger_rows_read(q, &entry);
    if (entry.kind == LEDGER_KIND_COUNT) {
        return err_set(e, TM_ECORRUPT, "ledger entry %lld is of no known kind",
                       (long long)entry.id);
    }
    return to->v(to->arg, &entry);
}

#define OF_TENANT                                                              \
    "WHERE g.tenant IN (SELECT id FROM tenant) AND (?1 = 0 OR g.tenant = ?1) "
#define OF_KIND "AND (?2 = '' OR g.kind = ?2) "

int reader_ledger_entries(void *self, const struct reader_ledger *f,
                          reader_ledger_fn *v, void *arg, struct err *e)
{
    tm_assert(f->kind <= LEDGER_KIND_COUNT);
    struct sqlite_reader *r = self;
    struct ledger_visit to = {v, arg};
    const char *kind =
        f->kind == LEDGER_KIND_COUNT ? "" : ledger_kind_text(f->kind);
    struct query q;
    /* Each text leads SQLite to the index that fits the filter. */
    if (f->e164 != 0) {
        query_open(&q, &r->db,
                   LEDGER_ROWS_SELECT OF_TENANT OF_KIND
                   "AND g.e164 = ?3 ORDER BY g.kind, g.id");
        query_int(&q, f->tenant.v);
        query_text(&q, str_of(kind));
        query_int(&q, (int64_t)f->e164);
    } else if (f->address.n > 0) {
        query_open(&q, &r->db,
                   LEDGER_ROWS_SELECT OF_TENANT OF_KIND
                   "AND g.address = ?3 AND g.address <> '' "
                   "ORDER BY g.kind, g.id");
        query_int(&q, f->tenant.v);
        query_text(&q, str_of(kind));
        query_text(&q, f->address);
    } else if (kind[0] != '\0') {
        query_open(&q, &r->db,
                   LEDGER_ROWS_SELECT OF_TENANT
                   "AND g.kind = ?2 ORDER BY g.id");
        query_int(&q, f->tenant.v);
        query_text(&q, str_of(kind));
    } else {
        query_open(&q, &r->db,
                   LEDGER_ROWS_SELECT OF_TENANT "ORDER BY g.kind, g.id");
        query_int(&q, f->tenant.v);
    }
    return reader_visit_rows(&q, ledger_row, &to, e);
}
