public import Autodiff

/// The exponential moving average of a model's parameters: average ← average + (1 − decay) ·
/// (parameter − average) after every step (Polyak & Juditsky 1992; in this form Tarvainen & Valpola
/// 2017).
///
/// The averages are variables `ema.<parameter>`. They begin as a copy of the initial parameters
/// (``begin(_:in:)``), so they have no bias to correct.
public struct ExponentialMovingAverage: Hashable, Sendable {
  /// The share of an average that a step keeps.
  public let decay: Double

  /// What decays may be.
  public static let decays = 0.0...0.999_999

  /// - Precondition: `decay` is in ``decays``.
  public init(decay: Double) {
    precondition(Self.decays.contains(decay), "ExponentialMovingAverage: a decay of \(decay)")
    self.decay = decay
  }

  /// The name of a parameter's average.
  public static func variableName(of parameter: String) -> String { "ema.\(parameter)" }

  /// Sets the averages to the parameters as they are.
  ///
  /// - Precondition: The parameters have values.
  public func begin(_ parameters: [String], in variables: Variables) {
    for name in parameters { variables[Self.variableName(of: name)] = variables[name] }
  }

  /// What becomes of the averages in a step, to be added to the step's own updates: the averages
  /// follow the new values.
  ///
  /// - Parameter step: the updates of the step; those of other variables are passed over.
  public func updates(
    of parameters: [Expression], after step: [Program.Update]
  ) -> [Program.Update] {
    let newValues = Dictionary(uniqueKeysWithValues: step.map { ($0.variable, $0.value) })
    return parameters.map { parameter in
      guard let name = parameter.variableName, let newValue = newValues[parameter] else {
        preconditionFailure("ExponentialMovingAverage: the step does not update \(parameter.type)")
      }
      let average = parameter.graph.variable(
        Self.variableName(of: name), shape: parameter.shape.extents(batch: 0))
      return (average, average + Float(1 - decay) * (newValue - average))
    }
  }
}
