#include "tel/registrar.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "base/arena.h"
#include "tel/registrar_priv.h"

enum { EXPIRES_MIN_S = 60, EXPIRES_MAX_S = 3600, NONCE_S = 300 };

/* A change that is told from the loop. */
struct notice {
    struct le le;
    char user[REGISTRAR_USER_MAX];
    char where[REGISTRAR_WHERE_MAX];
};

static void tell(void *arg)
{
    struct registrar *r = arg;
    tm_assert(r->magic == REGISTRAR_MAGIC);
    while (r->notices.head) {
        struct notice *first = r->notices.head->data, n = *first;
        list_unlink(&first->le);
        mem_free(first);
        if (r->config.fn) {
            r->config.fn(r->config.arg, n.user, n.where);
        }
    }
}

void registrar_notice(struct registrar *r, const char *user, const char *where)
{
    struct notice *n = mem_alloc(sizeof *n);
    (void)str_copy(n->user, sizeof n->user, str_of(user));
    (void)str_copy(n->where, sizeof n->where, str_of(where));
    list_append(&r->notices, &n->le, n);
    tmr_start(&r->tell, 0, tell, r);
}

void registrar_unbind(struct registrar_entry *a, const char *why)
{
    struct registrar *r = a->registrar;
    struct registrar_binding *b = a->binding;
    tm_assert(b != NULL && r->bindings > 0);
    tel_log(&r->log, TEL_LOG_INFO, "agent %s: not registered any more, %s",
            a->user, why);
    tmr_cancel(&b->expiry);
    a->binding = NULL;
    --r->bindings;
    mem_free(b);
    registrar_notice(r, a->user, "");
}

static int by_user(const void *a, const void *b)
{
    const struct registrar_entry *const *x = a, *const *y = b;
    return strcmp((*x)->user, (*y)->user);
}

struct registrar_entry *registrar_entry_find(const struct registrar *r,
                                             struct slice user)
{
    char name[REGISTRAR_USER_MAX];
    if (user.n == 0 || user.n >= sizeof name) {
        return NULL;
    }
    (void)str_copy(name, sizeof name, user);
    struct registrar_entry want = {.user = name}, *key = &want;
    struct registrar_entry **at =
        r->entries ? bsearch(&key, r->entry, r->entries,
                             sizeof(struct registrar_entry *), by_user)
                   : NULL;
    return at ? *at : NULL;
}

static void entries_free(struct registrar_entry **entry, size_t n)
{
    for (size_t i = 0; i < n; ++i) {
        if (entry[i]->binding) {
            tmr_cancel(&entry[i]->binding->expiry);
            mem_free(entry[i]->binding);
        }
        mem_free(entry[i]->user);
        mem_free(entry[i]);
    }
    mem_free(entry);
}

static bool user_good(const char *user)
{
    size_t n = user ? strlen(user) : 0;
    return n > 0 && n < REGISTRAR_USER_MAX &&
           strspn(user, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789.-_") == n;
}

/* Lower-case hex of exactly n digits. */
static bool hash_set(char *dst, size_t n, const char *hex)
{
    if (!hex || strlen(hex) != n ||
        strspn(hex, "0123456789abcdefABCDEF") != n) {
        return false;
    }
    for (size_t i = 0; i < n; ++i) {
        char c = hex[i];
        dst[i] = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
    }
    dst[n] = '\0';
    return true;
}

static int entry_new(struct registrar *r, const struct registrar_account *from,
                     struct registrar_entry **out, struct err *e)
{
    if (!user_good(from->user)) {
        return err_set(e, TM_EINVAL,
                       "\"%.80s\" cannot be an agent's name: 1 to %d letters, "
                       "digits, '.', '-' and '_'",
                       from->user ? from->user : "", REGISTRAR_USER_MAX - 1);
    }
    struct registrar_entry *a = mem_alloc(sizeof *a);
    bool sha = from->ha1_sha256 && from->ha1_sha256[0];
    if (!hash_set(a->ha1, 32, from->ha1) ||
        (sha && !hash_set(a->ha1_sha256, 64, from->ha1_sha256))) {
        mem_free(a);
        return err_set(e, TM_EINVAL,
                       "agent %s: the password's hash is not hex of the "
                       "right length",
                       from->user);
    }
    size_t n = strlen(from->user) + 1;
    a->registrar = r;
    a->user = mem_alloc(n);
    memcpy(a->user, from->user, n);
    *out = a;
    return TM_OK;
}

static bool same_password(const struct registrar_entry *a,
                          const struct registrar_entry *b)
{
    return strcmp(a->ha1, b->ha1) == 0 &&
           strcmp(a->ha1_sha256, b->ha1_sha256) == 0;
}

/* Both tables are sorted. What stays takes its registration along. */
static void hand_over(struct registrar *r, struct registrar_entry **next,
                      size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < r->entries; ++i) {
        struct registrar_entry *old = r->entry[i];
        while (k < n && strcmp(next[k]->user, old->user) < 0) {
            ++k;
        }
        bool stays = k < n && strcmp(next[k]->user, old->user) == 0;
        if (stays && same_password(old, next[k])) {
            next[k]->nonce_us = old->nonce_us;
            next[k]->uses = old->uses;
            next[k]->binding = old->binding;
            old->binding = NULL;
            if (next[k]->binding) {
                next[k]->binding->entry = next[k];
            }
        } else if (old->binding) {
            registrar_unbind(old, stays ? "its password has changed"
                                        : "the account is gone");
        }
    }
}

int registrar_set(struct registrar *r, const struct registrar_account *a,
                  size_t n, struct err *e)
{
    tm_assert(r->magic == REGISTRAR_MAGIC);
    if (n > REGISTRAR_ACCOUNTS_MAX) {
        return err_set(e, TM_ELIMIT, "more than %d agents' accounts",
                       REGISTRAR_ACCOUNTS_MAX);
    }
    struct registrar_entry **next =
        mem_alloc((n + 1) * sizeof(struct registrar_entry *));
    for (size_t i = 0; i < n; ++i) {
        int rc = entry_new(r, &a[i], &next[i], e);
        if (rc != TM_OK) {
            entries_free(next, i);
            return rc;
        }
    }
    qsort(next, n, sizeof *next, by_user);
    for (size_t i = 1; i < n; ++i) {
        if (strcmp(next[i]->user, next[i - 1]->user) == 0) {
            int rc = err_set(e, TM_EINVAL, "two accounts of agent %s",
                             next[i]->user);
            entries_free(next, n);
            return rc;
        }
    }
    hand_over(r, next, n);
    entries_free(r->entry, r->entries);
    r->entry = next;
    r->entries = n;
    return TM_OK;
}

static bool realm_good(const char *realm)
{
    for (const char *p = realm; *p; ++p) {
        unsigned char c = (unsigned char)*p;
        if (c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == ':') {
            return false;
        }
    }
    return strlen(realm) < DIGEST_FIELD_MAX;
}

static void hex_of(const uint8_t *in, size_t n, char *out)
{
    for (size_t i = 0; i < n; ++i) {
        out[2 * i] = "0123456789abcdef"[in[i] >> 4];
        out[2 * i + 1] = "0123456789abcdef"[in[i] & 15];
    }
    out[2 * n] = '\0';
}

static void secrets_make(struct registrar *r)
{
    uint8_t chance[3 * REGISTRAR_GUARD_SECRET];
    int ok = RAND_bytes(chance, (int)sizeof chance);
    tm_assert(ok == 1);
    registrar_guard_init(&r->guard, chance, r->config.nonce_s);
    hex_of(chance + REGISTRAR_GUARD_SECRET, 16, r->opaque);
    hex_of(chance + 2 * REGISTRAR_GUARD_SECRET, 32, r->nobody);
}

int registrar_new(struct registrar **out, struct sip_stack *s,
                  const struct registrar_config *c, struct err *e)
{
    tm_assert(out != NULL && s->magic == SIP_STACK_MAGIC);
    tm_assert(s->registers == NULL);
    struct registrar_config config = *c;
    const char *realm = c->realm && c->realm[0] ? c->realm : "telemark";
    config.expires_min_s = c->expires_min_s ? c->expires_min_s : EXPIRES_MIN_S;
    config.expires_max_s = c->expires_max_s ? c->expires_max_s : EXPIRES_MAX_S;
    config.nonce_s = c->nonce_s ? c->nonce_s : NONCE_S;
    if (!realm_good(realm) || config.expires_min_s > config.expires_max_s) {
        return err_set(e, TM_EINVAL,
                       "the agents' realm \"%.80s\" has characters it may "
                       "not have, or the times of registration make no sense",
                       realm);
    }
    struct registrar *r = mem_alloc(sizeof *r);
    r->magic = REGISTRAR_MAGIC;
    r->stack = s;
    r->config = config;
    r->log = c->log;
    (void)str_copy(r->realm, sizeof r->realm, str_of(realm));
    secrets_make(r);
    list_init(&r->notices);
    s->registers = registrar_on_register;
    s->registers_arg = r;
    *out = r;
    return TM_OK;
}

void registrar_free(struct registrar *r)
{
    if (!r) {
        return;
    }
    tm_assert(r->magic == REGISTRAR_MAGIC);
    r->stack->registers = NULL;
    registrar_auth_stop(r);
    tmr_cancel(&r->tell);
    while (r->notices.head) {
        struct notice *n = r->notices.head->data;
        list_unlink(&n->le);
        mem_free(n);
    }
    entries_free(r->entry, r->entries);
    r->magic = 0;
    mem_free(r);
}

bool registrar_find(const struct registrar *r, const char *user,
                    struct registrar_target *out)
{
    tm_assert(r->magic == REGISTRAR_MAGIC);
    const struct registrar_entry *a = registrar_entry_find(r, str_of(user));
    if (!a || !a->binding) {
        return false;
    }
    *out = (struct registrar_target){
        .contact = a->binding->contact,
        .flow = a->binding->flow,
        .where = a->binding->where,
    };
    return true;
}

const char *registrar_user_at(const struct registrar *r, const char *source)
{
    tm_assert(r->magic == REGISTRAR_MAGIC);
    for (size_t i = 0; i < r->entries; ++i) {
        const struct registrar_binding *b = r->entry[i]->binding;
        const char *address = b ? strchr(b->where, ' ') : NULL;
        if (address && strcmp(address + 1, source) == 0) {
            return r->entry[i]->user;
        }
    }
    return NULL;
}

size_t registrar_bindings(const struct registrar *r)
{
    tm_assert(r->magic == REGISTRAR_MAGIC);
    return r->bindings;
}
