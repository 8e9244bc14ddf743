/*
 * What agents did, for people and programs: a part of a campaign's report, and
 * `telemark report --agents` by itself. The four writers say the same.
 */
#ifndef REPORT_REPORT_AGENTS_H
#define REPORT_REPORT_AGENTS_H

#include "base/json_out.h"
#include "report/agent_figures.h"

/* Lines without a heading; NULL: nobody did anything. */
void report_agents_text(const struct agent_figures *f, struct buf *out);
/* One value: an object. */
void report_agents_json(const struct agent_figures *f, struct json_out *j);
/* Lines "agents,NAME,key,value" and "dispositions,WORD,n,value". */
void report_agents_csv(const struct agent_figures *f, struct buf *out);
/* A card of the page. */
void report_agents_html(const struct agent_figures *f, struct buf *out);
/* The card as a page of its own. */
void report_agents_page(const struct agent_figures *f, struct buf *out);

enum { REPORT_AGENTS_TIME_LEN = 24 };
/* "1:23:45"; returns out. */
const char *report_agents_time(int64_t ms, char out[REPORT_AGENTS_TIME_LEN]);

#endif
