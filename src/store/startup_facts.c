#include "store/startup_facts.h"

#include "store/ledger_rows.h"

/* Lists that are filled side by side; each has room for all its entries. */
struct filling {
    struct arena *arena;
    int64_t at_us; /* INT64_MAX: the present */
    struct caller_facts facts;
    struct caller_number *number;
    struct caller_licence *licence;
    struct caller_exemption *exemption;
    struct case_emergency *emergency;
    struct civil_date *from, *to; /* of emergencies */
    struct case_holiday *holiday;
};

static struct slice keep(struct arena *a, struct slice s)
{
    return str_range(arena_strdup(a, s), s.n);
}

static void take_number(struct filling *f, const struct ledger_entry *x)
{
    struct caller_number n = {
        .seller = x->seller, .e164 = x->e164, .from = x->from, .to = x->to};
    if (!vocab_cli_series_parse(x->word, &n.series)) {
        n.series = CLI_SERIES_UNKNOWN;
    }
    if (!vocab_attest_parse(x->value, &n.attest)) {
        n.attest = ATTEST_UNKNOWN;
    }
    f->number[f->facts.numbers++] = n;
}

static void take_licence(struct filling *f, const struct ledger_entry *x)
{
    f->licence[f->facts.licences++] = (struct caller_licence){
        .seller = x->seller,
        .licence = {.area = x->area,
                    .kind = keep(f->arena, x->word),
                    .from = x->from,
                    .to = x->to},
    };
}

static void take_exemption(struct filling *f, const struct ledger_entry *x)
{
    static const struct {
        const char *word;
        enum caller_exemption_kind kind;
    } known[] = {
        {"registered_charity", CALLER_REGISTERED_CHARITY},
        {"nonprofit", CALLER_NONPROFIT},
        {"hipaa", CALLER_HIPAA},
        {"outside_ftc", CALLER_OUTSIDE_FTC},
    };
    _Static_assert(tm_array_len(known) == CALLER_EXEMPTION_COUNT,
                   "one word a kind");
    for (size_t i = 0; i < tm_array_len(known); i++) {
        if (str_eq(x->word, known[i].word)) {
            f->exemption[f->facts.exemptions++] = (struct caller_exemption){
                .seller = x->seller,
                .kind = known[i].kind,
                .area = x->area,
                .from = x->from,
                .to = x->to,
            };
        }
    }
}

/* "Kings; Queens": several counties of one declaration. */
static const struct slice *counties(struct arena *a, struct slice list,
                                    size_t *n)
{
    size_t max = 1;
    for (size_t i = 0; i < list.n; i++) {
        max += list.p[i] == ';' || list.p[i] == ',';
    }
    struct slice *out = arena_array(a, max, sizeof(*out));
    *n = 0;
    for (size_t i = 0, from = 0; i <= list.n; i++) {
        if (i < list.n && list.p[i] != ';' && list.p[i] != ',') {
            continue;
        }
        struct slice one = str_trim(str_range(list.p + from, i - from));
        from = i + 1;
        if (one.n > 0) {
            out[(*n)++] = keep(a, one);
        }
    }
    return out;
}

static void take_emergency(struct filling *f, const struct ledger_entry *x)
{
    size_t at = f->facts.emergencies++;
    bool none = str_eq(x->word, "none");
    struct case_emergency *to = &f->emergency[at];
    to->area = x->area;
    to->active = none ? TRI_NO : TRI_YES;
    /* "declared" does not say whether the commission was called in. */
    to->reporting = none                           ? TRI_NO
                    : str_eq(x->word, "reporting") ? TRI_YES
                                                   : TRI_UNKNOWN;
    to->county = counties(f->arena, x->value, &to->counties);
    f->from[at] = x->from;
    f->to[at] = x->to;
}

static void take(struct filling *f, const struct ledger_entry *x)
{
    switch (x->kind) {
    case LEDGER_CALLER_ID: take_number(f, x); break;
    case LEDGER_LICENCE: take_licence(f, x); break;
    case LEDGER_EXEMPTION: take_exemption(f, x); break;
    case LEDGER_EMERGENCY: take_emergency(f, x); break;
    case LEDGER_HOLIDAY:
        f->holiday[f->facts.holidays++] =
            (struct case_holiday){.area = x->area, .date = x->from};
        break;
    /* Of people: core/lead/lead_ledger.h. */
    case LEDGER_CONSENT:
    case LEDGER_REVOCATION:
    case LEDGER_RELATIONSHIP:
    case LEDGER_NUMBER:
    case LEDGER_KIND_COUNT: break;
    }
}

static int count(struct db *db, struct tenant_id t, enum ledger_kind k,
                 size_t *out, struct err *e)
{
    struct query q;
    int64_t n = 0;
    query_open(&q, db,
               "SELECT count(*) FROM ledger WHERE tenant = ? AND kind = ?");
    query_int(&q, t.v);
    query_text(&q, str_of(ledger_kind_text(k)));
    int rc = query_one(&q, &n, e);
    *out = (size_t)n;
    return rc;
}

/* By area, as the case wants emergencies. */
static int read_kind(struct db *db, struct tenant_id t, enum ledger_kind k,
                     struct filling *f, struct err *e)
{
    struct query q;
    struct ledger_entry x;
    query_open(&q, db,
               LEDGER_ROWS_SELECT "WHERE g.tenant = ? AND g.kind = ? "
                                  "ORDER BY g.area, g.id");
    query_int(&q, t.v);
    query_text(&q, str_of(ledger_kind_text(k)));
    int rc;
    while ((rc = query_step(&q, e)) == 1) {
        ledger_rows_read(&q, &x);
        bool known = x.recorded_us <= f->at_us;
        if (known && (x.ended_us == 0 || x.ended_us > f->at_us)) {
            take(f, &x);
        }
    }
    query_close(&q);
    return rc;
}

static int make_room(struct db *db, struct tenant_id t, struct filling *f,
                     struct err *e)
{
    size_t n[LEDGER_KIND_COUNT] = {0};
    for (int k = LEDGER_CALLER_ID; k < LEDGER_KIND_COUNT; k++) {
        int rc = count(db, t, (enum ledger_kind)k, &n[k], e);
        if (rc != TM_OK) {
            return rc;
        }
    }
    struct arena *a = f->arena;
    f->number = arena_array(a, n[LEDGER_CALLER_ID] + 1, sizeof(*f->number));
    f->licence = arena_array(a, n[LEDGER_LICENCE] + 1, sizeof(*f->licence));
    f->exemption =
        arena_array(a, n[LEDGER_EXEMPTION] + 1, sizeof(*f->exemption));
    f->emergency =
        arena_array(a, n[LEDGER_EMERGENCY] + 1, sizeof(*f->emergency));
    f->from = arena_array(a, n[LEDGER_EMERGENCY] + 1, sizeof(*f->from));
    f->to = arena_array(a, n[LEDGER_EMERGENCY] + 1, sizeof(*f->to));
    f->holiday = arena_array(a, n[LEDGER_HOLIDAY] + 1, sizeof(*f->holiday));
    return TM_OK;
}

int startup_facts_read(struct db *db, struct arena *a, struct tenant_id t,
                       const struct caller_facts **out, struct err *e)
{
    return startup_facts_at(db, a, t, INT64_MAX, out, e);
}

int startup_facts_at(struct db *db, struct arena *a, struct tenant_id t,
                     int64_t at_us, const struct caller_facts **out,
                     struct err *e)
{
    static const enum ledger_kind kinds[] = {LEDGER_CALLER_ID, LEDGER_LICENCE,
                                             LEDGER_EXEMPTION, LEDGER_EMERGENCY,
                                             LEDGER_HOLIDAY};
    struct filling f = {.arena = a, .at_us = at_us};
    int rc = make_room(db, t, &f, e);
    for (size_t i = 0; rc == TM_OK && i < tm_array_len(kinds); i++) {
        rc = read_kind(db, t, kinds[i], &f, e);
    }
    if (rc != TM_OK) {
        return rc;
    }
    struct caller_facts *facts = arena_alloc(a, sizeof(*facts));
    *facts = f.facts;
    facts->number = f.number;
    facts->licence = f.licence;
    facts->exemption = f.exemption;
    /* Whoever looks after an area says so by an entry, be it "none". */
    facts->feed_known = false;
    facts->emergency = f.emergency;
    facts->emergency_from = f.from;
    facts->emergency_to = f.to;
    facts->holiday = f.holiday;
    *out = facts;
    return TM_OK;
}
