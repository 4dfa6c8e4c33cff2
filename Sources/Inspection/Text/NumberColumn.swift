internal import Evaluation

/// Numbers of one column, written alike.
enum NumberColumn {
  case percent
  /// As a user would type them.
  case short
  case fixed(decimals: Int)
  case exponential

  init(_ column: TrainingHistory.Column) {
    let numbers = (column.numbers ?? []).compactMap(\.self)
    let magnitudes = numbers.map(\.magnitude)
    let most = magnitudes.max() ?? 0
    if column.isAccuracy, numbers.allSatisfy({ (0...1).contains($0) }) {
      self = .percent
    } else if !column.isLoss, numbers.allSatisfy({ Figures.limit($0).count <= 7 }) {
      self = .short
    } else if most < 0.01 || most >= 1e7 {
      self = .exponential
    } else {
      self = .fixed(decimals: 4)
    }
  }

  func text(_ number: Double) -> String {
    switch self {
    case .percent: Figures.percent(number)
    case .short: Figures.limit(number)
    case .fixed(let decimals): Figures.fixed(number, decimals: decimals)
    case .exponential: Figures.exponential(number)
    }
  }
}
