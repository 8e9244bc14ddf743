/*
 * What the files behind sqlite_reader share: the reader itself and the walk
 * over a query's rows.
 */
#ifndef STORE_READER_VISIT_H
#define STORE_READER_VISIT_H

#include "base/arena.h"
#include "store/query.h"

struct sqlite_reader {
    struct db db;
    struct arena arena; /* of one row */
};

/* Makes one row out of the query and gives it to its visitor; what the visitor
 * said, or a negative error. */
typedef int(reader_visit_fn)(struct query *q, void *arg, struct err *e);

/* Runs a query whose values are bound, row by row, and closes it. */
int reader_visit_rows(struct query *q, reader_visit_fn *row, void *arg,
                      struct err *e) TM_MUST_CHECK;

#endif
