package import Attacks
package import Autodiff
package import Datasets
package import Networks

/// A model under attack, batch by batch: the attack crafts on the model itself, and a second program
/// looks at the finished images afresh.
///
/// The evaluator and the training's probes both go through here.
package final class AttackSession {
  package let capacity: Int
  package let crafting: Program
  private let checking: Program
  private let device: Device
  private let imageSize: Int
  /// The places of the batch's examples in their data set.
  private let examples: UnsafeMutableBufferPointer<Int32>
  /// The examples of the last batch.
  private var count = 0
  private let inputs: (images: Expression, labels: Expression, epsilon: Expression)
  private let crafted:
    (original: Expression, images: Expression, logits: Expression, loss: Expression)
  private let fresh:
    (
      images: Expression, labels: Expression, logits: Expression, loss: Expression,
      probabilities: Expression
    )

  /// - Parameter variables: the parameters' values; those of a run of training may change between
  ///   batches.
  package init(
    model: Model, variables: Variables, attack: any Attack, goal: AttackGoal = .untargeted,
    capacity: Int, device: Device
  ) {
    self.capacity = capacity
    self.device = device
    imageSize = model.specification.input.reduce(1, *)
    let shape = Shape([.batch] + model.specification.input.map { Dimension($0) })
    let graph = Graph()
    inputs = (
      graph.input("images", shape: shape, element: .uint8),
      graph.input("labels", shape: [.batch], element: .int32), graph.input("epsilon", shape: [])
    )
    let labels = inputs.labels
    let original = inputs.images.converted(to: .float32) / 255
    let problem = AttackProblem(
      PerturbationSet(around: original, epsilon: inputs.epsilon), goal: goal
    ) { model.logits(of: $0).softmaxCrossEntropy(labels: labels) }
    let cleanLogits = model.logits(of: original)
    crafted = (
      original, attack.examples(problem), cleanLogits,
      cleanLogits.softmaxCrossEntropy(labels: labels)
    )
    crafting = Program(
      results: [crafted.original, crafted.images, crafted.logits, crafted.loss],
      variables: variables, capacity: capacity, device: device)
    examples = .allocate(capacity: capacity)

    let second = Graph()
    let images = second.input("images", shape: shape)
    let freshLabels = second.input("labels", shape: [.batch], element: .int32)
    let logits = model.logits(of: images)
    fresh = (
      images, freshLabels, logits, logits.softmaxCrossEntropy(labels: freshLabels),
      logits.softmax()
    )
    checking = Program(
      results: [fresh.logits, fresh.loss, fresh.probabilities], variables: variables,
      capacity: capacity,
      device: device)
  }

  deinit { examples.deallocate() }

  /// The multiplications and additions of crafting and checking a batch.
  package func floatingPointOperations(batch: Int) -> Int {
    crafting.floatingPointOperations(batch: batch)
      + checking.floatingPointOperations(batch: batch)
  }

  /// What a model makes of a batch of images.
  package struct Answers {
    /// The class of the largest logit, the first of equals; ``AttackSession/noClass`` where a logit
    /// is not a number.
    package let predictions: [Int32]
    /// The cross-entropy with the labels.
    package let losses: [Float]
    /// `[N, classes]`
    package let logits: Tensor
  }

  /// Crafts adversarial examples of a batch of a data set.
  package func craft(_ index: Int, of loader: BatchLoader, threat: ThreatModel) -> Int {
    let count = loader.load(
      index, images: bytes(inputs.images), labels: bytes(inputs.labels),
      examples: examples)
    run(count: count, threat: threat)
    return count
  }

  /// Crafts adversarial examples of images `[N, H, W, C]` in bytes.
  package func craft(images: [UInt8], labels: [Int32], threat: ThreatModel) {
    _ = bytes(inputs.images).update(from: images)
    _ = bytes(inputs.labels).update(from: labels)
    run(count: labels.count, threat: threat)
  }

  private func run(count: Int, threat: ThreatModel) {
    crafting.write(Tensor([Float(threat.epsilon)], shape: []), to: inputs.epsilon)
    crafting.run(batch: count)
    self.count = count
  }

  /// The images of the last batch as the model sees them, in 0…1.
  package func withOriginals<R>(_ body: (UnsafeBufferPointer<Float>) -> R) -> R {
    crafting.withMemory(of: crafted.original) { body($0.bindMemory(to: Float.self)) }
  }

  /// The adversarial images of the last batch.
  package func withExamples<R>(_ body: (UnsafeBufferPointer<Float>) -> R) -> R {
    crafting.withMemory(of: crafted.images) { body($0.bindMemory(to: Float.self)) }
  }

  /// The model's answers to images, in a pass that knows nothing of the attack.
  package func answers(
    to images: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>
  ) -> Answers {
    let target = UnsafeMutableBufferPointer<Float>(
      start: checking.memory(of: fresh.images)!.baseAddress!.assumingMemoryBound(to: Float.self),
      count: images.count)
    _ = target.update(from: images)
    let labelTarget = checking.memory(of: fresh.labels)!.bindMemory(to: Int32.self)
    _ = labelTarget.update(from: labels)
    checking.run(batch: labels.count)
    let logits = checking.read(fresh.logits)
    return Answers(
      predictions: Self.classes(logits), losses: checking.read(fresh.loss).floats, logits: logits)
  }

  /// The answers to the last batch, unharmed.
  package func cleanAnswers() -> Answers {
    let logits = crafting.read(crafted.logits)
    return Answers(
      predictions: Self.classes(logits), losses: crafting.read(crafted.loss).floats,
      logits: logits)
  }

  /// The answers to the last batch's adversarial examples.
  package func adversarialAnswers() -> Answers {
    withExamples { answers(to: $0, labels: UnsafeBufferPointer(labels)) }
  }

  /// The softmax of the model's logits for one image in 0…1, `[classes]`.
  package func probabilities(of image: [Float]) -> [Float] {
    image.withUnsafeBufferPointer { image in
      withUnsafePointer(to: 0) { label in
        _ = answers(to: image, labels: UnsafeBufferPointer(start: label, count: 1))
      }
    }
    return checking.read(fresh.probabilities).floats
  }

  /// The labels of the last batch.
  package var labels: UnsafeMutableBufferPointer<Int32> {
    UnsafeMutableBufferPointer(rebasing: bytes(inputs.labels)[..<count])
  }

  /// Whether each adversarial example of the last batch is one that the threat model allows.
  package func allowed(by threat: ThreatModel) -> [Bool] {
    let images = 16
    return withOriginals { originals in
      withExamples { examples in
        [Bool](unsafeUninitializedCapacity: count) { result, filled in
          let answers = UnsafeMutableBufferPointer(rebasing: result[..<count])
          filled = count
          device.forEach((count + images - 1) / images) { task in
            for index in task * images..<min(count, (task + 1) * images) {
              let range = index * imageSize..<(index + 1) * imageSize
              answers[index] = threat.allows(
                UnsafeBufferPointer(rebasing: examples[range]),
                for: UnsafeBufferPointer(rebasing: originals[range]))
            }
          }
        }
      }
    }
  }

  private func bytes<T>(_ input: Expression) -> UnsafeMutableBufferPointer<T> {
    crafting.memory(of: input)!.bindMemory(to: T.self)
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
