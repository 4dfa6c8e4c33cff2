internal import KernelInterface
internal import Kernels

/// What a step keeps of its rows from run to run, each on a track of its own.
final class RowMemory {
  private let tracks: UnsafeMutableBufferPointer<Int32>
  private var convolution: PooledConvolutionMemory?

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

  func forget() { convolution?.forget() }
}
