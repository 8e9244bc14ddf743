/*
 * Fingerprints: BLAKE2b-256 of bytes, to name a text by its content (a rule
 * pack, the input of a verdict, a file). Not keyed: not for personal numbers,
 * which could be guessed back; those have journal_number(). Pure.
 */
#ifndef CORE_JOURNAL_FINGERPRINT_H
#define CORE_JOURNAL_FINGERPRINT_H

#include <stdint.h>

#include "base/str.h"

enum { FINGERPRINT_SIZE = 32, FINGERPRINT_HEX_LEN = 65 };

void fingerprint(struct slice bytes, uint8_t out[FINGERPRINT_SIZE]);
/* The same as 64 hexadecimal digits and a terminator. */
void fingerprint_hex(struct slice bytes, char out[FINGERPRINT_HEX_LEN]);

#endif
