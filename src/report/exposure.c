#include "report/exposure.h"

#include "base/assert.h"
#include "base/map.h"
#include "core/number/number.h"
#include "core/number/number_region.h"
#include "report/exposure_sum.h"
#include "report/versions.h"

enum { STALE_DAYS = 31, PERIODS_MAX = 1024 };

/* A request to be left alone. */
struct request {
    uint64_t e164;
    struct seller_id seller; /* 0: all */
    struct attempt_id attempt;
    int64_t at_us;
};

/* An abandoned call, until its period is complete. */
struct abandoned {
    struct attempt_id attempt;
    uint64_t e164;
    int64_t at_us;
    size_t period;
};

struct period {
    uint64_t of, abandoned; /* live answers or calls placed */
    uint64_t passed;        /* abandoned ones that were gone through */
};

enum ceiling { CEILING_NONE, CEILING_US, CEILING_CANADA, CEILING_UK };

struct national_list {
    struct slice name;
    char country[3];
};

struct work {
    const struct exposure_input *in;
    struct arena *arena;
    struct exposure *out;
    size_t cap; /* of findings */
    int64_t until_us;
    /* requests */
    struct request *request;
    size_t requests, requests_cap;
    const struct request *asked; /* the one looked up */
    /* a campaign */
    const struct complaint_own *own;
    enum ceiling ceiling;
    int64_t first_us; /* its first call */
    struct period *period;
    struct abandoned *abandoned;
    size_t abandoneds, abandoned_cap;
    struct national_list *list;
    size_t lists, lists_cap;
    struct map found;              /* kind and attempt of findings */
    struct map meant;              /* attempts that complaints mean */
    struct reader_attempt *replay; /* calls to be judged again */
    size_t replays, replays_cap;
    /* calls to one number */
    int64_t near_us;
    int calls;
};

const char *exposure_kind_text(enum exposure_kind k)
{
#define X(name, word, text) text,
    static const char *const texts[] = {EXPOSURE_KINDS(X)};
#undef X
    tm_assert(k < EXPOSURE_KIND_COUNT);
    return texts[k];
}

const char *exposure_kind_word(enum exposure_kind k)
{
#define X(name, word, text) word,
    static const char *const words[] = {EXPOSURE_KINDS(X)};
#undef X
    tm_assert(k < EXPOSURE_KIND_COUNT);
    return words[k];
}

/* Room for one more in an array of the arena, which grows by doubling. */
static void *grow(struct arena *a, void *old, size_t n, size_t *cap,
                  size_t size)
{
    if (n < *cap)
        return old;
    *cap = *cap == 0 ? 256 : *cap * 2;
    char *more = arena_array(a, *cap, size);
    const char *from = old;
    for (size_t i = 0; i < n * size; i++)
        more[i] = from[i];
    return more;
}

static void add(struct work *w, const struct exposure_finding *f)
{
    struct exposure *x = w->out;
    if (f->at_us < w->in->from_us || f->at_us >= w->until_us)
        return;
    /* Two requests of one person make no two calls. */
    if (f->kind != EXPOSURE_COMPLAINT) {
        uint64_t key = (uint64_t)f->attempt.v * 8 + (uint64_t)f->kind;
        if (map_get(&w->found, key, NULL))
            return;
        map_set(&w->found, key, 1);
    }
    x->finding = grow(w->arena, x->finding, x->findings, &w->cap, sizeof(*f));
    x->finding[x->findings++] = *f;
    x->kinds[f->kind]++;
    x->sure[f->kind] += f->sure;
}

/* The subdivision when only one fits, else the country. */
static struct place_code place_of(uint64_t e164)
{
    const char *region[NUMBER_REGION_MAX];
    char country[3];
    struct place_code p = {0};
    if (number_region_candidates(e164, region, NUMBER_REGION_MAX) == 1 &&
        vocab_place_parse(str_of(region[0]), &p))
        return p;
    if (number_country(e164, country))
        (void)vocab_place_parse(str_of(country), &p);
    return p;
}

static enum contact_channel channel_of(const struct work *w,
                                       struct campaign_id c)
{
    const struct complaint_owns *o = w->in->base.owns;
    for (size_t i = 0; i < o->n; i++)
        if (c.v != 0 && o->own[i].campaign.v == c.v)
            return o->own[i].channel;
    return CHANNEL_UNKNOWN;
}

static struct exposure_finding finding_of(const struct work *w,
                                          const struct reader_attempt *a,
                                          enum exposure_kind kind,
                                          enum complaint_breach breach)
{
    return (struct exposure_finding){
        .kind = kind,
        .breach = breach,
        .place = place_of(a->e164),
        .channel = channel_of(w, a->campaign),
        .at_us = a->placed_us != 0 ? a->placed_us : a->recorded_us,
        .e164 = a->e164,
        .attempt = a->id,
        .sure = true};
}

/* --- complaints --- */

static int take_complaint(void *arg, const struct reader_complaint *r)
{
    struct work *w = arg;
    const struct complaint *c = &r->c;
    int64_t at_us = c->at_us != 0 ? c->at_us : c->received_us;
    if (r->attempt.v != 0)
        map_set(&w->meant, (uint64_t)r->attempt.v, 1);
    if (r->state != COMPLAINT_CLOSED)
        w->out->undecided += at_us >= w->in->from_us && at_us < w->until_us;
    if (r->outcome != COMPLAINT_VIOLATION)
        return 0;
    struct exposure_finding f = {.kind = EXPOSURE_COMPLAINT,
                                 .breach = r->breach,
                                 .place = c->area,
                                 .channel = c->channel,
                                 .at_us = at_us,
                                 .e164 = c->complainant,
                                 .attempt = r->attempt,
                                 .complaint = c->id,
                                 .sure = true};
    if (f.channel == CHANNEL_UNKNOWN && r->breach == COMPLAINT_BREACH_ROBOCALL)
        f.channel = CHANNEL_VOICE_PRERECORDED;
    add(w, &f);
    return 0;
}

/* --- requests to be left alone --- */

static void add_request(struct work *w, const struct request *r)
{
    w->request =
        grow(w->arena, w->request, w->requests, &w->requests_cap, sizeof(*r));
    w->request[w->requests++] = *r;
}

static int take_opt_out(void *arg, const struct reader_opt_out *o)
{
    const struct request r = {o->e164, o->seller, o->attempt, o->at_us};
    add_request(arg, &r);
    return 0;
}

/* A revocation for all voice channels and purposes; a narrower one may leave
 * the call lawful, which the replay tells. */
static int take_revocation(void *arg, const struct ledger_entry *l)
{
    bool all =
        (l->channels == 0 || (l->channels & VOCAB_VOICE) == VOCAB_VOICE) &&
        l->value.n == 0 && l->ended_us == 0;
    const struct request r = {l->e164, l->seller, {0}, l->from_us};
    if (l->e164 != 0 && all)
        add_request(arg, &r);
    return 0;
}

static int take_call_after(void *arg, const struct reader_attempt *a)
{
    struct work *w = arg;
    const struct request *r = w->asked;
    if (a->placed_us == 0 || a->recorded_us <= r->at_us ||
        a->id.v == r->attempt.v ||
        (r->seller.v != 0 && r->seller.v != a->seller.v))
        return 0;
    const struct exposure_finding f =
        finding_of(w, a, EXPOSURE_OPT_OUT, COMPLAINT_BREACH_OPT_OUT);
    add(w, &f);
    return 0;
}

static int find_calls_after(struct work *w, struct err *e)
{
    const struct reader *r = w->in->base.reader;
    const struct reader_ledger q = {.tenant = {0}, .kind = LEDGER_REVOCATION};
    int rc = r->opt_outs(r->self, 0, take_opt_out, w, e);
    if (rc == TM_OK && r->ledger != NULL)
        rc = r->ledger(r->self, &q, take_revocation, w, e);
    for (size_t i = 0; i < w->requests && rc == TM_OK; i++) {
        w->asked = &w->request[i];
        const struct reader_attempts a = {.e164 = w->asked->e164,
                                          .from_us = w->asked->at_us};
        rc = r->attempts(r->self, &a, take_call_after, w, e);
    }
    return rc;
}

/* --- calls of a campaign: abandoned, by a stale list --- */

static enum ceiling ceiling_of(const char *country)
{
    struct slice c = str_of(country);
    return str_eq(c, "US")   ? CEILING_US
           : str_eq(c, "CA") ? CEILING_CANADA
           : str_eq(c, "GB") ? CEILING_UK
                             : CEILING_NONE;
}

/* US: 30 x 24 h from the campaign's first call; Canada: the calendar month. */
static size_t period_of(const struct work *w, int64_t at_us)
{
    struct civil_date day = civil_of_us(at_us).date;
    struct civil_date first = civil_of_us(w->first_us).date;
    int64_t n = w->ceiling == CEILING_US
                    ? (at_us - w->first_us) / (30 * CIVIL_DAY_US)
                    : (day.year - first.year) * 12 + day.month - first.month;
    return n < 0 ? 0 : n >= PERIODS_MAX ? PERIODS_MAX - 1 : (size_t)n;
}

static void count_abandoned(struct work *w, const struct reader_attempt *a)
{
    if (w->first_us == 0)
        w->first_us = a->placed_us;
    size_t period = period_of(w, a->placed_us);
    w->period[period].of += w->ceiling == CEILING_CANADA || a->live;
    if (!a->abandoned)
        return;
    w->period[period].abandoned++;
    w->abandoned = grow(w->arena, w->abandoned, w->abandoneds,
                        &w->abandoned_cap, sizeof(*w->abandoned));
    w->abandoned[w->abandoneds++] =
        (struct abandoned){a->id, a->e164, a->placed_us, period};
}

/* The rules on the age of a list that the attempt records: only one that held
 * for the call makes an old list a breach. Lifted by a consent or exempted, or
 * never asked, it forbids nothing. */
static bool age_counts(struct slice rules)
{
    while (rules.n > 0) {
        struct slice effect, word = str_cut(rules, ' ', &rules);
        struct slice id = str_cut(word, ':', &effect);
        bool of_age =
            str_eq(id, "US-FTC-SCRUB") || str_eq(id, "US-FCC-DNC-AGE");
        if (of_age && effect.n > 0 && !str_eq(effect, "lifted") &&
            !str_eq(effect, "exempts"))
            return true;
    }
    return false;
}

/* The lists that the attempt names, against its day. */
static void check_lists(struct work *w, const struct reader_attempt *a)
{
    struct versions v;
    char country[3] = "";
    int worst = 0;
    if (!age_counts(a->rules))
        return;
    (void)number_country(a->e164, country);
    versions_parse(a->versions, &v);
    for (size_t i = 0; i < v.lists; i++) {
        struct civil_date d;
        bool national = false;
        for (size_t k = 0; k < w->lists && !national; k++)
            national = str_same(w->list[k].name, v.list[i].name) &&
                       str_eq(str_of(w->list[k].country), country);
        if (!national || !civil_parse_date(v.list[i].date, &d))
            continue;
        int age = civil_days(civil_of_us(a->recorded_us).date) - civil_days(d);
        worst = age > worst ? age : worst;
    }
    if (worst <= STALE_DAYS)
        return;
    struct exposure_finding f =
        finding_of(w, a, EXPOSURE_STALE, COMPLAINT_BREACH_STALE);
    /* By the callee's clock it may still have been the day before. */
    f.sure = worst > STALE_DAYS + 1;
    add(w, &f);
}

/* Calls of one hour name the same rules and versions: such texts are shared
 * with the call before. */
static struct slice share(struct work *w, struct slice s, struct slice last)
{
    return str_same(s, last) ? last : str_range(arena_strdup(w->arena, s), s.n);
}

static void keep_call(struct work *w, const struct reader_attempt *a)
{
    struct reader_attempt last = {0};
    if (w->replays > 0)
        last = w->replay[w->replays - 1];
    w->replay = grow(w->arena, w->replay, w->replays, &w->replays_cap,
                     sizeof(*w->replay));
    struct reader_attempt *kept = &w->replay[w->replays++];
    *kept = *a;
    kept->cause = kept->call_id = (struct slice){0};
    kept->rules = share(w, a->rules, last.rules);
    kept->versions = share(w, a->versions, last.versions);
}

static int take_call(void *arg, const struct reader_attempt *a)
{
    struct work *w = arg;
    if (a->placed_us == 0)
        return 0;
    if (w->ceiling != CEILING_NONE)
        count_abandoned(w, a);
    if (a->placed_us < w->in->from_us || a->placed_us >= w->until_us)
        return 0;
    check_lists(w, a);
    if (w->in->replay_all || map_get(&w->meant, (uint64_t)a->id.v, NULL))
        keep_call(w, a);
    return 0;
}

/* Calls that may be abandoned before the ceiling is passed; K8: exactly the
 * ceiling passes. */
static uint64_t allowed(enum ceiling c, uint64_t of)
{
    return c == CEILING_US ? of * 3 / 100 : of * 5 / 100;
}

static void judge_abandoned(struct work *w)
{
    for (size_t i = 0; i < w->abandoneds; i++) {
        const struct abandoned *a = &w->abandoned[i];
        struct period *p = &w->period[a->period];
        const struct reader_attempt call = {.id = a->attempt,
                                            .campaign = w->own->campaign,
                                            .e164 = a->e164,
                                            .placed_us = a->at_us};
        struct exposure_finding f = finding_of(w, &call, EXPOSURE_ABANDONED,
                                               COMPLAINT_BREACH_ABANDONED);
        uint64_t free = allowed(w->ceiling, p->of);
        if (w->ceiling != CEILING_UK && p->abandoned <= free)
            continue;
        f.sure = w->ceiling != CEILING_UK && ++p->passed > free;
        add(w, &f);
    }
}

static int walk_campaigns(struct work *w, struct err *e)
{
    const struct reader *r = w->in->base.reader;
    const struct complaint_owns *o = w->in->base.owns;
    w->period = arena_array(w->arena, PERIODS_MAX, sizeof(*w->period));
    for (size_t i = 0; i < o->n; i++) {
        const struct reader_attempts q = {.campaign = o->own[i].campaign};
        if (q.campaign.v == 0)
            continue;
        w->own = &o->own[i];
        w->ceiling = ceiling_of(w->own->country);
        w->first_us = 0;
        w->abandoneds = 0;
        for (size_t k = 0; k < PERIODS_MAX; k++)
            w->period[k] = (struct period){0};
        int rc = r->attempts(r->self, &q, take_call, w, e);
        if (rc != TM_OK)
            return rc;
        judge_abandoned(w);
    }
    return TM_OK;
}

static int take_list(void *arg, const struct reader_dnc_list *l)
{
    struct work *w = arg;
    if (!str_eq(l->kind, "national"))
        return 0;
    w->list =
        grow(w->arena, w->list, w->lists, &w->lists_cap, sizeof(*w->list));
    struct national_list *n = &w->list[w->lists++];
    n->name = str_range(arena_strdup(w->arena, l->name), l->name.n);
    (void)str_copy(n->country, sizeof(n->country), l->country);
    return 0;
}

/* --- replays --- */

static int replay(struct work *w, struct err *e)
{
    const struct complaint_judge *j = w->in->base.judge;
    struct arena one;
    int rc = TM_OK;
    arena_init(&one);
    for (size_t i = 0; i < w->replays && j != NULL && rc == TM_OK; i++) {
        struct complaint_verdict v = {.sentence = "", .why = ""};
        const struct reader_attempt *a = &w->replay[i];
        arena_reset(&one);
        rc = j->ask(j->self, &one, a, &v, e);
        if (rc != TM_OK)
            break;
        w->out->replayed++;
        w->out->not_replayable += v.judged == COMPLAINT_NOT_JUDGED;
        const struct exposure_finding f =
            finding_of(w, a, EXPOSURE_REPLAY, COMPLAINT_BREACH_CALL);
        if (v.judged == COMPLAINT_JUDGED_OTHERWISE)
            add(w, &f);
    }
    arena_fini(&one);
    return rc;
}

/* --- a second call to the same number --- */

static int count_near(void *arg, const struct reader_attempt *a)
{
    struct work *w = arg;
    struct civil_date one = civil_of_us(w->near_us).date;
    if (a->placed_us == 0)
        return 0;
    struct civil_date other = civil_of_us(a->placed_us).date;
    bool later = a->placed_us >= w->near_us;
    struct civil_date end = civil_add_months(later ? one : other, 12);
    w->calls += civil_date_cmp(later ? other : one, end) <= 0;
    return 0;
}

static int count_calls(struct work *w, struct err *e)
{
    const struct reader *r = w->in->base.reader;
    for (size_t i = 0; i < w->out->findings; i++) {
        struct exposure_finding *f = &w->out->finding[i];
        const struct reader_attempts q = {.e164 = f->e164};
        f->calls = -1;
        if (f->e164 == 0)
            continue;
        w->near_us = f->at_us;
        w->calls = 0;
        int rc = r->attempts(r->self, &q, count_near, w, e);
        if (rc != TM_OK)
            return rc;
        /* No call on file: the person's word stands for one. */
        f->calls = w->calls > 0 ? w->calls : -1;
    }
    return TM_OK;
}

int exposure_read(const struct exposure_input *in, struct arena *a,
                  struct exposure *out, struct err *e)
{
    const struct reader *r = in->base.reader;
    const struct reader_complaints all = {0};
    struct work w = {.in = in, .arena = a, .out = out};
    w.until_us = in->until_us != 0 ? in->until_us : in->base.now_us + 1;
    *out = (struct exposure){.from_us = in->from_us,
                             .until_us = w.until_us,
                             .now_us = in->base.now_us};
    map_init(&w.meant);
    map_init(&w.found);
    int rc = r->complaints(r->self, &all, take_complaint, &w, e);
    if (rc == TM_OK)
        rc = find_calls_after(&w, e);
    if (rc == TM_OK)
        rc = r->dnc_lists(r->self, take_list, &w, e);
    if (rc == TM_OK)
        rc = walk_campaigns(&w, e);
    if (rc == TM_OK)
        rc = replay(&w, e);
    if (rc == TM_OK)
        rc = count_calls(&w, e);
    if (rc == TM_OK)
        exposure_sum(in->base.book, a, out);
    map_fini(&w.meant);
    map_fini(&w.found);
    return rc;
}
