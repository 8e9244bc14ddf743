/* telemark person: what a person may ask for: his data, their correction,
 * their erasure. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cmd/commands.h"
#include "cmd/person_files.h"
#include "cmd/reask.h"
#include "cmd/record_file.h"
#include "cmd/tenant.h"
#include "core/journal/journal.h"
#include "core/list/place_name.h"
#include "core/number/number.h"
#include "report/person.h"
#include "report/words.h"
#include "store/export_note.h"
#include "store/reader_records.h"
#include "store/sqlite_reader.h"

enum { REPORT_MAX = 64 << 20, ADDRESS_MAX = 256 };

static int run(int argc, char **argv);

const struct command cmd_person = {
    .name = "person",
    .summary = "a person's rights: export, correct, erase all that is on file",
    .help =
        "usage: telemark person export NUMBER|--email A --out FILE\n"
        "           [--country US] [--data DIR]\n"
        "       telemark person correct NUMBER FIELD=VALUE...\n"
        "           [--country US] [--data DIR]\n"
        "       telemark person erase NUMBER|--email A [--country US]\n"
        "           [--data DIR]\n\n"
        "export   everything on file about the person, in every table, and\n"
        "         the files that have it: FILE.json for machines, FILE.html\n"
        "         to read (an ending .json or .html of FILE is left off)\n"
        "correct  country, region (OH, or Ohio), or any field of the list\n"
        "         (name=Ann Lee); campaigns that run go by it at once\n"
        "erase    erases the person everywhere: lists, consents, answers,\n"
        "         recordings, rejected rows, exports in the data folder.\n"
        "         Kept are the request never to be called again, and what a\n"
        "         law obliges us to keep: it says what, why and until when.\n"
        "         A legal hold stops it. Exports and list files outside the\n"
        "         data folder are named: they are yours to remove.\n",
    .run = run,
};

struct options {
    const char *data, *country, *email, *out;
};

static int parse(int argc, char **argv, struct options *o)
{
    const struct command_option opt[] = {
        {.name = "data", .value = &o->data},
        {.name = "country", .value = &o->country},
        {.name = "email", .value = &o->email},
        {.name = "out", .value = &o->out},
    };
    *o = (struct options){.country = "US"};
    return command_options(&cmd_person, argc, argv, opt,
                           (int)tm_array_len(opt));
}

static int run(int argc, char **argv)
{
    char *copy[128];
    struct options o;
    if (argc > (int)tm_array_len(copy))
        return command_usage(&cmd_person, "too many words");
    memcpy(copy, argv, (size_t)argc * sizeof(*argv));
    int words = parse(argc, copy, &o);
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words == 0)
        return command_usage(&cmd_person, "export, correct or erase?");
    return control_run(&cmd_person, o.data, argc, argv);
}

/* --- who ------------------------------------------------------------------*/

struct work {
    struct control *c;
    struct person_rows person;
    char address[ADDRESS_MAX];
    char about[ADDRESS_MAX];
    struct person_rows_path path[PERSON_PATHS_MAX];
};

static int read_number(const char *text, const char *country, uint64_t *out,
                       struct err *e)
{
    struct number n;
    enum number_fault f = number_parse(str_of(text), country, &n);
    if (f != NUMBER_OK)
        return err_set(e, TM_EINVAL,
                       "the number '%s' %s; write it with + and its country "
                       "code",
                       text, number_fault_text(f));
    *out = n.e164;
    return TM_OK;
}

/* number: NULL when only --email is given. */
static int who(struct work *w, const char *number, const struct options *o,
               struct err *e)
{
    struct person_rows *p = &w->person;
    *p = (struct person_rows){.tenant = tenant_default(),
                              .dir = &w->c->house->dir,
                              .now_us = control_now_us(w->c),
                              .path = w->path};
    if (number != NULL) {
        int rc = read_number(number, o->country, &p->e164, e);
        if (rc != TM_OK)
            return rc;
        (void)number_format(p->e164, w->about);
    }
    if (o->email != NULL) {
        struct slice s = str_trim(str_of(o->email));
        if (s.n < 3 || s.n >= sizeof(w->address) || !memchr(s.p, '@', s.n))
            return err_set(e, TM_EINVAL, "'%s' is no e-mail address", o->email);
        (void)str_copy(w->address, sizeof(w->address), s);
        for (char *at = w->address; *at != '\0'; at++)
            if (*at >= 'A' && *at <= 'Z')
                *at = (char)(*at - 'A' + 'a');
        p->address = str_of(w->address);
        if (number == NULL)
            memcpy(w->about, w->address, sizeof(w->about));
    }
    return TM_OK;
}

static int do_find(struct db *db, void *arg, struct err *e)
{
    struct work *w = arg;
    return person_rows_find(db, &w->person, e);
}

/* --- export ---------------------------------------------------------------*/

struct export_work {
    struct work *w;
    struct person_report report;
    struct buf json, html;
    int64_t *call;
    size_t calls, cap;
    char path[4000]; /* without its ending */
    const char *ending;
};

/* Keeps the ids of calls, for their recordings. */
static int on_row(void *arg, const struct record_row *row)
{
    struct export_work *x = arg;
    if (strcmp(row->table, "attempt") == 0) {
        if (x->calls == x->cap) {
            x->cap = x->cap == 0 ? 64 : x->cap * 2;
            x->call = mem_resize(x->call, x->cap * sizeof(*x->call));
        }
        tm_assert(strcmp(row->cell[0].name, "call") == 0);
        x->call[x->calls++] = row->cell[0].value;
    }
    return person_report_row(&x->report, row);
}

static int read_all(struct export_work *x, struct err *e)
{
    struct sqlite_reader *sqlite;
    struct record_reader reader;
    const struct person_rows *p = &x->w->person;
    const struct data_dir *dir = &x->w->c->house->dir;
    uint8_t hash[JOURNAL_NUMBER_SIZE];
    journal_number(dir->salt, p->e164, hash);
    const struct record_person q = {.tenant = p->tenant,
                                    .e164 = p->e164,
                                    .address = p->address,
                                    .number = p->e164 != 0 ? hash : NULL};
    int rc = sqlite_reader_open(dir, &sqlite, e);
    if (rc != TM_OK)
        return rc;
    reader_records_port(sqlite, &reader);
    rc = reader.person(reader.self, &q, on_row, x, e);
    sqlite_reader_close(sqlite);
    if (rc == TM_OK)
        rc = person_files_recordings(dir, x->call, x->calls, person_report_row,
                                     &x->report);
    if (rc == TM_OK)
        rc = person_files_rejects(dir, p, person_report_row, &x->report, e);
    return rc;
}

static int do_note(struct db *db, void *arg, struct err *e)
{
    const struct export_work *x = arg;
    const struct person_rows *p = &x->w->person;
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s.%s", x->path, x->ending);
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < p->numbers; i++) {
        const struct export_note n = {.tenant = p->tenant,
                                      .kind = "person",
                                      .path = path,
                                      .e164 = p->number[i],
                                      .now_us = p->now_us};
        rc = export_note_add(db, &n, e);
    }
    return rc;
}

static int write_one(struct export_work *x, const char *ending,
                     const struct buf *text, struct err *e)
{
    struct record_file f;
    if (text->failed)
        return err_set(e, TM_ELIMIT, "there is more on file than %d bytes",
                       REPORT_MAX);
    x->ending = ending;
    int rc = sqlite_store_run(x->w->c->house->store, do_note, x, e);
    if (rc != TM_OK)
        return rc;
    char folder[4000], name[300];
    const char *slash = strrchr(x->path, '/');
    (void)str_copy(folder, sizeof(folder),
                   str_range(x->path, (size_t)(slash - x->path)));
    int n = snprintf(name, sizeof(name), "%s.%s", slash + 1, ending);
    if (n < 0 || (size_t)n >= sizeof(name))
        return err_set(e, TM_ELIMIT, "%s: the name is too long", slash + 1);
    rc = record_file_open(&f, folder[0] != '\0' ? folder : "/", name, true, e);
    if (rc == TM_OK) {
        record_file_text(&f, buf_slice(text));
        rc = record_file_finish(&f, e);
    }
    record_file_drop(&f);
    return rc;
}

static int stem_of(struct export_work *x, const char *out, struct err *e)
{
    int rc = control_path(x->w->c, out, x->path, sizeof(x->path), e);
    if (rc != TM_OK)
        return rc;
    char *dot = strrchr(x->path, '.');
    if (dot != NULL && (strcmp(dot, ".json") == 0 || strcmp(dot, ".html") == 0))
        *dot = '\0';
    const char *slash = strrchr(x->path, '/');
    if (slash == NULL || slash[1] == '\0')
        return err_set(e, TM_EINVAL, "--out %s names no file", out);
    return TM_OK;
}

static int export(struct work *w, const struct options *o)
{
    struct err e = {0};
    if (o->out == NULL)
        return control_usage(w->c, "--out is missing");
    struct export_work x = {.w = w};
    buf_init(&x.json, REPORT_MAX);
    buf_init(&x.html, REPORT_MAX);
    int rc = stem_of(&x, o->out, &e);
    if (rc == TM_OK)
        rc = sqlite_store_run(w->c->house->store, do_find, w, &e);
    if (rc == TM_OK) {
        person_report_begin(&x.report, &x.json, &x.html, w->about,
                            w->person.now_us);
        rc = read_all(&x, &e);
        person_report_end(&x.report);
    }
    if (rc == TM_OK)
        rc = write_one(&x, "json", &x.json, &e);
    if (rc == TM_OK)
        rc = write_one(&x, "html", &x.html, &e);
    buf_fini(&x.json);
    buf_fini(&x.html);
    mem_free(x.call);
    if (rc != TM_OK)
        return control_fail(w->c, &e);
    control_printf(w->c, "%" PRIu64 " rows about %s: %s.json, %s.html\n",
                   x.report.rows, w->about, x.path, x.path);
    return EXIT_DONE;
}

/* --- correct --------------------------------------------------------------*/

struct changes {
    struct person_rows_change change;
    char **word;
    int n;
    char region[8];
};

/* Of the number, unless another word names it. */
static void country_of(const struct changes *x, char out[3])
{
    if (!number_country(x->change.e164, out))
        out[0] = '\0';
    for (int i = 0; i < x->n; i++) {
        struct slice value, key = str_cut(str_of(x->word[i]), '=', &value);
        if (str_eq(key, "country") && value.p != NULL)
            (void)str_copy(out, 3, str_trim(value));
    }
}

/* As `import` reads a region: a code, alone or behind its country, or a whole
 * name. The law of a state that does not exist would be that of none. */
static int read_region(struct changes *x, struct err *e)
{
    char home[3] = "", code[8], codes[256];
    struct slice s = x->change.value;
    country_of(x, home);
    if (s.n == 0)
        return TM_OK;
    if (!place_name_code(s, code)) {
        bool whole = s.n > 3 && s.p[2] == '-';
        (void)snprintf(code, sizeof(code), "%s%s%.*s", whole ? "" : home,
                       whole ? "" : "-", (int)(s.n < 7 ? s.n : 7), s.p);
        for (size_t i = 0; code[i] != '\0'; i++)
            if (code[i] >= 'a' && code[i] <= 'z')
                code[i] = (char)(code[i] - 'a' + 'A');
    }
    const char *dash = strchr(code, '-');
    if (dash == NULL || strncmp(code, home, 2) != 0)
        return err_set(e, TM_EINVAL,
                       "the region %.*s is not in %s: correct the country in "
                       "the same command, as country=CA region=ON",
                       (int)s.n, s.p, home[0] != '\0' ? home : "the country");
    place_name_codes(home, codes, sizeof(codes));
    if (!place_name_known(str_of(code)))
        return err_set(e, TM_EINVAL,
                       "%s has no region %.*s; there are %s, or their whole "
                       "names",
                       home, (int)s.n, s.p, codes);
    (void)str_copy(x->region, sizeof(x->region), str_of(dash + 1));
    x->change.value = str_of(x->region);
    return TM_OK;
}

static int do_correct(struct db *db, void *arg, struct err *e)
{
    struct changes *x = arg;
    int rc = TM_OK;
    for (int i = 0; rc == TM_OK && i < x->n; i++) {
        struct slice value;
        x->change.key = str_cut(str_of(x->word[i]), '=', &value);
        x->change.value = str_trim(value);
        if (value.p == NULL)
            return err_set(e, TM_EINVAL,
                           "'%s' is no FIELD=VALUE, like region=OH",
                           x->word[i]);
        if (str_eq(x->change.key, "region"))
            rc = read_region(x, e);
        if (rc == TM_OK)
            rc = person_rows_correct(db, &x->change, e);
    }
    return rc;
}

static int correct(struct work *w, char **word, int n)
{
    struct err e = {0};
    struct changes x = {.change = {.tenant = tenant_default(),
                                   .e164 = w->person.e164,
                                   .now_us = w->person.now_us},
                        .word = word,
                        .n = n};
    if (n < 1)
        return control_usage(w->c, "correct NUMBER FIELD=VALUE...");
    if (sqlite_store_run(w->c->house->store, do_correct, &x, &e) != TM_OK ||
        reask_changed(w->c, CONTROL_PERSONS, (struct campaign_id){0}, &e) !=
            TM_OK)
        return control_fail(w->c, &e);
    control_printf(w->c, "%s: %d field%s corrected in %" PRIu64 " list%s\n",
                   w->about, n, n == 1 ? "" : "s", x.change.leads,
                   x.change.leads == 1 ? "" : "s");
    return EXIT_DONE;
}

/* --- erase ----------------------------------------------------------------*/

static int do_suppress(struct db *db, void *arg, struct err *e)
{
    struct work *w = arg;
    int rc = person_rows_find(db, &w->person, e);
    return rc == TM_OK ? person_rows_suppress(db, &w->person, e) : rc;
}

static int do_erase(struct db *db, void *arg, struct err *e)
{
    struct work *w = arg;
    return person_rows_erase(db, &w->person, e);
}

static int do_scrub(struct db *db, void *arg, struct err *e)
{
    return person_rows_scrub(db, arg, e);
}

/* The engine must know before the rows go: a lead at hand is then refused. */
static int tell_server(const struct work *w, struct err *e)
{
    const struct control_server *s = w->c->server;
    int rc = TM_OK;
    for (size_t i = 0; s != NULL && rc == TM_OK && i < w->person.numbers; i++)
        rc = s->opt_out(s->self, (struct seller_id){0}, w->person.number[i],
                        w->person.now_us, e);
    return rc;
}

static void print_kept(const struct work *w, int k)
{
    const struct person_rows_tally *t = &w->person.tally[k];
    char at[WORDS_MAX], until[40] = "";
    if (t->until_us == INT64_MAX)
        (void)snprintf(until, sizeof(until), ", without end");
    else if (t->until_us > 0)
        (void)snprintf(until, sizeof(until), ", until %.10s",
                       words_iso(t->until_us, at));
    control_printf(w->c, "kept   %8" PRIu64 " %s%s: %s\n", t->kept,
                   person_rows_kind_text((enum person_rows_kind)k), until,
                   t->because);
}

static void print_tally(const struct work *w)
{
    for (int k = 0; k < (int)PERSON_KIND_COUNT; k++) {
        const struct person_rows_tally *t = &w->person.tally[k];
        if (t->erased > 0)
            control_printf(w->c, "erased %8" PRIu64 " %s\n", t->erased,
                           person_rows_kind_text((enum person_rows_kind)k));
        if (t->kept > 0)
            print_kept(w, k);
    }
}

static int erase_files(struct work *w, struct err *e)
{
    const struct data_dir *dir = &w->c->house->dir;
    uint64_t rows = 0;
    int rc = person_files_erase(dir, &w->person, &rows, e);
    if (rc == TM_OK && rows > 0)
        control_printf(w->c, "erased %8" PRIu64 " rejected rows of files\n",
                       rows);
    for (size_t i = 0; rc == TM_OK && i < w->person.paths; i++) {
        const struct person_rows_path *x = &w->path[i];
        enum person_files_fate fate;
        rc = person_files_export(dir, x, &fate, e);
        if (rc == TM_OK && fate != PERSON_FILES_GONE)
            control_printf(w->c, "%s: %s (export of %s)\n",
                           fate == PERSON_FILES_REMOVED
                               ? "erased an export"
                               : "NOT erased, remove or correct it yourself",
                           x->path, x->kind);
    }
    if (rc == TM_OK && w->person.more_paths)
        control_printf(w->c,
                       "more than %d exports have the person; see "
                       "the journal's records 'exported'\n",
                       PERSON_PATHS_MAX);
    return rc;
}

static int erase(struct work *w)
{
    struct err e = {0};
    struct sqlite_store *store = w->c->house->store;
    struct person_rows_scrub scrub = {.alone = w->c->server == NULL};
    int rc = sqlite_store_run(store, do_suppress, w, &e);
    if (rc == TM_OK)
        rc = tell_server(w, &e);
    if (rc == TM_OK)
        rc = sqlite_store_run(store, do_erase, w, &e);
    if (rc != TM_OK)
        return control_fail(w->c, &e);
    print_tally(w);
    rc = erase_files(w, &e);
    if (rc == TM_OK)
        rc = sqlite_store_run(store, do_scrub, &scrub, &e);
    if (rc != TM_OK)
        return control_fail(w->c, &e);
    control_printf(w->c,
                   "what is kept is used for nothing else; the number will "
                   "not be called again\nlist files, evidence folders and "
                   "backups are yours to remove or correct: an import brings "
                   "back what a list says\n");
    if (!scrub.clean)
        control_printf(w->c, "note: %s\n", scrub.why);
    return EXIT_DONE;
}

static int dispatch(struct work *w, int words, char **argv,
                    const struct options *o)
{
    struct err e = {0};
    const char *what = argv[1];
    bool is_correct = strcmp(what, "correct") == 0;
    const char *number = words > 1 ? argv[2] : NULL;
    if (!is_correct && strcmp(what, "export") != 0 &&
        strcmp(what, "erase") != 0)
        return control_usage(w->c, "export, correct or erase?");
    if (number == NULL && (is_correct || o->email == NULL))
        return control_usage(w->c, "of which number?");
    if (!is_correct && words > 2)
        return control_usage(w->c, "one number at a time");
    if (who(w, number, o, &e) != TM_OK)
        return control_fail(w->c, &e);
    if (is_correct)
        return correct(w, argv + 3, words - 2);
    return strcmp(what, "export") == 0 ? export(w, o) : erase(w);
}

int cmd_person_control(struct control *c, int argc, char **argv)
{
    struct options o;
    int words = parse(argc, argv, &o);
    if (words < 1)
        return EXIT_USAGE;
    /* Too large for a stack frame. */
    struct work *w = mem_alloc(sizeof(*w));
    w->c = c;
    int rc = dispatch(w, words, argv, &o);
    mem_free(w);
    return rc;
}
