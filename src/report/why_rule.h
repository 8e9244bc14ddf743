/*
 * The rules that a record names by their ids. Several rules may share an id,
 * one a state ("US-XX-LIST"): the one of the callee's place is meant, and
 * where the place is not known no state is named.
 *
 * Rules point into the book. Pure.
 * Misuse: rule_book_find() gives the first rule of an id, of whatever state.
 */
#ifndef REPORT_WHY_RULE_H
#define REPORT_WHY_RULE_H

#include "base/arena.h"
#include "core/lead/lead.h"
#include "core/number/number_region.h"
#include "core/rules/rule_book.h"

/* One "ID:effect" of a record. */
struct why_rule {
    const char *id, *effect;
    const struct rule *rule; /* NULL: in no pack of ours */
    const char *citation;    /* "" when rule is NULL */
};

struct why_rules {
    struct why_rule *rule;
    size_t n;
};

/* Subdivisions that somebody may be in; n = 0: nothing is known. */
struct why_places {
    struct place_code place[NUMBER_REGION_MAX + 1];
    size_t n;
    bool confirmed; /* by an address */
};

/* Of a lead (or NULL) on one of its numbers: the confirmed address alone,
 * else the number's area code and the address. */
struct why_places why_rule_places(const struct lead *l, uint64_t e164);

/* The nth rule of that id (from 0) in one of the places; the first of the id
 * when none is there; NULL: no such rule. */
const struct rule *why_rule_find(const struct rule_book *b, const char *id,
                                 const struct why_places *p, size_t nth);
/* The citation of a rule that was found: its own, or, where other states have
 * rules of that id and none of the places is the rule's, one without a
 * state. */
const char *why_rule_citation(const struct rule_book *b, const struct rule *r,
                              const struct why_places *p);

/* "ID:effect ID:effect ..." with the rules of the book (or NULL). */
struct why_rules why_rules_parse_at(struct arena *a, const struct rule_book *b,
                                    struct slice text,
                                    const struct why_places *p);
/* For who does not know the place. */
struct why_rules why_rules_parse(struct arena *a, const struct rule_book *b,
                                 struct slice text);

#endif
