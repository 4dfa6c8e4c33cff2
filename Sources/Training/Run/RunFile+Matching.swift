internal import Autodiff
internal import Configurations
internal import Suggestions

extension RunFile {
  /// The state, for a run of this identity.
  ///
  /// - Throws: ``RunFileError/mismatch(path:_:)`` for the first difference.
  public func state(for other: Identity, path: String) throws(RunFileError) -> TrainingState {
    if let difference = Self.difference(identity.recipe, other.recipe) {
      throw .mismatch(path: path, "was started with \(difference)")
    }
    if identity.model.text != other.model.text {
      throw .mismatch(path: path, "is of another model")
    }
    if identity.dataset != other.dataset {
      throw .mismatch(path: path, "was trained on other images")
    }
    if identity.initial != other.initial {
      throw .mismatch(path: path, "began with other weights")
    }
    return state
  }

  /// The first value in which two recipes differ, in words.
  private static func difference(
    _ first: JSONValue, _ second: JSONValue, at place: String = ""
  ) -> String? {
    // By their texts: a number that is whole is read as an integer.
    guard first.text != second.text else { return nil }
    guard case .object(let old) = first, case .object(let new) = second else {
      return "\(place) \(first.text), not \(second.text)"
    }
    for key in Set(old.keys).union(new.keys).sorted() {
      let name = place.isEmpty ? key : "\(place).\(key)"
      if let difference = difference(old[key] ?? .null, new[key] ?? .null, at: name) {
        return difference
      }
    }
    return nil
  }
}
