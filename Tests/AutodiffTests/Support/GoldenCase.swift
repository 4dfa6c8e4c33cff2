import Foundation

/// Inputs and results of another implementation, from a file in `Golden/`.
struct GoldenCase: Decodable {
  struct Array: Decodable {
    let shape: [Int]
    let elements: [Double]
  }

  let inputs: [String: Array]
  let results: [String: Array]
  let numbers: [String: Double]

  static func named(_ name: String, in document: String = "golden") throws -> GoldenCase {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Golden/\(document).json").standardized
    let cases = try JSONDecoder().decode([String: GoldenCase].self, from: Data(contentsOf: file))
    return cases[name]!
  }
}
