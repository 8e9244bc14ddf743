#include "core/journal/journal.h"

#include <sodium.h>
#include <string.h>

#include "base/rng.h"

/* The reader of a payload: canonical means that a record has exactly one
 * encoding, so fields come in the order of their tags, none is zero or empty,
 * and a number never takes more bytes than it needs. */

/* Tags are for ever: a new field takes the next one. In order of tags. */
#define FIELD_TABLE(SIGNED, NUMBER, INT, FLAG, TEXT, SHARED, ENTRY)            \
    SIGNED(1, at_us)                                                           \
    SIGNED(2, tenant.v)                                                        \
    SIGNED(3, seller.v)                                                        \
    SIGNED(4, campaign.v)                                                      \
    SIGNED(5, lead.v)                                                          \
    SIGNED(6, attempt.v)                                                       \
    NUMBER(7)                                                                  \
    SIGNED(8, due_us)                                                          \
    INT(9, state)                                                              \
    INT(10, code)                                                              \
    SIGNED(11, ring_ms)                                                        \
    SIGNED(12, talk_ms)                                                        \
    FLAG(13, live)                                                             \
    FLAG(14, abandoned)                                                        \
    TEXT(15, key)                                                              \
    TEXT(16, value)                                                            \
    SHARED(17, rules)                                                          \
    SHARED(18, versions)                                                       \
    TEXT(19, note)                                                             \
    SIGNED(20, agent.v)                                                        \
    ENTRY(21, rules)                                                           \
    ENTRY(22, versions)

enum {
    VARINT_MAX = 10,
    SEQ_SIZE = 8,
    BEFORE_SIZE = JOURNAL_HASH_SIZE + SEQ_SIZE, /* hashed before a payload */
    /* numbers, flags and tags of one record, with room */
    FIXED_MAX = 256,
    PAYLOAD_MOST = FIXED_MAX + 5 * (JOURNAL_TEXT_MAX + VARINT_MAX),
};
_Static_assert((int)PAYLOAD_MOST <= (int)JOURNAL_PAYLOAD_MAX, "payload fits");
_Static_assert(JOURNAL_HASH_SIZE <= crypto_generichash_BYTES_MAX, "hash size");
_Static_assert((JOURNAL_MEMO_SIZE & (JOURNAL_MEMO_SIZE - 1)) == 0, "a mask");
_Static_assert(RECORD_COUNT < 128, "a kind is one byte");

void journal_init(struct journal *j, const uint8_t *salt)
{
    *j = (struct journal){0};
    memcpy(j->salt, salt, JOURNAL_SALT_SIZE);
}

void journal_resume(struct journal *j, uint64_t seq, const uint8_t *head)
{
    j->seq = seq;
    memcpy(j->head, head, JOURNAL_HASH_SIZE);
}

void journal_remember(struct journal *j, struct journal_memo *m)
{
    j->memo = m;
}

void journal_share(struct journal *j, struct journal_texts *t)
{
    j->texts = t;
}

void journal_number(const uint8_t *salt, uint64_t e164,
                    uint8_t out[JOURNAL_NUMBER_SIZE])
{
    uint8_t digits[8];
    for (int i = 0; i < 8; i++) {
        digits[i] = (uint8_t)(e164 >> (56 - 8 * i));
    }
    int rc = crypto_generichash(out, JOURNAL_NUMBER_SIZE, digits,
                                sizeof(digits), salt, JOURNAL_SALT_SIZE);
    tm_assert(rc == 0);
}

static void put_seq(uint8_t out[SEQ_SIZE], uint64_t seq)
{
    for (int i = 0; i < SEQ_SIZE; i++) {
        out[i] = (uint8_t)(seq >> (8 * (SEQ_SIZE - 1 - i)));
    }
}

void journal_hash(const uint8_t *prev, uint64_t seq, struct slice payload,
                  uint8_t out[JOURNAL_HASH_SIZE])
{
    uint8_t number[SEQ_SIZE];
    put_seq(number, seq);
    crypto_generichash_state st;
    int rc = crypto_generichash_init(&st, NULL, 0, JOURNAL_HASH_SIZE);
    rc |= crypto_generichash_update(&st, prev, JOURNAL_HASH_SIZE);
    rc |= crypto_generichash_update(&st, number, sizeof(number));
    if (payload.n > 0) {
        rc |= crypto_generichash_update(&st, (const uint8_t *)payload.p,
                                        payload.n);
    }
    rc |= crypto_generichash_final(&st, out, JOURNAL_HASH_SIZE);
    tm_assert(rc == 0);
}

/* --- writing --------------------------------------------------------------*/

struct writer {
    uint8_t *p;
    size_t n;
};

static void put_byte(struct writer *w, uint8_t b)
{
    tm_assert(w->n < PAYLOAD_MOST);
    w->p[w->n++] = b;
}

static void put_varint(struct writer *w, uint64_t v)
{
    tm_assert(w->n + VARINT_MAX <= PAYLOAD_MOST);
    uint8_t *to = w->p + w->n;
    for (; v >= 0x80; v >>= 7) {
        *to++ = (uint8_t)(v | 0x80);
    }
    *to++ = (uint8_t)v;
    w->n = (size_t)(to - w->p);
}

/* Zigzag: small negative numbers stay short. */
static uint64_t zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t z)
{
    return (int64_t)((z >> 1) ^ ((z & 1) ? UINT64_MAX : 0));
}

static void put_signed(struct writer *w, uint8_t tag, int64_t v)
{
    if (v != 0) {
        put_byte(w, tag);
        put_varint(w, zigzag(v));
    }
}

static void put_flag(struct writer *w, uint8_t tag, bool v)
{
    if (v) {
        put_byte(w, tag);
        put_byte(w, 1);
    }
}

static void put_text(struct writer *w, uint8_t tag, struct slice s)
{
    if (s.n == 0) {
        return;
    }
    size_t n = s.n < JOURNAL_TEXT_MAX ? s.n : (size_t)JOURNAL_TEXT_MAX;
    put_byte(w, tag);
    put_varint(w, n);
    tm_assert(w->n + n <= PAYLOAD_MOST);
    memcpy(w->p + w->n, s.p, n);
    w->n += n;
}

static void number_hash(const struct journal *j, uint64_t e164,
                        uint8_t out[JOURNAL_NUMBER_SIZE])
{
    if (j->memo == NULL) {
        journal_number(j->salt, e164, out);
        return;
    }
    size_t i = (size_t)rng_mix(e164) & (JOURNAL_MEMO_SIZE - 1);
    if (j->memo->number[i].e164 != e164) {
        journal_number(j->salt, e164, j->memo->number[i].hash);
        j->memo->number[i].e164 = e164;
    }
    memcpy(out, j->memo->number[i].hash, JOURNAL_NUMBER_SIZE);
}

static void put_number(struct writer *w, uint8_t tag, const struct journal *j,
                       uint64_t e164)
{
    if (e164 != 0) {
        put_byte(w, tag);
        tm_assert(w->n + JOURNAL_NUMBER_SIZE <= PAYLOAD_MOST);
        number_hash(j, e164, w->p + w->n);
        w->n += JOURNAL_NUMBER_SIZE;
    }
}

/* The texts that may stand in another entry, and where. */
struct shared {
    struct slice rules, versions;     /* as they are in the journal */
    uint64_t rules_seq, versions_seq; /* 0: in this entry */
};

static struct slice cut(struct slice s)
{
    return str_range(s.p,
                     s.n < JOURNAL_TEXT_MAX ? s.n : (size_t)JOURNAL_TEXT_MAX);
}

/* One cache for both kinds: which of them the entry has is the lowest bit. */
static uint64_t find_entry(const struct journal_texts *t, struct slice text,
                           uint64_t kind)
{
    uint64_t v;
    if (text.n < JOURNAL_SHARE_MIN || !text_cache_get(&t->entry, text, &v) ||
        (v & 1) != kind)
        return 0;
    return v >> 1;
}

static struct shared find_shared(const struct journal *j,
                                 const struct record *r)
{
    struct journal_texts *t = j->texts;
    struct shared s = {.rules = cut(r->rules), .versions = cut(r->versions)};
    if (t == NULL)
        return s;
    /* After a rollback other entries have these numbers. */
    if (t->seq != j->seq || memcmp(t->head, j->head, sizeof(t->head)) != 0)
        text_cache_clear(&t->entry);
    s.rules_seq = find_entry(t, s.rules, 0);
    s.versions_seq = find_entry(t, s.versions, 1);
    return s;
}

/* The entry is in the chain now. */
static void remember(const struct journal *j, const struct shared *s)
{
    struct journal_texts *t = j->texts;
    if (t == NULL)
        return;
    t->seq = j->seq;
    memcpy(t->head, j->head, sizeof(t->head));
    if (s->rules_seq == 0 && s->rules.n >= JOURNAL_SHARE_MIN)
        text_cache_set(&t->entry, s->rules, j->seq << 1);
    if (s->versions_seq == 0 && s->versions.n >= JOURNAL_SHARE_MIN)
        text_cache_set(&t->entry, s->versions, j->seq << 1 | 1);
}

static void put_record(struct writer *w, const struct journal *j,
                       const struct record *r, const struct shared *s)
{
    put_byte(w, JOURNAL_FORMAT);
    put_byte(w, (uint8_t)r->kind);
#define PUT_SIGNED(tag, member) put_signed(w, tag, r->member);
#define PUT_NUMBER(tag)         put_number(w, tag, j, r->e164);
#define PUT_FLAG(tag, member)   put_flag(w, tag, r->member);
#define PUT_TEXT(tag, member)   put_text(w, tag, r->member);
#define PUT_SHARED(tag, member)                                                \
    if (s->member##_seq == 0)                                                  \
        put_text(w, tag, s->member);
#define PUT_ENTRY(tag, member) put_signed(w, tag, (int64_t)s->member##_seq);
    FIELD_TABLE(PUT_SIGNED, PUT_NUMBER, PUT_SIGNED, PUT_FLAG, PUT_TEXT,
                PUT_SHARED, PUT_ENTRY)
}

int journal_append(struct journal *j, const struct record *r,
                   struct buf *payload_out, uint8_t hash_out[JOURNAL_HASH_SIZE])
{
    tm_assert((unsigned)r->kind < RECORD_COUNT);
    /* The payload stands behind what is hashed with it, so that it is hashed
     * in one go. */
    uint8_t bytes[BEFORE_SIZE + PAYLOAD_MOST];
    struct writer w = {.p = bytes + BEFORE_SIZE};
    struct shared s = find_shared(j, r);
    put_record(&w, j, r, &s);
    if (payload_out->failed || payload_out->max - payload_out->n < w.n) {
        return TM_EFULL;
    }
    buf_add(payload_out, w.p, w.n);
    j->seq++;
    memcpy(bytes, j->head, JOURNAL_HASH_SIZE);
    put_seq(bytes + JOURNAL_HASH_SIZE, j->seq);
    int rc = crypto_generichash(j->head, JOURNAL_HASH_SIZE, bytes,
                                BEFORE_SIZE + w.n, NULL, 0);
    tm_assert(rc == 0);
    memcpy(hash_out, j->head, JOURNAL_HASH_SIZE);
    remember(j, &s);
    return TM_OK;
}

/* --- reading --------------------------------------------------------------*/

struct parser {
    const uint8_t *p;
    size_t n, at;
    const char *bad; /* what is wrong; NULL: nothing */
};

static uint8_t take_byte(struct parser *r)
{
    if (r->at >= r->n) {
        r->bad = "it ends too early";
        return 0;
    }
    return r->p[r->at++];
}

static uint64_t take_varint(struct parser *r)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < VARINT_MAX; i++) {
        uint8_t b = take_byte(r);
        if (r->bad) {
            return 0;
        }
        if (i == VARINT_MAX - 1 && b > 1) {
            break;
        }
        v |= (uint64_t)(b & 0x7f) << (7 * i);
        if (!(b & 0x80)) {
            if (b == 0 && i > 0) {
                r->bad = "a number is longer than it needs to be";
            }
            return v;
        }
    }
    r->bad = "a number is too large";
    return 0;
}

static int64_t take_signed(struct parser *r)
{
    int64_t v = unzigzag(take_varint(r));
    if (v == 0 && !r->bad) {
        r->bad = "a field is zero and should be left out";
    }
    return v;
}

static int take_int(struct parser *r)
{
    int64_t v = take_signed(r);
    if (v < INT32_MIN || v > INT32_MAX) {
        r->bad = "a number is too large";
        return 0;
    }
    return (int)v;
}

static bool take_flag(struct parser *r)
{
    if (take_byte(r) != 1 && !r->bad) {
        r->bad = "a flag is not 1";
    }
    return true;
}

static struct slice take_text(struct parser *r)
{
    uint64_t n = take_varint(r);
    if (!r->bad &&
        (n == 0 || n > (size_t)JOURNAL_TEXT_MAX || n > r->n - r->at)) {
        r->bad = "the length of a text is wrong";
    }
    if (r->bad) {
        return (struct slice){0};
    }
    const char *p = (const char *)r->p + r->at;
    r->at += (size_t)n;
    return str_range(p, (size_t)n);
}

static void take_number(struct parser *r, struct journal_entry *out)
{
    if (r->n - r->at < JOURNAL_NUMBER_SIZE) {
        r->bad = "it ends too early";
        return;
    }
    memcpy(out->number, r->p + r->at, JOURNAL_NUMBER_SIZE);
    out->has_number = true;
    r->at += JOURNAL_NUMBER_SIZE;
}

/* Of a text that does not stand here. */
static uint64_t take_entry(struct parser *r, struct slice here)
{
    int64_t v = take_signed(r);
    if (!r->bad && (v < 0 || here.n > 0)) {
        r->bad = v < 0 ? "the number of an entry is negative"
                       : "a text stands here and in another entry";
    }
    return r->bad ? 0 : (uint64_t)v;
}

static void take_field(struct parser *r, uint8_t tag, struct journal_entry *out)
{
    struct record *rec = &out->record;
    switch (tag) {
#define TAKE_SIGNED(number, member)                                            \
    case number:                                                               \
        rec->member = take_signed(r);                                          \
        return;
#define TAKE_NUMBER(number)                                                    \
    case number:                                                               \
        take_number(r, out);                                                   \
        return;
#define TAKE_INT(number, member)                                               \
    case number:                                                               \
        rec->member = take_int(r);                                             \
        return;
#define TAKE_FLAG(number, member)                                              \
    case number:                                                               \
        rec->member = take_flag(r);                                            \
        return;
#define TAKE_TEXT(number, member)                                              \
    case number:                                                               \
        rec->member = take_text(r);                                            \
        return;
#define TAKE_ENTRY(number, member)                                             \
    case number: out->member##_seq = take_entry(r, rec->member); return;
        FIELD_TABLE(TAKE_SIGNED, TAKE_NUMBER, TAKE_INT, TAKE_FLAG, TAKE_TEXT,
                    TAKE_TEXT, TAKE_ENTRY)
    default: r->bad = "it has an unknown field"; return;
    }
}

int journal_decode(struct slice payload, struct journal_entry *out,
                   struct err *e)
{
    struct parser r = {.p = (const uint8_t *)payload.p, .n = payload.n};
    struct journal_entry entry = {0};
    uint8_t format = take_byte(&r);
    if (!r.bad && format > JOURNAL_FORMAT) {
        return err_set(e, TM_EVERSION,
                       "the journal entry has format %u, this program knows "
                       "%d: upgrade the program",
                       format, JOURNAL_FORMAT);
    }
    uint8_t kind = take_byte(&r);
    if (!r.bad && (format != JOURNAL_FORMAT || kind >= RECORD_COUNT)) {
        r.bad = "its kind is unknown";
    }
    entry.record.kind = (enum record_kind)(r.bad ? 0 : kind);
    uint8_t last = 0;
    while (!r.bad && r.at < r.n) {
        uint8_t tag = take_byte(&r);
        if (tag <= last) {
            r.bad = "its fields are out of order";
            break;
        }
        last = tag;
        take_field(&r, tag, &entry);
    }
    if (r.bad) {
        return err_set(e, TM_ECORRUPT,
                       "the journal entry is damaged at byte %zu: %s", r.at,
                       r.bad);
    }
    *out = entry;
    return TM_OK;
}

/* --- verifying ------------------------------------------------------------*/

static bool broken(struct journal_check *c, const char *why)
{
    c->broken_seq = c->entries + 1;
    (void)str_copy(c->why, sizeof(c->why), str_of(why));
    return false;
}

bool journal_check_row(struct journal_check *c, const struct journal_row *row)
{
    tm_assert(c->broken_seq == 0);
    uint64_t seq = c->entries + 1;
    if (row->seq != seq) {
        return broken(c, row->seq > seq ? "the entry is missing"
                                        : "the entry is out of order");
    }
    uint8_t hash[JOURNAL_HASH_SIZE];
    journal_hash(c->head, seq, row->payload, hash);
    if (memcmp(hash, row->hash, sizeof(hash)) != 0) {
        return broken(c, "the hash does not fit the entry and the one before "
                         "it");
    }
    struct journal_entry entry;
    struct err e;
    if (journal_decode(row->payload, &entry, &e) != TM_OK) {
        return broken(c, e.text);
    }
    if (entry.rules_seq >= seq || entry.versions_seq >= seq) {
        return broken(c, "it names an entry that is not before it");
    }
    memcpy(c->head, hash, sizeof(hash));
    c->entries++;
    return true;
}

int journal_verify(journal_next_fn *next, void *arg, struct journal_check *out,
                   struct err *e)
{
    struct journal_check c = {0};
    struct journal_row row;
    int rc;
    while ((rc = next(arg, &row, e)) == 1) {
        if (!journal_check_row(&c, &row)) {
            rc = 0;
            break;
        }
    }
    if (rc < 0) {
        return rc;
    }
    *out = c;
    return TM_OK;
}
