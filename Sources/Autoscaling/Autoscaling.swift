// Autoscaling: numbers and a clock in, a replica decision and its explanation out. Pure.
