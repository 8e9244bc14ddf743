#include "cmd/campaign_warn.h"

#include "audio/speech.h"
#include "base/civil.h"

enum {
    TAGS_MAX = 4000,
    WAIT_MS = 2000, /* what the law gives a person who has answered */
};

int campaign_warn_voice(struct control *c, const char *file,
                        const struct plan *plan, struct err *e)
{
    struct buf tags;
    struct err why;
    buf_init(&tags, TAGS_MAX);
    int rc = speech_voice(str_of(plan->voice), &tags, &why);
    if (rc == TM_EUNSUPPORTED) {
        control_warn(c, "voices that there are: %s\n",
                     tags.failed ? "" : tags.p);
        rc = err_set(e, rc,
                     "%s: voice = %s: there is no such voice; write the tag "
                     "of a language, as en-us",
                     file, plan->voice);
    } else if (rc != TM_OK) {
        control_warn(c, "the voice cannot be checked: %s\n", why.text);
        rc = TM_OK;
    }
    buf_fini(&tags);
    return rc;
}

void campaign_warn(struct control *c, const struct plan *plan)
{
    /* Somewhere the day lasts until noon of the next, in UTC. */
    int64_t us = control_now_us(c) - 12 * CIVIL_HOUR_US;
    struct civil_date today = civil_of_us(us).date;
    char day[11];
    if (plan->ends.year != 0 && civil_date_cmp(plan->ends, today) < 0) {
        civil_format_date(plan->ends, day);
        control_warn(c,
                     "its last day is over (ends = %s): nobody will be "
                     "called\n",
                     day);
    }
    if (plan->channel == CHANNEL_VOICE_LIVE && plan->detect &&
        plan->hold_ms < WAIT_MS)
        control_warn(c,
                     "hold = %lld ms with detect = yes: who is told from a "
                     "machine only after that time is an abandoned call; "
                     "leave hold at 2s\n",
                     (long long)plan->hold_ms);
}
