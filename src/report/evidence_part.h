/* Parts of the evidence page, for evidence_html.c alone. */
#ifndef REPORT_EVIDENCE_PART_H
#define REPORT_EVIDENCE_PART_H

#include "report/evidence.h"

/* Text of others, made harmless. */
void evidence_part_text(struct buf *b, struct slice s);
void evidence_part_words(struct buf *b, const char *s);
/* A word of our lists, for people: "express written". */
void evidence_part_word(struct buf *b, struct slice s);
/* One "name: value" of a description list; nothing when value is empty. */
void evidence_part_item(struct buf *b, const char *name, struct slice value);
void evidence_part_instant(struct buf *b, const char *name, int64_t us);
void evidence_part_open(struct buf *b, const char *title, const char *hint);

/* One call, with its rules, recording and journal entries. */
void evidence_part_call(struct buf *b, const struct evidence *v, size_t i);
/* One call to us, with its journal entries. */
void evidence_part_caller(struct buf *b, const struct evidence_caller *t);
/* Rules, packs and do-not-call lists that calls were decided with. */
void evidence_part_versions(struct buf *b, const struct evidence *v, size_t i);

#endif
