/*
 * What would help a lead that is refused: every way out that the rules know,
 * each with the rules it goes by, those that only need something put on file
 * first. What is missing is told with the command that puts it there.
 *
 * Texts live in the arena or the book. Pure. Cost: the rules of one verdict.
 * Misuse: verdict.remedy is only the first of them, and may be one that
 * nobody can follow.
 */
#ifndef REPORT_WHY_REMEDY_H
#define REPORT_WHY_REMEDY_H

#include "core/rules/rule_case.h"
#include "core/rules/verdict.h"
#include "report/why_rule.h"

struct why_remedy {
    const char *by; /* "US-FTC-DNC, US-FCC-DNC", or an input's name */
    const char *text;
    bool missing; /* something is to be put on file */
};

struct why_remedies {
    struct why_remedy *item; /* the missing ones first */
    size_t n;
};

/* Of a verdict and the case that it was made from. */
struct why_remedies why_remedy_verdict(struct arena *a, const struct verdict *v,
                                       const struct rule_case *k);
/* Of a verdict on record: what was on file then is not known. */
struct why_remedies why_remedy_record(struct arena *a,
                                      const struct why_rules *r);

/* What is missing for that rule to be judged; NULL: nothing, the rule is known
 * to be broken. */
const struct why_remedy *why_remedy_missing(const struct why_remedies *r,
                                            const char *id);
/* "text (BY); text (BY)". */
void why_remedy_say(const struct why_remedies *r, struct buf *b);

#endif
