/* telemark hold: what may not be erased while a dispute goes on. */
#include <string.h>

#include "base/json_out.h"
#include "cmd/commands.h"
#include "cmd/tenant.h"
#include "core/number/number.h"
#include "report/records_row.h"
#include "report/words.h"
#include "store/hold.h"
#include "store/reader_records.h"
#include "store/sqlite_reader.h"

static int run(int argc, char **argv);

const struct command cmd_hold = {
    .name = "hold",
    .summary = "legal holds: what may not be erased; add, list, release",
    .help =
        "usage: telemark hold add NAME --number N|--campaign C|--seller S\n"
        "           --reason TEXT [--country US] [--data DIR]\n"
        "       telemark hold list [--json] [--data DIR]\n"
        "       telemark hold release NAME [--data DIR]\n\n"
        "add      nothing of this number, campaign or seller is erased until\n"
        "         the hold is released: neither when its time is over nor\n"
        "         when the person asks for it\n"
        "list     all holds, released ones too\n"
        "release  ends a hold; it stays on the list with both dates\n",
    .run = run,
};

struct options {
    const char *data, *number, *campaign, *seller, *reason, *country;
    bool json;
};

static int parse(int argc, char **argv, struct options *o)
{
    const struct command_option opt[] = {
        {.name = "data", .value = &o->data},
        {.name = "number", .value = &o->number},
        {.name = "campaign", .value = &o->campaign},
        {.name = "seller", .value = &o->seller},
        {.name = "reason", .value = &o->reason},
        {.name = "country", .value = &o->country},
        {.name = "json", .flag = &o->json},
    };
    *o = (struct options){.country = "US"};
    return command_options(&cmd_hold, argc, argv, opt, (int)tm_array_len(opt));
}

static int run(int argc, char **argv)
{
    char *copy[128];
    struct options o;
    if (argc > (int)tm_array_len(copy))
        return command_usage(&cmd_hold, "too many words");
    memcpy(copy, argv, (size_t)argc * sizeof(*argv));
    int words = parse(argc, copy, &o);
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words == 0)
        return command_usage(&cmd_hold, "add, list or release?");
    return control_run(&cmd_hold, o.data, argc, argv);
}

struct work {
    struct hold hold;
    const struct options *o;
};

static int do_add(struct db *db, void *arg, struct err *e)
{
    struct work *w = arg;
    int rc = TM_OK;
    if (w->o->campaign != NULL)
        rc = catalog_campaign_find(db, w->hold.tenant, str_of(w->o->campaign),
                                   &w->hold.campaign, e);
    if (rc == TM_OK && w->o->seller != NULL)
        rc = catalog_seller_find(db, w->hold.tenant, str_of(w->o->seller),
                                 &w->hold.seller, e);
    return rc == TM_OK ? hold_add(db, &w->hold, e) : rc;
}

static int add(struct control *c, const char *name, const struct options *o)
{
    struct err e = {0};
    struct number number = {0};
    if ((o->number != NULL) + (o->campaign != NULL) + (o->seller != NULL) != 1)
        return control_usage(c, "one of --number, --campaign and --seller");
    if (o->reason == NULL)
        return control_usage(c, "--reason is missing: why may nothing go?");
    if (o->number != NULL) {
        enum number_fault f =
            number_parse(str_of(o->number), o->country, &number);
        if (f != NUMBER_OK) {
            (void)err_set(&e, TM_EINVAL, "the number '%s' %s", o->number,
                          number_fault_text(f));
            return control_fail(c, &e);
        }
    }
    struct work w = {.o = o,
                     .hold = {.tenant = tenant_default(),
                              .name = str_trim(str_of(name)),
                              .e164 = number.e164,
                              .reason = str_trim(str_of(o->reason)),
                              .now_us = control_now_us(c)}};
    if (sqlite_store_run(c->house->store, do_add, &w, &e) != TM_OK)
        return control_fail(c, &e);
    control_printf(c,
                   "legal hold \"%s\": nothing of it is erased until it is "
                   "released\n",
                   name);
    return EXIT_DONE;
}

static int do_release(struct db *db, void *arg, struct err *e)
{
    const struct work *w = arg;
    return hold_release(db, w->hold.tenant, w->hold.name, w->hold.now_us, e);
}

static int release(struct control *c, const char *name)
{
    struct err e = {0};
    struct work w = {.hold = {.tenant = tenant_default(),
                              .name = str_trim(str_of(name)),
                              .now_us = control_now_us(c)}};
    if (sqlite_store_run(c->house->store, do_release, &w, &e) != TM_OK)
        return control_fail(c, &e);
    control_printf(c, "legal hold \"%s\" is released\n", name);
    return EXIT_DONE;
}

struct listing {
    struct control *c;
    struct json_out *json; /* NULL: text */
    struct buf *text;
    int n;
};

static int show(void *arg, const struct record_row *row)
{
    struct listing *l = arg;
    l->n++;
    if (l->json != NULL) {
        records_row_json(row, l->json);
        return 0;
    }
    for (size_t i = 0; i < row->cells; i++) {
        struct buf cell;
        buf_init(&cell, 1 << 16);
        records_row_text(&row->cell[i], &cell);
        if (cell.n > 0) {
            buf_addf(l->text, "%s%s: ", i > 0 ? "  " : "", row->cell[i].name);
            words_plain(l->text, buf_slice(&cell));
            buf_add_char(l->text, '\n');
        }
        buf_fini(&cell);
    }
    return 0;
}

static int list(struct control *c, bool json)
{
    struct err e = {0};
    struct sqlite_reader *sqlite;
    struct record_reader reader;
    struct buf b;
    struct json_out j;
    if (sqlite_reader_open(&c->house->dir, &sqlite, &e) != TM_OK)
        return control_fail(c, &e);
    reader_records_port(sqlite, &reader);
    buf_init(&b, 16 << 20);
    json_out_init(&j, &b);
    if (json)
        json_out_array(&j);
    struct listing l = {.c = c, .json = json ? &j : NULL, .text = &b};
    int rc = reader.holds(reader.self, tenant_default(), show, &l, &e);
    if (json) {
        json_out_end_array(&j);
        buf_add_char(&b, '\n');
    } else if (l.n == 0) {
        buf_add_str(&b, "no legal hold\n");
    }
    if (rc == TM_OK)
        c->io.out(c->io.self, buf_slice(&b));
    buf_fini(&b);
    sqlite_reader_close(sqlite);
    return rc == TM_OK ? EXIT_DONE : control_fail(c, &e);
}

int cmd_hold_control(struct control *c, int argc, char **argv)
{
    struct options o;
    int words = parse(argc, argv, &o);
    if (words < 1)
        return EXIT_USAGE;
    if (strcmp(argv[1], "list") == 0 && words == 1)
        return list(c, o.json);
    if (strcmp(argv[1], "add") == 0 && words == 2)
        return add(c, argv[2], &o);
    if (strcmp(argv[1], "release") == 0 && words == 2)
        return release(c, argv[2]);
    return control_usage(c, "add NAME, list or release NAME?");
}
