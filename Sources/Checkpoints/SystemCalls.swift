internal import Foundation

/// The calls into the operating system whose failures a test must be able to stage.
/// Every call follows the C convention: a negative result, and the reason in `errno`.
struct SystemCalls: Sendable {
  var write: @Sendable (Int32, UnsafeRawBufferPointer) -> Int = { descriptor, bytes in
    // One call takes at most INT_MAX bytes on macOS and a little less on Linux.
    Foundation.write(descriptor, bytes.baseAddress, min(bytes.count, 1 << 30))
  }
  var synchronize: @Sendable (Int32) -> Int = { Int(fsync($0)) }
  var rename: @Sendable (_ old: String, _ new: String) -> Int = {
    Int(Foundation.rename($0, $1))
  }
}

/// A refusal by the operating system.
struct SystemFault: Error {
  /// The number from `errno`, or nil where this module itself refuses.
  var code: Int32?
  var reason: String

  init(_ reason: String) {
    self.reason = reason
  }

  init(code: Int32) {
    self.code = code
    reason = String(cString: strerror(code))
    switch code {
    case EACCES, EPERM, EROFS: reason += "; change the permissions or choose another path"
    case ENOSPC, EDQUOT: reason += "; free some space or choose another path"
    default: break
    }
  }

  /// Makes a call, again for as long as a signal interrupts it.
  @discardableResult
  static func check(_ call: () -> Int) throws(SystemFault) -> Int {
    while true {
      let result = call()
      if result >= 0 { return result }
      let code = errno
      if code != EINTR { throw SystemFault(code: code) }
    }
  }

  /// The C library would silently cut a path at a zero byte.
  static func checkPath(_ path: String) throws(SystemFault) {
    if path.isEmpty { throw SystemFault("the path is empty; name a file") }
    if path.utf8.contains(0) { throw SystemFault("the path has a zero byte; name a file") }
  }
}
