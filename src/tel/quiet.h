/*
 * libre prints what it cannot handle (undecodable messages, requests nobody
 * took) to standard error. quiet.c defines libre's re_fprintf, so that such
 * text is counted instead when it goes to stderr; other streams print as
 * ever. Exempt from the naming rule for the same reason as timer_wheel.c.
 */
#ifndef TEL_QUIET_H
#define TEL_QUIET_H

#include <stdint.h>

uint64_t quiet_count(void); /* texts swallowed so far, any thread */

#endif
