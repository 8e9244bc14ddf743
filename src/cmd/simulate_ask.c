#include "cmd/simulate_ask.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "cmd/command.h"

enum { FINDINGS_SHOWN = 20, TEXT_MAX = 1 << 20 };

void simulate_ask_found(struct runner_check *c, const struct runner_result *r,
                        struct simulate_found *out)
{
    struct buf b;
    *out = (struct simulate_found){0};
    if (c == NULL)
        return;
    runner_check_result(c, r);
    out->n = check_rules_counts(runner_check_finish(c)).findings;
    if (out->n == 0)
        return;
    buf_init(&b, TEXT_MAX);
    runner_check_tell(c, FINDINGS_SHOWN, &b);
    (void)str_copy(out->text, sizeof(out->text), buf_slice(&b));
    buf_fini(&b);
}

void simulate_ask_tell(struct simulate_ask *a, const struct simulate_found *f,
                       uint64_t seed)
{
    if (f->n == 0)
        return;
    a->findings += f->n;
    (void)fprintf(stderr,
                  "seed %" PRIu64 ": the checker found %" PRIu64 " faults\n%s",
                  seed, f->n, f->text);
}

void simulate_ask_hex(const uint8_t head[JOURNAL_HASH_SIZE],
                      char out[RUNNER_HASH_LEN])
{
    static const char digit[] = "0123456789abcdef";
    for (int i = 0; i < JOURNAL_HASH_SIZE; i++) {
        out[2 * i] = digit[head[i] >> 4];
        out[2 * i + 1] = digit[head[i] & 15];
    }
    out[2 * JOURNAL_HASH_SIZE] = '\0';
}

static int64_t clock_us(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t simulate_ask_wall_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

int64_t simulate_ask_cpu_us(void)
{
    struct rusage u;
    int64_t us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
    if (getrusage(RUSAGE_CHILDREN, &u) != 0)
        return us;
    us += (int64_t)u.ru_utime.tv_sec * 1000000 + u.ru_utime.tv_usec;
    return us + (int64_t)u.ru_stime.tv_sec * 1000000 + u.ru_stime.tv_usec;
}

bool simulate_ask_utf8(void)
{
    const char *const name[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    if (isatty(STDOUT_FILENO) == 0)
        return false;
    for (size_t i = 0; i < tm_array_len(name); i++) {
        const char *v = getenv(name[i]);
        if (v != NULL && v[0] != '\0')
            return strstr(v, "UTF-8") != NULL || strstr(v, "utf8") != NULL;
    }
    return false;
}

int simulate_ask_print(const struct simulate_ask *a, const struct buf *b)
{
    bool good = !b->failed && fwrite(b->p, 1, b->n, stdout) == b->n &&
                fflush(stdout) == 0;
    return good && a->findings == 0 ? EXIT_DONE : EXIT_REFUSED;
}
