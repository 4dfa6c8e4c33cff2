public import Evaluation
internal import Foundation

/// A report as JSON for machines: equal reports give equal bytes.
///
/// Keys are sorted, and a number is written with the fewest digits that give the same `Double` back.
public struct JSONReport: Sendable {
  private let report: Report

  /// - Precondition: every number in `report` is finite.
  public init(_ report: Report) {
    self.report = report
  }

  /// The JSON text, with a line break at its end.
  public var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    } catch {
      preconditionFailure("JSONReport: the report cannot be written as JSON: \(error)")
    }
  }
}
