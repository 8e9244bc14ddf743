#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/lead/lead.h"
#include "fixture_scene.h"

#define SECOND INT64_C(1000000)

int64_t scene_instant(const char *text)
{
    int64_t us = 0;
    if (!civil_parse_instant(str_of(text), &us))
        fail_msg("no instant: %s", text);
    return us;
}

/* --- files ------------------------------------------------------------------
 */

static char *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("cannot read %s", path);
    char *p = calloc(1, 1 << 20);
    *n = fread(p, 1, (1 << 20) - 1, f);
    assert_true(*n < (1 << 20) - 1);
    (void)fclose(f);
    return p;
}

void scene_packs_read(struct scene_packs *p)
{
    memset(p, 0, sizeof *p);
    glob_t g;
    assert_int_equal(glob(SOURCE_DIR "/rules/*.rules", 0, NULL, &g), 0);
    assert_true(g.gl_pathc <= SCENE_PACKS_MAX);
    for (size_t i = 0; i < g.gl_pathc; i++) {
        size_t n = 0;
        const char *base = strrchr(g.gl_pathv[i], '/');
        (void)snprintf(p->file[i], sizeof p->file[i], "%s", base + 1);
        p->text[i] = read_file(g.gl_pathv[i], &n);
        p->pack[i] =
            (struct rule_pack_text){p->file[i], str_range(p->text[i], n)};
        p->n++;
    }
    globfree(&g);
}

void scene_packs_free(struct scene_packs *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->text[i]);
}

/* --- the case as the program would build it
 * ----------------------------------- */

struct asked {
    struct rule_case k;
    struct case_place place[3];
    struct case_consent consent[3];
    struct case_revocation revocation;
    struct case_internal internal;
    struct case_registry registry;
    struct case_bucket bucket[2];
    struct case_attempt attempt[SCENE_CALLS_MAX];
};

static void fill_person(struct asked *a, const struct scene *s)
{
    struct rule_case *k = &a->k;
    const struct check_lead *l = &s->lead;
    for (size_t i = 0; i < s->phone.zones; i++)
        a->place[i] = (struct case_place){.basis = BASIS_AREA_CODE,
                                          .region = l->region,
                                          .zone = s->phone.zone[i]};
    k->location.place = a->place;
    k->location.places = s->phone.zones;
    k->callee.party = l->party;
    for (size_t i = 0; i < l->consents; i++) {
        const struct check_consent *c = &l->consent[i];
        uint32_t covers = c->channels == 0 ? VOCAB_VOICE : c->channels;
        if (c->agreed_time)
            covers |= UINT32_C(1) << COVERS_CALLBACK_AT_TIME;
        a->consent[i] = (struct case_consent){.type = c->type,
                                              .seller = c->seller,
                                              .e164 = c->e164,
                                              .covers = covers,
                                              .not_condition = c->not_condition,
                                              .given = c->given,
                                              .from_us = c->from_us,
                                              .to_us = c->to_us,
                                              .revoked_us = c->revoked_us};
    }
    k->consent = a->consent;
    k->consents = l->consents;
    k->relationship =
        (struct case_relationship){.last_transaction = l->last_transaction,
                                   .last_inquiry = l->last_inquiry,
                                   .last_gift = l->last_gift,
                                   .member = l->member,
                                   .terminated_us = l->terminated_us};
}

static void fill_lists(struct asked *a, const struct scene *s)
{
    struct case_suppression *p = &a->k.suppression;
    p->internal_known = true;
    a->internal = (struct case_internal){.seller = s->campaign.seller};
    p->internal = &a->internal;
    p->internals = s->phone.opted_out ? 1 : 0;
    a->revocation = (struct case_revocation){.seller = s->campaign.seller,
                                             .at_us = s->lead.revoked_us};
    p->revocation = &a->revocation;
    p->revocations = s->lead.revoked_us != 0 ? 1 : 0;
    a->registry = (struct case_registry){.registry = REGISTRY_US_NATIONAL,
                                         .on_list = s->phone.national,
                                         .obtained = s->campaign.scrubbed};
    p->registry = &a->registry;
    p->registries = 1;
}

static void fill_campaign(struct asked *a, const struct scene *s)
{
    struct rule_case *k = &a->k;
    const struct check_campaign *c = &s->campaign;
    k->contact.channel = c->channel;
    k->contact.dial_mode = c->dial_mode;
    k->caller = (struct case_caller){.kind = c->caller,
                                     .seller = c->seller,
                                     .seller_type = c->seller_type,
                                     .ftc_jurisdiction = c->ftc,
                                     .hipaa = c->hipaa};
    k->purpose = (struct case_purpose){.kind = c->purpose,
                                       .goods = c->goods,
                                       .leads_to_sale = c->leads_to_sale,
                                       .emergency = c->emergency};
    k->presentation = (struct case_presentation){
        .caller_id = c->caller_id == TRI_YES ? 12125550199 : 0,
        .caller_id_present = c->caller_id,
        .name_present = c->caller_id,
        .authority = c->caller_id,
        .interactive_opt_out = c->opt_out_key,
        .abandon_message = c->abandon_message,
        .ring_us = c->ring_us};
    k->pacing.known = true;
    k->pacing.first_call_us = c->first_call_us;
    for (size_t i = 0; i < c->counteds; i++)
        a->bucket[i] = (struct case_bucket){
            .start_us = c->counted[i].start_us,
            .placed = 2 * c->counted[i].live,
            .answered = c->counted[i].live,
            .live = c->counted[i].live,
            .connected = c->counted[i].live - c->counted[i].abandoned,
            .abandoned = c->counted[i].abandoned};
    k->pacing.bucket = a->bucket;
    k->pacing.buckets = c->counteds;
    k->policy.window = c->window;
    k->policy.windows = c->windows;
    k->policy.cap = c->cap;
    k->policy.caps = c->caps;
}

static void fill_phone(struct asked *a, const struct scene *s)
{
    const struct check_phone *p = &s->phone;
    struct case_contact *c = &a->k.contact;
    c->line = p->line;
    c->e164 = p->e164;
    c->known_wireless = p->known_wireless;
    c->ported = p->ported;
    c->reassigned = p->reassigned;
    c->reassigned_date = p->asked_for;
    assert_true(vocab_place_parse(str_of("US"), &c->country));
}

static void add_attempt(struct asked *a, const struct scene *s, int64_t at_us,
                        enum contact_channel channel, uint64_t e164)
{
    assert_true(a->k.attempts.n < SCENE_CALLS_MAX);
    a->attempt[a->k.attempts.n++] =
        (struct case_attempt){.at_us = at_us,
                              .answer = ANSWER_NONE,
                              .channel = channel,
                              .seller = s->campaign.seller,
                              .e164 = e164};
}

static void fill(struct asked *a, const struct scene *s)
{
    memset(a, 0, sizeof *a);
    fill_person(a, s);
    fill_lists(a, s);
    fill_campaign(a, s);
    fill_phone(a, s);
    a->k.attempts.known = true;
    a->k.attempts.attempt = a->attempt;
    for (size_t i = 0; i < s->lead.earliers; i++) {
        const struct check_earlier *e = &s->lead.earlier[i];
        add_attempt(a, s, e->at_us,
                    e->automated ? CHANNEL_VOICE_PRERECORDED
                                 : CHANNEL_VOICE_LIVE,
                    e->e164);
    }
}

/* --- a campaign of one person
 * ----------------------------------------------------- */

struct stage {
    const struct scene *s;
    struct check_rules *c;
    struct asked asked;
    struct buf rules;
};

static struct record record_of(const struct stage *t, enum record_kind k,
                               int64_t at_us)
{
    struct record r = {.kind = k, .at_us = at_us};
    r.tenant.v = 1;
    r.seller = t->s->campaign.seller;
    r.campaign = t->s->campaign.id;
    r.lead = t->s->lead.id;
    r.e164 = t->s->phone.e164;
    return r;
}

static void tell_lead(struct stage *t, int64_t at_us, int64_t due_us)
{
    struct record r = record_of(t, RECORD_LEAD, at_us);
    r.state = LEAD_WAITING;
    r.due_us = due_us;
    check_rules_record(t->c, &r);
}

/* The INVITE leaves as late as the permit allows; nobody answers. */
static void call(struct stage *t, const struct permit *p, int64_t now_us)
{
    struct record r = record_of(t, RECORD_ATTEMPT, now_us);
    r.attempt = p->attempt;
    r.due_us = p->expires_us;
    r.rules = buf_slice(&t->rules);
    check_rules_record(t->c, &r);
    int64_t at = p->expires_us - 1;
    r = record_of(t, RECORD_PLACED, at);
    r.attempt = p->attempt;
    check_rules_record(t->c, &r);
    r = record_of(t, RECORD_ENDED, at + 20 * SECOND);
    r.attempt = p->attempt;
    r.state = OUTCOME_NO_ANSWER;
    r.ring_ms = 20000;
    check_rules_record(t->c, &r);
    tell_lead(t, at + 20 * SECOND, 0);
    add_attempt(&t->asked, t->s, now_us, t->s->campaign.channel,
                t->s->phone.e164);
}

/* Returns the instant to ask again, 0: none. */
static int64_t ask(struct stage *t, const struct rule_book *book,
                   int64_t now_us, int64_t *next_attempt)
{
    struct verdict v;
    struct permit p;
    struct attempt_id id = {++*next_attempt};
    t->asked.k.when.now_us = now_us;
    t->asked.k.when.tzdata = "test";
    assert_int_equal(rules_check(book, &t->asked.k, id, &v, &p), 0);
    buf_clear(&t->rules);
    verdict_rules_text(&v, &t->rules);
    if (v.kind == VERDICT_ALLOW) {
        call(t, &p, now_us);
        return 0;
    }
    struct record r = record_of(t, RECORD_VERDICT, now_us);
    r.state = (int)v.kind;
    r.due_us = v.kind == VERDICT_NOT_BEFORE ? v.not_before_us : 0;
    r.rules = buf_slice(&t->rules);
    check_rules_record(t->c, &r);
    tell_lead(t, now_us, r.due_us);
    return r.due_us;
}

void scene_run(const struct scene *s, const struct rule_book *book,
               const struct rule_policy *policy, int64_t *next_attempt,
               struct check_rules *c)
{
    static struct stage t;
    t.s = s;
    t.c = c;
    fill(&t.asked, s);
    if (policy != NULL)
        t.asked.k.policy = *policy;
    buf_init(&t.rules, 65536);
    struct record r = record_of(&t, RECORD_RESTART, s->ask[0]);
    check_rules_record(c, &r);
    int64_t busy_us = 0;
    for (size_t i = 0; i < s->asks; i++) {
        int64_t now = s->ask[i];
        if (now <= busy_us)
            continue;
        int64_t again = ask(&t, book, now, next_attempt);
        busy_us = now + 90 * SECOND;
        bool before_next =
            i + 1 == s->asks || again + 90 * SECOND < s->ask[i + 1];
        if (again > now && before_next) {
            (void)ask(&t, book, again, next_attempt);
            busy_us = again + 90 * SECOND;
        }
    }
    buf_fini(&t.rules);
}

/* --- zones
 * ------------------------------------------------------------------------------
 */

static const struct tz *zone(struct arena *a, const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    size_t n = 0;
    char *bytes = read_file(path, &n);
    const struct tz *z = NULL;
    struct err e;
    if (tz_parse(a, name, bytes, n, &z, &e) != 0)
        fail_msg("zone %s is unreadable", name);
    free(bytes);
    return z;
}

struct scenes *scenes_new(void)
{
    struct scenes *s = calloc(1, sizeof *s);
    arena_init(&s->arena);
    s->new_york = zone(&s->arena, "America/New_York");
    s->chicago = zone(&s->arena, "America/Chicago");
    s->denver = zone(&s->arena, "America/Denver");
    scene_list(s);
    for (size_t i = 0; i < s->n; i++) {
        struct scene *k = &s->scene[i];
        k->campaign.id.v = (int64_t)i + 1;
        k->lead.id.v = (int64_t)i + 1;
        k->phone.e164 = 12125550000 + i;
        k->phone.zone = k->zone;
        for (size_t j = 0; j < k->lead.earliers; j++)
            k->earlier[j].e164 =
                k->earlier[j].e164 == 0 ? k->phone.e164 : k->earlier[j].e164;
        k->lead.phone = &k->phone;
        k->lead.phones = 1;
        k->lead.consent = k->consent;
        k->lead.earlier = k->earlier;
        k->campaign.window = k->window;
        k->campaign.cap = k->cap;
        k->campaign.counted = k->counted;
        s->campaign[i] = k->campaign;
        s->lead[i] = k->lead;
    }
    s->world = (struct check_world){.campaign = s->campaign,
                                    .campaigns = s->n,
                                    .lead = s->lead,
                                    .leads = s->n,
                                    .clock_starts_over = true};
    return s;
}

void scenes_free(struct scenes *s)
{
    arena_fini(&s->arena);
    free(s);
}
