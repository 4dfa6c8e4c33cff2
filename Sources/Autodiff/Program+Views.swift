internal import Kernels

// How operations find values: where they lie, and in which layout.

extension Program {
  /// The nodes whose memory is in panels.
  static func paneled(
    _ schedule: Schedule, results: [Int], updates: [(variable: Int, value: Int)],
    _ variables: Variables
  ) -> Set<Int> {
    var settled: [Int: MatrixLayout] = [:]
    for index in schedule.live + updates.map(\.variable) {
      guard let variable = schedule.graph.nodes[index].operation as? Variable else { continue }
      settled[index] = variables.layout(of: variable.name)
    }
    return LayoutPass(
      schedule: schedule, results: results, updates: updates, settled: settled
    ).run()
  }

  /// A value as it lies.
  func view(_ index: Int, batch: Int) -> BufferView {
    let type = schedule.graph.nodes[index].type
    let replicas = replicas[schedule.storage(of: index)]
    return BufferView(
      pointer: pointer(index)!, shape: type.shape.extents(batch: batch), element: type.element,
      layout: layout(of: index), copies: replicas?.count ?? 1,
      copyStride: (replicas?.stride ?? 0) / type.element.byteCount)
  }

  func layout(of index: Int) -> MatrixLayout {
    paneled.contains(schedule.storage(of: index)) ? .panels : .rows
  }

  /// The variable whose value this is, if it lies in panels.
  func variable(inPanels index: Int) -> Variable? {
    guard layout(of: index) == .panels else { return nil }
    return schedule.graph.nodes[schedule.storage(of: index)].operation as? Variable
  }

  /// A value as any operation reads it: of a variable in panels a copy, row by row.
  func rowMajorView(_ index: Int, batch: Int) -> BufferView {
    let view = view(index, batch: batch)
    guard let variable = variable(inPanels: index) else { return view }
    let (rows, columns) = (variable.shape[0].multiple, variable.shape[1].multiple)
    let copy = panels.panels(
      of: view.pointer, columns: columns, form: .rows, byteCount: rows * columns * 4
    ) {
      MatrixLayout.copy(of: view.pointer, .panels, to: $0, .rows, rows: rows, columns: columns)
    }
    return BufferView(pointer: copy!, shape: view.shape, element: view.element)
  }

  /// An operand of an operation. A product reads its right factor as it lies.
  func operandView(_ place: Int, of operation: Int, batch: Int) -> BufferView {
    let nodes = schedule.graph.nodes
    let operand = nodes[operation].operands[place]
    let readsPanels =
      place == 1 && nodes[operation].performs(MatrixProduct.self)
      && nodes[operand].type == nodes[schedule.storage(of: operand)].type
    return readsPanels ? view(operand, batch: batch) : rowMajorView(operand, batch: batch)
  }

  /// A value that is never whole: only its shape is of use.
  func stripView(_ index: Int, batch: Int) -> BufferView {
    let type = schedule.graph.nodes[index].type
    return BufferView(
      pointer: LoopCall.stripMemory, shape: type.shape.extents(batch: batch),
      element: type.element)
  }
}
