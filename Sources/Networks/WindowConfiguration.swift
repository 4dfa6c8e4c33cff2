internal import Autodiff
internal import Configurations

/// The stride and the padding of a convolution or a pooling, as a specification gives them.
public struct WindowConfiguration: Hashable, Sendable {
  /// Down and across.
  public let stride: [Int]
  /// Above and below, left and right.
  public let padding: [Int]

  init(
    _ object: inout ConfigurationObject, defaultStride: [Int]
  ) throws(ConfigurationError) {
    stride = try object.integers("stride", count: 2, in: 1...1024) ?? defaultStride
    padding = try object.integers("padding", count: 2, in: 0...1024) ?? [0, 0]
  }

  var configuration: [String: JSONValue] {
    [
      "stride": .array(stride.map { .integer($0) }),
      "padding": .array(padding.map { .integer($0) }),
    ]
  }

  var placement: WindowPlacement {
    WindowPlacement(
      strideY: stride[0], strideX: stride[1], top: padding[0], left: padding[1],
      bottom: padding[0], right: padding[1])
  }

  func outputExtents(
    _ layer: String, input: [Int], window: [Int]
  ) throws(ModelError) -> [Int] {
    guard input.count == 3 else {
      throw .layer(layer, "it takes an image [H, W, C], not \(input)")
    }
    guard
      let count = placement.count(
        height: input[0], width: input[1], windowHeight: window[0], windowWidth: window[1])
    else {
      throw .layer(layer, "a window of \(window) does not fit on \(input) with padding \(padding)")
    }
    return [count.0, count.1]
  }
}
