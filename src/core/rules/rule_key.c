#include "core/rules/rule_key.h"

#include <assert.h>

/* X(fact, list of its values): the fields of a key. The channel is not one:
 * each has its own list of rules. */
#define KEY_FACTS(X)                                                           \
    X(FACT_DIAL, DIAL)                                                         \
    X(FACT_LINE, LINE)                                                         \
    X(FACT_PARTY, PARTY)                                                       \
    X(FACT_CALLER, CALLER)                                                     \
    X(FACT_SELLER_TYPE, SELLER_TYPE)                                           \
    X(FACT_FTC, TRI)                                                           \
    X(FACT_CHARITY, TRI)                                                       \
    X(FACT_HIPAA, TRI)                                                         \
    X(FACT_PURPOSE, PURPOSE)                                                   \
    X(FACT_LEADS_TO_SALE, TRI)                                                 \
    X(FACT_RECORDING, TRI)                                                     \
    X(FACT_CONFIRMATION, TRI)

/* Where each field begins. */
enum {
#define X(fact, list)                                                          \
    AT_##fact, END_##fact = (int)AT_##fact + (int)list##_COUNT - 1,
    KEY_FACTS(X)
#undef X
        KEY_BITS
};

static_assert(KEY_BITS <= 64, "a key is one word");

static const struct {
    enum rule_fact fact;
    unsigned at, values;
} fields[] = {
#define X(fact, list) {fact, AT_##fact, list##_COUNT},
    KEY_FACTS(X)
#undef X
};

void rule_key_of(const uint32_t fact[RULE_FACT_COUNT], struct rule_key *out)
{
    *out = (struct rule_key){0};
    for (size_t i = 0; i < tm_array_len(fields); i++) {
        uint64_t bits = fact[fields[i].fact];
        out->all |= bits << fields[i].at;
        out->one |= (bits & (bits - 1)) == 0 ? bits << fields[i].at : 0;
    }
}

/* The clause that begins at term[*i], which moves to the next: what it wants
 * of a fact. */
static uint32_t clause_mask(const struct rule_terms *t, size_t *i,
                            enum rule_fact f)
{
    uint32_t mask = UINT32_MAX;
    for (;; (*i)++) {
        if (t->term[*i].fact == f) {
            mask &= t->term[*i].mask;
        }
        if (t->term[*i].rest == 0) {
            (*i)++;
            return mask;
        }
    }
}

/* The values of a fact for which some clause may hold; unknown always may. */
static uint32_t possible(const struct rule_terms *when, enum rule_fact f)
{
    uint32_t any = when->n == 0 ? UINT32_MAX : 1;
    for (size_t i = 0; i < when->n;) {
        any |= clause_mask(when, &i, f);
    }
    return any;
}

/* The values of a fact that are enough for some clause to hold. */
static uint32_t enough(const struct rule_terms *unless, enum rule_fact f)
{
    uint32_t any = 0;
    for (size_t i = 0; i < unless->n;) {
        const struct rule_term *first = &unless->term[i];
        uint32_t mask = clause_mask(unless, &i, f);
        any |= first->rest == 0 && first->fact == f ? mask : 0;
    }
    return any;
}

uint64_t rule_key_never(const struct rule_code *c)
{
    uint64_t never = 0;
    for (size_t i = 0; i < tm_array_len(fields); i++) {
        uint32_t all = (UINT32_C(1) << fields[i].values) - 1;
        uint32_t no = ~possible(&c->when, fields[i].fact) |
                      enough(&c->unless, fields[i].fact);
        never |= (uint64_t)(no & all) << fields[i].at;
    }
    return never;
}

static const size_t no_field = tm_array_len(fields);

static size_t field_of(enum rule_fact f)
{
    size_t i = 0;
    while (i < no_field && fields[i].fact != f) {
        i++;
    }
    return i;
}

static uint64_t place_mask(size_t field, uint32_t mask)
{
    uint32_t all = (UINT32_C(1) << fields[field].values) - 1;
    return (uint64_t)(mask & all) << fields[field].at;
}

/* Keys that surely meet the only clause of `when`; of several clauses nothing
 * is said. */
static uint64_t surely_when(const struct rule_terms *when, uint32_t channel)
{
    uint64_t sure = UINT64_MAX;
    for (size_t i = 0; i < when->n; i++) {
        const struct rule_term *t = &when->term[i];
        size_t field = field_of((enum rule_fact)t->fact);
        if (t->fact == FACT_CHANNEL && (t->mask & channel)) {
            continue;
        }
        if (field == no_field || (t->rest == 0 && i + 1 < when->n)) {
            return 0;
        }
        sure &= ~place_mask(field, ~t->mask);
    }
    return sure;
}

/* Keys that surely meet no clause of `unless`: for each, its first term that a
 * key knows does not hold, and is not unknown. */
static uint64_t surely_not_unless(const struct rule_terms *unless,
                                  uint32_t channel)
{
    uint64_t sure = UINT64_MAX;
    for (size_t i = 0; i < unless->n; i++) {
        bool settled = false;
        for (;; i++) {
            const struct rule_term *t = &unless->term[i];
            size_t field = field_of((enum rule_fact)t->fact);
            if (t->fact == FACT_CHANNEL && channel != 1) {
                settled |= (t->mask & channel) == 0;
            } else if (!settled && field != no_field) {
                sure &= ~place_mask(field, t->mask | 1);
                settled = true;
            }
            if (t->rest == 0) {
                break;
            }
        }
        if (!settled) {
            return 0;
        }
    }
    return sure;
}

uint64_t rule_key_sure(const struct rule_code *c, uint32_t channel)
{
    return surely_when(&c->when, channel) &
           surely_not_unless(&c->unless, channel);
}
