import Configurations
import Evaluation
import Foundation
import Reporting
import TestSupport
import Testing

@Suite struct ReportSchemaTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/Reporting/Schema/report.schema.json")

  private let schema: JSONSchema

  init() throws {
    schema = try JSONSchema(contentsOf: Self.file)
  }

  private static func document(_ report: Report) throws -> JSONValue {
    try JSONValue(parsing: Array(JSONReport(report).text.utf8), source: "report")
  }

  @Test(arguments: Report.names)
  func reportsAreAsTheSchemaSays(name: String) throws {
    #expect(try schema.violations(of: Self.document(.named(name))) == [])
  }

  /// Every single change of these kinds, at every place but the later items of lists, is found.
  @Test(arguments: Report.names)
  func changedReportsAreNot(name: String) throws {
    let document = try Self.document(.named(name))
    for (place, changed) in document.mutations {
      #expect(try !schema.violations(of: changed).isEmpty, "\(place)")
    }
    #expect(document.mutations.count > 50)
  }

  /// A key that is gone is found, unless the report may do without it.
  @Test func missingKeys() throws {
    let optional: Set = [
      "transfer", "noise", "checkpoint", "epsilon", "comparison", "minimumRobust",
      "maximumCleanDrop", "intervalPoints", "detectablePoints", "smallestPossiblePValue",
      "obstacle", "verdict",
    ]
    for (key, changed) in try Self.document(.example).deletions where !optional.contains(key) {
      #expect(try !schema.violations(of: changed).isEmpty, "\(key)")
    }
  }

  @Test func theListsAreThoseOfTheCode() throws {
    let root = try JSONValue(parsing: Array(Data(contentsOf: Self.file)), source: "schema").object
    func list(_ definition: String, _ property: String?) -> [String] {
      let schema = root["$defs"]!.object[definition]!
      let place = property.map { schema.object["properties"]!.object[$0]! } ?? schema
      return place.object["enum"]!.array.map(\.string)
    }
    #expect(list("attack", "kind") == Report.Attack.Kind.allCases.map(\.rawValue))
    #expect(list("finding", "severity") == Report.Finding.Severity.allCases.map(\.rawValue))
    #expect(list("gate", "outcome") == GateOutcome.allCases.map(\.rawValue))
    #expect(list("verdict", nil) == Verdict.allCases.map(\.rawValue))
    #expect(list("robustVerdict", "method") == RobustVerdict.Method.allCases.map(\.rawValue))
    #expect(
      list("requirements", "comparison") == Requirements.Comparison.allCases.map(\.rawValue))
    #expect(
      list("requirementResult", "status") == RequirementResult.Status.allCases.map(\.rawValue))
    #expect(
      list("requirementResult", "obstacle") == RequirementResult.Obstacle.allCases.map(\.rawValue))
    let levels = root["properties"]!.object["confidence"]!.object["enum"]!
    #expect(levels == .array(ConfidenceLevel.allCases.map { .number($0.rawValue) }))
    #expect(
      root["properties"]!.object["schemaVersion"]!.object["const"]
        == .integer(Report.SchemaVersion.current))
  }
}

extension JSONValue {
  /// The document with one value of another type, or one key too many.
  fileprivate var mutations: [(place: String, document: JSONValue)] {
    switch self {
    case .object(let members):
      var extra = members
      extra["extra"] = .integer(1)
      return [("extra", .object(extra))]
        + members.flatMap { key, value in
          value.mutations.map { place, changed in
            ("\(key)/\(place)", .object(members.merging([key: changed]) { $1 }))
          }
        }
    case .array(let items):
      return [("", .string("list"))]
        + items.indices.prefix(1).flatMap { index in
          items[index].mutations.map { place, changed in
            var items = items
            items[index] = changed
            return ("\(index)/\(place)", .array(items))
          }
        }
    case .string: return [("", .integer(1))]
    case .integer, .number, .boolean, .null: return [("", .string("text"))]
    }
  }

  /// The document without one key.
  fileprivate var deletions: [(key: String, document: JSONValue)] {
    switch self {
    case .object(let members):
      members.flatMap { key, value in
        [(key, .object(members.filter { $0.key != key }))]
          + value.deletions.map { ($0, .object(members.merging([key: $1]) { $1 })) }
      }
    case .array(let items):
      items.indices.prefix(1).flatMap { index in
        items[index].deletions.map { key, changed in
          var items = items
          items[index] = changed
          return (key, .array(items))
        }
      }
    default: []
    }
  }
}
