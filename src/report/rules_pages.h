/*
 * The manual's pages of the rule packs: one a jurisdiction, made from the packs
 * themselves, so that they cannot differ. Markdown. Pure.
 */
#ifndef REPORT_RULES_PAGES_H
#define REPORT_RULES_PAGES_H

#include "core/rules/rule_book.h"

struct rules_source {
    const struct rule_book *book;
    const struct rule_pack_text *pack; /* that the book was loaded from */
    size_t packs;
};

enum { RULES_PAGES_MAX = 128, RULES_PAGES_FILE = 24 };

/* The lines of a rule or calendar in its pack, from line + 1 to the next
 * section, without comments and empty lines at the end. */
struct slice rules_pages_lines(const struct rules_source *s, const char *file,
                               int line);
/* The jurisdictions of the book, each once, in order; at most
 * RULES_PAGES_MAX. */
size_t rules_pages_places(const struct rules_source *s, const char **out);
/* "us-fl.md", "everywhere.md" */
void rules_pages_file(const char *place, char out[RULES_PAGES_FILE]);
void rules_pages_page(const struct rules_source *s, const char *place,
                      struct buf *out);
/* The list of all pages. */
void rules_pages_index(const struct rules_source *s, struct buf *out);

#endif
