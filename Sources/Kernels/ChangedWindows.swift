internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The pooling windows over a convolution that two images have different pixels under.
final class ChangedWindows: @unchecked Sendable {
  private let geometry: WindowGeometry
  private let windowRows: Int
  /// For every row of a padded image a bit for each row of windows that it lies under, and the same
  /// for columns.
  private let rows: UnsafeMutableBufferPointer<UInt64>
  private let columns: UnsafeMutableBufferPointer<UInt64>

  /// - Parameters:
  ///   - geometry: of the convolution of the images.
  ///   - pooling: of its result.
  /// - Returns: nil where windows are too many to be bits of a word.
  init?(_ geometry: WindowGeometry, pooling: WindowGeometry) {
    guard pooling.outputHeight <= 64, pooling.outputWidth <= 64 else { return nil }
    self.geometry = geometry
    windowRows = pooling.outputHeight
    rows = .allocate(capacity: geometry.paddedHeight)
    columns = .allocate(capacity: geometry.paddedWidth)
    rows.initialize(repeating: 0)
    columns.initialize(repeating: 0)
    for window in 0..<pooling.outputHeight {
      let pixels = pooling.pixelRows(window..<window + 1)
      for pixel in pixels {
        let first = pixel * geometry.strideY
        for row in first..<first + geometry.windowHeight { rows[row] |= 1 << UInt64(window) }
      }
    }
    for window in 0..<pooling.outputWidth {
      let pixels = pooling.pixelColumns(window..<window + 1)
      for pixel in pixels {
        let first = pixel * geometry.strideX
        for column in first..<first + geometry.windowWidth {
          columns[column] |= 1 << UInt64(window)
        }
      }
    }
  }

  deinit {
    rows.deallocate()
    columns.deallocate()
  }

  /// Calls `body` for rectangles of windows that have every changed window in them, once.
  func forEachRectangle(
    between old: UnsafePointer<Float>, _ new: UnsafePointer<Float>,
    _ body: (_ rows: Range<Int>, _ columns: Range<Int>) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: windowRows) { changed in
      changed.initialize(repeating: 0)
      mark(old, new, changed)
      for row in 0..<windowRows {
        while changed[row] != 0 {
          let first = changed[row].trailingZeroBitCount
          let count = (~(changed[row] >> UInt64(first))).trailingZeroBitCount
          let mask: UInt64 = (.max >> UInt64(64 - count)) << UInt64(first)
          var end = row
          while end < windowRows, changed[end] & mask == mask {
            changed[end] &= ~mask
            end += 1
          }
          body(row..<end, first..<first + count)
        }
      }
    }
  }

  private func mark(
    _ old: UnsafePointer<Float>, _ new: UnsafePointer<Float>,
    _ changed: UnsafeMutableBufferPointer<UInt64>
  ) {
    let channels = geometry.channels
    let length = geometry.paddedWidth * channels
    for row in 0..<geometry.paddedHeight {
      let (a, b) = (old + row * length, new + row * length)
      guard memcmp(a, b, length * 4) != 0 else { continue }
      var mask: UInt64 = 0
      for column in 0..<geometry.paddedWidth {
        for place in column * channels..<(column + 1) * channels
        where a[place].bitPattern != b[place].bitPattern {
          mask |= columns[column]
        }
      }
      var windows = rows[row]
      while windows != 0 {
        changed[windows.trailingZeroBitCount] |= mask
        windows &= windows &- 1
      }
    }
  }
}

extension WindowGeometry {
  /// The rows of an image without padding that windows cover, and the columns.
  func pixelRows(_ windows: Range<Int>) -> Range<Int> {
    let first = max(0, windows.lowerBound * strideY - paddingTop)
    let end = (windows.upperBound - 1) * strideY - paddingTop + windowHeight
    return first..<max(first, min(height, end))
  }

  func pixelColumns(_ windows: Range<Int>) -> Range<Int> {
    let first = max(0, windows.lowerBound * strideX - paddingLeft)
    let end = (windows.upperBound - 1) * strideX - paddingLeft + windowWidth
    return first..<max(first, min(width, end))
  }
}
