package import Attacks
package import Autodiff
package import Datasets
package import Networks

/// The second look at what an attack made: whether the threat model allows it, and what the model
/// sees in it in a fresh pass. It shares nothing with the attack.
package struct Verifier {
  package let classifier: Classifier
  private let device: Device

  package init(model: Model, variables: Variables, capacity: Int, device: Device) {
    classifier = Classifier(
      model: model, variables: variables, capacity: capacity, device: device)
    self.device = device
  }

  package struct Verdict {
    /// Finite, in the range of pixels and in the ball.
    package let isAllowed: Bool
    /// What the model sees.
    package let prediction: Int32
    /// How far the image is from the original, in the norm of the threat model.
    package let distance: Double
    /// The cross-entropy with the true label.
    package let loss: Float
  }

  package func verdicts(
    on images: UnsafeBufferPointer<Float>, of tasks: ArraySlice<AttackRunner.Task>,
    dataset: Dataset, threat: ThreatModel
  ) -> [Verdict] {
    verdicts(on: images, of: tasks, dataset: dataset) { _ in threat }
  }

  /// Every image in the ball of its own task.
  package func verdicts(
    on images: UnsafeBufferPointer<Float>, of tasks: ArraySlice<AttackRunner.Task>,
    dataset: Dataset, norm: Norm
  ) -> [Verdict] {
    verdicts(on: images, of: tasks, dataset: dataset) {
      ThreatModel(epsilon: Double($0.epsilon), norm: norm)
    }
  }

  private func verdicts(
    on images: UnsafeBufferPointer<Float>, of tasks: ArraySlice<AttackRunner.Task>,
    dataset: Dataset, threat: (AttackRunner.Task) -> ThreatModel
  ) -> [Verdict] {
    let labels = tasks.map(\.label)
    let answers = labels.withUnsafeBufferPointer {
      classifier.answers(to: UnsafeRawBufferPointer(images), labels: $0)
    }
    let size = dataset.imageSize
    let tasks = Array(tasks)
    let group = 16
    return [Verdict](unsafeUninitializedCapacity: tasks.count) { result, filled in
      let verdicts = UnsafeMutableBufferPointer(rebasing: result[..<tasks.count])
      filled = tasks.count
      device.forEach((tasks.count + group - 1) / group) { part in
        var original = [Float](repeating: 0, count: size)
        for index in part * group..<min(tasks.count, (part + 1) * group) {
          let image = UnsafeBufferPointer(rebasing: images[index * size..<(index + 1) * size])
          let first = tasks[index].example * size
          for place in 0..<size { original[place] = Float(dataset.images[first + place]) / 255 }
          let threat = threat(tasks[index])
          original.withUnsafeBufferPointer { original in
            (verdicts.baseAddress! + index).initialize(
              to: Verdict(
                isAllowed: threat.allows(image, for: original),
                prediction: answers.predictions[index],
                distance: threat.distance(image, original), loss: answers.losses[index]))
          }
        }
      }
    }
  }
}
