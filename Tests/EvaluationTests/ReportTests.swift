import Evaluation
import Testing

@Suite struct ReportTests {
  @Test func singleStepAttacksAloneAreAFinding() {
    let fgsm = Report.Attack(name: "fgsm", kind: .singleStep)
    let other = Report.Attack(name: "r-fgsm", kind: .singleStep)
    let pgd = Report.Attack(name: "pgd", kind: .iterative, steps: 40, restarts: 5)
    #expect(Report.Finding.singleStepOnly([fgsm])?.code == "single-step-only")
    #expect(
      Report.Finding.singleStepOnly([fgsm])?.message
        == "fgsm is a single-step attack; a single-step attack alone is no evidence of robustness.")
    #expect(
      Report.Finding.singleStepOnly([fgsm, other])?.message.hasPrefix("fgsm, r-fgsm") == true)
    #expect(Report.Finding.singleStepOnly([fgsm, pgd]) == nil)
    #expect(Report.Finding.singleStepOnly([]) == nil)
  }

  @Test func trainingOnTestDataIsAWarningThatNamesTheCheckpoint() {
    let finding = Report.Finding.trainedOnTestData(checkpoint: "a.safetensors")
    #expect(finding.code == "trained-on-test-data")
    #expect(finding.severity == .invalid)
    #expect(finding.message.hasPrefix("a.safetensors "))
  }

  @Test func whatIsNotVerifiedIsRejected() async {
    #expect(Report.Verification(claimed: 10, verified: 7).rejected == 3)
    await #expect(processExitsWith: .failure) {
      _ = Report.Verification(claimed: 1, verified: 2)
    }
  }

  @Test func aTransferMatrixIsFull() async {
    await #expect(processExitsWith: .failure) {
      _ = Report.Transfer(
        attack: "fgsm", epsilon: 0.1, sources: ["a"], targets: ["a", "b"],
        accuracies: [[Accuracy(correct: 1, count: 2)]])
    }
  }
}
