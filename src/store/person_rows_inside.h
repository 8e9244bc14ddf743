/* What the files of an erasure share: see store/person_rows.h. The two tables
 * are in memory and hold the person that was found. */
#ifndef STORE_PERSON_ROWS_INSIDE_H
#define STORE_PERSON_ROWS_INSIDE_H

#include "store/person_rows.h"

/* SQL; ?1 is the tenant. */
#define MINE     " IN person_number "
#define ITS      " IN person_lead "
#define CALLS_OF "a.tenant = ?1 AND (a.lead" ITS "OR a.e164" MINE ") "

/* Lists the exports that have the person, then forgets those of his own data.
 * Before anything else is erased: the rows lead to them. */
int person_rows_exports(struct db *db, struct person_rows *p, struct err *e);

#endif
