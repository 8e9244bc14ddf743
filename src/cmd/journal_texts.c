#include "cmd/journal_texts.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"

bool journal_texts_open(struct journal_texts_reader *t, const struct command *c,
                        const char *data)
{
    memset(t->slot, 0, sizeof(t->slot));
    return reading_open(&t->reading, c, data);
}

void journal_texts_close(struct journal_texts_reader *t)
{
    for (size_t i = 0; i < JOURNAL_TEXTS_SLOTS; i++)
        mem_free(t->slot[i].payload);
    reading_close(&t->reading);
}

struct want {
    struct journal_texts_reader *t;
    uint64_t seq;
    size_t slot;
};

static int keep_row(void *arg, const struct journal_row *row)
{
    const struct want *w = arg;
    if (row->seq == w->seq) {
        mem_free(w->t->slot[w->slot].payload);
        w->t->slot[w->slot].payload = mem_alloc(row->payload.n + 1);
        if (row->payload.n > 0)
            memcpy(w->t->slot[w->slot].payload, row->payload.p, row->payload.n);
        w->t->slot[w->slot].n = row->payload.n;
        w->t->slot[w->slot].seq = row->seq;
    }
    return 1;
}

static int entry_of(struct journal_texts_reader *t, uint64_t seq, size_t slot,
                    struct journal_entry *out, struct err *e)
{
    if (t->slot[slot].seq != seq) {
        const struct reader *r = &t->reading.reader;
        struct want w = {t, seq, slot};
        int rc = r->journal(r->self, seq, keep_row, &w, e);
        if (rc < 0)
            return rc;
    }
    if (t->slot[slot].seq != seq)
        return TM_ENOTFOUND;
    return journal_decode(str_range(t->slot[slot].payload, t->slot[slot].n),
                          out, e);
}

/* The two may stand in two entries, which must not push each other out. */
static size_t slot_of(uint64_t seq, size_t kind)
{
    return (2 * (size_t)seq + kind) % JOURNAL_TEXTS_SLOTS;
}

static int fill(struct journal_texts_reader *t, uint64_t seq, size_t kind,
                struct slice *text, struct err *e)
{
    struct journal_entry from;
    if (seq == 0)
        return TM_OK;
    int rc = entry_of(t, seq, slot_of(seq, kind), &from, e);
    if (rc == TM_OK)
        *text = kind == 0 ? from.record.rules : from.record.versions;
    if (rc == TM_ENOTFOUND || rc == TM_ECORRUPT ||
        (rc == TM_OK && text->n == 0))
        return err_set(e, TM_ECORRUPT,
                       "it names entry %" PRIu64 " for its %s, which has none",
                       seq, kind == 0 ? "rules" : "versions");
    return rc;
}

int journal_texts_fill(struct journal_texts_reader *t, struct journal_entry *en,
                       struct err *e)
{
    int rc = fill(t, en->rules_seq, 0, &en->record.rules, e);
    return rc == TM_OK ? fill(t, en->versions_seq, 1, &en->record.versions, e)
                       : rc;
}
