internal import Foundation
internal import Reporting
internal import Training

/// Shows a training as it goes: a live line on a terminal, a line an epoch elsewhere.
final class TrainingDisplay {
  private let heading: String
  private let epochs: Int
  private let isLive: Bool
  private let isQuiet: Bool
  private var steps = 0
  private var examples = 0
  private var epochExamples = 0
  /// The steps that were taken here: a run that is continued began elsewhere.
  private var allSteps = 0
  private var lossSum = 0.0
  /// The figures after the epoch before.
  private var validation: EpochRecord.Probe?
  private let clock = ContinuousClock()
  private var start: ContinuousClock.Instant
  private var lastShown: ContinuousClock.Instant

  /// - Parameter heading: shown once the training begins.
  init(heading: String, epochs: Int, isQuiet: Bool) {
    self.heading = heading
    self.epochs = epochs
    self.isQuiet = isQuiet
    isLive = Terminal.isOutput
    start = clock.now
    lastShown = start
  }

  func show(_ event: TrainingEvent) {
    guard !isQuiet else { return }
    switch event {
    case .started(let training, let validation, let steps, _):
      self.steps = steps
      start = clock.now
      let held = validation > 0 ? ", \(validation.grouped) for validation" : ""
      Terminal.printLine(heading)
      Terminal.printLine(
        "training on \(training.grouped) images\(held), \(steps.grouped) steps an epoch")
    case .step(let epoch, let step, let count, let loss):
      if step == 1 { (epochExamples, lossSum) = (0, 0) }
      examples += count
      epochExamples += count
      allSteps += 1
      lossSum += loss * Double(count)
      showProgress(epoch: epoch, step: step)
    case .epoch(let record, let isBest):
      clearLine()
      validation = record.validation
      Terminal.printLine(line(record, isBest: isBest))
    case .guarded(let event):
      clearLine()
      Terminal.printLine("  \(event.kind.rawValue): \(event.message)")
    case .stoppedEarly(let epoch):
      Terminal.printLine("stopped after epoch \(epoch): no better figure within the patience")
    }
  }

  /// Ends the live line, so that what follows begins on a line of its own.
  func clearLine() {
    if isLive, !isQuiet { Terminal.write("\r\u{1B}[K") }
  }

  private func showProgress(epoch: Int, step: Int) {
    guard isLive, clock.now - lastShown > .milliseconds(100) else { return }
    lastShown = clock.now
    let seconds = (clock.now - start).seconds
    let rate = Double(examples) / max(seconds, 1e-9)
    let left = seconds / Double(allSteps) * Double((epochs - epoch + 1) * steps - step)
    let loss = lossSum / Double(max(epochExamples, 1))
    var line =
      "epoch \(epoch)/\(epochs)  \(Int(100 * Double(step) / Double(steps))) %  "
      + "loss \(loss.text(4))  \(Int(rate).grouped) ex/s  \(Int(left.rounded(.up))) s left"
    if let validation {
      line += "  clean \((100 * validation.cleanAccuracy).text(1)) %"
    }
    // A line that wraps could not be written over.
    Terminal.write("\r\u{1B}[K" + line.prefix(Terminal.columns - 1))
  }

  private func line(_ record: EpochRecord, isBest: Bool) -> String {
    let seconds = (clock.now - start).seconds
    let rate = Int(Double(examples) / max(seconds, 1e-9))
    let place = record.steps < steps ? ", step \(record.steps)" : ""
    var line = "epoch \(record.epoch)/\(epochs)\(place)  loss \(record.trainingLoss.text(4))"
    if let validation = record.validation {
      let clean = "clean \((100 * validation.cleanAccuracy).text(1)) %"
      if let attacked = validation.attacked {
        line +=
          "  validation: \(clean), own attack \((100 * attacked.ownAccuracy).text(1)) %, "
          + "robust \((100 * attacked.robustAccuracy).text(1)) %"
      } else {
        line += "  validation: loss \(validation.loss.text(4)), \(clean)"
      }
      if isBest { line += "  best" }
    }
    return line + "  (\(rate.grouped) examples/s)"
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

extension Double {
  /// With a fixed number of decimals.
  func text(_ decimals: Int) -> String {
    String(format: "%.\(decimals)f", self)
  }
}
