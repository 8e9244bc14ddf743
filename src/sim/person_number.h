/*
 * Telephone numbers of made-up people and the many ways offices write them.
 * The first PERSON_NUMBER_FICTION slots use the lines 555-0100 to 555-0199,
 * which no person has, in area codes of all zones; later slots go on in
 * ordinary exchanges. Slots never meet: two slots of one seed have two
 * numbers. Pure.
 */
#ifndef SIM_PERSON_NUMBER_H
#define SIM_PERSON_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/str.h"

enum {
    PERSON_NUMBER_AREAS = 285,
    PERSON_NUMBER_ROOMY = 283, /* the first of them: any exchange is valid */
    PERSON_NUMBER_FICTION = PERSON_NUMBER_AREAS * 100,
    PERSON_NUMBER_CANADA_MAX = 800,    /* different Canadian numbers */
    PERSON_NUMBER_FOREIGN_MAX = 13000, /* different numbers of elsewhere */
};

struct person_area {
    unsigned code;     /* 212 */
    const char *state; /* "NY" */
    const char *city;
    const char *zip3; /* "100" */
};

/* Ways of writing that keep the number whole. */
enum person_spelling {
    PERSON_SPELLING_PLAIN,      /* 2125550123 */
    PERSON_SPELLING_BRACKETS,   /* (212) 555-0123 */
    PERSON_SPELLING_DASHES,     /* 212-555-0123 */
    PERSON_SPELLING_DOTS,       /* 212.555.0123 */
    PERSON_SPELLING_E164,       /* +12125550123 */
    PERSON_SPELLING_LONG,       /* 1-212-555-0123 */
    PERSON_SPELLING_SPACES,     /* 212 555 0123 */
    PERSON_SPELLING_NBSP,       /* the same with no-break spaces */
    PERSON_SPELLING_NARROW,     /* (212)555-0123 with spaces around */
    PERSON_SPELLING_EXTENSION,  /* 212-555-0123 x45 */
    PERSON_SPELLING_EXT_WORD,   /* (212) 555-0123 ext. 7 */
    PERSON_SPELLING_APOSTROPHE, /* '2125550123, as spreadsheets keep text */
    PERSON_SPELLING_FLOAT,      /* 2125550123.0 */
    PERSON_SPELLING_EN_DASH,    /* 212(U+2013)555(U+2013)0123 */
    PERSON_SPELLING_COUNT,
    PERSON_SPELLING_COMMON = 7, /* the first ones make up most of a list */
};

/* E.164 number of a slot; *area (may be NULL) is set to its area. */
uint64_t person_number_us(uint64_t seed, uint64_t slot,
                          const struct person_area **area);
uint64_t person_number_canada(unsigned n);  /* n < .._CANADA_MAX */
uint64_t person_number_foreign(unsigned n); /* n < .._FOREIGN_MAX */
/* Draws a spelling as offices use them. */
enum person_spelling person_number_spelling(struct rng *r);
/* Appends the number, North American ones in the spelling, others as
 * "+44 2079460123" or "011 44 2079460123". */
void person_number_write(struct buf *b, uint64_t e164, enum person_spelling s);

#endif
