/// Finds the name that was meant.
package enum Suggestion {
  /// The candidate that `name` was most probably meant to be, upper and lower case alike: one that
  /// begins with it, or one from which at most a third of the characters differ; of several the
  /// nearest, of equally near ones the first.
  package static func closest(to name: String, among names: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased())
    var best: (name: String, distance: Int)?
    for candidate in names {
      let letters = Array(candidate.lowercased())
      let isBegun = wanted.count > 1 && letters.starts(with: wanted)
      let limit = max(1, max(wanted.count, letters.count) / 3)
      // The lengths alone rule most candidates out, and a text of any length is read quickly.
      guard isBegun || abs(wanted.count - letters.count) <= limit else { continue }
      let distance = editDistance(wanted, letters)
      if isBegun || distance <= limit, distance < best?.distance ?? .max {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// What to say behind a name that is unknown: the name that was meant, or else the known ones.
  package static func hint(for name: String, among names: [String]) -> String {
    closest(to: name, among: names).map { "did you mean '\($0)'?" }
      ?? "known are \(names.joined(separator: ", "))"
  }

  /// How many insertions, deletions, substitutions and swaps of neighbours lead from one word to
  /// the other (the optimal string alignment distance).
  static func editDistance(_ source: [Character], _ target: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...target.count)
    for (i, character) in source.enumerated() {
      var row = [i + 1]
      for (j, wanted) in target.enumerated() {
        var distance = min(last[j + 1] + 1, row[j] + 1, last[j] + (character == wanted ? 0 : 1))
        if i > 0, j > 0, character == target[j - 1], source[i - 1] == wanted {
          distance = min(distance, beforeLast[j - 1] + 1)
        }
        row.append(distance)
      }
      beforeLast = last
      last = row
    }
    return last[target.count]
  }
}
