import Foundation

/// The figures of SciPy, from `Golden/make_statistics.py`.
struct GoldenStatistics: Decodable {
  struct Holm: Decodable {
    let pValues: [Double]
    let adjusted: [Double]
  }

  struct Detectable: Decodable {
    let count: Int
    let discordant: Int
    let alpha: Double
    let power: Double
    let points: Double?
  }

  struct Sequential: Decodable {
    let count: Int
    let baseline: Int
    let candidate: Int
    let alpha: Double
    let pValue: Double
    let interval: [Double]
  }

  struct Proportion: Decodable {
    let correct: Int
    let count: Int
    let alpha: Double
    let interval: [Double]
  }

  struct Student: Decodable {
    let degrees: Int
    let confidence: Double
    let quantile: Double
  }

  struct Binomial: Decodable {
    let count: Int
    let probability: Double
    let limit: Int
    let cumulative: Double
  }

  struct Seeds: Decodable {
    let baseline: [Int]
    let candidate: [Int]
    let examples: Int
    let pValue: Double
    let interval: [Double]
  }

  let holm: [Holm]
  let detectable: [Detectable]
  let sequential: [Sequential]
  let proportion: [Proportion]
  let student: [Student]
  let binomial: [Binomial]
  let seeds: [Seeds]

  static func load() throws -> GoldenStatistics {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Golden/statistics.json").standardized
    return try JSONDecoder().decode(GoldenStatistics.self, from: Data(contentsOf: file))
  }
}
