internal import Foundation
internal import Synchronization

/// Ctrl-C as a flag: the first one asks for an orderly end, the second one ends the program.
enum Interrupt {
  private static let flag = Atomic<Bool>(false)

  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  static func watch() {
    // The flag is made before a signal can ask for it.
    _ = isRequested
    signal(SIGINT) { _ in
      Interrupt.flag.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
  }
}
