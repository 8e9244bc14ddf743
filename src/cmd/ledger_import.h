/*
 * `telemark ledger import`: a file of entries, read in batches, each of which
 * acts as soon as it is stored. Rows that are not taken go to a rejects file.
 */
#ifndef CMD_LEDGER_IMPORT_H
#define CMD_LEDGER_IMPORT_H

#include "cmd/control.h"
#include "core/ledger/ledger.h"

struct ledger_import {
    enum ledger_kind kind;
    const char *file, *seller, *country, *encoding, *delimiter;
    bool json;
};

/* Returns the exit code. */
int ledger_import_run(struct control *c, const struct ledger_import *o);

/* Tells a running server of an entry that is in the store already: a request
 * to be left alone acts on the calls of every campaign at once. */
int ledger_import_tell(struct control *c, const struct ledger_entry *x,
                       struct err *e) TM_MUST_CHECK;
/* The same for what verdicts go by: leads at hand are fetched anew, and those
 * that had been refused are asked about again, those of one seller or (0) of
 * all. A revocation only forbids: nothing is asked again for it. */
int ledger_import_changed(struct control *c, enum ledger_kind k,
                          struct seller_id seller, struct err *e) TM_MUST_CHECK;

#endif
