/*
 * The folder that `telemark evidence` makes: files with a hash each, readable
 * by their owner alone, and manifest.sha256 in the form of sha256sum.
 */
#ifndef CMD_EVIDENCE_FILES_H
#define CMD_EVIDENCE_FILES_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { EVIDENCE_SHA256_LEN = 65 };

struct evidence_files {
    char folder[4096];
    struct buf manifest;
    size_t files;
};

/* Makes the folder. TM_EEXIST-like refusal (TM_ESTATE) when something of that
 * name is there: evidence is never written over. */
int evidence_files_open(struct evidence_files *f, const char *folder,
                        struct err *e) TM_MUST_CHECK;
/* name may have one folder before it ("packs/x.rules"). */
int evidence_files_add(struct evidence_files *f, const char *name,
                       struct slice bytes, struct err *e) TM_MUST_CHECK;
/* Writes the manifest; frees. */
int evidence_files_close(struct evidence_files *f, struct err *e) TM_MUST_CHECK;
/* Frees only. */
void evidence_files_drop(struct evidence_files *f);

/* SHA-256 of a file, in hex, and its size. TM_ENOTFOUND: there is none. */
int evidence_files_hash(const char *path, char out[EVIDENCE_SHA256_LEN],
                        uint64_t *bytes, struct err *e) TM_MUST_CHECK;

#endif
