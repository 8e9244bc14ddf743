#include "report/decide_field.h"

#include <assert.h>
#include <stddef.h>

static_assert(sizeof(enum tri) == sizeof(unsigned), "an enum is an unsigned");
static_assert(sizeof(enum goods) == sizeof(unsigned), "an enum is an unsigned");

/* One line a field: KIND(struct, key, member). */
#define PLAIN(k, s, name, member)                                              \
    {                                                                          \
        .key = name, .kind = DECIDE_##k, .at = offsetof(struct s, member)      \
    }
#define WORD(s, name, vocab, member)                                           \
    {                                                                          \
        .key = name, .kind = DECIDE_VALUE, .list = VOCAB_LIST_##vocab,         \
        .at = offsetof(struct s, member)                                       \
    }
#define OBJECT(name, fields)                                                   \
    {                                                                          \
        .key = name, .kind = DECIDE_OBJECT, .child = fields,                   \
        .children = tm_array_len(fields)                                       \
    }
#define LIST(s, name, member, count, element, fields)                          \
    {                                                                          \
        .key = name, .kind = DECIDE_LIST, .at = offsetof(struct s, member),    \
        .count_at = offsetof(struct s, count), .size = sizeof(struct element), \
        .child = fields, .children = tm_array_len(fields)                      \
    }
#define TEXTS(s, name, member, count)                                          \
    {                                                                          \
        .key = name, .kind = DECIDE_TEXTS, .at = offsetof(struct s, member),   \
        .count_at = offsetof(struct s, count)                                  \
    }
#define CASE(k, name, member)          PLAIN(k, rule_case, name, member)
#define CASE_WORD(name, vocab, member) WORD(rule_case, name, vocab, member)

static const struct decide_field place[] = {
    WORD(case_place, "region_basis", BASIS, basis),
    PLAIN(PLACE, case_place, "region", region),
    PLAIN(ZONE, case_place, "tz", zone),
    PLAIN(DATE, case_place, "seen", seen),
};

static const struct decide_field contact[] = {
    CASE_WORD("channel", CHANNEL, contact.channel),
    CASE_WORD("dial_mode", DIAL, contact.dial_mode),
    CASE_WORD("line", LINE, contact.line),
    CASE(TEXT, "line_source", contact.line_source),
    CASE(DATE, "line_date", contact.line_date),
    CASE(NUMBER, "number", contact.e164),
    CASE(PLACE, "country", contact.country),
    CASE(TRI, "known_wireless", contact.known_wireless),
    CASE(DATE, "ported_to_wireless", contact.ported),
    LIST(rule_case, "places", location.place, location.places, case_place,
         place),
    CASE(TEXT, "county", location.county),
    CASE(TEXT, "locality", location.locality),
    CASE_WORD("party", PARTY, callee.party),
    CASE(INT64, "person", callee.person),
    CASE(TRI, "minor", callee.minor),
    CASE(TRI, "vulnerable", callee.vulnerable),
    CASE(TEXT, "language", callee.language),
};

static const struct decide_field licence[] = {
    PLAIN(PLACE, case_licence, "area", area),
    PLAIN(TEXT, case_licence, "kind", kind),
    PLAIN(DATE, case_licence, "from", from),
    PLAIN(DATE, case_licence, "to", to),
};

static const struct decide_field caller[] = {
    CASE_WORD("kind", CALLER, caller.kind),
    CASE(INT64, "seller", caller.seller.v),
    CASE(INT64, "telemarketer", caller.telemarketer),
    CASE_WORD("seller_type", SELLER_TYPE, caller.seller_type),
    CASE(TRI, "ftc_jurisdiction", caller.ftc_jurisdiction),
    CASE(TRI, "registered_charity", caller.registered_charity),
    CASE(TRI, "hipaa", caller.hipaa),
    LIST(rule_case, "licences", caller.licence, caller.licences, case_licence,
         licence),
};

static const struct decide_field consent[] = {
    WORD(case_consent, "type", CONSENT, type),
    PLAIN(INT64, case_consent, "seller", seller.v),
    PLAIN(NUMBER, case_consent, "number", e164),
    PLAIN(CHANNELS, case_consent, "covers", covers),
    PLAIN(TRI, case_consent, "not_condition_of_purchase", not_condition),
    PLAIN(DATE, case_consent, "given", given),
    PLAIN(INSTANT, case_consent, "from", from_us),
    PLAIN(INSTANT, case_consent, "to", to_us),
    PLAIN(INSTANT, case_consent, "revoked", revoked_us),
    PLAIN(TEXT, case_consent, "evidence", evidence),
};

static const struct decide_field relationship[] = {
    CASE(DATE, "last_transaction", relationship.last_transaction),
    CASE(DATE, "last_inquiry", relationship.last_inquiry),
    CASE(DATE, "last_gift", relationship.last_gift),
    CASE(DATE, "contract_start", relationship.contract_start),
    CASE(DATE, "contract_end", relationship.contract_end),
    CASE(TRI, "member", relationship.member),
    CASE(TRI, "ever_customer", relationship.ever_customer),
    CASE(INSTANT, "terminated", relationship.terminated_us),
};

static const struct decide_field internal[] = {
    PLAIN(INT64, case_internal, "seller", seller.v),
    PLAIN(INT64, case_internal, "telemarketer", telemarketer),
    PLAIN(CHANNELS, case_internal, "channels", channels),
    PLAIN(INSTANT, case_internal, "requested", requested_us),
};

static const struct decide_field revocation[] = {
    PLAIN(INT64, case_revocation, "seller", seller.v),
    PLAIN(INSTANT, case_revocation, "at", at_us),
    WORD(case_revocation, "in_reply_to", PURPOSE, in_reply_to),
};

static const struct decide_field registry[] = {
    WORD(case_registry, "registry", REGISTRY, registry),
    PLAIN(PLACE, case_registry, "area", area),
    PLAIN(TRI, case_registry, "on_list", on_list),
    PLAIN(DATE, case_registry, "registered", registered),
    PLAIN(DATE, case_registry, "list_obtained", obtained),
};

static const struct decide_field attempt[] = {
    PLAIN(INSTANT, case_attempt, "at", at_us),
    WORD(case_attempt, "answered", ANSWER, answer),
    WORD(case_attempt, "channel", CHANNEL, channel),
    PLAIN(INT64, case_attempt, "seller", seller.v),
    PLAIN(NUMBER, case_attempt, "number", e164),
    PLAIN(INT64, case_attempt, "subject", subject),
    PLAIN(NUMBER, case_attempt, "from_number", shown),
};

static const struct decide_field bucket[] = {
    PLAIN(INSTANT, case_bucket, "start", start_us),
    PLAIN(INT64, case_bucket, "placed", placed),
    PLAIN(INT64, case_bucket, "answered", answered),
    PLAIN(INT64, case_bucket, "live_answered", live),
    PLAIN(INT64, case_bucket, "connected", connected),
    PLAIN(INT64, case_bucket, "abandoned", abandoned),
    PLAIN(INT64, case_bucket, "silent", silent),
    PLAIN(INT64, case_bucket, "message_played", message),
};

static const struct decide_field campaign[] = {
    CASE(INSTANT, "first_call", pacing.first_call_us),
    LIST(rule_case, "counters", pacing.bucket, pacing.buckets, case_bucket,
         bucket),
    CASE(INT64, "ring_us", presentation.ring_us),
    CASE(TRI, "recorded_message", presentation.abandon_message),
};

static const struct decide_field emergency[] = {
    PLAIN(PLACE, case_emergency, "area", area),
    PLAIN(TRI, case_emergency, "active", active),
    PLAIN(TRI, case_emergency, "lpsc_reporting", reporting),
    TEXTS(case_emergency, "counties", county, counties),
};

static const struct decide_field holiday[] = {
    PLAIN(PLACE, case_holiday, "area", area),
    PLAIN(DATE, case_holiday, "date", date),
};

static const struct decide_field rnd[] = {
    CASE(DATE, "asked_for", contact.reassigned_date),
    CASE_WORD("answer", REASSIGNED, contact.reassigned),
};

static const struct decide_field recording[] = {
    CASE(TRI, "planned", recording.planned),
    CASE_WORD("purpose", RECORDING, recording.purpose),
    CASE(PLACE, "agent_place", recording.agent),
    CASE(PLACE, "recorder_place", recording.recorder),
    CASE(TRI, "elsewhere", recording.elsewhere),
    CASE(TRI, "placed", recording.placed),
    CASE(TRI, "card_entry", recording.card_entry),
};

static const struct decide_field text[] = {
    CASE(INSTANT, "stop_at", text.stop_us),
    CASE(TRI, "confirmation", text.confirmation),
    CASE(TRI, "template_registered", text.template_registered),
};

static const struct decide_field facts[] = {
    LIST(rule_case, "emergency", situation.emergency, situation.emergencies,
         case_emergency, emergency),
    LIST(rule_case, "holidays", situation.holiday, situation.holidays,
         case_holiday, holiday),
    TEXTS(rule_case, "suspended", situation.suspended, situation.suspensions),
    OBJECT("rnd", rnd),
    CASE(NUMBER, "caller_id", presentation.caller_id),
    CASE(TRI, "caller_id_present", presentation.caller_id_present),
    CASE(TRI, "name_present", presentation.name_present),
    CASE(TRI, "caller_id_authority", presentation.authority),
    CASE_WORD("attestation", ATTEST, presentation.attest),
    CASE_WORD("cli_series", CLI_SERIES, presentation.series),
    CASE(TRI, "interactive_opt_out", presentation.interactive_opt_out),
    CASE(TRI, "opt_out_notice", presentation.opt_out_notice),
    CASE_WORD("fax_number_source", FAX_SOURCE, presentation.fax_source),
    CASE_WORD("goods", GOODS, purpose.goods),
    CASE(TRI, "leads_to_sale", purpose.leads_to_sale),
    CASE(TRI, "emergency_call", purpose.emergency),
    LIST(rule_case, "revocations", suppression.revocation,
         suppression.revocations, case_revocation, revocation),
    OBJECT("recording", recording),
    OBJECT("text", text),
};

static const struct decide_field window[] = {
    PLAIN(UINT16, policy_window, "weekdays", weekdays),
    PLAIN(INT32, policy_window, "open_s", open_s),
    PLAIN(INT32, policy_window, "close_s", close_s),
};

static const struct decide_field cap[] = {
    PLAIN(INT32, policy_cap, "max", max),
    PLAIN(INT32, policy_cap, "scope", scope),
    PLAIN(INT64, policy_cap, "span_us", span_us),
};

static const struct decide_field policy[] = {
    CASE_WORD("revocation_scope", SCOPE, policy.revocation_scope),
    CASE_WORD("internal_dnc_retention", RETENTION, policy.retention),
    CASE_WORD("registry_grace", GRACE, policy.registry_grace),
    LIST(rule_case, "windows", policy.window, policy.windows, policy_window,
         window),
    LIST(rule_case, "caps", policy.cap, policy.caps, policy_cap, cap),
    CASE(INT64, "permit_max_us", policy.permit_max_us),
};

/* The ledgers that were asked: an empty one then means "none". */
static const struct decide_field known[] = {
    CASE(FLAG, "internal_dnc", suppression.internal_known),
    CASE(FLAG, "attempts", attempts.known),
    CASE(FLAG, "campaign", pacing.known),
    CASE(FLAG, "emergency", situation.known),
    CASE(FLAG, "licences", caller.licences_known),
};

static const struct decide_field root[] = {
    CASE(INSTANT, "now", when.now_us),
    CASE(CSTRING, "tzdata", when.tzdata),
    OBJECT("known", known),
    OBJECT("contact", contact),
    OBJECT("caller", caller),
    CASE_WORD("purpose", PURPOSE, purpose.kind),
    CASE(INT64, "subject", purpose.subject),
    LIST(rule_case, "registry", suppression.registry, suppression.registries,
         case_registry, registry),
    LIST(rule_case, "consent", consent, consents, case_consent, consent),
    OBJECT("relationship", relationship),
    LIST(rule_case, "internal_dnc", suppression.internal, suppression.internals,
         case_internal, internal),
    LIST(rule_case, "attempts", attempts.attempt, attempts.n, case_attempt,
         attempt),
    OBJECT("campaign", campaign),
    OBJECT("facts", facts),
    OBJECT("policy", policy),
};

const struct decide_field *decide_field_root(size_t *n)
{
    *n = tm_array_len(root);
    return root;
}

const struct decide_channel *decide_field_channels(size_t *n)
{
    static const struct decide_channel words[] = {
        {CHANNEL_UNKNOWN, "unknown"},
        {CHANNEL_VOICE_LIVE, "voice_live"},
        {CHANNEL_VOICE_PRERECORDED, "voice_prerecorded"},
        {CHANNEL_VOICE_AI, "voice_ai"},
        {CHANNEL_TEXT, "text"},
        {CHANNEL_FAX, "fax"},
        {CHANNEL_EMAIL, "email"},
        {COVERS_CALLBACK_AT_TIME, "callback_at_time"},
        {COVERS_NIGHT, "night"},
        {COVERS_ADAD, "adad"},
    };
    static_assert(CHANNEL_COUNT == 7, "each channel has its word");
    *n = tm_array_len(words);
    return words;
}
