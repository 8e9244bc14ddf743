#include "cmd/campaign_promise.h"

#include <string.h>

#include "cmd/tenant.h"
#include "core/campaign/duty.h"
#include "core/campaign/lead_case.h"
#include "core/number/number.h"
#include "core/number/number_region.h"
#include "core/rules/rules.h"
#include "report/why_remedy.h"
#include "store/sqlite_reader.h"

enum {
    AREAS_MAX = 128,
    HELPS_MAX = 64,
    SHOWN_MAX = 6,
    TEXT_MAX = 600,
    TRIES_MAX = 4,         /* of hours and dates that open later */
    AREA_CODE_FIRST = 200, /* of the North American plan */
    AREA_CODE_LAST = 999,
    NOBODYS_LINE = 5550100, /* nobody has it */
};

/* Somewhere people may call from. */
struct area {
    char name[8]; /* "US-TX" */
    uint64_t e164;
};

/* What would help, and in how many areas. */
struct help {
    const char *by, *text;
    bool missing;
    unsigned areas;
    const char *first; /* area */
};

struct asking {
    struct control *c;
    struct campaign_id id;
    struct arena arena;
    struct sqlite_reader *sqlite;
    struct reader reader;
    struct seller_id seller;
    const struct plan *plan; /* NULL: it promises nobody a call */
    const struct rule_book *book;
    struct tz_set zones;
    struct dnc_files *dnc;
    const struct caller_facts *facts;
    struct suppression nobody;
    struct area area[AREAS_MAX];
    size_t areas;
    struct help help[HELPS_MAX];
    size_t helps;
    unsigned refused; /* areas */
    const char *refused_first;
};

static bool promises(const struct plan *p)
{
    const struct plan_inbound *in = &p->inbound;
    return in->numbers > 0 &&
           (in->callback_key != '\0' || in->call_back_missed);
}

static int one_campaign(void *arg, const struct reader_campaign *rc)
{
    struct asking *q = arg;
    const struct plan *p;
    if (rc->id.v != q->id.v)
        return TM_OK;
    q->seller = rc->seller;
    if (plan_parse(&q->arena, "plan", rc->plan, &p, NULL) == TM_OK &&
        promises(p))
        q->plan = p;
    return TM_OK;
}

/* --- where they may be -----------------------------------------------------*/

static bool is_new(const struct asking *q, const char *name)
{
    for (size_t i = 0; i < q->areas; i++)
        if (strcmp(q->area[i].name, name) == 0)
            return false;
    return q->areas < AREAS_MAX;
}

static void add_area(struct asking *q, const char *name, uint64_t e164)
{
    struct area *a = &q->area[q->areas++];
    (void)str_copy(a->name, sizeof(a->name), str_of(name));
    a->e164 = e164;
}

static void find_areas(struct asking *q)
{
    const char *country = q->plan->country;
    char own[3];
    for (uint64_t code = AREA_CODE_FIRST; code <= AREA_CODE_LAST; code++) {
        const char *name[NUMBER_REGION_MAX];
        uint64_t e164 = (1000 + code) * 10000000 + NOBODYS_LINE;
        if (number_region_candidates(e164, name, tm_array_len(name)) == 1 &&
            strncmp(name[0], country, 2) == 0 && is_new(q, name[0]))
            add_area(q, name[0], e164);
    }
    if (q->areas == 0 && number_country(q->plan->caller_e164, own) &&
        strcmp(own, country) == 0)
        add_area(q, country, q->plan->caller_e164);
}

/* --- the rules -------------------------------------------------------------*/

static void add_help(struct asking *q, const struct why_remedy *r,
                     const char *area)
{
    for (size_t i = 0; i < q->helps; i++) {
        if (strcmp(q->help[i].text, r->text) == 0) {
            q->help[i].areas++;
            return;
        }
    }
    if (q->helps < HELPS_MAX)
        q->help[q->helps++] =
            (struct help){r->by, r->text, r->missing, 1, area};
}

static void add_gap(struct asking *q, const struct duty_gap *g,
                    const char *area)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    buf_add_str(&b, "the ");
    duty_gap_text(g, &b);
    const struct why_remedy r = {
        .by = g->rule != NULL ? g->rule->id : "carries",
        .text = arena_strdup(&q->arena, buf_slice(&b))};
    add_help(q, &r, area);
    buf_fini(&b);
}

/* A promised call has its agent. */
static enum dial_mode mode_of(const struct plan *p)
{
    bool shown = p->dial_mode == DIAL_PREVIEW || p->dial_mode == DIAL_MANUAL;
    return shown ? p->dial_mode : DIAL_PROGRESSIVE;
}

static void ask(const struct asking *q, const struct lead *l,
                struct lead_case *k, struct verdict *v)
{
    struct lead_case_input in = {
        .plan = q->plan,
        .seller = q->seller,
        .book = q->book,
        .zones = &q->zones,
        .lists = dnc_files_lists(q->dnc),
        .suppression = &q->nobody,
        .facts = q->facts,
        .now_us = control_now_us(q->c),
        .mode = mode_of(q->plan),
    };
    const struct attempt_id none = {0};
    for (int i = 0; i < TRIES_MAX; i++) {
        lead_case_build(k, &in, l, 0);
        int rc = rules_check(q->book, &k->k, none, v, NULL);
        tm_assert(rc == TM_OK || v->kind == VERDICT_DENY);
        if (v->kind != VERDICT_NOT_BEFORE)
            return;
        in.now_us = v->not_before_us;
    }
}

/* Else of an input that is not known, as "contact.line". */
static bool is_of_rule(const struct why_remedy *r)
{
    return strchr(r->by, '.') == NULL;
}

static bool has_rules(const struct why_remedies *all)
{
    for (size_t i = 0; i < all->n; i++)
        if (is_of_rule(&all->item[i]))
            return true;
    return false;
}

static void judge(struct asking *q, const struct area *a)
{
    struct number n = {.e164 = a->e164};
    struct duty_gap gap = {0};
    struct lead *l = mem_alloc(sizeof(*l));
    struct lead_case *k = mem_alloc(sizeof(*k));
    struct verdict *v = mem_alloc(sizeof(*v));
    (void)number_describe(a->e164, &n);
    lead_clear(l);
    l->phones = 1;
    l->phone[0] = (struct lead_phone){.e164 = a->e164, .type = n.type};
    (void)str_copy(l->country, sizeof(l->country), str_of(n.region));
    ask(q, l, k, v);
    struct why_remedies all = why_remedy_verdict(&q->arena, v, &k->k);
    for (size_t i = 0; i < all.n; i++)
        if (is_of_rule(&all.item[i]) || !has_rules(&all))
            add_help(q, &all.item[i], a->name);
    bool unsaid = v->kind == VERDICT_ALLOW && duty_gap_find(q->plan, v, &gap);
    if (unsaid)
        add_gap(q, &gap, a->name);
    if ((unsaid || v->kind == VERDICT_DENY) && q->refused++ == 0)
        q->refused_first = a->name;
    mem_free(v);
    mem_free(k);
    mem_free(l);
}

/* --- what is said ----------------------------------------------------------*/

/* What concerns most comes first, then what is only missing. */
static const struct help *next_help(struct asking *q)
{
    struct help *best = NULL;
    for (size_t i = 0; i < q->helps; i++) {
        struct help *h = &q->help[i];
        if (h->areas > 0 &&
            (best == NULL || h->areas > best->areas ||
             (h->areas == best->areas && h->missing > best->missing)))
            best = h;
    }
    return best;
}

static void say_where(struct buf *b, const struct asking *q, unsigned n,
                      const char *first)
{
    if (n == 1)
        buf_add_str(b, first);
    else if (n == q->areas)
        buf_addf(b, "all %u states or territories", n);
    else
        buf_addf(b, "%u of %zu states or territories", n, q->areas);
}

static void tell_helps(struct asking *q)
{
    size_t shown = 0;
    for (const struct help *h = next_help(q); h != NULL; h = next_help(q)) {
        struct buf b;
        buf_init(&b, 2 * TEXT_MAX);
        if (shown < SHOWN_MAX) {
            buf_addf(&b, "    %s (%s", h->text, h->by);
            if (h->areas < q->refused) {
                buf_add_str(&b, "; ");
                say_where(&b, q, h->areas, h->first);
            }
            control_warn(q->c, "%s)\n", b.p);
        }
        shown++;
        buf_fini(&b);
        q->help[h - q->help].areas = 0;
    }
    if (shown > SHOWN_MAX)
        control_warn(q->c, "    and %zu more: telemark why NUMBER\n",
                     shown - SHOWN_MAX);
}

static void tell(struct asking *q)
{
    const struct plan *p = q->plan;
    const bool key = p->inbound.callback_key != '\0';
    struct buf b;
    if (q->refused == 0)
        return;
    buf_init(&b, TEXT_MAX);
    say_where(&b, q, q->refused, q->refused_first);
    control_warn(q->c,
                 "people who are promised a call (%s%s%s) would be refused it "
                 "in %s, unless more is on file of them (consent, an "
                 "inquiry):\n",
                 key ? "callback_key" : "",
                 key && p->inbound.call_back_missed ? ", " : "",
                 p->inbound.call_back_missed ? "missed = callback" : "", b.p);
    buf_fini(&b);
    tell_helps(q);
    if (p->purpose != PURPOSE_SALE && p->leads_to_sale == TRI_UNKNOWN)
        control_warn(q->c,
                     "    or, if nothing is sold in these calls: say "
                     "leads_to_sale = no in the campaign's file; unsaid, they "
                     "are judged as sales calls\n");
}

/* --- asking ----------------------------------------------------------------*/

static int read_law(struct asking *q, struct err *e)
{
    struct control *c = q->c;
    const char *folder = c->server != NULL ? c->server->rules : NULL;
    int rc = house_rules(&q->arena, folder, &q->book, e);
    if (rc == TM_OK)
        rc = house_zones(&q->arena, &q->zones, e);
    if (rc == TM_OK)
        rc = sqlite_reader_facts(q->sqlite, &q->arena, tenant_default(),
                                 &q->facts, e);
    if (rc == TM_OK)
        rc = sqlite_reader_dnc(q->sqlite, &c->house->dir, &q->dnc, e);
    return rc;
}

static int find_out(struct asking *q, struct err *e)
{
    int rc = q->reader.campaigns(q->reader.self, tenant_default(), one_campaign,
                                 q, e);
    if (rc != TM_OK || q->plan == NULL)
        return rc;
    rc = read_law(q, e);
    if (rc != TM_OK)
        return rc;
    suppression_init(&q->nobody);
    find_areas(q);
    for (size_t i = 0; i < q->areas; i++)
        judge(q, &q->area[i]);
    tell(q);
    suppression_fini(&q->nobody);
    dnc_files_close(q->dnc);
    return TM_OK;
}

void campaign_promise_warn(struct control *c, struct campaign_id id)
{
    struct err e = {0};
    struct asking *q = mem_alloc(sizeof(*q));
    *q = (struct asking){.c = c, .id = id};
    arena_init(&q->arena);
    int rc = sqlite_reader_open(&c->house->dir, &q->sqlite, &e);
    if (rc == TM_OK) {
        sqlite_reader_port(q->sqlite, &q->reader);
        rc = find_out(q, &e);
        sqlite_reader_close(q->sqlite);
    }
    if (rc != TM_OK)
        control_warn(c,
                     "it cannot be checked whether people who are promised a "
                     "call may be called: %s\n",
                     e.text);
    arena_fini(&q->arena);
    mem_free(q);
}
