/*
 * Debian's libphonenumber behind a C interface: an oracle for tests and
 * benchmarks only. Its metadata is of October 2022. Knows nothing of our own
 * code, so that the two cannot be wrong together.
 */
#ifndef ORACLE_NUMBER_ORACLE_H
#define ORACLE_NUMBER_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct number_oracle {
    uint64_t e164;    /* 0: not a valid number */
    const char *type; /* spelled as by number_type_key */
    char region[3];   /* "" for codes of no country */
};

/* Parses and validates; region: ISO country, or "" for none. */
bool number_oracle_parse(const char *text, size_t n, const char *region,
                         struct number_oracle *out);
/* The number as people of its own country write it; returns the length, 0 if
 * there is no such number. */
size_t number_oracle_national(uint64_t e164, char *out, size_t cap);

#ifdef __cplusplus
}
#endif

#endif
