extension Double: ExpressibleByArgument {
  public static var argumentFormat: ArgumentFormat<Double> { .finite }
}
