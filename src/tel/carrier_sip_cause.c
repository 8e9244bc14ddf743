#include "tel/carrier_sip_cause.h"

#include <strings.h>

static bool contains(struct slice s, const char *word)
{
    size_t n = str_of(word).n;
    for (size_t i = 0; i + n <= s.n; ++i) {
        if (strncasecmp(s.p + i, word, n) == 0) {
            return true;
        }
    }
    return false;
}

static bool by_analytics(struct slice phrase, struct slice reason)
{
    return contains(phrase, "network blocked") ||
           contains(reason, "analytics") || contains(reason, "cause=607") ||
           contains(reason, "cause=608");
}

enum call_cause carrier_sip_cause(int status, struct slice phrase,
                                  struct slice reason_header)
{
    static const struct {
        int status;
        enum call_cause cause;
    } known[] = {
        {401, CAUSE_CONGESTION}, /* our account, not the callee: */
        {402, CAUSE_CONGESTION}, /* the trunk does not let us call */
        {407, CAUSE_CONGESTION},
        {482, CAUSE_CONGESTION}, /* the carrier's routing went wrong */
        {483, CAUSE_CONGESTION},
        {400, CAUSE_PROTOCOL}, /* our message was not understood */
        {405, CAUSE_PROTOCOL},
        {413, CAUSE_PROTOCOL},
        {414, CAUSE_PROTOCOL},
        {416, CAUSE_PROTOCOL},
        {420, CAUSE_PROTOCOL},
        {421, CAUSE_PROTOCOL},
        {481, CAUSE_PROTOCOL},
        {491, CAUSE_PROTOCOL},
        {493, CAUSE_PROTOCOL},
        {404, CAUSE_DISCONNECTED},
        {408, CAUSE_NO_ANSWER},
        {410, CAUSE_DISCONNECTED},
        {415, CAUSE_MEDIA},
        {480, CAUSE_NO_ANSWER},
        {484, CAUSE_DISCONNECTED},
        {486, CAUSE_BUSY},
        {487, CAUSE_NO_ANSWER},
        {488, CAUSE_MEDIA},
        {600, CAUSE_BUSY},
        {604, CAUSE_DISCONNECTED},
        {606, CAUSE_MEDIA},
        {607, CAUSE_BLOCKED},
        {608, CAUSE_BLOCKED},
    };
    if (status < 300 || status > 699) {
        return CAUSE_PROTOCOL;
    }
    if ((status == 603 || status == 403) &&
        by_analytics(phrase, reason_header)) {
        return CAUSE_BLOCKED;
    }
    for (size_t i = 0; i < tm_array_len(known); ++i) {
        if (known[i].status == status) {
            return known[i].cause;
        }
    }
    return status >= 500 && status < 600 ? CAUSE_CONGESTION : CAUSE_REJECTED;
}
