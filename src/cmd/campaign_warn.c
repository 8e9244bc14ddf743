#include "cmd/campaign_warn.h"

#include <stdio.h>
#include <string.h>

#include "audio/speech.h"
#include "audio/wav.h"
#include "base/civil.h"
#include "base/kv.h"
#include "core/number/number.h"

enum {
    TAGS_MAX = 4000,
    WAIT_MS = 2000,   /* what the law gives a person who has answered */
    PLACE_MAX = 300,  /* "FILE:LINE: " */
    TRUNK_CALLS = 30, /* of a trunk that says nothing */
};

/* "FILE:LINE: " of a key, "" when the file has no such line. */
static const char *at(const struct campaign_file *f, const char *section,
                      const char *key, char out[PLACE_MAX])
{
    struct kv_reader r;
    struct kv_line l;
    int got;
    kv_open(&r, f->name, f->text);
    out[0] = '\0';
    while ((got = kv_next(&r, &l, NULL)) != 0)
        if (got > 0 && str_eq(l.section, section) && str_eq(l.key, key)) {
            (void)snprintf(out, PLACE_MAX, "%s:%d: ", f->name, l.line);
            break;
        }
    return out;
}

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

/* --- sound files -----------------------------------------------------------*/

/* One that can be played; where: "FILE:LINE: ". */
static int check_sound(struct control *c, const char *where, const char *key,
                       const char *path, struct err *e)
{
    struct pcm *sound;
    struct err why = {0};
    bool relative = path[0] != '/';
    int rc = wav_read(path, &sound, &why);
    if (rc == TM_OK) {
        pcm_unref(sound);
        if (relative && c->server == NULL)
            control_warn(c,
                         "%s%s = %s is looked for in the folder in which "
                         "'telemark serve' is started; a path that begins "
                         "with / is always found\n",
                         where, key, path);
        return TM_OK;
    }
    return err_set(e, rc, "%s%s: %s%s", where, key, why.text,
                   !relative ? ""
                   : c->server != NULL
                       ? "; it is looked for in the folder in which the server "
                         "was started: write the whole path"
                       : "; write the whole path");
}

static int check_says(struct control *c, const struct campaign_file *f,
                      const struct script_step *step, struct err *e)
{
    char path[SCRIPT_SAY_MAX + 1], where[PLACE_MAX];
    int rc = TM_OK;
    for (size_t i = 0; rc == TM_OK && i < step->says; i++) {
        const struct script_say *say = &step->say[i];
        if (!say->wav || memchr(say->text.p, '{', say->text.n) != NULL)
            continue;
        (void)str_copy(path, sizeof(path), say->text);
        (void)snprintf(where, sizeof(where), "%s:%d: ", f->name, say->line);
        rc = check_sound(c, where, "say_wav", path, e);
    }
    return rc;
}

int campaign_warn_sounds(struct control *c, const struct campaign_file *f,
                         struct err *e)
{
    const struct plan *p = f->plan;
    char where[PLACE_MAX];
    int rc = TM_OK;
    if (p->hold_music != NULL)
        rc = check_sound(c, at(f, "", "hold_music", where), "hold_music",
                         p->hold_music, e);
    if (rc == TM_OK && p->inbound.music != NULL)
        rc = check_sound(c, at(f, "inbound", "music", where), "music",
                         p->inbound.music, e);
    for (size_t i = 0; rc == TM_OK && i < p->script->steps; i++)
        rc = check_says(c, f, &p->script->step[i], e);
    return rc;
}

/* --- what is seldom meant --------------------------------------------------*/

/* Machines that answer would count as people: of the people among the live
 * answers more are abandoned than the share that is counted and steered on. */
static void warn_machines(struct control *c, const struct plan *plan)
{
    bool ahead =
        plan->dial_mode == DIAL_PREDICTIVE || plan->dial_mode == DIAL_POWER;
    if (plan->channel == CHANNEL_VOICE_LIVE && plan->detect)
        control_warn(c, "detect = yes: calls by a trunk are not told from "
                        "machines yet (the simulator's are): each answer is "
                        "a person's, and agents get machines as well; write "
                        "detect = no\n");
    if (!ahead)
        return;
    for (size_t i = 0; i < plan->dispositions; i++)
        if (plan->disposition[i].action == DISPOSITION_MACHINE)
            return;
    control_warn(c, "nothing tells machines from people (no disposition is "
                    "machine): machines count as people, so more people are "
                    "abandoned than the share says; add a disposition such as "
                    "voicemail = machine\n");
}

static void warn_live(struct control *c, const struct campaign_file *f)
{
    const struct plan *plan = f->plan;
    warn_machines(c, plan);
    if (plan->channel == CHANNEL_VOICE_LIVE && plan->detect &&
        plan->hold_ms < WAIT_MS)
        control_warn(c,
                     "hold = %lld ms with detect = yes: who is told from a "
                     "machine only after that time is an abandoned call; "
                     "leave hold at 2s\n",
                     (long long)plan->hold_ms);
}

static void warn_inbound(struct control *c, const struct campaign_file *f)
{
    const struct plan_inbound *in = &f->plan->inbound;
    char where[PLACE_MAX];
    if (in->callback_key != '\0' && in->callback_say == NULL)
        control_warn(c,
                     "%scallback_key = %c without callback_say: who presses it "
                     "hears nothing, and the call ends; write what he is told, "
                     "as callback_say = \"We call you back. Goodbye.\"\n",
                     at(f, "inbound", "callback_key", where), in->callback_key);
    if (in->opt_out_key != '\0' && in->opt_out_say == NULL)
        control_warn(c,
                     "%sopt_out_key = %c without opt_out_say: who presses it "
                     "hears nothing, and the call ends; write what he is told, "
                     "as opt_out_say = \"You will not be called again.\"\n",
                     at(f, "inbound", "opt_out_key", where), in->opt_out_key);
    if (f->plan->record && in->recording_notice == NULL)
        control_warn(c,
                     "%srecord = yes without recording_notice in [inbound]: "
                     "calls to us are not recorded; write what callers are "
                     "told first, as recording_notice = \"This call is "
                     "recorded.\"\n",
                     at(f, "", "record", where));
}

void campaign_warn(struct control *c, const struct campaign_file *f)
{
    const struct plan *plan = f->plan;
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
    warn_live(c, f);
    if (plan->inbound.numbers > 0)
        warn_inbound(c, f);
}

/* --- trunks and numbers ----------------------------------------------------*/

static unsigned lines_of(const struct trunk_config *t)
{
    return t->max_calls > 0 ? t->max_calls : (unsigned)TRUNK_CALLS;
}

/* Any trunk may bring its callers. */
static void warn_callers(struct control *c, const struct campaign_file *f,
                         const struct trunk_config *trunk, size_t n)
{
    char where[PLACE_MAX];
    unsigned carried = 0;
    for (size_t i = 0; i < n; i++)
        if (!trunk[i].no_incoming)
            carried += lines_of(&trunk[i]);
    if (carried == 0)
        control_warn(c, "every trunk has incoming = no, and without one that "
                        "takes calls to us nobody reaches [inbound]\n");
    else if (f->plan->inbound.calls_max > carried &&
             at(f, "inbound", "calls", where)[0] != '\0')
        control_warn(c,
                     "%scalls = %u, and the trunks that take calls to us carry "
                     "%u at once (max_calls): who is one more finds the line "
                     "busy (486)\n",
                     where, f->plan->inbound.calls_max, carried);
}

/* The lines of trunks that bring callers and are not dialled by. */
static unsigned lines_beside(const struct trunk_config *dialled,
                             const struct trunk_config *trunk, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        if (&trunk[i] != dialled && !trunk[i].no_incoming)
            sum += lines_of(&trunk[i]);
    return sum;
}

/* Nothing keeps lines of a trunk for callers. Agents who dial themselves take
 * one each, and their number is not known here. */
static void warn_lines(struct control *c, const struct campaign_file *f,
                       const struct trunk_config *trunk, size_t n)
{
    const struct plan *p = f->plan;
    const struct trunk_config *t = NULL;
    char where[PLACE_MAX], left[PLACE_MAX];
    for (size_t i = 0; i < n; i++)
        if (strcmp(trunk[i].name, p->trunk) == 0 && !trunk[i].no_incoming)
            t = &trunk[i];
    if (t == NULL || p->dial_mode == DIAL_MANUAL ||
        p->dial_mode == DIAL_PREVIEW)
        return;
    unsigned lines = lines_of(t), calls = p->inbound.calls_max;
    bool all = p->calls_max >= lines;
    bool said = at(f, "inbound", "calls", where)[0] != '\0';
    if (p->calls_max + calls <= lines || (!all && !said) ||
        lines_beside(t, trunk, n) >= calls)
        return;
    (void)snprintf(left, sizeof(left), all ? "all" : "all but %u of the",
                   lines - p->calls_max);
    control_warn(c,
                 "%smax_calls = %u: dialling may take %s %u lines of trunk "
                 "'%s': callers then hear busy (486); keep max_calls + calls "
                 "<= %u or give callers a trunk of their own\n",
                 at(f, "", "max_calls", where), p->calls_max, left, lines,
                 t->name, lines);
}

void campaign_warn_trunks(struct control *c, const struct campaign_file *f,
                          const struct trunk_config *trunk, size_t n)
{
    if (f->plan->inbound.numbers > 0 && n > 0) {
        warn_callers(c, f, trunk, n);
        warn_lines(c, f, trunk, n);
    }
    for (size_t i = 0; i < n; i++)
        if (strcmp(trunk[i].name, f->plan->trunk) == 0)
            return;
    control_warn(c,
                 "there is no trunk '%s' yet, and without it the campaign "
                 "cannot dial: telemark trunk load FILE\n",
                 f->plan->trunk);
}

void campaign_warn_unanswered(struct control *c, const struct campaign_file *f)
{
    char where[PLACE_MAX], number[NUMBER_TEXT_LEN];
    (void)number_format(f->plan->caller_e164, number);
    control_warn(c,
                 "%scaller_id = %s: no campaign answers calls to it, so who "
                 "calls back the number he saw is refused (404) if the carrier "
                 "brings the call here; add it to 'numbers' of a campaign's "
                 "[inbound] (docs/inbound.md)\n",
                 at(f, "", "caller_id", where), number);
}
