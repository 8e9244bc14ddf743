#include "tel/quiet.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include "tel/re.h"

/* libre gives no context to re_fprintf. */
static atomic_uint_fast64_t swallowed;

uint64_t quiet_count(void)
{
    return atomic_load_explicit(&swallowed, memory_order_relaxed);
}

int re_fprintf(FILE *stream, const char *fmt, ...)
{
    if (stream == stderr) {
        atomic_fetch_add_explicit(&swallowed, 1, memory_order_relaxed);
        return 0;
    }
    va_list ap;
    va_start(ap, fmt);
    int n = re_vfprintf(stream, fmt, ap);
    va_end(ap);
    return n;
}
