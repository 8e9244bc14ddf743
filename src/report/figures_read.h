/*
 * The figures of one campaign, read from the store through port/reader.h. The
 * whole journal is read and its chain checked on the way: about a second for
 * a million entries.
 */
#ifndef REPORT_FIGURES_READ_H
#define REPORT_FIGURES_READ_H

#include "port/reader.h"
#include "report/figures.h"

/* The campaign of that name; texts of *out are copies in the arena. c->plan is
 * left empty. TM_ENOTFOUND names the campaigns there are. */
int figures_read_campaign(const struct reader *r, struct arena *a,
                          struct slice name, struct reader_campaign *out,
                          struct err *e) TM_MUST_CHECK;

/* Feeds everything about the campaign into b; figures_end() then has it. */
int figures_read(const struct reader *r, struct campaign_id c,
                 struct figures_builder *b, struct err *e) TM_MUST_CHECK;

/* Only the campaign and what became of its leads. */
int figures_read_leads(const struct reader *r, struct campaign_id c,
                       struct figures_builder *b, struct err *e) TM_MUST_CHECK;

/* What time it is for the store: when the last server ran with a clock that
 * was set, the present of the machine means nothing there. */
struct figures_read_clock {
    bool shifted;    /* the last run had a clock of its own */
    int64_t last_us; /* latest time in the journal, 0 none */
};
int figures_read_clock(const struct reader *r, struct figures_read_clock *out,
                       struct err *e) TM_MUST_CHECK;

#endif
