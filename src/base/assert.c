#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void assert_fail(const char *file, int line, const char *what)
{
    (void)fprintf(stderr, "%s:%d: telemark stopped itself: %s\n", file, line,
                  what);
    (void)fflush(stderr);
    abort();
}
