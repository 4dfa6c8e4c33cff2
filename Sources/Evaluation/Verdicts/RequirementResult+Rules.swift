extension RequirementResult {
  /// `--min-robust`: met if the lower bound of the candidate's interval reaches the minimum,
  /// breached if the upper bound is below it. One result for each radius.
  static func minimumRobust(_ minimum: Double, _ evidence: Evidence) -> [RequirementResult] {
    let name = "min-robust"
    guard evidence.underminingFindings.isEmpty else { return [undermined(name, evidence)] }
    guard !evidence.robust.isEmpty else { return [nothingAttacked(name)] }
    return evidence.robust.map { robust in
      let accuracy = robust.accuracy
      let interval =
        evidence.isSequential
        ? SequentialProportionInterval(correct: accuracy.correct, count: accuracy.count).range
        : accuracy.interval
      let status = status(
        isMet: interval.lowerBound >= minimum, isBreached: interval.upperBound < minimum)
      let bound = status == .breached ? interval.upperBound : interval.lowerBound
      let decimals = Figures.decimals(of: 100 * bound, against: 100 * minimum)
      let figure =
        "robust accuracy \(Figures.percent(accuracy.accuracy)) (95 % interval "
        + "\(Figures.percentRange(interval, decimals: decimals))) at ε "
        + Figures.epsilon(robust.epsilon)
      let limit = "the minimum of \(Figures.limit(percent: minimum)) %"
      switch status {
      case .met where evidence.isSingleStepOnly:
        return singleStepOnly(name, epsilon: robust.epsilon, "\(figure) reaches \(limit)")
      case .met:
        return RequirementResult(
          name: name, epsilon: robust.epsilon, status: .met, message: "\(figure) reaches \(limit)")
      case .breached:
        return RequirementResult(
          name: name, epsilon: robust.epsilon, status: .breached,
          message: "\(figure) is below \(limit)")
      case .inconclusive:
        return RequirementResult(
          name: name, epsilon: robust.epsilon, status: .inconclusive,
          message: "\(figure) does not show whether \(limit) is reached")
      }
    }
  }

  /// `--require better` and `--require not-worse`: the weakest verdict over the radii decides.
  static func comparison(
    _ required: Requirements.Comparison, _ comparison: ComparisonVerdict?, _ evidence: Evidence
  ) -> RequirementResult {
    let name = "require"
    guard evidence.underminingFindings.isEmpty else { return undermined(name, evidence) }
    guard !evidence.robust.isEmpty else { return nothingAttacked(name) }
    guard let comparison else { return missingBaseline(name) }
    let weakest = comparison.weakest
    let status: Status =
      switch (comparison.verdict, required) {
      case (.better, _), (.equivalent, .notWorse): .met
      case (.worse, _), (.equivalent, .better): .breached
      case (.inconclusive, _), (.invalid, _): .inconclusive
      }
    let place = "at ε \(Figures.epsilon(weakest.epsilon)): \(weakest.figures)"
    let message: String
    switch comparison.verdict {
    case .better: message = "the candidate is better than the baseline \(place)"
    case .worse: message = "the candidate is worse than the baseline \(place)"
    case .equivalent: message = "candidate and baseline are equivalent \(place)"
    case .inconclusive, .invalid:
      message =
        "whether the candidate is better or worse than the baseline is not shown \(place)"
        + (weakest.limitation.map { "; \($0)" } ?? "")
    }
    guard status != .met || !evidence.isSingleStepOnly else {
      return singleStepOnly(name, epsilon: weakest.epsilon, message)
    }
    return RequirementResult(
      name: name, epsilon: weakest.epsilon, status: status, message: message)
  }

  /// `--max-clean-drop`: non-inferiority. Met if the lower bound of the difference is no lower than
  /// the allowed drop, breached if the upper bound is.
  static func maximumCleanDrop(_ drop: Double, _ evidence: Evidence) -> RequirementResult {
    let name = "max-clean-drop"
    guard evidence.underminingFindings.isEmpty else { return undermined(name, evidence) }
    guard let clean = evidence.clean else { return missingBaseline(name) }
    let interval = clean.intervalPoints
    let status = status(
      isMet: interval.lowerBound >= -drop, isBreached: interval.upperBound < -drop)
    let bound = status == .breached ? interval.upperBound : interval.lowerBound
    let range = Figures.signedRange(
      interval, decimals: Figures.decimals(of: bound, against: -drop))
    let limit = "a drop of more than \(Figures.limit(drop)) \(drop == 1 ? "point" : "points")"
    let conclusion =
      switch status {
      case .met: "rules out \(limit)"
      case .breached: "is \(limit)"
      case .inconclusive: "does not show whether it is \(limit)"
      }
    return RequirementResult(
      name: name, status: status,
      message: "the change of clean accuracy by \(Figures.signed(clean.differencePoints)) points "
        + "(95 % interval \(range)) \(conclusion)")
  }

  private static func status(isMet: Bool, isBreached: Bool) -> Status {
    isMet ? .met : isBreached ? .breached : .inconclusive
  }

  private static func undermined(_ name: String, _ evidence: Evidence) -> RequirementResult {
    RequirementResult(
      name: name, status: .inconclusive, obstacle: .underminedFigures,
      message: "not judged, because the figures are undermined by "
        + evidence.underminingFindings.joined(separator: ", "))
  }

  private static func nothingAttacked(_ name: String) -> RequirementResult {
    RequirementResult(
      name: name, status: .inconclusive, obstacle: .nothingAttacked,
      message: "robustness is required, but nothing was attacked")
  }

  private static func missingBaseline(_ name: String) -> RequirementResult {
    RequirementResult(
      name: name, status: .inconclusive, obstacle: .missingBaseline,
      message: "a comparison is required, but there is no baseline")
  }

  private static func singleStepOnly(
    _ name: String, epsilon: Double, _ message: String
  ) -> RequirementResult {
    RequirementResult(
      name: name, epsilon: epsilon, status: .inconclusive, obstacle: .singleStepOnly,
      message: "\(message); a single-step attack alone is no evidence of robustness")
  }
}
