internal import Attacks

/// What a run does about its guard's alarms.
extension TrainingRun {
  /// Looks at the alignment of gradients at the times for it within an epoch, and where it has fallen
  /// at the robust accuracy.
  ///
  /// - Returns: whether the epoch's weights were given up.
  func isGivenUp() throws -> Bool {
    guard let watch, watch.isGuarding, recipe.guarding.reaction != .warn,
      watch.isCheckDue(step: state.stepsOfEpoch, of: stepsPerEpoch), isAtFullSize
    else { return false }
    let alignment = try lookAtAlignment(watch)
    if let healthy = state.healthyAlignment,
      alignment >= healthy - recipe.guarding.alignmentDrop
    {
      return false
    }
    var record = record(validation: watch.probe())
    record.events = alarms(record.validation)
    guard record.isCollapsed else {
      state.healthyAlignment = alignment
      return false
    }
    record.events += reaction(to: record)
    record.isRolledBack = true
    state.history.append(record)
    tell(record, isBest: false)
    if failure == nil { try rollBack() }
    return true
  }

  func lookAtAlignment(_ watch: Watch) throws -> Double {
    let alignment = watch.alignment.run()
    guard alignment.isFinite else {
      throw TrainingError.notFinite(epoch: state.epoch, step: state.stepsOfEpoch)
    }
    state.leastAlignment = min(state.leastAlignment ?? alignment, alignment)
    return alignment
  }

  /// What is wrong with some figures.
  func alarms(_ validation: EpochRecord.Probe?) -> [GuardEvent] {
    guard let watch, let attacked = validation?.attacked, isAtFullSize else { return [] }
    return watch.alarms(attacked, epoch: state.epoch, step: state.stepsOfEpoch, adversary.plan)
  }

  /// Whether the training's ε is the probe's, and the two can be compared.
  private var isAtFullSize: Bool {
    adversary.epsilon(step: state.steps, stepsPerEpoch: stepsPerEpoch) == adversary.epsilon
  }

  /// What is done about a collapse.
  func reaction(to record: EpochRecord) -> [GuardEvent] {
    func event(_ kind: GuardEvent.Kind, _ message: String) -> GuardEvent {
      GuardEvent(kind, epoch: state.epoch, step: state.stepsOfEpoch, message)
    }
    switch recipe.guarding.reaction {
    case .warn: return []
    case .stop: return [event(.end, "the run ends here, as its recipe says")]
    case .heal:
      guard state.remedies.count < recipe.guarding.healings else {
        return [
          event(.end, "the run was healed \(state.remedies.count) times, and is given up")
        ]
      }
      guard let plan = remedy(for: record.validation?.attacked) else {
        return [
          event(.end, "no remedy is stronger than \(adversary.plan.name); the run is given up")
        ]
      }
      let place =
        state.healthy.epoch == 1
        ? "the first weights" : "the end of epoch \(state.healthy.epoch - 1)"
      state.remedies.append(plan.name)
      return [
        event(.rollback, "to \(place)"),
        event(.healing, "on with \(plan.name)"),
      ]
    }
  }

  /// A stronger attack that the objective can do with.
  private func remedy(for figures: EpochRecord.Attacked?) -> AttackPlan? {
    guard let figures,
      let plan = Remedy.next(
        after: adversary.plan, gap: figures.ownAccuracy - figures.robustAccuracy)
    else { return nil }
    var stronger = adversary
    stronger.plan = plan
    return (try? recipe.objective.check(stronger, place: "")) == nil ? nil : plan
  }

  /// The adversary that the run has come to.
  func takeRemedy() throws {
    guard let last = state.remedies.last else { return }
    adversary.plan = try AttackPlan(last, among: AttackCatalog.training)
    try Adversary.check(adversary.plan, place: "remedies")
    step = makeStep(adversary)
    watch?.setOwn(adversary.plan)
  }

  func rollBack() throws {
    restore(state.healthy.variables)
    try takeRemedy()
    step.kept = state.healthy.kept
    state.steps = state.healthy.steps
    state.healthyAlignment = state.healthy.alignment
    beginEpoch(state.healthy.epoch)
  }
}

extension EpochRecord {
  var isCollapsed: Bool { events.contains { $0.kind == .collapse } }
}
