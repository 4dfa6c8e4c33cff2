import Testing

@testable import Autodiff

/// An FGSM-mixed training step of a random network: the attack shares the clean half's passes.
struct MixedStep {
  var example: Example
  let parameters: [Expression]
  let gradients: [Expression]
  let attacked: Expression
  let cleanGradients: [Expression]
  let adversarialGradients: [Expression]

  /// - Parameter convolutions: how many of the layers, from the first on, are convolutions.
  init(layers: Int, convolutions: Int, alpha: Float, seed: Int) {
    var example = Example(batch: 3, seed: seed)
    var parameters: [Expression] = []
    var placements: [WindowPlacement] = []
    var shape: Shape =
      convolutions > 0 ? [.batch, 7, 6, 2] : [.batch, Dimension(example.extent(to: 13))]
    let imageShape = shape
    for layer in 0..<layers {
      let outputs = example.extent(from: 2, to: 7)
      if layer < convolutions {
        placements.append(WindowPlacement(stride: layer == 0 ? 2 : 1, padding: 1))
        parameters.append(example.variable([3, 3, shape[3].multiple, outputs], in: -0.5...0.5))
        let count = placements[layer].count(
          height: shape[1].multiple, width: shape[2].multiple, windowHeight: 3, windowWidth: 3)!
        shape = [.batch, Dimension(count.0), Dimension(count.1), Dimension(outputs)]
      } else {
        let inputs = shape.removing(axes: [0]).elementCount.multiple
        parameters.append(example.variable([inputs, outputs], in: -0.5...0.5))
        shape = [.batch, Dimension(outputs)]
      }
      parameters.append(example.variable([outputs]))
    }
    let x = example.input(imageShape, in: 0...1)
    let classes = parameters.last!.shape[0].multiple
    let labels = example.integers([.batch], in: 0...classes - 1)
    func loss(_ x: Expression) -> Expression {
      var value = x
      for layer in 0..<layers {
        let (w, b) = (parameters[2 * layer], parameters[2 * layer + 1])
        value =
          layer < convolutions
          ? value.convolved(with: w, placements[layer]) + b
          : .product(value.flattened(), w) + b
        if layer < layers - 1 { value = value.rectified() }
      }
      return value.softmaxCrossEntropy(labels: labels)
    }
    let clean = loss(x)
    attacked = (x + 0.1 * clean.gradient(withRespectTo: x).sign()).clamped(0, 1).stopGradient()
    let adversarial = loss(attacked)
    let count = example.graph.batchSize()
    let first = clean.gradients(withRespectTo: parameters, weight: alpha / count)
    let second = adversarial.gradients(withRespectTo: parameters, weight: (1 - alpha) / count)
    gradients = zip(first, second).map { $0 + $1 }
    for (parameter, gradient) in zip(parameters, gradients) {
      example.update(parameter, to: parameter - 0.1 * gradient)
    }
    cleanGradients = clean.mean([0]).gradients(withRespectTo: parameters)
    adversarialGradients = adversarial.mean([0]).gradients(withRespectTo: parameters)
    self.parameters = parameters
    self.example = example
  }
}

@Suite struct SharedPassTests {
  @Test(arguments: 1...4, 0..<4)
  func aStepHasFiveProductsForTheFirstLayerAndSixForOthers(layers: Int, seed: Int) {
    for convolutions in 0..<layers {
      let step = MixedStep(
        layers: layers, convolutions: convolutions, alpha: 0.5, seed: 100 * seed + layers)
      let program = Program(
        results: [step.attacked], updates: step.example.updates, capacity: 4,
        device: Devices.single)
      let products = program.schedule.live.count { index in
        switch program.schedule.graph.nodes[index].operation {
        case is MatrixProduct, is Convolution, is ConvolutionInputGradient,
          is ConvolutionWeightGradient:
          true
        default: false
        }
      }
      #expect(products == 5 + 6 * (layers - 1), "\(convolutions) convolutions, seed \(seed)")
    }
  }

  @Test(arguments: 1...3, [false, true])
  func theAttackDoesNotDependOnTheMixture(layers: Int, isConvolutional: Bool) {
    let convolutions = isConvolutional ? layers - 1 : 0
    func attacked(_ alpha: Float) -> Example.Outcome {
      let step = MixedStep(layers: layers, convolutions: convolutions, alpha: alpha, seed: layers)
      var outcome = step.example.run([step.attacked])
      outcome.variables = []
      return outcome
    }
    let expected = attacked(0.5)
    #expect(attacked(0) == expected)
    #expect(attacked(1) == expected)
    let step = MixedStep(layers: layers, convolutions: convolutions, alpha: 0, seed: layers)
    let reference = step.example.reference([step.attacked])[0].elements
    expectClose(expected.results[0][0].doubles, reference, roundings: 4, "the attacked images")
    #expect(Set(reference).count > 2)
  }

  @Test(arguments: [0, 0.25, 0.5, 1] as [Float], [0, 1])
  func theGradientIsTheMixtureOfBothGradients(alpha: Float, convolutions: Int) {
    let step = MixedStep(layers: 3, convolutions: convolutions, alpha: alpha, seed: 5)
    let count = step.parameters.count
    let values = step.example.reference(
      step.gradients + step.cleanGradients + step.adversarialGradients
    ).map(\.elements)
    for index in 0..<count {
      let (clean, adversarial) = (values[count + index], values[2 * count + index])
      let expected = zip(clean, adversarial).map { Double(alpha) * $0 + Double(1 - alpha) * $1 }
      let error = zip(values[index], expected).map { abs($0 - $1) }.max()!
      #expect(error < 1e-12)
    }
  }

  @Test(arguments: 0...2)
  func aStepOfAConvolutionalNetworkHasTheSameBitsEverywhere(convolutions: Int) {
    let step = MixedStep(layers: 3, convolutions: convolutions, alpha: 0.5, seed: 20)
    let expected = step.example.run([step.attacked], fuses: false, runs: 2)
    for device in Devices.all {
      let found = step.example.run([step.attacked], device: device, capacity: 7, runs: 2)
      #expect(found == expected, "\(device.summary)")
    }
  }
}
