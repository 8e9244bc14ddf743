#include "tel/log.h"

#include <stdarg.h>
#include <stdio.h>

void tel_log(const struct tel_log *l, enum tel_log_level level, const char *fmt,
             ...)
{
    tm_assert(fmt != NULL);
    if (!l || !l->fn) {
        return;
    }
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    l->fn(l->arg, level, text);
}
