internal import Checkpoints

/// A tensor of a file, and what its values are like.
public struct TensorSummary: Hashable, Sendable, Encodable {
  public let name: String
  /// The type as the file names it, such as `F32` or `BF16`.
  public let elementType: String
  /// The extent of each axis; empty for a scalar.
  public let shape: [Int]
  /// The number of elements.
  public let count: Int
  /// How many elements are infinite or undefined.
  public let notFinite: Int
  /// Of the finite elements; nil where there are none, or where the type is not read.
  public let statistics: Statistics?

  /// Computed in Double.
  public struct Statistics: Hashable, Sendable, Encodable {
    public let mean: Double
    /// Of these elements, not an estimate from a sample: the squares are divided by their number.
    public let standardDeviation: Double
    public let minimum: Double
    public let maximum: Double
  }

  init(_ entry: SafetensorsIndex.Entry, in bytes: [UInt8]) {
    name = entry.name
    elementType = entry.elementType
    shape = entry.shape
    count = shape.reduce(1, *)
    guard let format = ElementFormat(rawValue: entry.elementType) else {
      (notFinite, statistics) = (0, nil)
      return
    }
    var moments = Moments()
    format.forEachValue(in: bytes[entry.bytes]) { moments.add($0) }
    notFinite = count - moments.count
    statistics = moments.statistics
  }
}

/// Mean and variance in one pass that keeps their digits (Welford 1962).
private struct Moments {
  private(set) var count = 0
  private var mean = 0.0
  private var squares = 0.0
  private var minimum = Double.infinity
  private var maximum = -Double.infinity

  mutating func add(_ value: Double) {
    guard value.isFinite else { return }
    count += 1
    let difference = value - mean
    mean += difference / Double(count)
    squares += difference * (value - mean)
    minimum = min(minimum, value)
    maximum = max(maximum, value)
  }

  /// Nil without a value, and where values of float64 are too large for their own squares.
  var statistics: TensorSummary.Statistics? {
    let deviation = (squares / Double(count)).squareRoot()
    guard count > 0, mean.isFinite, deviation.isFinite else { return nil }
    return .init(mean: mean, standardDeviation: deviation, minimum: minimum, maximum: maximum)
  }
}
