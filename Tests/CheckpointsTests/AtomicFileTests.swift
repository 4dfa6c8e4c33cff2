import Foundation
import Synchronization
import Testing

@testable import Checkpoints

@Suite struct AtomicFileTests {
  let old: [UInt8] = [1, 2, 3]
  let new = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }

  func permissions(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test func replacesAFile() throws {
    try inTemporaryDirectory { directory in
      let path = directory + "/file"
      try AtomicFile.write(old, to: path)
      #expect(try AtomicFile.read(path) == old)
      try AtomicFile.write(new, to: path)
      #expect(try AtomicFile.read(path) == new)
      #expect(try names(in: directory) == ["file"])
    }
  }

  @Test func keepsThePermissionsOfTheOldFile() throws {
    try inTemporaryDirectory { directory in
      let path = directory + "/file"
      try AtomicFile.write(old, to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
      try AtomicFile.write(new, to: path)
      #expect(try permissions(path) == 0o640)
    }
  }

  @Test func followsSymbolicLinksAndKeepsThem() throws {
    try inTemporaryDirectory { directory in
      let files = FileManager.default
      try files.createDirectory(atPath: directory + "/real", withIntermediateDirectories: false)
      try AtomicFile.write(old, to: directory + "/real/file")
      try files.createSymbolicLink(
        atPath: directory + "/real/inner", withDestinationPath: "file")
      try files.createSymbolicLink(
        atPath: directory + "/outer", withDestinationPath: "real/inner")
      try files.createSymbolicLink(
        atPath: directory + "/dangling", withDestinationPath: directory + "/real/other")
      try AtomicFile.write(new, to: directory + "/outer")
      try AtomicFile.write(old, to: directory + "/dangling")
      #expect(try AtomicFile.read(directory + "/real/file") == new)
      #expect(try AtomicFile.read(directory + "/real/other") == old)
      #expect(try names(in: directory) == ["dangling", "outer", "real"])
      #expect(try names(in: directory + "/real") == ["file", "inner", "other"])
      #expect(try files.destinationOfSymbolicLink(atPath: directory + "/outer") == "real/inner")

      try files.createSymbolicLink(atPath: directory + "/loop", withDestinationPath: "loop")
      #expect(throws: FileError.self) { try AtomicFile.write(old, to: directory + "/loop") }
    }
  }

  @Test func createsADirectoryOnlyIfToldTo() throws {
    try inTemporaryDirectory { directory in
      let path = directory + "/checkpoints/file"
      let error = #expect(throws: FileError.self) { try AtomicFile.write(new, to: path) }
      #expect(
        error
          == .cannotWrite(
            path: path,
            reason: "there is no directory '\(directory)/checkpoints'; create it first"))
      #expect(error?.category == .cannotWrite)
      try AtomicFile.write(new, to: path, creatingDirectory: true)
      try AtomicFile.write(old, to: path, creatingDirectory: true)
      #expect(try AtomicFile.read(path) == old)
      #expect(throws: FileError.self) {
        try AtomicFile.write(new, to: directory + "/a/b/file", creatingDirectory: true)
      }
      #expect(try names(in: directory) == ["checkpoints"])
    }
  }

  @Test func refusesWhatIsNoRegularFile() throws {
    try inTemporaryDirectory { directory in
      try AtomicFile.write(old, to: directory + "/file")
      mkfifo(directory + "/pipe", 0o600)
      for (path, reason) in [
        (directory, "it is a directory; name a file in it"),
        (directory + "/", "the path ends in '/'; name a file"),
        (directory + "/pipe", "it is not a regular file; choose another path"),
        (directory + "/file/x", "'\(directory)/file' is not a directory; choose another path"),
        ("", "the path is empty; name a file"),
        (directory + "/x\0y", "the path has a zero byte; name a file"),
      ] {
        #expect(throws: FileError.cannotWrite(path: path, reason: reason)) {
          try AtomicFile.write(new, to: path)
        }
      }
      #expect(throws: FileError.self) {
        try AtomicFile.write(new, to: directory + "/" + String(repeating: "x", count: 300))
      }
      #expect(try names(in: directory) == ["file", "pipe"])
    }
  }

  /// The superuser may write and read everything.
  @Test(.enabled(if: geteuid() != 0))
  func respectsPermissions() throws {
    try inTemporaryDirectory { directory in
      let path = directory + "/file"
      try AtomicFile.write(old, to: path)
      let refused = "Permission denied; change the permissions or choose another path"
      chmod(path, 0o400)
      #expect(throws: FileError.cannotWrite(path: path, reason: refused)) {
        try AtomicFile.write(new, to: path)
      }
      #expect(try AtomicFile.read(path) == old)
      chmod(path, 0)
      let error = #expect(throws: FileError.self) { try AtomicFile.read(path) }
      #expect(error == .cannotRead(path: path, reason: refused))
      #expect(error?.category == .missingFile)
      chmod(directory, 0o500)
      #expect(throws: FileError.cannotWrite(path: directory + "/x", reason: refused)) {
        try AtomicFile.write(new, to: directory + "/x")
      }
      // Writable but not readable: the directory itself cannot be brought to the disk.
      chmod(directory, 0o300)
      try AtomicFile.write(new, to: directory + "/x")
      #expect(try AtomicFile.read(directory + "/x") == new)
      chmod(directory, 0o700)
    }
  }

  @Test func writesOnThroughInterruptionsAndShortWrites() throws {
    try inTemporaryDirectory { directory in
      let calls = Mutex(0)
      var system = SystemCalls()
      system.write = { descriptor, bytes in
        let call = calls.withLock { calls in
          calls += 1
          return calls
        }
        if call.isMultiple(of: 2) {
          errno = EINTR
          return -1
        }
        return write(descriptor, bytes.baseAddress, min(bytes.count, 999))
      }
      try AtomicFile.write(
        new, to: directory + "/file", creatingDirectory: false, system: system)
      #expect(try AtomicFile.read(directory + "/file") == new)
      #expect(calls.withLock { $0 } == 201)
    }
  }

  @Test func bringsTheFileToTheDiskBeforeRenamingAndTheDirectoryAfter() throws {
    try inTemporaryDirectory { directory in
      let log = Log()
      var system = SystemCalls()
      system.write = { [write = system.write] in
        log.append("write")
        return write($0, $1)
      }
      system.synchronize = { [synchronize = system.synchronize] in
        var status = stat()
        fstat($0, &status)
        log.append(status.st_mode & S_IFMT == S_IFDIR ? "directory" : "file")
        return synchronize($0)
      }
      system.rename = { [rename = system.rename] in
        log.append("rename")
        return rename($0, $1)
      }
      try AtomicFile.write(
        new, to: directory + "/sub/file", creatingDirectory: true, system: system)
      #expect(log.entries == ["directory", "write", "file", "rename", "directory"])
    }
  }

  enum Step: CaseIterable {
    case firstWrite, secondWrite, standstill, synchronize, rename
  }

  @Test(arguments: Step.allCases)
  func theOldFileStandsWhenAStepFails(step: Step) throws {
    try inTemporaryDirectory { directory in
      let path = directory + "/file"
      try AtomicFile.write(old, to: path)
      let log = Log()
      var system = SystemCalls()
      system.write = { descriptor, bytes in
        log.append("write")
        if step == .standstill { return 0 }
        if step == .firstWrite || (step == .secondWrite && log.entries.count == 2) {
          errno = ENOSPC
          return -1
        }
        return write(descriptor, bytes.baseAddress, bytes.count / 2 + 1)
      }
      if step == .synchronize { system.synchronize = { _ in fail(EIO) } }
      if step == .rename { system.rename = { _, _ in fail(EXDEV) } }
      let staged = system
      let error = #expect(throws: FileError.self) {
        try AtomicFile.write(new, to: path, creatingDirectory: false, system: staged)
      }
      let reason =
        switch step {
        case .firstWrite, .secondWrite:
          "No space left on device; free some space or choose another path"
        case .standstill: "the system takes no more bytes"
        case .synchronize: "Input/output error"
        case .rename: String(cString: strerror(EXDEV))
        }
      #expect(error == .cannotWrite(path: path, reason: reason))
      #expect(try AtomicFile.read(path) == old)
      #expect(try names(in: directory) == ["file"])
    }
  }

  @Test func saysSoWhenOnlyTheDirectoryCannotBeBroughtToTheDisk() throws {
    try inTemporaryDirectory { directory in
      let path = directory + "/file"
      var system = SystemCalls()
      let code = Mutex(EIO)
      system.synchronize = { descriptor in
        var status = stat()
        fstat(descriptor, &status)
        return status.st_mode & S_IFMT == S_IFDIR ? fail(code.withLock { $0 }) : 0
      }
      let staged = system
      let error = #expect(throws: FileError.self) {
        try AtomicFile.write(new, to: path, creatingDirectory: false, system: staged)
      }
      #expect(error?.description.contains("the new file is in place") == true)
      #expect(try AtomicFile.read(path) == new)
      // Some file systems have no such call; then there is nothing to complain about.
      code.withLock { $0 = EINVAL }
      try AtomicFile.write(old, to: path, creatingDirectory: false, system: system)
      #expect(try AtomicFile.read(path) == old)
    }
  }

  @Test func aReaderNeverSeesAPart() throws {
    try inTemporaryDirectory { directory in
      let path = directory + "/file"
      let contents = (0..<4).map { [UInt8](repeating: $0, count: 20_000 + Int($0)) }
      try AtomicFile.write(contents[0], to: path)
      let torn = Mutex(0)
      DispatchQueue.concurrentPerform(iterations: 60) { index in
        if index.isMultiple(of: 2) {
          try? AtomicFile.write(contents[index / 2 % 4], to: path)
        } else if let bytes = try? AtomicFile.read(path), contents.contains(bytes) {
          return
        } else {
          torn.withLock { $0 += 1 }
        }
      }
      #expect(torn.withLock { $0 } == 0)
      #expect(try names(in: directory) == ["file"])
    }
  }

  @Test func whatCannotBeReadIsNamed() throws {
    try inTemporaryDirectory { directory in
      let path = directory + "/file"
      mkfifo(directory + "/pipe", 0o600)
      #expect(throws: FileError.missing(path: path)) { try AtomicFile.read(path) }
      #expect(throws: FileError.isDirectory(path: directory)) { try AtomicFile.read(directory) }
      #expect(throws: FileError.self) { try AtomicFile.read(directory + "/pipe") }
      #expect(throws: FileError.self) { try AtomicFile.read("") }
      try AtomicFile.write([], to: path)
      #expect(throws: FileError.empty(path: path)) { try AtomicFile.read(path) }
      try AtomicFile.write(old, to: path)
      #expect(throws: FileError.missing(path: path + "/x")) { try AtomicFile.read(path + "/x") }
      #expect(throws: FileError.tooLarge(path: path, byteCount: 3, limit: 2)) {
        try AtomicFile.read(path, limit: 2)
      }
      #expect(try AtomicFile.read(path, limit: 3) == old)
      // A file of 5 GiB without a byte on the disk: refused before memory is asked for.
      truncate(path, 5 << 30)
      #expect(
        throws: FileError.tooLarge(path: path, byteCount: 5 << 30, limit: AtomicFile.readingLimit)
      ) {
        try AtomicFile.read(path)
      }
    }
  }
}

/// What was called, in order.
private final class Log: Sendable {
  private let storage = Mutex<[String]>([])
  var entries: [String] { storage.withLock { $0 } }
  func append(_ entry: String) { storage.withLock { $0.append(entry) } }
}

/// Fails as the C library does.
private func fail(_ code: Int32) -> Int {
  errno = code
  return -1
}
