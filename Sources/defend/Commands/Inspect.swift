internal import ArgumentParsing
internal import Inspection

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a checkpoint is and how it came to be.",
    discussion: """
      The model layer by layer, the values of its parameters, the recipe and the data that it was \
      trained with, and the history of the training with its curves. Of a safetensors file that \
      another program wrote, the tensors are shown.
      """)

  @Argument("file", help: "The checkpoints, or other safetensors files.")
  var paths: [String]

  @Option("json", valueName: "file", help: "Write all of it as JSON; - is standard output.")
  var json: String?

  static let arguments = ArgumentSet<Self>(\.$paths, \.$json)

  func validate() throws(ValidationError) {
    if let json, paths.contains(json) {
      throw ValidationError("--json '\(json)' would replace the file that is shown")
    }
  }

  func run() throws {
    let json = json.map { ReportFile(path: $0) }
    try json?.check()
    // All are read before any is shown: a mistake is one line and nothing else.
    let files = try paths.map { try CheckpointDescription(contentsOf: $0) }
    try json?.write(InspectionJSON(files).text)
    if json?.isStandardOutput == true { return }
    Terminal.write(
      files.map { InspectionText($0, style: Terminal.style).text }.joined(separator: "\n\n"))
  }
}
