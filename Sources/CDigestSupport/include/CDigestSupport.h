#pragma once

#include <stdint.h>

/// Whether this processor has instructions for SHA-256.
int defend_has_sha256_instructions(void);

/// Takes blocks of 64 bytes into a SHA-256's state; only where there are instructions for it.
/// - Parameter constants: the 64 of the standard.
void defend_sha256_blocks(uint32_t *_Nonnull state, const uint32_t *_Nonnull constants,
                          const uint8_t *_Nonnull blocks, intptr_t count);
