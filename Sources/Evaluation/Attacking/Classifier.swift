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
  private let device: Device

  /// - Parameters:
  ///   - variables: the parameters' values; those of a run of training may change between calls.
  ///   - element: `.uint8` for pixels as bytes, `.float32` for numbers in 0…1.
  package init(
    model: Model, variables: Variables, element: ElementType = .float32, capacity: Int,
    device: Device
  ) {
    self.capacity = capacity
    self.device = device
    let graph = Graph()
    let shape = Shape([.batch] + model.specification.input.map { Dimension($0) })
    images = graph.input("images", shape: shape, element: element)
    labels = graph.input("labels", shape: [.batch], element: .int32)
    let values = element == .uint8 ? images.converted(to: .float32) / 255 : images
    logits = model.logits(of: values)
    losses = logits.softmaxCrossEntropy(labels: labels)
    program = Program(
      results: [logits, losses], variables: variables, capacity: capacity, device: device)
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
    copy(images, to: program.memory(of: self.images)!)
    program.memory(of: self.labels)!.copyMemory(from: UnsafeRawBufferPointer(labels))
    program.run(batch: labels.count)
    let logits = program.read(logits)
    return Answers(
      predictions: Self.classes(logits), losses: program.read(losses).floats, logits: logits)
  }

  private func copy(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer) {
    let part = 1 << 16
    device.forEach((source.count + part - 1) / part) { index in
      let range = index * part..<min(source.count, (index + 1) * part)
      UnsafeMutableRawBufferPointer(rebasing: target[range]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: source[range]))
    }
  }

  /// The softmax of the model's logits for one image in 0…1, `[classes]`.
  package func probabilities(of image: [Float]) -> [Float] {
    let answers = image.withUnsafeBytes { image in
      withUnsafePointer(to: 0) {
        self.answers(to: image, labels: UnsafeBufferPointer(start: $0, count: 1))
      }
    }
    let graph = Graph()
    let logits = graph.input("logits", shape: Shape(answers.logits.shape.map { Dimension($0) }))
    let softmax = logits.softmax()
    let program = Program(
      results: [softmax], variables: Variables(), capacity: 1, device: device)
    program.write(answers.logits, to: logits)
    program.run(batch: 1)
    return program.read(softmax).floats
  }

  /// The answer of a model that overflowed: right for no label.
  package static let noClass: Int32 = -1

  private static func classes(_ logits: Tensor) -> [Int32] {
    let classes = logits.shape[1]
    return logits.floats.withUnsafeBufferPointer { values in
      (0..<logits.shape[0]).map { row in
        var (best, largest) = (0, -Float.infinity)
        for index in 0..<classes {
          let value = values[row * classes + index]
          if value.isNaN { return Self.noClass }
          if value > largest { (best, largest) = (index, value) }
        }
        return Int32(best)
      }
    }
  }
}
