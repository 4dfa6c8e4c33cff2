/// The extent of one axis: a number, or a multiple of the batch size, which is known only when a
/// program runs.
public struct Dimension: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// The extent, or how many times the batch size it is.
  public let multiple: Int
  public let isBatch: Bool

  public init(_ extent: Int) {
    self.init(multiple: extent, isBatch: false)
  }

  public init(integerLiteral extent: Int) {
    self.init(extent)
  }

  init(multiple: Int, isBatch: Bool) {
    precondition(multiple >= 0, "Dimension: \(multiple) is negative")
    self.multiple = multiple
    self.isBatch = isBatch && multiple > 0
  }

  /// The batch size.
  public static let batch = Dimension(multiple: 1, isBatch: true)

  /// The extent when the batch holds `count` examples.
  public func extent(batch count: Int) -> Int {
    isBatch ? multiple * count : multiple
  }

  public var description: String {
    isBatch ? (multiple == 1 ? "N" : "\(multiple)N") : "\(multiple)"
  }

  /// The sum of two extents of one kind, or nil: `N + 1` is not an extent.
  static func sum(_ left: Dimension, _ right: Dimension) -> Dimension? {
    if left.multiple == 0 { return right }
    if right.multiple == 0 { return left }
    guard left.isBatch == right.isBatch else { return nil }
    return Dimension(multiple: left.multiple + right.multiple, isBatch: left.isBatch)
  }
}

/// The extents of a tensor's axes, of which at most one depends on the batch size.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public let dimensions: [Dimension]

  public init(_ dimensions: [Dimension]) {
    precondition(
      dimensions.count(where: \.isBatch) <= 1, "Shape: \(dimensions) has two batch axes")
    self.dimensions = dimensions
  }

  public init(_ extents: [Int]) {
    self.init(extents.map { Dimension($0) })
  }

  public init(arrayLiteral elements: Dimension...) {
    self.init(elements)
  }

  public var rank: Int { dimensions.count }

  /// The axis that holds the batch, if there is one.
  public var batchAxis: Int? { dimensions.firstIndex(where: \.isBatch) }

  /// Whether the first axis counts the examples of the batch.
  public var isPerExample: Bool { dimensions.first == .batch }

  public subscript(axis: Int) -> Dimension { dimensions[axis] }

  /// The number of elements: a number, or a multiple of the batch size.
  public var elementCount: Dimension {
    Dimension(
      multiple: dimensions.reduce(1) { $0 * $1.multiple }, isBatch: batchAxis != nil)
  }

  public func extents(batch count: Int) -> [Int] {
    dimensions.map { $0.extent(batch: count) }
  }

  public func removing(axes: [Int]) -> Shape {
    Shape(dimensions.indices.filter { !axes.contains($0) }.map { dimensions[$0] })
  }

  public func replacing(axis: Int, with dimension: Dimension) -> Shape {
    var dimensions = dimensions
    dimensions[axis] = dimension
    return Shape(dimensions)
  }

  public var description: String {
    "[" + dimensions.map(\.description).joined(separator: ", ") + "]"
  }

  /// The shape that both broadcast to by NumPy's rule, aligned at the last axis; nil if none.
  static func broadcast(_ left: Shape, _ right: Shape) -> Shape? {
    let rank = max(left.rank, right.rank)
    var result: [Dimension] = []
    for axis in 0..<rank {
      let a = axis < rank - left.rank ? 1 : left[axis - (rank - left.rank)]
      let b = axis < rank - right.rank ? 1 : right[axis - (rank - right.rank)]
      guard a == b || a == 1 || b == 1 else { return nil }
      result.append(a == 1 ? b : a)
    }
    return Shape(result)
  }
}
