/*
 * Columns of a list file: which one holds a telephone number, a consent, an
 * address, and which are kept as fields of the lead. Guessed from the names
 * in the header (six languages) and, where no name tells, from the cells of
 * the first rows; what the user says (--map) wins. A list may begin with
 * titles and empty rows, which are no header. Pure.
 */
#ifndef CORE_LIST_COLUMNS_H
#define CORE_LIST_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "core/list/csv.h"

enum { COLUMNS_NAME_MAX = 48, COLUMNS_MAPS_MAX = 32, COLUMNS_SAMPLE_MAX = 50 };

/* Titles of a list are above its header, which is among these rows. */
enum { COLUMNS_TITLES_MAX = 10 };

/* X(name, word): the word is what --map and the summary say. */
#define COLUMNS_ROLE_TABLE(X)                                                  \
    X(COLUMNS_FIELD, "field") /* kept under its own name */                    \
    X(COLUMNS_IGNORE, "-")                                                     \
    X(COLUMNS_PHONE, "phone")                                                  \
    X(COLUMNS_COUNTRY, "country")                                              \
    X(COLUMNS_REGION, "region") /* state or province of the address */         \
    X(COLUMNS_COUNTY, "county")                                                \
    X(COLUMNS_PARTY, "party") /* business or consumer */                       \
    X(COLUMNS_CONSENT, "consent")                                              \
    X(COLUMNS_CONSENT_DATE, "consent_date")                                    \
    X(COLUMNS_REVOKED, "consent_withdrawn")                                    \
    X(COLUMNS_PURCHASE, "last_purchase")                                       \
    X(COLUMNS_INQUIRY, "last_inquiry")                                         \
    X(COLUMNS_GIFT, "last_gift")

enum columns_role {
#define X(name, word) name,
    COLUMNS_ROLE_TABLE(X)
#undef X
        COLUMNS_ROLE_COUNT
};

struct column {
    enum columns_role role;
    char name[COLUMNS_NAME_MAX]; /* lower case, '_' for spaces */
};

struct columns {
    struct column column[CSV_CELLS_MAX];
    size_t n;
    bool has_header;   /* one of the first rows is one */
    size_t header_row; /* which, from 0; above it are titles */
    size_t phones;
    bool has_consent;
};

/* A row kept for guessing: cells that outlive the parser. */
struct columns_sample {
    const struct slice *cell;
    size_t cells;
};

enum columns_header {
    COLUMNS_HEADER_GUESS, /* the first row that is no title, when none of its
                             cells is a number */
    COLUMNS_HEADER_YES,   /* the first row */
    COLUMNS_HEADER_NO,
};

/* map: "COLUMN=ROLE" texts, ended by NULL: COLUMN is a header's name or a
 * number from 1, ROLE a word of the table or the name of a field. */
struct columns_options {
    const char *country; /* of numbers without a country code */
    const char *const *map;
    enum columns_header header;
};

/* rows[0] is the file's first row. TM_EINVAL: two columns of one name that map
 * does not tell apart, an unknown column in map, or no telephone column; the
 * text says which and what to do. So it is when no cell of what would be the
 * header is a known name, and those of a later row are. */
int columns_guess(const struct columns_sample *rows, size_t n,
                  const struct columns_options *o, struct columns *out,
                  struct err *e) TM_MUST_CHECK;

const char *columns_role_text(enum columns_role r);

#endif
