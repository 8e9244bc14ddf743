/*
 * The figures of a campaign from its records as they come, for who has no
 * store: a simulation that watches its journal gives the same report as a
 * real day. Feed every record of one campaign, in order, with its number in
 * clear; imports are told to the builder by who made the list.
 *
 * Memory: some 40 bytes a lead and 100 an attempt that is not over.
 */
#ifndef REPORT_FIGURES_RECORDS_H
#define REPORT_FIGURES_RECORDS_H

#include "core/journal/record.h"
#include "report/figures.h"

struct figures_records; /* opaque */

/* b is told of the campaign before, and outlives this. */
struct figures_records *figures_records_new(struct figures_builder *b);
void figures_records_free(struct figures_records *f); /* or NULL */
void figures_records_add(struct figures_records *f, const struct record *r);
/* No record comes any more: hands leads and attempts that are not over to the
 * builder. leads: how many the campaign has, so that those of which no record
 * tells count as not considered. */
void figures_records_end(struct figures_records *f, uint64_t leads);

#endif
