// Tests of ClusterSimulator.
