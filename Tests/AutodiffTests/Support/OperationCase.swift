import Testing

@testable import Autodiff

/// One use of an operation with random shapes and values. The catalog drives the tests of values
/// and of gradients; an operation without a case fails ``OperationCatalogTests``.
struct OperationCase: Sendable, CustomTestStringConvertible {
  enum Smoothness {
    /// Has second derivatives.
    case smooth
    /// Has a gradient almost everywhere, whose own gradient is 0 or of no interest.
    case piecewise
    /// Gives whole numbers, or reads no float32 operand.
    case constant
  }

  let name: String
  let smoothness: Smoothness
  /// How many roundings of numbers about as large as the result (at least 1) can be in an element.
  let roundings: Double
  let build: @Sendable (inout Example) -> Expression

  init(
    _ name: String, _ smoothness: Smoothness = .smooth, roundings: Double = 2,
    _ build: @escaping @Sendable (inout Example) -> Expression
  ) {
    self.name = name
    self.smoothness = smoothness
    self.roundings = roundings
    self.build = build
  }

  var testDescription: String { name }

  /// The example of a seed.
  func example(seed: Int) -> (example: Example, result: Expression) {
    var random = RandomSource(seed: seed)
    var example = Example(batch: random.pick([1, 2, 3, 5, 8, 17]), seed: seed + name.utf8.count)
    let result = build(&example)
    return (example, result)
  }

  static let all = elementwise + movements + indices + reductions + windows + losses
}

extension Example {
  static let extents = [1, 2, 3, 5, 7, 11, 13, 16, 17, 31, 33]

  /// A random extent.
  mutating func extent(from smallest: Int = 1, to largest: Int = 33) -> Int {
    random.pick(Self.extents.filter { $0 >= smallest && $0 <= largest })
  }

  /// A random shape of 0 to 3 axes, mostly one of examples.
  mutating func shape() -> Shape {
    switch random.integer(0...6) {
    case 0: []
    case 1: Shape([extent()])
    case 2: Shape([extent(), extent(to: 17)])
    case 3: [.batch]
    case 4: [.batch, Dimension(extent(to: 5)), Dimension(extent(to: 11))]
    default: matrixShape()
    }
  }

  /// `[N, C]`.
  mutating func matrixShape() -> Shape { [.batch, Dimension(extent())] }

  /// Distinct numbers in a random order, so that no two are close to a tie.
  mutating func distinct(_ shape: Shape) -> Expression {
    let numbers = (0..<count(shape)).map { Double($0) / 8 - 1 }
    return input(shape, numbers.shuffled(using: &random))
  }
}
