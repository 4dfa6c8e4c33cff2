internal import Foundation
internal import Reporting

/// Where text goes, and what it can be there.
enum Terminal {
  static var isOutput: Bool { isatty(STDOUT_FILENO) == 1 }
  static var isError: Bool { isatty(STDERR_FILENO) == 1 }

  /// Colours on a terminal that has them, unless NO_COLOR (no-color.org) is set.
  static var style: TextStyle {
    let environment = ProcessInfo.processInfo.environment
    let isPlain = environment["NO_COLOR"]?.isEmpty == false || environment["TERM"] == "dumb"
    return isOutput && !isPlain ? .ansi : .plain
  }

  /// The width of the terminal, 80 where there is none.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// A standard error that takes nothing leaves nobody to tell.
  static func printError(_ text: String) {
    writeError(text + "\n")
  }

  static func writeError(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// A line on standard output, shown at once also where that is a pipe.
  static func printLine(_ text: String) {
    write(text + "\n")
  }

  /// Text without an end of line, shown at once. Ends the program when it cannot be written.
  static func write(_ text: String) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      printError("Error: cannot write to standard output")
      exit(ExitStatus.cannotWrite.rawValue)
    }
  }
}

extension Terminal {
  /// Shows on standard error how much is done, on one line that is written over.
  static func showShare(_ share: Double, of work: String) {
    writeError("\r\u{1B}[K\(work) \(Int(share * 100)) %")
  }

  static func clearShare() {
    writeError("\r\u{1B}[K")
  }
}
