internal import Kernels

/// The memory of variables, shared by the programs that read and update them.
public final class Variables {
  private var buffers: [String: (memory: ZeroedMemory, shape: [Int])] = [:]

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
      return Tensor(Array(buffer.memory.bytes.bindMemory(to: Float.self)), shape: buffer.shape)
    }
    set {
      noteChange()
      let memory = pointer(name, shape: newValue.shape)
      newValue.floats.withUnsafeBytes { source in
        if let base = source.baseAddress {
          memory.copyMemory(from: base, byteCount: source.count)
        }
      }
    }
  }

  /// To be called by whoever writes into the memory of a variable.
  func noteChange() { version += 1 }

  public var names: [String] { buffers.keys.sorted() }

  /// The memory of a variable, made and filled with zeros when first asked for.
  func pointer(_ name: String, shape: [Int]) -> UnsafeMutableRawPointer {
    if let buffer = buffers[name] {
      precondition(
        buffer.shape == shape, "Variables: '\(name)' is \(buffer.shape), not \(shape)")
      return buffer.memory.baseAddress
    }
    let memory = ZeroedMemory(byteCount: shape.reduce(4, *))
    buffers[name] = (memory, shape)
    return memory.baseAddress
  }
}
