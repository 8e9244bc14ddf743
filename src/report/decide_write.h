/*
 * A case as one line of JSON in its exact form, for records, for replay and
 * for other checkers; and the hash of that line, which names the input of a
 * verdict (compliance facts, section 7, "Output").
 *
 * decide_read() reads the line back into an equal case: in the exact form
 * ("absent":"unknown") a key that is not there is unknown, nothing is taken as
 * in order, and sellers, persons and subjects are ids. Equal cases give equal
 * bytes: keys have a fixed order, zero values none. docs/evidence.md.
 *
 * Exceptions: bytes that are no UTF-8 become U+FFFD, and a value outside its
 * enum, which rules_check() refuses as well, is written as "?".
 * Cost: some microseconds. Pure, any thread.
 */
#ifndef REPORT_DECIDE_WRITE_H
#define REPORT_DECIDE_WRITE_H

#include "base/json_out.h"
#include "core/journal/fingerprint.h"
#include "core/rules/rule_case.h"

/* Appends the object, without a line end. id NULL: none. out->failed when it
 * does not fit. */
void decide_write(const struct rule_case *k, const char *id, struct buf *out);
/* The same as a value of a greater JSON text. */
void decide_write_to(const struct rule_case *k, struct json_out *j);
/* Fingerprint of the line without id, in hex. "" when memory bounds are
 * exceeded (a case of more than 1 MiB). */
void decide_write_hash(const struct rule_case *k,
                       char out[FINGERPRINT_HEX_LEN]);

#endif
