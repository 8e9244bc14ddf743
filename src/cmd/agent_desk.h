/*
 * The parts of `telemark agent`: cmd_agent.c reads the command line,
 * agent_desk.c adds, lists, disables and removes, agent_view.c shows and
 * watches, agent_phone.c makes the hashes of a password that never leaves the
 * user's own process.
 */
#ifndef CMD_AGENT_DESK_H
#define CMD_AGENT_DESK_H

#include "cmd/control.h"
#include "core/agent/agent_order.h"
#include "store/agent_rows.h"

struct agent_desk {
    struct control *c;
    const char *phone, *country, *trunk, *extension, *leg, *skills, *campaigns,
        *realm, *ha1_md5, *ha1_sha256;
    const char *reason, *at;
    bool json, no_wait, now;
};

/* Each returns an exit code, after it has printed. */
int agent_desk_add(const struct agent_desk *d, const char *name);
int agent_desk_list(const struct agent_desk *d);
int agent_desk_disable(const struct agent_desk *d, const char *name,
                       bool disabled);
int agent_desk_remove(const struct agent_desk *d, const char *name);
/* Finds an agent of the store. */
int agent_desk_find(struct control *c, const char *name, struct agent_row *out,
                    struct err *e) TM_MUST_CHECK;

/* Says that agents work while a server runs; EXIT_REFUSED. */
int agent_desk_no_server(struct control *c);

int agent_view_status(const struct agent_desk *d, const char *name);
int agent_view_watch(const struct agent_desk *d, const char *name);
/* One line, or two with a lead in hand; now_us for how long. */
void agent_view_text(const struct control_agent *a, const char *name,
                     int64_t now_us, struct buf *out);

enum { AGENT_PHONE_HA1_MAX = 65 };
struct agent_phone {
    char ha1_md5[AGENT_PHONE_HA1_MAX];
    char ha1_sha256[AGENT_PHONE_HA1_MAX];
};
/* The password is the first line of file, or is asked for at the terminal
 * (standard input when it is none). TM_EINVAL: too short. */
int agent_phone_read(const char *file, const char *name, const char *realm,
                     struct agent_phone *out, struct err *e) TM_MUST_CHECK;

#endif
