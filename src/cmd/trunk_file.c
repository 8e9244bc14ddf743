#include "cmd/trunk_file.h"

#include <string.h>

#include "base/kv.h"
#include "core/number/number.h"

struct parser {
    struct arena *arena;
    const char *file;
    struct trunk_config *out;
    size_t max, n;
    int section_line;
};

static int bad(const struct parser *p, const struct kv_line *l, struct err *e,
               const char *what)
{
    return err_set(e, TM_EINVAL, "%s:%d: %.*s = %.*s: %s", p->file, l->line,
                   (int)l->key.n, l->key.p, (int)l->value.n,
                   l->value.n > 0 ? l->value.p : "", what);
}

static bool number_in(struct slice s, uint64_t lo, uint64_t hi, uint64_t *out)
{
    return str_u64(s, out) && *out >= lo && *out <= hi;
}

static bool yes_no(struct slice s, bool *out)
{
    *out = str_eq(s, "yes");
    return *out || str_eq(s, "no");
}

static bool transport(struct slice s, enum sip_stack_transport *out)
{
    static const struct {
        const char *word;
        enum sip_stack_transport value;
    } known[] = {
        {"udp", SIP_STACK_UDP}, {"tcp", SIP_STACK_TCP}, {"tls", SIP_STACK_TLS}};
    for (size_t i = 0; i < tm_array_len(known); i++) {
        if (!str_eq_nocase(s, known[i].word))
            continue;
        *out = known[i].value;
        return true;
    }
    return false;
}

static bool codecs(struct slice s, struct trunk_config *t)
{
    t->codecs = 0;
    while (s.n > 0) {
        struct slice rest, word = str_cut(s, ' ', &rest);
        bool alaw = str_eq_nocase(word, "pcma");
        if (word.n > 0) {
            if ((!alaw && !str_eq_nocase(word, "pcmu")) ||
                t->codecs == SDP_CODECS_MAX)
                return false;
            t->codec[t->codecs++] = alaw ? SDP_PCMA : SDP_PCMU;
        }
        s = rest;
    }
    return t->codecs > 0;
}

/* Keys whose value is a text as it stands; NULL for other keys. */
static const char **text_key(struct trunk_config *t, struct slice key)
{
    const struct {
        const char *word;
        const char **place;
    } texts[] = {
        {"host", &t->host},
        {"domain", &t->domain},
        {"user", &t->user},
        {"password", &t->password},
        {"proxy", &t->outbound_proxy},
        {"local_address", &t->local_address},
        {"ca_file", &t->ca_file},
    };
    for (size_t i = 0; i < tm_array_len(texts); i++)
        if (str_eq(key, texts[i].word))
            return texts[i].place;
    return NULL;
}

/* Keys with a number: their bounds and where they go. */
static int number_key(const struct parser *p, struct trunk_config *t,
                      const struct kv_line *l, struct err *e)
{
    static const struct {
        const char *word;
        uint64_t lo, hi;
        const char *what;
    } known[] = {
        {"port", 1, 65535, "1 to 65535"},
        {"local_port", 0, 65535, "0 to 65535"},
        {"register_expires", 60, 86400, "60 to 86400 seconds"},
        {"max_calls", 1, 20000, "1 to 20000"},
        {"calls_per_second", 1, 1000, "1 to 1000"},
        {"ping", 5, 3600, "5 to 3600 seconds"},
    };
    uint64_t v = 0;
    size_t i = 0;
    while (i < tm_array_len(known) && !str_eq(l->key, known[i].word))
        i++;
    if (i == tm_array_len(known))
        return bad(p, l, e,
                   "unknown key; known are host, port, transport, domain, "
                   "user, password, register, register_expires, proxy, "
                   "caller_id, codecs, max_calls, calls_per_second, "
                   "local_address, local_port, ca_file, ping, incoming, "
                   "incoming_from, country");
    if (!number_in(l->value, known[i].lo, known[i].hi, &v))
        return bad(p, l, e, known[i].what);
    switch (i) {
    case 0: t->port = (uint16_t)v; break;
    case 1: t->local_port = (uint16_t)v; break;
    case 2: t->register_expires_s = (unsigned)v; break;
    case 3: t->max_calls = (unsigned)v; break;
    case 4: t->calls_per_second = (unsigned)v; break;
    default: t->ping_s = (unsigned)v; break;
    }
    return TM_OK;
}

/* What concerns calls to us; 1: another key. */
static int incoming_key(struct parser *p, struct trunk_config *t,
                        const struct kv_line *l, struct err *e)
{
    struct err why = {0};
    struct number n;
    bool yes = false;
    if (str_eq(l->key, "incoming")) {
        if (!yes_no(l->value, &yes))
            return bad(p, l, e, "yes or no");
        t->no_incoming = !yes;
        return TM_OK;
    }
    if (str_eq(l->key, "incoming_from")) {
        if (trunk_nets_check(l->value, &why) != TM_OK)
            return bad(p, l, e, why.text);
        t->incoming_from = arena_strdup(p->arena, l->value);
        return TM_OK;
    }
    if (!str_eq(l->key, "country"))
        return 1;
    const char *country = arena_strdup(p->arena, l->value);
    bool letters = l->value.n == 2 && country[0] >= 'A' && country[0] <= 'Z' &&
                   country[1] >= 'A' && country[1] <= 'Z';
    /* A country nobody knows is told so whatever the digits are. */
    if (!letters || number_parse(str_of("2025550123"), country, &n) ==
                        NUMBER_UNKNOWN_COUNTRY)
        return bad(p, l, e, "an ISO country in capitals, such as US or DE");
    t->country = country;
    return TM_OK;
}

static int set_key(struct parser *p, const struct kv_line *l, struct err *e)
{
    struct trunk_config *t = &p->out[p->n - 1];
    struct number number;
    const char **text = text_key(t, l->key);
    int rc = incoming_key(p, t, l, e);
    if (rc != 1)
        return rc;
    if (text != NULL) {
        *text = arena_strdup(p->arena, l->value);
        return TM_OK;
    }
    if (str_eq(l->key, "transport"))
        return transport(l->value, &t->transport)
                   ? TM_OK
                   : bad(p, l, e, "udp, tcp or tls");
    if (str_eq(l->key, "register"))
        return yes_no(l->value, &t->registers) ? TM_OK
                                               : bad(p, l, e, "yes or no");
    if (str_eq(l->key, "codecs"))
        return codecs(l->value, t) ? TM_OK : bad(p, l, e, "pcmu and pcma");
    if (str_eq(l->key, "caller_id")) {
        if (number_parse(l->value, NULL, &number) != NUMBER_OK)
            return bad(p, l, e, "a number with '+' and country code");
        t->caller_id = arena_strdup(p->arena, l->value);
        return TM_OK;
    }
    return number_key(p, t, l, e);
}

static int open_section(struct parser *p, const struct kv_line *l,
                        struct err *e)
{
    if (!str_starts(l->section, "trunk "))
        return err_set(e, TM_EINVAL,
                       "%s:%d: [%.*s]: a trunk file has sections [trunk "
                       "NAME] only",
                       p->file, l->line, (int)l->section.n, l->section.p);
    struct slice name = str_trim(str_range(l->section.p + 6, l->section.n - 6));
    const char *copy = arena_strdup(p->arena, name);
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->out[i].name, copy) == 0)
            return err_set(e, TM_EINVAL, "%s:%d: there is a trunk '%s' already",
                           p->file, l->line, copy);
    if (p->n == p->max)
        return err_set(e, TM_ELIMIT, "%s:%d: more than %zu trunks", p->file,
                       l->line, p->max);
    p->out[p->n++] = (struct trunk_config){.name = copy};
    return TM_OK;
}

static int check_last(const struct parser *p, struct err *e)
{
    if (p->n == 0)
        return TM_OK;
    const struct trunk_config *t = &p->out[p->n - 1];
    if (t->host == NULL || t->host[0] == '\0')
        return err_set(e, TM_EINVAL,
                       "%s:%d: trunk '%s' has no host: add 'host = ...'",
                       p->file, p->section_line, t->name);
    if (t->registers && (t->user == NULL || t->password == NULL))
        return err_set(e, TM_EINVAL,
                       "%s:%d: trunk '%s' registers: it needs user and "
                       "password",
                       p->file, p->section_line, t->name);
    return TM_OK;
}

static int take_line(struct parser *p, const struct kv_line *l, struct err *e)
{
    if (l->key.n == 0) {
        int rc = check_last(p, e);
        if (rc == TM_OK)
            rc = open_section(p, l, e);
        p->section_line = l->line;
        return rc;
    }
    if (p->n == 0)
        return bad(p, l, e, "put it below a [trunk NAME]");
    return set_key(p, l, e);
}

int trunk_file_parse(struct arena *a, const char *file, struct slice text,
                     struct trunk_config *out, size_t max, size_t *n,
                     struct err *e)
{
    struct parser p = {.arena = a, .file = file, .out = out, .max = max};
    struct kv_reader reader;
    struct kv_line line;
    int rc;
    kv_open(&reader, file, text);
    while ((rc = kv_next(&reader, &line, e)) == 1) {
        rc = take_line(&p, &line, e);
        if (rc != TM_OK)
            return rc;
    }
    if (rc == 0)
        rc = check_last(&p, e);
    if (rc == TM_OK)
        *n = p.n;
    return rc;
}
