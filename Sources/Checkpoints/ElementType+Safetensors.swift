internal import Autodiff

extension ElementType {
  /// The name of the type in a safetensors header.
  var safetensorsName: String {
    switch self {
    case .float32: "F32"
    case .int32: "I32"
    case .uint8: "U8"
    }
  }

  /// The type's place in a file's data: the largest elements first, so that all are aligned.
  var dataPlace: Int {
    switch self {
    case .float32: 0
    case .int32: 1
    case .uint8: 2
    }
  }

  init?(safetensorsName: String) {
    guard let type = Self.allCases.first(where: { $0.safetensorsName == safetensorsName }) else {
      return nil
    }
    self = type
  }
}
