internal import Attacks
internal import Autodiff
internal import Datasets
internal import Networks

/// A part of an attack as a program, whose inputs hold a row for every example.
final class AttackProgram {
  enum Phase {
    /// All steps, without a state in between.
    case whole
    /// What makes the state of the first step.
    case start
    /// One step, which replaces the state.
    case step
  }

  let program: Program
  private let capacity: Int
  private let imageSize: Int
  private let inputs:
    (
      images: Expression, labels: Expression, targets: Expression, examples: Expression,
      epsilon: Expression, key: Expression, stops: Expression,
      warmImages: Expression, warmFlags: Expression, scalars: [Expression]
    )
  /// The state's images and memory: results of `whole` and `start`, inputs of `step`.
  private let state: [Expression]
  private let isFooled: Expression?

  init(
    _ phase: Phase, of attack: any Attack, isTargeted: Bool, norm: Norm, searchesRadius: Bool,
    model: Model, variables: Variables, capacity: Int, device: Device
  ) {
    self.capacity = capacity
    imageSize = model.specification.input.reduce(1, *)
    let graph = Graph()
    let shape = Shape([.batch] + model.specification.input.map { Dimension($0) })
    func perExample(_ name: String) -> Expression {
      graph.input(name, shape: [.batch], element: .int32)
    }
    let scalarCount = phase == .step ? attack.scalars(step: 0).count : 0
    inputs = (
      graph.input("images", shape: shape, element: .uint8), perExample("labels"),
      perExample("targets"), perExample("examples"),
      graph.input("epsilon", shape: searchesRadius ? [.batch] : []),
      graph.input("key", shape: [2], element: .int32), graph.input("stops", shape: []),
      graph.input("warm images", shape: shape), graph.input("warm flags", shape: [.batch]),
      (0..<scalarCount).map { graph.input("scalars.\($0)", shape: []) }
    )
    let problem = AttackProblem(
      PerturbationSet(
        around: inputs.images.converted(to: .float32) / 255,
        epsilon: searchesRadius
          ? inputs.epsilon.reshaped(to: [.batch, 1, 1, 1]) : inputs.epsilon, norm: norm),
      labels: inputs.labels, targets: isTargeted ? inputs.targets : nil,
      randomness: .init(key: inputs.key, examples: inputs.examples),
      warmStart: searchesRadius ? (inputs.warmImages, inputs.warmFlags) : nil,
      scalars: inputs.scalars
    ) { model.logits(of: $0) }

    var updates: [Program.Update] = []
    switch phase {
    case .whole:
      state = [attack.examples(problem)]
      isFooled = nil
    case .start:
      let start = attack.start(problem)
      state = [start.images] + start.memory
      isFooled = nil
    case .step:
      // The shapes of the state, found out on a graph that is thrown away with the rest.
      let start = attack.start(problem)
      let values = ([start.images] + start.memory).enumerated().map { index, value in
        graph.input("state.\(index)", shape: value.shape)
      }
      let old = AttackState(images: values[0], memory: Array(values.dropFirst()))
      var next = attack.step(old, problem)
      if next.isFooled == nil {
        // The step looked at the images that it was given: what has fallen stays as it is.
        let fooled = problem.isMisclassified(old.images)
        next.isFooled = fooled
        next.images = .select(
          (fooled * inputs.stops).reshaped(to: [.batch, 1, 1, 1]), old.images, next.images)
      }
      state = values
      isFooled = next.isFooled
      updates = zip(values, [next.images] + next.memory).map { (variable: $0, value: $1) }
    }
    program = Program(
      results: (phase == .step ? [] : state) + [isFooled].compactMap { $0 }, updates: updates,
      variables: variables, capacity: capacity, device: device)
  }

  /// Fills the inputs that describe the examples.
  func load(_ tasks: ArraySlice<AttackRunner.Task>, _ dataset: Dataset) {
    let images: UnsafeMutableBufferPointer<UInt8>? = memory(inputs.images)
    let labels: UnsafeMutableBufferPointer<Int32>? = memory(inputs.labels)
    let targets: UnsafeMutableBufferPointer<Int32>? = memory(inputs.targets)
    let examples: UnsafeMutableBufferPointer<Int32>? = memory(inputs.examples)
    let warmImages: UnsafeMutableBufferPointer<Float>? = memory(inputs.warmImages)
    let warmFlags: UnsafeMutableBufferPointer<Float>? = memory(inputs.warmFlags)
    dataset.images.withUnsafeBufferPointer { pixels in
      for (row, task) in tasks.enumerated() {
        if let images {
          let image = pixels[task.example * imageSize..<(task.example + 1) * imageSize]
          _ = UnsafeMutableBufferPointer(rebasing: images[(row * imageSize)...])
            .update(from: UnsafeBufferPointer(rebasing: image))
        }
        labels?[row] = task.label
        targets?[row] = task.target
        examples?[row] = Int32(task.example)
        warmFlags?[row] = task.start == nil ? 0 : 1
        if let warmImages, let start = task.start {
          _ = UnsafeMutableBufferPointer(rebasing: warmImages[(row * imageSize)...])
            .update(from: start)
        }
      }
    }
    let radii = tasks.map(\.epsilon)
    if inputs.epsilon.shape.rank == 1 {
      program.write(Tensor(radii, shape: [radii.count]), to: inputs.epsilon)
    } else {
      program.write(Tensor([radii[0]], shape: []), to: inputs.epsilon)
    }
  }

  /// - Parameter stopsEarly: whether images that are known to be adversarial stay as they are.
  func write(key: RandomKey, scalars: [Float], stopsEarly: Bool) {
    program.write(Tensor([stopsEarly ? 1 : 0] as [Float], shape: []), to: inputs.stops)
    let words = [key.words.x, key.words.y].map { Int32(bitPattern: $0) }
    program.write(Tensor(words, shape: [2]), to: inputs.key)
    for (input, value) in zip(inputs.scalars, scalars) {
      program.write(Tensor([value], shape: []), to: input)
    }
  }

  /// Begins with the state that another program made.
  func takeState(from start: AttackProgram) {
    for (input, value) in zip(state, start.state) {
      guard let memory = program.memory(of: input) else { continue }
      start.program.withMemory(of: value) { memory.copyMemory(from: $0) }
    }
  }

  /// The images as they stand, `[N, H, W, C]`.
  func images() -> UnsafeBufferPointer<Float> {
    if let memory: UnsafeMutableBufferPointer<Float> = memory(state[0]) {
      return UnsafeBufferPointer(memory)
    }
    return program.withMemory(of: state[0]) { $0.bindMemory(to: Float.self) }
  }

  /// The rows whose images are adversarial, in ascending order.
  func fooledRows(among count: Int) -> [Int] {
    program.withMemory(of: isFooled!) { bytes in
      let flags = bytes.bindMemory(to: Float.self)
      return (0..<count).filter { flags[$0] != 0 }
    }
  }

  /// Copies everything that belongs to one row to another.
  func moveRow(_ source: Int, to target: Int) {
    guard source != target else { return }
    let perExample = [
      inputs.images, inputs.labels, inputs.targets, inputs.examples, inputs.epsilon,
    ]
    for input in perExample + state where input.shape.isPerExample {
      guard let memory = program.memory(of: input) else { continue }
      let size = memory.count / capacity
      memory.baseAddress!.advanced(by: target * size).copyMemory(
        from: memory.baseAddress! + source * size, byteCount: size)
    }
  }

  /// The memory of an input; nil for an input that the program does not need, and for a result.
  private func memory<T>(_ expression: Expression) -> UnsafeMutableBufferPointer<T>? {
    guard expression.isInput else { return nil }
    return program.memory(of: expression)?.bindMemory(to: T.self)
  }
}
