/*
 * What the ledgers say of a lead's numbers, put into the lead: consents and
 * their withdrawal, relationship, facts about the lines.
 *
 * Operations: lead_ledger_take, once an entry, in order of kind and then id
 * (as the store keeps them): consents stand before the revocations that end
 * them. Cost: a few comparisons an entry; nothing is allocated.
 * Misuse: entries of another number, and ended ones, must not be handed in.
 * Reference: 47 CFR 64.1200(a)(10) on withdrawal, 16 CFR 310.2(q) and 47 CFR
 * 64.1200(f)(5) on the relationship, 64.1200(m) on reassigned numbers.
 */
#ifndef CORE_LEAD_LEAD_LEDGER_H
#define CORE_LEAD_LEAD_LEDGER_H

#include "core/lead/lead.h"
#include "core/ledger/ledger.h"

/* e names phone[phone] and stands. Of relationships only those of the seller
 * count, or of all sellers (e->seller 0); seller 0: only the latter. */
void lead_ledger_take(struct lead *l, size_t phone,
                      const struct ledger_entry *e, struct seller_id seller);

/* The part of it that depends on the seller alone: for who has a lead that
 * was read for all sellers. */
void lead_ledger_relate(struct lead *l, const struct ledger_entry *e,
                        struct seller_id seller);

#endif
