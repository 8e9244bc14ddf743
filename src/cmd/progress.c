#include "cmd/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
    SHOW_AFTER_US = 2000000,
    BAR_EVERY_US = 200000,
    LINE_EVERY_US = 10000000,
    BAR_WIDTH = 30,
};

static int64_t mono_us(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        return 0;
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void progress_start(struct progress *p, const char *what, const char *unit)
{
    int64_t now = mono_us();
    *p = (struct progress){.what = what,
                           .unit = unit,
                           .start_us = now,
                           .shown_us = now,
                           .terminal = isatty(STDERR_FILENO) == 1};
}

static void draw(const struct progress *p, double share, double rate,
                 uint64_t left_s, bool known)
{
    if (!p->terminal) {
        if (known)
            (void)fprintf(stderr, "%s: %.0f %%, %.0f %s/s, %llu s left\n",
                          p->what, 100 * share, rate, p->unit,
                          (unsigned long long)left_s);
        else
            (void)fprintf(stderr, "%s: %.0f %s/s\n", p->what, rate, p->unit);
        return;
    }
    char bar[BAR_WIDTH + 1];
    for (int i = 0; i < BAR_WIDTH; i++)
        bar[i] = known && i < (int)(share * BAR_WIDTH) ? '#' : '.';
    bar[BAR_WIDTH] = '\0';
    (void)fprintf(stderr, "\r%s [%s] %3.0f %%  %.0f %s/s  %llu s left\033[K",
                  p->what, bar, 100 * share, rate, p->unit,
                  (unsigned long long)left_s);
}

void progress_update(struct progress *p, uint64_t count, uint64_t done_part,
                     uint64_t total_part)
{
    int64_t now = mono_us();
    int64_t every = p->terminal ? BAR_EVERY_US : LINE_EVERY_US;
    if (now - p->start_us < SHOW_AFTER_US || now - p->shown_us < every)
        return;
    p->shown_us = now;
    p->drawn = true;
    double took_s = (double)(now - p->start_us) / 1e6;
    bool known = total_part > 0 && done_part > 0;
    double share = known ? (double)done_part / (double)total_part : 0;
    if (share > 1)
        share = 1;
    double left = known ? took_s * (1 - share) / share : 0;
    draw(p, share, (double)count / took_s, (uint64_t)left, known);
}

void progress_end(struct progress *p)
{
    if (p->terminal && p->drawn)
        (void)fputs("\r\033[K", stderr);
    p->drawn = false;
}
