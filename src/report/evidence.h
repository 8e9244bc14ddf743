/*
 * Evidence: what is on file about one number, gathered for a person, a court
 * or an authority: each call, on whose behalf, why it was allowed, by which
 * rule text, consent and do-not-call version, each call from it to us, what was
 * asked and done after, and what is not known. evidence_html.h and
 * evidence_json.h write it.
 *
 * Read through port/reader.h and port/archive.h; everything lives in the
 * arena. Cost: rows by index only, some milliseconds for 50 attempts whatever
 * the size of the database, besides the reading of the rule packs of then.
 * The journal entries of the attempts are checked against their neighbours;
 * the whole chain is the business of `telemark journal verify`.
 *
 * Reference: 16 CFR 310.5 (records), 47 CFR 64.1200(d), docs/evidence.md.
 */
#ifndef REPORT_EVIDENCE_H
#define REPORT_EVIDENCE_H

#include "base/arena.h"
#include "base/tz.h"
#include "core/campaign/plan.h"
#include "port/archive.h"
#include "port/reader.h"
#include "report/replay.h"
#include "report/versions.h"
#include "report/why.h"

enum { EVIDENCE_ATTEMPTS_MAX = 2000, EVIDENCE_FORMAT = 1 };

/* An entry of the journal about a call. */
struct evidence_entry {
    uint64_t seq;
    int64_t at_us;
    const char *kind;
    const char *key, *value, *note; /* "" none */
    char hash[2 * JOURNAL_HASH_SIZE + 1];
    bool fits; /* its hash fits it and the entry before */
};

struct evidence_list {
    struct archive_list l;
    bool found;       /* the record of this generation is on file */
    enum tri on_list; /* unknown: its numbers are gone */
};

struct evidence_pack {
    struct archive_pack p;
    bool found;
};

/* What one or more attempts were decided with. */
struct evidence_versions {
    const char *text;
    struct versions v;
    struct evidence_pack pack[RULE_BOOK_PACKS_MAX];
    struct evidence_list list[DNC_LISTS_MAX];
    const struct rule_book *book; /* of these packs; NULL: some are gone */
};

struct evidence_campaign {
    struct campaign_id id;
    const char *name, *seller, *list;
    int64_t first_call_us;
};

struct evidence_plan {
    struct campaign_id campaign;
    const char *hash;
    struct archive_plan text;
    bool found;
    const struct plan *plan; /* NULL: gone, or not readable any more */
};

struct evidence_attempt {
    struct reader_attempt a;
    const struct evidence_campaign *campaign; /* NULL: not on file */
    const struct evidence_versions *versions;
    const struct evidence_plan *plan;
    struct why_rules rules; /* of the packs of then, or NULL rules */
    const char *local;      /* "Mon 13:05 in America/New_York", "" */
    struct evidence_entry *entry;
    size_t entries;
    bool after_opt_out; /* placed after a request that binds its seller */
    /* Filled in by who may read files. "" / 0: there is none. */
    const char *recording;
    uint64_t recording_bytes;
    const char *recording_sha256;
    const struct replay_answer *replay; /* NULL: not judged again */
};

/* Somebody called us from the number. */
struct evidence_caller {
    struct reader_caller c;
    const struct evidence_campaign *campaign; /* NULL: not on file */
    const char *local;                        /* as in evidence_attempt */
    struct evidence_entry *entry;
    size_t entries;
    bool pressed_opt_out, pressed_callback; /* keys for these, as he waited */
    /* As in evidence_attempt. */
    const char *recording;
    uint64_t recording_bytes;
    const char *recording_sha256;
};

struct evidence_lead {
    struct lead lead;
    const char *list;
    int64_t imported_us;
    const char *file, *file_hash; /* of the import that may have brought it */
};

struct evidence {
    uint64_t e164;
    int64_t from_us, until_us; /* 0: all */
    int64_t now_us;
    struct evidence_attempt *attempt;
    size_t attempts;
    bool cut; /* more attempts than EVIDENCE_ATTEMPTS_MAX: the first ones */
    struct evidence_caller *caller; /* calls to us */
    size_t callers;
    bool callers_cut; /* likewise */
    struct evidence_versions *versions;
    size_t versions_n;
    struct evidence_plan *plan;
    size_t plans;
    struct evidence_campaign *campaign;
    size_t campaigns;
    struct evidence_lead *lead;
    size_t leads;
    struct ledger_entry *ledger; /* about the number */
    size_t ledgers;
    struct ledger_entry *own; /* about the caller: numbers shown, licences,
                                 exemptions */
    size_t owns;
    struct reader_opt_out *opt_out;
    size_t opt_outs;
    uint64_t head_seq;
    char head[2 * JOURNAL_HASH_SIZE + 1];
    size_t entries, misfits;
    bool chain_checked; /* all of it, by who made the bundle */
    struct journal_check chain;
    const char **unknown; /* sentences: what is not known */
    size_t unknowns;
};

struct evidence_question {
    const struct reader *reader;
    const struct archive *archive;
    const struct tz_set *zones;
    uint64_t e164;
    int64_t from_us, until_us; /* until 0: all */
    int64_t now_us;
    bool whole_chain; /* read and check every entry of the journal: about a
                         second a million */
};

/* A number that is not known to us is no error: all counts are then 0. */
int evidence_ask(const struct evidence_question *q, struct arena *a,
                 struct evidence *out, struct err *e) TM_MUST_CHECK;
/* In which the rules were asked about the call; DIAL_UNKNOWN: the plan is not
 * on file. */
enum dial_mode evidence_mode(const struct evidence_attempt *t);
/* Of a call to us: until the first agent or, without one, the end; and from
 * there to the end. Milliseconds; 0 while it is not over. */
int64_t evidence_waited_ms(const struct reader_caller *c);
int64_t evidence_talk_ms(const struct reader_caller *c);
/* Adds a sentence to unknown[]; at most a hundred. */
void evidence_unknown(struct evidence *v, struct arena *a, const char *fmt, ...)
    TM_PRINTF(3, 4);
/* After the recordings are filled in: what is missing of them. */
void evidence_close(struct evidence *v, struct arena *a);

#endif
