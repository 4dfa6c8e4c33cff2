@testable import Autodiff

/// Operations that move elements.
extension OperationCase {
  static let movements: [OperationCase] = [
    OperationCase("reshape") { example in
      let (a, b) = (example.extent(), example.extent(to: 13))
      return example.input([.batch, Dimension(a), Dimension(b)]).flattened().squared()
        .reshaped(to: [.batch, Dimension(b), Dimension(a)])
    },
    OperationCase("reshape across the examples") { example in
      let a = example.extent()
      let x = example.input([.batch, Dimension(a)])
      return x.reshaped(to: Shape([x.shape.elementCount]))
    },
    OperationCase("transpose") { example in
      let order = [0, 1, 2].shuffled(using: &example.random)
      let (a, b) = (example.extent(to: 13), example.extent(to: 17))
      return example.input([.batch, Dimension(a), Dimension(b)]).transposed(order).squared()
    },
    OperationCase("transpose bytes", .constant) { example in
      let a = example.extent()
      return example.integers([.batch, Dimension(a)], in: 0...255, element: .uint8)
        .transposed([1, 0])
    },
    OperationCase("transpose twice") { example in
      let (a, b) = (example.extent(to: 13), example.extent(to: 5))
      return example.input([.batch, Dimension(a), Dimension(b), 2]).transposed([2, 0, 3, 1])
        .transposed([1, 2, 0, 3])
    },
    OperationCase("broadcast by itself") { example in
      let (a, b) = (example.extent(to: 7), example.extent(to: 13))
      return example.input([Dimension(a), 1]).broadcast(
        to: [.batch, Dimension(a), Dimension(b)])
    },
    OperationCase("slice") { example in
      let (a, b) = (example.extent(from: 2), example.extent(from: 3, to: 11))
      let start = example.random.integer(0...a - 1)
      return example.input([.batch, Dimension(a), Dimension(b)])
        .slice(axis: 1, from: Dimension(start), count: Dimension(a - start))
        .slice(axis: 2, from: 1, count: Dimension(b - 2)).squared()
    },
    OperationCase("slice of examples") { example in
      let a = example.extent()
      let (x, y) = (example.input([.batch, Dimension(a)]), example.input([.batch, Dimension(a)]))
      let both = Expression.concatenate([x, y, x * y], axis: 0)
      return both.slice(axis: 0, from: .batch, count: Dimension(multiple: 2, isBatch: true))
    },
    OperationCase("pad") { example in
      let (a, b) = (example.extent(), example.extent(to: 11))
      let start = example.random.integer(0...3)
      return example.input([.batch, Dimension(a), Dimension(b)]).padded(
        starts: [0, Dimension(start), 1],
        to: [.batch, Dimension(a + start + 2), Dimension(b + 1)]
      ).squared()
    },
    OperationCase("pad with examples") { example in
      let a = example.extent()
      return example.input([.batch, Dimension(a)]).padded(
        starts: [.batch, 0], to: [Dimension(multiple: 3, isBatch: true), Dimension(a)])
    },
    OperationCase("concatenate") { example in
      let (a, b) = (example.extent(to: 7), example.extent(to: 7))
      let parts = (0..<example.random.integer(1...4)).map { _ in
        example.input([.batch, Dimension(example.extent(to: 7)), Dimension(b)])
      }
      let first = example.input([.batch, Dimension(a), Dimension(b)])
      return Expression.concatenate([first] + parts + [first], axis: 1).squared()
    },
    OperationCase("concatenate integers", .constant) { example in
      let a = example.extent()
      return .concatenate(
        [
          example.integers([.batch, Dimension(a)], in: -9...9),
          example.integers([.batch, 2], in: -9...9),
        ], axis: 1)
    },
    OperationCase("fill") { example in
      let shape = example.matrixShape()
      return example.graph.fill(0.7, shape: shape) * example.input(shape)
    },
    OperationCase("fill by itself", .constant) { example in
      let shape = example.shape()
      return example.graph.fill(-0.3, shape: shape)
    },
    OperationCase("batch size") { example in
      let shape = example.matrixShape()
      return example.input(shape) / example.graph.batchSize()
    },
    OperationCase("iota", .constant) { example in
      let (a, b) = (example.extent(), example.extent(to: 7))
      let shape: Shape = [Dimension(a), .batch, Dimension(b)]
      let axis = example.random.integer(0...2)
      return example.graph.iota(shape: shape, axis: axis)
    },
    OperationCase("random uniform", .constant) { example in
      let key = example.integers([2], in: -99_999...99_999)
      let examples = example.integers([.batch], in: 0...99_999)
      let (a, b) = (example.extent(), example.extent(to: 7))
      return example.graph.randomUniform("test", key: key, examples: examples, shape: [a, b])
    },
    OperationCase("variable") { example in
      let a = example.extent()
      return example.variable([a]).squared() + example.input([.batch, Dimension(a)])
    },
  ]
}
