/*
 * The rules and versions of journal entries that name another entry for them
 * (core/journal/journal.h): looked up there, the lately used ones at hand.
 * Reads by a connection of its own, so that it may be asked while the journal
 * is read by another one. One thread.
 */
#ifndef CMD_JOURNAL_TEXTS_H
#define CMD_JOURNAL_TEXTS_H

#include "cmd/reading.h"
#include "core/journal/journal.h"

enum { JOURNAL_TEXTS_SLOTS = 256 };

struct journal_texts_reader {
    struct reading reading;
    struct {
        uint64_t seq; /* 0: free */
        char *payload;
        size_t n;
    } slot[JOURNAL_TEXTS_SLOTS];
};

/* data is the --data option. False after a message. */
bool journal_texts_open(struct journal_texts_reader *t, const struct command *c,
                        const char *data);
void journal_texts_close(struct journal_texts_reader *t);

/* Puts the texts that stand elsewhere into *en; they live until the next call.
 * TM_ECORRUPT when an entry that is named for a text has none. */
int journal_texts_fill(struct journal_texts_reader *t, struct journal_entry *en,
                       struct err *e) TM_MUST_CHECK;

#endif
