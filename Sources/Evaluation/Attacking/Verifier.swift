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
        for index in part * group..<min(tasks.count, (part + 1) * group) {
          let image = UnsafeBufferPointer(rebasing: images[index * size..<(index + 1) * size])
          let first = tasks[index].example * size
          let look = dataset.images.withUnsafeBufferPointer { pixels in
            self.look(
              at: image, besides: UnsafeBufferPointer(rebasing: pixels[first..<first + size]),
              threat(tasks[index]))
          }
          (verdicts.baseAddress! + index).initialize(
            to: Verdict(
              isAllowed: look.isAllowed, prediction: answers.predictions[index],
              distance: look.distance, loss: answers.losses[index]))
        }
      }
    }
  }

  private func look(
    at image: UnsafeBufferPointer<Float>, besides original: UnsafeBufferPointer<UInt8>,
    _ threat: ThreatModel
  ) -> (isAllowed: Bool, distance: Double) {
    switch threat.norm {
    case .linf:
      let change = device.change(of: image, from: original)
      return (change.outside == 0 && change.largest <= threat.limit, change.largest)
    case .l2:
      return original.map { Float($0) / 255 }.withUnsafeBufferPointer {
        (threat.allows(image, for: $0), threat.distance(image, $0))
      }
    }
  }
}
