/*
 * Private to the simulated store: its tables and how records change them.
 * sim_store.c serves requests in time, sim_store_rows.c applies records,
 * sim_store_pick.c hands out leads, sim_store_incoming.c has calls to us.
 */
#ifndef SIM_SIM_STORE_ROWS_H
#define SIM_SIM_STORE_ROWS_H

#include "base/arena.h"
#include "base/map.h"
#include "sim/sim_store.h"

/* A lead without its history and its part in campaigns; packed, as there are
 * many. */
struct sim_row {
    struct lead_id id;
    struct lead_phone *phone;
    uint32_t *number; /* of each telephone: its place in rows.number */
    struct lead_consent *consent;
    struct lead_field *field;
    uint8_t phones, consents, fields;
    char country[3];
    char region[8];
    bool region_confirmed, business;
    struct civil_date last_transaction, last_inquiry, last_gift;
    size_t last_attempt; /* index + 1 */
};

struct sim_number {
    size_t last_attempt; /* index + 1 */
    size_t first_holder; /* index + 1 */
};

/* A lead that has the number. */
struct sim_holder {
    size_t row;
    size_t next; /* index + 1 */
};

struct sim_entry {
    int64_t due_us;
    uint32_t member, version;
};

/* Leads that wait, the one that is due first on top. Entries whose version
 * is not their member's are void. */
struct sim_heap {
    struct sim_entry *entry;
    size_t n, cap;
};

struct sim_member {
    size_t row;
    int64_t due_us;
    uint32_t version;
    uint8_t state;
    uint8_t reason; /* word */
    int8_t verdict;
    bool claimed;
    bool calls_us;   /* since his last next step: a release keeps the claim */
    bool promised;   /* the call that is up keeps a promise */
    uint64_t agreed; /* number of his last call back, lead.h */
};

enum sim_source { SIM_CALLBACKS, SIM_WAITING, SIM_NEW, SIM_SOURCES };

struct sim_campaign {
    struct sim_store_campaign c;
    int64_t first_call_us;
    struct sim_member *member;
    size_t members, cap;
    struct map by_lead; /* lead id -> member + 1, where they differ */
    struct sim_heap heap[SIM_SOURCES];
    size_t fresh; /* new leads that are not claimed */
};

struct sim_said { /* an answer */
    struct attempt_id attempt;
    uint8_t question, answer; /* words */
};

struct sim_opt_out {
    struct seller_id seller;
    uint64_t e164;
    int64_t at_us;
};

/* One kind of growing array each. */
#define SIM_STORE_VEC(type)                                                    \
    struct {                                                                   \
        type *at;                                                              \
        size_t n, cap;                                                         \
    }

struct sim_flow;

struct sim_rows {
    struct arena arena;
    struct sim_flow *flow; /* of an endless list, or NULL */
    size_t free_attempts;  /* of it: index + 1, chained by before_lead */
    SIM_STORE_VEC(struct sim_row) row;
    SIM_STORE_VEC(struct sim_number) number;
    SIM_STORE_VEC(struct sim_holder) holder;
    SIM_STORE_VEC(struct sim_store_attempt) attempt;
    SIM_STORE_VEC(struct sim_store_incoming) incoming;
    SIM_STORE_VEC(struct sim_said) said;
    SIM_STORE_VEC(struct sim_opt_out) opt_out;
    SIM_STORE_VEC(struct sim_campaign) campaign;
    struct map row_of;     /* lead id -> row + 1; those that are the same are
                              not there */
    struct map number_of;  /* number -> number + 1 */
    struct map attempt_of; /* attempt id -> attempt + 1 */
    struct map incoming_of;
    uint64_t attempt_shift; /* what most ids are above their place + 1 */
    struct slice word[SIM_STORE_WORDS_MAX];
    size_t words;
    int64_t last_attempt, last_lead;
    struct sim_store_counts counts;
    sim_store_ended_fn *ended; /* of an endless list's attempts; may be NULL */
    void *ended_arg;
};

/* Of a store; for sim_store_look.c. */
const struct sim_rows *sim_store_rows(const struct sim_store *s);

void sim_store_rows_init(struct sim_rows *t);
void sim_store_rows_fini(struct sim_rows *t);
void sim_store_rows_add_lead(struct sim_rows *t, const struct lead *l);
void sim_store_rows_enroll(struct sim_rows *t, struct sim_campaign *c,
                           struct lead_id l);
struct sim_campaign *sim_store_rows_campaign(const struct sim_rows *t,
                                             struct campaign_id id);
/* The campaign's member, or NULL; c may be NULL. */
struct sim_member *sim_store_rows_member(const struct sim_rows *t,
                                         const struct sim_campaign *c,
                                         struct lead_id id);
void sim_store_rows_apply(struct sim_rows *t, const struct record *r);
/* The lead with its history as the campaign sees it. */
void sim_store_rows_lead(const struct sim_rows *t, const struct sim_campaign *c,
                         const struct sim_member *m, struct lead *out);
struct slice sim_store_rows_word(const struct sim_rows *t, size_t word);

/* sim_store_pick.c: state of members and what is handed out. */
void sim_store_pick_push(struct sim_heap *h, struct sim_entry e);
void sim_store_pick_pop(struct sim_heap *h);
void sim_store_pick_set(struct sim_campaign *c, struct sim_member *m,
                        enum lead_state state, int64_t due_us, bool claimed);
void sim_store_pick_release(struct sim_campaign *c);

struct sim_picked {
    uint32_t *member;
    size_t n;
    int64_t next_due_us;
    uint64_t others;
};
void sim_store_pick_leads(struct sim_campaign *c, const struct store_fetch *q,
                          struct arena *a, struct sim_picked *out);

/* sim_store_incoming.c */
struct sim_caller {
    size_t member; /* of the campaign; SIZE_MAX: nobody has the number */
    bool held;
};
void sim_store_incoming_caller(struct sim_rows *t, const struct store_caller *q,
                               struct sim_caller *out);
void sim_store_incoming_begin(struct sim_rows *t, const struct record *r);
/* A record of an attempt; false: it is no call to us. */
bool sim_store_incoming_event(struct sim_rows *t, const struct record *r);
const struct sim_store_incoming *
sim_store_incoming_find(const struct sim_rows *t, struct attempt_id id);
void sim_store_incoming_fini(struct sim_rows *t);

#endif
