/*
 * What a campaign's file cannot know by itself when it is loaded: whether its
 * voice and sound files are there, whether its last day is over, what the
 * trunks carry; and what is allowed and yet seldom meant. Each line names the
 * file's line, the key and what to do.
 */
#ifndef CMD_CAMPAIGN_WARN_H
#define CMD_CAMPAIGN_WARN_H

#include "cmd/control.h"

/* A campaign's file: as the user named it, its text, and what it says. */
struct campaign_file {
    const char *name;
    struct slice text;
    const struct plan *plan;
};

/* TM_EUNSUPPORTED: there is no such voice; *e names the plan's line, those
 * that there are are printed. */
int campaign_warn_voice(struct control *c, const char *file,
                        const struct plan *plan, struct err *e) TM_MUST_CHECK;
/* TM_ENOTFOUND, TM_ECORRUPT, TM_ELIMIT: a sound file cannot be played; *e
 * names the line. A relative path is looked for where the server was started,
 * or, when none runs, where this command is. */
int campaign_warn_sounds(struct control *c, const struct campaign_file *f,
                         struct err *e) TM_MUST_CHECK;
/* Prints the rest, on the user's standard error. */
void campaign_warn(struct control *c, const struct campaign_file *f);
/* ... of the trunks that there are. */
void campaign_warn_trunks(struct control *c, const struct campaign_file *f,
                          const struct trunk_config *trunk, size_t n);
/* ... of caller_id, which no campaign answers. */
void campaign_warn_unanswered(struct control *c, const struct campaign_file *f);

#endif
