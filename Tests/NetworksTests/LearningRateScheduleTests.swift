import Networks
import Testing

@Suite struct LearningRateScheduleTests {
  @Test func aConstantRateStays() {
    #expect(
      (1...5).map { LearningRateSchedule.constant.factor(step: $0, of: 5) } == [1, 1, 1, 1, 1])
  }

  @Test func aLinearRateFallsInEqualPartsToTheLastStep() {
    #expect(
      (1...4).map { LearningRateSchedule.linear.factor(step: $0, of: 4) } == [1, 0.75, 0.5, 0.25])
  }
}
