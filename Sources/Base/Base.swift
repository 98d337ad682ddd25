// Base: locks, backoff and small values that every room may use. No I/O.
