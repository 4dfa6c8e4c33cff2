internal import Testing

/// A command line that must fail with one line, and change nothing.
struct Mistake: Sendable, CustomTestStringConvertible {
  let line: String
  let status: Int32
  let message: String
  let environment: [String: String]

  init(
    _ line: String, _ status: Int32, _ message: String, environment: [String: String] = [:]
  ) {
    self.line = line
    self.status = status
    self.message = message
    self.environment = environment
  }

  var testDescription: String { line }

  func expect(in sandbox: Sandbox) async throws {
    let before = try sandbox.files()
    let outcome = try await sandbox.run(line, environment: environment)
    #expect(outcome.error == "Error: \(message)\n", "\(line)")
    #expect(outcome.status == status, "\(line)")
    #expect(outcome.output.isEmpty, "\(line)")
    #expect(try sandbox.files() == before, "\(line)")
  }
}
