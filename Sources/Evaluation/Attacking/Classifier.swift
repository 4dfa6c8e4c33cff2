package import Autodiff
package import Networks

/// A model's answers to images, in a pass that knows nothing of attacks.
package final class Classifier {
  package let capacity: Int
  package let program: Program
  private let images: Expression
  private let labels: Expression
  private let logits: Expression
  private let losses: Expression
  private let softmax: Expression

  /// - Parameters:
  ///   - variables: the parameters' values; those of a run of training may change between calls.
  ///   - element: `.uint8` for pixels as bytes, `.float32` for numbers in 0…1.
  package init(
    model: Model, variables: Variables, element: ElementType = .float32, capacity: Int,
    device: Device
  ) {
    self.capacity = capacity
    let graph = Graph()
    let shape = Shape([.batch] + model.specification.input.map { Dimension($0) })
    images = graph.input("images", shape: shape, element: element)
    labels = graph.input("labels", shape: [.batch], element: .int32)
    let values = element == .uint8 ? images.converted(to: .float32) / 255 : images
    logits = model.logits(of: values)
    losses = logits.softmaxCrossEntropy(labels: labels)
    softmax = logits.softmax()
    program = Program(
      results: [logits, losses, softmax], variables: variables, capacity: capacity, device: device)
  }

  /// What a model makes of a batch of images.
  package struct Answers {
    /// The class of the largest logit, the first of equals; ``Classifier/noClass`` where a logit is
    /// not a number.
    package let predictions: [Int32]
    /// The cross-entropy with the labels.
    package let losses: [Float]
    /// `[N, classes]`
    package let logits: Tensor
  }

  /// - Parameter images: the bytes of images of the classifier's element.
  package func answers(
    to images: UnsafeRawBufferPointer, labels: UnsafeBufferPointer<Int32>
  ) -> Answers {
    program.memory(of: self.images)!.copyMemory(from: images)
    program.memory(of: self.labels)!.copyMemory(from: UnsafeRawBufferPointer(labels))
    program.run(batch: labels.count)
    let logits = program.read(logits)
    return Answers(
      predictions: Self.classes(logits), losses: program.read(losses).floats, logits: logits)
  }

  /// The softmax of the model's logits for one image in 0…1, `[classes]`.
  package func probabilities(of image: [Float]) -> [Float] {
    image.withUnsafeBytes { image in
      withUnsafePointer(to: 0) {
        _ = answers(to: image, labels: UnsafeBufferPointer(start: $0, count: 1))
      }
    }
    return program.read(softmax).floats
  }

  /// The answer of a model that overflowed: right for no label.
  package static let noClass: Int32 = -1

  private static func classes(_ logits: Tensor) -> [Int32] {
    let classes = logits.shape[1]
    return logits.floats.withUnsafeBufferPointer { values in
      (0..<logits.shape[0]).map { row in
        var best = 0
        for index in 0..<classes {
          let value = values[row * classes + index]
          if value.isNaN { return Self.noClass }
          if value > values[row * classes + best] { best = index }
        }
        return Int32(best)
      }
    }
  }
}
