/*
 * The people of a scenario as a list, its registers and who opted out before:
 * what a simulated campaign calls, made from the seed alone. Also the truth
 * that a checker asks, who must not trust what the program says: person i of
 * the list is lead i + 1, and every answer here is of the beginning of the
 * day.
 *
 * An endless list has no people of its own: each lead is worked out when it
 * is asked for, in any order, and nothing is kept. Its people have one
 * telephone and consent, and are in no register.
 *
 * Cost: about 1 us a lead to make, 24 bytes a lead to keep. Immutable once
 * made; any thread may read.
 */
#ifndef SIM_SIM_LIST_H
#define SIM_SIM_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/campaign/caller_facts.h"
#include "core/dnc/dnc_lists.h"
#include "core/dnc/suppression.h"
#include "core/lead/lead.h"
#include "sim/scenario.h"

enum {
    SIM_LIST_TENANT = 1, /* ids of everything that there is one of */
    SIM_LIST_SELLER = 1,
    SIM_LIST_CAMPAIGN = 1,
    SIM_LIST_SECOND = 2, /* a campaign beside it (runner.h) */
    SIM_LIST_DEFAULT_SIZE = 1000,
    /* People of a scenario with the built-in campaign live in Arizona, which
     * has no summer time: its hours are theirs all the year. */
    SIM_LIST_ENDLESS_OFFSET_S = -7 * 3600,
};

struct sim_list;

/* s must stay. */
struct sim_list *sim_list_new(const struct scenario *s, uint64_t seed);
void sim_list_free(struct sim_list *l);

size_t sim_list_size(const struct sim_list *l); /* endless: 0 */
bool sim_list_is_endless(const struct sim_list *l);
/* Endless: false when the place is taken by a number of an island. */
bool sim_list_is_good(const struct sim_list *l, size_t i);
/* Person i, as imported. Texts live as long as the list. An endless list has
 * all below 2^30. */
void sim_list_lead(const struct sim_list *l, size_t i, struct lead *out);
/* The registers that the campaign is given. */
const struct dnc_lists *sim_list_lists(const struct sim_list *l);
/* What is on file about the world: the emergencies of the scenario. */
const struct caller_facts *sim_list_facts(const struct sim_list *l);
/* Adds who opted out before the day. */
void sim_list_opt_outs(const struct sim_list *l, struct suppression *out);

/* The truth about a number of the list; false for others. */
bool sim_list_is_national(const struct sim_list *l, uint64_t e164);
bool sim_list_is_internal(const struct sim_list *l, uint64_t e164);
bool sim_list_opted_out(const struct sim_list *l, uint64_t e164);
/* Whose number it is (i), or SIZE_MAX. */
size_t sim_list_find(const struct sim_list *l, uint64_t e164);
enum scenario_zone sim_list_zone(uint64_t e164);

#endif
