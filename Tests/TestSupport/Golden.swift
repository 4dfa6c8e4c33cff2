internal import Foundation

extension Decodable {
  /// The numbers of another implementation, from `Golden/golden.json` of the test target that asks.
  public static func golden(file: String = #filePath) -> Self {
    var folder = URL(filePath: file).deletingLastPathComponent()
    while folder.deletingLastPathComponent().lastPathComponent != "Tests" {
      folder.deleteLastPathComponent()
    }
    let path = folder.appending(path: "Golden/golden.json")
    do {
      return try JSONDecoder().decode(Self.self, from: Data(contentsOf: path))
    } catch {
      preconditionFailure("\(path.path): \(error)")
    }
  }
}
