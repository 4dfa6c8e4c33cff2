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

  static func printError(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Text without an end of line, shown at once.
  static func write(_ text: String) {
    FileHandle.standardOutput.write(Data(text.utf8))
  }
}

extension Terminal {
  /// Shows on standard error how much is done, on one line that is written over.
  static func showShare(_ share: Double, of work: String) {
    FileHandle.standardError.write(Data("\r\u{1B}[K\(work) \(Int(share * 100)) %".utf8))
  }

  static func clearShare() {
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }
}
