public import Autodiff

/// A run of training at one moment: all that is needed to go on to the same bytes.
public struct TrainingState: Sendable {
  /// The epoch under way, counted from 1.
  public internal(set) var epoch = 1
  /// How many of its steps are taken.
  public internal(set) var stepsOfEpoch = 0
  /// The steps from the first weights to these, those that were rolled back left out.
  public internal(set) var steps = 0
  /// The sum of the losses of the epoch's examples.
  var lossSum = 0.0
  var leastAlignment: Double?
  /// The alignment when the model was last found to be healthy.
  var healthyAlignment: Double?
  /// The attacks that the run was healed with.
  public internal(set) var remedies: [String] = []
  public internal(set) var history: [EpochRecord] = []
  /// The weights to deliver so far.
  public internal(set) var best: Weights?
  var bestScore: Score?
  /// The weights of the last epoch that was not rolled back.
  public internal(set) var last: Weights?
  /// Their moving average; nil for a recipe without one.
  public internal(set) var average: Weights?
  /// Epochs since the best figure of early stopping.
  var waited = 0
  var bestWaitedFor: Double?
  /// Where a collapse goes back to.
  var healthy = Moment()
  /// The variables' values: parameters and what the optimizer keeps.
  var current: [String: Tensor] = [:]
  /// What the objective keeps from step to step.
  var kept: [String: Tensor] = [:]

  /// The weights at the end of an epoch.
  public struct Weights: Sendable {
    public let epoch: Int
    /// The parameters' values, in the model's order.
    public let parameters: [Tensor]
  }

  /// What decides which weights are delivered: the first figure, in a tie the next.
  struct Score: Hashable, Sendable {
    let values: [Double]

    func isBetter(than other: Score) -> Bool {
      other.values.lexicographicallyPrecedes(values)
    }
  }

  /// The end of the last epoch after which nothing was wrong.
  struct Moment: Sendable {
    var epoch = 1
    var steps = 0
    var alignment: Double?
    var variables: [String: Tensor] = [:]
    var kept: [String: Tensor] = [:]
  }

  /// Whether the tensors are those of a run that begins with this moment and these weights, by their
  /// names and shapes.
  func isLike(_ moment: Moment, parameters: [Tensor]) -> Bool {
    func are(_ values: [String: Tensor], like others: [String: Tensor]) -> Bool {
      values.count == others.count
        && values.allSatisfy { name, value in others[name].map { value.isLike($0) } ?? false }
    }
    return are(current, like: moment.variables) && are(healthy.variables, like: moment.variables)
      && are(kept, like: moment.kept) && are(healthy.kept, like: moment.kept)
      && [best, last, average].allSatisfy { weights in
        weights.map { zip($0.parameters, parameters).allSatisfy { $0.isLike($1) } } ?? true
      }
  }
}

extension Tensor {
  fileprivate func isLike(_ other: Tensor) -> Bool {
    shape == other.shape && elementType == other.elementType
  }
}
