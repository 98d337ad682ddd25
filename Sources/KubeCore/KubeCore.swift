// KubeCore
