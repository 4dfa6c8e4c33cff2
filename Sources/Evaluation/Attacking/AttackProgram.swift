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
    /// The first half of a search's step: what it proposes instead of the state's images.
    case proposal
    /// The second half: the state's images are the proposals, and its memory is replaced.
    case decision
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
  /// The state's images and memory: results of `whole` and `start`, inputs of the others.
  private let state: [Expression]
  /// The bounds of each pixel where they depend on the image: results of `start`, inputs of `step`
  /// and `proposal`, which so need not find them anew.
  private let bounds: [Expression]
  private let outputs: Outputs

  /// Results besides the state.
  private struct Outputs {
    var proposal: Expression?
    var isAccepted: Expression?
    var isFooled: Expression?

    var all: [Expression] { [proposal, isAccepted, isFooled].compactMap { $0 } }
  }

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
    let scalarCount =
      phase == .step || phase == .proposal ? attack.scalars(step: 0).count : 0
    inputs = (
      graph.input("images", shape: shape, element: .uint8), perExample("labels"),
      perExample("targets"), perExample("examples"),
      graph.input("epsilon", shape: searchesRadius ? [.batch] : []),
      graph.input("key", shape: [2], element: .int32), graph.input("stops", shape: []),
      graph.input("warm images", shape: shape), graph.input("warm flags", shape: [.batch]),
      (0..<scalarCount).map { graph.input("scalars.\($0)", shape: []) }
    )
    var allowed = PerturbationSet(
      around: inputs.images.converted(to: .float32) / 255,
      epsilon: searchesRadius
        ? inputs.epsilon.reshaped(to: [.batch, 1, 1, 1]) : inputs.epsilon, norm: norm)
    switch (norm, phase) {
    case (.linf, .start):
      bounds = [allowed.lower, allowed.upper]
    case (.linf, .step), (.linf, .proposal):
      bounds = [graph.input("lower", shape: shape), graph.input("upper", shape: shape)]
      allowed = PerturbationSet(allowed, lower: bounds[0], upper: bounds[1])
    default:
      bounds = []
    }
    let problem = AttackProblem(
      allowed,
      labels: inputs.labels, targets: isTargeted ? inputs.targets : nil,
      randomness: .init(key: inputs.key, examples: inputs.examples),
      warmStart: searchesRadius ? (inputs.warmImages, inputs.warmFlags) : nil,
      scalars: inputs.scalars
    ) { model.logits(of: $0) }

    /// The state as inputs; its shapes are those of a start that is thrown away with the rest.
    func stateInputs() -> [Expression] {
      let start = attack.start(problem)
      return ([start.images] + start.memory).enumerated().map { index, value in
        graph.input("state.\(index)", shape: value.shape)
      }
    }
    var outputs = Outputs()
    var updates: [Program.Update] = []
    switch phase {
    case .whole:
      state = [attack.examples(problem)]
    case .start:
      let start = attack.start(problem)
      state = [start.images] + start.memory
    case .step:
      state = stateInputs()
      let old = AttackState(images: state[0], memory: Array(state.dropFirst()))
      // Known before the step makes images, so that one loop makes and chooses them.
      let fooled = problem.isMisclassified(old.images)
      var next = attack.step(old, problem)
      if next.isFooled == nil {
        // The step looked at the images that it was given: what has fallen stays as it is.
        next.isFooled = fooled
        next.images = .select(
          (fooled * inputs.stops).reshaped(to: [.batch, 1, 1, 1]), old.images, next.images)
      }
      outputs.isFooled = next.isFooled
      updates = zip(state, [next.images] + next.memory).map { (variable: $0, value: $1) }
    case .proposal:
      state = stateInputs()
      outputs.proposal = Self.search(attack).proposal(from: state[0], problem)
    case .decision:
      state = stateInputs()
      let decision = Self.search(attack).decision(
        on: state[0], memory: Array(state.dropFirst()), problem)
      outputs.isAccepted = decision.isAccepted
      outputs.isFooled = decision.isFooled
      updates = zip(state.dropFirst(), decision.memory).map { (variable: $0, value: $1) }
    }
    self.outputs = outputs
    let isStart = phase == .whole || phase == .start
    program = Program(
      results: (isStart ? state + bounds : []) + outputs.all, updates: updates,
      variables: variables,
      capacity: capacity, device: device, followsRows: phase == .decision)
  }

  private static func search(_ attack: any Attack) -> any SearchAttack {
    guard let search = attack as? any SearchAttack else {
      preconditionFailure("AttackProgram: \(type(of: attack).name) makes no proposals")
    }
    return search
  }

  /// Fills the inputs that describe the examples.
  func load(_ tasks: ArraySlice<AttackRunner.Task>, _ dataset: Dataset) {
    load(tasks.indices, of: tasks, dataset)
  }

  /// The same for some of the tasks.
  func load(
    _ places: some Collection<Int>, of tasks: ArraySlice<AttackRunner.Task>, _ dataset: Dataset
  ) {
    let images: UnsafeMutableBufferPointer<UInt8>? = memory(inputs.images)
    let labels: UnsafeMutableBufferPointer<Int32>? = memory(inputs.labels)
    let targets: UnsafeMutableBufferPointer<Int32>? = memory(inputs.targets)
    let examples: UnsafeMutableBufferPointer<Int32>? = memory(inputs.examples)
    let warmImages: UnsafeMutableBufferPointer<Float>? = memory(inputs.warmImages)
    let warmFlags: UnsafeMutableBufferPointer<Float>? = memory(inputs.warmFlags)
    dataset.images.withUnsafeBufferPointer { pixels in
      for (row, place) in places.enumerated() {
        let task = tasks[place]
        if let images {
          let image = pixels[task.example * imageSize..<(task.example + 1) * imageSize]
          _ = UnsafeMutableBufferPointer(rebasing: images[(row * imageSize)...])
            .update(from: UnsafeBufferPointer(rebasing: image))
        }
        labels?[row] = task.label
        targets?[row] = task.target
        examples?[row] = Int32(task.example)
        if let warmFlags { warmFlags[row] = task.start == nil ? 0 : 1 }
        if let warmImages, let start = task.start {
          _ = UnsafeMutableBufferPointer(rebasing: warmImages[(row * imageSize)...])
            .update(from: start)
        }
      }
    }
    if inputs.epsilon.shape.rank == 1 {
      let radii = places.map { tasks[$0].epsilon }
      program.write(Tensor(radii, shape: [radii.count]), to: inputs.epsilon)
    } else if let first = places.first {
      program.write(tasks[first].epsilon, to: inputs.epsilon)
    }
  }

  /// - Parameter stopsEarly: whether images that are known to be adversarial stay as they are.
  func write(key: RandomKey, scalars: [Float], stopsEarly: Bool) {
    program.write(stopsEarly ? 1 : 0, to: inputs.stops)
    program.write(key, to: inputs.key)
    for (input, value) in zip(inputs.scalars, scalars) { program.write(value, to: input) }
  }

  /// Runs the program for the first `count` examples, in a batch that is one of few sizes: a
  /// program prepares itself for every size. The rows above hold what was there before.
  func run(count: Int) {
    let unit = max(8, capacity / 32)
    program.run(batch: min(capacity, (count + unit - 1) / unit * unit))
  }

  /// Begins with the state that another program made.
  func takeState(from start: AttackProgram) {
    for (input, value) in zip(state + bounds, start.state + start.bounds) {
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
    rows(of: outputs.isFooled!, among: count)
  }

  /// The rows whose proposals were accepted, in ascending order.
  func acceptedRows(among count: Int) -> [Int] {
    rows(of: outputs.isAccepted!, among: count)
  }

  private func rows(of flags: Expression, among count: Int) -> [Int] {
    program.withMemory(of: flags) { bytes in
      let flags = bytes.bindMemory(to: Float.self)
      return (0..<count).filter { flags[$0] != 0 }
    }
  }

  /// What was proposed to every row, `[N, H, W, C]`.
  var proposals: Rows { rows(of: outputs.proposal!)! }

  /// The state's images, `[N, H, W, C]`.
  var stateImages: Rows { rows(of: state[0])! }

  /// What the state holds besides the images. The inputs of a `proposal` are its images alone.
  var stateMemory: [Rows] { state.dropFirst().compactMap { rows(of: $0) } }

  /// Copies everything that belongs to one row to another.
  func moveRow(_ source: Int, to target: Int) {
    guard source != target else { return }
    let perExample = [
      inputs.images, inputs.labels, inputs.targets, inputs.examples, inputs.epsilon,
    ]
    for input in perExample + state + bounds where input.shape.isPerExample {
      guard let rows = rows(of: input) else { continue }
      rows.copy(source, of: rows, to: target)
    }
  }

  /// The memory of an input or a result; nil for an input that the program does not need.
  private func rows(of value: Expression) -> Rows? {
    let start =
      value.isInput
      ? program.memory(of: value)?.baseAddress
      : UnsafeMutableRawPointer(mutating: program.withMemory(of: value) { $0.baseAddress })
    let type = value.shape.extents(batch: 1).reduce(value.element.byteCount, *)
    return start.map { Rows($0, byteCount: type) }
  }

  /// The memory of an input; nil for an input that the program does not need, and for a result.
  private func memory<T>(_ expression: Expression) -> UnsafeMutableBufferPointer<T>? {
    guard expression.isInput else { return nil }
    return program.memory(of: expression)?.bindMemory(to: T.self)
  }
}
