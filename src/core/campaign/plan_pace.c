/* What a way of dialling asks of the plan. */
#include <string.h>

#include "core/campaign/plan.h"

enum { LIMIT_MIN_PPM = 1000, PPM_OF_PERCENT = 10000 };

/* The ceiling of each country. Canada counts over the calls placed, which are
 * never fewer than the live answers: a share of these is the stricter one. */
static const struct {
    const char *country;
    uint32_t ppm;
    const char *why;
} ceilings[] = {
    {"US", 30000, "is the law's (16 CFR 310.4(b)(4)(i), 47 CFR 64.1200(a)(7))"},
    {"CA", 50000,
     "is the law's (Unsolicited Telecommunications Rules, part III)"},
    {"GB", 30000,
     "is ours: no share is safe there since 2017 (Communications Act 2003, s. "
     "128-131)"},
    {"", 30000, "is the most that this program aims at where no law is known"},
};

static int check_limit(const struct plan *p, uint32_t ppm, struct err *e)
{
    size_t i = 0;
    while (ceilings[i].country[0] != '\0' &&
           strcmp(ceilings[i].country, p->country) != 0)
        i++;
    double percent = (double)ppm / PPM_OF_PERCENT;
    if (ppm > ceilings[i].ppm)
        return err_set(e, TM_EINVAL,
                       "%.4g %% of the live answers abandoned is too much: "
                       "%.4g %% %s",
                       percent, (double)ceilings[i].ppm / PPM_OF_PERCENT,
                       ceilings[i].why);
    if (ppm < LIMIT_MIN_PPM)
        return err_set(e, TM_EINVAL,
                       "a budget of %.4g %% cannot be kept to with a chance in "
                       "each call; write 0.1 %% or more, or dial_mode = "
                       "progressive, which abandons nobody",
                       percent);
    if (p->detect && p->detect_wrong_ppm >= ppm)
        return err_set(
            e, TM_EINVAL,
            "detection takes %.4g %% of the people for machines and hangs up "
            "on them, which are abandoned calls (16 CFR 310.4(b)(1)(iv)), and "
            "the budget is %.4g %%; write detect = no, or a higher budget",
            (double)p->detect_wrong_ppm / PPM_OF_PERCENT, percent);
    return TM_OK;
}

static const char *wanted_policy(enum dial_mode mode, enum policy_kind kind)
{
    if (mode == DIAL_PROGRESSIVE && kind != POLICY_PROGRESSIVE)
        return "dial mode progressive has a line for each idle agent and no "
               "other pacing; write dial mode power or predictive";
    if (mode == DIAL_POWER && kind != POLICY_POWER)
        return "dial mode power dials a fixed number of lines: its pacing is "
               "power:r=2, with a number of yours";
    if (mode == DIAL_PREDICTIVE &&
        (kind == POLICY_PROGRESSIVE || kind == POLICY_POWER))
        return "progressive and power are dial modes of their own, and the law "
               "asks other things of them; write them as the dial mode";
    return NULL;
}

static int check_message(const struct plan *p, enum dial_mode mode,
                         struct err *e)
{
    unsigned wanted = PLAN_SAYS_NAME | PLAN_SAYS_NUMBER;
    if (p->abandoned_say != NULL && (p->says & wanted) == wanted)
        return TM_OK;
    return err_set(e, TM_EINVAL,
                   "with dial mode %s somebody may answer and find no agent: "
                   "he must hear who called, and the number (16 CFR "
                   "310.4(b)(4)(iii), 47 CFR 64.1200(a)(7)(i)); write "
                   "abandoned_say = \"This is %s. Call %s.\"",
                   vocab_dial_text(mode), p->seller, p->caller_id);
}

int plan_pace_check(const struct plan *p, enum dial_mode mode,
                    const struct policy_params *policy, uint32_t limit_ppm,
                    struct err *e)
{
    bool agents = mode != DIAL_AGENTLESS;
    tm_assert(mode > DIAL_UNKNOWN && mode < DIAL_COUNT);
    if (agents != (p->channel == CHANNEL_VOICE_LIVE))
        return err_set(
            e, TM_EINVAL,
            agents ? "dial mode %s joins people with agents, and this "
                     "campaign calls with a recorded message (channel "
                     "voice_prerecorded): the law asks other things of them; "
                     "load a campaign with channel = voice_live"
                   : "dial mode %s has no agents, and this campaign's people "
                     "are promised one (channel voice_live); load a campaign "
                     "with channel = voice_prerecorded",
            vocab_dial_text(mode));
    const char *why = wanted_policy(mode, policy->kind);
    if (why != NULL)
        return err_set(e, TM_EINVAL, "%s", why);
    int rc = TM_OK;
    if (mode == DIAL_POWER || mode == DIAL_PREDICTIVE)
        rc = check_message(p, mode, e);
    return agents && rc == TM_OK ? check_limit(p, limit_ppm, e) : rc;
}

/* An agent who dials himself is there; one who is dialled for may be lost
 * meanwhile, or pick up his telephone late. */
int plan_pace_check_anew(const struct plan *p, enum dial_mode mode,
                         struct err *e)
{
    return mode == DIAL_PROGRESSIVE ? check_message(p, mode, e) : TM_OK;
}

void plan_pace_default(enum dial_mode mode, struct policy_params *out)
{
    struct err e;
    const char *text = mode == DIAL_PREDICTIVE ? "predictive"
                       : mode == DIAL_POWER    ? "power:r=2"
                                               : "progressive";
    int rc = policy_parse(str_of(text), out, &e);
    tm_assert(rc == TM_OK);
}
