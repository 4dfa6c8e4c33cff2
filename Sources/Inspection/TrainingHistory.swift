internal import Configurations

/// A training's history as columns, whatever was measured: every number, text and truth value at
/// the end of a path of keys is one.
struct TrainingHistory: Hashable, Sendable {
  struct Column: Hashable, Sendable {
    /// The keys that lead to the values; empty for epochs that are no objects.
    let path: [String]
    /// One an epoch; nil where an epoch has none.
    var values: [JSONValue?]

    /// The values as numbers; nil unless all that are there are numbers.
    var numbers: [Double?]? {
      var numbers: [Double?] = []
      for value in values {
        switch value {
        case .integer(let number): numbers.append(Double(number))
        case .number(let number): numbers.append(number)
        case nil: numbers.append(nil)
        default: return nil
        }
      }
      return numbers
    }

    /// Whether the values are shares of examples.
    var isAccuracy: Bool { path.last?.lowercased().hasSuffix("accuracy") == true }
    var isLoss: Bool { path.last?.lowercased().hasSuffix("loss") == true }
  }

  /// Something that happened in a training: an alarm, a return to earlier weights.
  struct Event: Hashable, Sendable {
    let epoch: String
    /// The place in the epoch.
    let step: JSONValue?
    let kind: String?
    let message: String?
    /// What else the training wrote of it.
    let details: [String: JSONValue]
  }

  /// The numbers of the epochs, or their places in the list.
  let epochs: [String]
  let columns: [Column]
  let events: [Event]

  init(_ history: JSONValue) {
    let entries = if case .array(let entries) = history { entries } else { [history] }
    var epochs: [String] = []
    var columns: [[String]: Column] = [:]
    var events: [Event] = []
    for (row, entry) in entries.enumerated() {
      var rest: [String: JSONValue] = [:]
      if case .object(let values) = entry { rest = values }
      let epoch = rest.removeValue(forKey: "epoch").flatMap(\.plainText) ?? "\(row + 1)"
      epochs.append(epoch)
      switch rest.removeValue(forKey: "events") {
      case nil, .null?: break
      case .array(let list)?: events += list.map { Event($0, epoch: epoch) }
      case let other?: events.append(Event(other, epoch: epoch))
      }
      let value = if case .object = entry { JSONValue.object(rest) } else { entry }
      value.forEachLeaf { path, value in
        let empty = Column(path: path, values: Array(repeating: nil, count: entries.count))
        columns[path, default: empty].values[row] = value
      }
    }
    self.epochs = epochs
    self.columns = columns.values.sorted { Self.place(of: $0) < Self.place(of: $1) }
    self.events = events
  }

  /// What sets the training before what came of it, and the figures of all epochs before those of
  /// their parts; the rest by the alphabet.
  private static func place(of column: Column) -> (Int, String, Int, String) {
    let known = [
      "learningRate", "epsilon", "trainingLoss", "loss", "cleanAccuracy", "adversarialAccuracy",
      "robustAccuracy",
    ]
    let leaf = column.path.last ?? ""
    return (
      column.path.count, column.path.dropLast().joined(separator: "."),
      known.firstIndex(of: leaf) ?? known.count, leaf
    )
  }
}

extension TrainingHistory.Event {
  init(_ value: JSONValue, epoch: String) {
    self.epoch = epoch
    guard case .object(var values) = value else {
      (step, kind, message, details) = (nil, nil, value.plainText ?? value.text, [:])
      return
    }
    step = values.removeValue(forKey: "step")
    kind = values.removeValue(forKey: "kind").map { $0.plainText ?? $0.text }
    message = values.removeValue(forKey: "message").map { $0.plainText ?? $0.text }
    // The epoch stands before every event already.
    if values["epoch"]?.plainText == epoch { values["epoch"] = nil }
    details = values
  }
}
