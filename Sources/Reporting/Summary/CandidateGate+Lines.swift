internal import Evaluation

extension Report.CandidateGate {
  /// The requirement of a result as it is typed: `--min-robust 80%`.
  func option(of result: RequirementResult) -> String {
    let requirements = gate.requirements
    let value: String? =
      switch result.name {
      case "min-robust":
        requirements.minimumRobust.map { Figures.limit(percent: $0) + "%" }
      case "require": requirements.comparison?.rawValue
      case "max-clean-drop": requirements.maximumCleanDrop.map { Figures.limit($0) }
      default: nil
      }
    return "--" + result.name + (value.map { " " + $0 } ?? "")
  }

  /// What a result comes to. It can be undecided and yet no obstacle.
  func consequence(of result: RequirementResult) -> Consequence {
    switch result.status {
    case .met: .passes
    case .breached: .breaches
    case .inconclusive where result.obstacle == .underminedFigures: .notJudged
    case .inconclusive where gate.requirements.inconclusivePasses && result.obstacle == nil:
      .isTolerated
    case .inconclusive: .blocks
    }
  }

  enum Consequence: Hashable, Sendable {
    case passes
    case breaches
    /// Undecided, and so not passed.
    case blocks
    /// Undecided, which `--inconclusive=pass` allows.
    case isTolerated
    /// The evaluation itself is invalid.
    case notJudged
  }
}

extension Report {
  /// The findings that make the evaluation of a candidate invalid: its own, its baseline's, and those
  /// of all checkpoints.
  func invalidFindings(of gate: CandidateGate) -> [Finding] {
    let paths = gate.candidate + gate.baseline
    return findings.filter { finding in
      finding.severity == .invalid && (finding.checkpoint.map(paths.contains) ?? true)
    }
  }
}
