import Autodiff
import Configurations

@testable import Attacks

/// An attack step by step in Double, with what it keeps at hand.
struct Walk {
  /// The numbers by the inputs' names.
  var values: [String: [Double]] = [:]
  let batch: Int
  private let attack: any Attack
  private let inputs: (images: Expression, memory: [Expression])
  private let scalars: [Expression]
  private let start: AttackState
  private let next: AttackState

  var images: [Double] { values["state"]! }
  func memory(_ index: Int) -> [Double] { values["memory \(index)"]! }
  private(set) var isFooled: [Double]?

  /// - Parameters:
  ///   - logits: the logits of images; what it reads besides is put into `values`.
  init(
    _ plan: String, originals: [Double], shape: [Int], epsilon: Double, norm: Norm,
    labels: [Double], targets: [Double]? = nil, seed: UInt64 = 1,
    logits: @escaping (Expression) -> Expression
  ) throws {
    attack = try AttackPlan(plan).attack
    batch = labels.count
    let graph = Graph()
    let imageShape = Shape([.batch] + shape.map { Dimension($0) })
    func integers(_ name: String, _ shape: Shape = [.batch]) -> Expression {
      graph.input(name, shape: shape, element: .int32)
    }
    let scalars = attack.scalars(step: 0).indices.map { graph.input("scalar \($0)", shape: []) }
    self.scalars = scalars
    let problem = AttackProblem(
      PerturbationSet(
        around: graph.input("originals", shape: imageShape),
        epsilon: graph.input("epsilon", shape: []), norm: norm),
      labels: integers("labels"), targets: targets.map { _ in integers("targets") },
      randomness: .init(key: integers("key", [2]), examples: integers("examples")),
      scalars: scalars, logits: logits)
    start = attack.start(problem)
    inputs = (
      graph.input("state", shape: start.images.shape),
      start.memory.enumerated().map { graph.input("memory \($0)", shape: $1.shape) }
    )
    next = attack.step(
      AttackState(
        images: inputs.images, memory: inputs.memory,
        isFooled: start.isFooled.map { _ in graph.input("fooled", shape: [.batch]) }),
      problem)
    values["originals"] = originals
    values["epsilon"] = [epsilon]
    values["labels"] = labels
    values["targets"] = targets
    values["examples"] = (0..<batch).map { Double($0) }
    setKey(RandomKey(seed: seed))
  }

  private mutating func setKey(_ key: RandomKey) {
    values["key"] = [key.words.x, key.words.y].map { Double(Int32(bitPattern: $0)) }
  }

  /// Puts the attack before its first step.
  ///
  /// - Parameter images: in place of the attack's own start, also where it remembers it.
  mutating func begin(at images: [Double]? = nil) {
    var interpreter = ReferenceInterpreter(batch: batch, values: values)
    let own = start.images
    keep(start) { expression in
      if let images, expression == own { return images }
      return interpreter.value(of: expression).elements
    }
  }

  mutating func take(step: Int) {
    setKey(RandomKey(seed: 1).folding(step))
    for (index, scalar) in attack.scalars(step: step).enumerated() {
      values["scalar \(index)"] = [Double(scalar)]
    }
    var interpreter = ReferenceInterpreter(batch: batch, values: values)
    keep(next) { interpreter.value(of: $0).elements }
  }

  private mutating func keep(_ state: AttackState, _ value: (Expression) -> [Double]) {
    var kept = ["state": value(state.images)]
    for (index, expression) in state.memory.enumerated() {
      kept["memory \(index)"] = value(expression)
    }
    isFooled = state.isFooled.map(value)
    kept["fooled"] = isFooled
    values.merge(kept) { $1 }
  }
}
