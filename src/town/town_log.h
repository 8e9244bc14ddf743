/*
 * What the town saw, one JSON object a line:
 *
 *   {"t":"2026-11-21T18:00:00.123456Z","event":"invite","call_id":"...",
 *    "from":"+1800...","to":"+1212...","nth":0,"kind":"answers"}
 *
 * event is one of invite, ringing, answered, heard (a prompt was over; n),
 * digit (begun to press; digit, in_band, the prompt it answers), digit_sent
 * (all of it is out), refused (code), ended (how: bye, cancel, left, ...).
 * Every line is handed to the kernel in one write before the function
 * returns, so that what was answered on the wire is in the file whoever is
 * killed afterwards.
 *
 * Cost: one write(2) a line, about 2 us. Loop thread.
 */
#ifndef TOWN_TOWN_LOG_H
#define TOWN_TOWN_LOG_H

#include "base/err.h"
#include "base/json_out.h"

struct town_log {
    int fd;          /* -1: nothing is kept */
    struct buf line; /* the line being made */
    struct json_out out;
    int fault; /* first errno of a line that was lost */
};

/* Appends to path, made when missing; NULL: no log. TM_EIO and others. */
int town_log_open(struct town_log *l, const char *path,
                  struct err *e) TM_MUST_CHECK;
void town_log_close(struct town_log *l);
/* A line: begin, any json_out_kv_... on &l->out, end. */
void town_log_begin(struct town_log *l, const char *event, const char *call_id);
void town_log_end(struct town_log *l);

#endif
