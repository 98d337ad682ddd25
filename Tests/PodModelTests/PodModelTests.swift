// Tests of PodModel.
