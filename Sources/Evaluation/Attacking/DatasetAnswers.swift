internal import Autodiff
package import Datasets

/// A model's answers to all images of a data set as they are.
package struct DatasetAnswers {
  /// The class of the largest logit, or ``Classifier/noClass``.
  package let predictions: [Int32]
  /// The cross-entropy with the true classes.
  package let losses: [Float]
  /// `[N, classes]`
  package let logits: [Float]
  /// Whether each example is classified correctly.
  package let isCorrect: [Bool]
  private let labels: [Int32]

  /// - Parameter classifier: of bytes.
  package init(_ classifier: Classifier, to dataset: Dataset) {
    let labels = dataset.labels
    let answers = dataset.images.withUnsafeBytes { pixels in
      labels.withUnsafeBufferPointer { classifier.answers(to: pixels, labels: $0) }
    }
    self.labels = labels
    predictions = answers.predictions
    losses = answers.losses
    logits = answers.logits
    isCorrect = zip(answers.predictions, labels).map { $0 == $1 }
  }

  /// All classes but one, the most probable first.
  ///
  /// - Parameter label: nil for the example's true class.
  package func classes(of example: Int, besides label: Int32? = nil) -> [Int32] {
    let count = logits.count / labels.count
    let row = logits[example * count..<(example + 1) * count]
    let order = row.indices.sorted { (row[$1], $0) < (row[$0], $1) }
    let label = label ?? labels[example]
    return order.map { Int32($0 - row.startIndex) }.filter { $0 != label }
  }
}
