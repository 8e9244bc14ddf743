/*
 * Who calls whom, as a call to us says it: numbers out of SIP addresses.
 *
 * A number counts when some numbering plan has it in service (core/number):
 * "+12025550123", "0012025550123" and "12025550123", and with a country also
 * as it is dialled there ("2025550123", "0301234567"). Names, extensions and
 * display names are no numbers. A caller who asks for privacy is nobody: what
 * the carrier was told about him all the same is not used (RFC 3323, 3325).
 *
 * Cost: some hundreds of nanoseconds, no memory taken. Pure; any thread.
 */
#ifndef TEL_CALLER_H
#define TEL_CALLER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* What an INVITE says; "" where it says nothing. */
struct caller_says {
    struct slice from;     /* URI of From */
    struct slice asserted; /* value of P-Asserted-Identity */
    struct slice privacy;  /* value of Privacy */
};

/* The user part of an address, "" = none: without parameters, as it stands. */
struct slice caller_user(struct slice address);
/* The number of an address: a SIP or tel URI, alone or in <> behind a name.
 * country: ISO code of those who write national numbers, NULL or "": none do.
 * 0: it has none. */
uint64_t caller_number(struct slice address, const char *country);
/* The caller's number, P-Asserted-Identity before From; 0: he has none, or
 * wants it withheld. */
uint64_t caller_of(const struct caller_says *s, const char *country);

#endif
