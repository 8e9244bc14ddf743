#include "report/report_callers.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "core/number/number.h"
#include "report/report_text.h"
#include "report/words.h"

enum { FORMULA_MAX = 600 };

static const struct {
    const char *key;
    size_t at;
} row[] = {
#define X(key, text, field) {key, offsetof(struct caller_figures_count, field)},
    REPORT_CALLERS_TABLE(X)
#undef X
};

static uint64_t value(const struct caller_figures_count *n, size_t i)
{
    uint64_t v;
    tm_assert(i < tm_array_len(row));
    memcpy(&v, (const char *)n + row[i].at, sizeof(v));
    return v;
}

static void add_time(struct buf *b, int64_t ms)
{
    if (ms % 1000 == 0)
        buf_addf(b, "%" PRId64 " s", ms / 1000);
    else
        buf_addf(b, "%" PRId64 " ms", ms);
}

const char *report_callers_target(const struct caller_figures *f, char out[24])
{
    struct buf b;
    buf_init(&b, 24);
    if (f->target_ms > 0)
        add_time(&b, f->target_ms);
    (void)str_copy(out, 24, buf_slice(&b));
    buf_fini(&b);
    return out;
}

const char *report_callers_zone(const struct caller_figures *f)
{
    return f->zone != NULL ? tz_name(f->zone) : "UTC";
}

void report_callers_formula(const struct caller_figures *f, struct buf *out)
{
    char target[24];
    buf_addf(out,
             "Service level: answered by an agent within %s, of all offered "
             "less ",
             report_callers_target(f, target));
    if (f->short_ms > 0) {
        buf_add_str(out, "short abandons (they hung up within ");
        add_time(out, f->short_ms);
        buf_add_str(out, "), ");
    }
    buf_add_str(out, "those whom a key served (call back, left alone) and "
                     "those who wait still; who was turned away is a miss. "
                     "Waits count from the end of the greeting, the longest "
                     "one from the answer of the call.");
}

/* --- text -----------------------------------------------------------------*/

static void text_service(const struct caller_figures *f, struct buf *b)
{
    const struct caller_figures_count *n = &f->all;
    char share[WORDS_MAX], c[2][WORDS_MAX], target[24];
    if (f->target_ms <= 0)
        return;
    buf_addf(b, "  service level            %7s  %s of %s within %s",
             words_share(n->within, caller_figures_judged(n), share),
             words_count(n->within, c[0]),
             words_count(caller_figures_judged(n), c[1]),
             report_callers_target(f, target));
    if (f->target_pct > 0)
        buf_addf(b, "; the target is %u %%", f->target_pct);
    buf_add_char(b, '\n');
}

static void text_abandoned(const struct caller_figures *f, struct buf *b)
{
    const struct caller_figures_count *n = &f->all;
    uint64_t lost = n->gave_up - n->short_gave_up;
    char share[WORDS_MAX], c[2][WORDS_MAX], t[WORDS_MAX];
    if (n->gave_up == 0)
        return;
    buf_addf(b, "  abandoned by the caller  %7s  ",
             words_share(lost, n->callers - n->short_gave_up, share));
    buf_addf(b, "%s of %s", words_count(lost, c[0]),
             words_count(n->callers - n->short_gave_up, c[1]));
    if (f->short_ms > 0) {
        buf_addf(b, "; left out: %s within ",
                 words_count(n->short_gave_up, c[0]));
        add_time(b, f->short_ms);
    }
    buf_addf(b, "\n  time to abandon       %10s  on average\n",
             words_mean_ms(n->lost_ms, n->gave_up, t));
}

static void text_times(const struct caller_figures *f, struct buf *b)
{
    const struct caller_figures_count *n = &f->all;
    char t[3][WORDS_MAX];
    buf_addf(b, "  speed of answer       %10s  on average (ASA), %s at most\n",
             words_mean_ms(n->wait_ms, n->talked, t[0]),
             words_mean_ms(n->wait_max_ms, n->talked > 0, t[1]));
    buf_addf(b, "  longest wait          %10s  of anybody, answered or not\n",
             words_mean_ms(n->longest_ms, n->callers > 0, t[0]));
    buf_addf(b,
             "  handle time           %10s  on average (AHT): talk %s, "
             "wrap-up %s\n",
             words_mean_ms(caller_figures_handle_ms(n), n->talks, t[0]),
             words_mean_ms(n->talk_ms, n->talks, t[1]),
             words_mean_ms(n->wrap_ms, n->talks, t[2]));
}

static void text_row(const char *name, const struct caller_figures_count *n,
                     struct buf *b)
{
    char c[3][WORDS_MAX], t[2][WORDS_MAX], share[WORDS_MAX];
    buf_addf(b, "  %-14s%8s%9s%10s%9s%12s%12s\n", name,
             words_count(n->callers, c[0]), words_count(n->talked, c[1]),
             words_count(n->gave_up, c[2]),
             words_share(n->within, caller_figures_judged(n), share),
             words_mean_ms(n->wait_ms, n->talked, t[0]),
             words_mean_ms(caller_figures_handle_ms(n), n->talks, t[1]));
}

static void text_head(const char *name, struct buf *b)
{
    buf_addf(b, "  %-14s%8s%9s%10s%9s%12s%12s\n", name, "offered", "answered",
             "abandoned", "service", "ASA", "AHT");
}

static void text_halves(const struct caller_figures *f, struct buf *b)
{
    struct caller_figures_count day[CALLER_FIGURES_HALVES];
    size_t days = caller_figures_days(f);
    char n[WORDS_MAX], name[16];
    if (days == 0)
        return;
    caller_figures_day(f, day);
    buf_addf(b, "  by half hour in which they called, %s",
             report_callers_zone(f));
    if (days > 1)
        buf_addf(b, ", %s days together", words_count(days, n));
    buf_add_char(b, '\n');
    text_head("", b);
    for (size_t i = 0; i < CALLER_FIGURES_HALVES; i++) {
        (void)snprintf(name, sizeof(name), "%02zu:%s", i / 2,
                       i % 2 == 0 ? "00" : "30");
        if (day[i].callers > 0)
            text_row(name, &day[i], b);
    }
}

/* Of more days than one: the last of them. */
static void text_days(const struct caller_figures *f, struct buf *b)
{
    size_t days = caller_figures_days(f);
    size_t skip = days > CALLER_FIGURES_DAYS ? days - CALLER_FIGURES_DAYS : 0;
    struct caller_figures_count n;
    struct civil_date date;
    char name[16];
    if (days < 2)
        return;
    buf_addf(b, "  by day%s\n", skip > 0 ? ", the last 31" : "");
    for (size_t i = 0, day = 0; i < f->halves; day++) {
        i = caller_figures_date(f, i, &date, &n);
        civil_format_date(date, name);
        if (day >= skip)
            text_row(name, &n, b);
    }
}

void report_callers_text(const struct caller_figures *f, struct buf *out)
{
    char number[NUMBER_TEXT_LEN];
    struct buf formula;
    if (!f->shown)
        return;
    text_service(f, out);
    text_times(f, out);
    text_abandoned(f, out);
    text_head("number", out);
    for (size_t i = 0; i < f->numbers; i++) {
        (void)number_format(f->number[i].e164, number);
        text_row(number, &f->number[i].n, out);
    }
    text_halves(f, out);
    text_days(f, out);
    buf_init(&formula, FORMULA_MAX);
    report_callers_formula(f, &formula);
    words_paragraph(out, buf_slice(&formula), 2, REPORT_TEXT_WIDTH);
    buf_fini(&formula);
}

/* --- JSON -----------------------------------------------------------------*/

static void json_mean(struct json_out *j, const char *key, int64_t sum,
                      uint64_t n)
{
    json_out_key(j, key);
    if (n > 0)
        json_out_int(j, (sum + (int64_t)n / 2) / (int64_t)n);
    else
        json_out_null(j);
}

static void json_service(const struct caller_figures_count *n,
                         struct json_out *j)
{
    uint64_t of = caller_figures_judged(n);
    json_out_key(j, "service_level");
    json_out_object(j);
    json_out_kv_int(j, "n", (int64_t)n->within);
    json_out_kv_int(j, "of", (int64_t)of);
    json_out_key(j, "rate");
    if (of > 0)
        json_out_decimal(j, (double)n->within / (double)of, 4);
    else
        json_out_null(j);
    json_out_end_object(j);
}

static void json_count(const struct caller_figures_count *n, struct json_out *j)
{
    for (size_t i = 0; i < tm_array_len(row); i++)
        json_out_kv_int(j, row[i].key, (int64_t)value(n, i));
    json_out_kv_int(j, "within_target", (int64_t)n->within);
    json_out_kv_int(j, "short_abandons", (int64_t)n->short_gave_up);
    json_service(n, j);
    json_out_kv_int(j, "with_a_lead", (int64_t)n->known);
    json_out_kv_int(j, "number_withheld", (int64_t)n->withheld);
    json_out_kv_int(j, "wait_ms_sum", n->wait_ms);
    json_out_kv_int(j, "wait_ms_max", n->wait_max_ms);
    json_out_kv_int(j, "longest_wait_ms", n->longest_ms);
    json_out_kv_int(j, "gave_up_ms_sum", n->lost_ms);
    json_out_kv_int(j, "talk_ms_sum", n->talk_ms);
    json_out_kv_int(j, "talk_ms_calls", (int64_t)n->talks);
    json_out_kv_int(j, "wrap_up_ms_sum", n->wrap_ms);
    json_mean(j, "asa_ms", n->wait_ms, n->talked);
    json_mean(j, "aht_ms", caller_figures_handle_ms(n), n->talks);
}

static void json_halves(const struct caller_figures *f, struct json_out *j)
{
    char at[WORDS_MAX];
    json_out_key(j, "half_hours");
    json_out_array(j);
    for (size_t i = 0; i < f->halves; i++) {
        json_out_object(j);
        json_out_kv_text(j, "from", words_iso(f->half[i].from_us, at));
        json_count(&f->half[i].n, j);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

void report_callers_json(const struct caller_figures *f, struct json_out *j)
{
    char number[NUMBER_TEXT_LEN];
    if (!f->shown)
        return;
    json_out_key(j, "calls_to_us");
    json_out_object(j);
    json_out_kv_int(j, "target_ms", f->target_ms);
    json_out_key(j, "target_percent");
    if (f->target_pct > 0)
        json_out_int(j, (int64_t)f->target_pct);
    else
        json_out_null(j);
    json_out_kv_int(j, "short_abandon_ms", f->short_ms);
    json_count(&f->all, j);
    json_out_key(j, "numbers");
    json_out_array(j);
    for (size_t i = 0; i < f->numbers; i++) {
        (void)number_format(f->number[i].e164, number);
        json_out_object(j);
        json_out_kv_text(j, "number", number);
        json_count(&f->number[i].n, j);
        json_out_end_object(j);
    }
    json_out_end_array(j);
    json_halves(f, j);
    json_out_end_object(j);
}

/* --- CSV ------------------------------------------------------------------*/

/* Of all and of a number: calls_to_us,key,number,n; of a half hour:
 * half_hours,instant,key,n. */
struct csv {
    struct buf *b;
    const char *number, *half;
};

static void csv_line(const struct csv *c, const char *key, int64_t n)
{
    if (c->half != NULL)
        buf_addf(c->b, "half_hours,%s,%s,%" PRId64 "\r\n", c->half, key, n);
    else /* "+1..." is a number, not a formula: written as it is. */
        buf_addf(c->b, "calls_to_us,%s,%s,%" PRId64 "\r\n", key, c->number, n);
}

/* Rounded; nothing where there is nothing to divide by. */
static void csv_mean(const struct csv *c, const char *key, int64_t sum,
                     uint64_t n)
{
    if (n > 0)
        csv_line(c, key, (sum + (int64_t)n / 2) / (int64_t)n);
}

/* Four decimals, as rates have them. */
static void csv_share(const struct csv *c, const char *key, uint64_t n,
                      uint64_t of)
{
    char value[24];
    if (of == 0)
        return;
    uint64_t v = (n * 20000 + of) / (2 * of);
    (void)snprintf(value, sizeof(value), "%" PRIu64 ".%04" PRIu64, v / 10000,
                   v % 10000);
    if (c->half != NULL)
        buf_addf(c->b, "half_hours,%s,%s,%s\r\n", c->half, key, value);
    else
        buf_addf(c->b, "calls_to_us,%s,%s,%s\r\n", key, c->number, value);
}

static void csv_count(const struct caller_figures_count *n, const struct csv *c)
{
    for (size_t i = 0; i < tm_array_len(row); i++)
        csv_line(c, row[i].key, (int64_t)value(n, i));
    csv_line(c, "within_target", (int64_t)n->within);
    csv_line(c, "short_abandons", (int64_t)n->short_gave_up);
    csv_line(c, "service_level_of", (int64_t)caller_figures_judged(n));
    csv_share(c, "service_level", n->within, caller_figures_judged(n));
    csv_line(c, "with_a_lead", (int64_t)n->known);
    csv_line(c, "number_withheld", (int64_t)n->withheld);
    csv_line(c, "wait_ms_sum", n->wait_ms);
    csv_line(c, "wait_ms_max", n->wait_max_ms);
    csv_line(c, "longest_wait_ms", n->longest_ms);
    csv_line(c, "gave_up_ms_sum", n->lost_ms);
    csv_line(c, "talk_ms_sum", n->talk_ms);
    csv_line(c, "talk_ms_calls", (int64_t)n->talks);
    csv_line(c, "wrap_up_ms_sum", n->wrap_ms);
    csv_mean(c, "asa_ms", n->wait_ms, n->talked);
    csv_mean(c, "aht_ms", caller_figures_handle_ms(n), n->talks);
}

void report_callers_csv(const struct caller_figures *f, struct buf *out)
{
    char number[NUMBER_TEXT_LEN], at[WORDS_MAX];
    struct csv c = {.b = out, .number = ""};
    if (!f->shown)
        return;
    csv_line(&c, "target_ms", f->target_ms);
    if (f->target_pct > 0)
        csv_line(&c, "target_percent", (int64_t)f->target_pct);
    csv_line(&c, "short_abandon_ms", f->short_ms);
    csv_count(&f->all, &c);
    for (size_t i = 0; i < f->numbers; i++) {
        (void)number_format(f->number[i].e164, number);
        c.number = number;
        csv_count(&f->number[i].n, &c);
    }
    for (size_t i = 0; i < f->halves; i++) {
        c.half = words_iso(f->half[i].from_us, at);
        csv_count(&f->half[i].n, &c);
    }
}
