import TestSupport

/// The numbers of another implementation (see `Golden/make_golden.py`).
struct GoldenFile: Decodable {
  struct Trajectory: Decodable, CustomStringConvertible {
    let loss: String
    let epsilon: Double
    let norm: String
    let steps: Int
    let decay: Double?
    /// `[example][pixel]`
    let starts: [[Double]]
    /// `[example][step][pixel]`; an example may end before the last step.
    let images: [[[Double]]]

    var description: String { "\(loss), \(norm), \(steps) steps" }
  }

  struct Checkpoints: Decodable {
    let steps: Int
    let places: [Int]
  }

  struct Sides: Decodable, CustomStringConvertible {
    let queries, height, width: Int
    let odd: Bool
    let steps, sides: [Int]

    var description: String { "\(queries) queries, \(height) x \(width), \(odd ? "odd" : "any")" }
  }

  struct Bumps: Decodable {
    let side: Int
    let values: [Double]
  }

  struct Losses: Decodable {
    let logits: [Double]
    let label, target: Int
    let margin, targetedMargin, ratio, targetedRatio: Double
  }

  let shape: [Int]
  let hidden, classes, count: Int
  let parameters: [[Double]]
  let originals: [Double]
  let labels, targets: [Double]
  let pgd, mifgsm, apgd: [Trajectory]
  let checkpoints: [Checkpoints]
  let sides: [Sides]
  let bumps: [Bumps]
  let losses: [Losses]

  static let shared = golden()
}
