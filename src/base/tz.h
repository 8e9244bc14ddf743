/*
 * Time zones from TZif bytes (RFC 8536, versions 1 to 4, with the POSIX rule
 * footer for instants after the last transition). Bytes are handed in: who
 * reads files is the store or the command. A parsed zone is immutable and may
 * be read by any thread.
 */
#ifndef BASE_TZ_H
#define BASE_TZ_H

#include <stdint.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/err.h"

struct tz; /* one zone; lives in the arena it was parsed into */

/* name is copied ("America/New_York"). Errors: TM_ECORRUPT; a
 * zone that counts leap seconds ("right/..."): TM_EUNSUPPORTED. */
int tz_parse(struct arena *a, const char *name, const void *bytes, size_t n,
             const struct tz **out, struct err *e) TM_MUST_CHECK;
/* A zone with one constant offset, for tests and fallbacks. */
const struct tz *tz_fixed(struct arena *a, const char *name, int32_t offset_s);
const char *tz_name(const struct tz *z);
/* Offset east of UTC in seconds, in force at the instant. */
int32_t tz_offset_s(const struct tz *z, int64_t utc_us);
struct civil_time tz_local(const struct tz *z, int64_t utc_us);
/* The first instant whose local time is t or later: in a gap the instant of
 * the transition, in an overlap the earlier of the two. */
int64_t tz_first_instant(const struct tz *z, struct civil_time t);
/* First change of offset after the instant, or INT64_MAX. */
int64_t tz_next_change(const struct tz *z, int64_t utc_us);
/* What is in force at an instant and, at least, from when until when; until_us
 * is tz_next_change(). Cheaper than asking for each. */
struct tz_span {
    int32_t offset_s;
    int64_t from_us;  /* the instant itself where that is all that is known */
    int64_t until_us; /* INT64_MAX: for good */
};
struct tz_span tz_span_at(const struct tz *z, int64_t utc_us);

/* A set of zones by name, filled by whoever may read files. */
struct tz_set {
    struct arena *arena;
    const struct tz **zone; /* sorted by name */
    size_t n, cap;
    char version[32]; /* tzdata release, e.g. "2025b"; "" unknown */
};

void tz_set_init(struct tz_set *s, struct arena *a, const char *version);
void tz_set_add(struct tz_set *s, const struct tz *z); /* replaces same name */
const struct tz *tz_set_find(const struct tz_set *s, const char *name);

#endif
