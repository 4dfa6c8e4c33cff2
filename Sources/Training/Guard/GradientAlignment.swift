internal import Attacks
internal import Autodiff
internal import Datasets
internal import Networks

/// How well the loss is approximated by a plane in the ball: the mean cosine between its gradients
/// at images and at random places around them (Andriushchenko & Flammarion 2020, section 4). It
/// falls when a training with one gradient collapses, and costs two gradients of a small batch.
final class GradientAlignment {
  private let program: Program
  private let cosine: Expression
  private let count: Int

  /// On the first `limit` examples.
  init(
    _ dataset: Dataset, limit: Int = 128, epsilon: Double, model: Model, variables: Variables,
    device: Device, key: RandomKey
  ) {
    count = min(limit, dataset.count)
    let graph = Graph()
    let shape = Shape([.batch] + model.specification.input.map { Dimension($0) })
    let bytes = graph.input("images", shape: shape, element: .uint8)
    let labels = graph.input("labels", shape: [.batch], element: .int32)
    let radius = graph.input("epsilon", shape: [])
    let words = graph.input("key", shape: [2], element: .int32)
    let examples = graph.input("examples", shape: [.batch], element: .int32)
    let images = bytes.converted(to: .float32) / 255
    let problem = AttackProblem(
      PerturbationSet(around: images, epsilon: radius), labels: labels,
      randomness: .init(key: words, examples: examples)
    ) { model.logits(of: $0) }
    cosine =
      1
      - GradAlign.misalignment(
        problem.gradient(at: images), problem.gradient(at: problem.randomStart())
      ).mean([0])
    program = Program(
      results: [cosine], variables: variables, capacity: count, device: device)
    let pixels = Array(dataset.images[..<(count * dataset.imageSize)])
    program.write(Tensor(pixels, shape: [count] + dataset.imageShape), to: bytes)
    program.write(Tensor(Array(dataset.labels[..<count]), shape: [count]), to: labels)
    program.write(Float(epsilon), to: radius)
    program.write(key, to: words)
    program.write(Tensor((0..<Int32(count)).map { $0 }, shape: [count]), to: examples)
  }

  /// The mean cosine of the weights as they are.
  func run() -> Double {
    program.run(batch: count)
    return Double(program.read(cosine).floats[0])
  }
}
