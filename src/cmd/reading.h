/* A data folder opened for reading, beside a running server or without one:
 * what report, why and journal work on. */
#ifndef CMD_READING_H
#define CMD_READING_H

#include "cmd/command.h"
#include "port/reader.h"
#include "store/data_dir.h"
#include "store/sqlite_reader.h"

struct reading {
    struct data_dir dir;
    struct sqlite_reader *sqlite;
    struct reader reader;
};

/* data is the --data option. False after a message. */
bool reading_open(struct reading *r, const struct command *c, const char *data);
void reading_close(struct reading *r);

#endif
