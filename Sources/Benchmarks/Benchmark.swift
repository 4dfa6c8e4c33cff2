internal import Attacks
public import Autodiff
internal import Configurations
public import Datasets
internal import Evaluation
public import Networks
internal import Training

/// Times tasks on real images, or on noise, with a model that has been trained for a moment.
///
/// Times depend on the values too: products leave out the zeros of images, of ReLU and of its
/// gradient. Noise has none of the first.
public struct Benchmark {
  public let model: Model
  public let device: Device
  /// A loop on registers, in multiplications and additions a second.
  public let peak: Double
  private let dataset: Dataset
  private let weights: [(name: String, value: Tensor)]

  /// That of the recipes `mnist-mlp` and `mnist-cnn`.
  private static var optimizer: Adam {
    var adam = Adam.standard
    adam.learningRate = 0.005
    return adam
  }

  /// - Parameters:
  ///   - peak: what the device's ``Autodiff/Device/measuredPeak()`` gave in this run.
  ///   - dataset: images that fit the model; noise if nil.
  ///   - imageCount: how many of them are gone through again and again, at least the largest batch.
  public init(
    model: Model, device: Device, peak: Double, dataset: Dataset? = nil, imageCount: Int = 2048
  ) {
    self.model = model
    self.device = device
    self.peak = peak
    self.dataset = dataset?.prefix(imageCount) ?? Self.noise(for: model, count: imageCount)
    weights = Self.weights(of: model, trainedOn: self.dataset, device)
  }

  private static func noise(for model: Model, count: Int) -> Dataset {
    let key = RandomKey(seed: 0).folding("benchmark")
    let size = model.specification.input.reduce(1, *)
    let classes = (0..<model.classCount).map { "\($0)" }
    return Dataset(
      name: "noise", part: .training, imageShape: model.specification.input,
      images: (0..<count * size).map { UInt8(key.uniform(row: 0, index: $0) * 256) },
      labels: (0..<count).map { Int32(key.uniform(row: 1, index: $0) * Float(model.classCount)) },
      classNames: classes, origin: "made up", lineage: DatasetLineage(collection: "noise"))
  }

  /// The parameters after two epochs with FGSM examples mixed in: how many values are 0 differs
  /// between a model as it begins and one in use.
  private static func weights(
    of model: Model, trainedOn dataset: Dataset, _ device: Device
  ) -> [(name: String, value: Tensor)] {
    let variables = Variables()
    for (parameter, value) in zip(model.parameters, model.initialValues(RandomKey(seed: 0))) {
      variables[parameter.name] = value
    }
    let loader = BatchLoader(dataset, batchSize: 64)
    let step = TrainingStep(
      model: model, variables: variables, objective: Mixed(adversarialRatio: 0.5),
      adversary: .fgsm, optimizer: optimizer, batchSize: 64, device: device)
    let batches = (dataset.count + 63) / 64
    for number in 0..<2 * batches {
      _ = step.run(
        number + 1, epsilon: 0.1, key: RandomKey(seed: 0), batch: number % batches, of: loader)
    }
    return model.parameters.map { ($0.name, variables[$0.name]) }
  }

  /// Times one task.
  ///
  /// - Parameters:
  ///   - runs: how many times it is measured after the warm-up, each for about `seconds`.
  public func row(
    _ task: BenchmarkTask, batch: Int, runs: Int = 5, seconds: Double = 0.3
  ) -> BenchmarkRow {
    precondition(
      batch <= dataset.count, "Benchmark: \(dataset.count) images do not fill a batch of \(batch)")
    let work = work(task, batch: batch)
    let clock = ContinuousClock()
    // The first run gets its memory from the system.
    work.run(1)
    var count = 1
    // Warm up, and find out how many batches fill the time.
    var time = Self.seconds(clock.measure { work.run(count) })
    while time < seconds / 4 {
      count *= 2
      time = Self.seconds(clock.measure { work.run(count) })
    }
    count = max(1, Int(Double(count) * seconds / time))
    let rates = (0..<runs).map { _ in
      Double(count * batch) / Self.seconds(clock.measure { work.run(count) })
    }.sorted()
    let median = rates[runs / 2]
    let gflops = median * Double(work.flops) / 1e9
    return BenchmarkRow(
      task: task, model: model.name, batch: batch, threads: device.threadCount,
      examplesPerSecond: median, spread: (rates[runs - 1] - rates[0]) / median,
      flopsPerExample: work.flops, gflops: gflops, peakShare: gflops * 1e9 / peak)
  }

  /// Where the time of one batch goes, step by step.
  public func profile(_ task: BenchmarkTask, batch: Int) -> [Program.StepProfile] {
    let work = work(task, batch: batch)
    // A program that has not run has zeros everywhere.
    work.run(1)
    return work.profile()
  }

  private struct Work {
    /// Does so many batches, one after another.
    let run: (_ count: Int) -> Void
    let flops: Int
    let profile: () -> [Program.StepProfile]
  }

  private func work(_ task: BenchmarkTask, batch: Int) -> Work {
    let loader = BatchLoader(dataset, batchSize: batch)
    let variables = Variables()
    for (name, value) in weights { variables[name] = value }
    // Whole batches only.
    let batches = dataset.count / batch
    var next = 0
    switch task {
    case .clean, .fgsm:
      let step = TrainingStep(
        model: model, variables: variables,
        objective: Mixed(adversarialRatio: task == .fgsm ? 0.5 : 0), adversary: .fgsm,
        optimizer: Self.optimizer, batchSize: batch, device: device)
      return Work(
        run: { count in
          for _ in 0..<count {
            next += 1
            _ = step.run(
              next, epsilon: 0.1, key: RandomKey(seed: 0), batch: next % batches, of: loader)
          }
        }, flops: step.program.floatingPointOperations(batch: batch) / batch,
        profile: { step.program.profile(batch: batch, runs: 20) })
    case .fgsmEvaluation, .pgdEvaluation:
      return evaluation(
        task == .fgsmEvaluation ? FGSM() : Self.pgd, batch: batch, variables: variables)
    }
  }

  /// Attacking batches, no example left out, and checking what was made.
  private func evaluation(_ attack: any Attack, batch: Int, variables: Variables) -> Work {
    let runner = AttackRunner(
      attack, model: model, variables: variables, capacity: batch, device: device)
    let verifier = Verifier(
      model: model, variables: variables, capacity: batch, device: device)
    let threat = ThreatModel(epsilon: 0.1)
    // Whole batches only.
    let examples = dataset.count / batch * batch
    var next = 0
    return Work(
      run: { count in
        let tasks = (next..<next + count * batch).map { place in
          let example = place % examples
          return AttackRunner.Task(
            example: example, label: dataset.labels[example], epsilon: Float(threat.epsilon))
        }
        next = (next + tasks.count) % examples
        runner.run(
          tasks, on: dataset, key: RandomKey(seed: 0), stopsEarly: false,
          look: {
            verifier.verdicts(
              on: $0.images, of: tasks[$0.tasks], dataset: dataset, threat: threat)
          }, finish: { _, _ in })
      },
      flops: (runner.floatingPointOperations(batch: batch)
        + verifier.classifier.floatingPointOperations(batch: batch)) / batch,
      profile: { runner.profile(batch: batch, runs: 5) })
  }

  /// 40 steps of 0.01 from the image itself.
  private static var pgd: any Attack {
    do {
      return try AttackPlan("pgd:steps=40,step-size=0.01,random-start=false").attack
    } catch {
      preconditionFailure("Benchmark: \(error)")
    }
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}
