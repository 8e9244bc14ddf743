/* Leads, their states in campaigns, verdicts: see port/reader.h. */
#ifndef STORE_READER_LEADS_H
#define STORE_READER_LEADS_H

#include "port/reader.h"

int reader_leads_states(void *self, struct campaign_id c, reader_state_fn *v,
                        void *arg, struct err *e);
int reader_leads_verdicts(void *self, struct campaign_id c,
                          reader_verdict_fn *v, void *arg, struct err *e);
int reader_leads_of_number(void *self, uint64_t e164, reader_lead_fn *v,
                           void *arg, struct err *e);
int reader_leads_one(void *self, struct lead_id id, reader_lead_fn *v,
                     void *arg, struct err *e);
int reader_leads_memberships(void *self, struct lead_id id,
                             reader_membership_fn *v, void *arg, struct err *e);
int reader_leads_members(void *self, struct campaign_id c, enum lead_state s,
                         reader_membership_fn *v, void *arg, struct err *e);
int reader_leads_dues(void *self, struct campaign_id c, int64_t bucket_us,
                      reader_due_fn *v, void *arg, struct err *e);

#endif
