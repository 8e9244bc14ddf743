#include "report/why_text.h"

#include <string.h>

#include "core/campaign/campaign.h"
#include "core/number/number.h"
#include "report/words.h"

enum { WIDTH = 80, EFFECT_MAX = 16384 };

struct page {
    struct buf *b;
    struct arena *a;
    const struct tz_set *zones;
    bool all;
};

static void paragraph(const struct page *p, const char *text, size_t indent)
{
    words_paragraph(p->b, str_of(text), indent, WIDTH);
}

static const char *number_text(uint64_t e164, char out[NUMBER_TEXT_LEN])
{
    (void)number_format(e164, out);
    return out;
}

/* Rules that made the decision, and not only were looked at. */
static bool decided(const char *effect)
{
    return strcmp(effect, "denied") == 0 || strcmp(effect, "unknown") == 0 ||
           strcmp(effect, "not_before") == 0;
}

static void rule_line(const struct page *p, const struct why_rule *r)
{
    buf_add_str(p->b, "      ");
    words_plain(p->b, str_of(r->id));
    buf_add_str(p->b, " ");
    words_plain(p->b, str_of(r->effect));
    if (r->rule == NULL) {
        buf_add_str(p->b, "  (not in the rule packs of this program)\n");
        return;
    }
    buf_addf(p->b, "  %s\n", r->citation);
    paragraph(p, r->rule->text, 8);
}

static void rules_of_refusal(const struct page *p, const struct why_rules *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (p->all || decided(r->rule[i].effect))
            rule_line(p, &r->rule[i]);
}

/* "  passed: ID (citation), ID (citation)" for one effect. */
static void effect_line(const struct page *p, const struct why_rules *r,
                        const char *effect, const char *title)
{
    struct buf b;
    bool any = false;
    buf_init(&b, EFFECT_MAX);
    for (size_t i = 0; i < r->n; i++) {
        const struct why_rule *w = &r->rule[i];
        if (strcmp(w->effect, effect) != 0)
            continue;
        buf_addf(&b, "%s%s", any ? ", " : title, w->id);
        if (w->rule != NULL)
            buf_addf(&b, " (%s)", w->citation);
        any = true;
    }
    if (any)
        paragraph(p, b.p, 6);
    buf_fini(&b);
}

/* For a call that was made: the rules that let it pass. */
static void rules_of_permit(const struct page *p, const struct why_rules *r)
{
    for (size_t i = 0; p->all && i < r->n; i++)
        rule_line(p, &r->rule[i]);
    if (p->all)
        return;
    effect_line(p, r, "passed", "fulfilled: ");
    effect_line(p, r, "exempts", "exemptions that hold: ");
    effect_line(p, r, "lifted", "lifted by them: ");
}

static void ended(const struct page *p, const struct reader_attempt *a)
{
    char ring[WORDS_MAX], talk[WORDS_MAX];
    if (a->ended_us == 0) {
        buf_add_str(p->b, "not over yet\n");
        return;
    }
    buf_addf(p->b, "%s", outcome_text(a->outcome));
    if (a->cause.n > 0) {
        buf_add_str(p->b, " (");
        words_plain(p->b, a->cause);
        if (a->code != 0)
            buf_addf(p->b, ", SIP %d", a->code);
        buf_add_char(p->b, ')');
    }
    buf_addf(p->b, ", rang %s", words_mean_ms(a->ring_ms, 1, ring));
    if (a->answered_us != 0)
        buf_addf(p->b, ", talked %s", words_mean_ms(a->talk_ms, 1, talk));
    buf_add_char(p->b, '\n');
    if (a->agent_name.n == 0)
        return;
    buf_add_str(p->b, "    talked with agent ");
    words_plain(p->b, a->agent_name);
    buf_addf(p->b, " after a wait of %s", words_mean_ms(a->wait_ms, 1, ring));
    if (a->disposition.n > 0) {
        buf_add_str(p->b, ", who says: ");
        words_plain(p->b, a->disposition);
    } else {
        buf_add_str(p->b, ", no disposition");
    }
    buf_add_char(p->b, '\n');
}

static void attempt(const struct page *p, const struct why_attempt *w)
{
    const struct reader_attempt *a = &w->a;
    char at[WORDS_MAX], to[NUMBER_TEXT_LEN];
    const char *local =
        why_local_time_of(p->a, p->zones, w->lead, a->e164, a->recorded_us);
    buf_addf(p->b, "  Called %s%s%s%s,\n    %s, attempt %lld\n    ",
             words_instant(a->recorded_us, at), local[0] ? " (" : "", local,
             local[0] ? ")" : "", number_text(a->e164, to), (long long)a->id.v);
    ended(p, a);
    buf_add_str(p->b, "    allowed by the rules\n");
    rules_of_permit(p, &w->rules);
    if (p->all && a->versions.n > 0) {
        buf_add_str(p->b, "    decided by\n");
        paragraph(p, arena_strdup(p->a, a->versions), 6);
    }
}

static void help(const struct page *p, const struct why_remedies *r)
{
    struct buf b;
    if (r->n > 0)
        buf_add_str(p->b, "    What would help:\n");
    buf_init(&b, EFFECT_MAX);
    for (size_t i = 0; i < r->n; i++) {
        buf_clear(&b);
        buf_addf(&b, "%s: %s", r->item[i].by, r->item[i].text);
        paragraph(p, b.p, 6);
    }
    buf_fini(&b);
}

static void phones(const struct page *p, const struct why_campaign *c)
{
    char n[NUMBER_TEXT_LEN];
    for (size_t i = 0; i < c->phones; i++) {
        const struct why_phone *f = &c->phone[i];
        if (f->bad)
            buf_addf(p->b, "  %s is not %s\n", number_text(f->e164, n),
                     f->wrong ? "the person's, says an agent"
                              : "in service, says the network");
        if (f->asked == NULL)
            continue;
        buf_addf(p->b, "  The law now, %s:\n", number_text(f->e164, n));
        paragraph(p, f->asked, 4);
        help(p, &f->help);
    }
}

static void campaign(const struct page *p, const struct why_campaign *c)
{
    char at[WORDS_MAX];
    buf_add_str(p->b, "\nCampaign ");
    words_plain(p->b, c->m.campaign_name);
    buf_add_str(p->b, " for ");
    words_plain(p->b, str_of(c->seller));
    buf_addf(p->b, " (%s)\n",
             campaign_state_text((enum campaign_state)c->m.campaign_state));
    paragraph(p, c->headline, 2);
    phones(p, c);
    if (c->m.verdict >= 0) {
        buf_addf(p->b, "  Last refused %s, by\n",
                 words_instant(c->m.verdict_us, at));
        rules_of_refusal(p, &c->rules);
    }
    for (size_t i = 0; i < c->attempts; i++)
        attempt(p, &c->attempt[i]);
    if (c->attempts == 0)
        buf_add_str(p->b, "  Never called.\n");
}

static void consents(const struct page *p, const struct lead *l)
{
    char given[11], at[WORDS_MAX];
    for (size_t i = 0; i < l->consents; i++) {
        const struct lead_consent *c = &l->consent[i];
        buf_addf(p->b, "  consent %s", vocab_consent_text(c->type));
        if (c->given.year != 0) {
            civil_format_date(c->given, given);
            buf_addf(p->b, " of %s", given);
        }
        if (c->revoked_us != 0)
            buf_addf(p->b, ", ended %s", words_instant(c->revoked_us, at));
        buf_add_char(p->b, '\n');
    }
    if (l->consents == 0)
        buf_add_str(p->b, "  no consent on file\n");
}

static const char *not_called(const struct lead_phone *f)
{
    return f->wrong ? ", not the person's" : f->bad ? ", not in service" : "";
}

static void lead(const struct page *p, const struct why_lead *l)
{
    char n[NUMBER_TEXT_LEN], at[WORDS_MAX];
    buf_addf(p->b, "\nLead %lld of list ", (long long)l->lead.id.v);
    words_plain(p->b, str_of(l->list));
    buf_addf(p->b, ", imported %s\n", words_instant(l->imported_us, at));
    for (size_t i = 0; i < l->lead.phones; i++)
        buf_addf(p->b, "  %s, %s%s\n", number_text(l->lead.phone[i].e164, n),
                 number_type_key(l->lead.phone[i].type),
                 not_called(&l->lead.phone[i]));
    consents(p, &l->lead);
    if (l->campaigns == 0)
        buf_add_str(p->b, "  No campaign calls its list.\n");
    for (size_t i = 0; i < l->campaigns; i++)
        campaign(p, &l->campaign[i]);
}

static void opt_outs(const struct page *p, const struct why *w)
{
    char n[NUMBER_TEXT_LEN], at[WORDS_MAX];
    for (size_t i = 0; i < w->opt_outs; i++) {
        const struct reader_opt_out *o = &w->opt_out[i];
        buf_addf(p->b, "%s asked ", number_text(o->e164, n));
        if (o->seller.v != 0)
            words_plain(p->b, o->seller_name);
        else
            buf_add_str(p->b, "every seller");
        buf_addf(p->b, "\n  to be left alone on %s (",
                 words_instant(o->at_us, at));
        words_plain(p->b, o->source);
        if (o->attempt.v != 0)
            buf_addf(p->b, ", attempt %lld", (long long)o->attempt.v);
        buf_add_str(p->b, ")\n");
    }
}

/* "called us on ... at +1...: talked with bob, sale (call 7)" */
static void callers(const struct page *p, const struct why *w)
{
    char n[2][NUMBER_TEXT_LEN], at[WORDS_MAX];
    for (size_t i = 0; i < w->callers; i++) {
        const struct reader_caller *c = &w->caller[i];
        buf_addf(p->b, "%s called us on %s at %s:\n  %s",
                 number_text(c->e164, n[0]), words_instant(c->recorded_us, at),
                 number_text(c->called, n[1]),
                 c->ended_us != 0 ? outcome_text(c->outcome) : "not over");
        if (c->agent_name.n > 0) {
            buf_add_str(p->b, ", agent ");
            words_plain(p->b, c->agent_name);
        }
        if (c->disposition.n > 0) {
            buf_add_str(p->b, ", ");
            words_plain(p->b, c->disposition);
        }
        buf_addf(p->b, " (call %lld)\n", (long long)c->id.v);
    }
}

/* One that says where its number is, by a confirmed address; or NULL. */
static const struct lead *placed_lead(const struct why *w)
{
    for (size_t i = 0; i < w->leads; i++)
        if (w->lead[i].lead.region_confirmed)
            return &w->lead[i].lead;
    return NULL;
}

void why_text(const struct why *w, struct arena *a, const struct tz_set *zones,
              bool all, struct buf *out)
{
    struct page p = {out, a, zones, all};
    char n[NUMBER_TEXT_LEN], at[WORDS_MAX];
    const char *local =
        why_local_time_of(a, zones, placed_lead(w), w->e164, w->now_us);
    if (w->e164 != 0)
        buf_addf(out, "%s%s%s\n", number_text(w->e164, n),
                 local[0] ? ", there it is " : "", local);
    buf_addf(out, "Now is %s (%s)\n", words_instant(w->now_us, at),
             w->now_source);
    opt_outs(&p, w);
    callers(&p, w);
    if (w->leads == 0)
        buf_add_str(out, w->e164 != 0
                             ? "In no list: nobody calls this number.\n"
                             : "There is no such lead.\n");
    for (size_t i = 0; i < w->leads; i++)
        lead(&p, &w->lead[i]);
    if (w->others > 0)
        buf_add_str(out, "\nCalls for leads that are in no list any more\n");
    for (size_t i = 0; i < w->others; i++)
        attempt(&p, &w->other[i]);
    if (!all && w->leads > 0)
        buf_add_str(out, "\n--all shows every rule that was looked at.\n");
}
