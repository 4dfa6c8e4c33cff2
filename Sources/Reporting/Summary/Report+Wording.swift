internal import Evaluation

extension Report {
  /// The short name of the checkpoint at an index, for column heads and references.
  static func label(_ index: Int) -> String { "[\(index + 1)]" }

  /// The label of a path, or the path itself where the report has no figures of it.
  func label(of path: String) -> String {
    checkpoints.firstIndex { $0.path == path }.map(Self.label) ?? path
  }

  /// The labels of the checkpoints of a side.
  func label(of paths: [String]) -> String {
    paths.map { label(of: $0) }.joined(separator: ", ")
  }

  /// The names under which figures stand, in the report's order.
  var suites: [String] {
    let names = checkpoints.flatMap(\.robust).map(\.attack)
    return names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map(\.element)
  }

  /// The radii that any checkpoint has a figure for under a suite, in ascending order.
  func epsilons(of suite: String) -> [Double] {
    let robust = checkpoints.flatMap(\.robust).filter { $0.attack == suite }
    return Set(robust.map(\.epsilon)).sorted()
  }

  /// `mnist-5k, 1000 test images`
  var datasetText: String { "\(dataset.name), \(dataset.count) \(dataset.split) images" }

  /// `quick: fgsm, pgd, apgd-ce`, or the attacks alone where the suite has no name of its own.
  var attacksText: String {
    let attacks = attacks.map(\.name)
    let list = attacks.joined(separator: ", ")
    guard suites.count == 1, suites[0] != attacks.joined(separator: "+") else { return list }
    return attacks.contains(suites[0]) ? list : "\(suites[0]): \(list)"
  }

  /// How the figures were made, one remark each.
  var methods: [String] {
    let range = [threat.range.lowerBound, threat.range.upperBound]
      .map(Figures.epsilon).joined(separator: "…")
    let level = Figures.fixed(100 * confidence.rawValue, decimals: 0)
    let methods = gates.compactMap(\.gate.comparison).flatMap(\.robust).map(\.method)
    let verdict: [String] =
      if methods.contains(.seeds) {
        ["verdict: permutation test over the checkpoints"]
      } else if spending != nil {
        ["verdict: sequential test, valid wherever it stops"]
      } else {
        []
      }
    guard !comparisons.isEmpty else {
      return ["pixels in \(range)", "\(level) % intervals: Wilson"] + verdict
    }
    return [
      "pixels in \(range)", "\(level) % intervals: Wilson, of differences Bonett-Price",
      "p: exact McNemar, two-sided",
    ] + verdict
  }
}

extension Report.Attack {
  /// The name and what decides the strength, as far as the name does not say it:
  /// `pgd, 40 steps, 5 restarts`.
  var details: String {
    var words = name
    if targets > 0, !name.contains("targets=") { words += ", towards \(targets) classes" }
    if steps > 1, !name.contains("steps=") { words += ", \(steps) steps" }
    if restarts > 1, !name.contains("restarts=") { words += ", \(restarts) restarts" }
    return words
  }

  /// `fgsm, a single-step attack`
  var sentence: String {
    let rest = details.dropFirst(name.count)
    return "\(name), \(kind == .iterative ? "an" : "a") \(kind.rawValue) attack\(rest)"
  }
}
