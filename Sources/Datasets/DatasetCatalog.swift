internal import Foundation
internal import Suggestions

/// Every data set by its name: the bundled ones, and directories of IDX files.
///
/// A directory is found by the data set's name in the first of ``searchedDirectories`` that has it.
/// In it are the four files of MNIST's names, such as `train-images-idx3-ubyte.gz`, gzipped or not,
/// also spelt `train-images.idx3-ubyte`; images `[N, H, W]` or, as `idx4`, `[N, H, W, C]`.
public struct DatasetCatalog: Sendable {
  /// The directories in which data sets are searched for, first to last.
  public let searchedDirectories: [String]
  /// A directory that may be a data set itself.
  private let explicitDirectory: String?

  /// The names of the data sets inside the executable; the first is the default.
  public static var bundledNames: [String] { BundledDataset.all.map(\.name) }

  /// A catalog that searches where the user's settings say.
  ///
  /// - Parameters:
  ///   - dataDirectory: The only directory to search, where the user names one: it holds the data
  ///     set's directory or is that directory. Without one, `$DEFEND_DATA`, `~/.cache/defend` and
  ///     `/usr/share/datasets` are searched.
  ///   - environment: The variables of the process, for `HOME` and `DEFEND_DATA`.
  public init(dataDirectory: String? = nil, environment: [String: String]) {
    explicitDirectory = dataDirectory.map(Self.trimmed)
    if let explicitDirectory {
      searchedDirectories = [explicitDirectory]
    } else {
      let settings = environment.filter { !$0.value.isEmpty }
      searchedDirectories =
        [settings["DEFEND_DATA"], settings["HOME"].map { $0 + "/.cache/defend" }].compactMap { $0 }
        .map(Self.trimmed) + ["/usr/share/datasets"]
    }
  }

  /// A path that a name can follow after a slash.
  private static func trimmed(_ path: String) -> String {
    if path.isEmpty { return "." }
    return path.count > 1 && path.hasSuffix("/") ? trimmed(String(path.dropLast())) : path
  }

  /// The names of the data sets that there are: the bundled ones, then those found, sorted.
  public func names() -> [String] {
    var found: Set<String> = []
    for directory in searchedDirectories {
      let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      found.formUnion(entries.filter { IDXDirectory(path: "\(directory)/\($0)").holdsImages })
    }
    if let ownName { found.insert(ownName) }
    let ownNames = found.filter(PlainName.isPlain).subtracting(Self.bundledNames)
    return Self.bundledNames + ownNames.sorted()
  }

  /// The name of the data set that the user's directory itself is; nil where none was named, or
  /// where it has no IDX files of its own.
  public var ownName: String? {
    guard let explicitDirectory, IDXDirectory(path: explicitDirectory).holdsImages else {
      return nil
    }
    return Self.lastComponent(of: explicitDirectory)
  }

  /// Loads a data set.
  ///
  /// - Throws: ``DatasetError`` for a name that is unknown or none, and for files that are missing,
  ///   damaged or do not belong together.
  public func load(_ name: String) throws(DatasetError) -> DatasetPair {
    if let bundled = try bundled(name) { return bundled.load() }
    return try directory(holding: name)
      .load(name: name, description: DatasetDescription.of(name))
  }

  /// Loads the test part of a data set, without the time and memory that training images take.
  ///
  /// - Throws: ``DatasetError`` as ``load(_:)`` does, but for damage within the training images.
  public func loadTest(_ name: String) throws(DatasetError) -> Dataset {
    if let bundled = try bundled(name) { return bundled.load().test }
    return try directory(holding: name)
      .loadTest(name: name, description: DatasetDescription.of(name))
  }

  private func bundled(_ name: String) throws(DatasetError) -> BundledDataset? {
    guard PlainName.isPlain(name) else { throw .invalidName(name) }
    return BundledDataset.all.first { $0.name == name }
  }

  private func directory(holding name: String) throws(DatasetError) -> IDXDirectory {
    guard let directory = directory(of: name) else {
      let names = names()
      throw .unknownName(
        name, nearest: Suggestion.closest(to: name, among: names), known: names,
        searched: searchedDirectories)
    }
    return IDXDirectory(path: directory)
  }

  private func directory(of name: String) -> String? {
    for directory in searchedDirectories {
      let candidate = "\(directory)/\(name)"
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory)
        && isDirectory.boolValue
      {
        return candidate
      }
    }
    // Only under its own name: figures for one data set must not be shown as another's.
    return ownName == name ? explicitDirectory : nil
  }

  private static func lastComponent(of path: String) -> String {
    URL(filePath: path).standardizedFileURL.lastPathComponent
  }
}
