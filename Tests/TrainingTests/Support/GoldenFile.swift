import Autodiff
import TestSupport

/// Numbers of PyTorch in float64 (see `Golden/make_golden.py`).
struct GoldenFile: Decodable {
  struct Measured: Decodable {
    let loss: Double
    let gradients: [[Double]]
  }

  struct Free: Decodable {
    let rate: Double
    let losses: [Double]
    let parameters: [[Double]]
  }

  let epsilon: Double
  let parameters: [[Double]]
  let pixels, labels: [Int]
  let adversarial, neighbours: [Double]
  let trades, mart, angle, angleOfBoth: Measured
  let free: Free

  static let shared = golden()
}
