import Autodiff
import Configurations
import ModelFixtures
import Networks

@testable import Attacks
@testable import Training

/// An objective's loss on a small model and a few images, to be read in float32 and in Double.
struct StepCase {
  let model: Model
  let values: [Tensor]
  let recipe: Recipe
  let images: [UInt8]
  let labels: [Int32]
  let problem: TrainingProblem
  let loss: TrainingLoss
  let parameters: [Expression]
  private let inputs: [String: Expression]

  /// - Parameters:
  ///   - adversarial: the section of a recipe.
  ///   - labels: nil for random ones.
  ///   - more: further keys of the recipe.
  init(
    _ adversarial: String, model: Model, values: [Tensor]? = nil, batch: Int = 6,
    labels: [Int32]? = nil, more: String = ""
  ) throws {
    self.model = model
    self.values = values ?? Models.values(model, seed: 17)
    recipe = try RecipeTests.recipe(#"{"adversarial": \#(adversarial)\#(more)}"#)
    let noise = Images.noise(
      batch, shape: model.specification.input, classes: model.classCount, seed: 5)
    images = noise.images
    self.labels = labels ?? noise.labels
    let graph = Graph()
    let shape = Shape([.batch] + model.specification.input.map { Dimension($0) })
    func input(_ name: String, _ shape: Shape, _ element: ElementType) -> Expression {
      graph.input(name, shape: shape, element: element)
    }
    inputs = [
      "images": input("images", shape, .uint8), "labels": input("labels", [.batch], .int32),
      "epsilon": input("epsilon", [], .float32), "key": input("key", [2], .int32),
      "examples": input("examples", [.batch], .int32),
    ]
    problem = TrainingProblem(
      model: model, images: inputs["images"]!.converted(to: .float32) / 255,
      labels: inputs["labels"]!, labelSmoothing: recipe.labelSmoothing,
      adversary: recipe.adversary, epsilon: inputs["epsilon"]!,
      randomness: .init(key: inputs["key"]!, examples: inputs["examples"]!))
    loss = recipe.objective.loss(problem)
    parameters = model.variables(in: graph)
  }

  var count: Int { labels.count }
  var epsilon: Float { Float(recipe.adversary.epsilon) }

  /// The whole loss, a scalar.
  var total: Expression {
    zip(loss.terms, loss.means).map { $1 * Float($0.weight) }.reduce { $0 + $1 }
  }

  private static func words(_ seed: UInt64) -> [Int32] {
    let words = RandomKey(seed: seed).words
    return [Int32(bitPattern: words.x), Int32(bitPattern: words.y)]
  }

  /// Values in float32, the examples in an order of their own.
  func run(
    _ results: [Expression], seed: UInt64 = 3, order: [Int]? = nil,
    on device: Device = Device(threads: 1)
  ) -> [[Float]] {
    let order = order ?? Array(0..<count)
    let size = images.count / count
    let program = Program(
      results: results, variables: Models.variables(model, values), capacity: order.count,
      device: device)
    program.write(
      Tensor(
        order.flatMap { images[$0 * size..<($0 + 1) * size] },
        shape: [order.count] + model.specification.input), to: inputs["images"]!)
    program.write(
      Tensor(order.map { labels[$0] }, shape: [order.count]), to: inputs["labels"]!)
    program.write(
      Tensor(order.map { Int32($0) }, shape: [order.count]), to: inputs["examples"]!)
    program.write(epsilon, to: inputs["epsilon"]!)
    program.write(Tensor(Self.words(seed), shape: [2]), to: inputs["key"]!)
    program.run(batch: order.count)
    return results.map { program.read($0).floats }
  }

  /// Values in Double.
  ///
  /// - Parameters:
  ///   - changes: what is added to the parameters.
  ///   - kept: the length of what an earlier step left behind, in each pixel up or down.
  func reference(
    _ results: [Expression], changes: [[Double]]? = nil, kept: Double = 0.05
  ) -> [[Double]] {
    var named: [String: [Double]] = [
      "images": images.map { Double($0) }, "labels": labels.map { Double($0) },
      "epsilon": [Double(epsilon)], "key": Self.words(3).map { Double($0) },
      "examples": (0..<count).map { Double($0) },
      "kept.perturbation": images.map { $0 % 2 == 0 ? kept : -kept },
    ]
    for (index, parameter) in model.parameters.enumerated() {
      let values = values[index].floats.map { Double($0) }
      named[parameter.name] = changes.map { zip(values, $0[index]).map { $0 + $1 } } ?? values
    }
    var interpreter = ReferenceInterpreter(batch: count, values: named)
    return results.map { interpreter.value(of: $0).elements }
  }
}

extension Sequence {
  func reduce(_ join: (Element, Element) -> Element) -> Element {
    let all = Array(self)
    return all.dropFirst().reduce(all[0], join)
  }
}
