/*
 * Operating errors: a negative code and a text that says what, where and what
 * to do. The owner of an operation holds the struct err; callees fill it.
 * Any thread may use its own struct err.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/assert.h"

enum err_code {
    TM_OK = 0,
#define X(name, value, text) name = value,
#include "base/err.def"
#undef X
};

enum { ERR_TEXT_MAX = 512 };

struct err {
    int code;                /* enum err_code */
    char text[ERR_TEXT_MAX]; /* always terminated; cut with "..." */
};

/* Sets code and text, returns code. e may be NULL: then only the code. */
int err_set(struct err *e, int code, const char *fmt, ...) TM_PRINTF(3, 4);

/* Puts "CONTEXT: " before the text, on the way up. Returns e's code, or
 * TM_EINVAL when e is NULL and so the cause is not known. */
int err_context(struct err *e, const char *fmt, ...) TM_PRINTF(2, 3);

/* As err_set, with the text of errno appended ("...: No such file"). Maps
 * ENOSPC/EDQUOT to TM_ENOSPACE, ENOENT to TM_ENOTFOUND, else TM_EIO. */
int err_errno(struct err *e, const char *fmt, ...) TM_PRINTF(2, 3);

/* Static text of a code. */
const char *err_text(int code);

#endif
