@testable import Autodiff

/// Operations that read or write by index; indices outside are among the cases.
extension OperationCase {
  static let indices: [OperationCase] = [
    OperationCase("gather") { example in
      let (rows, a) = (example.extent(), example.extent(to: 13))
      let table = example.variable([rows, a])
      return table.gather(example.integers([.batch], in: -1...rows)).squared()
    },
    OperationCase("gather examples") { example in
      let a = example.extent()
      let x = example.input([.batch, Dimension(a), 2])
      return x.gather(example.integers([.batch], in: 0...example.batch - 1)) * x
    },
    OperationCase("scatter", roundings: 40) { example in
      let (rows, a) = (example.extent(), example.extent(to: 13))
      let x = example.input([.batch, Dimension(a)])
      let indices = example.integers([.batch], in: -1...rows)
      return example.graph.apply(Scatter(rows: Dimension(rows)), to: [x, indices]).squared()
    },
    OperationCase("take along") { example in
      let (length, count) = (example.extent(), example.extent(to: 7))
      let x = example.input([.batch, 3, Dimension(length)])
      return x.takeAlongLastAxis(
        example.integers([.batch, 3, Dimension(count)], in: -1...length)
      ).squared()
    },
    OperationCase("put along", roundings: 40) { example in
      let (length, count) = (example.extent(), example.extent(to: 7))
      let shape: Shape = [.batch, Dimension(count)]
      let (x, places) = (example.input(shape), example.integers(shape, in: -1...length))
      return example.graph.apply(PutAlong(length: Dimension(length)), to: [x, places]).squared()
    },
    OperationCase("one-hot", .constant) { example in
      let depth = example.extent()
      return example.integers([.batch, 3], in: -1...depth).oneHot(depth)
    },
    OperationCase("top-k", .constant) { example in
      let length = example.extent()
      let count = example.random.integer(1...length)
      return example.input([.batch, Dimension(length)]).topIndices(count)
    },
    OperationCase("top-k with ties", .constant) { example in
      let length = example.extent()
      let count = example.random.integer(1...length)
      return example.integers([.batch, 2, Dimension(length)], in: 0...3).converted(to: .float32)
        .topIndices(count)
    },
    OperationCase("top") { example in
      let length = example.extent()
      let count = example.random.integer(1...length)
      return example.distinct([.batch, Dimension(length)]).top(count).squared()
    },
    OperationCase("argmax", .constant) { example in
      let shape = example.matrixShape()
      return example.integers(shape, in: 0...5).converted(to: .float32).argmax()
    },
    OperationCase("maximum over axes") { example in
      let (a, b) = (example.extent(to: 7), example.extent(to: 11))
      let axes = example.random.pick([[1], [2], [1, 2], [2, 3], [1, 3]])
      return example.distinct([.batch, Dimension(a), Dimension(b), 2]).max(axes).squared()
    },
  ]
}
