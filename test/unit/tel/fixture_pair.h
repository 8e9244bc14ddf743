/* Two SIP stacks and a media plane in one loop, for tests over loopback. */
#ifndef FIXTURE_PAIR_H
#define FIXTURE_PAIR_H

#include "tel/dialog.h"
#include "tel/loop.h"
#include "tel/media.h"
#include "tel/sip_stack.h"

struct pair {
    struct loop *loop;
    struct sip_stack *a, *b; /* a calls, b is called */
    struct media_plane *plane;
    char target[64]; /* sip:...@b */
    int errors;      /* texts logged as errors */
    int64_t timeout_at_us;
};

/* incoming is b's handler. */
void pair_start(struct pair *p, sip_stack_incoming_fn *incoming, void *arg);
void pair_stop(struct pair *p);
/* Runs the loop until done() says so; false after ms without it. */
bool pair_run_until(struct pair *p, bool (*done)(void *arg), void *arg, int ms);

#endif
