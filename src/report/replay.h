/*
 * "Was it lawful then?": judges a past attempt again. The case is built as of
 * its instant by core/campaign/lead_case.h from what was known at that time:
 * the lead, consents and relationships on file by then, withdrawals and
 * requests to be left alone that had come in, attempts before it, the counters
 * of its campaign, the do-not-call generations, rule packs and campaign file
 * that the attempt names. Then the packs of then judge it.
 *
 * Nothing is guessed: when a list, a pack or the plan is gone, or the lead was
 * erased, the attempt is "not replayable" and the reason is said; so it is
 * when the person's place was corrected since, or when the replay would accuse
 * while something that counts is not on file as it was.
 *
 * A replay keeps books, plans and lists that it has read, so that many
 * attempts of one campaign cost little: without counters some 100 us each.
 * The counters want one pass over the campaign's attempts, once a campaign;
 * replay_options.counters turns it off, rules of abandonment are then named
 * as not replayed. Pure but for the ports; one thread per replay.
 *
 * Reference: compliance facts, section 7 (data model, "Output").
 */
#ifndef REPORT_REPLAY_H
#define REPORT_REPLAY_H

#include "base/arena.h"
#include "base/tz.h"
#include "core/journal/fingerprint.h"
#include "core/rules/verdict.h"
#include "port/archive.h"
#include "port/reader.h"

struct replay_options {
    const struct reader *reader;
    const struct archive *archive;
    const struct tz_set *zones; /* of today; another release is told */
    bool counters;
};

struct replay; /* opaque */

enum replay_result {
    REPLAY_EQUAL,          /* allowed then, and allowed by the replay */
    REPLAY_DIFFERS,        /* the replay says otherwise */
    REPLAY_NOT_REPLAYABLE, /* see why */
};

/* "as_then", "differs", "not_replayable" */
const char *replay_result_text(enum replay_result r);

/* Texts live in the arena handed to replay_attempt. */
struct replay_answer {
    enum replay_result result;
    const char *why;        /* one sentence: what is missing, or "" */
    enum verdict_kind kind; /* of the replay */
    int64_t not_before_us;
    const char *sentence;       /* the replayed verdict for people */
    const char *recorded_rules; /* "ID:effect ..." of the attempt */
    const char *replayed_rules;
    const char *const *difference; /* in words, one rule each */
    size_t differences;
    const char *const *caveat; /* what could not be set back, e.g. zone data */
    size_t caveats;
    char input[FINGERPRINT_HEX_LEN]; /* decide_write_hash of the case */
    const char *input_case;          /* the case itself, exact form, one line */
    bool deny_known_then; /* the replay forbids, by facts that were on file
                             at the time: not lawful then */
};

struct replay *replay_new(const struct replay_options *o);
void replay_free(struct replay *r);

/* Judges one attempt (a row of reader->attempts; its texts need not outlive
 * the call). TM_OK also when it is not replayable; negative when a port
 * fails. */
int replay_attempt(struct replay *r, struct arena *a,
                   const struct reader_attempt *attempt,
                   struct replay_answer *out, struct err *e) TM_MUST_CHECK;

#endif
