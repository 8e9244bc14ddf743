#include "sim/person_ear.h"

#include "base/assert.h"

enum person_ear_news person_ear_voice(struct person_ear *ear, int64_t now_us)
{
    (void)now_us;
    if (ear->hearing)
        return PERSON_EAR_NOTHING;
    ear->hearing = true;
    ear->cut = false;
    return PERSON_EAR_STARTS;
}

enum person_ear_news person_ear_silence(struct person_ear *ear, int64_t now_us)
{
    if (!ear->hearing)
        return PERSON_EAR_NOTHING;
    ear->hearing = false;
    bool tail =
        ear->cut && now_us - ear->cut_us < (int64_t)PERSON_EAR_CUT_MS * 1000;
    ear->cut = false;
    if (tail)
        return PERSON_EAR_NOTHING;
    ear->prompt++;
    tm_assert(ear->prompt != 0);
    return PERSON_EAR_OVER;
}

bool person_ear_pressed(struct person_ear *ear, int64_t now_us)
{
    if (!ear->hearing)
        return false;
    ear->prompt++;
    ear->cut = true;
    ear->cut_us = now_us;
    return true;
}
