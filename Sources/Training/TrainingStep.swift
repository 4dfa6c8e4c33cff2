package import Autodiff
package import Datasets
package import Networks

/// One step of training as one program: perturbation, losses, gradients and update.
package final class TrainingStep {
  package let program: Program
  private let optimizer: any Optimizer
  private let inputs: (images: Expression, labels: Expression, epsilon: Expression)
  private let losses: (clean: Expression?, adversarial: Expression?)
  private let scalars: [String: Expression]
  private let adversarialRatio: Double
  private let examples: UnsafeMutableBufferPointer<Int32>

  package init(
    model: Model, variables: Variables, objective: MixedObjective, optimizer: any Optimizer,
    epsilon: Double, batchSize: Int, device: Device
  ) {
    self.optimizer = optimizer
    adversarialRatio = objective.adversarialRatio
    let graph = Graph()
    let shape = Shape([.batch] + model.specification.input.map { Dimension($0) })
    inputs = (
      graph.input("images", shape: shape, element: .uint8),
      graph.input("labels", shape: [.batch], element: .int32), graph.input("epsilon", shape: [])
    )
    let expressions = objective.expressions(
      model: model, images: inputs.images.converted(to: .float32) / 255, labels: inputs.labels,
      epsilon: inputs.epsilon)
    losses = (expressions.cleanLoss, expressions.adversarialLoss)
    let parameters = model.variables(in: graph)
    let updates = optimizer.updates(
      zip(parameters, expressions.gradients).map { (parameter: $0, gradient: $1) })
    scalars = Dictionary(
      uniqueKeysWithValues: optimizer.scalars(step: 1, rateFactor: 1).keys.map {
        ($0, graph.input($0, shape: []))
      })
    program = Program(
      results: [losses.clean, losses.adversarial].compactMap { $0 }, updates: updates,
      variables: variables, capacity: batchSize, device: device)
    program.write(Tensor([Float(epsilon)], shape: []), to: inputs.epsilon)
    examples = .allocate(capacity: batchSize)
  }

  deinit { examples.deallocate() }

  /// Takes a step, counted from 1, on one batch.
  ///
  /// - Parameter rateFactor: what the schedule multiplies the learning rate by.
  /// - Returns: the number of examples, and the loss before the step, α · clean + (1 − α) · adv.
  package func run(
    _ step: Int, rateFactor: Double = 1, batch: Int, of loader: BatchLoader
  ) -> (count: Int, loss: Double) {
    let count = loader.load(
      batch, images: program.memory(of: inputs.images)!.bindMemory(to: UInt8.self),
      labels: program.memory(of: inputs.labels)!.bindMemory(to: Int32.self), examples: examples)
    for (name, value) in optimizer.scalars(step: step, rateFactor: rateFactor) {
      program.write(Tensor([value], shape: []), to: scalars[name]!)
    }
    program.run(batch: count)
    var loss = 0.0
    if let clean = losses.clean { loss += (1 - adversarialRatio) * value(clean) }
    if let adversarial = losses.adversarial { loss += adversarialRatio * value(adversarial) }
    return (count, loss)
  }

  private func value(_ result: Expression) -> Double {
    program.withMemory(of: result) { Double($0.load(as: Float.self)) }
  }
}
