/*
 * A do-not-call list as an immutable image over a span of bytes: built once
 * from a list file, published by rename, mapped by readers. The image carries
 * what proves its use: list name, source, when it was obtained, row count,
 * checksum. dnc_set_open verifies all of it (never trust a damaged list:
 * unknown means no). Look-ups are pure and may run on any thread.
 */
#ifndef CORE_DNC_DNC_SET_H
#define CORE_DNC_DNC_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum {
    DNC_SET_NAME_MAX = 40,
    DNC_SET_PAGE = 4096, /* bytes before the numbers of an image */
};

/* X(name, text): what a list means to the rules. */
#define DNC_KIND_TABLE(X)                                                      \
    X(DNC_NATIONAL, "national") /* registry of the list's country */           \
    X(DNC_INTERNAL, "internal") /* the seller's own, from elsewhere */

enum dnc_kind {
#define X(name, text) name,
    DNC_KIND_TABLE(X)
#undef X
        DNC_KIND_COUNT
};

struct dnc_set {
    char name[DNC_SET_NAME_MAX]; /* e.g. "us_national" */
    enum dnc_kind kind;
    char country[3];     /* registry's country, "" for internal */
    int64_t seller;      /* internal: seller id, 0 = all sellers */
    int64_t obtained_us; /* when the source was downloaded */
    uint64_t generation; /* grows with each publication */
    uint64_t count;
    char source_hash[65];   /* hex SHA-256 or BLAKE2b of the source file */
    const uint64_t *number; /* sorted E.164 digits, inside the image */
};

/* TM_ECORRUPT with the reason. The image must outlive *out. */
int dnc_set_open(const void *image, size_t n, struct dnc_set *out,
                 struct err *e) TM_MUST_CHECK;
bool dnc_set_has(const struct dnc_set *s, uint64_t e164);

/* Writes the image of a list into out (header of meta; numbers need not be
 * sorted nor unique: they are sorted in place). */
int dnc_set_build(const struct dnc_set *meta, uint64_t *number, size_t n,
                  struct buf *out, struct err *e) TM_MUST_CHECK;

/* The heading of an image whose n numbers are written already, sorted, each
 * once: page, zeroed before. TM_EINVAL: they are not, or one is no number. */
int dnc_set_seal(const struct dnc_set *meta, const uint64_t *number, size_t n,
                 unsigned char page[DNC_SET_PAGE], struct err *e) TM_MUST_CHECK;

const char *dnc_set_kind_text(enum dnc_kind k);
bool dnc_set_kind_parse(struct slice s, enum dnc_kind *out);

#endif
