/* port/reader.h: agents, what they did and whom they were joined with. self is
 * a struct sqlite_reader. */
#ifndef STORE_READER_AGENTS_H
#define STORE_READER_AGENTS_H

#include "port/reader.h"

int reader_agents_all(void *self, struct tenant_id t, reader_agent_fn *v,
                      void *arg, struct err *e);
int reader_agents_spans(void *self, const struct reader_agent_time *f,
                        reader_agent_span_fn *v, void *arg, struct err *e);
int reader_agents_bridges(void *self, const struct reader_agent_time *f,
                          reader_bridge_fn *v, void *arg, struct err *e);

#endif
