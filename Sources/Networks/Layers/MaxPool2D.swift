public import Autodiff
public import Configurations

/// 2-D max-pooling: `[N, H, W, C]` to `[N, OH, OW, C]`; the stride is the window's size unless
/// given.
public struct MaxPool2D: Layer {
  public static let type = "max-pool"

  public let size: [Int]
  public let window: WindowConfiguration

  public init(_ object: inout ConfigurationObject) throws(ConfigurationError) {
    size = try object.required("window", object.integers("window", count: 2, in: 1...1024))
    window = try WindowConfiguration(&object, defaultStride: size)
  }

  public var configuration: [String: JSONValue] {
    window.configuration.merging(["window": .array(size.map { .integer($0) })]) { $1 }
  }

  public func outputShape(for input: [Int]) throws(ModelError) -> [Int] {
    guard window.padding.allSatisfy({ $0 < size.min()! }) else {
      throw .layer(Self.type, "padding \(window.padding) must be smaller than the window \(size)")
    }
    return try window.outputExtents(Self.type, input: input, window: size) + [input[2]]
  }

  public func callAsFunction(_ x: Expression, parameters: [Expression]) -> Expression {
    x.maxPooledOnce(windowHeight: size[0], windowWidth: size[1], window.placement)
  }
}
