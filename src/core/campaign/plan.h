/*
 * The plan of a campaign: what its file says, checked. Parsed once, immutable,
 * in the arena; texts are copies, so the file's bytes may go.
 *
 * The file is kv text (base/kv.h): general keys first, then [hours], [caps],
 * [retry], and the script's [keys] and [step NAME] (core/script/script.h).
 * examples/survey.campaign shows every key. What the law fixes for the
 * channel is refused here when the file breaks it, with the citation: a ring
 * time below 15 s, a first word later than 2 s, a recorded call without an
 * opt-out key, or one that does not begin with who calls and how to opt out;
 * of a call with agents a budget of abandoned calls above the law's, a wait
 * above 2 s, or no lawful message for who finds nobody (16 CFR 310.4(b)(4), 47
 * CFR 64.1200(a)(7)). Everything else the law says is asked per call
 * (core/rules).
 *
 * With agents there are [dispositions] and [inbound] (docs/campaign-agents.md,
 * docs/inbound.md), and the script is not the campaign's: its first step says
 * abandoned_say and ends, and a key that these words name opts out.
 */
#ifndef CORE_CAMPAIGN_PLAN_H
#define CORE_CAMPAIGN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/err.h"
#include "base/str.h"
#include "core/agent/agent.h"
#include "core/call/call_event.h"
#include "core/campaign/disposition.h"
#include "core/lead/retry.h"
#include "core/pace/policy.h"
#include "core/rules/rule_case.h"
#include "core/script/script.h"

enum {
    PLAN_CALLS_MAX = 20000,
    PLAN_HOPPER_MAX = 20000,
    PLAN_HASH_LEN = 17,
};

/* What the words of a message were found to say (plan_words.c); bits. */
enum plan_words {
    PLAN_SAYS_NAME = 1,       /* who calls, at the beginning */
    PLAN_SAYS_OPT_OUT = 2,    /* then the key that opts out */
    PLAN_SAYS_NUMBER = 4,     /* caller_id or opt_out_number */
    PLAN_SAYS_FREEPHONE = 8,  /* opt_out_number, which is toll-free */
    PLAN_SAYS_AUTOMATED = 16, /* that it is a machine, in the first step */
    PLAN_SAYS_AI = 32,        /* ... an artificial intelligence */
};

enum { PLAN_NUMBERS_MAX = 64 };

/* Calls to us, for agents: the section [inbound]. */
struct plan_inbound {
    uint64_t number[PLAN_NUMBERS_MAX]; /* of ours that people call */
    size_t numbers;                    /* 0: the campaign takes no calls */
    unsigned calls_max;                /* callers at once, talking ones too */
    int64_t target_ms;                 /* time to an agent that is aimed at */
    unsigned target_pct;               /* for so many of them; 0: not said */
    int64_t short_ms;     /* who hangs up sooner is no miss of the target */
    int64_t wait_max_ms;  /* then he is turned away */
    const char *greeting; /* said at the answer, before he waits; or NULL */
    const char *wait_say; /* while he waits, every wait_every_ms; or NULL */
    int64_t wait_every_ms;
    const char *music;        /* a sound file, over and over, between them; or
                                 NULL: silence */
    const char *closed_say;   /* when nobody is signed in or he is turned away;
                                 then the call ends; or NULL */
    char callback_key;        /* while he waits: to be called back; 0 none */
    const char *callback_say; /* the answer to it; or NULL */
    char opt_out_key;         /* before an agent has him; 0 none */
    const char *opt_out_say;  /* the answer to it; or NULL */
    const char *unknown_say;  /* ... to a key that can do nothing, as his number
                                 or his lead is not known; or NULL */
    bool make_leads;          /* of callers who are no leads yet */
    bool call_back_missed;    /* who gave up or was turned away is called back
                                 by an agent */
    const char *recording_notice; /* said first; NULL: calls to us are not
                                     recorded, whatever `record` says */
};

struct plan {
    const char *name;
    const char *seller;
    const char *spoken_name; /* as the message says it; NULL: as written */
    const char *list;
    const char *trunk;
    const char *voice;                     /* language tag of spoken text */
    char caller_id[CARRIER_CALLER_ID_MAX]; /* "+12125550100" */
    uint64_t caller_e164;
    char caller_name[CARRIER_NAME_MAX];
    char country[3];
    enum caller_kind caller_kind;
    enum seller_type seller_type; /* facts that no record can tell: said by */
    enum tri ftc_jurisdiction;    /* the operator, unknown otherwise */
    enum tri registered_charity;
    enum tri hipaa;
    enum tri caller_id_authority;
    enum tri consent_not_condition; /* of a purchase; written in each consent */
    enum purpose purpose;
    enum goods goods;
    enum tri leads_to_sale;
    enum contact_channel channel;
    enum dial_mode dial_mode;
    struct rule_policy policy; /* hours and caps of ours, which only tighten */
    struct retry_rules retry;
    unsigned calls_max;
    uint64_t calls_per_1000s;
    int64_t ring_timeout_ms;
    int64_t start_after_ms; /* answer to first word */
    bool record;
    const char *recording_notice; /* said first on a recorded call, or NULL */
    uint64_t opt_out_e164;        /* toll-free; 0 none */
    uint64_t carries;             /* duties declared: a bit per enum duty */
    unsigned says;                /* bits of enum plan_words */
    enum recording_purpose record_purpose;
    struct place_code recorder_place; /* where the machine stands, "US-OH" */
    struct place_code agent_place;    /* v 0: unknown */
    size_t hopper;                    /* leads at hand */
    /* With agents: dial_mode is not DIAL_AGENTLESS, channel voice_live. */
    struct policy_params pacing; /* of progressive, power and predictive */
    uint32_t abandon_limit_ppm;  /* of live answers; 30,000 = the law's 3 % */
    uint32_t detect_wrong_ppm;   /* people taken for machines, expected */
    bool detect;                 /* person or machine (call_spec.detect) */
    int64_t hold_ms;             /* end of greeting to an agent, at most 2 s */
    int64_t hold_limit_ms;       /* a person on hold; then he is back with his
                                    agent, 0 none */
    const char *hold_music;      /* a sound file, or NULL: silence */
    int64_t wrap_limit_ms;       /* then the default disposition; 0 none */
    int64_t preview_limit_ms;    /* 0 none */
    bool preview_dials;          /* at its end: dial, else skip */
    const char *abandoned_say;   /* name and number, to who found nobody; NULL:
                                    none, not with power and predictive */
    char abandoned_key;          /* opts out while it is said; 0 none */
    const char *skill[AGENT_SKILLS_MAX]; /* that its agents must have */
    size_t skills;
    unsigned weight;        /* among campaigns that share agents */
    struct civil_date ends; /* last day; year 0: open */
    struct disposition disposition[DISPOSITIONS_MAX];
    size_t dispositions;
    struct plan_inbound inbound; /* with agents */
    const struct script *script;
    char hash[PLAN_HASH_LEN]; /* hex, of the file's text; in the records */
};

/* file is only named in messages. TM_EINVAL: "FILE:LINE: what, what to do";
 * *out is set only on success. */
int plan_parse(struct arena *a, const char *file, struct slice text,
               const struct plan **out, struct err *e) TM_MUST_CHECK;

/* Whether the plan may be dialled so. TM_EINVAL with a text that names the law
 * or the number: agentless against agents, a policy of another dial mode, a
 * budget above the law's (limit_ppm of live answers; 0 counts as too little),
 * no message for those who find nobody. */
int plan_pace_check(const struct plan *p, enum dial_mode mode,
                    const struct policy_params *policy, uint32_t limit_ppm,
                    struct err *e) TM_MUST_CHECK;
/* What is asked of a campaign that is loaded, or changes to this dial mode,
 * over plan_pace_check(): progressive has the message too. Plans on file that
 * were loaded before this was asked are read, and dialled, as they are. */
int plan_pace_check_anew(const struct plan *p, enum dial_mode mode,
                         struct err *e) TM_MUST_CHECK;
/* The policy of a mode when none is named; manual, preview and agentless have
 * that of progressive, which nobody asks. */
void plan_pace_default(enum dial_mode mode, struct policy_params *out);

#endif
