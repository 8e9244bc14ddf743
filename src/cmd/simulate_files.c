#include "cmd/simulate_files.h"

#include <inttypes.h>

#include "base/civil.h"
#include "base/json_out.h"
#include "report/decide_write.h"

enum { LINE_MAX_LEN = 1 << 20 };

static int open_one(const char *path, FILE **out, struct err *e)
{
    if (path == NULL)
        return TM_OK;
    *out = fopen(path, "w");
    return *out != NULL ? TM_OK : err_errno(e, "%s", path);
}

int simulate_files_open(struct simulate_files *f, struct err *e)
{
    buf_init(&f->line, LINE_MAX_LEN);
    int rc = open_one(f->calls_path, &f->calls, e);
    return rc == TM_OK ? open_one(f->cases_path, &f->cases, e) : rc;
}

static int close_one(FILE **file, const char *path, struct err *e)
{
    FILE *f = *file;
    *file = NULL;
    if (f == NULL || fclose(f) == 0)
        return TM_OK;
    return err_errno(e, "%s", path);
}

int simulate_files_close(struct simulate_files *f, struct err *e)
{
    int rc = close_one(&f->calls, f->calls_path, e);
    int rc2 = close_one(&f->cases, f->cases_path, rc == TM_OK ? e : NULL);
    return rc != TM_OK ? rc : rc2;
}

void simulate_files_fini(struct simulate_files *f)
{
    if (f->calls != NULL)
        (void)fclose(f->calls);
    if (f->cases != NULL)
        (void)fclose(f->cases);
    buf_fini(&f->line);
}

void simulate_files_record(struct simulate_files *f, const struct record *r)
{
    if (f->calls == NULL || r->kind != RECORD_ENDED)
        return;
    (void)fprintf(f->calls,
                  "%" PRId64 ",+%" PRIu64 ",%" PRId64 ",%s,%" PRId64 ",%" PRId64
                  "\n",
                  r->lead.v, r->e164, r->attempt.v,
                  outcome_text((enum outcome)r->state), r->ring_ms, r->talk_ms);
}

static void put_instant(struct json_out *j, const char *key, int64_t us)
{
    char at[CIVIL_INSTANT_LEN];
    civil_format_instant(us, at);
    json_out_kv_text(j, key, at);
}

/* The case in its exact form, with the verdict as what is expected. */
void simulate_files_judged(void *arg, const struct rule_case *k,
                           const struct verdict *v)
{
    struct simulate_files *f = arg;
    struct json_out j;
    char id[24];
    (void)snprintf(id, sizeof(id), "%" PRIu64, ++f->asked);
    buf_clear(&f->line);
    decide_write(k, id, &f->line);
    tm_assert(!f->line.failed && f->line.p[f->line.n - 1] == '}');
    (void)fprintf(f->cases, "%.*s,\"expected\":", (int)f->line.n - 1,
                  f->line.p);
    buf_clear(&f->line);
    json_out_init(&j, &f->line);
    json_out_object(&j);
    json_out_kv_text(&j, "verdict", verdict_kind_text(v->kind));
    if (v->kind == VERDICT_NOT_BEFORE)
        put_instant(&j, "not_before", v->not_before_us);
    if (v->kind == VERDICT_ALLOW && v->valid_until_us != INT64_MAX)
        put_instant(&j, "valid_until", v->valid_until_us);
    json_out_end_object(&j);
    (void)fprintf(f->cases, "%.*s}\n", (int)f->line.n, f->line.p);
}
