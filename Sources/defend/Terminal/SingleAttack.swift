internal import Attacks
internal import Checkpoints
internal import Datasets
internal import Evaluation
internal import Foundation
internal import Reporting

/// One image before and after an attack, as text and pictures.
struct SingleAttack {
  private let dataset: Dataset
  private let label: Int32
  private let target: Int32?
  private let original: [Float]
  private let image: [Float]
  private let before: [Float]
  private let after: [Float]
  /// The probabilities for the image rounded to bytes.
  private let rounded: [Float]
  private let isAllowed: Bool

  /// - Parameters:
  ///   - image: what the attack made.
  init(
    _ image: [Float], index: Int, of dataset: Dataset, target: Int32?, threat: ThreatModel,
    classifier: Classifier
  ) {
    self.dataset = dataset
    label = dataset.labels[index]
    self.target = target
    self.image = image
    let size = dataset.imageSize
    let original = dataset.images[index * size..<(index + 1) * size].map { Float($0) / 255 }
    self.original = original
    isAllowed = image.withUnsafeBufferPointer { image in
      original.withUnsafeBufferPointer { threat.allows(image, for: $0) }
    }
    before = classifier.probabilities(of: original)
    after = classifier.probabilities(of: image)
    // What a picture file can hold.
    rounded = classifier.probabilities(of: image.map { ($0 * 255).rounded() / 255 })
  }

  func heading(checkpoint: String, index: Int, attack: String, epsilon: Double) -> String {
    let aim = target.map { ", towards \(name($0))" } ?? ""
    return "\(checkpoint), test image \(index) of \(dataset.name), a \(name(label)); "
      + "\(attack) at ε \(epsilon)\(aim)\n"
  }

  private var shape: (height: Int, width: Int, channels: Int) {
    (dataset.imageShape[0], dataset.imageShape[1], dataset.imageShape[2])
  }

  private func picture(_ values: [Float]) -> Picture {
    Picture(
      values: values, height: shape.height, width: shape.width, channels: shape.channels)
  }

  private var perturbation: PerturbationPicture {
    PerturbationPicture(
      values: zip(image, original).map { $0 - $1 }, height: shape.height, width: shape.width,
      channels: shape.channels)
  }

  var panels: [TerminalPicture.Panel] {
    [
      .init("image: \(verdict(before))", picture(original)),
      .init("perturbation", perturbation),
      .init("result: \(verdict(after))", picture(image)),
    ]
  }

  /// The probabilities before and after, and what became of the classification.
  var figures: String {
    var table = TextTable(columns: [.leading, .trailing, .trailing, .leading])
    table.addRow(["class", "before", "after", ""])
    table.addRule()
    for index in dataset.classNames.indices {
      var marks: [String] = []
      if Int32(index) == label { marks.append("true class") }
      if Int32(index) == target { marks.append("target") }
      table.addRow(
        [
          dataset.classNames[index], percent(before[index]), percent(after[index]),
          marks.joined(separator: ", "),
        ].map { TextTable.Cell($0) })
    }
    return [table.text(), outcome, roundedOutcome].joined(separator: "\n")
  }

  private var outcome: String {
    let largest = zip(image, original).map { abs($0 - $1) }.max() ?? 0
    let change = "largest change of a pixel \(Double(largest).text(4))"
    let (old, new) = (prediction(before), prediction(after))
    if !isAllowed {
      return "the result left the allowed set; this is a bug, please report it (\(change))"
    }
    if old != label {
      return "the model was wrong before the attack: it sees a \(name(old)) (\(change))"
    }
    if new == old { return "not fooled: the model still sees a \(name(old)) (\(change))" }
    let hit = target == nil || new == target ? "" : ", though not the target"
    return "fooled: the model saw a \(name(old)) and now sees a \(name(new))\(hit) (\(change))"
  }

  private var roundedOutcome: String {
    let seen = prediction(rounded)
    let text = "rounded to 8 bits, as in a picture file, it is seen as a \(name(seen))"
    guard prediction(before) == label, prediction(after) != label else { return text }
    return text + (seen == label ? ": it no longer fools the model" : ": it still fools the model")
  }

  /// Writes the pictures, eight times enlarged.
  ///
  /// - Returns: the paths of the files.
  func save(to directory: String) throws -> [String] {
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw Failure(.cannotWrite, "cannot make the directory '\(directory)'")
    }
    let pictures = [
      ("image", picture(original)), ("perturbation", perturbation.picture),
      ("adversarial", picture(image)),
    ]
    return try pictures.map { name, picture in
      let path = URL(filePath: directory).appending(path: "\(name).png").relativePath
      try AtomicFile.write(PNGImage(picture, scale: 8).bytes, to: path)
      return path
    }
  }

  private func name(_ index: Int32) -> String { dataset.classNames[Int(index)] }

  private func prediction(_ probabilities: [Float]) -> Int32 {
    Int32(probabilities.indices.reduce(0) { probabilities[$1] > probabilities[$0] ? $1 : $0 })
  }

  private func verdict(_ probabilities: [Float]) -> String {
    let index = prediction(probabilities)
    return "\(name(index)) (\(percent(probabilities[Int(index)])))"
  }

  private func percent(_ probability: Float) -> String {
    "\((100 * Double(probability)).text(2)) %"
  }
}
