internal import Kernels
internal import Synchronization

/// The memory of variables, shared by the programs that read and update them.
public final class Variables {
  private final class Buffer: @unchecked Sendable {
    let memory: ZeroedMemory
    let shape: [Int]
    /// Nil, which is row by row, as long as no program uses the variable.
    var layout: MatrixLayout?

    init(shape: [Int]) {
      memory = ZeroedMemory(byteCount: shape.reduce(4, *))
      self.shape = shape
    }
  }

  private var buffers: [String: Buffer] = [:]
  /// Held while they are looked up: programs are compiled side by side.
  private let lookup = Mutex(())

  /// Changes whenever a value may have become another one.
  private(set) var version = 0
  let panels = PanelStore()

  public init() {}

  /// The value of a variable; setting one of a known name keeps its shape.
  public subscript(name: String) -> Tensor {
    get {
      guard let buffer = buffers[name] else {
        preconditionFailure("Variables: there is no variable '\(name)'")
      }
      let memory = rowMajor(buffer) ?? buffer.memory
      return Tensor(Array(memory.bytes.bindMemory(to: Float.self)), shape: buffer.shape)
    }
    set {
      noteChange()
      let buffer = buffer(name, shape: newValue.shape)
      newValue.floats.withUnsafeBytes { source in
        if let base = source.baseAddress {
          buffer.memory.baseAddress.copyMemory(from: base, byteCount: source.count)
        }
      }
      if buffer.layout == .panels { layOutInPanels(buffer) }
    }
  }

  /// To be called by whoever writes into the memory of a variable.
  func noteChange() { version += 1 }

  public var names: [String] { buffers.keys.sorted() }

  /// How a variable is laid out; nil as long as no program uses it.
  func layout(of name: String) -> MatrixLayout? {
    lookup.withLock { _ in buffers[name]?.layout }
  }

  /// The memory of a variable, made and filled with zeros when first asked for. The first program
  /// that asks decides how it is laid out.
  func pointer(
    _ name: String, shape: [Int], layout: MatrixLayout
  ) -> UnsafeMutableRawPointer {
    let settled = lookup.withLock { _ in
      let buffer = buffer(name, shape: shape)
      if buffer.layout == nil {
        buffer.layout = layout
        if layout == .panels { layOutInPanels(buffer) }
      }
      return buffer
    }
    precondition(settled.layout == layout, "Variables: '\(name)' is laid out otherwise")
    return settled.memory.baseAddress
  }

  private func buffer(_ name: String, shape: [Int]) -> Buffer {
    if let buffer = buffers[name] {
      precondition(
        buffer.shape == shape, "Variables: '\(name)' is \(buffer.shape), not \(shape)")
      return buffer
    }
    let buffer = Buffer(shape: shape)
    buffers[name] = buffer
    return buffer
  }

  /// A row-major copy of a variable in panels; nil for one that is row-major.
  private func rowMajor(_ buffer: Buffer) -> ZeroedMemory? {
    guard buffer.layout == .panels else { return nil }
    return copy(buffer, .panels, to: .rows)
  }

  /// Brings row-major elements in a variable's memory into panels.
  private func layOutInPanels(_ buffer: Buffer) {
    let panels = copy(buffer, .rows, to: .panels)
    buffer.memory.bytes.copyMemory(from: UnsafeRawBufferPointer(panels.bytes))
  }

  private func copy(
    _ buffer: Buffer, _ layout: MatrixLayout, to newLayout: MatrixLayout
  ) -> ZeroedMemory {
    let target = ZeroedMemory(byteCount: buffer.memory.bytes.count)
    let call = MatrixLayout.copy(
      of: buffer.memory.baseAddress, layout, to: target.baseAddress, newLayout,
      rows: buffer.shape[0], columns: buffer.shape[1])
    for task in 0..<call.taskCount { call.run(task: task) }
    return target
  }
}
