@testable import Autodiff

/// Sums, products and what is made of them.
extension OperationCase {
  static let reductions: [OperationCase] =
    [
      OperationCase("sum over trailing axes", roundings: 40) { example in
        let (a, b) = (example.extent(), example.extent(to: 17))
        return example.input([.batch, Dimension(a), Dimension(b)]).sum([1, 2]).squared()
      },
      OperationCase("sum over the examples", roundings: 40) { example in
        let a = example.extent()
        return example.input([.batch, Dimension(a)]).sum([0]).squared()
      },
      OperationCase("sum over a middle axis", roundings: 40) { example in
        let (a, b) = (example.extent(), example.extent(to: 17))
        return example.input([.batch, Dimension(a), Dimension(b)]).sum([1]).squared()
      },
      OperationCase("sum over separate axes", roundings: 80) { example in
        let (a, b) = (example.extent(), example.extent(to: 17))
        return example.input([Dimension(a), .batch, Dimension(b)]).sum([2, 0]).squared()
      },
      OperationCase("sum of everything", roundings: 80) { example in
        let shape = example.shape()
        return example.input(shape).sum(Array(0..<shape.rank)).squared()
      },
      OperationCase("mean", roundings: 40) { example in
        let (a, b) = (example.extent(), example.extent(to: 5))
        let axes = example.random.pick([[0], [1], [0, 1], [1, 2], [0, 1, 2], [0, 2]])
        return example.input([.batch, Dimension(a), Dimension(b)]).mean(axes).squared()
      },
      OperationCase("batch normalisation", roundings: 200) { example in
        let a = example.extent()
        let x = example.input([.batch, Dimension(a)], in: -2...2)
        let centred = x - x.mean([0])
        return centred / (centred.squared().mean([0]) + 0.5).squareRoot() * example.variable([a])
      },
      OperationCase("softmax", roundings: 12) { example in
        let (a, b) = (example.extent(to: 5), example.extent())
        return example.input([.batch, Dimension(a), Dimension(b)], in: -3...3).softmax()
      },
      OperationCase("softmax cross-entropy", roundings: 24) { example in
        let classes = example.extent()
        return example.input([.batch, Dimension(classes)], in: -4...4)
          .softmaxCrossEntropy(labels: example.integers([.batch], in: 0...classes - 1))
      },
      OperationCase("layers", roundings: 200) { example in
        let (a, b, c) = (example.extent(), example.extent(), example.extent())
        let x = example.input([.batch, Dimension(a)])
        let hidden = Expression.product(x, example.variable([a, b])) + example.variable([b])
        return Expression.product(
          (hidden / Float(a)).exponential(), example.variable([b, c], in: -0.1...0.1))
      },
      OperationCase("product of the examples with themselves", roundings: 80) { example in
        let a = example.extent()
        let x = example.input([.batch, Dimension(a)])
        return .product(x, x, transposingLeft: true)
      },
    ] + products

  /// Every transposition, with the examples as rows or as the summed axis, with and without a sum
  /// to begin with.
  private static let products: [OperationCase] = [false, true].flatMap { left in
    [false, true].flatMap { right in
      [false, true].flatMap { accumulates in
        [false, true].map { sumsExamples in
          product(left, right, accumulates: accumulates, sumsExamples: sumsExamples)
        }
      }
    }
  }

  private static func product(
    _ left: Bool, _ right: Bool, accumulates: Bool, sumsExamples: Bool
  ) -> OperationCase {
    var name = "product\(left ? ", left transposed" : "")\(right ? ", right transposed" : "")"
    if accumulates { name += ", added" }
    if sumsExamples { name += ", over the examples" }
    return OperationCase(name, roundings: 80) { example in
      let rows = sumsExamples ? Dimension(example.extent()) : .batch
      let depth = sumsExamples ? .batch : Dimension(example.extent())
      let columns = Dimension(example.extent())
      let a = example.input(left ? [depth, rows] : [rows, depth])
      let b = example.input(right ? [columns, depth] : [depth, columns])
      let start = accumulates ? [example.input([rows, columns])] : []
      return example.graph.apply(
        MatrixProduct(transposesLeft: left, transposesRight: right), to: [a, b] + start)
    }
  }
}
