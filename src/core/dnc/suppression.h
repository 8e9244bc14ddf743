/*
 * Opt-outs in memory: who asked which seller to be left alone. Filled from
 * the store at start, added to in the very step that hears the request, asked
 * before each verdict and again before each INVITE. One thread (the loop).
 */
#ifndef CORE_DNC_SUPPRESSION_H
#define CORE_DNC_SUPPRESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/map.h"

struct suppression {
    struct map map; /* mixed (seller, number) -> requested_us */
};

void suppression_init(struct suppression *s);
void suppression_fini(struct suppression *s);
/* Keeps the earlier request. seller 0: every seller of the installation. */
void suppression_add(struct suppression *s, struct seller_id seller,
                     uint64_t e164, int64_t requested_us);
/* True when the seller, or all sellers, may not call the number; then
 * *requested_us (may be NULL) is the instant of the request. */
bool suppression_has(const struct suppression *s, struct seller_id seller,
                     uint64_t e164, int64_t *requested_us);

#endif
