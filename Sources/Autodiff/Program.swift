internal import KernelInterface
internal import Kernels

/// A graph compiled for a device: memory laid out once, and a fixed list of kernel calls for every
/// batch size that has been run.
///
/// A program is made for a largest batch (its capacity) and runs any smaller one. It keeps its
/// inputs and results in memory of its own; variables are shared through ``Variables``.
public final class Program {
  /// A variable, or an input, and the expression that becomes its value at the end of a run.
  public typealias Update = (variable: Expression, value: Expression)

  public let capacity: Int
  let schedule: Schedule
  let device: Device
  let kernels: KernelTable
  let plan: MemoryPass
  private var results: [Expression: Result] = [:]
  let updates: [(variable: Int, value: Int)]
  /// The nodes whose memory holds results and new values.
  let roots: Set<Int>
  private let updatesVariables: Bool
  private let arena: ZeroedMemory
  var scratch: ZeroedMemory
  private var inputs: [Int: InputMemory] = [:]
  private let variableMemory: [Int: UnsafeMutableRawPointer]
  /// The nodes whose memory is in panels.
  let paneled: Set<Int>
  /// The nodes of which threads have copies of their own.
  let replicas: [Int: Replicas]
  /// The inputs of which they have.
  private(set) var replicatedInputs: [Int: ReplicatedInput] = [:]
  private var constants: [UInt32: ZeroedMemory] = [:]
  private let keptVariables: Variables
  let panels: ProgramPanels
  let rowTracks: RowTracks?
  private var bound: [Int: [any KernelCall]] = [:]
  /// The instructions of loops that do not depend on the batch size.
  var loops: [LoopKey: LoopCode] = [:]
  /// Those of them that remember rows, if the program follows rows.
  private var rowKeeping: [Int: [any RowKeepingCall]] = [:]
  private var lastBatch = 0

  /// Compiles the expressions.
  ///
  /// - Parameters:
  ///   - results: what the caller reads after a run; a variable among them is its old value.
  ///   - updates: what becomes of variables and inputs; all are computed from the old values.
  ///   - capacity: the largest batch.
  ///   - followsRows: whether runs name the tracks of their rows (see ``run(batch:tracks:)``).
  ///   - fuses: false runs every operation by itself; the bits are the same.
  public init(
    results: [Expression], updates: [Update] = [], variables: Variables = Variables(),
    capacity: Int, device: Device, followsRows: Bool = false, fuses: Bool = true
  ) {
    precondition(capacity > 0, "Program: the capacity must be positive")
    let wanted = results + updates.map(\.value)
    precondition(!wanted.isEmpty, "Program: there is nothing to compute")
    let graph = wanted[0].graph
    for update in updates {
      precondition(
        update.variable.node.performs(Variable.self) || update.variable.node.performs(Input.self),
        "Program: only variables and inputs are updated, not \(update.variable.type)")
      precondition(
        update.variable.type == update.value.type,
        "Program: \(update.value.type) cannot become the value of \(update.variable.type)")
    }
    let snapshots = SnapshotPass(graph: graph, updated: Set(updates.map(\.variable.index)))
    let roots = snapshots.run(AccumulationPass(graph: graph).run(wanted))
    let fused = FusionPass(graph: graph, roots: roots, isEnabled: fuses).run()
    schedule = fuses ? StripPass(fused, roots: roots).run() : fused
    self.updates = zip(updates, roots.dropFirst(results.count)).map {
      ($0.variable.index, $1.index)
    }
    updatesVariables = updates.contains { $0.variable.node.performs(Variable.self) }
    self.roots = Set(roots.map { [schedule] in schedule.storage(of: $0.index) })
    paneled = Self.paneled(
      schedule, results: roots.prefix(results.count).map(\.index), updates: self.updates, variables)
    var replicas: [Int: Replicas] = [:]
    let replication = ReplicationPass(
      schedule: schedule, results: self.roots.union(self.updates.map(\.variable)),
      paneled: paneled)
    for (node, parts) in replication.run() {
      replicas[node] = Replicas(
        of: graph.nodes[node].type, count: min(parts, device.threadCount), capacity: capacity)
    }
    self.replicas = replicas
    var plan = MemoryPass(
      schedule: schedule, capacity: capacity, roots: roots.map(\.index), updates: self.updates,
      paneled: paneled)
    plan.run()
    self.plan = plan
    self.capacity = capacity
    self.device = device
    kernels = device.instructionSet.kernels
    keptVariables = variables
    rowTracks = followsRows ? RowTracks(capacity: capacity) : nil
    arena = ZeroedMemory(byteCount: plan.byteCount)
    scratch = ZeroedMemory(byteCount: 64)
    var variableMemory: [Int: UnsafeMutableRawPointer] = [:]
    for index in schedule.live + self.updates.map(\.variable) {
      let node = graph.nodes[index]
      if node.performs(Input.self) {
        inputs[index] = InputMemory(
          memory: ZeroedMemory(byteCount: node.type.byteCount(batch: capacity)),
          element: node.type.element)
      } else if let variable = node.operation as? Variable {
        variableMemory[index] = variables.pointer(
          variable.name, shape: variable.shape.extents(batch: 0),
          layout: paneled.contains(index) ? .panels : .rows)
      }
    }
    self.variableMemory = variableMemory
    for (input, reader) in replication.inputs(ofCopied: Set(replicas.keys)) {
      let type = graph.nodes[input].type
      guard let memory = inputs[input]?.memory,
        let copies = Replicas(of: type, count: replicas[reader]!.count, capacity: capacity)
      else { continue }
      replicatedInputs[input] = ReplicatedInput(
        places: RowPlaces(
          memory: memory, rowByteCount: type.byteCount(batch: 1), capacity: capacity),
        copies: copies, reader: reader)
    }
    panels = ProgramPanels(
      store: variables.panels, variables: variableMemory.values,
      // For one product of one run a copy in panels costs what it saves.
      kept: updatesVariables
        ? Set(schedule.sharedFactors.compactMap { variableMemory[$0] })
        : Set(variableMemory.values))
    self.results = Dictionary(
      zip(results, roots).map { result, root in
        (
          result,
          Result(
            type: result.type, pointer: pointer(root.index)!,
            variable: variable(inPanels: root.index)?.name)
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Runs the program for the first `batch` examples of its inputs.
  public func run(batch: Int) {
    if rowTracks != nil { return run(batch: batch, tracks: Array(0..<batch)) }
    runCalls(batch: batch)
  }

  /// Runs the program for rows that resemble rows of earlier runs.
  ///
  /// What a row was on its track is compared with what it is now, and where a step depends on the
  /// row and on variables alone it computes only what has changed. So the tracks decide how long a
  /// run takes, and never what comes out.
  ///
  /// - Parameter tracks: one for each row, all different, in `0 ..< capacity`.
  public func run(batch: Int, tracks: [Int]) {
    precondition(tracks.count == batch, "Program: \(tracks.count) tracks for \(batch) rows")
    rowTracks?.begin(tracks, version: keptVariables.version)
    runCalls(batch: batch)
  }

  /// Keeps rows of the last run: later runs compare what is on their tracks with them, and no longer
  /// with what was there before. Worth it where what follows resembles these rows more.
  ///
  /// The first row of a track, and one that is quite another, is kept without being asked for.
  public func keep(rows: [Int]) {
    for call in rowKeeping[lastBatch] ?? [] {
      device.pool.run(rows.count) { call.keep(row: rows[$0]) }
    }
  }

  private func runCalls(batch: Int) {
    precondition(
      batch > 0 && batch <= capacity, "Program: a batch of \(batch) exceeds \(capacity)")
    lastBatch = batch
    if bound[batch] == nil { bind(batch: batch) }
    panels.update(to: keptVariables.version, on: device.pool)
    // Going through a buffer allocates nothing, in debug builds either.
    bound[batch]!.withUnsafeBufferPointer { for call in $0 { device.pool.run(call) } }
    if updatesVariables { keptVariables.noteChange() }
    for input in replicatedInputs.values { input.places.clear() }
  }

  // MARK: Inputs and results

  /// The memory of an input; what runs between batches asks for it in every step.
  struct InputMemory {
    let memory: ZeroedMemory
    let element: ElementType
  }

  /// The memory of an input, and nil if the program does not need it.
  func inputMemory(_ input: Expression) -> InputMemory? {
    if let memory = inputs[input.index] { return memory }
    precondition(
      input.node.performs(Input.self), "Program: only inputs are written, not \(input.type)")
    return nil
  }

  /// The memory of an input, to be filled before a run; nil if the program does not need it.
  public func memory(of input: Expression) -> UnsafeMutableRawBufferPointer? {
    inputMemory(input)?.memory.bytes
  }

  /// Where a result is.
  private struct Result {
    let type: ValueType
    let pointer: UnsafeMutableRawPointer
    /// The variable whose value it is, if that lies in panels.
    let variable: String?
  }

  /// A result of the last run.
  public func read(_ result: Expression) -> Tensor {
    let shape = result.shape.extents(batch: lastBatch)
    return withMemory(of: result) { memory in
      switch result.element {
      case .float32: Tensor(Array(memory.bindMemory(to: Float.self)), shape: shape)
      case .int32: Tensor(Array(memory.bindMemory(to: Int32.self)), shape: shape)
      case .uint8: Tensor(Array(memory.bindMemory(to: UInt8.self)), shape: shape)
      }
    }
  }

  /// The bytes of a result of the last run, in place.
  public func withMemory<R>(
    of result: Expression, _ body: (UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R {
    guard let place = results[result] else {
      preconditionFailure("Program: \(result.type) is not among the results")
    }
    if let variable = place.variable {
      return try keptVariables[variable].floats.withUnsafeBytes(body)
    }
    let count = place.type.byteCount(batch: lastBatch)
    return try body(UnsafeRawBufferPointer(start: place.pointer, count: count))
  }

  /// The bytes of memory that values share.
  public var arenaByteCount: Int { arena.bytes.count }

  /// Whether a node's value has memory of its own or in common.
  func isStored(_ index: Int) -> Bool { pointer(index) != nil }

  // MARK: Binding

  /// The memory of a node's value; nil for a value that stays in its loop.
  func pointer(_ index: Int) -> UnsafeMutableRawPointer? {
    let node = schedule.storage(of: index)
    if let input = inputs[node] { return input.memory.baseAddress }
    if let replicas = replicas[node] { return replicas.memory.baseAddress }
    if let memory = variableMemory[node] { return memory }
    switch plan.locations[node] {
    case .arena(let offset): return arena.baseAddress + offset
    case .shared(let other): return pointer(other)
    case .variable(let variable): return pointer(variable)
    case nil: return nil
    }
  }

  func constant(_ value: Float) -> UnsafeMutableRawPointer {
    if let memory = constants[value.bitPattern] { return memory.baseAddress }
    let memory = ZeroedMemory(byteCount: 4)
    memory.bytes.storeBytes(of: value, as: Float.self)
    constants[value.bitPattern] = memory
    return memory.baseAddress
  }

  /// The calls for a batch size. A smaller batch may need more scratch memory than a larger one,
  /// because its work is cut differently; then all calls move to more memory.
  private func bind(batch: Int) {
    let calls = calls(batch: batch).flatMap { $0 }
    bound[batch] = calls
    if rowTracks != nil { rowKeeping[batch] = calls.compactMap { $0 as? any RowKeepingCall } }
  }

  /// The calls of every step, and at the end those of the updates that need a copy.
  func calls(batch: Int) -> [[any KernelCall]] {
    let (calls, scratchByteCount) = lower(batch: batch)
    guard scratchByteCount > scratch.bytes.count else { return calls }
    bound.removeAll()
    scratch = ZeroedMemory(byteCount: scratchByteCount)
    return lower(batch: batch).calls
  }

  /// A loop by the operation before it and its last node.
  struct LoopKey: Hashable {
    let operation: Int?
    let result: Int?
  }

  typealias LoopCode = (preamble: [LoopInstruction], body: [LoopInstruction])
}
