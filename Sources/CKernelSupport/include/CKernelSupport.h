#pragma once

#include <math.h>
#include <stdint.h>

#include "VectorMemory.h"

// What Swift cannot say: which instructions this processor has, and the vector square root.

/// 2: AVX-512 (F, BW, DQ, VL), 1: AVX2 with FMA, 0: neither.
static inline int defend_cpu_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return 2;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 1;
#endif
  return 0;
}

/// A hint to the processor that this thread spins.
static inline void defend_spin_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
