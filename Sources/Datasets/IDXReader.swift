/// Reads the IDX format of MNIST's files, plain or gzipped: a magic number, the extent of every
/// axis (big-endian, 32 bits each) and unsigned bytes in row-major order.
struct IDXReader {
  /// The kinds of file that hold a data set's parts.
  enum Content {
    /// Unsigned bytes `[N, H, W]` or `[N, H, W, C]`.
    case images
    /// Unsigned bytes `[N]`.
    case labels

    var magicNumbers: [UInt32] {
      switch self {
      case .images: [0x0803, 0x0804]
      case .labels: [0x0801]
      }
    }
  }

  /// No file of this kind is larger; a header that says so is wrong.
  static let greatestByteCount = 1 << 32

  /// The extents in the header, the number of examples first.
  let shape: [Int]
  private let source: Source

  /// Reads the header.
  ///
  /// - Parameters:
  ///   - bytes: The whole file, or for its header alone the beginning; they must outlive the reader.
  ///   - fileByteCount: The size of the file; nil for that of the bytes.
  init(
    _ bytes: UnsafeRawBufferPointer, content: Content, fileByteCount: Int? = nil
  ) throws(IDXDefect) {
    source = Source(bytes)
    let magic = try Self.word(from: source, at: 0)
    guard content.magicNumbers.contains(magic) else {
      throw .wrongMagic(found: magic, expected: content.magicNumbers)
    }
    var shape: [Int] = []
    for axis in 0..<Int(magic & 0xff) {
      shape.append(Int(try Self.word(from: source, at: 4 + 4 * axis)))
    }
    guard !shape.contains(0) else { throw .emptyAxis(shape: shape) }
    let limit =
      GzipDecoder.isGzip(bytes)
      ? min(
        GzipDecoder.greatestOutput(ofBytes: fileByteCount ?? bytes.count), Self.greatestByteCount)
      : Self.greatestByteCount
    var byteCount = 1
    for extent in shape {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: extent)
      guard !overflow && product <= limit else { throw .tooLarge(shape: shape, limit: limit) }
      byteCount = product
    }
    self.shape = shape
  }

  /// Reads the data behind the header, to the end of the file.
  func readElements() throws(IDXDefect) -> [UInt8] {
    let expected = shape.reduce(1, *)
    if let found = source.remainingPlainCount, found < expected {
      throw .cutOff(expected: expected, found: found)
    }
    var result: Result<Int, IDXDefect> = .success(0)
    let elements = [UInt8](unsafeUninitializedCapacity: expected) { buffer, count in
      let room = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: expected)
      result = Result { () throws(IDXDefect) in try source.read(into: room) }
      count = (try? result.get()) ?? 0
    }
    let found = try result.get()
    guard found == expected else { throw .cutOff(expected: expected, found: found) }
    guard try !source.hasMore() else { throw .trailingBytes(expected: expected) }
    return elements
  }

  private static func word(from source: Source, at offset: Int) throws(IDXDefect) -> UInt32 {
    var bytes = SIMD4<UInt8>()
    var result: Result<Int, IDXDefect> = .success(0)
    withUnsafeMutableBytes(of: &bytes) { room in
      result = Result { () throws(IDXDefect) in try source.read(into: room) }
    }
    let found = try result.get()
    guard found == 4 else { throw .headerCutOff(byteCount: offset + found) }
    return (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[$1]) }
  }
}

extension IDXReader {
  /// The bytes of the file, decompressed where it is a gzip file.
  private final class Source {
    private let gzip: GzipDecoder?
    private var plain: UnsafeRawBufferPointer.SubSequence

    init(_ bytes: UnsafeRawBufferPointer) {
      plain = bytes[...]
      gzip = GzipDecoder.isGzip(bytes) ? GzipDecoder(bytes) : nil
    }

    /// The bytes that are left of a plain file; nil for a gzip file.
    var remainingPlainCount: Int? { gzip == nil ? plain.count : nil }

    /// Fills `room`; fewer bytes only at the end.
    func read(into room: UnsafeMutableRawBufferPointer) throws(IDXDefect) -> Int {
      if let gzip {
        do {
          return try gzip.read(into: room)
        } catch {
          throw .damagedGzip(reason: error.reason)
        }
      }
      let piece = UnsafeRawBufferPointer(rebasing: plain.prefix(room.count))
      room.copyMemory(from: piece)
      plain = plain.dropFirst(piece.count)
      return piece.count
    }

    func hasMore() throws(IDXDefect) -> Bool {
      var byte: UInt8 = 0
      var result: Result<Int, IDXDefect> = .success(0)
      withUnsafeMutableBytes(of: &byte) { room in
        result = Result { () throws(IDXDefect) in try read(into: room) }
      }
      return try result.get() > 0
    }
  }
}
