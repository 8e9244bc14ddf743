/* telemark evidence: what is on file about a number, for a person, a court or
 * an authority, as a folder. */
#include <stdio.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/evidence_files.h"
#include "cmd/house.h"
#include "cmd/reading.h"
#include "cmd/real_clock.h"
#include "core/number/number.h"
#include "report/evidence_html.h"
#include "report/evidence_json.h"
#include "report/figures_read.h"
#include "store/pack_archive.h"

enum { PAGE_BYTES_MAX = 256 << 20 };

static int run(int argc, char **argv);

const struct command cmd_evidence = {
    .name = "evidence",
    .summary = "all that is on file about a number, as proof",
    .help =
        "usage: telemark evidence NUMBER [--from DATE] [--to DATE]\n"
        "                    [--out DIR] [--replay] [--verify]\n"
        "                    [--country US] [--data DIR]\n\n"
        "Makes a folder that answers who called the number, when, on whose\n"
        "behalf, and why it was allowed: each rule with its text, citation\n"
        "and dates as in force on that day, consents and relationships with\n"
        "their proof, do-not-call versions, requests to stop and what was\n"
        "done, recordings with their hashes, journal entries checked against\n"
        "their neighbours, and what is not known; and each call from the\n"
        "number to us: when, who took it, how it ended. A number without\n"
        "calls gives a folder that says so.\n\n"
        "  evidence.html    to read and print; needs no network\n"
        "  evidence.json    the same as data\n"
        "  packs/           the rule packs, as they were\n"
        "  manifest.sha256  for sha256sum -c\n\n"
        "  --from, --to  calls of these days (UTC, both included)\n"
        "  --out DIR     the folder to make (evidence-NUMBER)\n"
        "  --replay      judge each call again by the rules of then and what\n"
        "                was known then, and tell what differs\n"
        "  --verify      read and check the whole journal too\n"
        "  --country CC  of a number written without + (US)\n",
    .run = run,
};

struct options {
    const char *data, *country, *from, *to, *out;
    bool verify, replay;
};

struct work {
    const struct options *o;
    struct reading reading;
    struct pack_archive *sqlite_archive;
    struct archive archive;
    struct arena arena;
    struct tz_set zones;
    struct evidence v;
    struct evidence_files files;
};

static int parse_number(const struct options *o, const char *text,
                        uint64_t *e164, struct err *e)
{
    struct number n;
    const char *country = o->country != NULL ? o->country : "US";
    enum number_fault fault = number_parse(str_trim(str_of(text)), country, &n);
    if (fault != NUMBER_OK)
        return err_set(e, TM_EINVAL,
                       "the number '%s' %s; write it with + and its country "
                       "code",
                       text, number_fault_text(fault));
    *e164 = n.e164;
    return TM_OK;
}

/* The first instant of a day, or of the one after it; 0 when not given. */
static int parse_day(const char *name, const char *text, int after,
                     int64_t *out, struct err *e)
{
    struct civil_time t = {0};
    *out = 0;
    if (text == NULL)
        return TM_OK;
    if (!civil_parse_date(str_of(text), &t.date) || t.date.year > 9000)
        return err_set(e, TM_EINVAL, "--%s '%s' is no date; write 2026-11-23",
                       name, text);
    t.date = civil_add_days(t.date, after);
    *out = civil_to_us(t);
    return TM_OK;
}

static int ask(struct work *w, const char *number, struct err *e)
{
    struct figures_read_clock clock = {0};
    struct real_clock real;
    struct evidence_question q = {
        .reader = &w->reading.reader,
        .archive = &w->archive,
        .zones = &w->zones,
        .whole_chain = w->o->verify,
    };
    /* A damaged journal tells no clock; it is what the folder shows then. */
    if (figures_read_clock(&w->reading.reader, &clock, e) != TM_OK)
        clock.shifted = false;
    real_clock_init(&real, 0);
    q.now_us = clock.shifted ? clock.last_us : real.port.now_us(real.port.self);
    int rc = parse_number(w->o, number, &q.e164, e);
    if (rc == TM_OK)
        rc = parse_day("from", w->o->from, 0, &q.from_us, e);
    if (rc == TM_OK)
        rc = parse_day("to", w->o->to, 1, &q.until_us, e);
    if (rc == TM_OK && q.until_us != 0 && q.from_us >= q.until_us)
        rc = err_set(e, TM_EINVAL, "--to %s is before --from %s", w->o->to,
                     w->o->from);
    return rc == TM_OK ? evidence_ask(&q, &w->arena, &w->v, e) : rc;
}

static int replay_all(struct work *w, struct err *e)
{
    const struct replay_options o = {.reader = &w->reading.reader,
                                     .archive = &w->archive,
                                     .zones = &w->zones,
                                     .counters = true};
    if (!w->o->replay)
        return TM_OK;
    struct replay *r = replay_new(&o);
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < w->v.attempts; i++) {
        struct replay_answer *to = arena_alloc(&w->arena, sizeof(*to));
        rc = replay_attempt(r, &w->arena, &w->v.attempt[i].a, to, e);
        w->v.attempt[i].replay = to;
    }
    replay_free(r);
    return rc;
}

struct recording {
    const char *name; /* "": there is none */
    const char *sha256;
    uint64_t bytes;
};

/* A recording is named by its call; one that is not there is told among what
 * is not known. */
static int find_recording(struct work *w, struct attempt_id id,
                          struct recording *out, struct err *e)
{
    char name[64], path[DATA_DIR_PATH_MAX + 80], hash[EVIDENCE_SHA256_LEN];
    *out = (struct recording){.name = "", .sha256 = ""};
    (void)snprintf(name, sizeof name, "recordings/%lld.wav", (long long)id.v);
    data_dir_path(&w->reading.dir, name, path, sizeof path);
    int rc = evidence_files_hash(path, hash, &out->bytes, e);
    if (rc == TM_OK) {
        out->name = arena_strdup(&w->arena, str_of(name));
        out->sha256 = arena_strdup(&w->arena, str_of(hash));
    }
    return rc == TM_ENOTFOUND ? TM_OK : rc;
}

static int find_recordings(struct work *w, struct err *e)
{
    struct recording r;
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < w->v.attempts; i++) {
        struct evidence_attempt *t = &w->v.attempt[i];
        rc = find_recording(w, t->a.id, &r, e);
        t->recording = r.name;
        t->recording_sha256 = r.sha256;
        t->recording_bytes = r.bytes;
    }
    for (size_t i = 0; rc == TM_OK && i < w->v.callers; i++) {
        struct evidence_caller *t = &w->v.caller[i];
        rc = find_recording(w, t->c.id, &r, e);
        t->recording = r.name;
        t->recording_sha256 = r.sha256;
        t->recording_bytes = r.bytes;
    }
    if (rc == TM_OK)
        evidence_close(&w->v, &w->arena);
    return rc;
}

static int add_pages(struct work *w, struct err *e)
{
    struct buf page;
    struct json_out j;
    buf_init(&page, PAGE_BYTES_MAX);
    evidence_html(&w->v, &page);
    int rc = page.failed ? err_set(e, TM_ELIMIT,
                                   "the page is too large: ask for a "
                                   "shorter time by --from and --to")
                         : evidence_files_add(&w->files, "evidence.html",
                                              buf_slice(&page), e);
    buf_clear(&page);
    json_out_init(&j, &page);
    evidence_json(&w->v, &j);
    buf_add_char(&page, '\n');
    if (rc == TM_OK)
        rc = page.failed ? err_set(e, TM_ELIMIT,
                                   "the data are too large: ask for a "
                                   "shorter time by --from and --to")
                         : evidence_files_add(&w->files, "evidence.json",
                                              buf_slice(&page), e);
    buf_fini(&page);
    return rc;
}

static bool added_before(const struct evidence *v, size_t version, size_t pack)
{
    const char *hash = v->versions[version].pack[pack].p.hash;
    for (size_t i = 0; i <= version; i++) {
        const struct evidence_versions *s = &v->versions[i];
        size_t n = i == version ? pack : s->v.packs;
        for (size_t k = 0; k < n; k++)
            if (s->pack[k].found && strcmp(s->pack[k].p.hash, hash) == 0)
                return true;
    }
    return false;
}

/* Names of packs come from their files: only plain characters go on. */
static void pack_name(const struct archive_pack *p, char *out, size_t cap)
{
    (void)snprintf(out, cap, "packs/%.60s-%.30s-%.12s.rules", p->name,
                   p->version, p->hash);
    for (char *c = out + strlen("packs/"); *c != '\0'; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                     (*c >= '0' && *c <= '9') || *c == '-' || *c == '.';
        *c = plain ? *c : '_';
    }
}

static int add_packs(struct work *w, struct err *e)
{
    const struct evidence *v = &w->v;
    for (size_t i = 0; i < v->versions_n; i++)
        for (size_t k = 0; k < v->versions[i].v.packs; k++) {
            const struct evidence_pack *p = &v->versions[i].pack[k];
            char name[160];
            if (!p->found || added_before(v, i, k))
                continue;
            pack_name(&p->p, name, sizeof name);
            int rc = evidence_files_add(&w->files, name, p->p.text, e);
            if (rc != TM_OK)
                return rc;
        }
    return TM_OK;
}

static int write_folder(struct work *w, struct err *e)
{
    char name[64];
    (void)snprintf(name, sizeof name, "evidence-%llu",
                   (unsigned long long)w->v.e164);
    int rc = evidence_files_open(&w->files, w->o->out ? w->o->out : name, e);
    if (rc != TM_OK)
        return rc;
    rc = add_pages(w, e);
    if (rc == TM_OK)
        rc = add_packs(w, e);
    if (rc != TM_OK) {
        evidence_files_drop(&w->files);
        return rc;
    }
    return evidence_files_close(&w->files, e);
}

static int tell(const struct work *w)
{
    const struct evidence *v = &w->v;
    (void)printf("%s: %zu calls, %zu calls to us, %zu requests to stop, "
                 "%zu things not known\n",
                 w->files.folder, v->attempts, v->callers, v->opt_outs,
                 v->unknowns);
    if (v->misfits > 0 || v->chain.broken_seq > 0) {
        (void)fprintf(stderr,
                      "telemark evidence: the journal does not fit its hashes; "
                      "the page tells where\n");
        return EXIT_REFUSED;
    }
    return EXIT_DONE;
}

static int make(struct work *w, const char *number, struct err *e)
{
    int rc = pack_archive_open(&w->reading.dir, &w->sqlite_archive, e);
    if (rc != TM_OK)
        return rc;
    pack_archive_port(w->sqlite_archive, &w->archive);
    rc = house_zones(&w->arena, &w->zones, e);
    if (rc == TM_OK)
        rc = ask(w, number, e);
    if (rc == TM_OK)
        rc = replay_all(w, e);
    if (rc == TM_OK)
        rc = find_recordings(w, e);
    return rc == TM_OK ? write_folder(w, e) : rc;
}

static int run(int argc, char **argv)
{
    struct options o = {0};
    const struct command_option opt[] = {
        {.name = "data", .value = &o.data},
        {.name = "country", .value = &o.country},
        {.name = "from", .value = &o.from},
        {.name = "to", .value = &o.to},
        {.name = "out", .value = &o.out},
        {.name = "verify", .flag = &o.verify},
        {.name = "replay", .flag = &o.replay},
    };
    int words =
        command_options(&cmd_evidence, argc, argv, opt, tm_array_len(opt));
    if (words < 0)
        return words == -2 ? EXIT_DONE : EXIT_USAGE;
    if (words != 1)
        return command_usage(&cmd_evidence, "one number");
    struct work w = {.o = &o};
    struct err e = {0};
    if (!reading_open(&w.reading, &cmd_evidence, o.data))
        return EXIT_REFUSED;
    arena_init(&w.arena);
    int rc = make(&w, argv[1], &e);
    int code = rc == TM_OK ? tell(&w) : command_fail(&cmd_evidence, &e);
    pack_archive_close(w.sqlite_archive);
    arena_fini(&w.arena);
    reading_close(&w.reading);
    return code;
}
