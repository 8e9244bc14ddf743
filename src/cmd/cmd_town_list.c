/* telemark town list: writes a made-up address list and its registers. */
#include "cmd/cmd_town_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "cmd/commands.h"
#include "sim/person_list.h"
#include "sim/person_list_row.h"

enum { PATH_BYTES_MAX = 4096 };

struct options {
    const char *people, *seed, *today, *out, *dnc, *internal;
    bool json;
};

/* A file of the wanted name appears only when it is whole. */
struct target {
    FILE *f;
    const char *path;
    char part[PATH_BYTES_MAX];
};

static int target_open(struct target *t, const char *path, struct err *e)
{
    t->path = path;
    int n = snprintf(t->part, sizeof t->part, "%s.part", path);
    if (n < 0 || (size_t)n >= sizeof t->part)
        return err_set(e, TM_EINVAL, "the path %.60s... is too long", path);
    t->f = fopen(t->part, "wbe");
    if (t->f == NULL)
        return err_errno(e, "cannot write %s", t->part);
    return TM_OK;
}

static int target_write(void *arg, struct slice bytes)
{
    struct target *t = arg;
    return fwrite(bytes.p, 1, bytes.n, t->f) == bytes.n ? 0 : TM_EIO;
}

static int target_close(struct target *t, int rc, struct err *e)
{
    int saved = errno;
    bool flushed = fclose(t->f) == 0;
    if (rc == TM_EIO)
        errno = saved;
    if (rc == TM_EIO || (rc == TM_OK && !flushed))
        rc = err_errno(e, "cannot write %s", t->part);
    if (rc == TM_OK && rename(t->part, t->path) != 0)
        rc = err_errno(e, "cannot rename %s to %s", t->part, t->path);
    if (rc < 0)
        (void)remove(t->part);
    return rc;
}

static bool number(const char *text, uint64_t *out)
{
    return text == NULL || str_u64(str_of(text), out);
}

/* Reads the words of the command line; 0 or an exit code. */
static int read_options(const struct options *o, struct person_list_options *p)
{
    uint64_t people = 2000, seed = 1;
    if (!number(o->people, &people) || people < 1 ||
        people > PERSON_LIST_PEOPLE_MAX)
        return command_usage(&cmd_town, "--people is a number from 1 to %d",
                             PERSON_LIST_PEOPLE_MAX);
    if (!number(o->seed, &seed))
        return command_usage(&cmd_town, "--seed is a whole number");
    if (o->out == NULL)
        return command_usage(&cmd_town, "list needs --out FILE");
    person_list_options_init(p, seed, people);
    if (o->today != NULL && !civil_parse_date(str_of(o->today), &p->today))
        return command_usage(&cmd_town, "--today is a date, as 2026-11-21");
    return EXIT_DONE;
}

static int write_all(const struct options *o,
                     const struct person_list_options *p,
                     struct person_list_counts *c, struct err *e)
{
    struct target t;
    int rc = target_open(&t, o->out, e);
    if (rc == TM_OK)
        rc = target_close(&t, person_list_write(p, target_write, &t, c, e), e);
    if (rc == TM_OK && o->dnc != NULL) {
        rc = target_open(&t, o->dnc, e);
        if (rc == TM_OK)
            rc = target_close(&t, person_list_write_dnc(p, target_write, &t, e),
                              e);
    }
    if (rc == TM_OK && o->internal != NULL) {
        rc = target_open(&t, o->internal, e);
        if (rc == TM_OK)
            rc = target_close(
                &t, person_list_write_internal(p, target_write, &t, e), e);
    }
    return rc;
}

static void print_json(const struct person_list_counts *c)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, 1 << 16);
    json_out_init(&j, &b);
    json_out_object(&j);
    json_out_kv_int(&j, "rows", (int64_t)c->rows);
    json_out_kv_int(&j, "usable", (int64_t)c->usable);
    json_out_kv_int(&j, "unusable", (int64_t)c->unusable);
    json_out_kv_int(&j, "duplicates", (int64_t)c->duplicates);
    json_out_kv_int(&j, "blank_lines", (int64_t)c->blank_lines);
    json_out_kv_int(&j, "written_consent", (int64_t)c->written);
    json_out_kv_int(&j, "withdrawn_consent", (int64_t)c->withdrawn);
    json_out_kv_int(&j, "other_consent", (int64_t)c->other_consent);
    json_out_kv_int(&j, "no_consent", (int64_t)c->no_consent);
    json_out_kv_int(&j, "national", (int64_t)c->national);
    json_out_kv_int(&j, "internal", (int64_t)c->internal);
    json_out_key(&j, "by_kind");
    json_out_object(&j);
    for (int k = 0; k < PERSON_ROW_COUNT; k++)
        json_out_kv_int(&j, person_list_row_text((enum person_row)k),
                        (int64_t)c->row[k]);
    json_out_end_object(&j);
    json_out_end_object(&j);
    (void)printf("%s\n", b.p);
    buf_fini(&b);
}

static void print_text(const struct options *o,
                       const struct person_list_counts *c)
{
    (void)printf("%s: %llu rows = %llu usable + %llu unusable + %llu "
                 "duplicates\n",
                 o->out, (unsigned long long)c->rows,
                 (unsigned long long)c->usable, (unsigned long long)c->unusable,
                 (unsigned long long)c->duplicates);
}

int cmd_town_list_run(int argc, char **argv)
{
    struct options o = {0};
    const struct command_option opt[] = {
        {.name = "people", .value = &o.people},
        {.name = "seed", .value = &o.seed},
        {.name = "today", .value = &o.today},
        {.name = "out", .value = &o.out},
        {.name = "dnc", .value = &o.dnc},
        {.name = "internal", .value = &o.internal},
        {.name = "json", .flag = &o.json},
    };
    int words =
        command_options(&cmd_town, argc, argv, opt, (int)tm_array_len(opt));
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words > 0)
        return command_usage(&cmd_town, "\"%s\" is a word too many", argv[1]);
    struct person_list_options p;
    int code = read_options(&o, &p);
    if (code != EXIT_DONE)
        return code;
    struct person_list_counts c = {0};
    struct err e = {0};
    if (write_all(&o, &p, &c, &e) < 0)
        return command_fail(&cmd_town, &e);
    if (o.json)
        print_json(&c);
    else
        print_text(&o, &c);
    return EXIT_DONE;
}
