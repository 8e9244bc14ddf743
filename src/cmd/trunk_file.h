/*
 * Trunk files: how to reach carriers, as readable text (base/kv.h).
 *
 *     [trunk town]
 *     host = 127.0.0.1        # required
 *     port = 5062
 *     transport = udp         # udp, tcp, tls
 *     user = acme             # digest
 *     password = secret
 *     register = yes          # else the carrier knows our address
 *     caller_id = +12025550100
 *     codecs = pcmu pcma
 *     max_calls = 100
 *     calls_per_second = 20
 *     incoming = yes          # takes calls to us from host and proxy
 *     incoming_from = 192.0.2.0/24 198.51.100.7
 *     country = US            # who calls with national numbers
 *
 * examples/town.trunk shows every key.
 */
#ifndef CMD_TRUNK_FILE_H
#define CMD_TRUNK_FILE_H

#include "base/arena.h"
#include "tel/trunk.h"

enum { TRUNK_FILE_TEXT_MAX = 256 * 1024 };

/* Fills out[0 .. *n - 1]; texts live in the arena. TM_EINVAL with FILE:LINE
 * and what to do; TM_ELIMIT for more than max trunks. */
int trunk_file_parse(struct arena *a, const char *file, struct slice text,
                     struct trunk_config *out, size_t max, size_t *n,
                     struct err *e) TM_MUST_CHECK;

#endif
