/* Trunks: the rate bucket, registration against a registrar written by hand,
 * a peer that is not there; dialog records; the prompt cache. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "audio/speech.h"
#include "base/arena.h"
#include "base/rng.h"
#include "fixture_pair.h"
#include "tel/prompt_cache.h"
#include "tel/trunk.h"

struct registrar {
    struct pair p;
    struct trunk *t;
    struct trunk_config c;
    int fd;
    uint16_t port;
    int asked, authorised;
    const char *refuse; /* status line, NULL = play by the rules */
    bool mute;
    const char *grant; /* what a 200 says, NULL = 90 s */
    char last[4096];
};

static void line_of(const char *msg, const char *name, char *out, size_t cap)
{
    char key[64];
    (void)snprintf(key, sizeof key, "\r\n%s: ", name);
    const char *at = strstr(msg, key);
    assert_non_null(at);
    const char *end = strstr(at + 2, "\r\n");
    (void)str_copy(out, cap, str_range(at + 2, (size_t)(end - at - 2)));
}

static void reply(struct registrar *r, const struct sockaddr_in *to,
                  const char *status, const char *more)
{
    char via[256], from[256], tot[256], id[128], seq[64], out[4096];
    line_of(r->last, "Via", via, sizeof via);
    line_of(r->last, "From", from, sizeof from);
    line_of(r->last, "To", tot, sizeof tot);
    line_of(r->last, "Call-ID", id, sizeof id);
    line_of(r->last, "CSeq", seq, sizeof seq);
    int n = snprintf(out, sizeof out,
                     "SIP/2.0 %s\r\n%s\r\n%s\r\n%s;tag=r\r\n%s\r\n%s\r\n%s"
                     "Content-Length: 0\r\n\r\n",
                     status, via, from, tot, id, seq, more);
    assert_int_equal(sendto(r->fd, out, (size_t)n, 0,
                            (const struct sockaddr *)to, sizeof *to),
                     n);
}

static void on_packet(void *arg)
{
    struct registrar *r = arg;
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    ssize_t n = recvfrom(r->fd, r->last, sizeof r->last - 1, 0,
                         (struct sockaddr *)&from, &len);
    assert_true(n > 0);
    r->last[n] = '\0';
    ++r->asked;
    if (r->mute) {
        return;
    }
    if (r->refuse) {
        reply(r, &from, r->refuse, "");
    } else if (strncmp(r->last, "OPTIONS", 7) == 0) {
        reply(r, &from, "405 Not For You", "");
    } else if (!strstr(r->last, "\r\nAuthorization: Digest ")) {
        reply(r, &from, "401 Unauthorized",
              "WWW-Authenticate: Digest realm=\"r\", nonce=\"abc\", "
              "qop=\"auth\", algorithm=MD5\r\n");
    } else if (strstr(r->last, "Expires: 60\r\n")) {
        reply(r, &from, "423 Interval Too Brief", "Min-Expires: 90\r\n");
    } else {
        ++r->authorised;
        reply(r, &from, "200 OK", r->grant ? r->grant : "Expires: 90\r\n");
    }
}

static void on_no_call(void *arg, struct dialog *d,
                       const struct dialog_request *r)
{
    (void)arg;
    (void)d;
    (void)r;
}

static void open_all(struct registrar *r)
{
    struct err e = {0};
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    memset(r, 0, sizeof *r);
    pair_start(&r->p, on_no_call, r);
    r->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(r->fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(r->fd, (struct sockaddr *)&a, &len), 0);
    r->port = ntohs(a.sin_port);
    assert_int_equal(loop_watch(r->p.loop, r->fd, on_packet, r, &e), TM_OK);
    r->c = (struct trunk_config){
        .name = "t",
        .host = "localhost",
        .port = r->port,
        .user = "us",
        .password = "pw",
        .local_address = "127.0.0.1",
        .register_expires_s = 60,
        .max_calls = 3,
        .calls_per_second = 10,
    };
}

static void trunk_open(struct registrar *r)
{
    struct err e = {0};
    struct tel_log log = {0};
    assert_int_equal(trunk_new(&r->t, r->p.a, &r->c, &log, &e), TM_OK);
}

static void close_all(struct registrar *r)
{
    trunk_free(r->t);
    loop_unwatch(r->p.loop, r->fd);
    (void)close(r->fd);
    pair_stop(&r->p);
}

static bool is_up(void *arg)
{
    return trunk_up(((struct registrar *)arg)->t);
}

static bool is_refused(void *arg)
{
    return strstr(trunk_state(((struct registrar *)arg)->t), "refused");
}

static bool is_unregistered(void *arg)
{
    return strstr(((struct registrar *)arg)->last, "Expires: 0\r\n");
}

static void test_registers(void **state)
{
    (void)state;
    struct registrar r;
    struct err e = {0};
    open_all(&r);
    r.c.registers = true;
    trunk_open(&r);
    assert_false(trunk_up(r.t));
    assert_int_equal(trunk_take(r.t, loop_monotonic_us(), &e), TM_ENETWORK);
    assert_int_equal(trunk_room(r.t, loop_monotonic_us()), 0);
    assert_true(pair_run_until(&r.p, is_up, &r, 2000));
    assert_int_equal(r.authorised, 1);
    assert_int_equal(r.asked, 3); /* 401, 423, 200 */
    assert_non_null(strstr(r.last, "Contact: <sip:us@127.0.0.1:"));
    assert_non_null(strstr(r.last, "Expires: 90\r\n"));
    trunk_free(r.t);
    r.t = NULL;
    assert_true(pair_run_until(&r.p, is_unregistered, &r, 1000));
    close_all(&r);
}

static void test_registration_refused(void **state)
{
    (void)state;
    struct registrar r;
    open_all(&r);
    r.c.registers = true;
    r.refuse = "403 Go away";
    trunk_open(&r);
    assert_true(pair_run_until(&r.p, is_refused, &r, 2000));
    assert_non_null(strstr(trunk_state(r.t), "403 Go away"));
    assert_false(trunk_up(r.t));
    close_all(&r);
}

static bool was_asked(void *arg)
{
    return ((struct registrar *)arg)->asked > 0;
}

static bool was_renewed(void *arg)
{
    return ((struct registrar *)arg)->authorised > 1;
}

static bool is_down(void *arg)
{
    return !is_up(arg);
}

/* A refresh that fails takes nothing away before the registration expires;
 * then the trunk is down though a request is still without its answer. */
static void test_registration_is_good_until_it_expires(void **state)
{
    (void)state;
    struct registrar r;
    open_all(&r);
    r.c.registers = true;
    r.grant = "Expires: 10\r\n";
    trunk_open(&r);
    assert_true(pair_run_until(&r.p, is_up, &r, 2000));
    r.refuse = "503 Not now";
    r.asked = 0;
    assert_true(pair_run_until(&r.p, was_asked, &r, 7000)); /* after 5 s */
    assert_false(pair_run_until(&r.p, is_down, &r, 500));
    assert_int_equal(trunk_room(r.t, loop_monotonic_us()), 2);
    r.refuse = NULL;
    assert_true(pair_run_until(&r.p, was_renewed, &r, 3000));
    int64_t from_us = loop_monotonic_us();
    r.mute = true;
    assert_true(pair_run_until(&r.p, is_down, &r, 12000));
    int64_t ms = (loop_monotonic_us() - from_us) / 1000;
    assert_true(ms > 9500 && ms < 11500);
    assert_non_null(strstr(trunk_state(r.t), "expired: no answer yet"));
    assert_int_equal(trunk_room(r.t, loop_monotonic_us()), 0);
    close_all(&r);
}

static void test_silence_then_ping(void **state)
{
    (void)state;
    struct registrar r;
    open_all(&r);
    trunk_open(&r);
    assert_true(trunk_up(r.t));
    trunk_result(r.t, false);
    trunk_result(r.t, false);
    trunk_result(r.t, true); /* an answer between clears the count */
    trunk_result(r.t, false);
    trunk_result(r.t, false);
    assert_true(trunk_up(r.t));
    trunk_result(r.t, false);
    assert_false(trunk_up(r.t));
    assert_non_null(strstr(trunk_state(r.t), "did not answer 3 calls"));
    assert_true(pair_run_until(&r.p, is_up, &r, 8000)); /* after 5 s */
    assert_int_equal(strncmp(r.last, "OPTIONS", 7), 0);
    close_all(&r);
}

static void test_bucket(void **state)
{
    (void)state;
    struct registrar r;
    struct err e = {0};
    open_all(&r);
    r.c.max_calls = 1000;
    r.c.calls_per_second = 10;
    trunk_open(&r);
    int64_t now = loop_monotonic_us() + 1000000;
    assert_int_equal(trunk_room(r.t, now), 2); /* a fifth of a second */
    int taken = 0;
    for (int ms = 0; ms < 10000; ++ms) {
        unsigned room = trunk_room(r.t, now + ms * 1000);
        int rc = trunk_take(r.t, now + ms * 1000, &e);
        assert_int_equal(rc == TM_OK, room > 0);
        taken += rc == TM_OK;
        assert_true(rc == TM_OK || rc == TM_EFULL);
    }
    assert_true(taken >= 100 && taken <= 102);
    for (int i = 0; i < taken; ++i) {
        trunk_give(r.t);
    }
    assert_int_equal(trunk_calls(r.t), 0);
    close_all(&r);
}

/* Who asks more often than tokens come gets as many, and never more. */
static void test_bucket_asked_often(void **state)
{
    (void)state;
    struct registrar r;
    struct err e = {0};
    open_all(&r);
    r.c.max_calls = 10000;
    r.c.calls_per_second = 40;
    trunk_open(&r);
    int64_t now = loop_monotonic_us() + 1000000;
    int taken = 0;
    for (int64_t us = 0; us < 20000000; us += 333) {
        taken += trunk_take(r.t, now + us, &e) == TM_OK;
    }
    /* 20 s and the eight tokens it began with; a thousandth may be lost */
    assert_in_range(taken, 806, 808);
    for (int i = 0; i < taken; ++i) {
        trunk_give(r.t);
    }
    close_all(&r);
}

static void test_lines(void **state)
{
    (void)state;
    struct registrar r;
    struct err e = {0};
    open_all(&r);
    r.c.calls_per_second = 1000;
    trunk_open(&r);
    int64_t now = loop_monotonic_us();
    for (int i = 0; i < 3; ++i) {
        assert_int_equal(trunk_take(r.t, now, &e), TM_OK);
    }
    assert_int_equal(trunk_take(r.t, now, &e), TM_EFULL);
    trunk_give(r.t);
    assert_int_equal(trunk_room(r.t, now), 1);
    trunk_give(r.t);
    trunk_give(r.t);
    struct trunk *bad = NULL;
    struct tel_log log = {0};
    r.c.host = "a b";
    assert_int_equal(trunk_new(&bad, r.p.a, &r.c, &log, &e), TM_EINVAL);
    char target[128];
    trunk_target(r.t, 15551234567, target, sizeof target);
    char want[128];
    (void)snprintf(want, sizeof want, "sip:+15551234567@127.0.0.1:%u", r.port);
    assert_string_equal(target, want);
    close_all(&r);
}

static void test_records_damaged(void **state)
{
    (void)state;
    static const char good[] =
        "trunk=a%3bb;call-id=7-f@h;local-uri=sip:a@b;local-tag=t1;"
        "remote-uri=sip:c@d;remote-tag=t2;target=sip:c@127.0.0.1:9;cseq=2;"
        "route=<sip:127.0.0.1:9%3blr>;";
    struct registrar r;
    struct err e = {0};
    struct rng g;
    char name[32];
    open_all(&r);
    trunk_open(&r);
    assert_int_equal(dialog_record_trunk(str_of(good), name, sizeof name),
                     TM_OK);
    assert_string_equal(name, "a;b");
    assert_int_equal(dialog_record_trunk(str_of(good), name, 3), TM_EINVAL);
    assert_int_equal(dialog_record_trunk(str_of("x=y;"), name, sizeof name),
                     TM_EINVAL);
    rng_init(&g, 3, "records");
    int taken = 0;
    for (int i = 0; i < 300; ++i) {
        size_t n = sizeof good - 1;
        char *text = mem_alloc(n + 1);
        memcpy(text, good, n);
        if (i > 0) {
            n = rng_below(&g, 3) ? n : rng_below(&g, n);
            for (uint64_t k = rng_below(&g, 3); k > 0 && n > 0; --k) {
                text[rng_below(&g, n)] = (char)rng_below(&g, 256);
            }
        }
        int rc = dialog_end_record(r.p.a, str_range(text, n), "", "", &e);
        assert_true(rc == TM_OK || rc == TM_EINVAL);
        assert_true(i > 0 || rc == TM_OK);
        taken += rc == TM_OK;
        mem_free(text);
    }
    assert_true(taken > 10 && taken < 300);
    close_all(&r); /* their BYEs are dropped with the stack */
}

struct cache_test {
    struct prompt_cache *c;
    int made;
};

static void on_made(void *arg)
{
    ++((struct cache_test *)arg)->made;
}

static struct prompt_entry *waited;

static bool is_made(void *arg)
{
    struct pcm *sound;
    (void)arg;
    return prompt_cache_state(waited, &sound) != PROMPT_MAKING;
}

static void test_prompt_cache(void **state)
{
    (void)state;
    struct registrar r;
    struct err e = {0};
    struct cache_test t = {0};
    struct tel_log log = {0};
    struct pcm *sound;
    open_all(&r);
    trunk_open(&r);
    assert_int_equal(
        prompt_cache_new(&t.c, r.p.loop, 40000, &log, on_made, &t, &e), TM_OK);
    struct prompt p = {PROMPT_TEXT, str_of("Hello there, this is a test."),
                       str_of("en")};
    waited = prompt_cache_want(t.c, &p);
    struct prompt_entry *twin = prompt_cache_want(t.c, &p);
    assert_ptr_equal(waited, twin);
    assert_int_equal(prompt_cache_state(twin, &sound), PROMPT_MAKING);
    assert_true(pair_run_until(&r.p, is_made, NULL, 5000));
    assert_int_equal(prompt_cache_state(twin, &sound), PROMPT_READY);
    assert_true(pcm_ms(sound) > 800);
    assert_true(t.made >= 1);
    assert_true(prompt_cache_bytes(t.c) == sound->n * 2);
    prompt_cache_drop(t.c, twin);
    prompt_cache_drop(t.c, twin);
    /* Another one pushes it out: 40,000 bytes are 2.5 s. */
    p.text = str_of("One, two, three, four, five, six, seven, eight.");
    waited = prompt_cache_want(t.c, &p);
    assert_true(pair_run_until(&r.p, is_made, NULL, 5000));
    assert_int_equal(prompt_cache_state(waited, &sound), PROMPT_READY);
    assert_int_equal(prompt_cache_bytes(t.c), sound->n * 2);
    prompt_cache_drop(t.c, waited);
    p.voice = str_of("xx-nobody");
    waited = prompt_cache_want(t.c, &p);
    assert_true(pair_run_until(&r.p, is_made, NULL, 5000));
    assert_int_equal(prompt_cache_state(waited, &sound), PROMPT_FAILED);
    assert_null(sound);
    prompt_cache_drop(t.c, waited);
    p.voice = str_of("fi"); /* still being made when the cache goes */
    prompt_cache_drop(t.c, prompt_cache_want(t.c, &p));
    prompt_cache_free(t.c);
    speech_fini();
    close_all(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registers),
        cmocka_unit_test(test_registration_refused),
        cmocka_unit_test(test_registration_is_good_until_it_expires),
        cmocka_unit_test(test_silence_then_ping),
        cmocka_unit_test(test_bucket),
        cmocka_unit_test(test_bucket_asked_often),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_records_damaged),
        cmocka_unit_test(test_prompt_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
