@testable import Autodiff

extension OperationCase {
  /// Losses that are made of several operations.
  static let losses: [OperationCase] = [
    OperationCase("log-softmax", roundings: 24) { example in
      let (a, b) = (example.extent(to: 5), example.extent())
      return example.input([.batch, Dimension(a), Dimension(b)], in: -4...4).logSoftmax()
    },
    OperationCase("softmax cross-entropy, smoothed", roundings: 40) { example in
      let classes = example.extent()
      return example.input([.batch, Dimension(classes)], in: -4...4).softmaxCrossEntropy(
        labels: example.integers([.batch], in: 0...classes - 1), smoothing: 0.3)
    },
    OperationCase("softmax cross-entropy with probabilities", roundings: 80) { example in
      let shape = example.matrixShape()
      return example.input(shape, in: -4...4)
        .softmaxCrossEntropy(probabilities: example.input(shape, in: 0...1))
    },
    OperationCase("Kullback-Leibler divergence", roundings: 80) { example in
      let shape = example.matrixShape()
      return example.input(shape, in: -4...4)
        .klDivergence(from: example.input(shape, in: -4...4))
    },
  ]
}
