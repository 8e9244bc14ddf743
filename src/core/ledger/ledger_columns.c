#include "core/ledger/ledger_columns.h"

#include <stdio.h>

#include "base/assert.h"

/* --- the table ------------------------------------------------------------*/

#define CHANNEL_WORDS                                                          \
    "voice voice_live voice_prerecorded voice_ai text fax email "              \
    "callback_at_time night adad all"
#define CHANNEL_SAME                                                           \
    "call=voice calls=voice phone=voice telephone=voice live=voice_live "      \
    "prerecorded=voice_prerecorded robocall=voice_prerecorded ai=voice_ai "    \
    "sms=text texts=text e_mail=email mail=email callback=callback_at_time "   \
    "any=all"
#define LINE_WORDS                                                             \
    "residential wireless business toll_free healthcare_room emergency "       \
    "yes no no_data"
#define LINE_SAME                                                              \
    "mobile=wireless cell=wireless cellular=wireless home=residential "        \
    "office=business tollfree=toll_free nodata=no_data y=yes n=no true=yes "   \
    "false=no"

#define NUMBER                                                                 \
    {                                                                          \
        .field = LEDGER_FIELD_NUMBER, .name = "number",                        \
        .others = "phone telephone tel phone_number telephone_number mobile "  \
                  "cell msisdn e164"                                           \
    }
#define NEEDED_NUMBER                                                          \
    {                                                                          \
        .field = LEDGER_FIELD_NUMBER, .name = "number",                        \
        .others = "phone telephone tel phone_number telephone_number mobile "  \
                  "cell msisdn e164 caller_id cli",                            \
        .required = true                                                       \
    }
#define COUNTRY                                                                \
    {                                                                          \
        .field = LEDGER_FIELD_COUNTRY, .name = "country",                      \
        .others = "country_code"                                               \
    }
#define ADDRESS                                                                \
    {                                                                          \
        .field = LEDGER_FIELD_ADDRESS, .name = "email",                        \
        .others = "e_mail address email_address mail"                          \
    }
#define SELLER                                                                 \
    {                                                                          \
        .field = LEDGER_FIELD_SELLER, .name = "seller",                        \
        .others = "brand on_behalf_of company charity"                         \
    }
#define AREA                                                                   \
    {                                                                          \
        .field = LEDGER_FIELD_AREA, .name = "area",                            \
        .others = "state region province jurisdiction place"                   \
    }
#define NEEDED_AREA                                                            \
    {                                                                          \
        .field = LEDGER_FIELD_AREA, .name = "area",                            \
        .others = "state region province jurisdiction place", .required = true \
    }
#define FROM                                                                   \
    {                                                                          \
        .field = LEDGER_FIELD_FROM, .name = "from",                            \
        .others = "valid_from since start start_date begin issued date"        \
    }
#define TO                                                                     \
    {                                                                          \
        .field = LEDGER_FIELD_TO, .name = "to",                                \
        .others = "until valid_to valid_until end end_date expires expiry "    \
                  "expiration"                                                 \
    }
#define NAME                                                                   \
    {                                                                          \
        .field = LEDGER_FIELD_NAME, .name = "name",                            \
        .others = "full_name person customer shown_name cnam"                  \
    }
#define PROOF                                                                  \
    {                                                                          \
        .field = LEDGER_FIELD_PROOF, .name = "proof",                          \
        .others = "evidence source file url document recording reference"      \
    }
#define NOTE                                                                   \
    {                                                                          \
        .field = LEDGER_FIELD_NOTE, .name = "note",                            \
        .others = "notes comment comments remark remarks"                      \
    }

static const struct ledger_column consent[] = {
    NUMBER,
    COUNTRY,
    ADDRESS,
    SELLER,
    {.field = LEDGER_FIELD_WORD,
     .name = "type",
     .others = "consent consent_type kind",
     .words = "express express_oral express_written",
     .same = "written=express_written pewc=express_written "
             "oral=express_oral spoken=express_oral verbal=express_oral",
     .required = true},
    {.field = LEDGER_FIELD_CHANNELS,
     .name = "channels",
     .others = "channel covers media medium scope",
     .words = CHANNEL_WORDS,
     .same = CHANNEL_SAME},
    {.field = LEDGER_FIELD_FROM,
     .name = "given",
     .others = "date given_on consent_date opt_in_date signed",
     .required = true},
    {.field = LEDGER_FIELD_FROM_US,
     .name = "from",
     .others = "valid_from holds_from"},
    {.field = LEDGER_FIELD_TO_US,
     .name = "until",
     .others = "to valid_until valid_to holds_until expires expiry"},
    {.field = LEDGER_FIELD_CONDITION,
     .name = "not_condition",
     .others = "not_a_condition no_purchase_required",
     .words = "yes no unknown",
     .same = "y=yes n=no true=yes false=no 1=yes 0=no"},
    NAME,
    {.field = LEDGER_FIELD_WORDING,
     .name = "wording",
     .others = "text disclosure text_shown hash wording_hash"},
    PROOF,
    NOTE,
};

static const struct ledger_column revocation[] = {
    NUMBER,
    COUNTRY,
    ADDRESS,
    SELLER,
    {.field = LEDGER_FIELD_WORD,
     .name = "means",
     .others = "how by via means_of_request",
     .words = "key voice agent letter email text web list other",
     .same = "keypress=key dtmf=key call=voice phone=voice spoken=voice "
             "post=letter mail=letter e_mail=email sms=text stop=text "
             "website=web form=web file=list"},
    {.field = LEDGER_FIELD_CHANNELS,
     .name = "channels",
     .others = "channel media medium scope",
     .words = CHANNEL_WORDS,
     .same = CHANNEL_SAME},
    {.field = LEDGER_FIELD_VALUE,
     .name = "purpose",
     .others = "category in_reply_to",
     .words = "sale donation survey political informational healthcare "
              "collection all",
     .same = "sales=sale marketing=sale charity=donation poll=survey "
             "information=informational health=healthcare debt=collection "
             "any=all"},
    {.field = LEDGER_FIELD_FROM_US,
     .name = "at",
     .others = "date received received_at requested revoked revoked_at "
               "withdrawn opt_out_date when"},
    NAME,
    {.field = LEDGER_FIELD_WORDING,
     .name = "wording",
     .others = "words said text_received message"},
    PROOF,
    NOTE,
};

static const struct ledger_column relationship[] = {
    NEEDED_NUMBER,
    COUNTRY,
    SELLER,
    {.field = LEDGER_FIELD_WORD,
     .name = "event",
     .others = "type kind relationship",
     .words = "transaction inquiry gift contract membership termination",
     .same = "purchase=transaction order=transaction sale=transaction "
             "payment=transaction enquiry=inquiry application=inquiry "
             "donation=gift subscription=contract member=membership "
             "ended=termination cancelled=termination "
             "cancellation=termination",
     .required = true},
    {.field = LEDGER_FIELD_FROM,
     .name = "from",
     .others = "date on day start start_date since",
     .required = true},
    TO,
    {.field = LEDGER_FIELD_VALUE,
     .name = "goods",
     .others = "value amount product item"},
    NAME,
    PROOF,
    NOTE,
};

static const struct ledger_column caller_id[] = {
    NEEDED_NUMBER,
    COUNTRY,
    SELLER,
    {.field = LEDGER_FIELD_WORD,
     .name = "series",
     .others = "number_series type kind",
     .words = "ordinary ordinary_mobile marketing service",
     .same = "normal=ordinary mobile=ordinary_mobile "
             "promotional=marketing transactional=service"},
    {.field = LEDGER_FIELD_VALUE,
     .name = "attestation",
     .others = "attest level stir_shaken",
     .words = "A B C none"},
    NAME,
    FROM,
    TO,
    PROOF,
    NOTE,
};

static const struct ledger_column licence[] = {
    SELLER,
    {.field = LEDGER_FIELD_WORD,
     .name = "kind",
     .others = "licence license type licence_kind license_type",
     .required = true},
    AREA,
    {.field = LEDGER_FIELD_VALUE,
     .name = "account",
     .others = "account_number licence_number license_number san value id"},
    FROM,
    TO,
    NAME,
    PROOF,
    NOTE,
};

static const struct ledger_column exemption[] = {
    SELLER,
    {.field = LEDGER_FIELD_WORD,
     .name = "kind",
     .others = "exemption type",
     .words = "registered_charity nonprofit hipaa outside_ftc other",
     .same = "charity=registered_charity non_profit=nonprofit "
             "outside_ftc_jurisdiction=outside_ftc",
     .required = true},
    AREA,
    FROM,
    TO,
    NAME,
    PROOF,
    NOTE,
};

static const struct ledger_column number[] = {
    NEEDED_NUMBER,
    COUNTRY,
    {.field = LEDGER_FIELD_WORD,
     .name = "fact",
     .others = "kind type",
     .words = "line ported reassigned",
     .same =
         "line_type=line port=ported reassignment=reassigned rnd=reassigned",
     .required = true},
    {.field = LEDGER_FIELD_VALUE,
     .name = "value",
     .others = "answer line result",
     .words = LINE_WORDS,
     .same = LINE_SAME},
    {.field = LEDGER_FIELD_FROM,
     .name = "date",
     .others = "from asked asked_for day port_date checked"},
    PROOF,
    NOTE,
};

static const struct ledger_column emergency[] = {
    NEEDED_AREA,
    {.field = LEDGER_FIELD_VALUE,
     .name = "county",
     .others = "counties parish municipality"},
    {.field = LEDGER_FIELD_WORD,
     .name = "status",
     .others = "state_of kind type emergency",
     .words = "declared reporting none",
     .same = "active=declared yes=declared no=none quiet=none over=none",
     .required = true},
    {.field = LEDGER_FIELD_FROM,
     .name = "from",
     .others = "date declared_on start start_date since",
     .required = true},
    TO,
    NAME,
    PROOF,
    NOTE,
};

static const struct ledger_column holiday[] = {
    NEEDED_AREA,
    {.field = LEDGER_FIELD_FROM,
     .name = "date",
     .others = "day from on",
     .required = true},
    NAME,
    PROOF,
    NOTE,
};

struct ledger_column_list ledger_columns_of(enum ledger_kind k)
{
#define LIST(table)                                                            \
    {                                                                          \
        table, tm_array_len(table)                                             \
    }
    static const struct ledger_column_list lists[LEDGER_KIND_COUNT] = {
        [LEDGER_CONSENT] = LIST(consent),
        [LEDGER_REVOCATION] = LIST(revocation),
        [LEDGER_RELATIONSHIP] = LIST(relationship),
        [LEDGER_CALLER_ID] = LIST(caller_id),
        [LEDGER_LICENCE] = LIST(licence),
        [LEDGER_EXEMPTION] = LIST(exemption),
        [LEDGER_NUMBER] = LIST(number),
        [LEDGER_EMERGENCY] = LIST(emergency),
        [LEDGER_HOLIDAY] = LIST(holiday),
    };
#undef LIST
    tm_assert((unsigned)k < LEDGER_KIND_COUNT);
    return lists[k];
}

/* --- looking up -----------------------------------------------------------*/

const struct ledger_column *ledger_columns_find(enum ledger_kind k,
                                                enum ledger_field f)
{
    struct ledger_column_list l = ledger_columns_of(k);
    for (size_t i = 0; i < l.n; i++) {
        if (l.column[i].field == f) {
            return &l.column[i];
        }
    }
    return NULL;
}

void ledger_columns_names(enum ledger_kind k, struct buf *out)
{
    struct ledger_column_list l = ledger_columns_of(k);
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < l.n; i++) {
            if (l.column[i].required == (pass == 0)) {
                buf_addf(out, "%s%s", n++ > 0 ? ", " : "", l.column[i].name);
            }
        }
    }
}

void ledger_columns_plain(struct slice s, char out[LEDGER_WORD_MAX])
{
    size_t n = 0;
    s = str_trim(s);
    for (size_t i = 0; i < s.n && n + 1 < LEDGER_WORD_MAX; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            out[n++] = (char)c;
        } else if (c >= 'A' && c <= 'Z') {
            out[n++] = (char)(c - 'A' + 'a');
        } else if (n > 0 && out[n - 1] != '_') {
            out[n++] = '_';
        }
    }
    while (n > 0 && out[n - 1] == '_') {
        n--;
    }
    out[n] = '\0';
}

/* The word of the list "a b c" that equals the text, but for its case. */
static struct slice in_list(const char *list, const char *text)
{
    struct slice rest = str_of(list);
    while (rest.n > 0) {
        struct slice word = str_cut(rest, ' ', &rest);
        if (str_eq_nocase(word, text)) {
            return word;
        }
    }
    return str_of("");
}

static struct slice in_pairs(const char *pairs, const char *text)
{
    struct slice rest = str_of(pairs);
    while (rest.n > 0) {
        struct slice ours;
        struct slice his = str_cut(str_cut(rest, ' ', &rest), '=', &ours);
        if (str_eq(his, text)) {
            return ours;
        }
    }
    return str_of("");
}

struct slice ledger_columns_word(const struct ledger_column *c,
                                 struct slice his)
{
    char plain[LEDGER_WORD_MAX];
    ledger_columns_plain(his, plain);
    struct slice word = str_of("");
    if (plain[0] != '\0' && c->words != NULL) {
        word = in_list(c->words, plain);
    }
    if (plain[0] != '\0' && word.n == 0 && c->same != NULL) {
        word = in_pairs(c->same, plain);
    }
    return word;
}

/* --- headers --------------------------------------------------------------*/

/* Our own names win over other names of other columns. */
static const struct ledger_column *column_of(struct ledger_column_list l,
                                             const char *plain)
{
    for (size_t i = 0; i < l.n; i++) {
        if (str_eq(str_of(plain), l.column[i].name)) {
            return &l.column[i];
        }
    }
    for (size_t i = 0; i < l.n; i++) {
        const char *others = l.column[i].others;
        if (others != NULL && in_list(others, plain).n > 0) {
            return &l.column[i];
        }
    }
    return NULL;
}

static int refuse(enum ledger_kind k, struct err *e, const char *what,
                  struct slice name)
{
    struct buf known;
    buf_init(&known, 1 << 12);
    ledger_columns_names(k, &known);
    int rc = err_set(e, TM_EINVAL, "%s '%.*s'; the columns of %s are: %.*s",
                     what, (int)(name.n > 60 ? 60 : name.n), name.p,
                     ledger_kind_text(k), (int)known.n, known.p);
    buf_fini(&known);
    return rc;
}

static int add_column(struct ledger_header *h, struct slice name, size_t at,
                      struct err *e)
{
    char plain[LEDGER_WORD_MAX];
    char where[64];
    ledger_columns_plain(name, plain);
    const struct ledger_column *c =
        column_of(ledger_columns_of(h->kind), plain);
    if (c == NULL) {
        (void)snprintf(where, sizeof(where),
                       "column %zu has a name nobody knows,", at + 1);
        return refuse(h->kind, e, where, name);
    }
    for (size_t i = 0; i < h->n; i++) {
        if (h->column[i] == c) {
            return err_set(e, TM_EINVAL,
                           "columns %zu and %zu both mean '%s': leave one of "
                           "them out",
                           i + 1, at + 1, c->name);
        }
    }
    h->column[h->n++] = c;
    return TM_OK;
}

static bool has(const struct ledger_header *h, enum ledger_field f)
{
    for (size_t i = 0; i < h->n; i++) {
        if (h->column[i]->field == f) {
            return true;
        }
    }
    return false;
}

static int check_needed(const struct ledger_header *h, struct err *e)
{
    struct ledger_column_list l = ledger_columns_of(h->kind);
    for (size_t i = 0; i < l.n; i++) {
        if (l.column[i].required && !has(h, l.column[i].field)) {
            return refuse(h->kind, e, "there is no column",
                          str_of(l.column[i].name));
        }
    }
    bool person = ledger_columns_find(h->kind, LEDGER_FIELD_ADDRESS) != NULL;
    if (person && !has(h, LEDGER_FIELD_NUMBER) &&
        !has(h, LEDGER_FIELD_ADDRESS)) {
        return refuse(h->kind, e, "there is neither a column 'email' nor",
                      str_of("number"));
    }
    return TM_OK;
}

int ledger_columns_read(enum ledger_kind k, const struct slice *cell, size_t n,
                        struct ledger_header *out, struct err *e)
{
    struct ledger_header h = {.kind = k};
    /* Office programs leave empty cells at the end of a header. */
    while (n > 0 && str_trim(cell[n - 1]).n == 0) {
        n--;
    }
    if (n == 0 || n > LEDGER_COLUMNS_MAX) {
        return err_set(e, TM_EINVAL,
                       "the first row names no columns, or more than %d",
                       LEDGER_COLUMNS_MAX);
    }
    for (size_t i = 0; i < n; i++) {
        int rc = add_column(&h, cell[i], i, e);
        if (rc != TM_OK) {
            return rc;
        }
    }
    int rc = check_needed(&h, e);
    if (rc == TM_OK) {
        *out = h;
    }
    return rc;
}
