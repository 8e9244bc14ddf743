/* telemark records: what the law wants kept, handed out and, when its time is
 * over, erased. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/commands.h"
#include "cmd/day.h"
#include "cmd/record_export.h"
#include "cmd/tenant.h"
#include "store/person_rows.h"
#include "store/retention.h"

static int run(int argc, char **argv);

const struct command cmd_records = {
    .name = "records",
    .summary = "records the law wants: export, periods, erase what is over",
    .help =
        "usage: telemark records export --from DATE --to DATE --out DIR\n"
        "           [--seller NAME] [--format csv|json] [--data DIR]\n"
        "       telemark records periods [--set KIND --months N\n"
        "           [--country XX]] [--data DIR]\n"
        "       telemark records erase [--dry-run] [--data DIR]\n\n"
        "export   all that 16 CFR 310.5 and the Canadian rules want of the\n"
        "         days from --from to --to (both included, UTC): calls,\n"
        "         scripts, messages, consents, relationships, requests to be\n"
        "         left alone, use of registries, caller IDs, providers, and a\n"
        "         manifest with hashes that also says what is missing and\n"
        "         why. DIR is made; an export in it is replaced.\n"
        "         json: one object a line.\n"
        "periods  how long what is kept, and the law behind it; --set makes\n"
        "         one longer, never shorter than the law wants. --country is\n"
        "         that of the number; without it the one of everywhere else.\n"
        "erase    erases personal rows and recordings whose time is over and\n"
        "         that no legal hold covers. --dry-run only counts.\n"
        "         The journal stays whole: it holds hashes, not numbers.\n",
    .run = run,
};

struct options {
    const char *data, *from, *to, *out, *seller, *format, *set, *months,
        *country;
    bool dry;
};

static int parse(int argc, char **argv, struct options *o)
{
    const struct command_option opt[] = {
        {.name = "data", .value = &o->data},
        {.name = "from", .value = &o->from},
        {.name = "to", .value = &o->to},
        {.name = "out", .value = &o->out},
        {.name = "seller", .value = &o->seller},
        {.name = "format", .value = &o->format},
        {.name = "set", .value = &o->set},
        {.name = "months", .value = &o->months},
        {.name = "country", .value = &o->country},
        {.name = "dry-run", .flag = &o->dry},
    };
    *o = (struct options){.format = "csv", .country = ""};
    return command_options(&cmd_records, argc, argv, opt,
                           (int)tm_array_len(opt));
}

static int run(int argc, char **argv)
{
    char *copy[128];
    struct options o;
    if (argc > (int)tm_array_len(copy))
        return command_usage(&cmd_records, "too many words");
    memcpy(copy, argv, (size_t)argc * sizeof(*argv));
    int words = parse(argc, copy, &o);
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words != 1)
        return command_usage(&cmd_records, "export, periods or erase?");
    return control_run(&cmd_records, o.data, argc, argv);
}

/* --- export ---------------------------------------------------------------*/

static int make_dir(const char *path, struct err *e)
{
    struct stat st;
    if (mkdir(path, 0700) == 0)
        return TM_OK;
    if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return TM_OK;
    return err_errno(e, "cannot make the folder %s", path);
}

static int export(struct control *c, const struct options *o)
{
    struct err e = {0};
    char path[4000];
    struct record_export x = {.c = c, .dir = path, .seller = o->seller};
    if (o->out == NULL || o->from == NULL || o->to == NULL)
        return control_usage(c, "export wants --from, --to and --out");
    x.json = strcmp(o->format, "json") == 0;
    if (!x.json && strcmp(o->format, "csv") != 0)
        return control_usage(c, "--format is csv or json");
    int rc = day_parse_us("--from", o->from, 0, &x.period.from_us, &e);
    if (rc == TM_OK)
        rc = day_parse_us("--to", o->to, 1, &x.period.until_us, &e);
    if (rc == TM_OK && x.period.from_us >= x.period.until_us)
        rc = err_set(&e, TM_EINVAL, "--to lies before --from");
    if (rc == TM_OK)
        rc = control_path(c, o->out, path, sizeof(path), &e);
    if (rc == TM_OK)
        rc = make_dir(path, &e);
    if (rc == TM_OK)
        rc = record_export(&x, &e);
    if (rc != TM_OK)
        return control_fail(c, &e);
    for (size_t i = 0; i < x.files; i++)
        control_printf(c, "%-20s %10" PRIu64 " rows\n", x.file[i].name,
                       x.file[i].rows);
    control_printf(c, "manifest.json says what is missing and why\n");
    return EXIT_DONE;
}

/* --- periods --------------------------------------------------------------*/

struct periods {
    const struct options *o;
    enum retention_kind kind;
    int months;
    struct retention_periods now;
};

static int do_periods(struct db *db, void *arg, struct err *e)
{
    struct periods *p = arg;
    int rc = TM_OK;
    if (p->o->set != NULL)
        rc = retention_set(db, p->kind, str_of(p->o->country), p->months, e);
    return rc == TM_OK ? retention_load(db, &p->now, e) : rc;
}

static void months_text(int months, int days, char out[40])
{
    if (months >= RETENTION_NO_END)
        (void)snprintf(out, 40, "no end");
    else if (months == 0)
        (void)snprintf(out, 40, "none");
    else if (days > 0)
        (void)snprintf(out, 40, "%d months %d days", months, days);
    else
        (void)snprintf(out, 40, "%d months", months);
}

static int periods(struct control *c, const struct options *o)
{
    struct err e = {0};
    struct periods p = {.o = o};
    uint64_t months = 0;
    if ((o->set != NULL) != (o->months != NULL))
        return control_usage(c, "--set KIND and --months N go together");
    if (o->set != NULL) {
        if (!retention_kind_parse(str_of(o->set), &p.kind))
            return control_usage(c, "--set: there is no kind '%s'", o->set);
        if (!str_u64(str_of(o->months), &months) || months > RETENTION_NO_END)
            return control_usage(c, "--months is a number up to %d (no end)",
                                 RETENTION_NO_END);
        p.months = (int)months;
    }
    if (sqlite_store_run(c->house->store, do_periods, &p, &e) != TM_OK)
        return control_fail(c, &e);
    control_printf(c, "%-13s %-5s %-17s %-17s %s\n", "kind", "where",
                   "law at least", "kept", "law; counted from");
    for (int i = 0; i < retention_rule_count; i++) {
        const struct retention_rule *r = &retention_rules[i];
        char least[40], kept[40];
        months_text(r->least_months, r->least_days, least);
        months_text(p.now.months[i],
                    p.now.months[i] == r->least_months ? r->least_days : 0,
                    kept);
        control_printf(c, "%-13s %-5s %-17s %-17s %s; from %s\n",
                       retention_kind_text(r->kind),
                       r->country[0] != '\0' ? r->country : "else", least, kept,
                       r->citation, retention_kind_from(r->kind));
    }
    return EXIT_DONE;
}

/* --- erase ----------------------------------------------------------------*/

static int do_erase(struct db *db, void *arg, struct err *e)
{
    return retention_erase(db, arg, e);
}

static int do_scrub(struct db *db, void *arg, struct err *e)
{
    return person_rows_scrub(db, arg, e);
}

static void tell(struct control *c, const struct retention_erase *s)
{
    const struct {
        const char *what;
        uint64_t n;
    } line[] = {
        {"calls", s->calls},           {"answers", s->answers},
        {"recordings", s->recordings}, {"leads", s->leads},
        {"consents", s->consents},     {"ledger entries", s->entries},
        {"kept rows", s->kept},        {"complaints", s->complaints},
        {"rows of staff", s->staff},
    };
    control_printf(c, "%s:\n", s->dry ? "would be erased" : "erased");
    for (size_t i = 0; i < tm_array_len(line); i++)
        control_printf(c, "%10" PRIu64 " %s\n", line[i].n, line[i].what);
    if (s->held > 0)
        control_printf(c,
                       "%" PRIu64 " whose time is over stay, under legal "
                       "hold\n",
                       s->held);
}

static int erase(struct control *c, bool dry)
{
    struct err e = {0};
    struct retention_erase s = {.dir = &c->house->dir,
                                .tenant = tenant_default(),
                                .now_us = control_now_us(c),
                                .dry = dry};
    struct person_rows_scrub scrub = {.alone = c->server == NULL};
    int rc = TM_OK;
    while (rc == TM_OK && !s.done) {
        if (control_stopping(c))
            rc = err_set(&e, TM_ESTATE,
                         "the server is going down; run it again for the rest");
        else
            rc = sqlite_store_run(c->house->store, do_erase, &s, &e);
    }
    if (rc == TM_OK && !dry)
        rc = sqlite_store_run(c->house->store, do_scrub, &scrub, &e);
    if (rc != TM_OK)
        return control_fail(c, &e);
    tell(c, &s);
    if (!dry && !scrub.clean)
        control_printf(c, "note: %s\n", scrub.why);
    return EXIT_DONE;
}

int cmd_records_control(struct control *c, int argc, char **argv)
{
    struct options o;
    int words = parse(argc, argv, &o);
    if (words != 1)
        return EXIT_USAGE;
    if (strcmp(argv[1], "export") == 0)
        return export(c, &o);
    if (strcmp(argv[1], "periods") == 0)
        return periods(c, &o);
    if (strcmp(argv[1], "erase") == 0)
        return erase(c, o.dry);
    return control_usage(c, "export, periods or erase?");
}
