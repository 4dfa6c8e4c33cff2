internal import KernelInterface
internal import Kernels

/// What a step keeps of its rows from run to run, each on a track of its own.
final class RowMemory {
  private let tracks: UnsafeMutableBufferPointer<Int32>
  private var convolution: PooledConvolutionMemory?
  private var products: [Int: ResumedProductMemory] = [:]

  /// - Parameter tracks: the track of each row of a batch.
  init(tracks: UnsafeMutableBufferPointer<Int32>) {
    self.tracks = tracks
  }

  /// For a convolution that only a max-pooling reads; nil where that does not pay.
  func ofConvolution(
    _ geometry: WindowGeometry, pooling: WindowGeometry
  ) -> PooledConvolutionMemory? {
    if convolution == nil {
      convolution = PooledConvolutionMemory(
        tracks: UnsafePointer(tracks.baseAddress!), count: tracks.count, geometry: geometry,
        pooling: pooling)
    }
    return convolution
  }

  /// For a product whose rows are that convolution's, by its operation; nil where there is none.
  func ofProduct(_ operation: Int, columns: Int) -> ResumedProductMemory? {
    if products[operation] == nil {
      products[operation] = convolution.map { ResumedProductMemory($0, columns: columns) }
    }
    return products[operation]
  }

  func forget() { convolution?.forget() }
}
