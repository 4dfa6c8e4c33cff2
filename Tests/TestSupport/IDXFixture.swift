internal import CZlib
internal import Foundation

/// Writes IDX files as a test needs them.
public enum IDXFixture {
  /// An IDX file of unsigned bytes: magic number, extents, elements.
  public static func file(magic: UInt32, shape: [UInt32], elements: [UInt8]) -> [UInt8] {
    ([magic] + shape).flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } }
      + elements
  }

  public static func labels(_ labels: [UInt8]) -> [UInt8] {
    file(magic: 0x0801, shape: [UInt32(labels.count)], elements: labels)
  }

  public static func gzipped(_ bytes: [UInt8]) -> [UInt8] {
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
