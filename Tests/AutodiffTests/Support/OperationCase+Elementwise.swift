@testable import Autodiff

extension OperationCase {
  static let elementwise: [OperationCase] =
    [
      OperationCase("add") { unary(&$0) { $0 + $1 } },
      OperationCase("subtract") { unary(&$0) { $0 - $1 } },
      OperationCase("multiply") { unary(&$0) { $0 * $1 } },
      OperationCase("square of one operand") { example in
        let shape = example.shape()
        return example.input(shape).squared()
      },
      OperationCase("divide", roundings: 4) { example in
        let shape = example.shape()
        return example.input(shape) / example.input(shape, in: 0.5...2)
      },
      OperationCase("negate") { example in
        let shape = example.shape()
        return -example.input(shape)
      },
      OperationCase("exponential", roundings: 16) { example in
        let shape = example.shape()
        return example.input(shape, in: -2...2).exponential()
      },
      OperationCase("logarithm", roundings: 4) { example in
        let shape = example.shape()
        return example.input(shape, in: 0.25...4).logarithm()
      },
      OperationCase("square root") { example in
        let shape = example.shape()
        return example.input(shape, in: 0.25...4).squareRoot()
      },
      OperationCase("absolute", .piecewise) { example in
        let shape = example.shape()
        return example.input(shape).absolute()
      },
      OperationCase("sign", .piecewise) { example in
        let shape = example.shape()
        return example.input(shape).sign()
      },
      OperationCase("rectify", .piecewise) { example in
        let shape = example.shape()
        return example.input(shape).rectified()
      },
      OperationCase("maximum", .piecewise) { unary(&$0) { Expression.maximum($0, $1) } },
      OperationCase("minimum", .piecewise) { unary(&$0) { Expression.minimum($0, $1) } },
      OperationCase("clamp to numbers", .piecewise) { example in
        let shape = example.shape()
        return example.input(shape).clamped(-0.25, 0.5)
      },
      OperationCase("clamp to tensors", .piecewise) { example in
        let shape = example.shape()
        return example.input(shape, in: -2...2)
          .clamped(example.input(shape, in: -1...0), example.input(shape, in: 0...1))
      },
      OperationCase("select", .smooth) { example in
        let shape = example.shape()
        let condition = example.integers(shape, in: 0...1).converted(to: .float32)
        return .select(condition, example.input(shape), example.input(shape))
      },
      OperationCase("compare", .piecewise) { example in
        let shape = example.shape()
        let (a, b) = (example.input(shape), example.input(shape))
        return a.isGreater(than: b) + 2 * a.isGreaterOrEqual(to: b) + 4 * a.isEqual(to: b)
      },
      OperationCase("compare with ties", .constant) { example in
        let shape = example.shape()
        let (a, b) = (example.integers(shape, in: 0...2), example.integers(shape, in: 0...2))
        let (x, y) = (a.converted(to: .float32), b.converted(to: .float32))
        return a.isGreater(than: b) + 2 * a.isGreaterOrEqual(to: b) + 4 * a.isEqual(to: b)
          + 8 * x.isGreater(than: y) + 16 * x.isGreaterOrEqual(to: y) + 32 * x.isEqual(to: y)
      },
      OperationCase("integer arithmetic", .constant) { example in
        let shape = example.shape()
        let (a, b) = (example.integers(shape, in: -99...99), example.integers(shape, in: -9...9))
        return (a + b) * (a - b)
      },
      OperationCase("byte to numbers", .constant) { example in
        let shape = example.shape()
        let bytes = example.integers(shape, in: 0...255, element: .uint8)
        return bytes.converted(to: .float32) / 255
          + bytes.converted(to: .int32).converted(to: .float32)
      },
      OperationCase("numbers to bytes", .constant) { example in
        let shape = example.shape()
        let numbers = example.input(shape, in: -99...400).converted(to: .uint8)
        let integers = example.integers(shape, in: -99...400).converted(to: .uint8)
        return numbers.converted(to: .float32) + integers.converted(to: .float32)
      },
      OperationCase("number to integer", .constant) { example in
        let shape = example.shape()
        return example.input(shape, in: -9...9).converted(to: .int32)
      },
      OperationCase("stop gradient") { example in
        let shape = example.shape()
        let x = example.input(shape)
        return x * (x * 2).stopGradient().exponential().stopGradient() * 0 + x * x
      },
    ] + broadcasts

  /// A function of two tensors of one shape, in all the ways that they may broadcast.
  private static func unary(
    _ example: inout Example, _ body: (Expression, Expression) -> Expression
  ) -> Expression {
    let shape = example.shape()
    return body(example.input(shape), example.input(shape))
  }

  /// Every pattern in which loops read what repeats, and patterns that they cannot follow.
  static let broadcasts: [OperationCase] = [
    broadcast("a scalar") { _, _ in [] },
    broadcast("a row") { _, c in [Dimension(c)] },
    broadcast("a row of one example") { _, c in [1, Dimension(c)] },
    broadcast("a column") { _, _ in [.batch, 1, 1] },
    broadcast("a middle axis") { b, _ in [Dimension(b), 1] },
    broadcast("two leading axes") { b, _ in [.batch, Dimension(b), 1] },
    broadcast("two trailing axes") { b, c in [Dimension(b), Dimension(c)] },
    broadcast("the outer axes") { _, c in [.batch, 1, Dimension(c)] },
    broadcast("one number of every axis") { _, _ in [1, 1, 1] },
  ]

  private static func broadcast(
    _ name: String, _ shape: @escaping @Sendable (Int, Int) -> Shape
  ) -> OperationCase {
    OperationCase("broadcast \(name)", roundings: 4) { example in
      let (b, c) = (example.extent(to: 7), example.extent(to: 17))
      let small = example.input(shape(b, c), in: 0.5...1)
      let whole = example.input([.batch, Dimension(b), Dimension(c)])
      return (whole - small) * small.broadcast(to: whole.shape) / small
    }
  }
}
