#include "sim/person_list_row.h"

static const char *const FIRST[] = {
    "James",
    "Mary",
    "Robert",
    "Patricia",
    "John",
    "Jennifer",
    "Michael",
    "Linda",
    "David",
    "Elizabeth",
    "William",
    "Barbara",
    "Richard",
    "Susan",
    "Joseph",
    "Jessica",
    "Thomas",
    "Karen",
    "Carlos",
    "Maria",
    "Daniel",
    "Nancy",
    "Aisha",
    "Mohammed",
    "Wei",
    "Priya",
    "Ng\xc3\xb4",
    "Jos\xc3\xa9",
    "Zo\xc3\xab",
    ("Ren\xc3\xa9"
     "e"),
    "Bj\xc3\xb6rn",
    "Micha\xc5\x82",
    ("Mar\xc3\x83\xc2\xad"
     "a"), /* UTF-8 read as Latin-1 once too often */
    "Ren\xc3\x83\xc2\xa9",
    "\xe6\x98\x8e",
    "Anne-Marie",
    "D'Andre",
    "J.",
    "MARY ANN",
    "peter",
};

static const char *const LAST[] = {
    "Smith",
    "Johnson",
    "Williams",
    "Brown",
    "Jones",
    "Garcia",
    "Miller",
    "Davis",
    "Rodriguez",
    "Martinez",
    "Hernandez",
    "Lopez",
    "Gonzalez",
    "Wilson",
    "Anderson",
    "Taylor",
    "Moore",
    "Jackson",
    "Martin",
    "Lee",
    "Perez",
    "Thompson",
    "White",
    "Harris",
    "O'Brien",
    "McDonald",
    "Nguyen",
    "Kim",
    "Patel",
    "Mu\xc3\xb1oz",
    ("N\xc3\xba\xc3\xb1"
     "ez"),
    "M\xc3\x83\xc2\xbcller",
    "Fran\xc3\xa7ois",
    "\xc5\x81ukasik",
    "Smith, Jr.",
    "van der Berg",
    "\xe7\x8e\x8b",
    "WALKER",
    "de la Cruz",
    "Robinson",
};

static const char *const WORDS[] = {
    "n/a",       "N/A", "none",    "unlisted",      "-",    "TBD",
    "see notes", "?",   "call me", "same as above", "#N/A", "NULL",
};

static const char *const IMPOSSIBLE[] = {
    "000-000-0000", "123-456-7890", "(111) 111-1111",
    "999-999-9999", "0123456789",   "212-055-0123",
};

static const char *const COMPANIES[] = {
    "",
    "",
    "",
    "",
    "",
    "Acme, Inc.",
    "Smith & Sons",
    "Joe's \"Best\" Pizza",
    "Caf\xc3\xa9 Luna",
    "Northwind LLC",
};

static const char *const NOTES[] = {
    "",
    "",
    "",
    "",
    "",
    "",
    "call after 5",
    "prefers mobile",
    "said \"call me in March\"",
    "moved; new address, see CRM",
    "first line\nsecond line",
    "spoke to wife\n\"not interested, maybe later\"",
    " trailing blanks  ",
    "50% off, 2nd reminder",
};

static const char *const SEGMENTS[] = {"A", "b", "C - cold", "VIP", "", "A "};

static const char *const STREETS[] = {
    "Main St",     "Oak Ave",       "2nd St., Apt 4", "Maple Dr",
    "P.O. Box 12", "Elm Street #3", "County Rd",
};

#define PICK(table, r) ((table)[rng_below((r), tm_array_len(table))])

const char *person_list_row_text(enum person_row r)
{
    static const char *const TEXTS[] = {
#define X(name, usable, text) [name] = text,
        PERSON_ROW_TABLE(X)
#undef X
    };
    tm_assert((unsigned)r < PERSON_ROW_COUNT);
    return TEXTS[r];
}

bool person_list_row_usable(enum person_row kind)
{
    static const bool USABLE[] = {
#define X(name, usable, text) [name] = usable,
        PERSON_ROW_TABLE(X)
#undef X
    };
    tm_assert((unsigned)kind < PERSON_ROW_COUNT);
    return USABLE[kind];
}

/* Every 67th person is Canadian and every 97th from abroad, so that each has
 * a number of his own; the rest is drawn. */
enum person_row person_list_row(const struct person_list_options *o, uint64_t i)
{
    static const struct {
        enum person_row kind;
        uint32_t ppm;
    } SHARES[] = {
        {PERSON_ROW_MANY_COLUMNS, 8000}, {PERSON_ROW_CUT, 8000},
        {PERSON_ROW_FEW_COLUMNS, 4000},  {PERSON_ROW_EMPTY, 12000},
        {PERSON_ROW_WORD, 12000},        {PERSON_ROW_SHORT, 8000},
        {PERSON_ROW_LONG, 4000},         {PERSON_ROW_IMPOSSIBLE, 8000},
        {PERSON_ROW_ROUNDED, 6000},
    };
    if (i % 67 == 13 && i / 67 < PERSON_NUMBER_CANADA_MAX)
        return PERSON_ROW_CANADA;
    if (i % 97 == 41 && i / 97 < PERSON_NUMBER_FOREIGN_MAX)
        return PERSON_ROW_FOREIGN;
    struct rng r;
    rng_init_of(&r, o->seed, "list kind", i);
    uint64_t u = rng_below(&r, 1000000);
    for (size_t k = 0; k < tm_array_len(SHARES); k++) {
        if (u < SHARES[k].ppm)
            return SHARES[k].kind;
        u -= SHARES[k].ppm;
    }
    return PERSON_ROW_GOOD;
}

static void make_phones(const struct person_list_options *o,
                        struct person_list_row *row, struct rng *r)
{
    static const uint32_t FILLED[PERSON_LIST_PHONES] = {800000, 450000, 300000};
    size_t n = 0;
    for (size_t k = 0; k < PERSON_LIST_PHONES; k++) {
        if (!rng_chance_ppm(r, FILLED[k]))
            continue;
        row->phone[k] =
            person_number_us(o->seed, row->person * PERSON_LIST_SLOTS + k,
                             n == 0 ? &row->area : NULL);
        n++;
    }
    if (n == 0)
        row->phone[0] = person_number_us(
            o->seed, row->person * PERSON_LIST_SLOTS, &row->area);
    if (n > 1 && row->phone[2] != 0 && rng_chance_ppm(r, 100000))
        row->second = person_number_us(
            o->seed, row->person * PERSON_LIST_SLOTS + 3, NULL);
}

static enum person_consent draw_consent(struct rng *r)
{
    uint64_t u = rng_below(r, 1000);
    return u < 740   ? PERSON_CONSENT_WRITTEN
           : u < 770 ? PERSON_CONSENT_WITHDRAWN
           : u < 880 ? PERSON_CONSENT_OTHER
                     : PERSON_CONSENT_NONE;
}

static bool has_char(const char *text, char c)
{
    for (; *text != '\0'; text++)
        if (*text == c)
            return true;
    return false;
}

/* The registers hold good numbers only; the national one is the United
 * States'. */
static void draw_listings(const struct person_list_options *o,
                          struct person_list_row *row)
{
    if (!person_list_row_usable(row->kind))
        return;
    struct rng r;
    rng_init_of(&r, o->seed, "list register", row->person);
    bool abroad =
        row->kind == PERSON_ROW_CANADA || row->kind == PERSON_ROW_FOREIGN;
    row->national = rng_chance_ppm(&r, o->national_ppm) && !abroad;
    row->internal = rng_chance_ppm(&r, o->internal_ppm);
}

void person_list_row_make(const struct person_list_options *o, uint64_t person,
                          struct person_list_row *out)
{
    struct rng r;
    rng_init_of(&r, o->seed, "list row", person);
    struct person_list_row row = {.person = person};
    row.kind = person_list_row(o, person);
    /* the address of a row without a number is that of the slot he has */
    (void)person_number_us(o->seed, person * PERSON_LIST_SLOTS, &row.area);
    if (row.kind == PERSON_ROW_CANADA)
        row.phone[0] = person_number_canada((unsigned)(person / 67));
    else if (row.kind == PERSON_ROW_FOREIGN)
        row.phone[0] = person_number_foreign((unsigned)(person / 97));
    else if (person_list_row_usable(row.kind))
        make_phones(o, &row, &r);
    for (size_t k = 0; k < PERSON_LIST_PHONES; k++) {
        bool free_cell = k > 0 && row.phone[k] == 0;
        row.junk[k] = free_cell && rng_chance_ppm(&r, 60000);
        row.junk_cells += row.junk[k];
    }
    if (rng_chance_ppm(&r, 60000)) /* has moved and kept the number */
        (void)person_number_us(o->seed, rng_below(&r, 28000), &row.area);
    row.consent = draw_consent(&r);
    row.notes = PICK(NOTES, &r);
    draw_listings(o, &row);
    if (row.kind == PERSON_ROW_CUT || row.kind == PERSON_ROW_FEW_COLUMNS) {
        row.consent = PERSON_CONSENT_NONE; /* these columns are cut off */
        row.notes = "";
    }
    row.line_break = has_char(row.notes, '\n');
    row.quotes = has_char(row.notes, '"');
    *out = row;
}

/* Appends a cell; quoted when it must be, or at times when it need not. */
static void cell(struct buf *b, struct rng *r, const char *text)
{
    bool must = false;
    for (const char *p = text; *p != '\0'; p++)
        must = must || *p == '"' || *p == ',' || *p == '\n';
    bool quoted = must || rng_chance_ppm(r, 30000);
    if (quoted)
        buf_add_char(b, '"');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"')
            buf_add_char(b, '"');
        buf_add_char(b, *p);
    }
    if (quoted)
        buf_add_char(b, '"');
}

static void next_cell(struct buf *b, struct rng *r, const char *text)
{
    buf_add_char(b, ',');
    cell(b, r, text);
}

/* The cell of the first telephone column of a row without a number. */
static void write_fault(struct buf *b, enum person_row kind, struct rng *r)
{
    unsigned digits = (unsigned)rng_below(r, 10000);
    switch (kind) {
    case PERSON_ROW_WORD: buf_add_str(b, PICK(WORDS, r)); break;
    case PERSON_ROW_SHORT: buf_addf(b, "555-%04u", digits); break;
    case PERSON_ROW_LONG:
        buf_addf(b, "212555%04u%04u89", digits, digits);
        break;
    case PERSON_ROW_IMPOSSIBLE: buf_add_str(b, PICK(IMPOSSIBLE, r)); break;
    case PERSON_ROW_ROUNDED: /* the second form has all digits, by luck */
        if (digits % 3 == 0)
            buf_addf(b, "2.%02u555%04uE+09", digits % 90 + 10, digits);
        else
            buf_addf(b, "2.%02u555E+09", digits % 90 + 10);
        break;
    case PERSON_ROW_EMPTY:
    case PERSON_ROW_FEW_COLUMNS: break;
    case PERSON_ROW_GOOD:
    case PERSON_ROW_CANADA:
    case PERSON_ROW_FOREIGN:
    case PERSON_ROW_MANY_COLUMNS:
    case PERSON_ROW_CUT:
    case PERSON_ROW_COUNT: tm_unreachable("a row with a number");
    }
}

static void write_phones(const struct person_list_row *row, struct rng *r,
                         struct buf *b)
{
    for (size_t k = 0; k < PERSON_LIST_PHONES; k++) {
        struct buf c;
        buf_init(&c, 256);
        if (row->phone[k] != 0) {
            person_number_write(&c, row->phone[k], person_number_spelling(r));
            if (k == 2 && row->second != 0) {
                buf_add_str(&c, " / ");
                person_number_write(&c, row->second, PERSON_SPELLING_DASHES);
            }
        } else if (k == 0 && !person_list_row_usable(row->kind)) {
            write_fault(&c, row->kind, r);
        } else if (row->junk[k]) {
            buf_add_str(&c, PICK(WORDS, r));
        }
        next_cell(b, r, c.n > 0 ? c.p : "");
        buf_fini(&c);
    }
}

static void write_name(const struct person_list_row *row, struct rng *r,
                       struct buf *b)
{
    buf_addf(b, "C%07llu", (unsigned long long)row->person + 1);
    /* the name stays the person's when the row is doubled */
    uint64_t h = rng_mix(row->person + 77);
    next_cell(b, r, FIRST[h % tm_array_len(FIRST)]);
    next_cell(b, r, LAST[(h >> 20) % tm_array_len(LAST)]);
    if (rng_chance_ppm(r, 20000))
        buf_add_str(b, "  ");
}

static void write_address(const struct person_list_row *row, struct rng *r,
                          struct buf *b)
{
    unsigned long long who = row->person + 1;
    struct buf c;
    buf_init(&c, 128);
    if (rng_chance_ppm(r, 700000))
        buf_addf(&c, "person%llu@example.%s", who, who % 2 ? "com" : "net");
    next_cell(b, r, c.n > 0 ? c.p : "");
    buf_clear(&c);
    buf_addf(&c, "%llu %s", who * 7 % 9900 + 1, PICK(STREETS, r));
    next_cell(b, r, c.p);
    buf_clear(&c);
    if (row->kind == PERSON_ROW_FOREIGN) {
        buf_fini(&c);
        buf_add_str(b, ",London,,SW1A 1AA");
        return;
    }
    if (row->kind == PERSON_ROW_CANADA) {
        buf_fini(&c);
        buf_add_str(b, ",Toronto,ON,M5V 2T6");
        return;
    }
    next_cell(b, r, row->area->city);
    next_cell(b, r, rng_chance_ppm(r, 950000) ? row->area->state : "");
    buf_addf(&c, "%s%02llu", row->area->zip3, who % 100);
    if (rng_chance_ppm(r, 100000))
        buf_addf(&c, "-%04llu", who % 9000 + 1000);
    next_cell(b, r, c.p);
    buf_fini(&c);
}

/* ISO or American; the day lies days from today. */
static void write_date(struct buf *b, struct civil_date today, int days,
                       bool american)
{
    struct civil_date d = civil_add_days(today, days);
    if (american)
        buf_addf(b, "%u/%u/%d", d.month, d.day, d.year);
    else
        buf_addf(b, "%04d-%02u-%02u", d.year, d.month, d.day);
}

static void write_appointment(const struct person_list_options *o,
                              struct rng *r, struct buf *b)
{
    buf_add_char(b, ',');
    if (rng_chance_ppm(r, 500000))
        return;
    bool american = rng_chance_ppm(r, 300000);
    unsigned hour = 8 + (unsigned)rng_below(r, 9);
    unsigned minute = (unsigned)rng_below(r, 4) * 15;
    write_date(b, o->today, 1 + (int)rng_below(r, 30), american);
    if (american)
        buf_addf(b, " %u:%02u %s", hour > 12 ? hour - 12 : hour, minute,
                 hour >= 12 ? "PM" : "AM");
    else
        buf_addf(b, " %02u:%02u", hour, minute);
}

static void write_consent(const struct person_list_options *o,
                          const struct person_list_row *row, struct rng *r,
                          struct buf *b)
{
    static const char *const WRITTEN[] = {"written", "Express Written",
                                          "express_written", "WRITTEN "};
    static const char *const OTHER[] = {"express", "oral", "Express",
                                        "express_oral"};
    static const char *const NONE[] = {"none", "", "", "no", "?", "Y"};
    int given = -30 - (int)rng_below(r, 600);
    bool american = rng_chance_ppm(r, 300000);
    bool written = row->consent == PERSON_CONSENT_WRITTEN ||
                   row->consent == PERSON_CONSENT_WITHDRAWN;
    const char *word = written ? PICK(WRITTEN, r) : PICK(NONE, r);
    if (row->consent == PERSON_CONSENT_OTHER)
        word = PICK(OTHER, r);
    next_cell(b, r, word);
    buf_add_char(b, ',');
    if (row->consent != PERSON_CONSENT_NONE)
        write_date(b, o->today, given, american);
    buf_add_char(b, ',');
    if (row->consent == PERSON_CONSENT_WITHDRAWN)
        write_date(b, o->today, given + (int)rng_below(r, 29) + 1, american);
    buf_add_char(b, ',');
    if (rng_chance_ppm(r, 600000))
        write_date(b, o->today, -1 - (int)rng_below(r, 900), american);
}

void person_list_row_write(const struct person_list_options *o,
                           const struct person_list_row *row, uint64_t copy,
                           struct buf *b)
{
    struct rng r;
    rng_init_of(&r, o->seed, copy == 0 ? "list look" : "list copy",
                rng_mix(row->person) + copy);
    write_name(row, &r, b);
    if (row->kind != PERSON_ROW_FEW_COLUMNS) {
        next_cell(b, &r, PICK(COMPANIES, &r));
        write_phones(row, &r, b);
    }
    if (row->kind != PERSON_ROW_FEW_COLUMNS && row->kind != PERSON_ROW_CUT) {
        write_address(row, &r, b);
        next_cell(b, &r, PICK(SEGMENTS, &r));
        write_appointment(o, &r, b);
        write_consent(o, row, &r, b);
        next_cell(b, &r, row->notes);
    }
    if (row->kind == PERSON_ROW_MANY_COLUMNS)
        buf_add_str(b, ",x,\"see file, page 2\"");
    buf_add_str(b, "\r\n");
    tm_assert(!b->failed);
}
