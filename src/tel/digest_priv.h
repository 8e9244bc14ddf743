/* Shared by digest.c and digest_server.c only. */
#ifndef TEL_DIGEST_PRIV_H
#define TEL_DIGEST_PRIV_H

#include "tel/digest_server.h"

/* "Digest " taken off the front of a header's value; false: another scheme. */
bool digest_scheme(struct slice *s);
/* Takes one name=value of a comma list off the front of *s. */
bool digest_param_next(struct slice *s, struct slice *name,
                       struct slice *value);
/* Copies a value that can stand in a header line; false: too long, or not. */
bool digest_field_set(char *dst, size_t cap, struct slice v);
enum digest_algorithm digest_algorithm_of(struct slice v);
/* Hash of the parts joined by colons, as lower-case hex. */
void digest_hash_hex(enum digest_algorithm algorithm, const char *const *part,
                     size_t parts, char out[DIGEST_HEX_MAX]);

#endif
