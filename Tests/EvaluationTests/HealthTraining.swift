import Attacks
import Autodiff
import Datasets
import Evaluation
import Networks
import TrainedModels

@testable import Training

/// A model and what it has learnt.
struct Learnt {
  let model: Model
  let parameters: [Tensor]

  /// Trains with Adam, by default without attacks.
  init(
    _ model: Model, on dataset: Dataset, epochs: Int, batchSize: Int = 64, rate: Double = 0.002,
    seed: UInt64, adversarialRatio: Double = 0, attack: String = "fgsm", epsilon: Double = 0.1,
    device: Device
  ) throws {
    self.model = model
    let key = RandomKey(seed: seed)
    let variables = Variables()
    for (parameter, value) in zip(model.parameters, model.initialValues(key)) {
      variables[parameter.name] = value
    }
    var adam = Adam.standard
    adam.learningRate = rate
    var adversary = Adversary.fgsm
    adversary.plan = try AttackPlan(attack)
    let step = TrainingStep(
      model: model, variables: variables, objective: Mixed(adversarialRatio: adversarialRatio),
      adversary: adversary, optimizer: adam, batchSize: batchSize, device: device)
    var steps = 0
    for epoch in 1...epochs {
      let loader = BatchLoader(dataset, batchSize: batchSize, key: key, epoch: epoch)
      for batch in 0..<loader.batchCount {
        steps += 1
        _ = step.run(
          steps, epsilon: epsilon, key: key.folding("attack").folding(steps), batch: batch,
          of: loader)
      }
    }
    parameters = model.parameters.map { variables[$0.name] }
  }

  func subject(_ path: String) -> EvaluationSubject {
    EvaluationSubject(path: path, model: model, parameters: parameters, trainedOn: [])
  }

  func subject(_ path: String, maskedBy mask: any MaskLayer, at place: MaskPlace) throws
    -> EvaluationSubject
  {
    EvaluationSubject(
      path: path, model: try model.masked(by: mask, at: place), parameters: parameters,
      trainedOn: [])
  }
}
