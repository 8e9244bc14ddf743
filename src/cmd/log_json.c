#include "cmd/log_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/json_out.h"
#include "core/campaign/campaign.h"
#include "core/lead/lead.h"
#include "core/lead/outcome.h"
#include "core/number/number.h"
#include "core/rules/verdict.h"

enum { LINE_MAX_BYTES = 8192 };

static void put_instant(struct json_out *j, const char *key, int64_t us)
{
    char text[CIVIL_INSTANT_LEN];
    civil_format_instant(us, text);
    /* milliseconds in place of the Z */
    char full[CIVIL_INSTANT_LEN + 8];
    (void)snprintf(full, sizeof(full), "%.19s.%03dZ", text,
                   (int)((us % 1000000 + 1000000) % 1000000 / 1000));
    json_out_kv_text(j, key, full);
}

/* One write per line, so that lines of several threads do not mix. */
static void put_line(struct buf *b)
{
    buf_add_char(b, '\n');
    if (!b->failed && write(STDERR_FILENO, b->p, b->n) < 0) {
        /* Nothing can be told when standard error is gone. */
    }
    buf_fini(b);
}

static void begin(struct json_out *j, struct buf *b, int64_t at_us,
                  const char *event)
{
    buf_init(b, LINE_MAX_BYTES);
    json_out_init(j, b);
    json_out_object(j);
    put_instant(j, "t", at_us);
    json_out_kv_text(j, "event", event);
}

void log_json_text(const struct log_json *l, const char *level,
                   const char *event, const char *fmt, ...)
{
    if (l->quiet && strcmp(level, "info") == 0)
        return;
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    struct buf b;
    struct json_out j;
    begin(&j, &b, l->clock->now_us(l->clock->self), event);
    json_out_kv_text(&j, "level", level);
    json_out_kv_text(&j, "text", text);
    json_out_end_object(&j);
    put_line(&b);
}

static void put_id(struct json_out *j, const char *key, int64_t id)
{
    if (id != 0)
        json_out_kv_int(j, key, id);
}

static void put_slice(struct json_out *j, const char *key, struct slice s)
{
    if (s.n == 0)
        return;
    json_out_key(j, key);
    json_out_slice(j, s);
}

static void put_number(const struct log_json *l, struct json_out *j,
                       uint64_t e164)
{
    if (e164 == 0)
        return;
    char text[NUMBER_TEXT_LEN];
    if (l->clear_numbers)
        (void)number_format(e164, text);
    else
        number_mask(e164, text);
    json_out_kv_text(j, "number", text);
}

static const char *state_word(const struct record *r)
{
    switch (r->kind) {
    case RECORD_CAMPAIGN:
        return campaign_state_text((enum campaign_state)r->state);
    case RECORD_LEAD: return lead_state_text((enum lead_state)r->state);
    case RECORD_ENDED: return outcome_text((enum outcome)r->state);
    case RECORD_VERDICT: return verdict_kind_text((enum verdict_kind)r->state);
    case RECORD_AGENT: return agent_state_text((enum agent_state)r->state);
    case RECORD_CLOCK:
    case RECORD_ATTEMPT:
    case RECORD_PLACED:
    case RECORD_RINGING:
    case RECORD_ANSWERED:
    case RECORD_DIALOG:
    case RECORD_ANSWER:
    case RECORD_OPT_OUT:
    case RECORD_CALLBACK:
    case RECORD_IMPORT:
    case RECORD_RESTART:
    case RECORD_LEDGER:
    case RECORD_HOLD:
    case RECORD_ERASED:
    case RECORD_CORRECTED:
    case RECORD_EXPORTED:
    case RECORD_STAFF:
    case RECORD_BRIDGED:
    case RECORD_DISPOSITION:
    case RECORD_INCOMING:
    case RECORD_COUNT: break;
    }
    return NULL;
}

void log_json_record(const struct log_json *l, const struct record *r)
{
    if (l->quiet)
        return;
    struct buf b;
    struct json_out j;
    begin(&j, &b, r->at_us, record_kind_text(r->kind));
    put_id(&j, "campaign", r->campaign.v);
    put_id(&j, "lead", r->lead.v);
    put_id(&j, "attempt", r->attempt.v);
    put_id(&j, "agent", r->agent.v);
    put_number(l, &j, r->e164);
    if (state_word(r) != NULL)
        json_out_kv_text(&j, "state", state_word(r));
    put_slice(&j, "key", r->key);
    put_slice(&j, "value", r->value);
    put_slice(&j, "rules", r->rules);
    put_slice(&j, "note", r->note);
    if (r->due_us != 0 && r->due_us != INT64_MAX)
        put_instant(&j, "due", r->due_us);
    if (r->kind == RECORD_ENDED) {
        json_out_kv_int(&j, "code", r->code);
        json_out_kv_int(&j, "ring_ms", r->ring_ms);
        json_out_kv_int(&j, "talk_ms", r->talk_ms);
        json_out_kv_bool(&j, "live", r->live);
        json_out_kv_bool(&j, "abandoned", r->abandoned);
    }
    if (r->kind == RECORD_DISPOSITION && r->live)
        json_out_kv_bool(&j, "inquiry", true);
    if (r->kind == RECORD_BRIDGED)
        json_out_kv_int(&j, "wait_ms", r->ring_ms);
    json_out_end_object(&j);
    put_line(&b);
}
