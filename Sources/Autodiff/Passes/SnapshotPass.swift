/// Copies the old values of variables that the caller reads, or that other variables take over,
/// where the run would overwrite them.
struct SnapshotPass {
  let graph: Graph
  /// The variables that the program updates.
  let updated: Set<Int>

  /// The expressions that take the place of `roots`.
  func run(_ roots: [Expression]) -> [Expression] {
    roots.map { root in
      var source = root
      while source.node.isAlias {
        source = source.operands[0]
      }
      guard updated.contains(source.index) else { return root }
      let starts = Array(repeating: Dimension(0), count: root.shape.rank)
      return graph.apply(Slice(starts: starts, shape: root.shape), to: [root])
    }
  }
}
