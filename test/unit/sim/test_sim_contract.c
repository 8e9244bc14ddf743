/* The simulated carrier under the contract of port/carrier.h. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/rules/permit_seal.h"
#include "port/carrier.h"
#include "sim/sim_carrier.h"
/* The suite, which the SIP carrier passes too. */
#include "unit/tel/contract_carrier.c"

struct desk {
    struct contract c; /* first */
    struct sim_clock clock;
    struct person_world world;
    struct sim_carrier *sim;
    struct scenario scenario; /* of who calls us */
    struct sim_carrier_live live;
    struct carrier port;
};

static void wait_sim(struct contract *c, int ms)
{
    struct desk *d = (struct desk *)c;
    int64_t until = d->clock.now_us + (int64_t)ms * 1000;
    while (sim_clock_next_us(&d->clock) <= until)
        (void)sim_clock_step(&d->clock);
    sim_clock_advance(&d->clock, until);
}

static int64_t now_sim(struct contract *c)
{
    return ((struct desk *)c)->clock.now_us;
}

static void callee_sim(struct contract *c, enum contract_callee how)
{
    struct desk *d = (struct desk *)c;
    static const char *const world[] = {
        [CALLEE_ANSWERS] = "p_human = 1\np_machine = 0\np_busy = 0\n"
                           "p_hangup = 0\np_leave = 0\nreact = const 60\n"
                           "patience = const 60\n",
        [CALLEE_BUSY] = "p_human = 0\np_machine = 0\np_busy = 1\n",
        [CALLEE_RINGS] = "p_human = 0\np_machine = 0\np_busy = 0\np_off = 0\n",
    };
    struct err e = {0};
    if (person_world_load(&d->world, "test", str_of(world[how]), &e) != TM_OK)
        fail_msg("%s", e.text);
}

static void calls_us_sim(struct contract *c, int patience_ms)
{
    struct desk *d = (struct desk *)c;
    const struct sim_carrier_caller who = {.from = 12025550123,
                                           .to = 12025550199,
                                           .patience_us =
                                               (int64_t)patience_ms * 1000,
                                           .talk_us = CONTRACT_SECOND_US,
                                           .wrap_us = CONTRACT_SECOND_US};
    (void)sim_carrier_call_in(d->sim, &who);
}

static struct contract *make(bool called)
{
    struct desk *d = test_calloc(1, sizeof *d);
    person_world_init(&d->world, 1);
    sim_clock_init(&d->clock, INT64_C(1795000000000000), 16);
    struct sim_carrier_options o = {.clock = &d->clock,
                                    .world = &d->world,
                                    .trunk = "main",
                                    .calls_max = 4};
    scenario_init(&d->scenario);
    d->live =
        (struct sim_carrier_live){.scenario = &d->scenario, .talk_factor = 1};
    o.live = called ? &d->live : NULL;
    d->sim = sim_carrier_new(&o);
    sim_carrier_port(d->sim, &d->port);
    sim_carrier_listen(d->sim, contract_event, &d->c);
    d->c.port = &d->port;
    d->c.trunk = "main";
    d->c.e164 = 12125550100;
    d->c.wait = wait_sim;
    d->c.callee = callee_sim;
    d->c.now_us = now_sim;
    d->c.calls_us = calls_us_sim;
    return &d->c;
}

static struct contract *contract_make(void)
{
    return make(false);
}

static struct contract *contract_make_called(void)
{
    return make(true);
}

static void contract_drop(struct contract *c)
{
    struct desk *d = (struct desk *)c;
    sim_carrier_free(d->sim);
    sim_clock_fini(&d->clock);
    test_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {CONTRACT_TESTS};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
