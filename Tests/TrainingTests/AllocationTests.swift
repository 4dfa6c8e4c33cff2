import AllocationCounting
import Autodiff
import Datasets
import ModelFixtures
import Networks
import Testing

@testable import Training

/// On one thread, whose requests alone are counted.
@Suite(.enabled(if: allocation_count() >= 0)) struct AllocationTests {
  /// How often something asks for memory.
  static func count(_ body: () -> Void) -> Int64 {
    let before = allocation_count()
    body()
    return allocation_count() - before
  }

  @Test func requestsAreCounted() {
    let one = Self.count { UnsafeMutablePointer<Int>.allocate(capacity: 3).deallocate() }
    #expect(one == 1)
    var array: [Int] = []
    #expect(Self.count { array = Array(0..<1000) } >= 1)
    #expect(array.count == 1000)
  }

  @Test(arguments: [
    #"{"optimizer": {"type": "adam"}}"#,
    #"{"adversarial": {"ratio": 0.5}, "optimizer": {"type": "adam"}}"#,
    #"{"adversarial": {"ratio": 0.5, "attack": "pgd:steps=3"}, "optimizer": {"type": "adamw"}}"#,
    #"{"adversarial": {"objective": "trades", "attack": "rs-fgsm"}, "optimizer": {"type": "sgd"}}"#,
    #"{"adversarial": {"objective": "free"}, "optimizer": {"type": "adam", "weightDecay": 0.1}}"#,
  ])
  func stepsAfterTheFirstAllocateNothing(recipe text: String) throws {
    let recipe = try RecipeTests.recipe(text)
    let images = Images.halves(24, seed: 1)
    for model in [try Models.mlp(), try Models.cnn()] {
      let variables = Models.variables(model, Models.values(model, seed: 2))
      let step = TrainingStep(
        model: model, variables: variables, objective: recipe.objective,
        adversary: recipe.adversary, optimizer: recipe.optimizer, batchSize: 8,
        device: Device(threads: 1))
      let key = RandomKey(seed: 3)
      let loader = BatchLoader(images, batchSize: 8, key: key, epoch: 1)
      func take(_ number: Int) {
        _ = step.run(
          number, epsilon: 0.1, key: key.folding(number), batch: number % 3, of: loader)
      }
      take(1)
      #expect(Self.count { for number in 2...4 { take(number) } } == 0, "\(text)")
    }
  }
}
