/// Finds the name that was meant.
package enum Suggestion {
  /// The name nearest to `name` by edit distance (Levenshtein, upper and lower case alike), the
  /// first of equals; nil when none is near enough to be what was meant: more than half of the
  /// longer name would have to change.
  package static func closest(to name: String, among names: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased())
    var best: (name: String, distance: Int)?
    for candidate in names {
      let letters = Array(candidate.lowercased())
      let distance = editDistance(wanted, letters)
      let isNear = distance * 2 <= max(wanted.count, letters.count)
      if isNear && distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The number of letters to insert, delete or replace to make one word of the other.
  static func editDistance(_ first: [Character], _ second: [Character]) -> Int {
    var row = Array(0...second.count)
    for (i, letter) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in second.enumerated() {
        let replaced = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[second.count]
  }
}
