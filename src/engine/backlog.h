/*
 * Records the store did not take yet (its ring was full). They keep their
 * order and are written before anything newer; while there are any, no
 * campaign starts a call. Bounded by the events of the calls that are up.
 */
#ifndef ENGINE_BACKLOG_H
#define ENGINE_BACKLOG_H

#include <stddef.h>

#include "core/journal/record.h"

struct backlog_batch {
    struct record *record;
    size_t n;
    struct backlog_batch *next;
};

struct backlog {
    struct backlog_batch *head, *tail;
    size_t n;
};

void backlog_init(struct backlog *b);
void backlog_fini(struct backlog *b);
/* Copies the records and all their texts. n > 0. */
void backlog_push(struct backlog *b, const struct record *r, size_t n);
void backlog_drop_head(struct backlog *b);

#endif
