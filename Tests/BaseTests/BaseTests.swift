// Tests of Base.
