/*
 * Rows of complaint files: which layout a file has, and one row or object as
 * a complaint or the reason why not. Pure; any thread.
 *
 * Layouts, told by the names of the columns (of CSV) or keys (of JSON):
 *   ftc     the reported calls of the US Federal Trade Commission; times are
 *           Eastern; there is no number of the person, only his area code
 *   canada  what a complaint to the Canadian list operator names; times are
 *           those of the person's place
 *   own     complainant, about, at, shown, channel and what is left of the
 *           others' names; for what an office types into a table
 *
 * docs/complaints.md lists all names.
 */
#ifndef CORE_COMPLAINT_COMPLAINT_ROW_H
#define CORE_COMPLAINT_COMPLAINT_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/tz.h"
#include "core/complaint/complaint.h"

/* X(name, word): what a column tells; the word is for messages. */
#define COMPLAINT_CELLS(X)                                                     \
    X(COMPLAINT_CELL_ID, "id")                                                 \
    X(COMPLAINT_CELL_SHOWN, "shown")                                           \
    X(COMPLAINT_CELL_SHOWN_NAME, "shown_name")                                 \
    X(COMPLAINT_CELL_COMPLAINANT, "complainant")                               \
    X(COMPLAINT_CELL_NAME, "name")                                             \
    X(COMPLAINT_CELL_AT, "at")     /* date, or date and time */                \
    X(COMPLAINT_CELL_TIME, "time") /* time of day alone */                     \
    X(COMPLAINT_CELL_FILED, "filed")                                           \
    X(COMPLAINT_CELL_ABOUT, "about")                                           \
    X(COMPLAINT_CELL_CITY, "city")                                             \
    X(COMPLAINT_CELL_STATE, "state")                                           \
    X(COMPLAINT_CELL_AREA_CODE, "area_code")                                   \
    X(COMPLAINT_CELL_RECORDED, "recorded")                                     \
    X(COMPLAINT_CELL_LISTED, "listed")                                         \
    X(COMPLAINT_CELL_CHANNEL, "channel")                                       \
    X(COMPLAINT_CELL_DUE, "due")                                               \
    X(COMPLAINT_CELL_SOURCE, "source")

enum complaint_cell {
#define X(name, word) name,
    COMPLAINT_CELLS(X)
#undef X
        COMPLAINT_CELL_COUNT
};

enum complaint_layout {
    COMPLAINT_LAYOUT_UNKNOWN,
    COMPLAINT_LAYOUT_FTC,
    COMPLAINT_LAYOUT_CANADA,
    COMPLAINT_LAYOUT_OWN,
};
const char *complaint_row_layout_text(enum complaint_layout l);

/* Which cell a column is by its name ("Company_Phone_Number",
 * "company-phone-number"); COMPLAINT_CELL_COUNT: none that is known. */
enum complaint_cell complaint_row_cell(struct slice name);

/* Columns of a file found so far. */
struct complaint_columns {
    bool has[COMPLAINT_CELL_COUNT];
    bool ftc, canada; /* a name that only this layout has */
};

/* Notes one name; false when a column that tells the same is there already. */
bool complaint_row_note(struct complaint_columns *c, struct slice name);
/* The layout; UNKNOWN with a text in e when the columns are not those of
 * complaints: a list of leads must never be taken for one. */
enum complaint_layout complaint_row_layout(const struct complaint_columns *c,
                                           struct err *e);

struct complaint_row {
    enum complaint_layout layout;
    const char *country;          /* of numbers without a country code */
    const struct tz_set *zones;   /* all zones that numbers may lie in */
    enum complaint_source source; /* when the row names none */
    struct seller_id seller;
    int64_t now_us;
    struct slice cell[COMPLAINT_CELL_COUNT]; /* empty: not there */
};

enum { COMPLAINT_ROW_WHY_MAX = 200, COMPLAINT_ROW_CONTENT_MAX = 8192 };

/* Room of a caller for texts that are made: `at` joined, content. */
struct complaint_row_room {
    char content[COMPLAINT_ROW_CONTENT_MAX];
    char why[COMPLAINT_ROW_WHY_MAX];
};

/* False: room->why says which cell is wrong and how. Texts of *out lie in the
 * row's cells and in room. id, tenant and due stay as the row says. */
bool complaint_row_read(const struct complaint_row *r,
                        struct complaint_row_room *room, struct complaint *out);

/* The zones a number may lie in; those of its country for 0 and for numbers
 * of no place. Returns how many of max were written. */
size_t complaint_row_zones(const struct tz_set *zones, uint64_t e164,
                           const char *country, const struct tz **out,
                           size_t max);

#endif
