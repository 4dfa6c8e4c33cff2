internal import Foundation

extension AtomicFile {
  /// The size above which a file is not read, in bytes: 4 GiB.
  public static let readingLimit = 4 << 30

  /// Reads a whole regular file.
  ///
  /// - Throws: ``FileError`` if the file is missing, a directory or another thing that is not a
  ///   regular file, not readable, empty, or larger than `limit` bytes.
  public static func read(
    _ path: String, limit: Int = readingLimit
  ) throws(FileError) -> [UInt8] {
    do throws(SystemFault) {
      try SystemFault.checkPath(path)
    } catch {
      throw .cannotRead(path: path, reason: error.reason)
    }
    // Without O_NONBLOCK, opening a pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    if descriptor < 0 {
      let code = errno
      if code == ENOENT || code == ENOTDIR { throw .missing(path: path) }
      throw .cannotRead(path: path, reason: SystemFault(code: code).reason)
    }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) != 0 {
      throw .cannotRead(path: path, reason: SystemFault(code: errno).reason)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .isDirectory(path: path)
    default: throw .cannotRead(path: path, reason: "it is not a regular file; copy it to one")
    }
    let size = Int(status.st_size)
    if size == 0 { throw .empty(path: path) }
    if size > limit { throw .tooLarge(path: path, byteCount: size, limit: limit) }
    do throws(SystemFault) {
      return try bytes(of: descriptor, count: size)
    } catch {
      throw .cannotRead(path: path, reason: error.reason)
    }
  }

  /// The first bytes of a file, fewer than `count` if it has shrunk meanwhile.
  private static func bytes(
    of descriptor: Int32, count: Int
  ) throws(SystemFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let result = try SystemFault.check {
        bytes.withUnsafeMutableBytes {
          Foundation.read(
            descriptor, $0.baseAddress?.advanced(by: filled), min(count - filled, 1 << 30))
        }
      }
      if result == 0 { break }
      filled += result
    }
    bytes.removeLast(count - filled)
    return bytes
  }
}
