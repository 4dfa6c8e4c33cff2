internal import ArgumentParsing
internal import Evaluation
internal import Foundation
internal import Reporting

/// The forms in which a report is given out.
struct ReportOptions: ParsableArguments {
  @Option("json", valueName: "file", help: "Write the report as JSON; - is standard output.")
  var json: String?

  @Option("junit", valueName: "file", help: "Write the requirements as tests, in JUnit's XML.")
  var junit: String?

  @Option(
    "markdown", valueName: "file",
    help: "Write a summary in Markdown, such as for $GITHUB_STEP_SUMMARY.")
  var markdown: String?

  @Flag("quiet", abbreviation: "q", help: "Print nothing but errors.")
  var quiet: Bool

  static let arguments = ArgumentSet<Self>(\.$json, \.$junit, \.$markdown, \.$quiet)

  /// - Parameter others: files that are written beside the report's.
  func checkDistinct(from others: [String]) throws(ValidationError) {
    let paths = paths + others
    guard let twice = paths.first(where: { path in paths.count { $0 == path } > 1 }) else { return }
    throw ValidationError(
      "two outputs cannot both go to \(twice == "-" ? "standard output" : "'\(twice)'")")
  }

  private var paths: [String] { [json, junit, markdown].compactMap(\.self) }

  /// - Throws: an error when a file could not be written in the end.
  func check() throws {
    for path in paths { try ReportFile(path: path).check() }
  }

  /// Writes the files and prints the text; on GitHub the annotations follow it, on standard error
  /// where standard output carries a report.
  func write(_ report: Report) throws {
    let files = [
      (json, { JSONReport(report).text }), (junit, { JUnitReport(report).text }),
      (markdown, { MarkdownReport(report).text }),
    ].compactMap { path, text in path.map { (file: ReportFile(path: $0), text: text) } }
    for (file, text) in files { try file.write(text()) }
    guard !quiet else { return }
    let isOutputTaken = files.contains { $0.file.isStandardOutput }
    if !isOutputTaken { Terminal.write(TextReport(report, style: Terminal.style).text) }
    guard ProcessInfo.processInfo.environment["GITHUB_ACTIONS"] == "true" else { return }
    let annotations = GitHubAnnotations(report).text
    if isOutputTaken {
      Terminal.writeError(annotations)
    } else {
      Terminal.write(annotations)
    }
  }
}
