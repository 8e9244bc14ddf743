#include "base/tz.h"

#include <string.h>

#include "base/tz_int.h"

const struct tz *tz_fixed(struct arena *a, const char *name, int32_t offset_s)
{
    tm_assert(offset_s > -TZ_OFFSET_LIMIT_S && offset_s < TZ_OFFSET_LIMIT_S);
    struct tz *z = arena_alloc(a, sizeof *z);
    z->name = arena_strdup(a, str_of(name));
    z->first_s = offset_s;
    return z;
}

const char *tz_name(const struct tz *z)
{
    return z->name;
}

static int64_t floor_s(int64_t us)
{
    int64_t s = us / CIVIL_SECOND_US;
    return us % CIVIL_SECOND_US < 0 ? s - 1 : s;
}

/* Number of changes at or before utc_s. */
static size_t changes_until(const struct tz *z, int64_t utc_s)
{
    size_t low = 0;
    size_t high = z->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->at[middle] <= utc_s) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static int32_t offset_at(const struct tz *z, int64_t utc_s)
{
    if (z->has_rule && utc_s >= z->rule_from) {
        return tz_rule_offset_s(&z->rule, utc_s);
    }
    size_t n = changes_until(z, utc_s);
    return n == 0 ? z->first_s : z->offset_s[n - 1];
}

int32_t tz_offset_s(const struct tz *z, int64_t utc_us)
{
    int32_t offset_s = offset_at(z, floor_s(utc_us));
    tm_assert(offset_s > -TZ_OFFSET_LIMIT_S && offset_s < TZ_OFFSET_LIMIT_S);
    return offset_s;
}

struct civil_time tz_local(const struct tz *z, int64_t utc_us)
{
    return civil_of_us(utc_us + tz_offset_s(z, utc_us) * CIVIL_SECOND_US);
}

/* In seconds, or INT64_MAX. */
static int64_t next_change_s(const struct tz *z, int64_t utc_s)
{
    if (z->has_rule && utc_s >= z->rule_from) {
        return tz_rule_next(&z->rule, utc_s);
    }
    size_t n = changes_until(z, utc_s);
    if (n < z->n && (!z->has_rule || z->at[n] < z->rule_from)) {
        return z->at[n];
    }
    if (!z->has_rule) {
        return INT64_MAX;
    }
    /* The rule takes over; a sound file agrees with it at that instant, and
     * then this is a change only if the table's last one is. */
    if (offset_at(z, z->rule_from) != offset_at(z, utc_s)) {
        return z->rule_from;
    }
    return tz_rule_next(&z->rule, z->rule_from);
}

/* A second as microseconds, or the farthest there is. */
static int64_t us_of(int64_t s)
{
    if (s > INT64_MAX / CIVIL_SECOND_US) {
        return INT64_MAX;
    }
    return s < INT64_MIN / CIVIL_SECOND_US ? INT64_MIN : s * CIVIL_SECOND_US;
}

int64_t tz_next_change(const struct tz *z, int64_t utc_us)
{
    int64_t s = next_change_s(z, floor_s(utc_us));
    tm_assert(s > floor_s(utc_us));
    return us_of(s);
}

struct tz_span tz_span_at(const struct tz *z, int64_t utc_us)
{
    int64_t utc_s = floor_s(utc_us);
    size_t n = changes_until(z, utc_s);
    bool last = n == z->n;
    /* What the table alone tells: neither now nor next is the rule's. */
    bool plain = !z->has_rule ||
                 (!last && utc_s < z->rule_from && z->at[n] < z->rule_from);
    if (!plain) {
        return (struct tz_span){.offset_s = tz_offset_s(z, utc_us),
                                .from_us = utc_us,
                                .until_us = tz_next_change(z, utc_us)};
    }
    return (struct tz_span){
        .offset_s = n == 0 ? z->first_s : z->offset_s[n - 1],
        .from_us = n == 0 ? INT64_MIN : us_of(z->at[n - 1]),
        .until_us = last ? INT64_MAX : us_of(z->at[n]),
    };
}

int64_t tz_first_instant(const struct tz *z, struct civil_time t)
{
    int64_t local_us = civil_to_us(t);
    /* Early enough for every offset: here the local time is before t. From
     * here each stretch of one offset either holds t or ends before it. */
    int64_t us = local_us - TZ_OFFSET_LIMIT_S * CIVIL_SECOND_US;
    for (;;) {
        int64_t offset_us = tz_offset_s(z, us) * CIVIL_SECOND_US;
        if (us + offset_us >= local_us) {
            return us; /* the clock jumped over t */
        }
        int64_t next_us = tz_next_change(z, us);
        if (local_us - offset_us < next_us) {
            return local_us - offset_us;
        }
        us = next_us;
    }
}

void tz_set_init(struct tz_set *s, struct arena *a, const char *version)
{
    tm_assert(a && version);
    *s = (struct tz_set){.arena = a};
    (void)str_copy(s->version, sizeof s->version, str_of(version));
}

/* The place of the name, or where it would go. */
static size_t place_of(const struct tz_set *s, const char *name)
{
    size_t low = 0;
    size_t high = s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(s->zone[middle]->name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_at(const struct tz_set *s, size_t i, const char *name)
{
    return i < s->n && strcmp(s->zone[i]->name, name) == 0;
}

void tz_set_add(struct tz_set *s, const struct tz *z)
{
    size_t i = place_of(s, z->name);
    if (is_at(s, i, z->name)) {
        s->zone[i] = z;
        return;
    }
    if (s->n == s->cap) {
        /* The old array stays in the arena; doubling bounds the waste. */
        size_t cap = s->cap == 0 ? 64 : s->cap * 2;
        const struct tz **zone = arena_array(s->arena, cap, sizeof(*zone));
        for (size_t k = 0; k < s->n; k++) {
            zone[k] = s->zone[k];
        }
        s->zone = zone;
        s->cap = cap;
    }
    for (size_t k = s->n; k > i; k--) {
        s->zone[k] = s->zone[k - 1];
    }
    s->zone[i] = z;
    s->n++;
}

const struct tz *tz_set_find(const struct tz_set *s, const char *name)
{
    size_t i = place_of(s, name);
    return is_at(s, i, name) ? s->zone[i] : NULL;
}
