import Foundation

/// Inputs and results of another implementation, from `Golden/golden.json`.
struct GoldenCase: Decodable {
  struct Array: Decodable {
    let shape: [Int]
    let elements: [Double]
  }

  let inputs: [String: Array]
  let results: [String: Array]
  let numbers: [String: Double]

  static func named(_ name: String) throws -> GoldenCase {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Golden/golden.json").standardized
    let cases = try JSONDecoder().decode([String: GoldenCase].self, from: Data(contentsOf: file))
    return cases[name]!
  }
}
