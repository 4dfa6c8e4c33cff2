#include "CDigestSupport.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

int defend_has_sha256_instructions(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

typedef uint32_t words __attribute__((ext_vector_type(4)));
typedef uint8_t bytes __attribute__((ext_vector_type(16)));

// The instructions hold the eight variables as (f, e, b, a) and (h, g, d, c), and take four rounds
// in two halves, of which each makes the other register's variables of its own.
__attribute__((target("sha,sse4.1"))) void defend_sha256_blocks(uint32_t *state,
                                                                const uint32_t *constants,
                                                                const uint8_t *blocks,
                                                                intptr_t count) {
  words low, high;
  __builtin_memcpy(&low, state, 16);
  __builtin_memcpy(&high, state + 4, 16);
  words feba = __builtin_shufflevector(low, high, 5, 4, 1, 0);
  words hgdc = __builtin_shufflevector(low, high, 7, 6, 3, 2);
  for (; count > 0; count--, blocks += 64) {
    const words febaBefore = feba, hgdcBefore = hgdc;
    words schedule[4];
#pragma clang loop unroll(full)
    for (int group = 0; group < 16; group++) {
      const int place = group & 3;
      if (group < 4) {
        bytes b;
        __builtin_memcpy(&b, blocks + 16 * group, 16);
        // Of the four words the last byte is the lowest.
        schedule[place] = (words)__builtin_shufflevector(b, b, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8,
                                                         15, 14, 13, 12);
      } else {
        // The words 16, 12, 8 and 4 before.
        const words last = schedule[(place + 3) & 3];
        const words middle = __builtin_shufflevector(schedule[(place + 2) & 3], last, 1, 2, 3, 4);
        const words early = (words)_mm_sha256msg1_epu32((__m128i)schedule[place],
                                                        (__m128i)schedule[(place + 1) & 3]);
        schedule[place] = (words)_mm_sha256msg2_epu32((__m128i)(early + middle), (__m128i)last);
      }
      words constant;
      __builtin_memcpy(&constant, constants + 4 * group, 16);
      const words sum = schedule[place] + constant;
      hgdc = (words)_mm_sha256rnds2_epu32((__m128i)hgdc, (__m128i)feba, (__m128i)sum);
      feba = (words)_mm_sha256rnds2_epu32((__m128i)feba, (__m128i)hgdc,
                                          (__m128i)__builtin_shufflevector(sum, sum, 2, 3, 2, 3));
    }
    feba += febaBefore;
    hgdc += hgdcBefore;
  }
  low = __builtin_shufflevector(feba, hgdc, 3, 2, 7, 6);
  high = __builtin_shufflevector(feba, hgdc, 1, 0, 5, 4);
  __builtin_memcpy(state, &low, 16);
  __builtin_memcpy(state + 4, &high, 16);
}
#else
int defend_has_sha256_instructions(void) { return 0; }

void defend_sha256_blocks(uint32_t *state, const uint32_t *constants, const uint8_t *blocks,
                          intptr_t count) {}
#endif
