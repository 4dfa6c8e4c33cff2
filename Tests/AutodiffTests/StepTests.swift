import Autodiff
import Kernels
import Testing

/// A whole FGSM training step of a small network: what the design is about.
@Suite struct StepTests {
  struct Step {
    let graph = Graph()
    let results: [Expression]
    let updates: [Program.Update]

    init() {
      let bytes = graph.input("x", shape: [.batch, 13], element: .uint8)
      let labels = graph.input("labels", shape: [.batch], element: .int32)
      let w1 = graph.variable("w1", shape: [13, 17])
      let b1 = graph.variable("b1", shape: [17])
      let w2 = graph.variable("w2", shape: [17, 10])
      let b2 = graph.variable("b2", shape: [10])
      func loss(_ x: Expression) -> Expression {
        let hidden = (Expression.product(x, w1) + b1).rectified()
        return (Expression.product(hidden, w2) + b2).softmaxCrossEntropy(labels: labels)
      }
      let x = bytes.converted(to: .float32) / 255
      let clean = loss(x)
      let attacked = (x + 0.1 * clean.gradient(withRespectTo: x).sign()).clamped(0, 1)
        .stopGradient()
      let adversarial = loss(attacked)
      let weight = 0.5 / graph.batchSize()
      let parameters = [w1, b1, w2, b2]
      let first = clean.gradients(withRespectTo: parameters, weight: weight)
      let second = adversarial.gradients(withRespectTo: parameters, weight: weight)
      updates = zip(parameters, zip(first, second)).map { ($0, $0 - 0.1 * ($1.0 + $1.1)) }
      results = [clean.mean([0]), adversarial.mean([0]), attacked]
    }
  }

  static func values(batch: Int) -> [String: Tensor] {
    func numbers(_ name: String, _ shape: [Int]) -> Tensor {
      let key = RandomKey(seed: 1).folding(name)
      return Tensor(
        (0..<shape.reduce(1, *)).map { key.uniform(row: 0, index: $0) - 0.5 }, shape: shape)
    }
    let key = RandomKey(seed: 2)
    return [
      "x": Tensor(
        (0..<batch * 13).map { UInt8(key.uniform(row: 0, index: $0) * 256) }, shape: [batch, 13]),
      "labels": Tensor(
        (0..<batch).map { Int32(key.uniform(row: 1, index: $0) * 10) }, shape: [batch]),
      "w1": numbers("w1", [13, 17]), "b1": numbers("b1", [17]),
      "w2": numbers("w2", [17, 10]), "b2": numbers("b2", [10]),
    ]
  }

  static func run(
    batch: Int, capacity: Int, device: Device, fuses: Bool = true
  ) -> (results: [Tensor], variables: [Tensor]) {
    let step = Step()
    let values = Self.values(batch: batch)
    let variables = Variables()
    for name in ["w1", "b1", "w2", "b2"] { variables[name] = values[name]! }
    let program = Program(
      results: step.results, updates: step.updates, variables: variables, capacity: capacity,
      device: device, fuses: fuses)
    program.write(
      values["x"]!, to: step.graph.input("x", shape: [.batch, 13], element: .uint8))
    program.write(
      values["labels"]!, to: step.graph.input("labels", shape: [.batch], element: .int32))
    program.run(batch: batch)
    return (
      step.results.map { program.read($0) }, ["w1", "b1", "w2", "b2"].map { variables[$0] }
    )
  }

  @Test(arguments: [1, 2, 7, 33])
  func aStepHasTheReferencesNumbers(batch: Int) {
    let (results, variables) = Self.run(batch: batch, capacity: 40, device: Device(threads: 1))
    let step = Step()
    var reference = ReferenceInterpreter(
      batch: batch,
      values: Self.values(batch: batch).mapValues { tensor in
        switch tensor.storage {
        case .float32(let elements): elements.map { Double($0) }
        case .int32(let elements): elements.map { Double($0) }
        case .uint8(let elements): elements.map { Double($0) }
        }
      })
    let expected = (step.results + step.updates.map(\.value)).map { reference.value(of: $0) }
    for (found, expected) in zip(results + variables, expected) {
      #expect(found.shape == expected.shape)
      let error = zip(found.floats, expected.elements).map { abs(Double($0) - $1) }.max()!
      #expect(error < 1e-5)
    }
  }

  @Test func aStepHasTheSameBitsEverywhere() {
    let expected = Self.run(batch: 33, capacity: 33, device: Device(threads: 1))
    for set in InstructionSet.allCases where set.isSupported {
      for threads in [1, 2, 3] {
        for fuses in [true, false] {
          let device = Device(threads: threads, instructionSet: set)
          let found = Self.run(batch: 33, capacity: 50, device: device, fuses: fuses)
          let isSame = found.results == expected.results && found.variables == expected.variables
          #expect(isSame, "\(set), \(threads) threads, fused \(fuses)")
        }
      }
    }
  }
}
