/* The scenes: see fixture_scene.h. New York is five hours behind UTC. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fixture_scene.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define NOON   "2026-11-23T17:00Z" /* Monday, 12:00 in New York */

static const struct seller_id SELLER = {7};

/* A lawful call to sell something, live and by hand. */
static struct scene *scene(struct scenes *s, const char *name)
{
    assert_true(s->n < SCENES_MAX);
    struct scene *k = &s->scene[s->n++];
    (void)snprintf(k->name, sizeof k->name, "%s", name);
    k->campaign.seller = SELLER;
    k->campaign.channel = CHANNEL_VOICE_LIVE;
    k->campaign.dial_mode = DIAL_MANUAL;
    k->campaign.caller = CALLER_TELEMARKETER;
    k->campaign.seller_type = SELLER_TYPE_OTHER;
    k->campaign.ftc = TRI_YES;
    k->campaign.hipaa = TRI_NO;
    k->campaign.purpose = PURPOSE_SALE;
    k->campaign.goods = GOODS_OTHER;
    k->campaign.leads_to_sale = TRI_YES;
    k->campaign.emergency = TRI_NO;
    k->campaign.caller_id = TRI_YES;
    k->campaign.opt_out_key = TRI_YES;
    k->campaign.abandon_message = TRI_YES;
    k->campaign.ring_us = 20 * SECOND;
    k->campaign.scrubbed = (struct civil_date){2026, 11, 10};
    k->lead.party = PARTY_CONSUMER;
    k->lead.member = TRI_NO;
    k->phone.us = true;
    k->phone.line = LINE_RESIDENTIAL;
    k->phone.known_wireless = TRI_NO;
    k->phone.national = TRI_NO;
    k->zone[0] = s->new_york;
    k->phone.zones = 1;
    return k;
}

/* Only the FTC's rule binds: a paid fundraiser asks for gifts. */
static struct scene *fundraiser(struct scenes *s, const char *name)
{
    struct scene *k = scene(s, name);
    k->campaign.caller = CALLER_PAID_FUNDRAISER;
    k->campaign.purpose = PURPOSE_DONATION;
    k->campaign.leads_to_sale = TRI_NO;
    return k;
}

/* Only the FTC's lists bind: a consumer on a business line. */
static struct scene *office_phone(struct scenes *s, const char *name)
{
    struct scene *k = scene(s, name);
    k->phone.line = LINE_BUSINESS;
    return k;
}

/* Only the FCC's rule binds: a bank sells for itself. */
static struct scene *bank(struct scenes *s, const char *name)
{
    struct scene *k = scene(s, name);
    k->campaign.caller = CALLER_SELLER;
    k->campaign.seller_type = SELLER_TYPE_BANK;
    k->campaign.ftc = TRI_NO;
    return k;
}

/* Neither but for recorded calls: a survey. */
static struct scene *survey(struct scenes *s, const char *name)
{
    struct scene *k = scene(s, name);
    k->campaign.caller = CALLER_SURVEY;
    k->campaign.purpose = PURPOSE_SURVEY;
    k->campaign.leads_to_sale = TRI_NO;
    return k;
}

static void recorded(struct scene *k)
{
    k->campaign.channel = CHANNEL_VOICE_PRERECORDED;
    k->campaign.dial_mode = DIAL_AGENTLESS;
}

static void ask_at(struct scene *k, const char *text)
{
    assert_true(k->asks < SCENE_ASKS_MAX);
    k->ask[k->asks++] = scene_instant(text);
}

/* Half a minute before and after 08:00, 21:00 in New York. */
static void ask_borders(struct scene *k)
{
    ask_at(k, "2026-11-23T12:55:00Z");
    ask_at(k, "2026-11-23T12:59:30Z");
    ask_at(k, "2026-11-23T13:00:30Z");
    ask_at(k, "2026-11-23T17:00:00Z");
    ask_at(k, "2026-11-24T01:58:30Z");
    ask_at(k, "2026-11-24T01:59:10Z");
}

/* And again, for what the ask just before the border hid. */
static void ask_evening(struct scene *k)
{
    ask_at(k, "2026-11-24T01:59:30Z");
    ask_at(k, "2026-11-24T02:01:10Z");
    ask_at(k, "2026-11-24T05:00:00Z");
}

static void ask_late(struct scene *k)
{
    ask_at(k, "2026-11-24T02:00:30Z");
}

static struct check_consent *consent(struct scene *k, enum consent_type t)
{
    struct check_consent *c = &k->consent[k->lead.consents++];
    c->type = t;
    c->seller = SELLER;
    c->not_condition = TRI_YES;
    c->given = (struct civil_date){2025, 6, 1};
    return c;
}

/* --- hours
 * ---------------------------------------------------------------------- */

static void hours_of(struct scenes *s,
                     struct scene *(*base)(struct scenes *, const char *),
                     const char *who)
{
    char name[60];
    (void)snprintf(name, sizeof name, "hours, day, %s", who);
    ask_borders(base(s, name));
    (void)snprintf(name, sizeof name, "hours, last minute, %s", who);
    ask_evening(base(s, name));
    (void)snprintf(name, sizeof name, "hours, just over, %s", who);
    ask_late(base(s, name));
    (void)snprintf(name, sizeof name, "hours, two zones, %s", who);
    struct scene *k = base(s, name);
    k->zone[1] = s->chicago;
    k->phone.zones = 2;
    ask_at(k, "2026-11-23T13:30Z");
    ask_at(k, "2026-11-24T02:30Z");
    (void)snprintf(name, sizeof name, "hours, a zone unknown, %s", who);
    k = base(s, name);
    k->phone.zones = 2;
    ask_at(k, NOON);
    (void)snprintf(name, sizeof name, "hours, the clock changes, %s", who);
    k = base(s, name);
    k->campaign.scrubbed = (struct civil_date){2026, 10, 20};
    ask_at(k, "2026-11-01T12:30Z");
    (void)snprintf(name, sizeof name, "hours, time agreed, %s", who);
    k = base(s, name);
    struct check_consent *c = consent(k, CONSENT_EXPRESS);
    c->agreed_time = true;
    c->channels = VOCAB_BIT(CHANNEL_TEXT);
    c->from_us = scene_instant("2026-11-24T02:20Z");
    c->to_us = scene_instant("2026-11-24T02:40Z");
    ask_at(k, "2026-11-24T02:10Z");
    ask_at(k, "2026-11-24T02:30Z");
    ask_at(k, "2026-11-24T02:39:30Z");
    ask_at(k, "2026-11-24T02:45Z");
}

static void hours(struct scenes *s)
{
    hours_of(s, scene, "both");
    hours_of(s, fundraiser, "FTC");
    hours_of(s, bank, "FCC");
    struct scene *k = bank(s, "hours, invited");
    consent(k, CONSENT_EXPRESS_ORAL);
    ask_late(k);
    k = survey(s, "hours, a survey at night");
    ask_late(k);
    k = survey(s, "own hours, day");
    k->window[0] =
        (struct policy_window){1U << CIVIL_MONDAY, 9 * 3600, 20 * 3600 + 1800};
    k->campaign.windows = 1;
    ask_at(k, "2026-11-23T13:55:00Z");
    ask_at(k, "2026-11-23T13:59:30Z");
    ask_at(k, "2026-11-23T14:00:30Z");
    ask_at(k, "2026-11-24T01:29:30Z");
    ask_at(k, "2026-11-24T17:00Z");
    k = survey(s, "own hours, just over");
    k->window[0] =
        (struct policy_window){1U << CIVIL_MONDAY, 9 * 3600, 20 * 3600 + 1800};
    k->campaign.windows = 1;
    ask_at(k, "2026-11-24T01:30:30Z");
}

/* --- lists and relationships
 * ------------------------------------------------------ */

static void lists_of(struct scenes *s,
                     struct scene *(*base)(struct scenes *, const char *),
                     const char *who)
{
    char name[60];
    (void)snprintf(name, sizeof name, "registered, %s", who);
    struct scene *k = base(s, name);
    k->phone.national = TRI_YES;
    ask_at(k, NOON);
    (void)snprintf(name, sizeof name, "registry not asked, %s", who);
    k = base(s, name);
    k->phone.national = TRI_UNKNOWN;
    ask_at(k, NOON);
    (void)snprintf(name, sizeof name, "list of 31 and 32 days, %s", who);
    k = base(s, name);
    k->campaign.scrubbed = (struct civil_date){2026, 10, 23};
    ask_at(k, "2026-11-23T17:00Z");
    ask_at(k, "2026-11-24T01:59:30Z");
    ask_at(k, "2026-11-24T17:00Z");
    (void)snprintf(name, sizeof name, "registered, signed, %s", who);
    k = base(s, name);
    k->phone.national = TRI_YES;
    k->campaign.scrubbed.year = 0;
    consent(k, CONSENT_EXPRESS_WRITTEN);
    ask_at(k, NOON);
    (void)snprintf(name, sizeof name, "signed for another seller, %s", who);
    k = base(s, name);
    k->phone.national = TRI_YES;
    consent(k, CONSENT_EXPRESS_WRITTEN)->seller.v = 8;
    ask_at(k, NOON);
    (void)snprintf(name, sizeof name, "said it, not signed, %s", who);
    k = base(s, name);
    k->phone.national = TRI_YES;
    consent(k, CONSENT_EXPRESS);
    ask_at(k, NOON);
    (void)snprintf(name, sizeof name, "asked to be left alone, %s", who);
    k = base(s, name);
    k->phone.opted_out = true;
    ask_at(k, NOON);
}

static void relationships_of(struct scenes *s,
                             struct scene *(*base)(struct scenes *,
                                                   const char *),
                             const char *who)
{
    char name[60];
    (void)snprintf(name, sizeof name, "bought 18 months ago, %s", who);
    struct scene *k = base(s, name);
    k->phone.national = TRI_YES;
    k->lead.last_transaction = (struct civil_date){2025, 5, 23};
    ask_at(k, "2026-11-23T17:00Z");
    ask_at(k, "2026-11-24T01:59:30Z");
    ask_at(k, "2026-11-24T17:00Z");
    (void)snprintf(name, sizeof name, "asked 3 months ago, %s", who);
    k = base(s, name);
    k->phone.national = TRI_YES;
    k->lead.last_inquiry = (struct civil_date){2026, 8, 23};
    ask_at(k, "2026-11-23T17:00Z");
    ask_at(k, "2026-11-24T17:00Z");
    (void)snprintf(name, sizeof name, "bought, then ended it, %s", who);
    k = base(s, name);
    k->phone.national = TRI_YES;
    k->lead.last_transaction = (struct civil_date){2026, 5, 23};
    k->lead.terminated_us = scene_instant("2026-04-01T12:00Z");
    ask_at(k, NOON);
}

static void lists(struct scenes *s)
{
    lists_of(s, scene, "both");
    lists_of(s, office_phone, "FTC");
    lists_of(s, bank, "FCC");
    relationships_of(s, scene, "both");
    relationships_of(s, office_phone, "FTC");
    relationships_of(s, bank, "FCC");
    struct scene *k = bank(s, "a customer in the evening");
    k->lead.last_transaction = (struct civil_date){2026, 5, 23};
    ask_late(k);
    k = survey(s, "a survey, asked to be left alone");
    k->phone.opted_out = true;
    ask_at(k, NOON);
    k = survey(s, "a survey, registered");
    k->phone.national = TRI_YES;
    ask_at(k, NOON);
    k = fundraiser(s, "gifts, registered");
    k->phone.national = TRI_YES;
    ask_at(k, NOON);
    k = office_phone(s, "a bank, registered on the office line");
    k->campaign.caller = CALLER_SELLER;
    k->campaign.seller_type = SELLER_TYPE_BANK;
    k->campaign.ftc = TRI_NO;
    k->phone.national = TRI_YES;
    ask_at(k, NOON);
    k = bank(s, "charity sells for itself, registered, at night");
    k->campaign.caller = CALLER_CHARITY_INHOUSE;
    k->campaign.seller_type = SELLER_TYPE_NONPROFIT;
    k->phone.national = TRI_YES;
    ask_late(k);
    k = office_phone(s, "office supplies to a business, registered");
    k->lead.party = PARTY_BUSINESS;
    k->campaign.goods = GOODS_OFFICE_SUPPLIES;
    k->phone.national = TRI_YES;
    ask_at(k, NOON);
    ask_late(k);
    k = office_phone(s, "services to a business at night");
    k->lead.party = PARTY_BUSINESS;
    ask_late(k);
}

/* --- recorded messages
 * -------------------------------------------------------------- */

static void recorded_ftc(struct scenes *s)
{
    struct scene *k = fundraiser(s, "recorded appeal, nothing signed");
    recorded(k);
    ask_at(k, NOON);
    k = fundraiser(s, "recorded appeal, a condition of purchase");
    recorded(k);
    consent(k, CONSENT_EXPRESS_WRITTEN)->not_condition = TRI_NO;
    ask_at(k, NOON);
    k = fundraiser(s, "recorded appeal, signed");
    recorded(k);
    consent(k, CONSENT_EXPRESS_WRITTEN);
    ask_at(k, NOON);
    k = fundraiser(s, "recorded appeal to a mobile, no opt-out key");
    recorded(k);
    k->phone.line = LINE_WIRELESS;
    k->campaign.opt_out_key = TRI_NO;
    consent(k, CONSENT_EXPRESS_WRITTEN);
    ask_at(k, NOON);
    k = fundraiser(s, "recorded appeal, gift 24 months ago");
    recorded(k);
    k->lead.last_gift = (struct civil_date){2024, 11, 23};
    ask_at(k, "2026-11-23T17:00Z");
    ask_at(k, "2026-11-24T17:00Z");
    k = fundraiser(s, "recorded appeal, a member");
    recorded(k);
    k->lead.member = TRI_YES;
    ask_at(k, NOON);
    k = office_phone(s, "health message that leads to a sale");
    recorded(k);
    k->campaign.purpose = PURPOSE_HEALTHCARE;
    k->campaign.hipaa = TRI_YES;
    ask_at(k, NOON);
    k = office_phone(s, "recorded offer, nothing signed, office line");
    recorded(k);
    consent(k, CONSENT_EXPRESS);
    ask_at(k, NOON);
    k = fundraiser(s, "recorded appeal, ring 15 s");
    recorded(k);
    consent(k, CONSENT_EXPRESS_WRITTEN);
    k->campaign.ring_us = 15 * SECOND;
    ask_at(k, NOON);
    k = fundraiser(s, "recorded appeal, ring 14 s");
    recorded(k);
    consent(k, CONSENT_EXPRESS_WRITTEN);
    k->campaign.ring_us = 14 * SECOND;
    ask_at(k, NOON);
}

static void recorded_fcc(struct scenes *s)
{
    static const enum line_type LINES[] = {LINE_WIRELESS,  LINE_TOLL_FREE,
                                           LINE_UNKNOWN,   LINE_HEALTHCARE_ROOM,
                                           LINE_EMERGENCY, LINE_BUSINESS};
    char name[60];
    for (size_t i = 0; i < tm_array_len(LINES); i++) {
        for (int mode = 0; mode < 3; mode++) {
            static const char *const MODE[] = {"no consent", "consent",
                                               "emergency"};
            (void)snprintf(name, sizeof name, "recorded, %s line, %s",
                           vocab_line_text(LINES[i]), MODE[mode]);
            struct scene *k = survey(s, name);
            recorded(k);
            k->phone.line = LINES[i];
            if (mode == 1)
                consent(k, CONSENT_EXPRESS_ORAL);
            if (mode == 2)
                k->campaign.emergency = TRI_YES;
            ask_at(k, NOON);
        }
    }
    struct scene *k = bank(s, "recorded offer, only spoken consent");
    recorded(k);
    consent(k, CONSENT_EXPRESS_ORAL);
    ask_at(k, NOON);
    k = bank(s, "recorded offer, signed");
    recorded(k);
    consent(k, CONSENT_EXPRESS_WRITTEN);
    ask_at(k, NOON);
    k = bank(s, "recorded offer, a condition of purchase");
    recorded(k);
    consent(k, CONSENT_EXPRESS_WRITTEN)->not_condition = TRI_UNKNOWN;
    ask_at(k, NOON);
    k = bank(s, "synthetic voice, signed");
    recorded(k);
    k->campaign.channel = CHANNEL_VOICE_AI;
    consent(k, CONSENT_EXPRESS_WRITTEN);
    ask_at(k, NOON);
    k = bank(s, "spoken consent in Texas");
    recorded(k);
    k->phone.line = LINE_WIRELESS;
    k->campaign.scrubbed = (struct civil_date){2026, 2, 20};
    assert_true(vocab_place_parse(str_of("US-TX"), &k->lead.region));
    consent(k, CONSENT_EXPRESS_ORAL);
    ask_at(k, "2026-02-23T17:00Z");
    ask_at(k, "2026-02-24T17:00Z");
    ask_at(k, "2026-02-25T17:00Z");
    ask_at(k, "2026-02-26T17:00Z");
    k = survey(s, "recorded survey, no opt-out key");
    recorded(k);
    k->campaign.opt_out_key = TRI_NO;
    ask_at(k, NOON);
}

static void withdrawn(struct scenes *s)
{
    struct scene *k = survey(s, "consent withdrawn");
    recorded(k);
    consent(k, CONSENT_EXPRESS)->revoked_us =
        scene_instant("2026-11-22T17:00Z");
    ask_at(k, NOON);
    k = survey(s, "consent withdrawn, given again the day after");
    recorded(k);
    consent(k, CONSENT_EXPRESS)->revoked_us =
        scene_instant("2026-11-10T17:00Z");
    consent(k, CONSENT_EXPRESS)->given = (struct civil_date){2026, 11, 11};
    ask_at(k, NOON);
    k = survey(s, "everything withdrawn");
    recorded(k);
    k->lead.revoked_us = scene_instant("2026-11-22T17:00Z");
    ask_at(k, NOON);
    k = survey(s, "number disconnected since the consent");
    recorded(k);
    k->phone.line = LINE_WIRELESS;
    consent(k, CONSENT_EXPRESS);
    k->phone.reassigned = REASSIGNED_YES;
    k->phone.asked_for = (struct civil_date){2025, 6, 1};
    ask_at(k, NOON);
    k = survey(s, "ported 15 and 16 days ago");
    recorded(k);
    k->phone.line = LINE_WIRELESS;
    k->phone.ported = (struct civil_date){2026, 11, 8};
    ask_at(k, "2026-11-23T17:00Z");
    ask_at(k, "2026-11-24T17:00Z");
    k = survey(s, "ported, and we know it");
    recorded(k);
    k->phone.line = LINE_WIRELESS;
    k->phone.ported = (struct civil_date){2026, 11, 8};
    k->phone.known_wireless = TRI_YES;
    ask_at(k, NOON);
}

/* A home line that became a mobile is one; who takes everything back is called
 * at no agreed time and without permission; machine voices are one kind. */
static void taken_back(struct scenes *s)
{
    struct scene *k = survey(s, "home line ported 15 and 16 days ago");
    recorded(k);
    k->phone.ported = (struct civil_date){2026, 11, 8};
    ask_at(k, "2026-11-23T17:00Z");
    ask_at(k, "2026-11-24T17:00Z");
    k = survey(s, "home line, told it is a mobile");
    recorded(k);
    k->phone.known_wireless = TRI_YES;
    ask_at(k, NOON);
    k = scene(s, "time agreed, everything withdrawn");
    consent(k, CONSENT_EXPRESS)->agreed_time = true;
    k->lead.revoked_us = scene_instant("2026-11-22T17:00Z");
    ask_at(k, "2026-11-24T02:30Z");
    k = scene(s, "signed, everything withdrawn");
    consent(k, CONSENT_EXPRESS_WRITTEN);
    k->phone.national = TRI_YES;
    k->lead.revoked_us = scene_instant("2026-11-22T17:00Z");
    ask_at(k, NOON);
    k = survey(s, "recorded calls withdrawn, another voice");
    recorded(k);
    k->campaign.channel = CHANNEL_VOICE_AI;
    consent(k, CONSENT_EXPRESS)->channels =
        VOCAB_BIT(CHANNEL_VOICE_PRERECORDED);
    k->consent[0].revoked_us = scene_instant("2026-11-22T17:00Z");
    ask_at(k, NOON);
}

static void earlier(struct scene *k, int64_t before_us)
{
    k->earlier[k->lead.earliers++] = (struct check_earlier){
        .at_us = scene_instant(NOON) - before_us, .automated = true};
}

static void three_in_thirty(struct scenes *s)
{
    struct scene *k = survey(s, "a fourth recorded call in 30 days");
    recorded(k);
    earlier(k, 30 * DAY - 30 * MINUTE);
    earlier(k, 10 * DAY);
    earlier(k, 5 * DAY);
    ask_at(k, NOON);
    k = survey(s, "a third recorded call in 30 days");
    recorded(k);
    earlier(k, 30 * DAY + 30 * MINUTE);
    earlier(k, 10 * DAY);
    earlier(k, 5 * DAY);
    ask_at(k, NOON);
    k = survey(s, "a fourth recorded call, agreed to");
    recorded(k);
    earlier(k, 20 * DAY);
    earlier(k, 10 * DAY);
    earlier(k, 5 * DAY);
    consent(k, CONSENT_EXPRESS_ORAL);
    ask_at(k, NOON);
    k = survey(s, "three live calls do not count");
    recorded(k);
    earlier(k, 20 * DAY);
    earlier(k, 10 * DAY);
    earlier(k, 5 * DAY);
    for (int i = 0; i < 3; i++)
        k->earlier[i].automated = false;
    ask_at(k, NOON);
    k = survey(s, "recorded calls, one a week");
    recorded(k);
    ask_at(k, "2026-10-01T17:00Z");
    ask_at(k, "2026-10-08T17:00Z");
    ask_at(k, "2026-10-15T17:00Z");
    ask_at(k, "2026-10-22T17:00Z");
    ask_at(k, "2026-10-31T17:00:30Z");
}

/* --- the conduct of the call
 * ------------------------------------------------------------ */

static void counted(struct scene *k, const char *first, uint64_t abandoned)
{
    k->campaign.channel = CHANNEL_VOICE_LIVE;
    k->campaign.dial_mode = DIAL_PREDICTIVE;
    k->campaign.first_call_us = scene_instant(first);
    k->counted[0] =
        (struct check_counted){k->campaign.first_call_us, 1000, abandoned};
    k->campaign.counteds = 1;
}

static void conduct_of(struct scenes *s,
                       struct scene *(*base)(struct scenes *, const char *),
                       const char *who)
{
    static const struct {
        const char *text, *first;
        uint64_t abandoned;
    } ABN[] = {{"3.0 % abandoned", "2026-11-20T17:00Z", 30},
               {"3.1 % abandoned", "2026-11-20T17:00Z", 31},
               {"3.1 % until 12 hours from now", "2026-10-25T05:00Z", 31},
               {"3.1 % until 12 hours ago", "2026-10-24T05:00Z", 31}};
    char name[60];
    for (size_t i = 0; i < tm_array_len(ABN); i++) {
        (void)snprintf(name, sizeof name, "%s, %s", ABN[i].text, who);
        struct scene *k = base(s, name);
        counted(k, ABN[i].first, ABN[i].abandoned);
        ask_at(k, NOON);
    }
    for (int ring = 14; ring <= 15; ring++) {
        (void)snprintf(name, sizeof name, "ring %d s, %s", ring, who);
        struct scene *k = base(s, name);
        k->campaign.dial_mode = DIAL_PREDICTIVE;
        k->campaign.ring_us = ring * SECOND;
        ask_at(k, NOON);
    }
    (void)snprintf(name, sizeof name, "no caller ID, %s", who);
    struct scene *k = base(s, name);
    k->campaign.caller_id = TRI_NO;
    ask_at(k, NOON);
    (void)snprintf(name, sizeof name, "no message, %s", who);
    k = base(s, name);
    k->campaign.dial_mode = DIAL_PREDICTIVE;
    k->campaign.abandon_message = TRI_NO;
    ask_at(k, NOON);
}

/* Each of the eight caps alone: two calls to the number in 24 hours; slots
 * differ in scope and span so that none stands for another. */
static void caps(struct scenes *s)
{
    for (size_t i = 0; i < POLICY_CAPS_MAX; i++) {
        for (int n = 1; n <= 2; n++) {
            char name[60];
            (void)snprintf(name, sizeof name, "cap %zu, %d calls before", i + 1,
                           n);
            struct scene *k = survey(s, name);
            for (size_t j = 0; j < POLICY_CAPS_MAX; j++)
                k->cap[j] = (struct policy_cap){1000, CAP_PER_NUMBER, DAY};
            k->campaign.caps = POLICY_CAPS_MAX;
            k->cap[i].max = 2;
            k->cap[i].span_us = i == 0 ? 0 : (int64_t)i * DAY;
            k->cap[i].scope = i % 2 == 0 ? CAP_PER_PERSON : CAP_PER_NUMBER;
            int64_t span = i == 0 ? DAY : k->cap[i].span_us;
            if (n == 2)
                earlier(k, span - SECOND / 2);
            else
                earlier(k, span);
            earlier(k, span / 2);
            if (i == 0 && n == 1)
                k->lead.earliers = 1;
            /* A call to another number of the person: counts for him only. */
            if (i % 2 == 0) {
                k->earlier[0].e164 = 12125559999;
            } else {
                earlier(k, span / 4);
                k->earlier[2].e164 = 12125559999;
            }
            ask_at(k, NOON);
        }
    }
}

static void conduct(struct scenes *s)
{
    conduct_of(s, scene, "both");
    conduct_of(s, fundraiser, "FTC");
    conduct_of(s, bank, "FCC");
    struct scene *k = bank(s, "dialled by hand, ring 14 s");
    k->campaign.ring_us = 14 * SECOND;
    ask_at(k, NOON);
    k = survey(s, "a survey, three predictive faults, none binds");
    counted(k, "2026-11-20T17:00Z", 100);
    k->campaign.abandon_message = TRI_NO;
    ask_at(k, NOON);
}

void scene_list(struct scenes *s)
{
    hours(s);
    lists(s);
    recorded_ftc(s);
    recorded_fcc(s);
    withdrawn(s);
    taken_back(s);
    three_in_thirty(s);
    conduct(s);
    caps(s);
}
