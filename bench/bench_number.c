/*
 * Numbers a second: normalise and validate what people write, and look up
 * zones and states; beside libphonenumber in the same run, where it is
 * installed. Ratios hold on any machine, the absolute figures do not.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "core/number/number.h"
#include "core/number/number_region.h"
#include "core/number/number_zone.h"
#ifdef WITH_NUMBER_ORACLE
#include "number_oracle.h"
#endif

enum {
    SEED = 1,
    TEXTS = 100000,
    ROUNDS = 20, /* of ours: it would be over too soon */
    TEXT_CAP = 32,
};

static char texts[TEXTS][TEXT_CAP];

static double cpu_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* North American numbers, most of them valid, in five spellings. */
static void make_texts(void)
{
    static const char *const area[] = {"212", "213", "312", "415",
                                       "604", "702", "850", "917"};
    static const char *const form[] = {"(###) ###-####", "###-###-####",
                                       "+1 ### ### ####", "1##########",
                                       "###.###.####"};
    struct rng r;

    rng_init(&r, SEED, "bench number");
    for (size_t i = 0; i < TEXTS; i++) {
        const char *npa = area[rng_below(&r, tm_array_len(area))];
        const char *f = form[rng_below(&r, tm_array_len(form))];
        size_t n = strlen(f), digit = 0;

        for (size_t k = 0; k < n; k++) {
            texts[i][k] = f[k];
            if (f[k] != '#')
                continue;
            texts[i][k] =
                digit < 3 ? npa[digit] : (char)('0' + rng_below(&r, 10));
            digit++;
        }
    }
}

static double parse_rate(size_t *valid)
{
    double start = cpu_s();

    *valid = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < TEXTS; i++) {
            struct number n;

            *valid += number_parse(str_of(texts[i]), "US", &n) == NUMBER_OK;
        }
    }
    *valid /= ROUNDS;
    return (double)TEXTS * ROUNDS / (cpu_s() - start);
}

static double zone_rate(void)
{
    double start = cpu_s();
    uint64_t e164 = 12012000000;
    size_t seen = 0;

    for (size_t i = 0; i < (size_t)TEXTS * ROUNDS; i++) {
        uint16_t ids[NUMBER_ZONE_MAX];

        seen += number_zone_ids(e164, ids, NUMBER_ZONE_MAX);
        e164 += 3571;
    }
    tm_assert(seen > 0);
    return (double)TEXTS * ROUNDS / (cpu_s() - start);
}

static double region_rate(void)
{
    double start = cpu_s();
    uint64_t e164 = 12012000000;
    size_t seen = 0;

    for (size_t i = 0; i < (size_t)TEXTS * ROUNDS; i++) {
        const char *out[NUMBER_REGION_MAX];

        seen += number_region_candidates(e164, out, NUMBER_REGION_MAX);
        e164 += 3571;
    }
    tm_assert(seen > 0);
    return (double)TEXTS * ROUNDS / (cpu_s() - start);
}

#ifdef WITH_NUMBER_ORACLE
static double oracle_rate(size_t *valid)
{
    struct number_oracle n;
    double start;

    /* Its first use loads its tables. */
    (void)number_oracle_parse("+12125550123", 12, "", &n);
    start = cpu_s();
    *valid = 0;
    for (size_t i = 0; i < TEXTS; i++)
        *valid += number_oracle_parse(texts[i], strlen(texts[i]), "US", &n);
    return (double)TEXTS / (cpu_s() - start);
}
#endif

int main(void)
{
    size_t valid;
    double ours;

    make_texts();
    ours = parse_rate(&valid);
    printf("number: parse %.2f M/s (%zu of %d valid), zones %.2f M/s\n",
           ours / 1e6, valid, TEXTS, zone_rate() / 1e6);
    printf("number: states %.1f ns a look-up\n", 1e9 / region_rate());
#ifdef WITH_NUMBER_ORACLE
    double theirs = oracle_rate(&valid);

    printf("libphonenumber: parse, validate, type, format %.3f M/s (%zu "
           "valid); ratio %.0f\n",
           theirs / 1e6, valid, ours / theirs);
#else
    puts("libphonenumber is not installed: no ratio");
#endif
    return 0;
}
