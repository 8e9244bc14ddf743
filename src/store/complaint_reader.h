/* Complaints, the calls they may mean, what happened to them: see
 * port/reader.h. */
#ifndef STORE_COMPLAINT_READER_H
#define STORE_COMPLAINT_READER_H

#include "port/reader.h"

int complaint_reader_cases(void *self, const struct reader_complaints *q,
                           reader_complaint_fn *v, void *arg, struct err *e);
int complaint_reader_matches(void *self, int64_t complaint,
                             reader_complaint_match_fn *v, void *arg,
                             struct err *e);
int complaint_reader_events(void *self, int64_t complaint,
                            reader_complaint_event_fn *v, void *arg,
                            struct err *e);

#endif
