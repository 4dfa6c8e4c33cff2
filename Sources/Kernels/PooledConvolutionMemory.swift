public import KernelInterface

/// What a ``PooledConvolutionCall`` made of some images, each on a track of its own. The next images
/// of a track are compared with it, bit by bit, and only the windows over what has changed are
/// computed. So tracks of images that resemble each other save work, and no tracks can be wrong.
public final class PooledConvolutionMemory: @unchecked Sendable {
  /// The track of each image of a batch; no two of them are the same.
  let tracks: UnsafePointer<Int32>
  /// The number of tracks.
  let count: Int
  let changedWindows: ChangedWindows
  /// The first value of each image of the last batch that may not be as it is kept; -1 where the
  /// image was kept at once.
  let firstChanged: UnsafeMutablePointer<Int32>
  let windowRows: Int
  /// The values of a row of windows.
  let windowRowLength: Int
  private let images: UnsafeMutablePointer<Float>
  /// The images of the last run.
  private let lastImages: UnsafeMutablePointer<Float>
  private let values: UnsafeMutablePointer<Float>
  private let valueMemory: ZeroedMemory
  private let isKnown: UnsafeMutableBufferPointer<Bool>
  private let imageLength: Int
  let valueLength: Int

  /// - Parameters:
  ///   - count: the number of tracks.
  ///   - geometry: of the convolution.
  ///   - pooling: of its result.
  /// - Returns: nil where there are too many windows.
  public init?(
    tracks: UnsafePointer<Int32>, count: Int, geometry: WindowGeometry, pooling: WindowGeometry
  ) {
    guard let changedWindows = ChangedWindows(geometry, pooling: pooling) else { return nil }
    self.tracks = tracks
    self.count = count
    self.changedWindows = changedWindows
    imageLength = geometry.paddedImageLength
    windowRows = pooling.outputHeight
    windowRowLength = pooling.outputWidth * pooling.channels
    valueLength = windowRows * windowRowLength
    images = .allocate(capacity: count * imageLength)
    lastImages = .allocate(capacity: count * imageLength)
    valueMemory = ZeroedMemory(byteCount: count * valueLength * 4)
    values = valueMemory.baseAddress.bindMemory(to: Float.self, capacity: count * valueLength)
    isKnown = .allocate(capacity: count)
    isKnown.initialize(repeating: false)
    firstChanged = .allocate(capacity: count)
    firstChanged.initialize(repeating: -1, count: count)
  }

  deinit {
    images.deallocate()
    lastImages.deallocate()
    isKnown.deallocate()
    firstChanged.deallocate()
  }

  /// Forgets everything, as when the weights are others.
  public func forget() { isKnown.update(repeating: false) }

  /// Whether a row of the last batch was kept at once.
  func isNew(_ row: Int) -> Bool { firstChanged[row] < 0 }

  /// The image that is kept of a track; nil at first.
  func known(_ track: Int) -> UnsafePointer<Float>? {
    isKnown[track] ? UnsafePointer(images + track * imageLength) : nil
  }

  /// What was made of it.
  func values(_ track: Int) -> UnsafeMutablePointer<Float> { values + track * valueLength }

  /// The image of the last run on a track.
  func lastImage(_ track: Int) -> UnsafePointer<Float> {
    UnsafePointer(lastImages + track * imageLength)
  }

  func noteLast(_ image: UnsafePointer<Float>, track: Int) {
    (lastImages + track * imageLength).update(from: image, count: imageLength)
  }

  func remember(
    _ image: UnsafePointer<Float>, values: UnsafePointer<Float>, track: Int
  ) {
    (images + track * imageLength).update(from: image, count: imageLength)
    if values != self.values(track) {
      self.values(track).update(from: values, count: valueLength)
    }
    isKnown[track] = true
  }

  func copyValues(_ track: Int, to target: UnsafeMutablePointer<Float>) {
    target.update(from: values(track), count: valueLength)
  }
}
