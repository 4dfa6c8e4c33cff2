/// What `Option` and `Argument` share: one declared argument and its value once there is one.
struct DeclaredValue<Value: ArgumentValue>: Sendable {
  let definition: ArgumentDefinition
  private let format: ArgumentFormat<Value.ArgumentElement>
  private let fallback: Value?
  private var assigned: Value?

  /// - Parameter fallback: the value where the argument is not given; `nil` makes it required.
  init(
    _ kind: ArgumentDefinition.Kind, name: String, abbreviation: Character? = nil,
    valueName: String, format: ArgumentFormat<Value.ArgumentElement>, help: String,
    discussion: String, fallback: Value?
  ) {
    definition = ArgumentDefinition(
      kind, name: name, abbreviation: abbreviation, valueName: valueName, help: help,
      discussion: discussion, values: format.values,
      defaultDescription: (fallback?.argumentElements ?? []).map(format.write)
        .joined(separator: ", "),
      isRequired: fallback == nil, isRepeating: Value.isRepeatingArgument)
    self.format = format
    self.fallback = fallback
  }

  var value: Value {
    get {
      guard let assigned else { Self.trap(reading: definition) }
      return assigned
    }
    set { assigned = newValue }
  }

  mutating func read(from matched: MatchedArguments) throws(ArgumentError) {
    var elements: [Value.ArgumentElement] = []
    for occurrence in matched[definition] {
      elements.append(try element(of: occurrence))
    }
    if !elements.isEmpty {
      assigned = Value(argumentElements: elements)
    } else if let fallback {
      assigned = fallback
    } else {
      throw .missingArgument(definition)
    }
  }

  private func element(
    of occurrence: MatchedArguments.Occurrence
  ) throws(ArgumentError) -> Value.ArgumentElement {
    let reason: String?
    do {
      if let element = try format.read(occurrence.text) { return element }
      reason = nil
    } catch {
      reason = error.message
    }
    throw .invalidValue(
      occurrence.text, definition, typed: occurrence.typedName, reason: reason)
  }
}

extension DeclaredValue {
  private static func trap(reading definition: ArgumentDefinition) -> Never {
    preconditionFailure(
      "'\(definition.label())' was read before it was parsed; is it in its type's 'arguments'?")
  }
}
