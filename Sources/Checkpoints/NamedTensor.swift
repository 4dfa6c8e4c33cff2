public import Autodiff

/// A tensor with its name in a file.
public struct NamedTensor: Hashable, Sendable {
  public let name: String
  public let value: Tensor

  public init(name: String, value: Tensor) {
    self.name = name
    self.value = value
  }
}
