/*
 * The journal: every record as one entry of a chain, so that nothing can be
 * changed, left out or put in between without it showing. An entry is a
 * sequence number, the canonical bytes of the record (payload) and a hash:
 *
 *     hash = BLAKE2b-256(hash before || seq as 8 bytes, big endian || payload)
 *
 * The first entry has seq 1 and a previous hash of zeros. Payloads hold ids,
 * words and times; a telephone number is only there as a BLAKE2b hash keyed
 * with the installation's salt, so personal rows can be erased and the chain
 * still verifies. docs/journal-format.md gives every byte.
 *
 * The rules and versions of a call are long and nearly always those of a call
 * before: an entry then names the entry that has them (journal_share). So the
 * journal has each of them again after every start, and is whole by itself.
 *
 * Cost: a quarter of a microsecond for a short entry, 1 ns for each byte more.
 * Every record of a call names its number, whose hash costs as much as a short
 * entry: who appends many gives a memo of hashes (journal_remember). A chain
 * cannot show that its end was cut off: journal_verify returns the head, which
 * may be kept elsewhere. Pure; one thread per struct.
 */
#ifndef CORE_JOURNAL_JOURNAL_H
#define CORE_JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/text_cache.h"
#include "core/journal/record.h"

enum {
    JOURNAL_FORMAT = 1,
    JOURNAL_HASH_SIZE = 32,
    JOURNAL_SALT_SIZE = 32,
    JOURNAL_NUMBER_SIZE = 16,
    JOURNAL_TEXT_MAX = 4000, /* of one text of a record; longer ones are cut */
    JOURNAL_PAYLOAD_MAX = 32768,
    JOURNAL_MEMO_SIZE = 2048, /* a power of two */
    JOURNAL_SHARE_MIN = 48,   /* shorter texts stand in every entry */
};

/* Numbers that were hashed lately. All zero to begin with; of one salt. */
struct journal_memo {
    struct {
        uint64_t e164; /* 0: none */
        uint8_t hash[JOURNAL_NUMBER_SIZE];
    } number[JOURNAL_MEMO_SIZE];
};

/* The entries that have the rules and versions seen lately. All zero to begin
 * with. It is good for the chain it was used with last, from where that one
 * stood then; at any other place it begins anew. */
struct journal_texts {
    uint64_t seq; /* of the last entry appended with it */
    uint8_t head[JOURNAL_HASH_SIZE];
    struct text_cache entry; /* what has which text, by its number */
};

struct journal {
    uint8_t salt[JOURNAL_SALT_SIZE];
    uint64_t seq;                    /* of the last entry; 0: none yet */
    uint8_t head[JOURNAL_HASH_SIZE]; /* its hash; zeros: none yet */
    struct journal_memo *memo;       /* NULL: each number is hashed anew */
    struct journal_texts *texts;     /* NULL: each entry has its own */
};

/* An empty chain. salt has JOURNAL_SALT_SIZE bytes and is copied. */
void journal_init(struct journal *j, const uint8_t *salt);
/* The chain goes on behind entry seq, whose hash is head. */
void journal_resume(struct journal *j, uint64_t seq, const uint8_t *head);

/* From now on *m, the caller's, spares hashing a number again. */
void journal_remember(struct journal *j, struct journal_memo *m);

/* From now on entries name the entry that has the same rules or versions,
 * which *t, the caller's, remembers. */
void journal_share(struct journal *j, struct journal_texts *t);

/* Appends one record: adds its payload to *payload_out (not cleared first) and
 * writes the entry's hash; j->seq is the entry's number. TM_EFULL when the
 * buffer's maximum is reached: the chain is then as before. */
int journal_append(struct journal *j, const struct record *r,
                   struct buf *payload_out,
                   uint8_t hash_out[JOURNAL_HASH_SIZE]) TM_MUST_CHECK;

/* Hash of an entry, for checkers. */
void journal_hash(const uint8_t *prev, uint64_t seq, struct slice payload,
                  uint8_t out[JOURNAL_HASH_SIZE]);
/* The keyed hash that stands for a number. */
void journal_number(const uint8_t *salt, uint64_t e164,
                    uint8_t out[JOURNAL_NUMBER_SIZE]);

/* A payload read back. */
struct journal_entry {
    struct record record; /* e164 is 0 and dialog empty; texts point into the
                             payload */
    /* The entry that has the text which is empty in record; 0: it is empty. */
    uint64_t rules_seq, versions_seq;
    bool has_number;
    uint8_t number[JOURNAL_NUMBER_SIZE];
};

/* TM_ECORRUPT when the payload is not canonical, TM_EVERSION when its format
 * is newer. *out is set only on success. */
int journal_decode(struct slice payload, struct journal_entry *out,
                   struct err *e) TM_MUST_CHECK;

/* One stored entry, as an iterator hands it out; lives until the next call. */
struct journal_row {
    uint64_t seq;
    struct slice payload;
    const uint8_t *hash;
};

/* 1 = *out is set, 0 = end, negative = error. */
typedef int(journal_next_fn)(void *arg, struct journal_row *out, struct err *e);

struct journal_check {
    uint64_t entries;                /* found good */
    uint64_t broken_seq;             /* first bad entry; 0: none */
    char why[160];                   /* a sentence when broken_seq > 0 */
    uint8_t head[JOURNAL_HASH_SIZE]; /* of the last good entry */
};

/* Checks the next entry, for who has entries handed to him: begin with *c all
 * zero and the first entry. False: broken_seq and why are set, stop. That an
 * entry it names for a text has one is for who can read that entry. */
bool journal_check_row(struct journal_check *c,
                       const struct journal_row *row) TM_MUST_CHECK;
/* Reads the chain from its first entry. TM_OK whether or not it is broken (see
 * broken_seq); negative only when next() fails. */
int journal_verify(journal_next_fn *next, void *arg, struct journal_check *out,
                   struct err *e) TM_MUST_CHECK;

#endif
