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
    let size = dataset.imageSize
    let tasks = Array(tasks)
    var looks = [Look](repeating: Look(), count: tasks.count)
    let answers = looks.withUnsafeMutableBufferPointer { looks in
      labels.withUnsafeBufferPointer { labels in
        classifier.answers(to: UnsafeRawBufferPointer(images), labels: labels) { rows in
          for row in rows {
            let first = tasks[row].example * size
            looks[row] = dataset.images.withUnsafeBufferPointer { pixels in
              look(
                at: UnsafeBufferPointer(rebasing: images[row * size..<(row + 1) * size]),
                besides: UnsafeBufferPointer(rebasing: pixels[first..<first + size]),
                threat(tasks[row]))
            }
          }
        }
      }
    }
    return looks.indices.map { row in
      Verdict(
        isAllowed: looks[row].isAllowed, prediction: answers.predictions[row],
        distance: looks[row].distance, loss: answers.losses[row])
    }
  }

  /// What an image is without a model.
  private struct Look {
    var isAllowed = false
    var distance = 0.0
  }

  private func look(
    at image: UnsafeBufferPointer<Float>, besides original: UnsafeBufferPointer<UInt8>,
    _ threat: ThreatModel
  ) -> Look {
    switch threat.norm {
    case .linf:
      let change = device.change(of: image, from: original)
      return Look(
        isAllowed: change.outside == 0 && change.largest <= threat.limit,
        distance: change.largest)
    case .l2:
      return original.map { Float($0) / 255 }.withUnsafeBufferPointer {
        Look(isAllowed: threat.allows(image, for: $0), distance: threat.distance(image, $0))
      }
    }
  }
}
