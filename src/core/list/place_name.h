/*
 * Names of the states and territories of the United States and of the
 * provinces of Canada, as people write them in the region column of a list:
 * in any case, with or without accents, in French too for Canada.
 *
 * place_name_code    the code of a whole name
 * place_name_known   whether there is such a subdivision
 * place_name_codes   those of a country, for a message
 * Cost: a scan of some ninety short texts. Pure.
 * Misuse: abbreviations ("Calif.") are not guessed at: a wrong state is worse
 * than none, as its law would be taken for the callee's.
 */
#ifndef CORE_LIST_PLACE_NAME_H
#define CORE_LIST_PLACE_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

enum { PLACE_NAME_CODE_LEN = 6 }; /* "US-FL" and its end */

/* out: ISO 3166-2. False: not the name of such a place, *out untouched. */
bool place_name_code(struct slice name, char out[PLACE_NAME_CODE_LEN]);

/* "US-FL": whether ISO 3166-2 has it. Codes in capitals. True for every code
 * of a country other than US and CA, and for a country alone: what these have
 * is not kept here. An invented state would else remove the law of the true
 * one. */
bool place_name_known(struct slice code);

/* "AL AK AZ ..." of US or CA, "" of others; what does not fit is left out. */
void place_name_codes(const char *country, char *out, size_t cap);

#endif
