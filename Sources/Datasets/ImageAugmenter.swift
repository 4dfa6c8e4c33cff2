internal import Autodiff

/// Copies images with the random changes of one epoch. What becomes of an example is a function of
/// the key, the epoch and the example alone, whatever batch it is in.
struct ImageAugmenter: Sendable {
  private let augmentation: Augmentation
  private let keys: (vertical: RandomKey, horizontal: RandomKey, flip: RandomKey)
  private let height, width, channels: Int

  init(_ augmentation: Augmentation, imageShape: [Int], key: RandomKey, epoch: Int) {
    self.augmentation = augmentation
    keys = (
      key.folding("vertical shift").folding(epoch), key.folding("horizontal shift").folding(epoch),
      key.folding("flip").folding(epoch)
    )
    (height, width, channels) = (imageShape[0], imageShape[1], imageShape[2])
  }

  /// Writes an example's image, moved first and then mirrored.
  func copy(
    _ example: Int, from image: UnsafeRawBufferPointer.SubSequence,
    to target: UnsafeMutableRawBufferPointer.SubSequence
  ) {
    let source = UnsafeRawBufferPointer(rebasing: image)
    let target = UnsafeMutableRawBufferPointer(rebasing: target)
    let down = offset(of: example, keys.vertical)
    let right = offset(of: example, keys.horizontal)
    let isFlipped = augmentation.flips && keys.flip.integer(below: 2, row: UInt32(example)) == 1
    let rowSize = width * channels
    // The part of a row that stays in the image, in bytes of its new place.
    let kept =
      (min(width, max(0, right)) * channels)..<(max(0, min(width, width + right)) * channels)
    for y in 0..<height {
      let row = UnsafeMutableRawBufferPointer(rebasing: target[y * rowSize..<(y + 1) * rowSize])
      guard (0..<height).contains(y - down), !kept.isEmpty else {
        row.initializeMemory(as: UInt8.self, repeating: 0)
        continue
      }
      let start = (y - down) * rowSize - right * channels
      row[..<kept.lowerBound].initializeMemory(as: UInt8.self, repeating: 0)
      row[kept].copyBytes(from: source[start + kept.lowerBound..<start + kept.upperBound])
      row[kept.upperBound...].initializeMemory(as: UInt8.self, repeating: 0)
      if isFlipped { mirror(row) }
    }
  }

  /// How far an example moves along an axis: each whole number up to the shift is as likely.
  private func offset(of example: Int, _ key: RandomKey) -> Int {
    guard augmentation.shift > 0 else { return 0 }
    return key.integer(below: UInt32(2 * augmentation.shift + 1), row: UInt32(example))
      - augmentation.shift
  }

  private func mirror(_ row: UnsafeMutableRawBufferPointer) {
    for x in 0..<width / 2 {
      for channel in 0..<channels {
        row.swapAt(x * channels + channel, (width - 1 - x) * channels + channel)
      }
    }
  }
}
