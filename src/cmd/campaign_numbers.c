#include "cmd/campaign_numbers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "cmd/tenant.h"
#include "core/campaign/campaign.h"
#include "core/number/number.h"
#include "store/catalog.h"

enum { NAMED_MAX = 3, LINE_MAX_BYTES = 600, HOUR_S = 3600 };

struct asking {
    const struct plan *plan;
    struct err *e;
};

static bool answers(const struct plan_inbound *in, uint64_t e164)
{
    for (size_t i = 0; i < in->numbers; i++)
        if (in->number[i] == e164)
            return true;
    return false;
}

static int compare(const struct asking *q, const struct plan *other)
{
    const struct plan_inbound *in = &q->plan->inbound;
    char number[NUMBER_TEXT_LEN];
    for (size_t i = 0; i < in->numbers; i++) {
        if (!answers(&other->inbound, in->number[i]))
            continue;
        (void)number_format(in->number[i], number);
        return err_set(q->e, TM_EEXIST,
                       "campaign '%s' answers calls to %s already, and a call "
                       "goes to one campaign: take the number out of one of "
                       "the two files and load that first",
                       other->name, number);
    }
    return TM_OK;
}

static int one_campaign(void *arg, struct slice name, struct slice text)
{
    const struct asking *q = arg;
    const struct plan *other;
    struct arena a;
    int rc = TM_OK;
    if (str_eq(name, q->plan->name))
        return TM_OK;
    arena_init(&a);
    if (plan_parse(&a, "plan", text, &other, NULL) == TM_OK)
        rc = compare(q, other);
    arena_fini(&a);
    return rc;
}

int campaign_numbers_free(struct db *db, const struct plan *plan, struct err *e)
{
    struct asking q = {plan, e};
    if (plan->inbound.numbers == 0)
        return TM_OK;
    return catalog_campaign_plans(db, tenant_default(), one_campaign, &q, e);
}

struct searching {
    uint64_t e164;
    bool found;
};

static int look_into(void *arg, struct slice name, struct slice text)
{
    struct searching *q = arg;
    const struct plan *p;
    struct arena a;
    (void)name;
    arena_init(&a);
    if (plan_parse(&a, "plan", text, &p, NULL) == TM_OK)
        q->found = q->found || answers(&p->inbound, q->e164);
    arena_fini(&a);
    return TM_OK;
}

int campaign_numbers_answered(struct db *db, uint64_t e164, bool *out,
                              struct err *e)
{
    struct searching q = {.e164 = e164};
    int rc = catalog_campaign_plans(db, tenant_default(), look_into, &q, e);
    if (rc == TM_OK)
        *out = q.found;
    return rc;
}

void campaign_numbers_text(const struct plan_inbound *in, struct buf *out)
{
    char number[NUMBER_TEXT_LEN];
    size_t shown = in->numbers > NAMED_MAX + 1 ? NAMED_MAX : in->numbers;
    for (size_t i = 0; i < shown; i++) {
        (void)number_format(in->number[i], number);
        buf_addf(out, "%s%s", i == 0 ? "" : ", ", number);
    }
    if (shown < in->numbers)
        buf_addf(out, " and %zu more", in->numbers - shown);
}

/* --- telemark campaign status ----------------------------------------------*/

static bool is_open(enum campaign_state s)
{
    return s == CAMPAIGN_RUNNING || s == CAMPAIGN_PAUSED;
}

static void add_waiting(struct buf *b, const struct campaign_status *live,
                        int64_t now_us)
{
    if (live->refused_full + live->refused_closed > 0)
        buf_addf(b,
                 "; refused since the server was started: %" PRIu64
                 " busy, %" PRIu64 " not served",
                 live->refused_full, live->refused_closed);
    if (!is_open(live->state)) {
        buf_add_str(b, "; none is taken, as it does not run");
        return;
    }
    if (live->callers == 0)
        buf_add_str(b, "; nobody waits");
    else
        buf_addf(b, "; %u %s", live->callers,
                 live->callers == 1 ? "waits" : "wait");
    if (live->oldest_caller_us != 0)
        buf_addf(b, ", the first for %" PRId64 " s",
                 (now_us - live->oldest_caller_us) / CIVIL_SECOND_US);
    if (live->expected_per_s * HOUR_S >= 1)
        buf_addf(b, "; about %.0f an hour expected",
                 live->expected_per_s * HOUR_S);
}

/* A full trunk refuses before any campaign hears of it, and knows of no
 * numbers. */
void campaign_numbers_trunks(struct control *c,
                             const struct trunk_config *trunk, size_t n,
                             struct campaign_trunks *out)
{
    struct control_trunk *look = mem_alloc(sizeof(*look));
    struct err e;
    size_t used = 0;
    *out = (struct campaign_trunks){.shut = n > 0};
    for (size_t i = 0; i < n; i++) {
        out->shut = out->shut && trunk[i].no_incoming;
        if (c->server == NULL || trunk[i].no_incoming ||
            c->server->trunk(c->server->self, trunk[i].name, look, &e) !=
                TM_OK ||
            look->refused.full == 0 || used >= sizeof(out->busy) / 2)
            continue;
        used += (size_t)snprintf(out->busy + used, sizeof(out->busy) - used,
                                 "%s %" PRIu64 " on trunk '%.40s'",
                                 used == 0 ? "" : ",", look->refused.full,
                                 trunk[i].name);
    }
    mem_free(look);
}

void campaign_numbers_print(struct control *c, struct slice plan_text,
                            const struct campaign_status *live,
                            const struct campaign_trunks *trunks)
{
    const struct plan *plan;
    struct arena a;
    struct buf b;
    arena_init(&a);
    buf_init(&b, LINE_MAX_BYTES);
    if (plan_parse(&a, "plan", plan_text, &plan, NULL) == TM_OK &&
        plan->inbound.numbers > 0) {
        buf_add_str(&b, "  calls to us at ");
        campaign_numbers_text(&plan->inbound, &b);
        if (live != NULL)
            add_waiting(&b, live, control_now_us(c));
        if (trunks->shut)
            buf_add_str(&b, "; no trunk takes calls (incoming = no)");
        buf_add_char(&b, '\n');
        if (trunks->busy[0] != '\0')
            buf_addf(&b,
                     "  callers who found all lines taken, at whichever "
                     "number:%s (telemark trunk list)\n",
                     trunks->busy);
        c->io.out(c->io.self, buf_slice(&b));
    }
    buf_fini(&b);
    arena_fini(&a);
}

static void put_live(struct json_out *j, const struct campaign_status *live)
{
    char at[CIVIL_INSTANT_LEN];
    json_out_kv_int(j, "callers", live->callers);
    json_out_kv_int(j, "refused_busy", (int64_t)live->refused_full);
    json_out_kv_int(j, "refused_closed", (int64_t)live->refused_closed);
    json_out_kv_decimal(j, "expected_per_hour", live->expected_per_s * HOUR_S,
                        1);
    json_out_key(j, "oldest_caller");
    if (live->oldest_caller_us == 0) {
        json_out_null(j);
        return;
    }
    civil_format_instant(live->oldest_caller_us, at);
    json_out_text(j, at);
}

void campaign_numbers_json(struct json_out *j, struct slice plan_text,
                           const struct campaign_status *live)
{
    const struct plan *plan;
    struct arena a;
    char number[NUMBER_TEXT_LEN];
    arena_init(&a);
    bool good = plan_parse(&a, "plan", plan_text, &plan, NULL) == TM_OK;
    json_out_key(j, "inbound_numbers");
    json_out_array(j);
    for (size_t i = 0; good && i < plan->inbound.numbers; i++) {
        (void)number_format(plan->inbound.number[i], number);
        json_out_text(j, number);
    }
    json_out_end_array(j);
    if (live != NULL)
        put_live(j, live);
    arena_fini(&a);
}
