#include "tel/rate.h"

#include "base/assert.h"

enum { TOKEN = 1000, SECOND_US = 1000000 };

void rate_init(struct rate *r, unsigned per_s, int64_t now_us)
{
    tm_assert(per_s <= 1000000);
    *r = (struct rate){.per_s = per_s,
                       .left_milli = (int64_t)per_s * TOKEN,
                       .filled_us = now_us};
}

bool rate_take(struct rate *r, int64_t now_us)
{
    int64_t most = (int64_t)r->per_s * TOKEN, passed = now_us - r->filled_us;
    if (r->per_s == 0) {
        return true;
    }
    if (passed >= SECOND_US) {
        r->left_milli = most;
        r->filled_us = now_us;
    } else if (passed > 0) {
        int64_t add = passed * r->per_s * TOKEN / SECOND_US;
        int64_t left = r->left_milli + add;
        r->left_milli = left > most ? most : left;
        /* Only the time that these took, rounded up: who asks often loses no
         * part of a token each time, and the limit is never passed. */
        r->filled_us +=
            (add * SECOND_US / TOKEN + r->per_s - 1) / (int64_t)r->per_s;
    }
    if (r->left_milli < TOKEN) {
        return false;
    }
    r->left_milli -= TOKEN;
    return true;
}
