/*
 * All the law the program knows: the packs of rules/ and of rules/law/, built
 * in or read from folders, and time zones by name. One book for all: decide
 * and rules work on it, and so do campaigns (house_rules).
 */
#ifndef CMD_LAW_H
#define CMD_LAW_H

#include "base/arena.h"
#include "base/tz.h"
#include "core/rules/rule_book.h"

struct law_packs {
    struct rule_pack_text pack[RULE_BOOK_PACKS_MAX];
    size_t n;
};

/* The texts of the packs, in the arena: those built in (folder NULL), else
 * those of the folder and of its subfolder law, if there is one.
 * TM_ENOTFOUND: there is none. */
int law_packs(struct law_packs *l, struct arena *a, const char *folder,
              struct err *e) TM_MUST_CHECK;

struct law {
    struct arena arena;
    struct law_packs packs;
    const struct rule_book *book;
    struct tz_set zones;
};

/* As law_packs. On an error nothing needs to be closed. */
int law_open(struct law *l, const char *folder, struct err *e) TM_MUST_CHECK;
void law_close(struct law *l);
/* A zone of the system by name, NULL when there is none (decide_input). */
const struct tz *law_zone(void *self, const char *name);

#endif
