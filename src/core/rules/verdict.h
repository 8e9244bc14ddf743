/*
 * A verdict: may this contact be made now, by which rules, until when, or
 * from when on. Filled by rules_check(); plain data of fixed size whose
 * pointers lead into the rule book and the case it was made from. Refusals are
 * verdicts, never errors.
 */
#ifndef CORE_RULES_VERDICT_H
#define CORE_RULES_VERDICT_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct rule;

enum {
    VERDICT_REASONS_MAX = 128,
    VERDICT_DUTIES_MAX = 128,
    VERDICT_UNKNOWN_MAX = 64,
};

/* A zeroed verdict denies. */
#define VERDICT_KINDS(X)                                                       \
    X(VERDICT_DENY, "deny")                                                    \
    X(VERDICT_NOT_BEFORE, "not_before")                                        \
    X(VERDICT_ALLOW, "allow")

/* What a rule said. */
#define VERDICT_EFFECTS(X)                                                     \
    X(EFFECT_PASSED, "passed")         /* looked at, in order */               \
    X(EFFECT_DENIED, "denied")         /* forbids */                           \
    X(EFFECT_NOT_BEFORE, "not_before") /* forbids until until_us */            \
    X(EFFECT_UNKNOWN, "unknown")       /* forbids: an input is missing */      \
    X(EFFECT_LIFTED, "lifted")         /* would bind, an exemption lifts it */ \
    X(EFFECT_EXEMPTS, "exempts")       /* an exemption that holds */           \
    X(EFFECT_NOT_MET, "not_met")       /* an exemption that does not hold */   \
    X(EFFECT_DUTY, "duty")             /* says how the call must be made */

enum verdict_kind {
#define X(name, text) name,
    VERDICT_KINDS(X)
#undef X
        VERDICT_KIND_COUNT
};

enum verdict_effect {
#define X(name, text) name,
    VERDICT_EFFECTS(X)
#undef X
        VERDICT_EFFECT_COUNT
};

struct verdict_reason {
    const struct rule *rule; /* id, citation, text: core/rules/rule_book.h */
    enum verdict_effect effect;
    int64_t until_us; /* NOT_BEFORE: allows from then on; else it says the
                         same until then; INT64_MAX no end known */
};

struct verdict {
    enum verdict_kind kind;
    int64_t not_before_us;  /* NOT_BEFORE: least instant at which all hours
                               and caps are open together; else 0 */
    int64_t valid_until_us; /* the verdict holds for now <= t < this (if no
                               fact of the case changes); INT64_MAX no end */
    struct verdict_reason reason[VERDICT_REASONS_MAX]; /* in book order */
    size_t reasons;
    const char *duty[VERDICT_DUTIES_MAX]; /* words of the packs, each once */
    size_t duties;
    const char *unknown[VERDICT_UNKNOWN_MAX]; /* inputs taken strictly */
    size_t unknowns;
    const char *remedy; /* what would help; "" when nothing is known */
    const char *packs;  /* "us-federal 2026.11, operator 1" */
    const char *tzdata; /* "2025b"; "" unknown */
};

const char *verdict_kind_text(enum verdict_kind k);
const char *verdict_effect_text(enum verdict_effect e);

/* The first reason that decided (DENIED or UNKNOWN, else NOT_BEFORE that
 * lasts longest), or NULL on an allow. */
const struct verdict_reason *verdict_cause(const struct verdict *v);

/* What the test of a rule looks up, as the commands name it: the do-not-call
 * list ("us_national", "state.MO"), the kind of licence ("san"), the area of
 * an emergency ("US-LA"); "" when it looks up none of these. Returns out. */
enum { VERDICT_NAME_LEN = 48 };
const char *verdict_looks_up(const struct rule *r, char out[VERDICT_NAME_LEN]);

/* Appends "ID:effect ID:effect" in book order, as records keep it. */
void verdict_rules_text(const struct verdict *v, struct buf *out);

/* Appends one sentence for people: what, why (ids and citations), from when,
 * what would help. Times in UTC. */
void verdict_sentence(const struct verdict *v, struct buf *out);

#endif
