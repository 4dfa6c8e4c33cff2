internal import Autodiff
internal import Configurations

/// What a layer does to each of its sums.
public enum Activation: String, Hashable, Sendable, CaseIterable {
  case none
  case relu

  func callAsFunction(_ x: Expression) -> Expression {
    switch self {
    case .none: x
    case .relu: x.rectified()
    }
  }

  init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    self = try object.choice("activation", among: Self.allCases, named: \.rawValue) ?? .none
  }
}
