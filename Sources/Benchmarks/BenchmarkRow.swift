/// One line of a benchmark.
public struct BenchmarkRow: Hashable, Sendable, Codable {
  public let task: BenchmarkTask
  public let model: String
  public let batch: Int
  public let threads: Int
  /// The median of the runs.
  public let examplesPerSecond: Double
  /// From the slowest to the fastest run, as a share of the median.
  public let spread: Double
  /// Multiplications and additions of the products of one example, counted in the compiled program.
  public let flopsPerExample: Int
  /// 10⁹ multiplications and additions a second.
  public let gflops: Double
  /// The share of what a loop on registers alone reached in the same run.
  public let peakShare: Double
}
