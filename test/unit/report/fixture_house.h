/* A small house in memory behind port/reader.h: one campaign or more, leads,
 * attempts, a journal with a true chain. Tests fill the arrays they need. */
#ifndef FIXTURE_HOUSE_H
#define FIXTURE_HOUSE_H

#include "base/arena.h"
#include "base/tz.h"
#include "core/rules/rule_book.h"
#include "port/reader.h"

enum { HOUSE_MAX = 4000 };

struct house_entry {
    struct buf payload;
    uint8_t hash[JOURNAL_HASH_SIZE];
};

struct house_fixture {
    struct arena arena;
    struct reader reader;
    struct reader_campaign campaign[4];
    size_t campaigns;
    struct reader_state_count state[64];
    size_t states;
    struct reader_verdict_count verdict[8];
    size_t verdicts;
    struct reader_attempt *attempt; /* of HOUSE_MAX */
    size_t attempts;
    struct reader_answer *answer; /* of HOUSE_MAX */
    size_t answers;
    struct reader_import import[8];
    size_t imports;
    struct reader_lead lead[8];
    size_t leads;
    struct reader_membership member[8];
    size_t members;
    struct reader_due due[8];
    size_t dues;
    struct reader_opt_out opt_out[64];
    size_t opt_outs;
    struct reader_callback callback[64];
    size_t callbacks;
    struct journal journal;
    struct house_entry entry[64];
    size_t entries;
    int fail; /* when negative: what every walk answers */
    const struct rule_book *book;
    struct tz_set zones;
};

void house_init(struct house_fixture *h);
void house_fini(struct house_fixture *h);
/* Appends to the journal. */
void house_record(struct house_fixture *h, const struct record *r);
/* A campaign of two questions, one day of it, every fate and outcome. */
void house_story(struct house_fixture *h);
/* Lead 7 with the number +12125550123 in the campaign of the story. */
struct lead *house_lead(struct house_fixture *h);

#endif
