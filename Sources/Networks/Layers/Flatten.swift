public import Autodiff
public import Configurations

/// All axes of an example in one: `[N, H, W, C]` to `[N, H·W·C]`.
public struct Flatten: Layer {
  public static let type = "flatten"

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {}

  public var configuration: [String: JSONValue] { [:] }

  public func outputShape(for input: [Int]) throws(ModelError) -> [Int] {
    [input.reduce(1, *)]
  }

  public func callAsFunction(_ x: Expression, parameters: [Expression]) -> Expression {
    x.flattened()
  }
}
