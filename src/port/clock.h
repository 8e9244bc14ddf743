/*
 * The clock port: who tells the time. The system clock, a clock that starts
 * at a stated instant and runs at real speed (the demo), or the simulator's.
 */
#ifndef PORT_CLOCK_H
#define PORT_CLOCK_H

#include <stdint.h>

struct clock_port {
    void *self;
    int64_t (*now_us)(void *self); /* UTC microseconds, never going back */
};

#endif
