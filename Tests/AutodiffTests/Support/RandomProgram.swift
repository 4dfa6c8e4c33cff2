@testable import Autodiff

/// A random graph of mostly elementwise operations, to be compiled in several ways.
///
/// An exact program computes with whole numbers that float32 holds exactly, so that every order of
/// computation and the reference give the very same numbers; the others use every operation.
struct RandomProgram {
  /// A value and a bound of its magnitude.
  fileprivate struct Value {
    let expression: Expression
    let bound: Double
  }

  private static let largest = 0x1p22

  private(set) var example: Example
  private(set) var results: [Expression] = []
  private let isExact: Bool
  private let shape: Shape
  private var values: [Value] = []
  private var variables: [Expression] = []

  init(seed: Int, isExact: Bool) {
    var random = RandomSource(seed: seed)
    self.isExact = isExact
    example = Example(batch: random.pick([1, 2, 3, 5, 9]), seed: seed)
    shape = random.pick([
      [.batch, 7], [.batch, 33], [.batch, 16], [.batch, 3, 5], [6, 11], [17], [.batch], [5, 9],
      [.batch, 67], [2, 3, 4], [], [.batch, 1], [1], [1, 5],
    ])
    for _ in 0..<random.integer(1...3) { values.append(source(shape)) }
    if shape.batchAxis == nil {
      for _ in 0..<random.integer(1...3) { addVariable(shape) }
    }
    for _ in 0..<random.integer(2...60) { values.append(next()) }
    // A value that everybody else may read too, and one that is read once more at the end.
    results = (0..<random.integer(1...4)).map { _ in random.pick(values).expression }
    results.append(values.last!.expression)
    for variable in variables where example.random.integer(0...4) > 0 { update(variable) }
  }

  // MARK: Values

  private mutating func source(_ shape: Shape) -> Value {
    isExact
      ? Value(expression: example.input(shape, wholeNumbers(shape)), bound: 8)
      : Value(expression: example.input(shape, in: -2...2), bound: 2)
  }

  private mutating func wholeNumbers(_ shape: Shape) -> [Double] {
    (0..<example.count(shape)).map { _ in Double(example.random.integer(-8...8)) }
  }

  private mutating func addVariable(_ shape: Shape) {
    let variable = example.variable(
      shape.dimensions.map(\.multiple),
      isExact ? wholeNumbers(shape) : example.random.numbers(example.count(shape), -2...2))
    variables.append(variable)
    // Updates hold every variable in this range.
    values.append(Value(expression: variable, bound: 8))
  }

  /// A value to read: often a recent one, sometimes one that repeats.
  private mutating func operand() -> Value {
    switch example.random.integer(0...11) {
    case 0: return repeated()
    case 1:
      let number = example.random.pick([-2, -1, 0.0, 1, 2, 3])
      return Value(expression: example.graph.fill(Float(number), shape: shape), bound: abs(number))
    case 2...6: return example.random.pick(values)
    default: return example.random.pick(Array(values.suffix(4)))
    }
  }

  /// A value that repeats along some axes.
  private mutating func repeated() -> Value {
    let kept = shape.dimensions.map { example.random.integer(0...1) == 0 ? $0 : 1 }
    var small = source(Shape(Array(kept.drop { $0 == 1 && example.random.integer(0...1) == 0 })))
    // Some are computed by the program itself.
    if example.random.integer(0...1) == 0 {
      small = Value(expression: small.expression + 1, bound: small.bound + 1)
    }
    return Value(expression: small.expression.broadcast(to: shape), bound: small.bound)
  }

  // MARK: Operations

  private mutating func next() -> Value {
    if example.random.integer(0...7) == 0, let value = interruption() { return value }
    let a = operand()
    let (x, y) = (a.expression, operand())
    switch example.random.integer(0...17) {
    case 0, 1: return sum(x + y.expression, a, y)
    case 2, 3: return sum(x - y.expression, a, y)
    case 4, 5: return product(a, y)
    case 6: return Value(expression: -x, bound: a.bound)
    case 7: return Value(expression: x.absolute(), bound: a.bound)
    case 8: return Value(expression: x.sign(), bound: 1)
    case 9: return Value(expression: x.rectified(), bound: a.bound)
    case 10: return Value(expression: .maximum(x, y.expression), bound: max(a.bound, y.bound))
    case 11: return Value(expression: .minimum(x, y.expression), bound: max(a.bound, y.bound))
    case 12: return Value(expression: x.clamped(-3, 5), bound: 5)
    case 13:
      let z = operand()
      return Value(expression: .select(x, y.expression, z.expression), bound: max(y.bound, z.bound))
    case 14: return Value(expression: x.isGreaterOrEqual(to: y.expression), bound: 1)
    case 15: return conversion(a)
    case 16: return inexact(a, y)
    default: return Value(expression: reshaped(x).squaredSign(), bound: 1).reshaped(to: shape)
    }
  }

  private func sum(_ expression: Expression, _ a: Value, _ b: Value) -> Value {
    bounded(Value(expression: expression, bound: a.bound + b.bound))
  }

  private func product(_ a: Value, _ b: Value) -> Value {
    let (a, b) = (bounded(a, by: 1000), bounded(b, by: 1000))
    return bounded(Value(expression: a.expression * b.expression, bound: a.bound * b.bound))
  }

  /// Holds whole numbers in the range that float32 holds exactly.
  private func bounded(_ value: Value, by limit: Double = largest) -> Value {
    guard isExact, value.bound > limit else { return value }
    return Value(expression: value.expression.clamped(-100, 100), bound: 100)
  }

  /// To integers or bytes and back, with some integer arithmetic.
  private mutating func conversion(_ a: Value) -> Value {
    let x = bounded(a, by: 1000).expression.clamped(-1000, 1000)
    let integers = x.converted(to: .int32)
    switch example.random.integer(0...3) {
    case 0: return Value(expression: (integers + integers).converted(to: .float32), bound: 2000)
    case 1: return Value(expression: x.converted(to: .uint8).converted(to: .float32), bound: 255)
    case 2:
      let bytes = x.converted(to: .uint8)
      let back = (bytes.converted(to: .float32) + 1).converted(to: .uint8).converted(to: .float32)
      return Value(
        expression: back + (bytes.converted(to: .int32) * integers).converted(to: .float32),
        bound: 255 * 1001)
    default: return Value(expression: integers.isGreater(than: integers * integers), bound: 1)
    }
  }

  private mutating func inexact(_ a: Value, _ b: Value) -> Value {
    let x = a.expression
    guard !isExact else { return Value(expression: x.stopGradient(), bound: a.bound) }
    switch example.random.integer(0...3) {
    case 0: return Value(expression: (-x.absolute()).exponential(), bound: 1)
    case 1: return Value(expression: (x.absolute() + 1).logarithm(), bound: 99)
    case 2: return Value(expression: x.absolute().squareRoot(), bound: 99)
    default: return Value(expression: x / (b.expression.squared() + 1), bound: a.bound)
    }
  }

  private mutating func reshaped(_ x: Expression) -> Expression {
    let count = shape.elementCount
    return x.reshaped(to: example.random.pick([Shape([count]), Shape([1, count])]))
  }

  /// An operation with a kernel of its own between the loops.
  private mutating func interruption() -> Value? {
    let a = bounded(example.random.pick(values), by: 1000)
    let x = a.expression
    switch example.random.integer(0...4) {
    case 0 where shape.rank >= 1:
      let last = shape.rank - 1
      guard !shape[last].isBatch else { return nil }
      let sum = x.sum([last])
      let bound = a.bound * Double(shape[last].multiple)
      let back = sum.reshaped(to: shape.replacing(axis: last, with: 1)).broadcast(to: shape)
      return bounded(Value(expression: x + back, bound: a.bound + bound))
    case 1 where shape.rank >= 1:
      let sum = x.sum([0])
      return bounded(Value(expression: x - sum, bound: a.bound + a.bound * 17))
    case 2 where shape.rank == 2:
      let columns = shape[1].multiple
      let weights = source([Dimension(columns), Dimension(columns)])
      let product = Expression.product(x, weights.expression)
      let bound = a.bound * weights.bound * Double(columns)
      guard bound < Self.largest || !isExact else { return nil }
      let bias = source([Dimension(columns)])
      return bounded(
        Value(expression: (product + bias.expression).rectified(), bound: bound + bias.bound))
    case 3 where shape.rank == 3:
      let back = x.transposed([0, 2, 1]).reshaped(to: shape)
      return Value(expression: back, bound: a.bound)
    case 4 where shape.rank == 2 && shape.batchAxis != nil:
      // A sum that begins with another value, over the examples.
      let columns = shape[1].multiple
      let gradient = Expression.product(x, x, transposingLeft: true)
      let bound = a.bound * a.bound * Double(example.batch) + 8
      guard bound < Self.largest || !isExact else { return nil }
      addVariable([Dimension(columns), Dimension(columns)])
      let variable = values.removeLast().expression
      results.append(variable + gradient)
      return Value(expression: x.stopGradient(), bound: a.bound)
    default: return nil
    }
  }

  // MARK: Updates

  private mutating func update(_ variable: Expression) {
    let candidates = values.filter { $0.expression.shape == variable.shape }
    // Sometimes another variable's old value, or the variable's own.
    let others = variables.filter { $0.shape == variable.shape }
    var value = variable
    switch example.random.integer(0...3) {
    case 0: value = example.random.pick(others)
    case 1: value = (variable * 2).clamped(-8, 8)
    default:
      if !candidates.isEmpty {
        value = (variable + example.random.pick(candidates).expression).clamped(-8, 8)
      }
    }
    example.update(variable, to: value)
    if example.random.integer(0...2) == 0 { results.append(variable) }
    if example.random.integer(0...2) == 0 { results.append(value) }
  }
}

extension RandomProgram.Value {
  fileprivate func reshaped(to shape: Shape) -> Self {
    Self(expression: expression.reshaped(to: shape), bound: bound)
  }
}

extension Expression {
  /// The square of the sign.
  fileprivate func squaredSign() -> Expression { sign().squared() }
}
