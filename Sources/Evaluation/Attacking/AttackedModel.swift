internal import Attacks
package import Autodiff
package import Networks

/// A model and the programs that attack it and look at it. Making them takes no images.
package final class AttackedModel {
  package let model: Model
  package let variables: Variables
  /// The largest batch.
  package let capacity: Int
  package let device: Device
  let verifier: Verifier
  /// Answers to images as they are stored.
  let classifier: Classifier
  private var runners: [RunnerKey: AttackRunner] = [:]

  private struct RunnerKey: Hashable {
    let plan: String
    let norm: Norm
  }

  package init(model: Model, variables: Variables, capacity: Int, device: Device) {
    self.model = model
    self.variables = variables
    self.capacity = capacity
    self.device = device
    verifier = Verifier(model: model, variables: variables, capacity: capacity, device: device)
    classifier = Classifier(
      model: model, variables: variables, element: .uint8, capacity: capacity, device: device)
  }

  /// The names of the plans that there are programs for.
  package var plans: Set<String> { Set(runners.keys.map(\.plan)) }

  /// The programs of an attack, made when first asked for.
  @discardableResult
  func runner(_ plan: AttackPlan, norm: Norm) -> AttackRunner {
    let runnerKey = RunnerKey(plan: plan.name, norm: norm)
    if let runner = runners[runnerKey] { return runner }
    let runner = AttackRunner(
      plan.attack, isTargeted: plan.targets > 0, norm: norm, model: model,
      variables: variables, capacity: capacity, device: device)
    runners[runnerKey] = runner
    return runner
  }
}
