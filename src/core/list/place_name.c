#include "core/list/place_name.h"

#include <string.h>

#include "base/assert.h"

enum { PLAIN_MAX = 40 };

/* As plain_name leaves them. */
static const struct {
    char code[PLACE_NAME_CODE_LEN];
    const char *name;
} known[] = {
    {"US-AL", "alabama"},
    {"US-AK", "alaska"},
    {"US-AZ", "arizona"},
    {"US-AR", "arkansas"},
    {"US-CA", "california"},
    {"US-CO", "colorado"},
    {"US-CT", "connecticut"},
    {"US-DE", "delaware"},
    {"US-DC", "district of columbia"},
    {"US-DC", "washington dc"},
    {"US-FL", "florida"},
    {"US-GA", "georgia"},
    {"US-HI", "hawaii"},
    {"US-ID", "idaho"},
    {"US-IL", "illinois"},
    {"US-IN", "indiana"},
    {"US-IA", "iowa"},
    {"US-KS", "kansas"},
    {"US-KY", "kentucky"},
    {"US-LA", "louisiana"},
    {"US-ME", "maine"},
    {"US-MD", "maryland"},
    {"US-MA", "massachusetts"},
    {"US-MI", "michigan"},
    {"US-MN", "minnesota"},
    {"US-MS", "mississippi"},
    {"US-MO", "missouri"},
    {"US-MT", "montana"},
    {"US-NE", "nebraska"},
    {"US-NV", "nevada"},
    {"US-NH", "new hampshire"},
    {"US-NJ", "new jersey"},
    {"US-NM", "new mexico"},
    {"US-NY", "new york"},
    {"US-NY", "new york state"},
    {"US-NC", "north carolina"},
    {"US-ND", "north dakota"},
    {"US-OH", "ohio"},
    {"US-OK", "oklahoma"},
    {"US-OR", "oregon"},
    {"US-PA", "pennsylvania"},
    {"US-RI", "rhode island"},
    {"US-SC", "south carolina"},
    {"US-SD", "south dakota"},
    {"US-TN", "tennessee"},
    {"US-TX", "texas"},
    {"US-UT", "utah"},
    {"US-VT", "vermont"},
    {"US-VA", "virginia"},
    {"US-WA", "washington"},
    {"US-WA", "washington state"},
    {"US-WV", "west virginia"},
    {"US-WI", "wisconsin"},
    {"US-WY", "wyoming"},
    {"US-AS", "american samoa"},
    {"US-GU", "guam"},
    {"US-MP", "northern mariana islands"},
    {"US-PR", "puerto rico"},
    {"US-VI", "virgin islands"},
    {"US-VI", "us virgin islands"},
    {"CA-AB", "alberta"},
    {"CA-BC", "british columbia"},
    {"CA-BC", "colombie britannique"},
    {"CA-MB", "manitoba"},
    {"CA-NB", "new brunswick"},
    {"CA-NB", "nouveau brunswick"},
    {"CA-NL", "newfoundland and labrador"},
    {"CA-NL", "newfoundland"},
    {"CA-NL", "terre neuve et labrador"},
    {"CA-NS", "nova scotia"},
    {"CA-NS", "nouvelle ecosse"},
    {"CA-NT", "northwest territories"},
    {"CA-NT", "territoires du nord ouest"},
    {"CA-NU", "nunavut"},
    {"CA-ON", "ontario"},
    {"CA-PE", "prince edward island"},
    {"CA-PE", "ile du prince edouard"},
    {"CA-QC", "quebec"},
    {"CA-SK", "saskatchewan"},
    {"CA-YT", "yukon"},
    {"CA-YT", "yukon territory"},
};

/* The ASCII letter that a character is written with when its accent is left
 * out, and how many bytes it has; '\0': none. */
static char letter_of(struct slice s, size_t *bytes)
{
    *bytes = str_utf8(s);
    unsigned char c = (unsigned char)s.p[0];
    if (*bytes <= 1) {
        *bytes = 1;
        if (c >= 'A' && c <= 'Z')
            return (char)(c - 'A' + 'a');
        return (char)(c >= 'a' && c <= 'z' ? c : '\0');
    }
    if (*bytes != 2 || c != 0xC3)
        return '\0';
    unsigned small = (unsigned char)s.p[1] | 0x20u; /* U+00E0 and on */
    if (small >= 0xA8 && small <= 0xAB)
        return 'e';
    return (char)(small >= 0xAC && small <= 0xAF ? 'i' : '\0');
}

/* Small letters; one space for whatever stands between words, "and" for '&',
 * nothing for a full stop or an accent of its own (U+0301). False: too long. */
static bool plain_name(struct slice s, char out[PLAIN_MAX])
{
    size_t n = 0, bytes;
    for (size_t at = 0; at < s.n; at += bytes) {
        struct slice rest = str_range(s.p + at, s.n - at);
        char c = letter_of(rest, &bytes);
        bool space = n > 0 && out[n - 1] == ' ';
        if (n + 5 > PLAIN_MAX)
            return false;
        if (c != '\0') {
            out[n++] = c;
        } else if (rest.p[0] == '&') {
            memcpy(out + n, space ? "and" : " and", 4);
            n += space ? 3 : 4;
        } else if (rest.p[0] != '.' && (bytes != 2 || rest.p[0] != '\xCC') &&
                   n > 0 && !space) {
            out[n++] = ' ';
        }
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return true;
}

bool place_name_code(struct slice name, char out[PLACE_NAME_CODE_LEN])
{
    char plain[PLAIN_MAX];
    if (!plain_name(name, plain))
        return false;
    for (size_t i = 0; i < tm_array_len(known); i++) {
        if (strcmp(known[i].name, plain) != 0)
            continue;
        memcpy(out, known[i].code, PLACE_NAME_CODE_LEN);
        return true;
    }
    return false;
}

bool place_name_known(struct slice code)
{
    enum { LETTERS = PLACE_NAME_CODE_LEN - 1 }; /* "US-AL" */
    if (!str_starts(code, "US-") && !str_starts(code, "CA-"))
        return true;
    for (size_t i = 0; code.n == LETTERS && i < tm_array_len(known); i++)
        if (memcmp(code.p, known[i].code, LETTERS) == 0)
            return true;
    return false;
}

void place_name_codes(const char *country, char *out, size_t cap)
{
    size_t n = 0;
    const char *last = "";
    tm_assert(cap > 0);
    for (size_t i = 0; i < tm_array_len(known); i++) {
        const char *code = known[i].code;
        if (strncmp(code, country, 2) != 0 || strcmp(code, last) == 0 ||
            n + 4 > cap)
            continue;
        if (n > 0)
            out[n++] = ' ';
        memcpy(out + n, code + 3, 2);
        n += 2;
        last = code;
    }
    out[n] = '\0';
}
