/*
 * A permit: the right to contact one number once, for a short time. Only
 * core/rules makes one (rules_check, on an allow); the carrier demands one
 * and asks permit_valid() again just before the INVITE leaves. A call without
 * a permit therefore cannot be written down.
 *
 * Users read the fields but never set them; a check of the build refuses
 * assignments to seal outside core/rules.
 */
#ifndef CORE_RULES_PERMIT_H
#define CORE_RULES_PERMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"

enum permit_purpose {
    PERMIT_PROSPECT, /* a lead */
    PERMIT_STAFF,    /* a registered agent's own telephone */
};

struct permit {
    struct attempt_id attempt; /* used for this attempt and no other */
    uint64_t e164;             /* the number, digits after '+' */
    int64_t issued_us;
    int64_t expires_us; /* valid while now < expires_us */
    enum permit_purpose purpose;
    uint64_t seal; /* binds the fields above */
};

/* True when the seal fits the fields and issued_us <= now_us < expires_us. */
bool permit_valid(const struct permit *p, int64_t now_us);

#endif
