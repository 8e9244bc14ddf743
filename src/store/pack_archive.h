/*
 * The archive on SQLite (port/archive.h): rule packs and campaign files that
 * a server has worked by, and do-not-call generations as far as their images
 * are on disk. Writing wants the writing connection (sqlite_store_run);
 * reading has a connection of its own beside a running server.
 */
#ifndef STORE_PACK_ARCHIVE_H
#define STORE_PACK_ARCHIVE_H

#include "core/rules/rule_book.h"
#include "port/archive.h"
#include "store/data_dir.h"

struct db;
struct pack_archive;

/* A pack that is on file under its name and version with another text: it was
 * changed without a new version. */
struct pack_archive_clash {
    const char *name, *version;
    char old_hash[RULE_BOOK_HASH_LEN], new_hash[RULE_BOOK_HASH_LEN];
};

struct pack_archive_kept {
    struct pack_archive_clash clash[RULE_BOOK_PACKS_MAX];
    size_t clashes;
    size_t added; /* packs that were not on file */
};

/* Keeps the texts of the book's packs that are not on file yet; text[i] is
 * that of rule_book_pack(b, i). Clashes are told, not refused: calls are judged
 * by the text that is loaded, and name its hash. */
int pack_archive_keep(struct db *db, const struct rule_book *b,
                      const struct rule_pack_text *text, int64_t now_us,
                      struct pack_archive_kept *out,
                      struct err *e) TM_MUST_CHECK;
/* Keeps a campaign file; hash as in struct plan. */
int pack_archive_keep_plan(struct db *db, struct campaign_id c,
                           const char *hash, struct slice text, int64_t now_us,
                           struct err *e) TM_MUST_CHECK;

/* Errors as sqlite_reader_open. */
int pack_archive_open(const struct data_dir *dir, struct pack_archive **out,
                      struct err *e) TM_MUST_CHECK;
void pack_archive_close(struct pack_archive *a); /* NULL is fine */
void pack_archive_port(struct pack_archive *a, struct archive *out);

#endif
