import Attacks
import Autodiff
import ModelFixtures
import Networks

/// A compiled crafting, for any ε and any random numbers.
struct CraftingProgram {
  private let crafting: Crafting
  private let program: Program
  private let inputs: (images: Expression, labels: Expression, targets: Expression)
  private let randomness: (key: Expression, examples: Expression)
  private let epsilon: Expression
  private let results: (originals: Expression, examples: Expression)

  init(_ crafting: Crafting, on device: Device = Device(threads: 1), capacity: Int = 64) {
    self.crafting = crafting
    let graph = Graph()
    let shape = Shape([.batch] + crafting.model.specification.input.map { Dimension($0) })
    func integers(_ name: String, _ shape: Shape = [.batch]) -> Expression {
      graph.input(name, shape: shape, element: .int32)
    }
    inputs = (
      graph.input("images", shape: shape, element: .uint8), integers("labels"),
      integers("targets")
    )
    randomness = (integers("key", [2]), integers("examples"))
    epsilon = graph.input("epsilon", shape: [])
    let originals = inputs.images.converted(to: .float32) / 255
    let problem = AttackProblem(
      PerturbationSet(around: originals, epsilon: epsilon, norm: crafting.norm),
      labels: inputs.labels, targets: crafting.isTargeted ? inputs.targets : nil,
      randomness: .init(key: randomness.key, examples: randomness.examples)
    ) { crafting.model.logits(of: $0) }
    results = (originals, crafting.plan.attack.examples(problem))
    program = Program(
      results: [results.originals, results.examples],
      variables: Models.variables(crafting.model, crafting.values), capacity: capacity,
      device: device)
  }

  /// - Parameter order: the examples in the order in which they stand in the batches; the results
  ///   stand in this order too.
  func run(epsilon: Double, seed: UInt64 = 5, order: [Int]? = nil) -> Crafting.Made {
    let order = order ?? Array(crafting.labels.indices)
    let input = crafting.model.specification.input
    let size = input.reduce(1, *)
    program.write(Float(epsilon), to: self.epsilon)
    program.write(RandomKey(seed: seed), to: randomness.key)
    var made = Crafting.Made()
    for start in stride(from: 0, to: order.count, by: program.capacity) {
      let rows = order[start..<min(start + program.capacity, order.count)]
      func write(_ values: [Int32], _ input: Expression) {
        program.write(Tensor(values, shape: [rows.count]), to: input)
      }
      program.write(
        Tensor(
          rows.flatMap { crafting.images[$0 * size..<($0 + 1) * size] },
          shape: [rows.count] + input), to: inputs.images)
      write(rows.map { crafting.labels[$0] }, inputs.labels)
      write(rows.map { crafting.targets[$0] }, inputs.targets)
      write(rows.map { Int32($0) }, randomness.examples)
      program.run(batch: rows.count)
      made.originals += program.read(results.originals).floats
      made.examples += program.read(results.examples).floats
    }
    return made
  }
}
