internal import KernelInterface
internal import Kernels

/// Joins steps whose values pass from one kernel to the next strip by strip, without memory for the
/// whole: a convolution (with its loop) that only a max-pooling reads, and an unpooling that only
/// the gradients of a convolution read. A rectifier that alone reads maxima joins their kernel.
struct StripPass {
  private var schedule: Schedule
  private let roots: Set<Int>
  /// The nodes that read what is in a node's memory, reshaped or not.
  private var readers: [Int: [Int]] = [:]

  init(_ schedule: Schedule, roots: [Expression]) {
    self.schedule = schedule
    self.roots = Set(roots.map { schedule.storage(of: $0.index) })
    for index in schedule.live where schedule.storage(of: index) == index {
      for operand in schedule.graph.nodes[index].operands {
        readers[schedule.storage(of: operand), default: []].append(index)
      }
    }
  }

  func run() -> Schedule {
    var pass = self
    var isRemoved = Array(repeating: false, count: schedule.steps.count)
    for position in schedule.steps.indices {
      guard let producer = producer(for: schedule.steps[position]) else { continue }
      pass.schedule.steps[position].producer = producer
      isRemoved[schedule.position[producer.operation]!] = true
    }
    for position in schedule.steps.indices {
      guard let (rectified, loop) = rectifier(of: schedule.steps[position]) else { continue }
      pass.schedule.steps[position].rectified = rectified
      pass.schedule.position[rectified] = position
      isRemoved[loop] = true
    }
    pass.schedule.keepSteps { !isRemoved[$0] }
    return pass.schedule
  }

  private var graph: Graph { schedule.graph }

  private func producer(for step: Schedule.Step) -> Schedule.Producer? {
    guard let index = step.operation else { return nil }
    let node = graph.nodes[index]
    switch node.operation {
    case let pooling as PoolArgmax:
      return convolution(
        node.operands[0], pooledBy: [index] + [step.companion].compactMap { $0 },
        window: pooling.window, pooling.placement)
    case is ConvolutionInputGradient: return unpooling(node.operands[0])
    case is ConvolutionWeightGradient: return unpooling(node.operands[1])
    default: return nil
    }
  }

  private func storage(_ index: Int) -> Int { schedule.storage(of: index) }

  private func hasStrips(images: Int, window: [Int], _ placement: WindowPlacement) -> Bool {
    let shape = graph.nodes[images].type.shape
    guard shape.dimensions[1...].allSatisfy({ !$0.isBatch }) else { return false }
    return PlaneStrips(
      pooling: placement.geometry(images: shape.extents(batch: 1), window: window)) != nil
  }

  /// The rectifier that alone reads the maxima of a pooling, and its loop, in which nothing else is.
  private func rectifier(of step: Schedule.Step) -> (node: Int, loop: Int)? {
    guard let maxima = step.companion, !roots.contains(maxima),
      let reader = readers[maxima]?.first, readers[maxima]?.count == 1,
      graph.nodes[reader].performs(Rectify.self),
      graph.nodes[reader].type == graph.nodes[maxima].type,
      let position = schedule.position[reader], schedule.steps[position].operation == nil,
      schedule.steps[position].loop?.nodes == [reader]
    else { return nil }
    return (reader, position)
  }

  /// The convolution with its loop, if its result goes to the pooling alone and if the loop treats
  /// all pixels alike.
  private func convolution(
    _ images: Int, pooledBy poolings: [Int], window: [Int], _ placement: WindowPlacement
  ) -> Schedule.Producer? {
    let result = storage(images)
    guard let position = schedule.position[result], !roots.contains(result),
      let operation = schedule.steps[position].operation,
      graph.nodes[operation].performs(Convolution.self),
      graph.nodes[operation].type == graph.nodes[images].type,
      Set(readers[result, default: []]) == Set(poolings),
      hasStrips(images: images, window: window, placement)
    else { return nil }
    let loop = schedule.steps[position].loop
    let nodes = [operation] + (loop?.nodes ?? [])
    let channels = graph.nodes[operation].type.shape[3]
    for index in nodes {
      guard graph.nodes[index].type.element == .float32 else { return nil }
      if index != result {
        guard !roots.contains(index),
          readers[index, default: []].allSatisfy({ nodes.contains($0) })
        else { return nil }
      }
      guard index != operation else { continue }
      for operand in graph.nodes[index].operands.map(storage) where !nodes.contains(operand) {
        guard !schedule.materialized.contains(operand),
          let pattern = RepetitionPattern(graph: graph, node: operand),
          pattern.opcode == .value || pattern.opcode == .row && pattern.columns == channels
        else { return nil }
      }
    }
    return Schedule.Producer(operation: operation, loop: loop, result: result)
  }

  /// The unpooling, if only convolutions' gradients read it.
  private func unpooling(_ gradient: Int) -> Schedule.Producer? {
    let result = storage(gradient)
    guard let unpool = graph.nodes[result].operation as? Unpool, !roots.contains(result),
      schedule.position[result] != nil,
      hasStrips(images: result, window: unpool.window, unpool.placement),
      readers[result, default: []].allSatisfy({ reader in
        let node = graph.nodes[reader]
        return switch node.operation {
        case is ConvolutionInputGradient:
          isRead(node.operands[0], result) && storage(node.operands[1]) != result
        case is ConvolutionWeightGradient:
          isRead(node.operands[1], result) && storage(node.operands[0]) != result
        default: false
        }
      })
    else { return nil }
    return Schedule.Producer(operation: result, loop: nil, result: result)
  }

  /// Whether an operand is the value itself, in its own shape.
  private func isRead(_ operand: Int, _ result: Int) -> Bool {
    storage(operand) == result && graph.nodes[operand].type == graph.nodes[result].type
  }
}
