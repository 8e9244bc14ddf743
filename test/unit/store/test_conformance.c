#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "base/arena.h"
#include "unit/store/fixture_conformance.h"
#include "unit/store/fixture_house.h"

static void *world_open(const struct store_events *e, size_t leads,
                        struct lead_id *lead)
{
    struct fixture_house *h = mem_alloc(sizeof(*h));
    fixture_house_make(h);
    sqlite_store_listen(h->store, e);
    fixture_house_leads(h, 12125550100, leads);
    for (size_t i = 0; i < leads; i++) {
        lead[i].v = (int64_t)i + 1;
    }
    return h;
}

static void world_close(void *world)
{
    fixture_house_free(world);
    mem_free(world);
}

static void world_port(void *world, struct store *out)
{
    struct fixture_house *h = world;
    *out = h->port;
}

static struct campaign_id world_campaign(void *world)
{
    struct fixture_house *h = world;
    return h->campaign;
}

static struct seller_id world_seller(void *world)
{
    struct fixture_house *h = world;
    return h->seller;
}

static void world_poll(void *world)
{
    struct fixture_house *h = world;
    if (sqlite_store_poll(h->store) == 0) {
        struct timespec wait = {.tv_nsec = 200000};
        (void)nanosleep(&wait, NULL);
    }
}

int main(void)
{
    const struct fixture_conformance c = {
        world_open,     world_close,  world_port,
        world_campaign, world_seller, world_poll,
    };
    return fixture_conformance_run("sqlite_store", &c);
}
