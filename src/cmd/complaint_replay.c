#include "cmd/complaint_replay.h"

#include "cmd/house.h"

static int ask(void *self, struct arena *a, const struct reader_attempt *call,
               struct complaint_verdict *out, struct err *e)
{
    struct complaint_replay *r = self;
    struct replay_answer answer = {0};
    int rc = replay_attempt(r->replay, a, call, &answer, e);
    if (rc != TM_OK)
        return rc;
    *out = (struct complaint_verdict){
        .judged = answer.result == REPLAY_EQUAL     ? COMPLAINT_JUDGED_LAWFUL
                  : answer.result == REPLAY_DIFFERS ? COMPLAINT_JUDGED_OTHERWISE
                                                    : COMPLAINT_NOT_JUDGED,
        .sentence = answer.sentence != NULL ? answer.sentence : "",
        .why = answer.why != NULL ? answer.why : "",
        .difference = answer.difference,
        .differences = answer.differences};
    return TM_OK;
}

int complaint_replay_open(struct complaint_replay *r,
                          const struct data_dir *dir,
                          const struct reader *reader, struct err *e)
{
    *r = (struct complaint_replay){0};
    arena_init(&r->arena);
    int rc = house_zones(&r->arena, &r->zones, e);
    if (rc == TM_OK)
        rc = pack_archive_open(dir, &r->sqlite_archive, e);
    if (rc != TM_OK) {
        arena_fini(&r->arena);
        return rc;
    }
    pack_archive_port(r->sqlite_archive, &r->archive);
    const struct replay_options o = {.reader = reader,
                                     .archive = &r->archive,
                                     .zones = &r->zones,
                                     .counters = true};
    r->replay = replay_new(&o);
    r->judge = (struct complaint_judge){r, ask};
    return TM_OK;
}

void complaint_replay_close(struct complaint_replay *r)
{
    replay_free(r->replay);
    pack_archive_close(r->sqlite_archive);
    arena_fini(&r->arena);
}
