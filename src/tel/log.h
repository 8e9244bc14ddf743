/*
 * Where the telephony layer tells what an operator should know. Nothing in
 * tel/ prints: whoever wires the program hands one of these in. The function
 * may be called from any thread and must not block.
 */
#ifndef TEL_LOG_H
#define TEL_LOG_H

#include "base/assert.h"

enum tel_log_level {
    TEL_LOG_ERROR,   /* something is lost until someone acts */
    TEL_LOG_WARNING, /* worked around, should be looked at */
    TEL_LOG_INFO,    /* state changes of trunks and servers */
    TEL_LOG_DEBUG,
};

typedef void(tel_log_fn)(void *arg, enum tel_log_level level, const char *text);

struct tel_log {
    tel_log_fn *fn; /* NULL: nothing is told */
    void *arg;
};

void tel_log(const struct tel_log *l, enum tel_log_level level, const char *fmt,
             ...) TM_PRINTF(3, 4);

#endif
