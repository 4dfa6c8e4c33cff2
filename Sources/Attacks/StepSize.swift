internal import Autodiff
internal import Configurations

/// How far an iterative attack moves in one step: a length, or a share of ε.
struct StepSize: Hashable, Sendable {
  /// In units of the 0…1 range; nil where the step goes with ε.
  let absolute: Double?
  /// In units of ε.
  let relative: Double

  /// Reads `stepSize` (a length) or `relativeStep` (in units of ε).
  init(_ object: inout ConfigurationObject, relative: Double) throws(ConfigurationError) {
    absolute = try object.number("stepSize", in: 0...1000)
    let given = try object.number("relativeStep", in: 0...1000)
    if absolute != nil, given != nil {
      throw .invalid(
        place: object.place(of: "relativeStep"), "give stepSize or relativeStep, not both")
    }
    self.relative = given ?? relative
  }

  var configuration: [String: JSONValue] {
    absolute.map { ["stepSize": .number($0)] } ?? ["relativeStep": .number(relative)]
  }

  func length(_ allowed: PerturbationSet) -> Expression {
    absolute.map { allowed.images.graph.fill(Float($0)) } ?? allowed.epsilon * Float(relative)
  }
}
