#include "core/list/columns.h"

#include <stdio.h>
#include <string.h>

#include "core/number/number.h"

const char *columns_role_text(enum columns_role r)
{
    static const char *const text[] = {
#define X(name, word) word,
        COLUMNS_ROLE_TABLE(X)
#undef X
    };
    tm_assert((size_t)r < tm_array_len(text));
    return text[r];
}

static bool parse_role(struct slice s, enum columns_role *out)
{
    for (int r = 0; r < COLUMNS_ROLE_COUNT; r++) {
        if (!str_eq(s, columns_role_text((enum columns_role)r)))
            continue;
        *out = (enum columns_role)r;
        return true;
    }
    return false;
}

/* Without a last character that was cut: its lead byte says how long it is. */
static size_t whole_characters(const char *p, size_t n)
{
    size_t last = n;
    while (last > 0 && ((unsigned char)p[last - 1] & 0xC0) == 0x80)
        last--;
    if (last == 0)
        return 0;
    unsigned char lead = (unsigned char)p[last - 1];
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return n - (last - 1) < need ? last - 1 : n;
}

/* Lower case for ASCII and for the Cyrillic block; runs of anything that is
 * no letter or digit become one '_'. */
static void plain_name(struct slice cell, char out[COLUMNS_NAME_MAX])
{
    size_t n = 0;
    cell = str_trim(cell);
    for (size_t i = 0; i < cell.n && n + 3 < COLUMNS_NAME_MAX; i++) {
        unsigned char c = (unsigned char)cell.p[i];
        unsigned char next = i + 1 < cell.n ? (unsigned char)cell.p[i + 1] : 0;
        if (c == 0xD0 && next >= 0x90 && next <= 0xAF) {
            /* U+0410 to U+042F to the small letters, 32 places on */
            bool high = next >= 0xA0;
            out[n++] = (char)(high ? 0xD1 : 0xD0);
            out[n++] = (char)(high ? next - 0x20 : next + 0x20);
            i++;
        } else if (c >= 0x80 || (c >= 'a' && c <= 'z') ||
                   (c >= '0' && c <= '9')) {
            out[n++] = (char)c;
        } else if (c >= 'A' && c <= 'Z') {
            out[n++] = (char)(c - 'A' + 'a');
        } else if (n > 0 && out[n - 1] != '_') {
            out[n++] = '_';
        }
    }
    while (n > 0 && out[n - 1] == '_')
        n--;
    out[whole_characters(out, n)] = '\0';
}

/* A name tells its role when it contains one of these words between '_'
 * borders, or is the whole word after '='; the first hit counts, so the
 * narrower words come first. */
static const struct {
    const char *word;
    enum columns_role role;
} known_words[] = {
    {"consent_withdrawn", COLUMNS_REVOKED},
    {"consent_revoked", COLUMNS_REVOKED},
    {"revoked", COLUMNS_REVOKED},
    {"opt_out", COLUMNS_REVOKED},
    {"widerruf", COLUMNS_REVOKED},
    {"widerrufen", COLUMNS_REVOKED},
    {"widerrufsdatum", COLUMNS_REVOKED},
    {"consentement_retiré", COLUMNS_REVOKED},
    {"consentement_retire", COLUMNS_REVOKED},
    {"retrait", COLUMNS_REVOKED},
    {"consentimiento_revocado", COLUMNS_REVOKED},
    {"consentimiento_retirado", COLUMNS_REVOKED},
    {"revocado", COLUMNS_REVOKED},
    {"suostumus_peruttu", COLUMNS_REVOKED},
    {"peruttu", COLUMNS_REVOKED},
    {"peruutettu", COLUMNS_REVOKED},
    {"consenso_revocato", COLUMNS_REVOKED},
    {"revocato", COLUMNS_REVOKED},
    {"revoca", COLUMNS_REVOKED},
    {"согласие_отозвано", COLUMNS_REVOKED},
    {"отозвано", COLUMNS_REVOKED},
    {"отзыв", COLUMNS_REVOKED},
    {"отзыв_согласия", COLUMNS_REVOKED},
    {"동의_철회", COLUMNS_REVOKED},
    {"동의철회", COLUMNS_REVOKED},
    {"철회", COLUMNS_REVOKED},
    {"consent_date", COLUMNS_CONSENT_DATE},
    {"opt_in_date", COLUMNS_CONSENT_DATE},
    {"einwilligungsdatum", COLUMNS_CONSENT_DATE},
    {"einwilligung_datum", COLUMNS_CONSENT_DATE},
    {"datum_einwilligung", COLUMNS_CONSENT_DATE},
    {"datum_der_einwilligung", COLUMNS_CONSENT_DATE},
    {"einwilligung_am", COLUMNS_CONSENT_DATE},
    {"einwilligung_vom", COLUMNS_CONSENT_DATE},
    {"zustimmungsdatum", COLUMNS_CONSENT_DATE},
    {"date_consentement", COLUMNS_CONSENT_DATE},
    {"date_de_consentement", COLUMNS_CONSENT_DATE},
    {"date_du_consentement", COLUMNS_CONSENT_DATE},
    {"consentement_date", COLUMNS_CONSENT_DATE},
    {"fecha_consentimiento", COLUMNS_CONSENT_DATE},
    {"fecha_de_consentimiento", COLUMNS_CONSENT_DATE},
    {"fecha_del_consentimiento", COLUMNS_CONSENT_DATE},
    {"suostumuspäivä", COLUMNS_CONSENT_DATE},
    {"suostumuspvm", COLUMNS_CONSENT_DATE},
    {"suostumus_pvm", COLUMNS_CONSENT_DATE},
    {"suostumuksen_päivä", COLUMNS_CONSENT_DATE},
    {"data_consenso", COLUMNS_CONSENT_DATE},
    {"data_del_consenso", COLUMNS_CONSENT_DATE},
    {"consenso_data", COLUMNS_CONSENT_DATE},
    {"дата_согласия", COLUMNS_CONSENT_DATE},
    {"согласие_дата", COLUMNS_CONSENT_DATE},
    {"동의일", COLUMNS_CONSENT_DATE},
    {"동의일자", COLUMNS_CONSENT_DATE},
    {"동의_날짜", COLUMNS_CONSENT_DATE},
    {"동의날짜", COLUMNS_CONSENT_DATE},
    {"consent", COLUMNS_CONSENT},
    {"consent_type", COLUMNS_CONSENT},
    {"opt_in", COLUMNS_CONSENT},
    {"einwilligung", COLUMNS_CONSENT},
    {"einverständnis", COLUMNS_CONSENT},
    {"einverstaendnis", COLUMNS_CONSENT},
    {"zustimmung", COLUMNS_CONSENT},
    {"consentement", COLUMNS_CONSENT},
    {"consentimiento", COLUMNS_CONSENT},
    {"suostumus", COLUMNS_CONSENT},
    {"markkinointilupa", COLUMNS_CONSENT},
    {"consenso", COLUMNS_CONSENT},
    {"согласие", COLUMNS_CONSENT},
    {"동의", COLUMNS_CONSENT},
    {"동의_여부", COLUMNS_CONSENT},
    {"동의여부", COLUMNS_CONSENT},
    {"last_purchase", COLUMNS_PURCHASE},
    {"last_transaction", COLUMNS_PURCHASE},
    {"last_order", COLUMNS_PURCHASE},
    {"last_inquiry", COLUMNS_INQUIRY},
    {"last_gift", COLUMNS_GIFT},
    {"last_donation", COLUMNS_GIFT},
    {"phone", COLUMNS_PHONE},
    {"telephone", COLUMNS_PHONE},
    {"tel", COLUMNS_PHONE},
    {"mobile", COLUMNS_PHONE},
    {"cell", COLUMNS_PHONE},
    {"cellphone", COLUMNS_PHONE},
    {"landline", COLUMNS_PHONE},
    {"land_line", COLUMNS_PHONE},
    {"phone1", COLUMNS_PHONE},
    {"phone2", COLUMNS_PHONE},
    {"phone3", COLUMNS_PHONE},
    {"msisdn", COLUMNS_PHONE},
    {"telefon", COLUMNS_PHONE},
    {"telefonnummer", COLUMNS_PHONE},
    {"mobil", COLUMNS_PHONE},
    {"mobiltelefon", COLUMNS_PHONE},
    {"mobilnummer", COLUMNS_PHONE},
    {"rufnummer", COLUMNS_PHONE},
    {"handy", COLUMNS_PHONE},
    {"handynummer", COLUMNS_PHONE},
    {"festnetz", COLUMNS_PHONE},
    {"puhelin", COLUMNS_PHONE},
    {"puh", COLUMNS_PHONE},
    {"gsm", COLUMNS_PHONE},
    {"puhelinnumero", COLUMNS_PHONE},
    {"matkapuhelin", COLUMNS_PHONE},
    {"telefono", COLUMNS_PHONE},
    {"cellulare", COLUMNS_PHONE},
    {"телефон", COLUMNS_PHONE},
    {"телефона", COLUMNS_PHONE},
    {"тел", COLUMNS_PHONE},
    {"мобильный", COLUMNS_PHONE},
    {"전화번호", COLUMNS_PHONE},
    {"전화", COLUMNS_PHONE},
    {"휴대폰", COLUMNS_PHONE},
    {"휴대폰번호", COLUMNS_PHONE},
    {"휴대전화", COLUMNS_PHONE},
    {"핸드폰", COLUMNS_PHONE},
    {"연락처", COLUMNS_PHONE},
    {"country", COLUMNS_COUNTRY},
    {"=land", COLUMNS_COUNTRY},
    {"=maa", COLUMNS_COUNTRY},
    {"paese", COLUMNS_COUNTRY},
    {"страна", COLUMNS_COUNTRY},
    {"국가", COLUMNS_COUNTRY},
    {"state", COLUMNS_REGION},
    {"st", COLUMNS_REGION},
    {"province", COLUMNS_REGION},
    {"region", COLUMNS_REGION},
    {"county", COLUMNS_COUNTY},
    {"party", COLUMNS_PARTY},
    {"customer_type", COLUMNS_PARTY},
};

/* Columns about the phone that hold no number. */
static const char *const not_phone[] = {"type",  "ext",    "extension",
                                        "model", "status", "carrier"};

static bool has_word(const char *name, const char *word)
{
    if (word[0] == '=')
        return strcmp(name, word + 1) == 0;
    size_t n = strlen(word);
    for (const char *at = strstr(name, word); at != NULL;
         at = strstr(at + 1, word)) {
        bool left = at == name || at[-1] == '_';
        bool right = at[n] == '\0' || at[n] == '_';
        if (left && right)
            return true;
    }
    return false;
}

static enum columns_role role_of_name(const char *name)
{
    for (size_t i = 0; i < tm_array_len(known_words); i++) {
        if (!has_word(name, known_words[i].word))
            continue;
        for (size_t k = 0; k < tm_array_len(not_phone); k++)
            if (known_words[i].role == COLUMNS_PHONE &&
                has_word(name, not_phone[k]))
                return COLUMNS_FIELD;
        return known_words[i].role;
    }
    return COLUMNS_FIELD;
}

static bool is_number(struct slice cell, const char *country)
{
    struct number n;
    return cell.n > 0 && number_parse(cell, country, &n) == NUMBER_OK;
}

static bool is_header(const struct columns_sample *row, const char *country)
{
    for (size_t i = 0; i < row->cells; i++)
        if (is_number(row->cell[i], country))
            return false;
    return true;
}

static size_t filled_cells(const struct columns_sample *row)
{
    size_t n = 0;
    for (size_t i = 0; i < row->cells; i++)
        n += str_trim(row->cell[i]).n > 0;
    return n;
}

static size_t known_names(const struct columns_sample *row)
{
    char name[COLUMNS_NAME_MAX];
    size_t n = 0;
    for (size_t i = 0; i < row->cells; i++) {
        plain_name(row->cell[i], name);
        n += role_of_name(name) != COLUMNS_FIELD;
    }
    return n;
}

/* Nobody would doubt it. */
static bool is_sure_header(const struct columns_sample *row,
                           const char *country)
{
    return known_names(row) >= 2 && is_header(row, country);
}

/* A line over a table, beside its header: one cell, or, when the header is
 * beyond doubt, far fewer. */
static bool is_title(const struct columns_sample *row,
                     const struct columns_sample *header)
{
    size_t filled = filled_cells(row), wide = filled_cells(header);
    size_t known = known_names(header);
    bool narrow = known >= 2 ? 2 * filled <= wide : filled <= 1;
    return wide >= 2 && (filled == 0 || narrow) && known_names(row) < known;
}

/* The row that is the header, or the first data; 0 when none is above it. */
static size_t find_header(const struct columns_sample *rows, size_t n,
                          const char *country)
{
    for (size_t i = 1; i < n && i < COLUMNS_TITLES_MAX; i++) {
        size_t k = 0;
        if (!is_header(&rows[i], country))
            continue;
        while (k < i && is_title(&rows[k], &rows[i]))
            k++;
        if (k == i)
            return i;
    }
    return 0;
}

/* A header without one known name, and a row below that is full of them:
 * columns would be lost, one that says who is not to be called as well. */
static int check_header(const struct columns_sample *rows, size_t n,
                        const char *country, struct err *e)
{
    if (known_names(&rows[0]) > 0)
        return TM_OK;
    for (size_t i = 1; i < n; i++)
        if (is_sure_header(&rows[i], country))
            return err_set(e, TM_EINVAL,
                           "row %zu looks like the header, but the first row "
                           "would be taken for it: delete the rows above the "
                           "header, or say --header yes if the first row is "
                           "the header",
                           i + 1);
    return TM_OK;
}

static void name_columns(const struct columns_sample *row, struct columns *out)
{
    out->n = row->cells;
    for (size_t i = 0; i < out->n; i++) {
        struct column *c = &out->column[i];
        c->role = COLUMNS_FIELD;
        if (out->has_header)
            plain_name(row->cell[i], c->name);
        if (c->name[0] == '\0')
            (void)snprintf(c->name, sizeof(c->name), "column_%zu", i + 1);
        if (out->has_header)
            c->role = role_of_name(c->name);
    }
}

/* A field of a lead must be found by its name, and a report on columns must
 * mean one: asked after --map, which may tell two of them apart. */
static int check_names(const struct columns *c, struct err *e)
{
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < i; k++)
            if (c->column[i].role != COLUMNS_IGNORE &&
                c->column[k].role != COLUMNS_IGNORE &&
                strcmp(c->column[k].name, c->column[i].name) == 0)
                return err_set(e, TM_EINVAL,
                               "columns %zu and %zu are both called '%s': "
                               "rename one of them in the header, or say "
                               "--map %zu=ANOTHER_NAME, or --map %zu=- to "
                               "leave it out",
                               k + 1, i + 1, c->column[i].name, i + 1, i + 1);
    return TM_OK;
}

static struct column *find_column(struct columns *c, struct slice name)
{
    uint64_t at;
    char plain[COLUMNS_NAME_MAX];
    plain_name(name, plain);
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->column[i].name, plain) == 0)
            return &c->column[i];
    if (str_u64(name, &at) && at >= 1 && at <= c->n)
        return &c->column[at - 1];
    return NULL;
}

static int apply_map(const char *const *map, struct columns *out, struct err *e)
{
    for (size_t i = 0; i < COLUMNS_MAPS_MAX && map[i] != NULL; i++) {
        struct slice role, rest = str_of(map[i]);
        struct slice name = str_cut(rest, '=', &role);
        struct column *c = find_column(out, name);
        if (role.p == NULL || role.n == 0)
            return err_set(e, TM_EINVAL,
                           "--map %s: write it as column=field, e.g. "
                           "\"Tel.=phone\"",
                           map[i]);
        if (c == NULL)
            return err_set(e, TM_EINVAL,
                           "--map %s: the file has no column '%.*s'; the "
                           "first of its %zu columns is '%s'; a number from 1 "
                           "to %zu does as well",
                           map[i], (int)name.n, name.p, out->n,
                           out->column[0].name, out->n);
        if (parse_role(role, &c->role))
            continue;
        c->role = COLUMNS_FIELD;
        plain_name(role, c->name);
        if (c->name[0] == '\0')
            return err_set(e, TM_EINVAL,
                           "--map %s: '%.*s' is no name of a field: it has no "
                           "letter or digit",
                           map[i], (int)role.n, role.p);
    }
    return TM_OK;
}

static bool mapped(const char *const *map)
{
    for (size_t i = 0; i < COLUMNS_MAPS_MAX && map[i] != NULL; i++) {
        struct slice role;
        (void)str_cut(str_of(map[i]), '=', &role);
        if (str_eq(role, columns_role_text(COLUMNS_PHONE)))
            return true;
    }
    return false;
}

/* No name told where the numbers are: a column of which at least half of the
 * filled cells are good numbers. */
static void find_phones(const struct columns_sample *rows, size_t n,
                        const char *country, struct columns *out)
{
    for (size_t i = 0; i < out->n; i++) {
        size_t filled = 0, good = 0;
        for (size_t r = out->header_row + out->has_header; r < n; r++) {
            if (i >= rows[r].cells || str_trim(rows[r].cell[i]).n == 0)
                continue;
            filled++;
            good += is_number(rows[r].cell[i], country);
        }
        if (filled > 0 && 2 * good >= filled)
            out->column[i].role = COLUMNS_PHONE;
    }
}

static void count_roles(struct columns *c)
{
    c->phones = 0;
    c->has_consent = false;
    for (size_t i = 0; i < c->n; i++) {
        c->phones += c->column[i].role == COLUMNS_PHONE;
        c->has_consent |= c->column[i].role == COLUMNS_CONSENT;
    }
}

int columns_guess(const struct columns_sample *rows, size_t n,
                  const struct columns_options *o, struct columns *out,
                  struct err *e)
{
    memset(out, 0, sizeof(*out));
    if (n == 0)
        return err_set(e, TM_EINVAL, "the file has no rows");
    tm_assert(rows[0].cells > 0 && rows[0].cells <= CSV_CELLS_MAX);
    bool guess = o->header == COLUMNS_HEADER_GUESS;
    if (guess)
        out->header_row = find_header(rows, n, o->country);
    const struct columns_sample *first = &rows[out->header_row];
    out->has_header =
        guess ? is_header(first, o->country) : o->header == COLUMNS_HEADER_YES;
    int rc = guess && out->has_header && out->header_row == 0
                 ? check_header(rows, n, o->country, e)
                 : TM_OK;
    if (rc != TM_OK)
        return rc;
    name_columns(first, out);
    count_roles(out);
    if (out->phones == 0 && !mapped(o->map))
        find_phones(rows, n, o->country, out);
    rc = apply_map(o->map, out, e);
    if (rc == TM_OK)
        rc = check_names(out, e);
    if (rc != TM_OK)
        return rc;
    count_roles(out);
    if (out->phones == 0)
        return err_set(e, TM_EINVAL,
                       "no column holds telephone numbers of %s: say which "
                       "one does with --map COLUMN=phone, or the country "
                       "with --country",
                       o->country);
    return TM_OK;
}
