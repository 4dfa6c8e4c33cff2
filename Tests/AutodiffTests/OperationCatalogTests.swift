import Foundation
import Testing

@testable import Autodiff

/// Every operation in `Sources/Autodiff/Operations` has a case.
@Suite struct OperationCatalogTests {
  @Test func everyOperationHasACase() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Autodiff/Operations").standardized
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    let declaration = /struct (\w+): (?:Elementwise)?Operation\b/
    let declared = try files.flatMap { file in
      try String(contentsOf: file, encoding: .utf8).matches(of: declaration).map {
        String($0.output.1)
      }
    }
    #expect(declared.count > 40)

    let used = OperationCase.all.flatMap { operation in
      (0..<4).flatMap { seed in
        operation.example(seed: seed).example.graph.nodes.map {
          "\(type(of: $0.operation))"
        }
      }
    }
    let missing = Set(declared).subtracting(used).sorted()
    #expect(missing.isEmpty, "operations without a case: \(missing)")
  }

  @Test func everyCaseHasItsOwnName() {
    let names = OperationCase.all.map(\.name)
    #expect(Set(names).count == names.count)
  }
}
