/* What the parts of the case reader share (decide_read.h); for them alone. */
#ifndef REPORT_DECIDE_READER_H
#define REPORT_DECIDE_READER_H

#include <jansson.h>

#include "report/decide_read.h"

/* One line being read. */
struct decide_reader {
    const struct decide_input *in;
    struct rule_case *k;
    struct err *e;
    bool failed; /* the first error stands in e */
    struct case_place *place;
};

/* A JSON object with the path of its key; json NULL: absent. */
struct decide_node {
    const json_t *json;
    const char *path;
};

void decide_reader_bad(struct decide_reader *r, const char *path,
                       const char *key, const char *what);
/* The object under a key; complains of other kinds and of keys that are not
 * among `keys` (words with a space after each). */
struct decide_node decide_reader_object(struct decide_reader *r,
                                        const json_t *parent, const char *path,
                                        const char *key, const char *keys);
void decide_reader_keys(struct decide_reader *r, const struct decide_node *n,
                        const char *keys);
/* The array under a key, or NULL. */
const json_t *decide_reader_array(struct decide_reader *r,
                                  const struct decide_node *n, const char *key);
/* An element of a list ("consent[0]"), with the keys that it may have; NULL:
 * the caller looks at them. */
struct decide_node decide_reader_element(struct decide_reader *r,
                                         const json_t *list, size_t i,
                                         const char *path, const char *keys);
/* NULL when absent or null. */
const char *decide_reader_text(struct decide_reader *r,
                               const struct decide_node *n, const char *key);
enum tri decide_reader_flag(struct decide_reader *r,
                            const struct decide_node *n, const char *key,
                            enum tri absent);
int64_t decide_reader_number(struct decide_reader *r,
                             const struct decide_node *n, const char *key,
                             int64_t absent);
struct civil_date decide_reader_date(struct decide_reader *r,
                                     const struct decide_node *n,
                                     const char *key);
int64_t decide_reader_instant(struct decide_reader *r,
                              const struct decide_node *n, const char *key);
/* A date (then the start of the callee's day) or an instant; 0 none. */
int64_t decide_reader_moment(struct decide_reader *r,
                             const struct decide_node *n, const char *key);
/* The start of the callee's local day. */
int64_t decide_reader_midnight(const struct decide_reader *r,
                               struct civil_date d);
/* The callee's local date of now. */
struct civil_date decide_reader_today(const struct decide_reader *r);
/* A stable id for a name; 0 for none. */
int64_t decide_reader_id(const char *name);
void *decide_reader_list(struct decide_reader *r, size_t n, size_t size);

/* A word of a closed list into *out; left alone when absent. */
#define DECIDE_WORD(r, n, key, word, out)                                      \
    do {                                                                       \
        const char *word_ = decide_reader_text(r, n, key);                     \
        if (word_ && !vocab_##word##_parse(str_of(word_), out)) {              \
            decide_reader_bad(r, (n)->path, key, "not a known word");          \
        }                                                                      \
    } while (0)

/* Registers, campaign and situation (decide_facts.c). */
void decide_facts_registry(struct decide_reader *r, const json_t *root);
void decide_facts_campaign(struct decide_reader *r, const json_t *root);
void decide_facts_facts(struct decide_reader *r, const json_t *root);

#endif
