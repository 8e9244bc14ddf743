/*
 * The store on SQLite. One thread owns the one writing connection; requests
 * come in by a bounded queue, in order. The thread takes all that waits,
 * applies it in one transaction together with its journal entries (group
 * commit), and after the commit is on disk hands events to the loop: post()
 * wakes the loop, which calls sqlite_store_poll().
 *
 * When the disk is full or fails, nothing is lost or reordered: the batch is
 * kept, failed() is told, and the thread tries again until it works. A record
 * that contradicts what is stored is kept likewise, and told once, by name.
 *
 * Claims of leads live in memory and so end with the process.
 *
 * Threads: open, close, port, poll, run belong to the loop thread (or
 * the one thread of a command); sqlite_store_run may also be called by other
 * threads (import). See port/store.h for what the engine sees.
 */
#ifndef STORE_SQLITE_STORE_H
#define STORE_SQLITE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "port/store.h"
#include "store/data_dir.h"

struct sqlite_store;
struct db; /* the writing connection; store/db.h */

struct sqlite_store_options {
    const struct data_dir *dir; /* owned (DATA_DIR_OWN); outlives the store */
    struct store_events events; /* may all be NULL for commands */
    void (*post)(void *arg);    /* store thread: wake the loop; may be NULL */
    void *post_arg;
    size_t records_max; /* waiting records; 0: 65,536 */
};

/* Opens or makes the database and brings its schema up to date. TM_EVERSION:
 * from a newer Telemark; TM_ELOCKED, TM_ECORRUPT, TM_ENOSPACE, TM_EIO. */
int sqlite_store_open(const struct sqlite_store_options *o,
                      struct sqlite_store **out, struct err *e) TM_MUST_CHECK;
/* Writes what waits, if writing works, and ends the thread. NULL is fine.
 * Events that were not polled are dropped. */
void sqlite_store_close(struct sqlite_store *s);

/* No more requests: they are refused with TM_ESTATE. What waits is written if
 * writing works, else given up, so that a sqlite_store_run() of another thread
 * comes back. Then end those threads, then close. */
void sqlite_store_stop(struct sqlite_store *s);

void sqlite_store_port(struct sqlite_store *s, struct store *out);
/* Replaces the events; before the first request only. */
void sqlite_store_listen(struct sqlite_store *s,
                         const struct store_events *events);
/* Delivers the events that wait, on the loop thread; returns their number. */
size_t sqlite_store_poll(struct sqlite_store *s);

/* Work on the writing connection, behind all earlier requests: any function
 * of store/catalog.h, store/startup.h, store/dnc_files.h that wants a struct
 * db. What it writes is one transaction: committed when it returns TM_OK,
 * rolled back otherwise. */
typedef int(sqlite_store_fn)(struct db *db, void *arg, struct err *e);

/* Waits for it: never on the loop thread of a running server. */
int sqlite_store_run(struct sqlite_store *s, sqlite_store_fn *fn, void *arg,
                     struct err *e) TM_MUST_CHECK;

#endif
