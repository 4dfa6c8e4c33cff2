internal import Autodiff

/// The proposals of the Square Attack in L2 (Andriushchenko et al. 2020, algorithm 3): length moves
/// from one window of the change to another, where it takes the form of two bumps, one up and one
/// down.
///
/// As in AutoAttack, every proposal is stretched to the length ε.
struct SquareWindows {
  private let geometry: SquareGeometry
  private var allowed: PerturbationSet { geometry.problem.allowed }
  private var graph: Graph { geometry.graph }
  private var height: Int { geometry.height }
  private var width: Int { geometry.width }
  private var channels: Int { geometry.channels }

  /// Divides in place of 0.
  private static let least: Float = 1e-12

  init(_ problem: AttackProblem) {
    geometry = SquareGeometry(problem)
  }

  /// A grid of windows, about five by five, each with a sign of its own by channel.
  func start() -> Expression {
    let side = max(min(height, width) / 5, 1)
    func tiled(_ extent: Int) -> (tile: Expression, local: Expression, count: Int) {
      let count = extent / side
      let offset = Float((extent - count * side) / 2)
      let place =
        graph.iota(shape: [1, Dimension(extent)], axis: 1).converted(to: .float32) - offset
      let isInside =
        place.isGreaterOrEqual(to: graph.fill(0))
        * graph.fill(Float(count * side)).isGreater(than: place)
      let tile = (Expression.maximum(place, graph.fill(0)) / Float(side)).truncated()
      let outside = graph.fill(-1)
      return (
        .select(isInside, tile, outside),
        .select(isInside, place - tile * Float(side), outside), count
      )
    }
    let (rows, columns) = (tiled(height), tiled(width))
    let bumps = self.bumps(
      rows: rows.local, columns: columns.local, side: graph.fill(Float(side)))

    // Every pixel takes the sign of its tile.
    let rowTiles = rows.tile.reshaped(to: [Dimension(height), 1, 1])
    let columnTiles = columns.tile.reshaped(to: [1, Dimension(width), 1])
    let channel = graph.iota(shape: [Dimension(channels)], axis: 0).converted(to: .float32)
    let index = (rowTiles * Float(columns.count) + columnTiles) * Float(channels) + channel
    let count = height * width * channels
    let places = index.converted(to: .int32).reshaped(to: [1, Dimension(count)])
    let signs = geometry.signs("tiles", shape: [rows.count * columns.count * channels])
      .takeAlongLastAxis(places.broadcast(to: [.batch, Dimension(count)]))
      .reshaped(to: allowed.images.shape)
    return stretched(bumps * signs)
  }

  func proposal(from best: Expression, relativeSide: Expression) -> Expression {
    let side = oddSide(relative: relativeSide)
    func place(_ window: String, _ extent: Int) -> Expression {
      geometry.place(window, extent: extent, side: side)
    }
    let (row, column) = (place("row", height), place("column", width))
    func local(_ extent: Int, from start: Expression) -> Expression {
      graph.iota(shape: [1, Dimension(extent)], axis: 1).converted(to: .float32)
        - start.reshaped(to: [.batch, 1])
    }
    let bumps = self.bumps(
      rows: local(height, from: row), columns: local(width, from: column), side: side)
    let first = geometry.square(row: row, column: column, side: side, channels: 1)
    let second = geometry.square(
      row: place("second row", height), column: place("second column", width), side: side,
      channels: 1)

    let change = best - allowed.images
    let squares = change * change
    let unused = Expression.maximum(
      allowed.epsilon * allowed.epsilon
        - squares.sum([1, 2, 3]).reshaped(to: PerturbationSet.perExample),
      graph.fill(0))
    let available =
      (perChannel(squares * Expression.maximum(first, second))
      + unused / Float(channels)).squareRoot()
    let old = change * first
    let signs = geometry.signs("signs", shape: [1, 1, channels])
    let new = signs * bumps + old * (1 / (lengths(old) + Self.least))
    let scaled = new * (available / (lengths(new) + Self.least))
    let rest = Expression.select(Expression.maximum(first, second), graph.fill(0), change)
    return stretched(Expression.select(first, scaled, rest))
  }

  /// At least 3 and odd, so that a window has a middle; at most what fits.
  func oddSide(relative: Expression) -> Expression {
    let side = geometry.side(relative: relative, atLeast: 3)
    let odd = 2 * (side * 0.5).truncated() + 1
    let shorter = min(height, width)
    return Expression.minimum(odd, graph.fill(Float(shorter % 2 == 0 ? shorter - 1 : shorter)))
  }

  /// The images at a change stretched to the length ε, and then within the range.
  private func stretched(_ change: Expression) -> Expression {
    let length = (change * change).sum([1, 2, 3]).squareRoot()
      .reshaped(to: PerturbationSet.perExample)
    let factor = allowed.epsilon / Expression.maximum(length, graph.fill(Self.least))
    return allowed.projecting(allowed.images + change * factor)
  }

  /// The sum over each channel's plane, `[N, 1, 1, C]`.
  private func perChannel(_ values: Expression) -> Expression {
    values.sum([1, 2]).reshaped(to: [.batch, 1, 1, Dimension(channels)])
  }

  private func lengths(_ values: Expression) -> Expression {
    perChannel(values * values).squareRoot()
  }

  /// Two bumps side by side or one above the other, of opposite signs, each of length √½ (η of
  /// section 3.3): `[N, H, W, 1]`, 0 outside of the windows.
  ///
  /// A bump falls in square rings around its middle, so its height is the lesser of the heights
  /// that its row and its column allow, and each of those needs one value a row or column alone.
  ///
  /// - Parameters:
  ///   - rows: the places of the image's rows in a window, `[N or 1, H]`; outside of it any number
  ///     that is not in `0 ..< side`.
  ///   - columns: the same of its columns, `[N or 1, W]`.
  ///   - side: a scalar.
  func bumps(rows: Expression, columns: Expression, side: Expression) -> Expression {
    let isTurned = geometry.problem.random("turn", shape: [1])
      .isGreaterOrEqual(to: graph.fill(0.5))
    let half = (side * 0.5).truncated()
    let heights = heights(rings: half + 1)
    let plane: Shape = [.batch, Dimension(height), Dimension(width), 1]
    let vertical = profile(rows, side: side, half: half, heights, isHalved: 1 - isTurned)
      .reshaped(to: [.batch, Dimension(height), 1, 1]).broadcast(to: plane)
    let horizontal = profile(columns, side: side, half: half, heights, isHalved: isTurned)
      .reshaped(to: [.batch, 1, Dimension(width), 1]).broadcast(to: plane)
    let values =
      vertical.sign() * horizontal.sign()
      * Expression.minimum(vertical.absolute(), horizontal.absolute())

    func normalized(_ bump: Expression) -> Expression {
      let length = (bump * bump).sum([1, 2, 3]).squareRoot()
        .reshaped(to: PerturbationSet.perExample)
      return bump * (1 / (length + Self.least))
    }
    let zero = graph.fill(0)
    return Float(0.5).squareRoot()
      * (normalized(.maximum(values, zero)) + normalized(.minimum(values, zero)))
  }

  /// The heights of a bump's rings by their distance from its middle: `Σ 1/(k + 1)²` over the rings
  /// from there on, `[N, max(H, W)]`.
  private func heights(rings: Expression) -> Expression {
    let longest = Dimension(max(height, width))
    let ring = graph.iota(shape: [longest, longest], axis: 1).converted(to: .float32)
    let distance = graph.iota(shape: [longest, longest], axis: 0).converted(to: .float32)
    let isCounted = ring.isGreaterOrEqual(to: distance) * rings.isGreater(than: ring)
    return (isCounted / ((ring + 1) * (ring + 1))).sum([1]).broadcast(to: [.batch, longest])
  }

  /// The height that each row (or column) allows, `[N, L]`: of one bump, or of one in each half of
  /// the window, the second one negative.
  private func profile(
    _ place: Expression, side: Expression, half: Expression, _ heights: Expression,
    isHalved: Expression
  ) -> Expression {
    let isInside =
      place.isGreaterOrEqual(to: graph.fill(0)) * side.isGreater(than: place)
    let isSecond = place.isGreaterOrEqual(to: half) * isHalved
    let middleOfHalf = Expression.select(
      isSecond, half + ((side - half) * 0.5).truncated(), (half * 0.5).truncated())
    let middle = Expression.select(isHalved, middleOfHalf, half)
    let ring = Expression.select(isInside, (place - middle).absolute(), graph.fill(-1))
    return heights.takeAlongLastAxis(ring.converted(to: .int32)) * (1 - 2 * isSecond)
  }
}
