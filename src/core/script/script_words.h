/*
 * What a script says, read as a person hears it: is a name said, a number, a
 * key. Used when a campaign is loaded, because the law fixes what an automated
 * call says and in which order (47 CFR 64.1200(b), 16 CFR 310.4(b)(1)(v)(B)).
 *
 * Words are compared without regard to ASCII case, as whole words. A sound
 * file says what `words` beside it tell; without that it says nothing here.
 * Pure, any thread; cost: the length of the words.
 */
#ifndef CORE_SCRIPT_SCRIPT_WORDS_H
#define CORE_SCRIPT_SCRIPT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/script/script.h"

/* Where `what` begins in the words, from `from` on; SIZE_MAX: it is not said.
 * Empty is never said. */
size_t script_words_find(struct slice words, struct slice what, size_t from);

/* The sentence that holds the byte at: where it ends, behind its mark or at
 * the end of the words. */
size_t script_words_sentence_end(struct slice words, size_t at);

/* Whether the key is named, as a digit of its own or as "star", "pound" or
 * "hash". */
bool script_words_key(struct slice words, char key);

/* Whether the telephone number is said: its digits with any blanks, dots,
 * hyphens and brackets between them, with or without the country's code. */
bool script_words_number(struct slice words, uint64_t e164);

/* The words that a person hears who presses nothing, from the first step to
 * the end of the call, up to the first step that waits for a key when
 * `opening`. Fields say what they say when the lead has nothing, or their
 * name. *line, unless NULL: of the first piece whose words are not known, 0
 * none. */
void script_words_heard(const struct script *s, bool opening, struct buf *out,
                        int *line);

#endif
