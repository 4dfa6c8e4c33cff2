internal import Autodiff

/// Where the squares of the Square Attack lie, and their sizes.
struct SquareGeometry {
  let problem: AttackProblem
  let height: Int
  let width: Int
  let channels: Int

  init(_ problem: AttackProblem) {
    self.problem = problem
    let extents = problem.allowed.images.shape.dimensions.map(\.multiple)
    (height, width, channels) = (extents[1], extents[2], extents[3])
  }

  var graph: Graph { problem.allowed.images.graph }

  /// The side of a square that covers a share of the image (given by its root): rounded, at least
  /// 1, at most the image's shorter side; a scalar.
  func side(relative: Expression, atLeast least: Int = 1) -> Expression {
    let pixels = Float(Double(height * width).squareRoot())
    let shorter = min(height, width)
    // Halves go up, also where the roots were rounded down.
    return (relative * pixels + (0.5 + 0x1p-16)).truncated()
      .clamped(Float(min(least, shorter)), Float(shorter))
  }

  /// The first row or column of a square, so that all of it is in the image: `[N, 1, 1, 1]`.
  func place(_ purpose: String, extent: Int, side: Expression) -> Expression {
    let count = Float(extent + 1) - side
    return (problem.random(purpose, shape: [1, 1, 1]) * count).truncated()
  }

  /// 1 or -1 at random, `[N] + shape`.
  func signs(_ purpose: String, shape: [Int]) -> Expression {
    2 * problem.random(purpose, shape: shape).isGreaterOrEqual(to: graph.fill(0.5)) - 1
  }

  /// 1 in a square, else 0, `[N, H, W, channels]`.
  ///
  /// A value of each row can be read in a loop over all elements, one of each column cannot without
  /// a copy: the columns are written out for one image.
  func square(row: Expression, column: Expression, side: Expression, channels: Int) -> Expression {
    func isInside(_ extents: Shape, axis: Int, from start: Expression) -> Expression {
      let place = graph.iota(shape: extents, axis: axis).converted(to: .float32)
      return place.isGreaterOrEqual(to: start) * (start + side).isGreater(than: place)
    }
    let plane: Shape = [Dimension(height), Dimension(width), Dimension(channels)]
    return isInside([Dimension(height), 1, 1], axis: 0, from: row)
      * isInside(plane, axis: 1, from: column)
  }
}

extension Expression {
  /// Rounded down, for numbers that are not negative.
  func truncated() -> Expression { converted(to: .int32).converted(to: .float32) }
}
