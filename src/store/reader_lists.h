/* Campaigns, imports, do-not-call lists, the journal: see port/reader.h. */
#ifndef STORE_READER_LISTS_H
#define STORE_READER_LISTS_H

#include "port/reader.h"

int reader_lists_campaigns(void *self, struct tenant_id t,
                           reader_campaign_fn *v, void *arg, struct err *e);
int reader_lists_imports(void *self, struct list_id l, reader_import_fn *v,
                         void *arg, struct err *e);
int reader_lists_dnc(void *self, reader_dnc_fn *v, void *arg, struct err *e);
int reader_lists_journal(void *self, uint64_t from_seq, reader_journal_fn *v,
                         void *arg, struct err *e);

#endif
