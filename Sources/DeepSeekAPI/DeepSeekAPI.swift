// DeepSeekAPI: the DeepSeekCluster resource. No I/O.
//
//   Resource/      DeepSeekCluster, its spec and its status, the small sections of the spec
//   Model/         ModelSpec: what is served, and where the weights come from
//   Engine/        EngineSpec: the inference engine and its GPUs
//   Pods/          PodsSpec: PodSpec fields and the times of a pod's life
//   Autoscaling/   AutoscalingSpec: autoscaling/v2's metrics and behavior, and what is added to them
//   Migration/     MigrationSpec and OperationSpec: how the next revision becomes active
//   Schema/        Schema, and the CustomResourceDefinition that is generated from the types
//   Validation/    the rules, those of CEL and more; what cannot be carried out yet
//   Revision/      RevisionInputs: which fields make a new revision, and its hash
//
// Stored properties mirror the JSON, field by field, so that a resource is read back unchanged: what may be absent is
// optional. Accessors that begin with `resolved` give the value with its default. No default is persisted: the
// operator owns them, and `kubectl get -o yaml` shows what was written.
