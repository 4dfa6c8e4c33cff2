#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Memory that begins on a cache line and is filled with zeros.
///
/// Much of it comes from the system page by page when it is first touched: a program that runs
/// batches smaller than its capacity takes no time and no room for the rest.
/// What is large is asked for in large pages: of small ones a step uses more than the processor
/// remembers the places of.
public final class ZeroedMemory {
  public let bytes: UnsafeMutableRawBufferPointer
  /// What the system gave, if it was asked.
  private let mapping: UnsafeMutableRawBufferPointer?

  /// From here on pages are worth a call of the system.
  private static let mappedByteCount = 64 << 10
  private static let largePage = 2 << 20

  public init(byteCount: Int) {
    guard byteCount >= Self.mappedByteCount else {
      mapping = nil
      bytes = .allocate(byteCount: byteCount, alignment: 64)
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
      return
    }
    // To clear a large page takes as long where only a part of it is used: the rest comes in small
    // ones.
    let largeCount = byteCount / Self.largePage * Self.largePage
    let length = largeCount == 0 ? byteCount : byteCount + Self.largePage
    #if os(Linux)
      let anonymous = Int32(MAP_ANONYMOUS)
    #else
      let anonymous = MAP_ANON
    #endif
    let pages = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | anonymous, -1, 0)
    guard let pages, pages != MAP_FAILED else {
      fatalError("ZeroedMemory: the system has no \(byteCount) bytes of memory left")
    }
    mapping = UnsafeMutableRawBufferPointer(start: pages, count: length)
    var start = pages
    if largeCount > 0 {
      start = pages.alignedUp(toMultipleOf: Self.largePage)
      #if os(Linux)
        // Where the system has none, small ones do.
        madvise(start, largeCount, MADV_HUGEPAGE)
      #endif
    }
    bytes = UnsafeMutableRawBufferPointer(start: start, count: byteCount)
  }

  deinit {
    if let mapping {
      munmap(mapping.baseAddress!, mapping.count)
    } else {
      bytes.deallocate()
    }
  }

  public var baseAddress: UnsafeMutableRawPointer { bytes.baseAddress! }
}
