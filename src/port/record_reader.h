/*
 * The second reader port: rows of any table, for exports that want them whole
 * and in the words of the law rather than as structs. A row is a list of
 * named cells with their kind; the columns and their order are those of the
 * query and do not change within one walk.
 *
 * Visitors and threads: as in port/reader.h.
 */
#ifndef PORT_RECORD_READER_H
#define PORT_RECORD_READER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/str.h"

enum { RECORD_CELLS_MAX = 48 };

enum record_cell_kind {
    RECORD_CELL_TEXT = 's',
    RECORD_CELL_INT = 'i',
    RECORD_CELL_FLAG = 'b',    /* value is 0 or 1 */
    RECORD_CELL_NUMBER = 'n',  /* telephone number, 0: none */
    RECORD_CELL_INSTANT = 't', /* UTC microseconds, 0: never */
    RECORD_CELL_SPAN = 'd',    /* milliseconds */
    RECORD_CELL_JSON = 'j',    /* text is a JSON object of texts */
};

struct record_cell {
    const char *name;
    char kind; /* enum record_cell_kind */
    struct slice text;
    int64_t value;
};

struct record_row {
    const char *table;
    const struct record_cell *cell;
    size_t cells;
};
typedef int(record_row_fn)(void *arg, const struct record_row *row);

/* X(name, text): what the law wants kept for a period. */
#define RECORD_TABLES(X)                                                       \
    X(RECORD_TABLE_CALLS, "calls")                                             \
    X(RECORD_TABLE_SCRIPTS, "scripts") /* plan text, not one row a message */  \
    X(RECORD_TABLE_CONSENTS, "consents")                                       \
    X(RECORD_TABLE_RELATIONSHIPS, "relationships")                             \
    X(RECORD_TABLE_REQUESTS, "requests") /* to be left alone */                \
    X(RECORD_TABLE_REGISTRY, "registry") /* lists that were used */            \
    X(RECORD_TABLE_CALLER_IDS, "caller_ids")                                   \
    X(RECORD_TABLE_PROVIDERS, "providers") /* licences and contracts */

enum record_table {
#define X(name, text) name,
    RECORD_TABLES(X)
#undef X
        RECORD_TABLE_COUNT
};

struct record_period {
    struct tenant_id tenant;
    struct seller_id seller;   /* 0: all */
    int64_t from_us, until_us; /* [from, until) */
};

/* Whom a request is about: a number, an address, or both. */
struct record_person {
    struct tenant_id tenant;
    uint64_t e164;         /* 0: by address only */
    struct slice address;  /* e-mail, lower case; "" none */
    const uint8_t *number; /* JOURNAL_NUMBER_SIZE bytes, the number's
                              hash; NULL: none */
};

struct record_reader {
    void *self;
    /* in order of time */
    int (*table)(void *self, enum record_table t, const struct record_period *p,
                 record_row_fn *v, void *arg, struct err *e);
    /* one row of empty cells: the columns, for a table without rows */
    int (*columns)(void *self, enum record_table t, record_row_fn *v, void *arg,
                   struct err *e);
    /* every table that says something about the person, one after another */
    int (*person)(void *self, const struct record_person *p, record_row_fn *v,
                  void *arg, struct err *e);
    /* legal holds, released ones too, by id */
    int (*holds)(void *self, struct tenant_id t, record_row_fn *v, void *arg,
                 struct err *e);
};

#endif
