/*
 * Makes the image of a do-not-call list from numbers in any order, in bounded
 * memory: sorted runs go to a file without a name and are merged into the
 * image, whose heading is written last. For the thread of a command: nothing
 * here touches the database, and the store's thread only puts the finished
 * file in its place (store/dnc_files.h).
 *
 * Order: new; add and remove; finish, once; free.
 * Cost: 10 million sorted numbers take about a second (10 s in random order);
 * 64 MiB, whatever the list, and its disk space twice. One thread.
 */
#ifndef STORE_DNC_BUILD_H
#define STORE_DNC_BUILD_H

#include "core/dnc/dnc_set.h"
#include "store/data_dir.h"

enum { DNC_BUILD_REMOVED_MAX = 1 << 22 };

struct dnc_build;

/* Never fails: what goes wrong is told by finish. */
struct dnc_build *dnc_build_new(const struct data_dir *dir);
void dnc_build_add(struct dnc_build *b, uint64_t e164);
/* Takes a number of the base out; one that is added too stays: in doubt
 * nobody is called. At most DNC_BUILD_REMOVED_MAX. */
void dnc_build_remove(struct dnc_build *b, uint64_t e164);
/* Writes the image with the heading of *meta, synced, and fills in its count.
 * base: the list that was changed, NULL for a whole list. TM_ELIMIT: too many
 * removed, or a number is none; TM_ENOSPACE, TM_EIO with the path. */
int dnc_build_finish(struct dnc_build *b, struct dnc_set *meta,
                     const struct dnc_set *base, struct err *e) TM_MUST_CHECK;
/* The finished image; it vanishes with free unless it was renamed. */
const char *dnc_build_path(const struct dnc_build *b);
void dnc_build_free(struct dnc_build *b);

#endif
