extension Report {
  /// The version of the report's layout: a plain number in JSON. A field that is renamed, removed or
  /// given another meaning raises it; a new field does not.
  public struct SchemaVersion: Hashable, Sendable, Codable {
    /// The version that this code writes, and the only one it reads.
    public static let current = 2

    public let number: Int

    init() {
      number = Self.current
    }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      number = try container.decode(Int.self)
      guard number == Self.current else {
        throw DecodingError.dataCorruptedError(
          in: container,
          debugDescription:
            "the report has schema version \(number), and only \(Self.current) can be read")
      }
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(number)
    }
  }
}
