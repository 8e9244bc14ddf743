#include "core/number/number_plan.h"

#include <string.h>

#include "core/number/number_pattern.h"
#include "core/number/number_table.h"

enum {
    /* No plan has shorter national numbers. */
    NATIONAL_MIN = 2,
};

typedef const struct number_table_region *region_ptr;

bool number_plan_look(const struct number_digits *full, struct number *out)
{
    uint16_t state = NUMBER_TABLE_ROOT;
    const struct number_table_class *class;

    if (full->n > NUMBER_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < full->n && state != 0; i++)
        state = number_table_next[state][full->d[i]];
    if (number_table_class[state] == 0)
        return false;
    class = &number_table_classes[number_table_class[state]];
    out->e164 = number_digits_value(*full);
    out->type = (enum number_type) class->type;
    memcpy(out->region, number_table_regions[class->region].name,
           sizeof out->region);
    return true;
}

/* The main region of the calling code with which the digits begin. */
static region_ptr main_region(const uint8_t *digit, size_t n)
{
    unsigned code = 0;

    for (size_t i = 0; i < n; i++)
        code = code * 10 + digit[i];
    tm_assert(code < 1000 && number_table_main[code] != 0);
    return &number_table_regions[number_table_main[code] - 1];
}

/* Two letters as one number, in the order of the letters. */
static unsigned name_key(const char *name)
{
    return (unsigned)(unsigned char)name[0] << 8 | (unsigned char)name[1];
}

/* Binary search; codes of no country have no name and come last. */
static region_ptr region_named(const char *name)
{
    size_t low = 0, high = number_table_region_count;
    unsigned key;

    if (name == NULL || name[0] == '\0' || name[1] == '\0' || name[2] != '\0')
        return NULL;
    key = name_key(name);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        unsigned here = name_key(number_table_regions[middle].name);

        if (here == key)
            return &number_table_regions[middle];
        if (here == 0 || here > key)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

size_t number_plan_code_length(const struct number_digits *full)
{
    unsigned code = 0;

    for (size_t i = 0; i < 3 && i < full->n; i++) {
        code = code * 10 + full->d[i];
        if (code == 0)
            return 0;
        if (number_table_main[code] != 0)
            return i + 1;
    }
    return 0;
}

/* NUMBER_OK when national numbers of n digits exist; lengths between the
 * shortest and the longest that do not exist count as too short. */
static enum number_fault length_fault(region_ptr r, size_t n)
{
    if (n < 32 && (r->lengths >> n & 1) != 0)
        return NUMBER_OK;
    if (n >= 32 || r->lengths >> n == 0)
        return NUMBER_TOO_LONG;
    return NUMBER_TOO_SHORT;
}

static bool is_viable(region_ptr r, const struct number_digits *s)
{
    struct number_pattern_match m;

    return number_pattern_match(r->general, s, true, &m);
}

/* The prefix program of a region, after a look at the first digit. */
static bool has_prefix(uint16_t program, uint16_t first,
                       const struct number_digits *s,
                       struct number_pattern_match *m)
{
    return s->n > 0 && (first >> s->d[0] & 1) != 0 &&
           number_pattern_match(program, s, false, m);
}

/* The digits with a matched prefix removed or, where the plan lets people
 * leave out their area code, replaced. */
static struct number_digits replaced(region_ptr r,
                                     const struct number_digits *s,
                                     const struct number_pattern_match *m)
{
    struct number_digits head = {0}, rest = number_digits_after(*s, m->end);
    size_t last = r->groups > 0 ? r->groups - 1u : 0;
    size_t group = r->use - 1u;

    if (r->use == 0 || m->from[last] == m->to[last])
        return rest;
    for (const char *c = r->insert; *c != '\0'; c++)
        head.d[head.n++] = (uint8_t)(*c - '0');
    tm_assert(group < NUMBER_PATTERN_GROUPS);
    for (uint8_t i = m->from[group]; i < m->to[group]; i++)
        head.d[head.n++] = s->d[i];
    return number_digits_join(head, rest);
}

/* Without the national prefix, unless that makes a plausible number one
 * that is not. */
static struct number_digits without_prefix(region_ptr r, struct number_digits s)
{
    struct number_pattern_match m;
    struct number_digits out;

    if (s.n > NUMBER_DIGITS_CAP - sizeof r->insert ||
        !has_prefix(r->prefix, r->prefix_first, &s, &m))
        return s;
    out = replaced(r, &s, &m);
    if (is_viable(r, &s) && !is_viable(r, &out))
        return s;
    return out;
}

/* Code and national digits put together and looked up. */
static enum number_fault judge(region_ptr r, struct number_digits national,
                               struct number *out)
{
    struct number_digits full = {.n = r->code_length};
    enum number_fault fault;

    if (full.n + national.n > NUMBER_DIGITS_MAX)
        return NUMBER_TOO_LONG;
    if (national.n < NATIONAL_MIN)
        return NUMBER_TOO_SHORT;
    memcpy(full.d, r->code, sizeof r->code);
    full = number_digits_join(full, national);
    if (number_plan_look(&full, out))
        return NUMBER_OK;
    fault = length_fault(r, national.n);
    return fault == NUMBER_OK ? NUMBER_NOT_IN_SERVICE_RANGE : fault;
}

/* People write the national prefix even behind a country code: +44 (0)20. */
static enum number_fault
judge_dialled(region_ptr r, struct number_digits national, struct number *out)
{
    struct number_digits bare = without_prefix(r, national);

    if (length_fault(r, bare.n) != NUMBER_TOO_SHORT)
        national = bare;
    return judge(r, national, out);
}

static enum number_fault find_abroad(struct number_digits full,
                                     struct number *out)
{
    size_t n = number_plan_code_length(&full);

    if (full.n <= NATIONAL_MIN)
        return NUMBER_TOO_SHORT;
    if (n == 0)
        return NUMBER_UNKNOWN_COUNTRY;
    return judge_dialled(main_region(full.d, n), number_digits_after(full, n),
                         out);
}

/* True when the digits are better read with the own country's code in front
 * of them (12125550123 in the US): *national becomes what follows it. */
static bool has_own_code(region_ptr home, const struct number_digits *s,
                         struct number_digits *national)
{
    struct number_digits rest;

    if (s->n < home->code_length ||
        memcmp(s->d, home->code, home->code_length) != 0)
        return false;
    rest = without_prefix(home, number_digits_after(*s, home->code_length));
    if ((is_viable(home, s) || !is_viable(home, &rest)) &&
        length_fault(home, s->n) != NUMBER_TOO_LONG)
        return false;
    *national = rest;
    return true;
}

static enum number_fault find_home(region_ptr home, struct number_digits s,
                                   struct number *out)
{
    struct number_pattern_match m;
    struct number_digits national;

    /* A 0 after the international prefix cannot begin a country code. */
    if (has_prefix(home->international, home->international_first, &s, &m) &&
        m.end < s.n && s.d[m.end] != 0)
        return find_abroad(number_digits_after(s, m.end), out);
    if (has_own_code(home, &s, &national))
        return judge_dialled(main_region(home->code, home->code_length),
                             national, out);
    return judge_dialled(home, s, out);
}

enum number_fault number_plan_find(struct number_digits dialled, bool plus,
                                   const char *region, struct number *out)
{
    region_ptr home = region_named(region);
    enum number_fault fault;

    if (plus)
        return find_abroad(dialled, out);
    if (home == NULL)
        fault = NUMBER_UNKNOWN_COUNTRY;
    else
        fault = find_home(home, dialled, out);
    /* 00 is what most of the world writes for "+" (E.164's recommended
     * prefix): tried last, as it may mean something else at home. */
    if (fault != NUMBER_OK && dialled.n > 2 && dialled.d[0] == 0 &&
        dialled.d[1] == 0 &&
        find_abroad(number_digits_after(dialled, 2), out) == NUMBER_OK)
        return NUMBER_OK;
    return fault;
}
