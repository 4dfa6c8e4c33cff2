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
    let size = dataset.imageSize
    var predictions: [Int32] = []
    var losses: [Float] = []
    var logits: [Float] = []
    for first in stride(from: 0, to: dataset.count, by: classifier.capacity) {
      let batch = first..<min(first + classifier.capacity, dataset.count)
      let answers = dataset.images.withUnsafeBytes { pixels in
        labels.withUnsafeBufferPointer { labels in
          classifier.answers(
            to: UnsafeRawBufferPointer(
              rebasing: pixels[batch.lowerBound * size..<batch.upperBound * size]),
            labels: UnsafeBufferPointer(rebasing: labels[batch]))
        }
      }
      predictions += answers.predictions
      losses += answers.losses
      logits += answers.logits.floats
    }
    self.labels = labels
    self.predictions = predictions
    self.losses = losses
    self.logits = logits
    isCorrect = zip(predictions, labels).map { $0 == $1 }
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
