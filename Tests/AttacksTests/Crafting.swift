import Attacks
import Autodiff
import ModelFixtures
import Networks

/// An attack on a small model, all of its steps in one program.
struct Crafting {
  let model: Model
  let values: [Tensor]
  let images: [UInt8]
  let labels: [Int32]
  var plan: AttackPlan
  var norm = Norm.linf
  var isTargeted = false

  struct Made: Equatable {
    var originals: [Float] = []
    var examples: [Float] = []

    /// Whether a threat model allows each of the examples.
    func allowed(by threat: ThreatModel, count: Int) -> [Bool] {
      let size = originals.count / count
      return examples.withUnsafeBufferPointer { examples in
        originals.withUnsafeBufferPointer { originals in
          (0..<count).map { row in
            let pixels = row * size..<(row + 1) * size
            return threat.allows(
              UnsafeBufferPointer(rebasing: examples[pixels]),
              for: UnsafeBufferPointer(rebasing: originals[pixels]))
          }
        }
      }
    }
  }

  /// The wanted classes: never the true ones.
  var targets: [Int32] { labels.map { ($0 + 1) % Int32(model.classCount) } }

  func run(
    epsilon: Double, on device: Device = Device(threads: 1), batchSize: Int = 64, seed: UInt64 = 5,
    order: [Int]? = nil
  ) -> Made {
    CraftingProgram(self, on: device, capacity: batchSize)
      .run(epsilon: epsilon, seed: seed, order: order)
  }

  /// The losses of images with classes, in Double.
  func losses(of pixels: [Float], classes: [Int32]) -> [Double] {
    reference(of: pixels, classes) { loss, _ in loss }
  }

  /// The gradient of the losses with respect to the images, in Double.
  func gradient(at pixels: [Float], classes: [Int32]) -> [Double] {
    reference(of: pixels, classes) { loss, x in loss.gradient(withRespectTo: x) }
  }

  private func reference(
    of pixels: [Float], _ classes: [Int32], _ result: (Expression, Expression) -> Expression
  ) -> [Double] {
    let graph = Graph()
    let shape = Shape([.batch] + model.specification.input.map { Dimension($0) })
    let x = graph.input("x", shape: shape)
    let labels = graph.input("classes", shape: [.batch], element: .int32)
    let loss = model.logits(of: x).softmaxCrossEntropy(labels: labels)
    var named = ["x": pixels.map { Double($0) }, "classes": classes.map { Double($0) }]
    for (parameter, value) in zip(model.parameters, values) {
      named[parameter.name] = value.floats.map { Double($0) }
    }
    var reference = ReferenceInterpreter(batch: classes.count, values: named)
    return reference.value(of: result(loss, x)).elements
  }
}
