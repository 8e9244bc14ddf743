/*
 * Text of a do-not-call list: one number a line, plain as people write it (in
 * the list's country) or in the flat layout of the US and Canadian registries,
 * "AAA,NNNNNNN". A stream: bytes are fed in pieces of any size, numbers come
 * out one by one. A line that is no number is rejected with its reason and the
 * rest goes on; dnc_text_judge says whether the file as a whole may be used.
 *
 * A file that begins with '<' is the XML full list of those registers
 * (dnc_xml.h). A change list (dnc_text_changes) has an A (added) or D
 * (deleted) as one of the items behind the number; its other items, as a date,
 * are not looked at, because their order is not published.
 *
 * Empty lines do not count. A first line without any digit is a heading and
 * does not count either. Lines are cut at DNC_TEXT_LINE_MAX bytes and then
 * rejected: no input makes this grow. One thread.
 */
#ifndef CORE_DNC_DNC_TEXT_H
#define CORE_DNC_DNC_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { DNC_TEXT_LINE_MAX = 256 };

typedef void(dnc_text_number_fn)(void *arg, uint64_t e164);
/* why completes "the line ..."; text is the line, cut. */
typedef void(dnc_text_reject_fn)(void *arg, uint64_t line, const char *why,
                                 struct slice text);

struct dnc_text_counts {
    uint64_t rows; /* numbers + rejected */
    uint64_t numbers;
    uint64_t rejected;
};

struct dnc_text {
    char country[3];
    dnc_text_number_fn *number;
    dnc_text_number_fn *removed; /* NULL: no change list */
    dnc_text_reject_fn *reject;  /* may be NULL */
    void *arg;
    struct dnc_text_counts counts;
    uint64_t line;      /* lines finished */
    bool too_long;      /* the line at hand did not fit */
    bool begun, is_xml; /* the first character was seen; it is '<' */
    bool in_tag;
    bool other_type; /* no full list */
    uint64_t area;   /* of the XML numbers that follow; 0: none */
    size_t n;        /* bytes of the line, or tag, at hand */
    char text[DNC_TEXT_LINE_MAX];
};

/* country: ISO code of the list's country, "" when every line has a '+'. */
void dnc_text_init(struct dnc_text *t, const char *country,
                   dnc_text_number_fn *number, dnc_text_reject_fn *reject,
                   void *arg);
/* The file is a change list: number is told what is added, removed what is
 * taken out. Before the first feed. */
void dnc_text_changes(struct dnc_text *t, dnc_text_number_fn *removed);
void dnc_text_feed(struct dnc_text *t, struct slice bytes);
void dnc_text_end(struct dnc_text *t); /* a last line without line end */

/* May a file with these counts replace a list of previous_rows numbers?
 * TM_EINVAL: it has no number at all, more than 1 % of its rows are bad, or it
 * has over 1 % fewer numbers than before (a cut-off download would allow calls
 * that are forbidden). forced: the user looked and wants it; a file without
 * any number is refused all the same. */
int dnc_text_judge(const struct dnc_text_counts *c, uint64_t previous_rows,
                   bool forced, struct err *e) TM_MUST_CHECK;

#endif
