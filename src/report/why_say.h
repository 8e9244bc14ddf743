/* The sentence that says what holds for a lead within a campaign. */
#ifndef REPORT_WHY_SAY_H
#define REPORT_WHY_SAY_H

#include "report/why.h"

/* In the arena. attempts and rule of c are filled in before. */
const char *why_say(const struct why_question *q, struct arena *a,
                    const struct why_campaign *c);
/* What a word of the retry rules means; the word itself when not known. */
const char *why_say_reason(const char *word);

#endif
