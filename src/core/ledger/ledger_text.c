#include "core/ledger/ledger_text.h"

#include <string.h>

#include "core/number/number.h"
#include "core/rules/rule_case.h"

static void add_date(struct civil_date d, struct buf *out)
{
    char text[11];
    if (d.year != 0) {
        civil_format_date(d, text);
        buf_add_str(out, text);
    }
}

static void add_instant(int64_t us, struct buf *out)
{
    char text[CIVIL_INSTANT_LEN];
    if (us != 0) {
        civil_format_instant(us, text);
        buf_add_str(out, text);
    }
}

static void add_word(struct buf *out, size_t *n, const char *word)
{
    buf_addf(out, "%s%s", (*n)++ > 0 ? " " : "", word);
}

static void add_channels(uint32_t bits, struct buf *out)
{
    size_t n = 0;
    if ((bits & VOCAB_VOICE) == VOCAB_VOICE) {
        add_word(out, &n, "voice");
        bits &= ~VOCAB_VOICE;
    }
    for (int c = CHANNEL_UNKNOWN + 1; c < CHANNEL_COUNT; c++) {
        if ((bits & VOCAB_BIT(c)) != 0) {
            add_word(out, &n, vocab_channel_text((enum contact_channel)c));
        }
    }
    if ((bits & VOCAB_BIT(COVERS_CALLBACK_AT_TIME)) != 0) {
        add_word(out, &n, "callback_at_time");
    }
    if ((bits & VOCAB_BIT(COVERS_NIGHT)) != 0) {
        add_word(out, &n, "night");
    }
    if ((bits & VOCAB_BIT(COVERS_ADAD)) != 0) {
        add_word(out, &n, "adad");
    }
}

static void add_number(uint64_t e164, struct buf *out)
{
    char text[NUMBER_TEXT_LEN];
    (void)number_format(e164, text);
    buf_add_str(out, text);
}

static void add_area(struct place_code area, struct buf *out)
{
    char text[VOCAB_PLACE_MAX + 1];
    if (area.v != 0) {
        vocab_place_text(area, text);
        buf_add_str(out, text);
    }
}

void ledger_text_field(const struct ledger_entry *x, enum ledger_field f,
                       struct buf *out)
{
    switch (f) {
    case LEDGER_FIELD_NUMBER: add_number(x->e164, out); break;
    case LEDGER_FIELD_ADDRESS: buf_add_slice(out, x->address); break;
    case LEDGER_FIELD_SELLER: buf_add_slice(out, x->seller_name); break;
    case LEDGER_FIELD_WORD: buf_add_slice(out, x->word); break;
    case LEDGER_FIELD_VALUE: buf_add_slice(out, x->value); break;
    case LEDGER_FIELD_AREA: add_area(x->area, out); break;
    case LEDGER_FIELD_CHANNELS: add_channels(x->channels, out); break;
    case LEDGER_FIELD_FROM: add_date(x->from, out); break;
    case LEDGER_FIELD_TO: add_date(x->to, out); break;
    case LEDGER_FIELD_FROM_US: add_instant(x->from_us, out); break;
    case LEDGER_FIELD_TO_US: add_instant(x->to_us, out); break;
    case LEDGER_FIELD_CONDITION:
        if (x->not_condition != TRI_UNKNOWN) {
            buf_add_str(out, vocab_tri_text(x->not_condition));
        }
        break;
    case LEDGER_FIELD_NAME: buf_add_slice(out, x->name); break;
    case LEDGER_FIELD_PROOF: buf_add_slice(out, x->proof); break;
    case LEDGER_FIELD_WORDING: buf_add_slice(out, x->wording); break;
    case LEDGER_FIELD_NOTE: buf_add_slice(out, x->note); break;
    case LEDGER_FIELD_COUNTRY: /* is in the number */
    case LEDGER_FIELD_COUNT: break;
    }
}

/* Texts of people may have anything in them: one entry stays one line. */
static void add_quoted(struct slice s, struct buf *out)
{
    bool plain = true;
    for (size_t i = 0; i < s.n; i++) {
        plain &= (unsigned char)s.p[i] > ' ' && s.p[i] != '"';
    }
    if (plain) {
        buf_add_slice(out, s);
        return;
    }
    buf_add_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        char plain_c = c == '"' ? '\'' : (char)c;
        buf_add_char(out, c < ' ' || c == 0x7f ? ' ' : plain_c);
    }
    buf_add_char(out, '"');
}

static void add_fields(const struct ledger_entry *x, struct buf *out)
{
    struct ledger_column_list l = ledger_columns_of(x->kind);
    struct buf value;
    buf_init(&value, 1 << 16);
    for (size_t i = 0; i < l.n; i++) {
        buf_clear(&value);
        ledger_text_field(x, l.column[i].field, &value);
        if (value.n > 0) {
            buf_addf(out, " %s=", l.column[i].name);
            add_quoted(buf_slice(&value), out);
        }
    }
    buf_fini(&value);
}

static void add_deadline(const struct ledger_deadline *d, struct buf *out)
{
    buf_add_str(out, "received ");
    add_date(d->received, out);
    if (d->on_file.year != 0) {
        buf_add_str(out, ", on file since ");
        add_date(d->on_file, out);
        if (d->days_late > 0) {
            buf_addf(out, ": %d day%s late", d->days_late,
                     d->days_late == 1 ? "" : "s");
        } else {
            buf_add_str(out, ": in time");
        }
    }
    buf_add_str(out, " (law: until ");
    add_date(d->last, out);
    buf_addf(out, "; %s)", d->law);
}

void ledger_text_line(const struct ledger_entry *x, struct buf *out)
{
    struct ledger_deadline d;
    buf_addf(out, "%lld %s", (long long)x->id, ledger_kind_text(x->kind));
    add_fields(x, out);
    buf_add_str(out, "; recorded ");
    add_instant(x->recorded_us, out);
    if (x->file != 0) {
        buf_addf(out, " from file %lld row %lu", (long long)x->file,
                 (unsigned long)x->row);
    }
    if (x->attempt.v != 0) {
        buf_addf(out, " in call %lld", (long long)x->attempt.v);
    }
    if (ledger_text_deadline(x, &d)) {
        buf_add_str(out, "; ");
        add_deadline(&d, out);
    }
    if (x->ended_us != 0) {
        buf_add_str(out, "; ENDED ");
        add_instant(x->ended_us, out);
        buf_add_char(out, ' ');
        add_quoted(x->ended_reason, out);
    }
    buf_add_char(out, '\n');
}

static void put_instant(struct json_out *j, const char *key, int64_t us)
{
    char text[CIVIL_INSTANT_LEN];
    if (us != 0) {
        civil_format_instant(us, text);
        json_out_kv_text(j, key, text);
    }
}

static void put_deadline(struct json_out *j, const struct ledger_entry *x)
{
    char day[11];
    struct ledger_deadline d;
    if (ledger_text_deadline(x, &d)) {
        civil_format_date(d.last, day);
        json_out_kv_text(j, "deadline", day);
        json_out_kv_text(j, "deadline_law", d.law);
        json_out_kv_int(j, "days_late", d.days_late);
    }
}

void ledger_text_json(const struct ledger_entry *x, struct json_out *j)
{
    struct ledger_column_list l = ledger_columns_of(x->kind);
    struct buf value;
    buf_init(&value, 1 << 16);
    json_out_object(j);
    json_out_kv_int(j, "id", x->id);
    json_out_kv_text(j, "ledger", ledger_kind_text(x->kind));
    for (size_t i = 0; i < l.n; i++) {
        buf_clear(&value);
        ledger_text_field(x, l.column[i].field, &value);
        if (value.n > 0) {
            json_out_key(j, l.column[i].name);
            json_out_slice(j, buf_slice(&value));
        }
    }
    buf_fini(&value);
    put_deadline(j, x);
    put_instant(j, "recorded", x->recorded_us);
    if (x->file != 0) {
        json_out_kv_int(j, "file_id", x->file);
        json_out_kv_int(j, "file_row", x->row);
    }
    if (x->attempt.v != 0) {
        json_out_kv_int(j, "attempt", x->attempt.v);
    }
    put_instant(j, "ended", x->ended_us);
    if (x->ended_us != 0) {
        json_out_key(j, "ended_reason");
        json_out_slice(j, x->ended_reason);
    }
    json_out_end_object(j);
}

/* --- deadlines ------------------------------------------------------------*/

static struct civil_date after_business_days(struct civil_date d, int n)
{
    while (n > 0) {
        d = civil_add_days(d, 1);
        enum civil_weekday w = civil_weekday(d);
        n -= w != CIVIL_SATURDAY && w != CIVIL_SUNDAY;
    }
    return d;
}

/* The last day, counted from the earliest day that it was anywhere. */
static bool last_day(const struct ledger_entry *x, struct ledger_deadline *out)
{
    char country[3] = "";
    struct civil_date came = civil_of_us(x->from_us - CIVIL_DAY_US / 2).date;
    bool mail = x->e164 == 0;
    if (!mail && !number_country(x->e164, country)) {
        return false;
    }
    if (strcmp(country, "CA") == 0) {
        out->last = civil_add_days(came, 14);
        out->law = "14 days, Unsolicited Telecommunications Rules, Part III";
        return true;
    }
    if (mail || strcmp(country, "US") == 0) {
        out->last = after_business_days(came, 10);
        out->law = mail ? "10 business days, 15 USC 7704(a)(4), CASL s. 11(3)"
                        : "10 business days, 47 CFR 64.1200(a)(10), (d)(3)";
        return true;
    }
    return false;
}

bool ledger_text_deadline(const struct ledger_entry *x,
                          struct ledger_deadline *out)
{
    *out = (struct ledger_deadline){0};
    if (x->kind != LEDGER_REVOCATION || x->from_us == 0) {
        return false;
    }
    out->received = civil_of_us(x->from_us).date;
    if (!last_day(x, out)) {
        return false;
    }
    if (x->recorded_us != 0) {
        out->on_file = civil_of_us(x->recorded_us).date;
        int late = civil_days(out->on_file) - civil_days(out->last);
        out->days_late = late > 0 ? late : 0;
    }
    return true;
}
