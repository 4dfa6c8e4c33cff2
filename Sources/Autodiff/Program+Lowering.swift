internal import KernelInterface
internal import Kernels

// How steps become calls of kernels, for a batch size.

extension Program {
  func lower(batch: Int) -> (calls: [[any KernelCall]], scratchByteCount: Int) {
    var calls: [[any KernelCall]] = []
    var scratchByteCount = 0
    for step in schedule.steps {
      let loop = step.loop.map { _ in self.loop(step, batch: batch) }
      guard let operation = step.operation else {
        calls.append([copies(of: step, batch: batch) ?? loop!])
        continue
      }
      let node = schedule.graph.nodes[operation]
      let producer = step.producer.map { self.producer($0, batch: batch) }
      var context = LoweringContext(
        kernels: kernels, threadCount: device.threadCount, batch: batch,
        operands: node.operands.enumerated().map { place, operand in
          step.producer?.result == schedule.storage(of: operand)
            ? stripView(operand, batch: batch) : operandView(place, of: operation, batch: batch)
        },
        result: view(operation, batch: batch),
        companion: (step.rectified ?? step.companion).map { view($0, batch: batch) },
        isCompanionRectified: step.rectified != nil, producer: producer,
        isResultRead: schedule.isReadElsewhere(operation) || roots.contains(operation),
        rowMemory: schedule.followsRowsAlone(step) ? rowTracks?.memory(of: operation) : nil,
        productMemory: schedule.stepOfRows(of: step).flatMap {
          rowTracks?.memory(of: $0).ofProduct(
            operation, columns: node.type.shape[1].extent(batch: batch))
        }, epilogue: loop, panels: panels, scratch: scratch.baseAddress)
      node.operation.lower(&context)
      calls.append(context.calls)
      scratchByteCount = max(scratchByteCount, context.scratchByteCount)
    }
    let copies = updates.filter {
      plan.locations[schedule.storage(of: $0.value)] != .variable($0.variable)
    }
    calls.append(
      copies.map { update in
        let (value, variable) = (
          view(update.value, batch: batch), view(update.variable, batch: batch)
        )
        return MatrixLayout.copy(
          of: value.pointer, value.layout, to: variable.pointer, variable.layout,
          rows: value.shape.first ?? 1, columns: value.shape.dropFirst().reduce(1, *))
      })
    return (calls, scratchByteCount)
  }

  /// The loop of a step whose value threads have copies of.
  private func copies(of step: Schedule.Step, batch: Int) -> LoopCopiesCall? {
    guard let node = step.loop?.nodes.last, let replicas = replicas[node] else { return nil }
    var copied = [replicas.memory.baseAddress: replicas]
    var rows: [CopiedRows] = []
    for (input, copies) in replicatedInputs where copies.reader == node {
      copied[pointer(input)!] = copies.copies
      rows.append(
        CopiedRows(
          copies.places, count: batch, copies: copies.copies.memory.baseAddress,
          stride: copies.copies.stride))
    }
    return LoopCopiesCall(
      (0..<replicas.count).map { copy in
        loop(step, batch: batch) { memory in
          copied[memory].map { $0.memory.baseAddress + copy * $0.stride } ?? memory
        }
      }, rows: rows)
  }

  private func producer(
    _ producer: Schedule.Producer, batch: Int
  ) -> LoweringContext.Producer {
    let node = schedule.graph.nodes[producer.operation]
    let step = Schedule.Step(
      operation: producer.operation, loop: producer.loop,
      elementCount: node.type.shape.elementCount)
    return LoweringContext.Producer(
      operation: node.operation, operands: node.operands.map { rowMajorView($0, batch: batch) },
      loop: producer.loop.map { _ in
        loop(step, batch: batch, strips: [producer.operation, producer.result])
      })
  }

  /// - Parameters:
  ///   - strips: the nodes whose values are in the memory of a strip.
  ///   - move: says which memory to use in the place of another.
  private func loop(
    _ step: Schedule.Step, batch: Int, strips: Set<Int> = [],
    move: (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer = { $0 }
  ) -> LoopCall {
    let code = loopCode(step, batch: batch, strips: strips)
    let shape = step.operation.map { schedule.graph.nodes[$0].type.shape }
    return LoopCall(
      kernels, preamble: code.preamble.map { $0.moved(move) },
      body: code.body.map { $0.moved(move) },
      count: step.elementCount.extent(batch: batch),
      rowLength: shape?.dimensions.last!.extent(batch: batch) ?? 1,
      panelStride: step.operation.flatMap {
        layout(of: $0) == .panels ? MatrixLayout.panelStride(rows: shape![0].multiple) : nil
      })
  }

  private func loopCode(_ step: Schedule.Step, batch: Int, strips: Set<Int>) -> LoopCode {
    let key = LoopKey(operation: step.operation, result: step.loop?.nodes.last)
    if let code = loops[key] { return code }
    let isInPanels = step.nodes.first.map { layout(of: $0) == .panels } ?? false
    var builder = LoopBuilder(
      schedule: schedule, step: step, batch: batch,
      memory: { [unowned self] index in
        if strips.contains(index) { return LoopCall.stripMemory }
        let memory = pointer(index)
        return memory == nil || isInPanels
          ? memory : rowMajorView(index, batch: batch).pointer
      },
      constant: { [unowned self] in constant($0) })
    builder.build()
    let code = (builder.preamble, builder.body)
    if builder.isForAnyBatch { loops[key] = code }
    return code
  }
}
