#include "tel/sdp_text.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

enum { FORMATS_MAX = 16, LINES_MAX = 512 };

/* What has been read so far of the description and its audio stream. */
struct reading {
    struct sdp_text *out;
    int pt[FORMATS_MAX]; /* of the m= line, in order */
    bool ulaw[FORMATS_MAX], alaw[FORMATS_MAX];
    unsigned formats;
    bool in_audio, had_media, had_audio;
    char session_address[SDP_ADDRESS_MAX];
};

/* "IN IP4 192.0.2.1/127" to the numeric address. */
static bool connection_read(struct slice v, char out[SDP_ADDRESS_MAX])
{
    unsigned char raw[16];
    struct slice rest, kind, address;
    if (!str_eq_nocase(str_cut(v, ' ', &rest), "IN")) {
        return false;
    }
    kind = str_cut(rest, ' ', &address);
    address = str_cut(str_trim(address), '/', &rest);
    if (address.n == 0 || address.n >= SDP_ADDRESS_MAX) {
        return false;
    }
    char text[SDP_ADDRESS_MAX];
    (void)str_copy(text, sizeof text, address);
    int family = str_eq_nocase(kind, "IP6") ? AF_INET6 : AF_INET;
    if (inet_pton(family, text, raw) != 1) {
        return false;
    }
    memcpy(out, text, sizeof text);
    return true;
}

static struct slice token(struct slice *s)
{
    struct slice rest;
    *s = str_trim(*s);
    struct slice t = str_cut(*s, ' ', &rest);
    *s = rest;
    return t;
}

static bool pt_read(struct slice s, int *out)
{
    uint64_t v;
    if (!str_u64(s, &v) || v > 127) {
        return false;
    }
    *out = (int)v;
    return true;
}

/* "audio 49170/2 RTP/AVP 0 8 101"; only the first audio stream counts. */
static bool media_read(struct reading *r, struct slice v)
{
    struct slice rest;
    uint64_t port;
    r->had_media = true;
    r->in_audio = false;
    if (!str_eq_nocase(token(&v), "audio") || r->had_audio) {
        return true;
    }
    struct slice number = str_cut(token(&v), '/', &rest);
    struct slice protocol = token(&v);
    if (!str_u64(number, &port) || port > 65535) {
        return false;
    }
    if (!str_eq_nocase(protocol, "RTP/AVP") &&
        !str_eq_nocase(protocol, "RTP/AVPF")) {
        return true;
    }
    r->in_audio = r->had_audio = true;
    r->out->port = (uint16_t)port;
    while (v.n > 0 && r->formats < FORMATS_MAX) {
        int pt;
        if (!pt_read(token(&v), &pt)) {
            return false;
        }
        r->ulaw[r->formats] = pt == SDP_PCMU;
        r->alaw[r->formats] = pt == SDP_PCMA;
        r->pt[r->formats++] = pt;
    }
    return true;
}

/* "101 telephone-event/8000" */
static void rtpmap_read(struct reading *r, struct slice v)
{
    int pt;
    struct slice rate, rest, name;
    if (!pt_read(token(&v), &pt)) {
        return;
    }
    name = str_cut(str_trim(v), '/', &rate);
    rate = str_cut(rate, '/', &rest);
    bool narrow = str_eq(rate, "8000");
    for (unsigned i = 0; i < r->formats; ++i) {
        if (r->pt[i] != pt) {
            continue;
        }
        if (narrow && str_eq_nocase(name, "telephone-event")) {
            r->out->event_pt = pt;
        }
        /* A static number with another meaning is a lie we cannot serve. */
        r->ulaw[i] = pt == SDP_PCMU && str_eq_nocase(name, "PCMU") && narrow;
        r->alaw[i] = pt == SDP_PCMA && str_eq_nocase(name, "PCMA") && narrow;
    }
}

static void direction_read(struct reading *r, struct slice v)
{
    bool send = str_eq(v, "sendrecv") || str_eq(v, "sendonly");
    bool receive = str_eq(v, "sendrecv") || str_eq(v, "recvonly");
    if (send || receive || str_eq(v, "inactive")) {
        r->out->send = send;
        r->out->receive = receive;
    }
}

static void attribute_read(struct reading *r, struct slice v)
{
    struct slice value;
    struct slice name = str_trim(str_cut(v, ':', &value));
    uint64_t ms;
    if (r->had_media && !r->in_audio) {
        return;
    }
    if (str_eq(name, "rtpmap")) {
        rtpmap_read(r, value);
    } else if (str_eq(name, "ptime") && str_u64(str_trim(value), &ms) &&
               ms <= 1000) {
        r->out->ptime = (unsigned)ms;
    } else {
        direction_read(r, name);
    }
}

static bool line_read(struct reading *r, struct slice line)
{
    if (line.n < 2 || line.p[1] != '=') {
        return true;
    }
    struct slice v = str_trim(str_range(line.p + 2, line.n - 2));
    switch (line.p[0]) {
    case 'm': return media_read(r, v);
    case 'a': attribute_read(r, v); return true;
    case 'c':
        if (!r->had_media) {
            return connection_read(v, r->session_address);
        }
        return !r->in_audio || connection_read(v, r->out->address);
    default: return true;
    }
}

static void codecs_collect(struct reading *r)
{
    bool ulaw = false, alaw = false;
    for (unsigned i = 0; i < r->formats; ++i) {
        if (r->ulaw[i] && !ulaw) {
            ulaw = true;
            r->out->codec[r->out->codecs++] = SDP_PCMU;
        } else if (r->alaw[i] && !alaw) {
            alaw = true;
            r->out->codec[r->out->codecs++] = SDP_PCMA;
        }
    }
}

int sdp_text_read(struct slice text, struct sdp_text *out, struct err *e)
{
    struct sdp_text s = {.event_pt = -1, .send = true, .receive = true};
    struct reading r = {.out = &s};
    int lines = 0;
    while (text.n > 0) {
        struct slice rest;
        struct slice line = str_trim(str_cut(text, '\n', &rest));
        if (++lines > LINES_MAX || !line_read(&r, line)) {
            return err_set(e, TM_EINVAL, "SDP line %d cannot be read", lines);
        }
        text = rest;
    }
    if (!r.had_audio) {
        return err_set(e, TM_EINVAL, "SDP without an RTP audio stream");
    }
    if (s.address[0] == '\0') {
        memcpy(s.address, r.session_address, sizeof s.address);
    }
    codecs_collect(&r);
    if (s.port == 0) {
        *out = s;
        return TM_OK;
    }
    if (s.address[0] == '\0') {
        return err_set(e, TM_EINVAL, "SDP without an address");
    }
    if (s.codecs == 0) {
        return err_set(e, TM_EINVAL, "SDP without PCMU or PCMA");
    }
    if (strcmp(s.address, "0.0.0.0") == 0) {
        s.receive = false; /* hold as RFC 2543 wrote it */
    }
    *out = s;
    return TM_OK;
}

void sdp_text_write(const struct sdp_text *s, uint64_t session,
                    uint64_t version, struct buf *b)
{
    static const char *const direction[] = {"inactive", "recvonly", "sendonly",
                                            "sendrecv"};
    tm_assert(s->codecs <= SDP_CODECS_MAX && s->event_pt < 128);
    const char *family = strchr(s->address, ':') ? "IP6" : "IP4";
    buf_addf(b,
             "v=0\r\no=- %" PRIu64 " %" PRIu64 " IN %s %s\r\ns=-\r\n"
             "c=IN %s %s\r\nt=0 0\r\nm=audio %u RTP/AVP",
             session, version, family, s->address, family, s->address, s->port);
    for (unsigned i = 0; i < s->codecs; ++i) {
        buf_addf(b, " %d", (int)s->codec[i]);
    }
    if (s->event_pt >= 0) {
        buf_addf(b, " %d", s->event_pt);
    }
    buf_add_str(b, "\r\n");
    for (unsigned i = 0; i < s->codecs; ++i) {
        buf_addf(b, "a=rtpmap:%d %s/8000\r\n", (int)s->codec[i],
                 s->codec[i] == SDP_PCMU ? "PCMU" : "PCMA");
    }
    if (s->event_pt >= 0) {
        buf_addf(b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n",
                 s->event_pt, s->event_pt);
    }
    if (s->ptime > 0) {
        buf_addf(b, "a=ptime:%u\r\n", s->ptime);
    }
    buf_addf(b, "a=%s\r\n",
             direction[(s->send ? 2 : 0) + (s->receive ? 1 : 0)]);
}

static bool has_codec(const struct sdp_text *s, enum sdp_codec c)
{
    for (unsigned i = 0; i < s->codecs; ++i) {
        if (s->codec[i] == c) {
            return true;
        }
    }
    return false;
}

int sdp_text_answer(const struct sdp_text *theirs, const struct sdp_text *ours,
                    struct sdp_text *out)
{
    struct sdp_text a = *ours;
    bool found = false;
    const struct sdp_text *order = ours->codecs > 0 ? ours : theirs;
    for (unsigned i = 0; i < order->codecs && !found; ++i) {
        if (has_codec(theirs, order->codec[i])) {
            a.codec[0] = order->codec[i];
            found = true;
        }
    }
    if (!found) {
        return TM_EUNSUPPORTED;
    }
    a.codecs = 1;
    a.event_pt = ours->event_pt >= 0 ? theirs->event_pt : -1;
    a.send = ours->send && theirs->receive;
    a.receive = ours->receive && theirs->send;
    *out = a;
    return TM_OK;
}
