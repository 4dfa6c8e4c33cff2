public import KernelInterface

// The vector type differs by instruction set, so that no generic code is shared between the builds.
#if KERNELS_AVX512
  typealias Vector = SIMD16<Float>
  typealias IntegerVector = SIMD16<Int32>
#elseif KERNELS_AVX2
  typealias Vector = SIMD8<Float>
  typealias IntegerVector = SIMD8<Int32>
#else
  typealias Vector = SIMD4<Float>
  typealias IntegerVector = SIMD4<Int32>
#endif

extension KernelTable {
  #if KERNELS_AVX512
    public static let avx512 = table
  #elseif KERNELS_AVX2
    public static let avx2 = table
  #else
    public static let baseline = table
  #endif

  /// The kernels as this module was built.
  static var table: KernelTable {
    KernelTable(
      lanes: Vector.scalarCount,
      product: matrixProduct,
      transpose: transposeMatrix,
      addPatches: addImagePatches,
      padImages: padImageRange,
      poolArgmax: poolWindows,
      poolGather: gatherFromWindows,
      unpool: spreadToWindows)
  }
}
