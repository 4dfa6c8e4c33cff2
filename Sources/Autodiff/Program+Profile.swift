internal import Kernels

extension Program {
  /// One step of the schedule: what it computes and what it costs.
  public struct StepProfile: Sendable {
    /// The operation's name, with `+` when a loop follows in the same step; `loop` for one alone.
    public let name: String
    /// Multiplications and additions of products and convolutions.
    public let floatingPointOperations: Int
    /// The bytes of the values that are read and written.
    public let byteCount: Int
    /// The mean time of the step over the runs.
    public let seconds: Double

    /// The same for more rows, as often as it takes.
    package func repeated(_ times: Double) -> StepProfile {
      StepProfile(
        name: name,
        floatingPointOperations: Int((Double(floatingPointOperations) * times).rounded()),
        byteCount: Int((Double(byteCount) * times).rounded()), seconds: seconds * times)
    }

    /// What two threads do at a time, each on rows of its own.
    package func beside(_ other: StepProfile) -> StepProfile {
      StepProfile(
        name: name,
        floatingPointOperations: floatingPointOperations + other.floatingPointOperations,
        byteCount: byteCount + other.byteCount, seconds: max(seconds, other.seconds))
    }
  }

  /// The multiplications and additions of all products and convolutions of a run.
  public func floatingPointOperations(batch: Int) -> Int {
    schedule.steps.reduce(0) { $0 + floatingPointOperations(of: $1, batch: batch) }
  }

  /// Runs the program several times and measures every step.
  public func profile(batch: Int, runs: Int) -> [StepProfile] {
    run(batch: batch)
    let steps = calls(batch: batch)
    var times = Array(repeating: Duration.zero, count: steps.count)
    let clock = ContinuousClock()
    for _ in 0..<runs {
      for (index, calls) in steps.enumerated() {
        times[index] += clock.measure { for call in calls { device.pool.run(call) } }
      }
    }
    return zip(schedule.steps, times).map { step, time in
      let names = [step.producer?.operation, step.operation].compactMap {
        $0.map { type(of: schedule.graph.nodes[$0].operation).name }
      }
      let operation = names.isEmpty ? nil : names.joined(separator: " + ")
      let written = step.nodes.filter { isStored($0) }
      let values = Set(schedule.reads(of: step).map(\.node).filter { isStored($0) } + written)
      let (seconds, attoseconds) = time.components
      return StepProfile(
        name: operation.map { step.loop == nil ? $0 : $0 + " +" } ?? "loop",
        floatingPointOperations: floatingPointOperations(of: step, batch: batch),
        byteCount: values.reduce(0) {
          $0 + schedule.graph.nodes[$1].type.byteCount(batch: batch)
        },
        seconds: (Double(seconds) + Double(attoseconds) * 1e-18) / Double(runs))
    }
  }

  private func floatingPointOperations(of step: Schedule.Step, batch: Int) -> Int {
    func extents(_ index: Int) -> [Int] {
      schedule.graph.nodes[index].type.shape.extents(batch: batch)
    }
    return [step.producer?.operation, step.operation].compactMap { $0 }.reduce(0) { sum, index in
      let node = schedule.graph.nodes[index]
      return sum
        + node.operation.floatingPointOperations(node.operands.map(extents), extents(index))
    }
  }
}
