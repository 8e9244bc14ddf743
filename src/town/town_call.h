/*
 * One call to the town: from its INVITE to its end. Private to src/town.
 * A call belongs to its dialog: it is freed in the handler of DIALOG_ENDED.
 *
 * State        leaves on                  to
 * TRYING       time of the first ringing  ALERTING
 * ALERTING     time of the final answer   TALKING, ENDING
 * TALKING      hangs up                   ENDING
 * any          DIALOG_ENDED               (freed)
 */
#ifndef TOWN_TOWN_CALL_H
#define TOWN_TOWN_CALL_H

#include "base/map.h"
#include "sim/person.h"
#include "tel/dialog.h"
#include "tel/media.h"
#include "town/town.h"
#include "town/town_log.h"
#include "town/town_sound.h"

enum { TOWN_ADDRESS_MAX = 64 };

struct town_back;

/* What all calls share. */
struct town {
    struct loop *loop;
    struct sip_stack *stack;
    struct media_plane *plane;
    struct town_sound sound;
    struct town_log log;
    struct tel_log tell;
    struct person_world world;
    struct map calls_of; /* number -> calls so far */
    struct town_counts counts;
    size_t calls_max;
    unsigned back_ppm;
    int64_t back_min_ms, back_max_ms;
    struct town_back *back; /* people who call back, see town_back.h */
    size_t backs;
    uint64_t session; /* of the next SDP */
    char address[TOWN_ADDRESS_MAX];
};

/* The stack's handler of new calls; arg is the struct town. */
void town_call_incoming(void *arg, struct dialog *d,
                        const struct dialog_request *r);

#endif
