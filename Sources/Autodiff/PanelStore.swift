internal import Kernels
internal import Synchronization

/// Copies of variables as steps read them: in panels, transposed, or row by row. One copy serves all
/// programs that read the variables: threads that attack side by side find it in the cache they share.
final class PanelStore {
  /// Panels live as long as a program uses them.
  private var known: [Matrix: Reference] = [:]
  /// Held while they are looked up: programs are compiled side by side.
  private let lookup = Mutex(())

  /// A variable as a matrix: reshaped, the same memory is another one.
  struct Matrix: Hashable {
    let pointer: UnsafeMutableRawPointer
    let columns: Int
    let form: Form
  }

  /// What a copy is.
  enum Form: Hashable {
    case panels
    /// Panels of the transpose.
    case transposedPanels
    /// The rows of a variable that is in panels itself.
    case rows
  }

  private struct Reference {
    weak var panels: Panels?
  }

  /// The panels of one matrix.
  final class Panels: @unchecked Sendable {
    let memory: ZeroedMemory
    /// What fills them.
    private let call: any KernelCall
    /// Of the variables that they were filled from; −1 before the first time.
    private let version = Atomic(-1)
    /// Held while they are filled.
    private let filling = Mutex(())

    fileprivate init(byteCount: Int, call: (UnsafeMutablePointer<Float>) -> any KernelCall) {
      memory = ZeroedMemory(byteCount: byteCount)
      self.call = call(memory.baseAddress.assumingMemoryBound(to: Float.self))
    }

    /// Brings the panels to the variables of a version.
    func update(to version: Int, on pool: ThreadPool) {
      guard self.version.load(ordering: .acquiring) != version else { return }
      filling.withLock { _ in
        guard self.version.load(ordering: .relaxed) != version else { return }
        pool.run(call, waits: false)
        self.version.store(version, ordering: .releasing)
      }
    }
  }

  /// The panels of a matrix, made when first asked for.
  ///
  /// - Parameter call: what fills the memory that it is given.
  func panels(
    of matrix: Matrix, byteCount: Int,
    filledBy call: (UnsafeMutablePointer<Float>) -> any KernelCall
  ) -> Panels {
    lookup.withLock { _ in
      if let panels = known[matrix]?.panels { return panels }
      let panels = Panels(byteCount: byteCount, call: call)
      known[matrix] = Reference(panels: panels)
      return panels
    }
  }
}

/// The panels that one program reads.
final class ProgramPanels {
  private let store: PanelStore
  private let variables: Set<UnsafeMutableRawPointer>
  private let kept: Set<UnsafeMutableRawPointer>
  private var used: [PanelStore.Matrix: PanelStore.Panels] = [:]

  /// - Parameters:
  ///   - variables: where the variables' values are.
  ///   - kept: those of them whose panels are worth a copy also where products read them as they
  ///     are.
  init(
    store: PanelStore, variables: some Sequence<UnsafeMutableRawPointer>,
    kept: Set<UnsafeMutableRawPointer>
  ) {
    self.store = store
    self.variables = Set(variables)
    self.kept = kept
  }

  /// Brings all panels to the variables of this version.
  func update(to version: Int, on pool: ThreadPool) {
    for panels in used.values { panels.update(to: version, on: pool) }
  }

  /// The panels of a variable; nil for what is no variable, and for what is not worth a copy.
  ///
  /// - Parameter call: what fills the memory that it is given.
  func panels(
    of variable: UnsafeMutableRawPointer, columns: Int, form: PanelStore.Form, byteCount: Int,
    filledBy call: (UnsafeMutablePointer<Float>) -> any KernelCall
  ) -> UnsafeMutablePointer<Float>? {
    guard (form == .panels ? kept : variables).contains(variable) else { return nil }
    let matrix = PanelStore.Matrix(pointer: variable, columns: columns, form: form)
    let panels =
      used[matrix] ?? store.panels(of: matrix, byteCount: byteCount, filledBy: call)
    used[matrix] = panels
    return panels.memory.baseAddress.assumingMemoryBound(to: Float.self)
  }
}
