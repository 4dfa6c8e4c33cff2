internal import CKernelSupport
internal import KernelInterface

/// The conversions between element types; plain loops, which the compiler makes into vectors.
@inline(never)
func convert(
  _ opcode: LoopOpcode, _ source: UnsafeRawPointer, _ result: UnsafeMutableRawPointer, _ count: Int
) {
  let floats = source.assumingMemoryBound(to: Float.self)
  let integers = source.assumingMemoryBound(to: Int32.self)
  let bytes = source.assumingMemoryBound(to: UInt8.self)
  let toFloats = result.assumingMemoryBound(to: Float.self)
  let toIntegers = result.assumingMemoryBound(to: Int32.self)
  let toBytes = result.assumingMemoryBound(to: UInt8.self)
  switch opcode {
  case .floatFromByte: for i in 0..<count { toFloats[i] = Float(bytes[i]) }
  case .floatFromInteger: for i in 0..<count { toFloats[i] = Float(integers[i]) }
  case .integerFromByte: for i in 0..<count { toIntegers[i] = Int32(bytes[i]) }
  case .integerFromFloat:
    for i in 0..<count { toIntegers[i] = bounded(floats[i], -0x1p31, 0x1.fffffep30) }
  case .byteFromFloat:
    for i in 0..<count { toBytes[i] = UInt8(truncatingIfNeeded: bounded(floats[i], 0, 255)) }
  case .byteFromInteger:
    for i in 0..<count { toBytes[i] = UInt8(truncatingIfNeeded: min(max(integers[i], 0), 255)) }
  default: break
  }
}

/// Bytes divided by 255: a product with the reciprocal and one correction, which gives the correctly
/// rounded quotient of each of them in a fraction of a division's time.
func unitsFromBytes(
  _ bytes: UnsafePointer<UInt8>, _ result: UnsafeMutablePointer<Float>, _ count: Int
) {
  let reciprocal = Vector(repeating: 1 / 255)
  @inline(__always) func unit(_ byte: Vector) -> Vector {
    let quotient = byte * reciprocal
    let rest = byte.adding(quotient, times: Vector(repeating: -255))
    return quotient.adding(rest, times: reciprocal)
  }
  let lanes = Vector.scalarCount
  var place = 0
  while place &+ lanes <= count {
    defend_prefetch_write(result + place, writtenAhead)
    unit(defend_load_bytes(bytes + place)).store(to: result + place)
    place &+= lanes
  }
  let rest = count &- place
  if rest > 0 {
    unit(defend_load_byte_prefix(bytes + place, rest)).store(to: result + place, count: rest)
  }
}

/// The integer part, held in a range; 0 for NaN.
@inline(__always)
private func bounded(_ value: Float, _ low: Float, _ high: Float) -> Int32 {
  value != value ? 0 : Int32(max(low, min(high, value)))
}
