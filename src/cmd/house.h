/*
 * An open data folder with its store: what every command that changes
 * something works on. One process at a time owns it.
 */
#ifndef CMD_HOUSE_H
#define CMD_HOUSE_H

#include "base/arena.h"
#include "base/tz.h"
#include "core/rules/rule_book.h"
#include "store/data_dir.h"
#include "store/sqlite_store.h"

struct house {
    struct data_dir dir;
    struct sqlite_store *store;
};

/* Opens for owning. post and post_arg as in sqlite_store_options; NULL for a
 * command that runs alone. TM_ELOCKED when a server or a command has it. */
int house_open(struct house *h, const char *path, void (*post)(void *arg),
               void *post_arg, struct err *e) TM_MUST_CHECK;
void house_close(struct house *h);

/* All the law there is (cmd/law.h): the packs in folder and its subfolder law,
 * or the ones built into the program when folder is NULL. */
int house_rules(struct arena *a, const char *folder,
                const struct rule_book **out, struct err *e) TM_MUST_CHECK;

/* All zones that numbers may lie in, from the system's zone files. */
int house_zones(struct arena *a, struct tz_set *out,
                struct err *e) TM_MUST_CHECK;

#endif
