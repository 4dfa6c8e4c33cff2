/// What is known of an expression before it runs: its shape and its element type.
public struct ValueType: Hashable, Sendable, CustomStringConvertible {
  public let shape: Shape
  public let element: ElementType

  public init(_ shape: Shape, _ element: ElementType = .float32) {
    self.shape = shape
    self.element = element
  }

  public var description: String { "\(element)\(shape)" }

  func byteCount(batch count: Int) -> Int {
    shape.elementCount.extent(batch: count) * element.byteCount
  }
}
