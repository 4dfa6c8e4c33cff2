import Autodiff
import Foundation

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

  static let shared: GoldenFile = {
    let path = URL(filePath: #filePath).appending(path: "../../Golden/golden.json").standardized
    do {
      return try JSONDecoder().decode(GoldenFile.self, from: Data(contentsOf: path))
    } catch {
      preconditionFailure("\(path.path): \(error)")
    }
  }()
}
