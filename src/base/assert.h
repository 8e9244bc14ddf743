/*
 * Assertions: a programmer error stops the program with what, where and why.
 * They stay on in release builds; none may be costly (see tm_verify).
 */
#ifndef BASE_ASSERT_H
#define BASE_ASSERT_H

#include <stddef.h>

/* Prints the failed condition to standard error and aborts. Any thread. */
_Noreturn void assert_fail(const char *file, int line, const char *what);

#define tm_assert(cond)                                                        \
    ((cond) ? (void)0 : assert_fail(__FILE__, __LINE__, #cond))

/* A branch that cannot be reached unless the program is wrong. */
#define tm_unreachable(why) assert_fail(__FILE__, __LINE__, why)

/* Costly checks: on in debug builds and in simulations only. */
#ifdef TM_VERIFY
#define tm_verify(cond) tm_assert(cond)
#else
#define tm_verify(cond) ((void)sizeof(cond))
#endif

#define tm_array_len(a) (sizeof(a) / sizeof((a)[0]))

/* Every result that reports an operating error must be looked at. */
#define TM_MUST_CHECK         __attribute__((warn_unused_result))
#define TM_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

#endif
