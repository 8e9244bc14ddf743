/* Reads a case in its exact form (decide_write.h); for decide_read.c alone. */
#ifndef REPORT_DECIDE_EXACT_H
#define REPORT_DECIDE_EXACT_H

#include "report/decide_reader.h"

/* Fills in r->k; the first error is told by decide_reader_bad(). */
void decide_exact(struct decide_reader *r, const json_t *root);

#endif
