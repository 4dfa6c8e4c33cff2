internal import ArgumentParsing
internal import Datasets
internal import Foundation

/// Which images a command works on.
struct DataOptions: ParsableArguments {
  @Option(
    "dataset", valueName: "name",
    help: """
      The data set: mnist-5k, which is bundled, or a directory of IDX files under $DEFEND_DATA, \
      ~/.cache/defend or /usr/share/datasets.
      """)
  var dataset: String?

  @Option(
    "data-dir", valueName: "dir",
    help: "The directory of the IDX files, or one that holds it; the only one to look in.")
  var directory: String?

  @Option(
    "limit", valueName: "n", as: .range(1...),
    help: "Use only the first <n> training and test images.")
  var limit: Int?

  static let arguments = ArgumentSet<Self>(\.$dataset, \.$directory, \.$limit)

  private var catalog: DatasetCatalog {
    DatasetCatalog(dataDirectory: directory, environment: ProcessInfo.processInfo.environment)
  }

  /// The data set that the options name, otherwise the one of the recipe or the checkpoint.
  func name(otherwise fallback: String?) throws -> String {
    if let dataset { return dataset }
    let fallback = fallback ?? DatasetCatalog.bundledNames[0]
    guard let directory else { return fallback }
    if let name = catalog.ownName { return name }
    // A bundled data set would leave the directory without use.
    guard !DatasetCatalog.bundledNames.contains(fallback) else {
      throw Failure(
        .missingFile,
        "'\(directory)' has no IDX files of its own; name the data set in it with --dataset")
    }
    return fallback
  }

  /// Loads the data set of this name.
  func load(_ name: String, limit: Int?) throws -> DatasetPair {
    let pair = try catalog.load(name)
    guard let limit else { return pair }
    return DatasetPair(training: pair.training.prefix(limit), test: pair.test.prefix(limit))
  }

  /// The first `limit` test images, all without one.
  func loadTest(_ name: String) throws -> Dataset {
    let test = try catalog.loadTest(name)
    return limit.map { test.prefix($0) } ?? test
  }
}
