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
#include "cmd/tenant.h"
#include "core/dnc/dnc_text.h"
#include "core/number/number.h"
#include "store/catalog.h"
#include "store/dnc_files.h"
#include "store/sqlite_reader.h"

enum { REJECTS_SHOWN = 20, READ_BYTES = 1 << 18 };

static int run(int argc, char **argv);

const struct command cmd_dnc = {
    .name = "dnc",
    .summary = "take in a do-not-call list; list those in force",
    .help =
        "usage: telemark dnc import FILE --list NAME [--country US]\n"
        "           [--kind national|internal] [--seller NAME]\n"
        "           [--obtained YYYY-MM-DD] [--force] [--json] [--data DIR]\n"
        "       telemark dnc add NUMBER [--seller NAME] [--country US]\n"
        "       telemark dnc list [--json] [--data DIR]\n\n"
        "import  a file with one number a line: plain, or the flat layout of\n"
        "        the US registry (AAA,NNNNNNN). It replaces the list of that\n"
        "        name as a whole, or not at all. The US registry's list is\n"
        "        called us_national. --obtained is the day the file was\n"
        "        downloaded (default: the file's own date); the law wants it\n"
        "        at most 31 days before each call (16 CFR 310.4(b)(3)(iv)).\n"
        "        --kind internal: a seller's own list; --seller names him.\n"
        "        --force: take a file that looks cut off or broken.\n"
        "add     one request to be left alone that came by letter, mail or\n"
        "        in person; it acts at once.\n",
    .run = run,
};

struct options {
    const char *data, *list, *country, *kind, *seller, *obtained;
    bool force, json;
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
        {.name = "force", .flag = &o->force},
        {.name = "json", .flag = &o->json},
    };
    *o = (struct options){.country = "US", .kind = "national"};
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
    struct dnc_text text;
    uint64_t *number;
    size_t n, cap;
    uint64_t shown; /* rejects told so far */
    uint64_t previous;
    int64_t obtained_us;
    enum dnc_kind kind;
    struct seller_id seller;
    char hash[65];
};

static void keep_number(void *arg, uint64_t e164)
{
    struct take_in *t = arg;
    if (t->n == t->cap) {
        t->cap = t->cap == 0 ? 65536 : t->cap * 2;
        t->number = mem_resize(t->number, t->cap * sizeof(*t->number));
    }
    t->number[t->n++] = e164;
}

static void tell_reject(void *arg, uint64_t line, const char *why,
                        struct slice text)
{
    struct take_in *t = arg;
    int n = (int)(text.n > 60 ? 60 : text.n);
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
    uint8_t sum[32];
    (void)crypto_generichash_final(&hash, sum, sizeof(sum));
    (void)sodium_bin2hex(t->hash, sizeof(t->hash), sum, sizeof(sum));
    return TM_OK;
}

static int obtained_of(struct take_in *t, const struct stat *st, struct err *e)
{
    struct civil_date d;
    int64_t now_us = control_now_us(t->c);
    t->obtained_us = (int64_t)st->st_mtim.tv_sec * CIVIL_SECOND_US;
    if (t->o->obtained != NULL) {
        if (!civil_parse_date(str_of(t->o->obtained), &d))
            return err_set(e, TM_EINVAL,
                           "--obtained %s is no date: write it like "
                           "2026-11-21",
                           t->o->obtained);
        t->obtained_us = (int64_t)civil_days(d) * CIVIL_DAY_US;
    }
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
    return dnc_files_rows(db, t->o->list, &t->previous, e);
}

static int do_publish(struct db *db, void *arg, struct err *e)
{
    struct take_in *t = arg;
    const char *slash = strrchr(t->path, '/');
    struct dnc_files_new n = {
        .dir = &t->c->house->dir,
        .meta = {.kind = t->kind,
                 .seller = t->seller.v,
                 .obtained_us = t->obtained_us},
        .number = t->number,
        .n = t->n,
        .file_name = slash != NULL ? slash + 1 : t->path,
        .now_us = control_now_us(t->c),
    };
    (void)str_copy(n.meta.name, sizeof(n.meta.name), str_of(t->o->list));
    (void)str_copy(n.meta.source_hash, sizeof(n.meta.source_hash),
                   str_of(t->hash));
    if (t->kind == DNC_NATIONAL)
        (void)str_copy(n.meta.country, sizeof(n.meta.country),
                       str_of(t->o->country));
    return dnc_files_publish(db, &n, e);
}

static int take_in(struct take_in *t, int fd, const struct stat *st,
                   struct err *e)
{
    struct sqlite_store *store = t->c->house->store;
    dnc_text_init(&t->text, t->o->country, keep_number, tell_reject, t);
    int rc = obtained_of(t, st, e);
    if (rc == TM_OK)
        rc = sqlite_store_run(store, do_prepare, t, e);
    if (rc == TM_OK)
        rc = read_file(t, fd, (uint64_t)st->st_size, e);
    if (rc == TM_OK)
        rc = dnc_text_judge(&t->text.counts, t->previous, t->o->force, e);
    if (rc == TM_OK)
        rc = sqlite_store_run(store, do_publish, t, e);
    if (rc == TM_OK && t->c->server != NULL)
        rc = t->c->server->changed(t->c->server->self, CONTROL_DNC, e);
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
    if (!dnc_set_kind_parse(str_of(o->kind), &t.kind))
        return control_usage(c, "--kind is national or internal");
    if (control_path(c, file, path, sizeof(path), &e) != TM_OK)
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
    mem_free(t.number);
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
    enum number_fault fault = number_parse(str_of(text), o->country, &number);
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
