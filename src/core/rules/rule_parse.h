/*
 * One rule from its lines in a pack. For core/rules alone; the format is
 * described in docs/rules-format.md.
 */
#ifndef CORE_RULES_RULE_PARSE_H
#define CORE_RULES_RULE_PARSE_H

#include "base/kv.h"
#include "core/rules/rule_code.h"

enum {
    RULE_TERMS_MAX = 64, /* in each of when, unless, if */
    RULE_WORDS_MAX = 96, /* lifts, duties, regions */
};

/* What a rule takes over from its pack. */
struct rule_pack {
    const char *file;
    const char *name, *version;
    const char *jurisdiction; /* NULL until read */
    uint32_t channels;
    int line;
};

struct rule_terms_draft {
    struct rule_term term[RULE_TERMS_MAX];
    size_t n;
};

struct rule_words_draft {
    struct slice word[RULE_WORDS_MAX];
    size_t n;
};

/* A rule being read. */
struct rule_draft {
    struct arena *arena;
    const struct rule_pack *pack;
    struct rule rule;
    struct rule_code code;
    struct rule_terms_draft when, unless, hold;
    struct rule_words_draft lifts, duties, replaces;
    struct place_code region[RULE_WORDS_MAX];
    struct policy_window window[RULE_WINDOWS_MAX];
    uint64_t given; /* bit per key read */
    int lifts_line;
    int line; /* of the value being read */
};

/* id is the rest of the section's name after "rule ". */
int rule_parse_begin(struct rule_draft *d, struct arena *a,
                     const struct rule_pack *pack, const struct kv_line *l,
                     struct err *e) TM_MUST_CHECK;
int rule_parse_line(struct rule_draft *d, const struct kv_line *l,
                    struct err *e) TM_MUST_CHECK;
/* Checks that all is there and copies it; lifts stay names. */
int rule_parse_end(struct rule_draft *d, struct err *e) TM_MUST_CHECK;

/* "voice fax" as bits of channels; false: unknown word. */
bool rule_parse_channels(struct slice s, uint32_t *out);

#endif
