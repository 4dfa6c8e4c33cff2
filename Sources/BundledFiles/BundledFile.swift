internal import BundledData

/// The files inside the executable, by the path that they had in the sources.
package enum BundledFile {
  /// The paths of all of them, in the order of the table.
  package static var paths: [String] { entries.map { String(cString: $0.path) } }

  /// The contents of one file; nil for a path that is not bundled.
  package static func bytes(at path: String) -> [UInt8]? {
    entries.first { String(cString: $0.path) == path }
      .map { Array(UnsafeBufferPointer(start: $0.bytes, count: $0.size)) }
  }

  private static var entries: UnsafeBufferPointer<BundledData> {
    var count = 0
    let start = bundled_data(&count)
    return UnsafeBufferPointer(start: start, count: count)
  }
}
