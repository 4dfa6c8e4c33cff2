import Testing

@testable import Autodiff

/// Values that pass from one kernel to the next strip by strip.
@Suite struct StripPassTests {
  /// A convolution, what becomes of its result before it is pooled, and a loss.
  private struct Network {
    var example: Example
    let image: Expression
    let weights: Expression
    let hidden: Expression
    let loss: Expression

    init(seed: Int, batch: Int, window: Int = 2, stride: Int = 2, isRectifiedFirst: Bool = false) {
      example = Example(batch: batch, seed: seed)
      let size = 9 + seed % 4
      let channels = 1 + seed % 3
      image = example.input([.batch, Dimension(size), Dimension(size + 1), Dimension(channels)])
      let filters = 3 + seed % 20
      weights = example.variable([3, 2 + seed % 3, channels, filters])
      let sum =
        image.convolved(with: weights, WindowPlacement(stride: 1, padding: seed % 2))
        + example.variable([filters])
      hidden = isRectifiedFirst ? sum.rectified() : sum
      let pooled = hidden.maxPooled(
        windowHeight: window, windowWidth: window, WindowPlacement(stride: stride))
      let features = pooled.flattened().rectified()
      let units = features.shape[1].multiple
      let logits = Expression.product(features, example.variable([units, 4], in: -0.2...0.2))
      loss = logits.softmaxCrossEntropy(labels: example.integers([.batch], in: 0...3))
    }

    var gradient: Expression { loss.gradient(withRespectTo: image) }
    var weightGradient: Expression { loss.gradient(withRespectTo: weights) }

    func steps(_ results: [Expression]) -> [Schedule.Step] {
      let program = Program(
        results: results, capacity: example.batch, device: Devices.single)
      return program.schedule.steps
    }

    func names(_ results: [Expression]) -> [String] {
      steps(results).compactMap { step in
        step.operation.map { type(of: image.graph.nodes[$0].operation).name }
      }
    }
  }

  @Test func anAttackWritesNoImagesOfTheHiddenLayer() {
    let network = Network(seed: 1, batch: 3)
    let names = network.names([network.gradient])
    #expect(!names.contains(Convolution.name))
    #expect(!names.contains(Unpool.name))
    let producers = network.steps([network.gradient]).compactMap(\.producer)
    #expect(producers.count == 2)
    #expect(producers.first?.loop != nil)
  }

  @Test func bothGradientsUnpoolForThemselves() {
    let network = Network(seed: 2, batch: 2)
    let results = [network.gradient, network.weightGradient]
    #expect(!network.names(results).contains(Unpool.name))
    #expect(network.steps(results).count { $0.producer != nil } == 3)
  }

  @Test func whatOthersReadIsWhole() {
    let network = Network(seed: 3, batch: 2)
    #expect(network.names([network.gradient, network.hidden]).contains(Convolution.name))
    let unpooled = network.loss.gradient(withRespectTo: network.hidden)
    #expect(network.names([network.gradient, unpooled]).contains(Unpool.name))
    // The gradient of the unit asks for its operand.
    let rectified = Network(seed: 3, batch: 2, isRectifiedFirst: true)
    #expect(rectified.names([rectified.gradient]).contains(Convolution.name))
    #expect(!rectified.names([rectified.loss]).contains(Convolution.name))
  }

  @Test func windowsThatOverlapGoByWholeImages() {
    let network = Network(seed: 4, batch: 2, window: 3, stride: 2)
    #expect(network.names([network.gradient]).contains(Convolution.name))
    #expect(network.names([network.gradient]).contains(Unpool.name))
  }

  @Test(arguments: 0..<24) func stripsChangeNoBit(seed: Int) {
    let network = Network(
      seed: seed, batch: 1 + seed % 5, window: 1 + seed % 3, stride: 1 + seed / 3 % 3,
      isRectifiedFirst: seed % 4 == 0)
    let results = [network.loss, network.gradient, network.weightGradient]
    for results in [results, [network.gradient], [network.weightGradient, network.hidden]] {
      let expected = network.example.run(results, fuses: false)
      for device in Devices.all {
        let found = network.example.run(results, device: device, capacity: 6)
        #expect(found == expected, "\(device.summary)")
      }
    }
  }

  /// Deep products read a variable that they share in panels and any other operand as it is.
  @Test(arguments: [(64, 33), (70, 40), (130, 65)])
  func panelsChangeNoBit(rows: Int, columns: Int) {
    var example = Example(batch: rows, seed: rows)
    let x = example.input([.batch, 515])
    let elements = example.random.numbers(515 * columns, -1...1)
    let variable = example.variable([515, columns], elements)
    let input = example.input([515, Dimension(columns)], elements)
    let b = example.variable([columns])
    for device in Devices.all {
      let found = example.run(
        [
          .product(x, variable) + b, .product(x, input) + b, .product(x * 2, variable),
          .product(x + 1, variable),
        ],
        device: device, runs: 2)
      for run in found.results {
        #expect(run[0] == run[1])
        #expect(run[2] == found.results[0][2])
      }
    }
  }
}
