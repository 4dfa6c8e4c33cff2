/// What an evaluation found about a candidate, as far as verdicts and requirements need it.
///
/// Intervals are those of ``ConfidenceLevel/percent95``.
public struct Evidence: Hashable, Sendable {
  /// The figures at one radius.
  public struct Robust: Hashable, Sendable {
    /// The radius, in pixel units.
    public var epsilon: Double

    /// The candidate's robust accuracy; of several checkpoints, that of the least robust.
    public var accuracy: Accuracy

    /// The robust accuracies of candidate and baseline on the same examples; `nil` without one.
    public var comparison: PairedComparison?

    /// Where a side has several checkpoints: the comparison of the two recipes, which then decides
    /// in place of ``comparison``.
    public var seeds: SeedComparison?

    public init(
      epsilon: Double, accuracy: Accuracy, comparison: PairedComparison? = nil,
      seeds: SeedComparison? = nil
    ) {
      self.epsilon = epsilon
      self.accuracy = accuracy
      self.comparison = comparison
      self.seeds = seeds
    }
  }

  /// The figures at every radius; empty if nothing was attacked.
  public var robust: [Robust]

  /// The clean accuracies of candidate and baseline on the same examples; `nil` without a baseline.
  public var clean: PairedComparison?

  /// Whether no attack takes more than one step: such figures alone never meet a requirement on
  /// robustness.
  public var isSingleStepOnly: Bool

  /// Whether the number of attacked examples was not fixed in advance, but depended on what was
  /// seen: the robust figures are then judged by ``SequentialPairedTest`` and
  /// ``SequentialProportionInterval``.
  public var isSequential: Bool

  /// The codes of the findings that undermine the figures, such as `"trained-on-test-data"`.
  public var underminingFindings: [String]

  public init(
    robust: [Robust], clean: PairedComparison? = nil, isSingleStepOnly: Bool = false,
    isSequential: Bool = false, underminingFindings: [String] = []
  ) {
    self.robust = robust
    self.clean = clean
    self.isSingleStepOnly = isSingleStepOnly
    self.isSequential = isSequential
    self.underminingFindings = underminingFindings
  }
}
