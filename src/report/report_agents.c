#include "report/report_agents.h"

#include <inttypes.h>
#include <stdio.h>

#include "report/report_text.h"
#include "report/words.h"

enum { NAME_WIDTH = 14 };

const char *report_agents_time(int64_t ms, char out[REPORT_AGENTS_TIME_LEN])
{
    int64_t s = (ms + 500) / 1000;
    (void)snprintf(out, REPORT_AGENTS_TIME_LEN,
                   "%" PRId64 ":%02" PRId64 ":%02" PRId64, s / 3600,
                   s / 60 % 60, s % 60);
    return out;
}

/* --- text -----------------------------------------------------------------*/

static void name(struct buf *b, const char *text)
{
    struct slice s = str_of(text);
    size_t width = words_width(s);
    words_plain(b, s); /* names are ASCII; a long one pushes its line */
    for (; width < NAME_WIDTH; width++)
        buf_add_char(b, ' ');
}

static void people(const struct agent_figures *f, struct buf *b)
{
    char n[2][WORDS_MAX], mean[WORDS_MAX], most[WORDS_MAX];
    char share[WORDS_MAX];
    buf_addf(b, "  %s %s with an agent", words_count(f->people, n[0]),
             f->people == 1 ? "person talked" : "people talked");
    if (f->silent > 0)
        buf_addf(b, ", %s without a disposition", words_count(f->silent, n[1]));
    buf_add_char(b, '\n');
    if (f->callers > 0)
        buf_addf(b, "  %s of them had called us\n",
                 words_count(f->callers, n[0]));
    if (f->waits == 0 && f->callers > 0)
        return;
    buf_addf(b,
             "  waited %s on average and %s at most; %s within 2 s of the "
             "greeting\n",
             words_mean_ms(f->wait_ms, f->waits, mean),
             words_mean_ms(f->wait_max_ms, f->waits > 0, most),
             words_share(f->within, f->waits, share));
}

static void words(const struct agent_figures *f, struct buf *b)
{
    uint64_t all = f->all.dispositions;
    char n[WORDS_MAX], share[WORDS_MAX];
    for (size_t i = 0; i < f->words; i++) {
        const struct agent_figures_word *w = &f->word[i];
        if (w->n == 0)
            continue;
        buf_add_str(b, "  ");
        name(b, w->word);
        for (size_t k = words_width(str_of(w->word)); k < 22; k++)
            if (k >= NAME_WIDTH)
                buf_add_char(b, ' ');
        buf_addf(b, "%10s %7s%s\n", words_count(w->n, n),
                 words_share(w->n, all, share), w->success ? "  success" : "");
    }
}

static void call_row(const struct agent_figures_row *r, struct buf *b)
{
    char t[2][REPORT_AGENTS_TIME_LEN], n[3][WORDS_MAX], mean[WORDS_MAX];
    int64_t talk = r->ms[AGENT_TALKING] + r->ms[AGENT_HOLDING];
    buf_add_str(b, "  ");
    name(b, r->name);
    buf_addf(
        b, "%8s%10s%12s%10s%8s%9s\n", words_count(r->calls, n[0]),
        report_agents_time(talk, t[0]), words_mean_ms(talk, r->calls, mean),
        report_agents_time(r->ms[AGENT_WRAP], t[1]),
        words_count(r->dispositions, n[1]), words_count(r->successes, n[2]));
}

static void time_row(const struct agent_figures_row *r, struct buf *b)
{
    char t[5][REPORT_AGENTS_TIME_LEN], n[2][WORDS_MAX];
    unsigned talk = agent_figures_talk_permille(r) * 6;
    buf_add_str(b, "  ");
    name(b, r->name);
    buf_addf(
        b, "%9s%9s%9s%9s%9s%5u.%u%6s%6s\n",
        report_agents_time(r->signed_in_ms, t[0]),
        report_agents_time(r->ms[AGENT_TALKING] + r->ms[AGENT_HOLDING], t[1]),
        report_agents_time(r->ms[AGENT_WRAP], t[2]),
        report_agents_time(r->ms[AGENT_READY], t[3]),
        report_agents_time(r->ms[AGENT_PAUSED], t[4]), talk / 100,
        talk / 10 % 10, words_count(r->calls, n[0]),
        words_count(r->successes, n[1]));
    for (size_t i = 0; i < r->pauses; i++) {
        buf_add_str(b, i == 0 ? "    paused: " : ", ");
        words_plain(b,
                    str_of(r->pause[i].reason[0] != '\0' ? r->pause[i].reason
                                                         : "no reason given"));
        buf_addf(b, " %s", report_agents_time(r->pause[i].ms, t[0]));
    }
    if (r->pauses > 0)
        buf_add_char(b, '\n');
}

void report_agents_text(const struct agent_figures *f, struct buf *out)
{
    char n[WORDS_MAX];
    if (f == NULL)
        return;
    people(f, out);
    words(f, out);
    buf_add_str(out, "  ");
    name(out, "agent");
    if (f->of_campaign)
        buf_addf(out, "%8s%10s%12s%10s%8s%9s\n", "calls", "talk", "each",
                 "wrap-up", "set", "success");
    else
        buf_addf(out, "%9s%9s%9s%9s%9s%7s%6s%6s\n", "signed in", "talk",
                 "wrap-up", "ready", "paused", "min/h", "calls", "good");
    for (size_t i = 0; i <= f->rows; i++) {
        const struct agent_figures_row *r = i < f->rows ? &f->row[i] : &f->all;
        if (f->of_campaign)
            call_row(r, out);
        else
            time_row(r, out);
        if (r->callers > 0)
            buf_addf(out, "    calls to us: %s\n", words_count(r->callers, n));
    }
    if (!f->of_campaign)
        buf_add_str(out, "  (min/h: minutes of talk in an hour signed in; "
                         "good: calls with a success)\n");
    if (f->all.available_ms > 0)
        buf_addf(out,
                 "  occupancy %s: talk, hold and wrap-up of the time signed in "
                 "and not paused%s\n",
                 words_share((uint64_t)f->all.handling_ms,
                             (uint64_t)f->all.available_ms, n),
                 f->of_campaign ? ",\n  in all campaigns of these agents" : "");
}

/* --- JSON -----------------------------------------------------------------*/

static void put(struct json_out *j, const char *key, uint64_t n)
{
    json_out_kv_int(j, key, (int64_t)n);
}

static void json_row(const struct agent_figures *f,
                     const struct agent_figures_row *r, struct json_out *j)
{
    json_out_object(j);
    json_out_kv_text(j, "agent", r->name);
    put(j, "calls", r->calls);
    put(j, "callers", r->callers);
    put(j, "dispositions", r->dispositions);
    put(j, "successes", r->successes);
    for (size_t i = AGENT_OFF + 1; i < AGENT_STATE_COUNT; i++) {
        char key[AGENT_WORD_MAX];
        (void)snprintf(key, sizeof(key), "%s_ms",
                       agent_state_text((enum agent_state)i));
        json_out_kv_int(j, key, r->ms[i]);
    }
    json_out_kv_int(j, "handling_ms", r->handling_ms);
    json_out_kv_int(j, "available_ms", r->available_ms);
    json_out_key(j, "occupancy");
    if (r->available_ms > 0)
        json_out_decimal(j, agent_figures_occupancy_permille(r) * 0.001, 3);
    else
        json_out_null(j);
    if (!f->of_campaign) {
        json_out_kv_int(j, "signed_in_ms", r->signed_in_ms);
        json_out_kv_decimal(j, "talk_per_hour_min",
                            agent_figures_talk_permille(r) * 0.06, 2);
        json_out_key(j, "pauses");
        json_out_array(j);
        for (size_t i = 0; i < r->pauses; i++) {
            json_out_object(j);
            json_out_kv_text(j, "reason", r->pause[i].reason);
            json_out_kv_int(j, "ms", r->pause[i].ms);
            json_out_end_object(j);
        }
        json_out_end_array(j);
    }
    json_out_end_object(j);
}

static void json_words(const struct agent_figures *f, struct json_out *j)
{
    json_out_key(j, "dispositions");
    json_out_array(j);
    for (size_t i = 0; i < f->words; i++) {
        json_out_object(j);
        json_out_kv_text(j, "word", f->word[i].word);
        put(j, "n", f->word[i].n);
        json_out_kv_bool(j, "success", f->word[i].success);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

void report_agents_json(const struct agent_figures *f, struct json_out *j)
{
    static const struct agent_figures none = {.all = {.name = "all"}};
    f = f != NULL ? f : &none;
    json_out_object(j);
    put(j, "people", f->people);
    put(j, "called_us", f->callers);
    put(j, "no_disposition", f->silent);
    put(j, "joins", f->waits);
    json_out_kv_int(j, "wait_ms_sum", f->wait_ms);
    json_out_kv_int(j, "wait_ms_max", f->wait_max_ms);
    put(j, "joined_within_2s", f->within);
    json_words(f, j);
    json_out_key(j, "by_agent");
    json_out_array(j);
    for (size_t i = 0; i < f->rows; i++)
        json_row(f, &f->row[i], j);
    json_out_end_array(j);
    json_out_key(j, "all");
    json_row(f, &f->all, j);
    json_out_end_object(j);
}
