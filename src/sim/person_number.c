#include "sim/person_number.h"

#include <stdbool.h>

static const struct person_area AREAS[] = {
#define AREA(code, state, city, zip3) {code, state, city, zip3},
#include "sim/person_area.def"
#undef AREA
};

_Static_assert(sizeof AREAS / sizeof AREAS[0] == PERSON_NUMBER_AREAS,
               "the count of areas is part of the numbers");

/* Steps through 0 .. count - 1 in an order of the seed: a step without a
 * common factor with the count meets each value once. */
static uint64_t shuffled(uint64_t seed, uint64_t i, uint64_t count)
{
    enum { STEP = 17681 }; /* prime */
    _Static_assert(PERSON_NUMBER_FICTION % STEP != 0 &&
                       PERSON_NUMBER_ROOMY * 100 % STEP != 0,
                   "the step must have no factor of the count");
    tm_assert(i < count);
    return (i * STEP + rng_mix(seed) % count) % count;
}

/* Exchanges 220 to 999 without N11 and 555; n < 700. */
static unsigned exchange_of(uint64_t n)
{
    unsigned x = 220;
    for (;; x++) {
        if (x % 100 == 11 || x == 555)
            continue;
        if (n-- == 0)
            return x;
    }
}

uint64_t person_number_us(uint64_t seed, uint64_t slot,
                          const struct person_area **area)
{
    uint64_t count = PERSON_NUMBER_FICTION, block = 0;
    if (slot >= count) {
        slot -= count;
        count = PERSON_NUMBER_ROOMY * 100;
        block = 1 + slot / count;
        slot %= count;
    }
    uint64_t at = shuffled(seed, slot, count);
    const struct person_area *a = &AREAS[at / 100];
    uint64_t line = 5550100 + at % 100;
    if (block > 0) {
        uint64_t hundreds = block - 1;
        tm_assert(hundreds < 70000);
        line = exchange_of(hundreds / 100) * 10000ULL + hundreds % 100 * 100 +
               at % 100;
    }
    if (area != NULL)
        *area = a;
    return 10000000000ULL + a->code * 10000000ULL + line;
}

uint64_t person_number_canada(unsigned n)
{
    static const unsigned CODES[] = {416, 604, 514, 709, 306, 403, 902, 204};
    tm_assert(n < PERSON_NUMBER_CANADA_MAX);
    return 10000000000ULL + CODES[n % 8] * 10000000ULL + 5550100 + n / 8;
}

/* The ranges kept free for drama by the British regulator. */
uint64_t person_number_foreign(unsigned n)
{
    static const uint64_t RANGES[] = {
        442079460000, 441134960000, 441144960000, 441164960000, 441174960000,
        441184960000, 441214960000, 441314960000, 441414960000, 441514960000,
        441614960000, 441914980000, 442920180000,
    };
    tm_assert(n < PERSON_NUMBER_FOREIGN_MAX);
    return RANGES[n % 13] + n / 13;
}

enum person_spelling person_number_spelling(struct rng *r)
{
    if (rng_chance_ppm(r, 800000))
        return (enum person_spelling)rng_below(r, PERSON_SPELLING_COMMON);
    return (enum person_spelling)rng_below(r, PERSON_SPELLING_COUNT);
}

/* A, X and L stand for area code, exchange and line. */
static const char *const FORMS[PERSON_SPELLING_COUNT] = {
    [PERSON_SPELLING_PLAIN] = "AXL",
    [PERSON_SPELLING_BRACKETS] = "(A) X-L",
    [PERSON_SPELLING_DASHES] = "A-X-L",
    [PERSON_SPELLING_DOTS] = "A.X.L",
    [PERSON_SPELLING_E164] = "+1AXL",
    [PERSON_SPELLING_LONG] = "1-A-X-L",
    [PERSON_SPELLING_SPACES] = "A X L",
    [PERSON_SPELLING_NBSP] = "A\xc2\xa0X\xc2\xa0L",
    [PERSON_SPELLING_NARROW] = "  (A)X-L ",
    [PERSON_SPELLING_EXTENSION] = "A-X-L x45",
    [PERSON_SPELLING_EXT_WORD] = "(A) X-L ext. 7",
    [PERSON_SPELLING_APOSTROPHE] = "'AXL",
    [PERSON_SPELLING_FLOAT] = "AXL.0",
    [PERSON_SPELLING_EN_DASH] = "A\xe2\x80\x93X\xe2\x80\x93L",
};

static void write_part(struct buf *b, char part, uint64_t national)
{
    unsigned area = (unsigned)(national / 10000000);
    unsigned exchange = (unsigned)(national / 10000 % 1000);
    switch (part) {
    case 'A': buf_addf(b, "%03u", area); break;
    case 'X': buf_addf(b, "%03u", exchange); break;
    case 'L': buf_addf(b, "%04u", (unsigned)(national % 10000)); break;
    default: buf_add_char(b, part); break;
    }
}

static void write_foreign(struct buf *b, uint64_t e164, enum person_spelling s)
{
    unsigned long long country = e164 / 10000000000ULL;
    unsigned long long rest = e164 % 10000000000ULL;
    const char *prefix = s % 2 == 0 ? "+" : "011 ";
    buf_addf(b, "%s%llu %010llu", prefix, country, rest);
}

void person_number_write(struct buf *b, uint64_t e164, enum person_spelling s)
{
    tm_assert((unsigned)s < PERSON_SPELLING_COUNT);
    if (e164 / 10000000000ULL != 1) {
        write_foreign(b, e164, s);
        return;
    }
    uint64_t national = e164 % 10000000000ULL;
    bool literal = false; /* the word of an extension is no template */
    for (const char *p = FORMS[s]; *p != '\0'; p++) {
        literal = literal || *p == 'e' || *p == 'x';
        if (literal)
            buf_add_char(b, *p);
        else
            write_part(b, *p, national);
    }
}
