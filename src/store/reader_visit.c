#include "store/reader_visit.h"

int reader_visit_rows(struct query *q, reader_visit_fn *row, void *arg,
                      struct err *e)
{
    int rc;
    while ((rc = query_step(q, e)) == 1) {
        rc = row(q, arg, e);
        if (rc != 0) {
            break;
        }
    }
    query_close(q);
    return rc;
}
