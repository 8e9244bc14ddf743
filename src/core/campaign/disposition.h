/*
 * Dispositions: what an agent says a call was, and what becomes of the lead.
 * A campaign names its own in [dispositions]; without the section it has those
 * of DISPOSITION_DEFAULT.
 *
 *     [dispositions]
 *     sale        = done success     # counts as a success in reports
 *     no_interest = done
 *     later       = callback         # due at the instant that is given
 *     try_again   = retry            # by the rule for "talked"
 *     stop        = opt_out          # a request to be left alone
 *     wrong       = wrong_number     # the telephone is not called again
 *     voicemail   = machine          # nobody there: called again by the rule
 *                                    # for "machine"; not a live answer
 *     asked       = callback inquiry # of a call to us: he asked about the
 *                                    # seller's goods (16 CFR 310.2(q)(2))
 *
 * The order counts: the agent's telephone sets the first with key 1.
 */
#ifndef CORE_CAMPAIGN_DISPOSITION_H
#define CORE_CAMPAIGN_DISPOSITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum { DISPOSITIONS_MAX = 32 };

/* X(name, word) */
#define DISPOSITION_DO_TABLE(X)                                                \
    X(DISPOSITION_DONE, "done")                                                \
    X(DISPOSITION_RETRY, "retry")                                              \
    X(DISPOSITION_CALLBACK, "callback")                                        \
    X(DISPOSITION_OPT_OUT, "opt_out")                                          \
    X(DISPOSITION_WRONG, "wrong_number")                                       \
    X(DISPOSITION_MACHINE, "machine") /* nobody: no live answer after all */

enum disposition_do {
#define X(name, word) name,
    DISPOSITION_DO_TABLE(X)
#undef X
        DISPOSITION_DO_COUNT
};

#define DISPOSITION_DEFAULT(X)                                                 \
    X("sale", DISPOSITION_DONE, true)                                          \
    X("not_interested", DISPOSITION_DONE, false)                               \
    X("callback", DISPOSITION_CALLBACK, false)                                 \
    X("try_again", DISPOSITION_RETRY, false)                                   \
    X("do_not_call", DISPOSITION_OPT_OUT, false)                               \
    X("wrong_number", DISPOSITION_WRONG, false)                                \
    X("answering_machine", DISPOSITION_MACHINE, false)

struct disposition {
    struct slice word;
    enum disposition_do action;
    bool success;
    bool inquiry; /* counts in calls to us alone */
};

/* Stable words; "?" outside of the table. */
const char *disposition_do_text(enum disposition_do d);
/* False: no such word; *out is not set. */
bool disposition_do_parse(struct slice s, enum disposition_do *out);
/* Those of DISPOSITION_DEFAULT; the words are constants. */
size_t disposition_defaults(struct disposition out[DISPOSITIONS_MAX]);
/* Reads "done success" for this word. NULL, or what is wrong with it, in words
 * that follow "WORD = VALUE: ". out->word is the slice that was given. */
const char *disposition_read(struct slice word, struct slice value,
                             struct disposition *out);
/* NULL: no such word. */
const struct disposition *disposition_find(const struct disposition *d,
                                           size_t n, struct slice word);

#endif
