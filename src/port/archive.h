/*
 * The archive port: the texts and lists that past decisions were made by, as
 * attempts name them in reader_attempt.versions. What is not there any more
 * is not there: nothing newer takes its place.
 *
 * Each function returns 1 when it was found and *out is set, 0 when it is gone
 * or never was, negative on an error. Texts and lists live until the archive
 * is closed. One thread per archive.
 */
#ifndef PORT_ARCHIVE_H
#define PORT_ARCHIVE_H

#include <stdint.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/str.h"
#include "core/campaign/caller_facts.h"
#include "core/dnc/dnc_set.h"
#include "core/journal/journal.h"

struct archive_pack {
    const char *name, *version, *hash, *file;
    struct slice text;
    int64_t first_us;  /* when a server first worked by it */
    unsigned versions; /* texts on file under this name and version: above 1
                          the version alone does not tell which */
};

struct archive_plan {
    struct slice text;
    int64_t first_us;
};

struct archive_list {
    const char *name, *kind, *country, *file_name, *source_hash;
    int64_t seller;
    uint64_t generation, rows;
    int64_t obtained_us, published_us;
    const struct dnc_set *set; /* NULL: its numbers are gone from the disk */
};

/* One entry of the journal with the hash of the one before (zeros before the
 * first; NULL: that entry is not there). Lives until the visitor returns. */
struct archive_entry {
    struct journal_row row;
    const uint8_t *prev;
};
typedef int(archive_entry_fn)(void *arg, const struct archive_entry *x);

/* A field of a person's lead that was corrected; lives until the visitor
 * returns. */
struct archive_correction {
    uint64_t seq; /* of its entry in the journal */
    int64_t at_us;
    struct slice key;
};
typedef int(archive_correction_fn)(void *arg,
                                   const struct archive_correction *x);

struct archive {
    void *self;
    /* hash "" any, else its first digits; the newest of those that fit. */
    int (*pack)(void *self, struct slice name, struct slice version,
                struct slice hash, struct archive_pack *out, struct err *e);
    int (*plan)(void *self, struct campaign_id c, struct slice hash,
                struct archive_plan *out, struct err *e);
    int (*list)(void *self, struct slice name, uint64_t generation,
                struct archive_list *out, struct err *e);
    /* Entries about an attempt, in order. What the visitor returns other than
     * 0 ends the walk and is returned. */
    int (*entries)(void *self, struct attempt_id a, archive_entry_fn *v,
                   void *arg, struct err *e);
    /* What was on file about the caller at an instant. */
    int (*facts)(void *self, struct tenant_id t, int64_t at_us,
                 const struct caller_facts **out, struct err *e);
    /* Corrections of the number's leads, in order; the first call reads the
     * journal once. NULL: there are none. */
    int (*corrections)(void *self, uint64_t e164, archive_correction_fn *v,
                       void *arg, struct err *e);
    /* The last entry of the journal; 0: it is empty. */
    int (*head)(void *self, uint64_t *seq, uint8_t hash[JOURNAL_HASH_SIZE],
                struct err *e);
};

#endif
