internal import CKernelSupport

/// See `KernelTable.pixelChange`.
@Sendable func changeOfPixels(
  _ image: UnsafePointer<Float>, _ original: UnsafePointer<UInt8>, _ count: Int
) -> (largest: Double, outside: Int) {
  let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
  var largest = defend_long_vector(repeating: 0)
  var outside = IntegerVector(repeating: 0)
  @inline(__always) func note(_ pixel: Vector, besides unit: Vector) {
    largest = defend_larger_distance(largest, pixel, unit)
    let isOutside = (pixel .< zero) .| (pixel .> one) .| (pixel .!= pixel)
    outside &+= IntegerVector(repeating: 0).replacing(
      with: IntegerVector(repeating: 1), where: isOutside)
  }
  let blockLength = 256
  withUnsafeTemporaryAllocation(of: Float.self, capacity: blockLength) { memory in
    guard let units = memory.baseAddress else { return }
    for start in stride(from: 0, to: count, by: blockLength) {
      let length = min(blockLength, count &- start)
      unitsFromBytes(original + start, units, length)
      let pixels = image + start
      var place = 0
      while place &+ Vector.scalarCount <= length {
        note(Vector(at: pixels + place), besides: Vector(at: units + place))
        place &+= Vector.scalarCount
      }
      let rest = length &- place
      if rest > 0 {
        // Lanes without a pixel are 0 in both.
        note(
          Vector(at: pixels + place, count: rest), besides: Vector(at: units + place, count: rest))
      }
    }
  }
  var sum = 0
  for lane in 0..<Vector.scalarCount { sum &+= Int(outside[lane]) }
  return (defend_largest_distance(largest), sum)
}
