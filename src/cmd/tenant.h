/* The tenant of commands: one installation has one until tenants get their
 * own sign-in (a later issue); every key of the store has it all the same. */
#ifndef CMD_TENANT_H
#define CMD_TENANT_H

#include "base/ids.h"
#include "store/catalog.h"

static inline struct tenant_id tenant_default(void)
{
    return (struct tenant_id){CATALOG_TENANT_DEFAULT};
}

#endif
