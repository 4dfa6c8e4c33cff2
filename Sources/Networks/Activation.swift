internal import Autodiff
internal import Configurations
internal import Suggestions

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
    guard let name = try object.string("activation") else {
      self = .none
      return
    }
    guard let activation = Activation(rawValue: name) else {
      let names = Self.allCases.map(\.rawValue)
      let hint =
        Suggestion.closest(to: name, among: names).map { "did you mean '\($0)'?" }
        ?? "known are \(names.joined(separator: ", "))"
      throw .invalid(place: object.place(of: "activation"), "'\(name)' is unknown; \(hint)")
    }
    self = activation
  }
}
