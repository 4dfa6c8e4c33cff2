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

  init?(safetensorsName: String) {
    guard let type = Self.allCases.first(where: { $0.safetensorsName == safetensorsName }) else {
      return nil
    }
    self = type
  }
}
