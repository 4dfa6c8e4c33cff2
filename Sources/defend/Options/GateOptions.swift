public import ArgumentParsing
public import Evaluation

/// What a candidate must show, and what happens when it does not.
struct GateOptions: ParsableArguments {
  @Option(
    "min-robust", valueName: "share", as: .share,
    help: "The least robust accuracy at every ε, such as 0.8 or 80%.")
  var minimumRobust: Double?

  @Option(
    "require", valueName: "verdict", as: .standard,
    help: "What the robust accuracy must be beside the baseline's.")
  var comparison: Requirements.Comparison?

  @Option(
    "max-clean-drop", valueName: "points", as: .range(0...100),
    help: "How much clean accuracy may be lost against the baseline, in percentage points.")
  var maximumCleanDrop: Double?

  @Option(
    "margin", valueName: "points", as: .range(0...100),
    help: "Differences up to this are equivalent. (default: 1)")
  var margin: Double?

  @Option(
    "alpha", valueName: "p", as: .level,
    help: "A difference counts as shown at a p-value up to this. (default: 0.05)")
  var alpha: Double?

  @Option(
    "inconclusive", valueName: "result", as: .standard,
    help: "What it comes to when the images are too few to decide; fail if not given.")
  var inconclusive: Inconclusive?

  @Flag("report-only", help: "Exit with 0 whatever the requirements say.")
  var reportOnly: Bool

  static let arguments = ArgumentSet<Self>(
    \.$minimumRobust, \.$comparison, \.$maximumCleanDrop, \.$margin, \.$alpha, \.$inconclusive,
    \.$reportOnly)

  enum Inconclusive: String, CaseIterable, ExpressibleByArgument {
    case fail, pass
  }

  func validate() throws(ValidationError) {
    if inconclusive != nil, minimumRobust == nil, comparison == nil, maximumCleanDrop == nil {
      throw ValidationError(
        "--inconclusive needs a requirement: --min-robust, --require or --max-clean-drop")
    }
  }

  /// A comparison that cannot be made must not look like one that went well.
  func checkWithoutBaseline() throws(ValidationError) {
    let options = [
      ("--require", comparison != nil), ("--max-clean-drop", maximumCleanDrop != nil),
      ("--margin", margin != nil), ("--alpha", alpha != nil),
    ]
    if let (name, _) = options.first(where: { $0.1 }) {
      throw ValidationError(
        "\(name) needs a baseline to compare with; name two checkpoints, the baseline first")
    }
  }

  var requirements: Requirements {
    var requirements = Requirements(
      minimumRobust: minimumRobust, comparison: comparison, maximumCleanDrop: maximumCleanDrop,
      inconclusivePasses: inconclusive == .pass, isReportOnly: reportOnly)
    if let margin { requirements.margin = margin }
    if let alpha { requirements.alpha = alpha }
    return requirements
  }
}

extension Requirements.Comparison: ExpressibleByArgument {}

extension ArgumentFormat<Double> {
  /// A share in 0…1, or a percentage such as `80%`.
  fileprivate static let share = ArgumentFormat { text throws(ValidationError) in
    let value = text.hasSuffix("%") ? Double(text.dropLast()).map { $0 / 100 } : Double(text)
    guard let value, (0...1).contains(value) else {
      throw ValidationError("not a share between 0 and 1, such as 0.8 or 80%")
    }
    return value
  }

  /// A level of significance.
  fileprivate static let level = ArgumentFormat { text throws(ValidationError) in
    guard let value = Double(text), 0 < value, value <= 0.5 else {
      throw ValidationError("not a number above 0 and at most 0.5, such as 0.05")
    }
    return value
  }
}
