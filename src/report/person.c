#include "report/person.h"

#include <string.h>

#include "report/records_row.h"
#include "report/words.h"

enum { CELL_MAX = 1 << 20 };

/* The tables in the person's words. */
static const struct {
    const char *table, *title;
} titles[] = {
    {"lead", "You in our lists"},
    {"lead_phone", "Your telephone numbers"},
    {"consent", "Consents that came with a list"},
    {"campaign_lead", "Campaigns you are in"},
    {"attempt", "Calls to you"},
    {"answer", "What you answered"},
    {"callback", "Call backs you asked for"},
    {"opt_out", "Your requests not to be called"},
    {"ledger", "Consents, relationships and requests on file"},
    {"import_file", "Files your data came from"},
    {"export", "Where your data was given"},
    {"kept", "What the law obliges us to keep"},
    {"hold", "Legal holds"},
    {"complaint", "Your complaints"},
    {"complaint_event", "What became of your complaints"},
    {"complaint_match", "Calls your complaints may mean"},
    {"recordings", "Recordings of calls with you"},
    {"rejected rows", "Rows of files that were not taken in"},
};

static const char *title_of(const char *table)
{
    for (size_t i = 0; i < tm_array_len(titles); i++)
        if (strcmp(titles[i].table, table) == 0)
            return titles[i].title;
    return table;
}

void person_report_begin(struct person_report *p, struct buf *json,
                         struct buf *html, const char *about, int64_t now_us)
{
    char at[WORDS_MAX];
    *p = (struct person_report){.json = json, .html = html};
    json_out_init(&p->out, json);
    json_out_object(&p->out);
    json_out_kv_text(&p->out, "format", "telemark-person-1");
    json_out_kv_text(&p->out, "about", about);
    json_out_kv_text(&p->out, "made", words_iso(now_us, at));
    json_out_kv_text(&p->out, "times", "UTC");
    json_out_key(&p->out, "tables");
    json_out_object(&p->out);
    buf_add_str(
        html,
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\">"
        "<title>Data on file</title>\n<style>body{font:16px/1.5 "
        "sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;"
        "color:#222;background:#fff}table{border-collapse:collapse;"
        "font-size:14px;display:block;overflow-x:auto}th,td{border:"
        "1px solid #bbb;padding:.2rem .5rem;text-align:left;"
        "vertical-align:top;white-space:pre-line}th{background:#eee}</style>\n"
        "<h1>Data on file about ");
    words_html(html, str_of(about));
    buf_add_str(html, "</h1>\n<p>Made ");
    words_html(html, str_of(words_instant(now_us, at)));
    buf_add_str(html, ". All times are UTC.</p>\n");
}

static void end_table(struct person_report *p)
{
    if (p->table[0] == '\0')
        return;
    json_out_end_array(&p->out);
    buf_add_str(p->html, "</table>\n");
    p->table[0] = '\0';
}

static void begin_table(struct person_report *p, const struct record_row *row)
{
    end_table(p);
    (void)str_copy(p->table, sizeof(p->table), str_of(row->table));
    json_out_key(&p->out, row->table);
    json_out_array(&p->out);
    buf_add_str(p->html, "<h2>");
    words_html(p->html, str_of(title_of(row->table)));
    buf_add_str(p->html, "</h2>\n<table><tr>");
    for (size_t i = 0; i < row->cells; i++) {
        buf_add_str(p->html, "<th>");
        for (const char *c = row->cell[i].name; *c != '\0'; c++)
            buf_add_char(p->html, *c == '_' ? ' ' : *c);
    }
    buf_add_str(p->html, "</tr>\n");
}

int person_report_row(void *arg, const struct record_row *row)
{
    struct person_report *p = arg;
    struct buf cell;
    if (strcmp(p->table, row->table) != 0)
        begin_table(p, row);
    p->rows++;
    records_row_json(row, &p->out);
    buf_init(&cell, CELL_MAX);
    buf_add_str(p->html, "<tr>");
    for (size_t i = 0; i < row->cells; i++) {
        buf_clear(&cell);
        records_row_text(&row->cell[i], &cell);
        buf_add_str(p->html, "<td>");
        words_html(p->html, buf_slice(&cell));
    }
    buf_add_str(p->html, "</tr>\n");
    buf_fini(&cell);
    return 0;
}

void person_report_end(struct person_report *p)
{
    end_table(p);
    json_out_end_object(&p->out);
    json_out_kv_int(&p->out, "rows", (int64_t)p->rows);
    json_out_end_object(&p->out);
    buf_add_char(p->json, '\n');
    if (p->rows == 0)
        buf_add_str(p->html, "<p>Nothing is on file.</p>\n");
    buf_add_str(p->html, "</html>\n");
}
