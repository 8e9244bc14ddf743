#include "report/complaint_watch.h"

#include "base/map.h"
#include "core/number/number.h"
#include "report/words.h"

/* A complaint is counted by the day it came, a call by the day it was made:
 * the rate tells how much trouble a month's calling brings, not which month's
 * calls brought it. */
struct counting {
    const struct complaint_case_input *in;
    struct complaint_watch *out;
    int64_t half_us, from_us; /* now - 30 days, now - 60 days */
    struct map campaign_of;   /* attempt a complaint means -> campaign */
};

static struct complaint_watched *find(struct complaint_watched *list, size_t n,
                                      uint64_t e164, struct campaign_id c)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].e164 == e164 && list[i].campaign.v == c.v)
            return &list[i];
    return NULL;
}

static void prepare(struct counting *k, struct arena *a)
{
    const struct complaint_owns *o = k->in->owns;
    struct complaint_watch *w = k->out;
    const struct campaign_id none = {0};
    w->number = arena_array(a, o->n + 1, sizeof(*w->number));
    w->campaign = arena_array(a, o->n + 1, sizeof(*w->campaign));
    for (size_t i = 0; i < o->n; i++) {
        const struct complaint_own *own = &o->own[i];
        if (find(w->number, w->numbers, own->e164, none) == NULL)
            w->number[w->numbers++] =
                (struct complaint_watched){.name = "", .e164 = own->e164};
        if (own->campaign.v != 0)
            w->campaign[w->campaigns++] =
                (struct complaint_watched){.name = own->name,
                                           .e164 = own->e164,
                                           .campaign = own->campaign};
    }
}

/* --- calls --- */

static int note_attempt(void *arg, const struct reader_complaint *r)
{
    struct counting *k = arg;
    if (r->attempt.v != 0)
        map_set(&k->campaign_of, (uint64_t)r->attempt.v, 0);
    return 0;
}

static void add_call(struct complaint_watched *w, const struct counting *k,
                     int64_t at_us)
{
    if (w == NULL || at_us < k->from_us || at_us >= k->in->now_us)
        return;
    w->ever.calls++;
    if (at_us >= k->half_us)
        w->now.calls++;
    else
        w->before.calls++;
}

static int count_call(void *arg, const struct reader_attempt *a)
{
    struct counting *k = arg;
    struct complaint_watch *w = k->out;
    const struct campaign_id none = {0};
    if (map_get(&k->campaign_of, (uint64_t)a->id.v, NULL))
        map_set(&k->campaign_of, (uint64_t)a->id.v, (uint64_t)a->campaign.v);
    if (a->placed_us == 0)
        return 0;
    uint64_t shown = complaint_find_shown(k->in->owns, a->campaign);
    add_call(find(w->campaign, w->campaigns, shown, a->campaign), k,
             a->placed_us);
    add_call(find(w->number, w->numbers, shown, none), k, a->placed_us);
    return 0;
}

/* --- complaints --- */

static void add_complaint(struct complaint_watched *w, const struct counting *k,
                          const struct reader_complaint *r)
{
    if (w == NULL)
        return;
    w->ever.complaints++;
    w->violations += r->outcome == COMPLAINT_VIOLATION;
    if (r->c.received_us >= k->half_us)
        w->now.complaints++;
    else if (r->c.received_us >= k->from_us)
        w->before.complaints++;
}

static int count_complaint(void *arg, const struct reader_complaint *r)
{
    struct counting *k = arg;
    struct complaint_watch *w = k->out;
    const struct campaign_id none = {0};
    uint64_t v = 0;
    if (r->outcome == COMPLAINT_NOT_OURS || r->outcome == COMPLAINT_DUPLICATE)
        return 0;
    if (r->attempt.v != 0)
        (void)map_get(&k->campaign_of, (uint64_t)r->attempt.v, &v);
    const struct campaign_id c = {(int64_t)v};
    uint64_t shown = complaint_find_shown(k->in->owns, c);
    struct complaint_watched *campaign =
        c.v != 0 ? find(w->campaign, w->campaigns, shown, c) : NULL;
    struct complaint_watched *number =
        find(w->number, w->numbers, shown != 0 ? shown : r->c.shown, none);
    add_complaint(campaign, k, r);
    add_complaint(number, k, r);
    w->others += campaign == NULL && number == NULL;
    return 0;
}

int complaint_watch_read(const struct complaint_case_input *in, struct arena *a,
                         struct complaint_watch *out, struct err *e)
{
    const struct reader *r = in->reader;
    const struct reader_complaints all = {0};
    const int64_t half = COMPLAINT_WATCH_DAYS * CIVIL_DAY_US;
    struct counting k = {.in = in,
                         .out = out,
                         .half_us = in->now_us - half,
                         .from_us = in->now_us - 2 * half};
    *out = (struct complaint_watch){.now_us = in->now_us};
    prepare(&k, a);
    map_init(&k.campaign_of);
    int rc = r->complaints(r->self, &all, note_attempt, &k, e);
    for (size_t i = 0; i < out->campaigns && rc == TM_OK; i++) {
        const struct reader_attempts q = {.campaign =
                                              out->campaign[i].campaign};
        rc = r->attempts(r->self, &q, count_call, &k, e);
    }
    if (rc == TM_OK)
        rc = r->complaints(r->self, &all, count_complaint, &k, e);
    map_fini(&k.campaign_of);
    return rc;
}

/* --- showing --- */

/* Complaints a thousand calls, in hundredths; -1 without calls. */
static int64_t rate(const struct complaint_rate *r)
{
    return r->calls == 0
               ? -1
               : (int64_t)((r->complaints * 100000 + r->calls / 2) / r->calls);
}

static void add_rate(struct buf *b, const struct complaint_rate *r)
{
    int64_t v = rate(r);
    char n[WORDS_MAX], of[WORDS_MAX];
    buf_addf(b, "%s of %s calls", words_count(r->complaints, n),
             words_count(r->calls, of));
    if (v >= 0)
        buf_addf(b, " (%lld.%02lld a thousand)", (long long)(v / 100),
                 (long long)(v % 100));
}

static const char *trend(const struct complaint_watched *w)
{
    if (w->now.complaints == 0 && w->before.complaints == 0)
        return "quiet";
    if (w->before.calls == 0)
        return "new";
    int64_t now = rate(&w->now), before = rate(&w->before);
    /* A tenth more or less is no trend. */
    if (w->now.calls == 0 || now * 10 < before * 9)
        return "down";
    return now * 10 > before * 11 ? "up" : "steady";
}

static void watched(const struct complaint_watched *w, struct buf *b)
{
    char n[NUMBER_TEXT_LEN];
    (void)number_format(w->e164, n);
    buf_add_str(b, "  ");
    if (w->campaign.v != 0) {
        words_plain(b, str_of(w->name));
        buf_addf(b, " (%s)", n);
    } else {
        buf_add_str(b, n);
    }
    buf_add_str(b, ": 30 days ");
    add_rate(b, &w->now);
    buf_add_str(b, ", before ");
    add_rate(b, &w->before);
    buf_addf(b, ", %s; %llu ever, %llu violations\n", trend(w),
             (unsigned long long)w->ever.complaints,
             (unsigned long long)w->violations);
}

void complaint_watch_text(const struct complaint_watch *w, struct buf *b)
{
    char at[WORDS_MAX];
    buf_addf(b, "Complaints as of %s\n\nBy number\n",
             words_instant(w->now_us, at));
    for (size_t i = 0; i < w->numbers; i++)
        watched(&w->number[i], b);
    buf_add_str(b, "\nBy campaign\n");
    for (size_t i = 0; i < w->campaigns; i++)
        watched(&w->campaign[i], b);
    if (w->numbers == 0)
        buf_add_str(b, "  there is no campaign and no caller ID yet\n");
    if (w->others > 0)
        buf_addf(b, "\n%llu complaints belong to none of them\n",
                 (unsigned long long)w->others);
}

static void watched_json(const struct complaint_watched *w, struct json_out *j)
{
    char n[NUMBER_TEXT_LEN];
    (void)number_format(w->e164, n);
    json_out_object(j);
    if (w->campaign.v != 0)
        json_out_kv_text(j, "campaign", w->name);
    json_out_kv_text(j, "number", n);
    json_out_kv_int(j, "complaints_30_days", (int64_t)w->now.complaints);
    json_out_kv_int(j, "calls_30_days", (int64_t)w->now.calls);
    json_out_kv_int(j, "complaints_before", (int64_t)w->before.complaints);
    json_out_kv_int(j, "calls_before", (int64_t)w->before.calls);
    json_out_key(j, "per_1000_calls");
    if (rate(&w->now) >= 0)
        json_out_decimal(j, (double)rate(&w->now) / 100, 2);
    else
        json_out_null(j);
    json_out_kv_text(j, "trend", trend(w));
    json_out_kv_int(j, "complaints", (int64_t)w->ever.complaints);
    json_out_kv_int(j, "violations", (int64_t)w->violations);
    json_out_end_object(j);
}

void complaint_watch_json(const struct complaint_watch *w, struct json_out *j)
{
    json_out_object(j);
    json_out_key(j, "numbers");
    json_out_array(j);
    for (size_t i = 0; i < w->numbers; i++)
        watched_json(&w->number[i], j);
    json_out_end_array(j);
    json_out_key(j, "campaigns");
    json_out_array(j);
    for (size_t i = 0; i < w->campaigns; i++)
        watched_json(&w->campaign[i], j);
    json_out_end_array(j);
    json_out_kv_int(j, "others", (int64_t)w->others);
    json_out_end_object(j);
}
