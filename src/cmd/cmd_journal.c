/* telemark journal: verify the chain, list entries. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/json_out.h"
#include "cmd/commands.h"
#include "cmd/journal_texts.h"
#include "cmd/reading.h"
#include "core/journal/journal.h"

static int run(int argc, char **argv);

const struct command cmd_journal = {
    .name = "journal",
    .summary = "verify the journal's chain, or list its entries",
    .help =
        "usage: telemark journal verify [--json] [--data DIR]\n"
        "       telemark journal list [--from SEQ] [--data DIR]\n\n"
        "verify  reads the whole chain and says whether every entry is as it\n"
        "        was written; exit code 1 and the first bad entry if not. The\n"
        "        head it prints may be kept elsewhere: it also shows later\n"
        "        that nothing was cut off.\n"
        "list    prints the entries as JSON lines (ids, words, times and\n"
        "        salted hashes: no names, no numbers).\n",
    .run = run,
};

static void hex(const uint8_t *p, size_t n, char *out)
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digit[p[i] >> 4];
        out[2 * i + 1] = digit[p[i] & 15];
    }
    out[2 * n] = '\0';
}

static int print_check(const struct journal_check *c, bool json)
{
    char head[2 * JOURNAL_HASH_SIZE + 1];
    hex(c->head, JOURNAL_HASH_SIZE, head);
    if (json)
        (void)printf("{\"entries\":%" PRIu64 ",\"broken_seq\":%" PRIu64
                     ",\"why\":\"%s\",\"head\":\"%s\"}\n",
                     c->entries, c->broken_seq, c->why, head);
    else if (c->broken_seq == 0)
        (void)printf("%" PRIu64 " entries, all as they were written\n"
                     "head %s\n",
                     c->entries, head);
    else
        (void)printf("entry %" PRIu64 " is broken: %s\n"
                     "%" PRIu64 " entries before it are good; restore the "
                     "data folder from a backup\n",
                     c->broken_seq, c->why, c->entries);
    return c->broken_seq == 0 ? EXIT_DONE : EXIT_REFUSED;
}

static void put_id(struct json_out *j, const char *key, int64_t v)
{
    if (v != 0)
        json_out_kv_int(j, key, v);
}

static void put_text(struct json_out *j, const char *key, struct slice s)
{
    if (s.n == 0)
        return;
    json_out_key(j, key);
    json_out_slice(j, s);
}

static void put_times(struct json_out *j, const struct record *r)
{
    if (r->kind == RECORD_BRIDGED)
        json_out_kv_int(j, "wait_ms", r->ring_ms);
    if (r->kind != RECORD_ENDED)
        return;
    json_out_kv_int(j, "code", r->code);
    json_out_kv_int(j, "ring_ms", r->ring_ms);
    json_out_kv_int(j, "talk_ms", r->talk_ms);
    json_out_kv_bool(j, "live", r->live);
    json_out_kv_bool(j, "abandoned", r->abandoned);
}

static int print_entry(void *arg, const struct journal_row *row)
{
    struct journal_entry en;
    struct err e;
    if (journal_decode(row->payload, &en, &e) != TM_OK ||
        journal_texts_fill(arg, &en, &e) != TM_OK) {
        (void)fprintf(stderr, "entry %" PRIu64 ": %s\n", row->seq, e.text);
        return TM_ECORRUPT;
    }
    const struct record *r = &en.record;
    struct buf b;
    struct json_out j;
    char at[CIVIL_INSTANT_LEN];
    buf_init(&b, 65536);
    json_out_init(&j, &b);
    json_out_object(&j);
    json_out_kv_int(&j, "seq", (int64_t)row->seq);
    civil_format_instant(r->at_us, at);
    json_out_kv_text(&j, "at", at);
    json_out_kv_int(&j, "at_us", r->at_us);
    json_out_kv_text(&j, "kind", record_kind_text(r->kind));
    put_id(&j, "campaign", r->campaign.v);
    put_id(&j, "lead", r->lead.v);
    put_id(&j, "attempt", r->attempt.v);
    put_id(&j, "agent", r->agent.v);
    if (en.has_number) {
        char number[2 * JOURNAL_NUMBER_SIZE + 1];
        hex(en.number, JOURNAL_NUMBER_SIZE, number);
        json_out_kv_text(&j, "number_hash", number);
    }
    json_out_kv_int(&j, "state", r->state);
    put_times(&j, r);
    put_text(&j, "key", r->key);
    put_text(&j, "value", r->value);
    put_text(&j, "rules", r->rules);
    put_text(&j, "versions", r->versions);
    put_text(&j, "note", r->note);
    json_out_end_object(&j);
    (void)puts(b.p);
    buf_fini(&b);
    return 0;
}

struct verifying {
    struct journal_check check;
    struct journal_texts_reader *texts;
};

/* The chain, and whether each text that stands elsewhere is there. */
static int check_row(void *arg, const struct journal_row *row)
{
    struct verifying *v = arg;
    struct journal_entry en;
    struct err e;
    if (!journal_check_row(&v->check, row))
        return 1;
    int rc = journal_decode(row->payload, &en, &e);
    if (rc == TM_OK)
        rc = journal_texts_fill(v->texts, &en, &e);
    if (rc == TM_OK)
        return 0;
    v->check.entries--;
    v->check.broken_seq = row->seq;
    (void)str_copy(v->check.why, sizeof(v->check.why), str_of(e.text));
    return 1;
}

static int verify(struct reading *r, struct journal_texts_reader *t, bool json)
{
    struct verifying v = {.texts = t};
    struct err e = {0};
    int rc = r->reader.journal(r->reader.self, 1, check_row, &v, &e);
    if (rc < 0)
        return command_fail(&cmd_journal, &e);
    return print_check(&v.check, json);
}

static int list(struct reading *r, struct journal_texts_reader *t,
                const char *from)
{
    struct err e = {0};
    uint64_t seq = 1;
    if (from != NULL && !str_u64(str_of(from), &seq))
        return command_usage(&cmd_journal, "--from wants a number");
    int rc = r->reader.journal(r->reader.self, seq, print_entry, t, &e);
    return rc == TM_OK ? EXIT_DONE : command_fail(&cmd_journal, &e);
}

static int run(int argc, char **argv)
{
    const char *data = NULL, *from = NULL;
    bool json = false;
    const struct command_option opt[] = {
        {.name = "data", .value = &data},
        {.name = "from", .value = &from},
        {.name = "json", .flag = &json},
    };
    int words =
        command_options(&cmd_journal, argc, argv, opt, (int)tm_array_len(opt));
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words != 1 ||
        (strcmp(argv[1], "verify") != 0 && strcmp(argv[1], "list") != 0))
        return command_usage(&cmd_journal, "verify or list?");
    struct reading r;
    if (!reading_open(&r, &cmd_journal, data))
        return EXIT_REFUSED;
    struct journal_texts_reader t;
    int code = EXIT_REFUSED;
    if (journal_texts_open(&t, &cmd_journal, data)) {
        code = strcmp(argv[1], "verify") == 0 ? verify(&r, &t, json)
                                              : list(&r, &t, from);
        journal_texts_close(&t);
    }
    reading_close(&r);
    return code;
}
