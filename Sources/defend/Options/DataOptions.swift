internal import ArgumentParsing
internal import Datasets
internal import Foundation

/// Which images a command works on.
struct DataOptions: ParsableArguments {
  @Option(
    "dataset", valueName: "name",
    help: "The data set: mnist-5k, which is bundled, or a folder of IDX files.",
    discussion: """
      A name is looked for under $DEFEND_DATA, ~/.cache/defend and /usr/share/datasets.
      """)
  var dataset: String?

  @Option(
    "data-dir", valueName: "dir", help: "Where to look for the data set's folder instead.")
  var directory: String?

  @Option("limit", valueName: "n", as: .range(1...), help: "Use the first <n> examples only.")
  var limit: Int?

  static let arguments = ArgumentSet<Self>(\.$dataset, \.$directory, \.$limit)

  /// Loads the data set of this name.
  func load(_ name: String, limit: Int?) throws -> DatasetPair {
    let catalog = DatasetCatalog(
      dataDirectory: directory, environment: ProcessInfo.processInfo.environment)
    let pair = try catalog.load(name)
    guard let limit else { return pair }
    return DatasetPair(training: pair.training.prefix(limit), test: pair.test.prefix(limit))
  }
}
