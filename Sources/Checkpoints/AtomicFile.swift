internal import Foundation
internal import Suggestions

/// Files that are replaced as a whole: whoever reads one, at any time and after any crash, finds
/// either the old content or the new one, never a part.
public enum AtomicFile {
  /// Writes a file by way of a temporary file in the same directory, which is brought to the disk
  /// and then renamed.
  ///
  /// If this throws, the temporary file is gone and the old file stands; the one exception, when
  /// the last step of bringing the directory itself to the disk fails, is named in the error.
  /// A symbolic link is followed, not replaced. The permissions of an old file are kept; a hard
  /// link to it keeps the old content.
  ///
  /// - Parameters:
  ///   - path: where the file will be. A read-only file, a directory, or anything else that is not
  ///     a regular file is not replaced.
  ///   - creatingDirectory: whether to make the directory that holds the file if it is missing
  ///     (the last component only).
  /// - Throws: ``FileError/cannotWrite(path:reason:)``.
  public static func write(
    _ bytes: [UInt8], to path: String, creatingDirectory: Bool = false
  ) throws(FileError) {
    try write(bytes, to: path, creatingDirectory: creatingDirectory, system: SystemCalls())
  }

  /// Finds out, before the work whose result it will hold, whether a file can be written. Nothing
  /// is made or changed, but for a temporary file that is removed at once.
  ///
  /// - Parameter creatingDirectory: as for ``write(_:to:creatingDirectory:)``.
  /// - Throws: ``FileError/cannotWrite(path:reason:)``, as writing would.
  public static func checkWritable(
    _ path: String, creatingDirectory: Bool = false
  ) throws(FileError) {
    do throws(SystemFault) {
      try SystemFault.checkPath(path)
      let target = try followingLinks(path)
      var directory = try directory(of: target)
      var status = stat()
      if creatingDirectory, stat(directory, &status) != 0, errno == ENOENT {
        directory = try Self.directory(of: directory)
      }
      try checkDirectory(directory)
      _ = try permissionsOfReplaceableFile(target)
      let temporary = try createTemporary(in: directory)
      close(temporary.descriptor)
      unlink(temporary.path)
    } catch {
      throw .cannotWrite(path: path, reason: error.reason)
    }
  }

  static func write(
    _ bytes: [UInt8], to path: String, creatingDirectory: Bool, system: SystemCalls
  ) throws(FileError) {
    do throws(SystemFault) {
      try SystemFault.checkPath(path)
      let target = try followingLinks(path)
      let directory = try directory(of: target)
      if creatingDirectory { try create(directory, system: system) }
      try checkDirectory(directory)
      let permissions = try permissionsOfReplaceableFile(target)
      let temporary = try createTemporary(in: directory)
      do throws(SystemFault) {
        try fill(temporary.descriptor, with: bytes, permissions: permissions, system: system)
        try SystemFault.check { system.rename(temporary.path, target) }
      } catch {
        unlink(temporary.path)
        throw error
      }
      do throws(SystemFault) {
        try synchronize(directory, system: system)
      } catch {
        throw SystemFault(
          "the new file is in place, but may be lost in a power failure: \(error.reason)")
      }
    } catch {
      throw .cannotWrite(path: path, reason: error.reason)
    }
  }

  /// The path behind any symbolic links, which may dangle: then the file is made where they point.
  private static func followingLinks(_ path: String) throws(SystemFault) -> String {
    var path = path
    for _ in 0..<40 {
      let capacity = 4096
      var buffer = [CChar](repeating: 0, count: capacity)
      let count = readlink(path, &buffer, capacity)
      // Not a link, or not there: whether it can be written is for later checks to say.
      if count < 0 { return path }
      let bytes = buffer[..<count].map(UInt8.init(bitPattern:))
      guard count < capacity, let link = String(validating: bytes, as: UTF8.self) else {
        throw SystemFault("the symbolic link \(path.quoted) cannot be followed")
      }
      path = link.hasPrefix("/") ? link : try directory(of: path) + "/" + link
    }
    throw SystemFault(code: ELOOP)
  }

  private static func directory(of path: String) throws(SystemFault) -> String {
    if path.hasSuffix("/") { throw SystemFault("the path ends in '/'; name a file") }
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func create(_ directory: String, system: SystemCalls) throws(SystemFault) {
    guard mkdir(directory, 0o777) != 0 else {
      if let parent = try? self.directory(of: directory) {
        try synchronize(parent, system: system)
      }
      return
    }
    let code = errno
    // ENOENT means that the parent is missing; `checkDirectory` says so in better words.
    if code != EEXIST, code != ENOENT { throw SystemFault(code: code) }
  }

  private static func checkDirectory(_ directory: String) throws(SystemFault) {
    var status = stat()
    if stat(directory, &status) != 0 {
      let code = errno
      if code == ENOENT {
        throw SystemFault("there is no directory \(directory.quoted); create it first")
      }
      throw SystemFault(code: code)
    }
    if status.st_mode & S_IFMT != S_IFDIR {
      throw SystemFault("\(directory.quoted) is not a directory; choose another path")
    }
  }

  /// The permissions of the file that stands at the path, or nil if there is none.
  ///
  /// A rename needs no permission on the old file, and would put a file in the place of a device:
  /// so both are asked for here.
  private static func permissionsOfReplaceableFile(
    _ path: String
  ) throws(SystemFault) -> mode_t? {
    var status = stat()
    if stat(path, &status) != 0 {
      let code = errno
      if code == ENOENT { return nil }
      throw SystemFault(code: code)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw SystemFault("it is a directory; name a file in it")
    default: throw SystemFault("it is not a regular file; choose another path")
    }
    try SystemFault.check { Int(access(path, W_OK)) }
    return status.st_mode & 0o7777
  }

  private static func createTemporary(
    in directory: String
  ) throws(SystemFault) -> (path: String, descriptor: Int32) {
    while true {
      let name = String(UInt64.random(in: 0 ... .max), radix: 36)
      let path = "\(directory)/.defend-\(name).tmp"
      do throws(SystemFault) {
        let descriptor = try SystemFault.check {
          Int(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666))
        }
        return (path, Int32(descriptor))
      } catch {
        if error.code != EEXIST { throw error }
      }
    }
  }

  /// Writes all bytes, brings them to the disk and closes the descriptor, in any event.
  private static func fill(
    _ descriptor: Int32, with bytes: [UInt8], permissions: mode_t?, system: SystemCalls
  ) throws(SystemFault) {
    do throws(SystemFault) {
      if let permissions { try SystemFault.check { Int(fchmod(descriptor, permissions)) } }
      var written = 0
      while written < bytes.count {
        let count = try SystemFault.check {
          bytes.withUnsafeBytes {
            system.write(descriptor, UnsafeRawBufferPointer(rebasing: $0[written...]))
          }
        }
        if count == 0 { throw SystemFault("the system takes no more bytes") }
        written += count
      }
      try SystemFault.check { system.synchronize(descriptor) }
    } catch {
      close(descriptor)
      throw error
    }
    // A network file system may report a failed write only now. After EINTR the descriptor is
    // closed all the same, and the bytes are already on the disk.
    if close(descriptor) != 0 {
      let code = errno
      if code != EINTR { throw SystemFault(code: code) }
    }
  }

  /// Brings a directory's entries to the disk, where the file system can.
  private static func synchronize(
    _ directory: String, system: SystemCalls
  ) throws(SystemFault) {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // A directory may be open to writing but closed to reading; then there is no way.
    if descriptor < 0 { return }
    defer { close(descriptor) }
    do throws(SystemFault) {
      try SystemFault.check { system.synchronize(descriptor) }
    } catch {
      if error.code != EINVAL, error.code != ENOTSUP { throw error }
    }
  }
}
