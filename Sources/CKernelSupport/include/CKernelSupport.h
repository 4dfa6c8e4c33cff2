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

/// From now on this thread takes subnormal numbers for zero, as operands and as results.
/// - Returns: the state before, for `defend_restore_arithmetic`.
static inline uint64_t defend_flush_subnormals(void) {
#if defined(__x86_64__)
  const uint32_t state = __builtin_ia32_stmxcsr();
  // Bits 15 and 6: flush to zero, denormals are zeros.
  __builtin_ia32_ldmxcsr(state | 0x8040);
  return state;
#elif defined(__aarch64__)
  uint64_t state;
  __asm__ volatile("mrs %0, fpcr" : "=r"(state));
  __asm__ volatile("msr fpcr, %0" : : "r"(state | 1 << 24));
  return state;
#else
  return 0;
#endif
}

static inline void defend_restore_arithmetic(uint64_t state) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr((uint32_t)state);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(state));
#endif
}

// Swift's SIMD square root is one call a lane; this is one instruction.
typedef float defend_float4 __attribute__((ext_vector_type(4)));
typedef float defend_float8 __attribute__((ext_vector_type(8)));
typedef float defend_float16 __attribute__((ext_vector_type(16)));

static inline defend_float4 defend_sqrt4(defend_float4 x) {
  return __builtin_elementwise_sqrt(x);
}
#if !defined(__x86_64__) || defined(__AVX__)
static inline defend_float8 defend_sqrt8(defend_float8 x) {
  return __builtin_elementwise_sqrt(x);
}
#endif
#if !defined(__x86_64__) || defined(__AVX512F__)
static inline defend_float16 defend_sqrt16(defend_float16 x) {
  return __builtin_elementwise_sqrt(x);
}
#endif

/// Has a row brought to the cache while others are worked on.
/// - `number`: how many were asked for before it. A processor fetches so much without waiting; more
///   would come no sooner than when it is read.
static inline void defend_prefetch_row(const void *_Nonnull row, intptr_t byte_count,
                                       intptr_t number) {
  const intptr_t limit = 32 << 10;
  if ((number + 1) * byte_count > limit) return;
  for (intptr_t offset = 0; offset < byte_count; offset += 64)
    __builtin_prefetch((const char *)row + offset);
}

/// Calls `body` with 128 KiB of the stack: Swift has no way to reserve it without clearing it.
void defend_with_scratch(void *_Nonnull context,
                         void (*_Nonnull body)(void *_Nonnull context, void *_Nonnull scratch));
