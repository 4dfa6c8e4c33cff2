internal import CKernelSupport

/// The exponential function: 2ⁿ · p(r) with n = round(x / ln 2) and the Taylor polynomial of
/// degree 7 on |r| ≤ ln 2 / 2, whose remainder is below a quarter unit in the last place.
/// Within 2 units in the last place; 0 below -104, infinite above 88.73, NaN for NaN.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  let shift = Vector(repeating: 12_582_912)  // 1.5 · 2²³: its unit in the last place is 1
  let low = Vector(repeating: -105)
  let high = Vector(repeating: 89)
  let bounded = x.replacing(with: low, where: x .< low).replacing(with: high, where: x .> high)
  let shifted = shift.adding(bounded, times: Vector(repeating: 1.442_695_04))
  let n = shifted - shift
  // ln 2 in two parts, of which the first has few bits, so that n · high is exact.
  let r = bounded.adding(n, times: Vector(repeating: -0.693_359_375))
    .adding(n, times: Vector(repeating: 2.121_944_4e-4))
  var p = Vector(repeating: 1.0 / 5040)
  p = Vector(repeating: 1.0 / 720).adding(p, times: r)
  p = Vector(repeating: 1.0 / 120).adding(p, times: r)
  p = Vector(repeating: 1.0 / 24).adding(p, times: r)
  p = Vector(repeating: 1.0 / 6).adding(p, times: r)
  p = Vector(repeating: 0.5).adding(p, times: r)
  p = Vector(repeating: 1).adding(p, times: r)
  p = Vector(repeating: 1).adding(p, times: r)
  // 2ⁿ as two factors, so that results below the normal numbers and n = 128 come out right.
  let exponent = shifted.bits &- shift.bits
  let half = exponent &>> 1
  let bias = IntegerVector(repeating: 127)
  let first = Vector(bits: (half &+ bias) &<< 23)
  let second = Vector(bits: (exponent &- half &+ bias) &<< 23)
  let result = p * first * second
  return result.replacing(with: x, where: x .!= x)
}

/// The natural logarithm: x = 2ᵉ · m with m in √½ … √2, and the series of 2 artanh(s),
/// s = (m − 1) / (m + 1). Within 2 units in the last place; −∞ at 0, NaN below.
@inline(__always)
func logarithm(_ x: Vector) -> Vector {
  let tiny = x .< Vector(repeating: Float.leastNormalMagnitude)
  let scaled = x.replacing(with: x * Vector(repeating: 0x1p24), where: tiny)
  let adjusted = Vector(repeating: 0).replacing(with: Vector(repeating: -24), where: tiny)
  // Subtracting √½'s bits leaves the exponent of x / √½ and, added back, the mantissa.
  let base = IntegerVector(repeating: 0x3F35_04F3)
  let offset = scaled.bits &- base
  let exponent = offset &>> 23
  let m = Vector(bits: (offset & IntegerVector(repeating: 0x007F_FFFF)) &+ base)
  // An integer as float: its bits below those of 1.5 · 2²³.
  let shift = Vector(repeating: 12_582_912)
  let e = Vector(bits: exponent &+ shift.bits) - shift + adjusted
  let f = m - 1
  let s = f / (m + 1)
  let z = s * s
  var p = Vector(repeating: 2.0 / 11)
  p = Vector(repeating: 2.0 / 9).adding(p, times: z)
  p = Vector(repeating: 2.0 / 7).adding(p, times: z)
  p = Vector(repeating: 2.0 / 5).adding(p, times: z)
  p = Vector(repeating: 2.0 / 3).adding(p, times: z)
  // log m = f − s · (f − z · p): f is exact, so the leading term carries no rounding.
  let correction = s * (f - z * p)
  var result = f - correction.adding(e, times: Vector(repeating: 2.121_944_4e-4))
  result = result.adding(e, times: Vector(repeating: 0.693_359_375))
  let infinity = Vector(repeating: .infinity)
  result.replace(with: -infinity, where: x .== Vector(repeating: 0))
  result.replace(with: Vector(repeating: .nan), where: x .< Vector(repeating: 0))
  result.replace(with: x, where: x .== infinity)
  return result.replacing(with: x, where: x .!= x)
}

@inline(__always)
func squareRoot(_ x: Vector) -> Vector {
  #if KERNELS_AVX512
    defend_sqrt16(x)
  #elseif KERNELS_AVX2
    defend_sqrt8(x)
  #else
    defend_sqrt4(x)
  #endif
}
