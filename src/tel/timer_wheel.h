/*
 * A hashed timer wheel behind libre's own timer functions.
 *
 * libre keeps its timers in a sorted list: starting one costs O(timers
 * alive), and every SIP transaction keeps several for 32 s, so that beyond
 * some hundred calls per second the list is all the program does. Here start
 * and cancel are O(1); polling visits the slots of the time that passed.
 *
 * timer_wheel.c defines libre's symbols tmr_init, tmr_start, tmr_cancel,
 * tmr_poll, tmr_jiffies, tmr_jiffies_usec, tmr_next_timeout, tmr_get_expire,
 * tmr_status and tmr_debug with libre's declarations (re_tmr.h of 1.1.0 and
 * 2.0.1; tmr_isrunning is inline there). The program's symbols take the place
 * of the shared library's, or are found before those of libre.a. These names
 * are therefore exempt from the rule that symbols begin with the file's name.
 *
 * Time is CLOCK_MONOTONIC: a step of the wall clock moves no timer.
 * Each thread has its own wheel, made at its first timer.
 */
#ifndef TEL_TIMER_WHEEL_H
#define TEL_TIMER_WHEEL_H

#include <stddef.h>

/* Frees this thread's wheel; timers still running in it never fire. */
void timer_wheel_release(void);
size_t timer_wheel_count(void); /* timers running in this thread */

#endif
