/* Files built into the program (cmake/generated.cmake): the rule packs. */
#ifndef CMD_EMBEDDED_H
#define CMD_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name; /* "rules/us-federal.rules" */
    const unsigned char *bytes;
    size_t size;
};

extern const struct embedded_file embedded_rules[];
extern const size_t embedded_rules_count;

/* The packs of rules/law: states, Canada, other countries. */
extern const struct embedded_file embedded_law[];
extern const size_t embedded_law_count;

/* rules/penalties: amounts and days to answer (core/complaint/penalty.h). */
extern const struct embedded_file embedded_penalties[];
extern const size_t embedded_penalties_count;

#endif
