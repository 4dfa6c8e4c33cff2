import Evaluation

extension Report {
  /// Names and messages that try to be more than text, in every form a report has.
  static var hostile: Report {
    let path = "a|b`c\\|<script>&\"'*_$[x](y)\u{1B}[2J\r\n::error::%0A]]>\u{0}\u{FFFF},d:e"
    var report = Report.small
    report.checkpoints[0].path = path
    report.findings = [
      Finding(code: "x,y:z%", severity: .invalid, checkpoint: path, message: "on \(path)"),
      Finding(code: "n", severity: .note, message: "\u{1B}]0;title\u{7}"),
    ]
    report.gates = [
      CandidateGate(
        candidate: [path], baseline: [],
        gate: Gate(
          Requirements(minimumRobust: 0.8),
          evidence: Evidence(
            robust: [.init(epsilon: 0.1, accuracy: Accuracy(correct: 1, count: 3))])))
    ]
    return report
  }
}
