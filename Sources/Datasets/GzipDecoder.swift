internal import CZlib

/// Bytes out of a gzip file in memory: as many as are asked for at a time, straight into place.
final class GzipDecoder {
  /// What zlib says is wrong with the file.
  struct Defect: Error {
    let reason: String
  }

  /// zlib keeps the stream's address, so the stream may not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var input: UnsafeRawBufferPointer.SubSequence
  private var isAtEnd = false

  /// - Parameter input: The whole file; it must outlive the decoder.
  init(_ input: UnsafeRawBufferPointer) {
    self.input = input[...]
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let gzipOnly: Int32 = 16 + MAX_WBITS
    let status = inflateInit2_(
      stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "GzipDecoder: zlib has no memory or is of another version")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Whether a file begins as gzip files do.
  static func isGzip(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// The most bytes that a file of `count` bytes can hold: one bit of DEFLATE stands for no more
  /// than 129 of them (the longest match is 258 bytes and takes two bits).
  static func greatestOutput(ofBytes count: Int) -> Int {
    count.multipliedReportingOverflow(by: 8 * 129).overflow ? .max : count * 8 * 129
  }

  /// Fills `output`, and gives the number of bytes written: fewer only at the end of the file,
  /// whose checksum has then been compared.
  func read(into output: UnsafeMutableRawBufferPointer) throws(Defect) -> Int {
    var written = 0
    while written < output.count && !isAtEnd {
      let room = min(output.count - written, Self.piece)
      stream.pointee.next_out = output.baseAddress!.advanced(by: written)
        .assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(room)
      try inflateOnce()
      written += room - Int(stream.pointee.avail_out)
    }
    return written
  }

  private static let piece = 1 << 30

  private func inflateOnce() throws(Defect) {
    let available = input.prefix(Self.piece)
    let start = UnsafeRawBufferPointer(rebasing: available).baseAddress
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: start?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(available.count)
    let status = inflate(stream, Z_NO_FLUSH)
    input = input.dropFirst(available.count - Int(stream.pointee.avail_in))
    switch status {
    case Z_OK:
      break
    case Z_BUF_ERROR:
      throw Defect(reason: "the file ends before its compressed data do")
    case Z_STREAM_END:
      try goToNextMember()
    default:
      throw Defect(reason: stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
    }
  }

  /// A gzip file may be several in a row, and their contents are then one.
  private func goToNextMember() throws(Defect) {
    let rest = UnsafeRawBufferPointer(rebasing: input)
    if rest.isEmpty {
      isAtEnd = true
    } else if Self.isGzip(rest) {
      inflateReset(stream)
    } else {
      throw Defect(reason: "\(rest.count) bytes follow the end of the compressed data")
    }
  }
}
