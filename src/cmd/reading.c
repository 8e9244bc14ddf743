#include "cmd/reading.h"

bool reading_open(struct reading *r, const struct command *c, const char *data)
{
    struct err e = {0};
    char path[DATA_DIR_PATH_MAX];
    *r = (struct reading){0};
    int rc = command_data_dir(data, path, sizeof(path), &e);
    if (rc == TM_OK)
        rc = data_dir_open(&r->dir, path, DATA_DIR_READ, &e);
    if (rc != TM_OK) {
        (void)command_fail(c, &e);
        return false;
    }
    if (sqlite_reader_open(&r->dir, &r->sqlite, &e) != TM_OK) {
        (void)command_fail(c, &e);
        data_dir_close(&r->dir);
        return false;
    }
    sqlite_reader_port(r->sqlite, &r->reader);
    return true;
}

void reading_close(struct reading *r)
{
    sqlite_reader_close(r->sqlite);
    data_dir_close(&r->dir);
}
