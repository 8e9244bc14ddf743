/*
 * The versions that an attempt was decided with, as reader_attempt.versions
 * tells them (campaign_dial_versions): "rules=NAME VERSION@HASH, ...;
 * zones=...; numbers=...; plan=HASH; lists=NAME DATE #GENERATION, ...". A last
 * part "; mode=progressive" is about the call alone: the rules were asked in
 * that dial mode, which is not the plan's (over the ceiling of abandoned calls
 * a line is dialled for one agent; an operator changed the pacing).
 * Slices point into the text. Pure.
 */
#ifndef REPORT_VERSIONS_H
#define REPORT_VERSIONS_H

#include <stddef.h>
#include <stdint.h>

#include "core/dnc/dnc_lists.h"
#include "core/rules/rule_book.h"

struct versions_pack {
    struct slice name, version;
    struct slice hash; /* its first digits; "" in old records */
};

struct versions_list {
    struct slice name, date;
    uint64_t generation;
};

struct versions {
    struct versions_pack pack[RULE_BOOK_PACKS_MAX];
    size_t packs;
    struct versions_list list[DNC_LISTS_MAX];
    size_t lists;
    struct slice zones, numbers, plan;
};

void versions_parse(struct slice text, struct versions *out);

/* The dial mode of the call; DIAL_UNKNOWN: the plan's, as in old records. */
enum dial_mode versions_mode(struct slice text);
/* The text without it: calls of one text share rules, plan and lists. */
struct slice versions_shared(struct slice text);

#endif
