internal import Kernels

/// Memory for the panels of variables and of their transposes. One copy serves all products of a
/// run, and all runs until a variable changes.
final class PanelStore {
  private let variables: Set<UnsafeMutableRawPointer>
  private let kept: Set<UnsafeMutableRawPointer>
  private var panels: [Matrix: Panels] = [:]

  /// A variable as a matrix: reshaped, the same memory is another one.
  private struct Matrix: Hashable {
    let pointer: UnsafeMutableRawPointer
    let columns: Int
    let isTransposed: Bool
  }

  /// The panels of one matrix.
  final class Panels {
    let memory: ZeroedMemory
    /// What fills them.
    fileprivate var call: (any KernelCall)?
    /// Of the variables that they were filled from.
    fileprivate var version: Int?

    fileprivate init(byteCount: Int) { memory = ZeroedMemory(byteCount: byteCount) }

    var isToBeFilled: Bool { call == nil }
    func fill(by call: some KernelCall) { self.call = call }
  }

  /// - Parameters:
  ///   - variables: where the variables' values are.
  ///   - kept: those of them whose panels are worth a copy also where products read them as they
  ///     are.
  init(
    variables: some Sequence<UnsafeMutableRawPointer>, kept: Set<UnsafeMutableRawPointer>
  ) {
    self.variables = Set(variables)
    self.kept = kept
  }

  /// Brings all panels to the variables of this version.
  func update(to version: Int, on pool: ThreadPool) {
    for panels in panels.values where panels.version != version {
      panels.version = version
      if let call = panels.call { pool.run(call) }
    }
  }

  /// The panels of a variable; nil for what is no variable, and for what is not worth a copy.
  func panels(
    of variable: UnsafeMutableRawPointer, columns: Int, isTransposed: Bool, byteCount: Int
  ) -> Panels? {
    guard isTransposed ? variables.contains(variable) : kept.contains(variable) else {
      return nil
    }
    let matrix = Matrix(pointer: variable, columns: columns, isTransposed: isTransposed)
    if let known = panels[matrix] { return known }
    let new = Panels(byteCount: byteCount)
    panels[matrix] = new
    return new
  }
}
