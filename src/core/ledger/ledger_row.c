#include "core/ledger/ledger_row.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "core/list/place_name.h"
#include "core/number/number.h"
#include "core/rules/rule_case.h"

enum {
    SHOWN_MAX = 60,
    WHY_MAX = LEDGER_ROW_REASON_MAX - 8, /* beside the name and quotes */
    VANITY_LETTERS = 4,
    VANITY_FIGURES = 3,
};

struct reading {
    const struct ledger_row_options *o;
    const struct ledger_column *column; /* under way */
    struct ledger_row *out;
    char country[3];
};

/* The first reason is kept. */
static bool reject(struct reading *r, struct slice cell, const char *why)
{
    (void)snprintf(r->out->reason, sizeof(r->out->reason), "%s: '%.*s' %s",
                   r->column->name,
                   (int)(cell.n > SHOWN_MAX ? SHOWN_MAX : cell.n),
                   cell.n > 0 ? cell.p : "", why);
    return false;
}

static bool say(struct ledger_row *out, const char *why)
{
    (void)snprintf(out->reason, sizeof(out->reason), "%s", why);
    return false;
}

/* --- cells ----------------------------------------------------------------*/

/* Letters may stand for digits (800-FLOWERS), so "call after 6" would be a
 * number too: some digits must be there as such. */
static bool is_prose(struct slice cell)
{
    size_t letters = 0, figures = 0;
    for (size_t i = 0; i < cell.n; i++) {
        char c = cell.p[i];
        letters += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        figures += c >= '0' && c <= '9';
    }
    return letters >= VANITY_LETTERS && figures < VANITY_FIGURES;
}

static bool read_number(struct reading *r, struct slice cell)
{
    struct number n;
    enum number_fault fault =
        is_prose(cell) ? NUMBER_LETTERS : number_parse(cell, r->country, &n);
    if (fault != NUMBER_OK) {
        return reject(r, cell, number_fault_text(fault));
    }
    r->out->entry.e164 = n.e164;
    return true;
}

static bool is_upper_pair(const char *s)
{
    return s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z';
}

static void upper(struct slice in, char *out, size_t cap)
{
    size_t n = 0;
    for (; n < in.n && n + 1 < cap; n++) {
        char c = in.p[n];
        out[n] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    out[n] = '\0';
}

static bool read_country(struct reading *r, struct slice cell)
{
    char code[4];
    upper(cell, code, sizeof(code));
    if (cell.n != 2 || !is_upper_pair(code)) {
        return reject(r, cell, "is no code of a country: two letters, as US");
    }
    memcpy(r->country, code, sizeof(r->country));
    return true;
}

/* Countries whose packs there are. Two letters that are one of these mean it,
 * whatever the file's country: CA is Canada, and California US-CA. */
static bool is_country(const struct reading *r, const char *code)
{
    static const char *const packs[] = {"US", "CA", "GB", "FR", "DE",
                                        "ES", "IT", "NO", "FI", "RU",
                                        "KR", "IN", "MX", "PH"};
    for (size_t i = 0; i < tm_array_len(packs); i++) {
        if (strcmp(packs[i], code) == 0) {
            return true;
        }
    }
    return strcmp(code, r->country) == 0;
}

/* "US-614": two letters, then three figures. */
static bool is_area_code(const char *area)
{
    return strlen(area) == 6 && area[3] >= '2' && area[3] <= '9' &&
           area[4] >= '0' && area[4] <= '9' && area[5] >= '0' && area[5] <= '9';
}

static bool reject_place(struct reading *r, struct slice cell,
                         const char *country)
{
    char codes[LEDGER_ROW_REASON_MAX], why[WHY_MAX];
    place_name_codes(country, codes, sizeof(codes));
    (void)snprintf(why, sizeof(why), "is no place of %s: %.*s", country,
                   (int)sizeof(why) - 32, codes);
    return reject(r, cell, why);
}

/* "LA" is a state of the file's country; "US" a country; "US-LA" both. */
static bool read_area(struct reading *r, struct slice cell)
{
    char code[16], whole[24];
    upper(cell, code, sizeof(code));
    for (size_t i = 0; code[i] != '\0'; i++) {
        code[i] = code[i] == '_' || code[i] == ' ' ? '-' : code[i];
    }
    bool alone = strchr(code, '-') == NULL && !is_country(r, code);
    (void)snprintf(whole, sizeof(whole), "%s%s%s", alone ? r->country : "",
                   alone ? "-" : "", code);
    bool good = cell.n >= 2 && strlen(whole) >= 2 && is_upper_pair(whole) &&
                (whole[2] == '\0' ||
                 (whole[2] == '-' && whole[3] != '\0' && strlen(whole) <= 6));
    if (!good || !vocab_place_parse(str_of(whole), &r->out->entry.area)) {
        return reject(r, cell,
                      "is no area: write a state as US-LA, or LA, but "
                      "California as US-CA, as CA is Canada; a whole country "
                      "as US");
    }
    if (is_area_code(whole)) {
        return r->out->entry.kind == LEDGER_LICENCE ||
               reject(r, cell,
                      "is an area code, which only licences go by: "
                      "write the state, as US-LA");
    }
    if (!place_name_known(str_of(whole))) {
        whole[2] = '\0';
        return reject_place(r, cell, whole);
    }
    return true;
}

static bool read_address(struct reading *r, struct slice cell)
{
    size_t at = 0, ats = 0;
    for (size_t i = 0; i < cell.n; i++) {
        unsigned char c = (unsigned char)cell.p[i];
        if (c <= ' ' || c == ',' || c == ';') {
            return reject(r, cell, "is no single e-mail address");
        }
        ats += c == '@';
        at = c == '@' ? i : at;
    }
    if (ats != 1 || at == 0 || at + 1 == cell.n ||
        cell.n > LEDGER_ROW_ADDRESS_MAX) {
        return reject(r, cell, "is no e-mail address");
    }
    char *to = r->out->address;
    for (size_t i = 0; i < cell.n; i++) {
        char c = cell.p[i];
        to[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    to[cell.n] = '\0';
    r->out->entry.address = str_range(to, cell.n);
    return true;
}

static bool reject_word(struct reading *r, struct slice cell)
{
    char why[WHY_MAX];
    (void)snprintf(why, sizeof(why), "is not one of: %s", r->column->words);
    return reject(r, cell, why);
}

/* A word of the column's list; without a list any plain word. */
static bool read_word(struct reading *r, struct slice cell, struct slice *to)
{
    if (r->column->words != NULL) {
        struct slice word = ledger_columns_word(r->column, cell);
        if (word.n == 0) {
            return reject_word(r, cell);
        }
        *to = word;
        return true;
    }
    ledger_columns_plain(cell, r->out->word);
    if (r->out->word[0] == '\0' || cell.n >= LEDGER_WORD_MAX) {
        return reject(r, cell, "is no word of one to 47 letters and digits");
    }
    *to = str_of(r->out->word);
    return true;
}

static bool read_text(struct reading *r, struct slice cell, struct slice *to)
{
    size_t max = r->column->field == LEDGER_FIELD_WORDING
                     ? LEDGER_ROW_WORDING_MAX
                     : LEDGER_ROW_TEXT_MAX;
    if (cell.n > max) {
        return reject(r, cell,
                      r->column->field == LEDGER_FIELD_WORDING
                          ? "... is longer than 8000 bytes: put it "
                            "into a file and name that as proof"
                          : "... is longer than 1000 bytes");
    }
    *to = cell;
    return true;
}

static uint32_t channel_bits(struct slice word)
{
    enum contact_channel c;
    if (str_eq(word, "voice")) {
        return VOCAB_VOICE;
    }
    if (str_eq(word, "callback_at_time")) {
        return VOCAB_BIT(COVERS_CALLBACK_AT_TIME);
    }
    if (str_eq(word, "night")) {
        return VOCAB_BIT(COVERS_NIGHT);
    }
    if (str_eq(word, "adad")) {
        return VOCAB_BIT(COVERS_ADAD);
    }
    return vocab_channel_parse(word, &c) ? VOCAB_BIT(c) : 0;
}

/* Several, separated by spaces, commas, semicolons or bars. */
static bool read_channels(struct reading *r, struct slice cell)
{
    uint32_t bits = 0;
    bool all = false;
    for (size_t i = 0, from = 0; i <= cell.n; i++) {
        if (i < cell.n && memchr(" ,;|/+\t", cell.p[i], 7) == NULL) {
            continue;
        }
        struct slice part = str_range(cell.p + from, i - from);
        from = i + 1;
        if (part.n == 0) {
            continue;
        }
        struct slice word = ledger_columns_word(r->column, part);
        if (word.n == 0) {
            return reject_word(r, part);
        }
        all |= str_eq(word, "all");
        bits |= channel_bits(word);
    }
    /* All that there are: of a withdrawal that is 0, also for channels to
     * come. */
    bool consent = r->out->entry.kind == LEDGER_CONSENT;
    r->out->entry.channels =
        all ? (consent ? VOCAB_ALL_CHANNELS | bits : 0) : bits;
    return true;
}

bool ledger_row_instant(struct slice cell, int64_t *out_us)
{
    struct civil_date d;
    if (civil_parse_date(cell, &d)) {
        *out_us = (int64_t)civil_days(d) * CIVIL_DAY_US;
        return true;
    }
    return civil_parse_instant(cell, out_us);
}

static const char *const DATE_ADVICE =
    "is no date: write it like 2026-11-21, with an hour like "
    "2026-11-21T17:00:00Z";

/* Days of the past: 1 January 1900 and later, as office programs write 1899
 * for an empty cell. */
static bool check_year(struct reading *r, struct slice cell, int64_t us)
{
    int year = civil_of_us(us).date.year;
    if (year < 1900 || year > 2199) {
        return reject(r, cell,
                      "is a day before 1900 or after 2199: what was "
                      "meant?");
    }
    return true;
}

static bool read_date(struct reading *r, struct slice cell,
                      struct civil_date *to)
{
    int64_t us;
    if (!ledger_row_instant(cell, &us)) {
        return reject(r, cell, DATE_ADVICE);
    }
    /* The day as it is written; of an instant its own, not that in UTC. */
    struct civil_date d;
    if (!civil_parse_date(str_range(cell.p, cell.n < 10 ? cell.n : 10), &d)) {
        d = civil_of_us(us).date;
    }
    *to = d;
    return check_year(r, cell, us);
}

static bool read_instant(struct reading *r, struct slice cell, int64_t *to)
{
    if (!ledger_row_instant(cell, to)) {
        return reject(r, cell, DATE_ADVICE);
    }
    return check_year(r, cell, *to);
}

/* A consent holds from a day on when that has begun everywhere. */
static bool read_first_instant(struct reading *r, struct slice cell,
                               int64_t *to)
{
    struct civil_date day;
    bool whole =
        r->out->entry.kind == LEDGER_CONSENT && civil_parse_date(cell, &day);
    if (!read_instant(r, cell, to)) {
        return false;
    }
    *to += whole ? CIVIL_DAY_US / 2 : 0;
    return true;
}

/* The last day belongs to the span: an instant ends it, a day does not. */
static bool read_last_instant(struct reading *r, struct slice cell, int64_t *to)
{
    struct civil_date day;
    bool whole = civil_parse_date(cell, &day);
    if (!read_instant(r, cell, to)) {
        return false;
    }
    *to += whole ? CIVIL_DAY_US : 0;
    return true;
}

static bool read_seller(struct reading *r, struct slice cell)
{
    if (str_eq_nocase(cell, "all") || str_eq(cell, "*")) {
        r->out->all_sellers = true;
        return true;
    }
    return read_text(r, cell, &r->out->entry.seller_name);
}

static bool read_condition(struct reading *r, struct slice cell)
{
    struct slice word;
    return read_word(r, cell, &word) &&
           vocab_tri_parse(word, &r->out->entry.not_condition);
}

static bool read_value(struct reading *r, struct slice cell)
{
    struct slice *to = &r->out->entry.value;
    bool good = r->column->words != NULL ? read_word(r, cell, to)
                                         : read_text(r, cell, to);
    if (good && r->out->entry.kind == LEDGER_REVOCATION && str_eq(*to, "all")) {
        *to = str_of("");
    }
    return good;
}

static bool read_cell(struct reading *r, struct slice cell)
{
    struct ledger_entry *x = &r->out->entry;
    switch (r->column->field) {
    case LEDGER_FIELD_COUNTRY: return true; /* read before the others */
    case LEDGER_FIELD_NUMBER: return read_number(r, cell);
    case LEDGER_FIELD_ADDRESS: return read_address(r, cell);
    case LEDGER_FIELD_SELLER: return read_seller(r, cell);
    case LEDGER_FIELD_WORD: return read_word(r, cell, &x->word);
    case LEDGER_FIELD_VALUE: return read_value(r, cell);
    case LEDGER_FIELD_AREA: return read_area(r, cell);
    case LEDGER_FIELD_CHANNELS: return read_channels(r, cell);
    case LEDGER_FIELD_FROM: return read_date(r, cell, &x->from);
    case LEDGER_FIELD_TO: return read_date(r, cell, &x->to);
    case LEDGER_FIELD_FROM_US: return read_first_instant(r, cell, &x->from_us);
    case LEDGER_FIELD_TO_US: return read_last_instant(r, cell, &x->to_us);
    case LEDGER_FIELD_CONDITION: return read_condition(r, cell);
    case LEDGER_FIELD_NAME: return read_text(r, cell, &x->name);
    case LEDGER_FIELD_PROOF: return read_text(r, cell, &x->proof);
    case LEDGER_FIELD_WORDING: return read_text(r, cell, &x->wording);
    case LEDGER_FIELD_NOTE: return read_text(r, cell, &x->note);
    case LEDGER_FIELD_COUNT: break;
    }
    tm_unreachable("a column of no field");
}

/* --- the whole ------------------------------------------------------------*/

static bool check_value_of_number(struct ledger_row *out)
{
    struct ledger_entry *x = &out->entry;
    enum line_type line;
    enum reassigned answer;
    if (str_eq(x->word, "line")) {
        return (x->value.n > 0 && vocab_line_parse(x->value, &line)) ||
               say(out, "value: a line is residential, wireless, business, "
                        "toll_free, healthcare_room or emergency");
    }
    if (x->from.year == 0) {
        return say(out, "date: the day of the port, or on which the database "
                        "was asked, is missing");
    }
    if (str_eq(x->word, "reassigned")) {
        return (x->value.n > 0 && vocab_reassigned_parse(x->value, &answer)) ||
               say(out, "value: the database answers yes, no or no_data");
    }
    /* ported: to wireless, that is all the entry says */
    return x->value.n == 0 || str_eq(x->value, "wireless") ||
           say(out, "value: only ports to wireless are kept; leave it empty");
}

/* A day that is still to come cannot have happened. One day's grace: the
 * person may live where it is tomorrow already. */
static bool check_past(const struct ledger_row_options *o,
                       struct ledger_row *out)
{
    const struct ledger_entry *x = &out->entry;
    int64_t last_us = o->now_us + CIVIL_DAY_US;
    bool future = x->from.year != 0 &&
                  (int64_t)civil_days(x->from) * CIVIL_DAY_US > last_us;
    switch (x->kind) {
    case LEDGER_CONSENT:
        return !future || say(out, "given: this day is still to come");
    case LEDGER_REVOCATION:
        return x->from_us <= last_us ||
               say(out, "at: this instant is still to come");
    case LEDGER_RELATIONSHIP:
        return !future || str_eq(x->word, "contract") ||
               str_eq(x->word, "membership") ||
               say(out, "from: this day is still to come");
    case LEDGER_NUMBER:
        return !future || say(out, "date: this day is still to come");
    case LEDGER_CALLER_ID:
    case LEDGER_LICENCE:
    case LEDGER_EXEMPTION:
    case LEDGER_EMERGENCY:
    case LEDGER_HOLIDAY:
    case LEDGER_KIND_COUNT: break;
    }
    return true;
}

static bool check_seller(const struct ledger_row_options *o,
                         struct ledger_row *out)
{
    const struct ledger_entry *x = &out->entry;
    bool one = x->kind == LEDGER_CONSENT || x->kind == LEDGER_RELATIONSHIP;
    if (!one) {
        return true;
    }
    if (out->all_sellers) {
        return say(out, "seller: a consent or relationship is with one "
                        "seller: name him");
    }
    return o->seller_known || x->seller_name.n > 0 ||
           say(out, "seller: a consent or relationship is with one seller: "
                    "name him with --seller NAME or in a column 'seller'");
}

static bool check_order(struct ledger_row *out)
{
    const struct ledger_entry *x = &out->entry;
    if (x->from.year != 0 && x->to.year != 0 &&
        civil_date_cmp(x->to, x->from) < 0) {
        return say(out, "the last day comes before the first");
    }
    return x->from_us == 0 || x->to_us == 0 || x->to_us > x->from_us ||
           say(out, "the end comes before the beginning");
}

static bool check_entry(const struct ledger_header *h,
                        const struct ledger_row_options *o,
                        struct ledger_row *out)
{
    struct ledger_entry *x = &out->entry;
    bool person = ledger_columns_find(h->kind, LEDGER_FIELD_ADDRESS) != NULL;
    if (person && x->e164 == 0 && x->address.n == 0) {
        return say(out, "there is neither a number nor an e-mail address");
    }
    if (x->kind == LEDGER_REVOCATION) {
        /* It counts from when we know of it, when nobody says better. */
        x->from_us = x->from_us != 0 ? x->from_us : o->now_us;
        x->word = x->word.n > 0 ? x->word : str_of("other");
    }
    if (x->kind == LEDGER_NUMBER && !check_value_of_number(out)) {
        return false;
    }
    return check_seller(o, out) && check_past(o, out) && check_order(out);
}

static struct slice cell_of(const struct csv_row *row, size_t i)
{
    return i < row->cells ? str_trim(row->cell[i]) : str_of("");
}

/* The countries first: numbers and areas are read by them. */
static bool read_countries(const struct ledger_header *h,
                           const struct csv_row *row, struct reading *r)
{
    for (size_t i = 0; i < h->n; i++) {
        r->column = h->column[i];
        struct slice cell = cell_of(row, i);
        if (r->column->field == LEDGER_FIELD_COUNTRY && cell.n > 0 &&
            !read_country(r, cell)) {
            return false;
        }
    }
    return true;
}

static bool read_cells(const struct ledger_header *h, const struct csv_row *row,
                       struct reading *r)
{
    for (size_t i = 0; i < h->n; i++) {
        r->column = h->column[i];
        struct slice cell = cell_of(row, i);
        if (cell.n == 0 && r->column->required) {
            return reject(r, cell, "is empty; it is needed");
        }
        if (cell.n > 0 && !read_cell(r, cell)) {
            return false;
        }
    }
    return true;
}

bool ledger_row_clean(const struct ledger_header *h, const struct csv_row *row,
                      const struct ledger_row_options *o,
                      struct ledger_row *out)
{
    tm_assert(h->n > 0 && strlen(o->country) == 2);
    memset(out, 0, sizeof(*out));
    out->entry.kind = h->kind;
    if (row->fault != CSV_OK) {
        return say(out, csv_fault_text(row->fault));
    }
    for (size_t i = h->n; i < row->cells; i++) {
        if (str_trim(row->cell[i]).n > 0) {
            return say(out, "the row has more cells than the header: is a "
                            "comma in a text without quotes?");
        }
    }
    struct reading r = {.o = o, .out = out};
    (void)str_copy(r.country, sizeof(r.country), str_of(o->country));
    return read_countries(h, row, &r) && read_cells(h, row, &r) &&
           check_entry(h, o, out);
}
