/*
 * What every store must do (port/store.h), whoever implements it: SQLite here,
 * the simulator's memory elsewhere. A store under test is a world: a way to
 * make it with leads and to wait for its events.
 */
#ifndef TEST_STORE_FIXTURE_CONFORMANCE_H
#define TEST_STORE_FIXTURE_CONFORMANCE_H

#include <stddef.h>

#include "port/store.h"

struct fixture_conformance {
    /* An empty store whose campaign 1 .. has `leads` leads in list order;
     * their ids are given to lead[]. e is where its events must go. */
    void *(*open)(const struct store_events *e, size_t leads,
                  struct lead_id *lead);
    void (*close)(void *world);
    void (*port)(void *world, struct store *out);
    struct campaign_id (*campaign)(void *world);
    struct seller_id (*seller)(void *world);
    void (*poll)(void *world); /* delivers events; may wait a little */
};

/* Runs the whole suite; the result of cmocka's group. */
int fixture_conformance_run(const char *name,
                            const struct fixture_conformance *c);

#endif
