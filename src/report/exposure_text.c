#include "report/exposure_text.h"

#include "report/words.h"

static const char NOT_ADVICE[] =
    "This is an estimate from sums that stand in laws and decrees, counted "
    "over what is on file here. It is not legal advice: courts and "
    "authorities set sums by many circumstances, defences are not weighed, "
    "claims may add up or exclude each other. Have counsel read it.";

static void add_sum(struct buf *b, int64_t v)
{
    char n[WORDS_MAX];
    buf_add_str(b, words_count((uint64_t)v, n));
}

static void add_days(struct buf *b, const struct penalty *p)
{
    char day[11];
    if (p->from.year != 0) {
        civil_format_date(p->from, day);
        buf_addf(b, ", since %s", day);
    }
    if (p->to.year != 0) {
        civil_format_date(p->to, day);
        buf_addf(b, ", until %s", day);
    }
}

static void add_amount(struct buf *b, const struct exposure_row *r)
{
    const struct penalty *p = r->penalty;
    if (p->unknown) {
        buf_add_str(b, "unknown: the sum is not in our data");
        return;
    }
    buf_addf(b, "%s ", p->currency);
    add_sum(b, r->low);
    buf_add_str(b, " to ");
    add_sum(b, r->high);
    if (p->turnover_percent != 0 && r->high_n > 0)
        buf_addf(b, ", or %d %% of the turnover if that is more",
                 p->turnover_percent);
    if (p->proposed)
        buf_add_str(b, "; only proposed, not in the sums below");
}

static void row(const struct exposure_row *r, struct buf *b)
{
    const struct penalty *p = r->penalty;
    buf_addf(b, "%s  %s\n  ", p->id, p->regime);
    add_amount(b, r);
    buf_add_str(b, "\n  ");
    if (r->low_n != r->high_n)
        buf_addf(b, "%llu to ", (unsigned long long)r->low_n);
    buf_addf(b, "%llu %s", (unsigned long long)r->high_n,
             r->high_n == 1 ? "violation" : "violations");
    if (!p->unknown) {
        buf_add_str(b, ", ");
        add_sum(b, p->low);
        buf_add_str(b, " to ");
        add_sum(b, p->high);
        buf_add_str(b,
                    p->per == PENALTY_PER_CASE ? " for all together" : " each");
    }
    if (r->single > 0)
        buf_addf(b,
                 "; %llu more do not count: %u calls in %u months are "
                 "needed",
                 (unsigned long long)r->single, p->repeat, p->repeat_months);
    if (r->late > 0)
        buf_addf(b, "; %llu are older than %u years",
                 (unsigned long long)r->late, p->years);
    buf_addf(b, "\n  %s\n  %s; certainty %s", p->text, p->citation,
             p->certainty);
    add_days(b, p);
    buf_add_char(b, '\n');
    if (p->note[0] != '\0')
        buf_addf(b, "  %s\n", p->note);
    buf_add_char(b, '\n');
}

static void findings(const struct exposure *x, struct buf *b)
{
    char from[WORDS_MAX], until[WORDS_MAX];
    buf_addf(b, "Exposure from %s to %s\n\n",
             x->from_us != 0 ? words_instant(x->from_us, from)
                             : "the beginning",
             words_instant(x->until_us, until));
    for (unsigned k = 0; k < EXPOSURE_KIND_COUNT; k++)
        buf_addf(b, "%6llu %s%s\n", (unsigned long long)x->kinds[k],
                 exposure_kind_text((enum exposure_kind)k),
                 x->sure[k] < x->kinds[k] ? " (not all of them sure)" : "");
    if (x->undecided > 0)
        buf_addf(b, "%6llu complaints are undecided and count nothing yet\n",
                 (unsigned long long)x->undecided);
    buf_addf(b, "%6llu calls were judged again, %llu of them could not be\n\n",
             (unsigned long long)x->replayed,
             (unsigned long long)x->not_replayable);
}

void exposure_text(const struct exposure *x, struct buf *b)
{
    findings(x, b);
    for (size_t i = 0; i < x->rows; i++)
        row(&x->row[i], b);
    for (size_t i = 0; i < x->gaps; i++) {
        char place[VOCAB_PLACE_MAX + 1];
        vocab_place_text(x->gap[i].place, place);
        buf_addf(b, "%s: %llu findings, no sum is known there\n",
                 place[0] != '\0' ? place : "unknown place",
                 (unsigned long long)x->gap[i].findings);
    }
    if (x->findings == 0)
        buf_add_str(b, "Nothing on file would cost anything.\n");
    for (size_t i = 0; i < x->totals; i++) {
        buf_addf(b, "All regimes together: %s ", x->total[i].currency);
        add_sum(b, x->total[i].low);
        buf_add_str(b, " to ");
        add_sum(b, x->total[i].high);
        buf_add_char(b, '\n');
    }
    buf_add_char(b, '\n');
    words_paragraph(b, str_of(NOT_ADVICE), 0, 78);
}

/* --- JSON --- */

static void put_date(struct json_out *j, const char *key, struct civil_date d)
{
    char day[11];
    if (d.year != 0)
        civil_format_date(d, day);
    json_out_kv_text(j, key, d.year != 0 ? day : NULL);
}

static void put_sum(struct json_out *j, const char *key, int64_t v, bool known)
{
    json_out_key(j, key);
    if (known)
        json_out_int(j, v);
    else
        json_out_null(j);
}

static void row_json(const struct exposure_row *r, struct json_out *j)
{
    const struct penalty *p = r->penalty;
    json_out_object(j);
    json_out_kv_text(j, "id", p->id);
    json_out_kv_text(j, "rule", p->rule);
    json_out_kv_text(j, "regime", p->regime);
    json_out_kv_text(j, "text", p->text);
    json_out_kv_text(j, "citation", p->citation);
    json_out_kv_text(j, "certainty", p->certainty);
    json_out_kv_text(j, "note", p->note);
    put_date(j, "from", p->from);
    put_date(j, "to", p->to);
    json_out_kv_text(j, "per",
                     p->per == PENALTY_PER_CASE ? "case" : "violation");
    json_out_kv_bool(j, "proposed", p->proposed);
    json_out_kv_text(j, "currency", p->unknown ? NULL : p->currency);
    put_sum(j, "each_low", p->low, !p->unknown);
    put_sum(j, "each_high", p->high, !p->unknown);
    json_out_kv_int(j, "violations_low", (int64_t)r->low_n);
    json_out_kv_int(j, "violations_high", (int64_t)r->high_n);
    json_out_kv_int(j, "too_late", (int64_t)r->late);
    json_out_kv_int(j, "single_calls", (int64_t)r->single);
    put_sum(j, "low", r->low, !p->unknown);
    put_sum(j, "high", r->high, !p->unknown);
    put_sum(j, "turnover_percent", p->turnover_percent,
            p->turnover_percent != 0);
    json_out_end_object(j);
}

static void finding_json(const struct exposure_finding *f, struct json_out *j)
{
    char place[VOCAB_PLACE_MAX + 1], at[WORDS_MAX];
    vocab_place_text(f->place, place);
    json_out_object(j);
    json_out_kv_text(j, "kind", exposure_kind_word(f->kind));
    json_out_kv_text(j, "breach", complaint_breach_text(f->breach));
    json_out_kv_text(j, "place", place);
    json_out_kv_text(j, "at", words_iso(f->at_us, at));
    json_out_kv_int(j, "attempt", f->attempt.v);
    json_out_kv_int(j, "complaint", f->complaint);
    json_out_kv_bool(j, "sure", f->sure);
    json_out_end_object(j);
}

static void sums_json(const struct exposure *x, struct json_out *j)
{
    json_out_key(j, "sums");
    json_out_array(j);
    for (size_t i = 0; i < x->totals; i++) {
        json_out_object(j);
        json_out_kv_text(j, "currency", x->total[i].currency);
        json_out_kv_int(j, "low", x->total[i].low);
        json_out_kv_int(j, "high", x->total[i].high);
        json_out_end_object(j);
    }
    json_out_end_array(j);
    json_out_key(j, "places_without_a_sum");
    json_out_array(j);
    for (size_t i = 0; i < x->gaps; i++) {
        char place[VOCAB_PLACE_MAX + 1];
        vocab_place_text(x->gap[i].place, place);
        json_out_object(j);
        json_out_kv_text(j, "place", place);
        json_out_kv_int(j, "findings", (int64_t)x->gap[i].findings);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

void exposure_text_json(const struct exposure *x, struct json_out *j)
{
    char from[WORDS_MAX], until[WORDS_MAX];
    json_out_object(j);
    json_out_kv_text(j, "from",
                     x->from_us != 0 ? words_iso(x->from_us, from) : NULL);
    json_out_kv_text(j, "until", words_iso(x->until_us, until));
    json_out_kv_text(j, "not_legal_advice", NOT_ADVICE);
    json_out_key(j, "counts");
    json_out_object(j);
    for (unsigned k = 0; k < EXPOSURE_KIND_COUNT; k++)
        json_out_kv_int(j, exposure_kind_word((enum exposure_kind)k),
                        (int64_t)x->kinds[k]);
    json_out_kv_int(j, "undecided", (int64_t)x->undecided);
    json_out_kv_int(j, "replayed", (int64_t)x->replayed);
    json_out_kv_int(j, "not_replayable", (int64_t)x->not_replayable);
    json_out_end_object(j);
    json_out_key(j, "regimes");
    json_out_array(j);
    for (size_t i = 0; i < x->rows; i++)
        row_json(&x->row[i], j);
    json_out_end_array(j);
    sums_json(x, j);
    json_out_key(j, "findings");
    json_out_array(j);
    for (size_t i = 0; i < x->findings; i++)
        finding_json(&x->finding[i], j);
    json_out_end_array(j);
    json_out_end_object(j);
}
