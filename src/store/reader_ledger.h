/* Entries of the ledgers: see port/reader.h. */
#ifndef STORE_READER_LEDGER_H
#define STORE_READER_LEDGER_H

#include "port/reader.h"

int reader_ledger_entries(void *self, const struct reader_ledger *q,
                          reader_ledger_fn *v, void *arg, struct err *e);

#endif
