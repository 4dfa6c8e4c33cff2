import Attacks
import Autodiff
import Datasets
import Evaluation
import Kernels
import ModelFixtures
import Networks
import Testing

@Suite struct RadiusSearchTests {
  /// On two linear classes the smallest radius is known: all pixels go the same way until the
  /// logits are equal, each at most to the end of its range.
  static func smallestRadius(_ pixels: [Double], slopes: [Double], margin: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<40 {
      let radius = (low + high) / 2
      let gain = zip(pixels, slopes).reduce(0) { sum, place in
        let (pixel, slope) = place
        let room = slope > 0 ? min(radius, 1 - pixel) : min(radius, pixel)
        return sum + abs(slope) * room
      }
      if gain < margin { low = radius } else { high = radius }
    }
    return high
  }

  @Test func findsTheRadiiOfALinearModel() throws {
    let dataset = Images.halves(23, seed: 2, part: .test)
    let model = try Models.linear()
    let noise = Models.values(model, seed: 4)
    // Bright where the class is bright, so that the model is mostly right.
    let weights = noise[0].floats.enumerated().map { place, value in
      0.1 * value + ((place / 2 < 18) == (place % 2 == 0) ? 0.2 : -0.2)
    }
    let subject = EvaluationSubject(
      path: "a", model: model, parameters: [Tensor(weights, shape: [36, 2]), noise[1]],
      trainedOn: [])
    var evaluator = Evaluator(
      suite: try AttackSuite("pgd:steps=30"), threats: [ThreatModel(epsilon: 0.1)],
      device: Device(threads: 1))
    evaluator.checksHealth = false
    evaluator.search = RadiusSearch(evaluator.suite, norm: .linf, limit: 1, rounds: 14)
    let report = evaluator.evaluate([subject], on: dataset).report
    let found = try #require(report.smallestRadii?.first)
    #expect(found.count == 23 && found.unbroken == 0)

    let radii = dataset.labels.enumerated().map { row, label -> Double in
      let pixels = dataset.images[row * 36..<(row + 1) * 36].map { Double($0) / 255 }
      let own = Int(label)
      let slopes = (0..<36).map {
        Double(weights[2 * $0 + 1 - own]) - Double(weights[2 * $0 + own])
      }
      let biases = noise[1].floats.map { Double($0) }
      let margin =
        biases[own] - biases[1 - own] - zip(pixels, slopes).reduce(0) { $0 + $1.0 * $1.1 }
      return margin <= 0 ? 0 : Self.smallestRadius(pixels, slopes: slopes, margin: margin)
    }.sorted()
    #expect(found.wrongUnharmed == radii.count { $0 == 0 })
    for quantile in found.quantiles {
      let rank = max(1, Int((quantile.share * 23).rounded(.up)))
      let epsilon = try #require(quantile.epsilon)
      #expect(abs(epsilon - radii[rank - 1]) < 1e-3, "\(quantile.share)")
    }
  }

  @Test func whatNothingBreaksHasNoRadius() {
    let radii: [Double?] = [0, 0.1, nil, 0.3]
    let report = Report.SmallestRadii(checkpoint: "a", radii: radii)
    #expect(report.count == 4 && report.wrongUnharmed == 1 && report.unbroken == 1)
    #expect(report.quantiles.map(\.share) == [0.05, 0.25, 0.5, 0.75, 0.95])
    #expect(report.quantiles.map(\.epsilon) == [0, 0, 0.1, 0.3, nil])
  }
}
