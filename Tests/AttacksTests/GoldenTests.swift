import Autodiff
import Configurations
import Testing

@testable import Attacks

/// Attacks beside another implementation of their papers.
@Suite struct GoldenTests {
  /// A network of two layers in Double, its parameters among the values.
  private static func walk(
    _ plan: String, _ trajectory: GoldenFile.Trajectory
  ) throws -> Walk {
    let golden = GoldenFile.shared
    let pixels = golden.shape.reduce(1, *)
    let norm = try #require(Norm(rawValue: trajectory.norm))
    let extents = [
      [pixels, golden.hidden], [golden.hidden], [golden.hidden, golden.classes],
      [golden.classes],
    ]
    let isTargeted = trajectory.loss.hasSuffix("targeted")
    var walk = try Walk(
      plan, originals: golden.originals, shape: golden.shape, epsilon: trajectory.epsilon,
      norm: norm, labels: golden.labels, targets: isTargeted ? golden.targets : nil
    ) { images in
      let parameters = extents.enumerated().map { index, extents in
        images.graph.variable("parameter \(index)", shape: extents)
      }
      let hidden = Expression.product(
        images.reshaped(to: [.batch, Dimension(pixels)]), parameters[0])
      return Expression.product((hidden + parameters[1]).rectified(), parameters[2])
        + parameters[3]
    }
    for (index, values) in golden.parameters.enumerated() {
      walk.values["parameter \(index)"] = values
    }
    return walk
  }

  private static func expect(_ plan: String, follows trajectory: GoldenFile.Trajectory) throws {
    var walk = try Self.walk(plan, trajectory)
    walk.begin(at: trajectory.starts.flatMap { $0 })
    let size = walk.images.count / walk.batch
    for step in 0..<trajectory.steps {
      walk.take(step: step)
      for (row, images) in trajectory.images.enumerated() where step < images.count {
        let found = walk.images[row * size..<(row + 1) * size]
        let error = zip(found, images[step]).map { abs($0 - $1) }.max()!
        try #require(error < 2e-6, "step \(step), example \(row): \(error)")
      }
    }
  }

  @Test(arguments: GoldenFile.shared.pgd)
  func pgd(trajectory: GoldenFile.Trajectory) throws {
    try Self.expect("pgd:steps=\(trajectory.steps)", follows: trajectory)
  }

  @Test(arguments: GoldenFile.shared.mifgsm)
  func momentum(trajectory: GoldenFile.Trajectory) throws {
    let decay = try #require(trajectory.decay)
    try Self.expect("mifgsm:steps=\(trajectory.steps),decay=\(decay)", follows: trajectory)
  }

  @Test(arguments: GoldenFile.shared.apgd)
  func adaptiveIteration(trajectory: GoldenFile.Trajectory) throws {
    let name = trajectory.loss.hasPrefix("ratio") ? TargetedAPGD.name : APGD.name
    try Self.expect("\(name):steps=\(trajectory.steps)", follows: trajectory)
  }

  @Test func checkpointsAreThePapers() {
    for golden in GoldenFile.shared.checkpoints {
      let found = AdaptiveIteration.checkpoints(steps: golden.steps)
      #expect(found.keys.sorted() == golden.places)
      let lengths = zip(golden.places, [0] + golden.places).map { $0 - $1 }
      #expect(golden.places.map { found[$0] } == lengths)
    }
    #expect(
      AdaptiveIteration.checkpoints(steps: 100).keys.sorted()
        == [22, 41, 57, 70, 80, 87, 93, 99])
  }

  @Test func lossesOfLogits() {
    for golden in GoldenFile.shared.losses {
      let graph = Graph()
      let classes = golden.logits.count
      let logits = graph.input("logits", shape: [.batch, Dimension(classes)])
      let label = graph.input("label", shape: [.batch], element: .int32)
      let target = graph.input("target", shape: [.batch], element: .int32)
      var interpreter = ReferenceInterpreter(
        batch: 1,
        values: [
          "logits": golden.logits, "label": [Double(golden.label)],
          "target": [Double(golden.target)],
        ])
      let cases: [(AttackLoss, Bool, Double)] = [
        (.margin, false, golden.margin), (.margin, true, golden.targetedMargin),
        (.logitRatio, false, golden.ratio), (.logitRatio, true, golden.targetedRatio),
      ]
      for (loss, isTargeted, expected) in cases {
        let found = interpreter.value(
          of: loss(logits, labels: label, targets: isTargeted ? target : nil))
        #expect(
          abs(found.elements[0] - expected) <= 1e-9 * max(1, abs(expected)),
          "\(loss) of \(golden.logits), \(isTargeted ? "targeted" : "untargeted")")
      }
    }
  }
}
