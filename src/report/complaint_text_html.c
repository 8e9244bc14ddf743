#include "report/complaint_text.h"
#include "report/html_style.h"
#include "report/words.h"

/* The page says what the text says, part by part, so that they cannot differ:
 * each block of the text is a card. */
static void open_page(struct buf *b, const struct complaint_case *k)
{
    buf_addf(b,
             "<!DOCTYPE html>\n<html lang=\"en\"><head>"
             "<meta charset=\"utf-8\"/><meta name=\"viewport\" "
             "content=\"width=device-width, initial-scale=1\"/>"
             "<title>Complaint %lld</title><style>",
             (long long)k->r.c.id);
    for (size_t i = 0; html_style[i] != NULL; i++)
        buf_add_str(b, html_style[i]);
    buf_add_str(b, "pre{white-space:pre-wrap;overflow-wrap:anywhere;"
                   "margin:8px 0 0;font:13px/1.5 ui-monospace,Menlo,"
                   "monospace}</style></head>\n<body><main>");
}

static void card(struct buf *b, struct slice title, struct slice body)
{
    buf_add_str(b, "<section class=\"card\"><h2>");
    words_html(b, title);
    buf_add_str(b, "</h2><pre>");
    while (body.n > 0) {
        words_html(b, str_cut(body, '\n', &body));
        buf_add_char(b, '\n');
    }
    buf_add_str(b, "</pre></section>\n");
}

/* The first line of a block is its title. */
static void block(struct buf *b, struct slice text, bool first)
{
    struct slice body;
    struct slice title = str_cut(text, '\n', &body);
    if (first) {
        buf_add_str(b, "<header><p class=\"eyebrow\">Case file</p><h1>");
        words_html(b, title);
        buf_add_str(b, "</h1></header>\n");
        title = str_of("What came");
    }
    card(b, title, body);
}

void complaint_text_html(const struct complaint_case *k, struct buf *b)
{
    char at[WORDS_MAX];
    struct buf text;
    buf_init(&text, 4 << 20);
    complaint_text(k, &text);
    open_page(b, k);
    struct slice rest = buf_slice(&text);
    bool first = true;
    /* An empty line ends a block; texts of others have no line ends here. */
    for (size_t i = 1; i < rest.n; i++) {
        if (rest.p[i] != '\n' || rest.p[i - 1] != '\n')
            continue;
        block(b, str_range(rest.p, i), first);
        rest = str_range(rest.p + i + 1, rest.n - i - 1);
        first = false;
        i = 0;
    }
    if (rest.n > 0)
        block(b, rest, first);
    buf_addf(b,
             "<footer>As of %s. What a complaint says is the word of one "
             "person; what the rules say of a call is no legal advice."
             "</footer></main></body></html>\n",
             words_instant(k->now_us, at));
    if (text.failed)
        b->failed = true;
    buf_fini(&text);
}
