internal import ArgumentParsing
internal import Autodiff
internal import Benchmarks
internal import Datasets
internal import Foundation
internal import Kernels
internal import Networks
internal import Reporting
internal import TrainedModels
internal import Training

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time training steps and attacks on this machine.",
    discussion: """
      Times depend on the values too, as products leave out zeros: so the images are real, and \
      the model is trained for a moment before. GF/s counts all multiplications and additions of \
      the products, the ones left out included, and the peak is what a loop on registers alone \
      reaches in the same run.
      """)

  @Option(
    "task", as: .oneOf(BenchmarkTask.allCases.map(\.rawValue)),
    help: "What to time; all without it.")
  var taskNames: [String] = []

  @Option(
    "model", valueName: "name",
    help: "A bundled model, or a file like one. (default: mlp and cnn)")
  var models: [String] = []

  @Option(
    "batch", valueName: "n", as: .range(Recipe.batchSizes),
    help: "The examples of a step. (default: 8, 32 and 128)")
  var batches: [Int] = []

  @Flag("noise", help: "Time on noise, which has no zeros, as is done without fitting images.")
  var noise: Bool

  @Option("runs", valueName: "n", as: .range(1...1000), help: "Runs of a third of a second.")
  var runs = 5

  @Flag("profile", help: "Show where the time goes, step by step.")
  var profile: Bool

  @Option("json", valueName: "file", help: "Write the rows as JSON; - is standard output.")
  var json: String?

  @OptionGroup(title: "Data options") var data: DataOptions
  @OptionGroup(title: "Machine options") var machine: DeviceOptions

  static let arguments = ArgumentSet<Self>(
    \.$taskNames, \.$models, \.$batches, \.$noise, \.$runs, \.$profile, \.$json, \.$data,
    \.$machine)

  func validate() throws(ValidationError) {
    if noise, data.dataset != nil || data.directory != nil || data.limit != nil {
      throw ValidationError("--noise is instead of a data set; leave out one of them")
    }
  }

  /// The images that are named, or the bundled ones if they fit.
  private func images(for model: Model, batch: Int) throws -> Dataset? {
    if noise { return nil }
    let images = try data.load(data.name(otherwise: nil), limit: data.limit).training
    let isFallback = data.dataset == nil && data.directory == nil && data.limit == nil
    if isFallback, (try? model.check(fits: images)) == nil { return nil }
    try model.check(fits: images)
    guard images.count >= batch else {
      throw Failure(
        .usage,
        "\(images.count) images of '\(images.name)' do not fill a batch of \(batch); take smaller "
          + "batches, more images or --noise")
    }
    return images
  }

  private struct Results: Encodable {
    var schemaVersion = 1
    let instructionSet: String
    /// 10⁹ multiplications and additions a second.
    let peak: Double
    let rows: [BenchmarkRow]
    /// The steps of each row, if asked for.
    let profiles: [[Step]]?

    struct Step: Encodable {
      let step: String
      let microseconds: Double
      let flops: Int
      let bytes: Int
    }

    var text: String {
      get throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
      }
    }
  }

  func run() throws {
    let json = json.map { ReportFile(path: $0) }
    try json?.check()
    let device = try machine.device()
    let models = try (models.isEmpty ? ["mlp", "cnn"] : models).map { try ModelCatalog.model($0) }
    let batches = batches.isEmpty ? [8, 32, 128] : batches
    let largest = batches.max() ?? 1
    let datasets = try models.map { try images(for: $0, batch: largest) }
    let peak = device.measuredPeak()
    var rows: [BenchmarkRow] = []
    var profiles: [[Program.StepProfile]] = []
    let tasks =
      taskNames.isEmpty
      ? BenchmarkTask.allCases : taskNames.compactMap { BenchmarkTask(rawValue: $0) }
    for (model, dataset) in zip(models, datasets) {
      let benchmark = Benchmark(
        model: model, device: device, peak: peak, dataset: dataset, imageCount: max(2048, largest))
      for task in tasks {
        for batch in batches {
          if Terminal.isError {
            let share = Double(rows.count) / Double(models.count * tasks.count * batches.count)
            Terminal.showShare(share, of: "timing \(model.name), \(task.rawValue), batch \(batch):")
          }
          rows.append(benchmark.row(task, batch: batch, runs: runs))
          if profile { profiles.append(benchmark.profile(task, batch: batch)) }
        }
      }
    }
    if Terminal.isError { Terminal.clearShare() }
    let steps = profiles.map { profile in
      profile.map {
        Results.Step(
          step: $0.name, microseconds: 1e6 * $0.seconds, flops: $0.floatingPointOperations,
          bytes: $0.byteCount)
      }
    }
    try json?.write(
      Results(
        instructionSet: device.instructionSet.rawValue, peak: peak / 1e9, rows: rows,
        profiles: profile ? steps : nil
      ).text)
    if json?.isStandardOutput == true { return }
    Terminal.printLine(
      "\(device.threadCount) threads, \(device.instructionSet.rawValue), peak "
        + "\((peak / 1e9).text(0)) GF/s\n")
    Terminal.printLine(table(rows))
    for (row, profile) in zip(rows, profiles) {
      Terminal.printLine(
        "\n\(row.model), \(row.task.rawValue), batch \(row.batch)\n"
          + table(profile, peak: peak))
    }
  }

  private func table(_ rows: [BenchmarkRow]) -> String {
    var table = TextTable(
      columns: [.leading, .leading] + Array(repeating: .trailing, count: 6))
    table.addRow(
      ["task", "model", "batch", "examples/s", "spread", "MFLOP each", "GF/s", "of peak"])
    table.addRule()
    for row in rows {
      table.addRow(
        [
          row.task.rawValue, row.model, "\(row.batch)", Int(row.examplesPerSecond).grouped,
          "\((100 * row.spread).text(0)) %", (Double(row.flopsPerExample) / 1e6).text(3),
          row.gflops.text(1), "\((100 * row.peakShare).text(0)) %",
        ].map { TextTable.Cell($0) })
    }
    return table.text()
  }

  private func table(_ steps: [Program.StepProfile], peak: Double) -> String {
    let total = steps.reduce(0) { $0 + $1.seconds }
    var table = TextTable(columns: [.leading] + Array(repeating: .trailing, count: 5))
    table.addRow(["step", "µs", "share", "GF/s", "of peak", "GB/s"])
    table.addRule()
    for step in steps {
      let rate = Double(step.floatingPointOperations) / step.seconds
      let isProduct = step.floatingPointOperations > 0
      table.addRow(
        [
          step.name, (1e6 * step.seconds).text(1), "\((100 * step.seconds / total).text(1)) %",
          isProduct ? (rate / 1e9).text(1) : "",
          isProduct ? "\((100 * rate / peak).text(0)) %" : "",
          (Double(step.byteCount) / step.seconds / 1e9).text(1),
        ].map { TextTable.Cell($0) })
    }
    return table.text()
  }
}
