/* What the keys of a campaign say together: the kind of its calls, and what
 * the law asks of calls with agents. */
#include <string.h>

#include "core/campaign/duty.h"
#include "core/campaign/plan_parser.h"
#include "core/script/script_words.h"

enum { ALSO_MAX = 1000 };

static bool is_live(const struct plan *p)
{
    return p->channel == CHANNEL_VOICE_LIVE;
}

/* --- the kind of call ------------------------------------------------------*/

/* Keys that only one kind of campaign has. */
static const struct {
    const char *name;
    bool live;
} own_keys[] = {
    {"pacing", true},        {"abandon_limit", true},
    {"detect", true},        {"detect_wrong", true},
    {"hold", true},          {"wrap_limit", true},
    {"hold_limit", true},    {"hold_music", true},
    {"skills", true},        {"preview_limit", true},
    {"preview_end", true},   {"abandoned_say", true},
    {"abandoned_key", true}, {"ends", true},
    {"start_after", false},  {"recording_notice", false},
};

/* "; the same goes for hold (line 14) and skills (line 17)": nobody wants to
 * find them one by one. Skips the first, which the message is about. */
struct also {
    size_t n;
    struct buf text;
};

static void also_add(struct also *a, const char *name, int line)
{
    if (a->n == 0)
        buf_init(&a->text, ALSO_MAX);
    else
        buf_addf(&a->text, "%s%s (line %d)",
                 a->n == 1 ? "; the same goes for " : ", ", name, line);
    a->n++;
}

static const char *also_text(const struct also *a)
{
    return a->n > 1 && !a->text.failed ? a->text.p : "";
}

static void also_own_keys(const struct plan_parser *p, struct also *a)
{
    for (size_t i = 0; i < tm_array_len(own_keys); i++) {
        int line = plan_keys_given(p, own_keys[i].name);
        if (line != 0 && own_keys[i].live != is_live(p->plan))
            also_add(a, own_keys[i].name, line);
    }
}

static int check_own_keys(const struct plan_parser *p, struct err *e)
{
    struct also also = {0};
    int rc = TM_OK;
    also_own_keys(p, &also);
    for (size_t i = 0; i < tm_array_len(own_keys); i++) {
        int line = plan_keys_given(p, own_keys[i].name);
        if (line == 0 || own_keys[i].live == is_live(p->plan))
            continue;
        if (own_keys[i].live)
            rc = plan_parser_bad(p, line, e,
                                 "%s is for campaigns with agents, and this "
                                 "one is agentless; remove it%s",
                                 own_keys[i].name, also_text(&also));
        else
            rc = plan_parser_bad(
                p, line, e,
                "%s is for recorded calls, and here an agent speaks%s%s",
                own_keys[i].name,
                strcmp(own_keys[i].name, "start_after") == 0
                    ? "; remove it"
                    : ": have agents say it first and write carries = "
                      "recording_notice notice_recorded",
                also_text(&also));
        break;
    }
    if (also.n > 0)
        buf_fini(&also.text);
    return rc;
}

static int kind_line(const struct plan_parser *p)
{
    int line = plan_keys_given(p, "dial_mode");
    return line != 0 ? line : plan_keys_given(p, "channel");
}

static int check_kind(const struct plan_parser *p, struct err *e)
{
    const struct plan *plan = p->plan;
    bool agents = plan->dial_mode != DIAL_AGENTLESS;
    if (agents == is_live(plan))
        return TM_OK;
    if (agents)
        return plan_parser_bad(
            p, kind_line(p), e,
            "dial_mode = %s joins people with agents, and channel = "
            "voice_prerecorded plays a recorded message, of which the law asks "
            "other things (16 CFR 310.4(b)(1)(v), 47 CFR 64.1200(a)(3)); "
            "write channel = voice_live, or dial_mode = agentless",
            vocab_dial_text(plan->dial_mode));
    return plan_parser_bad(
        p, kind_line(p), e,
        "channel = voice_live promises a person, and dial_mode = agentless "
        "has none: each answered call would be an abandoned one (16 CFR "
        "310.4(b)(1)(iv)); write dial_mode = manual, preview, progressive, "
        "power or predictive");
}

static int check_carries(const struct plan_parser *p, struct err *e)
{
    const struct plan *plan = p->plan;
    for (int d = 0; d < DUTY_COUNT; d++)
        if ((plan->carries >> d & 1) != 0 &&
            !duty_may_be_declared((enum duty)d, plan->channel))
            return plan_parser_bad(
                p, plan_keys_given(p, "carries"), e,
                "carries: %s is not for a campaign of channel %s to declare: "
                "%s",
                duty_word((enum duty)d), vocab_channel_text(plan->channel),
                duty_how((enum duty)d, plan->channel) == DUTY_BY_ENGINE
                    ? "every call does it, remove it"
                    : "the call itself must do it");
    return TM_OK;
}

int plan_check_kind(struct plan_parser *p, struct err *e)
{
    int rc = check_kind(p, e);
    if (rc == TM_OK)
        rc = check_own_keys(p, e);
    return rc == TM_OK ? check_carries(p, e) : rc;
}

/* --- how it dials ----------------------------------------------------------*/

static int first_given(const struct plan_parser *p, const char *const *name,
                       size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (plan_keys_given(p, name[i]) != 0)
            return plan_keys_given(p, name[i]);
    return 1;
}

/* Keys that another way of dialling has. */
static const struct {
    const char *name;
    bool of_preview;
} mode_keys[] = {
    {"preview_limit", true}, {"preview_end", true},   {"pacing", false},
    {"detect", false},       {"detect_wrong", false},
};

static bool is_of_mode(enum dial_mode mode, bool of_preview)
{
    return of_preview ? mode == DIAL_PREVIEW
                      : mode != DIAL_PREVIEW && mode != DIAL_MANUAL;
}

static int check_mode_keys(const struct plan_parser *p, struct err *e)
{
    enum dial_mode mode = p->plan->dial_mode;
    struct also also = {0};
    size_t first = 0;
    int rc = TM_OK;
    for (size_t i = tm_array_len(mode_keys); i-- > 0;)
        if (plan_keys_given(p, mode_keys[i].name) != 0 &&
            !is_of_mode(mode, mode_keys[i].of_preview))
            first = i;
    for (size_t i = first; i < tm_array_len(mode_keys); i++) {
        int line = plan_keys_given(p, mode_keys[i].name);
        if (line != 0 && !is_of_mode(mode, mode_keys[i].of_preview))
            also_add(&also, mode_keys[i].name, line);
    }
    int line = plan_keys_given(p, mode_keys[first].name);
    if (also.n > 0 && mode_keys[first].of_preview)
        rc = plan_parser_bad(p, line, e,
                             "%s is for dial_mode = preview, and this is %s; "
                             "remove it%s",
                             mode_keys[first].name, vocab_dial_text(mode),
                             also_text(&also));
    else if (also.n > 0)
        rc = plan_parser_bad(p, line, e,
                             "%s is for dial modes where a machine dials; with "
                             "%s an agent does, and hears who answers; remove "
                             "it%s",
                             mode_keys[first].name, vocab_dial_text(mode),
                             also_text(&also));
    if (also.n > 0)
        buf_fini(&also.text);
    return rc;
}

static int check_modes(const struct plan_parser *p, struct err *e)
{
    int rc = check_mode_keys(p, e);
    if (rc != TM_OK)
        return rc;
    int line = plan_keys_given(p, "detect_wrong");
    if (line != 0 && !p->plan->detect)
        return plan_parser_bad(p, line, e,
                               "detect_wrong is for detect = yes; write that, "
                               "or remove it");
    return TM_OK;
}

/* The way of dialling first, with a budget that nobody refuses, so that each
 * message names the line it is about. */
static int check_pace(const struct plan_parser *p, struct err *e)
{
    static const char *const of_mode[] = {"pacing", "abandoned_say",
                                          "dial_mode"};
    static const char *const of_limit[] = {"abandon_limit", "detect_wrong",
                                           "detect", "dial_mode"};
    enum { LAWFUL_PPM = 30000 };
    struct plan quiet = *p->plan;
    struct err why;
    quiet.detect = false;
    if (plan_pace_check(&quiet, quiet.dial_mode, &quiet.pacing, LAWFUL_PPM,
                        &why) != TM_OK)
        return plan_parser_bad(p, first_given(p, of_mode, 3), e, "%s",
                               why.text);
    if (plan_pace_check(p->plan, quiet.dial_mode, &quiet.pacing,
                        quiet.abandon_limit_ppm, &why) != TM_OK)
        return plan_parser_bad(p, first_given(p, of_limit, 4), e, "%s",
                               why.text);
    return TM_OK;
}

/* --- what is said to who finds nobody --------------------------------------*/

/* 47 CFR 64.1200(a)(7)(i) asks more of a sales call than 16 CFR
 * 310.4(b)(4)(iii): what it was for, and a key that opts out. */
static bool fcc_asks(const struct plan *p)
{
    bool sale = p->purpose == PURPOSE_SALE || p->leads_to_sale == TRI_YES;
    return sale && strcmp(p->country, "US") == 0 &&
           p->caller_kind != CALLER_CHARITY_INHOUSE;
}

static bool says_purpose(struct slice words)
{
    static const char *const word[] = {"telemarketing", "telemercadeo"};
    for (size_t i = 0; i < tm_array_len(word); i++)
        if (script_words_find(words, str_of(word[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

static unsigned heard(const struct plan *p, struct slice words)
{
    const char *name = p->spoken_name != NULL ? p->spoken_name : p->seller;
    unsigned says = 0;
    if (script_words_find(words, str_of(name), 0) != SIZE_MAX)
        says |= PLAN_SAYS_NAME;
    if (script_words_number(words, p->caller_e164))
        says |= PLAN_SAYS_NUMBER;
    if (p->opt_out_e164 != 0 && script_words_number(words, p->opt_out_e164))
        says |= PLAN_SAYS_NUMBER | PLAN_SAYS_FREEPHONE;
    return says;
}

static const char *missing(const struct plan *p, struct slice words)
{
    unsigned says = heard(p, words);
    if ((says & PLAN_SAYS_NAME) == 0)
        return "must name the seller (16 CFR 310.4(b)(4)(iii), 47 CFR "
               "64.1200(a)(7)(i)(A)), or write how the name is said: "
               "spoken_name = ...";
    if ((says & PLAN_SAYS_NUMBER) == 0)
        return "must say the number of caller_id, or opt_out_number, in digits "
               "(16 CFR 310.4(b)(4)(iii), 47 CFR 64.1200(a)(7)(i)(A))";
    if (fcc_asks(p) && !says_purpose(words))
        return "must say that the call was for telemarketing, in that word (47 "
               "CFR 64.1200(a)(7)(i)(A))";
    if (fcc_asks(p) && !script_words_key(words, p->abandoned_key))
        return "must offer the key that opts out, in a digit, and how to use "
               "it (47 CFR 64.1200(a)(7)(i)(B)): press 9 to be taken off our "
               "list (another key: abandoned_key)";
    return NULL;
}

static int check_words(struct plan_parser *p, struct err *e)
{
    struct plan *plan = p->plan;
    int key = plan_keys_given(p, "abandoned_key");
    if (plan->abandoned_say == NULL && key != 0)
        return plan_parser_bad(p, key, e,
                               "abandoned_key works while abandoned_say is "
                               "said, and there is none; write it, or remove "
                               "the key");
    if (plan->abandoned_say == NULL) {
        plan->abandoned_key = '\0';
        return TM_OK;
    }
    struct slice words = str_of(plan->abandoned_say);
    const char *why = missing(plan, words);
    if (why != NULL)
        return plan_parser_bad(p, plan_keys_given(p, "abandoned_say"), e,
                               "what is said to who answers and finds no agent "
                               "%s",
                               why);
    plan->says = heard(plan, words);
    if (!script_words_key(words, plan->abandoned_key)) {
        if (key != 0)
            return plan_parser_bad(p, key, e,
                                   "abandoned_say does not tell of the key %c "
                                   "that opts out; let it do so, or remove "
                                   "abandoned_key",
                                   plan->abandoned_key);
        plan->abandoned_key = '\0';
    }
    return TM_OK;
}

/* --- dispositions, script --------------------------------------------------*/

/* Whoever asks an agent to be left alone must be heard. */
static int check_dispositions(struct plan_parser *p, struct err *e)
{
    struct plan *plan = p->plan;
    if (p->dispositions_line == 0)
        plan->dispositions = disposition_defaults(plan->disposition);
    bool done = false, opt_out = false;
    for (size_t i = 0; i < plan->dispositions; i++) {
        done |= plan->disposition[i].action == DISPOSITION_DONE;
        opt_out |= plan->disposition[i].action == DISPOSITION_OPT_OUT;
    }
    if (!opt_out)
        return plan_parser_bad(
            p, p->dispositions_line, e,
            "agents must be able to note that somebody does not want to be "
            "called (16 CFR 310.4(b)(1)(iii)(A), 47 CFR 64.1200(d)(3)); add a "
            "line do_not_call = opt_out");
    if (!done)
        return plan_parser_bad(p, p->dispositions_line, e,
                               "no disposition ends a lead; add a line such as "
                               "no_interest = done");
    return TM_OK;
}

/* What who finds nobody hears, as a script that ends; its one key opts out and
 * ends the call at once (47 CFR 64.1200(a)(7)(i)(B)). */
static const struct script *make_script(struct plan_parser *p)
{
    const struct plan *plan = p->plan;
    struct script *s = arena_alloc(p->arena, sizeof(*s));
    int line = plan_keys_given(p, "abandoned_say");
    s->step = arena_array(p->arena, 2, sizeof(*s->step));
    s->step[s->steps++] = (struct script_step){
        .name = str_of("abandoned"),
        .line = line,
        .action = SCRIPT_DO_END,
        .next = SCRIPT_END,
    };
    if (plan->abandoned_say != NULL) {
        s->step[0].say[0] = (struct script_say){
            .text = str_of(plan->abandoned_say), .line = line};
        s->step[0].says = 1;
    }
    if (plan->abandoned_key == '\0')
        return s;
    s->key[s->keys++] =
        (struct script_key){.digit = plan->abandoned_key, .next = 1};
    s->step[s->steps++] = (struct script_step){
        .name = str_of("removed"),
        .line = line,
        .action = SCRIPT_DO_OPT_OUT,
        .next = SCRIPT_END,
    };
    s->opt_out_any_time = true;
    return s;
}

int plan_check_agents(struct plan_parser *p, struct err *e)
{
    struct plan *plan = p->plan;
    tm_assert(is_live(plan) && plan->dial_mode != DIAL_AGENTLESS);
    if (plan_keys_given(p, "pacing") == 0)
        plan_pace_default(plan->dial_mode, &plan->pacing);
    if (!plan->detect)
        plan->detect_wrong_ppm = 0;
    int rc = check_modes(p, e);
    if (rc == TM_OK)
        rc = check_words(p, e);
    if (rc == TM_OK)
        rc = check_pace(p, e);
    if (rc == TM_OK)
        rc = check_dispositions(p, e);
    if (rc == TM_OK)
        plan->script = make_script(p);
    return rc;
}
