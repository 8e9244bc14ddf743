/*
 * What every fuzz target includes. A target is one function that must come
 * back for any bytes: it asserts what must hold of the result, and frees what
 * it got. Undefined behaviour, leaks and asserts are found by the sanitizers
 * of the fuzz preset.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#endif
