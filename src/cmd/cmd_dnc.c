/* telemark dnc: take in do-not-call lists, show those in force. */
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/json_out.h"
#include "cmd/commands.h"
#include "cmd/control.h"
#include "cmd/day.h"
#include "cmd/reask.h"
#include "cmd/tenant.h"
#include "core/dnc/dnc_text.h"
#include "core/number/number.h"
#include "store/catalog.h"
#include "store/dnc_build.h"
#include "store/dnc_files.h"
#include "store/dnc_name.h"
#include "store/sqlite_reader.h"

enum { REJECTS_SHOWN = 20, READ_BYTES = 1 << 18 };

static int run(int argc, char **argv);

const struct command cmd_dnc = {
    .name = "dnc",
    .summary = "take in a do-not-call list; list those in force",
    .help =
        "usage: telemark dnc import FILE --list NAME [--country US]\n"
        "           [--kind national|internal] [--seller NAME] [--changes]\n"
        "           [--obtained YYYY-MM-DD] [--force] [--json] [--data DIR]\n"
        "       telemark dnc add NUMBER [--seller NAME] [--country US]\n"
        "       telemark dnc list [--json] [--data DIR]\n\n"
        "import  a file with one number a line: plain, or the flat layout of\n"
        "        the US and Canadian registries (AAA,NNNNNNN), or their XML\n"
        "        full list. It replaces the list of that name as a whole, or\n"
        "        not at all. --obtained is the day the file was downloaded\n"
        "        (default: the file's own date); the law wants it at most 31\n"
        "        days before each call (16 CFR 310.4(b)(3)(iv)).\n"
        "        The US registry's list is called us_national, Canada's\n"
        "        ca_dncl, the own list of a state state.FL (CO FL IN LA MA MO\n"
        "        OK PA TN TX WY have one). Another name wants --kind: "
        "internal\n"
        "        for a list of yours, national for one that stops all.\n"
        "        --changes: the file has what was added (A) and deleted (D)\n"
        "        since the list in force: AAA,NNNNNNN,...,A.\n"
        "        --kind internal: a seller's own list; --seller names him.\n"
        "        --force: take a file that looks cut off or broken, or is "
        "older.\n"
        "add     one request to be left alone that came by letter, mail or\n"
        "        in person; it acts at once.\n",
    .run = run,
};

struct options {
    const char *data, *list, *country, *kind, *seller, *obtained;
    bool changes, force, json;
};

static int parse(int argc, char **argv, struct options *o)
{
    const struct command_option opt[] = {
        {.name = "data", .value = &o->data},
        {.name = "list", .value = &o->list},
        {.name = "country", .value = &o->country},
        {.name = "kind", .value = &o->kind},
        {.name = "seller", .value = &o->seller},
        {.name = "obtained", .value = &o->obtained},
        {.name = "changes", .flag = &o->changes},
        {.name = "force", .flag = &o->force},
        {.name = "json", .flag = &o->json},
    };
    *o = (struct options){0};
    return command_options(&cmd_dnc, argc, argv, opt, (int)tm_array_len(opt));
}

static int run(int argc, char **argv)
{
    char *copy[128];
    struct options o;
    if (argc > (int)tm_array_len(copy))
        return command_usage(&cmd_dnc, "too many words");
    memcpy(copy, argv, (size_t)argc * sizeof(*argv));
    int words = parse(argc, copy, &o);
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words == 0)
        return command_usage(&cmd_dnc, "import, add or list?");
    return control_run(&cmd_dnc, o.data, argc, argv);
}

struct take_in {
    struct control *c;
    const struct options *o;
    const char *path;
    char country[3];
    struct dnc_text text;
    struct dnc_build *build;
    struct dnc_files *files; /* those in force, of --changes */
    struct dnc_files_state last;
    struct dnc_set meta;
    uint64_t shown; /* rejects told so far */
    bool zipped;
    int64_t obtained_us;
    enum dnc_kind kind;
    struct seller_id seller;
    char hash[65];
};

static void add_number(void *arg, uint64_t e164)
{
    struct take_in *t = arg;
    dnc_build_add(t->build, e164);
}

static void remove_number(void *arg, uint64_t e164)
{
    struct take_in *t = arg;
    dnc_build_remove(t->build, e164);
}

static void tell_reject(void *arg, uint64_t line, const char *why,
                        struct slice text)
{
    struct take_in *t = arg;
    int n = (int)(text.n > 60 ? 60 : text.n);
    if (t->zipped)
        return;
    if (t->shown++ < REJECTS_SHOWN)
        control_warn(t->c, "line %" PRIu64 ": %s: %.*s\n", line, why, n,
                     text.p);
}

/* Feeds the whole file to the reader of lines and to the hash that proves
 * later which file it was. */
static int read_file(struct take_in *t, int fd, uint64_t size, struct err *e)
{
    crypto_generichash_state hash;
    (void)crypto_generichash_init(&hash, NULL, 0, 32);
    char *chunk = mem_alloc(READ_BYTES);
    uint64_t done = 0;
    ssize_t n = 0;
    while (!control_stopping(t->c) && (n = read(fd, chunk, READ_BYTES)) > 0) {
        (void)crypto_generichash_update(&hash, (const uint8_t *)chunk,
                                        (size_t)n);
        t->zipped |= done == 0 && n > 4 && memcmp(chunk, "PK\x03\x04", 4) == 0;
        dnc_text_feed(&t->text, str_range(chunk, (size_t)n));
        done += (uint64_t)n;
        t->c->io.progress(t->c->io.self, t->path, "rows", t->text.counts.rows,
                          done, size);
    }
    mem_free(chunk);
    if (n < 0)
        return err_errno(e, "%s", t->path);
    if (n > 0)
        return err_set(e, TM_ESTATE,
                       "the server is going down; the list is as it was");
    dnc_text_end(&t->text);
    if (t->zipped)
        return err_set(e, TM_EINVAL,
                       "%s is a zip archive: unzip it and import the file "
                       "that was in it",
                       t->path);
    uint8_t sum[32];
    (void)crypto_generichash_final(&hash, sum, sizeof(sum));
    (void)sodium_bin2hex(t->hash, sizeof(t->hash), sum, sizeof(sum));
    return TM_OK;
}

static int obtained_of(struct take_in *t, const struct stat *st, struct err *e)
{
    int64_t now_us = control_now_us(t->c);
    t->obtained_us = (int64_t)st->st_mtim.tv_sec * CIVIL_SECOND_US;
    int rc = t->o->obtained == NULL ? TM_OK
                                    : day_parse_us("--obtained", t->o->obtained,
                                                   0, &t->obtained_us, e);
    if (rc != TM_OK)
        return rc;
    if (t->obtained_us > now_us + CIVIL_DAY_US && t->c->server != NULL)
        return err_set(e, TM_EINVAL,
                       "the list cannot have been obtained in the future; "
                       "check --obtained and the clock");
    return TM_OK;
}

static int do_prepare(struct db *db, void *arg, struct err *e)
{
    struct take_in *t = arg;
    if (t->o->seller != NULL) {
        int rc = catalog_seller(db, tenant_default(), str_of(t->o->seller),
                                &t->seller, e);
        if (rc != TM_OK)
            return rc;
    }
    return dnc_files_state(db, t->o->list, &t->last, e);
}

static int do_publish(struct db *db, void *arg, struct err *e)
{
    struct take_in *t = arg;
    const char *slash = strrchr(t->path, '/');
    struct dnc_files_new n = {
        .dir = &t->c->house->dir,
        .meta = t->meta,
        .image = dnc_build_path(t->build),
        .file_name = slash != NULL ? slash + 1 : t->path,
        .now_us = control_now_us(t->c),
    };
    return dnc_files_publish(db, &n, e);
}

/* The list that is changed; *out stays NULL when the file is a whole one. */
static int find_base(struct take_in *t, const struct dnc_set **out,
                     struct err *e)
{
    struct sqlite_reader *reader;
    if (!t->o->changes)
        return TM_OK;
    if (t->last.generation == 0)
        return err_set(e, TM_ENOTFOUND,
                       "there is no list '%s' to be changed: import its full "
                       "list first, without --changes",
                       t->o->list);
    int rc = sqlite_reader_open(&t->c->house->dir, &reader, e);
    if (rc != TM_OK)
        return rc;
    rc = sqlite_reader_dnc(reader, &t->c->house->dir, &t->files, e);
    sqlite_reader_close(reader);
    if (rc != TM_OK)
        return rc;
    *out = dnc_lists_find(dnc_files_lists(t->files), t->o->list);
    tm_assert(*out != NULL);
    if ((*out)->generation != t->last.generation)
        return err_set(e, TM_ESTATE,
                       "the list '%s' has just been replaced: repeat",
                       t->o->list);
    return TM_OK;
}

/* Changes must not make the list much smaller, as a whole file must not. */
static int judge_result(const struct take_in *t, struct err *e)
{
    const struct dnc_text_counts now = {.rows = t->meta.count,
                                        .numbers = t->meta.count};
    return t->o->changes ? dnc_text_judge(&now, t->last.rows, t->o->force, e)
                         : TM_OK;
}

/* All that grows with the list is done here, on the command's thread. */
static int build_image(struct take_in *t, struct err *e)
{
    const struct dnc_set *base = NULL;
    t->meta = (struct dnc_set){.kind = t->kind,
                               .seller = t->seller.v,
                               .obtained_us = t->obtained_us,
                               .generation = t->last.generation + 1};
    (void)str_copy(t->meta.name, sizeof(t->meta.name), str_of(t->o->list));
    (void)str_copy(t->meta.source_hash, sizeof(t->meta.source_hash),
                   str_of(t->hash));
    if (t->kind == DNC_NATIONAL)
        (void)str_copy(t->meta.country, sizeof(t->meta.country),
                       str_of(t->country));
    int rc = dnc_text_judge(&t->text.counts, t->o->changes ? 0 : t->last.rows,
                            t->o->force, e);
    if (rc == TM_OK)
        rc = find_base(t, &base, e);
    if (rc == TM_OK)
        rc = dnc_build_finish(t->build, &t->meta, base, e);
    return rc == TM_OK ? judge_result(t, e) : rc;
}

/* An older file would bring back people who have come off, and leave out
 * those who have come on since. */
static int judge_age(const struct take_in *t, struct err *e)
{
    char had[11], has[11];
    struct civil_date last = civil_of_us(t->last.obtained_us).date;
    struct civil_date now = civil_of_us(t->obtained_us).date;
    if (t->last.generation == 0 || t->o->force ||
        civil_date_cmp(now, last) >= 0)
        return TM_OK;
    civil_format_date(last, had);
    civil_format_date(now, has);
    return err_set(e, TM_EINVAL,
                   "the list '%s' in force was obtained on %s, this file on "
                   "%s; --force takes the older one",
                   t->o->list, had, has);
}

static int take_in(struct take_in *t, int fd, const struct stat *st,
                   struct err *e)
{
    struct sqlite_store *store = t->c->house->store;
    dnc_text_init(&t->text, t->country, add_number, tell_reject, t);
    if (t->o->changes)
        dnc_text_changes(&t->text, remove_number);
    t->build = dnc_build_new(&t->c->house->dir);
    int rc = obtained_of(t, st, e);
    if (rc == TM_OK)
        rc = sqlite_store_run(store, do_prepare, t, e);
    if (rc == TM_OK)
        rc = judge_age(t, e);
    if (rc == TM_OK)
        rc = read_file(t, fd, (uint64_t)st->st_size, e);
    if (rc == TM_OK)
        rc = build_image(t, e);
    if (rc == TM_OK)
        rc = sqlite_store_run(store, do_publish, t, e);
    dnc_build_free(t->build);
    dnc_files_close(t->files);
    if (rc == TM_OK)
        rc = reask_changed(t->c, CONTROL_DNC, (struct campaign_id){0}, e);
    return rc;
}

static void print_json(const struct take_in *t, const char *day)
{
    const struct dnc_text_counts *n = &t->text.counts;
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 16);
    json_out_init(&j, &b);
    json_out_object(&j);
    json_out_kv_text(&j, "list", t->o->list);
    json_out_kv_int(&j, "rows", (int64_t)n->rows);
    json_out_kv_int(&j, "numbers", (int64_t)n->numbers);
    json_out_kv_int(&j, "rejected", (int64_t)n->rejected);
    json_out_kv_int(&j, "list_numbers", (int64_t)t->meta.count);
    json_out_kv_text(&j, "obtained", day);
    json_out_end_object(&j);
    buf_add_char(&b, '\n');
    t->c->io.out(t->c->io.self, buf_slice(&b));
    buf_fini(&b);
}

static void print_result(const struct take_in *t)
{
    const struct dnc_text_counts *n = &t->text.counts;
    char day[11];
    civil_format_date(civil_of_us(t->obtained_us).date, day);
    if (t->o->json)
        print_json(t, day);
    else
        control_printf(t->c,
                       "list '%s': %" PRIu64 " rows = %" PRIu64
                       " numbers + %" PRIu64 " rejected; obtained %s\n",
                       t->o->list, n->rows, n->numbers, n->rejected, day);
    if (t->o->changes && !t->o->json)
        control_printf(t->c,
                       "the list had %" PRIu64 " numbers, now %" PRIu64 "\n",
                       t->last.rows, t->meta.count);
}

/* A register's name with a slip in it would be a list that no rule of the
 * register asks, and that stops everybody's calls. */
static int check_name(const struct take_in *t, struct dnc_name *known,
                      struct err *e)
{
    const struct options *o = t->o;
    char guess[DNC_NAME_GUESS_MAX];
    dnc_name_guess(o->list, guess);
    if (guess[0] != '\0' && t->kind == DNC_NATIONAL)
        return err_set(e, TM_EINVAL,
                       "--list %s: did you mean %s? use --kind internal "
                       "--seller S for a list of your own",
                       o->list, guess);
    int rc = dnc_name_check(o->list, known, e);
    if (rc == TM_OK && !known->is_register && o->kind == NULL)
        rc = err_set(e, TM_EINVAL,
                     "--list %s is no register's name: say --kind internal "
                     "--seller S for a list of your own, or --kind national "
                     "for one that stops the calls of every seller",
                     o->list);
    return rc;
}

/* What kind of list the name and the options mean. */
static int check_list(struct take_in *t, struct err *e)
{
    struct dnc_name known;
    const struct options *o = t->o;
    int rc = check_name(t, &known, e);
    if (rc != TM_OK)
        return rc;
    const char *country = known.is_register ? known.country : "US";
    country = o->country != NULL ? o->country : country;
    if (strlen(country) != 2 ||
        strspn(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)
        return err_set(e, TM_EINVAL,
                       "--country %s: a code of two capital letters, as US",
                       country);
    (void)str_copy(t->country, sizeof(t->country), str_of(country));
    if (!known.is_register)
        return TM_OK;
    if (strcmp(t->country, known.country) != 0)
        return err_set(e, TM_EINVAL,
                       "--country %s: the register %s is of %s; leave "
                       "--country out, or give the list another name",
                       o->country, o->list, known.country);
    if (t->kind != DNC_NATIONAL)
        return err_set(e, TM_EINVAL,
                       "--kind %s: %s is the name of a register; give a "
                       "seller's own list another name",
                       o->kind, o->list);
    return TM_OK;
}

static int import(struct control *c, const char *file, const struct options *o)
{
    struct err e = {0};
    struct stat st;
    uint64_t size;
    char path[4096];
    struct take_in t = {.c = c, .o = o, .path = path};
    if (o->list == NULL)
        return control_usage(c, "--list is missing (us_national for the US "
                                "registry)");
    t.kind = DNC_NATIONAL;
    if (o->kind != NULL && !dnc_set_kind_parse(str_of(o->kind), &t.kind))
        return control_usage(c, "--kind is national or internal");
    if (check_list(&t, &e) != TM_OK ||
        control_path(c, file, path, sizeof(path), &e) != TM_OK)
        return control_fail(c, &e);
    int fd = command_open_file(path, &size, &e);
    if (fd < 0)
        return control_fail(c, &e);
    if (fstat(fd, &st) != 0) {
        (void)err_errno(&e, "%s", path);
        (void)close(fd);
        return control_fail(c, &e);
    }
    int rc = take_in(&t, fd, &st, &e);
    if (t.shown > REJECTS_SHOWN)
        control_warn(c, "... and %" PRIu64 " more rejected lines\n",
                     t.shown - REJECTS_SHOWN);
    (void)close(fd);
    if (rc != TM_OK)
        return control_fail(c, &e);
    print_result(&t);
    return EXIT_DONE;
}

struct request {
    struct catalog_opt_out opt_out;
    const char *seller;
};

static int do_add(struct db *db, void *arg, struct err *e)
{
    struct request *r = arg;
    if (r->seller != NULL) {
        int rc = catalog_seller_find(db, tenant_default(), str_of(r->seller),
                                     &r->opt_out.seller, e);
        if (rc != TM_OK)
            return rc;
    }
    return catalog_opt_out(db, &r->opt_out, e);
}

static int add(struct control *c, const char *text, const struct options *o)
{
    struct err e = {0};
    struct number number;
    char shown[NUMBER_TEXT_LEN];
    const char *country = o->country != NULL ? o->country : "US";
    enum number_fault fault = number_parse(str_of(text), country, &number);
    if (fault != NUMBER_OK) {
        (void)err_set(&e, TM_EINVAL, "%s: %s", text, number_fault_text(fault));
        return control_fail(c, &e);
    }
    struct request r = {.opt_out = {.tenant = tenant_default(),
                                    .e164 = number.e164,
                                    .now_us = control_now_us(c),
                                    .source = str_of("command")},
                        .seller = o->seller};
    int rc = sqlite_store_run(c->house->store, do_add, &r, &e);
    if (rc == TM_OK && c->server != NULL)
        rc = c->server->opt_out(c->server->self, r.opt_out.seller, number.e164,
                                r.opt_out.now_us, &e);
    if (rc != TM_OK)
        return control_fail(c, &e);
    (void)number_format(number.e164, shown);
    control_printf(c, "%s will not be called again for %s\n", shown,
                   o->seller != NULL ? o->seller : "any seller");
    return EXIT_DONE;
}

struct listing {
    struct control *c;
    struct json_out *json;
    int n;
};

/* 16 CFR 310.4(b)(3)(iv): a copy of at most 31 days. */
static void warn_old(const struct listing *s, const struct reader_dnc_list *l)
{
    int age = civil_days(civil_of_us(control_now_us(s->c)).date) -
              civil_days(civil_of_us(l->obtained_us).date);
    if (age > 31 && str_eq(l->kind, "national"))
        control_warn(s->c,
                     "%.*s: the copy is %d days old, the law allows 31: "
                     "import a new one\n",
                     (int)l->name.n, l->name.p, age);
}

static int print_list(void *arg, const struct reader_dnc_list *l)
{
    struct listing *s = arg;
    char day[11];
    civil_format_date(civil_of_us(l->obtained_us).date, day);
    s->n++;
    if (s->json == NULL) {
        control_printf(s->c,
                       "%.*s: %.*s, %" PRIu64 " numbers, obtained %s, "
                       "generation %" PRIu64 "\n",
                       (int)l->name.n, l->name.p, (int)l->kind.n, l->kind.p,
                       l->rows, day, l->generation);
        warn_old(s, l);
        return 0;
    }
    json_out_object(s->json);
    json_out_key(s->json, "list");
    json_out_slice(s->json, l->name);
    json_out_key(s->json, "kind");
    json_out_slice(s->json, l->kind);
    json_out_kv_int(s->json, "rows", (int64_t)l->rows);
    json_out_kv_text(s->json, "obtained", day);
    json_out_kv_int(s->json, "generation", (int64_t)l->generation);
    json_out_end_object(s->json);
    return 0;
}

static int list(struct control *c, bool json)
{
    struct err e = {0};
    struct sqlite_reader *sqlite;
    struct reader reader;
    struct buf b;
    struct json_out j;
    if (sqlite_reader_open(&c->house->dir, &sqlite, &e) != TM_OK)
        return control_fail(c, &e);
    sqlite_reader_port(sqlite, &reader);
    buf_init(&b, 1 << 20);
    json_out_init(&j, &b);
    json_out_array(&j);
    struct listing s = {.c = c, .json = json ? &j : NULL};
    int rc = reader.dnc_lists(reader.self, print_list, &s, &e);
    json_out_end_array(&j);
    buf_add_char(&b, '\n');
    if (rc == TM_OK && json)
        c->io.out(c->io.self, buf_slice(&b));
    if (rc == TM_OK && !json && s.n == 0)
        control_printf(c, "no do-not-call list yet: every call that needs "
                          "one is refused\n");
    buf_fini(&b);
    sqlite_reader_close(sqlite);
    return rc == TM_OK ? EXIT_DONE : control_fail(c, &e);
}

int cmd_dnc_control(struct control *c, int argc, char **argv)
{
    struct options o;
    int words = parse(argc, argv, &o);
    if (words < 1)
        return EXIT_USAGE;
    if (strcmp(argv[1], "list") == 0 && words == 1)
        return list(c, o.json);
    if (strcmp(argv[1], "import") == 0 && words == 2)
        return import(c, argv[2], &o);
    if (strcmp(argv[1], "add") == 0 && words == 2)
        return add(c, argv[2], &o);
    return control_usage(c, "import FILE, add NUMBER or list?");
}
