/*
 * Days on the command line: "2026-11-21". Each option that takes a day reads
 * it here, so that none can bring a year with which the calendar overflows:
 * behind 9999-12-31 there is no day, and a server must not end on a typing
 * error. Years 1900 to 2199 are taken.
 *
 * Cost: constant. Misuse: instants with an hour are civil_parse_instant's.
 */
#ifndef CMD_DAY_H
#define CMD_DAY_H

#include <stdint.h>

#include "base/civil.h"
#include "base/err.h"

enum { DAY_YEAR_FIRST = 1900, DAY_YEAR_LAST = 2199 };

/* option: as typed, "--from", for the message. text may be NULL: none given.
 * TM_EINVAL with what is wrong and how to write it. Any thread. */
int day_parse(const char *option, const char *text, struct civil_date *out,
              struct err *e) TM_MUST_CHECK;

/* The same as UTC microseconds: the first instant of the day that lies `after`
 * days behind it (1: the end of the day). */
int day_parse_us(const char *option, const char *text, int after, int64_t *out,
                 struct err *e) TM_MUST_CHECK;

#endif
