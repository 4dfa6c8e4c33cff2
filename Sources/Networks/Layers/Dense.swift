public import Autodiff
public import Configurations

/// A fully connected layer: `[N, in]` to `[N, units]`, weights `[in, units]`.
public struct Dense: Layer {
  public static let type = "dense"

  public let units: Int
  public let activation: Activation

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    units = try object.required("units", object.integer("units", in: 1...65_536))
    activation = try Activation(&object)
  }

  public var configuration: [String: JSONValue] {
    ["units": .integer(units), "activation": .string(activation.rawValue)]
  }

  public func outputShape(for input: [Int]) throws(ModelError) -> [Int] {
    guard input.count == 1 else {
      throw .layer(Self.type, "it takes a vector, not \(input); put a flatten layer before it")
    }
    return [units]
  }

  public func parameters(for input: [Int]) -> [Parameter] {
    [
      Parameter(
        "weights", shape: [input[0], units], .glorotUniform(fanIn: input[0], fanOut: units)),
      Parameter("biases", shape: [units], .zeros),
    ]
  }

  public func callAsFunction(_ x: Expression, parameters: [Expression]) -> Expression {
    activation(Expression.product(x, parameters[0]) + parameters[1])
  }
}
