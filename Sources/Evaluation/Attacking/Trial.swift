package import Attacks
package import Autodiff
package import Datasets
package import Networks

/// One model under attack on one data set: what it answers unharmed, and what becomes of every
/// example under the attacks of a suite.
package final class Trial {
  package let attacked: AttackedModel
  package let dataset: Dataset
  package let answers: DatasetAnswers

  package init(_ attacked: AttackedModel, on dataset: Dataset) {
    self.attacked = attacked
    self.dataset = dataset
    answers = DatasetAnswers(attacked.classifier, to: dataset)
  }

  package var model: Model { attacked.model }
  package var variables: Variables { attacked.variables }
  package var device: Device { attacked.device }
  package var capacity: Int { attacked.capacity }
  package var verifier: Verifier { attacked.verifier }

  /// A success that held in the second look.
  package struct Success {
    /// The place in the data set.
    package let example: Int
    package let prediction: Int32
    package let distance: Double
    /// `[H, W, C]`; valid during the call alone.
    package let image: UnsafeBufferPointer<Float>
  }

  /// What one attack did in all its starts.
  package struct Attempt {
    /// Those it was tried on, in ascending order.
    package var tried: [Int] = []
    /// Tasks whose image the model answers wrongly, by the attack's word or in a fresh pass, and
    /// those of them that passed every check.
    package var claimed = 0
    package var verified = 0
    /// Claims that a fresh pass does not confirm: of a model that answers differently each time.
    package var unconfirmed = 0
    /// Examples in ascending order.
    package var broken: [Int] = []
    /// The gradients or queries that were taken.
    package var cost = 0

    package init() {}

    /// Adds an attempt on other examples.
    mutating func add(_ other: Attempt) {
      tried = (tried + other.tried).sorted()
      broken = (broken + other.broken).sorted()
      claimed += other.claimed
      verified += other.verified
      unconfirmed += other.unconfirmed
      cost += other.cost
    }
  }

  /// Tries an attack on some examples until each has fallen or all starts are used up.
  ///
  /// - Parameters:
  ///   - examples: the places of correctly classified examples.
  ///   - onSuccess: called for the first success on each example.
  package func attempt(
    _ plan: AttackPlan, on examples: [Int], threat: ThreatModel, key: RandomKey,
    onProgress: (Int) -> Void = { _ in }, onSuccess: (Success) -> Void = { _ in }
  ) -> Attempt {
    var attempt = Attempt()
    attempt.tried = examples
    var standing = examples
    let runner = attacked.runner(plan, norm: threat.norm)
    let key = key.folding(type(of: plan.attack).name)
    let targets = min(plan.targets, model.classCount - 1)
    for restart in 0..<plan.restarts {
      for rank in 0..<max(targets, 1) where !standing.isEmpty {
        let tasks = standing.map { example in
          AttackRunner.Task(
            example: example, label: dataset.labels[example],
            target: targets == 0 ? 0 : answers.classes(of: example)[rank],
            epsilon: Float(threat.epsilon))
        }
        var isBroken = Set<Int>()
        attempt.cost += runner.run(
          tasks, on: dataset, key: key.folding(restart).folding(rank)
        ) { finished in
          verifier.verdicts(
            on: finished.images, of: tasks[finished.tasks], dataset: dataset, threat: threat)
        } finish: { finished, verdicts in
          for (row, verdict) in verdicts.enumerated() {
            let task = tasks[finished.tasks.lowerBound + row]
            let isFooled = verdict.prediction != task.label
            guard isFooled || finished.isClaimed[row] else { continue }
            attempt.claimed += 1
            if !isFooled { attempt.unconfirmed += 1 }
            guard isFooled, verdict.isAllowed else { continue }
            attempt.verified += 1
            isBroken.insert(task.example)
            let size = dataset.imageSize
            onSuccess(
              Success(
                example: task.example, prediction: verdict.prediction,
                distance: verdict.distance,
                image: UnsafeBufferPointer(
                  rebasing: finished.images[row * size..<(row + 1) * size])))
          }
          onProgress(finished.tasks.count)
        }
        attempt.broken += isBroken
        standing.removeAll { isBroken.contains($0) }
      }
    }
    attempt.broken.sort()
    return attempt
  }

  /// The model's logits for some images, in the order given and in batches of an odd size.
  package func logits(of examples: some Collection<Int>) -> [[Float]] {
    let size = dataset.imageSize
    let batchSize = max(1, capacity - 1)
    let examples = Array(examples)
    return stride(from: 0, to: examples.count, by: batchSize).flatMap { first in
      let batch = examples[first..<min(first + batchSize, examples.count)]
      let pixels = batch.flatMap { example in
        dataset.images[example * size..<(example + 1) * size].map { Float($0) / 255 }
      }
      let labels = batch.map { dataset.labels[$0] }
      let answers = pixels.withUnsafeBytes { pixels in
        labels.withUnsafeBufferPointer { verifier.classifier.answers(to: pixels, labels: $0) }
      }
      let values = answers.logits
      return stride(from: 0, to: values.count, by: model.classCount).map {
        Array(values[$0..<$0 + model.classCount])
      }
    }
  }

  /// Crafts examples from images, right or wrong, and takes every step.
  ///
  /// - Parameters:
  ///   - examples: nil for all.
  ///   - finish: is given one batch after another, to be tried on any model.
  package func craft(
    _ plan: AttackPlan, on examples: [Int]? = nil, threat: ThreatModel, key: RandomKey,
    finish: (ArraySlice<AttackRunner.Task>, UnsafeBufferPointer<Float>) -> Void
  ) {
    let targets = min(plan.targets, model.classCount - 1)
    let key = key.folding(type(of: plan.attack).name)
    let crafted = UnsafeMutableBufferPointer<Float>.allocate(
      capacity: capacity * dataset.imageSize)
    defer { crafted.deallocate() }
    for restart in 0..<plan.restarts {
      for rank in 0..<max(targets, 1) {
        let tasks = (examples ?? Array(0..<dataset.count)).map { example in
          AttackRunner.Task(
            example: example, label: dataset.labels[example],
            target: targets == 0 ? 0 : answers.classes(of: example)[rank],
            epsilon: Float(threat.epsilon))
        }
        let key = key.folding(restart).folding(rank)
        for first in stride(from: 0, to: tasks.count, by: capacity) {
          let batch = tasks[first..<min(first + capacity, tasks.count)]
          attacked.runner(plan, norm: threat.norm).run(
            Array(batch), on: dataset, key: key, stopsEarly: false
          ) { finished in
            _ = UnsafeMutableBufferPointer(
              rebasing: crafted[(finished.tasks.lowerBound * dataset.imageSize)...]
            ).update(from: finished.images)
          }
          finish(
            batch,
            UnsafeBufferPointer(rebasing: crafted[..<(batch.count * dataset.imageSize)]))
        }
      }
    }
  }
}
