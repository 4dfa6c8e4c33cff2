public import Autodiff
public import Datasets
public import Networks

/// A checkpoint with the programs that attack it.
public struct PreparedSubject {
  public let subject: EvaluationSubject
  package let attacked: AttackedModel
}

/// A checkpoint to be evaluated.
public struct EvaluationSubject {
  /// The path as the user gave it.
  public let path: String
  public let model: Model
  /// The parameters' values, in the model's order.
  public let parameters: [Tensor]
  /// What it was trained on.
  public let trainedOn: [DatasetIdentity]

  public init(path: String, model: Model, parameters: [Tensor], trainedOn: [DatasetIdentity]) {
    self.path = path
    self.model = model
    self.parameters = parameters
    self.trainedOn = trainedOn
  }

  /// The parameters as a program's variables.
  package var variables: Variables {
    let variables = Variables()
    for (parameter, value) in zip(model.parameters, parameters) {
      variables[parameter.name] = value
    }
    return variables
  }
}
