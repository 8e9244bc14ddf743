/*
 * libre's headers, included in one place: base/arena.h gives mem_alloc() a
 * link name of its own by a macro, which must not reach libre's declaration
 * of its own mem_alloc(). Files of tel/ include this instead of <re.h>.
 *
 * Only libre's lower half is used: messages, transports, transactions, DNS,
 * lists, hashes, buffers and the main loop.
 */
#ifndef TEL_RE_H
#define TEL_RE_H

#pragma push_macro("mem_alloc")
#undef mem_alloc
#include <re.h>
#pragma pop_macro("mem_alloc")

#include "base/str.h"

/* libre's and our view of a piece of text, without copying. */
static inline struct slice re_slice(const struct pl *p)
{
    return p->p ? str_range(p->p, p->l) : str_range("", 0);
}

static inline struct pl re_pl(struct slice s)
{
    struct pl p = {s.p, s.n};
    return p;
}

#endif
