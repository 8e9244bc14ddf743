/*
 * All complaints together, by deadline. Cost: one pass over the complaints.
 * Lives in the arena. Pure but for the port.
 */
#ifndef REPORT_COMPLAINT_LIST_H
#define REPORT_COMPLAINT_LIST_H

#include "report/complaint_case.h"

struct complaint_list_options {
    bool open_only;        /* neither answered nor closed */
    struct civil_date due; /* only those due by then; year 0: all */
    const char *outcome;   /* NULL: all */
};

struct complaint_line {
    struct reader_complaint r;
    struct complaint_due due; /* the first that is not met; id NULL: none */
    enum complaint_grade grade;
};

struct complaint_lines {
    struct complaint_line *line; /* by due date, those without last */
    size_t n;
    uint64_t total, open, overdue; /* of all complaints */
};

int complaint_list_read(const struct complaint_case_input *in,
                        const struct complaint_list_options *o, struct arena *a,
                        struct complaint_lines *out,
                        struct err *e) TM_MUST_CHECK;
void complaint_list_text(const struct complaint_lines *l, int64_t now_us,
                         struct buf *out);
void complaint_list_json(const struct complaint_lines *l, struct json_out *j);

#endif
