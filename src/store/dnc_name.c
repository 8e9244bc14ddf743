#include "store/dnc_name.h"

#include <string.h>

#include "core/dnc/dnc_set.h"
#include "core/rules/vocab.h"

/* States with a list of their own; all others use the national registry. */
static const char own_lists[] = "CO FL IN LA MA MO OK PA TN TX WY";

static bool keeps_a_list(struct slice state)
{
    struct slice rest = str_of(own_lists);
    while (rest.p != NULL && rest.n > 0)
        if (str_same(str_cut(rest, ' ', &rest), state))
            return true;
    return false;
}

static int check_state(const char *name, struct slice state,
                       struct dnc_name *out, struct err *e)
{
    if (!keeps_a_list(state))
        return err_set(e, TM_EINVAL,
                       "list \"%s\": states with a list of their own are %s, "
                       "and it is called like state.FL; the others use the "
                       "national registry, us_national",
                       name, own_lists);
    out->is_register = true;
    memcpy(out->country, "US", 3);
    return TM_OK;
}

/* A register's name begins with its country, as people write it. */
static void country_of(const char *name, char out[3])
{
    out[0] = (char)(name[0] - 'a' + 'A');
    out[1] = (char)(name[1] - 'a' + 'A');
    out[2] = '\0';
    if (strcmp(out, "UK") == 0)
        memcpy(out, "GB", 3);
}

static bool is_plain(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    return n > 0 && n < DNC_SET_NAME_MAX && name[n] == '\0';
}

int dnc_name_check(const char *name, struct dnc_name *out, struct err *e)
{
    struct slice state;
    struct slice head = str_cut(str_of(name), '.', &state);
    enum registry r;
    *out = (struct dnc_name){0};
    if (str_eq(head, "state"))
        return check_state(name, state, out, e);
    if (!is_plain(name))
        return err_set(e, TM_EINVAL,
                       "the name of a do-not-call list has 1 to %d small "
                       "letters, digits, '_' and '-', or is like state.FL: "
                       "\"%s\"",
                       DNC_SET_NAME_MAX - 1, name);
    if (!vocab_registry_parse(head, &r) || r == REGISTRY_UNKNOWN ||
        r == REGISTRY_OTHER)
        return TM_OK;
    out->is_register = true;
    country_of(name, out->country);
    return TM_OK;
}

/* --- names that are almost one's ------------------------------------------*/

/* Letters and digits alone, small. */
static void bare(const char *name, char out[DNC_NAME_GUESS_MAX])
{
    size_t n = 0;
    for (; *name != '\0' && n + 1 < DNC_NAME_GUESS_MAX; name++) {
        char c = *name;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out[n++] = c;
    }
    out[n] = '\0';
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

/* Letters to change, add or leave out. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[DNC_NAME_GUESS_MAX];
    size_t n = strlen(b);
    for (size_t i = 0; i <= n; i++)
        row[i] = (unsigned)i;
    for (size_t k = 0; a[k] != '\0'; k++) {
        unsigned corner = row[0];
        row[0] = (unsigned)k + 1;
        for (size_t i = 0; i < n; i++) {
            unsigned old = row[i + 1];
            row[i + 1] = least(old + 1, row[i] + 1, corner + (a[k] != b[i]));
            corner = old;
        }
    }
    return row[n];
}

static bool guess_state(const char *plain, char out[DNC_NAME_GUESS_MAX])
{
    char state[3];
    size_t head = strlen("state");
    if (strncmp(plain, "state", head) != 0 || strlen(plain) != head + 2)
        return false;
    for (size_t i = 0; i < 2; i++)
        state[i] = (char)(plain[head + i] >= 'a' ? plain[head + i] - 'a' + 'A'
                                                 : plain[head + i]);
    state[2] = '\0';
    if (!keeps_a_list(str_of(state)))
        return false;
    memcpy(out, "state.", 6);
    memcpy(out + 6, state, 3);
    return true;
}

void dnc_name_guess(const char *name, char out[DNC_NAME_GUESS_MAX])
{
    char plain[DNC_NAME_GUESS_MAX], known[DNC_NAME_GUESS_MAX];
    enum registry exact;
    out[0] = '\0';
    bare(name, plain);
    if (strncmp(name, "state.", 6) == 0 || guess_state(plain, out) ||
        vocab_registry_parse(str_of(name), &exact))
        return;
    unsigned best = 3; /* two slips at most, of a name of six or more */
    for (int r = REGISTRY_US_NATIONAL; r < REGISTRY_OTHER; r++) {
        const char *text = vocab_registry_text((enum registry)r);
        bare(text, known);
        unsigned d = distance(plain, known);
        unsigned most = strlen(known) < 8 ? 1 : 2;
        if (r == REGISTRY_AREA || d > most || d >= best)
            continue;
        best = d;
        (void)str_copy(out, DNC_NAME_GUESS_MAX, str_of(text));
    }
}
