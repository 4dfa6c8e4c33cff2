/// Memory for the panels of variables and of their transposes: they keep their values until a run
/// ends, so one copy serves all of its products.
final class PanelStore {
  private let variables: Set<UnsafeMutableRawPointer>
  private let shared: Set<UnsafeMutableRawPointer>
  private var panels: [Matrix: UnsafeMutableRawBufferPointer] = [:]
  private var filled: Set<Matrix> = []

  /// A variable as a matrix: reshaped, the same memory is another one.
  private struct Matrix: Hashable {
    let pointer: UnsafeMutableRawPointer
    let columns: Int
    let isTransposed: Bool
  }

  /// - Parameters:
  ///   - variables: where the variables' values are.
  ///   - shared: those of them that several products read as they are. For one product a copy in
  ///     panels costs what it saves.
  init(
    variables: some Sequence<UnsafeMutableRawPointer>, shared: Set<UnsafeMutableRawPointer>
  ) {
    self.variables = Set(variables)
    self.shared = shared
  }

  deinit {
    for memory in panels.values { memory.deallocate() }
  }

  /// Forgets what is filled, before the calls of another run are made.
  func beginRun() { filled.removeAll() }

  /// The memory for a variable's panels, and whether they are there already; nil for what is no
  /// variable, and for what is not worth a copy.
  func memory(
    for variable: UnsafeMutableRawPointer, columns: Int, isTransposed: Bool, byteCount: Int
  ) -> (memory: UnsafeMutableRawPointer, isFilled: Bool)? {
    guard isTransposed ? variables.contains(variable) : shared.contains(variable) else {
      return nil
    }
    let matrix = Matrix(pointer: variable, columns: columns, isTransposed: isTransposed)
    let memory = panels[matrix] ?? alignedMemory(byteCount: byteCount)
    panels[matrix] = memory
    return (memory.baseAddress!, !filled.insert(matrix).inserted)
  }
}
