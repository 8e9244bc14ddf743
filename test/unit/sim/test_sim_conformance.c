#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "sim/sim_store.h"
/* The suite of the store port, here over the simulator's memory. */
#include "unit/store/fixture_conformance.c"

static const uint8_t SALT[JOURNAL_SALT_SIZE] = {7};

struct memory {
    struct sim_clock clock;
    struct sim_store *store;
};

static void *memory_open(const struct store_events *e, size_t leads,
                         struct lead_id *lead)
{
    struct memory *m = mem_alloc(sizeof(*m));
    sim_clock_init(&m->clock, NOON, 4);
    struct sim_store_options o = {
        .clock = &m->clock, .salt = SALT, .commit_us = 5000};
    struct sim_store_campaign c = {
        .tenant = {1}, .id = {1}, .seller = {1}, .state = CAMPAIGN_LOADED};
    m->store = sim_store_new(&o);
    sim_store_listen(m->store, e);
    sim_store_add_campaign(m->store, &c);
    for (size_t i = 0; i < leads; i++) {
        struct lead l = {.id = {(int64_t)i + 1}, .phones = 1};
        l.phone[0].e164 = 12125550100 + i;
        sim_store_add_lead(m->store, &l);
        sim_store_enroll(m->store, c.id, l.id);
        lead[i] = l.id;
    }
    return m;
}

static void memory_close(void *world)
{
    struct memory *m = world;
    sim_store_free(m->store);
    sim_clock_fini(&m->clock);
    mem_free(m);
}

static void memory_port(void *world, struct store *out)
{
    struct memory *m = world;
    sim_store_port(m->store, out);
}

static struct campaign_id memory_campaign(void *world)
{
    (void)world;
    return (struct campaign_id){1};
}

static struct seller_id memory_seller(void *world)
{
    (void)world;
    return (struct seller_id){1};
}

static void memory_poll(void *world)
{
    struct memory *m = world;
    (void)sim_clock_step(&m->clock);
}

int main(void)
{
    const struct fixture_conformance c = {
        memory_open,     memory_close,  memory_port,
        memory_campaign, memory_seller, memory_poll,
    };
    return fixture_conformance_run("sim_store", &c);
}
