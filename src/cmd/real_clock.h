/*
 * The clock port over the system's clocks. It may start at a stated instant
 * instead of the present (the demo); then it runs at real speed from there.
 * It never goes back: it follows the monotonic clock and takes over steps of
 * the wall clock (sleep, NTP) forward, at once. When the wall clock was set
 * back it goes on from where it is; real_clock_lead_us() tells by how much it
 * is ahead then. Any thread.
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
/* How far the wall clock was set back behind this one; 0: it was not, or this
 * one is shifted. */
int64_t real_clock_lead_us(const struct real_clock *c);

#endif
