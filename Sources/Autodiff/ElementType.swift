/// The type of a tensor's elements.
public enum ElementType: String, Hashable, Sendable, CaseIterable, Codable {
  case float32
  case int32
  case uint8

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .uint8: 1
    }
  }
}
