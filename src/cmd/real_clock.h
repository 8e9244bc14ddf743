/*
 * The clock port over the system's clocks. It may start at a stated instant
 * instead of the present (the demo); then it runs at real speed from there.
 * It never goes back: it follows the monotonic clock and takes over steps of
 * the wall clock only forward, by real_clock_sync().
 */
#ifndef CMD_REAL_CLOCK_H
#define CMD_REAL_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>

#include "port/clock.h"

struct real_clock {
    struct clock_port port;
    int64_t base_mono_us;
    _Atomic int64_t base_us; /* port time at base_mono_us */
    bool shifted;            /* started at a stated instant */
};

/* start_us 0: the present. */
void real_clock_init(struct real_clock *c, int64_t start_us);
/* Catches up with the wall clock when it runs ahead (suspend, NTP step).
 * Call it now and then from the loop. Nothing happens when shifted. */
void real_clock_sync(struct real_clock *c);

#endif
