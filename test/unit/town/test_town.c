/* A caller made of tel's own parts against the town, over the loopback. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audio/speech.h"
#include "audio/tone.h"
#include "sim/person.h"
#include "tel/dialog.h"
#include "tel/media.h"
#include "town/town.h"

enum { DEADLINE_MS = 20000, SDP_MAX = 2048, PROMPT_AFTER_MS = 1500 };

static const uint64_t CALLEE = 12125550100ULL;

struct scene {
    struct loop *loop;
    struct town *town;
    struct sip_stack *stack;
    struct media_plane *plane;
    struct pcm *prompt;
    struct loop_timer *deadline;
    char log_path[64];
    bool late;
    unsigned calls;      /* made so far */
    struct caller *back; /* who is called back */
};

struct caller {
    struct scene *scene;
    struct dialog *dialog;
    struct media_leg *leg;
    struct loop_timer *timer;
    int64_t cancel_after_ms, speak_after_ms; /* 0: never */
    int64_t again_after_ms;                  /* a key */
    unsigned speak_times;
    /* what happened */
    bool rang, sound, answered, voice, beep, over;
    int code;
    enum dialog_end end;
    char digits[16];
    size_t ndigits;
    /* called back */
    int refuse;
    char who[32], whom[32];
};

static void too_late(void *arg)
{
    struct scene *s = arg;
    s->late = true;
    loop_stop(s->loop);
}

static void called_back(void *arg, struct dialog *d,
                        const struct dialog_request *r);

static void scene_start_with(struct scene *s, const char *world, unsigned ppm)
{
    struct err e = {0};
    *s = (struct scene){0};
    (void)snprintf(s->log_path, sizeof s->log_path, "/tmp/town-test-%d.log",
                   (int)getpid());
    (void)remove(s->log_path);
    struct town_config c;
    town_config_init(&c);
    c.port = 0;
    c.media_port_min = 21000;
    c.media_port_max = 21998;
    c.calls_max = 50;
    c.log_path = s->log_path;
    c.calls_back_ppm = ppm;
    c.back_min_ms = 300;
    c.back_max_ms = 500;
    person_world_init(&c.world, 3);
    if (person_world_load(&c.world, "test", str_of(world), &e) < 0)
        fail_msg("%s", e.text);
    if (loop_new(&s->loop, 0, &c.log, &e) < 0 ||
        town_start(&s->town, s->loop, &c, &e) < 0)
        fail_msg("%s", e.text);
    struct media_plane_config m = {.port_min = 22000, .port_max = 22998};
    struct sip_stack_config k = {.address = "127.0.0.1",
                                 .udp = true,
                                 .tcp = true,
                                 .software = "test",
                                 .calls_max = 50,
                                 .incoming = called_back,
                                 .incoming_arg = s};
    if (media_plane_start(&s->plane, s->loop, &m, &e) < 0 ||
        sip_stack_start(&s->stack, s->loop, &k, &e) < 0 ||
        speech_say(str_of("Please press five."), str_of("en"), &s->prompt, &e) <
            0)
        fail_msg("%s", e.text);
    s->deadline = loop_timer_new(s->loop, too_late, s);
}

static void scene_start(struct scene *s, const char *world)
{
    scene_start_with(s, world, 0);
}

static void scene_stop(struct scene *s)
{
    loop_timer_free(s->deadline);
    sip_stack_stop(s->stack);
    town_stop(s->town);
    media_plane_stop(s->plane);
    pcm_unref(s->prompt);
    loop_free(s->loop);
    (void)remove(s->log_path);
}

/* Runs the loop until a caller stops it. */
static void scene_run(struct scene *s)
{
    struct err e = {0};
    loop_timer_set(s->deadline, DEADLINE_MS);
    assert_int_equal(loop_run(s->loop, &e), TM_OK);
    loop_timer_cancel(s->deadline);
    if (s->late)
        fail_msg("the call took longer than %d ms", DEADLINE_MS);
}

static void speak(struct caller *c)
{
    if (c->speak_times == 0 || c->leg == NULL)
        return;
    c->speak_times--;
    assert_int_equal(media_leg_play(c->leg, &c->scene->prompt, 1, 7, false),
                     TM_OK);
}

static void timer_due(void *arg)
{
    struct caller *c = arg;
    if (c->over)
        return;
    if (c->answered)
        speak(c);
    else
        dialog_hangup(c->dialog, "");
}

static void heard(void *arg, const struct media_event *ev)
{
    struct caller *c = arg;
    c->voice = c->voice || ev->kind == MEDIA_VOICE;
    if (ev->kind == MEDIA_DIGIT && c->ndigits < sizeof c->digits - 1) {
        c->digits[c->ndigits++] = ev->digit;
        if (c->speak_times > 0)
            loop_timer_set(c->timer, c->again_after_ms);
        else
            dialog_hangup(c->dialog, "");
    }
    if (ev->kind == MEDIA_BEEP && c->answered) {
        c->beep = true;
        dialog_hangup(c->dialog, "");
    }
}

static void connect(struct caller *c, struct slice sdp)
{
    struct sdp_text peer;
    assert_int_equal(sdp_text_read(sdp, &peer, NULL), TM_OK);
    assert_int_equal(media_leg_connect(c->leg, &peer), TM_OK);
}

static void dialog_news(void *arg, const struct dialog_event *ev)
{
    struct caller *c = arg;
    switch (ev->kind) {
    case DIALOG_PROVISIONAL:
        if (ev->code > 100 && !c->rang && c->cancel_after_ms > 0)
            loop_timer_set(c->timer, c->cancel_after_ms);
        c->rang = c->rang || ev->code > 100;
        c->sound = c->sound || ev->sdp.n > 0;
        if (ev->sdp.n > 0)
            connect(c, ev->sdp);
        break;
    case DIALOG_ANSWERED:
        c->answered = true;
        connect(c, ev->sdp);
        if (c->speak_after_ms > 0)
            loop_timer_set(c->timer, c->speak_after_ms);
        break;
    case DIALOG_ENDED:
        c->over = true;
        c->code = ev->code;
        c->end = ev->end;
        media_leg_close(c->leg);
        c->leg = NULL;
        loop_stop(c->scene->loop);
        break;
    case DIALOG_CONFIRMED:
    case DIALOG_OFFER:
    case DIALOG_CHANGED: break;
    }
}

/* Somebody of the town calls. */
static void called_back(void *arg, struct dialog *d,
                        const struct dialog_request *r)
{
    struct scene *s = arg;
    struct caller *c = s->back;
    struct err e = {0};
    assert_non_null(c);
    c->scene = s;
    c->dialog = d;
    (void)str_copy(c->who, sizeof c->who, r->caller);
    (void)str_copy(c->whom, sizeof c->whom, r->called);
    dialog_take(d, dialog_news, c);
    if (c->refuse != 0) {
        assert_int_equal(dialog_refuse(d, c->refuse, "", ""), TM_OK);
        return;
    }
    struct media_leg_config m = {.address = "127.0.0.1",
                                 .detect_digits = true,
                                 .detect_voice = true,
                                 .fn = heard,
                                 .arg = c};
    assert_int_equal(media_leg_open(&c->leg, s->plane, &m, &e), TM_OK);
    connect(c, r->sdp);
    struct sdp_text ours = {.address = "127.0.0.1",
                            .port = media_leg_port(c->leg),
                            .codec = {SDP_PCMA},
                            .codecs = 1,
                            .event_pt = 101,
                            .send = true,
                            .receive = true};
    struct buf sdp;
    buf_init(&sdp, SDP_MAX);
    sdp_text_write(&ours, 1, 1, &sdp);
    assert_int_equal(dialog_answer(d, buf_slice(&sdp)), TM_OK);
    buf_fini(&sdp);
}

static void call_user(struct scene *s, struct caller *c, const char *user)
{
    c->scene = s;
    c->timer = loop_timer_new(s->loop, timer_due, c);
    struct err e = {0};
    struct media_leg_config m = {.address = "127.0.0.1",
                                 .detect_digits = true,
                                 .detect_voice = true,
                                 .detect_beep = true,
                                 .fn = heard,
                                 .arg = c};
    assert_int_equal(media_leg_open(&c->leg, s->plane, &m, &e), TM_OK);
    struct sdp_text ours = {.address = "127.0.0.1",
                            .port = media_leg_port(c->leg),
                            .codec = {SDP_PCMU, SDP_PCMA},
                            .codecs = 2,
                            .event_pt = 101,
                            .send = true,
                            .receive = true};
    struct buf sdp;
    buf_init(&sdp, SDP_MAX);
    sdp_text_write(&ours, 1, 1, &sdp);
    char target[96], id[64];
    (void)snprintf(target, sizeof target, "sip:%s@127.0.0.1:%u", user,
                   town_port(s->town, SIP_STACK_UDP));
    (void)snprintf(id, sizeof id, "test-%d-%u", (int)getpid(), s->calls++);
    struct dialog_invite i = {.target = target,
                              .to = "",
                              .from = "sip:+18005550199@127.0.0.1",
                              .from_name = "Test",
                              .route = "",
                              .call_id = id,
                              .user = "",
                              .password = "",
                              .headers = "",
                              .sdp = buf_slice(&sdp)};
    if (dialog_invite(&c->dialog, s->stack, &i, dialog_news, c, &e) < 0)
        fail_msg("%s", e.text);
    buf_fini(&sdp);
}

static void call(struct scene *s, struct caller *c, uint64_t number)
{
    char user[32];
    (void)snprintf(user, sizeof user, "+%llu", (unsigned long long)number);
    call_user(s, c, user);
    scene_run(s);
    loop_timer_free(c->timer);
    assert_true(c->over);
}

static void pause_over(void *arg)
{
    loop_stop(arg);
}

/* The other side may learn of the end a little later. */
static void settle(struct scene *s)
{
    struct err e = {0};
    struct loop_timer *t = loop_timer_new(s->loop, pause_over, s->loop);
    loop_timer_set(t, 200);
    assert_int_equal(loop_run(s->loop, &e), TM_OK);
    loop_timer_free(t);
}

/* Lines of the log that contain text. */
static unsigned log_lines(const struct scene *s, const char *text)
{
    char line[8192];
    unsigned n = 0;
    FILE *f = fopen(s->log_path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL) {
        assert_true(line[0] == '{' && strstr(line, "}\n") != NULL);
        n += strstr(line, text) != NULL;
    }
    (void)fclose(f);
    return n;
}

#define ONLY(outcome)                                                          \
    "[people]\np_human = 0\np_machine = 0\np_busy = 0\n" outcome               \
    " = 1\nalert_t = const 0.05\nbusy_t = const 0.1\ndead_t = const 0.1\n"     \
    "reject_t = const 0.1\nring = const 0.8\ngreeting = const 0.4\n"           \
    "p_leave = 0\np_barge = 0\np_inband = 0\np_optout = 0\n"                   \
    "react = const 0.3\npatience = const 15\n"

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *world;
        int code;
    } CASES[] = {
        {ONLY("p_busy"), 486},
        {ONLY("p_reject"), 603},
        {ONLY("p_reject") "p_filter = 1\n", 608},
        {ONLY("p_congestion"), 503},
        {ONLY("p_disconnected"), 404},
    };
    for (size_t i = 0; i < tm_array_len(CASES); i++) {
        struct scene s;
        scene_start(&s, CASES[i].world);
        struct caller c = {0};
        call(&s, &c, CALLEE + i);
        assert_int_equal(c.end, DIALOG_END_REFUSED);
        assert_int_equal(c.code, CASES[i].code);
        assert_false(c.answered);
        settle(&s);
        struct town_counts n;
        town_counts(s.town, &n);
        assert_int_equal(n.refused, 1);
        assert_int_equal(n.calls, 0);
        scene_stop(&s);
    }
}

static void test_tones_of_a_dead_number(void **state)
{
    (void)state;
    struct scene s;
    scene_start(&s, ONLY("p_disconnected") "p_tone = 1\n");
    struct caller c = {0};
    call(&s, &c, CALLEE);
    assert_int_equal(c.code, 404);
    assert_true(c.sound); /* 183 with a session before it */
    scene_stop(&s);
}

static void test_cancel(void **state)
{
    (void)state;
    struct scene s;
    scene_start(&s, ONLY("p_disconnected") "p_disconnected = 0\n");
    struct caller c = {.cancel_after_ms = 300};
    call(&s, &c, CALLEE); /* nobody answers */
    assert_true(c.rang);
    assert_int_equal(c.end, DIALOG_END_LOCAL);
    settle(&s);
    struct town_counts n;
    town_counts(s.town, &n);
    assert_int_equal(n.cancelled, 1);
    assert_int_equal(n.calls, 0);
    assert_int_equal(log_lines(&s, "\"how\":\"cancel\""), 1);
    scene_stop(&s);
}

static void show_log(const struct scene *s)
{
    char line[8192];
    FILE *f = fopen(s->log_path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        print_message("%s", line);
    if (f != NULL)
        (void)fclose(f);
}

/* again_after_ms: what the caller needs to go on after a key. */
static void press_keys(const char *world, const char *event,
                       int64_t again_after_ms)
{
    struct scene s;
    scene_start(&s, world);
    struct caller c = {.speak_after_ms = PROMPT_AFTER_MS,
                       .speak_times = 2,
                       .again_after_ms = again_after_ms};
    call(&s, &c, CALLEE);
    assert_true(c.answered && c.voice); /* he said hello */
    if (strcmp(c.digits, "52") != 0)
        show_log(&s);
    assert_string_equal(c.digits, "52");
    settle(&s);
    struct town_counts n;
    town_counts(s.town, &n);
    assert_int_equal(n.digits, 2);
    assert_int_equal(n.byes, 1);
    assert_int_equal(log_lines(&s, "\"event\":\"digit\""), 2);
    assert_int_equal(log_lines(&s, event), 2);
    assert_int_equal(log_lines(&s, "\"event\":\"invite\""), 1);
    assert_int_equal(log_lines(&s, "\"event\":\"answered\""), 1);
    assert_int_equal(log_lines(&s, "\"how\":\"bye\""), 1);
    scene_stop(&s);
}

static void test_keys_as_events(void **state)
{
    (void)state;
    press_keys(ONLY("p_human") "keys.0 = 5:1\nkeys.1 = 2:1\n",
               "\"in_band\":false", 1200);
    press_keys(ONLY("p_human") "keys.0 = 5:1\nkeys.1 = 2:1\n",
               "\"in_band\":false", 1);
}

static void test_keys_in_band(void **state)
{
    (void)state;
    press_keys(ONLY("p_human") "keys.0 = 5:1\nkeys.1 = 2:1\np_inband = 1\n",
               "\"in_band\":true", 500);
}

static void test_barging_in(void **state)
{
    (void)state;
    press_keys(ONLY("p_human") "keys.0 = 5:1\nkeys.1 = 2:1\np_barge = 1\n"
                               "barge_t = const 0.3\n",
               "\"in_band\":false", 1);
}

static void test_person_hangs_up(void **state)
{
    (void)state;
    struct scene s;
    scene_start(&s, ONLY("p_human") "keys = leave:1\nleave_t = const 0.2\n");
    struct caller c = {.speak_after_ms = PROMPT_AFTER_MS, .speak_times = 1};
    call(&s, &c, CALLEE);
    assert_true(c.answered);
    assert_int_equal(c.end, DIALOG_END_BYE);
    settle(&s);
    assert_int_equal(log_lines(&s, "\"how\":\"left\""), 1);
    scene_stop(&s);
}

static void test_silence_bores(void **state)
{
    (void)state;
    struct scene s;
    scene_start(&s, ONLY("p_human") "p_silent = 1\npatience = const 1\n");
    struct caller c = {0};
    call(&s, &c, CALLEE);
    assert_int_equal(c.end, DIALOG_END_BYE);
    assert_false(c.voice);
    settle(&s);
    assert_int_equal(log_lines(&s, "\"how\":\"bored\""), 1);
    scene_stop(&s);
}

static void test_machine_beeps(void **state)
{
    (void)state;
    struct scene s;
    scene_start(&s, ONLY("p_machine") "mach_t = const 0.3\n"
                                      "mach_greeting = const 1\n");
    struct caller c = {0};
    call(&s, &c, CALLEE);
    assert_true(c.answered && c.voice && c.beep);
    assert_int_equal(c.end, DIALOG_END_LOCAL);
    scene_stop(&s);
}

static void test_calls_are_counted_per_number(void **state)
{
    (void)state;
    struct scene s;
    scene_start(&s, ONLY("p_busy"));
    for (int i = 0; i < 3; i++) {
        struct caller c = {0};
        call(&s, &c, CALLEE);
    }
    struct caller other = {0};
    call(&s, &other, CALLEE + 1);
    settle(&s);
    assert_int_equal(log_lines(&s, "\"nth\":0"), 2);
    assert_int_equal(log_lines(&s, "\"nth\":2"), 1);
    assert_int_equal(log_lines(&s, "\"to\":\"+12125550100\""), 3);
    scene_stop(&s);
}

static void test_no_number(void **state)
{
    (void)state;
    struct scene s;
    scene_start(&s, ONLY("p_human"));
    struct caller c = {0};
    call_user(&s, &c, "operator");
    scene_run(&s);
    loop_timer_free(c.timer);
    assert_int_equal(c.code, 484);
    scene_stop(&s);
}

#define NOBODY ONLY("p_disconnected") "p_disconnected = 0\n"

/* Who missed a call calls the number that was shown, and may ask by the key to
 * be left alone. */
static void test_calls_back(void **state)
{
    (void)state;
    struct scene s;
    struct town_counts n;
    scene_start_with(&s, NOBODY "p_optout = 1\n", 1000000);
    struct caller c = {.cancel_after_ms = 300}, back = {0};
    s.back = &back;
    call(&s, &c, CALLEE);
    scene_run(&s); /* until he has pressed his key */
    assert_string_equal(back.who, "+12125550100");
    assert_string_equal(back.whom, "+18005550199");
    assert_true(back.voice);
    assert_string_equal(back.digits, "9");
    settle(&s);
    town_counts(s.town, &n);
    assert_int_equal(n.back_calls, 1);
    assert_int_equal(n.back_answered, 1);
    assert_int_equal(log_lines(&s, "\"back_invite\""), 1);
    assert_int_equal(log_lines(&s, "\"back_digit\""), 1);
    assert_int_equal(log_lines(&s, "\"back_ended\""), 1);
    scene_stop(&s);
}

static void test_calls_back_in_vain(void **state)
{
    (void)state;
    struct scene s;
    struct town_counts n;
    scene_start_with(&s, NOBODY, 1000000);
    struct caller c = {.cancel_after_ms = 300}, back = {.refuse = 486};
    s.back = &back;
    call(&s, &c, CALLEE);
    scene_run(&s);
    assert_int_equal(back.code, 486);
    settle(&s);
    town_counts(s.town, &n);
    assert_int_equal(n.back_calls, 1);
    assert_int_equal(n.back_answered, 0);
    assert_int_equal(log_lines(&s, "\"was_answered\":false,\"code\":486"), 1);
    /* The town goes while the next one waits, and while one talks. */
    back = (struct caller){0};
    struct caller again = {.cancel_after_ms = 300};
    call(&s, &again, CALLEE + 1);
    struct caller third = {.cancel_after_ms = 1000};
    call(&s, &third, CALLEE + 2);
    scene_stop(&s);
}

/* A share, the same people each time; who answered calls nobody. */
static void test_few_call_back(void **state)
{
    (void)state;
    struct scene s;
    struct town_counts n;
    scene_start_with(&s, NOBODY, 0);
    struct caller c = {.cancel_after_ms = 100};
    call(&s, &c, CALLEE);
    for (int i = 0; i < 4; i++)
        settle(&s);
    town_counts(s.town, &n);
    assert_int_equal(n.back_calls, 0);
    scene_stop(&s);
    struct err e = {0};
    struct town_config k;
    struct town *t = NULL;
    town_config_init(&k);
    k.back_max_ms = k.back_min_ms - 1;
    assert_int_equal(town_start(&t, NULL, &k, &e), TM_EINVAL);
    assert_non_null(strstr(e.text, "call back"));
}

static void test_refuses_to_be_reached(void **state)
{
    (void)state;
    struct err e = {0};
    struct loop *l;
    struct town *t = NULL;
    struct town_config c;
    town_config_init(&c);
    assert_int_equal(loop_new(&l, 0, &c.log, &e), TM_OK);
    c.address = "192.0.2.1";
    assert_int_equal(town_start(&t, l, &c, &e), TM_EINVAL);
    assert_non_null(strstr(e.text, "192.0.2.1"));
    c.address = "127.0.0.1";
    c.log_path = "/nonexistent/town.log";
    assert_true(town_start(&t, l, &c, &e) < 0);
    assert_non_null(strstr(e.text, "/nonexistent/town.log"));
    assert_null(t);
    loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuses_to_be_reached),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_tones_of_a_dead_number),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_keys_as_events),
        cmocka_unit_test(test_keys_in_band),
        cmocka_unit_test(test_barging_in),
        cmocka_unit_test(test_person_hangs_up),
        cmocka_unit_test(test_silence_bores),
        cmocka_unit_test(test_machine_beeps),
        cmocka_unit_test(test_calls_are_counted_per_number),
        cmocka_unit_test(test_no_number),
        cmocka_unit_test(test_calls_back),
        cmocka_unit_test(test_calls_back_in_vain),
        cmocka_unit_test(test_few_call_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
