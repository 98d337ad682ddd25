// Tests of KubeCore.
