internal import CKernelSupport
public import KernelInterface
internal import KernelsBaseline

#if arch(x86_64)
  internal import KernelsAVX2
  internal import KernelsAVX512
#endif

/// An instruction set that the kernels were built for.
public enum InstructionSet: String, Sendable, CaseIterable {
  case baseline, avx2, avx512

  /// Whether this processor can run it.
  public var isSupported: Bool {
    switch self {
    case .baseline: true
    case .avx2: defend_cpu_level() >= 1
    case .avx512: defend_cpu_level() >= 2
    }
  }

  /// The widest one that this processor can run.
  public static var best: InstructionSet {
    allCases.last { $0.isSupported } ?? .baseline
  }

  /// The kernels built for it.
  public var kernels: KernelTable {
    #if arch(x86_64)
      switch self {
      case .baseline: .baseline
      case .avx2: .avx2
      case .avx512: .avx512
      }
    #else
      .baseline
    #endif
  }
}
