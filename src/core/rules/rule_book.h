/*
 * A rule book: rule packs (texts under rules/, format in
 * docs/rules-format.md) parsed, checked and compiled once. A rule is a record:
 * when it applies, a test, and what follows from the test. New law is new
 * data; C is needed only for a new kind of test.
 *
 * Load at start or when packs change; cost some milliseconds. The book is
 * immutable, lives in the arena, and may be read by any thread. It keeps no
 * pointer into the pack texts.
 */
#ifndef CORE_RULES_RULE_BOOK_H
#define CORE_RULES_RULE_BOOK_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/assert.h"
#include "base/civil.h"
#include "base/err.h"
#include "base/str.h"
#include "core/journal/fingerprint.h"
#include "core/rules/vocab.h"

enum {
    RULE_BOOK_RULES_MAX = 1024,
    RULE_BOOK_PACKS_MAX = 64,
    RULE_BOOK_HASH_LEN = FINGERPRINT_HEX_LEN,
    RULE_BOOK_HASH_SHORT = 12, /* digits in rule_book_packs() */
};

struct rule_pack_text {
    const char *file; /* for messages: FILE:LINE */
    struct slice text;
};

#define RULE_STATUSES(X)                                                       \
    X(RULE_IN_FORCE, "in_force")                                               \
    X(RULE_PROPOSED, "proposed") /* kept for its text; binds nobody */         \
    X(RULE_WAIVED, "waived")     /* likewise */                                \
    X(RULE_DISPUTED, "disputed") /* binds: the strict reading */               \
    X(RULE_NOTED, "noted")       /* says what else is law; nothing to judge */

enum rule_status {
#define X(name, text) name,
    RULE_STATUSES(X)
#undef X
        RULE_STATUS_COUNT
};

/* What follows from a rule's test. */
#define RULE_ROLES(X)                                                          \
    X(RULE_REQUIRE, "require") /* the test must hold, else deny/not-before */  \
    X(RULE_FORBID, "forbid")   /* the test must not hold */                    \
    X(RULE_EXEMPT, "exempt")   /* if it holds, the rules of `lifts` do not */  \
    X(RULE_DUTY, "duty")       /* no test: says how the call is to be made */

enum rule_role {
#define X(name, text) name,
    RULE_ROLES(X)
#undef X
        RULE_ROLE_COUNT
};

struct rule {
    const char *id;           /* "US-FTC-HRS" */
    const char *jurisdiction; /* "US", "US-FL", "*" */
    const char *text;         /* the rule in one sentence */
    const char *citation;
    const char *source;    /* where we know it from */
    const char *certainty; /* "S1+", see compliance facts */
    const char *remedy;    /* what would help; "" none */
    enum rule_status status;
    enum rule_role role;
    const char *test;       /* "hours", "registry", ... */
    struct civil_date from; /* first day in force; year 0 ever */
    struct civil_date to;   /* last day in force; year 0 no end */
    const char *file;       /* the pack's file and line */
    int line;
    const struct rule_code *code; /* compiled form, private to core/rules */
};

struct rule_book; /* opaque */

/* Errors: TM_EINVAL with "FILE:LINE: what" for an unknown section, key or
 * word, a number out of its bounds, a missing field, an id used twice with
 * overlapping dates, a lift of a rule that does not exist. */
int rule_book_load(struct arena *a, const struct rule_pack_text *packs,
                   size_t n, const struct rule_book **out,
                   struct err *e) TM_MUST_CHECK;

/* "us-federal 2026.11@0123456789ab, operator 1@...": names, versions and
 * the first digits of the texts' fingerprints, in load order. */
const char *rule_book_packs(const struct rule_book *b);

struct rule_book_pack {
    const char *name, *version, *file;
    char hash[RULE_BOOK_HASH_LEN]; /* fingerprint of its whole text, hex */
};
size_t rule_book_pack_count(const struct rule_book *b);
/* i as in the packs handed to rule_book_load. */
const struct rule_book_pack *rule_book_pack(const struct rule_book *b,
                                            size_t i);

size_t rule_book_size(const struct rule_book *b);
const struct rule *rule_book_at(const struct rule_book *b, size_t i);
/* First rule of that id, or NULL. */
const struct rule *rule_book_find(const struct rule_book *b, const char *id);

#endif
