/// P-values of several tests, corrected so that the chance of even one false claim among them stays
/// below the level at which they are read.
///
/// The step-down procedure: it holds whatever the dependence between the tests (radii of one attack
/// on the same examples depend strongly), and never claims less than Bonferroni's.
///
/// S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
/// Statistics 6 (1979).
public struct HolmCorrection: Hashable, Sendable {
  /// The corrected p-values, in the order of those given: a test holds at level α if its corrected
  /// p-value is at most α.
  public let adjustedPValues: [Double]

  /// - Precondition: every p-value is in 0…1.
  public init(pValues: [Double]) {
    precondition(
      pValues.allSatisfy { (0...1).contains($0) },
      "HolmCorrection: p-values \(pValues) must be in 0…1")
    var adjusted = pValues
    var largest = 0.0
    let ascending = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    for (rank, index) in ascending.enumerated() {
      largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
      adjusted[index] = largest
    }
    adjustedPValues = adjusted
  }
}
