#include "town/town_sound.h"

#include "audio/speech.h"
#include "audio/tone.h"

/* Short words for persons; for machines longer and longer announcements. */
static const struct {
    const char *voice, *hello, *machine;
} SPOKEN[PERSON_VOICES] = {
    {"en-us", "Hello?",
     "Hi, you have reached my voicemail. Please leave a message."},
    {"en", "Yes, hello?",
     "Hello. We are not able to come to the phone right now. Please leave "
     "your name and number after the tone, and we will call you back."},
    {"en-us", "Hi, who is this?",
     "Thank you for calling. The person you are trying to reach is not "
     "available. At the tone, please record your message. When you have "
     "finished recording, you may hang up."},
    {"en", "Speaking.",
     "You have reached the family's answering machine. Nobody is at home at "
     "the moment, but we would like to hear from you. Please say who you are "
     "and when we can call you, slowly, after the beep. Have a nice day."},
};

static int say(const char *text, const char *voice, struct pcm **out,
               struct err *e)
{
    int rc = speech_say(str_of(text), str_of(voice), out, e);
    return rc < 0 ? err_context(e, "the town's greetings") : rc;
}

int town_sound_make(struct town_sound *s, struct err *e)
{
    *s = (struct town_sound){0};
    int rc = TM_OK;
    for (size_t i = 0; i < PERSON_VOICES && rc == TM_OK; i++) {
        rc = say(SPOKEN[i].hello, SPOKEN[i].voice, &s->hello[i], e);
        if (rc == TM_OK)
            rc = say(SPOKEN[i].machine, SPOKEN[i].voice, &s->machine[i], e);
    }
    if (rc < 0) {
        town_sound_free(s);
        return rc;
    }
    s->ringback = tone_signal(TONE_RINGBACK);
    s->vacant = tone_signal(TONE_SIT_VACANT);
    s->beep = tone_signal(TONE_BEEP);
    s->pause = pcm_new((size_t)TOWN_SOUND_PAUSE_MS * PCM_RATE / 1000);
    return TM_OK;
}

void town_sound_free(struct town_sound *s)
{
    for (size_t i = 0; i < PERSON_VOICES; i++) {
        pcm_unref(s->hello[i]);
        pcm_unref(s->machine[i]);
    }
    pcm_unref(s->ringback);
    pcm_unref(s->vacant);
    pcm_unref(s->beep);
    pcm_unref(s->pause);
    *s = (struct town_sound){0};
}
