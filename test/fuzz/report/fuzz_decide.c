/* Lines of cases: read, judged by a small book and answered, each input as one
 * line. What is read is a case that rules_check() takes. */
#include <string.h>

#include "core/rules/rules.h"
#include "fuzz.h"
#include "report/decide_expect.h"
#include "report/decide_json.h"
#include "report/decide_read.h"

/* clang-format off */
static const char BOOK[] =
    "[pack]\nname = p\nversion = 1\njurisdiction = US\n"
    "channels = voice text fax email\n"
    "[calendar US]\nnth = 4 thursday 11\nfixed = 12-25\neaster = -2\n"
    "observed = sunday monday\n"
    "[rule US-H]\ntext = t\ncitation = c\ncertainty = K\nrole = require\n"
    "test = hours\n"
    "hours = monday-friday 09:00-18:00\n"
    "hours = saturday eve 10:00-17:00\n"
    "calendar = US\n"
    "[rule US-C]\ntext = t\ncitation = c\ncertainty = K\nrole = require\n"
    "test = cap\n"
    "max = 2\n"
    "span = 24h\n"
    "[rule US-R]\ntext = t\ncitation = c\ncertainty = K\nrole = forbid\n"
    "test = registry\n"
    "registry = us_national\n"
    "min_registered = 9d\n"
    "[rule US-A]\ntext = t\ncitation = c\ncertainty = K\nrole = require\n"
    "test = list_age\n"
    "registry = us_national\n"
    "max_age = 31d\n"
    "[rule US-I]\ntext = t\ncitation = c\ncertainty = K\nrole = forbid\n"
    "test = internal\n"
    "keep = 36 months 14d\n"
    "[rule US-E]\ntext = t\ncitation = c\ncertainty = K\nrole = exempt\n"
    "test = relationship\n"
    "transaction = 18 months\n"
    "contract = 18 months\n"
    "lifts = US-R\n"
    "[rule US-P]\ntext = t\ncitation = c\ncertainty = K\nrole = require\n"
    "test = ratio\n"
    "ceiling = 5%\n"
    "base = placed\n"
    "period = month\n"
    "[rule US-S]\ntext = t\ncitation = c\ncertainty = K\nrole = forbid\n"
    "test = stopped\n"
    "[rule US-T]\ntext = t\ncitation = c\ncertainty = K\nrole = exempt\n"
    "test = confirmation\n"
    "within = 5m\n"
    "lifts = US-S\n"
    "[rule US-X]\ntext = t\ncitation = c\ncertainty = K\nrole = exempt\n"
    "test = consent\n"
    "consent = express\n"
    "covers = channel\n"
    "fresh = 24 months\n"
    "lifts = US-H\n"
    "[rule US-G]\ntext = t\ncitation = c\ncertainty = K\nrole = forbid\n"
    "test = emergency\n"
    "area = US-NY\n";
/* clang-format on */

static const struct tz *zone(void *self, const char *name)
{
    return strcmp(name, "America/New_York") == 0 ? self : NULL;
}

static void judge(const struct rule_book *book, const struct decide_case *c,
                  struct slice line)
{
    static struct verdict v;
    struct buf out;
    int rc = rules_check(book, &c->k, (struct attempt_id){0}, &v, NULL);
    buf_init(&out, 1 << 20);
    if (rc == TM_OK) {
        decide_json_verdict(&v, c->id, NULL, &out);
        tm_assert(!out.failed && out.p[0] == '{');
        (void)decide_expect_check(line, &v, &out);
    }
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct slice line = {n > 0 ? (const char *)data : "", n};
    struct rule_pack_text pack = {"p", str_of(BOOK)};
    const struct rule_book *book = NULL;
    struct arena arena;
    struct decide_case c;
    struct err e = {0};

    arena_init(&arena);
    int rc = rule_book_load(&arena, &pack, 1, &book, &e);
    tm_assert(rc == TM_OK);
    const struct tz *east = tz_fixed(&arena, "America/New_York", -5 * 3600);
    struct decide_input in = {&arena, zone, (void *)(uintptr_t)east, book, "t"};
    rc = decide_read(&in, line, &c, &e);
    tm_assert(c.id != NULL && (rc == TM_OK || e.text[0] != '\0'));
    if (rc == TM_OK)
        judge(book, &c, line);
    arena_fini(&arena);
    return 0;
}
