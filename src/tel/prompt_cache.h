/*
 * Prompts as sound, each converted once: text by the speech synthesiser, WAV
 * files by libsndfile, both in one worker thread, so that neither the loop
 * nor a media thread ever waits for a disk or a synthesiser. The beep to an
 * agent is made at once, in the loop: some microseconds, once. Kept by least
 * recent use within a bound of bytes. Loop thread only.
 */
#ifndef TEL_PROMPT_CACHE_H
#define TEL_PROMPT_CACHE_H

#include "audio/pcm.h"
#include "core/call/call_event.h"
#include "tel/log.h"
#include "tel/loop.h"

struct prompt_cache;
struct prompt_entry;

enum prompt_state {
    PROMPT_MAKING, /* the worker has it */
    PROMPT_READY,
    PROMPT_FAILED, /* said once in the log; play goes on without it */
};

/* Called in the loop after one or more prompts left PROMPT_MAKING. */
typedef void(prompt_cache_fn)(void *arg);

int prompt_cache_new(struct prompt_cache **out, struct loop *l,
                     size_t bytes_max, const struct tel_log *log,
                     prompt_cache_fn *fn, void *arg,
                     struct err *e) TM_MUST_CHECK;
/* All entries must have been dropped. Waits for the prompt being made. */
void prompt_cache_free(struct prompt_cache *c);

/* The entry of a prompt, made if new; it stays until it is dropped as often
 * as it was wanted. */
struct prompt_entry *prompt_cache_want(struct prompt_cache *c,
                                       const struct prompt *p);
void prompt_cache_drop(struct prompt_cache *c, struct prompt_entry *e);
/* READY: *out is the sound, valid while the entry is wanted. */
enum prompt_state prompt_cache_state(const struct prompt_entry *e,
                                     struct pcm **out);
size_t prompt_cache_bytes(const struct prompt_cache *c);

#endif
