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
