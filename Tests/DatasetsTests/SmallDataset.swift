import TestSupport

extension IDXFixture {
  /// Images `[count, 3, 2]` whose bytes count up from `first`.
  static func images(count: Int, first: UInt8 = 0) -> [UInt8] {
    file(
      magic: 0x0803, shape: [UInt32(count), 3, 2],
      elements: (0..<(count * 6)).map { first &+ UInt8(truncatingIfNeeded: $0) })
  }
}

extension TemporaryDirectory {
  /// Writes a small data set of 6 training and 3 test images of 3 classes into a subdirectory,
  /// each file changed or left out by `edit` first.
  func writeDataset(
    _ name: String, edit: (String, [UInt8]) -> (name: String, bytes: [UInt8])? = { ($0, $1) }
  ) throws {
    let files = [
      ("train-images-idx3-ubyte", IDXFixture.images(count: 6)),
      ("train-labels-idx1-ubyte", IDXFixture.labels([0, 1, 2, 2, 1, 0])),
      ("t10k-images-idx3-ubyte", IDXFixture.images(count: 3, first: 100)),
      ("t10k-labels-idx1-ubyte", IDXFixture.labels([2, 0, 1])),
    ]
    for (file, bytes) in files {
      guard let (file, bytes) = edit(file, bytes) else { continue }
      try write(bytes, to: "\(name)/\(file)")
    }
  }
}
