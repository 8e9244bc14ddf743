/* What floor.c and floor_move.c share: the table itself. */
#ifndef CORE_AGENT_FLOOR_INSIDE_H
#define CORE_AGENT_FLOOR_INSIDE_H

#include "base/map.h"
#include "core/agent/floor.h"
#include "core/agent/floor_calls.h"
#include "core/agent/floor_limits.h"
#include "core/agent/floor_share.h"

#define FLOOR_NOBODY UINT32_MAX /* no agent */

/* Where an agent is reached. */
struct floor_phone {
    uint64_t e164;
    enum agent_leg leg;
    char trunk[AGENT_WORD_MAX];
};

struct floor_seat {
    struct floor_agent a;
    struct floor_phone phone; /* from the next sign-in on */
    uint32_t group;
    uint64_t turn;           /* READY: the order in which they became so */
    uint32_t before, behind; /* READY: in the list of the group */
    uint32_t next_name;      /* of the same hash */
};

struct floor {
    struct floor_seat *seat;
    size_t seats, seat_cap;
    struct map by_id, by_name; /* index + 1; the first of its hash */
    char skill[64][AGENT_WORD_MAX];
    size_t skills;
    struct floor_share share;
    bool reshared; /* since it was last asked */
    struct floor_calls *calls;
    struct floor_limits limits;
    uint64_t turns;
    struct floor_change *change; /* a ring */
    size_t change_first, changes, change_cap;
};

/* NULL: no such agent. */
struct floor_seat *floor_inside_seat(const struct floor *f, struct agent_id a);
/* A ready agent enters or leaves the list of his group; side as in
 * floor_share_go(). */
void floor_inside_enter(struct floor *f, struct floor_seat *s);
void floor_inside_leave(struct floor *f, struct floor_seat *s, uint16_t side);
/* Who may get calls is counted in his group, by 1 or -1. */
void floor_inside_present(struct floor *f, const struct floor_seat *s, int n);
/* He has a campaign, with a call or wrap-up of it. */
bool floor_inside_is_busy(enum agent_state s);

#endif
