/* What a BYE needs after a restart, as one line of text. */
#include <string.h>

#include "base/arena.h"
#include "tel/dialog_priv.h"

enum { RECORD_MAX = 8192, VALUE_MAX = 4096 };

static void escape(struct buf *b, const char *text)
{
    static const char digit[] = "0123456789abcdef";
    for (const char *p = text; *p; ++p) {
        unsigned char c = (unsigned char)*p;
        if (c <= ' ' || c >= 0x7f || c == '%' || c == ';' || c == '=') {
            buf_add_char(b, '%');
            buf_add_char(b, digit[c >> 4]);
            buf_add_char(b, digit[c & 15]);
        } else {
            buf_add_char(b, (char)c);
        }
    }
}

static void put(struct buf *b, const char *key, const char *value)
{
    buf_addf(b, "%s=", key);
    escape(b, value);
    buf_add_char(b, ';');
}

void dialog_record(const struct dialog *d, const char *trunk, struct buf *b)
{
    tm_assert(d->magic == DIALOG_MAGIC);
    put(b, "trunk", trunk);
    put(b, "call-id", d->call_id);
    put(b, "local-uri", d->local_uri);
    put(b, "local-tag", d->local_tag);
    put(b, "remote-uri", d->remote_uri);
    put(b, "remote-tag", d->remote_tag);
    put(b, "target", d->target);
    if (d->flow[0]) {
        put(b, "flow", d->flow);
    }
    buf_addf(b, "cseq=%u;", d->local_seq);
    for (unsigned i = 0; i < d->routes; ++i) {
        put(b, "route", d->route[i]);
    }
}

static int hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* False: broken escape, a control character or no room. */
static bool unescape(struct slice s, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; ++i) {
        int c = (unsigned char)s.p[i];
        if (c == '%') {
            int high = i + 2 < s.n ? hex(s.p[i + 1]) : -1;
            int low = i + 2 < s.n ? hex(s.p[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            c = high << 4 | low;
            i += 2;
        }
        if (c < ' ' || n + 1 >= cap) {
            return false;
        }
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return true;
}

static bool field_take(struct dialog *d, struct slice key, const char *value)
{
    static const struct {
        const char *key;
        size_t at;
    } text[] = {
        {"local-uri", offsetof(struct dialog, local_uri)},
        {"local-tag", offsetof(struct dialog, local_tag)},
        {"remote-uri", offsetof(struct dialog, remote_uri)},
        {"remote-tag", offsetof(struct dialog, remote_tag)},
        {"target", offsetof(struct dialog, target)},
        {"flow", offsetof(struct dialog, flow)},
    };
    for (size_t i = 0; i < tm_array_len(text); ++i) {
        if (str_eq(key, text[i].key)) {
            char **where = (char **)(void *)((char *)d + text[i].at);
            dialog_text_set(where, str_of(value));
            return true;
        }
    }
    if (str_eq(key, "cseq")) {
        uint64_t v;
        bool ok = str_u64(str_of(value), &v) && v < UINT32_MAX / 2;
        d->local_seq = ok ? (uint32_t)v : 0;
        return ok;
    }
    if (str_eq(key, "route")) {
        if (d->routes == DIALOG_ROUTES_MAX) {
            return false;
        }
        d->route[d->routes++] = dialog_text(str_of(value));
    }
    return true; /* trunk, call-id: read apart; others: of a later version */
}

/* The value of a key, unescaped. */
static bool field_find(struct slice record, const char *want, char *out,
                       size_t cap)
{
    while (record.n > 0) {
        struct slice rest, value;
        struct slice key = str_cut(str_cut(record, ';', &rest), '=', &value);
        if (str_eq(key, want)) {
            return unescape(value, out, cap);
        }
        record = rest;
    }
    return false;
}

static bool fields_take(struct dialog *d, struct slice record)
{
    char value[VALUE_MAX];
    while (record.n > 0) {
        struct slice rest, v;
        struct slice key =
            str_cut(str_trim(str_cut(record, ';', &rest)), '=', &v);
        if (key.n > 0 &&
            (!unescape(v, value, sizeof value) || !field_take(d, key, value))) {
            return false;
        }
        record = rest;
    }
    return d->local_seq > 0 && d->local_tag[0] && d->remote_tag[0] &&
           dialog_uri_safe(d->target) && dialog_uri_safe(d->local_uri) &&
           dialog_uri_safe(d->remote_uri);
}

int dialog_record_trunk(struct slice record, char *out, size_t cap)
{
    return field_find(record, "trunk", out, cap) ? TM_OK : TM_EINVAL;
}

int dialog_end_record(struct sip_stack *s, struct slice record,
                      const char *user, const char *password, struct err *e)
{
    char call_id[VALUE_MAX];
    if (record.n > RECORD_MAX ||
        !field_find(record, "call-id", call_id, sizeof call_id) ||
        !dialog_uri_safe(call_id)) {
        return err_set(e, TM_EINVAL, "a dialog record without a Call-ID");
    }
    struct dialog *d = dialog_new(s, str_of(call_id));
    d->caller = true;
    d->told = true;
    d->state = DS_UP;
    if (!fields_take(d, record)) {
        mem_deref(d);
        return err_set(e, TM_EINVAL, "an unreadable dialog record of call %s",
                       call_id);
    }
    dialog_text_set(&d->user, str_of(user));
    dialog_text_set(&d->password, str_of(password));
    dialog_send_bye(d);
    return TM_OK;
}
