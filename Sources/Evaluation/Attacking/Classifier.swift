package import Autodiff
package import Networks

/// A model's answers to images, in a pass that knows nothing of attacks.
package final class Classifier {
  private let lanes: Lanes<ClassifierLane>
  private let imageByteCount: Int
  private let classCount: Int
  private let device: Device

  /// - Parameters:
  ///   - variables: the parameters' values; those of a run of training may change between calls.
  ///   - element: `.uint8` for pixels as bytes, `.float32` for numbers in 0…1.
  package init(
    model: Model, variables: Variables, element: ElementType = .float32, capacity: Int,
    device: Device
  ) {
    self.device = device
    imageByteCount = model.specification.input.reduce(element.byteCount, *)
    classCount = model.classCount
    lanes = Lanes(
      capacity: capacity, parameterCount: model.parameterCount, device: device
    ) { capacity, device in
      ClassifierLane(
        model: model, variables: variables, element: element, capacity: capacity, device: device)
    }
  }

  /// The multiplications and additions of the answers to a batch.
  package func floatingPointOperations(batch: Int) -> Int {
    lanes.all[0].program.floatingPointOperations(batch: batch)
  }

  /// What a model makes of some images.
  package struct Answers {
    /// The class of the largest logit, the first of equals; ``Classifier/noClass`` where a logit is
    /// not a number.
    package let predictions: [Int32]
    /// The cross-entropy with the labels.
    package let losses: [Float]
    /// `[N, classes]`
    package let logits: [Float]
  }

  /// No more images than a lane takes are answered on the caller's thread, which may be one of the
  /// device's.
  ///
  /// - Parameters:
  ///   - images: the bytes of any number of images of the classifier's element.
  ///   - besides: is given the rows that have just been read, several ranges at once.
  package func answers(
    to images: UnsafeRawBufferPointer, labels: UnsafeBufferPointer<Int32>,
    besides: (Range<Int>) -> Void = { _ in }
  ) -> Answers {
    let count = labels.count
    var predictions: [Int32] = []
    var losses: [Float] = []
    let logits = [Float](unsafeUninitializedCapacity: count * classCount) { logits, filled in
      filled = count * classCount
      losses = [Float](unsafeUninitializedCapacity: count) { losses, filled in
        filled = count
        predictions = [Int32](unsafeUninitializedCapacity: count) { predictions, filled in
          filled = count
          func answer(lane: ClassifierLane, rows: Range<Int>) {
            let bytes = rows.lowerBound * imageByteCount..<rows.upperBound * imageByteCount
            lane.answer(
              UnsafeRawBufferPointer(rebasing: images[bytes]),
              labels: UnsafeBufferPointer(rebasing: labels[rows]),
              logits: logits.baseAddress! + rows.lowerBound * classCount,
              losses: losses.baseAddress! + rows.lowerBound)
            lane.forEachGroup(of: rows) { rows in
              for row in rows {
                let logits = logits[row * classCount..<(row + 1) * classCount]
                predictions[row] = Self.class(UnsafeBufferPointer(rebasing: logits))
              }
              besides(rows)
            }
          }
          if count <= lanes.capacity {
            lanes.withFreeLane { answer(lane: $0, rows: 0..<count) }
          } else {
            lanes.forEachPart(of: count, answer)
          }
        }
      }
    }
    return Answers(predictions: predictions, losses: losses, logits: logits)
  }

  /// The softmax of the model's logits for one image in 0…1, `[classes]`.
  package func probabilities(of image: [Float]) -> [Float] {
    let answers = image.withUnsafeBytes { image in
      withUnsafePointer(to: 0) {
        self.answers(to: image, labels: UnsafeBufferPointer(start: $0, count: 1))
      }
    }
    let graph = Graph()
    let logits = graph.input("logits", shape: [1, Dimension(classCount)])
    let softmax = logits.softmax()
    let program = Program(
      results: [softmax], variables: Variables(), capacity: 1, device: device)
    program.write(Tensor(answers.logits, shape: [1, classCount]), to: logits)
    program.run(batch: 1)
    return program.read(softmax).floats
  }

  /// The answer of a model that overflowed: right for no label.
  package static let noClass: Int32 = -1

  private static func `class`(_ logits: UnsafeBufferPointer<Float>) -> Int32 {
    var (best, largest) = (0, -Float.infinity)
    for (index, value) in logits.enumerated() {
      if value.isNaN { return noClass }
      if value > largest { (best, largest) = (index, value) }
    }
    return Int32(best)
  }
}

/// Answers to a part of some images.
private final class ClassifierLane {
  let program: Program
  private let images: Expression
  private let labels: Expression
  private let logits: Expression
  private let losses: Expression
  private let device: Device

  init(
    model: Model, variables: Variables, element: ElementType, capacity: Int, device: Device
  ) {
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

  /// - Parameters:
  ///   - logits: takes `[N, classes]`.
  ///   - losses: takes `[N]`.
  func answer(
    _ images: UnsafeRawBufferPointer, labels: UnsafeBufferPointer<Int32>,
    logits: UnsafeMutablePointer<Float>, losses: UnsafeMutablePointer<Float>
  ) {
    copy(images, to: program.memory(of: self.images)!)
    program.memory(of: self.labels)!.copyMemory(from: UnsafeRawBufferPointer(labels))
    program.run(batch: labels.count)
    for (result, target) in [(self.logits, logits), (self.losses, losses)] {
      program.withMemory(of: result) {
        UnsafeMutableRawPointer(target).copyMemory(from: $0.baseAddress!, byteCount: $0.count)
      }
    }
  }

  /// Calls `body` for some rows at a time: on all threads where the lane has them all.
  func forEachGroup(of rows: Range<Int>, _ body: (Range<Int>) -> Void) {
    let length = 16
    device.forEach((rows.count + length - 1) / length) { group in
      let first = rows.lowerBound + group * length
      body(first..<min(first + length, rows.upperBound))
    }
  }

  private func copy(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer) {
    let part = 1 << 16
    device.forEach((source.count + part - 1) / part) { index in
      let range = index * part..<min(source.count, (index + 1) * part)
      UnsafeMutableRawBufferPointer(rebasing: target[range]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: source[range]))
    }
  }
}
