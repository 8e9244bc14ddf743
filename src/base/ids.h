/* Integer ids, each a type of its own so that they cannot be mixed up.
 * 0 means none. They are SQLite rowids: 1 .. 2^63 - 1. */
#ifndef BASE_IDS_H
#define BASE_IDS_H

#include <stdint.h>

struct tenant_id {
    int64_t v;
};
struct seller_id {
    int64_t v;
};
struct list_id {
    int64_t v;
};
struct lead_id {
    int64_t v;
};
struct campaign_id {
    int64_t v;
};
struct attempt_id {
    int64_t v;
};
struct agent_id {
    int64_t v;
};

#endif
