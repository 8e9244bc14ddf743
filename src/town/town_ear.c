#include "town/town_ear.h"

#include "base/assert.h"

enum town_ear_news town_ear_voice(struct town_ear *ear, int64_t now_us)
{
    (void)now_us;
    if (ear->hearing)
        return TOWN_EAR_NOTHING;
    ear->hearing = true;
    ear->cut = false;
    return TOWN_EAR_STARTS;
}

enum town_ear_news town_ear_silence(struct town_ear *ear, int64_t now_us)
{
    if (!ear->hearing)
        return TOWN_EAR_NOTHING;
    ear->hearing = false;
    bool tail =
        ear->cut && now_us - ear->cut_us < (int64_t)TOWN_EAR_CUT_MS * 1000;
    ear->cut = false;
    if (tail)
        return TOWN_EAR_NOTHING;
    ear->prompt++;
    tm_assert(ear->prompt != 0);
    return TOWN_EAR_OVER;
}

bool town_ear_pressed(struct town_ear *ear, int64_t now_us)
{
    if (!ear->hearing)
        return false;
    ear->prompt++;
    ear->cut = true;
    ear->cut_us = now_us;
    return true;
}
