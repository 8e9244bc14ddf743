/*
 * port/record_reader.h on SQLite, on the connection of a sqlite_reader: each
 * table is one or more queries whose columns are named "KIND:NAME"
 * ("t:recorded"), KIND as in enum record_cell_kind. Rows stream; memory is
 * that of one row.
 *
 * Every table of the schema is named in reader_records_tables: either with
 * the query that finds a person in it or as one without personal data. A test
 * compares it with the schema, so a new table cannot be forgotten when a
 * person asks for his data.
 */
#ifndef STORE_READER_RECORDS_H
#define STORE_READER_RECORDS_H

#include "port/record_reader.h"

struct sqlite_reader;

void reader_records_port(struct sqlite_reader *r, struct record_reader *out);

struct reader_records_table {
    const char *name;
    const char *person; /* SELECT by ?1 tenant, ?2 number, ?3 address, ?4 hash
                           of the number; NULL: says nothing of a person */
};
extern const struct reader_records_table reader_records_tables[];
extern const int reader_records_count;

/* SQL: the name in the JSON fields of lead d. */
#define READER_RECORDS_NAME                                                    \
    "trim(coalesce(json_extract(d.fields, '$.name'), "                         \
    "json_extract(d.fields, '$.full_name'), "                                  \
    "coalesce(json_extract(d.fields, '$.first_name'), '') || ' ' || "          \
    "coalesce(json_extract(d.fields, '$.last_name'), "                         \
    "json_extract(d.fields, '$.surname'), '')))"

#endif
