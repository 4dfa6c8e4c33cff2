import TestSupport
import Testing

@testable import Datasets

@Suite struct IDXReaderTests {
  static func read(
    _ bytes: [UInt8], _ content: IDXReader.Content = .images
  ) throws -> (shape: [Int], elements: [UInt8]) {
    try bytes.withUnsafeBytes { bytes in
      let reader = try IDXReader(bytes, content: content)
      return (reader.shape, try reader.readElements())
    }
  }

  static let elements = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31) }
  static let plain = IDXFixture.file(magic: 0x0803, shape: [16, 16, 16], elements: elements)
  static let gzip = IDXFixture.gzipped(plain)

  @Test(arguments: [plain, gzip])
  func imagesAreRead(bytes: [UInt8]) throws {
    let (shape, elements) = try Self.read(bytes)
    #expect(shape == [16, 16, 16])
    #expect(elements == Self.elements)
  }

  @Test func coloursAndLabelsAreRead() throws {
    let colours = try Self.read(
      IDXFixture.file(magic: 0x0804, shape: [2, 1, 2, 3], elements: Array(1...12)))
    #expect(colours.shape == [2, 1, 2, 3] && colours.elements == Array(1...12))
    let labels = try Self.read(IDXFixture.labels([3, 1, 255]), .labels)
    #expect(labels.shape == [3] && labels.elements == [3, 1, 255])
  }

  @Test func gzipFilesInARowAreOneFile() throws {
    let parts = [Self.plain[..<10], Self.plain[10..<2000], Self.plain[2000...]]
    let joined = parts.flatMap { IDXFixture.gzipped(Array($0)) }
    #expect(try Self.read(joined).elements == Self.elements)
  }

  @Test(arguments: [0, 1, 3, 4, 7, 15])
  func aFileWithoutAWholeHeaderIsRefused(length: Int) {
    let start = Array(Self.plain[..<length])
    #expect(throws: IDXDefect.headerCutOff(byteCount: length)) { try Self.read(start) }
    #expect(throws: IDXDefect.headerCutOff(byteCount: length)) {
      try Self.read(IDXFixture.gzipped(start))
    }
  }

  @Test func anotherMagicNumberIsRefused() {
    #expect(throws: IDXDefect.wrongMagic(found: 0x0801, expected: [0x0803, 0x0804])) {
      try Self.read(IDXFixture.labels([1, 2]))
    }
    #expect(throws: IDXDefect.wrongMagic(found: 0x0803, expected: [0x0801])) {
      try Self.read(Self.plain, .labels)
    }
    // Unsigned bytes only: 0x0d are floats.
    #expect(throws: IDXDefect.wrongMagic(found: 0x0d03, expected: [0x0803, 0x0804])) {
      try Self.read(IDXFixture.file(magic: 0x0d03, shape: [1, 1, 1], elements: [0, 0, 0, 0]))
    }
  }

  @Test(arguments: [[0, 28, 28], [2, 0, 28], [2, 28, 0]] as [[UInt32]])
  func anAxisOfNothingIsRefused(shape: [UInt32]) {
    #expect(throws: IDXDefect.emptyAxis(shape: shape.map(Int.init))) {
      try Self.read(IDXFixture.file(magic: 0x0803, shape: shape, elements: []))
    }
  }

  /// None of these may be allocated: some are beyond any memory, one beyond 64 bits.
  @Test(
    arguments: [[60000, 1 << 20, 1 << 20], [.max, .max, .max], [1 << 16, 1 << 15, 3]] as [[UInt32]])
  func anAbsurdSizeIsRefused(shape: [UInt32]) {
    let file = IDXFixture.file(magic: 0x0803, shape: shape, elements: [1, 2, 3])
    let extents = shape.map(Int.init)
    #expect(throws: IDXDefect.tooLarge(shape: extents, limit: 1 << 32)) { try Self.read(file) }
    let gzip = IDXFixture.gzipped(file)
    #expect(throws: IDXDefect.tooLarge(shape: extents, limit: gzip.count * 1032)) {
      try Self.read(gzip)
    }
  }

  @Test func theLimitOfCompressionIsNoneForHonestFiles() throws {
    let zeros = [UInt8](repeating: 0, count: 4_000_000)
    let file = IDXFixture.gzipped(
      IDXFixture.file(magic: 0x0803, shape: [4, 1000, 1000], elements: zeros))
    #expect(file.count < 4100, "as small as DEFLATE makes it")
    #expect(try Self.read(file).elements == zeros)
  }

  @Test func aFileThatEndsEarlyIsRefused() {
    let cut = Array(Self.plain.dropLast(10))
    #expect(throws: IDXDefect.cutOff(expected: 4096, found: 4086)) { try Self.read(cut) }
    #expect(throws: IDXDefect.cutOff(expected: 4096, found: 4086)) {
      try Self.read(IDXFixture.gzipped(cut))
    }
  }

  /// Wherever a gzip file is cut, in its header, its data or its checksum.
  @Test func aGzipFileCutAnywhereIsRefused() {
    for length in 2..<Self.gzip.count {
      #expect(
        throws: IDXDefect.damagedGzip(reason: "the file ends before its compressed data do"),
        "\(length) bytes"
      ) { try Self.read(Array(Self.gzip[..<length])) }
    }
  }

  @Test func aGzipFileWithOneFalseBitIsRefused() {
    for position in [3, 20, 60, Self.gzip.count - 8, Self.gzip.count - 1] {
      var bytes = Self.gzip
      bytes[position] ^= 0x40
      #expect(throws: IDXDefect.self, "byte \(position)") { try Self.read(bytes) }
    }
  }

  @Test func whatFollowsTheDataIsRefused() {
    #expect(throws: IDXDefect.trailingBytes(expected: 4096)) { try Self.read(Self.plain + [0]) }
    #expect(throws: IDXDefect.trailingBytes(expected: 4096)) {
      try Self.read(IDXFixture.gzipped(Self.plain + [0]))
    }
    #expect(
      throws: IDXDefect.damagedGzip(reason: "3 bytes follow the end of the compressed data")
    ) { try Self.read(Self.gzip + [1, 2, 3]) }
  }
}
