/*
 * All the law the program knows: the packs of rules/ and of rules/law/, built
 * in or read from folders, and time zones by name. What decide and rules work
 * on.
 */
#ifndef CMD_LAW_H
#define CMD_LAW_H

#include "base/arena.h"
#include "base/tz.h"
#include "core/rules/rule_book.h"

struct law {
    struct arena arena;
    struct rule_pack_text pack[RULE_BOOK_PACKS_MAX];
    size_t packs;
    const struct rule_book *book;
    struct tz_set zones;
};

/* folder NULL: the packs built in; else those of the folder and of its
 * subfolder law, if there is one. On an error nothing needs to be closed. */
int law_open(struct law *l, const char *folder, struct err *e) TM_MUST_CHECK;
void law_close(struct law *l);
/* A zone of the system by name, NULL when there is none (decide_input). */
const struct tz *law_zone(void *self, const char *name);

#endif
