/*
 * Leads that are in the hands of the engine, by campaign. In memory: claims
 * end with the process that holds them. Store thread only.
 */
#ifndef STORE_CLAIMS_H
#define STORE_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ids.h"
#include "base/map.h"

struct claims_campaign {
    struct campaign_id id;
    struct map lead; /* lead id -> 1 */
};

struct claims {
    struct claims_campaign *campaign;
    size_t n;
};

void claims_init(struct claims *c);
void claims_fini(struct claims *c);
void claims_add(struct claims *c, struct campaign_id id, struct lead_id lead);
void claims_remove(struct claims *c, struct campaign_id id,
                   struct lead_id lead);
bool claims_has(const struct claims *c, struct campaign_id id,
                struct lead_id lead);
void claims_clear(struct claims *c, struct campaign_id id);

#endif
