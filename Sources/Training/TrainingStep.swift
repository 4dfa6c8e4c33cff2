internal import Attacks
package import Autodiff
package import Datasets
package import Networks

/// One step of training as one program: perturbation, losses, gradients and update.
package final class TrainingStep {
  package let program: Program
  private let optimizer: any Optimizer
  private let inputs:
    (
      images: Expression, labels: Expression, epsilon: Expression, key: Expression,
      examples: Expression
    )
  private let terms: [(mean: Expression, weight: Double)]
  private let keptInputs: [Expression]
  private let capacity: Int
  private let scalars: [String: Expression]
  private let examples: UnsafeMutableBufferPointer<Int32>

  package init(
    model: Model, variables: Variables, objective: any Objective, adversary: Adversary,
    optimizer: any Optimizer, labelSmoothing: Double = 0, gradientLimit: Double? = nil,
    movingAverage: ExponentialMovingAverage? = nil, batchSize: Int, device: Device
  ) {
    self.optimizer = optimizer
    let graph = Graph()
    let shape = Shape([.batch] + model.specification.input.map { Dimension($0) })
    inputs = (
      graph.input("images", shape: shape, element: .uint8),
      graph.input("labels", shape: [.batch], element: .int32), graph.input("epsilon", shape: []),
      graph.input("key", shape: [2], element: .int32),
      graph.input("examples", shape: [.batch], element: .int32)
    )
    let problem = TrainingProblem(
      model: model, images: inputs.images.converted(to: .float32) / 255, labels: inputs.labels,
      labelSmoothing: labelSmoothing, adversary: adversary, epsilon: inputs.epsilon,
      randomness: .init(key: inputs.key, examples: inputs.examples))
    let loss = objective.loss(problem)
    terms = zip(loss.means, loss.terms).map { ($0, $1.weight) }
    let parameters = model.variables(in: graph)
    var gradients = loss.gradients(withRespectTo: parameters)
    if let gradientLimit { gradients = gradients.clippedByNorm(gradientLimit) }
    var updates = optimizer.updates(
      zip(parameters, gradients).map { (parameter: $0, gradient: $1) })
    if let movingAverage { updates += movingAverage.updates(of: parameters, after: updates) }
    scalars = Dictionary(
      uniqueKeysWithValues: optimizer.scalars(step: 1, rateFactor: 1).keys.map {
        ($0, graph.input($0, shape: []))
      })
    keptInputs = loss.kept.map(\.input)
    program = Program(
      results: terms.map(\.mean),
      updates: updates + loss.kept.map { (variable: $0.input, value: $0.value) },
      variables: variables, capacity: batchSize, device: device)
    capacity = batchSize
    examples = .allocate(capacity: batchSize)
  }

  deinit { examples.deallocate() }

  /// What the objective keeps from step to step, for every place of the largest batch: a smaller one
  /// at the end of an epoch leaves the other places as they are.
  var kept: [String: Tensor] {
    get {
      Dictionary(
        uniqueKeysWithValues: keptInputs.enumerated().map { index, input in
          let values = program.memory(of: input)!.bindMemory(to: Float.self)
          return ("\(index)", Tensor(Array(values), shape: input.shape.extents(batch: capacity)))
        })
    }
    set {
      for (index, input) in keptInputs.enumerated() {
        if let value = newValue["\(index)"] { program.write(value, to: input) }
      }
    }
  }

  /// Takes a step, counted from 1, on one batch. After the first of each size nothing is allocated.
  ///
  /// - Parameters:
  ///   - rateFactor: what the schedule multiplies the learning rate by.
  ///   - key: of the step's random numbers.
  /// - Returns: the number of examples, and the loss before the step.
  package func run(
    _ step: Int, rateFactor: Double = 1, epsilon: Double, key: RandomKey, batch: Int,
    of loader: BatchLoader
  ) -> (count: Int, loss: Double) {
    optimizer.forEachScalar(step: step, rateFactor: rateFactor) { name, value in
      program.write(value, to: scalars[name]!)
    }
    program.write(Float(epsilon), to: inputs.epsilon)
    program.write(key, to: inputs.key)
    let count = run(batch, of: loader)
    let loss = terms.withUnsafeBufferPointer { terms in
      terms.reduce(0) { sum, term in
        sum + term.weight * program.withMemory(of: term.mean) { Double($0.load(as: Float.self)) }
      }
    }
    return (count, loss)
  }

  /// - Returns: the number of examples.
  private func run(_ batch: Int, of loader: BatchLoader) -> Int {
    let labels = program.memory(of: inputs.labels)!.bindMemory(to: Int32.self)
    let examples =
      program.memory(of: inputs.examples)?.bindMemory(to: Int32.self) ?? examples
    guard loader.keepsImages, let rows = program.rows(of: inputs.images) else {
      let count = loader.load(
        batch, images: program.memory(of: inputs.images)!.bindMemory(to: UInt8.self),
        labels: labels, examples: examples)
      program.run(batch: count)
      return count
    }
    loader.withImages(ofBatch: batch, rows: rows, labels: labels, examples: examples) {
      program.run(batch: $0)
    }
    return loader.count(ofBatch: batch)
  }
}
