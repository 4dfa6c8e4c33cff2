import CZlib
import Foundation

/// Writes IDX files as a test needs them.
enum IDXFixture {
  /// An IDX file of unsigned bytes: magic number, extents, elements.
  static func file(magic: UInt32, shape: [UInt32], elements: [UInt8]) -> [UInt8] {
    ([magic] + shape).flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } }
      + elements
  }

  /// Images `[count, 3, 2]` whose bytes count up from `first`.
  static func images(count: Int, first: UInt8 = 0) -> [UInt8] {
    file(
      magic: 0x0803, shape: [UInt32(count), 3, 2],
      elements: (0..<(count * 6)).map { first &+ UInt8(truncatingIfNeeded: $0) })
  }

  static func labels(_ labels: [UInt8]) -> [UInt8] {
    file(magic: 0x0801, shape: [UInt32(labels.count)], elements: labels)
  }

  static func gzipped(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(
      &stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
    let room = output.count
    input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(room)
        precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
      }
    }
    return Array(output[..<(room - Int(stream.avail_out))])
  }
}

/// A directory that is gone after the test.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "datasets-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(filePath: path).appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

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
