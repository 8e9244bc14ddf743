/*
 * Sharing the ready agents between the campaigns, in counts: who gets how many
 * of them to dial for. Agents that may take the same campaigns and have the
 * same skills form a group; a group hands its ready agents to its active
 * campaigns in proportion to their weights, as whole agents, so that each has
 * its share rounded up or down. Which campaign an odd agent counts for is
 * remembered: one that got less than its weight comes first the next time, so
 * one agent alone serves two campaigns by turns.
 *
 * An agent whom a campaign takes was its own if it had one. Otherwise another
 * campaign gives up one of its, and gets it back when an agent comes.
 *
 * Cost: an agent who comes or goes O(campaigns of his group); a campaign that
 * changes O(groups x campaigns). Pure.
 */
#ifndef CORE_AGENT_FLOOR_SHARE_H
#define CORE_AGENT_FLOOR_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/map.h"
#include "core/agent/agent.h"

enum { FLOOR_NONE = UINT16_MAX }; /* no campaign of the table */

/* A campaign of the floor. */
struct floor_side {
    struct campaign_id id;
    unsigned weight; /* 1 .. 1000 */
    bool active;
    uint64_t needs; /* skills of its agents */
    unsigned ready; /* that count for it */
    unsigned busy, leaving;
    unsigned waiting; /* its people who wait for an agent */
    unsigned covered; /* ready agents on whom its lines count */
};

/* A campaign in a group. */
struct floor_part {
    uint16_t side;
    unsigned own;   /* ready agents of the group that count for it */
    int64_t credit; /* in agents x weight of the group: what it is owed */
};

/* Agents who may take the same. */
struct floor_group {
    struct campaign_id campaign[AGENT_CAMPAIGNS_MAX]; /* sorted */
    size_t campaigns;                                 /* 0: all */
    uint64_t skills;
    struct floor_part *part; /* the active campaigns it suits */
    size_t parts;
    int64_t weight;       /* of all parts */
    unsigned ready;       /* who count for campaigns */
    unsigned listed;      /* ready ones, those who want to go too */
    unsigned present;     /* signed in and not pausing */
    uint32_t first, last; /* its ready agents, longest idle first, for floor.c;
                             UINT32_MAX none */
    uint32_t place;       /* among the groups with ready agents */
};

struct floor_cover;

struct floor_share {
    struct floor_side *side;
    size_t sides;
    unsigned waiting;   /* of all sides */
    unsigned covered;   /* likewise */
    struct map side_of; /* campaign id -> index + 1 */
    struct floor_group *group;
    size_t groups, group_cap;
    struct map group_of; /* hash of what it may take -> index + 1 */
    uint32_t *filled;    /* groups with listed agents, in no order */
    size_t fills;
    struct floor_cover *cover; /* what floor_cover.c works with */
};

void floor_share_init(struct floor_share *s);
void floor_share_fini(struct floor_share *s);
struct floor_cover *floor_cover_new(void);
void floor_cover_free(struct floor_cover *k);

/* Index of a campaign, FLOOR_NONE when it is not in the table. */
uint16_t floor_share_side(const struct floor_share *s, struct campaign_id c);
/* The same, put in when it is new; FLOOR_NONE: the table is full. */
uint16_t floor_share_make_side(struct floor_share *s, struct campaign_id c);
/* Its weight, activity or needs have changed. */
void floor_share_changed(struct floor_share *s);

/* The group of who may take this; skills are bits. */
uint32_t floor_share_group(struct floor_share *s, const struct agent_setup *a,
                           uint64_t skills);
/* Its agents may take people of this campaign who need these skills. */
bool floor_share_suits(const struct floor_share *s, uint32_t group,
                       struct campaign_id c, uint64_t skills);

/* One of its agents might take a person who waits. */
bool floor_share_wanted(const struct floor_share *s, uint32_t group);

/* Lines count on the ready agents of the group: without one of them, fewer
 * lines of all campaigns would have an agent. O(kinds of ready agents) when one
 * campaign has lines, else some times O(kinds x campaigns with lines). */
bool floor_share_spoken_for(const struct floor_share *s, uint32_t group);
/* People who wait in other campaigns than that of the side, for its agents. */
unsigned floor_share_claimed(const struct floor_share *s, uint16_t side);

/* A ready agent more who can be taken, or one less (n is 1 or -1); whether he
 * counts for campaigns is said by the next two. */
void floor_share_list(struct floor_share *s, uint32_t group, int n);
/* A ready agent more who counts. */
void floor_share_come(struct floor_share *s, uint32_t group);
/* One less, taken by a campaign or by none (FLOOR_NONE). */
void floor_share_go(struct floor_share *s, uint32_t group, uint16_t side);

#endif
