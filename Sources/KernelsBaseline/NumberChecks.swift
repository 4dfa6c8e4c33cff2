internal import CKernelSupport
internal import KernelInterface

/// The largest |x| of some numbers; NaN if there is one.
func largestMagnitude(_ values: UnsafePointer<Float>, count: Int) -> Float {
  // As bits, numbers without a sign are in order, and NaN is above infinity.
  let magnitude = IntegerVector(repeating: .max)
  var largest = IntegerVector.zero
  var place = 0
  while place &+ Vector.scalarCount <= count {
    let value = UnsafeRawPointer(values + place).loadUnaligned(as: IntegerVector.self)
    largest = defend_larger(largest, value & magnitude)
    place &+= Vector.scalarCount
  }
  let rest = defend_load_prefix(values + place, count &- place)
  largest = defend_larger(largest, unsafeBitCast(rest, to: IntegerVector.self) & magnitude)
  return Float(bitPattern: UInt32(truncatingIfNeeded: defend_largest(largest)))
}

/// Whether there is neither NaN nor infinity.
func areFinite(_ values: UnsafePointer<Float>, count: Int) -> Bool {
  largestMagnitude(values, count: count).isFinite
}

/// Whether a sum vanished from below: that is −0, which a product with 0 may change to +0. Nothing
/// else can be changed by one.
///
/// - Parameter count: whole vectors.
func haveNegativeZeros(_ sums: UnsafePointer<Float>, count: Int) -> Bool {
  var smallest = IntegerVector.zero
  var place = 0
  while place < count {
    let sum = UnsafeRawPointer(sums + place).loadUnaligned(as: IntegerVector.self)
    smallest = defend_smaller(smallest, sum)
    place &+= Vector.scalarCount
  }
  return defend_any_smallest(smallest) != 0
}

/// A bit for each of some elements that is not 0, the lowest one for the first.
///
/// - Parameter count: at most 64.
func nonzeroBits(_ values: UnsafePointer<Float>, count: Int) -> UInt64 {
  var bits: UInt64 = 0
  for place in stride(from: 0, to: count, by: Vector.scalarCount) {
    let value = defend_load_prefix(values + place, min(Vector.scalarCount, count &- place))
    bits |= UInt64(defend_nonzero_lanes(value)) &<< UInt64(truncatingIfNeeded: place)
  }
  return bits
}
