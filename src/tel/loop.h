/*
 * The loop thread: SIP, the engine and all campaigns live in it, without
 * locks. It is libre's re_main() with our timer wheel (tel/timer_wheel.c).
 *
 * Order: loop_new() first of all telephony calls, in the thread that will
 * call loop_run(); loop_free() last, after every stack, media plane and
 * carrier made on it is gone. One loop per thread.
 */
#ifndef TEL_LOOP_H
#define TEL_LOOP_H

#include <stdint.h>

#include "base/err.h"
#include "tel/log.h"

struct loop;
struct loop_timer;

typedef void(loop_fn)(void *arg);

/* descriptors_max bounds the numbers of the descriptors the loop may watch, so
 * it must cover those of media sockets too, which it does not watch. 0 = what
 * the process may open (RLIMIT_NOFILE), at most 65,536: raise that limit
 * before. Errors: TM_EIO. */
int loop_new(struct loop **out, int descriptors_max, const struct tel_log *log,
             struct err *e) TM_MUST_CHECK;
void loop_free(struct loop *l);

/* Runs until loop_stop(). TM_EIO when polling fails. */
int loop_run(struct loop *l, struct err *e) TM_MUST_CHECK;
/* Ends loop_run() after the handler that calls it; loop thread only. Other
 * threads post a function that calls it. */
void loop_stop(struct loop *l);

/* Calls fn(arg) in the loop thread soon. Any thread (not a signal handler:
 * use loop_watch on a signalfd). TM_EFULL when too many wait. */
int loop_post(struct loop *l, loop_fn *fn, void *arg) TM_MUST_CHECK;

/* Calls fn(arg) whenever fd is readable; -1/NULL rules: fd >= 0, one watcher
 * per fd. loop_unwatch before closing fd. Loop thread. */
int loop_watch(struct loop *l, int fd, loop_fn *fn, void *arg,
               struct err *e) TM_MUST_CHECK;
void loop_unwatch(struct loop *l, int fd);

/* A one-shot timer on the monotonic clock. Setting it again moves it. */
struct loop_timer *loop_timer_new(struct loop *l, loop_fn *fn, void *arg);
void loop_timer_free(struct loop_timer *t);
void loop_timer_set(struct loop_timer *t, int64_t delay_ms); /* < 0 = now */
void loop_timer_cancel(struct loop_timer *t);

/* CLOCK_MONOTONIC in microseconds. Any thread. */
int64_t loop_monotonic_us(void);

#endif
