// Tests of Autoscaling.
