/*
 * One decision in the making: what reaches the case (rule_reach.c), what each
 * rule says (rule_judge.c), when it opens (rule_opening.c). For core/rules
 * alone.
 */
#ifndef CORE_RULES_RULE_JUDGE_H
#define CORE_RULES_RULE_JUDGE_H

#include "core/rules/rule_test.h"
#include "core/rules/verdict.h"

enum {
    RULE_EXEMPTIONS_MAX = 160, /* that reach one case */
    RULE_GROUPS_MAX = 256,     /* likewise */
    RULE_GONE_MAX = 8,
    RULE_BITS_WORDS = RULE_BOOK_RULES_MAX / 64,
};

/* A set of rules, by index. */
struct rule_bits {
    uint64_t word[RULE_BITS_WORDS];
};

static inline bool rule_bits_has(const struct rule_bits *b, size_t i)
{
    return b->word[i / 64] >> (i % 64) & 1;
}

static inline void rule_bits_set(struct rule_bits *b, size_t i)
{
    b->word[i / 64] |= UINT64_C(1) << (i % 64);
}

/* An exemption that reaches the case, weighed. */
struct rule_weighed {
    const struct rule_code *code;
    struct rule_result result;
    bool applies; /* for certain */
};

/* One decision in the making. */
struct rule_judge {
    const struct rule_book *b;
    struct rule_view view;
    struct verdict *v;
    struct place_code place[CASE_PLACES_MAX + 1]; /* countries, regions */
    size_t places;
    struct place_code region[CASE_PLACES_MAX]; /* candidates; 0 unknown */
    size_t regions;
    const struct rule_group *group[RULE_GROUPS_MAX]; /* that reach it */
    size_t groups;
    const char *gone[RULE_GONE_MAX]; /* duties made needless by others */
    size_t gones;
    struct rule_weighed exempt[RULE_EXEMPTIONS_MAX];
    size_t exempts;
    struct rule_bits lifted;
    struct rule_bits failing;
    uint64_t missing[VERDICT_REASONS_MAX]; /* beside v->reason */
    int64_t holds_us;                      /* an allow could end */
    int64_t opens_us;                      /* a refusal could end */
    bool overflow;
};

static inline int64_t rule_judge_least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline size_t rule_judge_index(const struct rule_judge *j,
                                      const struct rule_code *c)
{
    return (size_t)(c - j->b->code);
}

/* Which of the lists of a group is the case's. */
static inline unsigned rule_judge_channel(const struct rule_judge *j)
{
    return (unsigned)j->view.k->contact.channel;
}

/* Countries and candidate subdivisions of the case; confirmed ones win alone
 * (conventions K6). */
void rule_reach_places(struct rule_judge *j);
/* The groups of rules that reach the case, in book order: of its places, of
 * their countries, of everywhere, and of the places where it is recorded. */
void rule_reach_groups(struct rule_judge *j);
/* Whether a rule is of the callee's region; unknown only for exemptions. */
enum tri rule_reach_region(const struct rule_judge *j,
                           const struct rule_code *c);
/* In force on the callee's date and of the right region, of those that
 * the channel's list has. Notes in holds_us and opens_us when its force begins
 * or ends. */
bool rule_reach_binds_by_date(struct rule_judge *j, const struct rule_code *c);
static inline bool rule_reach_binds(struct rule_judge *j,
                                    const struct rule_code *c)
{
    return c->plain || rule_reach_binds_by_date(j, c);
}
/* Exemptions at the view's instant: fills exempt[] and lifted. */
void rule_judge_exemptions(struct rule_judge *j);
/* All rules: fills in the verdict, except when it opens. */
void rule_judge_case(struct rule_judge *j);

/* The least instant after the view's at which every hour and cap is open;
 * INT64_MAX: not within the horizon. Facts without time (lists, consents) are
 * left as they are: they will be asked anew then. Moves the view. */
int64_t rule_opening_find(struct rule_judge *j);

/* NULL, or what is malformed in a case; fills in the facts. */
const char *rule_check_case(const struct rule_case *k,
                            uint32_t fact[RULE_FACT_COUNT]);

#endif
