/*
 * The data folder: one installation's database, do-not-call images,
 * recordings, reject files and the salt of its journal. One process owns it
 * for writing, shown by a lock on the file "lock" that holds its pid and that
 * the kernel releases when the process ends, however it ends.
 *
 *     telemark.db  lock  salt  dnc/  recordings/  rejects/
 */
#ifndef STORE_DATA_DIR_H
#define STORE_DATA_DIR_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { DATA_DIR_PATH_MAX = 3500, DATA_DIR_SALT_SIZE = 32 };

enum data_dir_mode {
    DATA_DIR_READ, /* must exist; no lock: reports beside a running server */
    DATA_DIR_OWN,  /* made when missing; locked */
};

struct data_dir {
    char path[DATA_DIR_PATH_MAX];
    int lock_fd; /* -1: not locked */
    uint8_t salt[DATA_DIR_SALT_SIZE];
};

/* Opens, and for DATA_DIR_OWN makes and locks, the folder at path (parents are
 * made too). TM_ELOCKED names the pid of the owner; TM_ENOTFOUND for READ when
 * there is no folder; TM_ENOSPACE, TM_EIO with the path. */
int data_dir_open(struct data_dir *d, const char *path, enum data_dir_mode mode,
                  struct err *e) TM_MUST_CHECK;
void data_dir_close(struct data_dir *d); /* releases the lock */

/* "FOLDER/name" into out[cap]; asserts that it fits PATH_MAX. */
void data_dir_path(const struct data_dir *d, const char *name, char *out,
                   size_t cap);

#endif
