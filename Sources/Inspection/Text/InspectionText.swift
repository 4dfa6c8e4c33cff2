internal import Configurations
internal import Datasets
public import Reporting

/// A description of a file as text for people: aligned, at most 100 columns.
///
/// What the file is, the model layer by layer, its parameters, how it was trained, and the history
/// of that as a table with curves; of a file of another program the tensors alone.
public struct InspectionText: Sendable {
  /// The widest line, in terminal columns.
  static let width = TextReport.width

  private let description: CheckpointDescription
  private let style: TextStyle

  public init(_ description: CheckpointDescription, style: TextStyle = .plain) {
    self.description = description
    self.style = style
  }

  /// The whole text, with a line break after its last line.
  public var text: String {
    var sections = [file]
    if let content = description.checkpoint {
      sections += [
        model(content.model), tensors, training(content.training),
        HistoryText(TrainingHistory(content.history), deliveredEpoch: content.training.epoch)
          .text(style: style),
      ]
    } else {
      sections.append(tensors)
    }
    sections.append(otherMetadata)
    return sections.filter { !$0.isEmpty }.joined(separator: "\n") + notes
  }

  private var file: String {
    let kind =
      description.checkpoint.map {
        "checkpoint of format \($0.format), written by \($0.generator)"
      } ?? "safetensors file without metadata of defend: only its tensors are known"
    let count = description.byteCount
    let path = description.path.printable.shortened(to: Self.width)
    return style.applying(.strong, to: path) + "\n"
      + lines("\(kind) · \(count.grouped) bytes")
      + style.applying(.secondary, to: "SHA-256 \(description.digest)") + "\n"
  }

  private func heading(_ name: String, _ details: String) -> String {
    let name = name.printable
    let rest = details.isEmpty ? "" : ": " + details.printable
    let lines = (name + rest).wrapped(to: Self.width)
    guard let first = lines.first, first.hasPrefix(name) else {
      return lines.joined(separator: "\n") + "\n"
    }
    let shown = style.applying(.strong, to: name) + first.dropFirst(name.count)
    return ([shown] + lines.dropFirst()).joined(separator: "\n") + "\n"
  }

  private func lines(_ words: String) -> String {
    words.printable.wrapped(to: Self.width).map { $0 + "\n" }.joined()
  }

  private func model(_ model: ModelSummary) -> String {
    let details =
      "\(model.input.extents) images, \(model.classCount) classes, "
      + "\(model.parameterCount.grouped) parameters"
    var table = TextTable(
      columns: [.trailing, .leading, .leading, .trailing, .trailing], indentation: 2)
    table.addRow(["", "layer", "settings", "output", "parameters"].map { .init($0, .strong) })
    table.addRule()
    for (index, layer) in model.layers.enumerated() {
      let settings = layer.settingsText.wrapped(to: 55)
      table.addRow([
        .init("\(index)", .secondary), .init(layer.type), .init(settings.first ?? ""),
        .init(layer.outputShape.extents),
        .init(layer.parameterCount == 0 ? "" : layer.parameterCount.grouped),
      ])
      for rest in settings.dropFirst() { table.addRow(["", "", .init(rest), "", ""]) }
    }
    return heading("model \(model.name)", details) + table.text(style: style)
  }

  private var tensors: String {
    let isOwn = description.checkpoint != nil
    let count = description.tensors.count
    let details = "\(count.grouped), with \(description.parameterCount.grouped) elements"
    return heading(isOwn ? "parameters" : "tensors", isOwn ? "" : details)
      + (count == 0 ? "" : TensorTable(tensors: description.tensors).text(style: style))
  }

  private func training(_ training: CheckpointDescription.Training) -> String {
    var table = TextTable(columns: [.leading, .leading], indentation: 2)
    func add(_ name: String, _ words: String, _ emphasis: Emphasis = .none) {
      let name = name.printable.prefix(20)
      for (index, line) in words.printable.wrapped(to: 74).enumerated() {
        table.addRow([
          .init(index == 0 ? String(name) : "", .secondary),
          .init(line.shortened(to: 74), emphasis),
        ])
      }
    }
    if case .object(let values) = training.recipe {
      let keys = values.keys.sorted { KeyWords.place(of: $0) < KeyWords.place(of: $1) }
      for key in keys { add(KeyWords.text(key), values[key]!.words) }
    } else {
      add("recipe", training.recipe.words)
    }
    if case .object(let values) = training.recipe, values["seed"] != .integer(training.seed) {
      add("seed", "\(training.seed)")
    }
    for identity in training.trainedOn {
      add(
        "trained on",
        "\(identity.count.grouped) \(identity.part.rawValue) images of \(identity.name), "
          + "lineage \(identity.lineage)")
      add(" ", "data \(identity.digest)", .secondary)
    }
    add("began with", training.initialDigest.map { "the checkpoint \($0)" } ?? "fresh weights")
    add("delivered", "the weights after epoch \(training.epoch)")
    return heading("training", "") + table.text(style: style)
  }

  private var otherMetadata: String {
    guard !description.otherMetadata.isEmpty else { return "" }
    var table = TextTable(columns: [.leading, .leading], indentation: 2)
    for (key, value) in description.otherMetadata.sorted(by: { $0.key < $1.key }) {
      let key = key.printable.shortened(to: 30)
      // A long text, such as a whole configuration, begins to say what it is; JSON has all of it.
      let start = String(value.prefix(64))
      table.addRow([.init(key, .secondary), .init(start + (start == value ? "" : "…"))])
    }
    return heading("metadata of other programs", "") + table.text(style: style)
  }

  /// What keeps the values from being used.
  private var notes: String {
    let broken = description.tensors.filter { $0.notFinite > 0 }
    guard !broken.isEmpty else { return "" }
    let count = broken.reduce(0) { $0 + $1.notFinite }
    let consequence =
      description.checkpoint == nil ? "" : "; other commands refuse this checkpoint"
    let words =
      "elements that are infinite or undefined: \(count.grouped) of "
      + "\(description.parameterCount.grouped), in \(broken.count.grouped) of "
      + "\(description.tensors.count.grouped) tensors\(consequence)"
    return "\n"
      + words.wrapped(to: Self.width).map { style.applying(.caution, to: $0) + "\n" }.joined()
  }
}

extension [Int] {
  /// A shape as it is read: `28×28×1`; a scalar has no axis.
  var extents: String {
    guard !isEmpty else { return "scalar" }
    // A file may have a tensor of thousands of axes.
    return prefix(8).map(String.init).joined(separator: "×") + (count > 8 ? "×…" : "")
  }
}

extension ModelSummary.Layer {
  /// `filters 32, kernel 4×4, stride 1×1, padding 0×0, relu`
  fileprivate var settingsText: String {
    settings.sorted { KeyWords.place(of: $0.key) < KeyWords.place(of: $1.key) }
      .map { key, value in
        switch (key, value) {
        case ("activation", .string("none")): "no activation"
        case ("activation", _): value.words
        case (_, .array(let extents)):
          "\(KeyWords.text(key)) \(extents.map(\.words).joined(separator: "×"))"
        default: "\(KeyWords.text(key)) \(value.words)"
        }
      }.joined(separator: ", ")
  }
}
