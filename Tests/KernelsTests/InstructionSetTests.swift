import KernelInterface
import Kernels
import Testing

@Suite struct InstructionSetTests {
  @Test func theBestInstructionSetIsSupported() {
    #expect(InstructionSet.best.isSupported)
    #expect(InstructionSet.baseline.isSupported)
  }

  #if arch(x86_64)
    @Test func everyInstructionSetHasItsOwnVectors() {
      #expect(InstructionSet.allCases.map(\.kernels.lanes) == [4, 8, 16])
    }
  #endif
}
