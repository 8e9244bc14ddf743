#include "fixture_pair.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* Peers that keep time go before what else runs beside the tests, as the
 * threads of the media plane do, where that is allowed. */
enum { NICE = -10 };

static void on_log(void *arg, enum tel_log_level level, const char *text)
{
    struct pair *p = arg;
    if (level <= TEL_LOG_WARNING) {
        (void)fprintf(stderr, "log: %s\n", text);
        ++p->errors;
    }
}

void pair_start(struct pair *p, sip_stack_incoming_fn *incoming, void *arg)
{
    struct err e = {0};
    struct tel_log log = {on_log, p};
    memset(p, 0, sizeof *p);
    (void)setpriority(PRIO_PROCESS, 0, NICE);
    int rc = loop_new(&p->loop, 0, &log, &e);
    tm_assert(rc == TM_OK);
    struct sip_stack_config c = {
        .address = "127.0.0.1",
        .udp = true,
        .tcp = true,
        .calls_max = 1000,
        .software = "test-a",
        .log = log,
    };
    rc = sip_stack_start(&p->a, p->loop, &c, &e);
    tm_assert(rc == TM_OK);
    c.software = "test-b";
    c.incoming = incoming;
    c.incoming_arg = arg;
    rc = sip_stack_start(&p->b, p->loop, &c, &e);
    tm_assert(rc == TM_OK);
    struct media_plane_config m = {
        .port_min = 31000, .port_max = 31400, .log = log};
    rc = media_plane_start(&p->plane, p->loop, &m, &e);
    tm_assert(rc == TM_OK);
    (void)snprintf(p->target, sizeof p->target, "sip:+15551230001@127.0.0.1:%u",
                   sip_stack_port(p->b, SIP_STACK_UDP));
}

void pair_stop(struct pair *p)
{
    media_plane_stop(p->plane);
    sip_stack_stop(p->a);
    sip_stack_stop(p->b);
    loop_free(p->loop);
}

struct waiting {
    struct pair *p;
    bool (*done)(void *arg);
    void *arg;
    struct loop_timer *timer;
    int64_t until_us;
    bool ok;
};

static void look(void *arg)
{
    struct waiting *w = arg;
    w->ok = w->done(w->arg);
    if (w->ok || loop_monotonic_us() >= w->until_us) {
        loop_stop(w->p->loop);
    } else {
        loop_timer_set(w->timer, 2);
    }
}

bool pair_run_until(struct pair *p, bool (*done)(void *arg), void *arg, int ms)
{
    struct err e = {0};
    struct waiting w = {.p = p, .done = done, .arg = arg};
    w.timer = loop_timer_new(p->loop, look, &w);
    w.until_us = loop_monotonic_us() + (int64_t)ms * 1000;
    loop_timer_set(w.timer, 0);
    int rc = loop_run(p->loop, &e);
    tm_assert(rc == TM_OK);
    loop_timer_free(w.timer);
    return w.ok;
}
