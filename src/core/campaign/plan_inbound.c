/* The section [inbound]: calls to us, for agents. */
#include <string.h>

#include "core/campaign/plan_parser.h"
#include "core/number/number.h"

enum {
    SAY_MAX = 600,
    FILE_MAX = 200,
    CALLS_MAX = 5000,
    EVERY_MIN_MS = 5000,
    EVERY_MAX_MS = 10 * 60 * 1000,
    WAIT_MIN_MS = 1000,
    WAIT_MAX_MS = 2 * 3600 * 1000,
    SHORT_MAX_MS = 60 * 1000,
};

void plan_inbound_defaults(struct plan *plan)
{
    plan->inbound = (struct plan_inbound){
        .calls_max = 30,
        .target_ms = 20000,
        .short_ms = 5000,
        .wait_max_ms = 300000,
        .wait_every_ms = 30000,
        .make_leads = true,
        .call_back_missed = true,
    };
}

/* What the readers share. */
struct reading {
    struct plan_parser *p;
    const struct kv_line *l;
    struct err *e;
    const char *example;
};

static int wrong(const struct reading *r, const char *why)
{
    return plan_parser_bad(r->p, r->l->line, r->e,
                           "[inbound] %.*s = \"%.*s\": %s; for example %.*s = "
                           "%s",
                           PLAN_SHOW(r->l->key), PLAN_SHOW(r->l->value), why,
                           PLAN_SHOW(r->l->key), r->example);
}

static struct plan_inbound *of(const struct reading *r)
{
    return &r->p->plan->inbound;
}

static int add_number(const struct reading *r, struct slice text)
{
    struct plan_inbound *in = of(r);
    struct number n;
    if (!str_starts(text, "+") || number_parse(text, "", &n) != NUMBER_OK ||
        n.extension[0] != '\0')
        return wrong(r, "must be numbers of yours with + and country code and "
                        "nothing between their digits, blanks between them");
    for (size_t i = 0; i < in->numbers; i++)
        if (in->number[i] == n.e164)
            return wrong(r, "names a number twice; remove one");
    if (in->numbers == PLAN_NUMBERS_MAX)
        return wrong(r, "names more than 64 numbers; make a second campaign");
    in->number[in->numbers++] = n.e164;
    return TM_OK;
}

static int read_numbers(const struct reading *r)
{
    struct slice rest = str_trim(r->l->value);
    if (rest.n == 0)
        return wrong(r, "names no number");
    while (rest.n > 0) {
        struct slice word = str_cut(rest, ' ', &rest);
        rest = str_trim(rest);
        if (word.n > 0 && word.p[word.n - 1] == ',')
            word.n--;
        int rc = add_number(r, word);
        if (rc != TM_OK)
            return rc;
    }
    return TM_OK;
}

static int read_calls(const struct reading *r)
{
    uint64_t n;
    if (!str_u64(r->l->value, &n) || n == 0 || n > CALLS_MAX)
        return wrong(r, "must be a whole number from 1 to 5000: callers at "
                        "once, those who talk too");
    of(r)->calls_max = (unsigned)n;
    return TM_OK;
}

static int read_span(const struct reading *r, int64_t least_ms, int64_t most_ms,
                     const char *why, int64_t *out)
{
    int64_t ms;
    if (!str_duration_ms(r->l->value, &ms) || ms < least_ms || ms > most_ms)
        return wrong(r, why);
    *out = ms;
    return TM_OK;
}

/* "20s", or with the share of callers that it is for: "80 % in 20s". */
static int read_target(const struct reading *r)
{
    struct reading time = *r;
    struct kv_line l = *r->l;
    double share = 0;
    for (size_t i = 0; i + 4 <= l.value.n; i++) {
        if (memcmp(l.value.p + i, " in ", 4) != 0)
            continue;
        struct slice word = str_trim(str_range(l.value.p, i));
        if (!str_percent(word, &share) || share < 1 || share > 100 ||
            share != (double)(unsigned)share)
            return wrong(r, "must have a whole share from 1 to 100 % before "
                            "\"in\"");
        l.value = str_trim(str_range(l.value.p + i + 4, l.value.n - i - 4));
        break;
    }
    time.l = &l;
    of(r)->target_pct = (unsigned)share;
    return read_span(&time, WAIT_MIN_MS, WAIT_MAX_MS,
                     "must be a time from 1s to 2h, in which callers should "
                     "have an agent, with or without the share of them",
                     &of(r)->target_ms);
}

static int read_short_abandon(const struct reading *r)
{
    return read_span(r, 0, SHORT_MAX_MS,
                     "must be a time up to 1m; who hangs up sooner after the "
                     "answer is no miss of the target",
                     &of(r)->short_ms);
}

static int read_max_wait(const struct reading *r)
{
    return read_span(r, WAIT_MIN_MS, WAIT_MAX_MS,
                     "must be a time from 1s to 2h, after which a caller is "
                     "turned away",
                     &of(r)->wait_max_ms);
}

static int read_wait_every(const struct reading *r)
{
    return read_span(r, EVERY_MIN_MS, EVERY_MAX_MS,
                     "must be a time from 5s to 10m", &of(r)->wait_every_ms);
}

static int read_words(const struct reading *r, const char **out)
{
    struct slice v = r->l->value;
    if (v.n == 0 || v.n > SAY_MAX)
        return wrong(r, "must have 1 to 600 characters");
    if (memchr(v.p, '{', v.n) != NULL)
        return wrong(r, "has no {fields}: who calls may be unknown");
    *out = arena_strdup(r->p->arena, v);
    return TM_OK;
}

#define WORDS(X)                                                               \
    X(greeting)                                                                \
    X(wait_say)                                                                \
    X(closed_say)                                                              \
    X(callback_say)                                                            \
    X(opt_out_say)                                                             \
    X(unknown_say)                                                             \
    X(recording_notice)

#define X(name)                                                                \
    static int read_##name(const struct reading *r)                            \
    {                                                                          \
        return read_words(r, &of(r)->name);                                    \
    }
WORDS(X)
#undef X

static int read_music(const struct reading *r)
{
    struct slice v = r->l->value;
    if (v.n == 0 || v.n > FILE_MAX)
        return wrong(r, "must be the path of a sound file");
    of(r)->music = arena_strdup(r->p->arena, v);
    return TM_OK;
}

static int read_key(const struct reading *r, char *out)
{
    struct slice v = r->l->value;
    if (v.n != 1 || v.p[0] == '\0' || strchr("0123456789*#", v.p[0]) == NULL)
        return wrong(r, "must be one of 0 to 9, * and #");
    *out = v.p[0];
    return TM_OK;
}

static int read_callback_key(const struct reading *r)
{
    return read_key(r, &of(r)->callback_key);
}

static int read_opt_out_key(const struct reading *r)
{
    return read_key(r, &of(r)->opt_out_key);
}

static int read_make_leads(const struct reading *r)
{
    of(r)->make_leads = str_eq(r->l->value, "yes");
    if (!of(r)->make_leads && !str_eq(r->l->value, "no"))
        return wrong(r, "must be yes or no");
    return TM_OK;
}

static int read_missed(const struct reading *r)
{
    of(r)->call_back_missed = str_eq(r->l->value, "callback");
    if (!of(r)->call_back_missed && !str_eq(r->l->value, "keep"))
        return wrong(r, "must be callback (who gave up is called back by an "
                        "agent) or keep (his lead is as it was)");
    return TM_OK;
}

static const struct {
    const char *name;
    int (*read)(const struct reading *r);
    const char *example;
} keys[] = {
    {"numbers", read_numbers, "+12125550100 +18005550123"},
    {"calls", read_calls, "30"},
    {"target", read_target, "80 % in 20s"},
    {"short_abandon", read_short_abandon, "5s"},
    {"max_wait", read_max_wait, "5m"},
    {"greeting", read_greeting, "Welcome to Lakeside Gardens."},
    {"wait_say", read_wait_say, "All our agents are talking. Please wait."},
    {"wait_every", read_wait_every, "30s"},
    {"music", read_music, "music.wav"},
    {"closed_say", read_closed_say, "We are not in the office now. Goodbye."},
    {"callback_key", read_callback_key, "1"},
    {"callback_say", read_callback_say, "We call you back. Goodbye."},
    {"opt_out_key", read_opt_out_key, "9"},
    {"opt_out_say", read_opt_out_say, "You will not be called again."},
    {"unknown_say", read_unknown_say,
     "Please tell the agent your number, and what you want."},
    {"make_leads", read_make_leads, "yes"},
    {"missed", read_missed, "callback"},
    {"recording_notice", read_recording_notice, "This call is recorded."},
};
_Static_assert(tm_array_len(keys) <= PLAN_INBOUND_KEYS_MAX, "a line each");

static int line_of(const struct plan_parser *p, const char *name)
{
    for (size_t i = 0; i < tm_array_len(keys); i++)
        if (strcmp(keys[i].name, name) == 0)
            return p->inbound_key[i];
    tm_unreachable("a key outside its table");
}

static int unknown(const struct plan_parser *p, const struct kv_line *l,
                   struct err *e)
{
    struct buf b;
    buf_init(&b, 400);
    for (size_t i = 0; i < tm_array_len(keys); i++)
        buf_addf(&b, "%s%s", i > 0 ? ", " : "", keys[i].name);
    int rc = plan_parser_bad(p, l->line, e,
                             "unknown key \"%.*s\" in [inbound]; known are %s",
                             PLAN_SHOW(l->key), b.p);
    buf_fini(&b);
    return rc;
}

int plan_inbound_line(struct plan_parser *p, const struct kv_line *l,
                      struct err *e)
{
    p->inbound_line = l->section_line;
    if (l->key.n == 0)
        return TM_OK;
    for (size_t i = 0; i < tm_array_len(keys); i++) {
        struct reading r = {p, l, e, keys[i].example};
        if (!str_eq(l->key, keys[i].name))
            continue;
        if (p->inbound_key[i] != 0)
            return plan_parser_bad(p, l->line, e,
                                   "%s is given twice in [inbound]; remove one",
                                   keys[i].name);
        p->inbound_key[i] = l->line;
        return keys[i].read(&r);
    }
    return unknown(p, l, e);
}

/* --- what the keys say together --------------------------------------------*/

static int check_key(const struct plan_parser *p, const char *key, char digit,
                     const char *words, struct err *e)
{
    int said = line_of(p, words);
    if (said != 0 && digit == '\0')
        return plan_parser_bad(p, said, e,
                               "%s answers a key, and there is none; write %s "
                               "= 1, or remove it",
                               words, key);
    return TM_OK;
}

static int check_keys(const struct plan_parser *p, struct err *e)
{
    const struct plan_inbound *in = &p->plan->inbound;
    int rc = check_key(p, "callback_key", in->callback_key, "callback_say", e);
    if (rc == TM_OK)
        rc = check_key(p, "opt_out_key", in->opt_out_key, "opt_out_say", e);
    if (rc == TM_OK && in->callback_key == '\0')
        rc = check_key(p, "opt_out_key", in->opt_out_key, "unknown_say", e);
    if (rc == TM_OK && in->opt_out_key != '\0' &&
        in->opt_out_key == in->callback_key)
        rc = plan_parser_bad(p, line_of(p, "opt_out_key"), e,
                             "opt_out_key and callback_key are both %c; give "
                             "them different keys",
                             in->opt_out_key);
    return rc;
}

static int check_waiting(const struct plan_parser *p, struct err *e)
{
    struct plan_inbound *in = &p->plan->inbound;
    int every = line_of(p, "wait_every"), target = line_of(p, "target");
    if (target == 0 && in->target_ms > in->wait_max_ms)
        in->target_ms = in->wait_max_ms;
    if (every != 0 && in->wait_say == NULL)
        return plan_parser_bad(p, every, e,
                               "wait_every says how often wait_say is said, "
                               "and there is none; write it, or remove "
                               "wait_every");
    if (in->target_ms > in->wait_max_ms)
        return plan_parser_bad(p, target, e,
                               "target is longer than max_wait: nobody waits "
                               "so long; write a shorter target, or a longer "
                               "max_wait");
    return TM_OK;
}

static int check_notice(const struct plan_parser *p, struct err *e)
{
    int line = line_of(p, "recording_notice");
    if (line == 0 || p->plan->record)
        return TM_OK;
    return plan_parser_bad(p, line, e,
                           "recording_notice is said of calls that are "
                           "recorded, and these are not; write record = yes "
                           "above the first section, or remove it");
}

/* Who is called and asks something inquires not by himself. */
static int check_inquiries(const struct plan_parser *p, struct err *e)
{
    for (size_t i = 0; i < p->plan->dispositions; i++)
        if (p->plan->disposition[i].inquiry)
            return plan_parser_bad(p, p->dispositions_line, e,
                                   "%.*s: an inquiry is made by people who "
                                   "call us, and this campaign takes no calls; "
                                   "remove inquiry, or add [inbound]",
                                   PLAN_SHOW(p->plan->disposition[i].word));
    return TM_OK;
}

int plan_inbound_end(struct plan_parser *p, struct err *e)
{
    struct plan *plan = p->plan;
    if (p->inbound_line == 0)
        return check_inquiries(p, e);
    if (plan->channel != CHANNEL_VOICE_LIVE)
        return plan_parser_bad(p, p->inbound_line, e,
                               "[inbound] brings people who call to agents, "
                               "and this campaign has none (channel = "
                               "voice_prerecorded); write channel = voice_live "
                               "and a dial_mode with agents, or remove it");
    if (plan->inbound.numbers == 0)
        return plan_parser_bad(p, p->inbound_line, e,
                               "[inbound] does not say which numbers people "
                               "call; add a line such as numbers = %s",
                               keys[0].example);
    int rc = check_keys(p, e);
    if (rc == TM_OK)
        rc = check_waiting(p, e);
    return rc == TM_OK ? check_notice(p, e) : rc;
}
