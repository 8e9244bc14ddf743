/* Attempts, answers, opt-outs, call backs: see port/reader.h. */
#ifndef STORE_READER_CALLS_H
#define STORE_READER_CALLS_H

#include "port/reader.h"

int reader_calls_attempts(void *self, const struct reader_attempts *q,
                          reader_attempt_fn *v, void *arg, struct err *e);
int reader_calls_callers(void *self, const struct reader_attempts *f,
                         reader_caller_fn *v, void *arg, struct err *e);
int reader_calls_answers(void *self, struct campaign_id c, reader_answer_fn *v,
                         void *arg, struct err *e);
int reader_calls_opt_outs(void *self, uint64_t e164, reader_opt_out_fn *v,
                          void *arg, struct err *e);
int reader_calls_callbacks(void *self, struct campaign_id c,
                           reader_callback_fn *v, void *arg, struct err *e);

#endif
