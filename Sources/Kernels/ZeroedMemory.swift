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
public final class ZeroedMemory {
  public let bytes: UnsafeMutableRawBufferPointer
  private let isMapped: Bool

  /// From here on pages are worth a call of the system.
  private static let mappedByteCount = 64 << 10

  public init(byteCount: Int) {
    isMapped = byteCount >= Self.mappedByteCount
    if isMapped {
      #if os(Linux)
        let anonymous = Int32(MAP_ANONYMOUS)
      #else
        let anonymous = MAP_ANON
      #endif
      let pages = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | anonymous, -1, 0)
      guard let pages, pages != MAP_FAILED else {
        fatalError("ZeroedMemory: the system has no \(byteCount) bytes of memory left")
      }
      bytes = UnsafeMutableRawBufferPointer(start: pages, count: byteCount)
    } else {
      bytes = .allocate(byteCount: byteCount, alignment: 64)
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }
  }

  deinit {
    if isMapped {
      munmap(bytes.baseAddress!, bytes.count)
    } else {
      bytes.deallocate()
    }
  }

  public var baseAddress: UnsafeMutableRawPointer { bytes.baseAddress! }
}
