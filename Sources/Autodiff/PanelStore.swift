/// Memory for the transposes of variables: they keep their values until a run ends, so one transpose
/// serves all of its products.
final class PanelStore {
  private let variables: Set<UnsafeMutableRawPointer>
  private var panels: [Matrix: UnsafeMutableRawBufferPointer] = [:]
  private var filled: Set<Matrix> = []

  /// A variable as a matrix: reshaped, the same memory is another one.
  private struct Matrix: Hashable {
    let pointer: UnsafeMutableRawPointer
    let columns: Int
  }

  /// - Parameter variables: where the variables' values are.
  init(variables: some Sequence<UnsafeMutableRawPointer>) {
    self.variables = Set(variables)
  }

  deinit {
    for memory in panels.values { memory.deallocate() }
  }

  /// Forgets what is filled, before the calls of another run are made.
  func beginRun() { filled.removeAll() }

  /// The memory for a variable's panels, and whether they are there already; nil for what is no
  /// variable.
  func memory(
    for variable: UnsafeMutableRawPointer, columns: Int, byteCount: Int
  ) -> (memory: UnsafeMutableRawPointer, isFilled: Bool)? {
    guard variables.contains(variable) else { return nil }
    let matrix = Matrix(pointer: variable, columns: columns)
    let memory = panels[matrix] ?? alignedMemory(byteCount: byteCount)
    panels[matrix] = memory
    return (memory.baseAddress!, !filled.insert(matrix).inserted)
  }
}
