/* Duties of an allow: each word of the packs has its way to be carried out,
 * and a call that does not carry one out is not made. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/campaign/duty.h"
#include "fixture_world.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static unsigned check_pack(const char *path)
{
    char line[1024];
    unsigned n = 0;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL) {
        struct slice rest = str_of(line), value;
        struct slice key = str_trim(str_cut(rest, '=', &value));
        if (!str_eq(key, "duty"))
            continue;
        rest = str_trim(value);
        while (rest.n > 0) {
            enum duty d;
            struct slice word = str_cut(rest, ' ', &rest);
            if (word.n > 0 && !duty_parse(word, &d))
                fail_msg("%s: no way to carry out %.*s", path, (int)word.n,
                         word.p);
            n++;
        }
    }
    (void)fclose(f);
    return n;
}

static unsigned check_folder(const char *folder)
{
    char path[1024];
    unsigned n = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *d; (d = readdir(dir)) != NULL;) {
        size_t len = strlen(d->d_name);
        if (len < 6 || strcmp(d->d_name + len - 6, ".rules") != 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
        n += check_pack(path);
    }
    (void)closedir(dir);
    return n;
}

static void test_every_word_of_the_packs_is_known(void **state)
{
    (void)state;
    unsigned n = check_folder(SOURCE_DIR "/rules");
    assert_in_range(n, 1, 1000);
    n = check_folder(SOURCE_DIR "/rules/law");
    assert_in_range(n, 50, 1000);
}

static void test_the_manual_has_each(void **state)
{
    (void)state;
    static char text[65536];
    FILE *f = fopen(SOURCE_DIR "/docs/duties.md", "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    assert_in_range(n, 1, sizeof text - 2);
    (void)fclose(f);
    static const char *const word[] = {
#define X(name, text, how, hint) "`" text "` |",
        DUTY_TABLE(X)
#undef X
    };
    for (size_t i = 0; i < tm_array_len(word); i++)
        if (strstr(text, word[i]) == NULL)
            fail_msg("docs/duties.md does not have %s", word[i]);
}

static const struct plan *plan_of(const char *more)
{
    char text[4096];
    const struct plan *p = NULL;
    struct err e = {0};
    (void)snprintf(text, sizeof text, "%s%s", more, world_plan);
    if (plan_parse(&arena, "f", str_of(text), &p, &e) != TM_OK)
        fail_msg("%s", e.text);
    return p;
}

/* The sentence about the first duty that stops a call; "" none. */
static const char *gap_of(const struct plan *p, const char *word)
{
    static char text[512];
    struct verdict v = {.kind = VERDICT_ALLOW, .duty = {word}, .duties = 1};
    struct duty_gap gap;
    if (!duty_gap_find(p, &v, &gap))
        return "";
    struct buf b;
    buf_init(&b, sizeof text - 1);
    duty_gap_text(&gap, &b);
    (void)str_copy(text, sizeof text, buf_slice(&b));
    buf_fini(&b);
    return text;
}

static void test_how_each_is_carried_out(void **state)
{
    (void)state;
    static const char *const carried[] = {
        "ring_15s",           "start_within_2s",
        "show_number",        "internal_list",
        "identify_at_start",  "identify_within_10s",
        "offer_do_not_call",  "interactive_opt_out",
        "state_phone_number", "abandon_message_within_2s",
        "recording_notice",   "recording_consent", /* stop no call */
    };
    static const char *const never[] = {
        "live_announcement_first",
        "opt_out_in_text",
        "unsubscribe",
        "a_duty_of_2031",
    };
    const struct plan *p = plan_of("");
    for (size_t i = 0; i < tm_array_len(carried); i++)
        assert_string_equal(gap_of(p, carried[i]), "");
    for (size_t i = 0; i < tm_array_len(never); i++) {
        const char *gap = gap_of(p, never[i]);
        assert_non_null(strstr(gap, never[i]));
        assert_null(strstr(gap, "carries = "));
    }
    assert_string_equal(
        gap_of(p, "disclose_artificial_voice"),
        "duty disclose_artificial_voice is not carried out: let the first "
        "step say that the call is automated or recorded; then write carries "
        "= disclose_artificial_voice");
    assert_non_null(strstr(gap_of(p, "keep_proof_of_consent"),
                           "then write carries = keep_proof_of_consent"));
    p = plan_of("carries = keep_proof_of_consent disclose_artificial_voice\n");
    assert_string_equal(gap_of(p, "keep_proof_of_consent"), "");
    assert_string_equal(gap_of(p, "disclose_artificial_voice"), "");
    assert_string_not_equal(gap_of(p, "operator_contract"), "");
}

/* Where agents speak, the operator answers for what they say. */
static void test_with_agents(void **state)
{
    (void)state;
    static const char text[] =
        "name = S\nseller = Lakeside\ncaller_kind = seller\npurpose = sale\n"
        "list = l\ncountry = US\ntrunk = main\ncaller_id = +12125550100\n"
        "channel = voice_live\ndial_mode = %s\n%s";
    static const char say[] = "abandoned_say = Lakeside, telemarketing. Call "
                              "212 555 0100, or press 9.\n";
    char file[1024];
    const struct plan *p = NULL;
    struct err e = {0};
    (void)snprintf(file, sizeof file, text, "predictive", say);
    assert_int_equal(plan_parse(&arena, "f", str_of(file), &p, &e), TM_OK);
    static const char *const carried[] = {
        "ring_15s",         "start_within_2s",          "show_number",
        "internal_list",    "release_line_within_10s",  "recording_consent",
        "recording_notice", "abandon_message_within_2s"};
    for (size_t i = 0; i < tm_array_len(carried); i++)
        assert_string_equal(gap_of(p, carried[i]), "");
    for (int d = 0; d < DUTY_COUNT; d++) {
        const char *word = duty_word((enum duty)d);
        bool may = duty_may_be_declared((enum duty)d, CHANNEL_VOICE_LIVE);
        const char *gap = gap_of(p, word);
        (void)snprintf(file, sizeof file, text, "manual", "carries = ");
        (void)snprintf(file + strlen(file), sizeof file - strlen(file), "%s\n",
                       word);
        const struct plan *own = NULL;
        int rc = plan_parse(&arena, "f", str_of(file), &own, &e);
        if (may != (rc == TM_OK))
            fail_msg("%s may %d: %s", word, may, e.text);
        if (may && gap_of(own, word)[0] != '\0')
            fail_msg("%s is declared and not carried out", word);
        if (may && gap[0] != '\0' && strstr(gap, "then write carries") == NULL)
            fail_msg("%s", gap);
        if (strstr(gap, "let the message") != NULL)
            fail_msg("%s: there is no message", gap);
    }
    /* What a machine says is not an agent's to promise. */
    assert_false(duty_may_be_declared(DUTY_NAME, CHANNEL_VOICE_PRERECORDED));
    assert_true(duty_may_be_declared(DUTY_NAME, CHANNEL_VOICE_LIVE));
    assert_false(duty_may_be_declared(DUTY_ABANDON, CHANNEL_VOICE_LIVE));
    assert_false(duty_may_be_declared(DUTY_CONSENT, CHANNEL_VOICE_LIVE));
    struct err why = {0};
    char machine[4096];
    (void)snprintf(machine, sizeof machine, "carries = identify_at_start\n%s",
                   world_plan);
    assert_int_equal(plan_parse(&arena, "f", str_of(machine), &p, &why),
                     TM_EINVAL);
    assert_non_null(strstr(why.text, "f:1: carries: identify_at_start is not "
                                     "for a campaign of channel "
                                     "voice_prerecorded to declare"));
}

static void recording(const char *more, const char *first, const char *second,
                      bool on)
{
    struct verdict v = {.kind = VERDICT_ALLOW, .duty = {"ring_15s"}};
    v.duties = 1;
    if (first != NULL)
        v.duty[v.duties++] = first;
    if (second != NULL)
        v.duty[v.duties++] = second;
    struct duty_recording r = duty_recording(plan_of(more), &v);
    if (r.on != on)
        fail_msg("%s with %s: %d", more, first ? first : "no duty", r.on);
    if (first != NULL && strcmp(first, "recording_pause") == 0)
        first = NULL;
    const char *last = second != NULL && on ? second : first;
    assert_string_equal(r.word, !on && r.word[0] == '\0' ? ""
                                : last != NULL           ? last
                                                         : "");
}

/* K9 to K11: a recording whose duties are not carried out is not made. */
static void test_recording(void **state)
{
    (void)state;
    const char *notice = "record = yes\nrecording_notice = This is recorded.\n";
    const char *objects = "record = yes\nrecording_notice = Recorded; object\n"
                          "carries = offer_objection\n";
    recording("record = no\n", NULL, NULL, false);
    recording("record = yes\n", NULL, NULL, true);
    recording("record = yes\n", "recording_notice", NULL, false);
    recording(notice, "recording_notice", NULL, true);
    recording(notice, "recording_notice", "notice_recorded", true);
    recording(notice, "recording_consent", NULL, false);
    recording(notice, "recording_pause", NULL, true);
    recording(notice, "offer_objection", NULL, false);
    recording(objects, "recording_notice", "offer_objection", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_word_of_the_packs_is_known),
        cmocka_unit_test(test_the_manual_has_each),
        cmocka_unit_test_setup_teardown(test_how_each_is_carried_out, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_with_agents, setup, teardown),
        cmocka_unit_test_setup_teardown(test_recording, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
