import TestSupport

/// The numbers of PyTorch (see `Golden/make_golden.py`).
struct GoldenFile: Decodable {
  struct OptimizerRun: Decodable, CustomStringConvertible {
    let type, settings: String
    /// What a schedule multiplies the rate by, for every step.
    let factors: [Double]
    /// `[parameter][element]`
    let first: [[Double]]
    /// `[step][parameter][element]`
    let gradients, after: [[[Double]]]

    var description: String { "\(type) \(settings)" }
  }

  struct Schedule: Decodable, CustomStringConvertible {
    /// JSON.
    let configuration: String
    let factors: [Double]

    var description: String { configuration }
  }

  struct Clipping: Decodable, CustomStringConvertible {
    let limit, norm: Double
    /// `[gradient][element]`
    let gradients, clipped: [[Double]]

    var description: String { "\(norm) to \(limit)" }
  }

  struct Average: Decodable, CustomStringConvertible {
    let decay, rate: Double
    let first: [Double]
    /// `[step][element]`
    let gradients, averages: [[Double]]

    var description: String { "decay \(decay)" }
  }

  let optimizers: [OptimizerRun]
  let schedules: [Schedule]
  let clippings: [Clipping]
  let averages: [Average]

  static let shared = golden()
}
