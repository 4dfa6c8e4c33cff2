import Reporting
import Testing

@Suite struct PictureTests {
  @Test func aRowPutsPicturesBesideEachOther() {
    let grey = Picture(bytes: [1, 2], height: 2, width: 1, channels: 1)
    let colors = Picture(bytes: [3, 4, 5, 6, 7, 8], height: 2, width: 1, channels: 3)
    let row = Picture.row([grey, colors], spacing: 1)
    #expect((row.height, row.width, row.channels) == (2, 3, 3))
    #expect(
      row.bytes == [1, 1, 1, 255, 255, 255, 3, 4, 5, 2, 2, 2, 255, 255, 255, 6, 7, 8])
  }

  @Test func numbersBecomeTheNearestLevel() {
    let picture = Picture(values: [0, 0.1, 0.5, 1], height: 2, width: 2, channels: 1)
    #expect(picture.bytes == [0, 26, 128, 255])
    let levels = (0...255).map { Float($0) / 255 }
    #expect(
      Picture(values: levels, height: 16, width: 16, channels: 1).bytes == Array(0...255))
  }

  @Test func aPerturbationShowsItsSign() {
    let perturbation = PerturbationPicture(
      values: [0, 0.1, -0.1, 0.05], height: 1, width: 4, channels: 1)
    #expect(perturbation.magnitude == 0.1)
    #expect(
      perturbation.picture.bytes == [24, 24, 24, 255, 84, 64, 72, 140, 255, 140, 54, 44])
  }

  @Test func aPerturbationOfColoursKeepsItsChannels() {
    let perturbation = PerturbationPicture(
      values: [0, 0.02, -0.02, 0.01, 0, 0], height: 1, width: 2, channels: 3)
    #expect(perturbation.picture.bytes == [128, 255, 1, 192, 128, 128])
  }

  @Test(arguments: [1, 3])
  func noPerturbationIsEvenlyGrey(channels: Int) {
    let perturbation = PerturbationPicture(
      values: Array(repeating: 0, count: 4 * channels), height: 2, width: 2, channels: channels)
    #expect(perturbation.magnitude == 0)
    #expect(Set(perturbation.picture.bytes) == [channels == 1 ? 24 : 128])
  }

  @Test func bytesThatDoNotFillTheSizeAreRefused() async {
    await #expect(processExitsWith: .failure) {
      _ = Picture(bytes: [1, 2, 3], height: 2, width: 2, channels: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = Picture(values: [.nan], height: 1, width: 1, channels: 1)
    }
    await #expect(processExitsWith: .failure) {
      _ = PerturbationPicture(values: [.infinity], height: 1, width: 1, channels: 1)
    }
  }
}
