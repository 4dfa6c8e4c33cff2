import Attacks
import Autodiff
import Datasets
import Evaluation
import Kernels
import ModelFixtures
import Networks
import Testing

@Suite struct BudgetTests {
  static let dataset = Images.halves(400, seed: 7, part: .test)

  /// Right about the halves, and the more so the larger the scale.
  static func subject(_ path: String, contrast: Float) throws -> EvaluationSubject {
    let model = try Models.linear()
    let noise = Models.values(model, seed: 2)
    let weights = noise[0].floats.enumerated().map { place, value in
      0.3 * value + ((place / 2 < 18) == (place % 2 == 0) ? contrast : -contrast)
    }
    return EvaluationSubject(
      path: path, model: model, parameters: [Tensor(weights, shape: [36, 2]), noise[1]],
      trainedOn: [])
  }

  static func evaluate(
    _ budget: Budget?, contrasts: (Float, Float), seed: UInt64 = 0, batchSize: Int = 64
  ) throws -> EvaluationResult {
    var evaluator = Evaluator(
      suite: try AttackSuite("pgd:steps=5"), threats: [ThreatModel(epsilon: 0.2)],
      batchSize: batchSize, device: Device(threads: 1))
    evaluator.checksHealth = false
    evaluator.keepsOutcomes = true
    evaluator.budget = budget
    evaluator.seed = seed
    return evaluator.evaluate(
      [try subject("a", contrast: contrasts.0), try subject("b", contrast: contrasts.1)],
      on: dataset)
  }

  @Test func aClearDifferenceEndsIt() throws {
    let result = try Self.evaluate(.steps(1_000_000), contrasts: (0.02, 0.5))
    let spending = try #require(result.report.spending)
    #expect(spending.isSettled && spending.attacked < 200 && spending.attacked % 32 == 0)
    #expect(spending.available == 400 && spending.spent > 0)
    #expect(result.report.verdict == .better)
    #expect(result.report.checkpoints[0].robust[0].accuracy.count == spending.attacked)
    #expect(result.report.checkpoints[0].clean.count == 400)
    #expect(result.outcomes.count == 2 * spending.attacked)
    #expect(result.report.findings.contains { $0.code == "limited" })
    // What is attacked does not depend on the size of the batches.
    let same = try Self.evaluate(.steps(1_000_000), contrasts: (0.02, 0.5), batchSize: 5)
    #expect(same.report == result.report && same.outcomes == result.outcomes)
    let other = try Self.evaluate(.steps(1_000_000), contrasts: (0.02, 0.5), seed: 1)
    #expect(other.outcomes.map(\.index) != result.outcomes.map(\.index))
  }

  /// Each example has the outcome that it has without a budget.
  @Test func aPartOfTheWhole() throws {
    let whole = try Self.evaluate(nil, contrasts: (0.02, 0.5)).outcomes
    let part = try Self.evaluate(.steps(1), contrasts: (0.02, 0.5))
    #expect(part.report.spending?.attacked == 32 && part.outcomes.count == 64)
    #expect(part.outcomes.allSatisfy { whole.contains($0) })
  }

  /// One checkpoint without requirements: there is no verdict to stop at.
  @Test func withoutAVerdictTheBudgetIsSpent() throws {
    var evaluator = Evaluator(
      suite: try AttackSuite("pgd:steps=5"), threats: [ThreatModel(epsilon: 0.2)],
      device: Device(threads: 1))
    evaluator.checksHealth = false
    evaluator.budget = .steps(1_000_000)
    let subject = try Self.subject("a", contrast: 0.5)
    let spending = evaluator.evaluate([subject], on: Self.dataset).report.spending
    #expect(spending?.attacked == 400 && spending?.isSettled == false)
  }

  @Test func equalModelsAreTriedToTheEnd() throws {
    let result = try Self.evaluate(.steps(1_000_000), contrasts: (0.1, 0.1))
    let spending = try #require(result.report.spending)
    #expect(!spending.isSettled && spending.attacked == 400)
    #expect(result.report.verdict == .inconclusive)
    let seconds = try Self.evaluate(.seconds(1e-9), contrasts: (0.1, 0.1)).report.spending
    #expect(seconds?.attacked == 32 && seconds?.limit == nil && seconds?.seconds == 1e-9)
  }
}
