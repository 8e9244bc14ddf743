/* telemark complaint: take in complaints, match them to calls, answer and
 * close them. */
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/complaint_import.h"
#include "cmd/complaint_view.h"
#include "cmd/day.h"
#include "cmd/tenant.h"
#include "core/complaint/complaint_row.h"
#include "core/number/number.h"
#include "store/complaint_book.h"

enum { ARGS_MAX = 128 };

static int run(int argc, char **argv);

const struct command cmd_complaint = {
    .name = "complaint",
    .summary = "complaints: take in, match to calls, answer in time, close",
    .help =
        "usage: telemark complaint import FILE.csv|FILE.json [--all]\n"
        "           [--country US] [--seller NAME] [--source WORD]\n"
        "           [--encoding E] [--delimiter C] [--no-opt-out] [--json]\n"
        "       telemark complaint add --number N --about TEXT --at TIME\n"
        "           [--shown CALLER_ID] [--source letter|phone|email|\n"
        "           regulator|web] [--name WHO] [--channel fax|text|email|\n"
        "           recorded|live] [--due DATE] [--id ID] [--state XX]\n"
        "           [--seller NAME] [--country US] [--no-opt-out]\n"
        "       telemark complaint match ID ATTEMPT|none [--text WHY]\n"
        "           [--force]\n"
        "       telemark complaint answer ID --text WHAT\n"
        "       telemark complaint close ID --outcome lawful|error|violation|\n"
        "           not_ours|duplicate [--breach WORD] [--text WHY]\n"
        "       telemark complaint reopen ID --text WHY\n"
        "       telemark complaint note ID --text WHAT\n"
        "       telemark complaint due ID DATE\n"
        "       telemark complaint show ID [--json | --html FILE]\n"
        "       telemark complaint list [--open] [--due DATE]\n"
        "           [--outcome WORD] [--json]\n"
        "       telemark complaint watch [--json]\n"
        "           all with [--data DIR] [--penalties FILE]\n\n"
        "import  reported calls of the FTC, complaints of the Canadian list\n"
        "        operator, or a table of your own (docs/complaints.md). Of\n"
        "        the FTC's rows only those that name a number of ours become\n"
        "        cases; --all keeps the others too. A row is taken once.\n"
        "match   settles which call is meant, or that none of ours is; one\n"
        "        of another number and day only with --force\n"
        "close   a violation needs --breach: call, registry, opt_out, "
        "robocall,\n"
        "        abandoned, stale_list, recording or identity\n"
        "due     the date a regulator gave\n"
        "list    by deadline; watch: complaints a thousand calls by number\n"
        "        and campaign, with the trend\n\n"
        "A complaint is also a request to be left alone, which acts at once;\n"
        "--no-opt-out when the person says otherwise. Cases and what happens\n"
        "to them are never changed, only added to.\n",
    .run = run,
};

static int parse(int argc, char **argv, struct complaint_options *o)
{
    const struct command_option opt[] = {
        {.name = "data", .value = &o->data},
        {.name = "country", .value = &o->country},
        {.name = "seller", .value = &o->seller},
        {.name = "source", .value = &o->source},
        {.name = "encoding", .value = &o->encoding},
        {.name = "delimiter", .value = &o->delimiter},
        {.name = "number", .value = &o->number},
        {.name = "about", .value = &o->about},
        {.name = "at", .value = &o->at},
        {.name = "shown", .value = &o->shown},
        {.name = "name", .value = &o->name},
        {.name = "channel", .value = &o->channel},
        {.name = "due", .value = &o->due},
        {.name = "id", .value = &o->id},
        {.name = "state", .value = &o->state},
        {.name = "outcome", .value = &o->outcome},
        {.name = "breach", .value = &o->breach},
        {.name = "text", .value = &o->text},
        {.name = "html", .value = &o->html},
        {.name = "penalties", .value = &o->penalties},
        {.name = "json", .flag = &o->json},
        {.name = "all", .flag = &o->all},
        {.name = "no-opt-out", .flag = &o->no_opt_out},
        {.name = "open", .flag = &o->open},
        {.name = "force", .flag = &o->force},
    };
    *o = (struct complaint_options){0};
    return command_options(&cmd_complaint, argc, argv, opt,
                           (int)tm_array_len(opt));
}

/* --- what a command line must have --- */

struct verb {
    const char *name;
    int words; /* behind it */
    enum complaint_event kind;
    const char *lacks;
};

static const struct verb verbs[] = {
    {"import", 1, COMPLAINT_EVENT_COUNT, "import takes one file"},
    {"add", 0, COMPLAINT_EVENT_COUNT,
     "add takes --number or --shown, and --about TEXT"},
    {"match", 2, COMPLAINT_SETTLED, "match takes a complaint and an attempt"},
    {"answer", 1, COMPLAINT_REPLIED, "answer takes a complaint and --text"},
    {"close", 1, COMPLAINT_SHUT, "close takes a complaint and --outcome"},
    {"reopen", 1, COMPLAINT_REOPENED, "reopen takes a complaint and --text"},
    {"note", 1, COMPLAINT_NOTE, "note takes a complaint and --text"},
    {"due", 2, COMPLAINT_DUE, "due takes a complaint and a date"},
    {"show", 1, COMPLAINT_EVENT_COUNT, "show takes a complaint"},
    {"list", 0, COMPLAINT_EVENT_COUNT, "list takes options only"},
    {"watch", 0, COMPLAINT_EVENT_COUNT, "watch takes options only"},
};

static const struct verb *verb_of(const char *word)
{
    for (size_t i = 0; i < tm_array_len(verbs); i++)
        if (strcmp(verbs[i].name, word) == 0)
            return &verbs[i];
    return NULL;
}

static const char *check_close(const struct complaint_options *o)
{
    enum complaint_outcome outcome;
    enum complaint_breach breach;
    if (o->outcome == NULL)
        return "close takes a complaint and --outcome";
    if (!complaint_outcome_parse(str_of(o->outcome), &outcome) ||
        outcome == COMPLAINT_UNDECIDED)
        return "--outcome is lawful, error, violation, not_ours or duplicate";
    if (o->breach == NULL)
        return outcome == COMPLAINT_VIOLATION
                   ? "a violation needs --breach: call, registry, opt_out, "
                     "robocall, abandoned, stale_list, recording or identity"
                   : NULL;
    if (outcome != COMPLAINT_VIOLATION)
        return "--breach belongs to --outcome violation";
    return complaint_breach_parse(str_of(o->breach), &breach)
               ? NULL
               : "--breach is call, registry, opt_out, robocall, abandoned, "
                 "stale_list, recording or identity";
}

static bool is_empty(const char *text)
{
    return text == NULL || str_trim(str_of(text)).n == 0;
}

/* What is wrong; NULL: nothing. */
static const char *check(int words, char **argv,
                         const struct complaint_options *o)
{
    const struct verb *v = words > 0 ? verb_of(argv[1]) : NULL;
    enum complaint_source source;
    enum complaint_outcome outcome;
    const char *c = o->country;
    if (v == NULL)
        return "import, add, match, answer, close, reopen, note, due, show, "
               "list or watch?";
    if (words != v->words + 1)
        return v->lacks;
    if (c != NULL &&
        (strlen(c) != 2 || strspn(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2))
        return "--country is a code of two capital letters, as US or DE";
    if (o->source != NULL &&
        !complaint_source_parse(str_of(o->source), &source))
        return "--source is letter, phone, email, regulator or web";
    if (o->json && o->html != NULL)
        return "only one of --json and --html";
    if (strcmp(v->name, "add") == 0 &&
        (is_empty(o->about) || (is_empty(o->number) && is_empty(o->shown))))
        return v->lacks;
    if (v->kind == COMPLAINT_SHUT)
        return check_close(o);
    if (strcmp(v->name, "list") == 0 && o->outcome != NULL &&
        !complaint_outcome_parse(str_of(o->outcome), &outcome))
        return "--outcome is lawful, error, violation, not_ours or duplicate";
    bool text = v->kind == COMPLAINT_REPLIED || v->kind == COMPLAINT_NOTE ||
                v->kind == COMPLAINT_REOPENED;
    return text && is_empty(o->text) ? v->lacks : NULL;
}

static bool parse_id(const char *text, int64_t *out)
{
    return str_i64(str_of(text), out) && *out > 0;
}

static int run(int argc, char **argv)
{
    char *copy[ARGS_MAX];
    struct complaint_options o;
    int64_t id = 0;
    if (argc > (int)tm_array_len(copy))
        return command_usage(&cmd_complaint, "too many words");
    memcpy(copy, argv, (size_t)argc * sizeof(*argv));
    int words = parse(argc, copy, &o);
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    const char *wrong = check(words, copy, &o);
    if (wrong != NULL)
        return command_usage(&cmd_complaint, "%s", wrong);
    bool of_one = words > 1 && strcmp(copy[1], "import") != 0;
    if (of_one && !parse_id(copy[2], &id))
        return command_usage(&cmd_complaint,
                             "'%s' is no complaint: a number is wanted",
                             copy[2]);
    if (strcmp(copy[1], "show") == 0 || strcmp(copy[1], "list") == 0 ||
        strcmp(copy[1], "watch") == 0)
        return complaint_view(copy[1], id, &o);
    return control_run(&cmd_complaint, o.data, argc, argv);
}

/* --- adding one by hand --- */

static struct slice cell(const char *text)
{
    return text != NULL ? str_of(text) : (struct slice){0};
}

static int read_one(struct complaint_desk *d, const struct complaint_options *o,
                    struct complaint_row_room *room, struct complaint *out,
                    struct err *e)
{
    struct complaint_row r = {.layout = COMPLAINT_LAYOUT_OWN,
                              .country = o->country != NULL ? o->country : "US",
                              .zones = &d->zones,
                              .source = COMPLAINT_PHONE,
                              .seller = d->seller,
                              .now_us = control_now_us(d->c)};
    r.cell[COMPLAINT_CELL_COMPLAINANT] = cell(o->number);
    r.cell[COMPLAINT_CELL_ABOUT] = cell(o->about);
    r.cell[COMPLAINT_CELL_AT] = cell(o->at);
    r.cell[COMPLAINT_CELL_SHOWN] = cell(o->shown);
    r.cell[COMPLAINT_CELL_SOURCE] = cell(o->source);
    r.cell[COMPLAINT_CELL_NAME] = cell(o->name);
    r.cell[COMPLAINT_CELL_CHANNEL] = cell(o->channel);
    r.cell[COMPLAINT_CELL_DUE] = cell(o->due);
    r.cell[COMPLAINT_CELL_ID] = cell(o->id);
    r.cell[COMPLAINT_CELL_STATE] = cell(o->state);
    struct civil_date due;
    if (o->due != NULL && day_parse("--due", o->due, &due, e) != TM_OK)
        return e->code;
    if (!complaint_row_read(&r, room, out))
        return err_set(e, TM_EINVAL, "%s", room->why);
    out->layout = str_of("hand");
    return TM_OK;
}

static void tell_added(struct complaint_desk *d, const struct complaint *c,
                       const struct complaint_match *best, const char *seller)
{
    char n[NUMBER_TEXT_LEN];
    (void)number_format(c->complainant, n);
    control_printf(d->c, "complaint %lld is %s\n", (long long)d->last_id,
                   d->last_again ? "there already; nothing was changed"
                                 : "taken in");
    if (d->last_again)
        return;
    if (best->grade != COMPLAINT_NONE)
        control_printf(d->c, "it may mean attempt %lld (%s: %s)\n",
                       (long long)best->call.attempt.v,
                       complaint_match_grade_text(best->grade), best->why);
    else
        control_printf(d->c, "no call of ours fits\n");
    if (d->opt_outs > 0)
        control_printf(d->c, "%s will not be called again for %s\n", n,
                       seller[0] != '\0' ? seller : "any seller");
}

static int add(struct control *c, const struct complaint_options *o)
{
    struct err e = {0};
    struct complaint_desk d;
    struct complaint one;
    struct complaint_row_room *room = mem_alloc(sizeof(*room));
    int rc = complaint_desk_open(&d, c, o, &e);
    if (rc == TM_OK) {
        rc = read_one(&d, o, room, &one, &e);
        if (rc == TM_OK)
            rc = complaint_desk_put(&d, &one, 0, &e);
        struct complaint_match best = {0};
        const char *seller = "";
        if (rc == TM_OK && d.n == 1) {
            seller = d.batch[0].seller_name;
            if (d.batch[0].matches.n > 0)
                best = d.batch[0].matches.best[0];
        }
        if (rc == TM_OK)
            rc = complaint_desk_flush(&d, &e);
        if (rc == TM_OK)
            tell_added(&d, &one, &best, seller);
        complaint_desk_close(&d);
    }
    mem_free(room);
    return rc == TM_OK ? EXIT_DONE : control_fail(c, &e);
}

/* --- what happens to a case --- */

static int do_event(struct db *db, void *arg, struct err *e)
{
    return complaint_book_event(db, arg, e);
}

static int event(struct control *c, const struct verb *v, char **argv,
                 const struct complaint_options *o)
{
    struct err e = {0};
    struct civil_date day;
    struct complaint_book_event w = {.tenant = tenant_default(),
                                     .kind = v->kind,
                                     .at_us = control_now_us(c),
                                     .text = cell(o->text),
                                     .force = o->force};
    if (!parse_id(argv[2], &w.complaint))
        return control_usage(c, "'%s' is no complaint", argv[2]);
    if (v->kind == COMPLAINT_SETTLED && strcmp(argv[3], "none") != 0 &&
        !parse_id(argv[3], &w.attempt.v))
        return control_usage(c, "'%s' is no attempt: a number, or none",
                             argv[3]);
    if (v->kind == COMPLAINT_DUE) {
        if (day_parse("due", argv[3], &day, &e) != TM_OK)
            return control_usage(c, "%s", e.text);
        w.value = str_of(argv[3]);
    }
    if (v->kind == COMPLAINT_SHUT) {
        w.value = str_of(o->outcome);
        w.text = cell(o->breach);
    }
    int rc = sqlite_store_run(c->house->store, do_event, &w, &e);
    /* Why it was closed stands beside the outcome, as a note. */
    if (rc == TM_OK && v->kind == COMPLAINT_SHUT && !is_empty(o->text)) {
        w.kind = COMPLAINT_NOTE;
        w.value = (struct slice){0};
        w.text = str_of(o->text);
        rc = sqlite_store_run(c->house->store, do_event, &w, &e);
    }
    if (rc != TM_OK)
        return control_fail(c, &e);
    control_printf(c, "complaint %lld: %s\n", (long long)w.complaint,
                   complaint_event_text(v->kind));
    return EXIT_DONE;
}

int cmd_complaint_control(struct control *c, int argc, char **argv)
{
    struct complaint_options o;
    int words = parse(argc, argv, &o);
    const char *wrong = words < 1 ? "what?" : check(words, argv, &o);
    if (wrong != NULL)
        return control_usage(c, "%s", wrong);
    if (strcmp(argv[1], "import") == 0)
        return complaint_import(c, argv[2], &o);
    if (strcmp(argv[1], "add") == 0)
        return add(c, &o);
    const struct verb *v = verb_of(argv[1]);
    if (v == NULL || v->kind == COMPLAINT_EVENT_COUNT)
        return control_usage(c, "'%s' changes nothing", argv[1]);
    return event(c, v, argv, &o);
}
