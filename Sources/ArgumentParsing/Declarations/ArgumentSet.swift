/// The arguments that a type declares, found by the paths of its wrapped properties:
/// `ArgumentSet<Self>(\.$picture, \.$strokeWidth)`.
public struct ArgumentSet<Root: ParsableArguments>: Sendable {
  private typealias Reading =
    @Sendable (inout Root, MatchedArguments) throws(ArgumentError) -> Void

  /// Every declared argument, those of option groups included, in the order of declaration.
  public let definitions: [ArgumentDefinition]
  private let readings: [Reading]

  public init<each Declaration: ArgumentDeclaration>(
    _ paths: repeat any WritableKeyPath<Root, each Declaration> & Sendable
  ) {
    let root = Root()
    var definitions: [ArgumentDefinition] = []
    var readings: [Reading] = []
    for path in repeat each paths {
      definitions += root[keyPath: path].definitions
      readings.append(Self.reading(path))
    }
    Self.check(definitions)
    self.definitions = definitions
    self.readings = readings
  }

  func read(into root: inout Root, from matched: MatchedArguments) throws(ArgumentError) {
    for reading in readings {
      try reading(&root, matched)
    }
  }

  private static func reading(
    _ path: any WritableKeyPath<Root, some ArgumentDeclaration> & Sendable
  ) -> Reading {
    { (root, matched) throws(ArgumentError) in try root[keyPath: path].read(from: matched) }
  }

  /// Traps on declarations that no command line could tell apart.
  private static func check(_ definitions: [ArgumentDefinition]) {
    var names: Set<String> = []
    for name in definitions.flatMap({ [$0.key, $0.shortName].compactMap { $0 } }) {
      precondition(names.insert(name).inserted, "\(Root.self) declares '\(name)' twice")
    }
    for reserved in ["--help", "--version", "-h"] {
      precondition(!names.contains(reserved), "\(Root.self) declares the reserved '\(reserved)'")
    }
    let positionals = definitions.filter { $0.kind == .positional }
    for (earlier, later) in zip(positionals, positionals.dropFirst()) {
      precondition(
        !earlier.isRepeating && (earlier.isRequired || !later.isRequired),
        "\(Root.self) can never give a word to '\(later.name)': '\(earlier.name)' takes it")
    }
  }
}
