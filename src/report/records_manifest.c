/* The manifest of an export: see report/records.h. */
#include <inttypes.h>
#include <stdio.h>

#include "report/records_inside.h"
#include "report/words.h"

/* What the law wants and where it is. */
static const struct {
    const char *group, *law, *where;
} answered[] = {
    {"advertising, scripts, recorded messages", "16 CFR 310.5(a)(1)",
     "scripts, messages"},
    {"each call", "16 CFR 310.5(a)(2); CRTC UTR Part III", "calls"},
    {"consents", "16 CFR 310.5(a)(8)", "consents"},
    {"established business relationships, donors", "16 CFR 310.5(a)(9)",
     "relationships"},
    {"entity-specific requests", "16 CFR 310.5(a)(10); CRTC UTR Part III",
     "requests"},
    {"use of registries", "16 CFR 310.5(a)(11)", "registry"},
    {"right to show caller IDs", "16 CFR 310.5(a)(2)", "caller_ids"},
    {"service providers, registrations", "16 CFR 310.5(a)(7)", "providers"},
};

static void missing(struct json_out *j, const char *what, uint64_t rows,
                    const char *why)
{
    json_out_object(j);
    json_out_kv_text(j, "what", what);
    if (rows > 0)
        json_out_kv_int(j, "rows", (int64_t)rows);
    json_out_kv_text(j, "why", why);
    json_out_end_object(j);
}

static void counted(struct json_out *j, const char *what, uint64_t rows,
                    const char *why)
{
    if (rows > 0)
        missing(j, what, rows, why);
}

static void list_missing(const struct records *r, struct json_out *j)
{
    missing(j, "staff: alias, home address, telephone, title", 0,
            "calls name the agents who took them; keep the rest elsewhere");
    missing(j, "customers and prize winners", 0,
            "orders and prizes are not kept by this program");
    missing(j, "name of the telemarketer", 0,
            "each data folder belongs to one caller, whose name is not in it");
    missing(j, "transfers", 0, "this program does not transfer calls");
    counted(j, "right to show the caller ID, with proof and period",
            r->calls_no_authority,
            "no entry of the caller_id ledger covers the day of the call: "
            "import one");
    counted(j, "consumer or business", r->calls_party_unknown,
            "the person was erased; the call's record was kept");
    counted(j, "wording of the consent", r->consents_no_wording,
            "a list's column says only that there is one: import the consent "
            "ledger");
    counted(j, "proof of the consent", r->consents_no_proof,
            "not told at import");
    counted(j, "date of the consent", r->consents_no_date,
            "not told at import");
    counted(j, "account of the registry subscription", r->lists_no_account,
            "no entry of the licence ledger has one (word san or "
            "subscription)");
    counted(j, "hash of a campaign's plan", r->plans_old,
            "this program would not load the plan any more; what its keys say "
            "is told");
    if (r->providers == 0)
        missing(j, "contracts with service providers", 0,
                "the licence ledger has no entry for this period");
}

static void list_files(const struct records_about *a, struct json_out *j)
{
    json_out_key(j, "files");
    json_out_array(j);
    for (size_t i = 0; i < a->files; i++) {
        json_out_object(j);
        json_out_kv_text(j, "file", a->file[i].name);
        json_out_kv_int(j, "rows", (int64_t)a->file[i].rows);
        json_out_kv_int(j, "bytes", (int64_t)a->file[i].bytes);
        json_out_kv_text(j, "blake2b_256", a->file[i].hash);
        json_out_end_object(j);
    }
    json_out_end_array(j);
}

void records_manifest(const struct records *r, const struct records_about *a,
                      struct json_out *j)
{
    char text[WORDS_MAX];
    json_out_object(j);
    json_out_kv_text(j, "format", "telemark-records-1");
    json_out_kv_text(j, "program", a->program);
    json_out_kv_text(j, "made", words_iso(a->made_us, text));
    json_out_kv_text(j, "from", words_iso(a->from_us, text));
    json_out_kv_text(j, "before", words_iso(a->until_us, text));
    json_out_kv_text(j, "seller", a->seller);
    json_out_kv_text(j, "times", "UTC, to the second");
    json_out_kv_text(j, "numbers",
                     "212-555-0123 in the North American plan, else E.164");
    list_files(a, j);
    json_out_key(j, "law");
    json_out_array(j);
    for (size_t i = 0; i < tm_array_len(answered); i++) {
        json_out_object(j);
        json_out_kv_text(j, "wants", answered[i].group);
        json_out_kv_text(j, "citation", answered[i].law);
        json_out_kv_text(j, "files", answered[i].where);
        json_out_end_object(j);
    }
    json_out_end_array(j);
    json_out_key(j, "missing");
    json_out_array(j);
    list_missing(r, j);
    json_out_end_array(j);
    json_out_kv_text(j, "note", "not legal advice; have it read by counsel");
    json_out_end_object(j);
}
