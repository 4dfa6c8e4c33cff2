internal import Autodiff

extension Expression {
  /// The most probable class but for one, of logits `[N, classes]` and int32 `[N]`: int32 `[N]`.
  func mostProbableClass(besides labels: Expression) -> Expression {
    let places = topIndices(2)
    func column(_ index: Int) -> Expression {
      places.slice(axis: 1, from: Dimension(index), count: 1).reshaped(to: [.batch])
    }
    // Numbers are chosen among as floats, which hold every class exactly.
    return Expression.select(
      column(0).isEqual(to: labels), column(1).converted(to: .float32),
      column(0).converted(to: .float32)
    ).converted(to: .int32)
  }
}
