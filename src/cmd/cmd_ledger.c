/* telemark ledger: what is on file about people, the caller and the world. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json_out.h"
#include "cmd/commands.h"
#include "cmd/control.h"
#include "cmd/ledger_import.h"
#include "cmd/reask.h"
#include "cmd/tenant.h"
#include "core/ledger/ledger_row.h"
#include "core/ledger/ledger_text.h"
#include "core/number/number.h"
#include "store/ledger_rows.h"
#include "store/sqlite_reader.h"

enum { WORDS_MAX = 128, NUMBERS_MAX = 1000 };

static int run(int argc, char **argv);

const struct command cmd_ledger = {
    .name = "ledger",
    .summary = "consents, revocations, licences ...: take in, show, end",
    .help =
        "usage: telemark ledger import KIND FILE.csv [--seller NAME]\n"
        "           [--country US] [--encoding E] [--delimiter C] [--json]\n"
        "       telemark ledger add KIND FIELD=VALUE... [--seller NAME]\n"
        "           [--country US]\n"
        "       telemark ledger show KIND|all [NUMBER|ADDRESS]\n"
        "           [--country US] [--json]\n"
        "       telemark ledger end ID --reason TEXT\n"
        "           all with [--data DIR]\n\n"
        "KIND is consent, revocation, relationship, caller_id, licence,\n"
        "exemption, number, emergency or holiday. Entries are added and never\n"
        "changed; every verdict goes by them.\n\n"
        "import  a CSV file whose first row names its columns; an unknown one\n"
        "        is refused with the list of those that there are. Rows that\n"
        "        cannot be used are written with line and reason to a file in\n"
        "        the data folder. The import goes on where it was cut off;\n"
        "        doing it again changes nothing.\n"
        "add     one entry: telemark ledger add revocation\n"
        "        number=+12125550123 means=letter at=2026-11-20\n"
        "show    the entries, or those of one number or e-mail address\n"
        "end     says that an entry was wrong: it counts no more, and both\n"
        "        stay on file\n\n"
        "A revocation, by whatever means it came, stops the calls of its\n"
        "seller (without a seller: of all) at once, beside a running server\n"
        "too. --seller: whose the entries are, when no column says so.\n"
        "Columns and words: docs/ledgers.md.\n",
    .run = run,
};

struct options {
    const char *data, *seller, *country, *encoding, *delimiter, *reason;
    bool json;
};

static int parse(int argc, char **argv, struct options *o)
{
    const struct command_option opt[] = {
        {.name = "data", .value = &o->data},
        {.name = "seller", .value = &o->seller},
        {.name = "country", .value = &o->country},
        {.name = "encoding", .value = &o->encoding},
        {.name = "delimiter", .value = &o->delimiter},
        {.name = "reason", .value = &o->reason},
        {.name = "json", .flag = &o->json},
    };
    *o = (struct options){.country = "US"};
    return command_options(&cmd_ledger, argc, argv, opt,
                           (int)tm_array_len(opt));
}

/* What is wrong with the words and options; NULL: nothing. */
static const char *check(int words, char **argv, const struct options *o)
{
    const char *c = o->country;
    if (words == 0)
        return "import, add, show or end?";
    if (strlen(c) != 2 || strspn(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)
        return "--country is a code of two capital letters, as US or DE";
    if (strcmp(argv[1], "import") == 0)
        return words == 3 ? NULL : "import takes a kind and one file";
    if (strcmp(argv[1], "add") == 0)
        return words >= 3 ? NULL : "add takes a kind and FIELD=VALUE words";
    if (strcmp(argv[1], "show") == 0)
        return words == 2 || words == 3
                   ? NULL
                   : "show takes a kind (or all), and a number or address";
    if (strcmp(argv[1], "end") == 0)
        return words == 2 && o->reason != NULL && o->reason[0] != '\0'
                   ? NULL
                   : "end takes the number of an entry, and --reason TEXT";
    return "import, add, show or end?";
}

static int run(int argc, char **argv)
{
    char *copy[WORDS_MAX];
    struct options o;
    if (argc > (int)tm_array_len(copy))
        return command_usage(&cmd_ledger, "too many words");
    memcpy(copy, argv, (size_t)argc * sizeof(*argv));
    int words = parse(argc, copy, &o);
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    const char *wrong = check(words, copy, &o);
    if (wrong != NULL)
        return command_usage(&cmd_ledger, "%s", wrong);
    return control_run(&cmd_ledger, o.data, argc, argv);
}

static bool kind_of(struct control *c, const char *word, enum ledger_kind *out)
{
    char plain[LEDGER_WORD_MAX];
    ledger_columns_plain(str_of(word), plain);
    size_t n = strlen(plain);
    /* "consents", "licenses" */
    if (ledger_kind_parse(str_of(plain), out) ||
        (n > 1 && plain[n - 1] == 's' &&
         ledger_kind_parse(str_range(plain, n - 1), out)))
        return true;
    if (strncmp(plain, "license", 7) == 0) {
        *out = LEDGER_LICENCE;
        return true;
    }
    (void)control_usage(c,
                        "'%s' is no ledger; there are: consent, revocation, "
                        "relationship, caller_id, licence, exemption, number, "
                        "emergency, holiday",
                        word);
    return false;
}

/* --- add ------------------------------------------------------------------*/

struct adding {
    struct ledger_row row;
    const char *seller;
    int64_t now_us;
    int64_t id;
    bool again;
    uint64_t number[NUMBERS_MAX]; /* of leads with the entry's address */
    size_t numbers;
    bool more;
};

static void on_reached(void *arg, const struct ledger_entry *x)
{
    struct adding *a = arg;
    a->more |= a->numbers == NUMBERS_MAX;
    if (a->numbers < NUMBERS_MAX)
        a->number[a->numbers++] = x->e164;
}

/* A withdrawal for a seller whose name is misspelt would stop nothing. */
static int find_seller(struct db *db, struct adding *a, struct err *e)
{
    struct ledger_entry *x = &a->row.entry;
    struct slice name = x->seller_name;
    if (name.n == 0 && a->seller != NULL && !a->row.all_sellers)
        name = str_of(a->seller);
    if (name.n == 0)
        return TM_OK;
    int rc = ledger_rows_seller(db, x->kind, x->tenant, name, &x->seller, e);
    return rc == TM_ENOTFOUND
               ? err_context(e, "nothing was entered (without a seller the "
                                "revocation holds for all)")
               : rc;
}

static int do_add(struct db *db, void *arg, struct err *e)
{
    struct adding *a = arg;
    struct ledger_entry *x = &a->row.entry;
    x->tenant = tenant_default();
    x->recorded_us = a->now_us;
    int rc = find_seller(db, a, e);
    if (rc == TM_OK)
        rc = ledger_rows_add(db, x, &a->id, &a->again, e);
    const struct ledger_entry *one = x;
    if (rc == TM_OK)
        rc = ledger_rows_reach(db, &one, 1, on_reached, a, e);
    if (rc == TM_OK && a->more)
        rc = err_set(e, TM_ELIMIT,
                     "%.*s stands with more than %d numbers of leads: it is "
                     "no address of one person; nothing was entered",
                     (int)x->address.n, x->address.p, NUMBERS_MAX);
    return rc;
}

/* The words after the kind are a header and one row. */
static int read_words(struct adding *a, enum ledger_kind kind, char **word,
                      int n, const struct options *o, struct err *e)
{
    struct slice name[LEDGER_COLUMNS_MAX], value[LEDGER_COLUMNS_MAX];
    struct ledger_header h;
    if (n > LEDGER_COLUMNS_MAX)
        return err_set(e, TM_EINVAL, "more fields than there are");
    for (int i = 0; i < n; i++) {
        name[i] = str_cut(str_of(word[i]), '=', &value[i]);
        if (value[i].p == NULL)
            return err_set(e, TM_EINVAL,
                           "'%s': write it as FIELD=VALUE, as "
                           "number=+12125550123",
                           word[i]);
    }
    int rc = ledger_columns_read(kind, name, (size_t)n, &h, e);
    if (rc != TM_OK)
        return rc;
    const struct csv_row row = {
        .line = 1, .fault = CSV_OK, .cell = value, .cells = (size_t)n};
    const struct ledger_row_options ro = {.country = o->country,
                                          .seller_known = o->seller != NULL,
                                          .now_us = a->now_us};
    if (!ledger_row_clean(&h, &row, &ro, &a->row))
        return err_set(e, TM_EINVAL, "%s", a->row.reason);
    return TM_OK;
}

static void print_added(struct control *c, const struct adding *a)
{
    const struct ledger_entry *x = &a->row.entry;
    if (a->again)
        control_printf(c,
                       "entry %" PRId64 " says the same; nothing has "
                       "changed\n",
                       a->id);
    else
        control_printf(c, "entry %" PRId64 " in the ledger of %s\n", a->id,
                       ledger_kind_text(x->kind));
    if (!a->again && ledger_rows_stops_calls(x))
        control_printf(c, "the number will not be called again for %s\n",
                       x->seller.v != 0 ? "this seller" : "any seller");
    for (size_t i = 0; i < a->numbers; i++) {
        char text[NUMBER_TEXT_LEN];
        (void)number_format(a->number[i], text);
        control_printf(c, "nor %s, of a lead with this address\n", text);
    }
}

static int tell_reached(struct control *c, const struct adding *a,
                        struct err *e)
{
    struct ledger_entry x = {.kind = LEDGER_REVOCATION,
                             .seller = a->row.entry.seller,
                             .from_us = a->row.entry.from_us};
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < a->numbers; i++) {
        x.e164 = a->number[i];
        rc = ledger_import_tell(c, &x, e);
    }
    return rc;
}

static int add(struct control *c, int words, char **argv,
               const struct options *o)
{
    struct err e = {0};
    enum ledger_kind kind;
    if (!kind_of(c, argv[2], &kind))
        return EXIT_USAGE;
    struct adding *a = mem_alloc(sizeof(*a));
    a->seller = o->seller;
    a->now_us = control_now_us(c);
    int rc = read_words(a, kind, argv + 3, words - 2, o, &e);
    if (rc == TM_OK)
        rc = sqlite_store_run(c->house->store, do_add, a, &e);
    /* Also what stood there already: it may never have been told. */
    if (rc == TM_OK && ledger_rows_stops_calls(&a->row.entry))
        rc = ledger_import_tell(c, &a->row.entry, &e);
    else if (rc == TM_OK)
        rc = ledger_import_changed(c, kind, a->row.entry.seller, &e);
    if (rc == TM_OK)
        rc = tell_reached(c, a, &e);
    if (rc == TM_OK)
        print_added(c, a);
    mem_free(a);
    return rc == TM_OK ? EXIT_DONE : control_fail(c, &e);
}

/* --- end ------------------------------------------------------------------*/

struct ending {
    struct ledger_rows_end end;
    enum ledger_kind kind;
};

static int do_end(struct db *db, void *arg, struct err *e)
{
    struct ending *n = arg;
    return ledger_rows_end(db, &n->end, &n->kind, e);
}

static int end(struct control *c, const char *id, const struct options *o)
{
    struct err e = {0};
    struct ending n = {.end = {.tenant = tenant_default(),
                               .now_us = control_now_us(c),
                               .reason = str_of(o->reason)}};
    if (!str_i64(str_of(id), &n.end.id) || n.end.id <= 0)
        return control_usage(c, "'%s' is no number of an entry", id);
    int rc = sqlite_store_run(c->house->store, do_end, &n, &e);
    if (rc == TM_OK)
        rc = reask_changed(c,
                           n.kind >= LEDGER_CALLER_ID && n.kind != LEDGER_NUMBER
                               ? CONTROL_LEDGERS
                               : CONTROL_PERSONS,
                           (struct campaign_id){0}, &e);
    if (rc != TM_OK)
        return control_fail(c, &e);
    control_printf(c, "entry %s counts no more\n", id);
    if (n.kind == LEDGER_REVOCATION)
        control_printf(c, "the number stays on the do-not-call list: a "
                          "request to be left alone is not taken back by us\n");
    return EXIT_DONE;
}

/* --- show -----------------------------------------------------------------*/

struct showing {
    struct control *c;
    struct json_out *json; /* NULL: text */
    struct buf text;
    uint64_t n;
};

static int show_entry(void *arg, const struct ledger_entry *x)
{
    struct showing *s = arg;
    buf_clear(&s->text);
    if (s->json == NULL) {
        ledger_text_line(x, &s->text);
    } else {
        json_out_init(s->json, &s->text);
        ledger_text_json(x, s->json);
        buf_add_char(&s->text, '\n');
    }
    s->c->io.out(s->c->io.self, buf_slice(&s->text));
    s->n++;
    return control_stopping(s->c) ? 1 : 0;
}

static int show_all(struct showing *s, const struct reader_ledger *q,
                    struct err *e)
{
    struct sqlite_reader *sqlite;
    struct reader reader;
    int rc = sqlite_reader_open(&s->c->house->dir, &sqlite, e);
    if (rc != TM_OK)
        return rc;
    sqlite_reader_port(sqlite, &reader);
    rc = reader.ledger(reader.self, q, show_entry, s, e);
    sqlite_reader_close(sqlite);
    return rc < 0 ? rc : TM_OK;
}

/* Of whom: a number, or an address in small letters as it is stored. */
static int read_whom(struct control *c, const char *word,
                     const struct options *o, char *address,
                     struct reader_ledger *q)
{
    struct err e = {0};
    struct number number;
    if (strchr(word, '@') != NULL) {
        size_t n = str_copy(address, LEDGER_ROW_ADDRESS_MAX + 1, str_of(word));
        for (size_t i = 0; i < n; i++)
            if (address[i] >= 'A' && address[i] <= 'Z')
                address[i] = (char)(address[i] - 'A' + 'a');
        q->address = str_range(address, n);
        return EXIT_DONE;
    }
    enum number_fault fault = number_parse(str_of(word), o->country, &number);
    if (fault != NUMBER_OK) {
        (void)err_set(&e, TM_EINVAL, "%s: the number %s", word,
                      number_fault_text(fault));
        return control_fail(c, &e);
    }
    q->e164 = number.e164;
    return EXIT_DONE;
}

static int show(struct control *c, int words, char **argv,
                const struct options *o)
{
    struct err e = {0};
    struct json_out j;
    char address[LEDGER_ROW_ADDRESS_MAX + 1];
    struct reader_ledger q = {.tenant = tenant_default(),
                              .kind = LEDGER_KIND_COUNT,
                              .address = str_of("")};
    if (strcmp(argv[2], "all") != 0 && !kind_of(c, argv[2], &q.kind))
        return EXIT_USAGE;
    int code = words == 3 ? read_whom(c, argv[3], o, address, &q) : EXIT_DONE;
    if (code != EXIT_DONE)
        return code;
    struct showing s = {.c = c, .json = o->json ? &j : NULL};
    buf_init(&s.text, 1 << 18);
    int rc = show_all(&s, &q, &e);
    buf_fini(&s.text);
    if (rc != TM_OK)
        return control_fail(c, &e);
    if (s.n == 0 && !o->json)
        control_printf(c, "nothing is on file\n");
    return EXIT_DONE;
}

int cmd_ledger_control(struct control *c, int argc, char **argv)
{
    struct options o;
    int words = parse(argc, argv, &o);
    const char *wrong = words < 0 ? "?" : check(words, argv, &o);
    if (wrong != NULL)
        return control_usage(c, "%s", wrong);
    if (strcmp(argv[1], "add") == 0)
        return add(c, words, argv, &o);
    if (strcmp(argv[1], "show") == 0)
        return show(c, words, argv, &o);
    if (strcmp(argv[1], "end") == 0)
        return end(c, argv[2], &o);
    struct ledger_import i = {.file = argv[3],
                              .seller = o.seller,
                              .country = o.country,
                              .encoding = o.encoding,
                              .delimiter = o.delimiter,
                              .json = o.json};
    if (!kind_of(c, argv[2], &i.kind))
        return EXIT_USAGE;
    return ledger_import_run(c, &i);
}
