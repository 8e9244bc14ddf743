/* What a refused call means: SIP status to enum call_cause. Pure. */
#ifndef TEL_CARRIER_SIP_CAUSE_H
#define TEL_CARRIER_SIP_CAUSE_H

#include "core/call/call_event.h"

/* status 300-699 (anything else is CAUSE_PROTOCOL); phrase and reason_header
 * as received, "" if none: carriers mark calls blocked by analytics in them
 * (ATIS-1000099 "603+"). */
enum call_cause carrier_sip_cause(int status, struct slice phrase,
                                  struct slice reason_header);

#endif
