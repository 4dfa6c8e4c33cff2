extension Report {
  /// Adversarial examples crafted on one checkpoint and tried on another, at one radius.
  public struct Transfer: Hashable, Sendable, Codable {
    /// The attack's name.
    public var attack: String

    /// The radius, in pixel units.
    public var epsilon: Double

    /// The paths of the checkpoints that the examples were crafted on: the rows.
    public let sources: [String]

    /// The paths of the checkpoints that the examples were tried on: the columns.
    public let targets: [String]

    /// The targets' robust accuracies, `[source][target]`. Where both are the same checkpoint the
    /// figure is the white-box one.
    public let accuracies: [[Accuracy]]

    /// - Precondition: `accuracies` has a row for every source, and each row a figure for every
    ///   target.
    public init(
      attack: String, epsilon: Double, sources: [String], targets: [String],
      accuracies: [[Accuracy]]
    ) {
      precondition(
        accuracies.count == sources.count && accuracies.allSatisfy { $0.count == targets.count },
        "Transfer: rows of \(accuracies.map(\.count)) figures do not fill a matrix of "
          + "\(sources.count) sources and \(targets.count) targets")
      self.attack = attack
      self.epsilon = epsilon
      self.sources = sources
      self.targets = targets
      self.accuracies = accuracies
    }
  }
}
