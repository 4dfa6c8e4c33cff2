package import Evaluation

extension Report {
  /// The weakest verdict in a few words, as every format shows it:
  /// `better (+17.40 points at ε 0.1, …)`. Nil where nothing was compared.
  package var verdictText: String? {
    guard let verdict else { return nil }
    return gates.first { $0.gate.comparison?.verdict == verdict }.flatMap {
      verdictText(of: $0, name: gates.count > 1 ? label(of: $0.candidate) + " " : "")
    }
  }

  /// The verdict on one candidate.
  func verdictText(of entry: CandidateGate, name: String = "") -> String? {
    guard let comparison = entry.gate.comparison else { return nil }
    let verdict = comparison.verdict.rawValue
    guard comparison.verdict != .invalid else { return verdict + codes(of: entry) }
    let figures = comparison.weakest.figures(margin: entry.gate.requirements.margin)
    let attacks = isSingleStepOnly ? " under single-step attacks alone" : ""
    return "\(verdict)\(attacks) (\(name)\(figures))"
  }

  /// What the requirements say in a few words: `pass`, `breached (report only)`. Nil where nothing
  /// was required and nothing stands in the way.
  package var gateText: String? {
    let hasRequirements = gates.contains { !$0.gate.results.isEmpty }
    guard hasRequirements || outcome != .pass else { return nil }
    // Where there is a verdict, it names the findings.
    let entry = gates.first { $0.gate.outcome == .invalid && $0.gate.comparison == nil }
    let isReportOnly = gates.contains { $0.gate.requirements.isReportOnly }
    return outcome.rawValue + (entry.map { codes(of: $0) } ?? "")
      + (isReportOnly ? " (report only)" : "")
  }

  var isSingleStepOnly: Bool {
    !attacks.isEmpty && attacks.allSatisfy { $0.kind == .singleStep }
  }

  /// The codes of the findings that make a candidate's evaluation invalid, in parentheses.
  private func codes(of entry: CandidateGate) -> String {
    let codes = invalidFindings(of: entry).map(\.code)
    let unique = codes.enumerated().filter { codes.firstIndex(of: $1) == $0 }.map(\.element)
    return unique.isEmpty ? "" : " (\(unique.joined(separator: ", ")))"
  }
}

extension RobustVerdict {
  /// What the verdict rests on: of equivalence the interval within the margin, of all else the
  /// interval and the p-value.
  fileprivate func figures(margin: Double) -> String {
    let words = [
      "\(Figures.signed(differencePoints)) points at ε \(Figures.epsilon(epsilon))",
      intervalPoints.map { "95 % interval \(Figures.signedRange($0))" },
      verdict == .equivalent
        ? "margin \(Figures.points(margin))" : Figures.pValue(adjustedPValue),
    ]
    return words.compactMap(\.self).joined(separator: ", ")
  }
}

extension Figures {
  /// `1 point`, `0.5 points`.
  static func points(_ limit: Double) -> String {
    Self.limit(limit) + (limit == 1 ? " point" : " points")
  }

  /// `p < 0.0001`, `p = 0.0123`.
  static func pValue(_ value: Double) -> String {
    let text = probability(value)
    return text.hasPrefix("<") ? "p \(text)" : "p = \(text)"
  }
}
