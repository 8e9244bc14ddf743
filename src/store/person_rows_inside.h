/* What the files of an erasure share: see store/person_rows.h. The two tables
 * are in memory and hold the person that was found. */
#ifndef STORE_PERSON_ROWS_INSIDE_H
#define STORE_PERSON_ROWS_INSIDE_H

#include "store/person_rows.h"

struct retention_rule;

/* SQL; ?1 is the tenant. */
#define MINE     " IN person_number "
#define ITS      " IN person_lead "
#define CALLS_OF "a.tenant = ?1 AND (a.lead" ITS "OR a.e164" MINE ") "

/* Lists the exports that have the person, then forgets those of his own data.
 * Before anything else is erased: the rows lead to them. */
int person_rows_exports(struct db *db, struct person_rows *p, struct err *e);

/* Counts a row of a kind that the rule keeps until then. */
void person_rows_keep(struct person_rows *p, enum person_rows_kind k,
                      const struct retention_rule *rule, int64_t until_us);

/* Copies to the table `kept` what a law keeps of consents and relationships.
 * Before the leads and calls they hang on are erased. */
int person_rows_keep_consents(struct db *db, struct person_rows *p,
                              struct err *e);
int person_rows_keep_relationships(struct db *db, struct person_rows *p,
                                   struct err *e);

/* The number in the rows of our own people, when it is that of one who was
 * removed. Rows stay: reports have his name and hours, the next call's id is
 * counted from them. */
int person_rows_staff(struct db *db, struct person_rows *p, struct err *e);

#endif
