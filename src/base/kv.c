#include "base/kv.h"

static const char fence[] = "\"\"\"";

void kv_open(struct kv_reader *r, const char *file, struct slice text)
{
    tm_assert(file);
    *r = (struct kv_reader){
        .rest = text,
        .section = str_of(""),
        .file = file,
    };
    if (str_starts(text, "\xEF\xBB\xBF")) {
        r->rest = str_range(text.p + 3, text.n - 3);
    }
}

static int bad(const struct kv_reader *r, struct err *e, const char *what)
{
    return err_set(e, TM_EINVAL, "%s:%d: %s", r->file, r->line, what);
}

/* Control characters and broken UTF-8 are refused here, so that every text
 * handed out may be shown and written to JSON. */
static int check_bytes(const struct kv_reader *r, struct slice s, struct err *e)
{
    while (s.n > 0) {
        size_t n = str_utf8(s);
        if (n == 0) {
            return bad(r, e, "not UTF-8; save the file as UTF-8");
        }
        unsigned char c = (unsigned char)s.p[0];
        if ((c < 0x20 && c != '\t') || c == 0x7F) {
            return bad(r, e, "control character; remove it");
        }
        s = str_range(s.p + n, s.n - n);
    }
    return 0;
}

/* The next line without its end. 1 = *out is set, 0 = no more lines. */
static int next_line(struct kv_reader *r, struct slice *out, struct err *e)
{
    if (r->rest.n == 0) {
        return 0;
    }
    struct slice line = str_cut(r->rest, '\n', &r->rest);
    r->line++;
    if (line.n > 0 && line.p[line.n - 1] == '\r') {
        line.n--;
    }
    int rc = check_bytes(r, line, e);
    if (rc < 0) {
        return rc;
    }
    *out = line;
    return 1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Whether nothing but white space and a comment follows. A '#' straight after
 * what stood before is no comment. */
static bool only_comment(struct slice s)
{
    struct slice t = str_trim(s);
    return t.n == 0 || (t.p[0] == '#' && is_blank(s.p[0]));
}

/* Without a comment, which begins with '#' after white space. */
static struct slice cut_comment(struct slice s)
{
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '#' && is_blank(s.p[i - 1])) {
            return str_range(s.p, i);
        }
    }
    return s;
}

static struct slice after(struct slice s, size_t n)
{
    return str_range(s.p + n, s.n - n);
}

static int read_section(struct kv_reader *r, struct slice line,
                        struct kv_line *out, struct err *e)
{
    struct slice rest;
    struct slice name = str_cut(after(line, 1), ']', &rest);
    if (!rest.p) {
        return bad(r, e, "section without ']'; write [name]");
    }
    name = str_trim(name);
    if (name.n == 0) {
        return bad(r, e, "section without a name; write [name]");
    }
    if (!only_comment(rest)) {
        return bad(r, e, "text after ']'; put it on a line of its own");
    }
    r->section = name;
    r->section_line = r->line;
    *out = (struct kv_line){
        .line = r->line,
        .section = name,
        .section_line = r->line,
        .key = str_of(""),
        .value = str_of(""),
    };
    return 1;
}

/* The lines up to the closing fence. */
static int read_block(struct kv_reader *r, struct kv_line *out, struct err *e)
{
    const char *start = r->rest.p;
    struct slice line;
    int rc;
    while ((rc = next_line(r, &line, e)) > 0) {
        struct slice text = str_trim(line);
        if (str_starts(text, fence) && only_comment(after(text, 3))) {
            out->value = str_trim(str_range(start, (size_t)(line.p - start)));
            return 1;
        }
    }
    if (rc == 0) {
        r->line = out->line;
        rc = bad(r, e,
                 "value has no end; close it with a line that holds only "
                 "\"\"\"");
    }
    return rc;
}

static int read_quoted(struct kv_reader *r, struct slice raw,
                       struct kv_line *out, struct err *e)
{
    struct slice rest;
    struct slice text = str_cut(after(raw, 1), '"', &rest);
    if (!rest.p) {
        return bad(r, e, "quoted value has no end; add '\"'");
    }
    if (!only_comment(rest)) {
        return bad(r, e,
                   "text after the closing '\"'; a quoted value holds no "
                   "'\"', use \"\"\" lines");
    }
    out->value = text;
    return 1;
}

static int read_value(struct kv_reader *r, struct slice raw,
                      struct kv_line *out, struct err *e)
{
    struct slice text = str_trim(raw);
    if (str_starts(text, fence)) {
        if (!only_comment(after(text, 3))) {
            return bad(r, e, "text after \"\"\"; begin it on the next line");
        }
        return read_block(r, out, e);
    }
    if (text.n > 0 && text.p[0] == '"') {
        return read_quoted(r, text, out, e);
    }
    /* raw still has the white space after '=', so "k = # c" is empty. */
    out->value = str_trim(cut_comment(raw));
    return 1;
}

static int read_pair(struct kv_reader *r, struct slice line,
                     struct kv_line *out, struct err *e)
{
    struct slice raw;
    struct slice key = str_trim(str_cut(line, '=', &raw));
    if (!raw.p) {
        return bad(r, e, "neither 'key = value', '[section]' nor '# comment'");
    }
    if (key.n == 0) {
        return bad(r, e, "nothing before '='; write key = value");
    }
    if (cut_comment(key).n != key.n) {
        return bad(r, e, "'#' in a key; a comment goes after the value");
    }
    struct kv_line pair = {
        .line = r->line,
        .section = r->section,
        .section_line = r->section_line,
        .key = key,
    };
    int rc = read_value(r, raw, &pair, e);
    if (rc > 0) {
        *out = pair;
    }
    return rc;
}

int kv_next(struct kv_reader *r, struct kv_line *out, struct err *e)
{
    tm_assert(r->file);
    struct slice line;
    int rc;
    while ((rc = next_line(r, &line, e)) > 0) {
        line = str_trim(line);
        if (line.n == 0 || line.p[0] == '#') {
            continue;
        }
        return line.p[0] == '[' ? read_section(r, line, out, e)
                                : read_pair(r, line, out, e);
    }
    return rc;
}
