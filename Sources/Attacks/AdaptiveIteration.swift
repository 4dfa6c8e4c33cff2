internal import Autodiff
internal import Configurations

/// The iteration of Auto-PGD (Croce & Hein 2020, algorithm 1): steps with momentum, whose size is
/// halved and which returns to the best images found, each example by itself, when the loss has
/// stopped growing between two checkpoints of a fixed schedule.
///
/// A step first looks at the images that the last one made, so the images after the last step are
/// looked at by whoever checks them.
struct AdaptiveIteration: Hashable, Sendable {
  let steps: Int
  private let loss: AttackLoss
  /// The steps at which the progress is judged, with the steps since the judgement before.
  private let checkpoints: [Int: Int]

  /// The share of an interval's steps that must raise the loss, ρ, and the weight of a step against
  /// the momentum, α.
  private static let share: Float = 0.75
  private static let momentum: Float = 0.75

  init(_ object: inout ConfigurationObject, loss: AttackLoss) throws(ConfigurationError) {
    steps = try object.integer("steps", in: 1...1_000_000) ?? 100
    self.loss = loss
    checkpoints = Self.checkpoints(steps: steps)
  }

  var configuration: [String: JSONValue] { ["steps": .integer(steps)] }

  /// Intervals of 22 % of the steps, each 3 % shorter than the one before, down to 6 % (section 3.2).
  static func checkpoints(steps: Int) -> [Int: Int] {
    let (least, decrease) = (max(6 * steps / 100, 1), max(3 * steps / 100, 1))
    var length = max(22 * steps / 100, 1)
    var checkpoints: [Int: Int] = [:]
    var step = length
    while step < steps {
      checkpoints[step] = length
      length = max(length - decrease, least)
      step += length
    }
    return checkpoints
  }

  /// Whether it is the first step, whether progress is judged, how many growing steps are enough,
  /// and the weight of the step.
  func scalars(step: Int) -> [Float] {
    let length = checkpoints[step]
    return [
      step == 0 ? 1 : 0, length == nil ? 0 : 1, Self.share * Float(length ?? 0),
      step == 0 ? 1 : Self.momentum,
    ]
  }

  /// What the memory holds, in its order.
  private struct Memory {
    /// `[N, H, W, C]`
    var previous, best, bestGradient: Expression
    /// `[N]`
    var bestLoss, lastLoss, growing, size, judgedLoss, wasReduced: Expression

    init(_ memory: [Expression]) {
      (previous, best, bestGradient) = (memory[0], memory[1], memory[2])
      (bestLoss, lastLoss, growing) = (memory[3], memory[4], memory[5])
      (size, judgedLoss, wasReduced) = (memory[6], memory[7], memory[8])
    }

    var expressions: [Expression] {
      [previous, best, bestGradient, bestLoss, lastLoss, growing, size, judgedLoss, wasReduced]
    }
  }

  func start(_ problem: AttackProblem) -> AttackState {
    let graph = problem.allowed.images.graph
    let images = problem.randomStart()
    func perExample(_ value: Float) -> Expression { graph.fill(value, shape: [.batch]) }
    let lowest = -Float.greatestFiniteMagnitude
    // Steps begin at 2 ε.
    return AttackState(
      images: images,
      memory: [
        images, images, graph.fill(0, shape: images.shape), perExample(lowest),
        perExample(lowest), perExample(0), perExample(2), perExample(lowest), perExample(1),
      ])
  }

  func step(_ state: AttackState, _ problem: AttackProblem) -> AttackState {
    let (isFirst, isCheckpoint) = (problem.scalars[0], problem.scalars[1])
    let (enough, weight) = (problem.scalars[2], problem.scalars[3])
    var memory = Memory(state.memory)
    func perImage(_ value: Expression) -> Expression {
      value.reshaped(to: PerturbationSet.perExample)
    }

    let value = problem.loss(loss, of: state.images)
    let gradient = problem.gradient(of: loss, at: state.images)
    let isBest = value.isGreater(than: memory.bestLoss)
    memory.best = .select(perImage(isBest), state.images, memory.best)
    memory.bestGradient = .select(perImage(isBest), gradient, memory.bestGradient)
    memory.bestLoss = .select(isBest, value, memory.bestLoss)
    memory.growing =
      memory.growing + value.isGreater(than: memory.lastLoss) * (1 - isFirst)
    memory.lastLoss = value
    memory.judgedLoss = .select(isFirst, value, memory.judgedLoss)

    let oscillates = enough.isGreaterOrEqual(to: memory.growing)
    let isStuck =
      (1 - memory.wasReduced) * memory.judgedLoss.isGreaterOrEqual(to: memory.bestLoss)
    let isReduced = isCheckpoint * Expression.maximum(oscillates, isStuck)
    memory.wasReduced = .select(isCheckpoint, isReduced, memory.wasReduced)
    memory.judgedLoss = .select(isCheckpoint, memory.bestLoss, memory.judgedLoss)
    memory.growing = memory.growing * (1 - isCheckpoint)
    memory.size = .select(isReduced, memory.size * 0.5, memory.size)
    let images = Expression.select(perImage(isReduced), memory.best, state.images)
    let direction = Expression.select(perImage(isReduced), memory.bestGradient, gradient)

    let allowed = problem.allowed
    let length = perImage(memory.size) * allowed.epsilon
    let plain = allowed.projecting(images + length * allowed.steepest(direction))
    let moved = allowed.projecting(
      images + weight * (plain - images) + (1 - weight) * (images - memory.previous))
    memory.previous = images
    return AttackState(images: moved, memory: memory.expressions)
  }
}
