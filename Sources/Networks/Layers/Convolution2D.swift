public import Autodiff
public import Configurations

/// A 2-D convolution: `[N, H, W, Cin]` to `[N, OH, OW, filters]`, weights `[KH, KW, Cin, filters]`.
public struct Convolution2D: Layer {
  public static let type = "convolution"

  public let filters: Int
  public let kernel: [Int]
  public let window: WindowConfiguration
  public let activation: Activation

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    filters = try object.required("filters", object.integer("filters", in: 1...65_536))
    kernel = try object.required("kernel", object.integers("kernel", count: 2, in: 1...1024))
    window = try WindowConfiguration(&object, defaultStride: [1, 1])
    activation = try Activation(&object)
  }

  public var configuration: [String: JSONValue] {
    window.configuration.merging([
      "filters": .integer(filters), "kernel": .array(kernel.map { .integer($0) }),
      "activation": .string(activation.rawValue),
    ]) { $1 }
  }

  public func outputShape(for input: [Int]) throws(ModelError) -> [Int] {
    try window.outputExtents(Self.type, input: input, window: kernel) + [filters]
  }

  public func parameters(for input: [Int]) -> [Parameter] {
    let taps = kernel[0] * kernel[1]
    return [
      Parameter(
        "weights", shape: kernel + [input[2], filters],
        .glorotUniform(fanIn: taps * input[2], fanOut: taps * filters)),
      Parameter("biases", shape: [filters], .zeros),
    ]
  }

  public func callAsFunction(_ x: Expression, parameters: [Expression]) -> Expression {
    activation(x.convolved(with: parameters[0], window.placement) + parameters[1])
  }
}
