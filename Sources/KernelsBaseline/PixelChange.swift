internal import CKernelSupport

/// See `KernelTable.pixelChange`.
@Sendable func changeOfPixels(
  _ image: UnsafePointer<Float>, _ original: UnsafePointer<UInt8>, _ count: Int
) -> (largest: Double, outside: Int) {
  let (zero, one) = (Vector(repeating: 0), Vector(repeating: 1))
  var largest = defend_long_vector(repeating: 0)
  var outside = IntegerVector(repeating: 0)
  let blockLength = 256
  withUnsafeTemporaryAllocation(of: Float.self, capacity: blockLength) { memory in
    guard let units = memory.baseAddress else { return }
    for start in stride(from: 0, to: count, by: blockLength) {
      let length = min(blockLength, count &- start)
      unitsFromBytes(original + start, units, length)
      for place in stride(from: 0, to: length, by: Vector.scalarCount) {
        // Lanes without a pixel are 0 in both.
        let lanes = min(Vector.scalarCount, length &- place)
        let pixel = Vector(at: image + start + place, count: lanes)
        largest = defend_larger_distance(
          largest, pixel, Vector(at: units + place, count: lanes))
        let isOutside = (pixel .< zero) .| (pixel .> one) .| (pixel .!= pixel)
        outside &+= IntegerVector(repeating: 0).replacing(
          with: IntegerVector(repeating: 1), where: isOutside)
      }
    }
  }
  var sum = 0
  for lane in 0..<Vector.scalarCount { sum &+= Int(outside[lane]) }
  return (defend_largest_distance(largest), sum)
}
