import Attacks
import Autodiff
import ModelFixtures
import Networks

/// An attack on a small model, and what it made.
struct Crafting {
  let model: Model
  let values: [Tensor]
  let images: [UInt8]
  let labels: [Int32]
  let threat: ThreatModel
  var attack: any Attack = FGSM()
  var goal = AttackGoal.untargeted

  struct Made: Equatable {
    var originals: [Float] = []
    var examples: [Float] = []
  }

  struct Expressions {
    let images: Expression
    let labels: Expression
    let epsilon: Expression
    let original: Expression
    let examples: Expression
    let loss: (Expression) -> Expression
  }

  func expressions() -> Expressions {
    let graph = Graph()
    let shape = Shape([.batch] + model.specification.input.map { Dimension($0) })
    let images = graph.input("images", shape: shape, element: .uint8)
    let labels = graph.input("labels", shape: [.batch], element: .int32)
    let epsilon = graph.input("epsilon", shape: [])
    let original = images.converted(to: .float32) / 255
    func loss(_ x: Expression) -> Expression {
      model.logits(of: x).softmaxCrossEntropy(labels: labels)
    }
    let problem = AttackProblem(
      PerturbationSet(around: original, epsilon: epsilon), goal: goal, loss: loss)
    return Expressions(
      images: images, labels: labels, epsilon: epsilon, original: original,
      examples: attack.examples(problem), loss: loss)
  }

  func run(on device: Device = Device(threads: 1), batchSize: Int = 64) -> Made {
    let expressions = expressions()
    let program = Program(
      results: [expressions.original, expressions.examples],
      variables: Models.variables(model, values), capacity: batchSize, device: device)
    program.write(Tensor([Float(threat.epsilon)], shape: []), to: expressions.epsilon)
    let size = model.specification.input.reduce(1, *)
    var made = Made()
    for start in stride(from: 0, to: labels.count, by: batchSize) {
      let rows = start..<min(start + batchSize, labels.count)
      program.write(
        Tensor(
          Array(images[rows.lowerBound * size..<rows.upperBound * size]),
          shape: [rows.count] + model.specification.input), to: expressions.images)
      program.write(Tensor(Array(labels[rows]), shape: [rows.count]), to: expressions.labels)
      program.run(batch: rows.count)
      made.originals += program.read(expressions.original).floats
      made.examples += program.read(expressions.examples).floats
    }
    return made
  }

  /// The losses of images, in Double.
  func losses(of pixels: [Float]) -> [Double] {
    reference(of: pixels) { loss, _ in loss }
  }

  /// The gradient of the losses with respect to the images, in Double.
  func gradient(at pixels: [Float]) -> [Double] {
    reference(of: pixels) { loss, x in loss.gradient(withRespectTo: x) }
  }

  private func reference(
    of pixels: [Float], _ result: (Expression, Expression) -> Expression
  ) -> [Double] {
    let graph = Graph()
    let shape = Shape([.batch] + model.specification.input.map { Dimension($0) })
    let x = graph.input("x", shape: shape)
    let labels = graph.input("labels", shape: [.batch], element: .int32)
    let loss = model.logits(of: x).softmaxCrossEntropy(labels: labels)
    var named = ["x": pixels.map { Double($0) }, "labels": self.labels.map { Double($0) }]
    for (parameter, value) in zip(model.parameters, values) {
      named[parameter.name] = value.floats.map { Double($0) }
    }
    var reference = ReferenceInterpreter(batch: self.labels.count, values: named)
    return reference.value(of: result(loss, x)).elements
  }
}
