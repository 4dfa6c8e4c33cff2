internal import ArgumentParsing
internal import Attacks
internal import Checkpoints
internal import Evaluation
internal import Foundation
internal import TrainedModels

/// What is kept of every example, and how much is spent on them.
struct EvidenceOptions: ParsableArguments {
  @Option("outcomes", valueName: "file", help: "Write what became of every example, as JSON Lines.")
  var outcomes: String?

  @Option(
    "witnesses", valueName: "file",
    help: "Write the adversarial images, for 'defend verify'; a safetensors file.")
  var witnesses: String?

  @Flag("minimal", help: "Also look for the smallest ε that breaks each example.")
  var minimal: Bool

  @Option(
    "budget", valueName: "n", as: .standard,
    help: "Spend at most <n> gradients and queries (or 30s), and stop when the verdict is settled.",
    discussion: """
      Examples are attacked in a random order that --seed fixes, and judged by tests that hold \
      whenever one stops.
      """)
  var budget: BudgetArgument?

  @Option(
    "batch-size", valueName: "n", as: .range(1...65_536),
    help: "How many examples are attacked at a time; the results do not depend on it.")
  var batchSize = 256

  static let arguments = ArgumentSet<Self>(
    \.$outcomes, \.$witnesses, \.$minimal, \.$budget, \.$batchSize)

  /// The files that are written.
  var paths: [String] { [outcomes, witnesses].compactMap(\.self) }

  /// Whether the examples' outcomes are needed.
  var keepsOutcomes: Bool { outcomes != nil || witnesses != nil }

  /// - Throws: an error when a file could not be written in the end.
  func check() throws {
    for path in paths { try AtomicFile.checkWritable(path) }
  }

  /// - Parameter digests: the SHA-256 of each checkpoint's file, by its path.
  func write(_ result: EvaluationResult, digests: [String: String], imageShape: [Int]) throws {
    if let outcomes {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      var bytes: [UInt8] = []
      for outcome in result.outcomes { bytes += try encoder.encode(outcome) + [UInt8(ascii: "\n")] }
      try AtomicFile.write(bytes, to: outcomes)
    }
    if let witnesses {
      let file = WitnessFile(result, digests: digests, imageShape: imageShape)
      try AtomicFile.write(file.encoded(), to: witnesses)
    }
  }
}

/// A number of gradients and queries, or of seconds such as `30s`.
struct BudgetArgument: ExpressibleByArgument {
  let budget: Budget

  static var argumentFormat: ArgumentFormat<BudgetArgument> {
    ArgumentFormat(
      write: { argument in
        switch argument.budget {
        case .steps(let count): "\(count)"
        case .seconds(let seconds): "\(seconds)s"
        }
      },
      read: { text throws(ValidationError) in
        if text.hasSuffix("s"), let seconds = Double(text.dropLast()), seconds.isFinite, seconds > 0
        {
          return BudgetArgument(budget: .seconds(seconds))
        }
        guard let count = Int(text), count > 0 else {
          throw ValidationError("not a number of gradients and queries, nor seconds such as 30s")
        }
        return BudgetArgument(budget: .steps(count))
      })
  }
}
