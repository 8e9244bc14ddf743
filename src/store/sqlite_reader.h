/*
 * port/reader.h on SQLite: a connection of its own that only reads, beside a
 * running server or without one. Each call sees one consistent state.
 */
#ifndef STORE_SQLITE_READER_H
#define STORE_SQLITE_READER_H

#include "base/err.h"
#include "core/campaign/caller_facts.h"
#include "port/reader.h"
#include "store/data_dir.h"
#include "store/dnc_files.h"

struct sqlite_reader;

/* TM_ENOTFOUND: no database yet; TM_EVERSION: of another Telemark. */
int sqlite_reader_open(const struct data_dir *dir, struct sqlite_reader **out,
                       struct err *e) TM_MUST_CHECK;
void sqlite_reader_close(struct sqlite_reader *r);
void sqlite_reader_port(struct sqlite_reader *r, struct reader *out);

/* The do-not-call lists in force now, for who asks the rules anew. Errors as
 * dnc_files_open; end with dnc_files_close. */
int sqlite_reader_dnc(struct sqlite_reader *r, const struct data_dir *dir,
                      struct dnc_files **out, struct err *e) TM_MUST_CHECK;

/* What is on file about the caller and the world, in the arena, for them. */
int sqlite_reader_facts(struct sqlite_reader *r, struct arena *a,
                        struct tenant_id t, const struct caller_facts **out,
                        struct err *e) TM_MUST_CHECK;

/* How campaigns dial otherwise than their files say, in the arena. */
struct pacing_rows;
int sqlite_reader_pacing(struct sqlite_reader *r, struct arena *a,
                         struct pacing_rows *out, struct err *e) TM_MUST_CHECK;

#endif
