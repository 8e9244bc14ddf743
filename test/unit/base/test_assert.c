#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/assert.h"

/* Runs body in a child whose standard error comes back in text; returns the
 * signal that ended it, or 0. */
static int run_child(void (*body)(void), char *text, size_t cap)
{
    int fd[2];
    assert_int_equal(pipe(fd), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)signal(SIGABRT, SIG_DFL);
        (void)dup2(fd[1], STDERR_FILENO);
        (void)close(fd[0]);
        body();
        _exit(0);
    }
    (void)close(fd[1]);
    size_t n = 0;
    ssize_t got;
    while ((got = read(fd[0], text + n, cap - 1 - n)) > 0) {
        n += (size_t)got;
    }
    text[n] = '\0';
    (void)close(fd[0]);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void fails(void)
{
    int apples = 3;
    tm_assert(apples == 4);
}

static void holds(void)
{
    tm_assert(1 + 1 == 2);
    tm_verify(1 + 1 == 2);
}

static void unreachable(void)
{
    tm_unreachable("no such colour");
}

static void test_failed_condition_aborts(void **state)
{
    (void)state;
    char text[512];
    assert_int_equal(run_child(fails, text, sizeof text), SIGABRT);
    assert_non_null(strstr(text, "apples == 4"));
    assert_non_null(strstr(text, "test_assert.c:"));
    assert_int_equal(run_child(unreachable, text, sizeof text), SIGABRT);
    assert_non_null(strstr(text, "no such colour"));
}

static void test_true_condition_goes_on(void **state)
{
    (void)state;
    char text[512];
    assert_int_equal(run_child(holds, text, sizeof text), 0);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failed_condition_aborts),
        cmocka_unit_test(test_true_condition_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
