#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/rng.h"
#include "tel/sdp_text.h"

static struct sdp_text must_read(const char *text)
{
    struct sdp_text s;
    struct err e = {0};
    if (sdp_text_read(str_of(text), &s, &e) != TM_OK) {
        fail_msg("%s", e.text);
    }
    return s;
}

static void test_reads_what_carriers_send(void **state)
{
    (void)state;
    struct sdp_text s = must_read(
        "v=0\r\no=x 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n"
        "t=0 0\r\na=sendonly\r\nm=audio 4000/2 RTP/AVP 18 8 0 96 101\r\n"
        "a=rtpmap:18 G729/8000\r\na=rtpmap:96 telephone-event/48000\r\n"
        "a=rtpmap:101 telephone-event/8000/1\r\na=ptime:30\r\n"
        "m=video 5000 RTP/AVP 0\r\nc=IN IP4 203.0.113.1\r\na=inactive\r\n");
    assert_string_equal(s.address, "192.0.2.1");
    assert_int_equal(s.port, 4000);
    assert_int_equal(s.codecs, 2);
    assert_int_equal(s.codec[0], SDP_PCMA);
    assert_int_equal(s.codec[1], SDP_PCMU);
    assert_int_equal(s.event_pt, 101);
    assert_int_equal(s.ptime, 30);
    assert_true(s.send);
    assert_false(s.receive);
    s = must_read("v=0\nc=IN IP4 192.0.2.1\nm=audio 10 RTP/AVP 0\n"
                  "c=IN IP6 2001:db8::1\n");
    assert_string_equal(s.address, "2001:db8::1");
    assert_int_equal(s.event_pt, -1);
    s = must_read("c=IN IP4 0.0.0.0\nm=audio 10 RTP/AVP 0\n");
    assert_false(s.receive); /* hold of the old kind */
    s = must_read("m=audio 0 RTP/AVP 0\n");
    assert_int_equal(s.port, 0);
}

static void test_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "v=0\r\n",
        "c=IN IP4 192.0.2.1\nm=video 10 RTP/AVP 0\n",
        "c=IN IP4 192.0.2.1\nm=audio 10 RTP/AVP 18\n",
        "c=IN IP4 192.0.2.1\nm=audio 10 RTP/AVP 0\na=rtpmap:0 OPUS/8000\n",
        "c=IN IP4 not.an.address\nm=audio 10 RTP/AVP 0\n",
        "c=IN IP4 192.0.2.1\nm=audio 70000 RTP/AVP 0\n",
        "c=IN IP4 192.0.2.1\nm=audio 10 RTP/AVP 0 300\n",
        "c=IN IP4 192.0.2.1\nm=audio 10 RTP/SAVP 0\n",
        "m=audio 10 RTP/AVP 0\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
        struct sdp_text s;
        struct err e = {0};
        assert_int_equal(sdp_text_read(str_of(bad[i]), &s, &e), TM_EINVAL);
        assert_true(e.text[0] != '\0');
    }
}

static void test_write_then_read(void **state)
{
    (void)state;
    for (int mask = 0; mask < 4; ++mask) {
        struct sdp_text s = {
            .address = "2001:db8::5",
            .port = 40000,
            .codec = {SDP_PCMA, SDP_PCMU},
            .codecs = 2,
            .event_pt = mask & 1 ? 101 : -1,
            .ptime = 20,
            .send = mask & 1,
            .receive = mask & 2,
        };
        struct buf b;
        buf_init(&b, 4096);
        sdp_text_write(&s, 5, 6, &b);
        struct sdp_text back = must_read(b.p);
        assert_string_equal(back.address, s.address);
        assert_int_equal(back.port, s.port);
        assert_int_equal(back.codecs, 2);
        assert_int_equal(back.codec[0], SDP_PCMA);
        assert_int_equal(back.event_pt, s.event_pt);
        assert_int_equal(back.ptime, 20);
        assert_int_equal(back.send, s.send);
        assert_int_equal(back.receive, s.receive);
        buf_fini(&b);
    }
}

static void test_answer(void **state)
{
    (void)state;
    struct sdp_text ours =
        must_read("c=IN IP4 192.0.2.1\nm=audio 10 RTP/AVP 0 8 101\n"
                  "a=rtpmap:101 telephone-event/8000\n");
    struct sdp_text theirs =
        must_read("c=IN IP4 192.0.2.2\nm=audio 20 RTP/AVP 8 0 97\na=sendonly\n"
                  "a=rtpmap:97 telephone-event/8000\n");
    struct sdp_text a;
    assert_int_equal(sdp_text_answer(&theirs, &ours, &a), TM_OK);
    assert_int_equal(a.codecs, 1);
    assert_int_equal(a.codec[0], SDP_PCMU); /* our order */
    assert_int_equal(a.event_pt, 97);       /* their number */
    assert_false(a.send);
    assert_true(a.receive);
    assert_int_equal(a.port, 10);
    theirs.codecs = 1;
    theirs.codec[0] = SDP_PCMA;
    ours.codecs = 1;
    ours.codec[0] = SDP_PCMU;
    assert_int_equal(sdp_text_answer(&theirs, &ours, &a), TM_EUNSUPPORTED);
}

/* Damaged descriptions: never a crash (the sanitizers look), and what is
 * taken is sane. */
static void test_damage(void **state)
{
    (void)state;
    static const char good[] =
        "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n"
        "t=0 0\r\nm=audio 4000 RTP/AVP 0 8 101\r\n"
        "a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=sendrecv\r\n";
    struct rng r;
    uint64_t seed = 20261121;
    print_message("seed %llu\n", (unsigned long long)seed);
    rng_init(&r, seed, "sdp");
    int taken = 0;
    for (int i = 0; i < 20000; ++i) {
        size_t n = rng_below(&r, sizeof good);
        char *text = mem_alloc(n + 1); /* the exact size: overreads show */
        memcpy(text, good, n);
        for (uint64_t k = rng_below(&r, 4); k > 0 && n > 0; --k) {
            text[rng_below(&r, n)] = (char)rng_below(&r, 256);
        }
        struct sdp_text s;
        if (sdp_text_read(str_range(text, n), &s, NULL) == TM_OK) {
            ++taken;
            assert_true(s.codecs <= SDP_CODECS_MAX);
            assert_true(s.port == 0 || s.codecs > 0);
            assert_true(s.event_pt >= -1 && s.event_pt < 128);
            assert_true(memchr(s.address, '\0', sizeof s.address) != NULL);
        }
        mem_free(text);
    }
    assert_true(taken > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_carriers_send),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_write_then_read),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
