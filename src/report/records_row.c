#include "report/records_row.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "base/civil.h"
#include "core/number/number.h"
#include "report/words.h"

enum { CELL_MAX = 1 << 20 };

void records_row_number(uint64_t e164, char out[RECORDS_ROW_NUMBER_LEN])
{
    _Static_assert((int)RECORDS_ROW_NUMBER_LEN >= (int)NUMBER_TEXT_LEN, "room");
    uint64_t ten = e164 % 10000000000U;
    if (e164 / 10000000000U == 1 && ten >= 2000000000U)
        (void)snprintf(out, RECORDS_ROW_NUMBER_LEN,
                       "%03" PRIu64 "-%03" PRIu64 "-%04" PRIu64, ten / 10000000,
                       ten / 10000 % 1000, ten % 10000);
    else
        (void)number_format(e164, out);
}

/* An object of texts, as lists keep the fields of their leads: a line each. */
static void text_object(struct slice text, struct buf *out)
{
    json_t *o = json_loadb(text.p, text.n, 0, NULL);
    const char *key;
    json_t *value;
    bool first = true;
    json_object_foreach(o, key, value)
    {
        const char *s = json_string_value(value);
        buf_addf(out, "%s%s: %s", first ? "" : "\n", key, s != NULL ? s : "");
        first = false;
    }
    json_decref(o);
}

void records_row_text(const struct record_cell *c, struct buf *out)
{
    char text[WORDS_MAX];
    char number[RECORDS_ROW_NUMBER_LEN];
    switch (c->kind) {
    case RECORD_CELL_NUMBER:
        records_row_number((uint64_t)c->value, number);
        buf_add_str(out, number);
        break;
    case RECORD_CELL_INSTANT:
        buf_add_str(out, words_iso(c->value, text));
        break;
    case RECORD_CELL_SPAN:
        buf_addf(out, "%" PRId64, (c->value + 500) / 1000);
        break;
    case RECORD_CELL_FLAG: buf_add_str(out, c->value ? "yes" : "no"); break;
    case RECORD_CELL_INT: buf_addf(out, "%" PRId64, c->value); break;
    case RECORD_CELL_JSON: text_object(c->text, out); break;
    default: buf_add_slice(out, c->text); break;
    }
}

void records_row_csv_head(const struct record_row *row, struct buf *out)
{
    for (size_t i = 0; i < row->cells; i++) {
        if (i > 0)
            buf_add_char(out, ',');
        words_csv(out, str_of(row->cell[i].name));
    }
    buf_add_str(out, "\r\n");
}

void records_row_csv(const struct record_row *row, struct buf *out)
{
    struct buf cell;
    buf_init(&cell, CELL_MAX);
    for (size_t i = 0; i < row->cells; i++) {
        const struct record_cell *c = &row->cell[i];
        if (i > 0)
            buf_add_char(out, ',');
        buf_clear(&cell);
        records_row_text(c, &cell);
        /* "+44..." is a number, not a formula: written as it is. */
        if (c->kind == RECORD_CELL_TEXT || c->kind == RECORD_CELL_JSON)
            words_csv(out, buf_slice(&cell));
        else
            buf_add_slice(out, buf_slice(&cell));
        out->failed = out->failed || cell.failed;
    }
    buf_add_str(out, "\r\n");
    buf_fini(&cell);
}

static void put_object(struct slice text, struct json_out *j)
{
    json_t *o = json_loadb(text.p, text.n, 0, NULL);
    const char *key;
    json_t *value;
    json_out_object(j);
    json_object_foreach(o, key, value)
    {
        const char *s = json_string_value(value);
        json_out_kv_text(j, key, s != NULL ? s : "");
    }
    json_out_end_object(j);
    json_decref(o);
}

static void put(const struct record_cell *c, struct json_out *j)
{
    char text[WORDS_MAX];
    char number[RECORDS_ROW_NUMBER_LEN];
    switch (c->kind) {
    case RECORD_CELL_NUMBER:
        records_row_number((uint64_t)c->value, number);
        json_out_text(j, c->value != 0 ? number : NULL);
        break;
    case RECORD_CELL_INSTANT:
        json_out_text(j, c->value != 0 ? words_iso(c->value, text) : NULL);
        break;
    case RECORD_CELL_SPAN: json_out_int(j, (c->value + 500) / 1000); break;
    case RECORD_CELL_FLAG: json_out_bool(j, c->value != 0); break;
    case RECORD_CELL_INT: json_out_int(j, c->value); break;
    case RECORD_CELL_JSON: put_object(c->text, j); break;
    default:
        if (c->text.n > 0)
            json_out_slice(j, c->text);
        else
            json_out_null(j);
        break;
    }
}

void records_row_json(const struct record_row *row, struct json_out *j)
{
    json_out_object(j);
    for (size_t i = 0; i < row->cells; i++) {
        json_out_key(j, row->cell[i].name);
        put(&row->cell[i], j);
    }
    json_out_end_object(j);
}
