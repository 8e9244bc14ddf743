/*
 * One row of a made-up list: whose it is, and how he is written down. Used by
 * person_list.c only. Making is pure in the options and the person's index;
 * the same person may be written again in other spellings.
 */
#ifndef SIM_PERSON_LIST_ROW_H
#define SIM_PERSON_LIST_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "sim/person_list.h"
#include "sim/person_number.h"

enum {
    PERSON_LIST_PEOPLE_MAX = 10000000,
    PERSON_LIST_PHONES = 3, /* mobile, home, work */
    PERSON_LIST_SLOTS = 4,  /* numbers a person may have */
};

/* Byte order mark, blanks, three fashions of naming: as people leave it. */
#define PERSON_LIST_HEADER                                                     \
    "\xef\xbb\xbf\"Customer ID\",First Name , LAST NAME,Company,"              \
    "\"Mobile Phone \",home_phone,Work Tel.,E-mail,Street,City,ST,"            \
    " Zip Code,segment,Appt Time,Consent Type,consent date,"                   \
    "Consent Withdrawn,\"Last Purchase\",Notes\r\n"

enum person_consent {
    PERSON_CONSENT_WRITTEN,
    PERSON_CONSENT_WITHDRAWN, /* written, then withdrawn */
    PERSON_CONSENT_OTHER,     /* express, oral */
    PERSON_CONSENT_NONE,      /* none, empty, or a word nobody understands */
};

struct person_list_row {
    uint64_t person; /* index in the list */
    enum person_row kind;
    uint64_t phone[PERSON_LIST_PHONES]; /* 0: no number in this cell */
    uint64_t second;                    /* another in the cell of work */
    unsigned junk_cells; /* telephone cells with a word in them */
    bool junk[PERSON_LIST_PHONES];
    const struct person_area *area; /* of the address */
    enum person_consent consent;
    const char *notes;
    bool line_break, quotes; /* in the notes */
    bool national, internal; /* in the do-not-call files */
};

/* What is wrong with a person's row. */
enum person_row person_list_row(const struct person_list_options *o,
                                uint64_t person);
const char *person_list_row_text(enum person_row r);
bool person_list_row_usable(enum person_row kind);
void person_list_row_make(const struct person_list_options *o, uint64_t person,
                          struct person_list_row *out);
/* Appends the row with its line end. copy 0 is the first writing; another
 * value writes the same person in another way. */
void person_list_row_write(const struct person_list_options *o,
                           const struct person_list_row *row, uint64_t copy,
                           struct buf *b);

#endif
