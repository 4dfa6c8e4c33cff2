/// The element types of safetensors files whose values can be read here.
enum ElementFormat: String, CaseIterable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint16 = "U16"
  case uint8 = "U8"
  case boolean = "BOOL"

  /// In bytes.
  var size: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .boolean: 1
    }
  }

  /// Calls `body` with every element of little-endian data, in its order.
  func forEachValue(in bytes: ArraySlice<UInt8>, _ body: (Double) -> Void) {
    let size = size
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: size) {
      var bits: UInt64 = 0
      for place in 0..<size { bits |= UInt64(bytes[start + place]) << UInt64(8 * place) }
      body(value(bits))
    }
  }

  private func value(_ bits: UInt64) -> Double {
    switch self {
    case .float64: Double(bitPattern: bits)
    case .float32: Double(Float(bitPattern: UInt32(bits)))
    case .float16: Self.half(bits)
    // The upper half of a float32.
    case .bfloat16: Double(Float(bitPattern: UInt32(bits) << 16))
    case .int64: Double(Int64(bitPattern: bits))
    case .int32: Double(Int32(truncatingIfNeeded: bits))
    case .int16: Double(Int16(truncatingIfNeeded: bits))
    case .int8: Double(Int8(truncatingIfNeeded: bits))
    case .uint64, .uint32, .uint16, .uint8, .boolean: Double(bits)
    }
  }

  /// IEEE 754 binary16: Swift's `Float16` is not there on every platform.
  private static func half(_ bits: UInt64) -> Double {
    let fraction = Double(bits & 0x3FF)
    let exponent = Int(bits >> 10 & 0x1F)
    let magnitude: Double =
      switch exponent {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      default: Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
      }
    return bits >> 15 == 0 ? magnitude : -magnitude
  }
}
