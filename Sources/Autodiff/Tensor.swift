/// A dense array of numbers in row-major order: what goes into a program and what comes out of it.
///
/// A tensor is plain data. Expressions over tensors live in a ``Graph``.
public struct Tensor: Hashable, Sendable {
  /// The elements, by type.
  public enum Storage: Hashable, Sendable {
    case float32([Float])
    case int32([Int32])
    case uint8([UInt8])
  }

  /// The extent of each axis; empty for a scalar.
  public let shape: [Int]

  /// The elements in row-major order, `shape.reduce(1, *)` of them.
  public let storage: Storage

  public init(_ elements: [Float], shape: [Int]) {
    self.init(storage: .float32(elements), shape: shape)
  }

  public init(_ elements: [Int32], shape: [Int]) {
    self.init(storage: .int32(elements), shape: shape)
  }

  public init(_ elements: [UInt8], shape: [Int]) {
    self.init(storage: .uint8(elements), shape: shape)
  }

  public init(storage: Storage, shape: [Int]) {
    self.shape = shape
    self.storage = storage
    precondition(
      shape.allSatisfy { $0 >= 0 } && storage.count == shape.reduce(1, *),
      "Tensor: \(storage.count) elements do not fill the shape \(shape)")
  }

  /// The number of elements.
  public var count: Int { storage.count }

  public var elementType: ElementType { storage.elementType }

  /// The elements of a `float32` tensor.
  public var floats: [Float] {
    guard case .float32(let elements) = storage else {
      preconditionFailure("Tensor.floats: the elements are \(elementType)")
    }
    return elements
  }

  /// The elements of an `int32` tensor.
  public var integers: [Int32] {
    guard case .int32(let elements) = storage else {
      preconditionFailure("Tensor.integers: the elements are \(elementType)")
    }
    return elements
  }

  /// The elements of a `uint8` tensor.
  public var bytes: [UInt8] {
    guard case .uint8(let elements) = storage else {
      preconditionFailure("Tensor.bytes: the elements are \(elementType)")
    }
    return elements
  }
}

extension Tensor.Storage {
  public var count: Int {
    switch self {
    case .float32(let elements): elements.count
    case .int32(let elements): elements.count
    case .uint8(let elements): elements.count
    }
  }

  public var elementType: ElementType {
    switch self {
    case .float32: .float32
    case .int32: .int32
    case .uint8: .uint8
    }
  }
}
