/// See `KernelTable.pixelChange`; plain loops, which the compiler makes into vectors.
@Sendable func changeOfPixels(
  _ image: UnsafePointer<Float>, _ original: UnsafePointer<UInt8>, _ count: Int
) -> (largest: Double, outside: Int) {
  // Of numbers without a sign the larger one has the larger bits.
  var largest: Int64 = 0
  var outside = 0
  let blockLength = 256
  withUnsafeTemporaryAllocation(of: Float.self, capacity: blockLength) { memory in
    guard let units = memory.baseAddress else { return }
    for start in stride(from: 0, to: count, by: blockLength) {
      let length = min(blockLength, count &- start)
      unitsFromBytes(original + start, units, length)
      for index in 0..<length {
        let pixel = image[start &+ index]
        let change = Double(pixel) - Double(units[index])
        largest = max(largest, Int64(bitPattern: change.bitPattern & 0x7FFF_FFFF_FFFF_FFFF))
        outside &+= pixel >= 0 && pixel <= 1 ? 0 : 1
      }
    }
  }
  return (Double(bitPattern: UInt64(bitPattern: largest)), outside)
}
