/* telemark decide: cases on standard input, verdicts on standard output. */
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/law.h"
#include "core/rules/rules.h"
#include "report/decide_json.h"
#include "report/decide_read.h"
#include "report/decide_write.h"

enum { LINE_MAX_BYTES = 1 << 20, ANSWER_MAX = 1 << 20 };

static int run(int argc, char **argv);

const struct command cmd_decide = {
    .name = "decide",
    .summary = "judge contacts given as JSON lines by all rule packs",
    .help =
        "usage: telemark decide [--rules DIR] < CASES > VERDICTS\n\n"
        "Reads one case a line and answers with one line each, in the same\n"
        "order: verdict, instants, every rule that spoke with its citation,\n"
        "duties, what would help, inputs taken on the strict side, versions,\n"
        "and a hash of the input: equal cases have equal hashes.\n"
        "A malformed line is answered by {\"id\":...,\"error\":...} that "
        "names\n"
        "the key; the others are answered, and the exit code is 1.\n\n"
        "  --rules DIR  packs of this folder instead of those built in\n",
    .run = run,
};

struct decide {
    struct law law;
    struct arena arena; /* of one case */
    struct buf out;
    struct verdict verdict;
    bool failed;
};

static void answer(struct decide *d, struct slice line)
{
    struct decide_case c;
    struct err e;
    struct decide_input in = {
        .arena = &d->arena,
        .zone = law_zone,
        .self = &d->law,
        .book = d->law.book,
        .tzdata = d->law.zones.version,
    };
    if (decide_read(&in, line, &c, &e) != TM_OK) {
        decide_json_error(c.id, e.text, &d->out);
        d->failed = true;
    } else if (rules_check(d->law.book, &c.k, (struct attempt_id){0},
                           &d->verdict, NULL) != TM_OK) {
        decide_json_error(c.id, d->verdict.remedy, &d->out);
        d->failed = true;
    } else {
        char input[FINGERPRINT_HEX_LEN];
        decide_write_hash(&c.k, input);
        decide_json_verdict(&d->verdict, c.id, input, &d->out);
    }
}

/* Reads over the rest of a line that is too long. */
static void skip_line(void)
{
    int c;
    do {
        c = getchar();
    } while (c != EOF && c != '\n');
}

static void judge_line(struct decide *d, const char *text)
{
    size_t n = strlen(text);
    struct slice line = str_trim(str_range(text, n));
    buf_clear(&d->out);
    arena_reset(&d->arena);
    if (n + 1 == LINE_MAX_BYTES && text[n - 1] != '\n') {
        skip_line();
        decide_json_error("", "a line of more than a megabyte", &d->out);
        d->failed = true;
    } else if (line.n > 0) {
        answer(d, line);
    } else {
        return;
    }
    (void)puts(d->out.p ? d->out.p : "{}");
}

static int judge_all(struct decide *d)
{
    static char text[LINE_MAX_BYTES];
    while (fgets(text, sizeof text, stdin)) {
        judge_line(d, text);
    }
    bool unwritten = fflush(stdout) != 0 || ferror(stdin);
    return d->failed || unwritten ? EXIT_REFUSED : EXIT_DONE;
}

static int run(int argc, char **argv)
{
    const char *folder = NULL;
    const struct command_option opt[] = {{.name = "rules", .value = &folder}};
    int n = command_options(&cmd_decide, argc, argv, opt, 1);
    if (n < 0) {
        return n == -2 ? EXIT_DONE : EXIT_USAGE;
    }
    if (n > 0) {
        return command_usage(&cmd_decide, "unexpected \"%s\"", argv[1]);
    }
    static struct decide d;
    struct err e;
    if (law_open(&d.law, folder, &e) != TM_OK) {
        return command_fail(&cmd_decide, &e);
    }
    arena_init(&d.arena);
    buf_init(&d.out, ANSWER_MAX);
    int rc = judge_all(&d);
    buf_fini(&d.out);
    arena_fini(&d.arena);
    law_close(&d.law);
    return rc;
}
