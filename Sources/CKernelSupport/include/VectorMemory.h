#pragma once

#include <stdint.h>
#include <string.h>

// Memory operations on vectors that Swift has no word for. The vector follows the target's flags.

#if defined(__AVX512F__)
#include <immintrin.h>
typedef float defend_vector __attribute__((ext_vector_type(16)));
typedef int32_t defend_integer_vector __attribute__((ext_vector_type(16)));
typedef int64_t defend_long_vector __attribute__((ext_vector_type(16)));
#elif defined(__AVX2__)
#include <immintrin.h>
typedef float defend_vector __attribute__((ext_vector_type(8)));
typedef int32_t defend_integer_vector __attribute__((ext_vector_type(8)));
typedef int64_t defend_long_vector __attribute__((ext_vector_type(8)));
#else
typedef float defend_vector __attribute__((ext_vector_type(4)));
typedef int32_t defend_integer_vector __attribute__((ext_vector_type(4)));
typedef int64_t defend_long_vector __attribute__((ext_vector_type(4)));
#endif

#define DEFEND_INLINE static inline __attribute__((always_inline))

#if defined(__AVX2__) && !defined(__AVX512F__)
/// All ones in the lanes below `count`.
DEFEND_INLINE __m256i defend_prefix_mask(intptr_t count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count),
                            _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
#endif

/// The first `count` lanes from memory, the others `fill`. Nothing behind them is read.
DEFEND_INLINE defend_vector defend_load_prefix_or(const float *p, intptr_t count, float fill) {
#if defined(__AVX512F__)
  return (defend_vector)_mm512_mask_loadu_ps(_mm512_set1_ps(fill),
                                             (__mmask16)((1u << count) - 1), p);
#elif defined(__AVX2__)
  const __m256i mask = defend_prefix_mask(count);
  return (defend_vector)_mm256_blendv_ps(_mm256_set1_ps(fill), _mm256_maskload_ps(p, mask),
                                         _mm256_castsi256_ps(mask));
#else
  defend_vector v = {count > 0 ? p[0] : fill, count > 1 ? p[1] : fill, count > 2 ? p[2] : fill,
                     count > 3 ? p[3] : fill};
  return v;
#endif
}

/// The first `count` lanes from memory, the others 0. Nothing behind them is read.
DEFEND_INLINE defend_vector defend_load_prefix(const float *p, intptr_t count) {
  return defend_load_prefix_or(p, count, 0);
}

/// Whether a bit of any lane is set.
DEFEND_INLINE int defend_any_bit(defend_integer_vector v) { return __builtin_reduce_or(v) != 0; }

/// A bit for every lane that is not 0, those that are NaN included.
DEFEND_INLINE uint32_t defend_nonzero_lanes(defend_vector v) {
#if defined(__AVX512F__)
  return _mm512_cmp_ps_mask((__m512)v, _mm512_setzero_ps(), _CMP_NEQ_UQ);
#elif defined(__AVX2__)
  return (uint32_t)_mm256_movemask_ps(
      _mm256_cmp_ps((__m256)v, _mm256_setzero_ps(), _CMP_NEQ_UQ));
#else
  const defend_integer_vector bits = (v != 0) & (defend_integer_vector){1, 2, 4, 8};
  return (uint32_t)__builtin_reduce_or(bits);
#endif
}

/// The bit in every lane that is not 0, those that are NaN included.
DEFEND_INLINE defend_integer_vector defend_bit_of_nonzeros(defend_vector v, int32_t bit) {
  return (v != 0) & (defend_integer_vector)bit;
}

/// A bit for every lane below 0.
DEFEND_INLINE uint32_t defend_negative_lanes(defend_integer_vector v) {
#if defined(__AVX512F__)
  return _mm512_movepi32_mask((__m512i)v);
#elif defined(__AVX2__)
  return (uint32_t)_mm256_movemask_ps((__m256)v);
#else
  const defend_integer_vector bits = (v < 0) & (defend_integer_vector){1, 2, 4, 8};
  return (uint32_t)__builtin_reduce_or(bits);
#endif
}

#if defined(__AVX2__) && !defined(__AVX512F__)
/// A bit for every lane of four vectors that is all ones, the others being 0.
DEFEND_INLINE uint32_t defend_bits_of_four(__m256i a, __m256i b, __m256i c, __m256i d) {
  // Packing brings every fourth element of each half beside the next; the last step puts them back.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  const __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
  return (uint32_t)_mm256_movemask_epi8(_mm256_permutevar8x32_epi32(bytes, order));
}
#endif

/// The same for 32 elements of memory.
DEFEND_INLINE uint32_t defend_nonzero_bits(const float *p) {
#if defined(__AVX2__) && !defined(__AVX512F__)
  __m256i quarters[4];
  for (int i = 0; i < 4; i++)
    quarters[i] = _mm256_castps_si256(
        _mm256_cmp_ps(_mm256_loadu_ps(p + 8 * i), _mm256_setzero_ps(), _CMP_NEQ_UQ));
  return defend_bits_of_four(quarters[0], quarters[1], quarters[2], quarters[3]);
#else
  const int lanes = sizeof(defend_vector) / sizeof(float);
  uint32_t bits = 0;
  for (int i = 0; i < 32; i += lanes) {
    defend_vector v;
    memcpy(&v, p + i, sizeof v);
    bits |= defend_nonzero_lanes(v) << i;
  }
  return bits;
#endif
}

/// A bit for each of 32 elements of memory that is `x`.
DEFEND_INLINE uint32_t defend_equal_bits(const int32_t *p, int32_t x) {
#if defined(__AVX2__) && !defined(__AVX512F__)
  __m256i quarters[4];
  for (int i = 0; i < 4; i++)
    quarters[i] = _mm256_cmpeq_epi32(_mm256_loadu_si256((const __m256i *)(p + 8 * i)),
                                     _mm256_set1_epi32(x));
  return defend_bits_of_four(quarters[0], quarters[1], quarters[2], quarters[3]);
#else
  const int lanes = sizeof(defend_vector) / sizeof(float);
  uint32_t bits = 0;
  for (int i = 0; i < 32; i += lanes) {
    defend_integer_vector v;
    memcpy(&v, p + i, sizeof v);
    bits |= defend_negative_lanes(v == x) << i;
  }
  return bits;
#endif
}

/// The smaller ones of two vectors' lanes.
DEFEND_INLINE defend_integer_vector defend_smaller(defend_integer_vector a,
                                                   defend_integer_vector b) {
  return __builtin_elementwise_min(a, b);
}

/// The larger ones.
DEFEND_INLINE defend_integer_vector defend_larger(defend_integer_vector a,
                                                  defend_integer_vector b) {
  return __builtin_elementwise_max(a, b);
}

/// The largest lane.
DEFEND_INLINE int32_t defend_largest(defend_integer_vector v) { return __builtin_reduce_max(v); }

/// Whether a lane has any bit.
DEFEND_INLINE int defend_any_bits(defend_integer_vector v) { return defend_any_bit(v != 0); }

/// Whether a lane is as small as can be: as bits of a number, −0.
DEFEND_INLINE int defend_any_smallest(defend_integer_vector v) {
  return defend_any_bit(v == INT32_MIN);
}

/// Some lanes of a vector.
#if defined(__AVX512F__)
typedef __mmask16 defend_lanes;
#elif defined(__AVX2__)
typedef defend_integer_vector defend_lanes;
#else
typedef struct {
  intptr_t first, end;
} defend_lanes;
#endif

/// The lanes from `first` up to `end`; both may be out of range.
DEFEND_INLINE defend_lanes defend_lanes_between(intptr_t first, intptr_t end) {
  const intptr_t lanes = sizeof(defend_vector) / sizeof(float);
  first = first < 0 ? 0 : first > lanes ? lanes : first;
  end = end < 0 ? 0 : end > lanes ? lanes : end;
#if defined(__AVX512F__)
  return (__mmask16)(((1u << end) - 1) & ~((1u << first) - 1));
#elif defined(__AVX2__)
  return (defend_lanes)_mm256_andnot_si256(defend_prefix_mask(first), defend_prefix_mask(end));
#else
  return (defend_lanes){first, end};
#endif
}

/// Some lanes from memory, the others 0. Nothing else is read.
DEFEND_INLINE defend_vector defend_load_lanes(const float *p, defend_lanes lanes) {
#if defined(__AVX512F__)
  return (defend_vector)_mm512_maskz_loadu_ps(lanes, p);
#elif defined(__AVX2__)
  return (defend_vector)_mm256_maskload_ps(p, (__m256i)lanes);
#else
  defend_vector v = 0;
  for (intptr_t lane = lanes.first; lane < lanes.end; lane++) v[lane] = p[lane];
  return v;
#endif
}

/// Four elements from each of four rows: the vector of them that has this number.
DEFEND_INLINE defend_vector defend_load_fours(const float *p, intptr_t stride, intptr_t part) {
#if defined(__AVX512F__)
  __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(p));
  v = _mm512_insertf32x4(v, _mm_loadu_ps(p + stride), 1);
  v = _mm512_insertf32x4(v, _mm_loadu_ps(p + 2 * stride), 2);
  return (defend_vector)_mm512_insertf32x4(v, _mm_loadu_ps(p + 3 * stride), 3);
#elif defined(__AVX2__)
  const float *first = p + 2 * part * stride;
  return (defend_vector)_mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(first)),
                                             _mm_loadu_ps(first + stride), 1);
#else
  defend_vector v;
  memcpy(&v, p + part * stride, sizeof v);
  return v;
#endif
}

/// Stores the first `count` lanes. Nothing behind them is written.
DEFEND_INLINE void defend_store_prefix(float *p, intptr_t count, defend_vector v) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)v);
#elif defined(__AVX2__)
  // Some processors take 12 cycles and more for a store with a mask.
  if (count & 8) {
    _mm256_storeu_ps(p, (__m256)v);
    return;
  }
  __m128 left = _mm256_castps256_ps128((__m256)v);
  if (count & 4) {
    _mm_storeu_ps(p, left);
    left = _mm256_extractf128_ps((__m256)v, 1);
    p += 4;
  }
  if (count & 2) {
    _mm_storel_pi((__m64 *)p, left);
    left = _mm_movehl_ps(left, left);
    p += 2;
  }
  if (count & 1) _mm_store_ss(p, left);
#else
  if (count > 0) p[0] = v[0];
  if (count > 1) p[1] = v[1];
  if (count > 2) p[2] = v[2];
  if (count > 3) p[3] = v[3];
#endif
}

/// As many bytes as a vector has lanes, as numbers.
DEFEND_INLINE defend_vector defend_load_bytes(const uint8_t *p) {
  typedef uint8_t bytes
      __attribute__((ext_vector_type(sizeof(defend_vector) / sizeof(float))));
  bytes b;
  memcpy(&b, p, sizeof b);
  return __builtin_convertvector(b, defend_vector);
}

/// The first `count` bytes as numbers, and 0 in the other lanes. Nothing behind them is read.
DEFEND_INLINE defend_vector defend_load_byte_prefix(const uint8_t *p, intptr_t count) {
  uint8_t bytes[sizeof(defend_vector) / sizeof(float)] = {0};
  for (intptr_t i = 0; i < count; i++) bytes[i] = p[i];
  return defend_load_bytes(bytes);
}

/// Integers as the numbers next to them.
DEFEND_INLINE defend_vector defend_from_integers(defend_integer_vector integers) {
  return __builtin_convertvector(integers, defend_vector);
}

/// a·b + c, rounded once, in every lane.
DEFEND_INLINE defend_vector defend_multiply_add(defend_vector a, defend_vector b,
                                                defend_vector c) {
#if defined(__AVX512F__) || defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  // The product is exact in double. The sum is rounded to odd there (its error decides the last
  // bit), so that rounding it again to float gives what one rounding would have given.
  typedef double wide __attribute__((ext_vector_type(4)));
  typedef int64_t bits __attribute__((ext_vector_type(4)));
  const wide product = __builtin_convertvector(a, wide) * __builtin_convertvector(b, wide);
  const wide addend = __builtin_convertvector(c, wide);
  const wide sum = product + addend;
  const wide back = sum - product;
  const wide error = (product - (sum - back)) + (addend - back);
  const bits inexact = (error < 0) | (error > 0);
  const bits inward = (error < 0) ^ (sum < 0);
  const bits even = ((bits)sum & 1) - 1;
  const bits odd = (bits)sum + ((1 + 2 * inward) & inexact & even);
  return __builtin_convertvector((wide)odd, defend_vector);
#endif
}

/// The larger ones of `largest` and the exact distances from x to y, as the bits of doubles: of
/// numbers without a sign the larger one has the larger bits, and NaN the largest.
DEFEND_INLINE defend_long_vector defend_larger_distance(defend_long_vector largest,
                                                        defend_vector x, defend_vector y) {
  typedef double wide __attribute__((ext_vector_type(sizeof(defend_vector) / sizeof(float))));
  const wide difference = __builtin_convertvector(x, wide) - __builtin_convertvector(y, wide);
  return __builtin_elementwise_max(largest, (defend_long_vector)difference & INT64_MAX);
}

/// The largest lane, read as the bits of a double.
DEFEND_INLINE double defend_largest_distance(defend_long_vector largest) {
  const int64_t bits = __builtin_reduce_max(largest);
  double distance;
  memcpy(&distance, &bits, sizeof distance);
  return distance;
}

/// The same address, of which the compiler forgets how it was made: so it keeps one base and a
/// stride in registers instead of a pointer for each row, most of them on the stack.
DEFEND_INLINE const float *defend_base(const float *p) {
  __asm__("" : "+r"(p));
  return p;
}

/// The same for the number of an element.
DEFEND_INLINE intptr_t defend_place(intptr_t place) {
  __asm__("" : "+r"(place));
  return place;
}

/// Has the line at this many elements from `p` brought to the cache; it need not be memory at all.
DEFEND_INLINE void defend_prefetch(const float *p, intptr_t distance) {
  __builtin_prefetch((const void *)((uintptr_t)p + (uintptr_t)distance * sizeof(float)));
}

/// The same, to be written: the copies of other cores are given up meanwhile, and not when the store
/// is waited for. Processors without the instruction pass over it.
DEFEND_INLINE void defend_prefetch_write(const float *p, intptr_t distance) {
  const char *line = (const char *)((uintptr_t)p + (uintptr_t)distance * sizeof(float));
#if defined(__x86_64__)
  __asm__ volatile("prefetchw %0" : : "m"(*line));
#else
  __builtin_prefetch(line, 1);
#endif
}

/// Writes what is there: so a line that other cores have read is this core's own by the time it is
/// really written, which else takes long. A prefetch leaves it alone, as it is in the cache already.
/// Nobody may write there meanwhile.
DEFEND_INLINE void defend_claim(float *p) {
  volatile float *place = p;
  *place = *place;
}

#if defined(__AVX512F__)
#define DEFEND_UP(v, places) (defend_vector)_mm512_bslli_epi128((__m512i)v, 4 * places)
#define DEFEND_DOWN(v, places) (defend_vector)_mm512_bsrli_epi128((__m512i)v, 4 * places)
#elif defined(__AVX2__)
#define DEFEND_UP(v, places) (defend_vector)_mm256_bslli_epi128((__m256i)v, 4 * places)
#define DEFEND_DOWN(v, places) (defend_vector)_mm256_bsrli_epi128((__m256i)v, 4 * places)
#else
#define DEFEND_UP(v, places) \
  __builtin_shufflevector((defend_vector)0, v, 4 - places, 5 - places, 6 - places, 7 - places)
#define DEFEND_DOWN(v, places) \
  __builtin_shufflevector(v, (defend_vector)0, places, 1 + places, 2 + places, 3 + places)
#endif

/// The lanes of each four 1, 2 or 3 places up, behind zeros.
DEFEND_INLINE defend_vector defend_fours_up(defend_vector v, int places) {
  return places == 1 ? DEFEND_UP(v, 1) : places == 2 ? DEFEND_UP(v, 2) : DEFEND_UP(v, 3);
}

/// The lanes of each four 1, 2 or 3 places down, before zeros.
DEFEND_INLINE defend_vector defend_fours_down(defend_vector v, int places) {
  return places == 1 ? DEFEND_DOWN(v, 1) : places == 2 ? DEFEND_DOWN(v, 2) : DEFEND_DOWN(v, 3);
}

#if defined(__AVX512F__)
#define DEFEND_LOWER_PAIRS 0, 8, 1, 9, 2, 10, 3, 11
#define DEFEND_UPPER_PAIRS 4, 12, 5, 13, 6, 14, 7, 15
#elif defined(__AVX2__)
#define DEFEND_LOWER_PAIRS 0, 4, 1, 5
#define DEFEND_UPPER_PAIRS 2, 6, 3, 7
#else
#define DEFEND_LOWER_PAIRS 0, 2
#define DEFEND_UPPER_PAIRS 1, 3
#endif
typedef int64_t defend_pairs
    __attribute__((ext_vector_type(sizeof(defend_vector) / sizeof(int64_t))));

/// Two lanes of `a` and two of `b` in turn, of their lower halves.
DEFEND_INLINE defend_vector defend_lower_pairs(defend_vector a, defend_vector b) {
  return (defend_vector)__builtin_shufflevector((defend_pairs)a, (defend_pairs)b,
                                                DEFEND_LOWER_PAIRS);
}

/// The same of their upper halves.
DEFEND_INLINE defend_vector defend_upper_pairs(defend_vector a, defend_vector b) {
  return (defend_vector)__builtin_shufflevector((defend_pairs)a, (defend_pairs)b,
                                                DEFEND_UPPER_PAIRS);
}

typedef uint64_t defend_word_pairs
    __attribute__((ext_vector_type(sizeof(defend_vector) / sizeof(uint64_t))));

/// The two words of each lane in the other order.
DEFEND_INLINE defend_word_pairs defend_exchange_words(defend_word_pairs pairs) {
  const defend_integer_vector words = (defend_integer_vector)pairs;
#if defined(__AVX512F__)
  return (defend_word_pairs)__builtin_shufflevector(words, words, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11,
                                                    10, 13, 12, 15, 14);
#elif defined(__AVX2__)
  return (defend_word_pairs)__builtin_shufflevector(words, words, 1, 0, 3, 2, 5, 4, 7, 6);
#else
  return (defend_word_pairs)__builtin_shufflevector(words, words, 1, 0, 3, 2);
#endif
}

typedef float defend_quad __attribute__((ext_vector_type(4)));

/// Transposes a 4 × 4 block: `to[j·toStride + i] = from[i·fromStride + j]`.
DEFEND_INLINE void defend_transpose_block(const float *from, intptr_t fromStride, float *to,
                                          intptr_t toStride) {
  defend_quad r0, r1, r2, r3;
  __builtin_memcpy(&r0, from, 16);
  __builtin_memcpy(&r1, from + fromStride, 16);
  __builtin_memcpy(&r2, from + 2 * fromStride, 16);
  __builtin_memcpy(&r3, from + 3 * fromStride, 16);
  const defend_quad a = __builtin_shufflevector(r0, r1, 0, 4, 1, 5);
  const defend_quad b = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
  const defend_quad c = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
  const defend_quad d = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  r0 = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  r1 = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  r2 = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  r3 = __builtin_shufflevector(b, d, 2, 3, 6, 7);
  __builtin_memcpy(to, &r0, 16);
  __builtin_memcpy(to + toStride, &r1, 16);
  __builtin_memcpy(to + 2 * toStride, &r2, 16);
  __builtin_memcpy(to + 3 * toStride, &r3, 16);
}
