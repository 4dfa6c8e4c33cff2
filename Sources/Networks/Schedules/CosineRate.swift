public import Configurations

/// The learning rate falls along half a cosine to 0: slowly, fast, slowly (Loshchilov & Hutter 2017,
/// "SGDR", without restarts).
public struct CosineRate: LearningRateCurve {
  public static let type = "cosine"

  public init() {}

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {}

  public var configuration: [String: JSONValue] { [:] }

  public func factor(step: Int, of count: Int, warmup: Int) -> Double {
    let share = Double(step - 1 - warmup) / Double(count - warmup)
    return (1 + cosine(halfTurns: share)) / 2
  }
}

/// cos(π · x) for x in 0…1, with the same bits everywhere, as the C library's cosine has not.
///
/// Taylor's series of the cosine, and of the sine of the complement, are needed up to π/4 only;
/// what they leave out there is below 10⁻¹⁷.
func cosine(halfTurns x: Double) -> Double {
  if x > 0.5 { return -cosine(halfTurns: 1 - x) }
  let angle = .pi * (x <= 0.25 ? x : 0.5 - x)
  // 1 − a²/(1·2)·(1 − a²/(3·4)·(…)) for the cosine, a·(1 − a²/(2·3)·(1 − a²/(4·5)·(…))) for the sine.
  let powers = x <= 0.25 ? stride(from: 16, to: 0, by: -2) : stride(from: 17, to: 1, by: -2)
  let series = powers.reduce(1.0) { 1 - angle * angle / Double($1 * ($1 - 1)) * $0 }
  return x <= 0.25 ? series : angle * series
}
