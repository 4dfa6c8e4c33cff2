extension String {
  /// The candidate that this text was most probably meant to be: one that begins with it, or one
  /// from which at most a third of the characters differ; of several, the nearest.
  func closest(of candidates: [String]) -> String? {
    let near = candidates.map { (name: $0, distance: editDistance(to: $0)) }.filter {
      let begun = count > 1 && $0.name.hasPrefix(self)
      return begun || $0.distance <= max(1, max(count, $0.name.count) / 3)
    }
    return near.min { $0.distance < $1.distance }?.name
  }

  /// How many insertions, deletions, substitutions and swaps of neighbours lead to `other`
  /// (the optimal string alignment distance).
  func editDistance(to other: String) -> Int {
    let source = Array(self)
    let target = Array(other)
    var beforeLast: [Int] = []
    var last = Array(0...target.count)
    for (i, character) in source.enumerated() {
      var row = [i + 1]
      for (j, wanted) in target.enumerated() {
        var distance = Swift.min(
          last[j + 1] + 1, row[j] + 1, last[j] + (character == wanted ? 0 : 1))
        if i > 0, j > 0, character == target[j - 1], source[i - 1] == wanted {
          distance = Swift.min(distance, beforeLast[j - 1] + 1)
        }
        row.append(distance)
      }
      beforeLast = last
      last = row
    }
    return last[target.count]
  }
}
