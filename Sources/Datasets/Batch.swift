/// A few examples of a data set in one place, to be filled again and again by a ``BatchLoader``.
///
/// The arrays have room for a whole batch; only the first ``count`` examples in them are valid.
public final class Batch {
  /// The most examples the batch holds.
  public let capacity: Int
  /// The shape of one image, `[H, W, C]`.
  public let imageShape: [Int]
  /// The number of examples now in the batch.
  public private(set) var count = 0
  /// The images, `[capacity, H, W, C]`.
  public private(set) var images: [UInt8]
  /// The classes, `[capacity]`.
  public private(set) var labels: [Int32]
  /// The examples' indices in the data set, `[capacity]`.
  public private(set) var examples: [Int32]

  public init(capacity: Int, imageShape: [Int]) {
    precondition(capacity > 0, "Batch: a capacity of \(capacity)")
    self.capacity = capacity
    self.imageShape = imageShape
    images = [UInt8](repeating: 0, count: capacity * imageShape.reduce(1, *))
    labels = [Int32](repeating: 0, count: capacity)
    examples = [Int32](repeating: 0, count: capacity)
  }

  /// Replaces the contents; `body` writes to the start of the three buffers and gives the number of
  /// examples.
  func replace(
    _ body: (
      _ images: UnsafeMutableBufferPointer<UInt8>, _ labels: UnsafeMutableBufferPointer<Int32>,
      _ examples: UnsafeMutableBufferPointer<Int32>
    ) -> Int
  ) {
    count = images.withUnsafeMutableBufferPointer { images in
      labels.withUnsafeMutableBufferPointer { labels in
        examples.withUnsafeMutableBufferPointer { examples in body(images, labels, examples) }
      }
    }
  }
}
