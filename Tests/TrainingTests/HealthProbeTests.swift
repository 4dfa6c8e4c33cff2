import Attacks
import Autodiff
import Datasets
import ModelFixtures
import Networks
import Testing

@testable import Training

/// What the training's own attack gives on held-out images.
@Suite struct HealthProbeTests {
  static let epsilon = 0.05
  let model: Model
  let variables: Variables
  /// Labelled as the model sees them.
  let images: Dataset

  init() throws {
    model = try Models.linear()
    let values = Models.values(model, seed: 1)
    variables = Models.variables(model, values)
    let bytes = Images.halves(60, seed: 3).images
    let (weights, biases) = (values[0].floats, values[1].floats)
    images = Self.dataset(
      bytes,
      labels: (0..<60).map { row in
        let logits = (0..<2).map { unit in
          (0..<36).reduce(Double(biases[unit])) {
            $0 + Double(bytes[row * 36 + $1]) / 255 * Double(weights[$1 * 2 + unit])
          }
        }
        return logits[1] > logits[0] ? 1 : 0
      })
  }

  static func dataset(_ images: [UInt8], labels: [Int32]) -> Dataset {
    Dataset(
      name: "halves", part: .training, imageShape: [6, 6, 1], images: images, labels: labels,
      classNames: ["upper", "lower"], origin: "a test",
      lineage: DatasetLineage(collection: "halves"))
  }

  func figures(_ adversary: String, on images: Dataset) throws -> EpochRecord.Attacked {
    let recipe = try RecipeTests.recipe(
      #"{"adversarial": {"ratio": 1, "epsilon": \#(Self.epsilon), \#(adversary)}}"#)
    let probe = HealthProbe(
      images, own: recipe.adversary.plan, recipe: recipe, model: model, variables: variables,
      device: Device(threads: 1))
    return try #require(probe.run().attacked)
  }

  /// Of two classes the wrong one is the only target, and every step leads there.
  @Test func targetsAreTheMostProbableWrongClasses() throws {
    let plain = try figures(#""attack": "fgsm""#, on: images)
    let targeted = try figures(#""attack": "fgsm:targets=1""#, on: images)
    #expect(plain.cleanAccuracy == 1 && plain.ownAccuracy > 0.1 && plain.ownAccuracy < 0.9)
    #expect(targeted.ownAccuracy == plain.ownAccuracy)
    #expect(plain.robustAccuracy == plain.ownAccuracy)
  }

  /// With every label wrong, what leads away from predictions leads to the labels.
  @Test func predictedLabelsAreLedAwayFrom() throws {
    let labels = #""attack": "fgsm", "labels": "predicted""#
    let right = try figures(labels, on: images)
    let plain = try figures(#""attack": "fgsm""#, on: images)
    #expect(right.ownAccuracy == plain.ownAccuracy)
    let wrong = try figures(
      labels, on: Self.dataset(images.images, labels: images.labels.map { 1 - $0 }))
    #expect(wrong.cleanAccuracy == 0 && wrong.robustAccuracy == 0)
    #expect(abs(wrong.ownAccuracy - (1 - right.ownAccuracy)) < 1e-12)
  }
}
