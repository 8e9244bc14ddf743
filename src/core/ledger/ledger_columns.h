/*
 * The columns of ledger files: one table says, for each kind of ledger, which
 * columns there are, what they hold and under which other names people have
 * them. core/ledger/ledger_row.h reads rows by it; the help of `telemark
 * ledger` and docs/ledgers.md follow it.
 *
 * Pure; constants live for ever.
 */
#ifndef CORE_LEDGER_LEDGER_COLUMNS_H
#define CORE_LEDGER_LEDGER_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "core/ledger/ledger.h"

/* What a cell is put into; see the table in ledger.h. */
enum ledger_field {
    LEDGER_FIELD_NUMBER,
    LEDGER_FIELD_COUNTRY, /* of a number without a country code */
    LEDGER_FIELD_ADDRESS,
    LEDGER_FIELD_SELLER,
    LEDGER_FIELD_WORD,
    LEDGER_FIELD_VALUE,
    LEDGER_FIELD_AREA,
    LEDGER_FIELD_CHANNELS,
    LEDGER_FIELD_FROM,
    LEDGER_FIELD_TO,
    LEDGER_FIELD_FROM_US,
    LEDGER_FIELD_TO_US,
    LEDGER_FIELD_CONDITION,
    LEDGER_FIELD_NAME,
    LEDGER_FIELD_PROOF,
    LEDGER_FIELD_WORDING,
    LEDGER_FIELD_NOTE,
    LEDGER_FIELD_COUNT
};

struct ledger_column {
    enum ledger_field field;
    const char *name;   /* as messages and `show` write it */
    const char *others; /* names that mean the same, "a b c" */
    const char *words;  /* what may stand there, "a b c"; NULL: anything */
    const char *same;   /* spellings of these words, "his=ours his=ours" */
    bool required;
};

struct ledger_column_list {
    const struct ledger_column *column;
    size_t n;
};
struct ledger_column_list ledger_columns_of(enum ledger_kind k);
/* NULL: that kind has no such column. */
const struct ledger_column *ledger_columns_find(enum ledger_kind k,
                                                enum ledger_field f);
/* "type given ...": for messages and help; required ones first. */
void ledger_columns_names(enum ledger_kind k, struct buf *out);

/* Cells of a header. */
enum { LEDGER_COLUMNS_MAX = 32 };
struct ledger_header {
    enum ledger_kind kind;
    const struct ledger_column *column[LEDGER_COLUMNS_MAX];
    size_t n;
};

/* Names are taken in any spelling: case, spaces, '-' and '_' do not matter.
 * TM_EINVAL: a column is unknown, there twice, or a needed one is missing; the
 * text names it and those that there are. */
int ledger_columns_read(enum ledger_kind k, const struct slice *cell, size_t n,
                        struct ledger_header *out, struct err *e) TM_MUST_CHECK;

/* A name or word in our spelling: lower case, '_' between its parts. */
enum { LEDGER_WORD_MAX = 48 };
void ledger_columns_plain(struct slice s, char out[LEDGER_WORD_MAX]);
/* Our word for his in a list as above; an empty slice: there is none. */
struct slice ledger_columns_word(const struct ledger_column *c,
                                 struct slice his);

#endif
