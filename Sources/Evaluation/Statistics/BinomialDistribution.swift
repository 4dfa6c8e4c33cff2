/// The number of successes in a number of independent trials of one probability.
struct BinomialDistribution {
  let count: Int
  let probability: Double

  /// P(X ≤ `limit`), made of additions, multiplications and divisions alone.
  func cumulative(_ limit: Int) -> Double {
    guard limit >= 0 else { return 0 }
    guard limit < count, probability > 0 else { return 1 }
    guard probability < 1 else { return 0 }
    // Every term is known up to one factor from its neighbour. Starting with 1 at the largest, the
    // sum of all gives the factor, and what underflows on the way out is too small to matter.
    let mode = min(count, Int(Double(count + 1) * probability))
    let odds = probability / (1 - probability)
    var below = mode <= limit ? 1.0 : 0
    var above = 1 - below
    func add(_ term: Double, at index: Int) {
      if index <= limit { below += term } else { above += term }
    }
    var term = 1.0
    var index = mode
    while index < count, term > 0x1p-200 {
      term *= Double(count - index) / Double(index + 1) * odds
      index += 1
      add(term, at: index)
    }
    (term, index) = (1, mode)
    while index > 0, term > 0x1p-200 {
      term *= Double(index) / Double(count - index + 1) / odds
      index -= 1
      add(term, at: index)
    }
    return below / (below + above)
  }
}
