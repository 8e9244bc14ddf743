#include "sim/scenario_at.h"

enum { MILLION = 1000000, WORDS_MAX = 6, AGENTS_MAX = 20000 };

bool scenario_at_clock(struct slice s, int32_t *out)
{
    struct slice minute, hour = str_cut(str_trim(s), ':', &minute);
    uint64_t h, m;
    if (minute.n != 2 || !str_u64(hour, &h) || !str_u64(minute, &m) || h > 23 ||
        m > 59)
        return false;
    *out = (int32_t)(h * 3600 + m * 60);
    return true;
}

bool scenario_at_share(struct slice s, uint32_t *ppm)
{
    double scale = MILLION, x;
    if (s.n > 0 && s.p[s.n - 1] == '%') {
        scale /= 100.0;
        s = str_trim(str_range(s.p, s.n - 1));
    }
    if (!str_double(s, &x) || !(x >= 0.0) || !(x * scale <= MILLION))
        return false;
    *ppm = (uint32_t)(x * scale + 0.5);
    return true;
}

/* The words of a line; more than WORDS_MAX count as WORDS_MAX + 1. */
static size_t split(struct slice text, struct slice word[WORDS_MAX])
{
    size_t n = 0;
    struct slice rest = str_trim(text);
    while (rest.n > 0) {
        struct slice w = str_cut(rest, ' ', &rest);
        rest = str_trim(rest);
        if (n == WORDS_MAX)
            return WORDS_MAX + 1;
        word[n++] = w;
    }
    return n;
}

static bool seconds(struct slice s, double *out)
{
    return str_double(s, out) && *out >= 0 && *out <= 1000000;
}

static bool agents(struct slice s, uint64_t *out)
{
    return str_u64(s, out) && *out <= AGENTS_MAX;
}

static bool parse_logout(const struct slice *w, size_t n,
                         struct scenario_at *out)
{
    out->change = SCENARIO_LOGOUT;
    out->back_s = -1;
    return n == 6 && agents(w[2], &out->agents) &&
           seconds(w[3], &out->spread_s) && seconds(w[4], &out->notice_s) &&
           (str_eq(w[5], "never") || scenario_at_clock(w[5], &out->back_s));
}

static bool parse_change(const struct slice *w, size_t n,
                         struct scenario_at *out)
{
    uint32_t ppm;
    if (n < 3 || n > WORDS_MAX || !scenario_at_clock(w[0], &out->at_s))
        return false;
    if (str_eq(w[1], "p")) {
        out->change = SCENARIO_ANSWER_RATE;
        return n == 3 && scenario_at_share(w[2], &ppm) &&
               str_double(w[2], &out->value);
    }
    if (str_eq(w[1], "talk")) {
        out->change = SCENARIO_TALK;
        return n == 3 && str_double(w[2], &out->value) && out->value > 0 &&
               out->value <= 1000;
    }
    if (str_eq(w[1], "login")) {
        out->change = SCENARIO_LOGIN;
        return n == 4 && agents(w[2], &out->agents) &&
               seconds(w[3], &out->spread_s);
    }
    return str_eq(w[1], "logout") && parse_logout(w, n, out);
}

int scenario_at_parse(struct slice text, struct scenario_at *out, struct err *e)
{
    struct slice word[WORDS_MAX];
    struct scenario_at at = {.back_s = -1};
    size_t n = split(text, word);
    if (!parse_change(word, n, &at))
        return err_set(e, TM_EINVAL,
                       "at is HH:MM p X, HH:MM talk F, HH:MM login K SPREAD or "
                       "HH:MM logout K SPREAD NOTICE HH:MM (or never)");
    *out = at;
    return TM_OK;
}
