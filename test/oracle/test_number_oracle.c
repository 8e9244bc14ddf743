/*
 * Our numbers against Debian's libphonenumber. Both follow the same rules, so
 * they may differ only where the world's plans changed between its metadata
 * (October 2022) and ours. In North America those ranges are listed and
 * nothing else may differ. Elsewhere the differences are counted by country
 * and bounded; and where both accept a text, number and country must agree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "core/number/number.h"
#include "number_oracle.h"

enum {
    SEED = 20221,
    PER_COUNTRY = 5000,
    TEXT_CAP = 64,
};

struct country {
    const char *region;
    uint64_t code;
    int shortest, longest; /* national digits worth trying */
    /* Tries that may be accepted or typed anew, and that may be refused
     * anew, about one and a half times what is seen with SEED. */
    size_t gained, lost;
};

static const struct country countries[] = {
    {"US", 1, 9, 11, 0, 0},    {"GB", 44, 6, 11, 10, 0},
    {"DE", 49, 5, 12, 5, 0},   {"FR", 33, 8, 10, 20, 15},
    {"ES", 34, 8, 10, 30, 0},  {"IT", 39, 6, 12, 80, 0},
    {"NL", 31, 8, 10, 5, 0},   {"BE", 32, 7, 10, 50, 0},
    {"CH", 41, 8, 10, 600, 0}, {"AT", 43, 5, 13, 10, 5},
    {"SE", 46, 6, 10, 60, 0},  {"PL", 48, 8, 10, 20, 0},
    {"IE", 353, 6, 10, 5, 0},  {"PT", 351, 8, 10, 15, 0},
    {"AU", 61, 5, 11, 150, 5}, {"NZ", 64, 6, 11, 850, 0},
    {"IN", 91, 9, 12, 120, 0}, {"JP", 81, 8, 12, 100, 0},
    {"BR", 55, 7, 12, 15, 10}, {"MX", 52, 9, 11, 100, 60},
    {"AR", 54, 9, 12, 120, 0}, {"RU", 7, 9, 11, 120, 0},
};

/* North American ranges that came into service after October 2022: area
 * codes, Dominican toll-free exchanges, an exchange block of Guam. */
static const char *const newer[] = {
    "1227",  "1235",  "1257",  "1273",  "1274",  "1324",  "1327",
    "1329",  "1350",  "1353",  "1354",  "1363",  "1369",  "1382",
    "1428",  "1472",  "1528",  "1529",  "1532",  "1557",  "1633",
    "1645",  "1683",  "1686",  "1728",  "1730",  "1738",  "1748",
    "1821",  "1835",  "1879",  "1942",  "1975",  "1983",  "18090",
    "18091", "18290", "18291", "18490", "18491", "16712",
};

struct tally {
    size_t tries, valid; /* valid: accepted by both */
    size_t newer;        /* ours only, in a listed newer range */
    size_t only_ours, only_theirs, number, region, type;
};

static uint64_t random_number(struct rng *r, const struct country *c)
{
    uint64_t v = c->code;
    int spread = c->longest - c->shortest + 1;
    int digits = c->shortest + (int)rng_below(r, (uint64_t)spread);

    for (int i = 0; i < digits; i++)
        v = v * 10 + rng_below(r, 10);
    return v;
}

/* As random, but valid if some tries find such a number: numbers at the
 * borders of plans are best found near valid ones. */
static uint64_t likely_number(struct rng *r, const struct country *c)
{
    uint64_t v = 0;
    struct number n;

    for (int i = 0; i < 50; i++) {
        v = random_number(r, c);
        if (number_describe(v, &n))
            break;
    }
    return v;
}

/* The national digits of a number of the country. */
static const char *after_code(const struct country *c, const char *e164)
{
    size_t skip = 1;

    for (uint64_t code = c->code; code > 0; code /= 10)
        skip++;
    return e164 + skip;
}

/* Writes one of the ways in which a number is written; false: in the home
 * country's way, where the region is needed to read it. */
static bool spell(struct rng *r, const struct country *c, char *text)
{
    bool likely = rng_below(r, 4) > 0;
    struct number n = {.e164 =
                           likely ? likely_number(r, c) : random_number(r, c)};
    char plain[NUMBER_TEXT_LEN];
    const char *national = after_code(c, plain);

    (void)number_format(n.e164, plain);
    switch (rng_below(r, 6)) {
    case 0:
    case 1: (void)snprintf(text, TEXT_CAP, "%s", plain); return true;
    case 2:
        (void)snprintf(text, TEXT_CAP, "+%" PRIu64 " (0)%s", c->code, national);
        return true;
    case 3:
        if (number_oracle_national(n.e164, text, TEXT_CAP) > 0)
            return false;
        (void)snprintf(text, TEXT_CAP, "%s", national);
        return false;
    case 4: (void)snprintf(text, TEXT_CAP, "%s", plain + 1); return false;
    default:
        (void)snprintf(text, TEXT_CAP, "%s%s", rng_below(r, 2) == 0 ? "" : "0",
                       national);
        return false;
    }
}

static bool is_newer(uint64_t e164)
{
    char text[NUMBER_TEXT_LEN];

    (void)number_format(e164, text);
    for (size_t i = 0; i < tm_array_len(newer); i++) {
        if (e164 != 0 && str_starts(str_of(text + 1), newer[i]))
            return true;
    }
    return false;
}

/* What differs, as a place in the tally; NULL: nothing does. */
static size_t *difference(struct tally *t, const struct number *ours,
                          const struct number_oracle *theirs)
{
    if (theirs->e164 == 0 && is_newer(ours->e164))
        return &t->newer;
    if (theirs->e164 == 0)
        return ours->e164 != 0 ? &t->only_ours : NULL;
    if (ours->e164 == 0)
        return &t->only_theirs;
    if (ours->e164 != theirs->e164)
        return &t->number;
    if (strcmp(ours->region, theirs->region) != 0)
        return &t->region;
    if (strcmp(number_type_key(ours->type), theirs->type) != 0)
        return &t->type;
    return NULL;
}

static void compare(struct tally *t, const char *text, const char *region,
                    bool strict)
{
    struct number ours = {0};
    struct number_oracle theirs = {0};
    bool we = number_parse(str_of(text), region, &ours) == NUMBER_OK;
    bool they = number_oracle_parse(text, strlen(text), region, &theirs);
    size_t *what = difference(t, &ours, &theirs);

    t->tries++;
    t->valid += we && they;
    if (what == NULL)
        return;
    ++*what;
    if (what == &t->number || what == &t->region ||
        (strict && what != &t->newer))
        print_error("%s in \"%s\": %" PRIu64 " %s, oracle %" PRIu64 " %s\n",
                    text, region, ours.e164, ours.region, theirs.e164,
                    theirs.region);
}

static void compare_country(struct rng *r, const struct country *c,
                            struct tally *t)
{
    bool strict = c->gained == 0;

    while (t->tries < PER_COUNTRY) {
        char text[TEXT_CAP];
        bool abroad = spell(r, c, text);

        /* We read 00 as + where nothing else fits; the oracle does not. */
        if (abroad || strncmp(text, "00", 2) != 0)
            compare(t, text, abroad ? "" : c->region, strict);
    }
    print_message("%s: %zu tries, %zu valid for both, newer ranges %zu; other "
                  "differences: accepted %zu, refused %zu, type %zu\n",
                  c->region, t->tries, t->valid, t->newer, t->only_ours,
                  t->only_theirs, t->type);
}

static void differs_only_where_plans_changed(void **state)
{
    size_t tries = 0, newer_seen = 0;

    (void)state;
    print_message("seed %d\n", SEED);
    for (size_t i = 0; i < tm_array_len(countries); i++) {
        const struct country *c = &countries[i];
        struct tally t = {0};
        struct rng r;

        rng_init_of(&r, SEED, "number oracle", i);
        compare_country(&r, c, &t);
        assert_int_equal(t.number, 0);
        assert_int_equal(t.region, 0);
        assert_true(t.only_ours + t.type <= c->gained);
        assert_true(t.only_theirs <= c->lost);
        assert_true(t.valid > PER_COUNTRY / 5); /* the tries mean something */
        tries += t.tries;
        newer_seen += t.newer;
    }
    assert_true(tries >= 100000);
    assert_true(newer_seen > 0); /* else the oracle is no longer the old one */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differs_only_where_plans_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
