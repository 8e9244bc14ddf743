/* Session descriptions of peers; what we write must read back as itself. */
#include <string.h>

#include "fuzz.h"
#include "tel/sdp_text.h"

static void sane(const struct sdp_text *s)
{
    tm_assert(s->codecs <= SDP_CODECS_MAX);
    tm_assert(s->event_pt >= -1 && s->event_pt <= 127);
    tm_assert(memchr(s->address, 0, sizeof s->address) != NULL);
}

/* The answer to any offer is a description that we can read ourselves. */
static void answer(const struct sdp_text *offer)
{
    const struct sdp_text ours = {.address = "127.0.0.1",
                                  .port = 4000,
                                  .codec = {SDP_PCMU, SDP_PCMA},
                                  .codecs = 2,
                                  .event_pt = 101,
                                  .send = true,
                                  .receive = true};
    struct sdp_text said, heard;
    struct err e = {0};
    struct buf b;

    if (sdp_text_answer(offer, &ours, &said) < 0)
        return;
    sane(&said);
    buf_init(&b, 4096);
    sdp_text_write(&said, 1, 2, &b);
    tm_assert(!b.failed);
    tm_assert(sdp_text_read(buf_slice(&b), &heard, &e) == 0);
    tm_assert(strcmp(heard.address, said.address) == 0);
    tm_assert(heard.port == said.port && heard.codec[0] == said.codec[0]);
    tm_assert(heard.event_pt == said.event_pt);
    tm_assert(heard.send == said.send && heard.receive == said.receive);
    buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct sdp_text offer;
    struct err e = {0};

    if (sdp_text_read(str_range((const char *)data, n), &offer, &e) < 0) {
        tm_assert(e.text[0] != '\0');
        return 0;
    }
    sane(&offer);
    answer(&offer);
    return 0;
}
